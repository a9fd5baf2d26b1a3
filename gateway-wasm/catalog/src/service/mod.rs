//! From directories to a service: first which names there are, then each resource, then what must hold between them.

mod access;
mod apis;
mod checks;
mod console;
mod definitions;
mod labels;
mod operations;
mod overrides;
mod parts;
mod portal;
mod products;

use crate::{
    Folder, Service,
    directory::{Directory, File},
    findings::{Findings, did_you_mean, listed},
    model::Workspace,
    tree::{Tree, text_of},
};
use diagnostic::{Diagnostic, Place, Source};
use overrides::Overrides;
use std::cell::RefCell;

/// Reads the whole folder.
pub(crate) fn load(folder: &Folder, environment: Option<&str>, findings: &Findings) -> Service {
    let mut root = Directory::new(folder);
    let overrides = Overrides::read(&mut root, environment, findings);
    let reader = Reader { findings, overrides: &overrides, workspace: None, unknown: RefCell::default() };
    let mut service = Service { policy: reader.policy(&mut root), ..Service::default() };
    service.portal = portal::read(&mut root, findings);
    set_aside(&mut root);
    let (mut apis, mut open) = (Vec::new(), Vec::new());
    let workspaces = root.directory("workspaces");
    scope(&mut root, &reader, &mut service, &mut apis, &mut open);
    for (name, mut directory) in workspaces.into_iter().flat_map(|mut workspaces| reader.each(&mut workspaces)) {
        let reader = Reader { workspace: Some(&name), unknown: RefCell::default(), ..reader };
        let tree = reader.data(&mut directory, "workspaceInformation", "workspaces", &name);
        let workspace = {
            let fields = crate::fields::Fields::of_resource(&tree, findings);
            fields.only(&["displayName", "description"]);
            Workspace {
                display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
                description: fields.text("description").unwrap_or_default(),
                policy: reader.policy(&mut directory),
                name: name.clone(),
            }
        };
        service.workspaces.push(workspace);
        scope(&mut directory, &reader, &mut service, &mut apis, &mut open);
        reader.done(directory);
        reader.report_unknown();
    }
    access::built_in_groups(&mut service.groups);
    checks::apis(&apis, &service, findings);
    products::one_open_each(&open, findings);
    if apis.is_empty() {
        let help = "put an OpenAPI definition into `apis/<name>/specification.yaml`; `portal-gen new` writes an example";
        let place = Place::file("apis/");
        // Without a single file it is most likely the wrong folder; without an API it may be one that begins with its pages.
        findings.push(match folder.is_empty() {
            true => Diagnostic::error("folder/empty", place, "this folder is empty").help(help),
            false => Diagnostic::warning("folder/no-api", place, "this folder has no API").help(help),
        });
    }
    service.apis = apis.into_iter().map(|draft| draft.api).collect();
    let version = |api: &crate::model::Api| api.version.as_ref().map(|version| version.identifier.clone());
    service
        .apis
        .sort_by(|a, b| (&a.workspace, &a.name, version(a), &a.revision).cmp(&(&b.workspace, &b.name, version(b), &b.revision)));
    overrides.report_unused(findings);
    reader.done(root);
    reader.report_unknown();
    service
}

/// Files that belong to a service folder and say nothing about the service: the team's own tests, its stand-in backends,
/// and what is written about the folder itself.
fn set_aside(root: &mut Directory) {
    for name in ["tests", "dev"] {
        root.directory(name);
    }
    root.file("portico.yaml");
    root.files_where(|name| {
        let upper = name.to_ascii_uppercase();
        ["README", "LICENSE", "LICENCE", "CHANGELOG", "CONTRIBUTING", "NOTICE"].iter().any(|known| upper.starts_with(known))
    });
}

