//! Reference pages, changes and downloads: what goes in is a definition, what comes out is in the cases.

mod common;

use common::{Case, between, folder, page, run};
use portal_gen::{Options, Rendered};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The text of a block as the rest of a definition.
fn whole(part: &str) -> String {
    let mut definition = json!({
        "openapi": "3.1.0",
        "info": { "title": "Test", "version": "1" },
        "servers": [{ "url": "https://backend.example.com" }],
        "paths": {},
    });
    let part: Value = serde_json::from_str(part).unwrap_or_else(|error| panic!("{error}: {part}"));
    for (key, value) in part.as_object().unwrap() {
        definition[key] = value.clone();
    }
    // What a case does not want is `null` there.
    definition.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    definition.to_string()
}

fn rendered(files: &[(&str, &str)]) -> (Rendered, String) {
    let folder = folder(files);
    let (service, findings) = portal_gen::check(&folder, None);
    let service = service.unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&findings)));
    let (site, more) = portal_gen::render::site(&service, &folder, &Options::default()).unwrap();
    (site, more.iter().map(diagnostic::render::text).collect())
}

/// Two revisions of an API; the second is the current one.
fn revisions(old: &str, new: &str) -> Rendered {
    rendered(&[
        ("apis/test;rev=1/specification.json", &whole(old)),
        ("apis/test/specification.json", &whole(new)),
        ("apis/test/apiInformation.json", r#"{ "properties": { "apiRevision": "2", "isCurrent": true } }"#),
    ])
    .0
}

#[test]
fn what_changed_between_two_definitions() {
    run("changes.md", |case| {
        let site = revisions(case.block("json old"), case.block("json new"));
        let steps: Value = serde_json::from_str(page(&site, "apis/test/changes/changes.json")).unwrap();
        let mut out = String::new();
        for change in steps[0]["changes"].as_array().unwrap() {
            let (kind, subject) = change["subject"].as_object().unwrap().iter().next().unwrap();
            let breaking = change["breaking"].as_str().map_or_else(String::new, |why| format!(" -- BREAKS: {why}"));
            let users = change["used_by"].as_array().map_or(0, Vec::len);
            let users = if users > 0 { format!(" (used by {users})") } else { String::new() };
            let (subject, what) = (subject.as_str().unwrap(), change["what"].as_str().unwrap());
            let happened = change["kind"].as_str().unwrap();
            out.push_str(&format!("{kind} {subject}: {happened}: {what}{users}{breaking}\n"));
        }
        if out.is_empty() { "nothing".to_owned() } else { out }
    });
}

#[test]
fn a_definition_in_the_words_of_other_versions() {
    run("downloads.md", |case| {
        let (info, _) = case.blocks.last().unwrap();
        let file = info.split(' ').nth(1).unwrap();
        let (site, said) = rendered(&[("apis/test/specification.json", &whole(case.block("json")))]);
        let text = page(&site, &format!("apis/test/{file}")).trim_end();
        let target = match &file[..file.len() - 5] {
            "openapi-3.1" => "OpenAPI 3.1",
            "openapi-3.0" => "OpenAPI 3.0",
            "openapi-2.0" => "OpenAPI 2.0",
            _ => "Postman",
        };
        let said: Vec<&str> = said.lines().filter(|line| line.contains(&format!("as {target}:"))).collect();
        format!("{text}\n{}", said.iter().map(|line| format!("# {}\n", line.trim())).collect::<String>())
    });
}

#[test]
fn definitions_that_are_not_openapi() {
    run("outlines.md", |case| {
        let (info, text) = &case.blocks[0];
        let file = info.split(' ').nth(1).unwrap();
        let (site, _) = rendered(&[(file, text)]);
        between(page(&site, "apis/test/reference/index.html"), "</h1>", "</article>").to_owned()
    });
}

/// What is wrong with a definition, as `check` and `build` say it.
#[test]
fn mistakes_in_definitions() {
    run("definitions.md", |case: &Case| {
        let files: Vec<(&str, &str)> = case.blocks[..case.blocks.len() - 1]
            .iter()
            .map(|(info, text)| (info.split(' ').nth(1).unwrap(), text.as_str()))
            .collect();
        let folder = folder(&files);
        let (service, mut findings) = portal_gen::check(&folder, None);
        if let Some(service) = service {
            findings.extend(portal_gen::render::site(&service, &folder, &Options::default()).unwrap().1);
        }
        diagnostic::render::all_text(&findings)
    });
}

#[test]
fn release_notes_and_dates_stand_with_their_revision_and_in_the_feed() {
    let (old, new) = (whole("{}"), whole(r#"{ "paths": { "/a": { "get": { "responses": {} } } } }"#));
    let (site, _) = rendered(&[
        ("apis/test;rev=1/specification.json", &old),
        ("apis/test/specification.json", &new),
        ("apis/test/apiInformation.json", r#"{ "properties": { "apiRevision": "2", "isCurrent": true } }"#),
        (
            "apis/test/releases/second/apiReleaseInformation.json",
            r#"{ "properties": { "apiId": "/apis/test;rev=2", "notes": "Now with *a*.", "createdDateTime": "2026-02-03T10:00:00Z" } }"#,
        ),
        (
            "apis/test/releases/early/apiReleaseInformation.json",
            r#"{ "properties": { "apiId": "/apis/test", "notes": "The beginning." } }"#,
        ),
    ]);
    let html = page(&site, "apis/test/changes/index.html");
    let step = between(html, "Revision 2", "</section>");
    assert!(step.contains("Now with <em>a</em>.") && step.contains("2026-02-03") && step.contains("1 added"), "{step}");
    assert!(step.contains("href=\"../../../apis/test/get-a/\""), "{step}");
    assert!(html.contains("The beginning."));
    let feed = page(&site, "apis/test/changes/feed.xml");
    assert!(feed.contains("<pubDate>Tue, 03 Feb 2026 10:00:00 +0000</pubDate>"), "{feed}");
    assert!(feed.contains("<title>Revision 2: 1 added</title>") && feed.contains("&lt;em&gt;a&lt;/em&gt;"), "{feed}");
    roxmltree::Document::parse(feed).unwrap();
}

#[test]
fn a_version_is_compared_with_the_one_before_and_leads_to_the_same_operation_there() {
    let set = r#"{ "properties": { "displayName": "Test", "versioningScheme": "Segment" } }"#;
    let version = |identifier: &str| {
        format!(
            r#"{{ "properties": {{ "path": "test", "apiVersion": "{identifier}", "apiVersionSetId": "/apiVersionSets/test" }} }}"#
        )
    };
    let definition = |extra: &str| {
        whole(&format!(r#"{{ "paths": {{ "/a": {{ "get": {{ "operationId": "a", "responses": {{}} }} }}{extra} }} }}"#))
    };
    let names = ["v9", "v10", ""];
    let informations = names.map(version);
    let definitions = [
        definition(r#", "/b": { "get": { "responses": {} } }"#),
        definition(""),
        definition(r#", "/c": { "get": { "responses": {} } }"#),
    ];
    let mut files = vec![("version sets/test/versionSetInformation.json".to_owned(), set.to_owned())];
    for ((name, information), definition) in ["nine", "ten", "first"].iter().zip(&informations).zip(&definitions) {
        files.push((format!("apis/{name}/apiInformation.json"), information.clone()));
        files.push((format!("apis/{name}/specification.json"), definition.clone()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (site, _) = rendered(&files);
    let ten = page(&site, "apis/ten/changes/index.html");
    assert!(ten.contains("Since version v9: 1 removed, 1 breaking."), "{ten}");
    assert!(page(&site, "apis/nine/changes/index.html").contains("Since the original version"));
    assert!(!site.files.contains_key("apis/first/changes/index.html"));
    let operation = page(&site, "apis/ten/a/index.html");
    assert!(operation.contains("href=\"../../../apis/nine/a/\">v9</a>"), "{operation}");
    assert!(between(operation, "class=\"chooser\"", "</ul>").contains("aria-current=\"page\">v10"));
}

fn shared(kind: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/specs").join(kind);
    if !shared.is_dir() {
        println!("skipped: there is no {}", shared.display());
        return None;
    }
    Some(shared)
}

/// Every real definition of the other formats has a page, and nothing is said about them but what is known to be missing.
#[test]
fn real_definitions_have_pages() {
    for (kind, extension) in
        [("graphql", "graphql"), ("wsdl", "wsdl"), ("proto", "proto"), ("odata", "edmx"), ("asyncapi", "yml")]
    {
        let Some(directory) = shared(kind) else { return };
        let mut files: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let mut folder = catalog::Folder::new();
            folder.insert(format!("apis/test/specification.{extension}"), std::fs::read(&file).unwrap());
            let (service, findings) = portal_gen::check(&folder, None);
            let said = diagnostic::render::all_text(&findings);
            let service = service.unwrap_or_else(|| panic!("{}: {said}", file.display()));
            let known = [
                "wsdl/reference",
                "wsdl/prefix",
                "odata/prefix",
                "odata/unknown-type",
                "openapi/reference-external",
                "openapi/reference",
                "asyncapi/no-channels",
                "proto/unknown-type",
            ];
            assert!(findings.iter().all(|finding| known.contains(&finding.id)), "{}: {said}", file.display());
            let (site, _) = portal_gen::render::site(&service, &folder, &Options::default()).unwrap();
            let html = page(&site, "apis/test/reference/index.html");
            assert!(html.contains("<h2 id="), "{}: {html}", file.display());
            println!(
                "{}: {} files, reference {} bytes, {} findings",
                file.display(),
                site.files.len(),
                html.len(),
                findings.iter().count()
            );
        }
    }
}

/// The converted downloads of a definition with everything in it are what the formats' own schemas ask for.
#[test]
fn downloads_are_valid() {
    let mut inputs = vec![("everything".to_owned(), whole(include_str!("data/everything.json")))];
    if let Some(directory) = shared("openapi") {
        let mut files: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        // The larger ones take minutes in a build for tests.
        files.retain(|file| {
            std::fs::metadata(file).unwrap().len() < 200_000 && file.extension().is_some_and(|extension| extension == "json")
        });
        inputs.extend(files.iter().map(|file| (file.display().to_string(), std::fs::read_to_string(file).unwrap())));
    }
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let swagger = jsonschema::validator_for(&schema(include_str!("data/schema-2.0.json"))).unwrap();
    let openapi30 = jsonschema::validator_for(&schema(include_str!("data/schema-3.0.json"))).unwrap();
    let openapi31 = jsonschema::validator_for(&schema(include_str!("data/schema-3.1.json"))).unwrap();
    for (name, text) in inputs {
        let information = r#"{ "properties": { "serviceUrl": "https://backend.example.com" } }"#;
        let (site, _) = rendered(&[("apis/test/specification.json", &text), ("apis/test/apiInformation.json", information)]);
        for (file, validator) in
            [("openapi-2.0.json", &swagger), ("openapi-3.0.json", &openapi30), ("openapi-3.1.json", &openapi31)]
        {
            let document: Value = serde_json::from_str(page(&site, &format!("apis/test/{file}"))).unwrap();
            let wrong: Vec<String> = validator
                .iter_errors(&document)
                // The schema of 3.1 has a slip in its variables of servers: it calls `description` `descriptions`.
                .filter(|error| !error.instance_path().to_string().contains("/variables/"))
                .take(5)
                .map(|error| format!("{} at {}", error.to_string().chars().take(300).collect::<String>(), error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{name} as {file}: {wrong:#?}");
            if let Some(yaml) = file.strip_suffix(".json").filter(|stem| stem.starts_with("openapi")) {
                let bytes: std::sync::Arc<[u8]> = page(&site, &format!("apis/test/{yaml}.yaml")).as_bytes().into();
                let mut findings = diagnostic::Diagnostics::new();
                let read = catalog::openapi::read("a.yaml", &bytes, &mut findings);
                assert!(read.is_some() && !findings.has_errors(), "{name}: {}", diagnostic::render::all_text(&findings));
            }
        }
    }
}
