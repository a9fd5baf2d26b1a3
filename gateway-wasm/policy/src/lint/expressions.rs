//! What lints see of an expression: its tree, gone through part by part, and the variables that it asks for.

use crate::{
    expr::{
        ast::{
            Argument, ArgumentValue, Block, Declaration, Expression, ExpressionKind, Identifier, Initializer, InitializerItem,
            InitializerValue, LambdaBody, Literal, Pattern, Piece, Program, Statement, StatementKind, UsingResource,
        },
        parser,
    },
    xml::{Kind, Value},
};
use diagnostic::Span;

/// The tree of a value, if it is an expression that can be read.
pub fn parse(value: &Value) -> Option<Program> {
    if value.kind != Kind::Expression || value.damaged {
        return None;
    }
    parser::parse(&value.text, value.span.start, value.spelling()).0
}

/// A part of an expression.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// An expression.
    Expression(&'a Expression),
    /// A text: a literal, or what stands between the holes of an interpolated one.
    Text(&'a str, Span),
    /// `var name = value`
    Local(&'a Identifier, &'a Expression),
    /// `try`
    Try,
}

/// Goes through a program, outer parts first.
pub fn each(program: &Program, visit: &mut dyn FnMut(Part<'_>)) {
    let mut walk = Walk { visit };
    match program {
        Program::Expression(value) => walk.expression(value),
        Program::Block(block) => walk.block(block),
    }
}

/// How an expression asks for a variable of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// `context.Variables["name"]`, which throws where there is none.
    ByIndex,
    /// `GetValueOrDefault("name")`, which gives null.
    OrNull,
    /// `GetValueOrDefault("name", other)`, `ContainsKey`, `TryGetValue`: its author knows that there may be none.
    Carefully,
}

/// The variable that an expression asks for by a name that is written.
pub fn variable(expression: &Expression) -> Option<(Asks, String)> {
    match &expression.kind {
        ExpressionKind::Index { target, arguments } if is_variables(target) => Some((Asks::ByIndex, text(arguments.first()?)?)),
        ExpressionKind::Call { target, arguments } => {
            let ExpressionKind::Member { target, name, .. } = &target.kind else { return None };
            let asks = match &*name.text {
                "GetValueOrDefault" if arguments.len() == 1 => Asks::OrNull,
                "GetValueOrDefault" | "ContainsKey" | "TryGetValue" => Asks::Carefully,
                _ => return None,
            };
            is_variables(target).then(|| Some((asks, text(arguments.first()?)?)))?
        }
        _ => None,
    }
}

/// True if a program asks for variables by names that are computed, or hands all of them on.
pub fn asks_for_any(program: &Program) -> bool {
    let (mut all, mut named) = (0, 0);
    each(program, &mut |part| {
        if let Part::Expression(expression) = part {
            all += usize::from(is_variables(expression));
            named += usize::from(variable(expression).is_some());
        }
    });
    all > named
}

/// An expression without the brackets and casts around it.
pub fn bare(mut expression: &Expression) -> &Expression {
    while let ExpressionKind::Parenthesized(inner) | ExpressionKind::Cast(_, inner) | ExpressionKind::As(inner, _) =
        &expression.kind
    {
        expression = inner;
    }
    expression
}

/// What a condition always is, as far as `true`, `false` and what joins them tell.
pub fn constant(expression: &Expression) -> Option<bool> {
    use crate::expr::ast::{BinaryOperator::*, UnaryOperator::Not};
    match &expression.kind {
        ExpressionKind::Literal(Literal::Bool(value)) => Some(*value),
        ExpressionKind::Parenthesized(inner) => constant(inner),
        ExpressionKind::Unary(Not, inner) => constant(inner).map(|value| !value),
        ExpressionKind::Binary(Both, left, right) => match (constant(left), constant(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExpressionKind::Binary(Either, left, right) => match (constant(left), constant(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_variables(expression: &Expression) -> bool {
    let ExpressionKind::Member { target, name, .. } = &bare(expression).kind else { return false };
    &*name.text == "Variables" && matches!(&bare(target).kind, ExpressionKind::Name(name, _) if &*name.text == "context")
}

fn text(argument: &Argument) -> Option<String> {
    match &argument.value {
        ArgumentValue::Value(Expression { kind: ExpressionKind::Literal(Literal::String(text)), .. }) => {
            Some(text.to_str().into_owned())
        }
        _ => None,
    }
}

struct Walk<'v> {
    visit: &'v mut dyn FnMut(Part<'_>),
}

impl Walk<'_> {
    fn expression(&mut self, expression: &Expression) {
        (self.visit)(Part::Expression(expression));
        match &expression.kind {
            ExpressionKind::Literal(Literal::String(text)) => (self.visit)(Part::Text(&text.to_str(), expression.span)),
            ExpressionKind::Literal(_)
            | ExpressionKind::Name(..)
            | ExpressionKind::Type(_)
            | ExpressionKind::Receiver
            | ExpressionKind::Default(_)
            | ExpressionKind::NameOf(_) => {}
            ExpressionKind::Interpolated(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => (self.visit)(Part::Text(&text.to_str(), expression.span)),
                        Piece::Hole { value, alignment, .. } => {
                            self.expression(value);
                            alignment.iter().for_each(|alignment| self.expression(alignment));
                        }
                    }
                }
            }
            ExpressionKind::Member { target: inner, .. }
            | ExpressionKind::Cast(_, inner)
            | ExpressionKind::Unary(_, inner)
            | ExpressionKind::Step { target: inner, .. }
            | ExpressionKind::As(inner, _)
            | ExpressionKind::Throw(inner)
            | ExpressionKind::Checked(_, inner)
            | ExpressionKind::Parenthesized(inner) => self.expression(inner),
            ExpressionKind::Index { target, arguments } | ExpressionKind::Call { target, arguments } => {
                self.expression(target);
                self.arguments(arguments);
            }
            ExpressionKind::Conditional { target: left, rest: right }
            | ExpressionKind::Binary(_, left, right)
            | ExpressionKind::Assign { target: left, value: right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            ExpressionKind::New { arguments, initializer, .. } => {
                self.arguments(arguments);
                initializer.iter().for_each(|initializer| self.initializer(initializer));
            }
            ExpressionKind::NewArray { length, items, .. } => {
                length.iter().for_each(|length| self.expression(length));
                items.iter().flatten().for_each(|item| self.expression(item));
            }
            ExpressionKind::ArrayItems(items) => items.iter().for_each(|item| self.expression(item)),
            ExpressionKind::NewAnonymous(members) => members.iter().for_each(|(_, value)| self.expression(value)),
            ExpressionKind::Ternary(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|part| self.expression(part))
            }
            ExpressionKind::Is(value, pattern) => {
                self.expression(value);
                self.pattern(pattern);
            }
            ExpressionKind::Lambda { body, .. } => self.body(body),
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            match &argument.value {
                ArgumentValue::Value(value) | ArgumentValue::Out(value) => self.expression(value),
                ArgumentValue::OutDeclaration(..) => {}
            }
        }
    }

    fn initializer(&mut self, initializer: &Initializer) {
        match initializer {
            Initializer::Members(members) => {
                for (_, value) in members {
                    match value {
                        InitializerValue::Value(value) => self.expression(value),
                        InitializerValue::Nested(inner) => self.initializer(inner),
                    }
                }
            }
            Initializer::Items(items) => {
                for item in items {
                    match item {
                        InitializerItem::Add(values) => values.iter().for_each(|value| self.expression(value)),
                        InitializerItem::Set(key, value) => {
                            key.iter().for_each(|key| self.expression(key));
                            self.expression(value);
                        }
                    }
                }
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        if let Pattern::Constant(value) = pattern {
            self.expression(value);
        }
    }

    fn body(&mut self, body: &LambdaBody) {
        match body {
            LambdaBody::Expression(value) => self.expression(value),
            LambdaBody::Block(block) => self.block(block),
        }
    }

    fn block(&mut self, block: &Block) {
        block.statements.iter().for_each(|statement| self.statement(statement));
    }

    fn declaration(&mut self, declaration: &Declaration) {
        for (name, value) in &declaration.names {
            if let Some(value) = value {
                (self.visit)(Part::Local(name, value));
                self.expression(value);
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Local(declaration) => self.declaration(declaration),
            StatementKind::Function(function) => self.body(&function.body),
            StatementKind::Expression(value) | StatementKind::Return(Some(value)) | StatementKind::Throw(Some(value)) => {
                self.expression(value);
            }
            StatementKind::Block(block) | StatementKind::Checked(_, block) => self.block(block),
            StatementKind::If(condition, yes, no) => {
                self.expression(condition);
                self.statement(yes);
                no.iter().for_each(|no| self.statement(no));
            }
            StatementKind::For { first, condition, step, body } => {
                first.iter().for_each(|first| self.statement(first));
                condition.iter().chain(step).for_each(|part| self.expression(part));
                self.statement(body);
            }
            StatementKind::ForEach { source, body, .. } => {
                self.expression(source);
                self.statement(body);
            }
            StatementKind::While(condition, body) | StatementKind::Do(body, condition) => {
                self.expression(condition);
                self.statement(body);
            }
            StatementKind::Switch(value, sections) => {
                self.expression(value);
                for section in sections {
                    for (pattern, condition) in section.labels.iter().flatten() {
                        self.pattern(pattern);
                        condition.iter().for_each(|condition| self.expression(condition));
                    }
                    section.body.iter().for_each(|statement| self.statement(statement));
                }
            }
            StatementKind::Try { body, catches, finally } => {
                (self.visit)(Part::Try);
                self.block(body);
                for catch in catches {
                    catch.condition.iter().for_each(|condition| self.expression(condition));
                    self.block(&catch.body);
                }
                finally.iter().for_each(|block| self.block(block));
            }
            StatementKind::Using(resource, body) => {
                match &**resource {
                    UsingResource::Local(declaration) => self.declaration(declaration),
                    UsingResource::Value(value) => self.expression(value),
                }
                self.statement(body);
            }
            StatementKind::Break
            | StatementKind::Continue
            | StatementKind::Return(None)
            | StatementKind::Throw(None)
            | StatementKind::Empty => {}
        }
    }
}
