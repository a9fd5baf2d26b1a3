//! WSDL 1.1 with the XML schemas in it: services, operations, messages, types.

use super::xml::{self, all, attribute, first, text};
use super::{Fact, Item, Outline, Part, Row, Unknown};
use console::Phrase;
use diagnostic::{Diagnostic, Diagnostics, Place, Source};
use roxmltree::Node;
use std::collections::HashSet;

const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
/// How deep anonymous types are written out inside each other.
const NESTING_MAX: usize = 6;

/// Reads a description.
pub(super) fn read(source: &Source, findings: &mut Diagnostics) -> Option<Outline> {
    let mended = xml::mended(source, "wsdl/prefix", findings);
    let document = xml::read(&mended, "wsdl/syntax", findings)?;
    let root = document.root_element();
    if root.tag_name().name() != "definitions" {
        let place = Place::new(source, xml::span(root, ""));
        let (message, help) = match root.tag_name().name() {
            "description" => ("this is WSDL 2.0, which is not read", "export the service as WSDL 1.1"),
            _ => ("this is no WSDL: its first element is not `definitions`", "put the WSDL of the service into this file"),
        };
        findings.push(Diagnostic::error("wsdl/root", place, message).help(help));
        return None;
    }
    let mut reader = Reader { root, keys: HashSet::new(), unknown: Unknown::new(source, "wsdl/reference"), findings };
    reader.gather();
    Some(reader.outline())
}

struct Reader<'a, 'i, 'f> {
    root: Node<'a, 'i>,
    /// What is declared, as `type {namespace}name`.
    keys: HashSet<String>,
    unknown: Unknown<'f>,
    findings: &'f mut Diagnostics,
}

