//! `System.Xml.Linq`, and the little of `System.Xml` that policies use besides.
//!
//! What XML is and how it reads and writes is [`dotnet::xml`]; here are the tables. A node is the same object each time it
//! is reached, so `==` compares what it compares in .NET.

mod dom;
mod element;
mod names;
mod nodes;
mod reader;
mod sequence;
mod values;

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{NetType, Type},
    value::{Object, Value},
};
use dotnet::{
    NetString,
    xml::{Kind, NODE_BYTES, Node, parse, write},
};
use std::rc::Rc;

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &nodes::X_OBJECT,
    &nodes::X_NODE,
    &nodes::X_CONTAINER,
    &element::X_ELEMENT,
    &nodes::X_DOCUMENT,
    &element::X_ATTRIBUTE,
    &nodes::X_TEXT,
    &nodes::X_CDATA,
    &nodes::X_COMMENT,
    &nodes::X_PROCESSING_INSTRUCTION,
    &nodes::X_DOCUMENT_TYPE,
    &nodes::X_DECLARATION,
    &names::X_NAME,
    &names::X_NAMESPACE,
    &sequence::EXTENSIONS,
    &nodes::X_NODE_DOCUMENT_ORDER_COMPARER,
    &nodes::X_NODE_EQUALITY_COMPARER,
    &names::XML_NODE_TYPE,
    &names::SAVE_OPTIONS,
    &names::LOAD_OPTIONS,
    &reader::XML_READER,
    &dom::XML_NODE,
    &dom::XML_DOCUMENT,
    &dom::XML_ELEMENT,
    &dom::XML_ATTRIBUTE,
    &dom::XML_NODE_LIST,
    &dom::XML_ATTRIBUTE_COLLECTION,
    &dom::XML_NAMESPACE_MANAGER,
    &dom::XML_NAME_TABLE,
];

/// `XElement.Parse(text)`, for a body that is read as an element.
///
/// # Errors
/// `XmlException` for what is no XML.
pub fn element_from_text(machine: &mut Machine<'_>, text: &str) -> Result<Value, Thrown> {
    machine.step(text.len() as u64 / 100)?;
    Ok(value(&parse::element(text, false, &mut |bytes| machine.spend(bytes))?))
}

/// `XDocument.Parse(text)`, for a body that is read as a document.
///
/// # Errors
/// `XmlException` for what is no XML.
pub fn document_from_text(machine: &mut Machine<'_>, text: &str) -> Result<Value, Thrown> {
    machine.step(text.len() as u64 / 100)?;
    Ok(value(&parse::document(text, false, &mut |bytes| machine.spend(bytes))?))
}

/// `ToString()` of a node, as a body is written: indented, without an XML declaration. `None` for what is no XML.
pub fn text_of_node(machine: &mut Machine<'_>, value: &Value) -> Option<Result<NetString, Thrown>> {
    let node = value.downcast::<Xml>()?;
    Some(node.text(machine))
}

/// An `XObject` of any kind.
#[derive(Debug)]
struct Xml(Node);

impl Object for Xml {
    fn net_type(&self) -> Type {
        Type::of(match self.0.kind() {
            Kind::Element => &element::X_ELEMENT,
            Kind::Attribute => &element::X_ATTRIBUTE,
            Kind::Text => &nodes::X_TEXT,
            Kind::CData => &nodes::X_CDATA,
            Kind::Comment => &nodes::X_COMMENT,
            Kind::ProcessingInstruction => &nodes::X_PROCESSING_INSTRUCTION,
            Kind::Document => &nodes::X_DOCUMENT,
            Kind::DocumentType => &nodes::X_DOCUMENT_TYPE,
        })
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        written(machine, &self.0, write::Options::default())
    }
}

/// `ToString(options)`
fn written(machine: &mut Machine<'_>, node: &Node, options: write::Options) -> Result<NetString, Thrown> {
    // About as much time as the bytes that come out; those are counted while they are written.
    write::text(node, options, &mut |bytes| {
        machine.step(bytes as u64 / 100)?;
        machine.spend(bytes)
    })
}

/// The value that a node is.
fn value(node: &Node) -> Value {
    let object: Rc<Xml> = node.companion(Xml);
    Value::shared(object)
}

/// The value of a new node, whose place in memory is counted.
fn made(machine: &mut Machine<'_>, node: &Node) -> Result<Value, Thrown> {
    machine.spend(NODE_BYTES)?;
    Ok(value(node))
}

/// The value that a node is; null for none.
fn value_or_null(node: Option<Node>) -> Value {
    node.as_ref().map_or(Value::Null, value)
}

/// `this`, a node.
fn this(call: &mut Call<'_, '_>) -> Result<Node, Thrown> {
    let node = call.this_object::<Xml>()?.0.clone();
    count(call.machine, &node)?;
    Ok(node)
}

/// An argument that must be a node and not null.
fn node(call: &mut Call<'_, '_>, at: usize, parameter: &str) -> Result<Node, Thrown> {
    let node = call.object::<Xml>(at, parameter)?.0.clone();
    count(call.machine, &node)?;
    Ok(node)
}

/// An argument that is a node or null.
fn node_or_null(call: &mut Call<'_, '_>, at: usize) -> Result<Option<Node>, Thrown> {
    if call.value(at).is_null() { Ok(None) } else { node(call, at, "").map(Some) }
}

/// Counts the work that went into a tree since this was done last. What a single member does is bounded by the size of the
/// tree, so it is enough to count when the next one begins.
fn count(machine: &mut Machine<'_>, node: &Node) -> Result<(), Thrown> {
    machine.step(node.take_visits() / 20)
}
