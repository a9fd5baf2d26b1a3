//! GraphQL's schema language. Read by `apollo-compiler`, which goes on behind a mistake and knows where everything stands.

use super::{Fact, Item, Outline, Part, Row, Unknown, joined};
use apollo_compiler::ast::{Definition, DirectiveList, Document, FieldDefinition, InputValueDefinition, OperationType, Type};
use apollo_compiler::parser::{Parser, SourceSpan};
use apollo_compiler::{Name, Node};
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};
use std::collections::{HashMap, HashSet};

/// The longest schema that is read, in tokens: twenty times GitHub's.
const TOKENS_MAX: usize = 10_000_000;
/// How many mistakes of one file are shown; what follows the first ones mostly comes of them.
const MISTAKES_MAX: usize = 20;

const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// Reads a schema.
pub(super) fn read(source: &Source, findings: &mut Diagnostics) -> Option<Outline> {
    let parsed = Parser::new().token_limit(TOKENS_MAX).parse_ast(source.text(), source.name());
    let document = parsed.unwrap_or_else(|failed| {
        for mistake in failed.errors.iter().take(MISTAKES_MAX) {
            let span = mistake.line_column_range().map_or(Span::default(), |range| {
                let at = |line: usize, column: usize| source.line_start(line as u32 - 1) as usize + column - 1;
                Span::new(at(range.start.line, range.start.column), at(range.end.line, range.end.column))
            });
            let message = mistake.to_json().message;
            let message = in_signs(message.strip_prefix("syntax error: ").unwrap_or(&message));
            let help = "correct it here: what follows may not be shown until then";
            findings.push(Diagnostic::error("graphql/syntax", Place::new(source, span), message).help(help));
        }
        failed.partial
    });
    if findings.has_errors() {
        return None;
    }
    Some(Reader::new(source, &document).outline(&document, findings))
}

/// A message of the parser's with the signs that it calls by name.
fn in_signs(message: &str) -> String {
    const SIGNS: [(&str, &str); 12] = [
        ("L_PAREN", "`(`"),
        ("R_PAREN", "`)`"),
        ("L_CURLY", "`{`"),
        ("R_CURLY", "`}`"),
        ("L_BRACK", "`[`"),
        ("R_BRACK", "`]`"),
        ("COLON", "`:`"),
        ("BANG", "`!`"),
        ("PIPE", "`|`"),
        ("DOLLAR", "`$`"),
        ("EOF", "the end of the file"),
        ("got :", "got `:`"),
    ];
    SIGNS.iter().fold(message.to_owned(), |message, (name, sign)| message.replace(name, sign))
}

fn span(location: SourceSpan) -> Span {
    Span::new(location.offset(), location.end_offset())
}

struct Reader<'d> {
    names: HashSet<&'d str>,
    /// Who implements an interface, and in which unions a type is.
    users: HashMap<&'d str, Vec<&'d str>>,
    used: Vec<(&'d str, Span)>,
    unknown: Unknown<'d>,
}

impl<'d> Reader<'d> {
    fn new(source: &'d Source, document: &'d Document) -> Self {
        let mut reader = Self {
            names: HashSet::new(),
            users: HashMap::new(),
            used: Vec::new(),
            unknown: Unknown::new(source, "graphql/unknown-type"),
        };
        for definition in &document.definitions {
            use Definition as D;
            let (name, interfaces): (&Name, &[Name]) = match definition {
                D::ScalarTypeDefinition(one) => (&one.name, &[]),
                D::ObjectTypeDefinition(one) => (&one.name, &one.implements_interfaces),
                D::InterfaceTypeDefinition(one) => (&one.name, &one.implements_interfaces),
                D::ObjectTypeExtension(one) => (&one.name, &one.implements_interfaces),
                D::UnionTypeDefinition(one) => (&one.name, &one.members),
                D::EnumTypeDefinition(one) => (&one.name, &[]),
                D::InputObjectTypeDefinition(one) => (&one.name, &[]),
                _ => continue,
            };
            reader.names.insert(name);
            for interface in interfaces {
                reader.users.entry(interface).or_default().push(name);
                reader.used.push((interface, interface.location().map_or(Span::default(), span)));
            }
        }
        reader
    }

