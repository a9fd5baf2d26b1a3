//! What expressions are made of: literals, names, brackets, `new`, lambdas.

use super::{
    Failed, Parsed, Parser, TYPES, tree,
    type_name::{Form, Question},
};
use crate::expr::{ast::*, lexer::Kind};

impl Parser {
    pub(super) fn primary(&mut self) -> Parsed<Box<Expression>> {
        let span = self.span();
        match *self.kind() {
            Kind::Literal(_) => {
                let Kind::Literal(literal) = self.kind().clone() else { return Err(Failed) };
                self.advance();
                Ok(tree(ExpressionKind::Literal(literal), span))
            }
            Kind::Identifier(_) => self.name(),
            Kind::Symbol("(") => self.parenthesized(),
            Kind::InterpolatedOpen => self.interpolated(),
            Kind::Keyword(word) => self.keyword_value(word),
            Kind::Symbol("{") if self.is_ahead(1, "{") => self.named_value(),
            _ => self.unexpected("a value"),
        }
    }

    #[inline(never)]
    pub(super) fn name(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        if self.is_word(0, "nameof") && self.is_ahead(1, "(") {
            return self.name_of();
        }
        if self.is_word(0, "await") && (self.is_identifier(1) || matches!(self.token(1).kind, Kind::Keyword("new"))) {
            return self.refuse("policies have no `await`", "use a policy such as `send-request` before the expression");
        }
        if self.is_word(0, "async") && (self.is_identifier(1) || self.is_ahead(1, "(") && self.lambda_follows(1)) {
            return self.refuse("policies have no `async`", "leave it out, and call what is not asynchronous");
        }
        if self.is_word(0, "from") && self.is_identifier(1) && matches!(self.token(2).kind, Kind::Keyword("in")) {
            let help = "write `items.Where(x => ...).Select(x => ...)`";
            return self.refuse("policies have no query syntax `from x in items`", help);
        }
        let name = self.identifier("a name")?;
        let generics = self.value_generics()?;
        Ok(tree(ExpressionKind::Name(name, generics), start.to(self.before())))
    }

    pub(super) fn name_of(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        self.advance();
        self.advance();
        if let Kind::Keyword(word) = *self.kind()
            && TYPES.contains(&word)
            && !self.is_ahead(1, ".")
        {
            return self.refuse("`nameof` wants a name", &format!("write `\"{word}\"`"));
        }
        let named = self.expression()?;
        self.expect(")", "`nameof` takes one name: `nameof(x)`")?;
        let span = start.to(self.before());
        match &named.kind {
            ExpressionKind::Name(name, _) | ExpressionKind::Member { name, .. } => {
                Ok(tree(ExpressionKind::NameOf(name.text.clone()), span))
            }
            _ => self.fail(named.span, "`nameof` wants a name", "write `nameof(x)` or `nameof(x.Name)`"),
        }
    }

    #[inline(never)]
    pub(super) fn parenthesized(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        self.advance();
        let typed = self.skip_type(0, Question::Nullable).is_some_and(|(end, form)| {
            form == Form::Type && self.is_ahead(end, ",") || self.is_identifier(end) && self.is_ahead(end + 1, ",")
        });
        if typed || self.is(")") {
            return self.refuse("policies have no tuples like `(a, b)`", "write `Tuple.Create(a, b)`, or `new { a, b }`");
        }
        let inner = self.expression()?;
        if self.is(",") || self.is(":") && matches!(inner.kind, ExpressionKind::Name(..)) {
            return self.refuse("policies have no tuples like `(a, b)`", "write `Tuple.Create(a, b)`, or `new { a, b }`");
        }
        if !self.is(")") {
            return self.unexpected("`)`");
        }
        self.advance();
        Ok(tree(ExpressionKind::Parenthesized(inner), start.to(self.before())))
    }

