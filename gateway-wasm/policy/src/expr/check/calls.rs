//! Calls: methods, delegates, constructors, and lambdas as arguments.

use super::{Checker, Typed, expressions::OutTarget, names::Named, operators::convert_node, suggestion};
use crate::expr::{
    ast::{Argument, ArgumentValue, Expression, ExpressionKind as E, Identifier, LambdaBody, TypeName},
    conversion::implicit,
    dynamic::Operation,
    eval::{Body, CallNode, Code, DynamicNode, Node},
    members,
    overload::{self, Choice, Failure, Given},
    signature::{self, Form, Signature},
    types::Type,
    value::Value,
};
use diagnostic::Span;
use std::{collections::HashMap, rc::Rc};

/// The arguments of a call while its overload is looked for.
pub(super) struct Arguments<'a> {
    all: Vec<One<'a>>,
    /// Lambdas that were checked already, by argument and the types of their parameters.
    lambdas: HashMap<(usize, String), (Node, Type, Vec<super::Mistake>)>,
}

struct One<'a> {
    described: overload::Argument,
    span: Span,
    value: OneValue<'a>,
}

enum OneValue<'a> {
    Value(Node),
    Lambda(&'a [(Option<TypeName>, Identifier)], &'a LambdaBody),
    /// A method by its name, as a delegate.
    Method(Vec<Vec<Rc<Signature>>>, Type),
    Out(OutTarget),
}

impl Checker {
    /// `target(arguments)`
    pub(super) fn call(&mut self, target: &Expression, arguments: &[Argument], span: Span) -> Typed {
        match &target.kind {
            E::Parenthesized(inner) if matches!(inner.kind, E::Member { .. } | E::Name(..)) => self.call(inner, arguments, span),
            E::Member { target: owner, name, generics } => {
                let thing = match &owner.kind {
                    E::Name(..) | E::Member { .. } | E::Type(_) => {
                        self.deeper(owner.span, Named::Value(Typed::unknown()), |checker| checker.named_thing(owner))
                    }
                    _ => Named::Value(self.value(owner, None)),
                };
                match thing {
                    Named::Type(kind) => self.static_call(kind, name, generics, arguments, span),
                    Named::Value(typed) => self.method_call(typed, owner, name, generics, arguments, span),
                    Named::Namespace(_) => {
                        self.named_value(target);
                        self.ignored(arguments)
                    }
                }
            }
            E::Name(name, _) => {
                if let Some(local) = self.find(&name.text) {
                    let function = local.function.clone();
                    let typed = Typed::new(Node::Local(local.slot), local.kind);
                    return self.invoke(typed, function.as_deref(), arguments, span);
                }
                let typed = self.named_thing(target);
                let arguments_typed = self.ignored(arguments);
                match typed {
                    Named::Type(kind) if !matches!(kind, Type::Unknown) => {
                        let help = Some(format!("make one with `new {kind}(...)`, or call a member: `{kind}.Parse(...)`"));
                        self.error("expression/call", name.span, format!("`{kind}` is a type and cannot be called"), help);
                    }
                    Named::Value(typed) if !matches!(typed.kind, Type::Unknown) => {
                        self.error("expression/call", name.span, format!("`{}` cannot be called", name.text), None);
                    }
                    _ => {}
                }
                arguments_typed
            }
            _ => {
                let typed = self.value(target, None);
                self.invoke(typed, None, arguments, span)
            }
        }
    }

    /// Checks arguments that go nowhere, for their own mistakes.
    fn ignored(&mut self, arguments: &[Argument]) -> Typed {
        for argument in arguments {
            if let ArgumentValue::Value(value) = &argument.value
                && !matches!(value.kind, E::Lambda { .. })
            {
                self.value(value, None);
            }
        }
        Typed::unknown()
    }

