//! Definitions as they are found in the wild: what is wrong in them is said, and their pages come out.

mod common;

use common::{between, definition, files_of, folder, page};
use portal_gen::{Options, Rendered, publish};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The site of one API, and what is said about it.
fn built(paths: Value, schemas: Value) -> (Rendered, String) {
    whole(&definition(&paths.to_string(), &schemas.to_string()))
}

fn whole(definition: &str) -> (Rendered, String) {
    let folder = folder(&[("apis/test/specification.json", definition)]);
    let (service, findings) = portal_gen::check(&folder, None);
    let service = service.unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&findings)));
    let (site, more) = portal_gen::render::site(&service, &folder, &Options::default()).unwrap();
    (site, findings.iter().chain(&more).map(diagnostic::render::text).collect())
}

fn answered(schema: Value) -> Value {
    json!({ "responses": { "200": { "description": "", "content": { "application/json": { "schema": schema } } } } })
}

#[test]
fn references_that_lead_nowhere_are_said_and_shown() {
    let (site, said) = built(
        json!({ "/a": { "get": answered(json!({ "$ref": "#/components/schemas/Pett" })) } }),
        json!({ "Pet": { "properties": { "owner": { "$ref": "other.json#/Owner" } } } }),
    );
    assert!(
        said.contains("`#/components/schemas/Pett` leads nowhere") && said.contains("did you mean `#/components/schemas/Pet`?"),
        "{said}"
    );
    assert!(said.contains("apis/test/specification.json:1:"), "{said}");
    assert!(said.contains("`other.json#/Owner` is outside this file"), "{said}");
    assert!(page(&site, "apis/test/get-a/index.html").contains("Pett (not found)"));
    assert!(page(&site, "apis/test/schemas/pet/index.html").contains("other.json#/Owner (not found)"));
}

#[test]
fn two_operations_of_one_id_have_two_pages() {
    let one = json!({ "operationId": "same", "summary": "One", "responses": {} });
    let two = json!({ "operationId": "same", "summary": "Two", "responses": {} });
    let (site, said) = built(json!({ "/a": { "get": one }, "/b": { "get": two } }), json!({}));
    assert!(said.contains("two operations have the id `same`") && said.contains("give each its own id"), "{said}");
    let titles: BTreeSet<&str> = site
        .files
        .keys()
        .filter(|file| file.starts_with("apis/test/same") && file.ends_with("/index.html"))
        .map(|file| between(page(&site, file), "<h1>", "</h1>"))
        .collect();
    assert_eq!(titles, BTreeSet::from(["One", "Two"]));
}

#[test]
fn an_operation_without_responses_has_a_page() {
    let (site, _) = built(
        json!({ "/a": { "get": { "operationId": "a" }, "put": { "operationId": "b", "responses": { "200": {} } } } }),
        json!({}),
    );
    assert!(!page(&site, "apis/test/a/index.html").contains("id=\"responses\""));
    assert!(page(&site, "apis/test/b/index.html").contains("id=\"response-200\""));
    // Where 3.0 and 2.0 ask for responses, there are some.
    let old: Value = serde_json::from_str(page(&site, "apis/test/openapi-2.0.json")).unwrap();
    assert_eq!(old["paths"]["/a"]["get"]["responses"], json!({ "default": { "description": "" } }));
}

#[test]
fn schemas_that_hold_themselves_end() {
    let own = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let (site, _) = built(
        json!({ "/a": { "get": answered(own("A")), "post": answered(json!({ "anyOf": [own("List"), own("Deep")] })) } }),
        json!({
            "A": { "allOf": [own("B"), { "properties": { "a": { "type": "string" } } }] },
            "B": { "allOf": [own("A"), { "properties": { "b": own("B") } }] },
            "Own": { "allOf": [own("Own")] },
            "List": { "type": "array", "items": own("List") },
            "Map": { "additionalProperties": own("Map") },
            "Either": { "oneOf": [own("Either"), { "type": "null" }] },
            "Not": { "not": own("Not"), "if": own("Not"), "prefixItems": [own("Not")] },
            "Deep": { "properties": { "x": { "properties": { "y": { "items": { "properties": { "z": own("Deep") } } } } } } },
        }),
    );
    for name in ["a", "b", "own", "list", "map", "either", "not", "deep"] {
        let html = page(&site, &format!("apis/test/schemas/{name}/index.html"));
        assert!(html.len() < 30_000, "{name}: {}", html.len());
    }
    let both = page(&site, "apis/test/schemas/a/index.html");
    assert!(both.contains("<code>a</code>") && both.contains("<code>b</code>"), "{both}");
    assert!(page(&site, "apis/test/get-a/index.html").contains("<code>b</code>"));
}

