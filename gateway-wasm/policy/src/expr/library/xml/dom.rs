//! `System.Xml.XmlDocument` in a small form: reading, looking around and `SelectSingleNode`. APIM does not list it; real
//! policies use it all the same.

use super::{
    names,
    nodes::not_null,
    reader::{raw, raw_inside},
    values::text_in,
};
use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{
    Exception, NetString,
    xml::{self, Kind as NodeKind, Name, Namespace, Node, parse, write, xpath},
};
use std::{cell::RefCell, rc::Rc};

/// `System.Xml.XmlNode`
pub(super) static XML_NODE: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlNode",
    kind: Kind::Class,
    bases: &[],
    members: NODE,
    missing: &[],
    doc: "A node of an `XmlDocument`",
};

/// `System.Xml.XmlDocument`
pub(super) static XML_DOCUMENT: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlDocument",
    kind: Kind::Class,
    bases: &["XmlNode"],
    members: &[
        row("XmlDocument()", |_| Ok(value(&Node::document_of(None))), "An empty document"),
        row(
            "void LoadXml(string xml)",
            |call| {
                let text = call.text(0, "xml")?;
                call.machine.step(text.size() as u64 / 100)?;
                let new = parse::document(&text.to_str(), false, &mut |bytes| call.machine.spend(bytes))?;
                let document = this(call)?;
                document.remove_nodes();
                document.set_declaration(new.declaration());
                while let Some(node) = new.first() {
                    node.remove()?;
                    document.add_node(&node, &mut |bytes| call.machine.spend(bytes))?;
                }
                Ok(Value::Null)
            },
            "Reads a text in the place of all that is there",
        ),
        row("XmlElement DocumentElement", |call| Ok(value_or_null(this(call)?.element(None))), "The outermost element"),
        row("XmlNodeList GetElementsByTagName(string name)", by_tag_name, "The elements of a name at any depth"),
        row("XmlNameTable NameTable", |_| Ok(Value::object(NameTable)), "What `XmlNamespaceManager` is made from"),
    ],
    missing: &[],
    doc: "An XML document",
};

/// `System.Xml.XmlElement`
pub(super) static XML_ELEMENT: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlElement",
    kind: Kind::Class,
    bases: &["XmlNode"],
    members: &[
        row(
            "string GetAttribute(string name)",
            |call| Ok(attribute(call)?.map(|attribute| attribute.value()).unwrap_or_default().into()),
            "The value of an attribute; empty if there is none",
        ),
        row("bool HasAttribute(string name)", |call| Ok(attribute(call)?.is_some().into()), "Whether it has an attribute"),
        row("bool HasAttributes", |call| Ok(this(call)?.first_attribute().is_some().into()), "Whether it has attributes"),
        row("bool IsEmpty", |call| Ok(this(call)?.is_empty().into()), "Whether it is written `<a />`"),
        row(
            "void SetAttribute(string name, string value)",
            |call| {
                let name = Name::expanded(&call.text(0, "name")?.to_str())?;
                let text = call.text_or_null(1)?.unwrap_or_default();
                call.machine.spend(xml::NODE_BYTES)?;
                this(call)?.set_attribute(name, Some(text))?;
                Ok(Value::Null)
            },
            "Sets or adds an attribute",
        ),
        row("XmlNodeList GetElementsByTagName(string name)", by_tag_name, "The elements of a name at any depth in it"),
    ],
    missing: &[],
    doc: "An element of an `XmlDocument`",
};

/// `System.Xml.XmlAttribute`
pub(super) static XML_ATTRIBUTE: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlAttribute",
    kind: Kind::Class,
    bases: &["XmlNode"],
    members: &[],
    missing: &[],
    doc: "An attribute of an `XmlDocument`",
};

/// `System.Xml.XmlNodeList`
pub(super) static XML_NODE_LIST: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlNodeList",
    kind: Kind::Class,
    bases: &["IEnumerable<XmlNode>"],
    members: &[
        row("int Count", |call| Ok(int(call.this_object::<List>()?.0.len())), "How many there are"),
        row("XmlNode Item(int index)", item, "The node at a position; null behind the end"),
        row("XmlNode this[int index]", item, "The node at a position; null behind the end"),
    ],
    missing: &[],
    doc: "A list of nodes",
};

