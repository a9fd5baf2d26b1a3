//! Parts of the reference inside of pages: `operation:petstore/getPet` and `schema:petstore/Pet`, found by name.

use crate::schema::{Node, Viewer};
use crate::site::{ApiSite, Site};
use crate::{markdown, operation};
use ::console::samples;
use diagnostic::nearest;
use serde::Serialize;
use serde_json::Value;

/// How many properties a schema opens inside of a page.
const ROWS_MAX: usize = 40;
/// How many characters of a description are shown: the page of the operation has all of it.
const DESCRIPTION_CHARACTERS_MAX: usize = 300;

/// A part of a page, as its template sees it: exactly one of these.
#[derive(Debug, Serialize)]
pub(crate) struct Piece {
    pub(crate) html: Option<String>,
    pub(crate) operation: Option<Operation>,
    pub(crate) schema: Option<Schema>,
}

impl Piece {
    pub(crate) fn html(html: String) -> Self {
        Self { html: Some(html), operation: None, schema: None }
    }
}

/// An operation inside of a page.
#[derive(Debug, Serialize)]
pub(crate) struct Operation {
    title: String,
    method: String,
    path: String,
    base_url: String,
    url_template: String,
    api: String,
    deprecated: bool,
    summary: String,
    parameters: Vec<Parameter>,
    /// `application/json`, and whether it must be there.
    body: Option<(String, bool)>,
    /// HTML.
    sample: String,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    place: &'static str,
    words: String,
    required: bool,
    /// HTML.
    description: String,
}

/// A schema inside of a page.
#[derive(Debug, Serialize)]
pub(crate) struct Schema {
    title: String,
    path: String,
    api: String,
    node: Node,
}

/// What is wrong with a reference, and the way out.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// What a reference names.
pub(crate) enum Found<'s, 'a> {
    Api(&'s ApiSite<'a>),
    Operation(&'s ApiSite<'a>, usize),
    Schema(&'s ApiSite<'a>, usize),
    /// Index of the product.
    Product(usize),
}

/// Finds what a reference names: `operation:API/NAME`, `schema:API/NAME`, `api:NAME`, `product:NAME`. Case does not count, and
/// of an API it is the current revision.
pub(crate) fn find<'s, 'a>(site: &'s Site<'a>, reference: &str) -> Result<Found<'s, 'a>, Wrong> {
    let (kind, name) = reference.split_once(':').unwrap_or(("", reference));
    let name = name.trim_matches('/').replace("%20", " ");
    if kind == "product" {
        return match site.products.iter().position(|(product, _)| product.name.eq_ignore_ascii_case(&name)) {
            Some(index) => Ok(Found::Product(index)),
            None => Err(missing("product", &name, "", site.products.iter().map(|(product, _)| product.name.as_str()))),
        };
    }
    if kind == "api" {
        return api(site, &name).map(Found::Api);
    }
    let Some((api_name, inner)) = name.split_once('/') else {
        let message = format!("`{reference}` does not say which API it means");
        return Err(Wrong { message, help: format!("write `{kind}:API/{name}`, with the name of the API's folder") });
    };
    let api = api(site, api_name)?;
    if kind == "operation" {
        let operations = &api.api.operations;
        let by_name = operations.iter().position(|operation| operation.name.eq_ignore_ascii_case(inner));
        // The id of the definition, which APIM's names are made of.
        let by_id = || {
            (0..operations.len()).find(|&index| {
                let id = api.definition_of(index).and_then(|definition| definition.operation_id.as_deref());
                id.is_some_and(|id| id.eq_ignore_ascii_case(inner))
            })
        };
        return match by_name.or_else(by_id) {
            Some(index) => Ok(Found::Operation(api, index)),
            None => Err(missing("operation", inner, &api.api.name, operations.iter().map(|operation| operation.name.as_str()))),
        };
    }
    match api.schemas.iter().position(|(known, _)| known.eq_ignore_ascii_case(inner)) {
        Some(index) => Ok(Found::Schema(api, index)),
        None => Err(missing("schema", inner, &api.api.name, api.schemas.iter().map(|(name, _)| name.as_str()))),
    }
}

fn api<'s, 'a>(site: &'s Site<'a>, name: &str) -> Result<&'s ApiSite<'a>, Wrong> {
    let current = || site.apis.iter().filter(|api| api.api.is_current);
    current()
        .find(|api| api.api.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| missing("API", name, "", current().map(|api| api.api.name.as_str())))
}

