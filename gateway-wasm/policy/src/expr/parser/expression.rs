//! Expressions: operators by their precedence, calls and members, lambdas.

use super::{
    Parsed, Parser, STATEMENTS, tree,
    type_name::{Form, Question},
};
use crate::expr::{ast::*, lexer::Kind};
use diagnostic::Span;

impl Parser {
    /// `@(...)` or `@{...}`
    pub(super) fn program(&mut self) -> Parsed<Program> {
        self.expect("@", "an expression begins with `@(` or `@{`")?;
        if self.is("{") {
            return self.block().map(Program::Block);
        }
        self.expect("(", "an expression begins with `@(` or `@{`")?;
        let expression = self.whole_expression()?;
        if self.is(";") {
            let help = "leave out the `;`, or write statements: `@{ return ...; }`";
            return self.refuse("`@( )` holds one expression and no `;`", help);
        }
        self.expect(")", "close the expression with `)`")?;
        Ok(Program::Expression(*expression))
    }

    /// The expression that a program consists of.
    pub(super) fn whole_expression(&mut self) -> Parsed<Box<Expression>> {
        if matches!(*self.kind(), Kind::Keyword(word) if STATEMENTS.contains(&word)) || self.is_declaration() {
            let help = "write `@{ ... }`, with `return` before the result";
            return self.refuse("statements stand in `@{ }`; `@( )` holds one expression", help);
        }
        if self.is(")") {
            return self.refuse("the expression is empty", "write a value between `@(` and `)`");
        }
        self.expression()
    }

    pub(super) fn expression(&mut self) -> Parsed<Box<Expression>> {
        self.nested(Self::conditional)
    }

    /// An expression with everything in it: lambdas, assignments, `? :`.
    pub(super) fn conditional(&mut self) -> Parsed<Box<Expression>> {
        let mut branches = Vec::new();
        let mut last = loop {
            if self.is_lambda() {
                break self.lambda()?;
            }
            let condition = self.binary()?;
            if !self.is("?") {
                break condition;
            }
            self.advance();
            self.comparison_meant(&condition);
            let yes = self.expression()?;
            if !self.is(":") {
                let help = "`condition ? yes : no` has two results";
                self.expect(":", help)?;
            }
            self.advance();
            branches.push((condition, yes));
        };
        if let Some(operator) = self.assignment_operator() {
            last = self.assignment(last, operator)?;
        }
        while let Some((condition, yes)) = branches.pop() {
            let span = condition.span.to(last.span);
            last = tree(ExpressionKind::Ternary(condition, yes, last), span);
            self.higher(1)?;
        }
        Ok(last)
    }

    /// The operator of an assignment that follows, and its tokens; `Some(None)` for `=`.
    pub(super) fn assignment_operator(&self) -> Option<(Option<BinaryOperator>, usize)> {
        use BinaryOperator::*;
        let Kind::Symbol(symbol) = *self.kind() else { return None };
        let operator = match symbol {
            "=" => None,
            "+=" => Some(Add),
            "-=" => Some(Subtract),
            "*=" => Some(Multiply),
            "/=" => Some(Divide),
            "%=" => Some(Remainder),
            "&=" => Some(And),
            "|=" => Some(Or),
            "^=" => Some(ExclusiveOr),
            "<<=" => Some(ShiftLeft),
            ">" if self.is_ahead(1, ">=") && self.touches_next(0) => return Some((Some(ShiftRight), 2)),
            _ => return None,
        };
        Some((operator, 1))
    }

    #[inline(never)]
    pub(super) fn assignment(
        &mut self,
        target: Box<Expression>,
        (operator, tokens): (Option<BinaryOperator>, usize),
    ) -> Parsed<Box<Expression>> {
        use ExpressionKind::*;
        let mut place = &*target;
        while let Parenthesized(inner) = &place.kind {
            place = inner;
        }
        if !matches!(place.kind, Name(..) | Member { .. } | Index { .. } | Conditional { .. }) {
            let help = "to compare write `==`; what is assigned to is a variable, a property or an item";
            return self.refuse("nothing can be assigned to what stands before this", help);
        }
        for _ in 0..tokens {
            self.advance();
        }
        let value = self.expression()?;
        let span = target.span.to(value.span);
        Ok(tree(Assign { operator, target, value }, span))
    }