/// `System.Xml.XmlAttributeCollection`
pub(super) static XML_ATTRIBUTE_COLLECTION: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlAttributeCollection",
    kind: Kind::Class,
    bases: &["IEnumerable<XmlAttribute>"],
    members: &[
        row("int Count", |call| Ok(int(call.this_object::<Attributes>()?.0.len())), "How many there are"),
        row(
            "XmlAttribute this[int i]",
            |call| {
                let attributes = call.this_object::<Attributes>()?;
                let found = usize::try_from(call.int(0)?).ok().and_then(|at| attributes.0.get(at).cloned());
                found
                    .as_ref()
                    .map(value)
                    .ok_or_else(|| Thrown::new("IndexOutOfRangeException", "The index being passed in is out of range."))
            },
            "The attribute at a position",
        ),
        row(
            "XmlAttribute this[string name]",
            |call| {
                let name = call.text(0, "name")?.to_string();
                let attributes = call.this_object::<Attributes>()?;
                Ok(value_or_null(attributes.0.iter().find(|attribute| xpath::qualified_name(attribute) == name).cloned()))
            },
            "The attribute of a name; null if there is none",
        ),
    ],
    missing: &[],
    doc: "The attributes of an element",
};

/// `System.Xml.XmlNamespaceManager`
pub(super) static XML_NAMESPACE_MANAGER: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlNamespaceManager",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row(
            "XmlNamespaceManager(XmlNameTable nameTable)",
            |call| {
                not_null(call, 0, "nameTable")?;
                Ok(Value::object(Manager::default()))
            },
            "One without prefixes",
        ),
        row(
            "void AddNamespace(string prefix, string uri)",
            |call| {
                let (prefix, namespace) = (call.text(0, "prefix")?, call.text(1, "uri")?);
                call.machine.spend(prefix.size() + namespace.size() + 100)?;
                let manager = call.this_object::<Manager>()?;
                manager.0.borrow_mut().push((prefix, Namespace::new(&namespace.to_str())));
                Ok(Value::Null)
            },
            "Lets a prefix stand for a namespace",
        ),
        row(
            "string LookupNamespace(string prefix)",
            |call| {
                let prefix = call.text(0, "prefix")?;
                let found = call.this_object::<Manager>()?.find(&prefix.to_str());
                Ok(found.map(|namespace| namespace.text()).into())
            },
            "The namespace that a prefix stands for; null if it stands for none",
        ),
    ],
    missing: &[],
    doc: "Says what prefixes in XPath stand for",
};

/// `System.Xml.XmlNameTable`
pub(super) static XML_NAME_TABLE: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlNameTable",
    kind: Kind::Class,
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What `XmlNamespaceManager` is made from",
};

