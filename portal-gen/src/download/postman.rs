//! A Postman collection, version 2.1: a folder for each tag, a request for each operation, through the gateway.

use crate::site::{ApiSite, Site};
use catalog::openapi::{
    self,
    example::{self, Way, is_json},
};
use serde_json::{Value, json};

/// The collection of an API. Its address and the caller's key are variables, so that nobody writes a key into requests.
pub(super) fn collection(site: &Site<'_>, api: &ApiSite<'_>) -> Value {
    let folders = api.groups.iter().map(|group| {
        let requests: Vec<Value> = group.operations.iter().map(|&index| request(site, api, index)).collect();
        json!({ "name": group.title, "description": group.description, "item": requests })
    });
    let mut items: Vec<Value> = folders.collect();
    // One folder around everything says nothing.
    if let [only] = items.as_mut_slice()
        && let Some(inner) = only.get_mut("item").and_then(Value::as_array_mut)
    {
        items = std::mem::take(inner);
    }
    let mut variables = vec![json!({ "key": "baseUrl", "value": api.base_url, "type": "string" })];
    let mut collection = json!({
        "info": {
            "name": api.full_title(),
            "description": if api.api.description.is_empty() { api.api.definition.info("description").unwrap_or_default() } else { &api.api.description },
            "version": api.api.definition.info("version").unwrap_or_default(),
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": items,
    });
    if api.api.subscription_required {
        variables.push(json!({ "key": "subscriptionKey", "value": "", "type": "string" }));
        collection["auth"] = json!({ "type": "apikey", "apikey": [
            { "key": "key", "value": api.api.key_names.header, "type": "string" },
            { "key": "value", "value": "{{subscriptionKey}}", "type": "string" },
            { "key": "in", "value": "header", "type": "string" },
        ] });
    }
    collection["variable"] = Value::Array(variables);
    collection
}

fn request(site: &Site<'_>, api: &ApiSite<'_>, index: usize) -> Value {
    let operation = &api.api.operations[index];
    let document = &*api.api.definition;
    let nothing = openapi::Operation::default();
    let definition = api.definition_of(index).unwrap_or(&nothing);
    let template = operation.url_template.split('?').next().unwrap_or_default();
    let (mut query, mut variables, mut headers) = (Vec::new(), Vec::new(), Vec::new());
    for parameter in definition.parameters.iter().filter_map(|pointer| document.at(pointer)) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        let required = parameter.get("required") == Some(&Value::Bool(true));
        let given = parameter.get("example").cloned();
        let made = || parameter.get("schema").map(|schema| example::of(document, schema, Way::Sent));
        let value = given.or_else(made).map(|value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        });
        let entry = json!({ "key": text("name"), "value": value.unwrap_or_default(), "description": text("description") });
        let optional = |mut entry: Value| {
            if !required {
                entry["disabled"] = true.into();
            }
            entry
        };
        match text("in") {
            "path" => variables.push(entry),
            "query" => query.push(optional(entry)),
            "header" => headers.push(optional(entry)),
            _ => {}
        }
    }
    if let Some((is_header, name, value)) = api.version_parameter(site) {
        let entry = json!({ "key": name, "value": value });
        if is_header { &mut headers } else { &mut query }.push(entry);
    }
    let path: Vec<String> = template.split('/').filter(|part| !part.is_empty()).map(postman_segment).collect();
    let raw_query = query.iter().filter(|entry| entry.get("disabled").is_none()).map(|entry| {
        format!(
            "{}={}",
            entry["key"].as_str().unwrap_or_default(),
            example::percent_encoded(entry["value"].as_str().unwrap_or_default())
        )
    });
    let raw_query: Vec<String> = raw_query.collect();
    let raw_query = if raw_query.is_empty() { String::new() } else { format!("?{}", raw_query.join("&")) };
    let mut url =
        json!({ "raw": format!("{{{{baseUrl}}}}/{}{raw_query}", path.join("/")), "host": ["{{baseUrl}}"], "path": path });
    if !query.is_empty() {
        url["query"] = Value::Array(query);
    }
    if !variables.is_empty() {
        url["variable"] = Value::Array(variables);
    }
    let mut request = json!({ "method": operation.method, "description": operation.description, "url": url });
    if let Some(body) = body(document, definition, &mut headers) {
        request["body"] = body;
    }
    request["header"] = Value::Array(headers);
    json!({ "name": operation.display_name, "request": request, "response": responses(document, definition) })
}

/// `{id}` is `:id` there.
fn postman_segment(segment: &str) -> String {
    match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => format!(":{}", name.trim_start_matches('*')),
        None => segment.to_owned(),
    }
}

fn body(document: &openapi::Document, definition: &openapi::Operation, headers: &mut Vec<Value>) -> Option<Value> {
    let holder = document.at(definition.request_body.as_ref()?)?;
    let contents = holder.get("content")?.as_object()?;
    let (media, content) = contents.iter().find(|(media, _)| is_json(media)).or_else(|| contents.iter().next())?;
    let form = [("multipart/form-data", "formdata"), ("application/x-www-form-urlencoded", "urlencoded")];
    if let Some((_, mode)) = form.iter().find(|(form, _)| media.starts_with(form)) {
        let made = content.get("schema").map_or(Value::Null, |schema| example::of(document, schema, Way::Sent));
        let fields = made.as_object().into_iter().flatten().map(|(name, value)| {
            if value == "(binary)" {
                return json!({ "key": name, "type": "file", "src": null });
            }
            json!({ "key": name, "value": value.as_str().map_or_else(|| value.to_string(), str::to_owned), "type": "text" })
        });
        let fields: Vec<Value> = fields.collect();
        return Some(json!({ "mode": mode, (*mode): fields }));
    }
    headers.push(json!({ "key": "Content-Type", "value": media }));
    let text = example::of_content(document, media, content, Way::Sent).unwrap_or_default();
    let language = if is_json(media) {
        "json"
    } else if media.contains("xml") {
        "xml"
    } else {
        "text"
    };
    Some(json!({ "mode": "raw", "raw": text, "options": { "raw": { "language": language } } }))
}

/// An example of each answer whose status is a number.
fn responses(document: &openapi::Document, definition: &openapi::Operation) -> Vec<Value> {
    let one = |(status, pointer): &(String, String)| {
        let code: u16 = status.parse().ok()?;
        let response = document.at(pointer)?;
        let contents = response.get("content").and_then(Value::as_object);
        let first =
            contents.and_then(|contents| contents.iter().find(|(media, _)| is_json(media)).or_else(|| contents.iter().next()));
        let body =
            first.and_then(|(media, content)| example::of_content(document, media, content, Way::Received)).unwrap_or_default();
        let headers: Vec<Value> = first.iter().map(|(media, _)| json!({ "key": "Content-Type", "value": media })).collect();
        let name = response.get("description").and_then(Value::as_str).filter(|text| !text.is_empty()).unwrap_or(status);
        Some(
            json!({ "name": name.lines().next().unwrap_or(status), "code": code, "status": crate::operation::reason(status), "header": headers, "body": body }),
        )
    };
    definition.responses.iter().filter_map(one).collect()
}
