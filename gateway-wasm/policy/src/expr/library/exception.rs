//! Exceptions: what `catch` sees and `throw` throws.

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{Exception, NetString};
use std::{borrow::Cow, rc::Rc};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[
    &EXCEPTION,
    &ARGUMENT_EXCEPTION,
    &ARGUMENT_NULL_EXCEPTION,
    &ARGUMENT_OUT_OF_RANGE_EXCEPTION,
    &OBJECT_DISPOSED_EXCEPTION,
    &SYSTEM_EXCEPTION,
    &APPLICATION_EXCEPTION,
    &ARITHMETIC_EXCEPTION,
    &DIVIDE_BY_ZERO_EXCEPTION,
    &OVERFLOW_EXCEPTION,
    &ARRAY_TYPE_MISMATCH_EXCEPTION,
    &FORMAT_EXCEPTION,
    &URI_FORMAT_EXCEPTION,
    &INDEX_OUT_OF_RANGE_EXCEPTION,
    &INVALID_CAST_EXCEPTION,
    &INVALID_OPERATION_EXCEPTION,
    &NOT_IMPLEMENTED_EXCEPTION,
    &NOT_SUPPORTED_EXCEPTION,
    &NULL_REFERENCE_EXCEPTION,
    &RANK_EXCEPTION,
    &TIMEOUT_EXCEPTION,
    &OPERATION_CANCELED_EXCEPTION,
    &OUT_OF_MEMORY_EXCEPTION,
    &UNAUTHORIZED_ACCESS_EXCEPTION,
    &TIME_ZONE_NOT_FOUND_EXCEPTION,
    &INVALID_TIME_ZONE_EXCEPTION,
    &KEY_NOT_FOUND_EXCEPTION,
    &IO_EXCEPTION,
    &CRYPTOGRAPHIC_EXCEPTION,
    &DECODER_FALLBACK_EXCEPTION,
    &ENCODER_FALLBACK_EXCEPTION,
    &REGEX_PARSE_EXCEPTION,
    &REGEX_MATCH_TIMEOUT_EXCEPTION,
    &XML_EXCEPTION,
    &XPATH_EXCEPTION,
    &JSON_EXCEPTION,
    &JSON_READER_EXCEPTION,
    &JSON_WRITER_EXCEPTION,
    &JSON_SERIALIZATION_EXCEPTION,
    &RUNTIME_BINDER_EXCEPTION,
];

/// `System.Exception`
pub static EXCEPTION: NetType = NetType {
    namespace: "System",
    name: "Exception",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row(
            "Exception()",
            |call| made(call, "Exception", "Exception of type 'System.Exception' was thrown.", None, None),
            "An exception",
        ),
        row(
            "Exception(string message)",
            |call| made(call, "Exception", "Exception of type 'System.Exception' was thrown.", Some(0), None),
            "An exception with a message",
        ),
        row(
            "Exception(string message, Exception innerException)",
            |call| made(call, "Exception", "Exception of type 'System.Exception' was thrown.", Some(0), Some(1)),
            "An exception with a message and its cause",
        ),
        row("string Message", |call| Ok(this(call)?.exception.message.clone().into_owned().into()), "What it says"),
        row(
            "Exception InnerException",
            |call| Ok(this(call)?.inner.clone().map_or(Value::Null, |inner| Caught::value(inner, None))),
            "Its cause, or null",
        ),
        row("string StackTrace", |_| Ok(Value::Null), "Null: policies have no stack traces"),
        row("string Source", |_| Ok(Value::Null), "Null"),
        row("string HelpLink", |_| Ok(Value::Null), "Null"),
        row("int HResult", |call| Ok(h_result(this(call)?.exception.kind).into()), "Its number"),
        row(
            "Exception GetBaseException()",
            |call| {
                let inner = this(call)?.inner.clone();
                Ok(inner.map_or_else(|| call.this.clone(), |inner| Caught::value(inner, None)))
            },
            "The first cause",
        ),
        row(
            "string ToString()",
            |call| {
                let exception = call.this.clone();
                Ok(call.machine.text(&exception)?.into())
            },
            "Its type and message",
        ),
    ],
    missing: &["Data", "TargetSite", "GetObjectData"],
    doc: "Something that went wrong",
};

