//! What must never happen, whatever is read: the bodies of the fuzz targets.
//!
//! `make fuzz` runs them under libFuzzer for as long as it is told. `make test` runs them for a moment, with changed copies of
//! the project's own examples ([`random`]); that needs no nightly compiler and finds the same things every time.

#[path = "../../gateway-wasm/policy/tests/common/lossless.rs"]
mod lossless;
pub mod random;
pub mod seeds;

use diagnostic::{Diagnostics, Severity, Source, Span, render};
use policy::{
    code,
    expr::{self, Expression, lexer::Spelling, machine::World},
    text::Text,
};
use std::{cell::Cell, collections::BTreeMap};

/// A target: its name, and what it does with some bytes. It panics if something happens that must not.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] =
    &[("reader", reader), ("expression", expression), ("named_values", named_values), ("token", token)];

/// A policy file is read and checked, written back as it was, and what is wrong with it can be shown.
pub fn reader(data: &[u8]) {
    let file = String::from_utf8_lossy(data);
    lossless::read_and_write(&file, &BTreeMap::new());
    let found = policy::lone::check(&Source::new("policy.xml", &*file));
    render::all_text(&found);
    render::json(&found);
}

/// The same with named values: what stands before the first empty line, as `name=value`. And every place in the text leads
/// to one in the file, in the same order.
pub fn named_values(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (values, file) = data.split_once("\n\n").unwrap_or(("", &data));
    let values = values.lines().filter_map(|line| line.split_once('='));
    let values: BTreeMap<String, String> = values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    lossless::read_and_write(file, &values);
    let text = Text::new(&Source::new("policy.xml", file), &values, Severity::Error);
    let mut last = Span::default();
    for (at, c) in text.as_str().char_indices() {
        let place = text.place(Span::new(at, at + c.len_utf8())).span;
        assert!(file.get(place.range()).is_some_and(|slice| !slice.is_empty()), "{at} stands at {place:?}");
        assert!(last.start <= place.start && last.end <= place.end, "{last:?} comes before {place:?}");
        last = place;
    }
}

/// An expression is parsed, checked and run, and comes to an end. The first byte says how it is spelled.
pub fn expression(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let code = String::from_utf8_lossy(rest);
    if first % 4 == 0 {
        expr::evaluate_text(&code, &Still::default());
        return;
    }
    let (open, close) = if first % 8 < 4 { ("@(", ")") } else { ("@{", "}") };
    let code = format!("{open}{code}{close}");
    let spelling = match first % 4 {
        1 => Spelling::Plain,
        2 => Spelling::Xml { quote: None },
        _ => Spelling::Xml { quote: Some('"') },
    };
    let source = Source::new("expression", code.as_str());
    let mut found = Diagnostics::new();
    let place = |span: Span| {
        assert!(code.get(span.range()).is_some(), "{span:?} is not in the expression");
        diagnostic::Place::new(&source, span)
    };
    let compiled = Expression::compile(&code, 0, spelling, place, &mut found);
    found.iter().for_each(|mistake| drop(render::text(mistake)));
    if let Some(compiled) = compiled {
        // The reader, which only looks for the end, must find the one that the parser found.
        if spelling != Spelling::Plain {
            assert_eq!(code::end(&code, 0).map(|whole| whole.end), Ok(code.len()), "the reader sees another end");
        }
        drop(compiled.evaluate(&Still::default(), None));
    }
}

/// A token, and after the first line break the key that it is read with, which is tried in every form that keys have.
pub fn token(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (token, key) = data.split_once('\n').unwrap_or((&data, ""));
    let set = jose::read_key_set(format!(r#"{{"keys":[{key}]}}"#).as_bytes()).unwrap_or_default();
    let read = [jose::Key::from_jwk(key.as_bytes()), jose::Key::from_pem(None, key)];
    let keys: Vec<jose::Key> = set.keys.into_iter().chain(read.into_iter().flatten()).collect();
    match jose::read(token) {
        Ok(jose::Token::Signed(signed)) => {
            let found = jose::verify(&signed, &keys, &jose::Software);
            assert!(found.is_ok() || found.is_err_and(|why| !why.to_string().is_empty()));
            drop(jose::read_claims(signed.payload()));
        }
        Ok(jose::Token::Encrypted(encrypted)) => {
            let key = jose::DecryptionKey::from_jwk(key.as_bytes());
            if let Ok(plaintext) = jose::decrypt(&encrypted, &key, &mut || 4) {
                drop(jose::read_nested(&plaintext));
            }
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
    drop(jose::read_claims(data.as_bytes()));
}

/// A world in which time stands still.
#[derive(Default)]
struct Still(Cell<u64>);

impl World for Still {
    fn now_ticks(&self) -> i64 {
        639_029_000_000_000_000
    }

    fn random(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(1));
        self.0.get()
    }
}
