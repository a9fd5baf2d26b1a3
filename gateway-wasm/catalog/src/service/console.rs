//! `console:` in the portal's settings: how its console calls the gateway.

use super::parts::address;
use crate::{
    fields::Fields,
    findings::Findings,
    model::{ConsoleServer, ConsoleSettings},
    tree::Part,
};
use diagnostic::Diagnostic;

/// Reads the settings. `url` is where the site is published.
pub(super) fn read(portal: &Fields<'_>, url: Option<&str>, findings: &Findings) -> ConsoleSettings {
    let fields = portal.inner("console");
    fields.only(&["origin", "proxy", "servers"]);
    let mut settings = ConsoleSettings { proxy: fields.truth("proxy").unwrap_or(false), ..ConsoleSettings::default() };
    let given = fields.title("origin").map(|text| (text, fields.place("origin", Part::Value)));
    let from_url = url.and_then(origin_of).map(|origin| (origin, portal.place("url", Part::Value)));
    settings.origin = match given {
        None => from_url,
        Some((text, place)) => match origin_of(&text).filter(|_| is_bare(&text)) {
            Some(origin) => Some((origin, place)),
            None => {
                let message = format!("`{text}` is not the origin of a site");
                let help = "write scheme, host and port without a path, for example `origin: https://developer.example.com`";
                findings.push(Diagnostic::error("portal/console-origin", place, message).help(help));
                None
            }
        },
    };
    for server in fields.list("servers") {
        server.only(&["title", "url"]);
        let url = server.title("url").map(|url| url.trim_end_matches('/').to_owned());
        match url.as_deref().map(address) {
            Some(Ok(())) => {
                let url = url.unwrap_or_default();
                settings.servers.push(ConsoleServer { title: server.title("title").unwrap_or_else(|| url.clone()), url });
            }
            wrong => {
                let message = "a server of the console needs an address";
                let help = "write `- { title: Test, url: https://test.api.example.com }`";
                let place = if server.has("url") { server.place("url", Part::Value) } else { server.own_place() };
                let finding = Diagnostic::error("portal/console-server", place, message).help(help);
                findings.push(match wrong {
                    Some(Err(why)) => finding.at(why),
                    _ => finding,
                });
            }
        }
    }
    settings
}

/// True if nothing follows the host, but for a slash.
fn is_bare(url: &str) -> bool {
    url.split_once("://").is_some_and(|(_, host)| !host.trim_end_matches('/').contains(['/', '?', '#']))
}

/// What browsers call the origin of an address: scheme, host and port, small letters, without the port that is usual.
fn origin_of(url: &str) -> Option<String> {
    let url = url.to_lowercase();
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    let usual = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let is_right = address(&format!("{scheme}://{host}")).is_ok();
    is_right.then(|| format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host)))
}
