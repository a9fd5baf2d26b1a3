//! `System.Xml.XmlReader`: going through XML piece by piece. APIM does not list it; real policies use it all the same.

use super::{
    names,
    nodes::{not_null, text_of_reader},
    value,
    values::text_in,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, Member, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    xml::{self, Kind as NodeKind, Node, parse, write, xpath::qualified_name},
};
use std::cell::RefCell;

/// `System.Xml.XmlReader`
pub(super) static XML_READER: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlReader",
    kind: Kind::Class,
    bases: &[],
    members: MEMBERS,
    missing: &[],
    doc: "Reads XML piece by piece",
};

const MEMBERS: &[Member] = &[
    row(
        "static XmlReader Create(TextReader input)",
        |call| {
            let text = text_of_reader(call, "input")?;
            Ok(Value::object(Reader { source: RefCell::new(Source::Text(text)), place: RefCell::new(Place::Initial) }))
        },
        "Reads what a reader still has",
    ),
    row("bool Read()", |call| Ok(read(call)?.into()), "Goes to the next node; false at the end"),
    row(
        "XmlNodeType MoveToContent()",
        |call| {
            move_to_content(call)?;
            node_type(call)
        },
        "Goes on to what is neither comment, instruction nor white space",
    ),
    row("XmlNodeType NodeType", node_type, "What it stands on"),
    row("bool EOF", |call| Ok(matches!(place(call)?, Place::Eof).into()), "Whether it is at the end"),
    row("int Depth", depth, "How many elements are around what it stands on"),
    row(
        "string Name",
        |call| Ok(current(call)?.map(|node| qualified_name(&node)).unwrap_or_default().into()),
        "The name with its prefix",
    ),
    row(
        "string LocalName",
        |call| {
            let local = current(call)?.map(|node| match node.name() {
                Some(name) => name.local.into(),
                None => node.target(),
            });
            Ok(local.unwrap_or_default().into())
        },
        "The name without its prefix",
    ),
    row(
        "string NamespaceURI",
        |call| {
            let name = current(call)?.and_then(|node| node.name());
            Ok(name.map(|name| name.namespace.text()).unwrap_or_default().into())
        },
        "The namespace of the name",
    ),
    row(
        "string Prefix",
        |call| {
            let name = current(call)?.map(|node| qualified_name(&node)).unwrap_or_default();
            Ok(name.split_once(':').map(|(prefix, _)| prefix).unwrap_or_default().into())
        },
        "The prefix of the name",
    ),
    row("string Value", value_of, "The text of what it stands on; empty for elements"),
    row(
        "bool HasValue",
        |call| Ok(current(call)?.is_some_and(|node| !node.is_container()).into()),
        "Whether what it stands on has a text",
    ),
    row(
        "bool IsEmptyElement",
        |call| Ok(current(call)?.is_some_and(|node| node.is_container() && node.is_empty()).into()),
        "Whether it stands on `<a />`",
    ),
    row(
        "bool HasAttributes",
        |call| Ok(current(call)?.is_some_and(|node| node.first_attribute().is_some()).into()),
        "Whether what it stands on has attributes",
    ),
    row("int AttributeCount", attribute_count, "How many attributes what it stands on has"),
    row("string GetAttribute(string name)", get_attribute, "The value of an attribute; null if there is none"),
    row("string this[string name]", get_attribute, "The value of an attribute; null if there is none"),
    row("string ReadOuterXml()", |call| read_xml(call, true), "What it stands on as XML, which it then passes"),
    row("string ReadInnerXml()", |call| read_xml(call, false), "What is in the element as XML, which it then passes"),
    row("string ReadElementContentAsString()", read_text, "The text in an element, which it then passes"),
    row("string ReadElementString()", read_text, "The text in an element, which it then passes"),
    row("string ReadString()", read_string, "The text that it stands on or before"),
    row("bool ReadToFollowing(string name)", |call| read_to(call, Reach::Following), "Goes to the next element of a name"),
    row(
        "bool ReadToDescendant(string name)",
        |call| read_to(call, Reach::Descendant),
        "Goes to the next element of a name in this one",
    ),
    row(
        "bool ReadToNextSibling(string name)",
        |call| read_to(call, Reach::Sibling),
        "Goes to the next element of a name beside this one",
    ),
    row(
        "void Skip()",
        |call| {
            match place(call)? {
                Place::On(node) => {
                    let next = after(call, &node)?;
                    set(call, next)?;
                }
                _ => {
                    read(call)?;
                }
            }
            Ok(Value::Null)
        },
        "Passes what it stands on",
    ),
    row(
        "bool IsStartElement()",
        |call| {
            move_to_content(call)?;
            Ok(element_here(call)?.is_some().into())
        },
        "Goes on to content and tells whether that is an element",
    ),
    row(
        "bool IsStartElement(string name)",
        |call| {
            let name = call.text(0, "name")?.to_string();
            move_to_content(call)?;
            Ok(element_here(call)?.is_some_and(|node| qualified_name(&node) == name).into())
        },
        "Goes on to content and tells whether that is an element of a name",
    ),
    row(
        "void ReadStartElement()",
        |call| {
            move_to_content(call)?;
            if element_here(call)?.is_none() {
                return Err(unexpected(call, "Element")?);
            }
            read(call)?;
            Ok(Value::Null)
        },
        "Passes a start tag",
    ),
    row(
        "void ReadEndElement()",
        |call| {
            move_to_content(call)?;
            if !matches!(place(call)?, Place::End(_)) {
                return Err(unexpected(call, "EndElement")?);
            }
            read(call)?;
            Ok(Value::Null)
        },
        "Passes an end tag",
    ),
    row("void Close()", |call| set(call, Place::Closed).map(|()| Value::Null), "Ends reading"),
    row("void Dispose()", |call| set(call, Place::Closed).map(|()| Value::Null), "Ends reading"),
];

