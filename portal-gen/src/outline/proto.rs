//! Protocol Buffers. `protox-parse` reads the file as it stands, without what it imports, and keeps the comments.

use super::{Fact, Item, Outline, Part, Row, Unknown};
use console::Phrase;
use diagnostic::{Diagnostic, Diagnostics, Place, Source, Span};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto};
use std::collections::{BTreeSet, HashMap};

/// The numbers of fields in descriptors, of which paths to places are made.
mod number {
    pub(super) const PACKAGE: i32 = 2;
    pub(super) const MESSAGE: i32 = 4;
    pub(super) const ENUM: i32 = 5;
    pub(super) const SERVICE: i32 = 6;
    pub(super) const FIELD: i32 = 2;
    pub(super) const NESTED: i32 = 3;
    pub(super) const NESTED_ENUM: i32 = 4;
    pub(super) const METHOD: i32 = 2;
    pub(super) const VALUE: i32 = 2;
}

/// Reads a file.
pub(super) fn read(source: &Source, findings: &mut Diagnostics) -> Option<Outline> {
    let file = match protox_parse::parse(source.name(), source.text()) {
        Ok(file) => file,
        Err(mistake) => {
            let span = mistake.span().map_or(Span::default(), |range| Span::new(range.start, range.end));
            let help = "correct it here; nothing of the file is shown until then";
            findings.push(Diagnostic::error("proto/syntax", Place::new(source, span), mistake.to_string()).help(help));
            return None;
        }
    };
    Some(Reader::new(source, &file).outline(&file, findings))
}

struct Reader<'d> {
    source: &'d Source,
    locations: HashMap<&'d [i32], &'d Location>,
    /// Full names of messages and enumerations.
    names: BTreeSet<String>,
    has_imports: bool,
    unknown: Unknown<'d>,
}

