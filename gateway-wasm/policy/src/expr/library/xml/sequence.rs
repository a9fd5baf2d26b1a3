//! Walks over a tree: what `Elements()`, `Descendants()` and their like give, and the same for many nodes at once.

use super::{Xml, element, names, nodes, this, value, values::sequence_of};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{
    Exception,
    xml::{self, Name, Node},
};
use std::rc::Rc;

/// `System.Xml.Linq.Extensions`
pub(super) static EXTENSIONS: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "Extensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static IEnumerable<XElement> Elements<T>(this IEnumerable<T> source)",
            |call| many(call, Axis::Elements),
            "The elements in all of them",
        ),
        row(
            "static IEnumerable<XElement> Elements<T>(this IEnumerable<T> source, XName name)",
            |call| many(call, Axis::Elements),
            "The elements of a name in all of them",
        ),
        row(
            "static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source)",
            |call| many(call, Axis::Descendants),
            "The elements at any depth in all of them",
        ),
        row(
            "static IEnumerable<XElement> Descendants(this IEnumerable<XContainer> source, XName name)",
            |call| many(call, Axis::Descendants),
            "The elements of a name at any depth in all of them",
        ),
        row(
            "static IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source)",
            |call| many(call, Axis::DescendantsAndSelf),
            "All of them and the elements at any depth in them",
        ),
        row(
            "static IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source, XName name)",
            |call| many(call, Axis::DescendantsAndSelf),
            "Those of a name among them and among the elements at any depth in them",
        ),
        row(
            "static IEnumerable<XNode> Nodes<T>(this IEnumerable<T> source)",
            |call| many(call, Axis::Nodes),
            "The nodes in all of them",
        ),
        row(
            "static IEnumerable<XNode> DescendantNodes<T>(this IEnumerable<T> source)",
            |call| many(call, Axis::DescendantNodes),
            "The nodes at any depth in all of them",
        ),
        row(
            "static IEnumerable<XNode> DescendantNodesAndSelf(this IEnumerable<XElement> source)",
            |call| many(call, Axis::DescendantNodesAndSelf),
            "All of them and the nodes at any depth in them",
        ),
        row(
            "static IEnumerable<XElement> Ancestors(this IEnumerable<XNode> source)",
            |call| many(call, Axis::Ancestors),
            "The elements around each of them",
        ),
        row(
            "static IEnumerable<XElement> Ancestors(this IEnumerable<XNode> source, XName name)",
            |call| many(call, Axis::Ancestors),
            "The elements of a name around each of them",
        ),
        row(
            "static IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source)",
            |call| many(call, Axis::AncestorsAndSelf),
            "Each of them and the elements around it",
        ),
        row(
            "static IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source, XName name)",
            |call| many(call, Axis::AncestorsAndSelf),
            "Those of a name among each of them and the elements around it",
        ),
        row(
            "static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source)",
            |call| many(call, Axis::Attributes),
            "The attributes of all of them",
        ),
        row(
            "static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source, XName name)",
            |call| many(call, Axis::Attributes),
            "The attributes of a name of all of them",
        ),
        row(
            "static IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source)",
            in_document_order,
            "All of them in the order of the document",
        ),
        row("static void Remove(this IEnumerable<XAttribute> source)", remove, "Takes all of them out of their elements"),
        row("static void Remove<T>(this IEnumerable<T> source)", remove, "Takes all of them out of the tree"),
    ],
    missing: &[],
    doc: "The members of nodes for many nodes at once",
};

/// Where a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Nodes,
    Elements,
    Descendants,
    DescendantsAndSelf,
    DescendantNodes,
    DescendantNodesAndSelf,
    Ancestors,
    AncestorsAndSelf,
    NodesAfter,
    NodesBefore,
    ElementsAfter,
    ElementsBefore,
    Attributes,
}