    fn static_call(&mut self, kind: Type, name: &Identifier, generics: &[TypeName], arguments: &[Argument], span: Span) -> Typed {
        if matches!(kind, Type::Unknown) {
            return self.ignored(arguments);
        }
        let groups = members::rows(&kind, &name.text, |row| matches!(row.form, Form::Method | Form::Extension) && row.is_static);
        if groups.is_empty() {
            // A delegate in a static property is called through it.
            if members::row(&kind, &name.text, |row| row.form == Form::Property && row.is_static).is_some() {
                let help = Some(format!("leave the brackets out: `{kind}.{}`", name.text));
                self.error("expression/call", name.span, format!("`{}` is no method", name.text), help);
            } else if members::row(&kind, &name.text, |row| !row.is_static).is_some() {
                let help = Some(format!("call it on a value: `value.{}(...)`", name.text));
                self.error("expression/method", name.span, format!("`{}` needs a value of type `{kind}`", name.text), help);
            } else {
                self.member_unknown(&kind, name, true);
            }
            return self.ignored(arguments);
        }
        let generics: Vec<Type> = generics.iter().map(|generic| self.type_of(generic)).collect();
        let mut given = self.arguments(arguments);
        match self.chosen(&groups, &kind, &generics, &mut given) {
            Ok(choice) => self.finish(choice, None, given),
            Err(failure) => self.no_overload(&groups, &format!("{kind}.{}", name.text), failure, &given, span),
        }
    }

    fn method_call(
        &mut self,
        typed: Typed,
        owner: &Expression,
        name: &Identifier,
        generics: &[TypeName],
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        if typed.kind == Type::Void {
            self.error("expression/no-value", owner.span, "this gives no value", None);
            return self.ignored(arguments);
        }
        let generics: Vec<Type> = generics.iter().map(|generic| self.type_of(generic)).collect();
        if matches!(typed.kind, Type::Unknown) {
            return self.dynamic_call(typed, name, generics, arguments);
        }
        if let (Type::Function(_), "Invoke") = (&typed.kind, &*name.text) {
            return self.invoke(typed, None, arguments, span);
        }
        // `T?` has the methods of `T` that work on null, and `GetValueOrDefault`.
        if let Type::Nullable(inner) = &typed.kind {
            return self.nullable_call(typed.node.clone(), (**inner).clone(), owner, name, arguments, span);
        }
        let groups = members::rows(&typed.kind, &name.text, |row| row.form == Form::Method && !row.is_static);
        let mut given = self.arguments(arguments);
        let mut failure = None;
        if !groups.is_empty() {
            match self.chosen(&groups, &typed.kind, &generics, &mut given) {
                Ok(choice) => return self.finish(choice, Some(typed), given),
                Err(why) => failure = Some(why),
            }
        }
        if let Some(extensions) = signature::extensions(&name.text) {
            given
                .all
                .insert(0, One { described: typed.described(), span: owner.span, value: OneValue::Value(typed.node.clone()) });
            given.lambdas.clear();
            match self.chosen(&[extensions.to_vec()], &Type::Unknown, &generics, &mut given) {
                Ok(choice) => return self.finish(choice, None, given),
                // A receiver that no extension method is for: there is no such member, and arguments are not to blame.
                Err(Failure::Mismatch(0, _)) => {}
                Err(why) if failure.is_none() => {
                    let receiver = given.all.remove(0);
                    let why = match why {
                        Failure::Mismatch(at, kind) => Failure::Mismatch(at - 1, kind),
                        other => other,
                    };
                    let fits: Vec<Rc<Signature>> = extensions
                        .iter()
                        .filter(|row| {
                            row.parameters
                                .first()
                                .is_some_and(|first| takes(&first.kind, &receiver.described.kind, &row.generics))
                        })
                        .cloned()
                        .collect();
                    if !fits.is_empty() {
                        return self.no_overload(&[fits], &name.text, why, &given, span);
                    }
                    given.all.insert(0, receiver);
                }
                Err(_) => {}
            }
            given.all.remove(0);
        }
        if typed.kind == Type::OBJECT {
            self.cast_missing(name.span, &format!(".{}()", name.text));
            return self.dynamic_call(typed, name, generics, arguments);
        }
        if let Some(failure) = failure {
            return self.no_overload(&groups, &name.text, failure, &given, span);
        }
        // A property that holds a delegate.
        if members::row(&typed.kind, &name.text, |row| row.form == Form::Property && !row.is_static).is_some()
            || matches!(&typed.kind, Type::Anonymous(names) if names.iter().any(|(own, _)| *own == name.text))
        {
            let value = self.member(typed, owner, name);
            if matches!(value.kind, Type::Function(_)) {
                return self.invoke(value, None, arguments, span);
            }
            let help = Some(format!("leave the brackets out: `.{}`", name.text));
            self.error("expression/call", name.span, format!("`{}` is no method", name.text), help);
            return Typed::unknown();
        }
        if members::row(&typed.kind, &name.text, |row| row.is_static && row.form == Form::Method).is_some() {
            let help = Some(format!("write `{}.{}(...)`", typed.kind, name.text));
            self.error("expression/method", name.span, format!("`{}` belongs to the type, not to a value", name.text), help);
            return Typed::unknown();
        }
        self.member_unknown(&typed.kind, name, false)
    }

