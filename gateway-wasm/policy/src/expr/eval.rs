//! What is left of an expression when it is checked, and how it runs: a tree of resolved members and numbered slots.

use super::{
    ast::BinaryOperator,
    call::{Call, Run, Thrown},
    conversion::{Conversion, is_instance},
    dynamic::{self, Operation},
    library,
    machine::Machine,
    numeric,
    types::Type,
    value::{Anonymous, Array, Object, Value},
};
use dotnet::{Exception, NetString};
use std::{cell::RefCell, mem, rc::Rc};

/// A part of a checked expression.
#[derive(Clone, Debug)]
pub enum Node {
    /// A value that never changes.
    Constant(Value),
    /// The value of a slot.
    Local(usize),
    /// Puts a value into a slot; what is captured keeps its place.
    Assign(usize, Box<Node>),
    /// A member of the library.
    Call(Box<CallNode>),
    /// A member that is looked up when the receiver is there.
    Dynamic(Box<DynamicNode>),
    /// A delegate is called.
    Invoke(Box<Node>, Vec<Node>),
    /// A lambda or local function is made.
    Lambda(Rc<Code>),
    /// An item of an array.
    Item(Box<(Node, Node)>),
    /// An item of an array is replaced: array, position, value.
    SetItem(Box<(Node, Node, Node)>),
    /// One after the other; the value is the last one's.
    Sequence(Vec<Node>),
    /// An operator on two values.
    Binary(BinaryOperator, Box<(Node, Node)>, bool),
    /// `==` or, negated, `!=` of anything that is not two numbers.
    Equal(Box<(Node, Node)>, bool),
    /// Text put together.
    Concat(Vec<Node>),
    /// `&&` of all.
    All(Vec<Node>),
    /// `||` of all.
    Any(Vec<Node>),
    /// `!`
    Not(Box<Node>),
    /// `-` or, if true, `~`; and whether overflow is checked.
    Negate(Box<Node>, bool, bool),
    /// `condition ? yes : no`
    Ternary(Box<(Node, Node, Node)>),
    /// `value ?? other`
    Coalesce(Box<(Node, Node)>),
    /// The value goes into the slot; the second is computed where it is not null.
    Conditional(usize, Box<(Node, Node)>),
    /// Becomes another type; true where overflow is checked.
    Convert(Box<Node>, Box<Conversion>, bool),
    /// `value as T`
    As(Box<Node>, Box<Type>),
    /// `value is ...`
    Is(Box<Node>, Box<Test>),
    /// `$"..."`
    Interpolated(Vec<Hole>),
    /// `new T[] { ... }`
    Array(Box<Type>, Vec<Node>),
    /// `new T[length]`
    NewArray(Box<Type>, Box<Node>),
    /// `new { ... }`
    Anonymous(Rc<Vec<(Rc<str>, Type)>>, Vec<Node>),
    /// `throw`
    Throw(Box<Node>),
}

/// A call of a row.
#[derive(Clone, Debug)]
pub struct CallNode {
    /// The row.
    pub run: Run,
    /// The receiver; it must not be null.
    pub this: Option<Node>,
    /// What its parameters get.
    pub arguments: Vec<Node>,
    /// Its type arguments.
    pub generics: Vec<Type>,
    /// Slots for what comes back from `out` parameters.
    pub outs: Vec<(usize, usize)>,
}

/// A member that is only known at run time.
#[derive(Clone, Debug)]
pub struct DynamicNode {
    /// What is done.
    pub operation: Operation,
    /// The receiver.
    pub this: Node,
    /// What is given, with names where they are written.
    pub arguments: Vec<(Option<Rc<str>>, Node)>,
    /// Type arguments as written.
    pub generics: Vec<Type>,
}

/// What stands after `is` or `case`.
#[derive(Clone, Debug)]
pub enum Test {
    /// A type, and the slot for the value.
    Type(Type, Option<usize>),
    /// A constant.
    Constant(Node),
    /// Anything, which goes into a slot.
    Var(usize),
}

/// A part of an interpolated string.
#[derive(Clone, Debug)]
pub enum Hole {
    /// Text.
    Text(NetString),
    /// A value, its width and its format.
    Value(Node, i32, Option<NetString>),
}