impl Axis {
    fn includes_self(self) -> bool {
        matches!(self, Axis::DescendantsAndSelf | Axis::DescendantNodesAndSelf | Axis::AncestorsAndSelf)
    }

    fn item(self) -> &'static NetType {
        match self {
            Axis::Attributes => &element::X_ATTRIBUTE,
            Axis::Nodes | Axis::DescendantNodes | Axis::DescendantNodesAndSelf | Axis::NodesAfter | Axis::NodesBefore => {
                &nodes::X_NODE
            }
            _ => &element::X_ELEMENT,
        }
    }

    fn takes(self, node: &Node, name: Option<&Name>) -> bool {
        match self {
            Axis::Attributes => name.is_none() || node.name().as_ref() == name,
            _ if std::ptr::eq(self.item(), &raw const element::X_ELEMENT) => node.is_element(name),
            _ => true,
        }
    }

    /// The first node of the walk, itself left out.
    fn first(self, origin: &Node) -> Option<Node> {
        match self {
            Axis::Nodes | Axis::Elements => origin.first(),
            Axis::Descendants | Axis::DescendantsAndSelf | Axis::DescendantNodes | Axis::DescendantNodesAndSelf => {
                origin.following(origin)
            }
            Axis::Ancestors | Axis::AncestorsAndSelf => origin.parent(),
            Axis::NodesAfter | Axis::ElementsAfter => origin.next(),
            Axis::NodesBefore | Axis::ElementsBefore => {
                origin.parent().and_then(|parent| parent.first()).filter(|first| !first.is_same(origin))
            }
            Axis::Attributes => origin.first_attribute(),
        }
    }

    /// The node after another. Where that one was taken out of the tree meanwhile, the walk ends.
    fn next(self, current: &Node, origin: &Node) -> Option<Node> {
        match self {
            Axis::Descendants | Axis::DescendantsAndSelf | Axis::DescendantNodes | Axis::DescendantNodesAndSelf => {
                current.following(origin)
            }
            Axis::Ancestors | Axis::AncestorsAndSelf => current.parent(),
            Axis::NodesBefore | Axis::ElementsBefore => current.next().filter(|next| !next.is_same(origin)),
            _ => current.next(),
        }
    }
}

/// A walk that is under way.
struct Walk {
    axis: Axis,
    origin: Node,
    name: Option<Name>,
    current: Option<Node>,
    is_started: bool,
}

impl Walk {
    fn new(axis: Axis, origin: Node, name: Option<Name>) -> Self {
        Self { axis, origin, name, current: None, is_started: false }
    }

    fn next_node(&mut self, machine: &mut Machine<'_>) -> Result<Option<Node>, Thrown> {
        loop {
            machine.step(1)?;
            let next = match &self.current {
                None if self.is_started => return Ok(None),
                None if self.axis.includes_self() => Some(self.origin.clone()),
                None => self.axis.first(&self.origin),
                Some(current) if self.axis.includes_self() && current.is_same(&self.origin) => self.axis.first(&self.origin),
                Some(current) => self.axis.next(current, &self.origin),
            };
            self.is_started = true;
            self.current = next;
            match &self.current {
                None => return Ok(None),
                Some(node) if self.axis.takes(node, self.name.as_ref()) => return Ok(Some(node.clone())),
                Some(_) => {}
            }
        }
    }
}

impl Cursor for Walk {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        Ok(self.next_node(machine)?.as_ref().map(value))
    }
}

/// Walks from many nodes, one after the other.
struct Walks {
    source: Source,
    axis: Axis,
    name: Option<Name>,
    walk: Option<Walk>,
}

/// What the walks begin from: not asked for items before they are wanted.
enum Source {
    Value(Value),
    Cursor(Box<dyn Cursor>),
}

impl Source {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        if let Source::Value(value) = self {
            *self = Source::Cursor(machine.enumerate(value)?);
        }
        match self {
            Source::Cursor(cursor) => machine.deeper(|machine| cursor.next(machine)),
            Source::Value(_) => Ok(None),
        }
    }
}

