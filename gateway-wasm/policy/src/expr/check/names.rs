//! Names and what follows a dot: variables, types, namespaces, properties.

use super::{Checker, Typed, calls::call_node, suggestion, types};
use crate::expr::{
    ast::{Argument, ArgumentValue, Expression, ExpressionKind as E, Identifier, TypeName},
    call::{Call, Thrown},
    dynamic::Operation,
    eval::{CallNode, DynamicNode, Node},
    library,
    machine::{Machine, World},
    members, overload,
    signature::{self, Form, Signature},
    types::{Kind, Type},
    value::{Part, Value},
};
use diagnostic::Span;
use std::rc::Rc;

/// The value of a constant of the library.
fn constant(row: &Signature) -> Result<Value, Thrown> {
    let machine = &mut Machine::new(&Nowhere, None);
    (row.member.run)(&mut Call { machine, this: Value::Null, arguments: &mut [], generics: &[] })
}

/// The world that constants come from: they ask nothing of it.
struct Nowhere;

impl World for Nowhere {
    fn now_ticks(&self) -> i64 {
        0
    }

    fn random(&self) -> u64 {
        0
    }
}

/// What a name or a chain of names is.
pub(super) enum Named {
    Value(Typed),
    Type(Type),
    Namespace(String),
}

/// Something that can be assigned to: how it is read, and how it is written.
pub(super) struct Place {
    pub(super) kind: Type,
    pub(super) read: Node,
    write: Write,
    /// Computes what reading and writing share, once.
    before: Vec<Node>,
}

enum Write {
    Local(usize),
    Item(Node, Node),
    Call(CallNode),
    Dynamic(DynamicNode),
}

impl Place {
    /// Writes a value; the node's value is what was written.
    pub(super) fn write(&self, value: Node, checker: &mut Checker) -> Node {
        let node = match &self.write {
            Write::Local(slot) => Node::Assign(*slot, value.into()),
            Write::Item(array, at) => Node::SetItem((array.clone(), at.clone(), value).into()),
            Write::Call(call) => {
                let slot = checker.slot();
                let mut call = call.clone();
                call.arguments.push(Node::Local(slot));
                Node::Sequence(vec![Node::Assign(slot, value.into()), Node::Call(call.into()), Node::Local(slot)])
            }
            Write::Dynamic(dynamic) => {
                let slot = checker.slot();
                let mut dynamic = dynamic.clone();
                dynamic.arguments.push((None, Node::Local(slot)));
                Node::Sequence(vec![Node::Assign(slot, value.into()), Node::Dynamic(dynamic.into()), Node::Local(slot)])
            }
        };
        if self.before.is_empty() {
            return node;
        }
        let mut nodes = self.before.clone();
        nodes.push(node);
        Node::Sequence(nodes)
    }
}

impl Checker {
    /// A name, or a member of something, as a value.
    pub(super) fn named_value(&mut self, expression: &Expression) -> Typed {
        match self.named_thing(expression) {
            Named::Value(typed) => typed,
            Named::Type(Type::Unknown) => Typed::unknown(),
            Named::Type(kind) => {
                let help = Some(format!("name a member, such as `{kind}.Parse(...)`, or write `new {kind}(...)`"));
                self.error("expression/type-as-value", expression.span, format!("`{kind}` is a type, not a value"), help);
                Typed::unknown()
            }
            Named::Namespace(name) => {
                let help = Some("name a type in it".to_owned());
                self.error("expression/type-as-value", expression.span, format!("`{name}` is a namespace, not a value"), help);
                Typed::unknown()
            }
        }
    }

