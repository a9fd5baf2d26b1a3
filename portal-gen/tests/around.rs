//! What a site has around its pages: languages, search, Markdown twins, building again, compressed copies.

mod common;

use common::{definition, files_of, folder, page, site, write_files};
use portal_gen::{Options, Rendered};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

fn portal_gen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portal-gen")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A definition whose own texts have no Latin letters, so that what has some is the portal's.
fn wordless() -> String {
    let paths = r##"{ "/1": { "put": { "operationId": "1", "summary": "α", "description": "β", "deprecated": true, "tags": ["τ"],
        "security": [{ "1": ["2"] }, { "3": [] }, {}],
        "parameters": [ { "name": "1", "in": "query", "required": true, "description": "γ", "schema": { "type": "array", "items": { "type": "string", "enum": ["1", "2"] } } },
            { "name": "2", "in": "cookie", "deprecated": true, "schema": { "type": ["integer", "null"], "minimum": 1, "maximum": 9, "multipleOf": 3, "default": 3, "example": 6 } },
            { "name": "3", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1, "pattern": "1" } },
            { "name": "4", "in": "header", "schema": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/1" } } } ],
        "requestBody": { "required": true, "description": "δ", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } },
        "responses": { "200": { "description": "ε", "headers": { "1": { "schema": { "type": "string" } } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } }, "default": { "description": "ζ" } },
        "callbacks": { "1": { "2": { "post": { "responses": { "204": { "description": "η" } } } } } } },
        "get": { "operationId": "2", "summary": "θ", "responses": { "200": { "description": "ι" } } } } }"##;
    let schemas = r##"{ "1": { "type": "object", "description": "κ", "required": ["1"], "properties": { "1": { "type": "string", "readOnly": true, "const": "1" },
        "2": { "oneOf": [ { "$ref": "#/components/schemas/1" }, { "type": "object", "properties": { "3": { "type": "string", "writeOnly": true, "deprecated": true } } } ], "discriminator": { "propertyName": "1" } },
        "4": { "type": "object", "properties": { "5": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } } }, "additionalProperties": { "type": "string", "description": "λ" } } } } }"##;
    let whole = definition(paths, schemas);
    let mut value: serde_json::Value = serde_json::from_str(&whole).unwrap();
    value["info"] = serde_json::json!({ "title": "μ", "version": "1", "description": "ν", "license": { "name": "ξ" }, "contact": { "name": "ο" } });
    value["webhooks"] = serde_json::json!({ "1": { "post": { "summary": "π", "deprecated": true, "requestBody": { "content": { "application/json": { "schema": { "type": "object" } } } }, "responses": { "200": { "description": "ρ" } } } } });
    value["components"]["securitySchemes"] = serde_json::json!({
        "1": { "type": "apiKey", "in": "header", "name": "1" }, "2": { "type": "http", "scheme": "basic" },
        "3": { "type": "mutualTLS" }, "4": { "type": "http", "scheme": "bearer" }, "5": { "type": "apiKey", "in": "query", "name": "1" }
    });
    value.to_string()
}

