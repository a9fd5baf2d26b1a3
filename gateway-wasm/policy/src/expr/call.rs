//! A call of a member, as the library sees it: `this`, the arguments, and what may go wrong.

use super::{
    machine::Machine,
    types::Type,
    value::{Array, Cursor, Object, Value},
};
use dotnet::{DateTime, DateTimeOffset, Decimal, Exception, Guid, NetString, TimeSpan};
use std::rc::Rc;

/// What a member is in Rust: it takes a call and gives a value, or throws.
pub type Run = for<'a, 'w> fn(&mut Call<'a, 'w>) -> Result<Value, Thrown>;

/// Why an evaluation ended early.
#[derive(Clone, Debug)]
pub enum Thrown {
    /// An exception, which `catch` can catch. `inner` is `InnerException`.
    Exception(Rc<Exception>, Option<Rc<Exception>>),
    /// A limit of the engine, which nothing can catch. It says which.
    Limit(&'static str),
}

impl From<Exception> for Thrown {
    fn from(exception: Exception) -> Self {
        Thrown::Exception(Rc::new(exception), None)
    }
}

impl Thrown {
    /// An exception of a type, by its simple name.
    pub fn new(kind: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Exception::new(kind, message).into()
    }

    /// A member of `null` was used.
    pub fn null_reference() -> Self {
        Thrown::new("NullReferenceException", "Object reference not set to an instance of an object.")
    }

    /// A cast that cannot be.
    pub fn invalid_cast(from: &Type, to: &Type) -> Self {
        let message = format!("Unable to cast object of type '{}' to type '{}'.", from.full_name(), to.full_name());
        Thrown::new("InvalidCastException", message)
    }
}

/// One call. The checker has converted each argument to the type that the row's signature names, with defaults put in and
/// `params` packed into an array, so a row only takes them out. `out` arguments are written back with [`Call::set_out`].
pub struct Call<'a, 'w> {
    /// Runs lambdas, measures work, knows the clock.
    pub machine: &'a mut Machine<'w>,
    /// The receiver; `Null` for static members and constructors. For an extension method it is `Null` too: its receiver is
    /// the first argument.
    pub this: Value,
    /// The arguments, all of them.
    pub arguments: &'a mut [Value],
    /// The type arguments of a generic method, written or inferred; then those of the receiver's type are not among them.
    pub generics: &'a [Type],
}

/// Declares the accessors of plain values.
macro_rules! plain {
    ($($name:ident, $variant:ident, $type:ty, $doc:literal;)*) => {
        $(#[doc = $doc]
        pub fn $name(&self, at: usize) -> Result<$type, Thrown> {
            match self.arguments.get(at) {
                Some(Value::$variant(value)) => Ok(*value),
                other => Err(mismatch(other, stringify!($variant))),
            }
        })*
    };
}

impl<'a, 'w> Call<'a, 'w> {
    plain! {
        boolean, Bool, bool, "An argument of type `bool`.";
        character, Char, u16, "An argument of type `char`.";
        byte, Byte, u8, "An argument of type `byte`.";
        int, Int32, i32, "An argument of type `int`.";
        long, Int64, i64, "An argument of type `long`.";
        single, Single, f32, "An argument of type `float`.";
        double, Double, f64, "An argument of type `double`.";
        decimal, Decimal, Decimal, "An argument of type `decimal`.";
        date_time, DateTime, DateTime, "An argument of type `DateTime`.";
        date_time_offset, DateTimeOffset, DateTimeOffset, "An argument of type `DateTimeOffset`.";
        time_span, TimeSpan, TimeSpan, "An argument of type `TimeSpan`.";
        guid, Guid, Guid, "An argument of type `Guid`.";
    }

    /// Any argument; `Null` if there is none at the position.
    pub fn value(&self, at: usize) -> Value {
        self.arguments.get(at).cloned().unwrap_or(Value::Null)
    }

