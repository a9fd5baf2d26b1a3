//! What must hold for every site: links that lead somewhere, the same bytes each time, safe places, nothing inline.

mod common;

use common::{definition, files_of, folder, page, site, write_files};
use portal_gen::{Options, Rendered, publish};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

/// A folder with everything that has pages of its own.
fn rich() -> Vec<(&'static str, String)> {
    let paths = r##"{
        "/pets": { "get": { "operationId": "list-pets", "tags": ["pets"], "summary": "List pets", "responses": { "200": { "description": "All.",
            "content": { "application/json": { "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Pet" } } } } } } },
          "post": { "operationId": "add-pet", "tags": ["pets"], "description": "See [more](/nowhere) or [out](https://example.com).",
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pet" } } } }, "responses": { "201": { "description": "Added." } } } },
        "/big": { "get": { "operationId": "get-big", "responses": { "200": { "description": "Long.", "content": { "text/plain": { "example": "LONG" } } } } } }
    }"##
        .replace("LONG", &"one line of a long text\\n".repeat(2_000));
    let schemas = r##"{ "Pet": { "type": "object", "properties": { "owner": { "$ref": "#/components/schemas/Owner / 1" }, "friends": { "type": "array", "items": { "$ref": "#/components/schemas/Pet" } } } },
        "Owner / 1": { "type": "object", "properties": { "pet": { "$ref": "#/components/schemas/Pet" } } }, "pet": { "type": "string" } }"##
        .replace("schemas/Owner / 1", "schemas/Owner ~1 1");
    vec![
        ("apis/pets/specification.json", definition(&paths, &schemas)),
        (
            "products/starter/productInformation.json",
            r#"{"properties": {"displayName": "Starter", "state": "published", "terms": "Be kind."}}"#.to_owned(),
        ),
        ("products/starter/apis/pets/productApiInformation.json", "{}".to_owned()),
        ("portal/content/index.md", "Welcome. See [the guide](guides/one.md).".to_owned()),
        ("portal/content/guides/one.md", "# One\n\n## A part\n\nSee [two](two.md#a-part) and [pets](/apis/pets/).\n".to_owned()),
        ("portal/content/guides/two.md", "# Two\n\n## A part\n\n![logo](/media/logo.svg)\n".to_owned()),
        ("portal/media/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned()),
    ]
}

fn rich_site() -> Rendered {
    let files = rich();
    site(&folder(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>()))
}

/// The values of an attribute in a page.
fn attributes<'p>(html: &'p str, name: &str) -> Vec<&'p str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Where a relative link on a page leads, as a file of the site.
fn resolved(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = if link.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    let path = link.split(['#', '?']).next().unwrap();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => assert!(parts.pop().is_some(), "{link} on {from} leaves the site"),
            part => parts.push(part),
        }
    }
    let file = parts.join("/");
    if path.is_empty() {
        return from.to_owned();
    }
    if path.ends_with('/') || path == ".." || path == "." {
        format!("{file}/index.html").trim_start_matches('/').to_owned()
    } else {
        file
    }
}

/// Pages to which no page leads: what is not there, and addresses of APIM's portal.
fn is_for_others(file: &str) -> bool {
    ["404.html", "api-details/index.html", "api-changelog/index.html", "product/index.html"].contains(&file)
}

#[test]
fn every_link_inside_the_site_leads_somewhere() {
    let site = rich_site();
    let mut seen = BTreeSet::new();
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".html")) {
        let html = page(&site, file);
        for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
            if link.contains(':') {
                continue;
            }
            let target = resolved(file, link);
            assert!(site.files.contains_key(&target), "{file} links to {link}, which would be {target}");
            if let Some((_, fragment)) = link.split_once('#') {
                assert!(attributes(page(&site, &target), "id").contains(&fragment), "{file} links to {link}: no such anchor");
            }
            seen.insert(target);
        }
    }
    let orphans: Vec<&String> =
        site.files.keys().filter(|file| file.ends_with(".html") && !is_for_others(file) && !seen.contains(*file)).collect();
    assert!(orphans.is_empty(), "no page links to {orphans:?}");
}

#[test]
fn anchors_of_a_page_differ_and_nothing_is_inline() {
    let site = rich_site();
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".html")) {
        let html = page(&site, file);
        let ids = attributes(html, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{file} has an anchor twice: {ids:?}");
        assert!(!html.contains("<style") && !html.contains(" style="), "{file} has an inline style");
        for script in html.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"") && script.split_once('>').unwrap().1.starts_with("</script>"),
                "{file} has an inline script"
            );
        }
        for outside in attributes(html, "src") {
            assert!(!outside.contains("//"), "{file} asks another host for {outside}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{file} has one first heading");
        assert!(html.len() < 400_000, "{file} is {} bytes", html.len());
    }
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let (one, two) = (rich_site(), rich_site());
    assert_eq!(one.files, two.files);
}

