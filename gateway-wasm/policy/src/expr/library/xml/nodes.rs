//! `XObject`, `XNode`, `XContainer` and the nodes that are no elements.

use super::{
    element, made, names, node, node_or_null, reader,
    sequence::{Axis, walk, walk_named},
    this, value, value_or_null,
    values::{contents, text_in},
    written,
};
use crate::expr::{
    call::{Call, Thrown},
    library::io::{StringReader, StringWriter},
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    xml::{self, Declaration, Node, parse, write},
};
use std::{cell::RefCell, cmp::Ordering, rc::Rc};

/// `System.Xml.Linq.XObject`
pub(super) static X_OBJECT: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XObject",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("XDocument Document", |call| Ok(value_or_null(this(call)?.document())), "The document that it is in"),
        row(
            "XElement Parent",
            |call| {
                // A document is nobody's parent.
                Ok(value_or_null(this(call)?.parent().filter(|parent| parent.kind() == xml::Kind::Element)))
            },
            "The element that it is in",
        ),
        row(
            "XmlNodeType NodeType",
            |call| Ok(Value::Enum(&names::XML_NODE_TYPE, this(call)?.kind() as i64)),
            "What kind of node it is",
        ),
        row("string BaseUri", |_| Ok("".into()), "Always empty"),
    ],
    missing: &["AddAnnotation", "Annotation", "Annotations", "RemoveAnnotations", "Changed", "Changing"],
    doc: "A node or an attribute",
};

/// `System.Xml.Linq.XNode`
pub(super) static X_NODE: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XNode",
    kind: Kind::Class,
    bases: &["XObject"],
    members: &[
        row("XNode NextNode", |call| Ok(value_or_null(this(call)?.next())), "The node after it"),
        row("XNode PreviousNode", |call| Ok(value_or_null(this(call)?.previous())), "The node before it"),
        row(
            "void AddAfterSelf(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                node.add_after(&contents, &mut |bytes| call.machine.spend(bytes)).map(|()| Value::Null)
            },
            "Puts content after it",
        ),
        row(
            "void AddBeforeSelf(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                node.add_before(&contents, &mut |bytes| call.machine.spend(bytes)).map(|()| Value::Null)
            },
            "Puts content before it",
        ),
        row(
            "void ReplaceWith(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                node.replace_with(&contents, &mut |bytes| call.machine.spend(bytes)).map(|()| Value::Null)
            },
            "Puts content in its place",
        ),
        row(
            "void Remove()",
            |call| {
                this(call)?.remove()?;
                Ok(Value::Null)
            },
            "Takes it out of the tree",
        ),
        row("IEnumerable<XElement> Ancestors()", |call| walk(call, Axis::Ancestors), "The elements around it, inner ones first"),
        row(
            "IEnumerable<XElement> Ancestors(XName name)",
            |call| walk_named(call, Axis::Ancestors),
            "The elements of a name around it",
        ),
        row("IEnumerable<XNode> NodesAfterSelf()", |call| walk(call, Axis::NodesAfter), "The nodes after it in its parent"),
        row("IEnumerable<XNode> NodesBeforeSelf()", |call| walk(call, Axis::NodesBefore), "The nodes before it in its parent"),
        row(
            "IEnumerable<XElement> ElementsAfterSelf()",
            |call| walk(call, Axis::ElementsAfter),
            "The elements after it in its parent",
        ),
        row(
            "IEnumerable<XElement> ElementsAfterSelf(XName name)",
            |call| walk_named(call, Axis::ElementsAfter),
            "The elements of a name after it in its parent",
        ),
        row(
            "IEnumerable<XElement> ElementsBeforeSelf()",
            |call| walk(call, Axis::ElementsBefore),
            "The elements before it in its parent",
        ),
        row(
            "IEnumerable<XElement> ElementsBeforeSelf(XName name)",
            |call| walk_named(call, Axis::ElementsBefore),
            "The elements of a name before it in its parent",
        ),
        row(
            "bool IsAfter(XNode node)",
            |call| {
                let (node, other) = (this(call)?, node_or_null(call, 0)?);
                Ok((order(Some(node), other)? == Ordering::Greater).into())
            },
            "Whether it stands after another node in the document",
        ),
        row(
            "bool IsBefore(XNode node)",
            |call| {
                let (node, other) = (this(call)?, node_or_null(call, 0)?);
                Ok((order(Some(node), other)? == Ordering::Less).into())
            },
            "Whether it stands before another node in the document",
        ),
        row(
            "static int CompareDocumentOrder(XNode n1, XNode n2)",
            compare,
            "-1, 0 or 1: which of two nodes comes first in the document",
        ),
        row("static bool DeepEquals(XNode n1, XNode n2)", deep_equals, "Whether two nodes and all that is in them are equal"),
        row(
            "static XNodeDocumentOrderComparer DocumentOrderComparer",
            |_| Ok(Value::object(OrderComparer)),
            "Compares nodes by their order in the document",
        ),
        row(
            "static XNodeEqualityComparer EqualityComparer",
            |_| Ok(Value::object(EqualityComparer)),
            "Compares nodes by what they are and hold",
        ),
        row(
            "static XNode ReadFrom(XmlReader reader)",
            reader::read_from,
            "The node that a reader stands on, which it then passes",
        ),
        row("XmlReader CreateReader()", |call| Ok(reader::over(this(call)?)), "A reader of the node"),
        row(
            "string ToString()",
            |call| {
                let node = this(call)?;
                Ok(written(call.machine, &node, write::Options::default())?.into())
            },
            "The node as XML, indented; lines end with `\\r\\n`",
        ),
        row(
            "string ToString(SaveOptions options)",
            |call| {
                let (node, options) = (this(call)?, save_options(call, 0)?);
                Ok(written(call.machine, &node, options)?.into())
            },
            "The node as XML, perhaps without indentation",
        ),
    ],
    missing: &["ReadFromAsync", "WriteTo", "WriteToAsync"],
    doc: "A node of an XML tree",
};

