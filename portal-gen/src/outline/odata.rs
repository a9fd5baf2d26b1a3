//! OData's metadata (CSDL in XML) of versions 2 to 4: entity sets, operations, entities, complex types, enumerations.

use super::xml::{self, all, attribute, first, text};
use super::{Fact, Item, Outline, Part, Row, Unknown};
use console::Phrase;
use diagnostic::{Diagnostic, Diagnostics, Place, Source};
use roxmltree::Node;
use std::collections::{HashMap, HashSet};

/// Reads metadata.
pub(super) fn read(source: &Source, findings: &mut Diagnostics) -> Option<Outline> {
    let mended = xml::mended(source, "odata/prefix", findings);
    let document = xml::read(&mended, "odata/syntax", findings)?;
    let root = document.root_element();
    let schemas: Vec<Node<'_, '_>> = match root.tag_name().name() {
        "Edmx" => all(root, "DataServices").flat_map(|services| all(services, "Schema").collect::<Vec<_>>()).collect(),
        "Schema" => vec![root],
        _ => Vec::new(),
    };
    if schemas.is_empty() {
        let place = Place::new(source, xml::span(root, ""));
        let message = "this is no OData metadata: it has no `Schema` in `edmx:DataServices`";
        let help = "put what the service answers at `$metadata` into this file";
        findings.push(Diagnostic::error("odata/root", place, message).help(help));
        return None;
    }
    let mut reader = Reader::new(source, root, schemas, findings);
    Some(reader.outline(attribute(root, "Version").unwrap_or_default()))
}

struct Reader<'a, 'i, 'f> {
    schemas: Vec<Node<'a, 'i>>,
    /// Full names of everything that has one.
    names: HashSet<String>,
    /// Short names of schemas.
    aliases: HashMap<&'a str, &'a str>,
    /// Whether the file says that it takes names from others.
    has_references: bool,
    unknown: Unknown<'f>,
    findings: &'f mut Diagnostics,
}

const NAMED: [&str; 8] =
    ["EntityType", "ComplexType", "EnumType", "TypeDefinition", "Function", "Action", "Association", "EntityContainer"];

impl<'a, 'i, 'f> Reader<'a, 'i, 'f> {
    fn new(source: &'f Source, root: Node<'a, 'i>, schemas: Vec<Node<'a, 'i>>, findings: &'f mut Diagnostics) -> Self {
        let (mut names, mut aliases) = (HashSet::new(), HashMap::new());
        for &schema in &schemas {
            let space = attribute(schema, "Namespace").unwrap_or_default();
            aliases.extend(attribute(schema, "Alias").map(|alias| (alias, space)));
            for kind in NAMED {
                names.extend(all(schema, kind).filter_map(|one| Some(format!("{space}.{}", attribute(one, "Name")?))));
            }
        }
        let has_references = root.children().any(|child| child.tag_name().name() == "Reference");
        Self { schemas, names, aliases, has_references, unknown: Unknown::new(source, "odata/unknown-type"), findings }
    }

    fn outline(&mut self, version: &str) -> Outline {
        let mut outline = Outline { format: "OData metadata", ..Outline::default() };
        if !version.is_empty() {
            outline.facts.push(Fact::new("Version", version));
        }
        let [mut sets, mut singles, mut operations] = [const { Vec::new() }; 3];
        let [mut entities, mut complex, mut enums, mut definitions] = [const { Vec::new() }; 4];
        for schema in self.schemas.clone() {
            let space = attribute(schema, "Namespace").unwrap_or_default();
            for container in all(schema, "EntityContainer") {
                sets.extend(all(container, "EntitySet").map(|set| self.set(set, "entity set", "EntityType")));
                singles.extend(all(container, "Singleton").map(|single| self.set(single, "singleton", "Type")));
                for (element, kind) in [("FunctionImport", "function import"), ("ActionImport", "action import")] {
                    operations.extend(all(container, element).map(|import| self.import(import, kind)));
                }
            }
            for (element, kind) in [("Function", "function"), ("Action", "action")] {
                let mut seen: HashMap<&str, usize> = HashMap::new();
                for node in all(schema, element) {
                    // Overloads have one name: each but the first gets a number.
                    let count = seen.entry(attribute(node, "Name").unwrap_or_default()).or_default();
                    *count += 1;
                    operations.push(self.operation(node, space, kind, *count));
                }
            }
            entities.extend(all(schema, "EntityType").map(|node| self.structure(node, space, "entity type")));
            complex.extend(all(schema, "ComplexType").map(|node| self.structure(node, space, "complex type")));
            enums.extend(all(schema, "EnumType").map(|node| self.enumeration(node, space)));
            definitions.extend(all(schema, "TypeDefinition").map(|node| {
                let mut item = named(node, space, "type definition");
                item.facts.extend(self.typed(node, "UnderlyingType").map(|words| Fact { name: "Type", words }));
                item.facts.extend(facets(node));
                item
            }));
        }
        for (title, items) in [
            ("Entity sets", sets),
            ("Singletons", singles),
            ("Operations", operations),
            ("Entity types", entities),
            ("Complex types", complex),
            ("Enumerations", enums),
            ("Type definitions", definitions),
        ] {
            outline.push(title, items);
        }
        outline
    }