#[test]
fn a_long_example_is_cut_and_stands_beside_the_page() {
    let site = rich_site();
    let html = page(&site, "apis/pets/get-big/index.html");
    assert!(html.len() < 60_000 && html.contains("200-1.txt"), "{}", html.len());
    assert_eq!(page(&site, "apis/pets/get-big/200-1.txt").len(), 48_000);
}

#[test]
fn names_never_share_a_page_or_leave_the_site() {
    let paths = r#"{ "/a": { "get": { "operationId": "schemas", "responses": {} }, "put": { "operationId": "../../up", "responses": {} } },
        "/b": { "get": { "operationId": "🐶", "responses": {} }, "put": { "operationId": "🐱", "responses": {} } } }"#;
    let schemas = r#"{ "Pet": {}, "pet": {}, "PET": {}, "../x": {}, "a/b": {} }"#;
    let definition = definition(paths, schemas);
    let site = site(&folder(&[
        ("apis/Shop A/specification.json", &definition),
        ("portal/content/apis/shop.md", "# In the way"),
        ("portal/content/Café Über/⭐.md", "# Star"),
    ]));
    let pages: Vec<&str> = site.files.keys().filter(|file| file.ends_with("index.html")).map(String::as_str).collect();
    let of_api = |kind: &str| pages.iter().filter(|page| page.starts_with(kind)).count();
    assert_eq!(of_api("apis/shop-a/schemas/"), 6, "{pages:?}");
    assert_eq!(of_api("apis/shop-a/"), 6 + 4 + 1, "{pages:?}");
    assert!(pages.contains(&"pages/apis/shop/index.html") && pages.contains(&"café-über/x/index.html"), "{pages:?}");
    for file in site.files.keys() {
        assert!(!file.split('/').any(|part| matches!(part, "" | "." | "..")), "{file}");
    }
}

#[test]
fn a_theme_replaces_templates_and_its_mistakes_have_a_place() {
    let definition = definition("", "");
    let good = folder(&[
        ("apis/test/specification.json", &definition),
        (
            "portal/theme/page/products.html",
            "{% extends \"layout.html\" %}{% block main %}<h1>Mine: {{ products | length }}</h1>{% endblock main %}",
        ),
        ("portal/theme/custom.css", "body { color: red }"),
    ]);
    let rendered = site(&good);
    assert!(page(&rendered, "products/index.html").contains("Mine: 0"));
    assert!(page(&rendered, "index.html").contains("custom.css"));
    for (text, place) in [("a\n{{ products | nothing }}", "2:"), ("a\n{% if %}", "2:"), ("{{ missing.field }}", "1:")] {
        let bad = folder(&[("apis/test/specification.json", &definition), ("portal/theme/page/products.html", text)]);
        let (service, _) = portal_gen::check(&bad, None);
        let findings = portal_gen::render::site(&service.unwrap(), &bad, &Options::default()).unwrap_err();
        let said = diagnostic::render::all_text(&findings);
        assert!(said.contains(&format!("portal/theme/page/products.html:{place}")), "{said}");
        assert!(said.ends_with("1 error\n"), "{said}");
    }
}

#[test]
fn the_site_map_has_full_addresses_where_they_are_known() {
    let folder = folder(&[("apis/test/specification.json", &definition("", ""))]);
    let service = portal_gen::check(&folder, None).0.unwrap();
    let options = Options { url: Some("https://dev.example.com/portal".to_owned()), ..Options::default() };
    let site = portal_gen::render::site(&service, &folder, &options).unwrap().0;
    assert!(page(&site, "sitemap.xml").contains("<loc>https://dev.example.com/portal/apis/test/</loc>"));
    assert!(page(&site, "404.html").contains("href=\"/portal/apis/\""));
    assert!(page(&site, "index.html").contains("<link rel=\"canonical\" href=\"https://dev.example.com/portal/\">"));
}

fn portal_gen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portal-gen")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_new_folder_has_nothing_to_find_and_builds() {
    let directory = tempfile::tempdir().unwrap();
    let (folder, out) = (directory.path().join("service"), directory.path().join("site"));
    assert_eq!(portal_gen(&["new", text(&folder)]).status.code(), Some(0));
    let check = portal_gen(&["check", text(&folder)]);
    assert_eq!((check.status.code(), String::from_utf8_lossy(&check.stdout).as_ref()), (Some(0), "no findings\n"));
    let build = portal_gen(&["build", text(&folder), "--out", text(&out)]);
    assert_eq!(build.status.code(), Some(0), "{}", String::from_utf8_lossy(&build.stderr));
    let summary = String::from_utf8_lossy(&build.stdout).into_owned();
    assert!(summary.contains(" pages, ") && summary.contains(" 0 warnings: "), "{summary}");
    assert!(out.join("apis/hello/get-greeting/index.html").exists());
    assert_eq!(portal_gen(&["new", text(&folder)]).status.code(), Some(2), "a folder that is not empty is left alone");
}

