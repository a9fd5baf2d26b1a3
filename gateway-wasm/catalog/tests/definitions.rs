//! Real definitions load: every document of `../shared/data/specs/openapi` has the operations that its README counts.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use diagnostic::{Diagnostics, render};
use std::{fs, path::PathBuf, sync::Arc};

fn shared() -> Option<PathBuf> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/specs");
    if !shared.is_dir() {
        println!("skipped: there is no {}", shared.display());
        return None;
    }
    Some(shared)
}

#[test]
fn every_real_definition_has_its_operations() {
    let Some(shared) = shared() else { return };
    let readme = fs::read_to_string(shared.join("README.md")).expect("the README is there");
    let mut read = 0;
    for row in readme.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let file = cells[1];
        if !(file.ends_with(".json") || file.ends_with(".yaml")) || file.contains('*') {
            continue;
        }
        let bytes: Arc<[u8]> = fs::read(shared.join("openapi").join(file)).expect("a file of the README").into();
        let mut diagnostics = Diagnostics::new();
        let document = catalog::openapi::read(file, &bytes, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{file}: {}", render::all_text(&diagnostics));
        let document = document.expect(file);
        let counted: usize = cells[4].parse().unwrap_or(19);
        assert_eq!(document.operations.len(), counted, "{file}");
        for operation in document.operations.iter().chain(&document.webhooks) {
            let pointers =
                operation.parameters.iter().chain(&operation.request_body).chain(operation.responses.iter().map(|(_, at)| at));
            for pointer in
                pointers.chain([&operation.pointer]).chain(operation.callbacks.iter().map(|callback| &callback.operation.pointer))
            {
                let value = document.at(pointer);
                assert!(value.is_some_and(|value| value.get("$ref").is_none()), "{file}: {pointer}");
            }
        }
        read += 1;
    }
    assert_eq!(read, 22);
}

/// The largest definition alone is a service: nothing else is needed beside it.
#[test]
fn a_definition_alone_is_a_service() {
    let Some(shared) = shared() else { return };
    let mut folder = catalog::Folder::new();
    folder.insert("apis/github/specification.json", fs::read(shared.join("openapi/github-api.json")).expect("it is there"));
    let loaded = catalog::load(&folder, None);
    let service = loaded.service.unwrap_or_else(|| panic!("{}", render::all_text(&loaded.diagnostics)));
    let api = &service.apis[0];
    assert_eq!((api.operations.len(), api.service_url.as_deref()), (1223, Some("https://api.github.com")));
    let names: std::collections::BTreeSet<&str> = api.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names.len(), api.operations.len());
}
