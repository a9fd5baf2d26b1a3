//! The page of an operation, computed: parameters, bodies, responses and samples, ready for the template.

use crate::schema::{Node, Viewer, shown};
use crate::site::{ApiSite, CallbackSite, Site};
use crate::slug::Slugs;
use crate::{console, highlight, markdown, security};
use ::console::Request;
use ::console::samples::{LANGUAGES, Language};
use catalog::openapi::{
    self, Document,
    example::{self, Way, is_json, written},
};
use serde::Serialize;
use serde_json::Value;

/// How many properties one page opens in all, and how many bytes of examples it holds in all and each: what a reader needs
/// at a glance. Schemas have pages of their own, and a longer example is a file beside the page.
const ROWS_MAX: usize = 300;
const EXAMPLES_BYTES_MAX: usize = 24_000;
const EXAMPLE_BYTES_MAX: usize = 7_000;
/// How many bytes of requests one page holds, in all languages together.
const REQUESTS_BYTES_MAX: usize = 24_000;

/// What the template of an operation sees.
#[derive(Debug, Default, Serialize)]
pub(crate) struct OperationView {
    pub(crate) title: String,
    pub(crate) method: String,
    /// The gateway's address and the API's path: what stands before the template.
    pub(crate) base_url: String,
    pub(crate) url_template: String,
    /// HTML.
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// The header and the query parameter that carry a key, if one is needed.
    pub(crate) key: Option<KeyView>,
    /// What else the definition asks for.
    pub(crate) security: Vec<security::Requirement>,
    pub(crate) places: Vec<PlaceView>,
    pub(crate) body: Option<BodyView>,
    pub(crate) responses: Vec<ResponseView>,
    pub(crate) callbacks: Vec<CallbackView>,
    pub(crate) requests: Vec<SampleView>,
    pub(crate) answers: Vec<AnswerView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct KeyView {
    /// A call without one is let in, too.
    pub(crate) optional: bool,
    pub(crate) header: String,
    pub(crate) query: String,
}

/// The parameters of one place.
#[derive(Debug, Serialize)]
pub(crate) struct PlaceView {
    pub(crate) title: &'static str,
    pub(crate) anchor: String,
    pub(crate) parameters: Vec<ParameterView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ParameterView {
    pub(crate) name: String,
    pub(crate) anchor: String,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    /// HTML.
    pub(crate) description: String,
    pub(crate) node: Node,
}

#[derive(Debug, Serialize)]
pub(crate) struct BodyView {
    /// HTML.
    pub(crate) description: String,
    pub(crate) required: bool,
    pub(crate) contents: Vec<ContentView>,
}

/// Content types with the same schema.
#[derive(Debug, Serialize)]
pub(crate) struct ContentView {
    pub(crate) types: Vec<String>,
    pub(crate) node: Option<Node>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ResponseView {
    pub(crate) status: String,
    pub(crate) reason: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) anchor: String,
    /// HTML.
    pub(crate) description: String,
    pub(crate) headers: Vec<ParameterView>,
    pub(crate) contents: Vec<ContentView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CallbackView {
    pub(crate) name: String,
    pub(crate) anchor: String,
    pub(crate) method: String,
    pub(crate) expression: String,
    /// HTML.
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// Its own page, which says the rest.
    pub(crate) path: String,
}

/// Text to copy.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SampleView {
    /// Of a request: its language, as it is remembered.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    /// HTML.
    pub(crate) html: String,
    /// The file that holds it whole, if it was cut, and its size in bytes.
    pub(crate) whole: Option<(String, usize)>,
}

/// Examples of one response.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerView {
    pub(crate) status: String,
    pub(crate) samples: Vec<SampleView>,
}

/// Files that stand beside a page: address and bytes.
pub(crate) type Extras = Vec<(String, Vec<u8>)>;

/// The page of an operation.
pub(crate) fn operation(site: &Site<'_>, api: &ApiSite<'_>, index: usize) -> (OperationView, Extras) {
    let operation = &api.api.operations[index];
    let nothing = openapi::Operation::default();
    let definition = api.definition_of(index).unwrap_or(&nothing);
    let mut builder = Builder::new(api, &api.operations[index]);
    let mut view = builder.described(definition);
    view.callbacks = builder.callbacks(api, index);
    view.title = operation.display_name.clone();
    view.method = operation.method.clone();
    view.base_url = api.base_url.clone();
    view.url_template = operation.url_template.clone();
    let text = if operation.description.is_empty() {
        definition.description.as_deref().unwrap_or_default()
    } else {
        &operation.description
    };
    view.description = markdown::description(text, 1);
    view.key = api.api.subscription_required.then(|| KeyView {
        optional: api.is_open(site),
        header: api.api.key_names.header.clone(),
        query: api.api.key_names.query.clone(),
    });
    let described = console::describe(site, api, index, definition, builder.path);
    let request = console::sample(&described);
    view.requests =
        LANGUAGES.iter().map(|language| SampleView { id: language.id, ..builder.request_sample(language, &request) }).collect();
    builder.extras.push((format!("{}{}", builder.path, console::FILE), serde_json::to_vec(&described).unwrap_or_default()));
    (view, builder.extras)
}

/// A request to an operation, as its samples show it. `None` without a definition.
pub(crate) fn request_of(site: &Site<'_>, api: &ApiSite<'_>, index: usize) -> Option<Request> {
    let definition = api.definition_of(index)?;
    Some(console::sample(&console::describe(site, api, index, definition, &api.operations[index])))
}

/// The page of a webhook or a callback: a request that the service sends.
pub(crate) fn sent(api: &ApiSite<'_>, name: &str, definition: &openapi::Operation, path: &str) -> (OperationView, Extras) {
    let mut builder = Builder::new(api, path);
    let mut view = builder.described(definition);
    view.title = definition.summary.clone().unwrap_or_else(|| name.to_owned());
    view.method = definition.method.to_uppercase();
    view.url_template = definition.path.clone();
    view.description = markdown::description(definition.description.as_deref().unwrap_or_default(), 1);
    let body = definition.request_body.as_ref().and_then(|pointer| builder.document.at(pointer));
    view.requests = body
        .and_then(|body| builder.first_content(body, Way::Sent))
        .map_or_else(Vec::new, |(media, text)| vec![builder.sample(&media, &text, extension(&media), "body")]);
    (view, builder.extras)
}

struct Builder<'a> {
    document: &'a Document,
    viewer: Viewer<'a>,
    anchors: Slugs,
    /// The page's address: files beside it go there.
    path: &'a str,
    examples_bytes: usize,
    requests_bytes: usize,
    extras: Extras,
}