    /// `if (x = 5)` is never meant.
    pub(super) fn comparison_meant(&mut self, condition: &Expression) {
        let mut inner = condition;
        while let ExpressionKind::Parenthesized(next) = &inner.kind {
            inner = next;
        }
        if let ExpressionKind::Assign { operator: None, value, .. } = &inner.kind
            && let ExpressionKind::Literal(_) = value.kind
        {
            self.report(condition.span, "`=` assigns here", "to compare write `==`");
        }
    }

    /// Everything from `??` down to what unary operators bind. The operators wait on a stack instead of in recursions.
    pub(super) fn binary(&mut self) -> Parsed<Box<Expression>> {
        let mut values = vec![self.unary()?];
        let mut operators: Vec<(BinaryOperator, u32)> = Vec::new();
        loop {
            let test = self.is_keyword("is") || self.is_keyword("as");
            let Some((operator, precedence, tokens)) = self.binary_operator() else {
                if !test {
                    break;
                }
                reduce(&mut values, &mut operators, COMPARISON);
                if let Some(value) = values.pop() {
                    let value = self.type_test(value)?;
                    values.push(value);
                }
                self.higher(1)?;
                continue;
            };
            // `a ?? b ?? c` is `a ?? (b ?? c)`; all the others go from left to right.
            reduce(&mut values, &mut operators, if operator == BinaryOperator::Coalesce { 1 } else { precedence });
            for _ in 0..tokens {
                self.advance();
            }
            operators.push((operator, precedence));
            let value = if self.is_lambda() { self.lambda()? } else { self.unary()? };
            values.push(value);
            self.higher(1)?;
        }
        reduce(&mut values, &mut operators, 0);
        match values.pop() {
            Some(value) => Ok(value),
            None => self.unexpected("a value"),
        }
    }

    /// The operator that follows, its precedence and its tokens.
    pub(super) fn binary_operator(&self) -> Option<(BinaryOperator, u32, usize)> {
        use BinaryOperator::*;
        let Kind::Symbol(symbol) = *self.kind() else { return None };
        Some(match symbol {
            "*" => (Multiply, 10, 1),
            "/" => (Divide, 10, 1),
            "%" => (Remainder, 10, 1),
            "+" => (Add, 9, 1),
            "-" => (Subtract, 9, 1),
            "<<" => (ShiftLeft, 8, 1),
            ">" if self.is_ahead(1, ">") && self.touches_next(0) => (ShiftRight, 8, 2),
            ">" if self.is_ahead(1, ">=") && self.touches_next(0) => return None,
            "<" if self.is_ahead(1, ">") && self.touches_next(0) => return None,
            "<" => (Less, COMPARISON, 1),
            ">" => (Greater, COMPARISON, 1),
            "<=" => (LessOrEqual, COMPARISON, 1),
            ">=" => (GreaterOrEqual, COMPARISON, 1),
            "==" => (Equal, 6, 1),
            "!=" => (NotEqual, 6, 1),
            "&" => (And, 5, 1),
            "^" => (ExclusiveOr, 4, 1),
            "|" => (Or, 3, 1),
            "&&" => (Both, 2, 1),
            "||" => (Either, 1, 1),
            "??" => (Coalesce, 0, 1),
            _ => return None,
        })
    }

    /// `is pattern` or `as T` after a value.
    #[inline(never)]
    pub(super) fn type_test(&mut self, value: Box<Expression>) -> Parsed<Box<Expression>> {
        let kind = if self.eat_keyword("as") {
            let type_name = self.type_name(Question::Unclear)?;
            ExpressionKind::As(value, type_name)
        } else {
            self.advance();
            if self.is_word(0, "not") && !self.ends_value(1) {
                return self.refuse("policies have no `is not`", "write `!(x is T)`, or `x != null`");
            }
            let pattern = self.pattern(false)?;
            ExpressionKind::Is(value, pattern)
        };
        let start = match &kind {
            ExpressionKind::As(value, _) | ExpressionKind::Is(value, _) => value.span,
            _ => self.span(),
        };
        if self.is_word(0, "and") || self.is_word(0, "or") {
            return self.unexpected("the end of the pattern");
        }
        Ok(tree(kind, start.to(self.before())))
    }