    /// What a name, a type or a member is.
    pub(super) fn named_thing(&mut self, expression: &Expression) -> Named {
        match &expression.kind {
            E::Name(name, generics) => self.lone_name(name, generics),
            E::Type(type_name) => Named::Type(self.type_of(type_name)),
            E::Member { target, name, generics } => {
                let thing = match &target.kind {
                    E::Name(..) | E::Member { .. } | E::Type(_) => {
                        self.deeper(target.span, Named::Value(Typed::unknown()), |checker| checker.named_thing(target))
                    }
                    _ => Named::Value(self.value(target, None)),
                };
                match thing {
                    Named::Namespace(namespace) => {
                        let longer = format!("{namespace}.{}", name.text);
                        if signature::is_namespace(&longer) && types::find(&namespace, &name.text, &[]).is_none() {
                            return Named::Namespace(longer);
                        }
                        let generics: Vec<Type> = generics.iter().map(|generic| self.type_of(generic)).collect();
                        Named::Type(self.named(&namespace, name, generics))
                    }
                    Named::Type(kind) => self.static_member(kind, name),
                    Named::Value(typed) => Named::Value(self.member(typed, target, name)),
                }
            }
            _ => Named::Value(self.value(expression, None)),
        }
    }

    fn lone_name(&mut self, name: &Identifier, generics: &[TypeName]) -> Named {
        if generics.is_empty() {
            if let Some(local) = self.find(&name.text) {
                let node = match &local.constant {
                    Some(value) => Node::Constant(value.clone()),
                    None => Node::Local(local.slot),
                };
                return Named::Value(Typed::new(node, local.kind));
            }
            if &*name.text == "context" {
                let value = Value::Context(Part::Context);
                let kind = value.net_type();
                return Named::Value(Typed::new(Node::Constant(value), kind));
            }
        }
        let types: Vec<Type> = generics.iter().map(|generic| self.type_of(generic)).collect();
        if let Some(kind) = types::find("", &name.text, &types) {
            return Named::Type(kind);
        }
        if generics.is_empty() && signature::is_namespace(&name.text) {
            return Named::Namespace(name.text.to_string());
        }
        if !generics.is_empty() || types::ALLOWED.contains(&&*name.text) || !signature::types_named(&name.text).is_empty() {
            return Named::Type(self.named("", name, types));
        }
        if &*name.text == "Context" {
            self.error(
                "expression/name-unknown",
                name.span,
                "there is no variable or type `Context`",
                Some("did you mean `context`?".into()),
            );
            return Named::Value(Typed::unknown());
        }
        Named::Value(self.unknown_name(name))
    }

