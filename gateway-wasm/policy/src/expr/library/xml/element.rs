//! `XElement` and `XAttribute`.

use super::{
    made, names,
    nodes::{
        add_all, arguments, copy, element_text, no_elements, not_null, save, save_options, set_value, snapshot, text_of_reader,
    },
    reader,
    sequence::{self, Axis, walk, walk_named},
    this, value, value_or_null,
    values::{To, cast, cast_or_null, text_or_null, with_casts},
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, Member, NetType, row},
    value::Value,
};
use dotnet::{
    Exception, number,
    xml::{self, Namespace, Node, parse, write},
};

/// `System.Xml.Linq.XElement`
pub(super) static X_ELEMENT: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XElement",
    kind: Kind::Class,
    bases: &["XContainer"],
    members: ELEMENT,
    missing: &["GetSchema", "LoadAsync", "ReadXml", "SaveAsync", "WriteTo", "WriteXml"],
    doc: "An XML element",
};

/// `System.Xml.Linq.XAttribute`
pub(super) static X_ATTRIBUTE: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XAttribute",
    kind: Kind::Class,
    bases: &["XObject"],
    members: ATTRIBUTE,
    missing: &[],
    doc: "An attribute of an XML element",
};

const ELEMENT: &[Member] = with_casts!(
    "XElement",
    "element",
    [
        row(
            "XElement(XName name)",
            |call| {
                let name = names::name(call, 0, "name")?;
                made(call.machine, &Node::element_named(name))
            },
            "An empty element"
        ),
        row(
            "XElement(XName name, params object[] content)",
            |call| {
                let element = Node::element_named(names::name(call, 0, "name")?);
                let contents = arguments(call, 1)?;
                add_all(call.machine, &element, &contents)?;
                made(call.machine, &element)
            },
            "An element with content: text, values, nodes, attributes, lists of them; null is nothing",
        ),
        row("XElement(XElement other)", copy, "A copy"),
        row("static IEnumerable<XElement> EmptySequence", |_| Ok(no_elements()), "No elements"),
        row(
            "static XElement Parse(string text)",
            |call| {
                let text = call.text(0, "s")?;
                super::element_from_text(call.machine, &text.to_str())
            },
            "Reads an element; white space between elements is left out",
        ),
        row(
            "static XElement Parse(string text, LoadOptions options)",
            |call| {
                let text = call.text(0, "s")?;
                let preserves = call.enumeration(1)? & 1 != 0;
                call.machine.step(text.size() as u64 / 100)?;
                Ok(value(&parse::element(&text.to_str(), preserves, &mut |bytes| call.machine.spend(bytes))?))
            },
            "Reads an element, perhaps with the white space between elements",
        ),
        row(
            "static XElement Load(TextReader textReader)",
            |call| {
                let text = text_of_reader(call, "input")?;
                super::element_from_text(call.machine, &text.to_str())
            },
            "Reads an element from a reader",
        ),
        row(
            "static XElement Load(TextReader textReader, LoadOptions options)",
            |call| {
                let text = text_of_reader(call, "input")?;
                let preserves = call.enumeration(1)? & 1 != 0;
                Ok(value(&parse::element(&text.to_str(), preserves, &mut |bytes| call.machine.spend(bytes))?))
            },
            "Reads an element from a reader, perhaps with the white space between elements",
        ),
        row("static XElement Load(XmlReader reader)", reader::load, "Reads the rest of a reader as one element"),
        row("XName Name", |call| Ok(this(call)?.name().map_or(Value::Null, names::of)), "The name"),
        row(
            "set XName Name",
            |call| {
                let name = names::name(call, 0, "value")?;
                this(call)?.set_name(name);
                Ok(Value::Null)
            },
            "Sets the name",
        ),
        row("string Value", |call| Ok(element_text(call)?.into()), "The text of all texts in it"),
        row(
            "set string Value",
            |call| {
                call.text(0, "value")?;
                set_value(call)
            },
            "Puts a text in the place of all nodes in it",
        ),
        row("bool IsEmpty", |call| Ok(this(call)?.is_empty().into()), "Whether it is written `<a />`; `<a></a>` is not",),
        row("bool HasElements", |call| Ok(this(call)?.element(None).is_some().into()), "Whether there are elements in it"),
        row("bool HasAttributes", |call| Ok(this(call)?.first_attribute().is_some().into()), "Whether it has attributes"),
        row("XAttribute FirstAttribute", |call| Ok(value_or_null(this(call)?.first_attribute())), "The first attribute"),
        row("XAttribute LastAttribute", |call| Ok(value_or_null(this(call)?.last_attribute())), "The last attribute"),
        row(
            "XAttribute Attribute(XName name)",
            |call| {
                let name = names::name_or_null(call, 0)?;
                let element = this(call)?;
                Ok(value_or_null(name.and_then(|name| element.attribute(&name))))
            },
            "The attribute of a name; null if there is none",
        ),
        row("IEnumerable<XAttribute> Attributes()", |call| walk(call, Axis::Attributes), "The attributes"),
        row(
            "IEnumerable<XAttribute> Attributes(XName name)",
            |call| walk_named(call, Axis::Attributes),
            "The attribute of a name, or none"
        ),
        row(
            "IEnumerable<XElement> AncestorsAndSelf()",
            |call| walk(call, Axis::AncestorsAndSelf),
            "It and the elements around it, inner ones first",
        ),
        row(
            "IEnumerable<XElement> AncestorsAndSelf(XName name)",
            |call| walk_named(call, Axis::AncestorsAndSelf),
            "Those of a name among it and the elements around it",
        ),
        row(
            "IEnumerable<XElement> DescendantsAndSelf()",
            |call| walk(call, Axis::DescendantsAndSelf),
            "It and the elements at any depth in it",
        ),
        row(
            "IEnumerable<XElement> DescendantsAndSelf(XName name)",
            |call| walk_named(call, Axis::DescendantsAndSelf),
            "Those of a name among it and the elements at any depth in it",
        ),
        row(
            "IEnumerable<XNode> DescendantNodesAndSelf()",
            |call| walk(call, Axis::DescendantNodesAndSelf),
            "It and the nodes at any depth in it",
        ),
        row(
            "XNamespace GetDefaultNamespace()",
            |call| Ok(names::of_namespace(this(call)?.namespace_of("").unwrap_or_else(Namespace::none))),
            "The namespace of names without prefix in it",
        ),
        row(
            "XNamespace GetNamespaceOfPrefix(string prefix)",
            |call| {
                let prefix = call.text(0, "prefix")?;
                if prefix.is_empty() {
                    return Err(Exception::argument("The value cannot be an empty string.", "prefix").into());
                }
                Ok(this(call)?.namespace_of(&prefix.to_str()).map_or(Value::Null, names::of_namespace))
            },
            "The namespace that a prefix stands for; null if it stands for none",
        ),
        row(
            "string GetPrefixOfNamespace(XNamespace ns)",
            |call| {
                let namespace = names::namespace(call, 0, "ns")?;
                Ok(this(call)?.prefix_of(&namespace).into())
            },
            "The prefix of a namespace; null if it has none",
        ),
        row(
            "void RemoveAll()",
            |call| {
                let element = this(call)?;
                element.remove_attributes();
                element.remove_nodes();
                Ok(Value::Null)
            },
            "Takes all nodes and attributes out",
        ),
        row(
            "void RemoveAttributes()",
            |call| {
                this(call)?.remove_attributes();
                Ok(Value::Null)
            },
            "Takes all attributes out",
        ),
        row(
            "void ReplaceAll(params object[] content)",
            |call| {
                let (element, contents) = (this(call)?, arguments(call, 0)?);
                let contents = snapshot(call.machine, contents)?;
                element.remove_attributes();
                element.remove_nodes();
                add_all(call.machine, &element, &contents).map(|()| Value::Null)
            },
            "Puts content in the place of all nodes and attributes",
        ),
        row(
            "void ReplaceAttributes(params object[] content)",
            |call| {
                let (element, contents) = (this(call)?, arguments(call, 0)?);
                let contents = snapshot(call.machine, contents)?;
                element.remove_attributes();
                add_all(call.machine, &element, &contents).map(|()| Value::Null)
            },
            "Puts content in the place of all attributes",
        ),
        row(
            "void SetAttributeValue(XName name, object value)",
            |call| {
                let name = names::name(call, 0, "name")?;
                let text = text_or_null(call, 1)?;
                call.machine.spend(xml::NODE_BYTES)?;
                this(call)?.set_attribute(name, text)?;
                Ok(Value::Null)
            },
            "Sets or adds an attribute; null takes it out",
        ),
        row(
            "void SetElementValue(XName name, object value)",
            |call| {
                let name = names::name(call, 0, "name")?;
                let text = text_or_null(call, 1)?;
                call.machine.spend(2 * xml::NODE_BYTES)?;
                this(call)?.set_element(name, text)?;
                Ok(Value::Null)
            },
            "Sets the text of an element in it, or adds one; null takes it out",
        ),
        row("void SetValue(object value)", set_any_value, "Puts a value in the place of all nodes in it"),
        row(
            "void Save(TextWriter textWriter)",
            |call| save(call, write::Options::default()),
            "Writes the element with an XML declaration"
        ),
        row(
            "void Save(TextWriter textWriter, SaveOptions options)",
            |call| {
                let options = save_options(call, 1)?;
                save(call, options)
            },
            "Writes the element with an XML declaration, perhaps without indentation",
        ),
    ]
);