/// The texts of a message file that all stand in brackets.
fn bracketed() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/messages");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let all: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&read("en.yaml")).unwrap();
    let german: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&read("de.yaml")).unwrap();
    let wrap = |text: &str| format!("⟦{text}⟧");
    let mut file = serde_json::Map::new();
    for (key, value) in all {
        let wrapped = match value {
            serde_json::Value::Object(forms) => forms
                .iter()
                .map(|(form, text)| (form.clone(), wrap(text.as_str().unwrap()).into()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            text => serde_json::Value::from(wrap(text.as_str().unwrap())),
        };
        file.insert(key, wrapped);
    }
    let words = german["words"].as_object().unwrap().keys().map(|word| (word.clone(), wrap(word).into()));
    file.insert("words".to_owned(), words.collect::<serde_json::Map<_, _>>().into());
    serde_json::Value::from(file).to_string()
}

/// The words of a page that people read: texts, and what is read aloud. Code is nobody's language.
fn words_of(html: &str) -> Vec<String> {
    let mut words = Vec::new();
    let body = &html[html.find("<body").unwrap()..];
    let mut rest = body;
    let mut skipped = 0;
    while let Some((before, after)) = rest.split_once('<') {
        if skipped == 0 && !before.trim().is_empty() {
            words.push(before.trim().to_owned());
        }
        let (tag, after) = after.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        let is_code = ["code", "pre", "kbd", "script"].contains(&name)
            || tag.contains("class=\"method")
            || tag.contains("class=\"type\"") && !tag.starts_with('/');
        if is_code && !tag.starts_with('/') && name != "span" {
            skipped += 1;
        } else if tag.starts_with('/') && ["code", "pre", "kbd", "script"].contains(&name) {
            skipped -= 1;
        }
        for attribute in ["aria-label", "title", "alt", "placeholder"] {
            if let Some((_, value)) = tag.split_once(&format!("{attribute}=\"")) {
                words.push(value.split('"').next().unwrap().to_owned());
            }
        }
        rest = after;
    }
    words
}

#[test]
fn every_word_of_the_portal_is_a_message() {
    let definition = wordless();
    let (first, second) = (definition.as_str(), bracketed());
    let files = folder(&[
        ("apis/1/specification.json", first),
        ("apis/2/specification.json", first),
        ("apis/2/apiInformation.yaml", "properties: { subscriptionRequired: true, path: \"2\" }"),
        ("apis/1/apiInformation.yaml", "properties: { path: \"1\", subscriptionRequired: false }"),
        (
            "products/1/productInformation.yaml",
            "properties: { displayName: \"σ\", description: \"τ\", state: published, subscriptionRequired: true, approvalRequired: true, subscriptionsLimit: 2, terms: \"υ\" }",
        ),
        ("products/1/apis/2/productApiInformation.yaml", "{}"),
        (
            "products/2/productInformation.yaml",
            "properties: { displayName: \"φ\", state: published, subscriptionRequired: false }",
        ),
        ("portal/portal.yaml", "title: χ\nlanguages: [qq]\n"),
        ("portal/content/1/2.md", "# ψ\n\n## ω\n\n- [x] 1\n\n> [!NOTE]\n> 2\n\n## α\n"),
        ("portal/theme/messages/qq.yaml", &second),
    ]);
    let site = site(&files);
    // Names of protocols, types and programming languages, which every language shares.
    let shared = [
        "HTTP",
        "curl",
        "GET",
        "PUT",
        "POST",
        "HOOK",
        "REST",
        "JSON",
        "OK",
        "No Content",
        "OpenAPI",
        "OAuth 2",
        "YAML",
        "C",
        "Go",
        "Java",
        "JavaScript",
        "PHP",
        "PowerShell",
        "Python",
        "Ruby",
        "Rust",
        "Swift",
        "TypeScript",
        "application/json",
        "default",
    ];
    let mut found = BTreeSet::new();
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".html")) {
        // A text may have code in it, and then stands in several pieces.
        let mut depth = 0;
        for words in words_of(page(&site, file)) {
            let mut bare = String::new();
            for one in words.chars() {
                match one {
                    '⟦' => depth += 1,
                    '⟧' => {
                        depth -= 1;
                        bare.push(' ');
                    }
                    one if depth == 0 => bare.push(one),
                    _ => {}
                }
            }
            let is_type = bare.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| {
                ["string", "integer", "object", "array", "boolean", "number", "null"].contains(&word)
                    || word.chars().all(|one| !one.is_ascii_alphabetic())
            });
            let bare = bare.trim().trim_matches(|one: char| !one.is_alphanumeric());
            let is_size = bare.ends_with("bytes") || bare.ends_with("kB") || bare.contains("OpenAPI");
            if bare.contains(|one: char| one.is_ascii_alphabetic())
                && !is_type
                && !is_size
                && !shared.contains(&bare)
                && !bare.contains("://")
                && !bare.contains("&#")
            {
                found.insert(format!("{file}: {bare}"));
            }
        }
    }
    assert!(found.is_empty(), "not from the message file: {found:#?}");
}

