//! Operators: which there are for two types, and what comes out.

use super::{Checker, Typed};
use crate::expr::{
    ast::{BinaryOperator as B, Expression, ExpressionKind, UnaryOperator},
    conversion::{Conversion, explicit, implicit},
    dynamic,
    eval::Node,
    numeric::{self, Numeric},
    overload::{Argument, Choice},
    types::Type,
    value::Value,
};
use diagnostic::Span;

impl Checker {
    pub(super) fn unary(&mut self, operator: UnaryOperator, operand: &Expression, span: Span) -> Typed {
        let typed = self.value(operand, None);
        if matches!(typed.kind, Type::Unknown) || typed.kind == Type::OBJECT {
            let node = match operator {
                UnaryOperator::Plus => typed.node,
                UnaryOperator::Not => return Typed::new(Node::Not(typed.node.into()), Type::BOOL),
                UnaryOperator::Minus => Node::Negate(typed.node.into(), false, self.checked),
                UnaryOperator::Complement => Node::Negate(typed.node.into(), true, self.checked),
            };
            return Typed::new(node, Type::Unknown);
        }
        let inner = typed.kind.without_nullable().clone();
        let lifted = |kind: Type| if typed.kind == inner { kind } else { kind.nullable() };
        let symbol = match operator {
            UnaryOperator::Not if inner == Type::BOOL => {
                return match typed.as_constant() {
                    Some(Value::Bool(value)) => Typed::constant(Value::Bool(!value)),
                    _ => Typed::new(Node::Not(typed.node.into()), typed.kind.clone()),
                };
            }
            UnaryOperator::Not => "!",
            UnaryOperator::Plus => "+",
            UnaryOperator::Minus => "-",
            UnaryOperator::Complement => "~",
        };
        if operator != UnaryOperator::Not
            && let Some(numeric) = Numeric::of(&inner)
        {
            let result = match operator {
                UnaryOperator::Minus if numeric == Numeric::UInt32 => Some(Numeric::Int64),
                UnaryOperator::Minus if numeric == Numeric::UInt64 => None,
                UnaryOperator::Complement if !numeric.is_whole() => None,
                _ if numeric <= Numeric::Int32 => Some(Numeric::Int32),
                _ => Some(numeric),
            };
            if let Some(result) = result {
                let kind = lifted(result.to_type());
                return match operator {
                    UnaryOperator::Plus => self.converted(typed, &kind),
                    _ => {
                        let complement = operator == UnaryOperator::Complement;
                        match typed.as_constant().map(|value| numeric::negated(value, complement, !self.wraps)) {
                            Some(Ok(Some(value))) => return Typed::constant(value),
                            Some(Err(_)) => return self.constant_overflow(span),
                            _ => {}
                        }
                        Typed::new(Node::Negate(typed.node.into(), complement, self.checked), kind)
                    }
                };
            }
        }
        if operator == UnaryOperator::Complement && inner.as_enum().is_some() {
            return Typed::new(Node::Negate(typed.node.into(), true, false), typed.kind);
        }
        if let Some(choice) = dynamic::choose_operator(symbol, &[argument(&typed)]) {
            return self.operator_call(choice, vec![typed]);
        }
        let message = format!("`{symbol}` does not go with `{}`", typed.kind);
        let help = match (operator, &typed.kind) {
            (UnaryOperator::Not, kind) if kind.takes_null() => Some("compare it: `x == null`".to_owned()),
            (UnaryOperator::Not, kind) if Numeric::of(kind).is_some() => Some("compare it: `x == 0`".to_owned()),
            _ => None,
        };
        self.error("expression/operator", span, message, help);
        Typed::unknown()
    }