/// `System.Xml.Linq.XContainer`
pub(super) static X_CONTAINER: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XContainer",
    kind: Kind::Class,
    bases: &["XNode"],
    members: &[
        row("XNode FirstNode", |call| Ok(value_or_null(this(call)?.first())), "The first node in it"),
        row("XNode LastNode", |call| Ok(value_or_null(this(call)?.last())), "The last node in it"),
        row(
            "void Add(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                add_all(call.machine, &node, &contents).map(|()| Value::Null)
            },
            "Puts content at its end; what is in a tree already is copied",
        ),
        row(
            "void AddFirst(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                node.insert(None, &contents, &mut |bytes| call.machine.spend(bytes)).map(|()| Value::Null)
            },
            "Puts content at its beginning",
        ),
        row(
            "void ReplaceNodes(params object[] content)",
            |call| {
                let (node, contents) = (this(call)?, arguments(call, 0)?);
                let contents = snapshot(call.machine, contents)?;
                node.remove_nodes();
                add_all(call.machine, &node, &contents).map(|()| Value::Null)
            },
            "Puts content in the place of all nodes in it",
        ),
        row(
            "void RemoveNodes()",
            |call| {
                this(call)?.remove_nodes();
                Ok(Value::Null)
            },
            "Takes all nodes out",
        ),
        row("IEnumerable<XNode> Nodes()", |call| walk(call, Axis::Nodes), "The nodes in it"),
        row("IEnumerable<XNode> DescendantNodes()", |call| walk(call, Axis::DescendantNodes), "The nodes at any depth in it"),
        row("IEnumerable<XElement> Descendants()", |call| walk(call, Axis::Descendants), "The elements at any depth in it"),
        row(
            "IEnumerable<XElement> Descendants(XName name)",
            |call| walk_named(call, Axis::Descendants),
            "The elements of a name at any depth in it",
        ),
        row(
            "XElement Element(XName name)",
            |call| {
                let name = names::name_or_null(call, 0)?;
                let node = this(call)?;
                Ok(value_or_null(name.and_then(|name| node.element(Some(&name)))))
            },
            "The first element of a name in it; null if there is none",
        ),
        row("IEnumerable<XElement> Elements()", |call| walk(call, Axis::Elements), "The elements in it"),
        row(
            "IEnumerable<XElement> Elements(XName name)",
            |call| walk_named(call, Axis::Elements),
            "The elements of a name in it",
        ),
    ],
    missing: &["CreateWriter"],
    doc: "A node that holds nodes: an element or a document",
};