fn two_languages() -> Rendered {
    let definition = definition(
        r#"{ "/pets": { "get": { "operationId": "list-pets", "summary": "List pets", "responses": { "200": { "description": "All.", "content": { "text/plain": { "example": "LONG" } } } } } } }"#
            .replace("LONG", &"one line of a long text\\n".repeat(2_000))
            .as_str(),
        "",
    );
    let files = [
        ("apis/pets/specification.json", definition.as_str()),
        (
            "portal/portal.yaml",
            "title: Pets\nurl: https://pets.example.com/dev\nlanguages: [en, de]\nnavigation: [{ title: Help, href: /help/ }]",
        ),
        // The console's pages are let in, so that nothing is to be warned of.
        (
            "policy.xml",
            "<policies><inbound><cors><allowed-origins><origin>https://pets.example.com</origin></allowed-origins><allowed-headers><header>*</header></allowed-headers></cors></inbound></policies>",
        ),
        ("portal/portal.de.yaml", "title: Tiere\nnavigation: [{ title: Hilfe, href: /help/ }]"),
        ("portal/content/help.md", "# Help\n\n![x](/media/x.svg) [pets](/apis/pets/)\n"),
        ("portal/content/only.md", "# Only English\n"),
        ("portal/content.de/help.md", "# Hilfe\n\n![x](/media/x.svg) [Tiere](/apis/pets/)\n"),
        ("portal/content.de/nur.md", "# Nur deutsch\n"),
        ("portal/media/x.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ];
    let folder = folder(&files);
    let (service, findings) = portal_gen::check(&folder, None);
    assert!(findings.is_empty(), "{}", diagnostic::render::all_text(&findings));
    let (site, findings) = portal_gen::render::site(&service.unwrap(), &folder, &Options::default()).unwrap();
    // The link checker has followed every link of every language.
    assert!(findings.is_empty(), "{}", diagnostic::render::all_text(&findings));
    site
}

#[test]
fn every_page_is_there_in_every_language() {
    let site = two_languages();
    let german = page(&site, "de/help/index.html");
    assert!(german.contains("<html lang=\"de\" dir=\"ltr\">") && german.contains("<title>Hilfe – Tiere</title>"), "{german}");
    assert!(german.contains("src=\"../../media/x.svg\"") && german.contains("href=\"../apis/pets/\""), "{german}");
    assert!(german.contains("hreflang=\"en\" href=\"https://pets.example.com/dev/help/\""), "{german}");
    assert!(page(&site, "de/only/index.html").contains("<article class=\"column text\" lang=\"en\" dir=\"ltr\">"));
    assert!(!page(&site, "de/nur/index.html").contains("class=\"languages\""), "only German has it");
    assert!(!site.files.contains_key("nur/index.html"));
    let operation = page(&site, "de/apis/pets/list-pets/index.html");
    assert!(operation.contains("href=\"../../../../apis/pets/list-pets/200-1.txt\""), "long examples exist once: {operation}");
    assert!(!site.files.contains_key("de/apis/pets/list-pets/200-1.txt"));
    // What scripts look for beside the page is there in each language.
    assert!(["", "de/"].iter().all(|language| site.files.contains_key(&format!("{language}apis/pets/list-pets/console.json"))));
    let map = page(&site, "sitemap.xml");
    assert!(
        map.contains("<loc>https://pets.example.com/dev/de/apis/pets/</loc><xhtml:link rel=\"alternate\" hreflang=\"en\""),
        "{map}"
    );
    let script = site.files.keys().filter(|file| file.ends_with(".js")).cloned().collect::<Vec<_>>();
    assert!(script.contains(&"assets/search.de.js".to_owned()) && script.contains(&"assets/search.js".to_owned()), "{script:?}");
    assert!(page(&site, "assets/portal.de.js").contains("import(\"./search.de.js?v="));
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".js")) {
        let script = page(&site, file);
        assert!(!script.contains(" t(\"") && !script.contains("asset(\""), "{file} has a text that is not there");
    }
}