impl<'a> Builder<'a> {
    fn new(api: &'a ApiSite<'a>, path: &'a str) -> Self {
        let document = &*api.api.definition;
        Self {
            document,
            viewer: Viewer::new(document, &api.schema_paths, ROWS_MAX, 2),
            anchors: Slugs::default(),
            path,
            examples_bytes: 0,
            requests_bytes: 0,
            extras: Vec::new(),
        }
    }

    fn described(&mut self, definition: &'a openapi::Operation) -> OperationView {
        let places =
            [("path", "Path parameters"), ("query", "Query parameters"), ("header", "Header parameters"), ("cookie", "Cookies")]
                .into_iter()
                .map(|(place, title)| PlaceView {
                    title,
                    anchor: format!("{place}-parameters"),
                    parameters: self.parameters(definition, place),
                })
                .filter(|place| !place.parameters.is_empty())
                .collect();
        let body = definition.request_body.as_ref().and_then(|pointer| self.document.at(pointer)).map(|body| self.body(body));
        let mut responses = Vec::new();
        let mut answers = Vec::new();
        for (status, pointer) in &definition.responses {
            let Some(response) = self.document.at(pointer) else { continue };
            responses.push(self.response(status, response));
            let samples = self.examples(response, Way::Received, status);
            if !samples.is_empty() {
                answers.push(AnswerView { status: status.clone(), samples });
            }
        }
        OperationView {
            deprecated: definition.deprecated,
            security: security::of_operation(self.document, self.document.at(&definition.pointer)),
            places,
            body,
            responses,
            answers,
            ..OperationView::default()
        }
    }

    fn parameters(&mut self, definition: &'a openapi::Operation, place: &str) -> Vec<ParameterView> {
        let document = self.document;
        let parameters = definition.parameters.iter().filter_map(|pointer| document.at(pointer));
        parameters
            .filter(|parameter| text(parameter, "in") == place)
            .map(|parameter| self.parameter(text(parameter, "name"), parameter, place))
            .collect()
    }