    /// What follows `is`, or `case` where conditions and whole expressions may follow.
    pub(super) fn pattern(&mut self, case: bool) -> Parsed<Pattern> {
        match *self.kind() {
            Kind::Symbol("{") => {
                return self.refuse("policies have no property patterns", "compare the property: `x.Name == value`");
            }
            Kind::Symbol("<" | ">" | "<=" | ">=") => {
                return self.refuse("policies have no patterns that compare", "write a condition: `x > 5 && x < 10`");
            }
            _ => {}
        }
        if self.is_word(0, "var") && self.is_identifier(1) {
            self.advance();
            return Ok(Pattern::Var(self.identifier("a name")?));
        }
        if let Some((end, form)) = self.skip_type(0, Question::Unclear) {
            let next = self.token(end);
            let named = match &next.kind {
                // `case T when x:` has a condition; `case T when:` has a name.
                Kind::Identifier(word) if case && **word == *"when" => {
                    self.is_ahead(end + 1, ":") || self.is_word(end + 1, "when")
                }
                Kind::Identifier(word) => !matches!(&**word, "and" | "or"),
                _ => false,
            };
            if named || form == Form::Type {
                let type_name = self.type_name(Question::Unclear)?;
                let name = if named { Some(self.identifier("a name")?) } else { None };
                return Ok(Pattern::Type(type_name, name));
            }
        }
        let constant = if case { self.expression()? } else { self.nested(Self::pattern_constant)? };
        Ok(Pattern::Constant(constant))
    }

    /// A constant after `is`: anything that binds tighter than comparisons.
    pub(super) fn pattern_constant(&mut self) -> Parsed<Box<Expression>> {
        let mut value = self.unary()?;
        while let Some((operator, precedence, tokens)) = self.binary_operator().filter(|found| found.1 > COMPARISON) {
            for _ in 0..tokens {
                self.advance();
            }
            let right = self.unary()?;
            // Constants with operators of two precedences stand in brackets in any code there is.
            let _ = precedence;
            value = binary_expression(operator, value, right);
            self.higher(1)?;
        }
        Ok(value)
    }

    pub(super) fn unary(&mut self) -> Parsed<Box<Expression>> {
        let prefix = match *self.kind() {
            Kind::Symbol("+" | "-" | "!" | "~" | "++" | "--" | "^" | "&" | "*" | "..") => true,
            Kind::Symbol("(") => self.is_cast(),
            Kind::Keyword("throw") => true,
            _ => false,
        };
        if prefix { self.nested(Self::prefixed) } else { self.postfix() }
    }

    #[inline(never)]
    pub(super) fn prefixed(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        let kind = match *self.kind() {
            Kind::Symbol("(") => {
                self.advance();
                let type_name = self.type_name(Question::Nullable)?;
                self.expect(")", "a cast is `(T)value`")?;
                ExpressionKind::Cast(type_name, self.unary()?)
            }
            Kind::Keyword("throw") => {
                self.advance();
                ExpressionKind::Throw(self.expression()?)
            }
            Kind::Symbol("^") => {
                return self.refuse("policies have no `^1` for the last item", "write `x[x.Length - 1]` or `x.Last()`");
            }
            Kind::Symbol("&" | "*") => return self.unexpected("a value"),
            Kind::Symbol(step @ ("++" | "--")) => {
                self.advance();
                let target = self.unary()?;
                ExpressionKind::Step { target, up: step == "++", prefix: true }
            }
            Kind::Symbol(symbol) => {
                self.advance();
                let operator = match symbol {
                    "+" => UnaryOperator::Plus,
                    "-" => UnaryOperator::Minus,
                    "!" => UnaryOperator::Not,
                    "~" => UnaryOperator::Complement,
                    _ => {
                        self.at -= 1;
                        return self.unexpected("a value");
                    }
                };
                let value = self.unary()?;
                match smallest(operator, &value) {
                    Some(literal) => ExpressionKind::Literal(literal),
                    None => ExpressionKind::Unary(operator, value),
                }
            }
            _ => return self.unexpected("a value"),
        };
        Ok(tree(kind, start.to(self.before())))
    }