#[test]
fn pages_have_twins_that_say_the_same() {
    let site = two_languages();
    for file in site.files.keys().filter(|file| file.ends_with("index.html")) {
        let twin = file.replace("index.html", "index.md");
        assert_eq!(
            site.files.contains_key(&twin),
            !["api-details", "api-changelog", "product/", "console/callback"].iter().any(|moved| file.starts_with(moved)),
            "{file}"
        );
    }
    let twin = page(&site, "apis/pets/list-pets/index.md");
    assert!(twin.starts_with("# List pets\n\nGET `https://gateway.example.com/pets/pets`\n"), "{twin}");
    assert!(
        page(&site, "llms.txt").contains("[List pets](https://pets.example.com/dev/apis/pets/list-pets/index.md): GET /pets")
    );
    assert!(page(&site, "llms-full.txt").contains("<!-- https://pets.example.com/dev/apis/pets/list-pets/ -->\n\n# List pets\n"));
    assert!(page(&site, "de/llms.txt").contains("[Hilfe](https://pets.example.com/dev/de/help/index.md)"));
}

/// The titles of the documents that a term leads to, best first.
fn found(site: &Rendered, term: &str) -> Vec<String> {
    let index: serde_json::Value = serde_json::from_str(page(site, "search/index.json")).unwrap();
    let line = site
        .files
        .keys()
        .filter(|file| file.starts_with("search/terms-"))
        .find_map(|file| page(site, file).lines().find(|line| line.split('\t').next() == Some(term)).map(str::to_owned));
    let Some(line) = line else { return Vec::new() };
    let mut number = 0;
    let mut places = Vec::new();
    let mut digits = String::new();
    for one in line.split('\t').nth(1).unwrap().chars() {
        if one.is_ascii_uppercase() {
            number += usize::from_str_radix(&std::mem::take(&mut digits), 36).unwrap();
            places.push((std::cmp::Reverse(one), number));
        } else {
            digits.push(one);
        }
    }
    places.sort();
    let chunk: serde_json::Value =
        serde_json::from_str(page(site, &format!("search/{}", index["chunks"][0].as_str().unwrap()))).unwrap();
    places.iter().map(|(_, number)| chunk[number][0].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_written_can_be_found() {
    let definition = definition(
        r##"{ "/repos/{owner}": { "get": { "operationId": "listRepositories", "summary": "List repositories", "description": "All of a person's <b>projects</b>.",
            "parameters": [{ "name": "owner", "in": "path", "required": true, "description": "The login.", "schema": { "type": "string" } }], "responses": {} } } }"##,
        r#"{ "FullRepository": { "type": "object", "description": "Everything.", "properties": { "stargazersCount": { "type": "integer", "description": "How many like it." } } } }"#,
    );
    let site = site(&folder(&[
        ("apis/git/specification.json", &definition),
        ("portal/content/guide.md", "# A guide\n\n## Naïve rebasing\n\nAbout 検索 and repositories.\n"),
    ]));
    for (term, titles) in [
        ("repositories", &["List repositories", "A guide", "Test"][..]),
        ("listrepositories", &["List repositories"]),
        ("owner", &["List repositories"]),
        ("login", &["List repositories"]),
        ("projects", &["List repositories"]),
        ("stargazerscount", &["FullRepository"]),
        ("stargazers", &["FullRepository"]),
        ("naive", &["A guide"]),
        ("検索", &["A guide"]),
        ("b", &[]),
    ] {
        let found = found(&site, term);
        assert!(
            found
                .iter()
                .take(titles.len())
                .map(String::as_str)
                .eq(titles.iter().copied().filter(|title| found.iter().any(|one| one == title))),
            "{term}: {found:?}"
        );
        assert!(titles.first().is_none_or(|first| found.first().is_some_and(|one| one == first)), "{term}: {found:?}");
        assert!(!titles.is_empty() || found.is_empty(), "{term}: {found:?}");
    }
}

