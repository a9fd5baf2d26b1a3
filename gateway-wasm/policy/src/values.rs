//! What attributes and texts of a policy hold: literals, or expressions where APIM takes them (reference: APIM, A1).

use crate::{
    computed::{Expr, FromValue, Number, Word},
    expr::{Expression, value::Value},
    statement::{Checker, listed},
    xml::{self, Element, Kind},
};
use diagnostic::{Diagnostic, Diagnostics, nearest};
use std::{ops::RangeInclusive, rc::Rc};

impl Checker<'_> {
    /// The value of an attribute that must be there, as it stands.
    fn attribute<'e>(&mut self, element: &'e Element, name: &str) -> Option<&'e xml::Value> {
        let attribute = element.attribute(name);
        if attribute.is_none() {
            self.error(
                "policy/attribute-missing",
                element.name_span,
                format!("`{}` needs the attribute `{name}`", element.name),
                format!("write `<{} {name}=\"...\"`", element.name),
            );
        }
        attribute.map(|attribute| &attribute.value)
    }

    /// The literal value of an attribute that must be there.
    pub fn required(&mut self, element: &Element, name: &str) -> Option<String> {
        let value = self.attribute(element, name)?;
        self.literal(value)
    }

    /// The literal value of an attribute that may be missing.
    pub fn optional(&mut self, element: &Element, name: &str) -> Option<String> {
        self.literal(&element.attribute(name)?.value)
    }

    /// A value that is what it says: an expression is reported.
    pub fn literal(&mut self, value: &xml::Value) -> Option<String> {
        // A named value that is not known has been reported, and what the value is cannot be said.
        if self.text.has_unknown(value.span) {
            return None;
        }
        if value.kind == Kind::Expression {
            self.error("policy/expression", value.span, "an expression has no place here", "write the value itself");
            return None;
        }
        Some(value.text.clone())
    }

    /// A value that may be an expression; `written` checks and converts what is written.
    pub fn value<T: FromValue>(
        &mut self,
        value: &xml::Value,
        written: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<Expr<T>> {
        match value.kind {
            Kind::Expression => self.expression(value).map(Expr::Computed),
            _ if self.text.has_unknown(value.span) => None,
            Kind::Literal => written(self, &value.text).map(Expr::Written),
            Kind::Mixed => {
                if !value.cdata {
                    let place = self.text.place(value.span);
                    let message = "an expression is the whole value; in the middle of text it is text";
                    let help = "put all of it into one: `@(\"text \" + value)`";
                    self.diagnostics.push(Diagnostic::warning("expression/mixed", place, message).help(help));
                }
                written(self, &value.text).map(Expr::Written)
            }
        }
    }

    /// The text of an attribute that must be there, or an expression of any value.
    pub fn required_value(&mut self, element: &Element, name: &str) -> Option<Expr<Value>> {
        let value = self.attribute(element, name)?;
        self.value(value, |_, text| Some(Value::text(text)))
    }

    /// The text of an attribute that must be there, or an expression.
    pub fn required_text(&mut self, element: &Element, name: &str) -> Option<Expr<Rc<str>>> {
        let value = self.attribute(element, name)?;
        self.value(value, |_, text| Some(text.into()))
    }

    /// The text of an attribute that may be missing, or an expression. The outer `None` is a mistake.
    pub fn optional_text(&mut self, element: &Element, name: &str) -> Option<Option<Expr<Rc<str>>>> {
        match element.attribute(name) {
            None => Some(None),
            Some(attribute) => self.value(&attribute.value, |_, text| Some(text.into())).map(Some),
        }
    }

    /// The text of an attribute that may be missing, or an expression of any value. The outer `None` is a mistake.
    pub fn optional_value(&mut self, element: &Element, name: &str) -> Option<Option<Expr<Value>>> {
        match element.attribute(name) {
            None => Some(None),
            Some(attribute) => self.value(&attribute.value, |_, text| Some(Value::text(text))).map(Some),
        }
    }

    /// A condition that must be there: an expression, `true` or `false`.
    pub fn condition(&mut self, element: &Element, name: &str) -> Option<Expr<bool>> {
        let value = self.attribute(element, name)?;
        self.value(value, |checker, text| match text.trim() {
            word if word.eq_ignore_ascii_case("true") => Some(true),
            word if word.eq_ignore_ascii_case("false") => Some(false),
            word => {
                let help = format!("write an expression: `{name}=\"@(...)\"`");
                checker.error("policy/value", value.span, format!("`{name}` cannot be `{word}`"), help);
                None
            }
        })
    }

    /// The text in an element, without the blanks around it, or an expression.
    pub fn inner_text(&mut self, element: &Element) -> Option<Expr<Rc<str>>> {
        let value = element.value(self.text);
        self.value(&value, |_, text| Some(text.trim().into()))
    }

    /// The value of an attribute that must be one of a few words, or `default` if it is missing. No expression.
    pub fn one_of<T: Copy>(&mut self, element: &Element, name: &str, words: &[(&str, T)], default: T) -> Option<T> {
        let Some(attribute) = element.attribute(name) else { return Some(default) };
        let word = self.literal(&attribute.value)?;
        self.known_word(name, &attribute.value, &word, words)
    }

    /// The value of an attribute that must be one of a few words, or an expression that gives one.
    pub fn word<T: Copy>(
        &mut self,
        element: &Element,
        name: &str,
        words: &'static [(&'static str, T)],
        default: T,
    ) -> Option<Word<T>> {
        let Some(attribute) = element.attribute(name) else {
            return Some(Word::known(default, words));
        };
        let mut known = default;
        let value = self.value(&attribute.value, |checker, text| {
            known = checker.known_word(name, &attribute.value, text, words)?;
            Some(text.into())
        })?;
        Some(Word { value, words, known })
    }

    fn known_word<T: Copy>(&mut self, name: &str, value: &xml::Value, word: &str, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, found)) = words.iter().find(|(own, _)| word.trim().eq_ignore_ascii_case(own)) {
            return Some(*found);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = match nearest(word, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("write {}", listed(&names)),
        };
        self.error("policy/value", value.span, format!("`{name}` cannot be `{word}`"), help);
        None
    }

    /// The value of an attribute that must be a whole number in a range, or `default` if it is missing. No expression.
    pub fn number(&mut self, element: &Element, name: &str, range: RangeInclusive<u32>, default: u32) -> Option<u32> {
        let Some(attribute) = element.attribute(name) else { return Some(default) };
        let text = self.literal(&attribute.value)?;
        self.known_number(name, &attribute.value, &text, &range, default)
    }

    /// The value of an attribute that must be there and be a whole number in a range. No expression.
    pub fn required_literal_number(
        &mut self,
        element: &Element,
        name: &str,
        range: RangeInclusive<u32>,
        example: u32,
    ) -> Option<u32> {
        self.attribute(element, name)?;
        self.number(element, name, range, example)
    }

    /// The value of an attribute that must be a whole number in a range, or an expression that gives one.
    pub fn number_value(&mut self, element: &Element, name: &str, range: RangeInclusive<u32>, default: u32) -> Option<Number> {
        let (least, greatest) = (*range.start(), *range.end());
        let Some(attribute) = element.attribute(name) else {
            return Some(Number { value: Expr::Written(default), least: least.min(default), greatest });
        };
        let value =
            self.value(&attribute.value, |checker, text| checker.known_number(name, &attribute.value, text, &range, default))?;
        Some(Number { value, least, greatest })
    }

    /// The same for an attribute that must be there.
    pub fn required_number(&mut self, element: &Element, name: &str, range: RangeInclusive<u32>, example: u32) -> Option<Number> {
        self.attribute(element, name)?;
        self.number_value(element, name, range, example)
    }

    /// The same for an attribute that may be missing. The outer `None` is a mistake.
    pub fn optional_number(
        &mut self,
        element: &Element,
        name: &str,
        range: RangeInclusive<u32>,
        example: u32,
    ) -> Option<Option<Number>> {
        match element.attribute(name) {
            None => Some(None),
            Some(_) => self.number_value(element, name, range, example).map(Some),
        }
    }

    fn known_number(
        &mut self,
        name: &str,
        value: &xml::Value,
        text: &str,
        range: &RangeInclusive<u32>,
        example: u32,
    ) -> Option<u32> {
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.error(
                "policy/number",
                value.span,
                format!("`{name}` must be a whole number from {} to {}", range.start(), range.end()),
                format!("write `{name}=\"{example}\"`, for example"),
            );
        }
        number
    }

    /// Checks an expression.
    fn expression(&mut self, value: &xml::Value) -> Option<Expression> {
        if value.damaged {
            return None;
        }
        let spelling = value.spelling();
        let text = self.text;
        let mut found = Diagnostics::new();
        let expression = Expression::compile(&value.text, value.span.start, spelling, |span| text.place(span), &mut found);
        if let Some(expression) = &expression {
            self.readers.request += u32::from(expression.reads.request);
            self.readers.response += u32::from(expression.reads.response);
        }
        // What a named value that is not known would have made of it cannot be said.
        if expression.is_some() || !text.has_unknown(value.span) {
            self.diagnostics.extend(found);
        }
        expression
    }
}
