//! What an expression computes with.

use super::{
    call::Thrown,
    library::collections::pair,
    machine::Machine,
    types::{NetType, Type},
};
use dotnet::{DateTime, DateTimeOffset, Decimal, Guid, NetString, TimeSpan};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    cmp::Ordering,
    fmt,
    rc::Rc,
};

/// A value at run time. Its variant is its .NET type; a nullable value is the value itself or [`Value::Null`].
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Value {
    Null,
    Bool(bool),
    /// A UTF-16 unit.
    Char(u16),
    SByte(i8),
    Byte(u8),
    Int16(i16),
    UInt16(u16),
    Int32(i32),
    UInt32(u32),
    Int64(i64),
    UInt64(u64),
    Single(f32),
    Double(f64),
    Decimal(Decimal),
    String(NetString),
    DateTime(DateTime),
    DateTimeOffset(DateTimeOffset),
    TimeSpan(TimeSpan),
    Guid(Guid),
    /// A member of an enumeration.
    Enum(&'static NetType, i64),
    /// A part of `context`, which lives in the exchange.
    Context(Part),
    /// Everything else.
    Object(ObjectRef),
}

/// The parts of `context` that have members of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Part {
    Context,
    Api,
    Backend,
    Deployment,
    Gateway,
    Certificates,
    SustainabilityInfo,
    GraphQl,
    LastError,
    Operation,
    Product,
    Request,
    RequestBody,
    RequestHeaders,
    MatchedParameters,
    Url,
    UrlQuery,
    OriginalUrl,
    OriginalUrlQuery,
    ServiceUrl,
    ServiceUrlQuery,
    SubscriptionKeyParameterNames,
    Foundry,
    Response,
    ResponseBody,
    ResponseHeaders,
    Subscription,
    User,
    Variables,
    Workspace,
}

/// What the values are that have no variant of their own: lists, JSON, XML, keys.
pub trait Object: Any + fmt::Debug {
    /// Its type.
    fn net_type(&self) -> Type;

    /// `ToString()`; the name of the type where .NET does not override it.
    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.net_type().full_name().into())
    }

    /// `ToString(format)` for what is `IFormattable`.
    fn formatted(&self, _format: &NetString) -> Option<Result<NetString, Thrown>> {
        None
    }

    /// `Equals(other)`; `None` where .NET compares references.
    fn equals(&self, _other: &Value) -> Option<bool> {
        None
    }

    /// `GetHashCode()`; `None` where .NET hashes the reference. Equal objects have equal hashes.
    fn hash(&self) -> Option<i32> {
        None
    }

    /// `CompareTo(other)` for what is `IComparable`.
    fn compare(&self, _other: &Value) -> Option<Ordering> {
        None
    }

    /// Its items, for what is `IEnumerable`.
    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        None
    }
}

/// Goes through the items of a sequence, computing each when it is asked for.
pub trait Cursor {
    /// The next item; `None` at the end.
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown>;
}

/// Every iterator is a cursor over items that are there already.
impl<I: Iterator<Item = Value>> Cursor for I {
    fn next(&mut self, machine: &mut Machine<'_>) -> Result<Option<Value>, Thrown> {
        machine.step(1)?;
        Ok(Iterator::next(self))
    }
}

/// A reference to an [`Object`].
///
/// Objects may hold each other in chains as long as a program can make them, so the last reference to one does not drop what
/// it holds on the spot, but puts it on a list when that would go too deep.
#[derive(Clone)]
pub struct ObjectRef(Option<Rc<dyn Object>>);