#[test]
fn addresses_of_the_former_portal_are_known() {
    let definition = definition(
        r#"{ "/a": { "get": { "operationId": "Get A", "responses": {} }, "put": { "operationId": "put-a", "responses": {} } } }"#,
        "",
    );
    let site = site(&folder(&[("apis/test/specification.json", &definition)]));
    let table: serde_json::Value = serde_json::from_str(page(&site, "moved.json")).unwrap();
    let operations = table["apis"]["test"][1].as_array().unwrap();
    assert_eq!(table["apis"]["test"][0], "apis/test/");
    for operation in operations {
        let part = operation.as_str().or_else(|| operation[1].as_str()).unwrap();
        assert!(site.files.contains_key(&format!("apis/test/{part}/index.html")), "{operation}");
    }
    assert!(page(&site, "api-details/index.html").contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn building_again_writes_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    let build = || {
        let built = portal_gen(&["build", text(&service), "--out", text(&out), "--compress"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        String::from_utf8_lossy(&built.stdout).into_owned()
    };
    assert!(!build().contains("files written"));
    let before = files_of(&out);
    let time = |file: &str| std::fs::metadata(out.join(file)).unwrap().modified().unwrap();
    let page = "apis/hello/get-greeting/index.html";
    let (old_page, old_style) = (time(page), time("assets/style.css"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(build().contains(", 0 of "), "the same folder gives the same files");
    assert!(files_of(&out) == before && time(page) == old_page);
    let specification = service.join("apis/hello/specification.yaml");
    let written = std::fs::read_to_string(&specification).unwrap();
    write_files(&service, &[("portal/content/more.md", "# More\n")]);
    std::fs::write(&specification, written.replacen("description:", "description: Changed.", 1)).unwrap();
    build();
    assert!(out.join("more/index.html").exists() && out.join("more/index.md").exists());
    assert_eq!(time("assets/style.css"), old_style, "what did not change was not written");
    std::fs::remove_file(service.join("portal/content/more.md")).unwrap();
    std::fs::write(&specification, written).unwrap();
    build();
    assert!(files_of(&out) == before, "what is gone from the folder is gone from the site");
}

#[test]
fn compressed_copies_hold_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    assert!(portal_gen(&["build", text(&service), "--out", text(&out), "--compress"]).status.success());
    let bytes = std::fs::read(out.join("index.html")).unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&std::fs::read(out.join("index.html.gz")).unwrap()[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes);
    unpacked.clear();
    brotli::Decompressor::new(&std::fs::read(out.join("index.html.br")).unwrap()[..], 4096).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes);
    assert!(!out.join("robots.txt.gz").exists(), "small files stay as they are");
}

#[test]
fn strict_builds_fail_on_warnings() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    // What is only a note stops nothing: OpenAPI 2.0 has no links.
    let links = r#"{ "/a": { "get": { "responses": { "200": { "description": "a", "links": { "a": {} } } } } } }"#;
    write_files(&service, &[("apis/other/specification.json", &definition(links, ""))]);
    let noted = portal_gen(&["build", text(&service), "--out", text(&out), "--strict"]);
    let said = String::from_utf8_lossy(&noted.stderr);
    assert!(noted.status.code() == Some(0) && said.contains("note[download/left-out]"), "{said}");
    let before = files_of(&out);
    write_files(
        &service,
        &[(
            "portal/theme/page/products.html",
            "{% extends \"layout.html\" %}{% block main %}<h1>x</h1><a href=\"../nowhere/\">y</a>{% endblock main %}",
        )],
    );
    let strict = portal_gen(&["build", text(&service), "--out", text(&out), "--strict"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&strict.stderr).contains("warning[site/broken-link]"),
        "{}",
        String::from_utf8_lossy(&strict.stderr)
    );
    assert!(files_of(&out) == before, "nothing was written");
    assert_eq!(portal_gen(&["build", text(&service), "--out", text(&out)]).status.code(), Some(0));
}