/// `System.Xml.Linq.XDocument`
pub(super) static X_DOCUMENT: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XDocument",
    kind: Kind::Class,
    bases: &["XContainer"],
    members: &[
        row("XDocument()", |call| made(call.machine, &Node::document_of(None)), "An empty document"),
        row(
            "XDocument(params object[] content)",
            |call| {
                let document = Node::document_of(None);
                let contents = arguments(call, 0)?;
                add_all(call.machine, &document, &contents)?;
                made(call.machine, &document)
            },
            "A document with content",
        ),
        row(
            "XDocument(XDeclaration declaration, params object[] content)",
            |call| {
                let document = Node::document_of(None);
                set_declaration(call, &document)?;
                let contents = arguments(call, 1)?;
                add_all(call.machine, &document, &contents)?;
                made(call.machine, &document)
            },
            "A document with a declaration and content",
        ),
        row("XDocument(XDocument other)", copy, "A copy"),
        row(
            "static XDocument Parse(string text)",
            |call| {
                let text = call.text(0, "s")?;
                super::document_from_text(call.machine, &text.to_str())
            },
            "Reads a document; white space between elements is left out",
        ),
        row(
            "static XDocument Parse(string text, LoadOptions options)",
            |call| {
                let text = call.text(0, "s")?;
                let preserves = call.enumeration(1)? & 1 != 0;
                call.machine.step(text.size() as u64 / 100)?;
                Ok(value(&parse::document(&text.to_str(), preserves, &mut |bytes| call.machine.spend(bytes))?))
            },
            "Reads a document, perhaps with the white space between elements",
        ),
        row("XElement Root", |call| Ok(value_or_null(this(call)?.element(None))), "The outermost element"),
        row(
            "XDocumentType DocumentType",
            |call| {
                let mut node = this(call)?.first();
                while let Some(current) = node {
                    if current.kind() == xml::Kind::DocumentType {
                        return Ok(value(&current));
                    }
                    node = current.next();
                }
                Ok(Value::Null)
            },
            "The document type",
        ),
        row(
            "XDeclaration Declaration",
            |call| {
                let declaration = this(call)?.declaration();
                Ok(declaration.map_or(Value::Null, |declaration| Value::object(DeclarationObject(declaration))))
            },
            "The XML declaration; null if there is none",
        ),
        row(
            "set XDeclaration Declaration",
            |call| {
                let document = this(call)?;
                set_declaration(call, &document)?;
                Ok(Value::Null)
            },
            "Sets the XML declaration",
        ),
        row(
            "void Save(TextWriter textWriter)",
            |call| save(call, write::Options::default()),
            "Writes the document with an XML declaration",
        ),
        row(
            "void Save(TextWriter textWriter, SaveOptions options)",
            |call| {
                let options = save_options(call, 1)?;
                save(call, options)
            },
            "Writes the document with an XML declaration, perhaps without indentation",
        ),
    ],
    missing: &["SaveAsync", "WriteTo"],
    doc: "An XML document",
};

/// `System.Xml.Linq.XText`
pub(super) static X_TEXT: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XText",
    kind: Kind::Class,
    bases: &["XNode"],
    members: &[
        row(
            "XText(string value)",
            |call| {
                let text = call.text(0, "value")?;
                made(call.machine, &Node::text_of(text))
            },
            "A text",
        ),
        row("XText(XText other)", copy, "A copy"),
        row("string Value", |call| Ok(this(call)?.value().into()), "The text"),
        row("set string Value", set_value, "Sets the text"),
    ],
    missing: &[],
    doc: "Text in an element",
};

/// `System.Xml.Linq.XCData`
pub(super) static X_CDATA: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XCData",
    kind: Kind::Class,
    bases: &["XText"],
    members: &[
        row(
            "XCData(string value)",
            |call| {
                let text = call.text(0, "value")?;
                made(call.machine, &Node::cdata_of(text))
            },
            "A text that is written as CDATA",
        ),
        row("XCData(XCData other)", copy, "A copy"),
    ],
    missing: &[],
    doc: "Text in an element that is written as `<![CDATA[...]]>`",
};