impl ObjectRef {
    /// The object.
    pub fn get(&self) -> &dyn Object {
        static NOTHING: Nothing = Nothing;
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    /// The object if it is a `T`.
    pub fn downcast_ref<T: Object>(&self) -> Option<&T> {
        let object: &dyn Any = self.get();
        object.downcast_ref()
    }

    /// The object, shared, if it is a `T`.
    pub fn downcast<T: Object>(&self) -> Option<Rc<T>> {
        let object: Rc<dyn Any> = self.0.clone()?;
        object.downcast().ok()
    }

    /// The object, shared.
    pub fn shared(&self) -> Option<Rc<dyn Object>> {
        self.0.clone()
    }

    /// True if both are the very same object.
    pub fn is_same(&self, other: &ObjectRef) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => std::ptr::addr_eq(Rc::as_ptr(one), Rc::as_ptr(other)),
            _ => false,
        }
    }

    /// A number that only this object has while it lives.
    pub fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |object| Rc::as_ptr(object).cast::<()>() as usize)
    }
}

impl fmt::Debug for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl From<Rc<dyn Object>> for ObjectRef {
    fn from(object: Rc<dyn Object>) -> Self {
        Self(Some(object))
    }
}

/// What a reference holds only while it is dropped.
#[derive(Debug)]
struct Nothing;

impl Object for Nothing {
    fn net_type(&self) -> Type {
        Type::Unknown
    }
}

/// How deep objects drop each other before they queue.
const DROP_DEPTH_MAX: u32 = 32;

thread_local! {
    static DROP_DEPTH: Cell<u32> = const { Cell::new(0) };
    static DROP_LATER: RefCell<Vec<Rc<dyn Object>>> = const { RefCell::new(Vec::new()) };
}

impl Drop for ObjectRef {
    fn drop(&mut self) {
        let Some(object) = self.0.take() else { return };
        if Rc::strong_count(&object) > 1 {
            return;
        }
        // While the thread ends there may be no list any more; then the object is dropped on the spot.
        let depth = DROP_DEPTH.try_with(Cell::get).unwrap_or(0);
        if depth >= DROP_DEPTH_MAX {
            let _ = DROP_LATER.try_with(|later| {
                if let Ok(mut later) = later.try_borrow_mut() {
                    later.push(object);
                }
            });
            return;
        }
        let _ = DROP_DEPTH.try_with(|cell| cell.set(depth + 1));
        drop(object);
        if depth == 0 {
            while let Ok(Some(object)) = DROP_LATER.try_with(|later| later.borrow_mut().pop()) {
                drop(object);
            }
        }
        let _ = DROP_DEPTH.try_with(|cell| cell.set(depth));
    }
}

impl Value {
    /// Text.
    pub fn text(text: impl Into<NetString>) -> Value {
        Value::String(text.into())
    }

    /// An object.
    pub fn object(object: impl Object) -> Value {
        Value::Object(ObjectRef(Some(Rc::new(object))))
    }

    /// An object that is shared already.
    pub fn shared(object: Rc<dyn Object>) -> Value {
        Value::Object(ObjectRef(Some(object)))
    }

    /// A `byte[]`.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Value {
        Value::object(Array::Bytes(RefCell::new(bytes.into())))
    }

    /// An array of any type.
    pub fn array(element: Type, items: Vec<Value>) -> Value {
        Value::object(Array::Values(element, RefCell::new(items)))
    }

    /// A `string[]`.
    pub fn strings(items: impl IntoIterator<Item = NetString>) -> Value {
        Value::array(Type::STRING, items.into_iter().map(Value::String).collect())
    }

    /// The object in it, if it is a `T`.
    pub fn downcast_ref<T: Object>(&self) -> Option<&T> {
        match self {
            Value::Object(object) => object.downcast_ref(),
            _ => None,
        }
    }

    /// The object in it, shared, if it is a `T`.
    pub fn downcast<T: Object>(&self) -> Option<Rc<T>> {
        match self {
            Value::Object(object) => object.downcast(),
            _ => None,
        }
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A whole number of any width.
    pub fn as_integer(&self) -> Option<i128> {
        Some(match self {
            Value::SByte(value) => (*value).into(),
            Value::Byte(value) => (*value).into(),
            Value::Int16(value) => (*value).into(),
            Value::UInt16(value) => (*value).into(),
            Value::Int32(value) => (*value).into(),
            Value::UInt32(value) => (*value).into(),
            Value::Int64(value) => (*value).into(),
            Value::UInt64(value) => (*value).into(),
            _ => return None,
        })
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Value { Value::$variant(value.into()) }
        })*
    };
}