/// As many operations as the largest providers have in all of their APIs together: every page is there, and none grows.
#[test]
fn ten_thousand_operations() {
    let mut paths = serde_json::Map::new();
    for number in 0..2_500 {
        let operation = |method: &str| json!({ "operationId": format!("{method}{number}"), "tags": [format!("tag {}", number / 500)], "responses": {} });
        // A quarter has no tag.
        let untagged = json!({ "operationId": format!("plain{number}"), "responses": {} });
        paths.insert(
            format!("/v1/things{}/{number}", number % 400),
            json!({ "get": operation("get"), "post": operation("post"), "put": operation("put"), "delete": untagged }),
        );
    }
    let (site, said) = built(Value::Object(paths), json!({}));
    assert!(!said.contains("error"), "{said}");
    let pages: Vec<&String> = site.files.keys().filter(|file| file.ends_with(".html")).collect();
    assert!(pages.len() > 10_000, "{}", pages.len());
    let largest = pages.iter().map(|file| (page(&site, file).len(), *file)).max().unwrap();
    assert!(largest.0 < 150_000, "{largest:?}");
    let operation = page(&site, "apis/test/get1234/index.html");
    assert!(operation.len() < 30_000, "{}", operation.len());
    assert!(operation.contains("aria-current=\"page\""), "the navigation shows where the reader is");
    // Every operation can be reached by links: each is on a page of its tag.
    let listed: BTreeSet<&str> = pages
        .iter()
        .filter(|file| file.starts_with("apis/test/tags/"))
        .flat_map(|file| page(&site, file).split("<ul class=\"operations\">").nth(1).unwrap().split("href=\"").skip(1))
        .map(|rest| rest.split('"').next().unwrap().rsplit("../").next().unwrap())
        .collect();
    let operations = site
        .files
        .keys()
        .filter(|file| file.starts_with("apis/test/") && file.matches('/').count() == 3 && file.ends_with("/index.html"));
    let missing: Vec<&String> = operations
        .filter(|file| !["schemas", "tags", "security", "changes"].contains(&file.split('/').nth(2).unwrap()))
        .filter(|file| !listed.contains(file.trim_end_matches("index.html")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

const NAMES: [&str; 14] = [
    "with spaces",
    "a/b/../c",
    "..",
    "/",
    "🐶",
    "🐱",
    "مرحبا بالعالم",
    "שלום",
    "<script>alert(1)</script>",
    "a\"b'c",
    "\u{202e}txet",
    "CON",
    "index.html",
    "%2e%2e%2f",
];

#[test]
fn names_of_every_kind_have_pages_that_are_found() {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for (number, name) in NAMES.iter().enumerate() {
        let reference = format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1").replace('%', "%25"));
        let mut operation = answered(json!({ "$ref": reference }));
        operation["operationId"] = json!(name);
        operation["summary"] = json!(name);
        operation["tags"] = json!([name]);
        operation["parameters"] = json!([{ "name": name, "in": "query", "description": name, "schema": { "enum": [name] } }]);
        paths.insert(format!("/{number}"), json!({ "get": operation }));
        schemas.insert(
            (*name).to_owned(),
            json!({ "description": name, "properties": { *name: { "type": "string", "default": name } } }),
        );
    }
    let (site, _) = built(Value::Object(paths), Value::Object(schemas));
    let html: Vec<&String> = site.files.keys().filter(|file| file.ends_with(".html")).collect();
    for file in site.files.keys() {
        assert!(!file.split('/').any(|part| matches!(part, "" | "." | ".." | "con")), "{file}");
    }
    let directories = |start: &str| {
        html.iter().filter(|file| file.starts_with(start) && file.matches('/').count() == start.matches('/').count() + 1).count()
    };
    assert_eq!(directories("apis/test/schemas/"), NAMES.len());
    assert_eq!(directories("apis/test/tags/"), NAMES.len());
    assert_eq!(html.iter().filter(|file| page(&site, file).contains("operation-page")).count(), NAMES.len());
    for file in &html {
        let text = page(&site, file);
        assert!(!text.contains("<script>alert"), "{file}");
        let ids: Vec<&str> = text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{file}: {ids:?}");
        assert!(ids.iter().all(|id| !id.contains(char::is_whitespace)), "{file}: {ids:?}");
        for link in
            text.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).filter(|link| link.starts_with("../"))
        {
            let path = link.trim_start_matches("../").split(['#', '?']).next().unwrap();
            let target = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
            assert!(site.files.contains_key(&target), "{file}: {link}");
        }
    }
}

#[test]
fn nothing_overwrites_anything_and_nothing_leaves_the_folder() {
    let own = [
        "schemas",
        "tags",
        "security",
        "changes",
        "reference",
        "webhooks",
        "revisions",
        "callbacks",
        "index",
        "definition.json",
        "openapi-3.1.json",
        "feed.xml",
    ];
    let mut paths = serde_json::Map::new();
    for (number, name) in own.iter().chain(&NAMES).enumerate() {
        paths.insert(format!("/{number}"), json!({ "get": { "operationId": name, "tags": [name], "responses": {} }, "put": { "operationId": name.to_uppercase(), "responses": {} } }));
    }
    let definition = definition(&Value::Object(paths).to_string(), "{}");
    let folder = folder(&[
        ("apis/test/specification.json", &definition),
        ("apis/TEST/specification.json", &definition),
        ("apis/Test!/specification.json", &definition),
        ("apis/test!/apiInformation.json", "{}"),
    ]);
    let mut folder = folder;
    // The same paths for all would be an error of its own.
    for (api, path) in [("test", "a"), ("TEST", "b"), ("Test!", "c")] {
        folder.insert(
            format!("apis/{api}/apiInformation.json"),
            format!(r#"{{ "properties": {{ "path": "{path}" }} }}"#).into_bytes(),
        );
    }
    let directory = tempfile::tempdir().unwrap();
    let (sources, out) = (directory.path().join("sources"), directory.path().join("deep/site"));
    std::fs::create_dir(&sources).unwrap();
    let mut left = catalog::Folder::new();
    folder.iter().filter(|(path, _)| !path.starts_with("apis/test!")).for_each(|(path, bytes)| left.insert(path, bytes.clone()));
    let (service, findings) = portal_gen::check(&left, None);
    let service = service.unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&findings)));
    let (summary, _) = publish::build(&service, &left, &sources, &out, &Options::default(), false).unwrap();
    let written = files_of(&out).iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "html")).count();
    // As many pages as were given away to be written: none has taken the place of another.
    assert_eq!(summary.unwrap().pages, written);
    assert!(written > 3 * 2 * (own.len() + NAMES.len()), "{written}");
    let beside: Vec<_> =
        std::fs::read_dir(directory.path().join("deep")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["site"]);
}

