//! Which type becomes which, and how: C#'s conversions, before running and at run time.

use super::{
    call::{Call, Thrown},
    library,
    machine::Machine,
    numeric::{self, Numeric},
    signature::{self, Form, Signature},
    types::{Kind, NetType, Type},
    value::Value,
};
use dotnet::Exception;
use std::rc::Rc;

/// How a value becomes one of another type.
#[derive(Clone, Debug)]
pub enum Conversion {
    /// It is one already.
    None,
    /// A number becomes another number.
    Number(Numeric),
    /// A number or an enumeration becomes an enumeration.
    Enum(&'static NetType),
    /// An enumeration becomes its number.
    EnumNumber(Numeric),
    /// A conversion operator of the library, on what the first conversion makes of the value.
    Operator(Rc<Signature>, Box<Conversion>),
    /// The value of a `T?` that must have one, and what becomes of it.
    Unwrapped(Box<Conversion>),
    /// A downcast or unboxing: the value must be of the type.
    Cast(Type),
    /// What is known at run time decides, operators included.
    Dynamic(Type),
}

impl Type {
    /// `T?`: for a reference type it is the type itself.
    pub fn nullable(self) -> Type {
        match self.is_value() {
            true if !matches!(self, Type::Nullable(_)) => Type::Nullable(Rc::new(self)),
            _ => self,
        }
    }

    /// `T` of `T?`, else the type itself.
    pub fn without_nullable(&self) -> &Type {
        match self {
            Type::Nullable(inner) => inner,
            other => other,
        }
    }

    /// True for a value type, nullable ones included.
    pub fn is_value(&self) -> bool {
        match self {
            Type::Named(net_type, _) => matches!(net_type.kind, Kind::Struct | Kind::Enum(_)),
            Type::Nullable(_) => true,
            _ => false,
        }
    }

    /// True where `null` may stand.
    pub fn takes_null(&self) -> bool {
        !self.is_value() || matches!(self, Type::Nullable(_))
    }

    /// True where what is known comes at run time: `object` and `dynamic`.
    pub fn is_open(&self) -> bool {
        matches!(self, Type::Unknown) || *self == Type::OBJECT
    }

    /// The members of an enumeration.
    pub fn as_enum(&self) -> Option<&'static NetType> {
        match self {
            Type::Named(net_type, _) if matches!(net_type.kind, Kind::Enum(_)) => Some(net_type),
            _ => None,
        }
    }

    /// `default(T)`
    pub fn default_value(&self) -> Value {
        if let Some(numeric) = Numeric::of(self) {
            return numeric.wrap(0);
        }
        match self {
            Type::Named(net_type, _) if *self == Type::BOOL => {
                let _ = net_type;
                Value::Bool(false)
            }
            Type::Named(net_type, arguments) => match net_type.kind {
                Kind::Enum(_) => Value::Enum(net_type, 0),
                Kind::Struct => library::default_struct(net_type, arguments),
                _ => Value::Null,
            },
            _ => Value::Null,
        }
    }

    /// The type with its parameters replaced. One that stands for nothing is not known before running.
    pub fn substituted(&self, find: &impl Fn(&str) -> Option<Type>) -> Type {
        let all = |types: &[Type]| types.iter().map(|kind| kind.substituted(find)).collect::<Vec<_>>();
        match self {
            Type::Parameter(name) => find(name).unwrap_or(Type::Unknown),
            Type::Named(net_type, arguments) if !arguments.is_empty() => Type::Named(net_type, all(arguments)),
            Type::Array(element) => Type::Array(Rc::new(element.substituted(find))),
            Type::Nullable(inner) => match inner.substituted(find) {
                Type::Unknown => Type::Unknown,
                inner => inner.nullable(),
            },
            Type::Function(function) => Type::Function(Rc::new((all(&function.0), function.1.substituted(find)))),
            other => other.clone(),
        }
    }