const NODE: &[Member] = &[
    row("string Name", |call| Ok(named(&this(call)?, true).into()), "The name with its prefix, or `#text` and its like"),
    row("string LocalName", |call| Ok(named(&this(call)?, false).into()), "The name without its prefix"),
    row(
        "string NamespaceURI",
        |call| Ok(this(call)?.name().map(|name| name.namespace.text()).unwrap_or_default().into()),
        "The namespace of the name",
    ),
    row(
        "XmlNodeType NodeType",
        |call| Ok(Value::Enum(&names::XML_NODE_TYPE, this(call)?.kind() as i64)),
        "What kind of node it is",
    ),
    row(
        "string Value",
        |call| {
            let node = this(call)?;
            Ok(if node.is_container() { Value::Null } else { node.value().into() })
        },
        "The text of an attribute, a text or a comment; null for elements",
    ),
    row("set string Value", set_text, "Sets the text"),
    row(
        "string InnerText",
        |call| {
            let node = this(call)?;
            Ok(text_in(call.machine, &node)?.into())
        },
        "The text of all texts in it",
    ),
    row("set string InnerText", set_text, "Puts a text in the place of all nodes in it"),
    row(
        "string InnerXml",
        |call| {
            let node = this(call)?;
            match node.kind() {
                NodeKind::Document => document_xml(call, &node),
                NodeKind::Element => Ok(raw_inside(call, &node)?.into()),
                _ => Ok(node.value().into()),
            }
        },
        "What is in it as XML",
    ),
    row(
        "string OuterXml",
        |call| {
            let node = this(call)?;
            match node.kind() {
                NodeKind::Document => document_xml(call, &node),
                _ => Ok(raw(call, &node)?.into()),
            }
        },
        "It as XML, without indentation",
    ),
    row("XmlNode ParentNode", |call| Ok(value_or_null(this(call)?.parent())), "The node that it is in"),
    row("XmlNode FirstChild", |call| Ok(value_or_null(this(call)?.first())), "The first node in it"),
    row("XmlNode LastChild", |call| Ok(value_or_null(this(call)?.last())), "The last node in it"),
    row("XmlNode NextSibling", |call| Ok(value_or_null(this(call)?.next())), "The node after it"),
    row("XmlNode PreviousSibling", |call| Ok(value_or_null(this(call)?.previous())), "The node before it"),
    row("bool HasChildNodes", |call| Ok(this(call)?.first().is_some().into()), "Whether there are nodes in it"),
    row(
        "XmlNodeList ChildNodes",
        |call| {
            let first = this(call)?.first();
            let nodes = collected(call.machine, first, Node::next)?;
            Ok(Value::object(List(nodes)))
        },
        "The nodes in it",
    ),
    row(
        "XmlAttributeCollection Attributes",
        |call| {
            let node = this(call)?;
            if node.kind() != NodeKind::Element {
                return Ok(Value::Null);
            }
            let attributes = collected(call.machine, node.first_attribute(), Node::next)?;
            Ok(Value::object(Attributes(attributes)))
        },
        "The attributes of an element; null for others",
    ),
    row("XmlDocument OwnerDocument", |call| Ok(value_or_null(this(call)?.document())), "The document that it is in"),
    row(
        "XmlElement this[string name]",
        |call| {
            let name = call.text(0, "name")?.to_string();
            let mut next = this(call)?.first();
            while let Some(node) = next {
                call.machine.step(1)?;
                super::count(call.machine, &node)?;
                if node.kind() == NodeKind::Element && xpath::qualified_name(&node) == name {
                    return Ok(value(&node));
                }
                next = node.next();
            }
            Ok(Value::Null)
        },
        "The first element of a name in it; null if there is none",
    ),
    row(
        "XmlNode SelectSingleNode(string xpath)",
        |call| Ok(value_or_null(select(call)?.into_iter().next())),
        "The first node that an XPath expression selects; null if there is none",
    ),
    row(
        "XmlNode SelectSingleNode(string xpath, XmlNamespaceManager nsmgr)",
        |call| Ok(value_or_null(select(call)?.into_iter().next())),
        "The first node that an XPath expression with prefixes selects; null if there is none",
    ),
    row(
        "XmlNodeList SelectNodes(string xpath)",
        |call| Ok(Value::object(List(select(call)?))),
        "The nodes that an XPath expression selects",
    ),
    row(
        "XmlNodeList SelectNodes(string xpath, XmlNamespaceManager nsmgr)",
        |call| Ok(Value::object(List(select(call)?))),
        "The nodes that an XPath expression with prefixes selects",
    ),
];

/// An `XmlNode` of any kind.
#[derive(Debug)]
struct Dom(Node);

impl Object for Dom {
    fn net_type(&self) -> Type {
        Type::of(match self.0.kind() {
            NodeKind::Document => &XML_DOCUMENT,
            NodeKind::Element => &XML_ELEMENT,
            NodeKind::Attribute => &XML_ATTRIBUTE,
            _ => &XML_NODE,
        })
    }
}

/// An `XmlNodeList`.
#[derive(Debug)]
struct List(Vec<Node>);

impl Object for List {
    fn net_type(&self) -> Type {
        Type::of(&XML_NODE_LIST)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new(self.0.clone().into_iter().map(|node| value(&node))))
    }
}

/// An `XmlAttributeCollection`.
#[derive(Debug)]
struct Attributes(Vec<Node>);

impl Object for Attributes {
    fn net_type(&self) -> Type {
        Type::of(&XML_ATTRIBUTE_COLLECTION)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        Some(Box::new(self.0.clone().into_iter().map(|node| value(&node))))
    }
}

/// An `XmlNamespaceManager`: prefixes, the one that was added last counts.
#[derive(Debug, Default)]
struct Manager(RefCell<Vec<(NetString, Namespace)>>);

impl Manager {
    fn find(&self, prefix: &str) -> Option<Namespace> {
        let found = self.0.borrow().iter().rev().find(|(own, _)| *own == *prefix).map(|(_, namespace)| namespace.clone());
        found.or_else(|| match prefix {
            "" => Some(Namespace::none()),
            "xml" => Some(Namespace::new(xml::XML)),
            "xmlns" => Some(Namespace::new(xml::XMLNS)),
            _ => None,
        })
    }
}

