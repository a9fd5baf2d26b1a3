//! Addresses that lead to others: from `portal.yaml` and from the front matter of pages.
//!
//! A static host cannot answer with a redirect, so each old address has a small page that leads on at once and says to search
//! engines where the text is now. Hosts that can do better read `_redirects`, which is written, too.

use crate::markdown::is_outside;
use crate::site::Site;
use diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use std::collections::BTreeMap;

/// An address that leads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// The file at the old address: `old/page/index.html`.
    pub(crate) file: String,
    /// The old address: `old/page/`.
    pub(crate) from: String,
    /// The new one: an address inside the site, with a fragment where one was written, or outside.
    pub(crate) to: String,
    /// What leads to it is on another site.
    pub(crate) is_outside: bool,
    /// The title of the page that it leads to.
    pub(crate) title: String,
}

/// Every redirect of a site, ordered by the old address, and what is wrong with others.
pub(crate) fn all(site: &Site<'_>) -> (Vec<Redirect>, Diagnostics) {
    let mut findings = Diagnostics::new();
    let mut redirects: BTreeMap<String, Redirect> = BTreeMap::new();
    let of_settings = site.service.portal.redirects.iter().map(|entry| (entry.from.clone(), entry.to.clone(), &entry.place));
    let of_pages = site.content.iter().flat_map(|(page, path)| {
        let here = format!("/{path}");
        page.aliases.iter().map(move |(from, place)| (from.clone(), here.clone(), place))
    });
    for (from, to, place) in of_settings.chain(of_pages) {
        match redirect(site, &from, &to, place) {
            Ok(redirect) => {
                if let Some(first) = redirects.get(&redirect.file) {
                    let message = format!("`{from}` leads to `/{}` already", first.to);
                    findings.push(warning(place, message).help("remove one of the two"));
                    continue;
                }
                redirects.insert(redirect.file.clone(), redirect);
            }
            Err(mistake) => findings.push(*mistake),
        }
    }
    (redirects.into_values().collect(), findings)
}

fn warning(place: &Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning("portal/redirect", place.clone(), message).at("left out")
}

fn redirect(site: &Site<'_>, from: &str, to: &str, place: &Place) -> Result<Redirect, Box<Diagnostic>> {
    if from.contains(['#', '?', '*', '\\', '\0']) || is_outside(from) || from.contains("://") {
        let message = format!("`{from}` is no address that a file can have");
        return Err(Box::new(
            warning(place, message).help("write a path inside the site, without `#`, `?` and `*`: `/old/page/`"),
        ));
    }
    let parts: Vec<&str> = from.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() || parts.contains(&"..") || parts.iter().any(|part| part.chars().any(char::is_control)) {
        let message = format!("`{from}` is no address inside the site");
        return Err(Box::new(warning(place, message).help("write the old path of a page: `/old/page/`")));
    }
    let path = parts.join("/").replace("%20", " ");
    let is_file = path.ends_with(".html") || path.ends_with(".htm");
    let path = path.strip_suffix("/index.html").map_or(path.clone(), str::to_owned);
    let is_file = is_file && path.ends_with('l');
    let (file, from_address) =
        if is_file { (path.clone(), path.clone()) } else { (format!("{path}/index.html"), format!("{path}/")) };
    if site.addresses.contains(&from_address)
        || matches!(parts[0], "assets" | "media")
        || matches!(path.as_str(), "404.html" | "index.html")
    {
        let message = format!("`{from}` is a page of this site already");
        return Err(Box::new(warning(place, message).help("redirect addresses that have no page any more")));
    }
    if is_outside(to) {
        let title = to.split_once("://").map_or(to, |(_, rest)| rest.trim_end_matches('/')).to_owned();
        return Ok(Redirect { file, from: from_address, to: to.to_owned(), is_outside: true, title });
    }
    let (target, fragment) = to.split_at(to.find(['#', '?']).unwrap_or(to.len()));
    let Some(found) = site.target("", target) else {
        let wanted = target.trim_matches('/');
        let addresses = site.addresses.iter().map(|address| address.trim_end_matches('/'));
        let help = nearest(wanted, addresses).map(|close| format!("did you mean `/{close}/`?"));
        let otherwise = "write the address of a page of this site, or of another site with `https://`";
        let message = format!("`{to}` leads to no page of this site");
        return Err(Box::new(warning(place, message).help(help.unwrap_or_else(|| otherwise.to_owned()))));
    };
    let title = site
        .content
        .iter()
        .find(|(_, path)| *path == found)
        .map_or_else(|| site.title().to_owned(), |(page, _)| page.title.clone());
    Ok(Redirect { file, from: from_address, to: format!("{found}{fragment}"), is_outside: false, title })
}

/// The file `_redirects`, which Netlify, Cloudflare and others read: an old address, a new one, the status.
pub(crate) fn table(site: &Site<'_>) -> String {
    let root = site.absolute_root();
    let escaped = |address: &str| address.replace(' ', "%20");
    site.redirects
        .iter()
        .map(|redirect| {
            let to = if redirect.is_outside { redirect.to.clone() } else { format!("{root}{}", redirect.to) };
            format!("{root}{} {} 301\n", escaped(&redirect.from), escaped(&to))
        })
        .collect()
}
