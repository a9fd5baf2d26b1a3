//! Types, and how they are told from what looks like them: `a < b`, `(a) - b`, `x is int ? a : b`.

use super::{Parsed, Parser, TYPES};
use crate::expr::{ast::*, lexer::Kind};

/// How a type is read where a `?` after it may belong to a conditional.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// `T?` is always a nullable type.
    Nullable,
    /// Only if no value follows: `x is int ? a : b`, `x as int? ?? 0`.
    Unclear,
}

/// What a run of tokens that reads as a type may be besides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `int`, `List<int>`, `byte[]`: nothing but a type.
    Type,
    /// `a.b`: a type or a value.
    Name,
}

impl Parser {
    /// The tokens that a type takes from `ahead` on, without taking them.
    pub(super) fn skip_type(&self, ahead: usize, question: Question) -> Option<(usize, Form)> {
        self.skip_type_at(ahead, question, 0)
    }

    pub(super) fn skip_type_at(&self, ahead: usize, question: Question, depth: u32) -> Option<(usize, Form)> {
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
    pub(super) fn skip_generics(&self, ahead: usize, depth: u32) -> Option<usize> {
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

    pub(super) fn type_name(&mut self, question: Question) -> Parsed<TypeName> {
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
    pub(super) fn named_type(&mut self) -> Parsed<TypeName> {
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

    pub(super) fn type_arguments(&mut self) -> Parsed<Vec<TypeName>> {
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
    pub(super) fn declared_type(&mut self) -> Parsed<Option<TypeName>> {
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
    pub(super) fn is_cast(&self) -> bool {
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
    pub(super) fn is_declaration(&self) -> bool {
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
