//! Where the pages of APIM's developer portal have gone: `/api-details#api=orders&operation=place-order` and its like.
//!
//! What such an address shows stands behind its `#`, which no server sees; a page at the old path asks this table.

use crate::site::Site;
use serde_json::{Map, Value, json};

/// The table: APIs by name with their address, their operations (a list where the last part of the address is the name, in
/// lower case; else the name and the part) and, where there is one, their page of changes; products by name.
pub(crate) fn addresses(site: &Site<'_>) -> String {
    let mut apis = Map::new();
    for api in &site.apis {
        let name = if api.api.is_current { api.api.name.clone() } else { format!("{};rev={}", api.api.name, api.api.revision) };
        let operations: Vec<Value> = api
            .api
            .operations
            .iter()
            .zip(&api.operations)
            .map(|(operation, path)| {
                let part = path[api.path.len()..].trim_end_matches('/');
                if part == operation.name { json!(part) } else { json!([operation.name, part]) }
            })
            .collect();
        // The former portal has one list of changes for all revisions; it is with the current one here.
        let current = site.apis.iter().find(|other| other.api.name == api.api.name && other.api.is_current);
        let mut entry = vec![json!(api.path), operations.into()];
        entry.extend(current.unwrap_or(api).changes.as_deref().map(Value::from));
        apis.insert(name, entry.into());
    }
    let products: Map<String, Value> = site.products.iter().map(|(product, path)| (product.name.clone(), json!(path))).collect();
    json!({ "apis": apis, "products": products }).to_string()
}
