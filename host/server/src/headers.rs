//! Header fields: which of them end at a gateway, and how edits are applied.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use wire::{Edit, Edits};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Removes the fields that belong to one connection (RFC 9110, section 7.6.1): those that `Connection` names, and those
/// that always do.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(header::CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(header::CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
        headers.remove(header::CONNECTION);
    }
    headers.remove(&KEEP_ALIVE);
    headers.remove(&PROXY_CONNECTION);
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::UPGRADE);
}

/// As [`remove_hop_by_hop`], for a request: what the client wants of its own connection ends here too, but for its wish for
/// trailers, which the gateway can pass on.
pub(crate) fn remove_hop_by_hop_of_request(headers: &mut HeaderMap) {
    let wants_trailers = headers
        .get_all(header::TE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("trailers")));
    remove_hop_by_hop(headers);
    headers.remove(header::TE);
    headers.remove(header::PROXY_AUTHORIZATION);
    if wants_trailers {
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
    }
}

/// Applies edits in their order. What cannot be a header field is left out: the engine has checked names and values.
pub(crate) fn apply(edits: Edits<'_>, headers: &mut HeaderMap) {
    for edit in edits {
        match edit {
            Edit::Remove(name) => drop(headers.remove(name)),
            Edit::Append(name, value) => {
                if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
                    headers.append(name, value);
                }
            }
        }
    }
}
