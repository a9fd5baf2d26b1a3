//! The definition of an API: its file, what it says about the API as a whole, and where in it things stand.

use crate::{
    directory::Directory,
    findings::Findings,
    model::{ApiKind, Contact, License},
    openapi::{self, Document},
    tree::{Part, Tree, text_of},
};
use diagnostic::{Diagnostic, Place};
use serde_json::Value;
use std::sync::Arc;

/// A definition, or nothing where an API has none.
#[derive(Default)]
pub(super) struct Definition {
    file: String,
    kind: Option<ApiKind>,
    document: Arc<Document>,
    tree: Option<Tree>,
}

/// Takes `specification.*` out of an API's directory and reads it.
pub(super) fn take(directory: &mut Directory, findings: &Findings) -> Definition {
    // The first extractors wrote `openapispec`.
    let stems = ["specification", "openapispec"];
    let Some((file, bytes)) = directory.data_or(&stems, &ENDINGS, findings) else {
        return Definition::default();
    };
    let kind = match file.rsplit('.').next().unwrap_or_default() {
        "graphql" | "graphqls" | "gql" => ApiKind::GraphQl,
        "wsdl" => ApiKind::Soap,
        "proto" => ApiKind::Grpc,
        "wadl" => ApiKind::Http,
        "edmx" | "csdl" => ApiKind::OData,
        "xml" => kind_of_xml(&bytes),
        _ => {
            let read = openapi::read_tree(&file, &bytes, findings);
            let (document, tree) = read.map_or((None, None), |(document, tree)| (Some(document), Some(tree)));
            let document = document.unwrap_or_default();
            // A gateway has no kind for message brokers; of its kinds, the one that is about messages is the nearest.
            let kind = (document.format == openapi::Format::AsyncApi).then_some(ApiKind::WebSocket);
            return Definition { file, kind, document: Arc::new(document), tree };
        }
    };
    if text_of(&file, &bytes, findings).is_some_and(|text| text.trim().is_empty()) {
        let message = "this definition is empty";
        let help = "write the definition into it, or remove the file";
        findings.push(Diagnostic::error("api/specification-empty", Place::file(&file), message).help(help));
    }
    Definition { file, kind: Some(kind), ..Definition::default() }
}

/// The endings that a definition's file can have.
const ENDINGS: [&str; 12] = ["yaml", "yml", "json", "wsdl", "wadl", "graphql", "graphqls", "gql", "proto", "edmx", "csdl", "xml"];

/// What a definition in XML is about, by its first elements: exports name the file only `specification.xml`.
fn kind_of_xml(bytes: &[u8]) -> ApiKind {
    let start = String::from_utf8_lossy(bytes.get(..4_000).unwrap_or(bytes));
    let has = |name: &str| start.contains(&format!("<{name}")) || start.contains(&format!(":{name}"));
    if has("Edmx") {
        ApiKind::OData
    } else if has("definitions") || has("description") {
        ApiKind::Soap
    } else {
        ApiKind::Http
    }
}

impl Definition {
    /// Its path in the folder; empty where there is none.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The kind of API that it makes, if it cannot be any other.
    pub(super) fn kind(&self) -> Option<ApiKind> {
        self.kind
    }

    /// The document.
    pub(super) fn document(&self) -> Arc<Document> {
        Arc::clone(&self.document)
    }

    /// True if it is an OpenAPI definition that could be read.
    pub(super) fn is_openapi(&self) -> bool {
        self.tree.is_some() && self.document.format == openapi::Format::OpenApi
    }

    /// Where something stands in the file.
    pub(super) fn place(&self, pointer: &str, part: Part) -> Place {
        match &self.tree {
            Some(tree) => tree.place(&openapi::pointer_as_written(&self.document, pointer), part),
            None => Place::file(&self.file),
        }
    }

    /// A text under `info`.
    pub(super) fn info(&self, key: &str) -> Option<String> {
        self.document.info(key).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    /// Whom to ask.
    pub(super) fn contact(&self) -> Option<Contact> {
        let contact = self.document.at("/info/contact")?;
        let text = |key: &str| contact.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Contact { name: text("name"), url: text("url"), email: text("email") })
    }

    /// The licence.
    pub(super) fn license(&self) -> Option<License> {
        let license = self.document.at("/info/license")?;
        let text = |key: &str| license.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(License { name: text("name"), url: text("url") })
    }

    /// The backend that the definition names: the first `https` server, else the first `http` one, with the defaults of its
    /// variables filled in. A relative address names none.
    pub(super) fn service_url(&self) -> Option<String> {
        let servers: Vec<String> = self.servers().iter().filter_map(server_url).collect();
        let first = |scheme: &str| {
            servers.iter().find(|url| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        };
        let url = first("https://").or_else(|| first("http://"))?;
        super::parts::address(url).is_ok().then(|| url.trim_end_matches('/').to_owned())
    }

    /// Its servers as written.
    pub(super) fn servers(&self) -> &[Value] {
        self.document.at("/servers").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn server_url(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").map(|default| default.as_str().map_or_else(|| default.to_string(), str::to_owned));
        url = url.replace(&format!("{{{name}}}"), &default.unwrap_or_default());
    }
    Some(url)
}