    fn outline(mut self, document: &'d Document, findings: &mut Diagnostics) -> Outline {
        use Definition as D;
        let roots = roots(document);
        let [mut operations, mut objects, mut interfaces, mut unions] = [const { Vec::new() }; 4];
        let [mut enums, mut inputs, mut scalars, mut directives] = [const { Vec::new() }; 4];
        let mut extensions: HashMap<&str, Vec<Row>> = HashMap::new();
        let mut description = String::new();
        for definition in &document.definitions {
            match definition {
                D::SchemaDefinition(one) => description = words(&one.description),
                D::ObjectTypeDefinition(one) => {
                    let root = roots.iter().position(|root| root.1 == one.name.as_str());
                    let kind = root.map_or("type", |root| roots[root].0);
                    let mut item = self.item(&one.name, kind, &one.description, &one.directives);
                    item.push(if root.is_some() { "Operations" } else { "Fields" }, self.fields(&one.fields));
                    item.facts.extend(self.names("Implements", one.implements_interfaces.iter().map(Name::as_str)));
                    item.facts.extend(self.found_in(&one.name, "Also in"));
                    if root.is_some() { &mut operations } else { &mut objects }.push(item);
                }
                D::InterfaceTypeDefinition(one) => {
                    let mut item = self.item(&one.name, "interface", &one.description, &one.directives);
                    item.push("Fields", self.fields(&one.fields));
                    item.facts.extend(self.names("Implements", one.implements_interfaces.iter().map(Name::as_str)));
                    item.facts.extend(self.found_in(&one.name, "Implemented by"));
                    interfaces.push(item);
                }
                D::UnionTypeDefinition(one) => {
                    let mut item = self.item(&one.name, "union", &one.description, &one.directives);
                    item.facts.extend(self.names("One of", one.members.iter().map(Name::as_str)));
                    unions.push(item);
                }
                D::EnumTypeDefinition(one) => {
                    let mut item = self.item(&one.name, "enum", &one.description, &one.directives);
                    let values = one.values.iter().map(|value| Row {
                        name: value.value.to_string(),
                        description: words(&value.description),
                        deprecated: deprecated(&value.directives),
                        ..Row::default()
                    });
                    item.push("Values", values.collect());
                    enums.push(item);
                }
                D::InputObjectTypeDefinition(one) => {
                    let mut item = self.item(&one.name, "input", &one.description, &one.directives);
                    item.push("Fields", self.inputs(&one.fields));
                    inputs.push(item);
                }
                D::ScalarTypeDefinition(one) => {
                    let mut item = self.item(&one.name, "scalar", &one.description, &one.directives);
                    item.facts.extend(argument(&one.directives, "specifiedBy", "url").map(|url| Fact::new("Specified by", url)));
                    scalars.push(item);
                }
                D::DirectiveDefinition(one) => {
                    let mut item = Item {
                        key: format!("@{}", one.name),
                        title: format!("@{}", one.name),
                        kind: "directive",
                        description: words(&one.description),
                        ..Item::default()
                    };
                    let places: Vec<String> = one.locations.iter().map(|location| location.to_string()).collect();
                    item.facts.push(Fact::new("May stand on", places.join(", ")));
                    item.push("Arguments", self.inputs(&one.arguments));
                    directives.push(item);
                }
                D::ObjectTypeExtension(one) => extensions.entry(&one.name).or_default().extend(self.fields(&one.fields)),
                D::InterfaceTypeExtension(one) => extensions.entry(&one.name).or_default().extend(self.fields(&one.fields)),
                D::InputObjectTypeExtension(one) => extensions.entry(&one.name).or_default().extend(self.inputs(&one.fields)),
                _ => {}
            }
        }
        let order = |item: &Item| roots.iter().position(|root| root.0 == item.kind);
        operations.sort_by_key(order);
        for item in operations.iter_mut().chain(&mut objects).chain(&mut interfaces).chain(&mut inputs) {
            let Some(rows) = extensions.remove(item.key.as_str()) else { continue };
            match item.tables.first_mut() {
                Some(table) => table.rows.extend(rows),
                None => item.push("Fields", rows),
            }
        }
        let mut outline = Outline { format: "GraphQL schema", description, ..Outline::default() };
        for (title, items) in [
            ("Operations", operations),
            ("Types", objects),
            ("Interfaces", interfaces),
            ("Unions", unions),
            ("Inputs", inputs),
            ("Enumerations", enums),
            ("Scalars", scalars),
            ("Directives", directives),
        ] {
            outline.push(title, items);
        }
        for (name, span) in std::mem::take(&mut self.used) {
            if !self.names.contains(name) && !BUILT_IN.contains(&name) {
                self.unknown.report(name, span, self.names.iter().copied(), findings);
            }
        }
        outline
    }

