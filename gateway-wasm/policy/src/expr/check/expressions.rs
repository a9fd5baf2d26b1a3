//! Expressions, one kind after the other.

use super::{Checker, Local, Typed, operators::convert_node, suggestion};
use crate::expr::{
    ast::{
        ArgumentValue, BinaryOperator, Expression, ExpressionKind as E, Identifier, Initializer, InitializerItem, LambdaBody,
        Literal, Pattern, Piece, TypeName,
    },
    conversion::{Conversion, explicit, implicit},
    dynamic::Operation,
    eval::{Body, Code, DynamicNode, Hole, Node, Test},
    numeric,
    types::Type,
    value::Value,
};
use diagnostic::Span;
use std::{collections::HashMap, rc::Rc};

impl Checker {
    /// An expression that must have a value. `expected` is what it will be used as, for lambdas, `default` and lists.
    pub(super) fn value(&mut self, expression: &Expression, expected: Option<&Type>) -> Typed {
        self.deeper(expression.span, Typed::unknown(), |checker| checker.any_value(expression, expected))
    }

    /// A value that becomes one of a type.
    pub(super) fn value_as(&mut self, expression: &Expression, to: &Type) -> Node {
        if let Type::Function(function) = to
            && let Some(node) = self.method_as(expression, function)
        {
            return node;
        }
        let typed = self.value(expression, Some(to));
        self.assigned(typed, to, expression.span)
    }

    /// Converts without a cast, or reports that it cannot be.
    pub(super) fn assigned(&mut self, typed: Typed, to: &Type, span: Span) -> Node {
        if let Some(conversion) = implicit(&typed.kind, to, typed.as_constant()) {
            return convert_node(typed.node, conversion, true);
        }
        if typed.kind == Type::OBJECT {
            let message = format!("APIM does not take an `object` as `{to}` here");
            self.warning("expression/cast-missing", span, message, Some(format!("cast it: `({to})...`")));
            return Node::Convert(typed.node.into(), Conversion::Dynamic(to.clone()).into(), false);
        }
        self.cannot_convert(&typed, to, span);
        Node::Constant(Value::Null)
    }

    pub(super) fn cannot_convert(&mut self, typed: &Typed, to: &Type, span: Span) {
        if typed.kind == Type::Void {
            let help = Some("call something that returns a value".to_owned());
            return self.error("expression/no-value", span, "this gives no value", help);
        }
        let message = match typed.kind {
            Type::Null => format!("`null` cannot be {}", to.with_article()),
            _ => format!("{} is not {}", typed.kind.with_article(), to.with_article()),
        };
        let help = if *to == Type::STRING {
            Some("write `.ToString()` after it".to_owned())
        } else if explicit(&typed.kind, to, typed.as_constant()).is_some() {
            Some(format!("cast it: `({to})...`"))
        } else if typed.kind == Type::STRING && numeric::Numeric::of(to).is_some() {
            Some(format!("write `{to}.Parse(...)`"))
        } else if matches!(typed.kind, Type::Null) {
            Some(format!("declare it as `{to}?`"))
        } else {
            None
        };
        self.error("expression/conversion", span, message, help);
    }

    /// An expression that decides something.
    pub(super) fn condition(&mut self, expression: &Expression) -> Node {
        let typed = self.value(expression, Some(&Type::BOOL));
        self.condition_of(typed, expression.span)
    }

    pub(super) fn condition_of(&mut self, typed: Typed, span: Span) -> Node {
        if typed.kind == Type::BOOL || matches!(typed.kind, Type::Unknown) {
            return typed.node;
        }
        if typed.kind == Type::OBJECT {
            return self.assigned(typed, &Type::BOOL, span);
        }
        if implicit(&typed.kind, &Type::BOOL, None).is_some() {
            return self.assigned(typed, &Type::BOOL, span);
        }
        let help = match &typed.kind {
            Type::Nullable(inner) if **inner == Type::BOOL => Some("compare it: `... == true`".to_owned()),
            kind if *kind == Type::STRING => Some("compare it: `... == \"true\"`, or use `Convert.ToBoolean(...)`".to_owned()),
            kind if explicit(kind, &Type::BOOL, None).is_some() => Some("cast it: `(bool)...`".to_owned()),
            kind if kind.takes_null() => Some("compare it: `... != null`".to_owned()),
            kind if numeric::Numeric::of(kind).is_some() => Some("compare it: `... != 0`".to_owned()),
            _ => None,
        };
        self.error(
            "expression/condition",
            span,
            format!("a condition is a `bool`, and this is {}", typed.kind.with_article()),
            help,
        );
        Node::Constant(Value::Bool(false))
    }

