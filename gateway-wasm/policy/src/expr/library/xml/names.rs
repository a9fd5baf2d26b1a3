//! `XName`, `XNamespace`, and the enumerations.

use crate::expr::{
    call::{Call, Thrown},
    machine::{Machine, fold},
    types::{Kind, Member, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    xml::{Name, Namespace, XML, XMLNS},
};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// `System.Xml.Linq.XName`
pub(super) static X_NAME: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XName",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("static implicit operator XName(string expandedName)", get, "A name written as `local` or `{namespace}local`"),
        row(
            "static XName Get(string expandedName)",
            |call| Ok(of(Name::expanded(&call.text(0, "expandedName")?.to_str())?)),
            "A name written as `local` or `{namespace}local`",
        ),
        row(
            "static XName Get(string localName, string namespaceName)",
            |call| {
                let namespace = Namespace::new(&call.text(1, "namespaceName")?.to_str());
                let local = call.text(0, "localName")?;
                Ok(of(namespace.name(&local.to_str())?))
            },
            "A name in a namespace",
        ),
        row("string LocalName", |call| Ok(NetString::from(this(call)?.local).into()), "The name without its namespace"),
        row("XNamespace Namespace", |call| Ok(Value::object(NamespaceObject(this(call)?.namespace))), "The namespace"),
        row("string NamespaceName", |call| Ok(this(call)?.namespace.text().into()), "The namespace's name, mostly a URI"),
        row("string ToString()", |call| Ok(this(call)?.to_string().into()), "The name as `{namespace}local`"),
        row("static bool operator ==(XName left, XName right)", |call| Ok(same(call).into()), "Whether both are the same name"),
        row(
            "static bool operator !=(XName left, XName right)",
            |call| Ok((!same(call)).into()),
            "Whether they are different names",
        ),
    ],
    missing: &[],
    doc: "The name of an element or an attribute: a local name in a namespace",
};

/// `System.Xml.Linq.XNamespace`
pub(super) static X_NAMESPACE: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "XNamespace",
    kind: Kind::Class,
    bases: &[],
    members: NAMESPACE,
    missing: &[],
    doc: "A namespace of names",
};

const NAMESPACE: &[Member] = &[
    row("static implicit operator XNamespace(string namespaceName)", namespace_of, "A namespace of a name"),
    row(
        "static XNamespace Get(string namespaceName)",
        |call| Ok(of_namespace(Namespace::new(&call.text(0, "namespaceName")?.to_str()))),
        "A namespace of a name",
    ),
    row("static XNamespace None", |_| Ok(Value::object(NamespaceObject(Namespace::none()))), "The namespace of what is in none"),
    row(
        "static XNamespace Xml",
        |_| Ok(Value::object(NamespaceObject(Namespace::new(XML)))),
        "The namespace of the prefix `xml`",
    ),
    row(
        "static XNamespace Xmlns",
        |_| Ok(Value::object(NamespaceObject(Namespace::new(XMLNS)))),
        "The namespace of the prefix `xmlns`, for namespace declarations",
    ),
    row("string NamespaceName", |call| Ok(this_namespace(call)?.text().into()), "Its name, mostly a URI"),
    row("string ToString()", |call| Ok(this_namespace(call)?.text().into()), "Its name"),
    row(
        "XName GetName(string localName)",
        |call| Ok(of(this_namespace(call)?.name(&call.text(0, "localName")?.to_str())?)),
        "A name in it",
    ),
    row(
        "static XName operator +(XNamespace ns, string localName)",
        |call| {
            let namespace = namespace(call, 0, "ns")?;
            Ok(of(namespace.name(&call.text(1, "localName")?.to_str())?))
        },
        "A name in a namespace",
    ),
    row("static bool operator ==(XNamespace left, XNamespace right)", |call| Ok(same(call).into()), "Whether both are the same"),
    row("static bool operator !=(XNamespace left, XNamespace right)", |call| Ok((!same(call)).into()), "Whether they differ"),
];