/// An `XmlReader`. The whole text is read when its first node is asked for.
#[derive(Debug)]
struct Reader {
    source: RefCell<Source>,
    place: RefCell<Place>,
}

#[derive(Debug, Clone)]
enum Source {
    Text(NetString),
    /// A document, or a node to go through.
    Tree(Node),
}

#[derive(Debug, Clone)]
enum Place {
    Initial,
    Declaration,
    On(Node),
    End(Node),
    Eof,
    Closed,
}

impl Object for Reader {
    fn net_type(&self) -> Type {
        Type::of(&XML_READER)
    }
}

/// A reader that goes through a tree.
pub(super) fn over(node: Node) -> Value {
    Value::object(Reader { source: RefCell::new(Source::Tree(node)), place: RefCell::new(Place::Initial) })
}

/// The reader: `this`, or for static members the first argument.
fn reader(call: &Call<'_, '_>) -> Result<std::rc::Rc<Reader>, Thrown> {
    if call.this.is_null() { call.object(0, "reader") } else { call.this_object() }
}

fn place(call: &Call<'_, '_>) -> Result<Place, Thrown> {
    Ok(reader(call)?.place.borrow().clone())
}

fn set(call: &Call<'_, '_>, place: Place) -> Result<(), Thrown> {
    *reader(call)?.place.borrow_mut() = place;
    Ok(())
}

/// The tree that is read; text becomes one now.
fn tree(call: &mut Call<'_, '_>) -> Result<Node, Thrown> {
    let reader = reader(call)?;
    let source = reader.source.borrow().clone();
    match source {
        Source::Tree(node) => Ok(node),
        Source::Text(text) => {
            let node = parse::document(&text.to_str(), true, &mut |bytes| call.machine.spend(bytes))?;
            *reader.source.borrow_mut() = Source::Tree(node.clone());
            Ok(node)
        }
    }
}

/// Goes to the next node; false at the end.
fn read(call: &mut Call<'_, '_>) -> Result<bool, Thrown> {
    call.machine.step(1)?;
    let place = place(call)?;
    if matches!(place, Place::Closed | Place::Eof) {
        return Ok(false);
    }
    let top = tree(call)?;
    call.machine.step(top.take_visits() / 20)?;
    let begin = |top: &Node| match top.kind() {
        NodeKind::Document => top.first().map_or(Place::Eof, Place::On),
        _ => Place::On(top.clone()),
    };
    let next = match place {
        Place::Initial if top.declaration().is_some() => Place::Declaration,
        Place::Initial | Place::Declaration => begin(&top),
        Place::On(node) if node.is_container() && !node.is_empty() => match node.first() {
            Some(first) => Place::On(first),
            None => Place::End(node),
        },
        Place::On(node) | Place::End(node) => behind(&node, &top),
        Place::Eof | Place::Closed => Place::Eof,
    };
    let is_node = !matches!(next, Place::Eof);
    set(call, next)?;
    Ok(is_node)
}