    /// Chains such as `a + b + c` are deep to the left, so they are walked in a loop.
    pub(super) fn binary(&mut self, expression: &Expression) -> Typed {
        let mut chain = Vec::new();
        let mut leftmost = expression;
        while let ExpressionKind::Binary(operator, left, right) = &leftmost.kind {
            if *operator == B::Coalesce {
                break;
            }
            chain.push((*operator, right, leftmost.span));
            leftmost = left;
        }
        let mut left = self.value(leftmost, None);
        let mut left_span = leftmost.span;
        while let Some((operator, right, span)) = chain.pop() {
            left = match operator {
                B::Both | B::Either => {
                    let (one, other) = (self.condition_of(left, left_span), self.condition(right));
                    let mut nodes = match (one, operator) {
                        (Node::All(nodes), B::Both) | (Node::Any(nodes), B::Either) => nodes,
                        (node, _) => vec![node],
                    };
                    nodes.push(other);
                    Typed::new(if operator == B::Both { Node::All(nodes) } else { Node::Any(nodes) }, Type::BOOL)
                }
                operator => {
                    let right_typed = self.value(right, None);
                    self.operated(operator, left, right_typed, span)
                }
            };
            left_span = span;
        }
        left
    }

    /// An operator on two values.
    pub(super) fn operated(&mut self, operator: B, left: Typed, right: Typed, span: Span) -> Typed {
        let text = |typed: &Typed| typed.kind == Type::STRING;
        if operator == B::Add && (text(&left) || text(&right)) {
            // An operator of the other side's type goes first: `XNamespace + string` is an `XName`.
            return match dynamic::choose_operator("+", &[argument(&left), argument(&right)]) {
                Some(choice) => self.operator_call(choice, vec![left, right]),
                None => concat(left, right),
            };
        }
        // A shift's count stays an `int`.
        let (left, right) = match operator {
            B::ShiftLeft | B::ShiftRight => (left, right),
            _ => {
                let left = as_unsigned(left, &right.kind);
                let right = as_unsigned(right, &left.kind);
                (left, right)
            }
        };
        if matches!(operator, B::Equal | B::NotEqual) {
            return self.equality(operator, left, right, span);
        }
        let open = |typed: &Typed| typed.kind.is_open();
        if open(&left) || open(&right) {
            if matches!(&left.kind, kind if *kind == Type::OBJECT) || matches!(&right.kind, kind if *kind == Type::OBJECT) {
                self.cast_missing(span, operator.symbol());
            }
            let kind = if matches!(operator, B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual) {
                Type::BOOL
            } else {
                Type::Unknown
            };
            return Typed::new(Node::Binary(operator, (left.node, right.node).into(), self.checked), kind);
        }
        let (one, other) = (left.kind.without_nullable().clone(), right.kind.without_nullable().clone());
        let compares = matches!(operator, B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual);
        let is_lifted =
            one != left.kind || other != right.kind || matches!(left.kind, Type::Null) || matches!(right.kind, Type::Null);
        let result = plain_operator(operator, &one, &other);
        if let Some(result) = result {
            let kind = if compares {
                Type::BOOL
            } else if is_lifted {
                result.nullable()
            } else {
                result
            };
            if let (Some(one), Some(other)) = (left.as_constant(), right.as_constant())
                && Numeric::of_value(one).is_some()
            {
                match numeric::binary(operator, one, other, Numeric::of(&kind).is_some_and(Numeric::is_whole) && !self.wraps) {
                    Ok(Some(value)) => return Typed::constant(value),
                    Ok(None) => {}
                    Err(_) => return self.constant_overflow(span),
                }
            }
            return Typed::new(Node::Binary(operator, (left.node, right.node).into(), self.checked), kind);
        }
        if let Some(choice) = dynamic::choose_operator(operator.symbol(), &[argument(&left), argument(&right)]) {
            return self.operator_call(choice, vec![left, right]);
        }
        self.no_operator(operator, &left, &right, span)
    }

    fn constant_overflow(&mut self, span: Span) -> Typed {
        let message = "this constant does not fit its type, or divides by zero";
        self.error("expression/overflow", span, message, Some("use a wider type, such as `1000000000L`".into()));
        Typed::unknown()
    }

