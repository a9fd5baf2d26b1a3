//! `System.Uri`.
