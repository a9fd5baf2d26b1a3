//! `System.Text.RegularExpressions.Regex`, on fancy-regex.