    fn equality(&mut self, operator: B, left: Typed, right: Typed, span: Span) -> Typed {
        let negated = operator == B::NotEqual;
        let (one, other) = (left.kind.without_nullable(), right.kind.without_nullable());
        if let (Some(Value::String(one)), Some(Value::String(other))) = (left.as_constant(), right.as_constant()) {
            return Typed::constant(Value::Bool((one == other) != negated));
        }
        let numbers = Numeric::of(one).zip(Numeric::of(other)).is_some_and(|(one, other)| one.promoted(other).is_some());
        if numbers && *one == left.kind && *other == right.kind {
            return Typed::new(Node::Binary(operator, (left.node, right.node).into(), false), Type::BOOL);
        }
        let object = |typed: &Typed| typed.kind == Type::OBJECT;
        // With a box on one side, APIM compares references: `object == string` is a trap that this one spares people.
        let comparable_box = |typed: &Typed| !typed.kind.is_open() && !matches!(typed.kind, Type::Null);
        if (object(&left) && comparable_box(&right)) || (object(&right) && comparable_box(&left)) {
            let kind = if object(&left) { right.kind.clone() } else { left.kind.clone() };
            self.warning(
                "expression/cast-missing",
                span,
                format!("APIM compares an `object` with `{kind}` by reference here, or refuses it"),
                Some(format!("cast it: `({kind})...`")),
            );
        }
        let fits = left.kind.is_open()
            || right.kind.is_open()
            || numbers
            || one == other
            || matches!(left.kind, Type::Null) && right.kind.takes_null()
            || matches!(right.kind, Type::Null) && left.kind.takes_null()
            || (!one.is_value() && !other.is_value() && (one.is_reference_to(other) || other.is_reference_to(one)))
            || one.as_enum().is_some() && right.as_constant().and_then(numeric::whole) == Some(0)
            || other.as_enum().is_some() && left.as_constant().and_then(numeric::whole) == Some(0)
            || interfaces(one, other);
        if fits {
            return Typed::new(Node::Equal((left.node, right.node).into(), negated), Type::BOOL);
        }
        if let Some(choice) = dynamic::choose_operator(operator.symbol(), &[argument(&left), argument(&right)]) {
            return self.operator_call(choice, vec![left, right]);
        }
        // One side becomes the other's type where a conversion operator says so: `name == "item"` of an `XName`.
        if let Some(choice) = dynamic::choose_operator("==", &[argument(&left), argument(&right)]) {
            let typed = self.operator_call(choice, vec![left, right]);
            return Typed::new(if negated { Node::Not(typed.node.into()) } else { typed.node }, Type::BOOL);
        }
        // `null` never equals a value type that cannot be null; C# only warns.
        if matches!(left.kind, Type::Null) || matches!(right.kind, Type::Null) {
            let kind = if matches!(left.kind, Type::Null) { &right.kind } else { &left.kind };
            let message = format!("a value of type `{kind}` is never null");
            self.warning("expression/never-null", span, message, Some("leave the comparison out".into()));
            return Typed::new(Node::Equal((left.node, right.node).into(), negated), Type::BOOL);
        }
        self.no_operator(operator, &left, &right, span)
    }

    fn no_operator(&mut self, operator: B, left: &Typed, right: &Typed, span: Span) -> Typed {
        let message = format!("`{}` does not go with `{}` and `{}`", operator.symbol(), left.kind, right.kind);
        let cast = |from: &Type, to: &Type| {
            (implicit(from, to, None).is_none() && explicit(from, to, None).is_some())
                .then(|| format!("cast one of them: `({to})...`"))
        };
        let help = cast(&left.kind, &right.kind).or_else(|| cast(&right.kind, &left.kind));
        self.error("expression/operator", span, message, help);
        Typed::unknown()
    }

    /// What APIM's compiler wants a cast for and this one looks at when it is there.
    pub(super) fn cast_missing(&mut self, span: Span, what: &str) {
        self.warning(
            "expression/cast-missing",
            span,
            format!("APIM does not know the type of this `object` and refuses `{what}` here"),
            Some("cast it first, such as `(string)context.Variables[\"name\"]`".into()),
        );
    }

