//! The publisher: a service folder becomes a static developer site.