/// `System.ArgumentException`
pub static ARGUMENT_EXCEPTION: NetType = NetType {
    namespace: "System",
    name: "ArgumentException",
    kind: Kind::Class,
    bases: &["SystemException", "Exception"],
    members: &[
        row("ArgumentException()", |call| made(call, "ArgumentException", RANGE, None, None), "An exception"),
        row(
            "ArgumentException(string message)",
            |call| made(call, "ArgumentException", RANGE, Some(0), None),
            "An exception with a message",
        ),
        row(
            "ArgumentException(string message, Exception innerException)",
            |call| made(call, "ArgumentException", RANGE, Some(0), Some(1)),
            "An exception with a message and its cause",
        ),
        row(
            "ArgumentException(string message, string paramName)",
            |call| of_argument(call, "ArgumentException", RANGE, Some(0), Some(1)),
            "An exception with a message and a parameter's name",
        ),
        row(
            "string ParamName",
            |call| Ok(parameter(&this(call)?.exception.message).map(NetString::from).into()),
            "The parameter's name, or null",
        ),
    ],
    missing: &[],
    doc: "An argument that a method does not take",
};

/// `System.ArgumentNullException`
pub static ARGUMENT_NULL_EXCEPTION: NetType = NetType {
    namespace: "System",
    name: "ArgumentNullException",
    kind: Kind::Class,
    bases: &["ArgumentException", "SystemException", "Exception"],
    members: &[
        row(
            "ArgumentNullException()",
            |call| made(call, "ArgumentNullException", "Value cannot be null.", None, None),
            "An exception",
        ),
        row(
            "ArgumentNullException(string paramName)",
            |call| of_argument(call, "ArgumentNullException", "Value cannot be null.", None, Some(0)),
            "An exception with a parameter's name",
        ),
        row(
            "ArgumentNullException(string paramName, string message)",
            |call| of_argument(call, "ArgumentNullException", "Value cannot be null.", Some(1), Some(0)),
            "An exception with a parameter's name and a message",
        ),
        row(
            "ArgumentNullException(string message, Exception innerException)",
            |call| made(call, "ArgumentNullException", "Value cannot be null.", Some(0), Some(1)),
            "An exception with a message and its cause",
        ),
    ],
    missing: &[],
    doc: "An argument that is null and must not be",
};

/// `System.ArgumentOutOfRangeException`
pub static ARGUMENT_OUT_OF_RANGE_EXCEPTION: NetType = NetType {
    namespace: "System",
    name: "ArgumentOutOfRangeException",
    kind: Kind::Class,
    bases: &["ArgumentException", "SystemException", "Exception"],
    members: &[
        row(
            "ArgumentOutOfRangeException()",
            |call| made(call, "ArgumentOutOfRangeException", OUTSIDE, None, None),
            "An exception",
        ),
        row(
            "ArgumentOutOfRangeException(string paramName)",
            |call| of_argument(call, "ArgumentOutOfRangeException", OUTSIDE, None, Some(0)),
            "An exception with a parameter's name",
        ),
        row(
            "ArgumentOutOfRangeException(string paramName, string message)",
            |call| of_argument(call, "ArgumentOutOfRangeException", OUTSIDE, Some(1), Some(0)),
            "An exception with a parameter's name and a message",
        ),
        row(
            "ArgumentOutOfRangeException(string message, Exception innerException)",
            |call| made(call, "ArgumentOutOfRangeException", OUTSIDE, Some(0), Some(1)),
            "An exception with a message and its cause",
        ),
    ],
    missing: &["ActualValue"],
    doc: "An argument that is too small or too large",
};