    fn any_value(&mut self, expression: &Expression, expected: Option<&Type>) -> Typed {
        let span = expression.span;
        match &expression.kind {
            E::Literal(literal) => self.literal(literal),
            E::Interpolated(pieces) => self.interpolated(pieces),
            E::Name(..) | E::Member { .. } | E::Type(_) => self.named_value(expression),
            E::Index { target, arguments } => self.index(target, arguments, span),
            E::Call { target, arguments } => self.call(target, arguments, span),
            E::Conditional { target, rest } => {
                let typed = self.value(target, None);
                if typed.kind.is_value() && !matches!(typed.kind, Type::Nullable(_)) {
                    let message = format!("a value of type `{}` is never null", typed.kind);
                    self.error("expression/never-null", target.span, message, Some("write `.` instead of `?.`".into()));
                }
                let slot = self.slot();
                self.receivers.push((slot, typed.kind.without_nullable().clone()));
                let rest = self.value(rest, None);
                self.receivers.pop();
                let kind = if rest.kind == Type::Void { Type::Void } else { rest.kind.nullable() };
                Typed::new(Node::Conditional(slot, (typed.node, rest.node).into()), kind)
            }
            E::Receiver => match self.receivers.last() {
                Some((slot, kind)) => Typed::new(Node::Local(*slot), kind.clone()),
                None => Typed::unknown(),
            },
            E::New { type_name, arguments, initializer } => self.new_object(type_name, arguments, initializer.as_ref(), span),
            E::NewArray { element, length, items } => {
                self.new_array(element.as_ref(), length.as_deref(), items.as_deref(), expected, span)
            }
            E::ArrayItems(items) => match expected {
                Some(Type::Array(element)) => {
                    let element = (**element).clone();
                    self.array_of(Some(element), items, span)
                }
                _ => {
                    let help = Some("write `new[] { ... }`, or declare an array: `int[] numbers = { 1, 2 };`".to_owned());
                    self.error("expression/array", span, "items in braces need the type of an array", help);
                    Typed::unknown()
                }
            },
            E::NewAnonymous(members) => {
                let mut names = Vec::new();
                let mut nodes = Vec::new();
                for (name, value) in members {
                    let typed = self.value(value, None);
                    names.push((name.text.clone(), typed.kind));
                    nodes.push(typed.node);
                }
                let names = Rc::new(names);
                Typed::new(Node::Anonymous(names.clone(), nodes), Type::Anonymous(names))
            }
            E::Cast(to, value) => {
                let to = self.type_of(to);
                let typed = self.value(value, Some(&to));
                self.cast(typed, to, span)
            }
            E::Unary(operator, operand) => self.unary(*operator, operand, span),
            E::Binary(BinaryOperator::Coalesce, left, right) => self.coalesce(left, right, span),
            E::Binary(..) => self.binary(expression),
            E::Assign { operator, target, value } => self.assign(*operator, target, value, span),
            E::Step { target, up, prefix } => self.step(target, *up, *prefix, span),
            E::Ternary(condition, yes, no) => {
                let condition = self.condition(condition);
                let (yes_typed, no_typed) = (self.value(yes, expected), self.value(no, expected));
                self.ternary(condition, yes_typed, no_typed, expected, span)
            }
            E::Is(value, pattern) => {
                let typed = self.value(value, None);
                let test = self.pattern(pattern, &typed.kind);
                Typed::new(Node::Is(typed.node.into(), test.into()), Type::BOOL)
            }
            E::As(value, to) => {
                let typed = self.value(value, None);
                let kind = self.type_of(to);
                if !kind.takes_null() {
                    let message = format!("`as` needs a type that can be null, and `{kind}` cannot");
                    self.error("expression/as", to.span, message, Some(format!("write `as {kind}?`, or cast: `({kind})...`")));
                }
                Typed::new(Node::As(typed.node.into(), kind.clone().into()), kind)
            }
            E::Lambda { parameters, body } => self.lone_lambda(parameters, body, expected, span),
            E::Default(Some(type_name)) => {
                let kind = self.type_of(type_name);
                Typed::new(Node::Constant(kind.default_value()), kind)
            }
            E::Default(None) => match expected {
                Some(kind) => Typed::new(Node::Constant(kind.default_value()), kind.clone()),
                None => {
                    let help = Some("write `default(int)`, for example".to_owned());
                    self.error("expression/default", span, "nothing says of what type this `default` is", help);
                    Typed::unknown()
                }
            },
            E::NameOf(name) => Typed::constant(Value::text(name.clone())),
            E::Throw(value) => {
                let typed = self.value(value, None);
                Typed::new(Node::Throw(typed.node.into()), Type::Null)
            }
            E::Checked(checked, value) => {
                let before = (self.checked, self.wraps);
                (self.checked, self.wraps) = (*checked, !*checked);
                let typed = self.value(value, expected);
                (self.checked, self.wraps) = before;
                typed
            }
            E::Parenthesized(inner) => self.value(inner, expected),
        }
    }

