//! What runs an expression: its limits, its clock, and the operations that every value has.

use super::{
    call::Thrown,
    types::Type,
    value::{Array, Cursor, Value},
};
use dotnet::{DateTime, NetString};

/// The most steps that one expression may take: a node, a loop's turn and an item of a sequence are one each.
pub const STEPS_MAX: u64 = 2_000_000;

/// The most bytes of text, arrays and collections that one expression may make.
pub const BYTES_MAX: u64 = 64 << 20;

/// The deepest that calls may nest: functions, lambdas and sequences made of sequences.
pub const DEPTH_MAX: u32 = 100;

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
    steps_left: u64,
    bytes_left: u64,
    depth: u32,
}

impl<'w> Machine<'w> {
    /// A machine that has done nothing yet.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, steps_left: STEPS_MAX, bytes_left: BYTES_MAX, depth: 0 }
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
        if self.depth >= DEPTH_MAX {
            return Err(Thrown::Limit("the expression nests more than 100 calls"));
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
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
        let _ = (function, arguments);
        Err(Thrown::null_reference())
    }

    /// `ToString()` of anything; `""` for null, as concatenation and interpolation have it.
    pub fn text(&mut self, value: &Value) -> Result<NetString, Thrown> {
        let _ = value;
        Err(Thrown::null_reference())
    }

    /// `ToString(format)`: `IFormattable` where the value has it, else `ToString()`.
    pub fn formatted(&mut self, value: &Value, format: Option<&NetString>) -> Result<NetString, Thrown> {
        let _ = (value, format);
        Err(Thrown::null_reference())
    }

    /// `object.Equals(one, other)`.
    pub fn equals(&mut self, one: &Value, other: &Value) -> bool {
        let _ = (one, other);
        false
    }

    /// `GetHashCode()`; 0 for null.
    pub fn hash(&mut self, value: &Value) -> i32 {
        let _ = value;
        0
    }

    /// The order of two values, as `Comparer<object>.Default` has it.
    pub fn compare(&mut self, one: &Value, other: &Value) -> Result<std::cmp::Ordering, Thrown> {
        let _ = (one, other);
        Err(Thrown::null_reference())
    }

    /// The items of anything enumerable.
    pub fn enumerate(&mut self, value: &Value) -> Result<Box<dyn Cursor>, Thrown> {
        let _ = value;
        Err(Thrown::null_reference())
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
        let _ = (to, explicit);
        Ok(value)
    }

    /// A new array of strings, counted.
    pub fn strings(&mut self, items: Vec<NetString>) -> Result<Value, Thrown> {
        self.spend(items.len() * size_of::<Value>() + items.iter().map(NetString::size).sum::<usize>())?;
        Ok(Value::object(Array::Values(Type::STRING, std::cell::RefCell::new(items.into_iter().map(Value::String).collect()))))
    }
}