/// `System.ObjectDisposedException`
pub static OBJECT_DISPOSED_EXCEPTION: NetType = NetType {
    namespace: "System",
    name: "ObjectDisposedException",
    kind: Kind::Class,
    bases: &["InvalidOperationException", "SystemException", "Exception"],
    members: &[row(
        "ObjectDisposedException(string objectName)",
        |call| {
            let name = call.text_or_null(0)?.unwrap_or_default();
            let mut message = "Cannot access a disposed object.".to_owned();
            if !name.is_empty() {
                message = format!("{message}\r\nObject name: '{name}'.");
            }
            Ok(Caught::value(Exception::new("ObjectDisposedException", message).into(), None))
        },
        "An exception with the name of what is closed",
    )],
    missing: &["ObjectName"],
    doc: "Something that is closed already",
};

const RANGE: &str = "Value does not fall within the expected range.";
const OUTSIDE: &str = "Specified argument was out of the range of valid values.";

/// Exceptions whose constructors are the usual three.
macro_rules! exceptions {
    ($($constant:ident $namespace:literal $name:literal : $base:literal $message:literal $number:literal)*) => {
        $(
            #[doc = concat!("`", $namespace, ".", $name, "`")]
            pub static $constant: NetType = NetType {
                namespace: $namespace,
                name: $name,
                kind: Kind::Class,
                bases: &[$base],
                members: &{
                    const MEMBERS: [Member; 3] = [
                        row(concat!($name, "()"), |call| made(call, $name, $message, None, None), "An exception"),
                        row(concat!($name, "(string message)"), |call| made(call, $name, $message, Some(0), None), "An exception with a message"),
                        row(concat!($name, "(string message, Exception innerException)"), |call| made(call, $name, $message, Some(0), Some(1)), "An exception with a message and its cause"),
                    ];
                    MEMBERS
                },
                missing: &[],
                doc: $message,
            };
        )*

        /// `HResult` of a type, by its simple name.
        fn h_result(kind: &str) -> i32 {
            let number: u32 = match kind {
                $($name => $number,)*
                "ArgumentException" => 0x8007_0057,
                "ArgumentNullException" => 0x8000_4003,
                "ArgumentOutOfRangeException" => 0x8013_1502,
                "ObjectDisposedException" => 0x8013_1622,
                _ => 0x8013_1500,
            };
            number as i32
        }
    };
}

