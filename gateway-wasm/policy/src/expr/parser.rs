//! Tokens become a tree.
//!
//! A recursive descent over C# 7, as far as policies have it. What C# has and policies do not is refused by name, with what
//! to write instead. After a mistake the parser goes on at the next statement, so that an author sees all of them.
//!
//! Nothing here recurses with the length of a text: chains of operators and members, `else if` and `? :` are loops, and what
//! is left to recurse goes through [`Parser::nested`], which counts.

use super::{
    ast::*,
    lexer::{self, Kind, Mistake, Spelling, Token},
};
use diagnostic::Span;
use std::{mem, rc::Rc};

/// The most bytes that one expression may have; the longest of a thousand real policies has 8,000.
pub const CODE_BYTES_MAX: usize = 100_000;

/// The deepest that brackets, statements and lambdas may nest.
pub const NESTING_MAX: u32 = 100;

/// The highest that a tree may get: the most operators or members in one chain, with what is nested in it.
pub const HEIGHT_MAX: u32 = 500;

/// The most mistakes that are reported for one expression.
const MISTAKES_MAX: usize = 10;

/// Reads `@(...)` or `@{...}`. There is a program unless a mistake makes it unclear what is meant; what is merely written
/// wrongly, such as `'text'`, is a mistake and a program. Spans are `start` and the byte in `code`.
pub fn parse(code: &str, start: u32, spelling: Spelling) -> (Option<Program>, Vec<Mistake>) {
    run(code, start, spelling, Parser::program)
}

/// Reads an expression, a block or statements without the `@` around them, as examples and tests write them.
pub fn parse_bare(code: &str, start: u32, spelling: Spelling) -> (Option<Program>, Vec<Mistake>) {
    run(code, start, spelling, |parser| {
        if parser.is("@") {
            return parser.program();
        }
        if parser.is("{") {
            return parser.block().map(Program::Block);
        }
        if !parser.holds_statements() {
            return parser.whole_expression().map(|value| Program::Expression(*value));
        }
        let first = parser.span();
        let statements = parser.statements();
        Ok(Program::Block(Block { statements, span: first.to(parser.span()) }))
    })
}

fn run(
    code: &str,
    start: u32,
    spelling: Spelling,
    program: impl FnOnce(&mut Parser) -> Parsed<Program>,
) -> (Option<Program>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    if code.len() > CODE_BYTES_MAX {
        let span = Span::new(start as usize, start as usize + 2);
        let message = format!("the expression has {} bytes; the most is 100,000", code.len());
        let help = "split it: keep parts in variables with `set-variable`".to_owned();
        return (None, vec![Mistake { span, message, help }]);
    }
    let (tokens, clear) = lexer::tokens(code, start, spelling, &mut mistakes);
    if !clear {
        return (None, mistakes);
    }
    let mut parser = Parser { tokens, at: 0, mistakes, failed: false, depth: 0, height: 0 };
    let mut program = program(&mut parser);
    if program.is_ok() && *parser.kind() != Kind::End {
        program = parser.unexpected("the end of the expression");
    }
    let mut mistakes = parser.mistakes;
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes.dedup_by_key(|mistake| mistake.span.start);
    mistakes.truncate(MISTAKES_MAX);
    (program.ok().filter(|_| !parser.failed), mistakes)
}

/// What a mistake leaves; it is reported already.
struct Failed;

fn tree(kind: ExpressionKind, span: Span) -> Box<Expression> {
    Box::new(Expression { kind, span })
}

type Parsed<T> = Result<T, Failed>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    mistakes: Vec<Mistake>,
    /// True if a part of the program is missing in the tree.
    failed: bool,
    depth: u32,
    /// How high the trees are that were made since the innermost [`Parser::nested`] began.
    height: u32,
}

/// The words that only begin statements.
const STATEMENTS: &[&str] = &[
    "if", "for", "foreach", "while", "do", "switch", "return", "try", "using", "break", "continue", "const", "goto", "lock",
    "fixed",
];

/// The keywords that are types.
const TYPES: &[&str] = &[
    "bool", "byte", "char", "decimal", "double", "float", "int", "long", "object", "sbyte", "short", "string", "uint", "ulong",
    "ushort",
];

/// How a type is read where a `?` after it may belong to a conditional.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    /// `T?` is always a nullable type.
    Nullable,
    /// Only if no value follows: `x is int ? a : b`, `x as int? ?? 0`.
    Unclear,
}