    /// A value and everything that follows it: members, calls, indexes, `++`.
    pub(super) fn postfix(&mut self) -> Parsed<Box<Expression>> {
        let mut value = self.primary()?;
        // The targets of `?.`, whose rest is what follows.
        let mut targets = Vec::new();
        loop {
            let start = value.span;
            match *self.kind() {
                Kind::Symbol("." | "->" | "::") => {
                    if !self.is(".") {
                        return self.unexpected("`.`");
                    }
                    self.advance();
                    value = self.member(value)?;
                }
                Kind::Symbol("?.") => {
                    let receiver = self.receiver();
                    self.advance();
                    targets.push(value);
                    value = self.member(receiver)?;
                }
                Kind::Symbol("?") if self.is_ahead(1, "[") => {
                    let receiver = self.receiver();
                    self.advance();
                    targets.push(value);
                    value = self.index(receiver)?;
                }
                Kind::Symbol("[") => value = self.index(value)?,
                Kind::Symbol("(") => {
                    let arguments = self.arguments("(", ")")?;
                    let span = start.to(self.before());
                    value = tree(ExpressionKind::Call { target: value, arguments }, span);
                }
                Kind::Symbol("!") if self.ends_value(1) || self.is_ahead(1, ".") => {
                    return self.refuse("policies have no `!` after a value", "leave it out: it only silences warnings of C# 8");
                }
                Kind::Keyword("switch") => return self.unexpected("the end of the value"),
                _ => break,
            }
            self.higher(1)?;
        }
        while let Some(target) = targets.pop() {
            let span = target.span.to(value.span);
            value = tree(ExpressionKind::Conditional { target, rest: value }, span);
            self.higher(1)?;
        }
        while let Kind::Symbol(step @ ("++" | "--")) = *self.kind() {
            self.advance();
            let span = value.span.to(self.before());
            value = tree(ExpressionKind::Step { target: value, up: step == "++", prefix: false }, span);
            self.higher(1)?;
        }
        Ok(value)
    }

    pub(super) fn receiver(&self) -> Box<Expression> {
        let span = Span { start: self.span().start, end: self.span().start + 1 };
        tree(ExpressionKind::Receiver, span)
    }

    #[inline(never)]
    pub(super) fn member(&mut self, target: Box<Expression>) -> Parsed<Box<Expression>> {
        let name = match self.kind() {
            Kind::Identifier(_) | Kind::Keyword(_) => self.identifier("the name of a member")?,
            _ => return self.unexpected("the name of a member"),
        };
        let generics = self.value_generics()?;
        let span = target.span.to(self.before());
        Ok(tree(ExpressionKind::Member { target, name, generics }, span))
    }

    #[inline(never)]
    pub(super) fn index(&mut self, target: Box<Expression>) -> Parsed<Box<Expression>> {
        if self.is_ahead(1, "]") {
            return self.refuse("an index is missing between `[` and `]`", "write `x[0]` or `x[\"name\"]`");
        }
        let arguments = self.arguments("[", "]")?;
        let span = target.span.to(self.before());
        Ok(tree(ExpressionKind::Index { target, arguments }, span))
    }

    /// Type arguments after a name in an expression, if that is what the `<` means there.
    pub(super) fn value_generics(&mut self) -> Parsed<Vec<TypeName>> {
        if !self.is("<") || !self.generics_follow() {
            return Ok(Vec::new());
        }
        self.type_arguments()
    }

    /// C#'s own rule: `F<A, B>` is generic if the token after it makes no sense otherwise.
    pub(super) fn generics_follow(&self) -> bool {
        let Some(end) = self.skip_generics(0, 0) else { return false };
        match self.token(end).kind {
            Kind::Symbol(symbol) => {
                matches!(
                    symbol,
                    "(" | ")"
                        | "]"
                        | "}"
                        | ":"
                        | ";"
                        | ","
                        | "."
                        | "?"
                        | "?."
                        | "=="
                        | "!="
                        | "|"
                        | "^"
                        | "&&"
                        | "||"
                        | "&"
                        | "["
                        | "{"
                        | "=>"
                )
            }
            Kind::End | Kind::HoleClose => true,
            _ => false,
        }
    }

