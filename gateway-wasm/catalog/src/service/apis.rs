//! APIs: one directory per revision, with the definition, the settings, and policies.

use super::{Kind, Names, Reader, access, definitions, id_parts, labels, operations, parts, split_revision};
use crate::{
    Service,
    directory::Directory,
    fields::Fields,
    model::{Api, ApiKind, Contact, KeyNames, License, Release, Version, VersionSet},
    tree::{Part, Tree},
};
use definitions::Definition;
use diagnostic::{Diagnostic, Place};

/// An API with what is needed to say where it is wrong.
pub(super) struct Draft {
    pub(super) api: Api,
    pub(super) info: Tree,
    pub(super) definition: Definition,
}

impl Draft {
    /// Where its settings say something, or, where they do not, where its definition begins.
    pub(super) fn place(&self, property: &str, part: Part) -> Place {
        let pointer = format!("/properties/{property}");
        if self.info.at(&pointer).is_some() { self.info.place(&pointer, part) } else { self.own_place() }
    }

    /// Where it begins.
    pub(super) fn own_place(&self) -> Place {
        if self.api.definition_file.is_empty() || self.info.at("/properties").is_some() {
            self.info.place("/properties", Part::Key)
        } else {
            self.definition.place("/info/title", Part::Value)
        }
    }

    /// What it is called in a message: `orders;rev=2`, or `orders` for the current revision.
    pub(super) fn title(&self) -> String {
        if self.api.is_current { self.api.name.clone() } else { format!("{};rev={}", self.api.name, self.api.revision) }
    }
}

const PROPERTIES: &[&str] = &[
    "path",
    "displayName",
    "description",
    "protocols",
    "serviceUrl",
    "type",
    "apiType",
    "apiRevision",
    "apiRevisionDescription",
    "apiVersion",
    "apiVersionDescription",
    "apiVersionSetId",
    "apiVersionSet",
    "isCurrent",
    "isOnline",
    "provisioningState",
    "subscriptionRequired",
    "subscriptionKeyParameterNames",
    "authenticationSettings",
    "sourceApiId",
    "termsOfServiceUrl",
    "contact",
    "license",
    "format",
    "value",
    "wsdlSelector",
    "translateRequiredQueryParameters",
];

const KINDS: [(&str, ApiKind); 6] = [
    ("http", ApiKind::Http),
    ("soap", ApiKind::Soap),
    ("websocket", ApiKind::WebSocket),
    ("graphql", ApiKind::GraphQl),
    ("odata", ApiKind::OData),
    ("grpc", ApiKind::Grpc),
];

const PROTOCOLS: [&str; 4] = ["https", "http", "wss", "ws"];

/// Reads `apis/`. Directories come in order, so an API comes before its other revisions, which take from it what they leave out.
pub(super) fn read(section: &mut Directory, names: &Names, service: &Service, reader: &Reader<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (directory_name, mut directory) in reader.each(section) {
        let (name, _) = split_revision(&directory_name);
        let original = drafts.iter().find(|draft| draft.api.name == name).map(|draft| draft.api.clone_settings());
        drafts.push(one(&directory_name, &mut directory, original.as_ref(), names, service, reader));
        reader.done(directory);
    }
    drafts
}

/// What a revision takes from the one before it.
struct Settings {
    path: String,
    display_name: String,
    description: String,
    kind: ApiKind,
    protocols: Vec<String>,
    service_url: Option<String>,
    subscription_required: bool,
    key_names: KeyNames,
    version: Option<Version>,
}

impl Api {
    fn clone_settings(&self) -> Settings {
        Settings {
            path: self.path.clone(),
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            kind: self.kind,
            protocols: self.protocols.clone(),
            service_url: self.service_url.clone(),
            subscription_required: self.subscription_required,
            key_names: self.key_names.clone(),
            version: self.version.clone(),
        }
    }
}