// Looking at tokens.
impl Parser {
    fn token(&self, ahead: usize) -> &Token {
        const END: &Token = &Token { kind: Kind::End, span: Span { start: 0, end: 0 } };
        self.tokens.get(self.at + ahead).or(self.tokens.last()).unwrap_or(END)
    }

    fn kind(&self) -> &Kind {
        &self.token(0).kind
    }

    fn span(&self) -> Span {
        self.token(0).span
    }

    /// The place of the token before.
    fn before(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(self.span(), |token| token.span)
    }

    fn advance(&mut self) {
        if *self.kind() != Kind::End {
            self.at += 1;
        }
    }

    fn is(&self, symbol: &str) -> bool {
        self.is_ahead(0, symbol)
    }

    fn is_ahead(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.token(ahead).kind, Kind::Symbol(own) if own == symbol)
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(*self.kind(), Kind::Keyword(own) if own == keyword)
    }

    /// True for an identifier of that text: words such as `when` are keywords only in their places.
    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(&self.token(ahead).kind, Kind::Identifier(text) if **text == *word)
    }

    fn is_identifier(&self, ahead: usize) -> bool {
        matches!(self.token(ahead).kind, Kind::Identifier(_))
    }

    /// True if the token touches the next one, as the two halves of `>>` do.
    fn touches_next(&self, ahead: usize) -> bool {
        self.token(ahead).span.end == self.token(ahead + 1).span.start
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn eat_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Takes a symbol that must be there.
    fn expect(&mut self, symbol: &str, help: &str) -> Parsed<()> {
        if self.eat(symbol) {
            return Ok(());
        }
        let found = self.describe();
        self.fail(self.span(), format!("`{symbol}` is missing before {found}"), help)
    }

    fn identifier(&mut self, what: &str) -> Parsed<Identifier> {
        let span = self.span();
        match self.kind().clone() {
            Kind::Identifier(text) => {
                self.advance();
                Ok(Identifier { text, span })
            }
            Kind::Keyword(word) => {
                let message = format!("`{word}` is a word of C# and cannot be {what}");
                self.fail(span, message, &format!("take another name, or write `@{word}`"))
            }
            _ => self.unexpected(what),
        }
    }

    fn describe(&self) -> String {
        match self.kind() {
            Kind::Identifier(text) => format!("`{text}`"),
            Kind::Keyword(text) | Kind::Symbol(text) => format!("`{text}`"),
            Kind::Literal(Literal::String(_)) | Kind::InterpolatedOpen => "text".to_owned(),
            Kind::Literal(Literal::Char(_)) => "a character".to_owned(),
            Kind::Literal(Literal::Null) => "`null`".to_owned(),
            Kind::Literal(Literal::Bool(value)) => format!("`{value}`"),
            Kind::Literal(_) => "a number".to_owned(),
            Kind::HoleClose | Kind::Format(_) => "the end of the `{ }`".to_owned(),
            Kind::Text(_) | Kind::HoleOpen | Kind::InterpolatedClose => "text".to_owned(),
            Kind::End => "the end".to_owned(),
        }
    }
}