/// What comes behind a node and all that is in it.
fn after(call: &mut Call<'_, '_>, node: &Node) -> Result<Place, Thrown> {
    let top = tree(call)?;
    Ok(behind(node, &top))
}

fn behind(node: &Node, top: &Node) -> Place {
    if node.is_same(top) {
        return Place::Eof;
    }
    match (node.next(), node.parent()) {
        (Some(next), _) => Place::On(next),
        (None, Some(parent)) if parent.kind() == NodeKind::Element => Place::End(parent),
        _ => Place::Eof,
    }
}

/// The node that it stands on, start or end tag.
fn current(call: &Call<'_, '_>) -> Result<Option<Node>, Thrown> {
    Ok(match place(call)? {
        Place::On(node) | Place::End(node) => Some(node),
        _ => None,
    })
}

/// The element whose start tag it stands on.
fn element_here(call: &Call<'_, '_>) -> Result<Option<Node>, Thrown> {
    Ok(match place(call)? {
        Place::On(node) if node.kind() == NodeKind::Element => Some(node),
        _ => None,
    })
}

fn type_number(place: &Place) -> i64 {
    match place {
        Place::Initial | Place::Eof | Place::Closed => 0,
        Place::Declaration => 17,
        Place::End(_) => 15,
        Place::On(node) if node.kind() == NodeKind::Text && node.value().to_str().chars().all(xml::is_white_space) => 13,
        Place::On(node) => node.kind() as i64,
    }
}

fn node_type(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(Value::Enum(&names::XML_NODE_TYPE, type_number(&place(call)?)))
}

fn type_name(place: &Place) -> &'static str {
    let number = type_number(place);
    match names::XML_NODE_TYPE.kind {
        Kind::Enum(members) => members.iter().find(|(_, own)| *own == number).map_or("None", |(name, _)| name),
        _ => "None",
    }
}

fn unexpected(call: &Call<'_, '_>, wanted: &str) -> Result<Thrown, Thrown> {
    let found = type_name(&place(call)?);
    Ok(Thrown::new("XmlException", format!("'{found}' is an invalid XmlNodeType. The expected type is '{wanted}'.")))
}

fn move_to_content(call: &mut Call<'_, '_>) -> Result<(), Thrown> {
    loop {
        // Elements and their ends, text and CDATA are content.
        if matches!(type_number(&place(call)?), 1 | 3 | 4 | 15) || !read(call)? {
            return Ok(());
        }
    }
}

fn depth(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let mut depth = 0i32;
    let mut node = current(call)?;
    while let Some(parent) = node.and_then(|node| node.parent()).filter(|parent| parent.kind() == NodeKind::Element) {
        call.machine.step(1)?;
        depth = depth.saturating_add(1);
        node = Some(parent);
    }
    Ok(depth.into())
}

fn value_of(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match place(call)? {
        Place::On(node) if !node.is_container() => node.value().into(),
        Place::Declaration => {
            let text = tree(call)?.declaration().map(|declaration| write::declaration(&declaration.borrow()));
            let text = text.unwrap_or_default();
            text.trim_start_matches("<?xml ").trim_end_matches("?>").into()
        }
        _ => "".into(),
    })
}

fn attribute_count(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let mut count = 0i32;
    let mut next = element_here(call)?.and_then(|node| node.first_attribute());
    while let Some(attribute) = next {
        call.machine.step(1)?;
        count = count.saturating_add(1);
        next = attribute.next();
    }
    Ok(count.into())
}

fn get_attribute(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let name = call.text(0, "name")?.to_string();
    let mut next = element_here(call)?.and_then(|node| node.first_attribute());
    while let Some(attribute) = next {
        call.machine.step(1)?;
        super::count(call.machine, &attribute)?;
        if qualified_name(&attribute) == name {
            return Ok(attribute.value().into());
        }
        next = attribute.next();
    }
    Ok(Value::Null)
}

/// A node as XML, without indentation.
pub(super) fn raw(call: &mut Call<'_, '_>, node: &Node) -> Result<NetString, Thrown> {
    let options = write::Options { is_unformatted: true, omits_duplicate_namespaces: false };
    super::written(call.machine, node, options)
}