    fn nullable_call(
        &mut self,
        node: Node,
        inner: Type,
        owner: &Expression,
        name: &Identifier,
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        let nullable = inner.clone().nullable();
        match (&*name.text, arguments) {
            ("GetValueOrDefault", []) => Typed::new(Node::Coalesce((node, Node::Constant(inner.default_value())).into()), inner),
            ("GetValueOrDefault", [Argument { value: ArgumentValue::Value(default), .. }]) => {
                let default = self.value_as(default, &inner);
                Typed::new(Node::Coalesce((node, default).into()), inner)
            }
            ("ToString", []) => {
                let slot = self.slot();
                let target = Typed::new(Node::Local(slot), inner);
                let text = self.method_call(target, owner, name, &[], arguments, span);
                let node = Node::Conditional(slot, (node, text.node).into());
                Typed::new(Node::Coalesce((node, Node::Constant(Value::text(""))).into()), Type::STRING)
            }
            ("Equals", [Argument { value: ArgumentValue::Value(other), .. }]) => {
                let other = self.value(other, None);
                Typed::new(Node::Equal((node, other.node).into(), false), Type::BOOL)
            }
            ("GetHashCode", []) => {
                let slot = self.slot();
                let target = Typed::new(Node::Local(slot), inner);
                let hash = self.method_call(target, owner, name, &[], arguments, span);
                let node = Node::Conditional(slot, (node, hash.node).into());
                Typed::new(Node::Coalesce((node, Node::Constant(Value::Int32(0))).into()), Type::INT)
            }
            _ => {
                self.ignored(arguments);
                let help = if members::row(&inner, &name.text, |row| !row.is_static).is_some() {
                    Some(format!("take the value out first: `.Value.{0}(...)`, or write `?.{0}(...)`", name.text))
                } else {
                    suggestion(&name.text, ["GetValueOrDefault", "ToString", "Equals"], None)
                };
                self.error("expression/member-unknown", name.span, format!("`{nullable}` has no member `{}`", name.text), help);
                Typed::unknown()
            }
        }
    }

    fn dynamic_call(&mut self, typed: Typed, name: &Identifier, generics: Vec<Type>, arguments: &[Argument]) -> Typed {
        let mut nodes = Vec::new();
        for argument in arguments {
            let node = match &argument.value {
                ArgumentValue::Value(value) => self.value(value, Some(&Type::Unknown)).node,
                _ => {
                    let help = Some("cast the receiver first, so that its method is known".to_owned());
                    self.error("expression/arguments", argument.span, "`out` needs a receiver whose type is known", help);
                    Node::Constant(Value::Null)
                }
            };
            nodes.push((argument.name.as_ref().map(|name| name.text.clone()), node));
        }
        let dynamic = DynamicNode { operation: Operation::Call(name.text.clone()), this: typed.node, arguments: nodes, generics };
        Typed::new(Node::Dynamic(dynamic.into()), Type::Unknown)
    }

