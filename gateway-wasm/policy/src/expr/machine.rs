//! What runs an expression: its limits, its clock, and the operations that every value has.

use super::{
    call::Thrown,
    eval::Closure,
    library, numeric,
    types::Type,
    value::{Array, Cursor, Object, Value},
};
use crate::exchange::Exchange;
use dotnet::{DateTime, DateTimeOffset, NetString};
use std::{cell::RefCell, cmp::Ordering, rc::Rc};

/// The most steps that one expression may take: a node, a loop's turn and an item of a sequence are one each.
pub const STEPS_MAX: u64 = 2_000_000;

/// The most bytes of text, arrays and collections that one expression may make.
pub const BYTES_MAX: u64 = 64 << 20;

/// The deepest that an evaluation may nest, in nodes of the tree. A call of a lambda or a function counts for several.
pub const DEPTH_MAX: u32 = 2400;

/// What a call adds to the depth: its frames are larger than those of a node.
const CALL_DEPTH: u32 = 4;

const TOO_DEEP: Thrown = Thrown::Limit("the expression nests more than 2,400 operations");

/// What an expression asks of the world. It may not wait for anything.
pub trait World {
    /// The time, in ticks of 100 ns since the start of the year 1, UTC.
    fn now_ticks(&self) -> i64;

    /// 64 bits nobody can guess.
    fn random(&self) -> u64;
}

/// Runs one expression once.
pub struct Machine<'w> {
    world: &'w dyn World,
    exchange: Option<&'w Exchange>,
    steps_left: u64,
    bytes_left: u64,
    depth: u32,
    /// Variables that lambdas share, to be emptied in the end.
    pub(super) shared: Vec<Rc<RefCell<Value>>>,
    /// What was read of bodies so that nobody after it sees them.
    pub(crate) consumed: Consumed,
    /// What `context.Trace` was told.
    pub(crate) traced: Vec<NetString>,
}

/// Which bodies were read without `preserveContent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// The request's.
    pub request: bool,
    /// The response's.
    pub response: bool,
}

impl<'w> Machine<'w> {
    /// A machine that has done nothing yet. Without an exchange, `context` has no members.
    pub fn new(world: &'w dyn World, exchange: Option<&'w Exchange>) -> Self {
        Self {
            world,
            exchange,
            steps_left: STEPS_MAX,
            bytes_left: BYTES_MAX,
            depth: 0,
            shared: Vec::new(),
            consumed: Consumed::default(),
            traced: Vec::new(),
        }
    }