impl Object for Manager {
    fn net_type(&self) -> Type {
        Type::of(&XML_NAMESPACE_MANAGER)
    }
}

#[derive(Debug)]
struct NameTable;

impl Object for NameTable {
    fn net_type(&self) -> Type {
        Type::of(&XML_NAME_TABLE)
    }
}

fn value(node: &Node) -> Value {
    let object: Rc<Dom> = node.companion(Dom);
    Value::shared(object)
}

fn value_or_null(node: Option<Node>) -> Value {
    node.as_ref().map_or(Value::Null, value)
}

fn this(call: &mut Call<'_, '_>) -> Result<Node, Thrown> {
    let node = call.this_object::<Dom>()?.0.clone();
    super::count(call.machine, &node)?;
    Ok(node)
}

fn int(value: usize) -> Value {
    Value::Int32(i32::try_from(value).unwrap_or(i32::MAX))
}

fn item(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let list = call.this_object::<List>()?;
    Ok(value_or_null(usize::try_from(call.int(0)?).ok().and_then(|at| list.0.get(at).cloned())))
}

fn collected(machine: &mut Machine<'_>, first: Option<Node>, next: fn(&Node) -> Option<Node>) -> Result<Vec<Node>, Thrown> {
    let mut nodes = Vec::new();
    let mut current = first;
    while let Some(node) = current {
        machine.step(1)?;
        machine.spend(size_of::<Node>())?;
        current = next(&node);
        nodes.push(node);
    }
    Ok(nodes)
}

fn named(node: &Node, is_qualified: bool) -> NetString {
    match node.kind() {
        NodeKind::Element | NodeKind::Attribute if is_qualified => xpath::qualified_name(node).into(),
        NodeKind::Element | NodeKind::Attribute => node.name().map(|name| name.local.into()).unwrap_or_default(),
        NodeKind::Text => "#text".into(),
        NodeKind::CData => "#cdata-section".into(),
        NodeKind::Comment => "#comment".into(),
        NodeKind::Document => "#document".into(),
        NodeKind::ProcessingInstruction | NodeKind::DocumentType => node.target(),
    }
}

fn attribute(call: &mut Call<'_, '_>) -> Result<Option<Node>, Thrown> {
    let name = call.text(0, "name")?.to_string();
    let mut next = this(call)?.first_attribute();
    while let Some(attribute) = next {
        call.machine.step(1)?;
        super::count(call.machine, &attribute)?;
        if xpath::qualified_name(&attribute) == name {
            return Ok(Some(attribute));
        }
        next = attribute.next();
    }
    Ok(None)
}

fn set_text(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text_or_null(0)?.unwrap_or_default();
    call.machine.spend(text.size() + xml::NODE_BYTES)?;
    this(call)?.set_value(text)?;
    Ok(Value::Null)
}

fn document_xml(call: &mut Call<'_, '_>, document: &Node) -> Result<Value, Thrown> {
    let declaration = document.declaration().map(|declaration| write::declaration(&declaration.borrow())).unwrap_or_default();
    let inside = raw_inside(call, document)?;
    Ok(NetString::from(declaration).concat(&inside).into())
}

fn by_tag_name(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let name = call.text(0, "name")?.to_string();
    let top = this(call)?;
    let mut nodes = Vec::new();
    let mut next = top.following(&top);
    while let Some(node) = next {
        call.machine.step(1)?;
        super::count(call.machine, &node)?;
        if node.kind() == NodeKind::Element && (name == "*" || xpath::qualified_name(&node) == name) {
            nodes.push(node.clone());
        }
        next = node.following(&top);
    }
    Ok(Value::object(List(nodes)))
}

fn select(call: &mut Call<'_, '_>) -> Result<Vec<Node>, Thrown> {
    let expression = call.text(0, "xpath")?;
    if expression.is_empty() {
        return Err(Exception::new("XPathException", "Expression must evaluate to a node-set.").into());
    }
    let manager = match call.value(1) {
        Value::Null => None,
        _ => Some(call.object::<Manager>(1, "nsmgr")?),
    };
    let node = this(call)?;
    let namespaces = |prefix: &str| manager.as_ref().and_then(|manager| manager.find(prefix));
    xpath::select(&node, &expression.to_str(), &namespaces, &mut |nodes| call.machine.step(nodes as u64))
}