    fn literal(&mut self, literal: &Literal) -> Typed {
        match literal {
            Literal::Null => Typed::new(Node::Constant(Value::Null), Type::Null),
            Literal::Bool(value) => Typed::constant((*value).into()),
            Literal::Int(value) => Typed::constant((*value).into()),
            Literal::UInt(value) => Typed::constant((*value).into()),
            Literal::Long(value) => Typed::constant((*value).into()),
            Literal::ULong(value) => Typed::constant((*value).into()),
            Literal::Float(value) => Typed::constant((*value).into()),
            Literal::Double(value) => Typed::constant((*value).into()),
            Literal::Decimal(value) => Typed::constant((*value).into()),
            Literal::Char(unit) => Typed::constant(Value::Char(*unit)),
            Literal::String(text) => Typed::constant(Value::String(text.clone())),
        }
    }

    fn interpolated(&mut self, pieces: &[Piece]) -> Typed {
        let mut holes = Vec::new();
        for piece in pieces {
            holes.push(match piece {
                Piece::Text(text) => Hole::Text(text.clone()),
                Piece::Hole { value, alignment, format } => {
                    let typed = self.value(value, None);
                    if typed.kind == Type::Void {
                        self.error("expression/no-value", value.span, "this gives no value", None);
                    }
                    let width = alignment.as_ref().map_or(0, |alignment| {
                        let typed = self.value(alignment, None);
                        match typed.as_constant() {
                            Some(Value::Int32(width)) => *width,
                            _ => {
                                let help = Some("write a number: `{value,10}`".to_owned());
                                self.error("expression/alignment", alignment.span, "the width is not a constant number", help);
                                0
                            }
                        }
                    });
                    Hole::Value(typed.node, width, format.clone())
                }
            });
        }
        match holes.as_slice() {
            [] => Typed::constant(Value::text("")),
            [Hole::Text(text)] => Typed::constant(Value::String(text.clone())),
            _ => Typed::new(Node::Interpolated(holes), Type::STRING),
        }
    }

    fn cast(&mut self, typed: Typed, to: Type, span: Span) -> Typed {
        if matches!(typed.kind, Type::Unknown) {
            let node = if matches!(to, Type::Unknown) {
                typed.node
            } else {
                Node::Dynamic(
                    DynamicNode {
                        operation: Operation::Cast(to.clone().into()),
                        this: typed.node,
                        arguments: Vec::new(),
                        generics: Vec::new(),
                    }
                    .into(),
                )
            };
            return Typed::new(node, to);
        }
        // A constant that does not fit its new type is a mistake; one that does is that constant.
        if let (Some(value), Some(numeric)) = (typed.as_constant(), numeric::Numeric::of(&to))
            && numeric::Numeric::of(&typed.kind).is_some()
        {
            match numeric::cast(value, numeric, !self.wraps) {
                Ok(Some(value)) => return Typed::constant(value),
                _ => {
                    let message = format!("this constant does not fit into `{to}`");
                    self.error(
                        "expression/overflow",
                        span,
                        message,
                        Some(format!("write `unchecked(({to})...)` to wrap it around")),
                    );
                    return Typed::unknown();
                }
            }
        }
        match explicit(&typed.kind, &to, typed.as_constant()) {
            Some(conversion) => Typed::new(convert_node(typed.node, conversion, self.checked), to),
            None => {
                let message = match typed.kind {
                    Type::Null => format!("`null` cannot be {}", to.with_article()),
                    _ => format!("{} cannot be cast to `{to}`", typed.kind.with_article()),
                };
                let help = if to == Type::STRING {
                    Some("write `.ToString()` after it".to_owned())
                } else if typed.kind == Type::STRING && numeric::Numeric::of(&to).is_some() {
                    Some(format!("write `{to}.Parse(...)`"))
                } else {
                    None
                };
                self.error("expression/cast", span, message, help);
                Typed::unknown()
            }
        }
    }