const ATTRIBUTE: &[Member] = with_casts!(
    "XAttribute",
    "attribute",
    [
        row(
            "XAttribute(XName name, object value)",
            |call| {
                let name = names::name(call, 0, "name")?;
                not_null(call, 1, "value")?;
                let text = text_or_null(call, 1)?.unwrap_or_default();
                made(call.machine, &Node::attribute_of(name, text)?)
            },
            "An attribute",
        ),
        row("XAttribute(XAttribute other)", copy, "A copy"),
        row("static IEnumerable<XAttribute> EmptySequence", |_| Ok(sequence::empty(&X_ATTRIBUTE)), "No attributes"),
        row("XName Name", |call| Ok(this(call)?.name().map_or(Value::Null, names::of)), "The name"),
        row("string Value", |call| Ok(this(call)?.value().into()), "The value"),
        row("set string Value", set_value, "Sets the value"),
        row(
            "bool IsNamespaceDeclaration",
            |call| Ok(this(call)?.declares_namespace().into()),
            "Whether it is `xmlns` or `xmlns:...`"
        ),
        row("XAttribute NextAttribute", |call| Ok(value_or_null(this(call)?.next())), "The attribute after it"),
        row("XAttribute PreviousAttribute", |call| Ok(value_or_null(this(call)?.previous())), "The attribute before it"),
        row(
            "void Remove()",
            |call| {
                this(call)?.remove()?;
                Ok(Value::Null)
            },
            "Takes it out of its element",
        ),
        row("void SetValue(object value)", set_any_value, "Sets the value, of any type"),
        row(
            "string ToString()",
            |call| {
                let attribute = this(call)?;
                Ok(super::written(call.machine, &attribute, write::Options::default())?.into())
            },
            "The attribute as XML, `name=\"value\"`",
        ),
    ]
);

fn set_any_value(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    not_null(call, 0, "value")?;
    let text = text_or_null(call, 0)?.unwrap_or_default();
    call.machine.spend(xml::NODE_BYTES)?;
    this(call)?.set_value(text)?;
    Ok(Value::Null)
}
