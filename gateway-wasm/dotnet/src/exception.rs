//! What .NET throws.

use std::borrow::Cow;

/// An exception: .NET's type and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The simple name of its type, such as `FormatException`.
    pub kind: &'static str,
    /// What it says.
    pub message: Cow<'static, str>,
}

/// What a function returns that may throw.
pub type Result<T> = std::result::Result<T, Exception>;

impl Exception {
    /// An exception of any type.
    pub fn new(kind: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    /// `FormatException`
    pub fn format(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("FormatException", message)
    }

    /// `OverflowException`
    pub fn overflow(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("OverflowException", message)
    }

    /// `ArgumentException`, as .NET writes it with the parameter's name; an empty name is left out.
    pub fn argument(message: &str, parameter: &str) -> Self {
        Self::new("ArgumentException", with_parameter(message, parameter))
    }

    /// `ArgumentNullException`
    pub fn argument_null(parameter: &str) -> Self {
        Self::new("ArgumentNullException", with_parameter("Value cannot be null.", parameter))
    }

    /// `ArgumentOutOfRangeException`
    pub fn argument_out_of_range(message: &str, parameter: &str) -> Self {
        Self::new("ArgumentOutOfRangeException", with_parameter(message, parameter))
    }

    /// `ArgumentOutOfRangeException`, as .NET's `ThrowIf…` write it with the value: `what` is such as `a non-negative value`.
    pub fn argument_must_be(what: &str, parameter: &str, value: i64) -> Self {
        let message = with_parameter(&format!("{parameter} ('{value}') must be {what}."), parameter);
        Self::new("ArgumentOutOfRangeException", format!("{message}\r\nActual value was {value}."))
    }

    /// `InvalidOperationException`
    pub fn invalid_operation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidOperationException", message)
    }
}

fn with_parameter(message: &str, parameter: &str) -> String {
    if parameter.is_empty() { message.to_owned() } else { format!("{message} (Parameter '{parameter}')") }
}