    /// Calls a delegate, or a local function, whose missing arguments have defaults.
    fn invoke(
        &mut self,
        function: Typed,
        parameters: Option<&[(Rc<str>, Option<Value>)]>,
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        let Type::Function(signature) = &function.kind else {
            if !matches!(function.kind, Type::Unknown) {
                self.error("expression/call", span, format!("{} cannot be called", function.kind.with_article()), None);
                return self.ignored(arguments);
            }
            let nodes = self.plain_arguments(arguments).into_iter().map(|argument| argument.node).collect();
            return Typed::new(Node::Invoke(function.node.into(), nodes), Type::Unknown);
        };
        let signature = signature.clone();
        let mut nodes: Vec<Option<Node>> = vec![None; signature.0.len()];
        for (at, argument) in arguments.iter().enumerate() {
            let place = match (&argument.name, parameters) {
                (Some(name), Some(parameters)) => parameters.iter().position(|(own, _)| *own == name.text).unwrap_or(usize::MAX),
                _ => at,
            };
            let node = match (&argument.value, signature.0.get(place)) {
                (ArgumentValue::Value(value), Some(kind)) => self.value_as(value, kind),
                (ArgumentValue::Value(_), None) => {
                    let message =
                        format!("this takes {} argument{}", signature.0.len(), if signature.0.len() == 1 { "" } else { "s" });
                    self.error("expression/arguments", argument.span, message, Some("leave this one out".into()));
                    continue;
                }
                _ => {
                    let help = Some("return the value instead".to_owned());
                    self.error(
                        "expression/arguments",
                        argument.span,
                        "local functions and lambdas take no `out` arguments here",
                        help,
                    );
                    continue;
                }
            };
            if let Some(slot) = nodes.get_mut(place) {
                *slot = Some(node);
            }
        }
        let mut all = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.into_iter().enumerate() {
            let default = || parameters.and_then(|parameters| parameters.get(at)?.1.clone()).map(Node::Constant);
            match node.or_else(default) {
                Some(node) => all.push(node),
                None => {
                    let message = format!("argument {} is missing", at + 1);
                    let help = signature.0.get(at).map(|kind| format!("give {}", kind.with_article()));
                    self.error("expression/arguments", span, message, help);
                    return Typed::unknown();
                }
            }
        }
        Typed::new(Node::Invoke(function.node.into(), all), signature.1.clone())
    }

