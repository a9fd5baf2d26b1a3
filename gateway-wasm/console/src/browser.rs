//! The way in for scripts: texts and JSON, and one object that keeps the operation.

use crate::request::{self, Filled, Request};
use crate::{Operation, Phrase, check, hints, samples, show};
use serde_json::{Value, json};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// The browser's patterns: the dialect that JSON Schema asks for.
    #[wasm_bindgen(js_name = RegExp)]
    type Pattern;
    #[wasm_bindgen(constructor, catch, js_class = "RegExp")]
    fn new(pattern: &str, flags: &str) -> Result<Pattern, JsValue>;
    #[wasm_bindgen(method)]
    fn test(this: &Pattern, text: &str) -> bool;
}

fn matches(pattern: &str, text: &str) -> Option<bool> {
    Pattern::new(pattern, "u").or_else(|_| Pattern::new(pattern, "")).ok().map(|pattern| pattern.test(text))
}

/// The console of one operation.
#[wasm_bindgen]
pub struct Console {
    operation: Operation,
}

#[wasm_bindgen]
impl Console {
    /// Of the JSON beside the page.
    ///
    /// # Errors
    /// If it is not an operation's.
    #[wasm_bindgen(constructor)]
    pub fn new(operation: &str) -> Result<Console, String> {
        serde_json::from_str(operation).map(|operation| Console { operation }).map_err(|error| error.to_string())
    }

    /// What was filled in as requests and hints: `{ request, shown, hints }`, in `shown` with secrets masked. `page` is the page
    /// that sends: `{ origin, byProxy }`.
    pub fn prepare(&self, filled: &str, page: &str) -> String {
        let filled: Filled = serde_json::from_str(filled).unwrap_or_default();
        let page: hints::Page = serde_json::from_str(page).unwrap_or_default();
        let request = request::build(&self.operation, &filled, false);
        let hints = hints::of(&self.operation, &filled, &request, &page);
        json!({
            "url": request.url(),
            "request": request,
            "shown": request::build(&self.operation, &filled, true),
            "hints": hints,
        })
        .to_string()
    }

    /// Everything that is wrong with a body: a list of findings.
    pub fn check(&self, media_type: &str, text: &str) -> String {
        let found = check::body(&self.operation, media_type, text, &matches);
        serde_json::to_string(&found).unwrap_or_default()
    }

    /// What is wrong with the value of a parameter, by place and name: a phrase; empty if nothing is.
    pub fn check_parameter(&self, place: &str, name: &str, text: &str) -> String {
        let mut parameters = self.operation.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.place == place && parameter.name == name);
        said(parameter.and_then(|parameter| check::parameter(&self.operation, parameter, text, &matches)))
    }

    /// What is wrong with the value of a form's field: a phrase; empty if nothing is.
    pub fn check_field(&self, media_type: &str, name: &str, text: &str) -> String {
        let contents = self.operation.body.iter().flat_map(|body| &body.contents);
        let mut fields = contents.filter(|content| content.media_type == media_type).flat_map(|content| &content.fields);
        let field = fields.find(|field| field.name == name);
        said(field.and_then(|field| check::value(&self.operation, &field.schema, text, &matches)))
    }
}

fn said(phrase: Option<Phrase>) -> String {
    phrase.and_then(|phrase| serde_json::to_string(&phrase).ok()).unwrap_or_default()
}

/// A request, as `prepare` gives it, in a language.
#[wasm_bindgen]
pub fn sample(request: &str, language: &str) -> String {
    let request: Request = serde_json::from_str(request).unwrap_or_default();
    samples::by_id(language).map(|language| (language.write)(&request)).unwrap_or_default()
}

/// The languages: a list of `[id, title]`.
#[wasm_bindgen]
pub fn languages() -> String {
    let all: Vec<Value> = samples::LANGUAGES.iter().map(|language| json!([language.id, language.title])).collect();
    Value::from(all).to_string()
}

/// A body with line breaks; nothing if it cannot be done.
#[wasm_bindgen]
pub fn formatted(media_type: &str, text: &str) -> Option<String> {
    show::formatted(media_type, text)
}

/// True for header fields that a page cannot set.
#[wasm_bindgen]
pub fn is_forbidden(name: &str) -> bool {
    hints::is_forbidden(&name.to_lowercase())
}