/// A step of a block.
#[derive(Clone, Debug)]
pub enum Step {
    /// For what it does.
    Evaluate(Node),
    /// A new variable in a slot: each turn of a loop has its own.
    Declare(usize, Node),
    /// Steps.
    Block(Vec<Step>),
    /// `if`
    If(Node, Box<Step>, Option<Box<Step>>),
    /// `while`, `do` and `for`.
    Loop {
        /// Goes on while it is true.
        condition: Option<Node>,
        /// True for `do`: the first turn is not asked for.
        body_first: bool,
        /// Each turn.
        body: Box<Step>,
        /// After each turn.
        after: Vec<Node>,
    },
    /// `foreach`: the item's slot, what it becomes, the items.
    ForEach(usize, Box<Conversion>, Node, Box<Step>),
    /// `switch`: the value's slot, the value, and the sections with their labels; no label is `default`.
    Switch(usize, Node, Vec<Section>),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return`
    Return(Node),
    /// `throw`; without a value, the exception that is being handled.
    Throw(Option<Node>),
    /// `try`
    Try(Box<TryStep>),
    /// `using`: the slot of what is closed.
    Using(usize, Node, Box<Step>),
}

/// Labels of a `switch` and what follows them.
#[derive(Clone, Debug)]
pub struct Section {
    /// Tests with their conditions.
    pub labels: Vec<(Test, Option<Node>)>,
    /// True if one of the labels is `default`.
    pub default: bool,
    /// What happens.
    pub body: Vec<Step>,
}

/// `try`
#[derive(Clone, Debug)]
pub struct TryStep {
    /// What may fail.
    pub body: Vec<Step>,
    /// The handlers, in their order.
    pub catches: Vec<Catch>,
    /// What happens in any case.
    pub finally: Vec<Step>,
}

/// `catch`
#[derive(Clone, Debug)]
pub struct Catch {
    /// The exceptions' type; `None` for all.
    pub kind: Option<Type>,
    /// Where the exception is kept, if it has a name.
    pub slot: Option<usize>,
    /// What has to be true, too.
    pub condition: Option<Node>,
    /// What happens.
    pub body: Vec<Step>,
}

/// The body of an expression, a lambda or a local function.
#[derive(Clone, Debug)]
pub struct Code {
    /// How many of the slots are parameters; they are the first.
    pub parameters: usize,
    /// The slots of the code around that it shares, and what they are called inside.
    pub captures: Vec<(usize, usize)>,
    /// How many slots it has.
    pub slots: usize,
    /// What it does.
    pub body: Body,
}

/// A value or a block.
#[derive(Clone, Debug)]
pub enum Body {
    /// A value.
    Value(Node),
    /// Steps up to `return`.
    Steps(Vec<Step>),
}

/// Variables of a running piece of code.
#[derive(Default)]
pub struct Frame {
    slots: Vec<Slot>,
    /// The exceptions that are being handled, innermost last.
    caught: Vec<Thrown>,
}

/// A variable: its value, or a place that lambdas share.
#[derive(Clone)]
enum Slot {
    Value(Value),
    Shared(Rc<RefCell<Value>>),
}

impl Frame {
    fn new(slots: usize) -> Self {
        Self { slots: vec![Slot::Value(Value::Null); slots], caught: Vec::new() }
    }

    fn get(&self, slot: usize) -> Value {
        match self.slots.get(slot) {
            Some(Slot::Value(value)) => value.clone(),
            Some(Slot::Shared(place)) => place.borrow().clone(),
            None => Value::Null,
        }
    }

    fn set(&mut self, slot: usize, value: Value) {
        match self.slots.get_mut(slot) {
            Some(Slot::Value(place)) => *place = value,
            // The old value goes after the borrow has ended: dropping it may run through objects that look here.
            Some(Slot::Shared(place)) => drop(place.replace(value)),
            None => {}
        }
    }

    fn declare(&mut self, slot: usize, value: Value) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Slot::Value(value);
        }
    }

    fn share(&mut self, slot: usize) -> Option<Rc<RefCell<Value>>> {
        let place = self.slots.get_mut(slot)?;
        match place {
            Slot::Shared(shared) => Some(shared.clone()),
            Slot::Value(value) => {
                let shared = Rc::new(RefCell::new(mem::replace(value, Value::Null)));
                *place = Slot::Shared(shared.clone());
                Some(shared)
            }
        }
    }
}

/// A lambda with what it shares.
pub struct Closure {
    code: Rc<Code>,
    captures: Vec<Rc<RefCell<Value>>>,
}

/// Captured variables may hold the closure itself, so they are not printed.
impl std::fmt::Debug for Closure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "lambda of {} parameters", self.code.parameters)
    }
}

impl Object for Closure {
    fn net_type(&self) -> Type {
        Type::Function(Rc::new((vec![Type::Unknown; self.code.parameters], Type::Unknown)))
    }
}

/// What happens after a step.
enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl Machine<'_> {
    /// Runs a whole expression.
    pub fn run(&mut self, code: &Code) -> Result<Value, Thrown> {
        let mut frame = Frame::new(code.slots);
        let result = self.body(&code.body, &mut frame);
        // Functions that know themselves hold themselves; now nobody calls them any more.
        for place in mem::take(&mut self.shared) {
            drop(place.replace(Value::Null));
        }
        result
    }

    fn body(&mut self, body: &Body, frame: &mut Frame) -> Result<Value, Thrown> {
        match body {
            Body::Value(node) => self.eval(node, frame),
            Body::Steps(steps) => match self.steps(steps, frame)? {
                Flow::Return(value) => Ok(value),
                _ => Ok(Value::Null),
            },
        }
    }

    /// Calls a closure; see [`Machine::call`].
    pub(super) fn call_closure(&mut self, closure: &Closure, arguments: &[Value]) -> Result<Value, Thrown> {
        self.step(2)?;
        self.deeper(|machine| {
            let code = &*closure.code;
            let mut frame = Frame { slots: Vec::with_capacity(code.slots), caught: Vec::new() };
            frame.slots.extend(arguments.iter().take(code.parameters).map(|value| Slot::Value(value.clone())));
            frame.slots.resize_with(code.slots, || Slot::Value(Value::Null));
            for ((_, inner), place) in code.captures.iter().zip(&closure.captures) {
                if let Some(slot) = frame.slots.get_mut(*inner) {
                    *slot = Slot::Shared(place.clone());
                }
            }
            machine.body(&code.body, &mut frame)
        })
    }

    fn nodes(&mut self, nodes: &[Node], frame: &mut Frame) -> Result<Vec<Value>, Thrown> {
        nodes.iter().map(|node| self.eval(node, frame)).collect()
    }

    /// The value of a node.
    fn eval(&mut self, node: &Node, frame: &mut Frame) -> Result<Value, Thrown> {
        match node {
            Node::Constant(value) => Ok(value.clone()),
            Node::Local(slot) => Ok(frame.get(*slot)),
            node => {
                self.step(1)?;
                self.enter()?;
                let result = self.compound(node, frame);
                self.leave();
                result
            }
        }
    }

    fn compound(&mut self, node: &Node, frame: &mut Frame) -> Result<Value, Thrown> {
        match node {
            Node::Constant(value) => Ok(value.clone()),
            Node::Local(slot) => Ok(frame.get(*slot)),
            Node::Call(call) => self.call_node(call, frame),
            Node::Binary(operator, operands, checked) => {
                let (left, right) = (self.eval(&operands.0, frame)?, self.eval(&operands.1, frame)?);
                self.binary(*operator, left, right, *checked)
            }
            Node::Equal(operands, negated) => {
                let (left, right) = (self.eval(&operands.0, frame)?, self.eval(&operands.1, frame)?);
                Ok(Value::Bool(self.same(&left, &right)? != *negated))
            }
            Node::Concat(nodes) => self.concat(nodes, frame),
            Node::All(nodes) => self.logic(nodes, false, frame),
            Node::Any(nodes) => self.logic(nodes, true, frame),
            Node::Not(node) => match self.eval(node, frame)? {
                Value::Null => Ok(Value::Null),
                value => Ok(Value::Bool(!truth(&value)?)),
            },
            Node::Ternary(parts) => {
                let (condition, yes, no) = &**parts;
                let condition = self.eval(condition, frame)?;
                self.eval(if truth(&condition)? { yes } else { no }, frame)
            }
            Node::Coalesce(parts) => match self.eval(&parts.0, frame)? {
                Value::Null => self.eval(&parts.1, frame),
                value => Ok(value),
            },
            Node::Conditional(slot, parts) => match self.eval(&parts.0, frame)? {
                Value::Null => Ok(Value::Null),
                value => {
                    frame.declare(*slot, value);
                    self.eval(&parts.1, frame)
                }
            },
            Node::Convert(node, conversion, checked) => {
                let value = self.eval(node, frame)?;
                self.converted(value, conversion, *checked)
            }
            Node::Assign(slot, value) => {
                let value = self.eval(value, frame)?;
                frame.set(*slot, value.clone());
                Ok(value)
            }
            _ => self.rare(node, frame),
        }
    }

    /// What is met less often, apart, so that the frame of the frequent ones stays small.
    #[inline(never)]
    fn rare(&mut self, node: &Node, frame: &mut Frame) -> Result<Value, Thrown> {
        match node {
            Node::Sequence(nodes) => {
                let mut last = Value::Null;
                for node in nodes {
                    last = self.eval(node, frame)?;
                }
                Ok(last)
            }
            Node::Item(parts) => {
                let (array, at) = (self.eval(&parts.0, frame)?, self.eval(&parts.1, frame)?);
                item(&array, &at)
            }
            Node::SetItem(parts) => {
                let (array, at) = (self.eval(&parts.0, frame)?, self.eval(&parts.1, frame)?);
                let value = self.eval(&parts.2, frame)?;
                set_item(&array, &at, value.clone())?;
                Ok(value)
            }
            Node::Dynamic(dynamic) => {
                let this = self.eval(&dynamic.this, frame)?;
                let mut arguments = Vec::with_capacity(dynamic.arguments.len());
                for (name, node) in &dynamic.arguments {
                    arguments.push((name.clone(), self.eval(node, frame)?));
                }
                self.deeper(|machine| dynamic::run(machine, &dynamic.operation, this, &arguments, &dynamic.generics))
            }
            Node::Invoke(function, arguments) => {
                let function = self.eval(function, frame)?;
                let arguments = self.nodes(arguments, frame)?;
                self.call(&function, &arguments)
            }
            Node::Lambda(code) => {
                self.spend(64 + code.captures.len() * 48)?;
                let mut captures = Vec::with_capacity(code.captures.len());
                for (outer, _) in &code.captures {
                    if let Some(place) = frame.share(*outer) {
                        self.shared.push(place.clone());
                        captures.push(place);
                    }
                }
                Ok(Value::object(Closure { code: code.clone(), captures }))
            }
            Node::Negate(node, complement, checked) => {
                let value = self.eval(node, frame)?;
                match &value {
                    Value::Null => Ok(Value::Null),
                    Value::Enum(net_type, number) if *complement => Ok(Value::Enum(net_type, !number)),
                    Value::TimeSpan(_) => dynamic::operator(self, "-", vec![value]),
                    _ => numeric::negated(&value, *complement, *checked)?
                        .ok_or_else(|| no_operator(if *complement { "~" } else { "-" }, &[&value])),
                }
            }
            Node::As(node, to) => {
                let value = self.eval(node, frame)?;
                Ok(if is_instance(&value, to) { value } else { Value::Null })
            }
            Node::Is(node, test) => {
                let value = self.eval(node, frame)?;
                Ok(Value::Bool(self.passes(&value, test, frame)?))
            }
            Node::Interpolated(holes) => self.interpolated(holes, frame),
            Node::Array(element, items) => {
                self.spend(items.len() * size_of::<Value>())?;
                let items = self.nodes(items, frame)?;
                Ok(new_array(element, items))
            }
            Node::NewArray(element, length) => {
                let length = match self.eval(length, frame)? {
                    Value::Int32(length) if length >= 0 => length as usize,
                    _ => {
                        return Err(Exception::overflow("Arithmetic operation resulted in an overflow.").into());
                    }
                };
                if **element == Type::BYTE {
                    self.spend(length)?;
                    return Ok(Value::bytes(vec![0; length]));
                }
                self.spend(length.saturating_mul(size_of::<Value>()))?;
                Ok(Value::array((**element).clone(), vec![element.default_value(); length]))
            }
            Node::Anonymous(names, values) => {
                let values = self.nodes(values, frame)?;
                Ok(Value::object(Anonymous { names: names.clone(), values }))
            }
            Node::Throw(node) => {
                let value = self.eval(node, frame)?;
                Err(thrown(&value))
            }
            // The others are in `compound`.
            _ => Ok(Value::Null),
        }
    }

    fn call_node(&mut self, call: &CallNode, frame: &mut Frame) -> Result<Value, Thrown> {
        let this = match &call.this {
            Some(node) => match self.eval(node, frame)? {
                Value::Null => return Err(Thrown::null_reference()),
                value => value,
            },
            None => Value::Null,
        };
        // Most calls have few arguments, which then need no allocation.
        match call.arguments.as_slice() {
            [] => (call.run)(&mut Call { machine: self, this, arguments: &mut [], generics: &call.generics }),
            [one] if call.outs.is_empty() => {
                let mut arguments = [self.eval(one, frame)?];
                (call.run)(&mut Call { machine: self, this, arguments: &mut arguments, generics: &call.generics })
            }
            [one, two] if call.outs.is_empty() => {
                let mut arguments = [self.eval(one, frame)?, self.eval(two, frame)?];
                (call.run)(&mut Call { machine: self, this, arguments: &mut arguments, generics: &call.generics })
            }
            nodes => {
                let mut arguments = self.nodes(nodes, frame)?;
                let result = (call.run)(&mut Call { machine: self, this, arguments: &mut arguments, generics: &call.generics })?;
                for (at, slot) in &call.outs {
                    if let Some(value) = arguments.get_mut(*at) {
                        frame.set(*slot, mem::replace(value, Value::Null));
                    }
                }
                Ok(result)
            }
        }
    }

    /// An operator on two values whose types may only be known now.
    pub(super) fn binary(&mut self, operator: BinaryOperator, left: Value, right: Value, checked: bool) -> Result<Value, Thrown> {
        use BinaryOperator as B;
        if let Some(value) = numeric::binary(operator, &left, &right, checked)? {
            return Ok(value);
        }
        match (operator, &left, &right) {
            (B::Add, Value::String(_), _) | (B::Add, _, Value::String(_)) => {
                let (one, other) = (self.text(&left)?, self.text(&right)?);
                self.spend(one.size() + other.size())?;
                Ok(Value::String(one.concat(&other)))
            }
            (B::Equal, ..) => Ok(Value::Bool(self.same(&left, &right)?)),
            (B::NotEqual, ..) => Ok(Value::Bool(!self.same(&left, &right)?)),
            (B::And, Value::Bool(one), Value::Bool(other)) => Ok(Value::Bool(one & other)),
            (B::Or, Value::Bool(one), Value::Bool(other)) => Ok(Value::Bool(one | other)),
            (B::ExclusiveOr, Value::Bool(one), Value::Bool(other)) => Ok(Value::Bool(one ^ other)),
            // Three-valued logic of `bool?`.
            (B::And, Value::Bool(false), Value::Null) | (B::And, Value::Null, Value::Bool(false)) => Ok(Value::Bool(false)),
            (B::Or, Value::Bool(true), Value::Null) | (B::Or, Value::Null, Value::Bool(true)) => Ok(Value::Bool(true)),
            (B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual, Value::Null, _)
            | (B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual, _, Value::Null) => Ok(Value::Bool(false)),
            (_, Value::Null, _) | (_, _, Value::Null) => Ok(Value::Null),
            (_, Value::Enum(net_type, one), Value::Enum(_, other)) => Ok(match operator {
                B::Or => Value::Enum(net_type, one | other),
                B::And => Value::Enum(net_type, one & other),
                B::ExclusiveOr => Value::Enum(net_type, one ^ other),
                B::Subtract => Value::Int32(one.wrapping_sub(*other) as i32),
                B::Less => Value::Bool(one < other),
                B::Greater => Value::Bool(one > other),
                B::LessOrEqual => Value::Bool(one <= other),
                B::GreaterOrEqual => Value::Bool(one >= other),
                _ => return Err(no_operator(operator.symbol(), &[&left, &right])),
            }),
            (B::Add | B::Subtract, Value::Enum(net_type, one), other) if numeric::whole(other).is_some() => {
                let other = numeric::whole(other).unwrap_or_default() as i64;
                let sum = if operator == B::Add { one.wrapping_add(other) } else { one.wrapping_sub(other) };
                Ok(Value::Enum(net_type, sum))
            }
            (B::Add, one, Value::Enum(net_type, other)) if numeric::whole(one).is_some() => {
                let one = numeric::whole(one).unwrap_or_default() as i64;
                Ok(Value::Enum(net_type, one.wrapping_add(*other)))
            }
            _ => dynamic::operator(self, operator.symbol(), vec![left, right]),
        }
    }

    /// `==`: numbers by value, text by its units, what has an operator of its own by that, everything else by reference.
    fn same(&mut self, left: &Value, right: &Value) -> Result<bool, Thrown> {
        Ok(match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Null, _) | (_, Value::Null) => false,
            (Value::String(one), Value::String(other)) => one == other,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Enum(_, one), Value::Enum(_, other)) => one == other,
            (Value::Enum(_, one), other) | (other, Value::Enum(_, one)) => numeric::whole(other) == Some((*one).into()),
            (Value::Context(one), Value::Context(other)) => one == other,
            (Value::Object(one), Value::Object(other)) if one.is_same(other) => true,
            (Value::Object(_), _) | (_, Value::Object(_)) => match dynamic::operator_of(left, right, "==") {
                Some(choice) => truth(&dynamic::apply(self, &choice, &[left.clone(), right.clone()])?)?,
                None => false,
            },
            _ => match numeric::binary(BinaryOperator::Equal, left, right, false)? {
                Some(value) => truth(&value)?,
                None => self.equals(left, right),
            },
        })
    }

    fn concat(&mut self, nodes: &[Node], frame: &mut Frame) -> Result<Value, Thrown> {
        let mut text = String::new();
        let mut parts = None::<NetString>;
        for node in nodes {
            let value = self.eval(node, frame)?;
            let part = match &value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => self.text(other)?,
            };
            self.spend(part.size())?;
            match (part.as_str(), &mut parts) {
                (Some(part), None) => text.push_str(part),
                // Half a surrogate pair: from here on in units.
                (None, None) => parts = Some(NetString::from(mem::take(&mut text)).concat(&part)),
                (_, Some(parts)) => *parts = parts.concat(&part),
            }
        }
        Ok(Value::String(parts.unwrap_or_else(|| text.into())))
    }

    /// `&&` stops at the first false, `||` at the first true.
    fn logic(&mut self, nodes: &[Node], stop: bool, frame: &mut Frame) -> Result<Value, Thrown> {
        for node in nodes {
            if truth(&self.eval(node, frame)?)? == stop {
                return Ok(Value::Bool(stop));
            }
        }
        Ok(Value::Bool(!stop))
    }

    fn interpolated(&mut self, holes: &[Hole], frame: &mut Frame) -> Result<Value, Thrown> {
        let mut result = NetString::default();
        for hole in holes {
            match hole {
                Hole::Text(text) => result = result.concat(text),
                Hole::Value(node, width, format) => {
                    let value = self.eval(node, frame)?;
                    let text = self.formatted(&value, format.as_ref())?;
                    let missing = (width.unsigned_abs() as usize).saturating_sub(text.len());
                    self.spend(missing + text.size())?;
                    let blank = NetString::from(" ".repeat(missing));
                    let text = if *width < 0 { text.concat(&blank) } else { blank.concat(&text) };
                    result = result.concat(&text);
                }
            }
            self.spend(result.size())?;
        }
        Ok(Value::String(result))
    }

    fn passes(&mut self, value: &Value, test: &Test, frame: &mut Frame) -> Result<bool, Thrown> {
        match test {
            Test::Type(kind, slot) => {
                let is = is_instance(value, kind);
                if let (true, Some(slot)) = (is, slot) {
                    frame.declare(*slot, value.clone());
                }
                Ok(is)
            }
            Test::Constant(node) => {
                let constant = self.eval(node, frame)?;
                // A constant pattern does not convert at run time, but numbers of different widths compare by value.
                Ok(match (value, &constant) {
                    (Value::Null, Value::Null) => true,
                    (Value::Null, _) | (_, Value::Null) => false,
                    _ => self.same(value, &constant)?,
                })
            }
            Test::Var(slot) => {
                frame.declare(*slot, value.clone());
                Ok(true)
            }
        }
    }

    fn steps(&mut self, steps: &[Step], frame: &mut Frame) -> Result<Flow, Thrown> {
        for step in steps {
            match self.one_step(step, frame)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn one_step(&mut self, step: &Step, frame: &mut Frame) -> Result<Flow, Thrown> {
        self.step(1)?;
        self.enter()?;
        let flow = self.do_step(step, frame);
        self.leave();
        flow
    }

    fn do_step(&mut self, step: &Step, frame: &mut Frame) -> Result<Flow, Thrown> {
        match step {
            Step::Evaluate(node) => {
                self.eval(node, frame)?;
                Ok(Flow::Next)
            }
            Step::Declare(slot, node) => {
                let value = self.eval(node, frame)?;
                frame.declare(*slot, value);
                Ok(Flow::Next)
            }
            Step::Block(steps) => self.steps(steps, frame),
            Step::If(condition, yes, no) => {
                let condition = self.eval(condition, frame)?;
                match (truth(&condition)?, no) {
                    (true, _) => self.one_step(yes, frame),
                    (false, Some(no)) => self.one_step(no, frame),
                    (false, None) => Ok(Flow::Next),
                }
            }
            Step::Loop { condition, body_first, body, after } => {
                let mut asked = !*body_first;
                loop {
                    if let (true, Some(condition)) = (asked, condition)
                        && !truth(&self.eval(condition, frame)?)?
                    {
                        return Ok(Flow::Next);
                    }
                    asked = true;
                    match self.one_step(body, frame)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => return Ok(Flow::Next),
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                    }
                    for node in after {
                        self.eval(node, frame)?;
                    }
                }
            }
            Step::Break => Ok(Flow::Break),
            Step::Continue => Ok(Flow::Continue),
            Step::Return(node) => Ok(Flow::Return(self.eval(node, frame)?)),
            _ => self.rare_step(step, frame),
        }
    }

    #[inline(never)]
    fn rare_step(&mut self, step: &Step, frame: &mut Frame) -> Result<Flow, Thrown> {
        match step {
            Step::ForEach(slot, conversion, source, body) => {
                let source = self.eval(source, frame)?;
                if source.is_null() {
                    return Err(Thrown::null_reference());
                }
                let mut cursor = self.enumerate(&source)?;
                while let Some(item) = cursor.next(self)? {
                    let item = self.converted(item, conversion, false)?;
                    frame.declare(*slot, item);
                    match self.one_step(body, frame)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                    }
                }
                Ok(Flow::Next)
            }
            Step::Switch(slot, value, sections) => {
                let value = self.eval(value, frame)?;
                frame.declare(*slot, value.clone());
                let mut chosen = None;
                'search: for section in sections {
                    for (test, condition) in &section.labels {
                        if self.passes(&value, test, frame)? {
                            let holds = match condition {
                                Some(condition) => truth(&self.eval(condition, frame)?)?,
                                None => true,
                            };
                            if holds {
                                chosen = Some(section);
                                break 'search;
                            }
                        }
                    }
                }
                match chosen.or_else(|| sections.iter().find(|section| section.default)) {
                    None => Ok(Flow::Next),
                    Some(section) => match self.steps(&section.body, frame)? {
                        Flow::Break => Ok(Flow::Next),
                        other => Ok(other),
                    },
                }
            }
            Step::Throw(Some(node)) => {
                let value = self.eval(node, frame)?;
                Err(thrown(&value))
            }
            Step::Throw(None) => Err(frame.caught.last().cloned().unwrap_or_else(Thrown::null_reference)),
            Step::Try(parts) => {
                let result = match self.steps(&parts.body, frame) {
                    Err(thrown @ Thrown::Exception(..)) => self.caught(&parts.catches, thrown, frame),
                    other => other,
                };
                // What breaks a limit ends everything, `finally` included.
                if let Err(Thrown::Limit(_)) = result {
                    return result;
                }
                match self.steps(&parts.finally, frame)? {
                    Flow::Next => result,
                    other => Ok(other),
                }
            }
            Step::Using(slot, resource, body) => {
                let resource = self.eval(resource, frame)?;
                frame.declare(*slot, resource.clone());
                let result = self.one_step(body, frame);
                if !resource.is_null() && !matches!(result, Err(Thrown::Limit(_))) {
                    dynamic::dispose(self, resource)?;
                }
                result
            }
            // The others are in `do_step`.
            _ => Ok(Flow::Next),
        }
    }

    fn caught(&mut self, catches: &[Catch], thrown: Thrown, frame: &mut Frame) -> Result<Flow, Thrown> {
        let value = library::exception::to_value(&thrown);
        for Catch { kind, slot, condition, body } in catches {
            if !kind.as_ref().is_none_or(|kind| is_instance(&value, kind)) {
                continue;
            }
            if let Some(slot) = slot {
                frame.declare(*slot, value.clone());
            }
            if let Some(condition) = condition
                && !matches!(self.eval(condition, frame), Ok(Value::Bool(true)))
            {
                continue;
            }
            frame.caught.push(thrown);
            let result = self.steps(body, frame);
            frame.caught.pop();
            return result;
        }
        Err(thrown)
    }
}

/// The exception in a value that is thrown.
fn thrown(value: &Value) -> Thrown {
    if value.is_null() { Thrown::null_reference() } else { library::exception::from_value(value) }
}

/// A condition's value. Null is what a `bool?` without a value throws when it is asked.
pub(super) fn truth(value: &Value) -> Result<bool, Thrown> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Null => Err(Exception::invalid_operation("Nullable object must have a value.").into()),
        other => Err(Thrown::invalid_cast(&other.net_type(), &Type::BOOL)),
    }
}

/// C# finds this when it compiles; here the types are only known now.
pub(super) fn no_operator(symbol: &str, values: &[&Value]) -> Thrown {
    let types: Vec<String> = values.iter().map(|value| format!("'{}'", value.net_type())).collect();
    Thrown::new(
        "RuntimeBinderException",
        format!("Operator '{symbol}' cannot be applied to operands of type {}", types.join(" and ")),
    )
}

/// An array with items; bytes are kept as such.
pub(super) fn new_array(element: &Type, items: Vec<Value>) -> Value {
    if *element == Type::BYTE {
        let bytes: Vec<u8> =
            items.iter().filter_map(|item| if let Value::Byte(byte) = item { Some(*byte) } else { None }).collect();
        return Value::bytes(bytes);
    }
    Value::array(element.clone(), items)
}

fn position(at: &Value) -> Option<usize> {
    numeric::whole(at).and_then(|at| usize::try_from(at).ok())
}

fn out_of_range() -> Thrown {
    Thrown::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
}

fn item(array: &Value, at: &Value) -> Result<Value, Thrown> {
    if array.is_null() {
        return Err(Thrown::null_reference());
    }
    let Some(array) = array.downcast_ref::<Array>() else {
        return Err(Thrown::invalid_cast(&array.net_type(), &Type::Array(Rc::new(Type::OBJECT))));
    };
    position(at).and_then(|at| array.get(at)).ok_or_else(out_of_range)
}

fn set_item(array: &Value, at: &Value, value: Value) -> Result<(), Thrown> {
    if array.is_null() {
        return Err(Thrown::null_reference());
    }
    let Some(array) = array.downcast_ref::<Array>() else {
        return Err(Thrown::invalid_cast(&array.net_type(), &Type::Array(Rc::new(Type::OBJECT))));
    };
    if position(at).is_some_and(|at| array.set(at, value)) { Ok(()) } else { Err(out_of_range()) }
}