    fn parameter(&mut self, name: &str, parameter: &'a Value, place: &str) -> ParameterView {
        let schema =
            parameter.get("schema").or_else(|| content_of(parameter).next().and_then(|(_, content)| content.get("schema")));
        let mut node = schema.map_or_else(Node::default, |schema| self.viewer.top(schema));
        let mut description = markdown::description(text(parameter, "description"), 2);
        let inner = std::mem::take(&mut node.description);
        if description.is_empty() {
            description = inner;
        }
        if let Some(example) = parameter_example(self.document, parameter)
            && !node.facts.iter().any(|fact| fact.name == "Example")
        {
            node.facts.push(crate::schema::Fact { name: "Example", values: vec![shown(example)], more: 0, word: "" });
        }
        ParameterView {
            anchor: self.anchors.take(&format!("{place} {name}")),
            name: name.to_owned(),
            required: is(parameter, "required"),
            deprecated: is(parameter, "deprecated"),
            description,
            node,
        }
    }

    fn body(&mut self, body: &'a Value) -> BodyView {
        BodyView {
            description: markdown::description(text(body, "description"), 2),
            required: is(body, "required"),
            contents: self.contents(body, "body"),
        }
    }

    fn response(&mut self, status: &str, response: &'a Value) -> ResponseView {
        let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
        let document = self.document;
        let headers: Vec<(&String, &Value)> =
            headers.filter_map(|(name, header)| Some((name, document.resolve(header)?.1))).collect();
        ResponseView {
            status: status.to_owned(),
            reason: reason(status),
            kind: match status.as_bytes().first() {
                Some(b'2') => "good",
                Some(b'3') => "moved",
                Some(b'4' | b'5') => "bad",
                _ => "other",
            },
            anchor: self.anchors.take(&format!("response {status}")),
            description: markdown::description(text(response, "description"), 2),
            headers: headers
                .into_iter()
                .map(|(name, header)| self.parameter(name, header, &format!("{status} header")))
                .collect(),
            contents: self.contents(response, &format!("response-{}", crate::slug::slug(status))),
        }
    }

    /// Content types whose schemas are equal stand together: most definitions repeat one schema for JSON, XML and forms.
    /// Their properties have anchors that begin with `prefix`; none if it is empty.
    fn contents(&mut self, holder: &'a Value, prefix: &str) -> Vec<ContentView> {
        let mut groups: Vec<(Vec<String>, Option<&Value>)> = Vec::new();
        for (media, content) in content_of(holder) {
            let schema = content.get("schema");
            match groups.iter_mut().find(|(_, known)| *known == schema) {
                Some((types, _)) => types.push(media.clone()),
                None => groups.push((vec![media.clone()], schema)),
            }
        }
        groups
            .into_iter()
            .map(|(types, schema)| ContentView { types, node: schema.map(|schema| self.viewer.top_at(schema, prefix)) })
            .collect()
    }

    /// The callbacks of an operation, in a few words.
    fn callbacks(&mut self, api: &ApiSite<'_>, operation: usize) -> Vec<CallbackView> {
        let of_operation = api.callbacks.iter().filter(|callback| callback.operation == operation);
        let view = |callback: &CallbackSite| {
            let openapi::Callback { name, operation } = api.callback_of(callback)?;
            let words = operation.description.as_ref().or(operation.summary.as_ref()).map_or("", String::as_str);
            Some(CallbackView {
                name: name.clone(),
                anchor: self.anchors.take(&format!("callback {name}")),
                method: operation.method.to_uppercase(),
                expression: operation.path.clone(),
                description: markdown::description(words, 3),
                deprecated: operation.deprecated,
                path: callback.path.clone(),
            })
        };
        of_operation.filter_map(view).collect()
    }

