//! The service folder: APIs, products, subscriptions and the rest, read, resolved and cross-checked.
//!
//! [`load`] turns a [`Folder`] (files already read by someone who may) into a [`Service`], or into everything that is wrong
//! with it. This crate does no I/O and does not know what a policy says: policies stay text here.
//!
//! Start with [`model`], which is what the rest of Portico sees; then [`openapi`], the thin model of an API definition.

pub mod folder;
pub mod model;
pub mod openapi;

pub use folder::Folder;
pub use model::Service;