    /// What the expression sees.
    pub(crate) fn exchange(&self) -> Result<&'w Exchange, Thrown> {
        self.exchange
            .ok_or_else(|| Thrown::new("InvalidOperationException", "There is no request here, so `context` has no members."))
    }

    /// The world.
    pub(crate) fn world(&self) -> &'w dyn World {
        self.world
    }

    /// Counts work that takes long: about one step for every 100 ns.
    pub fn step(&mut self, steps: u64) -> Result<(), Thrown> {
        self.steps_left =
            self.steps_left.checked_sub(steps).ok_or(Thrown::Limit("the expression takes more than 2,000,000 steps"))?;
        Ok(())
    }

    /// Counts bytes that are made and may be kept: call it before making anything whose size the program chooses.
    pub fn spend(&mut self, bytes: usize) -> Result<(), Thrown> {
        let left = self.bytes_left.checked_sub(bytes as u64);
        self.bytes_left = left.ok_or(Thrown::Limit("the expression makes more than 64 MB of text and collections"))?;
        Ok(())
    }

    /// Goes one call deeper. Whatever calls itself or its like comes through here.
    pub fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Thrown>) -> Result<T, Thrown> {
        if self.depth + CALL_DEPTH > DEPTH_MAX {
            return Err(TOO_DEEP);
        }
        self.depth += CALL_DEPTH;
        let result = run(self);
        self.depth -= CALL_DEPTH;
        result
    }

    /// Goes one node deeper; [`Machine::leave`] comes back.
    pub(super) fn enter(&mut self) -> Result<(), Thrown> {
        if self.depth >= DEPTH_MAX {
            return Err(TOO_DEEP);
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The time, UTC.
    pub fn utc_now(&self) -> DateTime {
        DateTime { ticks: self.world.now_ticks(), kind: dotnet::DateTimeKind::Utc }
    }

    /// 64 bits nobody can guess.
    pub fn random(&self) -> u64 {
        self.world.random()
    }

    /// Calls a lambda, a local function or another delegate.
    pub fn call(&mut self, function: &Value, arguments: &[Value]) -> Result<Value, Thrown> {
        match function {
            Value::Null => Err(Thrown::null_reference()),
            Value::Object(object) => match object.downcast::<Closure>() {
                Some(closure) => self.call_closure(&closure, arguments),
                None => Err(Thrown::invalid_cast(&function.net_type(), &Type::Function(Rc::new((Vec::new(), Type::Unknown))))),
            },
            other => Err(Thrown::invalid_cast(&other.net_type(), &Type::Function(Rc::new((Vec::new(), Type::Unknown))))),
        }
    }

    /// `ToString()` of anything; `""` for null, as concatenation and interpolation have it.
    pub fn text(&mut self, value: &Value) -> Result<NetString, Thrown> {
        match value {
            Value::Null => Ok(NetString::default()),
            Value::String(text) => Ok(text.clone()),
            Value::Context(part) => library::context::part_text(self, *part),
            Value::Object(object) => self.deeper(|machine| object.get().text(machine)),
            other => Ok(library::plain_text(other)),
        }
    }

    /// `ToString(format)`: `IFormattable` where the value has it, else `ToString()`.
    pub fn formatted(&mut self, value: &Value, format: Option<&NetString>) -> Result<NetString, Thrown> {
        match (format.filter(|format| !format.is_empty()), value) {
            (Some(format), Value::Object(object)) => {
                self.spend(dotnet::number::format::cost(&format.to_str()))?;
                match object.get().formatted(format) {
                    Some(text) => text,
                    None => self.text(value),
                }
            }
            (Some(format), value) => {
                self.spend(dotnet::number::format::cost(&format.to_str()))?;
                match library::plain_formatted(value, format) {
                    Some(text) => Ok(text?),
                    None => self.text(value),
                }
            }
            (None, value) => self.text(value),
        }
    }

    /// `object.Equals(one, other)`.
    pub fn equals(&mut self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Null, Value::Null) => true,
            (Value::String(one), Value::String(other)) => one == other,
            (Value::Object(one), Value::Object(other)) if one.is_same(other) => true,
            (Value::Object(one), other) => one.get().equals(other).unwrap_or(false),
            (Value::Context(one), Value::Context(other)) => one == other,
            // NaN equals itself here, unlike with `==`.
            (Value::Double(one), Value::Double(other)) => one == other || (one.is_nan() && other.is_nan()),
            (Value::Single(one), Value::Single(other)) => one == other || (one.is_nan() && other.is_nan()),
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Char(one), Value::Char(other)) => one == other,
            (Value::Decimal(one), Value::Decimal(other)) => one == other,
            (Value::DateTime(one), Value::DateTime(other)) => one.ticks == other.ticks,
            (Value::DateTimeOffset(one), Value::DateTimeOffset(other)) => utc_ticks(one) == utc_ticks(other),
            (Value::TimeSpan(one), Value::TimeSpan(other)) => one == other,
            (Value::Guid(one), Value::Guid(other)) => one == other,
            (Value::Enum(kind, one), Value::Enum(other_kind, other)) => std::ptr::eq(*kind, *other_kind) && one == other,
            (one, other) => {
                std::mem::discriminant(one) == std::mem::discriminant(other)
                    && one.as_integer().is_some()
                    && one.as_integer() == other.as_integer()
            }
        }
    }

    /// `GetHashCode()`; 0 for null.
    pub fn hash(&mut self, value: &Value) -> i32 {
        match value {
            Value::Null => 0,
            Value::Object(object) => object.get().hash().unwrap_or_else(|| fold(object.address() as u64)),
            Value::Context(part) => *part as i32,
            other => library::plain_hash(other),
        }
    }

    /// The order of two values, as `Comparer<object>.Default` has it.
    pub fn compare(&mut self, one: &Value, other: &Value) -> Result<Ordering, Thrown> {
        Ok(match (one, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            (Value::String(one), Value::String(other)) => library::string::compare(one, other),
            (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
            (Value::DateTime(one), Value::DateTime(other)) => one.ticks.cmp(&other.ticks),
            (Value::DateTimeOffset(one), Value::DateTimeOffset(other)) => utc_ticks(one).cmp(&utc_ticks(other)),
            (Value::TimeSpan(one), Value::TimeSpan(other)) => one.cmp(other),
            (Value::Guid(one), Value::Guid(other)) => one.cmp(other),
            (Value::Enum(_, one), Value::Enum(_, other)) => one.cmp(other),
            (Value::Decimal(one), Value::Decimal(other)) => one.cmp(other),
            (Value::Double(one), Value::Double(other)) => float_order(*one, *other),
            (Value::Single(one), Value::Single(other)) => float_order((*one).into(), (*other).into()),
            (Value::Object(object), other) => match object.get().compare(other) {
                Some(order) => order,
                None => return Err(no_comparison()),
            },
            (one, other) => match (numeric::whole(one), numeric::whole(other)) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => return Err(no_comparison()),
            },
        })
    }

    /// The items of anything enumerable.
    pub fn enumerate(&mut self, value: &Value) -> Result<Box<dyn Cursor>, Thrown> {
        let cursor = match value {
            Value::Null => return Err(Thrown::null_reference()),
            Value::String(text) => Some(Box::new(text.units().into_iter().map(Value::Char)) as Box<dyn Cursor>),
            Value::Context(part) => library::context::part_items(self, *part)?,
            Value::Object(object) => object.shared().and_then(Object::enumerate),
            _ => None,
        };
        cursor.ok_or_else(|| {
            let message = format!(
                "Unable to cast object of type '{}' to type 'System.Collections.IEnumerable'.",
                value.net_type().full_name()
            );
            Thrown::new("InvalidCastException", message)
        })
    }

    /// All that a cursor still has.
    pub fn collect(&mut self, cursor: &mut dyn Cursor) -> Result<Vec<Value>, Thrown> {
        let mut items = Vec::new();
        while let Some(item) = cursor.next(self)? {
            self.spend(size_of::<Value>())?;
            items.push(item);
        }
        Ok(items)
    }

    /// Converts a value as an assignment to a variable of the type would, or a cast if `explicit`: widening, unboxing,
    /// and the conversion operators of the library. Throws `InvalidCastException` where it cannot be.
    pub fn convert(&mut self, value: Value, to: &Type, explicit: bool) -> Result<Value, Thrown> {
        self.convert_value(value, to, explicit)
    }

    /// A new array of strings, counted.
    pub fn strings(&mut self, items: Vec<NetString>) -> Result<Value, Thrown> {
        self.spend(items.len() * size_of::<Value>() + items.iter().map(NetString::size).sum::<usize>())?;
        Ok(Value::object(Array::Values(Type::STRING, std::cell::RefCell::new(items.into_iter().map(Value::String).collect()))))
    }
}

fn utc_ticks(value: &DateTimeOffset) -> i64 {
    value.ticks - i64::from(value.offset_minutes) * 600_000_000
}

/// NaN comes before everything else, as in .NET.
fn float_order(one: f64, other: f64) -> Ordering {
    one.partial_cmp(&other).unwrap_or_else(|| other.is_nan().cmp(&one.is_nan()))
}

fn no_comparison() -> Thrown {
    Thrown::new("ArgumentException", "At least one object must implement IComparable.")
}

/// 32 bits of 64.
pub(crate) fn fold(bits: u64) -> i32 {
    (bits ^ (bits >> 32)) as i32
}