    fn item(&self, name: &Name, kind: &'static str, description: &Option<Node<str>>, directives: &DirectiveList) -> Item {
        Item {
            key: name.to_string(),
            title: name.to_string(),
            kind,
            description: words(description),
            deprecated: deprecated(directives),
            ..Item::default()
        }
    }

    fn fields(&mut self, fields: &'d [Node<FieldDefinition>]) -> Vec<Row> {
        let row = |field: &'d Node<FieldDefinition>| Row {
            name: field.name.to_string(),
            label: self.label(&field.ty, field.location()),
            description: words(&field.description),
            deprecated: deprecated(&field.directives),
            inside: self.inputs(&field.arguments),
            ..Row::default()
        };
        fields.iter().map(row).collect()
    }

    fn inputs(&mut self, inputs: &'d [Node<InputValueDefinition>]) -> Vec<Row> {
        let row = |input: &'d Node<InputValueDefinition>| Row {
            name: input.name.to_string(),
            label: self.label(&input.ty, input.location()),
            description: words(&input.description),
            deprecated: deprecated(&input.directives),
            marks: if input.ty.is_non_null() && input.default_value.is_none() { vec!["required"] } else { Vec::new() },
            facts: input.default_value.iter().map(|value| Fact::new("Default", value.to_string())).collect(),
            ..Row::default()
        };
        inputs.iter().map(row).collect()
    }

    /// `[Pet!]!`, with a link in it.
    fn label(&mut self, ty: &'d Type, location: Option<SourceSpan>) -> Vec<Part> {
        let name = ty.inner_named_type();
        self.used.push((name.as_str(), name.location().or(location).map_or(Span::default(), span)));
        let written = ty.to_string();
        let (before, after) = written.split_once(name.as_str()).unwrap_or((&written, ""));
        let parts = [Part::plain(before), Part::item(name.as_str(), name.as_str()), Part::plain(after)];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    fn names(&self, title: &'static str, names: impl Iterator<Item = &'d str>) -> Option<Fact> {
        let words = joined(names.map(|name| Part::item(name, name)));
        (!words.is_empty()).then_some(Fact { name: title, words })
    }

    fn found_in(&self, name: &str, title: &'static str) -> Option<Fact> {
        self.names(title, self.users.get(name)?.iter().copied())
    }
}

/// The types that operations start from: what each is called in its section, and its name.
fn roots(document: &Document) -> Vec<(&'static str, String)> {
    let mut roots =
        vec![("query", "Query".to_owned()), ("mutation", "Mutation".to_owned()), ("subscription", "Subscription".to_owned())];
    for definition in &document.definitions {
        let operations = match definition {
            Definition::SchemaDefinition(one) => &one.root_operations,
            Definition::SchemaExtension(one) => &one.root_operations,
            _ => continue,
        };
        for operation in operations {
            let index = match operation.0 {
                OperationType::Query => 0,
                OperationType::Mutation => 1,
                OperationType::Subscription => 2,
            };
            roots[index].1 = operation.1.to_string();
        }
    }
    roots
}

fn words(description: &Option<Node<str>>) -> String {
    description.as_ref().map_or_else(String::new, |text| text.as_str().to_owned())
}

fn deprecated(directives: &DirectiveList) -> Option<String> {
    directives.get("deprecated")?;
    Some(argument(directives, "deprecated", "reason").unwrap_or_default())
}

fn argument(directives: &DirectiveList, directive: &str, name: &str) -> Option<String> {
    let found = directives.get(directive)?.specified_argument_by_name(name)?;
    found.as_str().map(str::to_owned)
}
