//! TEMPORARY: stands in for catalog::load.
use catalog::model::*;
use catalog::{Folder, Service, openapi};
use diagnostic::{Diagnostics, Source};
use serde_json::Value;
use std::sync::Arc;

pub(crate) struct Loaded {
    pub(crate) service: Option<Service>,
    pub(crate) diagnostics: Diagnostics,
}

pub(crate) fn load(folder: &Folder, _: Option<&str>) -> Loaded {
    let mut service = Service::default();
    service.portal.title = "Demo".into();
    for (path, bytes) in folder.iter() {
        if let Some(rest) = path.strip_prefix("apis/") {
            let Some((name, file)) = rest.split_once('/') else { continue };
            if file != "specification.json" {
                continue;
            }
            let root: Value = serde_json::from_slice(bytes).unwrap();
            let document = document(root);
            let operations = document
                .operations
                .iter()
                .enumerate()
                .map(|(i, o)| Operation {
                    name: crate::slug::slug(o.operation_id.as_deref().unwrap_or(&format!("{}-{}", o.method, o.path))),
                    display_name: o.summary.clone().or(o.operation_id.clone()).unwrap_or(o.path.clone()),
                    description: o.description.clone().unwrap_or_default(),
                    method: o.method.to_uppercase(),
                    url_template: o.path.clone(),
                    definition: Some(i),
                    policy: None,
                    tags: vec![],
                })
                .collect();
            service.apis.push(Api {
                name: name.into(),
                workspace: None,
                display_name: document.info("title").unwrap_or(name).into(),
                description: document.info("description").unwrap_or("").into(),
                path: name.into(),
                kind: ApiKind::Http,
                protocols: vec!["https".into()],
                service_url: None,
                subscription_required: true,
                key_names: KeyNames::default(),
                version: None,
                revision: "1".into(),
                revision_description: String::new(),
                is_current: true,
                contact: None,
                license: Some(License {
                    name: document.at("/info/license/name").and_then(Value::as_str).map(str::to_owned),
                    url: document.at("/info/license/url").and_then(Value::as_str).map(str::to_owned),
                }),
                terms_of_service_url: None,
                tags: vec![],
                operations,
                definition: Arc::new(document),
                definition_file: path.into(),
                policy: None,
                releases: vec![],
            });
        } else if let Some(rest) = path.strip_prefix("portal/content/") {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let title = text.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or(rest).to_owned();
            service.portal.pages.push(Page {
                path: rest.trim_end_matches(".md").into(),
                title,
                description: String::new(),
                order: 0,
                markdown: text.clone(),
                source: Source::new(path.to_owned(), text),
                first_line: 0,
            });
        } else if let Some(rest) = path.strip_prefix("portal/").filter(|r| r.starts_with("media/") || r.starts_with("theme/")) {
            service.portal.files.push((rest.into(), bytes.clone()));
        }
    }
    let apis: Vec<String> = service.apis.iter().map(|a| a.name.clone()).collect();
    service.products.push(Product {
        name: "starter".into(),
        workspace: None,
        display_name: "Starter".into(),
        description: "For trying things out.".into(),
        terms: "Be kind.".into(),
        subscription_required: true,
        approval_required: true,
        subscriptions_limit: Some(1),
        published: true,
        apis,
        groups: vec![],
        tags: vec![],
        policy: None,
    });
    Loaded { service: Some(service), diagnostics: Diagnostics::new() }
}

fn esc(s: &str) -> String {
    s.replace('~', "~0").replace('/', "~1")
}

fn document(root: Value) -> openapi::Document {
    let mut d =
        openapi::Document { version: root["openapi"].as_str().unwrap_or("").into(), root, operations: vec![], webhooks: vec![] };
    let mut operations = vec![];
    for (section, out) in [("paths", 0), ("webhooks", 1)] {
        for (path, item) in d.root.get(section).and_then(Value::as_object).into_iter().flatten() {
            for (method, o) in item.as_object().into_iter().flatten() {
                if !["get", "put", "post", "delete", "patch", "head", "options"].contains(&method.as_str()) {
                    continue;
                }
                let pointer = format!("/{section}/{}/{method}", esc(path));
                let res = |p: String| {
                    let v = d.at(&p).unwrap();
                    d.resolve(v).map(|(q, _)| q.unwrap_or(p))
                };
                let s = |k: &str| o.get(k).and_then(Value::as_str).map(str::to_owned);
                let mut parameters = vec![];
                for (base, v) in [(format!("/{section}/{}", esc(path)), item), (pointer.clone(), o)] {
                    for i in 0..v.get("parameters").and_then(Value::as_array).map_or(0, Vec::len) {
                        parameters.extend(res(format!("{base}/parameters/{i}")));
                    }
                }
                let op = openapi::Operation {
                    path: path.clone(),
                    method: method.clone(),
                    pointer: pointer.clone(),
                    operation_id: s("operationId"),
                    summary: s("summary"),
                    description: s("description"),
                    tags: o
                        .get("tags")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                    deprecated: o.get("deprecated") == Some(&Value::Bool(true)),
                    parameters,
                    request_body: o.get("requestBody").and_then(|_| res(format!("{pointer}/requestBody"))),
                    responses: o
                        .get("responses")
                        .and_then(Value::as_object)
                        .into_iter()
                        .flatten()
                        .filter_map(|(c, _)| Some((c.clone(), res(format!("{pointer}/responses/{c}"))?)))
                        .collect(),
                    callbacks: o
                        .get("callbacks")
                        .and_then(Value::as_object)
                        .into_iter()
                        .flatten()
                        .flat_map(|(n, e)| {
                            let pointer = pointer.clone();
                            e.as_object().into_iter().flatten().flat_map(move |(x, i)| {
                                let pointer = pointer.clone();
                                i.as_object().into_iter().flatten().map(move |(m, _)| openapi::Callback {
                                    name: n.clone(),
                                    expression: x.clone(),
                                    method: m.clone(),
                                    pointer: format!("{pointer}/callbacks/{}/{}/{m}", esc(n), esc(x)),
                                })
                            })
                        })
                        .collect(),
                };
                operations.push((out, op));
            }
        }
    }
    for (out, op) in operations {
        if out == 0 { d.operations.push(op) } else { d.webhooks.push(op) }
    }
    d
}