    /// The examples of a body's or response's first content type: those given, else one made from the schema.
    fn examples(&mut self, holder: &'a Value, way: Way, name: &str) -> Vec<SampleView> {
        let Some((media, content)) = preferred_content(holder) else { return Vec::new() };
        let mut texts: Vec<(String, String)> = Vec::new();
        for (title, example) in content.get("examples").and_then(Value::as_object).into_iter().flatten() {
            let Some((_, example)) = self.document.resolve(example) else { continue };
            let Some(value) = example.get("value") else { continue };
            let title = example.get("summary").and_then(Value::as_str).unwrap_or(title);
            texts.push((title.to_owned(), written(media, value, "example")));
        }
        if texts.is_empty() {
            texts.extend(example::of_content(self.document, media, content, way).map(|text| (media.clone(), text)));
        }
        texts.truncate(6);
        texts
            .into_iter()
            .enumerate()
            .map(|(index, (title, text))| self.sample(&title, &text, extension(media), &format!("{name}-{}", index + 1)))
            .collect()
    }

    fn first_content(&self, holder: &Value, way: Way) -> Option<(String, String)> {
        let (media, content) = preferred_content(holder)?;
        let text = example::of_content(self.document, media, content, way)?;
        Some((media.clone(), text))
    }

    /// A request in one language. All are in the page where they are short; of a long one, the page has the first languages, and the
    /// others are files beside it, which a script puts in when they are chosen.
    fn request_sample(&mut self, language: &Language, request: &Request) -> SampleView {
        let text = (language.write)(request);
        self.requests_bytes += text.len();
        let title = language.title.to_owned();
        let extension = language.extension;
        let mut view = SampleView { title, html: highlight::html(extension, &text), ..SampleView::default() };
        if self.requests_bytes > REQUESTS_BYTES_MAX {
            let path = format!("{}request.{extension}", self.path);
            view.html = String::new();
            view.whole = Some((path.clone(), text.len()));
            self.extras.push((path, text.into_bytes()));
        }
        view
    }

    /// Text to copy, cut at the end of a line if it is long; then all of it becomes a file beside the page.
    fn sample(&mut self, title: &str, text: &str, extension: &str, name: &str) -> SampleView {
        let most = EXAMPLE_BYTES_MAX.min(EXAMPLES_BYTES_MAX.saturating_sub(self.examples_bytes)).max(400);
        let mut shown = text;
        let mut whole = None;
        // A cut that saves little is not worth a click.
        if text.len() > most * 5 / 4 {
            let end = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            shown = &text[..text[..end].rfind('\n').filter(|&at| at > 0).unwrap_or(end)];
            let path = format!("{}{}.{extension}", self.path, crate::slug::slug(name));
            whole = Some((path.clone(), text.len()));
            self.extras.push((path, text.as_bytes().to_vec()));
        }
        self.examples_bytes += shown.len();
        SampleView { title: title.to_owned(), html: highlight::html(extension, shown), whole, ..SampleView::default() }
    }
}

/// The content types of a body or response, and what is said about each.
fn content_of(holder: &Value) -> impl Iterator<Item = (&String, &Value)> {
    holder.get("content").and_then(Value::as_object).into_iter().flatten()
}

/// JSON if there is any, else the first.
fn preferred_content(holder: &Value) -> Option<(&String, &Value)> {
    content_of(holder).find(|(media, _)| is_json(media)).or_else(|| content_of(holder).next())
}

fn extension(media: &str) -> &'static str {
    match media {
        media if is_json(media) || media == "*/*" => "json",
        media if media.contains("xml") => "xml",
        _ => "txt",
    }
}

fn parameter_example<'v>(document: &'v Document, parameter: &'v Value) -> Option<&'v Value> {
    parameter.get("example").or_else(|| {
        let first = parameter.get("examples")?.as_object()?.values().next()?;
        document.resolve(first)?.1.get("value")
    })
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

pub(crate) fn reason(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "No Content",
        "206" => "Partial Content",
        "301" => "Moved Permanently",
        "302" => "Found",
        "303" => "See Other",
        "304" => "Not Modified",
        "307" => "Temporary Redirect",
        "400" => "Bad Request",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "Not Found",
        "405" => "Method Not Allowed",
        "406" => "Not Acceptable",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "Precondition Failed",
        "413" => "Content Too Large",
        "415" => "Unsupported Media Type",
        "422" => "Unprocessable Content",
        "429" => "Too Many Requests",
        "500" => "Internal Server Error",
        "501" => "Not Implemented",
        "502" => "Bad Gateway",
        "503" => "Service Unavailable",
        "504" => "Gateway Timeout",
        "default" => "Any other answer",
        _ => "",
    }
}