/// `System.Xml.Linq.XComment`
pub(super) static X_COMMENT: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XComment",
    kind: Kind::Class,
    bases: &["XNode"],
    members: &[
        row(
            "XComment(string value)",
            |call| {
                let text = call.text(0, "value")?;
                made(call.machine, &Node::comment_of(text))
            },
            "A comment",
        ),
        row("XComment(XComment other)", copy, "A copy"),
        row("string Value", |call| Ok(this(call)?.value().into()), "The text of the comment"),
        row("set string Value", set_value, "Sets the text of the comment"),
    ],
    missing: &[],
    doc: "A comment",
};

/// `System.Xml.Linq.XProcessingInstruction`
pub(super) static X_PROCESSING_INSTRUCTION: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XProcessingInstruction",
    kind: Kind::Class,
    bases: &["XNode"],
    members: &[
        row(
            "XProcessingInstruction(string target, string data)",
            |call| {
                let data = call.text(1, "data")?;
                let node = Node::instruction_of(call.text(0, "target")?, data)?;
                made(call.machine, &node)
            },
            "An instruction `<?target data?>`",
        ),
        row("XProcessingInstruction(XProcessingInstruction other)", copy, "A copy"),
        row("string Data", |call| Ok(this(call)?.value().into()), "What stands behind the target"),
        row("set string Data", set_value, "Sets what stands behind the target"),
        row("string Target", |call| Ok(this(call)?.target().into()), "For whom it is"),
        row(
            "set string Target",
            |call| {
                let target = call.text(0, "value")?;
                this(call)?.set_target(target)?;
                Ok(Value::Null)
            },
            "Sets for whom it is",
        ),
    ],
    missing: &[],
    doc: "A processing instruction",
};

/// `System.Xml.Linq.XDocumentType`
pub(super) static X_DOCUMENT_TYPE: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XDocumentType",
    kind: Kind::Class,
    bases: &["XNode"],
    members: &[
        row(
            "XDocumentType(string name, string publicId, string systemId, string internalSubset)",
            |call| {
                let parts = (call.text_or_null(1)?, call.text_or_null(2)?, call.text_or_null(3)?);
                let node = Node::document_type_of(call.text(0, "name")?, parts.0, parts.1, parts.2);
                made(call.machine, &node)
            },
            "A document type",
        ),
        row("XDocumentType(XDocumentType other)", copy, "A copy"),
        row("string Name", |call| Ok(this(call)?.target().into()), "The name of the outermost element"),
        row(
            "set string Name",
            |call| {
                let name = call.text(0, "value")?;
                this(call)?.set_target(name)?;
                Ok(Value::Null)
            },
            "Sets the name of the outermost element",
        ),
        row("string PublicId", |call| document_type(call, 0), "The public identifier"),
        row("set string PublicId", |call| set_document_type(call, 0), "Sets the public identifier"),
        row("string SystemId", |call| document_type(call, 1), "The system identifier"),
        row("set string SystemId", |call| set_document_type(call, 1), "Sets the system identifier"),
        row("string InternalSubset", |call| document_type(call, 2), "The declarations in it"),
        row("set string InternalSubset", |call| set_document_type(call, 2), "Sets the declarations in it"),
    ],
    missing: &[],
    doc: "A document type declaration",
};