fn one(
    directory_name: &str,
    directory: &mut Directory,
    original: Option<&Settings>,
    names: &Names,
    service: &Service,
    reader: &Reader<'_>,
) -> Draft {
    let findings = reader.findings;
    let (name, revision_in_name) = split_revision(directory_name);
    let info = reader.data(directory, "apiInformation", "apis", directory_name);
    let fields = Fields::of_resource(&info, findings);
    fields.only(PROPERTIES);
    let (definition, stated_kind) = (definitions::take(directory, findings), fields.word("type", &KINDS));
    let kind = stated_kind.or(definition.kind()).or(original.map(|original| original.kind)).unwrap_or_default();
    if definition.file().is_empty() && matches!(kind, ApiKind::Http | ApiKind::Soap | ApiKind::GraphQl) {
        let path = directory.path();
        findings.push(
            Diagnostic::error(
                "api/specification-missing",
                Place::file(&format!("{path}specification.yaml")),
                format!("the API `{directory_name}` has no definition"),
            )
            .help(format!("put its OpenAPI definition into `{path}specification.yaml` or `.json`")),
        );
    }
    let inherited = |pick: fn(&Settings) -> &String| original.map(pick).cloned();
    let display_name = fields
        .title("displayName")
        .or_else(|| inherited(|original| &original.display_name))
        .or_else(|| definition.info("title"))
        .unwrap_or_else(|| name.to_owned());
    let description = fields
        .text("description")
        .or_else(|| definition.info("description"))
        .or_else(|| inherited(|original| &original.description))
        .unwrap_or_default();
    let path = path(&fields, reader).or_else(|| inherited(|original| &original.path)).unwrap_or_else(|| name.to_owned());
    let service_url = service_url(&fields, reader)
        .or_else(|| definition.service_url())
        .or_else(|| original.and_then(|original| original.service_url.clone()));
    let version =
        version(&fields, names, &service.version_sets, reader).or_else(|| original.and_then(|original| original.version.clone()));
    let revision = revision(&fields, directory_name, revision_in_name, reader);
    let mut api = Api {
        name: name.to_owned(),
        workspace: reader.workspace(),
        display_name,
        description,
        path,
        kind,
        protocols: protocols(&fields, kind, reader)
            .or_else(|| original.map(|original| original.protocols.clone()))
            .unwrap_or_else(|| vec![if kind == ApiKind::WebSocket { "wss" } else { "https" }.to_owned()]),
        service_url,
        subscription_required: fields
            .truth("subscriptionRequired")
            .or(original.map(|original| original.subscription_required))
            .unwrap_or(true),
        opened_at: fields.is_false("subscriptionRequired").then(|| fields.place("subscriptionRequired", Part::Value)),
        key_names: key_names(&fields).or_else(|| original.map(|original| original.key_names.clone())).unwrap_or_default(),
        version,
        revision,
        revision_description: fields.text("apiRevisionDescription").unwrap_or_default(),
        is_current: fields.truth("isCurrent").unwrap_or(revision_in_name.is_none()),
        contact: contact(&fields).or_else(|| definition.contact()),
        license: license(&fields).or_else(|| definition.license()),
        terms_of_service_url: fields.title("termsOfServiceUrl").or_else(|| definition.info("termsOfService")),
        tags: labels::linked(directory, "apiTagInformation", names, reader),
        operations: Vec::new(),
        definition: definition.document(),
        definition_file: definition.file().to_owned(),
        policy: reader.policy(directory),
        releases: releases(directory, reader),
    };
    api.operations = operations::of_definition(&api.definition, &definition, findings);
    operations::policies(&mut api, directory, reader);
    if let Some(mut section) = directory.directory("diagnostics") {
        parts::diagnostics(&mut section, names, reader);
        reader.done(section);
    }
    if let Some(mut section) = directory.directory("schemas") {
        parts::schemas(&mut section, reader);
        reader.done(section);
    }
    Draft { api, info, definition }
}

/// The path without the slashes around it.
fn path(fields: &Fields<'_>, reader: &Reader<'_>) -> Option<String> {
    let written = fields.text("path")?;
    let path = written.trim_matches('/');
    let bad = path.find(|character: char| character.is_whitespace() || "?#{}*<>%&:\\".contains(character));
    if let Some(bad) = bad.and_then(|at| path[at..].chars().next()) {
        let message = format!("`{written}` cannot be the path of an API");
        let help = "write the segments under which callers find it, for example `shop/orders`; parameters belong to operations";
        reader.findings.push(
            Diagnostic::error("api/path", fields.place("path", Part::Value), message)
                .at(format!("it has `{bad}` in it"))
                .help(help),
        );
    }
    Some(path.to_owned())
}

fn service_url(fields: &Fields<'_>, reader: &Reader<'_>) -> Option<String> {
    let url = fields.title("serviceUrl")?;
    if let Err(why) = parts::address(&url) {
        let message = format!("`{url}` is not an address that can be called");
        let help = "write a full address, for example `\"serviceUrl\": \"https://orders.internal.example.com\"`";
        let place = fields.place("serviceUrl", Part::Value);
        reader.findings.push(Diagnostic::error("api/service-url", place, message).at(why).help(help));
    }
    Some(url.trim_end_matches('/').to_owned())
}

fn protocols(fields: &Fields<'_>, kind: ApiKind, reader: &Reader<'_>) -> Option<Vec<String>> {
    let written = fields.texts("protocols").filter(|protocols| !protocols.is_empty())?;
    let wrong = |protocol: &str| !PROTOCOLS.contains(&protocol.to_ascii_lowercase().as_str());
    for (index, protocol) in written.iter().enumerate().filter(|(_, protocol)| wrong(protocol)) {
        let known = if kind == ApiKind::WebSocket { "`wss` or `ws`" } else { "`https` or `http`" };
        let message = format!("`{protocol}` is not a protocol of an API");
        let place = fields.entry_place("protocols", index);
        reader.findings.push(Diagnostic::error("property/value", place, message).help(format!("write {known}")));
    }
    Some(written.iter().map(|protocol| protocol.to_ascii_lowercase()).collect())
}

