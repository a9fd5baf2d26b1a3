//! Tokens become a tree.
//!
//! A recursive descent over C# 7, as far as policies have it. What C# has and policies do not is refused by name, with what
//! to write instead. After a mistake the parser goes on at the next statement, so that an author sees all of them.
//!
//! Nothing here recurses with the length of a text: chains of operators and members, `else if` and `? :` are loops, and what
//! is left to recurse goes through [`Parser::nested`], which counts.

mod expression;
mod operand;
mod statement;
mod type_name;

use super::{
    ast::{Block, Expression, ExpressionKind, Identifier, Literal, Program},
    lexer::{self, Kind, Mistake, Spelling, Token},
};
use diagnostic::Span;
use std::mem;

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

    /// `{{name}}`, which the service replaces before it reads the expression.
    fn named_value<T>(&mut self) -> Parsed<T> {
        self.refuse("this named value was not replaced", "`{{name}}` stands for a named value of the service")
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

#[cfg(test)]
mod tests;