/// The service itself or one workspace: they have the same directories.
fn scope(
    directory: &mut Directory,
    reader: &Reader<'_>,
    service: &mut Service,
    apis: &mut Vec<apis::Draft>,
    open: &mut Vec<products::OpenLink>,
) {
    let mut sections = Sections::take(directory);
    let names = Names::of(&sections);
    service.version_sets.extend(labels::version_sets(&mut sections.version_sets, reader));
    service.groups.extend(access::groups(&mut sections.groups, reader));
    let named_values = parts::named_values(&mut sections.named_values, reader);
    let certificates = parts::certificates(&mut sections.certificates, reader);
    service.backends.extend(parts::backends(&mut sections.backends, &named_values, &certificates, reader));
    service.certificates.extend(certificates);
    service.named_values.extend(named_values);
    service.fragments.extend(parts::fragments(&mut sections.fragments, reader));
    service.loggers.extend(parts::loggers(&mut sections.loggers, reader));
    parts::diagnostics(&mut sections.diagnostics, &names, reader);
    let read = apis::read(&mut sections.apis, &names, service, reader);
    apis.extend(read);
    service.products.extend(products::read(&mut sections.products, &names, open, reader));
    let tags = labels::tags(&mut sections.tags, &names, reader);
    labels::put_on(&tags, service, apis, reader);
    service.tags.extend(tags.into_iter().map(|tagged| tagged.tag));
    service.gateways.extend(access::gateways(&mut sections.gateways, &names, reader));
    service.subscriptions.extend(access::subscriptions(&mut sections.subscriptions, &names, reader));
    sections.done(reader);
}

/// The directories that hold resources.
struct Sections {
    apis: Directory,
    products: Directory,
    tags: Directory,
    groups: Directory,
    subscriptions: Directory,
    named_values: Directory,
    certificates: Directory,
    backends: Directory,
    loggers: Directory,
    diagnostics: Directory,
    fragments: Directory,
    version_sets: Directory,
    gateways: Directory,
}

impl Sections {
    fn take(directory: &mut Directory) -> Self {
        let mut take = |name: &str| directory.directory(name).unwrap_or_default();
        Self {
            apis: take("apis"),
            products: take("products"),
            tags: take("tags"),
            groups: take("groups"),
            subscriptions: take("subscriptions"),
            named_values: take("named values"),
            certificates: take("certificates"),
            backends: take("backends"),
            loggers: take("loggers"),
            diagnostics: take("diagnostics"),
            fragments: take("policy fragments"),
            version_sets: take("version sets"),
            gateways: take("gateways"),
        }
    }

    fn done(self, reader: &Reader<'_>) {
        let Self { apis, products, tags, groups, subscriptions, named_values, certificates, backends, .. } = self;
        for rest in [apis, products, tags, groups, subscriptions, named_values, certificates, backends] {
            reader.done(rest);
        }
        for rest in [self.loggers, self.diagnostics, self.fragments, self.version_sets, self.gateways] {
            reader.done(rest);
        }
    }
}

/// The names that can be referred to inside one scope, known before anything is read.
#[derive(Debug, Default)]
pub(crate) struct Names {
    apis: Vec<String>,
    products: Vec<String>,
    groups: Vec<String>,
    version_sets: Vec<String>,
    loggers: Vec<String>,
    tags: Vec<String>,
}

impl Names {
    fn of(sections: &Sections) -> Self {
        let mut apis = Vec::new();
        for directory in sections.apis.names() {
            let (name, _) = split_revision(&directory);
            if !apis.iter().any(|known| known == name) {
                apis.push(name.to_owned());
            }
        }
        let mut groups = sections.groups.names();
        groups.extend(access::BUILT_IN.map(|(name, _)| name.to_owned()));
        Self {
            apis,
            products: sections.products.names(),
            groups,
            version_sets: sections.version_sets.names(),
            loggers: sections.loggers.names(),
            tags: sections.tags.names(),
        }
    }
}

/// `orders;rev=2` is revision 2 of `orders`.
pub(crate) fn split_revision(name: &str) -> (&str, Option<&str>) {
    name.split_once(";rev=").map_or((name, None), |(name, revision)| (name, Some(revision)))
}

/// The last two parts of an id, short (`/products/x`) or full (`/subscriptions/.../service/s/products/x`): kind and name.
pub(crate) fn id_parts(id: &str) -> (&str, &str) {
    let mut parts = id.trim_end_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), name)
}

/// What everyone who reads resources needs.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    findings: &'a Findings,
    overrides: &'a Overrides,
    workspace: Option<&'a str>,
    /// What was read of, and may still hold something.
    unknown: RefCell<Vec<Directory>>,
}