    /// What it derives from and implements, nearest first, without `object`.
    pub fn bases(&self) -> Vec<Type> {
        match self {
            Type::Named(net_type, arguments) => {
                let table = signature::table(net_type);
                let find = |name: &str| {
                    let at = table.parameters.iter().position(|parameter| *parameter == name)?;
                    arguments.get(at).cloned()
                };
                let mut bases: Vec<Type> = table.bases.iter().map(|base| base.substituted(&find)).collect();
                if matches!(net_type.kind, Kind::Enum(_)) {
                    bases.push(Type::of(&library::enumeration::ENUM));
                }
                bases
            }
            Type::Array(element) => {
                // First what an array has itself: its `IsReadOnly` is not that of the collection it can be seen as.
                let mut bases: Vec<Type> = signature::named_type("Array", Vec::new()).into_iter().collect();
                for name in ["IList", "ICollection", "IReadOnlyList", "IReadOnlyCollection", "IEnumerable"] {
                    bases.extend(signature::named_type(name, vec![(**element).clone()]));
                }
                bases
            }
            _ => Vec::new(),
        }
    }

    /// The type itself or the base of it that is a `net_type`, with its type arguments.
    pub fn as_base(&self, net_type: &'static NetType) -> Option<Type> {
        self.search(0, &mut |kind| kind.is(net_type))
    }

    /// The first of the type and its bases for which something is true.
    fn search(&self, depth: u8, matches: &mut dyn FnMut(&Type) -> bool) -> Option<Type> {
        if matches(self) {
            return Some(self.clone());
        }
        if depth > 8 {
            return None;
        }
        self.bases().iter().find_map(|base| base.search(depth + 1, matches))
    }

    /// The type of its items, if it is `IEnumerable<T>`.
    pub fn item(&self) -> Option<Type> {
        if let Type::Array(element) = self {
            return Some((**element).clone());
        }
        let base = self.search(0, &mut |kind| matches!(kind, Type::Named(net_type, arguments) if net_type.simple_name() == "IEnumerable" && arguments.len() == 1));
        match base {
            Some(Type::Named(_, arguments)) => arguments.into_iter().next(),
            _ => None,
        }
    }

    /// True if every value of it is one of the other type without changing: a base, an interface, a box.
    pub fn is_reference_to(&self, to: &Type) -> bool {
        if *to == Type::OBJECT || self == to {
            return true;
        }
        match (self, to) {
            (Type::Null, to) => to.takes_null(),
            (Type::Array(one), Type::Array(other)) => !one.is_value() && !other.is_value() && one.is_reference_to(other),
            (_, Type::Named(net_type, wanted)) => self
                .search(0, &mut |kind| {
                    let Type::Named(own, arguments) = kind else { return false };
                    std::ptr::eq(*own, *net_type) && varies(net_type, arguments, wanted)
                })
                .is_some(),
            (Type::Function(one), Type::Function(other)) => one.0.len() == other.0.len(),
            (Type::Anonymous(one), Type::Anonymous(other)) => one == other,
            _ => false,
        }
    }
}

/// Type arguments are equal, or the type is an interface whose items may be of a base type.
fn varies(net_type: &NetType, own: &[Type], wanted: &[Type]) -> bool {
    own.len() == wanted.len()
        && own.iter().zip(wanted).all(|(own, wanted)| {
            own == wanted
                || matches!(own, Type::Unknown)
                || matches!(wanted, Type::Unknown)
                || (net_type.kind == Kind::Interface && !own.is_value() && own.is_reference_to(wanted))
        })
}

/// The conversion that needs no cast, or `None`. A constant may go where its value fits.
pub fn implicit(from: &Type, to: &Type, constant: Option<&Value>) -> Option<Conversion> {
    if from == to || matches!(to, Type::Unknown) {
        return Some(Conversion::None);
    }
    if matches!(from, Type::Unknown) {
        return Some(if *to == Type::OBJECT { Conversion::None } else { Conversion::Dynamic(to.clone()) });
    }
    if let (Some(one), Some(other)) = (Numeric::of(from), Numeric::of(to.without_nullable())) {
        let fits = || {
            let (least, greatest) = other.range();
            let value = constant.filter(|_| matches!(one, Numeric::Int32 | Numeric::Int64)).and_then(numeric::whole);
            let narrow = one == Numeric::Int32 || (one == Numeric::Int64 && other == Numeric::UInt64);
            narrow && other.is_whole() && other != Numeric::Char && value.is_some_and(|value| value >= least && value <= greatest)
        };
        return (one.widens_to(other) || fits()).then_some(if one == other {
            Conversion::None
        } else {
            Conversion::Number(other)
        });
    }
    if let Type::Nullable(inner) = to {
        if matches!(from, Type::Null) {
            return Some(Conversion::None);
        }
        return implicit(from.without_nullable(), inner, constant);
    }
    if let Some(net_type) = to.as_enum()
        && constant.and_then(numeric::whole) == Some(0)
    {
        return Some(Conversion::Enum(net_type));
    }
    if from.is_reference_to(to) {
        return Some(Conversion::None);
    }
    operator(from, to, Form::Implicit)
}

