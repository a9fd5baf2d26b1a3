//! From the tree as written to the tree that runs: types, members, slots, and everything that cannot be right.
//!
//! Types are C#'s where they are known. What is `object` (a variable of the exchange) is looked at when it is there, with a
//! warning, because APIM wants a cast. After a mistake a type is unknown, and what follows from that is not reported again.

mod calls;
mod expressions;
mod initializers;
mod names;
mod operators;
mod statements;
mod types;

pub use types::ALLOWED;

use super::{
    ast::{LocalFunction, Program, StatementKind},
    eval::{Body, Code, Node, Step},
    types::Type,
    value::Value,
};
use diagnostic::{Span, nearest};
use std::{collections::HashMap, rc::Rc};

/// An expression that can run.
#[derive(Debug)]
pub struct Checked {
    /// What runs.
    pub code: Code,
    /// The type of what comes out.
    pub result: Type,
    /// The bodies that it may read.
    pub reads: Reads,
}

/// Which bodies of the exchange an expression may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The request's.
    pub request: bool,
    /// The response's.
    pub response: bool,
}

/// Something that is wrong, or that APIM would not take.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// `expression/...`
    pub id: &'static str,
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// True if it runs all the same.
    pub warning: bool,
}

/// Checks an expression. It runs only if none of the mistakes is an error.
pub fn check(program: &Program) -> (Checked, Vec<Mistake>) {
    let mut checker = Checker { functions: vec![Function::default()], ..Checker::default() };
    let (body, result) = match program {
        Program::Expression(expression) => {
            let typed = checker.value(expression, None);
            if typed.kind == Type::Void {
                checker.error(
                    "expression/no-value",
                    expression.span,
                    "this gives no value",
                    Some("call something that returns one".into()),
                );
            }
            (Body::Value(typed.node), typed.kind)
        }
        Program::Block(block) => {
            let (steps, ends) = checker.block_of(block);
            if ends {
                let at = block.statements.last().map_or(block.span, |last| last.span);
                let at = match block.statements.last().map(|last| &last.kind) {
                    // The end of a long statement says more than all of it.
                    Some(StatementKind::If(..) | StatementKind::Try { .. } | StatementKind::Switch(..)) | None => {
                        Span { start: block.span.end.saturating_sub(1), end: block.span.end }
                    }
                    _ => at,
                };
                checker.error(
                    "expression/no-return",
                    at,
                    "not every path returns a value",
                    Some("end with `return ...;`".into()),
                );
            }
            let function = checker.functions.last();
            let returns = function.map(|function| function.returns.clone()).unwrap_or_default();
            (Body::Steps(steps), common(&returns))
        }
    };
    let slots = checker.functions.first().map_or(0, |function| function.slots);
    let reads = Reads {
        request: checker.bodies.request,
        response: checker.bodies.response || (checker.bodies.response_elsewhere && checker.bodies.response_escapes),
    };
    let mut mistakes = checker.mistakes;
    mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
    mistakes.dedup_by(|one, other| one.span == other.span && one.message == other.message);
    (Checked { code: Code { parameters: 0, captures: Vec::new(), slots, body }, result, reads }, mistakes)
}

/// The one type of all, or `object`.
fn common(types: &[Type]) -> Type {
    let mut known = types.iter().filter(|kind| !matches!(kind, Type::Null));
    let Some(first) = known.next() else { return Type::OBJECT };
    if known.all(|kind| kind == first) { first.clone() } else { Type::OBJECT }
}

/// A checked part and its type.
#[derive(Clone, Debug)]
struct Typed {
    node: Node,
    kind: Type,
}

impl Typed {
    fn new(node: Node, kind: Type) -> Self {
        Self { node, kind }
    }

    fn constant(value: Value) -> Self {
        let kind = value.net_type();
        Self { node: Node::Constant(value), kind }
    }

    /// What stands in for something that is wrong.
    fn unknown() -> Self {
        Self { node: Node::Constant(Value::Null), kind: Type::Unknown }
    }

    fn as_constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }
}

/// The parameters of a local function, each with the value that it has where none is given.
type Defaults = [(Rc<str>, Option<Value>)];

/// A variable.
#[derive(Clone, Debug)]
struct Local {
    slot: usize,
    kind: Type,
    /// The value of a `const`.
    constant: Option<Value>,
    /// True for what cannot be assigned to: a `foreach` variable, a local function.
    fixed: bool,
    /// True for a local function: its parameters with their defaults.
    function: Option<Rc<Defaults>>,
}

/// The code of one lambda, one local function, or the whole.
#[derive(Default)]
struct Function {
    slots: usize,
    blocks: Vec<HashMap<Rc<str>, Local>>,
    /// Slots of the code around, and what they are here.
    captures: Vec<(usize, usize)>,
    /// The type that `return` must give, where it is declared.
    result: Option<Type>,
    returns: Vec<Type>,
    loops: usize,
    /// Loops and `switch` statements that are open: `break` leaves them.
    breakable: usize,
    catches: usize,
    /// For each breakable that is open: true once a `break` leaves it.
    left: Vec<bool>,
}