impl Reader<'_> {
    /// The resources of a section.
    fn each(&self, section: &mut Directory) -> Vec<(String, Directory)> {
        section.each()
    }

    /// The file of a resource, with its override merged over it. Without a file everything has its default.
    fn data(&self, directory: &mut Directory, stem: &str, section: &str, name: &str) -> Tree {
        let file = directory.data(stem, self.findings);
        self.data_of(file, &format!("{}{stem}.json", directory.path()), section, name)
    }

    /// The same for a file that was found already; `place` stands for it where there is none.
    fn data_of(&self, file: Option<File>, place: &str, section: &str, name: &str) -> Tree {
        let read = file.and_then(|(path, bytes)| Tree::read(&path, &bytes, self.findings));
        let mut tree = read.unwrap_or_else(|| Tree::absent(place));
        self.overrides.apply(&mut tree, self.workspace, section, name);
        tree
    }

    /// The policy of a scope.
    fn policy(&self, directory: &mut Directory) -> Option<Source> {
        let (path, bytes) = directory.file("policy.xml")?;
        self.source(&path, &bytes)
    }

    fn source(&self, path: &str, bytes: &[u8]) -> Option<Source> {
        Some(Source::new(path, text_of(path, bytes, self.findings)?))
    }

    /// The workspace as the model keeps it.
    fn workspace(&self) -> Option<String> {
        self.workspace.map(str::to_owned)
    }

    /// Called when a directory was read: what is left in it is unknown.
    fn done(&self, directory: Directory) {
        if !directory.is_empty() {
            self.unknown.borrow_mut().push(directory);
        }
    }

    fn report_unknown(&self) {
        for directory in self.unknown.take() {
            directory.report_unknown(self.findings);
        }
    }

    /// Links of a resource to others: one directory each (`apis/<name>/`), or a list in a file as extractors before
    /// version 6 wrote it (`apis.json`, entries with a `name`). The place is where the link stands.
    fn links(&self, directory: &mut Directory, kind: &str, stem: &str) -> Vec<(String, Place)> {
        let mut links = Vec::new();
        if let Some(mut linked) = directory.directory(kind) {
            for (name, mut link) in self.each(&mut linked) {
                let path = link.data(stem, self.findings).map(|(path, bytes)| {
                    // The file says nothing, but it must not be broken.
                    Tree::read(&path, &bytes, self.findings);
                    path
                });
                links.push((name, Place::file(&path.unwrap_or_else(|| link.path().to_owned()))));
                self.done(link);
            }
            self.done(linked);
        }
        if let Some((path, bytes)) = directory.data(kind, self.findings)
            && let Some(tree) = Tree::read(&path, &bytes, self.findings)
        {
            let items = tree.value.as_array().map_or(0, Vec::len);
            if !tree.value.is_array() {
                let help = "write `[{ \"name\": \"...\" }]`";
                let message = "this file must hold a list of names";
                let place = tree.place("", crate::tree::Part::Key);
                self.findings.push(Diagnostic::error("property/type", place, message).help(help));
            }
            for index in 0..items {
                let pointer = format!("/{index}");
                if let Some(name) = tree.at(&pointer).and_then(serde_json::Value::as_str) {
                    links.push((name.to_owned(), tree.place(&pointer, crate::tree::Part::Value)));
                    continue;
                }
                let fields = crate::fields::Fields::new(&tree, &pointer, self.findings);
                if let Some(name) = fields.text("name") {
                    links.push((name, fields.place("name", crate::tree::Part::Value)));
                }
            }
        }
        links
    }

    /// The names of links that lead somewhere; the others are findings.
    fn known_links(&self, links: Vec<(String, Place)>, kind: &Kind, known: &[String]) -> Vec<String> {
        let mut names = Vec::new();
        for (name, place) in links {
            let (name, _) = split_revision(&name);
            if self.known(name, place, kind, known) && !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// True if a name exists; a finding otherwise.
    fn known(&self, name: &str, place: Place, kind: &Kind, known: &[String]) -> bool {
        let exists = known.iter().any(|other| other == name);
        if !exists {
            let names = || known.iter().map(String::as_str);
            let help = did_you_mean(name, names()).unwrap_or_else(|| match known {
                [] => format!("there is no {} yet: add `{}`", kind.word, kind.file.replace("<name>", name)),
                _ => format!("known: {}; or add `{}`", listed(names()), kind.file.replace("<name>", name)),
            });
            let message = format!("there is no {} `{name}`", kind.word);
            self.findings.push(Diagnostic::error(kind.id, place, message).help(help));
        }
        exists
    }
}

/// A kind of thing that is referred to, for the message when it does not exist.
pub(crate) struct Kind {
    id: &'static str,
    word: &'static str,
    file: &'static str,
}