fn missing<'n>(what: &str, name: &str, api: &str, known: impl Iterator<Item = &'n str> + Clone) -> Wrong {
    let of = if api.is_empty() { String::new() } else { format!(" in `{api}`") };
    let before = if api.is_empty() { String::new() } else { format!("{api}/") };
    let help = match nearest(name, known.clone()) {
        Some(close) => format!("did you mean `{before}{close}`?"),
        None => {
            let some: Vec<String> = known.take(6).map(|name| format!("`{before}{name}`")).collect();
            if some.is_empty() { format!("there is no {what}{of} at all") } else { format!("there are {}", some.join(", ")) }
        }
    };
    Wrong { message: format!("there is no {what} `{name}`{of}"), help }
}

impl Found<'_, '_> {
    /// The address of its page, and its title.
    pub(crate) fn link(&self, site: &Site<'_>) -> (String, String) {
        match self {
            Self::Api(api) => (api.path.clone(), api.full_title()),
            Self::Operation(api, index) => (api.operations[*index].clone(), api.api.operations[*index].display_name.clone()),
            Self::Schema(api, index) => (api.schemas[*index].1.clone(), api.schemas[*index].0.clone()),
            Self::Product(index) => (site.products[*index].1.clone(), site.products[*index].0.display_name.clone()),
        }
    }

    /// What is shown in the place of a reference; nothing for what only has links.
    pub(crate) fn piece(&self, site: &Site<'_>) -> Option<Piece> {
        match self {
            Self::Operation(api, index) => {
                Some(Piece { html: None, operation: Some(self::operation(site, api, *index)), schema: None })
            }
            Self::Schema(api, index) => Some(Piece { html: None, operation: None, schema: Some(schema(api, *index)) }),
            Self::Api(_) | Self::Product(_) => None,
        }
    }
}

fn operation(site: &Site<'_>, api: &ApiSite<'_>, index: usize) -> Operation {
    let described = &api.api.operations[index];
    let definition = api.definition_of(index);
    let text = match described.description.as_str() {
        "" => definition.and_then(|definition| definition.description.as_deref()).unwrap_or_default(),
        text => text,
    };
    let document = &*api.api.definition;
    let mut viewer = Viewer::new(document, &api.schema_paths, 0, 6);
    let mut parameters = Vec::new();
    for parameter in definition.into_iter().flat_map(|definition| &definition.parameters).filter_map(|at| document.at(at)) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        let place = match text("in") {
            "path" => "path",
            "query" => "query",
            "header" => "header",
            "cookie" => "cookie",
            _ => continue,
        };
        parameters.push(Parameter {
            name: text("name").to_owned(),
            place,
            words: parameter.get("schema").map_or_else(String::new, |schema| viewer.top(schema).words(&site.messages)),
            required: parameter.get("required") == Some(&Value::Bool(true)),
            description: markdown::description(text("description"), 6),
        });
    }
    let body = definition.and_then(|definition| definition.request_body.as_ref()).and_then(|at| document.at(at));
    let body = body.and_then(|body| {
        let media = body.get("content")?.as_object()?.keys().next()?.clone();
        Some((media, body.get("required") == Some(&Value::Bool(true))))
    });
    let request = operation::request_of(site, api, index);
    Operation {
        title: described.display_name.clone(),
        method: described.method.clone(),
        path: api.operations[index].clone(),
        base_url: api.base_url.clone(),
        url_template: described.url_template.clone(),
        api: api.full_title(),
        deprecated: definition.is_some_and(|definition| definition.deprecated),
        summary: markdown::plain(text, DESCRIPTION_CHARACTERS_MAX),
        parameters,
        body,
        sample: request
            .zip(samples::by_id("curl"))
            .map_or_else(String::new, |(request, curl)| crate::highlight::html("bash", &(curl.write)(&request))),
    }
}

fn schema(api: &ApiSite<'_>, index: usize) -> Schema {
    let (name, path) = &api.schemas[index];
    let document = &*api.api.definition;
    let value = document.at("/components/schemas").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
    let node = Viewer::new(document, &api.schema_paths, ROWS_MAX, 6).component(name, value);
    Schema { title: name.clone(), path: path.clone(), api: api.full_title(), node }
}