    fn operator_call(&mut self, choice: Choice, operands: Vec<Typed>) -> Typed {
        let lifted = operands.iter().any(|operand| matches!(operand.kind, Type::Nullable(_)));
        let result = choice.result.clone();
        if lifted {
            // A lifted operator: null where one operand is null, which the engine sees when the values are there.
            let symbol = choice.signature.name;
            let mut nodes = operands.into_iter().map(|operand| operand.node);
            if let (Some(operator), Some(left), Some(right)) = (operator_of(symbol), nodes.next(), nodes.next()) {
                let kind = if result == Type::BOOL { result } else { result.nullable() };
                return Typed::new(Node::Binary(operator, (left, right).into(), false), kind);
            }
            return Typed::unknown();
        }
        let node = super::calls::call_node(&choice, None, operands.into_iter().map(|operand| operand.node).collect(), Vec::new());
        Typed::new(node, result)
    }

    /// `value ?? other`
    pub(super) fn coalesce(&mut self, left: &Expression, right: &Expression, span: Span) -> Typed {
        let one = self.value(left, None);
        let other = self.value(right, Some(&one.kind));
        if matches!(one.kind, Type::Unknown) || matches!(other.kind, Type::Unknown) {
            return Typed::new(Node::Coalesce((one.node, other.node).into()), Type::Unknown);
        }
        if matches!(one.kind, Type::Null) {
            return other;
        }
        if !one.kind.takes_null() {
            let message = format!("a value of type `{}` is never null, so `??` has no effect", one.kind);
            self.error("expression/never-null", span, message, Some("leave `??` and what follows it out".into()));
            return one;
        }
        let inner = one.kind.without_nullable().clone();
        for kind in [inner.clone(), one.kind.clone()] {
            if implicit(&other.kind, &kind, other.as_constant()).is_some() {
                let other = self.converted(other, &kind);
                return Typed::new(Node::Coalesce((one.node, other.node).into()), kind);
            }
        }
        if implicit(&inner, &other.kind, None).is_some() {
            let kind = other.kind.clone();
            let one = self.converted(Typed::new(one.node, inner), &kind);
            return Typed::new(Node::Coalesce((one.node, other.node).into()), kind);
        }
        let message = format!("`??` does not go with `{}` and `{}`", one.kind, other.kind);
        let help = explicit(&one.kind, &other.kind, None).map(|_| format!("cast the first: `({})...`", other.kind));
        self.error("expression/operator", span, message, help);
        Typed::unknown()
    }

    /// Converts what is known to convert.
    pub(super) fn converted(&mut self, typed: Typed, to: &Type) -> Typed {
        match implicit(&typed.kind, to, typed.as_constant()) {
            Some(conversion) => Typed::new(convert_node(typed.node, conversion, self.checked), to.clone()),
            None => {
                Typed::new(Node::Convert(typed.node.into(), Conversion::Dynamic(to.clone()).into(), self.checked), to.clone())
            }
        }
    }
}

/// The type that comes out of an operator of the language itself.
fn plain_operator(operator: B, one: &Type, other: &Type) -> Option<Type> {
    let bools = *one == Type::BOOL && *other == Type::BOOL;
    if bools && matches!(operator, B::And | B::Or | B::ExclusiveOr) {
        return Some(Type::BOOL);
    }
    if let (Some(net_type), true) = (one.as_enum(), one == other) {
        let _ = net_type;
        return match operator {
            B::And | B::Or | B::ExclusiveOr => Some(one.clone()),
            B::Subtract => Some(Type::INT),
            B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual => Some(Type::BOOL),
            _ => None,
        };
    }
    let counts = |kind: &Type| Numeric::of(kind).is_some_and(|numeric| numeric.widens_to(Numeric::Int32));
    if one.as_enum().is_some() && counts(other) && matches!(operator, B::Add | B::Subtract) {
        return Some(one.clone());
    }
    if other.as_enum().is_some() && counts(one) && operator == B::Add {
        return Some(other.clone());
    }
    // `null` takes the other side's type: a lifted operator, whose result is null.
    let (one, other) = match (one, other) {
        (Type::Null, other) => (Numeric::of(other)?, Numeric::of(other)?),
        (one, Type::Null) => (Numeric::of(one)?, Numeric::of(one)?),
        (one, other) => (Numeric::of(one)?, Numeric::of(other)?),
    };
    if matches!(operator, B::ShiftLeft | B::ShiftRight) {
        let count = other.widens_to(Numeric::Int32);
        return (one.is_whole() && count).then(|| one.max(Numeric::Int32).to_type());
    }
    let promoted = one.promoted(other)?;
    match operator {
        B::Add | B::Subtract | B::Multiply | B::Divide | B::Remainder => Some(promoted.to_type()),
        B::Less | B::Greater | B::LessOrEqual | B::GreaterOrEqual => Some(Type::BOOL),
        B::And | B::Or | B::ExclusiveOr if promoted.is_whole() => Some(promoted.to_type()),
        _ => None,
    }
}