/// `System.Xml.Linq.XDeclaration`
pub(super) static X_DECLARATION: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XDeclaration",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row(
            "XDeclaration(string version, string encoding, string standalone)",
            |call| {
                let declaration = Declaration {
                    version: call.text_or_null(0)?,
                    encoding: call.text_or_null(1)?,
                    standalone: call.text_or_null(2)?,
                };
                Ok(Value::object(DeclarationObject(Rc::new(RefCell::new(declaration)))))
            },
            "A declaration",
        ),
        row(
            "XDeclaration(XDeclaration other)",
            |call| {
                let other = call.object::<DeclarationObject>(0, "other")?.0.borrow().clone();
                Ok(Value::object(DeclarationObject(Rc::new(RefCell::new(other)))))
            },
            "A copy",
        ),
        row("string Version", |call| Ok(declaration(call)?.borrow().version.clone().into()), "The version of XML"),
        row(
            "set string Version",
            |call| {
                declaration(call)?.borrow_mut().version = call.text_or_null(0)?;
                Ok(Value::Null)
            },
            "Sets the version of XML",
        ),
        row("string Encoding", |call| Ok(declaration(call)?.borrow().encoding.clone().into()), "The name of the encoding"),
        row(
            "set string Encoding",
            |call| {
                declaration(call)?.borrow_mut().encoding = call.text_or_null(0)?;
                Ok(Value::Null)
            },
            "Sets the name of the encoding",
        ),
        row("string Standalone", |call| Ok(declaration(call)?.borrow().standalone.clone().into()), "`yes`, `no` or null"),
        row(
            "set string Standalone",
            |call| {
                declaration(call)?.borrow_mut().standalone = call.text_or_null(0)?;
                Ok(Value::Null)
            },
            "Sets whether the document stands alone",
        ),
        row("string ToString()", |call| Ok(write::declaration(&declaration(call)?.borrow()).into()), "The declaration as XML"),
    ],
    missing: &[],
    doc: "The declaration that a document begins with, `<?xml version=\"1.0\"?>`",
};

/// `System.Xml.Linq.XNodeDocumentOrderComparer`
pub(super) static X_NODE_DOCUMENT_ORDER_COMPARER: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XNodeDocumentOrderComparer",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("XNodeDocumentOrderComparer()", |_| Ok(Value::object(OrderComparer)), "A comparer"),
        row("int Compare(XNode x, XNode y)", compare, "-1, 0 or 1: which of two nodes comes first in the document"),
    ],
    missing: &[],
    doc: "Compares nodes by their order in the document",
};

/// `System.Xml.Linq.XNodeEqualityComparer`
pub(super) static X_NODE_EQUALITY_COMPARER: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XNodeEqualityComparer",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("XNodeEqualityComparer()", |_| Ok(Value::object(EqualityComparer)), "A comparer"),
        row("bool Equals(XNode x, XNode y)", deep_equals, "Whether two nodes and all that is in them are equal"),
        row(
            "int GetHashCode(XNode obj)",
            |call| Ok(node_or_null(call, 0)?.map_or(0, |node| node.deep_hash()).into()),
            "A number that equal nodes share",
        ),
    ],
    missing: &[],
    doc: "Compares nodes by what they are and hold",
};

/// An `XDeclaration`, perhaps that of a document.
#[derive(Debug)]
struct DeclarationObject(Rc<RefCell<Declaration>>);

impl Object for DeclarationObject {
    fn net_type(&self) -> Type {
        Type::of(&X_DECLARATION)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(write::declaration(&self.0.borrow()).into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<DeclarationObject>().is_some_and(|other| Rc::ptr_eq(&self.0, &other.0)))
    }

    fn hash(&self) -> Option<i32> {
        Some(Rc::as_ptr(&self.0).addr() as i32)
    }
}

#[derive(Debug)]
struct OrderComparer;

impl Object for OrderComparer {
    fn net_type(&self) -> Type {
        Type::of(&X_NODE_DOCUMENT_ORDER_COMPARER)
    }
}

#[derive(Debug)]
struct EqualityComparer;

impl Object for EqualityComparer {
    fn net_type(&self) -> Type {
        Type::of(&X_NODE_EQUALITY_COMPARER)
    }
}

/// The content that a `params object[]` argument stands for.
pub(super) fn arguments(call: &mut Call<'_, '_>, at: usize) -> Result<Vec<xml::Content>, Thrown> {
    let value = call.value(at);
    contents(call.machine, &value)
}

pub(super) fn add_all(machine: &mut Machine<'_>, node: &Node, contents: &[xml::Content]) -> Result<(), Thrown> {
    contents.iter().try_for_each(|content| node.add(content, &mut |bytes| machine.spend(bytes)))
}

