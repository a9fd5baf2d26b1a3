//! Statements: scopes, loops, what returns, and what is never reached.

use super::{Checker, Local, Pending, one};
use crate::expr::{
    ast::{
        self, Block, Declaration, Expression, ExpressionKind as E, LocalFunction, Statement, StatementKind as S, UsingResource,
    },
    conversion::{Conversion, explicit, implicit},
    eval::{CallNode, Catch, Node, Section, Step, Test, TryStep},
    members,
    signature::Form,
    types::Type,
    value::Value,
};
use std::rc::Rc;

impl Checker {
    /// A block's steps, and whether its end can be reached.
    pub(super) fn block_of(&mut self, block: &Block) -> (Vec<Step>, bool) {
        self.in_block(|checker| checker.statements(&block.statements))
    }

    /// Statements in a row. Local functions are known in all of them.
    fn statements(&mut self, statements: &[Statement]) -> (Vec<Step>, bool) {
        let mut steps = Vec::new();
        let functions: Vec<Rc<LocalFunction>> = statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                S::Function(function) => Some(function.clone()),
                _ => None,
            })
            .collect();
        for function in &functions {
            self.declare_function(function);
        }
        self.pending
            .push(functions.iter().map(|function| Pending { function: function.clone(), needed: false, made: false }).collect());
        let mut goes_on = true;
        let mut reported = false;
        for statement in statements {
            if !goes_on && !reported && !matches!(statement.kind, S::Empty | S::Function(_)) {
                let help = Some("remove it, or what returns before it".to_owned());
                self.warning("expression/unreachable", statement.span, "this is never reached", help);
                reported = true;
            }
            if let S::Function(function) = &statement.kind {
                self.need(&function.name.text);
            }
            let (step, ends) = self.deeper(statement.span, (None, true), |checker| checker.statement(statement));
            // A function that the statement calls is made before it, when all that it uses is there.
            self.make_functions(&mut steps);
            steps.extend(step);
            goes_on = goes_on && ends;
        }
        self.pending.pop();
        (steps, goes_on)
    }

    /// Notes that a local function is used.
    pub(super) fn need(&mut self, name: &str) {
        let mut all = self.pending.iter_mut().rev().flatten();
        if let Some(pending) = all.find(|pending| *pending.function.name.text == *name) {
            pending.needed = true;
        }
    }

    /// Makes the functions of the innermost block that are used by now, and those that they use.
    fn make_functions(&mut self, steps: &mut Vec<Step>) {
        loop {
            let next = self.pending.last_mut().and_then(|all| all.iter_mut().find(|pending| pending.needed && !pending.made));
            let Some(pending) = next else { return };
            pending.made = true;
            let function = pending.function.clone();
            steps.extend(self.local_function(&function));
        }
    }

    /// A statement as a step, and whether what follows it can be reached.
    fn statement(&mut self, statement: &Statement) -> (Option<Step>, bool) {
        let span = statement.span;
        match &statement.kind {
            S::Empty | S::Function(_) => (None, true),
            S::Checked(checked, block) => {
                let before = (self.checked, self.wraps);
                (self.checked, self.wraps) = (*checked, !*checked);
                let (steps, ends) = self.block_of(block);
                (self.checked, self.wraps) = before;
                (Some(Step::Block(steps)), ends)
            }
            S::Local(declaration) => (Some(self.declaration(declaration)), true),
            S::Expression(expression) => {
                self.must_do_something(expression);
                let typed = self.value(expression, None);
                let throws = matches!(typed.node, Node::Throw(_));
                (Some(Step::Evaluate(typed.node)), !throws)
            }
            S::Block(block) => {
                let (steps, ends) = self.block_of(block);
                (Some(Step::Block(steps)), ends)
            }
            S::If(condition, yes, no) => {
                // Names that a pattern declares are known after it, too.
                let condition = self.condition(condition);
                let (yes, yes_ends) = self.body(yes);
                let (no, no_ends) = match no {
                    Some(no) => {
                        let (no, ends) = self.body(no);
                        (Some(Box::new(no)), ends)
                    }
                    None => (None, true),
                };
                let ends = match &condition {
                    Node::Constant(Value::Bool(true)) => yes_ends,
                    Node::Constant(Value::Bool(false)) => no_ends,
                    _ => yes_ends || no_ends,
                };
                (Some(Step::If(condition, yes.into(), no)), ends)
            }
            S::While(condition, body) => {
                let condition = self.condition(condition);
                let (body, left) = self.loop_body(body);
                let forever = matches!(condition, Node::Constant(Value::Bool(true)));
                (
                    Some(Step::Loop { condition: Some(condition), body_first: false, body: body.into(), after: Vec::new() }),
                    !forever || left,
                )
            }
            S::Do(body, condition) => {
                let (body, left) = self.loop_body(body);
                let condition = self.condition(condition);
                let forever = matches!(condition, Node::Constant(Value::Bool(true)));
                (
                    Some(Step::Loop { condition: Some(condition), body_first: true, body: body.into(), after: Vec::new() }),
                    !forever || left,
                )
            }
            S::For { first, condition, step, body } => self.in_block(|checker| {
                let mut steps: Vec<Step> = first.iter().filter_map(|statement| checker.statement(statement).0).collect();
                let condition = condition.as_ref().map(|condition| checker.condition(condition));
                let after: Vec<Node> = step.iter().map(|step| checker.value(step, None).node).collect();
                let (body, left) = checker.loop_body(body);
                let forever = matches!(condition, None | Some(Node::Constant(Value::Bool(true))));
                steps.push(Step::Loop { condition, body_first: false, body: body.into(), after });
                (Some(Step::Block(steps)), !forever || left)
            }),
            S::ForEach { type_name, name, source, body } => self.in_block(|checker| {
                let (node, item) = checker.items(source);
                let kind = type_name.as_ref().map(|kind| checker.type_of(kind));
                let conversion = match &kind {
                    // The variable's type is a cast of each item, as C# says.
                    Some(kind) => explicit(&item, kind, None).unwrap_or_else(|| {
                        if !matches!(item, Type::Unknown) && !matches!(kind, Type::Unknown) {
                            let message = format!("the items are `{item}`, and cannot be `{kind}`");
                            checker.error("expression/conversion", name.span, message, Some("write `var`".into()));
                        }
                        Conversion::None
                    }),
                    None => Conversion::None,
                };
                let kind = kind.unwrap_or(item);
                let local = Local { slot: 0, kind, constant: None, fixed: true, function: None };
                let slot = checker.declare_local(&name.text, name.span, local);
                let (body, _) = checker.loop_body(body);
                (Some(Step::ForEach(slot, conversion.into(), node, body.into())), true)
            }),
            S::Switch(value, sections) => self.switch(value, sections),
            S::Break => {
                let function = self.function();
                let known = function.breakable > 0;
                if let Some(left) = function.left.last_mut() {
                    *left = true;
                }
                if !known {
                    self.error("expression/break", span, "`break` stands in no loop and no `switch`", Some("remove it".into()));
                }
                (Some(Step::Break), false)
            }
            S::Continue => {
                if self.function().loops == 0 {
                    self.error("expression/break", span, "`continue` stands in no loop", Some("remove it".into()));
                }
                (Some(Step::Continue), false)
            }
            S::Return(value) => {
                let declared = self.function().result.clone();
                let outermost = self.functions.len() == 1;
                let node = match (value, &declared) {
                    (None, Some(Type::Void)) => Node::Constant(Value::Null),
                    (None, _) => {
                        if outermost || declared.is_some() {
                            let help = Some("write `return ...;`, `return null;` if there is nothing to say".to_owned());
                            self.error("expression/return", span, "`return` needs a value here", help);
                        }
                        Node::Constant(Value::Null)
                    }
                    (Some(value), Some(Type::Void)) => {
                        self.error(
                            "expression/return",
                            span,
                            "this function is `void` and returns nothing",
                            Some("remove the value".into()),
                        );
                        self.value(value, None).node
                    }
                    (Some(value), Some(kind)) => self.value_as(value, kind),
                    (Some(value), None) => {
                        let typed = self.value(value, None);
                        if typed.kind == Type::Void {
                            self.error("expression/no-value", value.span, "this gives no value", None);
                        }
                        let kind = typed.kind.clone();
                        self.function().returns.push(kind);
                        typed.node
                    }
                };
                if declared.is_some() {
                    let kind = declared.unwrap_or(Type::Unknown);
                    self.function().returns.push(kind);
                }
                (Some(Step::Return(node)), false)
            }
            S::Throw(value) => {
                if value.is_none() && self.function().catches == 0 {
                    let help = Some("write `throw new Exception(\"...\");`".to_owned());
                    self.error("expression/throw", span, "`throw;` stands in no `catch`", help);
                }
                let node = value.as_ref().map(|value| self.value(value, None).node);
                (Some(Step::Throw(node)), false)
            }
            S::Try { body, catches, finally } => {
                let (body, mut ends) = self.block_of(body);
                let mut handlers = Vec::new();
                for catch in catches {
                    let (handler, handler_ends) = self.catch(catch);
                    handlers.push(handler);
                    ends |= handler_ends;
                }
                let (finally, finally_ends) = match finally {
                    Some(finally) => self.block_of(finally),
                    None => (Vec::new(), true),
                };
                (Some(Step::Try(TryStep { body, catches: handlers, finally }.into())), ends && finally_ends)
            }
            S::Using(resource, body) => self.in_block(|checker| {
                match &**resource {
                    UsingResource::Local(declaration) => {
                        // Several resources close in reverse order: each is a `using` around what follows.
                        let mut opened = Vec::new();
                        for (name, value) in &declaration.names {
                            let single = Declaration { names: vec![(name.clone(), value.clone())], ..declaration.clone() };
                            let Step::Declare(slot, node) = checker.declaration(&single) else { continue };
                            opened.push((slot, node));
                        }
                        let (body, ends) = checker.body(body);
                        let step = opened.into_iter().rev().fold(body, |body, (slot, node)| Step::Using(slot, node, body.into()));
                        (Some(step), ends)
                    }
                    UsingResource::Value(value) => {
                        let typed = checker.value(value, None);
                        let slot = checker.slot();
                        let (body, ends) = checker.body(body);
                        (Some(Step::Using(slot, typed.node, body.into())), ends)
                    }
                }
            }),
        }
    }

    /// The one statement of an `if` or a loop, which is a block of its own.
    fn body(&mut self, statement: &Statement) -> (Step, bool) {
        self.in_block(|checker| {
            let (steps, ends) = checker.statements(std::slice::from_ref(statement));
            (one(steps), ends)
        })
    }

    /// The body of a loop, and whether a `break` leaves the loop.
    fn loop_body(&mut self, statement: &Statement) -> (Step, bool) {
        let function = self.function();
        function.loops += 1;
        function.breakable += 1;
        function.left.push(false);
        let (step, _) = self.body(statement);
        let function = self.function();
        function.loops -= 1;
        function.breakable -= 1;
        (step, function.left.pop().unwrap_or(false))
    }

    /// `x;` and `a == b;` do nothing, which is never meant.
    fn must_do_something(&mut self, expression: &Expression) {
        let mut inner = expression;
        while let E::Parenthesized(within) | E::Checked(_, within) = &inner.kind {
            inner = within;
        }
        let does = match &inner.kind {
            E::Call { .. } | E::Assign { .. } | E::Step { .. } | E::New { .. } | E::Throw(_) => true,
            E::Conditional { rest, .. } => matches!(rest.kind, E::Call { .. } | E::Conditional { .. }),
            _ => false,
        };
        if !does {
            let help = match &inner.kind {
                E::Binary(ast::BinaryOperator::Equal, ..) => "assign with `=`, or put it into an `if`",
                _ => "return it, assign it, or remove it",
            };
            self.error("expression/statement", expression.span, "this does nothing", Some(help.to_owned()));
        }
    }

    /// `var a = 1;` Several names become a block without a scope.
    fn declaration(&mut self, declaration: &Declaration) -> Step {
        let written = declaration.type_name.as_ref().map(|kind| self.type_of(kind));
        let mut steps = Vec::new();
        for (name, value) in &declaration.names {
            let (node, kind) = match (&written, value) {
                (Some(kind), Some(value)) => (self.value_as(value, kind), kind.clone()),
                (Some(kind), None) => (Node::Constant(kind.default_value()), kind.clone()),
                (None, Some(value)) => {
                    let typed = self.value(value, None);
                    match typed.kind {
                        Type::Null => {
                            let help = Some("write the type: `string name = null;`".to_owned());
                            self.error("expression/var", value.span, "`var` does not say what `null` is", help);
                            (typed.node, Type::Unknown)
                        }
                        Type::Void => {
                            self.error("expression/no-value", value.span, "this gives no value", None);
                            (typed.node, Type::Unknown)
                        }
                        kind => (typed.node, kind),
                    }
                }
                (None, None) => {
                    let help = Some("give it a value, or write its type: `string name;`".to_owned());
                    self.error("expression/var", name.span, format!("nothing says what `{}` is", name.text), help);
                    (Node::Constant(Value::Null), Type::Unknown)
                }
            };
            let constant = match (&node, declaration.constant) {
                (Node::Constant(value), true) => Some(value.clone()),
                (_, true) => {
                    let help = Some("leave `const` out".to_owned());
                    self.error("expression/const", name.span, format!("the value of `{}` is not constant", name.text), help);
                    None
                }
                _ => None,
            };
            let slot = self.declare_local(&name.text, name.span, Local { slot: 0, kind, constant, fixed: false, function: None });
            steps.push(Step::Declare(slot, node));
        }
        one(steps)
    }

    fn declare_function(&mut self, function: &LocalFunction) {
        if let Some(generic) = function.generics.first() {
            let help = Some("write the types themselves".to_owned());
            self.error("expression/local-function", generic.span, "local functions take no type parameters here", help);
        }
        let mut parameters = Vec::new();
        let mut kinds = Vec::new();
        for (kind, name, default) in &function.parameters {
            let kind = self.type_of(kind);
            let default = default.as_ref().and_then(|default| match self.value_as(default, &kind) {
                Node::Constant(value) => Some(value),
                _ => {
                    self.error("expression/const", default.span, "the default of a parameter is a constant", None);
                    None
                }
            });
            parameters.push((name.text.clone(), default));
            kinds.push(kind);
        }
        let result = function.result.as_ref().map_or(Type::Void, |result| self.type_of(result));
        let kind = Type::Function(Rc::new((kinds, result)));
        let local = Local { slot: 0, kind, constant: None, fixed: true, function: Some(parameters.into()) };
        self.declare_local(&function.name.text, function.name.span, local);
    }

    fn local_function(&mut self, function: &LocalFunction) -> Option<Step> {
        let local = self.find(&function.name.text)?;
        let Type::Function(signature) = &local.kind else { return None };
        let parameters: Vec<_> =
            function.parameters.iter().map(|(_, name, _)| name.clone()).zip(signature.0.iter().cloned()).collect();
        let (node, _) = self.code(&parameters, &function.body, Some(&signature.1));
        // Assigned, not declared: functions that call each other share their places before both are made.
        Some(Step::Evaluate(Node::Assign(local.slot, node.into())))
    }

    /// What `foreach` goes through, and the type of its items.
    fn items(&mut self, source: &Expression) -> (Node, Type) {
        let typed = self.value(source, None);
        if typed.kind.is_open() {
            if typed.kind == Type::OBJECT {
                self.cast_missing(source.span, "foreach");
            }
            return (typed.node, Type::Unknown);
        }
        // A type's own `GetEnumerator` says what its items are, whatever else it can be seen as.
        let own = members::row(&typed.kind, "GetEnumerator", |row| row.form == Form::Method && row.parameters.is_empty());
        if let Some(row) = own.filter(|row| typed.kind.is(row.owner))
            && let Type::Named(_, arguments) = &row.result
            && let [item] = arguments.as_slice()
        {
            let call = CallNode {
                run: row.member.run,
                this: Some(typed.node),
                arguments: Vec::new(),
                generics: Vec::new(),
                outs: Vec::new(),
            };
            let item = match &typed.kind {
                Type::Named(net_type, arguments) => {
                    let parameters = crate::expr::signature::type_parameters(net_type);
                    item.substituted(&|name| {
                        let at = parameters.iter().position(|parameter| *parameter == name)?;
                        arguments.get(at).cloned()
                    })
                }
                _ => item.clone(),
            };
            return (Node::Call(call.into()), item);
        }
        match typed.kind.item() {
            Some(item) => (typed.node, item),
            None => {
                let help = matches!(typed.kind, Type::Null).then(|| "cast the null first".to_owned());
                self.error(
                    "expression/foreach",
                    source.span,
                    format!("{} has no items to go through", typed.kind.with_article()),
                    help,
                );
                (typed.node, Type::Unknown)
            }
        }
    }

    fn switch(&mut self, value: &Expression, sections: &[ast::SwitchSection]) -> (Option<Step>, bool) {
        let typed = self.value(value, None);
        let slot = self.slot();
        let function = self.function();
        function.breakable += 1;
        function.left.push(false);
        let mut all = Vec::new();
        let mut has_default = false;
        let mut ends = false;
        for section in sections {
            let (labels, default, body, body_ends) = self.in_block(|checker| {
                let mut labels: Vec<(Test, Option<Node>)> = Vec::new();
                let mut default = false;
                for label in &section.labels {
                    match label {
                        Some((pattern, condition)) => {
                            let test = checker.pattern(pattern, &typed.kind);
                            let condition = condition.as_ref().map(|condition| checker.condition(condition));
                            labels.push((test, condition));
                        }
                        None => default = true,
                    }
                }
                let (body, body_ends) = checker.statements(&section.body);
                (labels, default, body, body_ends)
            });
            if body_ends && !section.body.is_empty() {
                let at = section.body.last().map_or(section.span, |last| last.span);
                let help = Some("end the section with `break;` or `return ...;`".to_owned());
                self.error("expression/switch", at, "a section of a `switch` must not run into the next", help);
            }
            has_default |= default;
            ends |= body_ends;
            all.push(Section { labels, default, body });
        }
        let function = self.function();
        function.breakable -= 1;
        let left = function.left.pop().unwrap_or(false);
        (Some(Step::Switch(slot, typed.node, all)), ends || left || !has_default)
    }

    #[allow(clippy::type_complexity)]
    fn catch(&mut self, catch: &ast::Catch) -> (Catch, bool) {
        self.in_block(|checker| {
            let kind = catch.type_name.as_ref().map(|kind| checker.type_of(kind));
            if let (Some(kind), Some(written)) = (&kind, &catch.type_name) {
                let exception = crate::expr::signature::named_type("Exception", Vec::new());
                if let Some(exception) = exception
                    && !matches!(kind, Type::Unknown)
                    && implicit(kind, &exception, None).is_none()
                {
                    let help = Some("catch `Exception`, or one of its kinds".to_owned());
                    checker.error("expression/catch", written.span, format!("{} is no exception", kind.with_article()), help);
                }
            }
            let slot = catch.name.as_ref().map(|name| {
                let kind = kind.clone().unwrap_or(Type::Unknown);
                checker.declare(&name.text, name.span, kind)
            });
            let condition = catch.condition.as_ref().map(|condition| checker.condition(condition));
            checker.function().catches += 1;
            let (body, ends) = checker.block_of(&catch.body);
            checker.function().catches -= 1;
            (Catch { kind, slot, condition, body }, ends)
        })
    }
}