/// All nodes in a node as XML, without indentation.
pub(super) fn raw_inside(call: &mut Call<'_, '_>, node: &Node) -> Result<NetString, Thrown> {
    let mut all = String::new();
    let mut next = node.first();
    while let Some(current) = next {
        all.push_str(&raw(call, &current)?.to_str());
        next = current.next();
    }
    Ok(all.into())
}

fn read_xml(call: &mut Call<'_, '_>, is_outer: bool) -> Result<Value, Thrown> {
    let Place::On(node) = place(call)? else { return Ok("".into()) };
    if node.kind() != NodeKind::Element {
        return Ok("".into());
    }
    let text = if is_outer { raw(call, &node)? } else { raw_inside(call, &node)? };
    let next = after(call, &node)?;
    set(call, next)?;
    Ok(text.into())
}

fn read_text(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    if matches!(place(call)?, Place::Initial) {
        move_to_content(call)?;
    }
    let Some(node) = element_here(call)? else {
        let found = type_name(&place(call)?);
        let message = format!("The ReadElementContentAsString method is not supported on node type {found}.");
        return Err(Exception::invalid_operation(message).into());
    };
    if node.element(None).is_some() {
        let message = "ReadElementContentAs() methods cannot be called on an element that has child elements.";
        return Err(Thrown::new("XmlException", message));
    }
    let text = text_in(call.machine, &node)?;
    let next = after(call, &node)?;
    set(call, next)?;
    Ok(text.into())
}

fn read_string(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let mut text = NetString::default();
    if element_here(call)?.is_some_and(|node| node.is_empty()) {
        return Ok("".into());
    }
    if element_here(call)?.is_some() {
        read(call)?;
    }
    while let Place::On(node) = place(call)? {
        if !matches!(node.kind(), NodeKind::Text | NodeKind::CData) {
            break;
        }
        text = text.concat(&node.value());
        call.machine.spend(text.size())?;
        read(call)?;
    }
    Ok(text.into())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Following,
    Descendant,
    Sibling,
}

fn read_to(call: &mut Call<'_, '_>, reach: Reach) -> Result<Value, Thrown> {
    let name = call.text(0, "name")?.to_string();
    let origin = current(call)?;
    loop {
        match reach {
            Reach::Sibling => {
                let Some(node) = current(call)? else { return Ok(false.into()) };
                let next = after(call, &node)?;
                let ends = !matches!(next, Place::On(_));
                set(call, next)?;
                if ends {
                    return Ok(false.into());
                }
            }
            _ => {
                if !read(call)? {
                    return Ok(false.into());
                }
                if let (Reach::Descendant, Place::End(node), Some(origin)) = (reach, place(call)?, &origin)
                    && node.is_same(origin)
                {
                    return Ok(false.into());
                }
            }
        }
        call.machine.step(1)?;
        if let Some(node) = element_here(call)? {
            super::count(call.machine, &node)?;
        }
        if element_here(call)?.is_some_and(|node| qualified_name(&node) == name) {
            return Ok(true.into());
        }
    }
}

/// `XNode.ReadFrom(reader)`
pub(super) fn read_from(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    not_null(call, 0, "reader")?;
    match place(call)? {
        Place::Initial | Place::Eof | Place::Closed => {
            Err(Exception::invalid_operation("The XmlReader state should be Interactive.").into())
        }
        Place::On(node) => {
            let copy = copied(call, &node)?;
            let next = after(call, &node)?;
            set(call, next)?;
            Ok(copy)
        }
        other => {
            let message = format!("The XmlReader should not be on a node of type {}.", type_name(&other));
            Err(Exception::invalid_operation(message).into())
        }
    }
}

/// A copy of a node in no tree.
fn copied(call: &mut Call<'_, '_>, node: &Node) -> Result<Value, Thrown> {
    Ok(value(&node.copy(&mut |bytes| call.machine.spend(bytes))?))
}

/// `XElement.Load(reader)`
pub(super) fn load(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    not_null(call, 0, "reader")?;
    move_to_content(call)?;
    let Some(node) = element_here(call)? else {
        let message =
            format!("The XmlReader must be on a node of type Element instead of a node of type {}.", type_name(&place(call)?));
        return Err(Exception::invalid_operation(message).into());
    };
    let copy = copied(call, &node)?;
    let next = after(call, &node)?;
    set(call, next)?;
    move_to_content(call)?;
    if !matches!(place(call)?, Place::Eof) {
        return Err(Exception::invalid_operation("The XmlReader state should be EndOfFile after this operation.").into());
    }
    Ok(copy)
}