    #[inline(never)]
    pub(super) fn interpolated(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        self.advance();
        let mut pieces = Vec::new();
        loop {
            match self.kind().clone() {
                Kind::Text(text) => {
                    self.advance();
                    pieces.push(Piece::Text(text));
                }
                Kind::HoleOpen => {
                    self.advance();
                    let value = *self.expression()?;
                    let alignment = if self.eat(",") { Some(*self.expression()?) } else { None };
                    let mut format = None;
                    if let Kind::Format(text) = self.kind().clone() {
                        self.advance();
                        format = Some(text);
                    }
                    if *self.kind() != Kind::HoleClose {
                        return self.unexpected("`}`");
                    }
                    self.advance();
                    pieces.push(Piece::Hole { value, alignment, format });
                }
                Kind::InterpolatedClose => {
                    self.advance();
                    return Ok(tree(ExpressionKind::Interpolated(pieces), start.to(self.before())));
                }
                _ => return self.unexpected("text"),
            }
        }
    }

    #[inline(never)]
    pub(super) fn keyword_value(&mut self, word: &'static str) -> Parsed<Box<Expression>> {
        let start = self.span();
        let kind = match word {
            "new" => return self.new_value(),
            "default" => {
                self.advance();
                let mut type_name = None;
                if self.eat("(") {
                    type_name = Some(self.type_name(Question::Nullable)?);
                    self.expect(")", "`default` takes one type: `default(int)`")?;
                }
                ExpressionKind::Default(type_name)
            }
            "checked" | "unchecked" => {
                self.advance();
                self.expect("(", "write `checked(value)` or `unchecked(value)`")?;
                let value = self.expression()?;
                self.expect(")", "write `checked(value)` or `unchecked(value)`")?;
                ExpressionKind::Checked(word == "checked", value)
            }
            _ if TYPES.contains(&word) => {
                let type_name = self.type_name(Question::Unclear)?;
                if !self.is(".") {
                    let help =
                        format!("a member follows, such as `{word}.Parse(...)`, or a name, if this is meant to be a declaration");
                    return self.fail(type_name.span, format!("`{word}` is a type and no value"), &help);
                }
                ExpressionKind::Type(type_name)
            }
            "typeof" => return self.refuse("policies have no `typeof`", "write `x is T` to ask for a value's type"),
            "sizeof" => return self.refuse("policies have no `sizeof`", "write the number: an `int` has 4 bytes, a `long` 8"),
            "stackalloc" => return self.refuse("policies have no `stackalloc`", "write `new T[length]`"),
            "delegate" => return self.refuse("policies have no `delegate`", "write a lambda: `(x, y) => ...`"),
            "this" | "base" => {
                let message = format!("there is no `{word}` in a policy");
                return self.fail(start, message, "what the gateway knows is in `context`");
            }
            "void" => return self.refuse("`void` is no value", "only a local function has the result `void`"),
            "out" | "ref" => return self.refuse("this stands only before an argument", "write `Method(out var x)`"),
            _ => return self.unexpected("a value"),
        };
        Ok(tree(kind, start.to(self.before())))
    }

    #[inline(never)]
    pub(super) fn new_value(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        self.advance();
        let kind = match *self.kind() {
            Kind::Symbol("{") => self.anonymous()?,
            Kind::Symbol("[") => {
                self.advance();
                if self.is(",") {
                    return self.refuse(
                        "policies have no arrays of several dimensions",
                        "write an array of arrays: `new[] { new[] { 1 } }`",
                    );
                }
                self.expect("]", "the type is found out from the items: `new[] { 1, 2 }`")?;
                let items = Some(self.array_items()?);
                ExpressionKind::NewArray { element: None, length: None, items }
            }
            Kind::Symbol("(") => {
                return self.refuse("policies have no `new()` without a type", "write the type: `new List<string>()`");
            }
            _ => self.new_typed()?,
        };
        Ok(tree(kind, start.to(self.before())))
    }

