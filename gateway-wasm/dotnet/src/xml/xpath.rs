//! XPath 1.0 for `SelectSingleNode` and `SelectNodes`: location paths, predicates, operators and the core functions. Variables
//! and the axes `following`, `preceding` and `namespace` are left out.

use super::{
    name::{Namespace, is_name, is_name_start, is_white_space},
    tree::{Kind, Node},
};
use crate::{Exception, Result};
use std::collections::HashSet;

/// The deepest that an expression may nest.
const DEPTH_MAX: usize = 50;

/// The most words and signs that an expression may have.
const TOKENS_MAX: usize = 500;

/// Finds the namespace of a prefix; `None` where there is no such prefix.
pub type Namespaces<'n> = dyn Fn(&str) -> Option<Namespace> + 'n;

/// The nodes that an expression selects, in the order of the document. `spend` counts the nodes that are looked at.
///
/// # Errors
/// `XPathException` for what is no XPath or selects no nodes, and what `spend` says.
pub fn select<E: From<Exception>>(
    node: &Node,
    expression: &str,
    namespaces: &Namespaces<'_>,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<Vec<Node>, E> {
    let tokens = tokens(expression).ok_or_else(|| invalid_token(expression))?;
    if tokens.len() > TOKENS_MAX {
        return Err(Exception::new("XPathException", "The xpath query is too complex.").into());
    }
    let mut parser = Parser { tokens: &tokens, at: 0, namespaces, expression };
    let parsed = parser.expression(0)?;
    if parser.at < tokens.len() {
        return Err(invalid_token(expression).into());
    }
    let context = Context { node, position: 1, size: 1 };
    match context.evaluate(&parsed, spend)? {
        Value::Nodes(nodes) => Ok(nodes),
        _ => Err(Exception::new("XPathException", "Expression must evaluate to a node-set.").into()),
    }
}

fn invalid_token(expression: &str) -> Exception {
    Exception::new("XPathException", format!("'{expression}' has an invalid token."))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Symbol(&'static str),
    /// A name with an optional prefix; `*` may stand for the local part.
    Name(Option<String>, String),
    Literal(String),
    Number(f64),
}

const SYMBOLS: [&str; 22] =
    ["//", "::", "..", "!=", "<=", ">=", "/", "[", "]", "(", ")", "@", ",", "|", "=", "<", ">", "+", "-", "*", ".", "$"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_white_space);
    while let Some(first) = rest.chars().next() {
        let after_number = rest.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.');
        let number = rest.get(..rest.len() - after_number.len()).unwrap_or_default();
        if first == '"' || first == '\'' {
            let (literal, after) = rest.get(1..)?.split_once(first)?;
            tokens.push(Token::Literal(literal.to_owned()));
            rest = after;
        } else if number.contains(|digit: char| digit.is_ascii_digit()) {
            tokens.push(Token::Number(number.parse().ok()?));
            rest = after_number;
        } else if is_name_start(first) {
            let end = |text: &str| text.find(|c| !is_name(c)).unwrap_or(text.len());
            let (name, after) = rest.split_at_checked(end(rest))?;
            rest = after;
            let local = rest.strip_prefix(':').filter(|local| !local.starts_with(':'));
            match local {
                Some(local) if local.starts_with('*') => {
                    tokens.push(Token::Name(Some(name.to_owned()), "*".to_owned()));
                    rest = local.get(1..)?;
                }
                Some(local) if local.starts_with(is_name_start) => {
                    let (local, after) = local.split_at_checked(end(local))?;
                    tokens.push(Token::Name(Some(name.to_owned()), local.to_owned()));
                    rest = after;
                }
                Some(_) => return None,
                None => tokens.push(Token::Name(None, name.to_owned())),
            }
        } else {
            let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol))?;
            tokens.push(Token::Symbol(symbol));
            rest = rest.get(symbol.len()..)?;
        }
        rest = rest.trim_start_matches(is_white_space);
    }
    Some(tokens)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Itself,
    Parent,
    Ancestor,
    AncestorOrSelf,
    Attribute,
    FollowingSibling,
    PrecedingSibling,
}