    /// An entity set or a singleton: what is in it, and where its links lead.
    fn set(&mut self, node: Node<'a, 'i>, kind: &'static str, of: &str) -> Item {
        let name = attribute(node, "Name").unwrap_or_default();
        let mut item = Item {
            key: format!("{kind} {name}"),
            title: name.to_owned(),
            kind,
            description: documentation(node),
            ..Item::default()
        };
        item.facts.extend(self.typed(node, of).map(|words| Fact { name: "Holds", words }));
        let mut rows = Vec::new();
        for binding in all(node, "NavigationPropertyBinding") {
            let target = attribute(binding, "Target").unwrap_or_default();
            rows.push(Row {
                name: attribute(binding, "Path").unwrap_or_default().to_owned(),
                label: vec![Part::item(target, format!("entity set {target}"))],
                ..Row::default()
            });
        }
        item.push("Links", rows);
        item
    }

    fn import(&mut self, node: Node<'a, 'i>, kind: &'static str) -> Item {
        let name = attribute(node, "Name").unwrap_or_default();
        let mut item = Item {
            key: format!("{kind} {name}"),
            title: name.to_owned(),
            kind,
            description: documentation(node),
            ..Item::default()
        };
        for (what, title) in [("Function", "Calls"), ("Action", "Calls"), ("ReturnType", "Returns")] {
            item.facts.extend(self.typed(node, what).map(|words| Fact { name: title, words }));
        }
        item.facts.extend(attribute(node, "HttpMethod").map(|method| Fact::new("Method", method)));
        item.facts.extend(
            attribute(node, "EntitySet")
                .map(|set| Fact { name: "From", words: vec![Part::item(set, format!("entity set {set}"))] }),
        );
        let rows = all(node, "Parameter").map(|parameter| self.property(parameter, &[])).collect();
        item.push("Parameters", rows);
        item
    }

    fn operation(&mut self, node: Node<'a, 'i>, space: &str, kind: &'static str, number: usize) -> Item {
        let mut item = named(node, space, kind);
        if number > 1 {
            item.key.push_str(&format!(" ({number})"));
        }
        let parameters: Vec<Node<'a, 'i>> = all(node, "Parameter").collect();
        let is_bound = attribute(node, "IsBound") == Some("true");
        if is_bound && let Some(&bound) = parameters.first() {
            item.facts.extend(self.typed(bound, "Type").map(|words| Fact { name: "Called on", words }));
        }
        if let Some(returned) = first(node, "ReturnType") {
            item.facts.extend(self.typed(returned, "Type").map(|words| Fact { name: "Returns", words }));
        }
        let rows = parameters.iter().skip(usize::from(is_bound)).map(|&parameter| self.property(parameter, &[])).collect();
        item.push("Parameters", rows);
        item
    }

    fn structure(&mut self, node: Node<'a, 'i>, space: &str, kind: &'static str) -> Item {
        let mut item = named(node, space, kind);
        item.facts.extend(self.typed(node, "BaseType").map(|words| Fact { name: "Extends", words }));
        for (name, words) in [
            ("Abstract", Phrase::new("abstract")),
            ("OpenType", Phrase::new("open: it may have more properties")),
            ("HasStream", Phrase::new("it is a media entity")),
        ] {
            if attribute(node, name) == Some("true") {
                item.facts.push(Fact::said("Is", words));
            }
        }
        let keys: Vec<&str> = first(node, "Key")
            .map(|key| all(key, "PropertyRef").filter_map(|one| attribute(one, "Name")).collect())
            .unwrap_or_default();
        let properties = all(node, "Property").map(|property| self.property(property, &keys)).collect();
        item.push("Properties", properties);
        let links = all(node, "NavigationProperty").map(|link| self.link(link)).collect();
        item.push("Links", links);
        item
    }

    fn property(&mut self, node: Node<'a, 'i>, keys: &[&str]) -> Row {
        let name = attribute(node, "Name").unwrap_or_default();
        let mut marks = Vec::new();
        if keys.contains(&name) {
            marks.push("key");
        }
        if attribute(node, "Nullable") == Some("false") {
            marks.push("required");
        }
        for (term, mark) in [("Computed", "computed"), ("Immutable", "immutable")] {
            let is_said =
                all(node, "Annotation").any(|one| attribute(one, "Term").is_some_and(|said| said.ends_with(&format!(".{term}"))));
            if is_said {
                marks.push(mark);
            }
        }
        Row {
            name: name.to_owned(),
            label: self.typed(node, "Type").unwrap_or_default(),
            description: documentation(node),
            marks,
            facts: facets(node),
            ..Row::default()
        }
    }