    /// An argument of any whole number's type.
    pub fn integer(&self, at: usize) -> Result<i128, Thrown> {
        self.arguments.get(at).and_then(Value::as_integer).ok_or_else(|| mismatch(self.arguments.get(at), "Int64"))
    }

    /// An argument of an enumeration, as its number.
    pub fn enumeration(&self, at: usize) -> Result<i64, Thrown> {
        match self.arguments.get(at) {
            Some(Value::Enum(_, value)) => Ok(*value),
            other => Err(mismatch(other, "Enum")),
        }
    }

    /// An argument of type `string` that must not be null.
    pub fn text(&self, at: usize, parameter: &str) -> Result<NetString, Thrown> {
        self.text_or_null(at)?.ok_or_else(|| Exception::argument_null(parameter).into())
    }

    /// An argument of type `string`.
    pub fn text_or_null(&self, at: usize) -> Result<Option<NetString>, Thrown> {
        match self.arguments.get(at) {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Null) | None => Ok(None),
            other => Err(mismatch(other, "String")),
        }
    }

    /// An argument of type `byte[]` that must not be null; a copy.
    pub fn bytes(&self, at: usize, parameter: &str) -> Result<Vec<u8>, Thrown> {
        match &*self.object::<Array>(at, parameter)? {
            Array::Bytes(bytes) => Ok(bytes.borrow().clone()),
            Array::Values(..) => Err(mismatch(self.arguments.get(at), "Byte[]")),
        }
    }

    /// An argument that must be an object of a Rust type and not null.
    pub fn object<T: Object>(&self, at: usize, parameter: &str) -> Result<Rc<T>, Thrown> {
        match self.arguments.get(at) {
            Some(Value::Null) | None => Err(Exception::argument_null(parameter).into()),
            Some(value) => value.downcast().ok_or_else(|| mismatch(Some(value), std::any::type_name::<T>())),
        }
    }

    /// The items of an `IEnumerable` argument that must not be null, one by one.
    pub fn cursor(&mut self, at: usize, parameter: &str) -> Result<Box<dyn Cursor>, Thrown> {
        match self.arguments.get(at).cloned() {
            Some(Value::Null) | None => Err(Exception::argument_null(parameter).into()),
            Some(value) => self.machine.enumerate(&value),
        }
    }

    /// All items of an `IEnumerable` argument that must not be null.
    pub fn items(&mut self, at: usize, parameter: &str) -> Result<Vec<Value>, Thrown> {
        let mut cursor = self.cursor(at, parameter)?;
        self.machine.collect(&mut *cursor)
    }

    /// Calls an argument that is a lambda or another delegate.
    pub fn invoke(&mut self, at: usize, arguments: &[Value]) -> Result<Value, Thrown> {
        let function = self.value(at);
        self.machine.call(&function, arguments)
    }

    /// `this`, of type `string`.
    pub fn this_text(&self) -> Result<NetString, Thrown> {
        match &self.this {
            Value::String(text) => Ok(text.clone()),
            other => Err(mismatch(Some(other), "String")),
        }
    }

    /// `this`, an object of a Rust type.
    pub fn this_object<T: Object>(&self) -> Result<Rc<T>, Thrown> {
        self.this.downcast().ok_or_else(|| mismatch(Some(&self.this), std::any::type_name::<T>()))
    }

    /// Writes an `out` argument.
    pub fn set_out(&mut self, at: usize, value: impl Into<Value>) {
        if let Some(place) = self.arguments.get_mut(at) {
            *place = value.into();
        }
    }
}

/// The checker lets no such call through; where types are only known at run time it is the cast that failed.
#[cold]
fn mismatch(value: Option<&Value>, expected: &str) -> Thrown {
    let found = value.map_or_else(|| "nothing".to_owned(), |value| value.net_type().full_name());
    let expected = expected.rsplit("::").next().unwrap_or(expected);
    Thrown::new("InvalidCastException", format!("Unable to cast object of type '{found}' to type '{expected}'."))
}