/// Content that does not change when what it comes from is emptied: nodes that would be copied are copied now.
pub(super) fn snapshot(machine: &mut Machine<'_>, contents: Vec<xml::Content>) -> Result<Vec<xml::Content>, Thrown> {
    let mut all = Vec::with_capacity(contents.len());
    for content in contents {
        all.push(match content {
            xml::Content::Node(node) if node.parent().is_some() => {
                xml::Content::Node(node.copy(&mut |bytes| machine.spend(bytes))?)
            }
            other => other,
        });
    }
    Ok(all)
}

/// `new XText(other)` and its like.
pub(super) fn copy(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let other = node(call, 0, "other")?;
    Ok(value(&other.copy(&mut |bytes| call.machine.spend(bytes))?))
}

/// Sets `Value` or `Data`.
pub(super) fn set_value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let text = call.text(0, "value")?;
    this(call)?.set_value(text)?;
    Ok(Value::Null)
}

fn set_declaration(call: &mut Call<'_, '_>, document: &Node) -> Result<(), Thrown> {
    let new = match call.value(0) {
        Value::Null => None,
        _ => Some(call.object::<DeclarationObject>(0, "declaration")?.0.clone()),
    };
    document.set_declaration(new);
    Ok(())
}

fn declaration(call: &Call<'_, '_>) -> Result<Rc<RefCell<Declaration>>, Thrown> {
    Ok(call.this_object::<DeclarationObject>()?.0.clone())
}

fn document_type(call: &mut Call<'_, '_>, part: usize) -> Result<Value, Thrown> {
    Ok(this(call)?.document_type().get(part).cloned().flatten().into())
}

fn set_document_type(call: &mut Call<'_, '_>, part: usize) -> Result<Value, Thrown> {
    let text = call.text_or_null(0)?;
    this(call)?.set_document_type(part, text);
    Ok(Value::Null)
}

fn order(one: Option<Node>, other: Option<Node>) -> Result<Ordering, Thrown> {
    match (one, other) {
        (Some(one), Some(other)) => Ok(one.compare_order(&other)?),
        (None, None) => Ok(Ordering::Equal),
        (None, Some(_)) => Ok(Ordering::Less),
        (Some(_), None) => Ok(Ordering::Greater),
    }
}

fn compare(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (one, other) = (node_or_null(call, 0)?, node_or_null(call, 1)?);
    Ok((order(one, other)? as i32).into())
}

fn deep_equals(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match (node_or_null(call, 0)?, node_or_null(call, 1)?) {
        (Some(one), Some(other)) => one.deep_equals(&other).into(),
        (None, None) => true.into(),
        _ => false.into(),
    })
}

/// A `SaveOptions` argument.
pub(super) fn save_options(call: &Call<'_, '_>, at: usize) -> Result<write::Options, Thrown> {
    let bits = call.enumeration(at)?;
    Ok(write::Options { is_unformatted: bits & 1 != 0, omits_duplicate_namespaces: bits & 2 != 0 })
}

/// `Save(textWriter, options)`
pub(super) fn save(call: &mut Call<'_, '_>, options: write::Options) -> Result<Value, Thrown> {
    let writer: Rc<StringWriter> = call.object(0, "textWriter")?;
    let node = this(call)?;
    let text = write::saved(&node, "utf-16", options, &mut |bytes| {
        call.machine.step(bytes as u64 / 100)?;
        call.machine.spend(bytes.saturating_mul(2))
    })?;
    writer.put(&text.units())?;
    Ok(Value::Null)
}

/// The text that a `TextReader` argument still has.
pub(super) fn text_of_reader(call: &mut Call<'_, '_>, parameter: &str) -> Result<NetString, Thrown> {
    let text = call.object::<StringReader>(0, parameter)?.rest()?;
    call.machine.spend(text.size())?;
    call.machine.step(text.size() as u64 / 100)?;
    Ok(text)
}

/// The value of an element: the text of all texts in it.
pub(super) fn element_text(call: &mut Call<'_, '_>) -> Result<NetString, Thrown> {
    let node = this(call)?;
    text_in(call.machine, &node)
}

/// What `EmptySequence` gives.
pub(super) fn no_elements() -> Value {
    super::sequence::empty(&element::X_ELEMENT)
}

/// An argument that must not be null.
pub(super) fn not_null(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<(), Thrown> {
    if call.value(at).is_null() { Err(Exception::argument_null(parameter).into()) } else { Ok(()) }
}
