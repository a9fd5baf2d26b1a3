//! `double` and `float`.

use super::{
    Parsing, compare_to, equals, get_hash_code, get_type_code, number_rows, style, to_string, to_string_formatted, tried,
};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, row},
    value::Value,
};
use dotnet::{
    decimal::Rounding,
    math,
    number::{format, parse},
};

fn is_power_of_two(value: f64) -> bool {
    let fraction = value.to_bits() & ((1 << 52) - 1);
    value > 0.0 && value.is_finite() && if value.is_subnormal() { fraction.is_power_of_two() } else { fraction == 0 }
}

/// A type's table. The methods of `f32` and `f64` have the same names.
macro_rules! float {
    ($name:ident, $net:literal, $keyword:literal, $rust:ident, $module:ident, $get:ident, $parse:ident, $round:ident, $text:ident, $doc:literal) => {
        #[doc = $doc]
        pub static $name: NetType = NetType {
            namespace: "System",
            name: $net,
            kind: Kind::Struct,
            bases: &[],
            members: {
                fn parse(call: &mut Call<'_, '_>) -> Result<dotnet::Result<$rust>, Thrown> {
                    Ok(Parsing::of(call)?.parse(style::DOUBLE, parse::check_float_styles, parse::$parse))
                }
                fn try_parse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
                    let result = parse(call)?;
                    tried(call, result, 0.0)
                }
                fn round(value: $rust, digits: i32, mode: i64) -> Result<Value, Thrown> {
                    Ok(math::$round(value, digits, Rounding::new(mode)?)?.into())
                }
                fn clamp(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
                    let (value, min, max) = (call.$get(0)?, call.$get(1)?, call.$get(2)?);
                    if min > max {
                        return Err(math::wrong_limits(&format::$text(min), &format::$text(max)).into());
                    }
                    Ok((if value < min { min } else if value > max { max } else { value }).into())
                }
                number_rows![$keyword;
                row(concat!("const ", $keyword, " MaxValue"), |_| Ok(<$rust>::MAX.into()), "The greatest finite value"),
                row(concat!("const ", $keyword, " MinValue"), |_| Ok(<$rust>::MIN.into()), "The least finite value"),
                row(concat!("const ", $keyword, " Epsilon"), |_| Ok(<$rust>::from_bits(1).into()), "The least value above zero"),
                row(concat!("const ", $keyword, " NaN"), |_| Ok(<$rust>::NAN.into()), "No number"),
                row(concat!("const ", $keyword, " NegativeInfinity"), |_| Ok(<$rust>::NEG_INFINITY.into()), "Below every number"),
                row(concat!("const ", $keyword, " PositiveInfinity"), |_| Ok(<$rust>::INFINITY.into()), "Above every number"),
                row(concat!("const ", $keyword, " NegativeZero"), |_| Ok((-<$rust>::from_bits(0)).into()), "Zero with a minus sign"),
                row(concat!("const ", $keyword, " E"), |_| Ok(std::$module::consts::E.into()), "The base of natural logarithms"),
                row(concat!("const ", $keyword, " Pi"), |_| Ok(std::$module::consts::PI.into()), "Half the way around a circle of radius 1"),
                row(concat!("const ", $keyword, " Tau"), |_| Ok(std::$module::consts::TAU.into()), "The way around a circle of radius 1"),
                row(concat!("static ", $keyword, " Parse(string s)"), |call| Ok(parse(call)??.into()), "The number in text"),
                row(concat!("static ", $keyword, " Parse(string s, NumberStyles style)"), |call| Ok(parse(call)??.into()), "The number in text that may have what the styles allow"),
                row(concat!("static ", $keyword, " Parse(string s, IFormatProvider provider)"), |call| Ok(parse(call)??.into()), "The number in text; the culture is always the invariant one"),
                row(concat!("static ", $keyword, " Parse(string s, NumberStyles style, IFormatProvider provider)"), |call| Ok(parse(call)??.into()), "The number in text that may have what the styles allow"),
                row(concat!("static bool TryParse(string s, out ", $keyword, " result)"), |call| try_parse(call), "Whether text is a number, and which"),
                row(concat!("static bool TryParse(string s, IFormatProvider provider, out ", $keyword, " result)"), |call| try_parse(call), "Whether text is a number, and which"),
                row(concat!("static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ", $keyword, " result)"), |call| try_parse(call), "Whether text is a number with what the styles allow, and which"),
                row(concat!("static bool IsFinite(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_finite()).into()), "Whether it is neither infinite nor NaN"),
                row(concat!("static bool IsInfinity(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_infinite()).into()), "Whether it is infinite"),
                row(concat!("static bool IsNaN(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_nan()).into()), "Whether it is NaN"),
                row(concat!("static bool IsNegative(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_sign_negative()).into()), "Whether it is one with a minus sign"),
                row(concat!("static bool IsNegativeInfinity(", $keyword, " d)"), |call| call.$get(0).map(|value| (value == <$rust>::NEG_INFINITY).into()), "Whether it is below every number"),
                row(concat!("static bool IsNormal(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_normal()).into()), "Whether it is written with all its digits"),
                row(concat!("static bool IsPositiveInfinity(", $keyword, " d)"), |call| call.$get(0).map(|value| (value == <$rust>::INFINITY).into()), "Whether it is above every number"),
                row(concat!("static bool IsSubnormal(", $keyword, " d)"), |call| call.$get(0).map(|value| (value.is_subnormal()).into()), "Whether it is too small to have all its digits"),
                row(concat!("static bool IsPositive(", $keyword, " value)"), |call| call.$get(0).map(|value| (value.is_sign_positive()).into()), "Whether it is one without a minus sign"),
                row(concat!("static bool IsRealNumber(", $keyword, " value)"), |call| call.$get(0).map(|value| (!value.is_nan()).into()), "Whether it is any number"),
                row(concat!("static bool IsInteger(", $keyword, " value)"), |call| call.$get(0).map(|value| (value.is_finite() && value.trunc() == value).into()), "Whether it is a whole number"),
                row(concat!("static bool IsEvenInteger(", $keyword, " value)"), |call| call.$get(0).map(|value| (value.is_finite() && value % 2.0 == 0.0).into()), "Whether it is a whole number and even"),
                row(concat!("static bool IsOddInteger(", $keyword, " value)"), |call| call.$get(0).map(|value| (value.is_finite() && (value % 2.0).abs() == 1.0).into()), "Whether it is a whole number and odd"),
                row(concat!("static bool IsPow2(", $keyword, " value)"), |call| call.$get(0).map(|value| (is_power_of_two(value.into())).into()), "Whether it is a power of two"),
                row(concat!("static ", $keyword, " Abs(", $keyword, " value)"), |call| call.$get(0).map(|x| x.abs().into()), "Its distance from zero"),
                row(concat!("static ", $keyword, " Acos(", $keyword, " x)"), |call| call.$get(0).map(|x| x.acos().into()), "The angle of a cosine"),
                row(concat!("static ", $keyword, " Acosh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.acosh().into()), "The angle of a hyperbolic cosine"),
                row(concat!("static ", $keyword, " Asin(", $keyword, " x)"), |call| call.$get(0).map(|x| x.asin().into()), "The angle of a sine"),
                row(concat!("static ", $keyword, " Asinh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.asinh().into()), "The angle of a hyperbolic sine"),
                row(concat!("static ", $keyword, " Atan(", $keyword, " x)"), |call| call.$get(0).map(|x| x.atan().into()), "The angle of a tangent"),
                row(concat!("static ", $keyword, " Atanh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.atanh().into()), "The angle of a hyperbolic tangent"),
                row(concat!("static ", $keyword, " BitDecrement(", $keyword, " x)"), |call| call.$get(0).map(|x| x.next_down().into()), "The next value below"),
                row(concat!("static ", $keyword, " BitIncrement(", $keyword, " x)"), |call| call.$get(0).map(|x| x.next_up().into()), "The next value above"),
                row(concat!("static ", $keyword, " Cbrt(", $keyword, " x)"), |call| call.$get(0).map(|x| x.cbrt().into()), "Its cube root"),
                row(concat!("static ", $keyword, " Ceiling(", $keyword, " x)"), |call| call.$get(0).map(|x| x.ceil().into()), "The least whole number that is not below it"),
                row(concat!("static ", $keyword, " Cos(", $keyword, " x)"), |call| call.$get(0).map(|x| x.cos().into()), "The cosine of an angle"),
                row(concat!("static ", $keyword, " Cosh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.cosh().into()), "The hyperbolic cosine of an angle"),
                row(concat!("static ", $keyword, " Exp(", $keyword, " x)"), |call| call.$get(0).map(|x| x.exp().into()), "E to this power"),
                row(concat!("static ", $keyword, " Exp2(", $keyword, " x)"), |call| call.$get(0).map(|x| x.exp2().into()), "2 to this power"),
                row(concat!("static ", $keyword, " ExpM1(", $keyword, " x)"), |call| call.$get(0).map(|x| x.exp_m1().into()), "E to this power, less 1"),
                row(concat!("static ", $keyword, " Floor(", $keyword, " x)"), |call| call.$get(0).map(|x| x.floor().into()), "The greatest whole number that is not above it"),
                row(concat!("static ", $keyword, " Log(", $keyword, " x)"), |call| call.$get(0).map(|x| x.ln().into()), "Its natural logarithm"),
                row(concat!("static ", $keyword, " Log10(", $keyword, " x)"), |call| call.$get(0).map(|x| x.log10().into()), "Its logarithm to base 10"),
                row(concat!("static ", $keyword, " Log2(", $keyword, " value)"), |call| call.$get(0).map(|x| x.log2().into()), "Its logarithm to base 2"),
                row(concat!("static ", $keyword, " LogP1(", $keyword, " x)"), |call| call.$get(0).map(|x| x.ln_1p().into()), "The natural logarithm of it and 1"),
                row(concat!("static ", $keyword, " Round(", $keyword, " x)"), |call| call.$get(0).map(|x| x.round_ties_even().into()), "The nearest whole number, the even one of two"),
                row(concat!("static ", $keyword, " Sin(", $keyword, " x)"), |call| call.$get(0).map(|x| x.sin().into()), "The sine of an angle"),
                row(concat!("static ", $keyword, " Sinh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.sinh().into()), "The hyperbolic sine of an angle"),
                row(concat!("static ", $keyword, " Sqrt(", $keyword, " x)"), |call| call.$get(0).map(|x| x.sqrt().into()), "Its square root"),
                row(concat!("static ", $keyword, " Tan(", $keyword, " x)"), |call| call.$get(0).map(|x| x.tan().into()), "The tangent of an angle"),
                row(concat!("static ", $keyword, " Tanh(", $keyword, " x)"), |call| call.$get(0).map(|x| x.tanh().into()), "The hyperbolic tangent of an angle"),
                row(concat!("static ", $keyword, " Truncate(", $keyword, " x)"), |call| call.$get(0).map(|x| x.trunc().into()), "It without its fraction"),
                row(concat!("static ", $keyword, " Exp10(", $keyword, " x)"), |call| call.$get(0).map(|x| <$rust>::powf(10.0, x).into()), "10 to this power"),
                row(concat!("static ", $keyword, " DegreesToRadians(", $keyword, " degrees)"), |call| call.$get(0).map(|x| (x * std::$module::consts::PI / 180.0).into()), "Degrees as radians"),
                row(concat!("static ", $keyword, " RadiansToDegrees(", $keyword, " radians)"), |call| call.$get(0).map(|x| (x * 180.0 / std::$module::consts::PI).into()), "Radians as degrees"),
                row(concat!("static ", $keyword, " Atan2(", $keyword, " y, ", $keyword, " x)"), |call| Ok((call.$get(0)?.atan2(call.$get(1)?)).into()), "The angle of a point"),
                row(concat!("static ", $keyword, " CopySign(", $keyword, " value, ", $keyword, " sign)"), |call| Ok((call.$get(0)?.copysign(call.$get(1)?)).into()), "The value with the sign of another"),
                row(concat!("static ", $keyword, " Hypot(", $keyword, " x, ", $keyword, " y)"), |call| Ok((call.$get(0)?.hypot(call.$get(1)?)).into()), "The long side of a right-angled triangle"),
                row(concat!("static ", $keyword, " Pow(", $keyword, " x, ", $keyword, " y)"), |call| Ok((call.$get(0)?.powf(call.$get(1)?)).into()), "A number to a power"),
                row(concat!("static ", $keyword, " Ieee754Remainder(", $keyword, " left, ", $keyword, " right)"), |call| Ok((math::ieee_remainder(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "The remainder of a division that rounds"),
                row(concat!("static ", $keyword, " Max(", $keyword, " x, ", $keyword, " y)"), |call| Ok((math::max(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "The greater of two"),
                row(concat!("static ", $keyword, " Min(", $keyword, " x, ", $keyword, " y)"), |call| Ok((math::min(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "The lesser of two"),
                row(concat!("static ", $keyword, " MaxMagnitude(", $keyword, " x, ", $keyword, " y)"), |call| Ok((math::max_magnitude(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "The one that is further from zero"),
                row(concat!("static ", $keyword, " MinMagnitude(", $keyword, " x, ", $keyword, " y)"), |call| Ok((math::min_magnitude(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "The one that is nearer to zero"),
                row(concat!("static ", $keyword, " Log(", $keyword, " x, ", $keyword, " newBase)"), |call| Ok((math::log(call.$get(0)?.into(), call.$get(1)?.into()) as $rust).into()), "Its logarithm to a base"),
                row(concat!("static ", $keyword, " Round(", $keyword, " x, int digits)"), |call| round(call.$get(0)?, call.int(1)?, 0), "It with so many digits after the point, halves to the even one"),
                row(concat!("static ", $keyword, " Round(", $keyword, " x, MidpointRounding mode)"), |call| round(call.$get(0)?, 0, call.enumeration(1)?), "The nearest whole number"),
                row(concat!("static ", $keyword, " Round(", $keyword, " x, int digits, MidpointRounding mode)"), |call| round(call.$get(0)?, call.int(1)?, call.enumeration(2)?), "It with so many digits after the point"),
                row(concat!("static int Sign(", $keyword, " value)"), |call| Ok(math::sign(call.$get(0)?.into())?.into()), "-1, 0 or 1"),
                row(concat!("static ", $keyword, " Clamp(", $keyword, " value, ", $keyword, " min, ", $keyword, " max)"), |call| clamp(call), "The value, or the limit that it goes over"),
                row(concat!("static ", $keyword, " FusedMultiplyAdd(", $keyword, " left, ", $keyword, " right, ", $keyword, " addend)"), |call| Ok(call.$get(0)?.mul_add(call.$get(1)?, call.$get(2)?).into()), "`left * right + addend`, rounded once"),
                row(concat!("static ", $keyword, " Lerp(", $keyword, " value1, ", $keyword, " value2, ", $keyword, " amount)"), |call| { let amount = call.$get(2)?; Ok((call.$get(0)? * (1.0 - amount) + call.$get(1)? * amount).into()) }, "A point between two"),
                ]
            },
            missing: &[
                "AcosPi", "AsinPi", "Atan2Pi", "AtanPi", "CosPi", "CreateChecked", "CreateSaturating", "CreateTruncating",
                "Exp10M1", "Exp2M1", "ILogB", "Log10P1", "Log2P1", "MaxMagnitudeNumber", "MaxNumber", "MinMagnitudeNumber",
                "MinNumber", "ReciprocalEstimate", "ReciprocalSqrtEstimate", "RootN", "ScaleB", "SinCos", "SinCosPi", "SinPi",
                "TanPi", "TryFormat",
            ],
            doc: $doc,
        };
    };
}

float!(DOUBLE, "Double", "double", f64, f64, double, double, round, double_text, "`double`: a floating-point number of 64 bits");
float!(
    SINGLE,
    "Single",
    "float",
    f32,
    f32,
    single,
    single,
    round_single,
    single_text,
    "`float`: a floating-point number of 32 bits"
);