/// `System.Xml.XmlNodeType`
pub(super) static XML_NODE_TYPE: NetType = NetType {
    namespace: "System.Xml",
    name: "XmlNodeType",
    kind: Kind::Enum(&[
        ("None", 0),
        ("Element", 1),
        ("Attribute", 2),
        ("Text", 3),
        ("CDATA", 4),
        ("EntityReference", 5),
        ("Entity", 6),
        ("ProcessingInstruction", 7),
        ("Comment", 8),
        ("Document", 9),
        ("DocumentType", 10),
        ("DocumentFragment", 11),
        ("Notation", 12),
        ("Whitespace", 13),
        ("SignificantWhitespace", 14),
        ("EndElement", 15),
        ("EndEntity", 16),
        ("XmlDeclaration", 17),
    ]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "What kind of node",
};

/// `System.Xml.Linq.SaveOptions`
pub(super) static SAVE_OPTIONS: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "SaveOptions",
    kind: Kind::Enum(&[("None", 0), ("DisableFormatting", 1), ("OmitDuplicateNamespaces", 2)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How XML is written",
};

/// `System.Xml.Linq.LoadOptions`
pub(super) static LOAD_OPTIONS: NetType = NetType {
    namespace: "System.Xml.Linq",
    name: "LoadOptions",
    kind: Kind::Enum(&[("None", 0), ("PreserveWhitespace", 1), ("SetBaseUri", 2), ("SetLineInfo", 4)]),
    bases: &[],
    members: &[],
    missing: &[],
    doc: "How XML is read",
};

/// An `XName`.
#[derive(Debug)]
struct NameObject(Name);

impl Object for NameObject {
    fn net_type(&self) -> Type {
        Type::of(&X_NAME)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.to_string().into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<NameObject>().is_some_and(|other| other.0 == self.0))
    }

    fn hash(&self) -> Option<i32> {
        Some(fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(&self.0)))
    }
}

/// An `XNamespace`.
#[derive(Debug)]
struct NamespaceObject(Namespace);

impl Object for NamespaceObject {
    fn net_type(&self) -> Type {
        Type::of(&X_NAMESPACE)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.text())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(other.downcast_ref::<NamespaceObject>().is_some_and(|other| other.0 == self.0))
    }

    fn hash(&self) -> Option<i32> {
        Some(fold(BuildHasherDefault::<DefaultHasher>::default().hash_one(&self.0)))
    }
}

/// The value of a name.
pub(super) fn of(name: Name) -> Value {
    Value::object(NameObject(name))
}

/// The value of a namespace.
pub(super) fn of_namespace(namespace: Namespace) -> Value {
    Value::object(NamespaceObject(namespace))
}

/// An argument of type `XName` that must not be null.
pub(super) fn name(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Name, Thrown> {
    name_or_null(call, at)?.ok_or_else(|| Exception::argument_null(parameter).into())
}

/// An argument of type `XName`.
pub(super) fn name_or_null(call: &Call<'_, '_>, at: usize) -> Result<Option<Name>, Thrown> {
    match call.value(at) {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(Name::expanded(&text.to_str())?)),
        _ => Ok(Some(call.object::<NameObject>(at, "name")?.0.clone())),
    }
}

/// An argument of type `XNamespace` that must not be null.
pub(super) fn namespace(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Namespace, Thrown> {
    match call.value(at) {
        Value::String(text) => Ok(Namespace::new(&text.to_str())),
        _ => Ok(call.object::<NamespaceObject>(at, parameter)?.0.clone()),
    }
}

fn this(call: &Call<'_, '_>) -> Result<Name, Thrown> {
    Ok(call.this_object::<NameObject>()?.0.clone())
}

fn this_namespace(call: &Call<'_, '_>) -> Result<Namespace, Thrown> {
    Ok(call.this_object::<NamespaceObject>()?.0.clone())
}

fn get(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(match call.text_or_null(0)? {
        Some(text) => of(Name::expanded(&text.to_str())?),
        None => Value::Null,
    })
}

fn namespace_of(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    Ok(call.text_or_null(0)?.map_or(Value::Null, |text| of_namespace(Namespace::new(&text.to_str()))))
}

fn same(call: &mut Call<'_, '_>) -> bool {
    let (left, right) = (call.value(0), call.value(1));
    call.machine.equals(&left, &right)
}