#[derive(Default)]
struct Bodies {
    request: bool,
    response: bool,
    /// A response's body is read that is not plainly `context.Response.Body`.
    response_elsewhere: bool,
    /// `context.Response` is kept in a variable or given to something.
    response_escapes: bool,
}

#[derive(Default)]
struct Checker {
    mistakes: Vec<Mistake>,
    functions: Vec<Function>,
    bodies: Bodies,
    /// Slots and types of what stands before `?.`
    receivers: Vec<(usize, Type)>,
    checked: bool,
    /// The local functions of the blocks around.
    pending: Vec<Vec<Pending>>,
    /// Inside `unchecked(...)`.
    wraps: bool,
    depth: usize,
}

/// A local function that is made when something uses it.
struct Pending {
    function: Rc<LocalFunction>,
    needed: bool,
    made: bool,
}

/// Deeper nesting is refused: checking calls itself.
const DEPTH_MAX: usize = 200;

impl Checker {
    fn error(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: Option<String>) {
        self.mistakes.push(Mistake { id, span, message: message.into(), help, warning: false });
    }

    fn warning(&mut self, id: &'static str, span: Span, message: impl Into<String>, help: Option<String>) {
        self.mistakes.push(Mistake { id, span, message: message.into(), help, warning: true });
    }

    fn function(&mut self) -> &mut Function {
        if self.functions.is_empty() {
            self.functions.push(Function::default());
        }
        let last = self.functions.len() - 1;
        &mut self.functions[last]
    }

    /// A slot that has no name.
    fn slot(&mut self) -> usize {
        let function = self.function();
        function.slots += 1;
        function.slots - 1
    }

    /// A new variable in the innermost block.
    fn declare(&mut self, name: &Rc<str>, span: Span, kind: Type) -> usize {
        self.declare_local(name, span, Local { slot: 0, kind, constant: None, fixed: false, function: None })
    }

    fn declare_local(&mut self, name: &Rc<str>, span: Span, mut local: Local) -> usize {
        let slot = self.slot();
        local.slot = slot;
        let function = self.function();
        // C# does not let a variable hide another of the same function.
        let twice = function.blocks.iter().any(|block| block.contains_key(name)) && &**name != "_";
        match function.blocks.last_mut() {
            Some(block) => {
                block.insert(name.clone(), local);
            }
            None => function.blocks.push(HashMap::from([(name.clone(), local)])),
        }
        if twice {
            self.error("expression/name-twice", span, format!("`{name}` is declared already"), Some("use another name".into()));
        }
        slot
    }

    /// A variable by its name. One of the code around a lambda is captured on the way.
    fn find(&mut self, name: &str) -> Option<Local> {
        let own = |function: &Function| function.blocks.iter().rev().find_map(|block| block.get(name)).cloned();
        let found_at = self.functions.iter().rposition(|function| own(function).is_some())?;
        let mut local = self.functions.get(found_at).and_then(own)?;
        if local.constant.is_some() {
            return Some(local);
        }
        if local.function.is_some() {
            self.need(name);
        }
        for function in self.functions.iter_mut().skip(found_at + 1) {
            let inner = function.slots;
            function.slots += 1;
            function.captures.push((local.slot, inner));
            local.slot = inner;
            if function.blocks.is_empty() {
                function.blocks.push(HashMap::new());
            }
            if let Some(block) = function.blocks.first_mut() {
                block.insert(name.into(), local.clone());
            }
        }
        Some(local)
    }

    fn variable_names(&self) -> Vec<String> {
        let blocks = self.functions.iter().flat_map(|function| &function.blocks);
        blocks.flat_map(|block| block.keys().map(|name| name.to_string())).collect()
    }

    fn in_block<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.function().blocks.push(HashMap::new());
        let result = run(self);
        self.function().blocks.pop();
        result
    }

    /// Runs something one level deeper, or reports that it is too deep.
    fn deeper<T>(&mut self, span: Span, fallback: T, run: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEPTH_MAX {
            let message = format!("this nests deeper than {DEPTH_MAX} levels");
            self.error("expression/too-deep", span, message, Some("put parts of it into variables".into()));
            return fallback;
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }
}

/// `did you mean ...?`, or something else to do.
fn suggestion<'n>(name: &str, names: impl IntoIterator<Item = &'n str>, otherwise: Option<String>) -> Option<String> {
    nearest(name, names).map(|name| format!("did you mean `{name}`?")).or(otherwise)
}

/// A block's steps as one step.
fn one(mut steps: Vec<Step>) -> Step {
    match (steps.len(), steps.pop()) {
        (1, Some(step)) => step,
        (_, Some(last)) => {
            steps.push(last);
            Step::Block(steps)
        }
        (_, None) => Step::Block(Vec::new()),
    }
}