    fn ternary(&mut self, condition: Node, yes: Typed, no: Typed, expected: Option<&Type>, span: Span) -> Typed {
        let known = |typed: &Typed| !matches!(typed.kind, Type::Unknown);
        let gives_way = |one: &Typed, other: &Typed| {
            matches!(one.node, Node::Throw(_)) || matches!(one.kind, Type::Null) && other.kind.takes_null()
        };
        let becomes = |one: &Typed, other: &Typed| {
            implicit(&one.kind, &other.kind, one.as_constant()).is_some() && one.kind != Type::OBJECT
        };
        let kind = if yes.kind == no.kind {
            yes.kind.clone()
        } else if !known(&yes) || !known(&no) {
            Type::Unknown
        } else if gives_way(&yes, &no) {
            no.kind.clone()
        } else if becomes(&no, &yes) && becomes(&yes, &no) && implicit(&yes.kind, &no.kind, None).is_some() {
            // The constant of `found ? b : 0` would fit into a byte, too, but `int` holds both whatever they are.
            no.kind.clone()
        } else if gives_way(&no, &yes) || becomes(&no, &yes) {
            yes.kind.clone()
        } else if becomes(&yes, &no) {
            no.kind.clone()
        } else if let Some(kind) = expected.filter(|kind| {
            // C# 9 would take the type that is expected; a nullable number with `null` is the case people write.
            implicit(&yes.kind, kind, yes.as_constant()).is_some() && implicit(&no.kind, kind, no.as_constant()).is_some()
        }) {
            kind.clone()
        } else {
            let message = format!("the two results have no type in common: `{}` and `{}`", yes.kind, no.kind);
            let help = if matches!(yes.kind, Type::Null) || matches!(no.kind, Type::Null) {
                let kind = if matches!(yes.kind, Type::Null) { &no.kind } else { &yes.kind };
                format!("cast the null: `({kind}?)null`")
            } else {
                "cast one of them, for example to `(object)`".to_owned()
            };
            self.error("expression/ternary", span, message, Some(help));
            Type::Unknown
        };
        let (yes, no) = match kind {
            Type::Unknown => (yes.node, no.node),
            _ => {
                let (yes, no) = (self.branch(yes, &kind), self.branch(no, &kind));
                (yes, no)
            }
        };
        Typed::new(Node::Ternary((condition, yes, no).into()), kind)
    }

    fn branch(&mut self, typed: Typed, kind: &Type) -> Node {
        if matches!(typed.node, Node::Throw(_)) { typed.node } else { self.converted(typed, kind).node }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern, kind: &Type) -> Test {
        match pattern {
            Pattern::Type(type_name, name) => {
                let tested = self.type_of(type_name);
                if !matches!(tested, Type::Unknown)
                    && !matches!(kind, Type::Unknown)
                    && explicit(kind, &tested, None).is_none()
                    && explicit(&tested, kind, None).is_none()
                {
                    let message = format!("{} is never {}", kind.with_article(), tested.with_article());
                    self.error("expression/pattern", type_name.span, message, None);
                }
                let slot = match name {
                    Some(name) if &*name.text != "_" => Some(self.declare(&name.text, name.span, tested.clone())),
                    _ => None,
                };
                Test::Type(tested, slot)
            }
            Pattern::Constant(value) => {
                // A lone name is a type where there is no such constant.
                if let Some(tested) = self.type_in_pattern(value) {
                    return Test::Type(tested, None);
                }
                let typed = self.value(value, Some(kind));
                let node = match implicit(&typed.kind, kind.without_nullable(), typed.as_constant()) {
                    Some(conversion) if !kind.is_open() => convert_node(typed.node, conversion, false),
                    _ => typed.node,
                };
                Test::Constant(node)
            }
            Pattern::Var(name) => Test::Var(self.declare(&name.text, name.span, kind.clone())),
        }
    }

