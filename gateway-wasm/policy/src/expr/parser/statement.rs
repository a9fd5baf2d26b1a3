//! Statements, and where parsing goes on after a mistake in one.

use super::{Failed, Parsed, Parser, STATEMENTS, type_name::Question};
use crate::expr::{ast::*, lexer::Kind};
use diagnostic::Span;
use std::{mem, rc::Rc};

impl Parser {
    /// True if what is left is statements and not one expression.
    pub(super) fn holds_statements(&self) -> bool {
        if matches!(*self.kind(), Kind::Keyword(word) if STATEMENTS.contains(&word)) || self.is_declaration() {
            return true;
        }
        let mut open = 0u32;
        self.tokens.iter().any(|token| {
            match token.kind {
                Kind::Symbol("(" | "[" | "{") => open += 1,
                Kind::Symbol(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0 && token.kind == Kind::Symbol(";")
        })
    }

    pub(super) fn block(&mut self) -> Parsed<Block> {
        let start = self.span();
        self.expect("{", "statements stand in `{ }`")?;
        let statements = self.statements();
        if !self.is("}") {
            return self.fail(start, "this `{` is never closed", "write `}` after the last statement");
        }
        self.advance();
        Ok(Block { statements, span: start.to(self.before()) })
    }

    /// Statements up to a `}` or the end; those with mistakes are left out.
    pub(super) fn statements(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        while !self.is("}") && *self.kind() != Kind::End {
            let from = self.at;
            match self.statement() {
                Ok(statement) => statements.push(*statement),
                Err(Failed) => self.recover(from),
            }
        }
        statements
    }

    /// Goes to where the next statement may begin.
    pub(super) fn recover(&mut self, from: usize) {
        // What the mistake stands in began at `from`, so the brackets are counted from there. Round ones are not counted:
        // they may be what is wrong, and statements do not stand in them.
        let stopped = mem::replace(&mut self.at, from);
        let mut open = 0u32;
        loop {
            let past = self.at >= stopped;
            match *self.kind() {
                Kind::End => return,
                Kind::Symbol("{") => open += 1,
                Kind::Symbol("}") if open == 0 => return,
                Kind::Symbol("}") => {
                    open -= 1;
                    // The `}` of a body ends the statement; that of an initializer does not.
                    let ends = !matches!(self.token(1).kind, Kind::Symbol(")" | "," | ";" | "." | "]"));
                    if open == 0 && past && ends {
                        return self.advance();
                    }
                }
                Kind::Symbol(";") if past && open == 0 => return self.advance(),
                _ => {}
            }
            self.advance();
        }
    }

    pub(super) fn statement(&mut self) -> Parsed<Box<Statement>> {
        self.nested(|parser| {
            let start = parser.span();
            let kind = parser.statement_kind()?;
            Ok(Box::new(Statement { kind, span: start.to(parser.before()) }))
        })
    }

    pub(super) fn statement_kind(&mut self) -> Parsed<StatementKind> {
        match *self.kind() {
            Kind::Symbol("{") => self.block().map(StatementKind::Block),
            Kind::Symbol(";") => {
                self.advance();
                Ok(StatementKind::Empty)
            }
            Kind::Keyword(word) => self.keyword_statement(word),
            _ => self.simple_statement(),
        }
    }

    pub(super) fn keyword_statement(&mut self, word: &'static str) -> Parsed<StatementKind> {
        match word {
            "if" => self.if_statement(),
            "for" => self.for_statement(),
            "foreach" => self.for_each_statement(),
            "while" => {
                self.advance();
                let condition = self.condition("while")?;
                Ok(StatementKind::While(*condition, self.statement()?))
            }
            "do" => {
                self.advance();
                let body = self.statement()?;
                if !self.is_keyword("while") {
                    return self.unexpected("`while`");
                }
                self.advance();
                let condition = self.condition("while")?;
                self.semicolon()?;
                Ok(StatementKind::Do(body, *condition))
            }
            "switch" => self.switch_statement(),
            "try" => self.try_statement(),
            "using" => self.using_statement(),
            "return" | "throw" => {
                self.advance();
                let value = if self.is(";") || self.is("}") { None } else { Some(*self.expression()?) };
                self.semicolon()?;
                Ok(if word == "return" { StatementKind::Return(value) } else { StatementKind::Throw(value) })
            }
            "break" | "continue" => {
                self.advance();
                self.semicolon()?;
                Ok(if word == "break" { StatementKind::Break } else { StatementKind::Continue })
            }
            "const" => {
                self.advance();
                let declaration = self.declaration(true)?;
                self.semicolon()?;
                Ok(StatementKind::Local(declaration))
            }
            "void" => self.local_function(),
            "checked" | "unchecked" if self.is_ahead(1, "{") => {
                self.advance();
                Ok(StatementKind::Checked(word == "checked", self.block()?))
            }
            "goto" => self.refuse("policies have no `goto`", "write a loop, `break` or `continue`"),
            "lock" => self.refuse("policies have no `lock`", "leave it out: an expression runs alone"),
            "fixed" | "unsafe" => self.refuse("policies have no pointers", "use arrays and indexes"),
            "static" => self.refuse("policies have no `static` here", "leave out the `static`"),
            "class" | "struct" | "enum" | "interface" | "namespace" | "public" | "private" | "internal" | "protected" => {
                self.refuse("policies cannot declare types", "use `new { Name = value }`, a `JObject`, or a local function")
            }
            "else" => {
                self.refuse("this `else` has no `if`", "`else` follows the statement of an `if`; more than one stand in `{ }`")
            }
            "case" | "default" if !self.is_ahead(1, "(") => {
                self.refuse(&format!("this `{word}` stands in no `switch`"), "it stands in the `{ }` of a `switch`")
            }
            "catch" | "finally" => self.refuse(&format!("this `{word}` has no `try`"), "it follows the `{ }` of a `try`"),
            _ => self.simple_statement(),
        }
    }

    /// A declaration, a local function, or an expression that does something.
    pub(super) fn simple_statement(&mut self) -> Parsed<StatementKind> {
        self.refuse_words()?;
        if self.is_declaration() {
            let name = self.skip_type(0, Question::Nullable).map_or(0, |(end, _)| end);
            if self.is_ahead(name + 1, "(") || self.is_ahead(name + 1, "<") {
                return self.local_function();
            }
            let declaration = self.declaration(false)?;
            self.semicolon()?;
            return Ok(StatementKind::Local(declaration));
        }
        let expression = self.expression()?;
        if self.is("??=") {
            return self.unexpected("the end of the statement");
        }
        if !does_something(&expression) {
            let help = if self.is("}") || self.is_ahead(1, "}") { "write `return` before it" } else { "assign it: `x = ...`" };
            self.report(expression.span, "this statement computes a value and does nothing with it", help);
        }
        self.semicolon()?;
        Ok(StatementKind::Expression(*expression))
    }

    /// Statements that only begin with a word.
    pub(super) fn refuse_words(&mut self) -> Parsed<()> {
        if self.is_word(0, "yield") && matches!(self.token(1).kind, Kind::Keyword("return" | "break")) {
            return self.refuse("policies have no `yield`", "add the items to a `List<T>`, and return that");
        }
        if self.is_word(0, "await") {
            return self.refuse("policies have no `await`", "use a policy such as `send-request` before the expression");
        }
        if self.is_word(0, "async") && self.is_identifier(1) {
            return self.refuse("policies have no `async`", "leave it out, and call what is not asynchronous");
        }
        if self.is_word(0, "var") && self.is_ahead(1, "(") {
            return self.refuse("policies have no tuples like `var (a, b)`", "write `var pair = ...`, and use `pair.Item1`");
        }
        if self.is_identifier(0) && self.is_ahead(1, ":") {
            return self.refuse("policies have no labels", "write a loop, `break` or `continue`");
        }
        if ["elif", "elsif", "elseif"].iter().any(|word| self.is_word(0, word)) {
            return self.refuse("this is not C#", "write `else if`");
        }
        if (self.is_word(0, "let") || self.is_word(0, "function")) && self.is_identifier(1) {
            return self.refuse("this is not C#", "a variable is declared by `var x = ...;`");
        }
        Ok(())
    }

    /// The end of a statement. Where it is clear that only the `;` is missing, parsing goes on.
    pub(super) fn semicolon(&mut self) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        let begins = match *self.kind() {
            Kind::Symbol("}") | Kind::End => true,
            Kind::Keyword(word) => STATEMENTS.contains(&word) || word == "throw",
            _ => self.is_declaration(),
        };
        if !begins {
            return self.unexpected("`;`");
        }
        let end = self.before().end;
        self.report(Span { start: end, end }, "`;` is missing here", "every statement ends with `;`");
        Ok(())
    }

    pub(super) fn declaration(&mut self, constant: bool) -> Parsed<Declaration> {
        let type_name = self.declared_type()?;
        let mut names = Vec::new();
        loop {
            let name = self.identifier("the name of a variable")?;
            if self.is("==") {
                return self.refuse("`==` compares", "to give the variable a value write `=`");
            }
            let value = match self.eat("=") {
                false => None,
                true if self.is("{") && self.is_ahead(1, "{") => return self.named_value(),
                true if self.is("{") => Some(*self.nested(Self::nested_items)?),
                true if self.is_keyword("ref") => return self.refuse("policies have no `ref` variables", "leave out the `ref`"),
                true => Some(*self.expression()?),
            };
            if value.is_none() && type_name.is_none() {
                self.report(
                    name.span,
                    "a `var` needs a value, which tells its type",
                    "write `var x = ...`, or the type: `string x;`",
                );
            }
            if type_name.is_none() && !names.is_empty() {
                self.report(name.span, "`var` declares one variable", "write a `var` of its own for each");
            }
            names.push((name, value));
            if !self.eat(",") {
                return Ok(Declaration { type_name, constant, names });
            }
        }
    }

    #[inline(never)]
    pub(super) fn local_function(&mut self) -> Parsed<StatementKind> {
        let result = if self.eat_keyword("void") { None } else { Some(self.type_name(Question::Nullable)?) };
        let name = self.identifier("the name of a function")?;
        let mut generics = Vec::new();
        if self.eat("<") {
            loop {
                generics.push(self.identifier("the name of a type")?);
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(">", "type parameters stand in `< >`")?;
        }
        self.expect("(", "a function is `int Twice(int x) => 2 * x;`")?;
        let mut parameters = Vec::new();
        while !self.is(")") {
            if let Kind::Keyword(word @ ("out" | "ref" | "in" | "params" | "this")) = *self.kind() {
                let message = format!("local functions have no `{word}` parameters in policies");
                return self.refuse(&message, "return a value, or assign a variable outside");
            }
            let type_name = self.type_name(Question::Nullable)?;
            let name = self.identifier("the name of a parameter")?;
            let default = if self.eat("=") { Some(*self.expression()?) } else { None };
            parameters.push((type_name, name, default));
            if !self.eat(",") {
                break;
            }
        }
        self.expect(")", "a function is `int Twice(int x) => 2 * x;`")?;
        let body = match self.eat("=>") {
            true => {
                let value = self.expression()?;
                self.semicolon()?;
                LambdaBody::Expression(value)
            }
            false => LambdaBody::Block(self.block()?),
        };
        Ok(StatementKind::Function(Rc::new(LocalFunction { result, name, generics, parameters, body })))
    }

    /// `(condition)` after a keyword.
    pub(super) fn condition(&mut self, after: &str) -> Parsed<Box<Expression>> {
        self.expect("(", &format!("write `{after} (condition)`"))?;
        let condition = self.expression()?;
        self.comparison_meant(&condition);
        if !self.is(")") {
            return self.unexpected("`)`");
        }
        self.advance();
        Ok(condition)
    }

    #[inline(never)]
    pub(super) fn if_statement(&mut self) -> Parsed<StatementKind> {
        let mut branches = Vec::new();
        let mut last = None;
        loop {
            let start = self.span();
            self.advance();
            let condition = self.condition("if")?;
            if self.is(";") {
                self.report(self.span(), "this `;` ends the `if`", "leave it out");
            }
            branches.push((start, condition, self.statement()?));
            if !self.eat_keyword("else") {
                break;
            }
            if !self.is_keyword("if") {
                last = Some(self.statement()?);
                break;
            }
        }
        loop {
            let Some((start, condition, yes)) = branches.pop() else { return self.unexpected("`if`") };
            let end = last.as_ref().map_or(yes.span, |no| no.span);
            let kind = StatementKind::If(*condition, yes, last);
            if branches.is_empty() {
                return Ok(kind);
            }
            last = Some(Box::new(Statement { kind, span: start.to(end) }));
            self.higher(1)?;
        }
    }

    #[inline(never)]
    pub(super) fn for_statement(&mut self) -> Parsed<StatementKind> {
        let help = "write `for (var i = 0; i < n; i++)`";
        self.advance();
        self.expect("(", help)?;
        let mut first = Vec::new();
        let start = self.span();
        if self.is_declaration() {
            let declaration = self.declaration(false)?;
            first.push(Statement { kind: StatementKind::Local(declaration), span: start.to(self.before()) });
            if self.is_keyword("in") {
                return self.refuse("`for` has no `in`", "write `foreach (var x in items)`");
            }
        } else {
            for expression in self.expressions(";")? {
                let span = expression.span;
                first.push(Statement { kind: StatementKind::Expression(expression), span });
            }
        }
        self.expect(";", help)?;
        let condition = if self.is(";") { None } else { Some(*self.expression()?) };
        if let Some(condition) = &condition {
            self.comparison_meant(condition);
        }
        self.expect(";", help)?;
        let step = self.expressions(")")?;
        self.expect(")", help)?;
        let body = self.statement()?;
        Ok(StatementKind::For { first, condition, step, body })
    }

    /// Expressions with `,` between them, up to a symbol, which is left.
    pub(super) fn expressions(&mut self, close: &str) -> Parsed<Vec<Expression>> {
        let mut expressions = Vec::new();
        while !self.is(close) {
            expressions.push(*self.expression()?);
            if !self.eat(",") {
                break;
            }
        }
        Ok(expressions)
    }

    #[inline(never)]
    pub(super) fn for_each_statement(&mut self) -> Parsed<StatementKind> {
        let help = "write `foreach (var x in items)`";
        self.advance();
        self.expect("(", help)?;
        if self.is_word(0, "var") && self.is_ahead(1, "(") || self.is("(") {
            return self.refuse(
                "policies have no tuples like `(a, b)`",
                "write `foreach (var pair in items)`, and use `pair.Key` and `pair.Value`",
            );
        }
        if self.is_identifier(0) && matches!(self.token(1).kind, Kind::Keyword("in")) {
            return self.refuse("the variable of the `foreach` has no type", help);
        }
        let type_name = self.declared_type()?;
        let name = self.identifier("the name of a variable")?;
        if !self.is_keyword("in") {
            return self.fail(self.span(), "`in` is missing", help);
        }
        self.advance();
        let source = *self.expression()?;
        self.expect(")", help)?;
        let body = self.statement()?;
        Ok(StatementKind::ForEach { type_name, name, source, body })
    }

    #[inline(never)]
    pub(super) fn switch_statement(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let value = self.condition("switch")?;
        self.expect("{", "the cases stand in `{ }`")?;
        let mut sections: Vec<SwitchSection> = Vec::new();
        while !self.is("}") {
            let start = self.span();
            let mut labels = Vec::new();
            while self.is_keyword("case") || self.is_keyword("default") {
                labels.push(self.switch_label()?);
            }
            if labels.is_empty() {
                return self.unexpected("`case`");
            }
            let mut body = Vec::new();
            while !(self.is("}") || self.is_keyword("case") || self.is_keyword("default") && self.is_ahead(1, ":")) {
                if *self.kind() == Kind::End {
                    return self.unexpected("`}`");
                }
                let from = self.at;
                match self.statement() {
                    Ok(statement) => body.push(*statement),
                    Err(Failed) => self.recover(from),
                }
            }
            sections.push(SwitchSection { labels, body, span: start.to(self.before()) });
        }
        self.advance();
        Ok(StatementKind::Switch(*value, sections))
    }

    pub(super) fn switch_label(&mut self) -> Parsed<Option<(Pattern, Option<Expression>)>> {
        if self.eat_keyword("default") {
            self.expect(":", "write `default:`")?;
            return Ok(None);
        }
        self.advance();
        let pattern = self.pattern(true)?;
        let mut condition = None;
        if self.is_word(0, "when") {
            self.advance();
            condition = Some(*self.expression()?);
        }
        if self.is("=>") {
            return self.refuse("a `case` ends with `:`", "write `case value: ... break;`");
        }
        if self.is(",") {
            return self.refuse("a `case` has one value", "write `case 1: case 2:`");
        }
        if !self.is(":") {
            return self.unexpected("`:`");
        }
        self.advance();
        Ok(Some((pattern, condition)))
    }

    #[inline(never)]
    pub(super) fn try_statement(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.eat_keyword("catch") {
            catches.push(self.catch()?);
        }
        let finally = if self.eat_keyword("finally") { Some(self.block()?) } else { None };
        if catches.is_empty() && finally.is_none() {
            return self.unexpected("`catch` or `finally`");
        }
        Ok(StatementKind::Try { body, catches, finally })
    }

    pub(super) fn catch(&mut self) -> Parsed<Catch> {
        let (mut type_name, mut name, mut condition) = (None, None, None);
        if self.eat("(") {
            type_name = Some(self.type_name(Question::Nullable)?);
            if self.is_identifier(0) {
                name = Some(self.identifier("the name of the exception")?);
            }
            self.expect(")", "write `catch (Exception e)`")?;
        }
        if self.is_word(0, "when") {
            self.advance();
            condition = Some(*self.condition("when")?);
        }
        Ok(Catch { type_name, name, condition, body: self.block()? })
    }

    #[inline(never)]
    pub(super) fn using_statement(&mut self) -> Parsed<StatementKind> {
        self.advance();
        if !self.is("(") {
            let namespace = self.skip_type(0, Question::Nullable).is_some_and(|(end, _)| self.is_ahead(end, ";"));
            if namespace {
                return self.refuse("policies have no `using` of namespaces", "leave it out: the names are known already");
            }
            return self.refuse("policies have no `using` without brackets", "write `using (var x = ...) { ... }`");
        }
        self.advance();
        let resource = if self.is_declaration() {
            UsingResource::Local(self.declaration(false)?)
        } else {
            UsingResource::Value(*self.expression()?)
        };
        self.expect(")", "write `using (var x = ...) { ... }`")?;
        let body = self.statement()?;
        Ok(StatementKind::Using(Box::new(resource), body))
    }
}

/// True for what C# lets stand alone as a statement.
fn does_something(expression: &Expression) -> bool {
    let mut expression = expression;
    loop {
        match &expression.kind {
            ExpressionKind::Conditional { rest, .. } => expression = rest,
            ExpressionKind::Call { .. }
            | ExpressionKind::New { .. }
            | ExpressionKind::Assign { .. }
            | ExpressionKind::Step { .. } => {
                return true;
            }
            _ => return false,
        }
    }
}