    pub(super) fn new_typed(&mut self) -> Parsed<ExpressionKind> {
        let mut type_name = self.named_type()?;
        if self.is("?") && (self.is_ahead(1, "[") || self.is_ahead(1, "(")) {
            self.advance();
            let span = type_name.span.to(self.before());
            type_name = TypeName { kind: TypeKind::Nullable(Box::new(type_name)), span };
        }
        if self.is("[") {
            return self.new_array(type_name);
        }
        let (called, braced) = (self.is("("), self.is("{"));
        if !called && !braced {
            return self.expect("(", "write `new T()`, or `new T { ... }`").and(Err(Failed));
        }
        let arguments = if called { self.arguments("(", ")")? } else { Vec::new() };
        let initializer = if self.is("{") { Some(self.nested(Self::initializer)?) } else { None };
        Ok(ExpressionKind::New { type_name, arguments, initializer })
    }

    pub(super) fn new_array(&mut self, mut element: TypeName) -> Parsed<ExpressionKind> {
        self.advance();
        if self.is(",") {
            return self.refuse("policies have no arrays of several dimensions", "write an array of arrays: `new int[2][]`");
        }
        let length = if self.is("]") { None } else { Some(self.expression()?) };
        if self.is(",") {
            return self.refuse("policies have no arrays of several dimensions", "write an array of arrays: `new int[2][]`");
        }
        self.expect("]", "an array is made by `new T[length]` or `new T[] { ... }`")?;
        while self.is("[") && self.is_ahead(1, "]") {
            self.advance();
            self.advance();
            let span = element.span.to(self.before());
            element = TypeName { kind: TypeKind::Array(Box::new(element)), span };
        }
        let items = if self.is("{") { Some(self.array_items()?) } else { None };
        if length.is_none() && items.is_none() {
            return self.fail(
                element.span,
                "the array has neither a length nor items",
                "write `new T[length]` or `new T[] { ... }`",
            );
        }
        Ok(ExpressionKind::NewArray { element: Some(element), length, items })
    }

    /// `{ a, b }`
    pub(super) fn array_items(&mut self) -> Parsed<Vec<Expression>> {
        self.expect("{", "the items stand in `{ }`")?;
        let mut items = Vec::new();
        while !self.is("}") {
            items.push(if self.is("{") { *self.nested(Self::nested_items)? } else { *self.expression()? });
            if !self.eat(",") {
                break;
            }
        }
        if !self.is("}") {
            return self.unexpected("`}` or `,`");
        }
        self.advance();
        Ok(items)
    }

    pub(super) fn nested_items(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        let items = self.array_items()?;
        Ok(tree(ExpressionKind::ArrayItems(items), start.to(self.before())))
    }

    pub(super) fn anonymous(&mut self) -> Parsed<ExpressionKind> {
        self.advance();
        let mut members = Vec::new();
        while !self.is("}") {
            let member = if self.is_identifier(0) && self.is_ahead(1, "=") {
                let name = self.identifier("a name")?;
                self.advance();
                (name, *self.expression()?)
            } else {
                let value = self.expression()?;
                let Some(name) = last_name(&value) else {
                    return self.fail(value.span, "this member has no name", "write `name = ...`");
                };
                (name, *value)
            };
            members.push(member);
            if !self.eat(",") {
                break;
            }
        }
        if !self.is("}") {
            return self.unexpected("`}` or `,`");
        }
        self.advance();
        Ok(ExpressionKind::NewAnonymous(members))
    }

    pub(super) fn initializer(&mut self) -> Parsed<Initializer> {
        self.advance();
        if self.is_identifier(0) && self.is_ahead(1, "=") {
            let mut members = Vec::new();
            while !self.is("}") {
                let name = self.identifier("the name of a member")?;
                self.expect("=", "every item here is `Name = value`")?;
                let value = if self.is("{") {
                    InitializerValue::Nested(self.nested(Self::initializer)?)
                } else {
                    InitializerValue::Value(*self.expression()?)
                };
                members.push((name, value));
                if !self.eat(",") {
                    break;
                }
            }
            self.close_initializer()?;
            return Ok(Initializer::Members(members));
        }
        let mut items = Vec::new();
        while !self.is("}") {
            items.push(self.initializer_item()?);
            if !self.eat(",") {
                break;
            }
        }
        self.close_initializer()?;
        Ok(Initializer::Items(items))
    }