exceptions! {
    SYSTEM_EXCEPTION "System" "SystemException" : "Exception" "System error." 0x80131501
    APPLICATION_EXCEPTION "System" "ApplicationException" : "Exception" "Error in the application." 0x80131600
    ARITHMETIC_EXCEPTION "System" "ArithmeticException" : "SystemException" "Overflow or underflow in the arithmetic operation." 0x80070216
    DIVIDE_BY_ZERO_EXCEPTION "System" "DivideByZeroException" : "ArithmeticException" "Attempted to divide by zero." 0x80020012
    OVERFLOW_EXCEPTION "System" "OverflowException" : "ArithmeticException" "Arithmetic operation resulted in an overflow." 0x80131516
    ARRAY_TYPE_MISMATCH_EXCEPTION "System" "ArrayTypeMismatchException" : "SystemException" "Attempted to access an element as a type incompatible with the array." 0x80131503
    FORMAT_EXCEPTION "System" "FormatException" : "SystemException" "One of the identified items was in an invalid format." 0x80131537
    URI_FORMAT_EXCEPTION "System" "UriFormatException" : "FormatException" "Invalid URI: The format of the URI could not be determined." 0x80131537
    INDEX_OUT_OF_RANGE_EXCEPTION "System" "IndexOutOfRangeException" : "SystemException" "Index was outside the bounds of the array." 0x80131508
    INVALID_CAST_EXCEPTION "System" "InvalidCastException" : "SystemException" "Specified cast is not valid." 0x80004002
    INVALID_OPERATION_EXCEPTION "System" "InvalidOperationException" : "SystemException" "Operation is not valid due to the current state of the object." 0x80131509
    NOT_IMPLEMENTED_EXCEPTION "System" "NotImplementedException" : "SystemException" "The method or operation is not implemented." 0x80004001
    NOT_SUPPORTED_EXCEPTION "System" "NotSupportedException" : "SystemException" "Specified method is not supported." 0x80131515
    NULL_REFERENCE_EXCEPTION "System" "NullReferenceException" : "SystemException" "Object reference not set to an instance of an object." 0x80004003
    RANK_EXCEPTION "System" "RankException" : "SystemException" "Attempted to operate on an array with the incorrect number of dimensions." 0x80131517
    TIMEOUT_EXCEPTION "System" "TimeoutException" : "SystemException" "The operation has timed out." 0x80131505
    OPERATION_CANCELED_EXCEPTION "System" "OperationCanceledException" : "SystemException" "The operation was canceled." 0x8013153B
    OUT_OF_MEMORY_EXCEPTION "System" "OutOfMemoryException" : "SystemException" "Insufficient memory to continue the execution of the program." 0x8007000E
    UNAUTHORIZED_ACCESS_EXCEPTION "System" "UnauthorizedAccessException" : "SystemException" "Attempted to perform an unauthorized operation." 0x80070005
    TIME_ZONE_NOT_FOUND_EXCEPTION "System" "TimeZoneNotFoundException" : "Exception" "Exception of type 'System.TimeZoneNotFoundException' was thrown." 0x80131500
    INVALID_TIME_ZONE_EXCEPTION "System" "InvalidTimeZoneException" : "Exception" "Exception of type 'System.InvalidTimeZoneException' was thrown." 0x80131500
    KEY_NOT_FOUND_EXCEPTION "System.Collections.Generic" "KeyNotFoundException" : "SystemException" "The given key was not present in the dictionary." 0x80131577
    IO_EXCEPTION "System.IO" "IOException" : "SystemException" "I/O error occurred." 0x80131620
    CRYPTOGRAPHIC_EXCEPTION "System.Security.Cryptography" "CryptographicException" : "SystemException" "Error occurred during a cryptographic operation." 0x80131501
    DECODER_FALLBACK_EXCEPTION "System.Text" "DecoderFallbackException" : "ArgumentException" "Value does not fall within the expected range." 0x80070057
    ENCODER_FALLBACK_EXCEPTION "System.Text" "EncoderFallbackException" : "ArgumentException" "Value does not fall within the expected range." 0x80070057
    REGEX_PARSE_EXCEPTION "System.Text.RegularExpressions" "RegexParseException" : "ArgumentException" "Value does not fall within the expected range." 0x80070057
    REGEX_MATCH_TIMEOUT_EXCEPTION "System.Text.RegularExpressions" "RegexMatchTimeoutException" : "TimeoutException" "The operation has timed out." 0x80131505
    XML_EXCEPTION "System.Xml" "XmlException" : "SystemException" "An XML error has occurred." 0x80131940
    XPATH_EXCEPTION "System.Xml.XPath" "XPathException" : "SystemException" "XPath error." 0x80131942
    JSON_EXCEPTION "Newtonsoft.Json" "JsonException" : "Exception" "Exception of type 'Newtonsoft.Json.JsonException' was thrown." 0x80131500
    JSON_READER_EXCEPTION "Newtonsoft.Json" "JsonReaderException" : "JsonException" "Exception of type 'Newtonsoft.Json.JsonReaderException' was thrown." 0x80131500
    JSON_WRITER_EXCEPTION "Newtonsoft.Json" "JsonWriterException" : "JsonException" "Exception of type 'Newtonsoft.Json.JsonWriterException' was thrown." 0x80131500
    JSON_SERIALIZATION_EXCEPTION "Newtonsoft.Json" "JsonSerializationException" : "JsonException" "Exception of type 'Newtonsoft.Json.JsonSerializationException' was thrown." 0x80131500
    RUNTIME_BINDER_EXCEPTION "Microsoft.CSharp.RuntimeBinder" "RuntimeBinderException" : "Exception" "Exception of type 'Microsoft.CSharp.RuntimeBinder.RuntimeBinderException' was thrown." 0x80131500
}