impl Cursor for Walks {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        loop {
            if let Some(walk) = &mut self.walk {
                if let Some(node) = walk.next_node(machine)? {
                    return Ok(Some(value(&node)));
                }
                self.walk = None;
            }
            match self.source.next(machine)? {
                None => return Ok(None),
                Some(Value::Null) => {}
                Some(item) => {
                    let node = item.downcast::<Xml>().ok_or_else(|| not_xml(&item))?;
                    self.walk = Some(Walk::new(self.axis, node.0.clone(), self.name.clone()));
                }
            }
        }
    }
}

fn not_xml(item: &Value) -> Thrown {
    Thrown::invalid_cast(&item.net_type(), &Type::of(&nodes::X_NODE))
}

/// Nodes that are walked to when they are asked for, each time anew.
struct Sequence {
    item: &'static NetType,
    start: Box<dyn Fn() -> Box<dyn Cursor>>,
}

impl std::fmt::Debug for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}s", self.item.name)
    }
}

impl Object for Sequence {
    fn net_type(&self) -> Type {
        sequence_of(self.item)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some((self.start)())
    }
}

/// The nodes of a walk from `this`.
pub(super) fn walk(call: &mut Call<'_, '_>, axis: Axis) -> Result<Value, Thrown> {
    Ok(walk_from(this(call)?, axis, None))
}

/// The nodes of a name, the first argument, of a walk from `this`; none for null.
pub(super) fn walk_named(call: &mut Call<'_, '_>, axis: Axis) -> Result<Value, Thrown> {
    match names::name_or_null(call, 0)? {
        Some(name) => Ok(walk_from(this(call)?, axis, Some(name))),
        None => Ok(empty(axis.item())),
    }
}

fn walk_from(origin: Node, axis: Axis, name: Option<Name>) -> Value {
    let start = move || -> Box<dyn Cursor> { Box::new(Walk::new(axis, origin.clone(), name.clone())) };
    Value::object(Sequence { item: axis.item(), start: Box::new(start) })
}

/// A sequence without items.
pub(super) fn empty(item: &'static NetType) -> Value {
    Value::object(Sequence { item, start: Box::new(|| Box::new(std::iter::empty())) })
}

fn many(call: &mut Call<'_, '_>, axis: Axis) -> Result<Value, Thrown> {
    let source = call.value(0);
    if source.is_null() {
        return Err(Exception::argument_null("source").into());
    }
    let name = match call.arguments.len() {
        2.. => match names::name_or_null(call, 1)? {
            Some(name) => Some(name),
            None => return Ok(empty(axis.item())),
        },
        _ => None,
    };
    let start = move || -> Box<dyn Cursor> {
        Box::new(Walks { source: Source::Value(source.clone()), axis, name: name.clone(), walk: None })
    };
    Ok(Value::object(Sequence { item: axis.item(), start: Box::new(start) }))
}

fn in_document_order(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let items = call.items(0, "source")?;
    let mut nodes = Vec::with_capacity(items.len());
    for item in &items {
        nodes.push(item.downcast::<Xml>().ok_or_else(|| not_xml(item))?.0.clone());
    }
    if let Some(attribute) = items.iter().zip(&nodes).find(|(_, node)| !node.kind().is_node()) {
        return Err(not_xml(attribute.0));
    }
    let nodes = Node::in_document_order(&nodes)?;
    let is_element = nodes.iter().all(|node| node.kind() == xml::Kind::Element);
    let item = if is_element { &element::X_ELEMENT } else { &nodes::X_NODE };
    Ok(Value::object(Sequence { item, start: Box::new(move || Box::new(nodes.clone().into_iter().map(|node| value(&node)))) }))
}

fn remove(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    for item in call.items(0, "source")? {
        if let Some(node) = item.downcast::<Xml>() {
            node.0.remove()?;
        }
    }
    Ok(Value::Null)
}