    pub(super) fn close_initializer(&mut self) -> Parsed<()> {
        if !self.is("}") {
            return self.unexpected("`}` or `,`");
        }
        self.advance();
        Ok(())
    }

    #[inline(never)]
    pub(super) fn initializer_item(&mut self) -> Parsed<InitializerItem> {
        if self.eat("[") {
            let mut keys = vec![*self.expression()?];
            while self.eat(",") {
                keys.push(*self.expression()?);
            }
            self.expect("]", "write `[\"key\"] = value`")?;
            self.expect("=", "write `[\"key\"] = value`")?;
            return Ok(InitializerItem::Set(keys, *self.expression()?));
        }
        if self.is("{") {
            return Ok(InitializerItem::Add(self.array_items()?));
        }
        let item = self.expression()?;
        if self.is(":") {
            return self.refuse("an item is no `name: value`", "write `{ \"key\", value }` or `[\"key\"] = value`");
        }
        Ok(InitializerItem::Add(vec![*item]))
    }

    /// True if `x =>` or `(x, y) =>` begins here.
    pub(super) fn is_lambda(&self) -> bool {
        match self.kind() {
            Kind::Identifier(_) => self.is_ahead(1, "=>"),
            Kind::Symbol("(") => self.lambda_follows(0),
            _ => false,
        }
    }

    /// True if the brackets from there on hold parameters and `=>` follows.
    pub(super) fn lambda_follows(&self, open: usize) -> bool {
        let mut ahead = open + 1;
        loop {
            match self.token(ahead).kind {
                Kind::Symbol(")") => return self.is_ahead(ahead + 1, "=>"),
                Kind::Identifier(_) | Kind::Keyword(_) | Kind::Symbol("," | "<" | ">" | "." | "[" | "]" | "?") => ahead += 1,
                _ => return false,
            }
            if ahead - open > 200 {
                return false;
            }
        }
    }

    #[inline(never)]
    pub(super) fn lambda(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        let mut parameters = Vec::new();
        if self.eat("(") {
            while !self.is(")") {
                let typed = self.skip_type(0, Question::Nullable).is_some_and(|(end, _)| self.is_identifier(end));
                let type_name = if typed { self.declared_type()? } else { None };
                parameters.push((type_name, self.identifier("the name of a parameter")?));
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")", "a lambda is `(x, y) => ...`")?;
        } else {
            parameters.push((None, self.identifier("the name of a parameter")?));
        }
        self.expect("=>", "a lambda is `x => ...`")?;
        let body = self.body()?;
        Ok(tree(ExpressionKind::Lambda { parameters, body }, start.to(self.before())))
    }

    /// What follows `=>`.
    pub(super) fn body(&mut self) -> Parsed<LambdaBody> {
        if self.is("{") {
            return self.nested(Self::block).map(LambdaBody::Block);
        }
        self.expression().map(LambdaBody::Expression)
    }

    /// True if the token ahead ends a value: nothing begins there that an operator before it could take.
    pub(super) fn ends_value(&self, ahead: usize) -> bool {
        match &self.token(ahead).kind {
            Kind::Symbol(symbol) => !matches!(*symbol, "(" | "+" | "-" | "!" | "~" | "++" | "--" | "^" | ".." | "@" | "{"),
            Kind::Keyword(word) => matches!(*word, "is" | "as" | "in" | "else" | "switch"),
            Kind::Identifier(_) | Kind::Literal(_) | Kind::InterpolatedOpen => false,
            Kind::Text(_) | Kind::HoleOpen | Kind::Format(_) | Kind::HoleClose | Kind::InterpolatedClose | Kind::End => true,
        }
    }
}

/// The name that `new { other.Name }` gives its member.
fn last_name(value: &Expression) -> Option<Identifier> {
    let mut value = value;
    loop {
        match &value.kind {
            ExpressionKind::Name(name, _) | ExpressionKind::Member { name, .. } => return Some(name.clone()),
            ExpressionKind::Conditional { rest, .. } => value = rest,
            _ => return None,
        }
    }
}