#[test]
fn descriptions_may_be_empty_or_a_megabyte_long() {
    let long = "A *word* and `code`. ".repeat(50_000);
    let lines = "- item\n".repeat(150_000);
    let open = "[".repeat(200_000) + &"*_".repeat(100_000);
    let mut paths = serde_json::Map::new();
    for (number, text) in ["", " \n\t", &long, &lines, &open].into_iter().enumerate() {
        paths.insert(
            format!("/{number}"),
            json!({ "get": { "operationId": format!("op{number}"), "summary": text, "description": text, "tags": ["t"], "parameters": [{ "name": "a", "in": "query", "description": if number < 2 { text } else { "" } }], "responses": { "200": { "description": "" } } } }),
        );
    }
    let (site, _) = whole(
        &json!({ "openapi": "3.1.0", "info": { "title": "T", "version": "1", "description": long }, "servers": [{ "url": "https://b.example.com" }], "tags": [{ "name": "t", "description": long }], "paths": paths }).to_string(),
    );
    for number in 0..5 {
        let html = page(&site, &format!("apis/test/op{number}/index.html"));
        assert!(html.ends_with("</html>\n") && html.contains("<h1>"), "{number}");
        let title = between(html, "<h1>", "</h1>");
        assert!(!title.is_empty() && title.chars().count() <= 1_000, "{number}: {}", title.len());
    }
    assert!(page(&site, "apis/test/op2/index.html").len() > 1_000_000, "nothing of it is lost");
    // The text of one does not make the pages of others larger.
    assert!(page(&site, "apis/test/op0/index.html").len() < 20_000, "{}", page(&site, "apis/test/op0/index.html").len());
    assert!(page(&site, "apis/index.html").len() < 20_000);
}