    /// Checks the arguments of a call as far as that is possible without knowing what is called.
    pub(super) fn arguments<'a>(&mut self, arguments: &'a [Argument]) -> Arguments<'a> {
        let mut all = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let name = argument.name.as_ref().map(|name| name.text.clone());
            let mut described = overload::Argument { name, kind: Type::Unknown, constant: None, lambda: None, out: false };
            let value = match &argument.value {
                ArgumentValue::Value(value) => match self.method_group(value) {
                    Some((groups, kind)) => {
                        let arity =
                            |row: &Rc<Signature>| row.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
                        let mut arities: Vec<usize> = groups.iter().flatten().map(arity).collect();
                        arities.sort_unstable();
                        described.lambda = Some(arities.iter().copied().find(|arity| *arity > 0).unwrap_or(0));
                        OneValue::Method(groups, kind)
                    }
                    None => match lambda_of(value) {
                        Some((parameters, body)) => {
                            described.lambda = Some(parameters.len());
                            OneValue::Lambda(parameters, body)
                        }
                        None => {
                            let typed = self.value(value, None);
                            if typed.kind == Type::Void {
                                self.error("expression/no-value", value.span, "this gives no value", None);
                            }
                            described.kind = if typed.kind == Type::Void { Type::Unknown } else { typed.kind.clone() };
                            described.constant = typed.as_constant().cloned();
                            OneValue::Value(typed.node)
                        }
                    },
                },
                out => match self.out_target(out) {
                    Some(target) => {
                        described.out = true;
                        described.kind = target.kind.clone().unwrap_or(Type::Unknown);
                        OneValue::Out(target)
                    }
                    None => OneValue::Value(Node::Constant(Value::Null)),
                },
            };
            all.push(One { described, span: argument.span, value });
        }
        Arguments { all, lambdas: HashMap::new() }
    }

    /// `int.Parse` where a delegate is expected: the overloads of the name.
    fn method_group(&mut self, value: &Expression) -> Option<(Vec<Vec<Rc<Signature>>>, Type)> {
        let E::Member { target, name, .. } = &value.kind else { return None };
        let E::Name(first, _) = &target.kind else {
            let E::Type(type_name) = &target.kind else { return None };
            let kind = self.type_of(type_name);
            return static_group(kind, &name.text);
        };
        if self.find(&first.text).is_some() {
            return None;
        }
        static_group(super::types::find("", &first.text, &[])?, &name.text)
    }

    /// `int.Parse` as a delegate of a type that is known; `None` if it is no method, or does not fit.
    pub(super) fn method_as(&mut self, value: &Expression, function: &(Vec<Type>, Type)) -> Option<Node> {
        let (groups, owner) = self.method_group(value)?;
        let (node, result) = method_lambda(&groups, &owner, &function.0);
        let is_lambda = matches!(node, Node::Lambda(_));
        (is_lambda && (function.1 == Type::Void || result.is_reference_to(&function.1))).then_some(node)
    }

    /// The overload that fits, looked for group by group.
    pub(super) fn chosen(
        &mut self,
        groups: &[Vec<Rc<Signature>>],
        receiver: &Type,
        generics: &[Type],
        given: &mut Arguments<'_>,
    ) -> Result<Choice, Failure> {
        let described: Vec<overload::Argument> = given.all.iter().map(|one| one.described.clone()).collect();
        let mut failure = Failure::Count;
        let mut with_cast = None;
        for group in groups {
            let choice = overload::choose(group, receiver, generics, &described, &mut |at, inputs| {
                self.lambda_argument(given, at, inputs).1
            });
            match choice {
                // `Equals(object)` of a base fits better than `Equals(DateTime)` that an `object` would have to be cast for.
                Ok(choice) if choice.needs_cast => with_cast = with_cast.or(Some(choice)),
                Ok(choice) => return Ok(choice),
                Err(why) => {
                    if matches!(failure, Failure::Count) {
                        failure = why;
                    }
                }
            }
        }
        with_cast.ok_or(failure)
    }

    /// A lambda for given types of its parameters; checked once for each, whatever the number of overloads.
    fn lambda_argument(&mut self, given: &mut Arguments<'_>, at: usize, inputs: &[Type]) -> (Node, Type) {
        let key = (at, inputs.iter().map(|kind| format!("{kind};")).collect::<String>());
        if let Some((node, kind, _)) = given.lambdas.get(&key) {
            return (node.clone(), kind.clone());
        }
        let before = std::mem::take(&mut self.mistakes);
        let (node, kind) = match given.all.get(at).map(|one| &one.value) {
            Some(OneValue::Lambda(parameters, body)) => self.deeper_lambda(parameters, body, inputs),
            Some(OneValue::Method(groups, owner)) => method_lambda(groups, owner, inputs),
            _ => (Node::Constant(Value::Null), Type::Unknown),
        };
        let found = std::mem::replace(&mut self.mistakes, before);
        given.lambdas.insert(key, (node.clone(), kind.clone(), found));
        (node, kind)
    }

    fn deeper_lambda(
        &mut self,
        parameters: &[(Option<TypeName>, Identifier)],
        body: &LambdaBody,
        inputs: &[Type],
    ) -> (Node, Type) {
        // Every level of lambdas in lambdas may be checked several times, so their nesting has a limit of its own.
        if self.functions.len() > 12 {
            let span = parameters.first().map_or(Span::default(), |(_, name)| name.span);
            let help = Some("put the inner ones into variables".to_owned());
            self.error("expression/too-deep", span, "lambdas nest deeper than 12 levels", help);
            return (Node::Constant(Value::Null), Type::Unknown);
        }
        self.lambda(parameters, body, inputs, None)
    }

    /// Puts a chosen call together.
    pub(super) fn finish(&mut self, choice: Choice, this: Option<Typed>, mut given: Arguments<'_>) -> Typed {
        let mut nodes = Vec::with_capacity(given.all.len());
        let mut outs = Vec::new();
        let mut after = Vec::new();
        for at in 0..given.all.len() {
            let to = choice.given.iter().zip(&choice.parameters).enumerate().find_map(|(position, (way, kind))| match way {
                Given::Argument(argument, _) if *argument == at => Some((position, kind.clone())),
                Given::Rest(kind, items) if items.iter().any(|(argument, _)| *argument == at) => Some((position, kind.clone())),
                _ => None,
            });
            let is_delegate =
                given.all.get(at).is_some_and(|one| matches!(one.value, OneValue::Lambda(..) | OneValue::Method(..)));
            if is_delegate {
                let inputs = match &to {
                    Some((_, Type::Function(function))) => function.0.clone(),
                    _ => vec![Type::Unknown; given.all.get(at).and_then(|one| one.described.lambda).unwrap_or(0)],
                };
                let (node, _) = self.lambda_argument(&mut given, at, &inputs);
                let key = (at, inputs.iter().map(|kind| format!("{kind};")).collect::<String>());
                if let Some((_, _, found)) = given.lambdas.remove(&key) {
                    self.mistakes.extend(found);
                }
                // What the body gives becomes what the delegate must give: an `int` a `long`, text a JSON token.
                let node = match &to {
                    Some((_, Type::Function(function))) => self.delegate_result(node, &given, at, function),
                    _ => node,
                };
                nodes.push(node);
                continue;
            }
            let Some(one) = given.all.get_mut(at) else { continue };
            let span = one.span;
            match std::mem::replace(&mut one.value, OneValue::Value(Node::Constant(Value::Null))) {
                OneValue::Value(node) => {
                    let kind = one.described.kind.clone();
                    if kind == Type::OBJECT
                        && let Some((_, to)) = &to
                        && implicit(&kind, to, None).is_none()
                    {
                        let message = format!("APIM does not take an `object` as `{to}` here");
                        self.warning("expression/cast-missing", span, message, Some(format!("cast it: `({to})...`")));
                    }
                    nodes.push(node);
                }
                OneValue::Out(mut target) => {
                    let kind = to.as_ref().map_or(Type::Unknown, |(_, kind)| kind.clone());
                    if let Some(name) = &target.declares {
                        let kind = target.kind.clone().unwrap_or_else(|| kind.clone());
                        target.slot = self.declare(&name.text, name.span, kind);
                    }
                    if let Some(declared) = &target.kind
                        && *declared != kind
                        && !matches!(declared, Type::Unknown)
                        && !matches!(kind, Type::Unknown)
                    {
                        let help = Some(format!("declare it as `{kind}`"));
                        self.error(
                            "expression/arguments",
                            span,
                            format!("this gives {}, not {}", kind.with_article(), declared.with_article()),
                            help,
                        );
                    }
                    if let Some((position, _)) = to {
                        outs.push((position, target.slot));
                    }
                    after.extend(target.moves);
                    nodes.push(Node::Constant(Value::Null));
                }
                OneValue::Lambda(..) | OneValue::Method(..) => {}
            }
        }
        let result = choice.result.clone();
        let node = call_node(&choice, this.map(|typed| typed.node), nodes, outs);
        if after.is_empty() {
            return Typed::new(node, result);
        }
        let slot = self.slot();
        let mut all = vec![Node::Assign(slot, node.into())];
        all.extend(after);
        all.push(Node::Local(slot));
        Typed::new(Node::Sequence(all), result)
    }

    fn delegate_result(&mut self, node: Node, given: &Arguments<'_>, at: usize, function: &(Vec<Type>, Type)) -> Node {
        let _ = (given, at);
        let Node::Lambda(code) = &node else { return node };
        let Body::Value(value) = &code.body else { return node };
        let wanted = &function.1;
        if matches!(wanted, Type::Void | Type::Unknown | Type::Parameter(_)) || !(wanted.is_value() || *wanted == Type::STRING) {
            return node;
        }
        let conversion = crate::expr::conversion::Conversion::Dynamic(wanted.clone());
        if matches!(value, Node::Constant(value) if value.net_type() == *wanted) || *wanted == Type::BOOL {
            return node;
        }
        let body = Body::Value(Node::Convert(value.clone().into(), conversion.into(), false));
        Node::Lambda(Rc::new(Code { body, ..(**code).clone() }))
    }

    /// Reports why no overload fits.
    pub(super) fn no_overload(
        &mut self,
        groups: &[Vec<Rc<Signature>>],
        name: &str,
        failure: Failure,
        given: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if given
            .all
            .iter()
            .any(|one| matches!(one.described.kind, Type::Unknown) && one.described.lambda.is_none() && !one.described.out)
            && !matches!(failure, Failure::Count)
        {
            return Typed::unknown();
        }
        let mut overloads: Vec<&str> = groups.iter().flatten().map(|row| row.member.signature).collect();
        overloads.dedup();
        let shown: Vec<String> = overloads.iter().take(4).map(|signature| format!("`{signature}`")).collect();
        let more = overloads.len().saturating_sub(shown.len());
        let mut list = shown.join(", ");
        if more > 0 {
            list.push_str(&format!(" and {more} more"));
        }
        let help = Some(format!("there {} {list}", if overloads.len() == 1 { "is" } else { "are" }));
        match failure {
            Failure::Count => {
                let names: Vec<&str> = given.all.iter().filter_map(|one| one.described.name.as_deref()).collect();
                let unknown = names.iter().find(|name| {
                    !groups.iter().flatten().any(|row| row.parameters.iter().any(|parameter| parameter.name == **name))
                });
                let message = match unknown {
                    Some(unknown) => format!("`{name}` has no parameter `{unknown}`"),
                    None => match given.all.len() {
                        0 => format!("`{name}` needs arguments"),
                        1 => format!("`{name}` does not take one argument like this"),
                        count => format!("`{name}` does not take {count} arguments like these"),
                    },
                };
                self.error("expression/arguments", span, message, help);
            }
            Failure::Mismatch(at, wanted) => {
                let Some(one) = given.all.get(at) else { return Typed::unknown() };
                let message = match one.described.lambda {
                    Some(_) => format!("this lambda does not fit `{name}`"),
                    None if one.described.out => format!("`{name}` has no `out` parameter here"),
                    None => format!("`{name}` does not take {} here", one.described.kind.with_article()),
                };
                let cast = crate::expr::conversion::explicit(&one.described.kind, &wanted, None)
                    .filter(|_| one.described.lambda.is_none() && overloads.len() == 1)
                    .map(|_| format!("cast it: `({wanted})...`"));
                // The lambda's own mistake says more than that it does not fit.
                let inner: Vec<super::Mistake> = given
                    .lambdas
                    .iter()
                    .filter(|((argument, _), _)| *argument == at)
                    .flat_map(|(_, (_, _, found))| found.iter().filter(|mistake| !mistake.warning).cloned())
                    .collect();
                if inner.is_empty() {
                    self.error("expression/arguments", one.span, message, cast.or(help));
                } else {
                    self.mistakes.extend(inner.into_iter().take(1));
                }
            }
            Failure::Inference(parameter) => {
                let help = Some(format!("write them: `{name}<...>(...)`"));
                self.error("expression/arguments", span, format!("nothing says what `{parameter}` is for `{name}`"), help);
            }
        }
        Typed::unknown()
    }
}