#[derive(Debug)]
enum Test {
    /// `name`, `p:name`, `p:*`, `*`
    Name(Option<Namespace>, Option<String>),
    Node,
    Text,
    Comment,
    Instruction,
}

#[derive(Debug)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expression>,
}

#[derive(Debug)]
enum Expression {
    Literal(String),
    Number(f64),
    /// Where the steps begin: at the root, at the context, or at the nodes of an expression.
    Path(Start, Vec<Step>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
    Negative(Box<Expression>),
    Call(&'static str, Vec<Expression>),
}

#[derive(Debug)]
enum Start {
    Root,
    Context,
    /// An expression and its predicates.
    Expression(Box<Expression>, Vec<Expression>),
}

/// The functions, and the least and the most arguments that they take.
const FUNCTIONS: [(&str, usize, usize); 25] = [
    ("last", 0, 0),
    ("position", 0, 0),
    ("count", 1, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("name", 0, 1),
    ("string", 0, 1),
    ("concat", 2, 99),
    ("starts-with", 2, 2),
    ("contains", 2, 2),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("substring", 2, 3),
    ("string-length", 0, 1),
    ("normalize-space", 0, 1),
    ("translate", 3, 3),
    ("boolean", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("number", 0, 1),
    ("sum", 1, 1),
    ("floor", 1, 1),
    ("ceiling", 1, 1),
    ("round", 1, 1),
];

/// Binary operators, those that bind least first.
const OPERATORS: [&[&str]; 7] =
    [&["or"], &["and"], &["=", "!="], &["<=", "<", ">=", ">"], &["+", "-"], &["*", "div", "mod"], &["|"]];

struct Parser<'p> {
    tokens: &'p [Token],
    at: usize,
    namespaces: &'p Namespaces<'p>,
    expression: &'p str,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn peek_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Some(Token::Symbol(own)) if *own == symbol)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.peek_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&self) -> Result<T> {
        Err(invalid_token(self.expression))
    }

    fn expect(&mut self, symbol: &str) -> Result<()> {
        if self.eat(symbol) { Ok(()) } else { self.fail() }
    }

    fn expression(&mut self, depth: usize) -> Result<Expression> {
        if depth >= DEPTH_MAX {
            return Err(Exception::new("XPathException", "The xpath query is too complex."));
        }
        self.binary(0, depth)
    }

    fn binary(&mut self, level: usize, depth: usize) -> Result<Expression> {
        let Some(operators) = OPERATORS.get(level) else { return self.path(depth) };
        if level == OPERATORS.len() - 1 && self.eat("-") {
            let mut minus = 1usize;
            while self.eat("-") {
                minus += 1;
            }
            let operand = self.binary(level, depth)?;
            return Ok(if minus % 2 == 1 { Expression::Negative(Box::new(operand)) } else { operand });
        }
        let mut left = self.binary(level + 1, depth)?;
        let mut count = 0;
        while let Some(operator) = operators.iter().find(|operator| self.is_operator(operator)) {
            self.at += 1;
            count += 1;
            if count > DEPTH_MAX {
                return Err(Exception::new("XPathException", "The xpath query is too complex."));
            }
            let right = self.binary(level + 1, depth)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn is_operator(&self, operator: &str) -> bool {
        match self.peek() {
            Some(Token::Symbol(symbol)) => *symbol == operator,
            Some(Token::Name(None, name)) => name == operator,
            _ => false,
        }
    }

    fn path(&mut self, depth: usize) -> Result<Expression> {
        let mut steps = Vec::new();
        let start = if self.eat("//") {
            steps.push(any_depth());
            Start::Root
        } else if self.eat("/") {
            if !self.begins_step() {
                return Ok(Expression::Path(Start::Root, steps));
            }
            Start::Root
        } else if let Some(primary) = self.primary(depth)? {
            let mut predicates = Vec::new();
            while self.eat("[") {
                predicates.push(self.expression(depth + 1)?);
                self.expect("]")?;
            }
            let is_path = self.peek_symbol("/") || self.peek_symbol("//");
            if predicates.is_empty() && !is_path {
                return Ok(primary);
            }
            let start = Start::Expression(Box::new(primary), predicates);
            if self.eat("//") {
                steps.push(any_depth());
            } else if !self.eat("/") {
                return Ok(Expression::Path(start, steps));
            }
            start
        } else {
            Start::Context
        };
        loop {
            steps.push(self.step(depth)?);
            if self.eat("//") {
                steps.push(any_depth());
            } else if !self.eat("/") {
                return Ok(Expression::Path(start, steps));
            }
        }
    }

    fn begins_step(&self) -> bool {
        match self.peek() {
            Some(Token::Symbol(symbol)) => matches!(*symbol, "." | ".." | "@" | "*"),
            Some(Token::Name(..)) => true,
            _ => false,
        }
    }

    /// A literal, a number, a call or an expression in brackets.
    fn primary(&mut self, depth: usize) -> Result<Option<Expression>> {
        let expression = match self.peek().cloned() {
            Some(Token::Literal(text)) => {
                self.at += 1;
                Expression::Literal(text)
            }
            Some(Token::Number(number)) => {
                self.at += 1;
                Expression::Number(number)
            }
            Some(Token::Symbol("(")) => {
                self.at += 1;
                let inner = self.expression(depth + 1)?;
                self.expect(")")?;
                inner
            }
            Some(Token::Symbol("$")) => {
                return Err(Exception::new("XPathException", NEEDS_CONTEXT));
            }
            Some(Token::Name(prefix, name)) if matches!(self.tokens.get(self.at + 1), Some(Token::Symbol("("))) => {
                if prefix.is_none() && matches!(&*name, "node" | "text" | "comment" | "processing-instruction") {
                    return Ok(None);
                }
                let function = FUNCTIONS.iter().find(|(own, ..)| prefix.is_none() && *own == name);
                let Some((function, least, most)) = function else {
                    return Err(Exception::new("XPathException", NEEDS_CONTEXT));
                };
                self.at += 2;
                let mut arguments = Vec::new();
                while !self.eat(")") {
                    if !arguments.is_empty() {
                        self.expect(",")?;
                    }
                    arguments.push(self.expression(depth + 1)?);
                }
                if !(*least..=*most).contains(&arguments.len()) {
                    let message = format!("Function '{function}' in '{}' has an invalid number of arguments.", self.expression);
                    return Err(Exception::new("XPathException", message));
                }
                Expression::Call(function, arguments)
            }
            _ => return Ok(None),
        };
        Ok(Some(expression))
    }

    fn step(&mut self, depth: usize) -> Result<Step> {
        if self.eat(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Node, predicates: Vec::new() });
        }
        if self.eat("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, predicates: Vec::new() });
        }
        let mut axis = Axis::Child;
        if self.eat("@") {
            axis = Axis::Attribute;
        } else if let (Some(Token::Name(None, name)), Some(Token::Symbol("::"))) = (self.peek(), self.tokens.get(self.at + 1)) {
            axis = match &**name {
                "child" => Axis::Child,
                "descendant" => Axis::Descendant,
                "descendant-or-self" => Axis::DescendantOrSelf,
                "self" => Axis::Itself,
                "parent" => Axis::Parent,
                "ancestor" => Axis::Ancestor,
                "ancestor-or-self" => Axis::AncestorOrSelf,
                "attribute" => Axis::Attribute,
                "following-sibling" => Axis::FollowingSibling,
                "preceding-sibling" => Axis::PrecedingSibling,
                _ => return self.fail(),
            };
            self.at += 2;
        }
        let test = self.test()?;
        let mut predicates = Vec::new();
        while self.eat("[") {
            predicates.push(self.expression(depth + 1)?);
            self.expect("]")?;
        }
        Ok(Step { axis, test, predicates })
    }

    fn test(&mut self) -> Result<Test> {
        if self.eat("*") {
            return Ok(Test::Name(None, None));
        }
        let Some(Token::Name(prefix, name)) = self.peek().cloned() else { return self.fail() };
        self.at += 1;
        if self.peek_symbol("(") {
            self.at += 1;
            let test = match &*name {
                "node" => Test::Node,
                "text" => Test::Text,
                "comment" => Test::Comment,
                "processing-instruction" => Test::Instruction,
                _ => return self.fail(),
            };
            self.expect(")")?;
            return Ok(test);
        }
        let namespace = match prefix {
            Some(prefix) => Some((self.namespaces)(&prefix).ok_or_else(|| Exception::new("XPathException", NEEDS_CONTEXT))?),
            None => Some(Namespace::none()),
        };
        Ok(Test::Name(namespace, (name != "*").then_some(name)))
    }
}

const NEEDS_CONTEXT: &str =
    "Namespace Manager or XsltContext needed. This query has a prefix, variable, or user-defined function.";

/// What `//` stands for.
fn any_depth() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}

enum Value {
    Nodes(Vec<Node>),
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// The text in a node.
fn text_of(node: &Node) -> String {
    node.text::<Exception>(&mut |_| Ok(())).map(|text| text.to_string()).unwrap_or_default()
}

fn number_of(text: &str) -> f64 {
    let trimmed = text.trim_matches(is_white_space);
    let is_plain = !trimmed.is_empty()
        && trimmed.strip_prefix('-').unwrap_or(trimmed).chars().all(|digit| digit.is_ascii_digit() || digit == '.');
    if is_plain { trimmed.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

impl Value {
    fn boolean(&self) -> bool {
        match self {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Boolean(value) => *value,
        }
    }

    fn text(&self) -> String {
        match self {
            Value::Nodes(nodes) => nodes.first().map(text_of).unwrap_or_default(),
            Value::Text(text) => text.clone(),
            Value::Number(number) if number.is_infinite() => {
                if *number > 0.0 {
                    "Infinity".to_owned()
                } else {
                    "-Infinity".to_owned()
                }
            }
            Value::Number(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Value::Number(number) => *number,
            Value::Boolean(value) => f64::from(u8::from(*value)),
            other => number_of(&other.text()),
        }
    }
}

struct Context<'c> {
    node: &'c Node,
    position: usize,
    size: usize,
}

impl Context<'_> {
    fn evaluate<E: From<Exception>>(
        &self,
        expression: &Expression,
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<Value, E> {
        spend(1)?;
        Ok(match expression {
            Expression::Literal(text) => Value::Text(text.clone()),
            Expression::Number(number) => Value::Number(*number),
            Expression::Negative(inner) => Value::Number(-self.evaluate(inner, spend)?.number()),
            Expression::Path(start, steps) => {
                let mut nodes = match start {
                    Start::Root => vec![self.node.top()],
                    Start::Context => vec![self.node.clone()],
                    Start::Expression(inner, predicates) => {
                        let Value::Nodes(mut nodes) = self.evaluate(inner, spend)? else { return Err(no_nodes().into()) };
                        for predicate in predicates {
                            nodes = filtered(nodes, predicate, spend)?;
                        }
                        nodes
                    }
                };
                for step in steps {
                    nodes = taken(&nodes, step, spend)?;
                }
                Value::Nodes(nodes)
            }
            Expression::Binary("or", left, right) => {
                Value::Boolean(self.evaluate(left, spend)?.boolean() || self.evaluate(right, spend)?.boolean())
            }
            Expression::Binary("and", left, right) => {
                Value::Boolean(self.evaluate(left, spend)?.boolean() && self.evaluate(right, spend)?.boolean())
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.evaluate(left, spend)?, self.evaluate(right, spend)?);
                match *operator {
                    "+" => Value::Number(left.number() + right.number()),
                    "-" => Value::Number(left.number() - right.number()),
                    "*" => Value::Number(left.number() * right.number()),
                    "div" => Value::Number(left.number() / right.number()),
                    "mod" => Value::Number(left.number() % right.number()),
                    "|" => match (left, right) {
                        (Value::Nodes(mut left), Value::Nodes(right)) => {
                            left.extend(right);
                            Value::Nodes(ordered(left)?)
                        }
                        _ => return Err(no_nodes().into()),
                    },
                    operator => Value::Boolean(compared(operator, &left, &right, spend)?),
                }
            }
            Expression::Call(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.evaluate(argument, spend)?);
                }
                self.call(function, &values)?
            }
        })
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value> {
        let text = |at: usize| arguments.get(at).map_or_else(|| text_of(self.node), Value::text);
        let number = |at: usize| arguments.get(at).map_or(f64::NAN, Value::number);
        let node = || match arguments.first() {
            None => Ok(Some(self.node.clone())),
            Some(Value::Nodes(nodes)) => Ok(nodes.first().cloned()),
            Some(_) => Err(no_nodes()),
        };
        let nodes = || match arguments.first() {
            Some(Value::Nodes(nodes)) => Ok(nodes),
            _ => Err(no_nodes()),
        };
        Ok(match function {
            "last" => Value::Number(self.size as f64),
            "position" => Value::Number(self.position as f64),
            "count" => Value::Number(nodes()?.len() as f64),
            "sum" => Value::Number(nodes()?.iter().map(|node| number_of(&text_of(node))).sum()),
            "local-name" => Value::Text(node()?.map(|node| local_name(&node)).unwrap_or_default()),
            "name" => Value::Text(node()?.map(|node| qualified_name(&node)).unwrap_or_default()),
            "namespace-uri" => {
                let name = node()?.and_then(|node| node.name());
                Value::Text(name.map(|name| name.namespace.to_string()).unwrap_or_default())
            }
            "string" => Value::Text(text(0)),
            "concat" => Value::Text(arguments.iter().map(Value::text).collect()),
            "starts-with" => Value::Boolean(text(0).starts_with(&text(1))),
            "contains" => Value::Boolean(text(0).contains(&text(1))),
            "substring-before" => Value::Text(text(0).split_once(&text(1)).map(|parts| parts.0.to_owned()).unwrap_or_default()),
            "substring-after" => Value::Text(text(0).split_once(&text(1)).map(|parts| parts.1.to_owned()).unwrap_or_default()),
            "substring" => {
                let first = round(number(1));
                let end = if arguments.len() > 2 { first + round(number(2)) } else { f64::INFINITY };
                let inside = |at: usize| (at as f64 + 1.0) >= first && (at as f64 + 1.0) < end;
                Value::Text(text(0).chars().enumerate().filter(|(at, _)| inside(*at)).map(|(_, c)| c).collect())
            }
            "string-length" => Value::Number(text(0).encode_utf16().count() as f64),
            "normalize-space" => {
                Value::Text(text(0).split(is_white_space).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
            }
            "translate" => {
                let (from, to): (Vec<char>, Vec<char>) = (text(1).chars().collect(), text(2).chars().collect());
                let translated = |c: char| match from.iter().position(|own| *own == c) {
                    Some(at) => to.get(at).copied(),
                    None => Some(c),
                };
                Value::Text(text(0).chars().filter_map(translated).collect())
            }
            "boolean" => Value::Boolean(arguments.first().is_some_and(Value::boolean)),
            "not" => Value::Boolean(!arguments.first().is_some_and(Value::boolean)),
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            "number" => Value::Number(if arguments.is_empty() { number_of(&text(0)) } else { number(0) }),
            "floor" => Value::Number(number(0).floor()),
            "ceiling" => Value::Number(number(0).ceil()),
            _ => Value::Number(round(number(0))),
        })
    }
}

fn round(number: f64) -> f64 {
    (number + 0.5).floor()
}

fn no_nodes() -> Exception {
    Exception::new("XPathException", "Expression must evaluate to a node-set.")
}

fn local_name(node: &Node) -> String {
    match node.name() {
        Some(name) => name.local.to_string(),
        None => node.target().to_string(),
    }
}

/// The name with its prefix, as a document would write it.
pub fn qualified_name(node: &Node) -> String {
    let Some(name) = node.name() else { return node.target().to_string() };
    if name.namespace.is_none() {
        return name.local.to_string();
    }
    if node.kind() == Kind::Element && node.namespace_of("").as_ref() == Some(&name.namespace) {
        return name.local.to_string();
    }
    match node.prefix_of(&name.namespace) {
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => name.local.to_string(),
    }
}

/// Comparing node sets means: is there a node, or a pair, for which it holds.
fn compared<E: From<Exception>>(
    operator: &str,
    left: &Value,
    right: &Value,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<bool, E> {
    let (is_equality, wants_equal) = (matches!(operator, "=" | "!="), operator == "=");
    let numbers = |one: f64, other: f64| match operator {
        "=" => one == other,
        "!=" => one != other,
        "<" => one < other,
        "<=" => one <= other,
        ">" => one > other,
        _ => one >= other,
    };
    Ok(match (left, right) {
        (Value::Nodes(ones), Value::Nodes(others)) => {
            spend(ones.len().saturating_mul(others.len()))?;
            let others: Vec<String> = others.iter().map(text_of).collect();
            ones.iter().map(text_of).any(|one| {
                others.iter().any(|other| {
                    if is_equality { (one == *other) == wants_equal } else { numbers(number_of(&one), number_of(other)) }
                })
            })
        }
        (Value::Nodes(_), Value::Boolean(other)) => numbers(left.boolean().into(), (*other).into()),
        (Value::Boolean(one), Value::Nodes(_)) => numbers((*one).into(), right.boolean().into()),
        (Value::Nodes(ones), Value::Text(other)) if is_equality => ones.iter().any(|one| (text_of(one) == *other) == wants_equal),
        (Value::Text(one), Value::Nodes(others)) if is_equality => {
            others.iter().any(|other| (*one == text_of(other)) == wants_equal)
        }
        (Value::Nodes(ones), other) => ones.iter().any(|one| numbers(number_of(&text_of(one)), other.number())),
        (one, Value::Nodes(others)) => others.iter().any(|other| numbers(one.number(), number_of(&text_of(other)))),
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) if is_equality => (left.boolean() == right.boolean()) == wants_equal,
        (Value::Text(one), Value::Text(other)) if is_equality => (one == other) == wants_equal,
        _ => numbers(left.number(), right.number()),
    })
}

/// Takes a step from each node.
fn taken<E: From<Exception>>(
    nodes: &[Node],
    step: &Step,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<Vec<Node>, E> {
    let mut all = Vec::new();
    for node in nodes {
        let mut found = Vec::new();
        let mut next = first(step.axis, node);
        while let Some(current) = next {
            spend(1)?;
            if matches(&current, step) {
                found.push(current.clone());
            }
            next = following(step.axis, &current, node);
        }
        for predicate in &step.predicates {
            found = filtered(found, predicate, spend)?;
        }
        all.extend(found);
    }
    Ok(if nodes.len() > 1 || matches!(step.axis, Axis::Ancestor | Axis::AncestorOrSelf | Axis::PrecedingSibling) {
        ordered(all)?
    } else {
        all
    })
}

fn first(axis: Axis, node: &Node) -> Option<Node> {
    match axis {
        Axis::Child => node.first(),
        Axis::Descendant => node.following(node),
        Axis::DescendantOrSelf | Axis::Itself | Axis::AncestorOrSelf => Some(node.clone()),
        Axis::Parent | Axis::Ancestor => node.parent(),
        Axis::Attribute => node.first_attribute(),
        Axis::FollowingSibling | Axis::PrecedingSibling if !node.kind().is_node() => None,
        Axis::FollowingSibling => node.next(),
        Axis::PrecedingSibling => node.previous(),
    }
}

fn following(axis: Axis, current: &Node, origin: &Node) -> Option<Node> {
    match axis {
        Axis::Itself | Axis::Parent => None,
        Axis::Descendant | Axis::DescendantOrSelf => current.following(origin),
        Axis::Ancestor | Axis::AncestorOrSelf => current.parent(),
        Axis::PrecedingSibling => current.previous(),
        Axis::Child | Axis::Attribute | Axis::FollowingSibling => current.next(),
    }
}

fn matches(node: &Node, step: &Step) -> bool {
    let kind = node.kind();
    match &step.test {
        Test::Node => !node.declares_namespace(),
        Test::Text => matches!(kind, Kind::Text | Kind::CData),
        Test::Comment => kind == Kind::Comment,
        Test::Instruction => kind == Kind::ProcessingInstruction,
        Test::Name(namespace, local) => {
            let principal = if step.axis == Axis::Attribute { Kind::Attribute } else { Kind::Element };
            kind == principal
                && !node.declares_namespace()
                && node.name().is_some_and(|name| {
                    namespace.as_ref().is_none_or(|namespace| *namespace == name.namespace)
                        && local.as_ref().is_none_or(|local| **local == *name.local)
                })
        }
    }
}

/// The nodes for which a predicate holds; a number means a position.
fn filtered<E: From<Exception>>(
    nodes: Vec<Node>,
    predicate: &Expression,
    spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
) -> std::result::Result<Vec<Node>, E> {
    let size = nodes.len();
    let mut kept = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let context = Context { node, position: at + 1, size };
        // Texts are put together and compared in there.
        spend(1 + usize::try_from(node.take_visits() / 20).unwrap_or(usize::MAX))?;
        let holds = match context.evaluate(predicate, spend)? {
            Value::Number(number) => number == (at + 1) as f64,
            other => other.boolean(),
        };
        if holds {
            kept.push(node.clone());
        }
    }
    Ok(kept)
}

/// Each node once, in the order of the document; attributes stand behind their element.
fn ordered(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let (attributes, others): (Vec<Node>, Vec<Node>) = nodes.into_iter().partition(|node| !node.kind().is_node());
    let mut seen = HashSet::new();
    let mut all = Node::in_document_order(&others)?;
    all.extend(attributes);
    // All are in one tree, and numbers in it do not change while it is only looked at.
    all.retain(|node| seen.insert(node.number()));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    fn selected(expression: &str) -> String {
        let text = "<r xmlns:p='u'><a id='1'>x</a><a id='2'><b>y</b><!--c--></a><p:a>z</p:a><c><b>w</b></c></r>";
        let document = parse::document::<Exception>(text, false, &mut |_| Ok(())).unwrap();
        let namespaces = |prefix: &str| (prefix == "p").then(|| Namespace::new("u"));
        match select::<Exception>(&document, expression, &namespaces, &mut |_| Ok(())) {
            Ok(nodes) => nodes.iter().map(text_of).collect::<Vec<_>>().join(","),
            Err(exception) => exception.message.into_owned(),
        }
    }

    #[test]
    fn selects() {
        for (expression, texts) in [
            ("/r/a", "x,y"),
            ("//b", "y,w"),
            ("r/a[2]/b", "y"),
            ("//a[@id='1']", "x"),
            ("//@id", "1,2"),
            ("//p:a", "z"),
            ("//*[local-name()='a']", "x,y,z"),
            ("//b/..", "y,w"),
            ("/r/*[last()]", "w"),
            ("//a[b='y']/@id", "2"),
            ("//a[not(b)]", "x"),
            ("//a[contains(., 'y') and @id > 1]", "y"),
            ("(//b)[2]", "w"),
            ("//b | //a", "x,y,y,w"),
            ("//b/ancestor::c", "w"),
            ("//c/preceding-sibling::a[1]", "y"),
            ("//comment()", "c"),
            ("/r/a[position() < 2]/text()", "x"),
            ("/r/q", ""),
            ("//[", "'//[' has an invalid token."),
            ("1", "Expression must evaluate to a node-set."),
            ("q:a", NEEDS_CONTEXT),
            ("count(//a)", "Expression must evaluate to a node-set."),
            ("//a[count(../*) = 4]", "x,y"),
            ("//a[@id mod 2 = 0]", "y"),
            ("//a[starts-with(@id, '1')]", "x"),
        ] {
            assert_eq!(selected(expression), texts, "{expression}");
        }
    }
}