#[test]
fn a_failed_build_leaves_the_old_site_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (folder, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&folder)]);
    assert!(portal_gen(&["build", text(&folder), "--out", text(&out)]).status.success());
    let before = files_of(directory.path().join("site").as_path());
    for (path, mistake) in
        [("apis/hello/specification.yaml", "openapi: ["), ("portal/theme/page/home.html", "{{ nothing.here }}")]
    {
        let kept = std::fs::read(folder.join(path)).ok();
        write_files(&folder, &[(path, mistake)]);
        let failed = portal_gen(&["build", text(&folder), "--out", text(&out)]);
        assert_eq!(failed.status.code(), Some(1), "{path}: {}", String::from_utf8_lossy(&failed.stderr));
        assert!(String::from_utf8_lossy(&failed.stderr).contains(path), "{}", String::from_utf8_lossy(&failed.stderr));
        assert!(files_of(&out) == before, "{path} changed the site");
        match kept {
            Some(bytes) => std::fs::write(folder.join(path), bytes).unwrap(),
            None => std::fs::remove_file(folder.join(path)).unwrap(),
        }
    }
    let again = portal_gen(&["build", text(&folder), "--out", text(&out)]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert!(files_of(&out) == before, "building again gives the same");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing is left beside the site: {left:?}");
}

#[test]
fn a_site_only_replaces_a_site() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("service");
    portal_gen(&["new", text(&folder)]);
    write_files(directory.path(), &[("mine/diary.txt", "dear diary")]);
    let refused = [
        directory.path().join("mine"),
        directory.path().join("mine/diary.txt"),
        folder.clone(),
        directory.path().to_owned(),
        folder.join("apis/site"),
        folder.join("portal"),
    ];
    for out in refused {
        let refusal = portal_gen(&["build", text(&folder), "--out", text(&out)]);
        assert_eq!(refusal.status.code(), Some(2), "{}: {}", out.display(), String::from_utf8_lossy(&refusal.stderr));
        assert!(refusal.stderr.starts_with(b"error: "), "{}", String::from_utf8_lossy(&refusal.stderr));
    }
    assert_eq!(std::fs::read_to_string(directory.path().join("mine/diary.txt")).unwrap(), "dear diary");
    // Beside the sources is fine, and the site there is no source of the next build.
    for _ in 0..2 {
        let inside = portal_gen(&["build", text(&folder), "--out", text(&folder.join("site"))]);
        assert_eq!(inside.status.code(), Some(0), "{}", String::from_utf8_lossy(&inside.stderr));
        assert!(inside.stderr.is_empty(), "{}", String::from_utf8_lossy(&inside.stderr));
    }
}

#[test]
fn wrong_usage_is_not_a_finding() {
    for arguments in [&["check"][..], &["check", "/no/such/folder"], &["build", "x"], &["nonsense"], &["check", "/dev/null"]] {
        assert_eq!(portal_gen(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(portal_gen(&["--help"]).status.code(), Some(0));
}

#[test]
fn several_folders_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path(), &[("one/apis/a/specification.json", "{"), ("two/apis/a/specification.json", "{")]);
    let (one, two) = (directory.path().join("one"), directory.path().join("two"));
    let check = portal_gen(&["check", text(&one), text(&two)]);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert_eq!(check.status.code(), Some(1));
    for folder in [&one, &two] {
        assert!(said.contains(text(&folder.join("apis/a/specification.json"))), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("service");
    write_files(
        directory.path(),
        &[("secret/key.txt", "hunter2"), ("service/portal/media/a.txt", "a"), ("service/.git/config", "x")],
    );
    std::os::unix::fs::symlink(directory.path().join("secret"), folder.join("portal/media/out")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("portal/media/circle")).unwrap();
    std::os::unix::fs::symlink(folder.join("portal/media/a.txt"), folder.join("portal/media/b.txt")).unwrap();
    let read = portal_gen::load::folder(&folder).unwrap();
    assert_eq!(read.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["portal/media/a.txt", "portal/media/b.txt"]);
}

#[test]
fn a_write_that_fails_leaves_the_old_site() {
    let directory = tempfile::tempdir().unwrap();
    let (sources, out) = (directory.path().join("service"), directory.path().join("site"));
    std::fs::create_dir(&sources).unwrap();
    let folder = folder(&[("apis/test/specification.json", &definition("", ""))]);
    let service = portal_gen::check(&folder, None).0.unwrap();
    publish::build(&service, &folder, &sources, &out, &Options::default(), false).unwrap();
    let staging = portal_gen::write::Staging::new(&out, &sources, &folder).unwrap();
    for path in ["../x", "a/../../x", "", "/etc/passwd", "a//b"] {
        assert!(staging.put(path, b"x").is_err(), "{path}");
    }
    staging.put("half", b"x").unwrap();
    drop(staging);
    assert!(out.join("index.html").exists() && !out.join("half").exists());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}
