//! What groups APIs for people and callers: tags, and version sets.

use super::{
    Kind, Names, Reader,
    access::{API, PRODUCT},
    apis::Draft,
};
use crate::{
    Service,
    directory::Directory,
    fields::Fields,
    model::{Tag, VersionSet, VersioningScheme},
    tree::Part,
};
use diagnostic::Diagnostic;

/// A tag and what it is on.
pub(super) struct Tagged {
    pub(super) tag: Tag,
    apis: Vec<String>,
    products: Vec<String>,
}

/// Reads `tags/`.
pub(super) fn tags(section: &mut Directory, names: &Names, reader: &Reader<'_>) -> Vec<Tagged> {
    let mut tags = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "tagInformation", "tags", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["displayName"]);
        let apis = reader.links(&mut directory, "apis", "tagApiInformation");
        let products = reader.links(&mut directory, "products", "tagProductInformation");
        tags.push(Tagged {
            apis: reader.known_links(apis, &API, &names.apis),
            products: reader.known_links(products, &PRODUCT, &names.products),
            tag: Tag {
                display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
                workspace: reader.workspace(),
                name,
            },
        });
        reader.done(directory);
    }
    tags
}

/// The tags that a resource names itself, as extractors before version 6 wrote them.
pub(super) fn linked(directory: &mut Directory, stem: &str, names: &Names, reader: &Reader<'_>) -> Vec<String> {
    const TAG: Kind = Kind { id: "tag/unknown", word: "tag", file: "tags/<name>/tagInformation.json" };
    let links = reader.links(directory, "tags", stem);
    reader.known_links(links, &TAG, &names.tags)
}

/// Notes the tags on what they are on.
pub(super) fn put_on(tags: &[Tagged], service: &mut Service, apis: &mut [Draft], reader: &Reader<'_>) {
    for Tagged { tag, apis: tagged_apis, products } in tags {
        for draft in apis.iter_mut().filter(|draft| draft.api.workspace.as_deref() == reader.workspace) {
            if tagged_apis.contains(&draft.api.name) && !draft.api.tags.contains(&tag.name) {
                draft.api.tags.push(tag.name.clone());
            }
        }
        for product in service.products.iter_mut().filter(|product| product.workspace.as_deref() == reader.workspace) {
            if products.contains(&product.name) && !product.tags.contains(&tag.name) {
                product.tags.push(tag.name.clone());
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Scheme {
    Segment,
    Header,
    Query,
}

/// Reads `version sets/`.
pub(super) fn version_sets(section: &mut Directory, reader: &Reader<'_>) -> Vec<VersionSet> {
    let mut sets = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let stems =
            ["versionSetInformation", "apiVersionSetInformation", "version_set_information", "api_version_set_information"];
        let file = directory.data_or(&stems, &["json", "yaml", "yml"], reader.findings);
        let place = format!("{}versionSetInformation.json", directory.path());
        let tree = reader.data_of(file, &place, "versionSets", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["displayName", "description", "versioningScheme", "versionQueryName", "versionHeaderName"]);
        let schemes = [("Segment", Scheme::Segment), ("Header", Scheme::Header), ("Query", Scheme::Query)];
        let named = |property: &str, what: &str, example: &str| {
            fields.title(property).unwrap_or_else(|| {
                let message = format!("`{property}` is missing: callers name the version in a {what}");
                let place = fields.place("versioningScheme", Part::Value);
                let help = format!("write `\"{property}\": \"{example}\"`");
                reader.findings.push(Diagnostic::error("version-set/name-missing", place, message).help(help));
                example.to_owned()
            })
        };
        let scheme = match fields.word("versioningScheme", &schemes).unwrap_or(Scheme::Segment) {
            Scheme::Segment => VersioningScheme::Segment,
            Scheme::Header => VersioningScheme::Header(named("versionHeaderName", "header", "Api-Version")),
            Scheme::Query => VersioningScheme::Query(named("versionQueryName", "query parameter", "api-version")),
        };
        sets.push(VersionSet {
            display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
            description: fields.text("description").unwrap_or_default(),
            workspace: reader.workspace(),
            scheme,
            name,
        });
        reader.done(directory);
    }
    sets
}