from! {
    bool => Bool, i8 => SByte, u8 => Byte, i16 => Int16, i32 => Int32, u32 => UInt32, i64 => Int64, u64 => UInt64, f32 => Single,
    f64 => Double, Decimal => Decimal, NetString => String, &str => String, String => String, DateTime => DateTime,
    DateTimeOffset => DateTimeOffset, TimeSpan => TimeSpan, Guid => Guid,
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// `new { ... }`
#[derive(Debug)]
pub struct Anonymous {
    /// Names and types, in order.
    pub names: Rc<Vec<(Rc<str>, Type)>>,
    /// The values, in the same order.
    pub values: Vec<Value>,
}

impl Anonymous {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|(own, _)| **own == *name)?;
        self.values.get(at).cloned()
    }
}

impl Object for Anonymous {
    fn net_type(&self) -> Type {
        Type::Anonymous(self.names.clone())
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let mut text = NetString::from("{ ");
        for (at, ((name, _), value)) in self.names.iter().zip(&self.values).enumerate() {
            let value = machine.text(value)?;
            let comma = if at == 0 { "" } else { ", " };
            text = text.concat(&format!("{comma}{name} = ").into()).concat(&value);
            machine.spend(text.size())?;
        }
        Ok(text.concat(&" }".into()))
    }

    /// Equal names and values: what `GroupBy(x => new { x.A, x.B })` goes by.
    fn equals(&self, other: &Value) -> Option<bool> {
        let equal = |other: &Anonymous| {
            self.names == other.names && self.values.iter().zip(&other.values).all(|(one, other)| pair::same(one, other))
        };
        Some(other.downcast_ref::<Anonymous>().is_some_and(equal))
    }

    fn hash(&self) -> Option<i32> {
        Some(self.values.iter().fold(17, |so_far: i32, value| so_far.wrapping_mul(31) ^ pair::hash(value)))
    }
}

/// An array. `byte[]` is kept as bytes, since bodies and keys are such.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Array {
    Bytes(RefCell<Vec<u8>>),
    Values(Type, RefCell<Vec<Value>>),
}

impl Array {
    /// How many items it has.
    pub fn len(&self) -> usize {
        match self {
            Array::Bytes(bytes) => bytes.borrow().len(),
            Array::Values(_, items) => items.borrow().len(),
        }
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An item.
    pub fn get(&self, at: usize) -> Option<Value> {
        match self {
            Array::Bytes(bytes) => bytes.borrow().get(at).map(|&byte| Value::Byte(byte)),
            Array::Values(_, items) => items.borrow().get(at).cloned(),
        }
    }

    /// Replaces an item; false if there is none at the position, or the value does not fit.
    pub fn set(&self, at: usize, value: Value) -> bool {
        match self {
            Array::Bytes(bytes) => match (bytes.borrow_mut().get_mut(at), value) {
                (Some(place), Value::Byte(byte)) => {
                    *place = byte;
                    true
                }
                _ => false,
            },
            Array::Values(_, items) => match items.borrow_mut().get_mut(at) {
                Some(place) => {
                    *place = value;
                    true
                }
                None => false,
            },
        }
    }

    /// The type of its items.
    pub fn element(&self) -> Type {
        match self {
            Array::Bytes(_) => Type::BYTE,
            Array::Values(element, _) => element.clone(),
        }
    }

    /// Its items, copied.
    pub fn items(&self) -> Vec<Value> {
        match self {
            Array::Bytes(bytes) => bytes.borrow().iter().map(|&byte| Value::Byte(byte)).collect(),
            Array::Values(_, items) => items.borrow().clone(),
        }
    }
}

impl Object for Array {
    fn net_type(&self) -> Type {
        Type::Array(Rc::new(self.element()))
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let mut at = 0;
        Some(Box::new(std::iter::from_fn(move || {
            let value = self.get(at);
            at += 1;
            value
        })))
    }
}
