//! Relative URIs: `new Uri(base, relative)`, `MakeRelativeUri`, `IsBaseOf`.

use super::{Uri, UriKind, parse::compress};
use crate::{Exception, Result};

impl Uri {
    /// `new Uri(base, relative)`
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` if the base is relative, `UriFormatException` if the result is no URI.
    pub fn resolve(&self, relative: &str) -> Result<Uri> {
        let Some(base) = &self.absolute else {
            let message = "Specified argument was out of the range of valid values.";
            return Err(Exception::argument_out_of_range(message, "baseUri"));
        };
        let trimmed = relative.trim_matches(['\t', '\n', '\r', ' ']);
        let two_slashes = |text: &str| text.replace('\\', "/").starts_with("//");
        if !two_slashes(trimmed) {
            let absolute = Uri::new(relative, UriKind::RelativeOrAbsolute)?;
            if absolute.is_absolute() {
                return Ok(absolute);
            }
        }
        let trimmed = trimmed.replace('\\', "/");
        let (rest, fragment) = trimmed.split_at_checked(trimmed.find('#').unwrap_or(trimmed.len())).unwrap_or((&trimmed, ""));
        let (path, query) = rest.split_at_checked(rest.find('?').unwrap_or(rest.len())).unwrap_or((rest, ""));
        let text = if two_slashes(path) {
            format!("{}:{trimmed}", base.scheme)
        } else if trimmed.is_empty() {
            // Nothing to go to is the base as it is, its fragment included, which RFC 3986 would drop.
            format!("{}{}{}{}", base.front(true), base.path, base.query, base.fragment)
        } else if path.is_empty() {
            let query = if query.is_empty() { &base.query } else { query };
            format!("{}{}{query}{fragment}", base.front(true), base.path)
        } else if path.starts_with('/') {
            format!("{}{}{query}{fragment}", base.front(true), compress(path))
        } else {
            let folder = base.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{}{}{query}{fragment}", base.front(true), compress(&format!("{folder}/{path}")))
        };
        Uri::new(&text, UriKind::Absolute)
    }

    /// `new Uri(base, relative)` with a relative `Uri`.
    ///
    /// # Errors
    /// As [`Uri::resolve`].
    pub fn resolve_uri(&self, relative: &Uri) -> Result<Uri> {
        match (&self.absolute, &relative.absolute) {
            (Some(_), Some(_)) => Ok(relative.clone()),
            _ => self.resolve(&relative.original),
        }
    }

    /// `MakeRelativeUri`: how to come from here to there.
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn make_relative(&self, target: &Uri) -> Result<Uri> {
        let (from, to) = (self.parts()?, target.parts()?);
        if from.scheme != to.scheme || from.host != to.host || from.port != to.port {
            return Ok(target.clone());
        }
        let from_folders: Vec<&str> = from.path.split('/').collect();
        let to_folders: Vec<&str> = to.path.split('/').collect();
        let from_depth = from_folders.len().saturating_sub(1);
        let most = from_depth.min(to_folders.len().saturating_sub(1));
        let common = from_folders.iter().zip(&to_folders).take(most).take_while(|(one, other)| one == other).count();
        let mut path = "../".repeat(from_depth - common);
        path.push_str(&to_folders.get(common..).unwrap_or_default().join("/"));
        if from.path == to.path {
            path.clear();
        } else if path.is_empty() {
            path.push_str("./");
        } else if path.split('/').next().is_some_and(|first| first.contains(':')) {
            path.insert_str(0, "./");
        }
        let text = format!("{path}{}{}", to.query, to.fragment);
        Ok(Uri { original: text, absolute: None })
    }

    /// `IsBaseOf`
    ///
    /// # Errors
    /// `InvalidOperationException` for a relative URI.
    pub fn is_base_of(&self, other: &Uri) -> Result<bool> {
        let base = self.parts()?;
        let Some(other) = &other.absolute else { return Ok(true) };
        let folder = base.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let inside = other.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Ok(base.scheme == other.scheme && base.host == other.host && base.port == other.port && inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves() {
        let base = Uri::new("http://a/b/c/d?q#f", UriKind::Absolute).unwrap();
        for (relative, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d?y"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            ("#s", "http://a/b/c/d?q#s"),
            ("", "http://a/b/c/d?q#f"),
            ("../../../g", "http://a/g"),
            ("..", "http://a/b/"),
            ("https://x/y", "https://x/y"),
        ] {
            assert_eq!(base.resolve(relative).unwrap().absolute_uri().unwrap(), expected, "{relative}");
        }
    }

    #[test]
    fn makes_relative() {
        let uri = |text: &str| Uri::new(text, UriKind::Absolute).unwrap();
        for (from, to, expected) in [
            ("http://a/b/c/d", "http://a/b/c/e?x", "e?x"),
            ("http://a/b/c/d", "http://a/b/", "../"),
            ("http://a/b/c/", "http://a/x/y", "../../x/y"),
            ("http://a/b/c", "http://a/b/c", ""),
            ("http://a/b", "https://a/b", "https://a/b"),
        ] {
            assert_eq!(uri(from).make_relative(&uri(to)).unwrap().to_string(), expected, "{from} {to}");
        }
        assert!(uri("http://a/b/c").is_base_of(&uri("http://a/b/x/y")).unwrap());
        assert!(!uri("http://a/b/c").is_base_of(&uri("http://a/x")).unwrap());
    }
}