impl<'a, 'i> Reader<'a, 'i, '_> {
    fn schemas(&self) -> Vec<Node<'a, 'i>> {
        all(self.root, "types").flat_map(|types| all(types, "schema").collect::<Vec<_>>()).collect()
    }

    fn gather(&mut self) {
        let space = attribute(self.root, "targetNamespace").unwrap_or_default();
        for kind in ["message", "portType", "binding"] {
            self.keys.extend(all(self.root, kind).filter_map(|one| Some(key(kind, space, attribute(one, "name")?))));
        }
        for schema in self.schemas() {
            let space = attribute(schema, "targetNamespace").unwrap_or_default();
            for (element, kind) in KINDS {
                self.keys.extend(all(schema, element).filter_map(|one| Some(key(kind, space, attribute(one, "name")?))));
            }
        }
    }

    fn outline(mut self) -> Outline {
        let mut outline = Outline { format: "WSDL", description: documentation(self.root), ..Outline::default() };
        if let Some(space) = attribute(self.root, "targetNamespace") {
            outline.facts.push(Fact::new("Name space", space));
        }
        let services = all(self.root, "service").map(|service| self.service(service)).collect();
        outline.push("Services", services);
        let port_types: Vec<Node<'a, 'i>> = all(self.root, "portType").collect();
        let several = port_types.len() > 1;
        let mut operations = Vec::new();
        for port_type in port_types {
            for operation in all(port_type, "operation") {
                operations.push(self.operation(port_type, operation, several));
            }
        }
        outline.push("Operations", operations);
        let messages = all(self.root, "message").map(|message| self.message(message)).collect();
        outline.push("Messages", messages);
        let (mut elements, mut types) = (Vec::new(), Vec::new());
        for schema in self.schemas() {
            let space = attribute(schema, "targetNamespace").unwrap_or_default();
            for (element, kind) in KINDS {
                for node in all(schema, element) {
                    let Some(name) = attribute(node, "name") else { continue };
                    let item = self.declared(node, key(kind, space, name), name, kind);
                    if kind == "element" { &mut elements } else { &mut types }.push(item);
                }
            }
        }
        outline.push("Elements", elements);
        outline.push("Types", types);
        outline
    }

    fn service(&mut self, service: Node<'a, 'i>) -> Item {
        let name = attribute(service, "name").unwrap_or("service");
        let mut item = Item {
            key: format!("service {name}"),
            title: name.to_owned(),
            kind: "service",
            description: documentation(service),
            ..Item::default()
        };
        let mut rows = Vec::new();
        for port in all(service, "port") {
            let address = port.children().find_map(|child| attribute(child, "location")).unwrap_or_default();
            let binding = self.binding(port);
            let style = binding.and_then(|binding| Some(attribute(first(binding, "binding")?, "style")?.to_owned()));
            let mut facts: Vec<Fact> = style.map(|style| Fact::new("Style", style)).into_iter().collect();
            facts.extend(
                port.children()
                    .find(Node::is_element)
                    .and_then(|child| Some(Fact::new("Protocol", protocol(child.tag_name().namespace()?)?))),
            );
            rows.push(Row {
                name: attribute(port, "name").unwrap_or("port").to_owned(),
                label: vec![Part::plain(address)],
                description: documentation(port),
                facts,
                ..Row::default()
            });
        }
        item.push("Ports", rows);
        item
    }

    fn binding(&mut self, port: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
        self.reference("binding", port, "binding");
        let name = local(attribute(port, "binding")?);
        all(self.root, "binding").find(|binding| attribute(*binding, "name") == Some(name))
    }

    fn operation(&mut self, port_type: Node<'a, 'i>, operation: Node<'a, 'i>, several: bool) -> Item {
        let (interface, name) =
            (attribute(port_type, "name").unwrap_or_default(), attribute(operation, "name").unwrap_or("operation"));
        let mut item = Item {
            key: format!("operation {interface}.{name}"),
            title: if several { format!("{interface}.{name}") } else { name.to_owned() },
            kind: "operation",
            description: documentation(operation),
            ..Item::default()
        };
        if let Some(action) = self.action(interface, name) {
            item.facts.push(Fact::new("SOAP action", action));
        }
        for (element, title) in [("input", "Input"), ("output", "Output"), ("fault", "Faults")] {
            let mut rows = Vec::new();
            for part in all(operation, element) {
                let label = self.reference("message", part, "message").into_iter().collect();
                let inside = self.parts(part);
                rows.push(Row {
                    name: attribute(part, "name").or(attribute(part, "message").map(local)).unwrap_or(element).to_owned(),
                    label,
                    description: documentation(part),
                    inside,
                    ..Row::default()
                });
            }
            item.push(title, rows);
        }
        item
    }

    /// The parts of the message that an input, output or fault names.
    fn parts(&mut self, of: Node<'a, 'i>) -> Vec<Row> {
        let name = attribute(of, "message").map(local);
        let message = all(self.root, "message").find(|message| name.is_some() && attribute(*message, "name") == name);
        message.map_or_else(Vec::new, |message| self.message_rows(message))
    }

    fn action(&self, interface: &str, operation: &str) -> Option<String> {
        let bindings = all(self.root, "binding").filter(|binding| attribute(*binding, "type").map(local) == Some(interface));
        let operations = bindings.flat_map(|binding| all(binding, "operation").collect::<Vec<_>>());
        let mut named = operations.filter(|one| attribute(*one, "name") == Some(operation));
        named
            .find_map(|one| attribute(first(one, "operation")?, "soapAction"))
            .filter(|action| !action.is_empty())
            .map(str::to_owned)
    }

    fn message(&mut self, message: Node<'a, 'i>) -> Item {
        let name = attribute(message, "name").unwrap_or("message");
        let space = attribute(self.root, "targetNamespace").unwrap_or_default();
        let mut item = Item {
            key: key("message", space, name),
            title: name.to_owned(),
            kind: "message",
            description: documentation(message),
            ..Item::default()
        };
        let rows = self.message_rows(message);
        item.push("Parts", rows);
        item
    }

    fn message_rows(&mut self, message: Node<'a, 'i>) -> Vec<Row> {
        let mut rows = Vec::new();
        for part in all(message, "part") {
            let label = self.reference("element", part, "element").or_else(|| self.reference("type", part, "type"));
            rows.push(Row {
                name: attribute(part, "name").unwrap_or("part").to_owned(),
                label: label.into_iter().collect(),
                description: documentation(part),
                ..Row::default()
            });
        }
        rows
    }

    /// An element or a type of a schema.
    fn declared(&mut self, node: Node<'a, 'i>, key: String, name: &str, kind: &'static str) -> Item {
        let simple = node.tag_name().name() == "simpleType";
        let mut item = Item {
            key,
            title: name.to_owned(),
            kind: if simple { "simple type" } else { kind },
            description: documentation(node),
            ..Item::default()
        };
        if let Some(part) = self.reference("type", node, "type") {
            item.facts.push(Fact { name: "Type", words: vec![part] });
        }
        let inner = if kind == "element" { first(node, "complexType").or_else(|| first(node, "simpleType")) } else { Some(node) };
        if let Some(inner) = inner {
            let (facts, values) = self.restrictions(inner);
            item.facts.extend(facts);
            let rows = self.content(inner, 0);
            item.push("Content", rows);
            item.push("Values", values);
        }
        item
    }

    /// What stands in a complex type: elements and attributes, through sequences, choices and what it extends.
    fn content(&mut self, node: Node<'a, 'i>, depth: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for child in node.children().filter(Node::is_element) {
            match child.tag_name().name() {
                "sequence" | "all" | "complexContent" | "simpleContent" => rows.extend(self.content(child, depth)),
                "choice" => {
                    let mut inside = self.content(child, depth);
                    inside.iter_mut().for_each(|row| row.marks.push("one of"));
                    rows.extend(inside);
                }
                "extension" | "restriction" if node.tag_name().name() != "simpleType" => {
                    if let Some(part) = self.reference("type", child, "base") {
                        rows.push(Row {
                            name: "…".to_owned(),
                            label: vec![Part::said(Phrase::new("everything of ")), part],
                            ..Row::default()
                        });
                    }
                    rows.extend(self.content(child, depth));
                }
                "element" => rows.push(self.element(child, depth)),
                "attribute" => rows.push(self.attribute(child)),
                "group" | "attributeGroup" => {
                    if let Some(part) =
                        self.reference(if child.tag_name().name() == "group" { "group" } else { "attributeGroup" }, child, "ref")
                    {
                        rows.push(Row {
                            name: "…".to_owned(),
                            label: vec![Part::said(Phrase::new("everything of ")), part],
                            ..Row::default()
                        });
                    }
                }
                "any" | "anyAttribute" => rows.push(Row {
                    name: "…".to_owned(),
                    label: vec![Part::said(if child.tag_name().name() == "any" {
                        Phrase::new("any other element")
                    } else {
                        Phrase::new("any other attribute")
                    })],
                    ..Row::default()
                }),
                _ => {}
            }
        }
        rows
    }

    fn element(&mut self, node: Node<'a, 'i>, depth: usize) -> Row {
        let reference = self.reference("element", node, "ref");
        let name = attribute(node, "name").or(attribute(node, "ref").map(local)).unwrap_or("element").to_owned();
        let typed = reference.or_else(|| self.reference("type", node, "type"));
        let complex = first(node, "complexType");
        let simple = first(node, "simpleType");
        let (mut facts, values) = simple.map_or_else(Default::default, |simple| self.restrictions(simple));
        let inside = match complex {
            Some(complex) if depth < NESTING_MAX => self.content(complex, depth + 1),
            _ => values,
        };
        let most = attribute(node, "maxOccurs").unwrap_or("1");
        let least = attribute(node, "minOccurs").unwrap_or("1");
        let mut marks = Vec::new();
        if least != "0" {
            marks.push("required");
        }
        if most != "1" {
            marks.push("repeated");
            let times = match most {
                "unbounded" => Phrase::new("{least} to any number"),
                most => Phrase::new("{least} to {most}").with("most", most),
            };
            facts.push(Fact::said("Times", times.with("least", least)));
        }
        if attribute(node, "nillable") == Some("true") {
            marks.push("or nil");
        }
        facts.extend(attribute(node, "default").map(|value| Fact::new("Default", value)));
        facts.extend(attribute(node, "fixed").map(|value| Fact::new("Always", value)));
        let label = typed.into_iter().collect();
        Row { name, label, description: documentation(node), marks, facts, inside, ..Row::default() }
    }

    fn attribute(&mut self, node: Node<'a, 'i>) -> Row {
        let mut facts: Vec<Fact> = attribute(node, "default").map(|value| Fact::new("Default", value)).into_iter().collect();
        let (more, values) = first(node, "simpleType").map_or_else(Default::default, |simple| self.restrictions(simple));
        facts.extend(more);
        let mut marks = vec!["attribute"];
        if attribute(node, "use") == Some("required") {
            marks.push("required");
        }
        Row {
            name: attribute(node, "name").or(attribute(node, "ref").map(local)).unwrap_or("attribute").to_owned(),
            label: self.reference("type", node, "type").into_iter().collect(),
            description: documentation(node),
            marks,
            facts,
            inside: values,
            ..Row::default()
        }
    }

    /// The limits of a simple type: facts, and the values of an enumeration.
    fn restrictions(&mut self, node: Node<'a, 'i>) -> (Vec<Fact>, Vec<Row>) {
        let (mut facts, mut values) = (Vec::new(), Vec::new());
        if node.tag_name().name() != "simpleType" {
            return (facts, values);
        }
        if let Some(list) = first(node, "list")
            && let Some(part) = self.reference("type", list, "itemType")
        {
            facts.push(Fact { name: "List of", words: vec![part] });
        }
        if let Some(union) = first(node, "union").and_then(|union| attribute(union, "memberTypes")) {
            facts.push(Fact::new("One of", union.split_whitespace().map(local).collect::<Vec<_>>().join(", ")));
        }
        let Some(restriction) = first(node, "restriction") else { return (facts, values) };
        if let Some(part) = self.reference("type", restriction, "base") {
            facts.push(Fact { name: "Type", words: vec![part] });
        }
        for limit in restriction.children().filter(Node::is_element) {
            let Some(value) = attribute(limit, "value") else { continue };
            let name = match limit.tag_name().name() {
                "enumeration" => {
                    values.push(Row { name: value.to_owned(), description: documentation(limit), ..Row::default() });
                    continue;
                }
                "pattern" => "Pattern",
                "length" => "Length",
                "minLength" => "Length at least",
                "maxLength" => "Length at most",
                "minInclusive" => "At least",
                "maxInclusive" => "At most",
                "minExclusive" => "More than",
                "maxExclusive" => "Less than",
                "totalDigits" => "Digits",
                "fractionDigits" => "Decimal places",
                _ => continue,
            };
            facts.push(Fact::new(name, value));
        }
        (facts, values)
    }

    /// What an attribute names, as a link; a name that should be declared here and is not, is a finding.
    fn reference(&mut self, kind: &'static str, node: Node<'a, 'i>, name: &str) -> Option<Part> {
        let written = attribute(node, name).filter(|written| !written.is_empty())?;
        let (prefix, local) = written.split_once(':').map_or((None, written), |(prefix, local)| (Some(prefix), local));
        let space = node.lookup_namespace_uri(prefix).unwrap_or_default();
        if space == SCHEMA || space.starts_with("http://schemas.xmlsoap.org/") || space.starts_with("http://www.w3.org/") {
            return Some(Part::plain(written));
        }
        let exact = key(kind, space, local);
        if self.keys.contains(&exact) {
            return Some(Part::item(local, exact));
        }
        // A schema without a name space takes that of whoever includes it.
        let own = attribute(self.root, "targetNamespace").unwrap_or_default();
        let near = [key(kind, own, local), key(kind, "", local)].into_iter().find(|key| self.keys.contains(key));
        if let Some(near) = near {
            return Some(Part::item(local, near));
        }
        let is_imported = self.root.descendants().any(|node| {
            matches!(node.tag_name().name(), "import" | "include")
                && (attribute(node, "schemaLocation").is_some() || attribute(node, "location").is_some())
        });
        if !is_imported {
            let names: Vec<String> =
                self.keys.iter().filter_map(|key| Some(key.strip_prefix(kind)?.rsplit('}').next()?.to_owned())).collect();
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            self.unknown.report(written, xml::span(node, name), names.into_iter(), self.findings);
        }
        Some(Part::plain(written))
    }
}

/// What a schema declares at its first level, and the kind of name it gives.
const KINDS: [(&str, &str); 5] = [
    ("element", "element"),
    ("complexType", "type"),
    ("simpleType", "type"),
    ("group", "group"),
    ("attributeGroup", "attributeGroup"),
];

fn key(kind: &str, space: &str, name: &str) -> String {
    format!("{kind} {{{space}}}{name}")
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn documentation(node: Node<'_, '_>) -> String {
    let own = first(node, "documentation").or_else(|| first(first(node, "annotation")?, "documentation"));
    own.map(text).unwrap_or_default()
}

fn protocol(space: &str) -> Option<&'static str> {
    match space.trim_end_matches('/') {
        "http://schemas.xmlsoap.org/wsdl/soap" => Some("SOAP 1.1"),
        "http://schemas.xmlsoap.org/wsdl/soap12" => Some("SOAP 1.2"),
        "http://schemas.xmlsoap.org/wsdl/http" => Some("HTTP"),
        _ => None,
    }
}
