//! What each page is found by: the documents of the search index.

use crate::pages::{About, Page, title_of};
use crate::search::{Document, Field, said};
use crate::site::{ApiSite, Site};
use serde_json::Value;

/// How many bytes of a description of a part are indexed, and how many properties of a body.
const PART_BYTES_MAX: usize = 400;
const PROPERTIES_MAX: usize = 200;

/// The document of a page; `None` for pages that nobody looks for. `twin` is what the page says.
pub(crate) fn document(site: &Site<'_>, page: Page, about: &About, twin: &str) -> Option<Document> {
    let mut document = Document {
        title: about.title.clone(),
        path: about.path.clone(),
        summary: about.description.clone(),
        kind: "page",
        ..Document::default()
    };
    match page {
        Page::Search | Page::Moved(_) | Page::Redirect(_) | Page::SignIn | Page::NotFound => return None,
        Page::Operation(index, operation) => operation_document(&site.apis[index], operation, &mut document),
        Page::Webhook(index, webhook) => {
            let api = &site.apis[index];
            let definition = &api.api.definition.webhooks[webhook];
            document.kind = "operation";
            document.method = "HOOK".to_owned();
            document.title = definition.summary.clone().unwrap_or_else(|| definition.path.clone());
            document.context = api.full_title();
            document.add(Field::Name, &definition.path);
            document.add(Field::Text, said(definition.description.as_deref().unwrap_or_default()));
        }
        Page::Callback(index, callback) => {
            let api = &site.apis[index];
            let callback = &api.callbacks[callback];
            let definition = api.callback_of(callback)?;
            document.kind = "operation";
            document.method = definition.operation.method.to_uppercase();
            document.title = title_of(definition);
            document.context = format!("{} – {}", api.api.operations[callback.operation].display_name, api.full_title());
            document.add(Field::Name, format!("{} {}", definition.name, definition.operation.path));
            document.add(Field::Text, said(definition.operation.description.as_deref().unwrap_or_default()));
        }
        Page::Schema(index, schema) => schema_document(&site.apis[index], schema, &mut document),
        Page::Api(index) => {
            let api = &site.apis[index];
            document.kind = "api";
            document.add(Field::Name, format!("{} {}", api.api.name, api.api.path));
            api.groups.iter().for_each(|group| document.add(Field::Heading, &group.title));
            document.add(Field::Text, said(&api.api.description));
            document.add(Field::Text, said(api.api.definition.info("description").unwrap_or_default()));
        }
        Page::OutlineItem(index, item) => {
            document.kind = "schema";
            document.context = site.apis[index].full_title();
            if let Some(item) = site.apis[index].outline.as_ref().and_then(|outline| outline.outline.items().nth(item)) {
                document.add(Field::Name, &item.key);
            }
            document.add(Field::Text, said(twin));
        }
        // What a tag's later pages show are operations, which have pages of their own.
        Page::Tag(_, _, number) if number > 0 => return None,
        Page::Tag(index, group, _) => {
            document.context = site.apis[index].full_title();
            document.add(Field::Text, said(&site.apis[index].groups[group].description));
        }
        Page::Outline(index) | Page::Security(index) | Page::Changes(index) => {
            document.context = site.apis[index].full_title();
            document.add(Field::Text, said(twin));
        }
        Page::Product(_) => {
            document.kind = "product";
            document.add(Field::Text, said(twin));
        }
        Page::Content(_) => {
            document.kind = "guide";
            for heading in twin.lines().filter(|line| line.starts_with("##")) {
                document.add(Field::Heading, heading);
            }
            document.add(Field::Text, said(twin));
        }
        // Lists say what the pages say that they lead to.
        Page::Home | Page::Apis | Page::Products | Page::Schemas(_) => {}
    }
    Some(document)
}

fn operation_document(api: &ApiSite<'_>, index: usize, document: &mut Document) {
    let operation = &api.api.operations[index];
    document.kind = "operation";
    document.title = operation.display_name.clone();
    document.method = operation.method.clone();
    document.context = api.full_title();
    document.add(Field::Name, format!("{} {} {}", operation.name, operation.method, operation.url_template));
    document.add(Field::Heading, &api.groups[api.group_of[index]].title);
    document.add(Field::Text, said(&operation.description));
    let Some(definition) = api.definition_of(index) else { return };
    document.add(Field::Text, said(definition.description.as_deref().unwrap_or_default()));
    let tree = &api.api.definition;
    for parameter in definition.parameters.iter().filter_map(|pointer| tree.at(pointer)) {
        document.add(Field::Parameter, text(parameter, "name"));
        document.add(Field::Text, part(parameter));
    }
    let body = definition.request_body.as_ref().and_then(|pointer| tree.at(pointer));
    let content = body.and_then(|body| body.get("content")).and_then(Value::as_object);
    // Most definitions repeat one schema for every content type.
    let schema = content.and_then(|content| content.values().next()).and_then(|content| content.get("schema"));
    let properties = schema.and_then(|schema| tree.resolve(schema)).and_then(|(_, schema)| schema.get("properties"));
    add_properties(properties, document);
}

fn schema_document(api: &ApiSite<'_>, index: usize, document: &mut Document) {
    let (name, _) = &api.schemas[index];
    document.kind = "schema";
    document.title = name.clone();
    document.context = api.full_title();
    let schema = api.api.definition.at("/components/schemas").and_then(|all| all.get(name));
    let Some(schema) = schema else { return };
    document.add(Field::Heading, text(schema, "title"));
    document.add(Field::Text, part(schema));
    add_properties(schema.get("properties"), document);
}

fn add_properties(properties: Option<&Value>, document: &mut Document) {
    for (name, schema) in properties.and_then(Value::as_object).into_iter().flatten().take(PROPERTIES_MAX) {
        document.add(Field::Parameter, name);
        document.add(Field::Text, part(schema));
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The beginning of a description.
fn part(value: &Value) -> String {
    let text = text(value, "description");
    let end = text.len().min(PART_BYTES_MAX);
    let end = (0..=end).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    said(&text[..end])
}