// Mistakes and limits.
impl Parser {
    /// Reports what is wrong, but not unclear.
    fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        // Every statement may hold mistakes, and there is no reader for thousands.
        if self.mistakes.len() < 10 * MISTAKES_MAX {
            self.mistakes.push(Mistake { span, message: message.into(), help: help.into() });
        }
    }

    fn fail<T>(&mut self, span: Span, message: impl Into<String>, help: &str) -> Parsed<T> {
        self.report(span, message, help);
        self.failed = true;
        Err(Failed)
    }

    /// Refuses what begins at this token.
    fn refuse<T>(&mut self, message: &str, help: &str) -> Parsed<T> {
        self.fail(self.span(), message, help)
    }

    /// Where something else is expected, with the usual reasons for what is found.
    #[cold]
    fn unexpected<T>(&mut self, expected: &str) -> Parsed<T> {
        let found = self.describe();
        let help = match self.kind() {
            Kind::Identifier(word) => match &**word {
                "and" => "write `&&`",
                "or" => "write `||`",
                "not" => "write `!`",
                "elif" | "elsif" | "elseif" => "write `else if`",
                _ => "something is missing before it: an operator, a `,` or a `;`",
            },
            Kind::Keyword("switch") => "policies have no `switch` in an expression: write `a ? b : c`, or a `switch` statement",
            Kind::Keyword(word) if STATEMENTS.contains(word) => "statements stand in `@{ }`, and each ends with `;`",
            Kind::Keyword("else") => "`else` follows the statement of an `if`; more than one stand in `{ }`",
            Kind::Keyword("catch" | "finally") => "it follows the `{ }` of a `try`",
            Kind::Keyword("case") => "`case` stands in the `{ }` of a `switch`",
            Kind::Symbol("=>") => "a lambda is `x => ...` or `(x, y) => ...`",
            Kind::Symbol("=") => "to compare write `==`; what is assigned to is a variable, a property or an item",
            Kind::Symbol("??=") => "write `x = x ?? y`",
            Kind::Symbol("..") => "policies have no ranges: write `text.Substring(from, length)` or `items.Skip(n).Take(m)`",
            Kind::Symbol("->" | "::") => "write `.`",
            Kind::Symbol("<") => "write `!=` for `<>`",
            Kind::Symbol(")" | "]" | "}") => "a bracket is missing, or this one is too many",
            Kind::Symbol("#") => "policies have no `#` lines",
            Kind::Symbol("@") => "only the whole expression begins with `@`",
            Kind::Symbol("\\") => "outside of text `\\` means nothing",
            Kind::End => "something is missing at the end",
            Kind::HoleClose => "a value stands between `{` and `}`; write `{{` for a `{` in an interpolated string",
            Kind::Format(_) => "after `:` stands a format; a `? :` in an interpolated string stands in `( )`",
            _ => "something is missing before it: an operator, a `,` or a `;`",
        };
        self.fail(self.span(), format!("{expected} is expected here, not {found}"), help)
    }

    /// One nesting deeper, with the limit of it.
    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= NESTING_MAX {
            let message = "brackets, statements and lambdas nest more than 100 deep here";
            return self.refuse(message, "give the inner ones names with `var`");
        }
        self.depth += 1;
        let beside = mem::take(&mut self.height);
        let result = run(self);
        self.depth -= 1;
        self.higher(1)?;
        self.height = self.height.max(beside);
        result
    }

    /// Counts what is put on top of the tree made last.
    fn higher(&mut self, levels: u32) -> Parsed<()> {
        self.height += levels;
        if self.height > HEIGHT_MAX {
            self.height = 0;
            let help = "split it: give the parts names with `var`, or use `string.Concat` or `string.Join`";
            return self.refuse("more than 500 operators, members or brackets are chained here", help);
        }
        Ok(())
    }
}