    fn new_array(
        &mut self,
        element: Option<&TypeName>,
        length: Option<&Expression>,
        items: Option<&[Expression]>,
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        let element = element.map(|element| self.type_of(element));
        let length_node = length.map(|length| self.value_as(length, &Type::INT));
        match (items, length_node) {
            (Some(items), length_node) => {
                if let (Some(Node::Constant(Value::Int32(count))), Some(length)) = (&length_node, length)
                    && usize::try_from(*count).ok() != Some(items.len())
                {
                    let message = format!("the array has {count} items, and {} are written", items.len());
                    self.error("expression/array", length.span, message, Some("leave the number out".into()));
                }
                let from_expected = match expected {
                    Some(Type::Array(element)) if items.is_empty() => Some((**element).clone()),
                    _ => None,
                };
                self.array_of(element.or(from_expected), items, span)
            }
            (None, Some(length)) => {
                let element = element.unwrap_or(Type::OBJECT);
                Typed::new(Node::NewArray(element.clone().into(), length.into()), Type::Array(element.into()))
            }
            (None, None) => {
                self.error(
                    "expression/array",
                    span,
                    "an array needs a length or items",
                    Some("write `new int[3]` or `new[] { 1, 2 }`".into()),
                );
                Typed::unknown()
            }
        }
    }

    fn array_of(&mut self, element: Option<Type>, items: &[Expression], span: Span) -> Typed {
        if let Some(element) = element {
            let nodes = items.iter().map(|item| self.value_as(item, &element)).collect();
            return Typed::new(Node::Array(element.clone().into(), nodes), Type::Array(element.into()));
        }
        let typed: Vec<Typed> = items.iter().map(|item| self.value(item, None)).collect();
        // The best common type: the one that every item converts to.
        // Where several are, because constants fit into narrower types, it is the widest.
        let common = typed
            .iter()
            .map(|item| &item.kind)
            .filter(|kind| !matches!(kind, Type::Null | Type::Void))
            .filter(|kind| typed.iter().all(|item| implicit(&item.kind, kind, item.as_constant()).is_some()))
            .reduce(|one, other| if one != other && implicit(one, other, None).is_some() { other } else { one });
        let Some(common) = common.cloned() else {
            let help = Some("write the type: `new object[] { ... }`".to_owned());
            self.error("expression/array", span, "the items have no type in common", help);
            return Typed::unknown();
        };
        let nodes = typed.into_iter().map(|item| self.converted(item, &common).node).collect();
        Typed::new(Node::Array(common.clone().into(), nodes), Type::Array(common.into()))
    }

    /// A lambda where a delegate is expected, or where nothing says what it takes.
    fn lone_lambda(
        &mut self,
        parameters: &[(Option<TypeName>, Identifier)],
        body: &LambdaBody,
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        match expected {
            Some(Type::Function(function)) if function.0.len() == parameters.len() => {
                let (node, result) = self.lambda(parameters, body, &function.0, Some(&function.1));
                let _ = result;
                Typed::new(node, Type::Function(function.clone()))
            }
            Some(Type::Function(function)) => {
                let message = format!("this lambda has {} parameters, and {} are expected", parameters.len(), function.0.len());
                self.error(
                    "expression/lambda",
                    span,
                    message,
                    Some(format!("write it for `{}`", Type::Function(function.clone()))),
                );
                Typed::unknown()
            }
            _ if parameters.iter().all(|(kind, _)| kind.is_some()) || expected.is_some_and(Type::is_open) => {
                let inputs = vec![Type::Unknown; parameters.len()];
                let (node, result) = self.lambda(parameters, body, &inputs, None);
                let inputs =
                    parameters.iter().map(|(kind, _)| kind.as_ref().map_or(Type::Unknown, |kind| self.type_of(kind))).collect();
                Typed::new(node, Type::Function(Rc::new((inputs, result))))
            }
            _ => {
                let help = Some("declare what it is: `Func<int, int> f = x => x + 1;`".to_owned());
                self.error("expression/lambda", span, "nothing says what this lambda takes", help);
                Typed::unknown()
            }
        }
    }