fn key_names(fields: &Fields<'_>) -> Option<KeyNames> {
    if !fields.has("subscriptionKeyParameterNames") {
        return None;
    }
    let names = fields.inner("subscriptionKeyParameterNames");
    names.only(&["header", "query"]);
    let default = KeyNames::default();
    Some(KeyNames {
        header: names.title("header").unwrap_or(default.header),
        query: names.title("query").unwrap_or(default.query),
    })
}

fn version(fields: &Fields<'_>, names: &Names, sets: &[VersionSet], reader: &Reader<'_>) -> Option<Version> {
    const SET: Kind =
        Kind { id: "api/version-set-unknown", word: "version set", file: "version sets/<name>/versionSetInformation.json" };
    let identifier = fields.text("apiVersion").unwrap_or_default();
    // The set may be written out in place; what counts is its id.
    let inner = fields.inner("apiVersionSet");
    let (id, place) = match fields.title("apiVersionSetId") {
        Some(id) => (Some(id), fields.place("apiVersionSetId", Part::Value)),
        None => (inner.title("id"), inner.place("id", Part::Value)),
    };
    let Some(id) = id else {
        if !identifier.is_empty() {
            let known =
                sets.iter().find(|set| set.workspace.as_deref() == reader.workspace).map_or("orders", |set| set.name.as_str());
            let message = format!("the version `{identifier}` belongs to no version set");
            let help =
                format!("write `\"apiVersionSetId\": \"/apiVersionSets/{known}\"`, which says how callers name the version");
            reader
                .findings
                .push(Diagnostic::error("api/version-set-missing", fields.place("apiVersion", Part::Key), message).help(help));
        }
        return None;
    };
    let (_, set) = id_parts(&id);
    reader.known(set, place, &SET, &names.version_sets).then(|| Version {
        set: set.to_owned(),
        identifier,
        description: fields.text("apiVersionDescription").unwrap_or_default(),
    })
}

fn revision(fields: &Fields<'_>, directory_name: &str, in_name: Option<&str>, reader: &Reader<'_>) -> String {
    let written = fields.title("apiRevision");
    let revision = written.clone().or_else(|| in_name.map(str::to_owned)).unwrap_or_else(|| "1".to_owned());
    if let (Some(written), Some(in_name)) = (written, in_name)
        && written != in_name
    {
        let message = format!("this says revision `{written}`, and the directory `{directory_name}` says revision `{in_name}`");
        let place = fields.place("apiRevision", Part::Value);
        let help = "make both the same";
        reader.findings.push(Diagnostic::error("api/revision-name", place, message).help(help));
    }
    revision
}

fn contact(fields: &Fields<'_>) -> Option<Contact> {
    if !fields.has("contact") {
        return None;
    }
    let contact = fields.inner("contact");
    contact.only(&["name", "url", "email"]);
    Some(Contact { name: contact.text("name"), url: contact.text("url"), email: contact.text("email") })
}

fn license(fields: &Fields<'_>) -> Option<License> {
    if !fields.has("license") {
        return None;
    }
    let license = fields.inner("license");
    license.only(&["name", "url"]);
    Some(License { name: license.text("name"), url: license.text("url") })
}

fn releases(directory: &mut Directory, reader: &Reader<'_>) -> Vec<Release> {
    let Some(mut section) = directory.directory("releases") else { return Vec::new() };
    let mut releases = Vec::new();
    for (name, mut directory) in reader.each(&mut section) {
        let tree = reader.data(&mut directory, "apiReleaseInformation", "releases", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&["apiId", "notes", "createdDateTime", "updatedDateTime"]);
        let mut revision = None;
        if let Some(id) = fields.title("apiId") {
            revision = split_revision(id_parts(&id).1).1.map(str::to_owned);
            // The revision in the id may be gone already; the API itself cannot be.
            let api = split_revision(id_parts(&id).1).0.to_owned();
            let own = split_revision(directory.path().split('/').rev().nth(3).unwrap_or_default()).0.to_owned();
            if api != own {
                let message = format!("this release belongs to `{own}`, and says it is one of `{api}`");
                let place = fields.place("apiId", Part::Value);
                let help = format!("write `\"apiId\": \"/apis/{own}\"`");
                reader.findings.push(Diagnostic::error(access::API.id, place, message).help(help));
            }
        }
        let date = fields.text("createdDateTime");
        releases.push(Release { notes: fields.text("notes").unwrap_or_default(), name, revision, date });
        reader.done(directory);
    }
    reader.done(section);
    // Newest first: by date where the export has one, else by name, where dates and numbers usually are.
    releases.sort_by(|release, other| (&other.date, &other.name).cmp(&(&release.date, &release.name)));
    releases
}