    /// The type that a lone name is in a pattern, if it is one.
    pub(super) fn type_in_pattern(&mut self, value: &Expression) -> Option<Type> {
        let mut inner = value;
        while let E::Parenthesized(within) = &inner.kind {
            inner = within;
        }
        match &inner.kind {
            E::Name(name, _) if self.find(&name.text).is_some() => None,
            E::Type(type_name) => Some(self.type_of(type_name)),
            E::Name(..) => match self.named_thing(inner) {
                Named::Type(kind) => Some(kind),
                _ => None,
            },
            E::Member { target, name, .. } => {
                let mut path = target;
                while let E::Member { target, .. } = &path.kind {
                    path = target;
                }
                let E::Name(first, _) = &path.kind else { return None };
                if !signature::is_namespace(&first.text) || self.find(&first.text).is_some() {
                    return None;
                }
                match self.named_thing(target) {
                    Named::Namespace(namespace) => types::find(&namespace, &name.text, &[]),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `Type.Name`
    fn static_member(&mut self, kind: Type, name: &Identifier) -> Named {
        if let Some(net_type) = kind.as_enum()
            && let Kind::Enum(members) = net_type.kind
            && let Some((_, number)) = members.iter().find(|(member, _)| *member == &*name.text)
        {
            return Named::Value(Typed::constant(Value::Enum(net_type, *number)));
        }
        if matches!(kind, Type::Unknown) {
            return Named::Value(Typed::unknown());
        }
        let found = members::row(&kind, &name.text, |row| row.form == Form::Property && row.is_static);
        if let Some(row) = found {
            let result = substituted(&kind, &row);
            if row.is_constant
                && let Ok(value) = constant(&row)
            {
                return Named::Value(Typed::constant(value));
            }
            let call = CallNode {
                run: row.member.run,
                this: None,
                arguments: Vec::new(),
                generics: type_arguments(&kind),
                outs: Vec::new(),
            };
            return Named::Value(Typed::new(Node::Call(call.into()), result));
        }
        // A type in a type: `TimeZoneInfo.AdjustmentRule`.
        if let Some(nested) = types::find("", &name.text, &[])
            && matches!(&nested, Type::Named(net_type, _) if net_type.namespace.ends_with(&format!(".{kind}")))
        {
            return Named::Type(nested);
        }
        let all = members::rows(&kind, &name.text, |_| true);
        if let Some(row) = all.iter().flatten().next() {
            self.not_a_property(&kind, name, row.is_static);
            return Named::Value(Typed::unknown());
        }
        Named::Value(self.member_unknown(&kind, name, true))
    }

    fn not_a_property(&mut self, kind: &Type, name: &Identifier, is_static: bool) {
        let (message, help) = if is_static {
            (format!("`{}` is a method", name.text), format!("call it: `{kind}.{}(...)`", name.text))
        } else {
            (format!("`{}` needs a value of type `{kind}`", name.text), format!("use it on a value: `value.{}`", name.text))
        };
        self.error("expression/method", name.span, message, Some(help));
    }

    /// `value.Name`; `target` is how the value was written.
    pub(super) fn member(&mut self, typed: Typed, target: &Expression, name: &Identifier) -> Typed {
        if typed.kind == Type::Void {
            self.error("expression/no-value", target.span, "this gives no value", None);
            return Typed::unknown();
        }
        if let Type::Nullable(inner) = &typed.kind {
            match &*name.text {
                "HasValue" => return Typed::new(Node::Equal((typed.node, Node::Constant(Value::Null)).into(), true), Type::BOOL),
                "Value" => {
                    let missing = library::exception::to_value(
                        &dotnet::Exception::invalid_operation("Nullable object must have a value.").into(),
                    );
                    let throw = Node::Throw(Node::Constant(missing).into());
                    return Typed::new(Node::Coalesce((typed.node, throw).into()), (**inner).clone());
                }
                _ => {
                    let help = if members::row(inner, &name.text, |row| !row.is_static).is_some() {
                        Some(format!("take the value out first: `.Value.{0}`, or write `?.{0}`", name.text))
                    } else {
                        suggestion(&name.text, ["HasValue", "Value", "GetValueOrDefault"], None)
                    };
                    self.error(
                        "expression/member-unknown",
                        name.span,
                        format!("`{}` has no member `{}`", typed.kind, name.text),
                        help,
                    );
                    return Typed::unknown();
                }
            }
        }
        if let Type::Anonymous(names) = &typed.kind
            && let Some((_, kind)) = names.iter().find(|(own, _)| *own == name.text)
        {
            let kind = kind.clone();
            return Typed::new(get(typed.node, &name.text), kind);
        }
        if matches!(typed.kind, Type::Unknown) {
            return Typed::new(get(typed.node, &name.text), Type::Unknown);
        }
        let row = members::row(&typed.kind, &name.text, |row| row.form == Form::Property && !row.is_static && !row.sets);
        if let Some(row) = row {
            self.notes_body(&typed.kind, target, name);
            let result = substituted(&typed.kind, &row);
            // Parts of `context` that are always there need no call.
            if let Node::Constant(Value::Context(part)) = &typed.node
                && let Some(part) = library::context::part_of(*part, &name.text)
            {
                return Typed::new(Node::Constant(Value::Context(part)), result);
            }
            let call = CallNode {
                run: row.member.run,
                this: Some(typed.node),
                arguments: Vec::new(),
                generics: type_arguments(&typed.kind),
                outs: Vec::new(),
            };
            return Typed::new(Node::Call(call.into()), result);
        }
        let others = members::rows(&typed.kind, &name.text, |_| true);
        if let Some(row) = others.iter().flatten().next() {
            let (message, help) = if row.is_static {
                (format!("`{}` belongs to the type, not to a value", name.text), format!("write `{}.{}`", typed.kind, name.text))
            } else if row.sets {
                (format!("`{}` can only be set", name.text), "assign to it".to_owned())
            } else {
                (format!("`{}` is a method", name.text), format!("call it: `.{}(...)`", name.text))
            };
            self.error("expression/method", name.span, message, Some(help));
            return Typed::unknown();
        }
        if signature::extensions(&name.text).is_some() && !matches!(typed.kind, Type::Null) {
            let help = Some(format!("call it: `.{}(...)`", name.text));
            self.error("expression/method", name.span, format!("`{}` is a method", name.text), help);
            return Typed::unknown();
        }
        if typed.kind == Type::OBJECT {
            self.cast_missing(name.span, &format!(".{}", name.text));
            return Typed::new(get(typed.node, &name.text), Type::Unknown);
        }
        self.member_unknown(&typed.kind, name, false)
    }

    /// Remembers which bodies are read: `context.Request.Body`, `context.Response.Body`.
    fn notes_body(&mut self, kind: &Type, target: &Expression, name: &Identifier) {
        let Type::Named(net_type, _) = kind else { return };
        let is_context_response = |expression: &Expression| match &expression.kind {
            E::Member { target, name, .. } => {
                &*name.text == "Response" && matches!(&target.kind, E::Name(name, _) if &*name.text == "context")
            }
            _ => false,
        };
        match (net_type.name, &*name.text) {
            ("IRequest", "Body") => self.bodies.request = true,
            ("IResponse", "Body") if is_context_response(target) => self.bodies.response = true,
            ("IResponse", "Body") => self.bodies.response_elsewhere = true,
            ("IProxyRequestContext", "Response") => self.bodies.response_escapes = true,
            _ => {}
        }
    }

    pub(super) fn member_unknown(&mut self, kind: &Type, name: &Identifier, of_type: bool) -> Typed {
        if members::is_missing(kind, &name.text) {
            let message = format!("`{kind}.{}` is allowed by APIM and not in this build of Portico yet", name.text);
            self.error(
                "expression/member-missing",
                name.span,
                message,
                Some("see `docs/expressions.md` for what there is".into()),
            );
            return Typed::unknown();
        }
        let otherwise = match kind {
            Type::Null => Some("cast the null first".to_owned()),
            _ => Some(format!("see `docs/expressions.md` for the members of `{kind}`")),
        };
        let help = suggestion(&name.text, members::names(kind, of_type), otherwise);
        self.error("expression/member-unknown", name.span, format!("`{kind}` has no member `{}`", name.text), help);
        Typed::unknown()
    }

    /// `value[arguments]`
    pub(super) fn index(&mut self, target: &Expression, arguments: &[Argument], span: Span) -> Typed {
        let typed = self.value(target, None);
        let given = self.plain_arguments(arguments);
        self.indexed(typed, given, false, span).map_or_else(Typed::unknown, |(node, kind)| Typed::new(node, kind))
    }

    /// The arguments of an indexer, which are values.
    pub(super) fn plain_arguments(&mut self, arguments: &[Argument]) -> Vec<Typed> {
        arguments
            .iter()
            .map(|argument| match &argument.value {
                ArgumentValue::Value(value) => self.value(value, None),
                _ => {
                    self.error("expression/arguments", argument.span, "`out` has no place here", Some("give a value".into()));
                    Typed::unknown()
                }
            })
            .collect()
    }

    /// The node that reads an item, or, if `sets`, the call that writes it once its value is added.
    fn indexed(&mut self, typed: Typed, given: Vec<Typed>, sets: bool, span: Span) -> Option<(Node, Type)> {
        if let (Type::Array(element), [_]) = (&typed.kind, given.as_slice()) {
            let element = (**element).clone();
            let at = given.into_iter().next()?;
            let at = if crate::expr::numeric::Numeric::of(&at.kind).is_some_and(|numeric| numeric.is_whole()) {
                at.node
            } else {
                self.assigned(at, &Type::INT, span)
            };
            return Some((Node::Item((typed.node, at).into()), element));
        }
        let dynamic = |typed: Typed, given: Vec<Typed>| DynamicNode {
            operation: if sets { Operation::SetIndex } else { Operation::Index },
            this: typed.node,
            arguments: given.into_iter().map(|argument| (None, argument.node)).collect(),
            generics: Vec::new(),
        };
        if matches!(typed.kind, Type::Unknown) {
            return Some((Node::Dynamic(dynamic(typed, given).into()), Type::Unknown));
        }
        let described: Vec<overload::Argument> = given.iter().map(Typed::described).collect();
        let groups = members::rows(&typed.kind, "this", |row| row.form == Form::Indexer && row.sets == sets);
        for group in &groups {
            if let Ok(choice) = overload::choose(group, &typed.kind, &[], &described, &mut |_, _| Type::Unknown) {
                let result = choice.result.clone();
                let node =
                    call_node(&choice, Some(typed.node), given.into_iter().map(|argument| argument.node).collect(), Vec::new());
                return Some((node, result));
            }
        }
        if typed.kind == Type::OBJECT {
            self.cast_missing(span, "[...]");
            return Some((Node::Dynamic(dynamic(typed, given).into()), Type::Unknown));
        }
        let kind = &typed.kind;
        if let Some(row) = groups.iter().flatten().next() {
            let wanted: Vec<String> = row.parameters.iter().map(|parameter| parameter.kind.to_string()).collect();
            let message = format!(
                "the index of {} is no `{}`",
                kind.with_article(),
                given.first().map_or(String::new(), |given| given.kind.to_string())
            );
            self.error("expression/arguments", span, message, Some(format!("give `{}`", wanted.join(", "))));
        } else if sets && members::row(kind, "this", |row| row.form == Form::Indexer).is_some() {
            self.error("expression/read-only", span, format!("the items of {} cannot be set", kind.with_article()), None);
        } else {
            let help = matches!(kind, Type::Nullable(_)).then(|| "take the value out first: `.Value[...]`".to_owned());
            self.error("expression/index", span, format!("{} has no items to index", kind.with_article()), help);
        }
        None
    }

    /// Something to assign to.
    pub(super) fn place(&mut self, target: &Expression) -> Option<Place> {
        let span = target.span;
        match &target.kind {
            E::Parenthesized(inner) => self.place(inner),
            E::Name(name, _) => {
                let Some(local) = self.find(&name.text) else {
                    if &*name.text == "context" || types::find("", &name.text, &[]).is_some() {
                        self.error("expression/read-only", span, format!("`{}` cannot be assigned to", name.text), None);
                    } else {
                        self.unknown_name(name);
                    }
                    return None;
                };
                if local.fixed || local.constant.is_some() {
                    let help = Some("copy it into a variable of your own".to_owned());
                    self.error("expression/read-only", span, format!("`{}` cannot be assigned to", name.text), help);
                    return None;
                }
                Some(Place {
                    kind: local.kind,
                    read: Node::Local(local.slot),
                    write: Write::Local(local.slot),
                    before: Vec::new(),
                })
            }
            E::Index { target: container, arguments } => {
                let typed = self.value(container, None);
                let this = self.slot();
                let before = vec![Node::Assign(this, typed.node.into())];
                let mut place = self.item_place(&Typed::new(Node::Local(this), typed.kind), arguments, span)?;
                place.before.splice(0..0, before);
                Some(place)
            }
            E::Member { target: owner, name, .. } => {
                let typed = match self.named_thing(owner) {
                    Named::Value(typed) => typed,
                    Named::Type(kind) => {
                        self.error("expression/read-only", span, format!("`{kind}.{}` cannot be assigned to", name.text), None);
                        return None;
                    }
                    Named::Namespace(_) => {
                        self.named_value(target);
                        return None;
                    }
                };
                let this = self.slot();
                let before = vec![Node::Assign(this, typed.node.into())];
                let typed = Typed::new(Node::Local(this), typed.kind);
                self.member_place(typed, owner, name, before)
            }
            _ => {
                let help = Some("assign to a variable, a property or an item; compare with `==`".to_owned());
                self.error("expression/assign", span, "this cannot be assigned to", help);
                None
            }
        }
    }

    /// An item of a container that is in a slot.
    pub(super) fn item_place(&mut self, typed: &Typed, arguments: &[Argument], span: Span) -> Option<Place> {
        let mut before = Vec::new();
        let given: Vec<Typed> = self
            .plain_arguments(arguments)
            .into_iter()
            .map(|argument| match argument.node {
                Node::Constant(_) => argument,
                node => {
                    let slot = self.slot();
                    before.push(Node::Assign(slot, node.into()));
                    Typed::new(Node::Local(slot), argument.kind)
                }
            })
            .collect();
        if let (Type::Array(element), [at]) = (&typed.kind, given.as_slice()) {
            let element = (**element).clone();
            let write = Write::Item(typed.node.clone(), at.node.clone());
            return Some(Place { kind: element, read: Node::Item((typed.node.clone(), at.node.clone()).into()), write, before });
        }
        let (write, kind) = self.indexed(typed.clone(), given.clone(), true, span)?;
        // What can be set need not be readable; then only reading would be wrong, and nobody may read.
        let mistakes = self.mistakes.len();
        let read = self.indexed(typed.clone(), given, false, span).map_or(Node::Constant(Value::Null), |(node, _)| node);
        self.mistakes.truncate(mistakes);
        Some(Place { kind, read, write: write_of(write)?, before })
    }

    pub(super) fn member_place(
        &mut self,
        typed: Typed,
        owner: &Expression,
        name: &Identifier,
        before: Vec<Node>,
    ) -> Option<Place> {
        if matches!(typed.kind, Type::Unknown) || typed.kind == Type::OBJECT {
            let dynamic = DynamicNode {
                operation: Operation::Set(name.text.clone()),
                this: typed.node.clone(),
                arguments: Vec::new(),
                generics: Vec::new(),
            };
            let read = get(typed.node, &name.text);
            return Some(Place { kind: Type::Unknown, read, write: Write::Dynamic(dynamic), before });
        }
        let row = members::row(&typed.kind, &name.text, |row| row.form == Form::Property && row.sets);
        let Some(row) = row else {
            if members::row(&typed.kind, &name.text, |_| true).is_some() {
                let message = format!("`{}` of {} cannot be set", name.text, typed.kind.with_article());
                self.error("expression/read-only", name.span, message, None);
            } else {
                self.member_unknown(&typed.kind, name, false);
            }
            return None;
        };
        let kind = substituted(&typed.kind, &row);
        let call = CallNode {
            run: row.member.run,
            this: Some(typed.node.clone()),
            arguments: Vec::new(),
            generics: type_arguments(&typed.kind),
            outs: Vec::new(),
        };
        let mistakes = self.mistakes.len();
        let read = self.member(typed, owner, name).node;
        self.mistakes.truncate(mistakes);
        Some(Place { kind, read, write: Write::Call(call), before })
    }
}

impl Typed {
    /// As an argument of a call.
    pub(super) fn described(&self) -> overload::Argument {
        overload::Argument {
            name: None,
            kind: self.kind.clone(),
            constant: self.as_constant().cloned(),
            lambda: None,
            out: false,
        }
    }
}

fn write_of(node: Node) -> Option<Write> {
    match node {
        Node::Call(call) => Some(Write::Call(*call)),
        Node::Dynamic(dynamic) => Some(Write::Dynamic(*dynamic)),
        _ => None,
    }
}

fn get(this: Node, name: &Rc<str>) -> Node {
    Node::Dynamic(
        DynamicNode { operation: Operation::Get(name.clone()), this, arguments: Vec::new(), generics: Vec::new() }.into(),
    )
}

/// The result of a property, the receiver's type arguments put in.
fn substituted(kind: &Type, row: &signature::Signature) -> Type {
    let table = signature::table(row.owner);
    let Some(Type::Named(_, arguments)) = kind.as_base(row.owner) else { return row.result.clone() };
    row.result.substituted(&|name| {
        let at = table.parameters.iter().position(|parameter| *parameter == name)?;
        arguments.get(at).cloned()
    })
}

/// What a static member of a generic type sees as its type arguments.
fn type_arguments(kind: &Type) -> Vec<Type> {
    match kind {
        Type::Named(_, arguments) => arguments.clone(),
        _ => Vec::new(),
    }
}