// Expressions.
impl Parser {
    /// `@(...)` or `@{...}`
    fn program(&mut self) -> Parsed<Program> {
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
    fn whole_expression(&mut self) -> Parsed<Box<Expression>> {
        if matches!(*self.kind(), Kind::Keyword(word) if STATEMENTS.contains(&word)) || self.is_declaration() {
            let help = "write `@{ ... }`, with `return` before the result";
            return self.refuse("statements stand in `@{ }`; `@( )` holds one expression", help);
        }
        if self.is(")") {
            return self.refuse("the expression is empty", "write a value between `@(` and `)`");
        }
        self.expression()
    }

    fn expression(&mut self) -> Parsed<Box<Expression>> {
        self.nested(Self::conditional)
    }

    /// An expression with everything in it: lambdas, assignments, `? :`.
    fn conditional(&mut self) -> Parsed<Box<Expression>> {
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
    fn assignment_operator(&self) -> Option<(Option<BinaryOperator>, usize)> {
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
    fn assignment(
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
    fn comparison_meant(&mut self, condition: &Expression) {
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
    fn binary(&mut self) -> Parsed<Box<Expression>> {
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
    fn binary_operator(&self) -> Option<(BinaryOperator, u32, usize)> {
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
    fn type_test(&mut self, value: Box<Expression>) -> Parsed<Box<Expression>> {
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
    fn pattern(&mut self, case: bool) -> Parsed<Pattern> {
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
    fn pattern_constant(&mut self) -> Parsed<Box<Expression>> {
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

    fn unary(&mut self) -> Parsed<Box<Expression>> {
        let prefix = match *self.kind() {
            Kind::Symbol("+" | "-" | "!" | "~" | "++" | "--" | "^" | "&" | "*" | "..") => true,
            Kind::Symbol("(") => self.is_cast(),
            Kind::Keyword("throw") => true,
            _ => false,
        };
        if prefix { self.nested(Self::prefixed) } else { self.postfix() }
    }

    #[inline(never)]
    fn prefixed(&mut self) -> Parsed<Box<Expression>> {
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
    fn postfix(&mut self) -> Parsed<Box<Expression>> {
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

    fn receiver(&self) -> Box<Expression> {
        let span = Span { start: self.span().start, end: self.span().start + 1 };
        tree(ExpressionKind::Receiver, span)
    }

    #[inline(never)]
    fn member(&mut self, target: Box<Expression>) -> Parsed<Box<Expression>> {
        let name = match self.kind() {
            Kind::Identifier(_) | Kind::Keyword(_) => self.identifier("the name of a member")?,
            _ => return self.unexpected("the name of a member"),
        };
        let generics = self.value_generics()?;
        let span = target.span.to(self.before());
        Ok(tree(ExpressionKind::Member { target, name, generics }, span))
    }

    #[inline(never)]
    fn index(&mut self, target: Box<Expression>) -> Parsed<Box<Expression>> {
        if self.is_ahead(1, "]") {
            return self.refuse("an index is missing between `[` and `]`", "write `x[0]` or `x[\"name\"]`");
        }
        let arguments = self.arguments("[", "]")?;
        let span = target.span.to(self.before());
        Ok(tree(ExpressionKind::Index { target, arguments }, span))
    }

    /// Type arguments after a name in an expression, if that is what the `<` means there.
    fn value_generics(&mut self) -> Parsed<Vec<TypeName>> {
        if !self.is("<") || !self.generics_follow() {
            return Ok(Vec::new());
        }
        self.type_arguments()
    }

    /// C#'s own rule: `F<A, B>` is generic if the token after it makes no sense otherwise.
    fn generics_follow(&self) -> bool {
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

    fn arguments(&mut self, open: &str, close: &str) -> Parsed<Vec<Argument>> {
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

    fn argument(&mut self) -> Parsed<Argument> {
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
    fn out_argument(&mut self) -> Parsed<ArgumentValue> {
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

// What expressions are made of.
impl Parser {
    fn primary(&mut self) -> Parsed<Box<Expression>> {
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
            _ => self.unexpected("a value"),
        }
    }

    #[inline(never)]
    fn name(&mut self) -> Parsed<Box<Expression>> {
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

    fn name_of(&mut self) -> Parsed<Box<Expression>> {
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
    fn parenthesized(&mut self) -> Parsed<Box<Expression>> {
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
    fn interpolated(&mut self) -> Parsed<Box<Expression>> {
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
    fn keyword_value(&mut self, word: &'static str) -> Parsed<Box<Expression>> {
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
    fn new_value(&mut self) -> Parsed<Box<Expression>> {
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

    fn new_typed(&mut self) -> Parsed<ExpressionKind> {
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

    fn new_array(&mut self, mut element: TypeName) -> Parsed<ExpressionKind> {
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
    fn array_items(&mut self) -> Parsed<Vec<Expression>> {
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

    fn nested_items(&mut self) -> Parsed<Box<Expression>> {
        let start = self.span();
        let items = self.array_items()?;
        Ok(tree(ExpressionKind::ArrayItems(items), start.to(self.before())))
    }

    fn anonymous(&mut self) -> Parsed<ExpressionKind> {
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

    fn initializer(&mut self) -> Parsed<Initializer> {
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

    fn close_initializer(&mut self) -> Parsed<()> {
        if !self.is("}") {
            return self.unexpected("`}` or `,`");
        }
        self.advance();
        Ok(())
    }

    #[inline(never)]
    fn initializer_item(&mut self) -> Parsed<InitializerItem> {
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
    fn is_lambda(&self) -> bool {
        match self.kind() {
            Kind::Identifier(_) => self.is_ahead(1, "=>"),
            Kind::Symbol("(") => self.lambda_follows(0),
            _ => false,
        }
    }

    /// True if the brackets from there on hold parameters and `=>` follows.
    fn lambda_follows(&self, open: usize) -> bool {
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
    fn lambda(&mut self) -> Parsed<Box<Expression>> {
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
    fn body(&mut self) -> Parsed<LambdaBody> {
        if self.is("{") {
            return self.nested(Self::block).map(LambdaBody::Block);
        }
        self.expression().map(LambdaBody::Expression)
    }

    /// True if the token ahead ends a value: nothing begins there that an operator before it could take.
    fn ends_value(&self, ahead: usize) -> bool {
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

/// What a run of tokens that reads as a type may be besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `int`, `List<int>`, `byte[]`: nothing but a type.
    Type,
    /// `a.b`: a type or a value.
    Name,
}

// Types.
impl Parser {
    /// The tokens that a type takes from `ahead` on, without taking them.
    fn skip_type(&self, ahead: usize, question: Question) -> Option<(usize, Form)> {
        self.skip_type_at(ahead, question, 0)
    }

    fn skip_type_at(&self, ahead: usize, question: Question, depth: u32) -> Option<(usize, Form)> {
        let mut at = ahead;
        let mut form = Form::Name;
        match self.token(at).kind {
            Kind::Keyword(word) if TYPES.contains(&word) => {
                form = Form::Type;
                at += 1;
            }
            Kind::Identifier(_) => loop {
                at += 1;
                if self.is_ahead(at, "<") {
                    at = self.skip_generics(at, depth)?;
                    form = Form::Type;
                }
                if !(self.is_ahead(at, ".") && self.is_identifier(at + 1)) {
                    break;
                }
                // `List<int>.Enumerator` does not occur, but `a.b.c` does.
                at += 1;
            },
            _ => return None,
        }
        loop {
            if self.is_ahead(at, "[") && self.is_ahead(at + 1, "]") {
                at += 2;
            } else if self.is_ahead(at, "?") && (question == Question::Nullable || self.ends_value(at + 1)) {
                at += 1;
            } else {
                return Some((at, form));
            }
            form = Form::Type;
        }
    }

    /// The token after the `>` that closes the `<` at `ahead`, if types stand between.
    fn skip_generics(&self, ahead: usize, depth: u32) -> Option<usize> {
        if depth > 10 {
            return None;
        }
        let mut at = ahead + 1;
        loop {
            (at, _) = self.skip_type_at(at, Question::Nullable, depth + 1)?;
            match self.token(at).kind {
                Kind::Symbol(",") => at += 1,
                Kind::Symbol(">") => return Some(at + 1),
                _ => return None,
            }
            if at - ahead > 200 {
                return None;
            }
        }
    }

    fn type_name(&mut self, question: Question) -> Parsed<TypeName> {
        let mut type_name = self.named_type()?;
        loop {
            let kind = if self.is("[") && self.is_ahead(1, "]") {
                self.advance();
                TypeKind::Array(Box::new(type_name.clone()))
            } else if self.is("[") && self.is_ahead(1, ",") {
                return self.refuse("policies have no arrays of several dimensions", "write an array of arrays: `int[][]`");
            } else if self.is("?") && (question == Question::Nullable || self.ends_value(1)) {
                TypeKind::Nullable(Box::new(type_name.clone()))
            } else {
                return Ok(type_name);
            };
            self.advance();
            self.higher(1)?;
            type_name = TypeName { kind, span: type_name.span.to(self.before()) };
        }
    }

    /// A type without `[]` and `?`.
    fn named_type(&mut self) -> Parsed<TypeName> {
        let start = self.span();
        if let Kind::Keyword(word) = *self.kind()
            && TYPES.contains(&word)
        {
            self.advance();
            let name = Identifier { text: word.into(), span: start };
            return Ok(TypeName { kind: TypeKind::Named(vec![(name, Vec::new())]), span: start });
        }
        let mut parts = Vec::new();
        loop {
            let name = match *self.kind() {
                Kind::Symbol("(") => return self.refuse("policies have no tuple types", "write `Tuple<A, B>`"),
                Kind::Keyword("void") => {
                    return self.refuse("`void` is no type of a value", "only a local function has the result `void`");
                }
                _ => self.identifier("a type")?,
            };
            let generics = if self.is("<") { self.type_arguments()? } else { Vec::new() };
            parts.push((name, generics));
            if !(self.is(".") && matches!(self.token(1).kind, Kind::Identifier(_))) {
                return Ok(TypeName { kind: TypeKind::Named(parts), span: start.to(self.before()) });
            }
            self.advance();
        }
    }

    fn type_arguments(&mut self) -> Parsed<Vec<TypeName>> {
        self.advance();
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.nested(|parser| parser.type_name(Question::Nullable))?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect(">", "type arguments stand in `< >`")?;
        Ok(arguments)
    }

    /// A type, or `None` for `var`.
    fn declared_type(&mut self) -> Parsed<Option<TypeName>> {
        if self.is_word(0, "var") && !self.is_ahead(1, ".") {
            self.advance();
            if self.is("[") || self.is("?") {
                return self.refuse("`var` stands alone", "write `var x = ...`, or the type");
            }
            return Ok(None);
        }
        self.type_name(Question::Nullable).map(Some)
    }

    /// C#'s own rule: `(T)` is a cast if it can be nothing else, or if a value follows.
    fn is_cast(&self) -> bool {
        let Some((end, form)) = self.skip_type(1, Question::Nullable) else { return false };
        if !self.is_ahead(end, ")") {
            return false;
        }
        form == Form::Type
            || match &self.token(end + 1).kind {
                Kind::Symbol(symbol) => matches!(*symbol, "~" | "!" | "("),
                Kind::Keyword(word) => !matches!(*word, "is" | "as" | "in" | "switch" | "else"),
                Kind::Identifier(word) => !matches!(&**word, "and" | "or" | "when"),
                Kind::Literal(_) | Kind::InterpolatedOpen => true,
                _ => false,
            }
    }

    /// True if a type and a name begin here.
    fn is_declaration(&self) -> bool {
        let query = self.is_word(0, "from") && matches!(self.token(2).kind, Kind::Keyword("in"));
        if self.is_word(0, "await") || self.is_word(0, "yield") || self.is_word(0, "async") || query {
            return false;
        }
        let Some((end, _)) = self.skip_type(0, Question::Nullable) else { return false };
        if !self.is_identifier(end) || self.is_word(end, "and") || self.is_word(end, "or") {
            return false;
        }
        let keyword = matches!(self.token(0).kind, Kind::Keyword(_));
        // `a ? b : c` and `a ? b(c) : d` are no declarations of `b`.
        let conditional = end > 0 && self.is_ahead(end - 1, "?") && !keyword;
        match self.token(end + 1).kind {
            Kind::Symbol("=" | ";") | Kind::Keyword("in") => true,
            Kind::Symbol("," | "(" | "<" | ")" | "}" | "==") | Kind::End | Kind::Keyword(_) => !conditional,
            _ => false,
        }
    }
}

// Statements.
impl Parser {
    /// True if what is left is statements and not one expression.
    fn holds_statements(&self) -> bool {
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

    fn block(&mut self) -> Parsed<Block> {
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
    fn statements(&mut self) -> Vec<Statement> {
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
    fn recover(&mut self, from: usize) {
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

    fn statement(&mut self) -> Parsed<Box<Statement>> {
        self.nested(|parser| {
            let start = parser.span();
            let kind = parser.statement_kind()?;
            Ok(Box::new(Statement { kind, span: start.to(parser.before()) }))
        })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
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

    fn keyword_statement(&mut self, word: &'static str) -> Parsed<StatementKind> {
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
    fn simple_statement(&mut self) -> Parsed<StatementKind> {
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
    fn refuse_words(&mut self) -> Parsed<()> {
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
    fn semicolon(&mut self) -> Parsed<()> {
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

    fn declaration(&mut self, constant: bool) -> Parsed<Declaration> {
        let type_name = self.declared_type()?;
        let mut names = Vec::new();
        loop {
            let name = self.identifier("the name of a variable")?;
            if self.is("==") {
                return self.refuse("`==` compares", "to give the variable a value write `=`");
            }
            let value = match self.eat("=") {
                false => None,
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
    fn local_function(&mut self) -> Parsed<StatementKind> {
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
    fn condition(&mut self, after: &str) -> Parsed<Box<Expression>> {
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
    fn if_statement(&mut self) -> Parsed<StatementKind> {
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
    fn for_statement(&mut self) -> Parsed<StatementKind> {
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
    fn expressions(&mut self, close: &str) -> Parsed<Vec<Expression>> {
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
    fn for_each_statement(&mut self) -> Parsed<StatementKind> {
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
    fn switch_statement(&mut self) -> Parsed<StatementKind> {
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

    fn switch_label(&mut self) -> Parsed<Option<(Pattern, Option<Expression>)>> {
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
    fn try_statement(&mut self) -> Parsed<StatementKind> {
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

    fn catch(&mut self) -> Parsed<Catch> {
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
    fn using_statement(&mut self) -> Parsed<StatementKind> {
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

#[cfg(test)]
mod tests;