    /// A lambda whose parameters are known. Gives its node and the type of its result.
    pub(super) fn lambda(
        &mut self,
        parameters: &[(Option<TypeName>, Identifier)],
        body: &LambdaBody,
        inputs: &[Type],
        result: Option<&Type>,
    ) -> (Node, Type) {
        let kinds: Vec<Type> = parameters
            .iter()
            .enumerate()
            .map(|(at, (written, _))| match written {
                Some(written) => self.type_of(written),
                None => inputs.get(at).cloned().unwrap_or(Type::Unknown),
            })
            .collect();
        let names: Vec<(Identifier, Type)> = parameters.iter().map(|(_, name)| name.clone()).zip(kinds).collect();
        self.code(&names, body, result)
    }

    /// The code of a lambda or a local function.
    pub(super) fn code(&mut self, parameters: &[(Identifier, Type)], body: &LambdaBody, result: Option<&Type>) -> (Node, Type) {
        self.functions.push(super::Function {
            blocks: vec![HashMap::new()],
            result: result.cloned(),
            ..super::Function::default()
        });
        for (name, kind) in parameters {
            let hides = self
                .functions
                .iter()
                .rev()
                .skip(1)
                .any(|function| function.blocks.iter().any(|block| block.contains_key(&name.text)));
            if hides && &*name.text != "_" {
                let message = format!("`{}` is declared already", name.text);
                self.error("expression/name-twice", name.span, message, Some("use another name".into()));
            }
            let local = Local { slot: 0, kind: kind.clone(), constant: None, fixed: false, function: None };
            self.declare_local(&name.text, name.span, local);
        }
        let is_void = matches!(result, Some(Type::Void));
        let (body, kind) = match body {
            LambdaBody::Expression(value) => {
                let typed = self.value(value, result.filter(|_| !is_void));
                let kind = typed.kind.clone();
                let node = match result {
                    Some(Type::Unknown) | None => typed.node,
                    Some(Type::Void) => typed.node,
                    Some(result) => self.assigned(typed, result, value.span),
                };
                (Body::Value(node), kind)
            }
            LambdaBody::Block(block) => {
                let (steps, ends) = self.block_of(block);
                let returns = self.function().returns.clone();
                if ends && !is_void && !(result.is_none() && returns.is_empty()) {
                    let at = Span { start: block.span.end.saturating_sub(1), end: block.span.end };
                    self.error(
                        "expression/no-return",
                        at,
                        "not every path returns a value",
                        Some("end with `return ...;`".into()),
                    );
                }
                let kind = if returns.is_empty() { Type::Void } else { super::common(&returns) };
                (Body::Steps(steps), kind)
            }
        };
        let Some(function) = self.functions.pop() else { return (Node::Constant(Value::Null), Type::Unknown) };
        let code = Code { parameters: parameters.len(), captures: function.captures, slots: function.slots, body };
        (Node::Lambda(Rc::new(code)), kind)
    }

    /// `target = value`, `target += value`
    fn assign(&mut self, operator: Option<BinaryOperator>, target: &Expression, value: &Expression, span: Span) -> Typed {
        let Some(place) = self.place(target) else {
            self.value(value, None);
            return Typed::unknown();
        };
        let kind = place.kind.clone();
        let Some(operator) = operator else {
            let node = self.value_as(value, &kind);
            return Typed::new(place.write(node, self), kind);
        };
        let right = self.value(value, None);
        let is_shift = matches!(operator, BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight);
        let may_cast = is_shift || implicit(&right.kind, &kind, right.as_constant()).is_some();
        let right_kind = Typed::new(Node::Constant(Value::Null), right.kind.clone());
        let result = self.operated(operator, Typed::new(place.read.clone(), kind.clone()), right, span);
        // `b += 1` casts back to a byte, as C# says; `b += i` does not, if `i` is no byte itself.
        let node = match implicit(&result.kind, &kind, result.as_constant()) {
            Some(conversion) => convert_node(result.node, conversion, self.checked),
            None => match explicit(&result.kind, &kind, None) {
                Some(conversion) if may_cast => Node::Convert(result.node.into(), conversion.into(), self.checked),
                Some(_) => {
                    self.cannot_convert(&right_kind, &kind, value.span);
                    result.node
                }
                None => {
                    self.cannot_convert(&result, &kind, span);
                    result.node
                }
            },
        };
        Typed::new(place.write(node, self), kind)
    }