/// The conversion of a cast, or `None` where C# has none.
pub fn explicit(from: &Type, to: &Type, constant: Option<&Value>) -> Option<Conversion> {
    if *from == Type::OBJECT {
        return Some(if *to == Type::OBJECT { Conversion::None } else { Conversion::Cast(to.clone()) });
    }
    if let Some(conversion) = implicit(from, to, constant) {
        return Some(conversion);
    }
    if let Type::Nullable(inner) = from
        && !to.takes_null()
    {
        return explicit(inner, to, constant).map(|conversion| Conversion::Unwrapped(conversion.into()));
    }
    let (inner_from, inner_to) = (from.without_nullable(), to.without_nullable());
    match (Numeric::of(inner_from), Numeric::of(inner_to)) {
        (Some(_), Some(other)) => return Some(Conversion::Number(other)),
        (Some(_), None) => {
            if let Some(net_type) = inner_to.as_enum() {
                return Some(Conversion::Enum(net_type));
            }
        }
        (None, Some(other)) if inner_from.as_enum().is_some() => return Some(Conversion::EnumNumber(other)),
        _ => {}
    }
    if let (Some(_), Some(net_type)) = (inner_from.as_enum(), inner_to.as_enum()) {
        return Some(Conversion::Enum(net_type));
    }
    if let Some(conversion) = operator(from, to, Form::Explicit).or_else(|| operator(inner_from, inner_to, Form::Explicit)) {
        return Some(conversion);
    }
    // Down to a derived type, or across between an interface and what may implement it.
    let open = |kind: &Type| matches!(kind, Type::Named(net_type, _) if net_type.kind == Kind::Interface);
    let down = to.is_reference_to(from) || (open(from) && !to.is_value()) || (open(to) && !from.is_value());
    let arrays =
        matches!((from, to), (Type::Array(_), Type::Array(_)) | (Type::Named(..), Type::Array(_))) && from.item().is_some();
    (down || arrays).then(|| Conversion::Cast(to.clone()))
}

/// A conversion operator of one of the two types.
fn operator(from: &Type, to: &Type, form: Form) -> Option<Conversion> {
    let mut best: Option<Conversion> = None;
    for side in [from, to] {
        let mut kinds = vec![side.without_nullable().clone()];
        while let Some(kind) = kinds.pop() {
            let Type::Named(net_type, _) = &kind else { continue };
            let table = signature::table(net_type);
            for name in ["implicit", "explicit"] {
                for signature in table.named(name) {
                    if signature.form != form && signature.form != Form::Implicit {
                        continue;
                    }
                    let Some(parameter) = signature.parameters.first() else { continue };
                    if signature.result == *to && parameter.kind == *from {
                        return Some(Conversion::Operator(signature.clone(), Box::new(Conversion::None)));
                    }
                    let gives = signature.result == *to || (form == Form::Explicit && signature.result.nullable_is(to));
                    if best.is_none() && gives {
                        let first = match (Numeric::of(from), Numeric::of(&parameter.kind)) {
                            (Some(one), Some(other)) if one.widens_to(other) => Some(Conversion::Number(other)),
                            _ if from.is_reference_to(&parameter.kind) && !parameter.kind.is_open() => Some(Conversion::None),
                            _ => None,
                        };
                        best = first.map(|first| Conversion::Operator(signature.clone(), Box::new(first)));
                    }
                }
            }
            // Conversions of a base class are those of the derived one, too.
            if std::ptr::eq(side, from) {
                kinds.extend(
                    kind.bases()
                        .into_iter()
                        .filter(|base| !matches!(base, Type::Named(net_type, _) if net_type.kind == Kind::Interface)),
                );
            }
        }
    }
    best
}

