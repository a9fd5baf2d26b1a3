//! `new T(...) { ... }`: constructors, and what follows in braces.

use super::{Checker, Typed};
use crate::expr::{
    ast::{Argument, ArgumentValue, Expression, ExpressionKind as E, Initializer, InitializerItem, InitializerValue, TypeName},
    eval::Node,
    overload::Failure,
    signature::{self, Form},
    types::{Kind, Type},
};
use diagnostic::Span;

impl Checker {
    pub(super) fn new_object(
        &mut self,
        type_name: &TypeName,
        arguments: &[Argument],
        initializer: Option<&Initializer>,
        span: Span,
    ) -> Typed {
        let kind = self.type_of(type_name);
        let Type::Named(net_type, _) = &kind else {
            if let (Type::Function(_), [Argument { value: ArgumentValue::Value(value), .. }]) = (&kind, arguments) {
                // `new Func<int, int>(x => x)` is the lambda itself.
                return self.value(value, Some(&kind));
            }
            if let (Type::Nullable(inner), [Argument { value: ArgumentValue::Value(value), .. }]) = (&kind, arguments) {
                let inner = (**inner).clone();
                let node = self.value_as(value, &inner);
                return Typed::new(node, kind);
            }
            for argument in arguments {
                if let ArgumentValue::Value(value) = &argument.value {
                    self.value(value, None);
                }
            }
            return if matches!(kind, Type::Unknown) {
                Typed::unknown()
            } else {
                Typed::new(Node::Constant(kind.default_value()), kind)
            };
        };
        let constructors: Vec<_> =
            signature::table(net_type).all.iter().filter(|row| row.form == Form::Constructor).cloned().collect();
        let mut given = self.arguments(arguments);
        let made = if constructors.is_empty() {
            if matches!(net_type.kind, Kind::Struct | Kind::Enum(_)) && arguments.is_empty() {
                Typed::new(Node::Constant(kind.default_value()), kind.clone())
            } else {
                let what = match net_type.kind {
                    Kind::Interface => "is an interface",
                    Kind::Static => "has only static members",
                    _ => "has no constructor",
                };
                let message = format!("`{kind}` {what} and cannot be made with `new`");
                self.error(
                    "expression/constructor",
                    type_name.span,
                    message,
                    Some("see `docs/expressions.md` for its members".into()),
                );
                return Typed::unknown();
            }
        } else {
            match self.chosen(std::slice::from_ref(&constructors), &kind, &[], &mut given) {
                Ok(choice) => self.finish(choice, None, given),
                // `new Guid()` of a structure is its default.
                Err(Failure::Count) if arguments.is_empty() && net_type.kind == Kind::Struct => {
                    Typed::new(Node::Constant(kind.default_value()), kind.clone())
                }
                Err(failure) => return self.no_overload(&[constructors], &format!("new {kind}"), failure, &given, span),
            }
        };
        let made = Typed::new(made.node, kind);
        match initializer {
            Some(initializer) => self.initialized(made, initializer, span),
            None => made,
        }
    }

    /// Keeps the object in a slot, fills it, and gives it.
    fn initialized(&mut self, made: Typed, initializer: &Initializer, span: Span) -> Typed {
        let slot = self.slot();
        let mut nodes = vec![Node::Assign(slot, made.node.into())];
        let object = Typed::new(Node::Local(slot), made.kind.clone());
        self.fill(&object, initializer, span, &mut nodes);
        nodes.push(Node::Local(slot));
        Typed::new(Node::Sequence(nodes), made.kind)
    }

    fn fill(&mut self, object: &Typed, initializer: &Initializer, span: Span, nodes: &mut Vec<Node>) {
        let owner = Expression { kind: E::Receiver, span };
        match initializer {
            Initializer::Members(members) => {
                for (name, value) in members {
                    match value {
                        InitializerValue::Value(value) => {
                            let Some(place) = self.member_place(object.clone(), &owner, name, Vec::new()) else {
                                self.value(value, None);
                                continue;
                            };
                            let kind = place.kind.clone();
                            let node = self.value_as(value, &kind);
                            let node = place.write(node, self);
                            nodes.push(node);
                        }
                        InitializerValue::Nested(inner) => {
                            let member = self.member(object.clone(), &owner, name);
                            let slot = self.slot();
                            nodes.push(Node::Assign(slot, member.node.into()));
                            let at = Self::initializer_span(inner).unwrap_or(name.span);
                            self.fill(&Typed::new(Node::Local(slot), member.kind), inner, at, nodes);
                        }
                    }
                }
            }
            Initializer::Items(items) => {
                for item in items {
                    let node = match item {
                        InitializerItem::Add(values) => {
                            let at = match (values.first(), values.last()) {
                                (Some(first), Some(last)) => Span { start: first.span.start, end: last.span.end },
                                _ => span,
                            };
                            let name = crate::expr::ast::Identifier { text: "Add".into(), span: at };
                            let arguments: Vec<Argument> = values
                                .iter()
                                .map(|value| Argument {
                                    name: None,
                                    value: ArgumentValue::Value(value.clone()),
                                    span: value.span,
                                })
                                .collect();
                            self.added(object, &name, &arguments, at)
                        }
                        InitializerItem::Set(keys, value) => {
                            let arguments: Vec<Argument> = keys
                                .iter()
                                .map(|key| Argument { name: None, value: ArgumentValue::Value(key.clone()), span: key.span })
                                .collect();
                            self.set_item(object, &arguments, value)
                        }
                    };
                    nodes.extend(node);
                }
            }
        }
    }

    fn added(&mut self, object: &Typed, name: &crate::expr::ast::Identifier, arguments: &[Argument], span: Span) -> Option<Node> {
        let groups = crate::expr::members::rows(&object.kind, "Add", |row| row.form == Form::Method && !row.is_static);
        if groups.is_empty() {
            let message = format!("{} takes no items in braces", object.kind.with_article());
            self.error("expression/initializer", span, message, Some("set its members: `{ Name = value }`".into()));
            return None;
        }
        let mut given = self.arguments(arguments);
        match self.chosen(&groups, &object.kind, &[], &mut given) {
            Ok(choice) => Some(self.finish(choice, Some(object.clone()), given).node),
            Err(failure) => {
                self.no_overload(&groups, &format!("{}.{}", object.kind, name.text), failure, &given, span);
                None
            }
        }
    }

    fn set_item(&mut self, object: &Typed, keys: &[Argument], value: &Expression) -> Option<Node> {
        let place = self.item_place(object, keys, value.span)?;
        let kind = place.kind.clone();
        let node = self.value_as(value, &kind);
        Some(place.write(node, self))
    }
}