    /// `target++` and its kin
    fn step(&mut self, target: &Expression, up: bool, prefix: bool, span: Span) -> Typed {
        let Some(place) = self.place(target) else { return Typed::unknown() };
        let kind = place.kind.clone();
        if numeric::Numeric::of(kind.without_nullable()).is_none() && !kind.is_open() && kind.as_enum().is_none() {
            let message = format!("`{}` needs a number, and this is {}", if up { "++" } else { "--" }, kind.with_article());
            self.error("expression/operator", span, message, None);
            return Typed::unknown();
        }
        let operator = if up { BinaryOperator::Add } else { BinaryOperator::Subtract };
        let before = self.slot();
        let old = Node::Assign(before, place.read.clone().into());
        let sum = Node::Binary(operator, (old, Node::Constant(Value::Int32(1))).into(), self.checked);
        let sum = match explicit(&Type::INT, &kind, None) {
            Some(_) if kind.as_enum().is_none() && !kind.is_open() => {
                let numeric = numeric::Numeric::of(kind.without_nullable()).unwrap_or(numeric::Numeric::Int32);
                Node::Convert(sum.into(), Conversion::Number(numeric).into(), self.checked)
            }
            _ => sum,
        };
        let written = place.write(sum, self);
        let node = if prefix { written } else { Node::Sequence(vec![written, Node::Local(before)]) };
        Typed::new(node, kind)
    }

    /// The items that a collection's initializer adds, and the members that an object's sets.
    pub(super) fn initializer_span(initializer: &Initializer) -> Option<Span> {
        match initializer {
            Initializer::Members(members) => members.first().map(|(name, _)| name.span),
            Initializer::Items(items) => items.first().and_then(|item| match item {
                InitializerItem::Add(values) => values.first().map(|value| value.span),
                InitializerItem::Set(_, value) => Some(value.span),
            }),
        }
    }

    /// What an `out` argument is written to: the slot, its type, and what moves it on from there.
    pub(super) fn out_target(&mut self, value: &ArgumentValue) -> Option<OutTarget> {
        match value {
            ArgumentValue::Value(_) => None,
            ArgumentValue::OutDeclaration(_, name) if &*name.text == "_" => {
                Some(OutTarget { slot: self.slot(), kind: None, declares: None, moves: None })
            }
            ArgumentValue::OutDeclaration(kind, name) => {
                let kind = kind.as_ref().map(|kind| self.type_of(kind));
                Some(OutTarget { slot: 0, kind, declares: Some(name.clone()), moves: None })
            }
            ArgumentValue::Out(target) => {
                let place = self.place(target)?;
                let slot = self.slot();
                let kind = place.kind.clone();
                let moves = place.write(Node::Local(slot), self);
                Some(OutTarget { slot, kind: Some(kind), declares: None, moves: Some(moves) })
            }
        }
    }

    pub(super) fn unknown_name(&mut self, name: &Identifier) -> Typed {
        let mut names: Vec<String> = self.variable_names();
        names.push("context".to_owned());
        names.extend(crate::expr::signature::type_names().into_iter().map(str::to_owned));
        let help = suggestion(&name.text, names.iter().map(String::as_str), Some("declare it first: `var name = ...;`".into()));
        self.error("expression/name-unknown", name.span, format!("there is no variable or type `{}`", name.text), help);
        Typed::unknown()
    }
}

/// Where an `out` argument goes.
pub(super) struct OutTarget {
    pub(super) slot: usize,
    pub(super) kind: Option<Type>,
    pub(super) declares: Option<Identifier>,
    pub(super) moves: Option<Node>,
}