impl<'d> Reader<'d> {
    fn new(source: &'d Source, file: &'d FileDescriptorProto) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let mut names = BTreeSet::new();
        for one in &file.enum_type {
            names.insert(full(file.package(), one.name()));
        }
        for one in &file.message_type {
            gather(&full(file.package(), one.name()), one, &mut names);
        }
        Self {
            source,
            locations: locations.map(|location| (location.path.as_slice(), location)).collect(),
            names,
            // These declare nothing outside of packages with `google.` in front, so a bare name is not theirs.
            has_imports: !file
                .dependency
                .iter()
                .all(|import| ["google/protobuf/", "google/api/"].iter().any(|own| import.starts_with(own))),
            unknown: Unknown::new(source, "proto/unknown-type"),
        }
    }

    fn outline(mut self, file: &'d FileDescriptorProto, findings: &mut Diagnostics) -> Outline {
        let mut outline = Outline { format: "Protocol Buffers", ..Outline::default() };
        outline.description = self.comment(&[number::PACKAGE]);
        let syntax = if file.syntax().is_empty() { "proto2" } else { file.syntax() };
        outline.facts.push(Fact::new("Syntax", syntax));
        if !file.package().is_empty() {
            outline.facts.push(Fact::new("Package", file.package()));
        }
        if !file.dependency.is_empty() {
            outline.facts.push(Fact::new("Imports", file.dependency.join(", ")));
        }
        let services = file.service.iter().enumerate().map(|(index, one)| self.service(one, index, file.package(), findings));
        let services = services.collect();
        let (mut messages, mut enums) = (Vec::new(), Vec::new());
        for (index, one) in file.message_type.iter().enumerate() {
            let path = vec![number::MESSAGE, index as i32];
            self.message(one, path, file.package(), one.name().to_owned(), &mut messages, &mut enums, findings);
        }
        for (index, one) in file.enum_type.iter().enumerate() {
            enums.push(self.enumeration(one, vec![number::ENUM, index as i32], file.package(), one.name().to_owned()));
        }
        outline.push("Services", services);
        outline.push("Messages", messages);
        outline.push("Enumerations", enums);
        outline
    }

    fn service(&mut self, one: &ServiceDescriptorProto, index: usize, package: &str, findings: &mut Diagnostics) -> Item {
        let path = [number::SERVICE, index as i32];
        let mut item = Item {
            key: full(package, one.name()),
            title: one.name().to_owned(),
            kind: "service",
            description: self.comment(&path),
            ..Item::default()
        };
        if one.options.as_ref().is_some_and(|options| options.deprecated()) {
            item.deprecated = Some(String::new());
        }
        let mut rows = Vec::new();
        for (at, method) in one.method.iter().enumerate() {
            let path = [path[0], path[1], number::METHOD, at as i32];
            let mut label = Vec::new();
            label.extend(method.client_streaming().then(|| Part::said(Phrase::new("stream of "))));
            label.push(self.name(method.input_type(), package, &path, findings));
            label.push(Part::plain(" → "));
            label.extend(method.server_streaming().then(|| Part::said(Phrase::new("stream of "))));
            label.push(self.name(method.output_type(), package, &path, findings));
            label.retain(|part| !part.is_empty());
            rows.push(Row {
                name: method.name().to_owned(),
                label,
                description: self.comment(&path),
                deprecated: method.options.as_ref().filter(|options| options.deprecated()).map(|_| String::new()),
                ..Row::default()
            });
        }
        item.push("Methods", rows);
        item
    }

    #[allow(clippy::too_many_arguments, reason = "what a message is inside of, and where its parts go")]
    fn message(
        &mut self,
        one: &DescriptorProto,
        path: Vec<i32>,
        package: &str,
        title: String,
        messages: &mut Vec<Item>,
        enums: &mut Vec<Item>,
        findings: &mut Diagnostics,
    ) {
        let key = full(package, &title);
        let mut item = Item {
            key: key.clone(),
            title: title.clone(),
            kind: "message",
            description: self.comment(&path),
            deprecated: one.options.as_ref().filter(|options| options.deprecated()).map(|_| String::new()),
            ..Item::default()
        };
        let mut rows = Vec::new();
        for (index, field) in one.field.iter().enumerate() {
            let path = [path.as_slice(), &[number::FIELD, index as i32]].concat();
            rows.push(self.field(one, field, &path, &key, findings));
        }
        item.push("Fields", rows);
        messages.push(item);
        for (index, inner) in one.nested_type.iter().enumerate() {
            if !inner.options.as_ref().is_some_and(|options| options.map_entry()) {
                let path = [path.as_slice(), &[number::NESTED, index as i32]].concat();
                self.message(inner, path, package, format!("{title}.{}", inner.name()), messages, enums, findings);
            }
        }
        for (index, inner) in one.enum_type.iter().enumerate() {
            let path = [path.as_slice(), &[number::NESTED_ENUM, index as i32]].concat();
            enums.push(self.enumeration(inner, path, package, format!("{title}.{}", inner.name())));
        }
    }

    fn field(
        &mut self,
        of: &DescriptorProto,
        field: &FieldDescriptorProto,
        path: &[i32],
        scope: &str,
        findings: &mut Diagnostics,
    ) -> Row {
        let mut facts = vec![Fact::new("Number", field.number().to_string())];
        let mut marks = Vec::new();
        let mut label = Vec::new();
        let entry = of.nested_type.iter().find(|inner| {
            let named = field.type_name().rsplit('.').next() == Some(inner.name());
            named && inner.options.as_ref().is_some_and(|options| options.map_entry())
        });
        if let Some([key, value]) = entry.map(|entry| entry.field.as_slice()) {
            label.push(Part::said(Phrase::new("map from ")));
            label.push(self.typed(key, path, scope, findings));
            label.push(Part::said(Phrase::new(" to ")));
            label.push(self.typed(value, path, scope, findings));
        } else {
            label.push(self.typed(field, path, scope, findings));
            match field.label.and_then(|label| Label::try_from(label).ok()) {
                Some(Label::Repeated) => marks.push("repeated"),
                Some(Label::Required) => marks.push("required"),
                _ if field.proto3_optional() => marks.push("optional"),
                _ => {}
            }
        }
        // An `optional` of proto3 is a `oneof` with one field, made by the reader.
        if let Some(index) = field.oneof_index.filter(|_| !field.proto3_optional())
            && let Some(oneof) = of.oneof_decl.get(index as usize)
        {
            facts.push(Fact::new("One of", oneof.name()));
        }
        if field.default_value.is_some() {
            facts.push(Fact::new("Default", field.default_value()));
        }
        Row {
            name: field.name().to_owned(),
            label,
            description: self.comment(path),
            deprecated: field.options.as_ref().filter(|options| options.deprecated()).map(|_| String::new()),
            marks,
            facts,
            ..Row::default()
        }
    }

    fn typed(&mut self, field: &FieldDescriptorProto, path: &[i32], scope: &str, findings: &mut Diagnostics) -> Part {
        let simple = match field.r#type.and_then(|of| Type::try_from(of).ok()) {
            Some(Type::Double) => "double",
            Some(Type::Float) => "float",
            Some(Type::Int64) => "int64",
            Some(Type::Uint64) => "uint64",
            Some(Type::Int32) => "int32",
            Some(Type::Fixed64) => "fixed64",
            Some(Type::Fixed32) => "fixed32",
            Some(Type::Bool) => "bool",
            Some(Type::String) => "string",
            Some(Type::Bytes) => "bytes",
            Some(Type::Uint32) => "uint32",
            Some(Type::Sfixed32) => "sfixed32",
            Some(Type::Sfixed64) => "sfixed64",
            Some(Type::Sint32) => "sint32",
            Some(Type::Sint64) => "sint64",
            _ => return self.name(field.type_name(), scope, path, findings),
        };
        Part::plain(simple)
    }

    /// A name as it is found from where it stands: innermost scope first.
    fn name(&mut self, written: &str, scope: &str, path: &[i32], findings: &mut Diagnostics) -> Part {
        if let Some(absolute) = written.strip_prefix('.') {
            return self.found(absolute.to_owned()).unwrap_or_else(|| self.missing(written, path, findings));
        }
        let mut around = scope;
        loop {
            if let Some(part) = self.found(full(around, written)) {
                return part;
            }
            match around.rsplit_once('.') {
                Some((outer, _)) => around = outer,
                None if !around.is_empty() => around = "",
                None => return self.missing(written, path, findings),
            }
        }
    }

    fn found(&self, name: String) -> Option<Part> {
        let shown = name.rsplit('.').next().unwrap_or_default().to_owned();
        self.names.contains(&name).then(|| Part::item(shown, name))
    }

    fn missing(&mut self, written: &str, path: &[i32], findings: &mut Diagnostics) -> Part {
        let bare = written.trim_start_matches('.');
        // What Google's own files declare is known by its package; what other imports declare cannot be seen from here.
        if !self.has_imports && !bare.starts_with("google.") {
            let span = self.span(path);
            let short = self.names.iter().map(|name| name.rsplit('.').next().unwrap_or(name));
            self.unknown.report(bare, span, short, findings);
        }
        Part::plain(bare)
    }

    fn enumeration(&mut self, one: &EnumDescriptorProto, path: Vec<i32>, package: &str, title: String) -> Item {
        let mut item = Item {
            key: full(package, &title),
            title,
            kind: "enum",
            description: self.comment(&path),
            deprecated: one.options.as_ref().filter(|options| options.deprecated()).map(|_| String::new()),
            ..Item::default()
        };
        let mut rows = Vec::new();
        for (index, value) in one.value.iter().enumerate() {
            let path = [path.as_slice(), &[number::VALUE, index as i32]].concat();
            rows.push(Row {
                name: value.name().to_owned(),
                description: self.comment(&path),
                deprecated: value.options.as_ref().filter(|options| options.deprecated()).map(|_| String::new()),
                facts: vec![Fact::new("Number", value.number().to_string())],
                ..Row::default()
            });
        }
        item.push("Values", rows);
        item
    }

    /// The comment above a declaration, else the one behind it. Its first blank of each line is the comment's.
    fn comment(&self, path: &[i32]) -> String {
        let Some(location) = self.locations.get(path) else { return String::new() };
        let text = location.leading_comments.as_deref().or(location.trailing_comments.as_deref()).unwrap_or_default();
        text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// The place of a declaration: lines and columns from 0, as descriptors write them.
    fn span(&self, path: &[i32]) -> Span {
        let Some(location) = self.locations.get(path) else { return Span::default() };
        let at = |line: i32, column: i32| self.source.line_start(line as u32) as usize + column as usize;
        match location.span.as_slice() {
            [line, start, end] => Span::new(at(*line, *start), at(*line, *end)),
            [line, start, ..] => Span::new(at(*line, *start), at(*line, *start) + 1),
            _ => Span::default(),
        }
    }
}

fn full(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

fn gather(name: &str, one: &DescriptorProto, names: &mut BTreeSet<String>) {
    names.insert(name.to_owned());
    for inner in one.nested_type.iter().filter(|inner| !inner.options.as_ref().is_some_and(|options| options.map_entry())) {
        gather(&full(name, inner.name()), inner, names);
    }
    for inner in &one.enum_type {
        names.insert(full(name, inner.name()));
    }
}