/// A lambda's parameters, each with its type where it is written, and its body.
type Lambda<'a> = (&'a [(Option<TypeName>, Identifier)], &'a LambdaBody);

fn lambda_of(value: &Expression) -> Option<Lambda<'_>> {
    match &value.kind {
        E::Lambda { parameters, body } => Some((parameters, body)),
        E::Parenthesized(inner) => lambda_of(inner),
        _ => None,
    }
}

fn static_group(kind: Type, name: &str) -> Option<(Vec<Vec<Rc<Signature>>>, Type)> {
    let groups = members::rows(&kind, name, |row| row.form == Form::Method && row.is_static);
    let is_property = members::row(&kind, name, |row| row.form == Form::Property && row.is_static).is_some();
    (!groups.is_empty() && !is_property).then_some((groups, kind))
}

/// `int.Parse` as `x => int.Parse(x)`.
fn method_lambda(groups: &[Vec<Rc<Signature>>], owner: &Type, inputs: &[Type]) -> (Node, Type) {
    let described: Vec<overload::Argument> = inputs
        .iter()
        .map(|kind| overload::Argument { name: None, kind: kind.clone(), constant: None, lambda: None, out: false })
        .collect();
    for group in groups {
        if let Ok(choice) = overload::choose(group, owner, &[], &described, &mut |_, _| Type::Unknown) {
            let arguments = (0..inputs.len()).map(Node::Local).collect();
            let body = Body::Value(call_node(&choice, None, arguments, Vec::new()));
            let code = Code { parameters: inputs.len(), captures: Vec::new(), slots: inputs.len(), body };
            return (Node::Lambda(Rc::new(code)), choice.result);
        }
    }
    (Node::Constant(Value::Null), Type::Unknown)
}