/// An exception as a value.
#[derive(Debug)]
struct Caught {
    exception: Rc<Exception>,
    inner: Option<Rc<Exception>>,
}

impl Caught {
    fn value(exception: Rc<Exception>, inner: Option<Rc<Exception>>) -> Value {
        Value::object(Caught { exception, inner })
    }
}

impl Object for Caught {
    fn net_type(&self) -> Type {
        Type::of(type_of(self.exception.kind))
    }

    fn text(&self, machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        let line = |exception: &Exception| {
            let name = Type::of(type_of(exception.kind)).full_name();
            if exception.message.is_empty() { name } else { format!("{name}: {}", exception.message) }
        };
        let mut text = line(&self.exception);
        if let Some(inner) = &self.inner {
            text = format!("{text}\n ---> {}\n   --- End of inner exception stack trace ---", line(inner));
        }
        machine.spend(text.len())?;
        Ok(text.into())
    }
}

/// The type of a simple name; `Exception` for one that no table has.
fn type_of(kind: &str) -> &'static NetType {
    TYPES.iter().find(|net_type| net_type.name == kind).copied().unwrap_or(&EXCEPTION)
}

/// What `catch` gives a name to.
pub fn to_value(thrown: &Thrown) -> Value {
    match thrown {
        Thrown::Exception(exception, inner) => Caught::value(exception.clone(), inner.clone()),
        Thrown::Limit(limit) => Caught::value(Exception::new("Exception", *limit).into(), None),
    }
}

/// What `throw` throws.
pub fn from_value(value: &Value) -> Thrown {
    match value.downcast_ref::<Caught>() {
        Some(caught) => Thrown::Exception(caught.exception.clone(), caught.inner.clone()),
        None => Thrown::null_reference(),
    }
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Caught>, Thrown> {
    call.this_object()
}

/// An exception of a constructor: its message and its cause are arguments.
fn made(
    call: &mut Call<'_, '_>,
    kind: &'static str,
    usual: &'static str,
    message: Option<usize>,
    inner: Option<usize>,
) -> Result<Value, Thrown> {
    let message = match message {
        Some(at) => call.text_or_null(at)?.map(|text| Cow::Owned(text.to_string())),
        None => None,
    };
    let inner = inner.and_then(|at| Some(call.value(at).downcast_ref::<Caught>()?.exception.clone()));
    let message = message.unwrap_or(Cow::Borrowed(usual));
    call.machine.spend(message.len())?;
    Ok(Caught::value(Exception::new(kind, message).into(), inner))
}

fn of_argument(
    call: &mut Call<'_, '_>,
    kind: &'static str,
    usual: &'static str,
    message: Option<usize>,
    parameter: Option<usize>,
) -> Result<Value, Thrown> {
    let mut text = match message {
        Some(at) => call.text_or_null(at)?.map(|text| text.to_string()),
        None => None,
    }
    .unwrap_or_else(|| usual.to_owned());
    if let Some(at) = parameter
        && let Some(name) = call.text_or_null(at)?.filter(|name| !name.is_empty())
    {
        text = format!("{text} (Parameter '{name}')");
    }
    call.machine.spend(text.len())?;
    Ok(Caught::value(Exception::new(kind, text).into(), None))
}

/// The name in `... (Parameter 'name')`.
fn parameter(message: &str) -> Option<&str> {
    let (_, rest) = message.rsplit_once(" (Parameter '")?;
    rest.split_once("')").map(|(name, _)| name)
}