/// A constant `int` that is not negative is a `uint` or `ulong` where the other side is one, and a `long` is a `ulong`.
fn as_unsigned(constant: Typed, other: &Type) -> Typed {
    let unsigned = match (Numeric::of(&constant.kind), Numeric::of(other.without_nullable())) {
        (Some(Numeric::Int32), Some(unsigned @ (Numeric::UInt32 | Numeric::UInt64))) => unsigned,
        (Some(Numeric::Int64), Some(Numeric::UInt64)) => Numeric::UInt64,
        _ => return constant,
    };
    match constant.as_constant().and_then(numeric::whole) {
        Some(value) if value >= 0 => Typed::constant(unsigned.wrap(value)),
        _ => constant,
    }
}

/// A conversion, done at once where the value is a constant.
pub(super) fn convert_node(node: Node, conversion: Conversion, checked: bool) -> Node {
    match (&node, &conversion) {
        (_, Conversion::None) => node,
        (Node::Constant(value), Conversion::Number(numeric)) => match numeric::cast(value, *numeric, true) {
            Ok(Some(value)) => Node::Constant(value),
            _ => Node::Convert(node.into(), conversion.into(), checked),
        },
        (Node::Constant(value), Conversion::Enum(net_type)) => match numeric::whole(value) {
            Some(number) => Node::Constant(Value::Enum(net_type, i64::from(number as i32))),
            None => Node::Convert(node.into(), conversion.into(), checked),
        },
        _ => Node::Convert(node.into(), conversion.into(), checked),
    }
}

fn concat(left: Typed, right: Typed) -> Typed {
    let mut nodes = match left.node {
        Node::Concat(nodes) if left.kind == Type::STRING => nodes,
        node => vec![node],
    };
    if let (Some(Node::Constant(Value::String(one))), Node::Constant(Value::String(other))) = (nodes.last(), &right.node) {
        let both = Value::String(one.concat(other));
        if nodes.len() == 1 {
            return Typed::constant(both);
        }
        nodes.pop();
        nodes.push(Node::Constant(both));
    } else {
        match right.node {
            Node::Concat(more) if right.kind == Type::STRING => nodes.extend(more),
            node => nodes.push(node),
        }
    }
    Typed::new(Node::Concat(nodes), Type::STRING)
}

fn argument(typed: &Typed) -> Argument {
    Argument {
        name: None,
        kind: typed.kind.without_nullable().clone(),
        constant: typed.as_constant().cloned(),
        lambda: None,
        out: false,
    }
}

fn interfaces(one: &Type, other: &Type) -> bool {
    let open = |kind: &Type| matches!(kind, Type::Named(net_type, _) if net_type.kind == crate::expr::types::Kind::Interface);
    (open(one) && !other.is_value()) || (open(other) && !one.is_value())
}

fn operator_of(symbol: &str) -> Option<B> {
    [
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
        B::Remainder,
        B::Less,
        B::Greater,
        B::LessOrEqual,
        B::GreaterOrEqual,
        B::Equal,
        B::NotEqual,
    ]
    .into_iter()
    .find(|operator| operator.symbol() == symbol)
}