/// True if an extension method's first parameter may be for a receiver.
fn takes(parameter: &Type, receiver: &Type, generics: &[&'static str]) -> bool {
    match parameter {
        Type::Parameter(name) => generics.contains(name),
        Type::Named(net_type, arguments) if !arguments.is_empty() => {
            receiver.as_base(net_type).is_some() || receiver.item().is_some() && net_type.simple_name() == "IEnumerable"
        }
        other => implicit(receiver, other, None).is_some(),
    }
}

/// The node of a chosen call; `nodes` are the arguments as they are written.
pub(super) fn call_node(choice: &Choice, this: Option<Node>, nodes: Vec<Node>, outs: Vec<(usize, usize)>) -> Node {
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut take = |at: usize| nodes.get_mut(at).and_then(Option::take).unwrap_or(Node::Constant(Value::Null));
    let arguments = choice
        .given
        .iter()
        .map(|given| match given {
            Given::Argument(at, conversion) => convert_node(take(*at), conversion.clone(), false),
            Given::Default(value) => Node::Constant(value.clone()),
            Given::Rest(element, items) => {
                let items = items.iter().map(|(at, conversion)| convert_node(take(*at), conversion.clone(), false)).collect();
                Node::Array(element.clone().into(), items)
            }
        })
        .collect();
    let generics = match choice.signature.form {
        // A constructor of a generic type sees what it was made with.
        Form::Constructor => match &choice.result {
            Type::Named(_, arguments) => arguments.clone(),
            _ => Vec::new(),
        },
        _ => choice.generics.clone(),
    };
    let this = if choice.is_extension() { None } else { this };
    Node::Call(CallNode { run: choice.signature.member.run, this, arguments, generics, outs }.into())
}
