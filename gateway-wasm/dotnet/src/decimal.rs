//! `System.Decimal`.

/// .NET's decimal: 96 bits and a scale, which is what the crate has too.
pub type Decimal = rust_decimal::Decimal;
