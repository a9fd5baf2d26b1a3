//! `System.Text.Encoding`.