impl Type {
    fn nullable_is(&self, to: &Type) -> bool {
        self.without_nullable() == to.without_nullable()
    }
}

impl Machine<'_> {
    /// Does a conversion.
    pub fn converted(&mut self, value: Value, conversion: &Conversion, checked: bool) -> Result<Value, Thrown> {
        match conversion {
            Conversion::None => Ok(value),
            Conversion::Number(_) | Conversion::EnumNumber(_) | Conversion::Enum(_) if value.is_null() => Ok(value),
            Conversion::Number(numeric) => match numeric::cast(&value, *numeric, checked)? {
                Some(value) => Ok(value),
                None => Err(Thrown::invalid_cast(&value.net_type(), &numeric.to_type())),
            },
            Conversion::EnumNumber(numeric) => match value {
                Value::Enum(_, number) => Ok(numeric.wrap(number.into())),
                other => Err(Thrown::invalid_cast(&other.net_type(), &numeric.to_type())),
            },
            Conversion::Enum(net_type) => match &value {
                Value::Enum(_, number) => Ok(Value::Enum(net_type, *number)),
                // What an enumeration holds is an `int`.
                other => match numeric::cast(other, Numeric::Int32, checked)? {
                    Some(Value::Int32(number)) => Ok(Value::Enum(net_type, number.into())),
                    _ => Err(Thrown::invalid_cast(&other.net_type(), &Type::of(net_type))),
                },
            },
            Conversion::Operator(signature, first) => {
                let value = self.converted(value, first, checked)?;
                let parameter = signature.parameters.first();
                if value.is_null() && parameter.is_some_and(|parameter| !parameter.kind.takes_null()) {
                    return Ok(Value::Null);
                }
                let mut arguments = [value];
                (signature.member.run)(&mut Call { machine: self, this: Value::Null, arguments: &mut arguments, generics: &[] })
            }
            Conversion::Unwrapped(_) if value.is_null() => {
                Err(Exception::invalid_operation("Nullable object must have a value.").into())
            }
            Conversion::Unwrapped(inner) => self.converted(value, inner, checked),
            Conversion::Cast(to) => self.cast(value, to),
            Conversion::Dynamic(to) => self.convert(value, to, false),
        }
    }

    /// Unboxing and downcasts: the value must be of the type.
    fn cast(&mut self, value: Value, to: &Type) -> Result<Value, Thrown> {
        if value.is_null() {
            return if to.takes_null() { Ok(value) } else { Err(Thrown::null_reference()) };
        }
        if is_instance(&value, to) {
            return Ok(value);
        }
        // An enumeration and its number are the same in a box.
        match (&value, to.without_nullable().as_enum()) {
            (Value::Int32(number), Some(net_type)) => return Ok(Value::Enum(net_type, (*number).into())),
            (Value::Enum(_, number), None) if *to.without_nullable() == Type::INT => return Ok(Value::Int32(*number as i32)),
            _ => {}
        }
        Err(Thrown::invalid_cast(&value.net_type(), to))
    }

    /// Converts by what the value is at run time; see the declaration in `machine.rs`.
    pub(super) fn convert_value(&mut self, value: Value, to: &Type, is_cast: bool) -> Result<Value, Thrown> {
        if value.is_null() {
            return if to.takes_null() || matches!(to, Type::Unknown | Type::Void) {
                Ok(value)
            } else {
                Err(Thrown::null_reference())
            };
        }
        if is_instance(&value, to) {
            return Ok(value);
        }
        let from = value.net_type();
        let conversion = if is_cast { explicit(&from, to, Some(&value)) } else { implicit(&from, to, Some(&value)) };
        match conversion {
            Some(Conversion::Dynamic(_)) | None => Err(Thrown::invalid_cast(&from, to)),
            Some(conversion) => self.converted(value, &conversion, false),
        }
    }
}

/// `value is T`
pub fn is_instance(value: &Value, to: &Type) -> bool {
    if matches!(to, Type::Unknown) {
        return true;
    }
    match (value, to) {
        (Value::Null, _) => false,
        (Value::String(_), Type::Named(net_type, _)) if std::ptr::eq(*net_type, &library::string::STRING) => true,
        _ => value.net_type().is_reference_to(to.without_nullable()),
    }
}