    fn link(&mut self, node: Node<'a, 'i>) -> Row {
        let label = match attribute(node, "Relationship") {
            Some(relationship) => self.end(relationship, attribute(node, "ToRole").unwrap_or_default(), node),
            None => self.typed(node, "Type").unwrap_or_default(),
        };
        let marks = if attribute(node, "ContainsTarget") == Some("true") { vec!["contained"] } else { Vec::new() };
        Row {
            name: attribute(node, "Name").unwrap_or_default().to_owned(),
            label,
            description: documentation(node),
            marks,
            ..Row::default()
        }
    }

    /// The end of an association, which versions 2 and 3 write elsewhere.
    fn end(&mut self, relationship: &'a str, role: &str, from: Node<'a, 'i>) -> Vec<Part> {
        let full = self.full(relationship);
        let mut found = None;
        for schema in &self.schemas {
            let space = attribute(*schema, "Namespace").unwrap_or_default();
            let mut associations = all(*schema, "Association");
            let association =
                associations.find(|one| attribute(*one, "Name").is_some_and(|name| full == format!("{space}.{name}")));
            found = found.or_else(|| all(association?, "End").find(|end| attribute(*end, "Role") == Some(role)));
        }
        let Some(end) = found else {
            self.report(relationship, from, "Relationship");
            return vec![Part::plain(relationship)];
        };
        let mut label = self.typed(end, "Type").unwrap_or_default();
        if attribute(end, "Multiplicity") == Some("*") {
            label.insert(0, Part::plain("Collection("));
            label.push(Part::plain(")"));
        }
        label
    }

    fn enumeration(&mut self, node: Node<'a, 'i>, space: &str) -> Item {
        let mut item = named(node, space, "enum");
        if attribute(node, "IsFlags") == Some("true") {
            item.facts.push(Fact::said("Is", Phrase::new("flags: several values may be combined")));
        }
        let rows = all(node, "Member").map(|member| Row {
            name: attribute(member, "Name").unwrap_or_default().to_owned(),
            facts: attribute(member, "Value").map(|value| Fact::new("Number", value)).into_iter().collect(),
            description: documentation(member),
            ..Row::default()
        });
        item.push("Values", rows.collect());
        item
    }

    /// `Collection(Shop.Book)` with a link in it.
    fn typed(&mut self, node: Node<'a, 'i>, name: &str) -> Option<Vec<Part>> {
        let written = attribute(node, name)?;
        let inner = written.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        let bare = inner.unwrap_or(written);
        let part = if bare.starts_with("Edm.") || bare.starts_with("Collection(") {
            Part::plain(bare)
        } else {
            let full = self.full(bare);
            if self.names.contains(&full) {
                Part::item(bare.rsplit('.').next().unwrap_or(bare), full)
            } else {
                self.report(bare, node, name);
                Part::plain(bare)
            }
        };
        Some(match inner {
            Some(_) => vec![Part::plain("Collection("), part, Part::plain(")")],
            None => vec![part],
        })
    }

    /// A name with its schema's name in the place of an alias.
    fn full(&self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((space, local)) => format!("{}.{local}", self.aliases.get(space).copied().unwrap_or(space)),
            None => name.to_owned(),
        }
    }

    fn report(&mut self, name: &str, node: Node<'_, '_>, at: &str) {
        if !self.has_references {
            let mut known: Vec<&str> = self.names.iter().map(String::as_str).collect();
            known.sort_unstable();
            self.unknown.report(name, xml::span(node, at), known.into_iter(), self.findings);
        }
    }
}

fn named(node: Node<'_, '_>, space: &str, kind: &'static str) -> Item {
    let name = attribute(node, "Name").unwrap_or_default();
    Item { key: format!("{space}.{name}"), title: name.to_owned(), kind, description: documentation(node), ..Item::default() }
}

fn facets(node: Node<'_, '_>) -> Vec<Fact> {
    [
        ("MaxLength", "Length at most"),
        ("Precision", "Precision"),
        ("Scale", "Scale"),
        ("DefaultValue", "Default"),
        ("SRID", "SRID"),
    ]
    .into_iter()
    .filter_map(|(name, title)| Some(Fact::new(title, attribute(node, name)?)))
    .collect()
}

/// What an annotation, `Documentation` or SAP's labels say.
fn documentation(node: Node<'_, '_>) -> String {
    let mut said: Vec<String> = Vec::new();
    if let Some(written) = first(node, "Documentation") {
        said.extend(["Summary", "LongDescription"].into_iter().filter_map(|part| first(written, part)).map(text));
    }
    for term in [".Description", ".LongDescription"] {
        let found = all(node, "Annotation").find(|one| attribute(*one, "Term").is_some_and(|said| said.ends_with(term)));
        said.extend(
            found.and_then(|one| attribute(one, "String").map(str::to_owned).or_else(|| Some(text(first(one, "String")?)))),
        );
    }
    said.extend(["label", "quickinfo"].into_iter().filter_map(|name| attribute(node, name)).map(str::to_owned));
    said.retain(|text| !text.is_empty());
    said.dedup();
    said.join("\n\n")
}