    pub(super) fn arguments(&mut self, open: &str, close: &str) -> Parsed<Vec<Argument>> {
        self.advance();
        let mut arguments = Vec::new();
        while !self.is(close) {
            arguments.push(self.argument()?);
            if !self.eat(",") {
                break;
            }
            if self.is(close) {
                self.report(self.before(), format!("nothing follows this `,` before `{close}`"), "leave out the last `,`");
            }
        }
        if !self.is(close) {
            let found = self.describe();
            let message = format!("`{close}` or `,` is expected here, not {found}");
            let help = match self.kind() {
                Kind::Symbol(";") | Kind::End => format!("`{open}` is closed by `{close}`"),
                _ => return self.unexpected(&format!("`{close}` or `,`")),
            };
            return self.fail(self.span(), message, &help);
        }
        self.advance();
        Ok(arguments)
    }

    pub(super) fn argument(&mut self) -> Parsed<Argument> {
        let start = self.span();
        let mut name = None;
        if self.is_identifier(0) && self.is_ahead(1, ":") {
            name = Some(self.identifier("a parameter's name")?);
            self.advance();
        }
        let value = match *self.kind() {
            Kind::Keyword("out" | "ref") => self.out_argument()?,
            Kind::Keyword("in") => return self.refuse("policies have no `in` arguments", "leave out the `in`"),
            _ => ArgumentValue::Value(*self.expression()?),
        };
        Ok(Argument { name, value, span: start.to(self.before()) })
    }

    #[inline(never)]
    pub(super) fn out_argument(&mut self) -> Parsed<ArgumentValue> {
        let out = self.eat_keyword("out");
        if !out {
            self.advance();
        }
        if out && self.is_word(0, "_") && (self.is_ahead(1, ",") || self.is_ahead(1, ")")) {
            return Ok(ArgumentValue::OutDeclaration(None, self.identifier("a name")?));
        }
        if out
            && let Some((end, _)) = self.skip_type(0, Question::Nullable)
            && self.is_identifier(end)
        {
            let type_name = self.declared_type()?;
            return Ok(ArgumentValue::OutDeclaration(type_name, self.identifier("a name")?));
        }
        Ok(ArgumentValue::Out(*self.expression()?))
    }
}

/// The precedence of `<` and its kin, and of `is` and `as`.
const COMPARISON: u32 = 7;

/// Joins what binds at least so tight.
#[expect(clippy::vec_box, reason = "small things are moved, so that frames are small")]
fn reduce(values: &mut Vec<Box<Expression>>, operators: &mut Vec<(BinaryOperator, u32)>, precedence: u32) {
    while let Some((operator, _)) = operators.pop_if(|(_, own)| *own >= precedence) {
        if let (Some(right), Some(left)) = (values.pop(), values.pop()) {
            values.push(binary_expression(operator, left, right));
        }
    }
}

fn binary_expression(operator: BinaryOperator, left: Box<Expression>, right: Box<Expression>) -> Box<Expression> {
    let span = left.span.to(right.span);
    tree(ExpressionKind::Binary(operator, left, right), span)
}

/// `-2147483648` is an `int` although `2147483648` is none; likewise for `long`.
fn smallest(operator: UnaryOperator, value: &Expression) -> Option<Literal> {
    let digits = value.span.end.saturating_sub(value.span.start);
    match (operator, &value.kind) {
        // The length tells that there is no suffix, which would make it another type.
        (UnaryOperator::Minus, ExpressionKind::Literal(Literal::UInt(0x8000_0000))) if digits == 10 => {
            Some(Literal::Int(i32::MIN))
        }
        (UnaryOperator::Minus, ExpressionKind::Literal(Literal::ULong(0x8000_0000_0000_0000))) if matches!(digits, 19 | 20) => {
            Some(Literal::Long(i64::MIN))
        }
        _ => None,
    }
}
