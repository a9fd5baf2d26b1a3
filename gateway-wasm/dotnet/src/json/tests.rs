//! Newtonsoft's answers, for the tree on its own.

use super::*;
use crate::{
    DateTime, NetString,
    string::compare::{ORDINAL, ORDINAL_IGNORE_CASE},
};
use std::rc::Rc;

fn parse(text: &str) -> Rc<Token> {
    Token::parse(text, None).unwrap()
}

fn round(text: &str) -> String {
    match Token::parse(text, None) {
        Ok(token) => token.write(false),
        Err(error) => error.message.into_owned(),
    }
}

fn select(token: &Token, path: &str) -> String {
    let found = Path::parse(path).and_then(|path| path.select(token, false, &mut |_| Ok::<(), Exception>(())));
    match found {
        Ok(found) => found.iter().map(|token| token.write(false)).collect::<Vec<_>>().join(" "),
        Err(error) => error.message.into_owned(),
    }
}

#[test]
fn reads_leniently() {
    for (text, expected) in [
        (r#"{"a":1,"b":[true,null,"x"]}"#, r#"{"a":1,"b":[true,null,"x"]}"#),
        ("{a:'x',$b:1.0,}", r#"{"a":"x","$b":1.0}"#),
        ("[1,,2,]", "[1,undefined,2]"),
        ("[,]", "[undefined]"),
        ("[]", "[]"),
        ("/*c*/[1/*d*/,//e\n2]", "/*c*/"),
        ("[1/*d*/,//e\n2]", "[1,2]"),
        ("[0x1F, 010, -0, 1e2, 1.50, .5, NaN, -Infinity]", r#"[31,8,0,100.0,1.5,0.5,"NaN","-Infinity"]"#),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("new Date(1, 2)", "new Date(1,2)"),
        (r#""A\u00e9\ud83d\ude00\ud83dx""#, "\"Aé😀\u{fffd}x\""),
        (r#"'a"b\'c/\/'"#, r#""a\"b'c//""#),
        ("\"\u{1}\\u2028\u{7f}\"", "\"\\u0001\\u2028\u{7f}\""),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#""2026-11-21T08:30:00+01:00""#, r#""2026-11-21T07:30:00+00:00""#),
        (r#""2026-11-21""#, r#""2026-11-21""#),
        ("1e400", r#""Infinity""#),
    ] {
        assert_eq!(round(text), expected, "{text}");
    }
}

#[test]
fn says_what_is_wrong_and_where() {
    for (text, expected) in [
        ("", "Error reading JToken from JsonReader. Path '', line 0, position 0."),
        (" ", "Error reading JToken from JsonReader. Path '', line 1, position 1."),
        ("abc", "Unexpected character encountered while parsing value: a. Path '', line 0, position 0."),
        ("{", "Error reading JObject from JsonReader. Path '', line 1, position 1."),
        ("[1", "Unexpected end of content while loading JArray. Path '[0]', line 1, position 2."),
        ("{\"a\":1", "Unexpected end of content while loading JObject. Path 'a', line 1, position 6."),
        ("{\"a\":", "Unexpected end of content while loading JObject. Path 'a', line 1, position 5."),
        ("{\"a\":}", "Unexpected character encountered while parsing value: }. Path 'a', line 1, position 5."),
        ("{\"a\" 1}", "Invalid character after parsing property name. Expected ':' but got: 1. Path '', line 1, position 5."),
        ("{,}", "Invalid property identifier character: ,. Path '', line 1, position 1."),
        ("{\"a\":1 \"b\":2}", "After parsing a value an unexpected character was encountered: \". Path 'a', line 1, position 7."),
        (
            "{\"a\":{\"b c\":[1, x]}}",
            "Unexpected character encountered while parsing value: x. Path 'a['b c'][0]', line 1, position 16.",
        ),
        ("{\"a\":1]", "JsonToken EndArray is not valid for closing JsonType Object. Path '', line 1, position 7."),
        ("1 2", "Additional text encountered after finished reading JSON content: 2. Path '', line 1, position 2."),
        ("{}x", "Additional text encountered after finished reading JSON content: x. Path '', line 1, position 2."),
        ("\"abc", "Unterminated string. Expected delimiter: \". Path '', line 1, position 4."),
        ("[\n\"a\",\n'b\"", "Unterminated string. Expected delimiter: '. Path '[0]', line 3, position 3."),
        ("tru", "Unexpected end when reading JSON. Path '', line 1, position 3."),
        ("trux", "Error parsing boolean value. Path '', line 1, position 3."),
        ("nul!", "Error parsing null value. Path '', line 1, position 3."),
        ("n", "Unexpected end when reading JSON. Path '', line 1, position 1."),
        ("nx", "Unexpected character encountered while parsing value: n. Path '', line 0, position 0."),
        ("1x2", "Input string '1x2' is not a valid number. Path '', line 1, position 3."),
        ("[1g]", "Unexpected character encountered while parsing number: g. Path '', line 1, position 2."),
        ("08", "Input string '08' is not a valid number. Path '', line 1, position 2."),
        ("-", "Input string '-' is not a valid number. Path '', line 1, position 1."),
        ("\"\\q\"", "Bad JSON escape sequence: \\q. Path '', line 1, position 3."),
        ("\"\\u12g4x\"", "Invalid Unicode escape sequence: \\u12g4. Path '', line 1, position 3."),
        ("\"\\u123", "Unexpected end while parsing Unicode escape sequence. Path '', line 1, position 3."),
        ("/", "Unexpected end while parsing comment. Path '', line 1, position 1."),
        ("/x ", "Error parsing comment. Expected: *, got x. Path '', line 1, position 1."),
        ("é", "Unexpected character encountered while parsing value: é. Path '', line 0, position 0."),
    ] {
        assert_eq!(round(text), expected, "{text}");
    }
    let deep = "[".repeat(65) + &"]".repeat(65);
    let expected = format!("The reader's MaxDepth of 64 has been exceeded. Path '{}', line 1, position 65.", "[0]".repeat(64));
    assert_eq!(round(&deep), expected);
    assert_eq!(round(&("[".repeat(64) + &"]".repeat(64))).len(), 128);
    let wanted = |text, wanted| Token::parse(text, Some(wanted)).unwrap_err().message.into_owned();
    assert_eq!(wanted("", TokenType::Object), "Error reading JObject from JsonReader. Path '', line 0, position 0.");
    assert_eq!(
        wanted("[1]", TokenType::Object),
        "Error reading JObject from JsonReader. Current JsonReader item is not an object: StartArray. Path '', line 1, position 1."
    );
    assert_eq!(
        wanted("1", TokenType::Array),
        "Error reading JArray from JsonReader. Current JsonReader item is not an array: Integer. Path '', line 1, position 1."
    );
}

#[test]
fn writes_indented() {
    let token = parse(r#"{"a":{},"b":[],"c":[1,{"d":null}],"e":new X()}"#);
    let expected = "{\r\n  \"a\": {},\r\n  \"b\": [],\r\n  \"c\": [\r\n    1,\r\n    {\r\n      \"d\": null\r\n    }\r\n  ],\r\n  \"e\": \
                    new X(\r\n  )\r\n}";
    assert_eq!(token.write(true), expected);
    assert_eq!(token.child(0).unwrap().write(true), "\"a\": {}");
}

#[test]
fn keeps_what_a_token_stands_in() {
    let inner = parse(r#"{"a":[1,{"b c":2}]}"#).get(&"a".into()).unwrap().child(1).unwrap();
    assert_eq!(inner.path(), "a[1]");
    let value = inner.child(0).unwrap().child(0).unwrap();
    assert_eq!(value.path(), "a[1]['b c']");
    drop(inner);
    assert_eq!(value.root().write(false), r#"{"a":[1,{"b c":2}]}"#);
    assert!(Rc::ptr_eq(&value, &value.parent().unwrap().child(0).unwrap()));
    let property = value.parent().unwrap();
    property.remove().unwrap();
    assert_eq!(property.parent().map(|parent| parent.path()), None);
    assert_eq!(value.path(), "['b c']");
}

#[test]
fn a_deep_tree_is_no_danger() {
    let mut token = Token::value(Scalar::Int32(1));
    for _ in 0..200_000 {
        let array = Token::array();
        array.add(Content::Token(token)).unwrap();
        token = array;
    }
    let copy = token.deep_clone();
    assert!(copy.deep_equals(&token));
    assert_eq!(copy.write(false).len(), 400_001);
    let mut deepest = copy;
    while let Some(child) = deepest.child(0) {
        deepest = child;
    }
    assert_eq!(deepest.depth(), 200_000);
}

#[test]
fn changes() {
    let token = parse(r#"{"a":1,"b":[1,2,3]}"#);
    let list = token.get(&"b".into()).unwrap();
    // What stands somewhere already is copied.
    token.set(&"c".into(), Some(list.clone())).unwrap();
    list.add(Content::Many(vec![Content::Scalar(Scalar::Bool(true)), Content::Scalar("x".into())])).unwrap();
    list.remove_at(0).unwrap();
    list.insert(1, None).unwrap();
    assert_eq!(token.write(false), r#"{"a":1,"b":[2,null,3,true,"x"],"c":[1,2,3]}"#);
    let error = token.add(Content::Token(list.clone())).unwrap_err();
    assert_eq!(error.message, "Can not add Newtonsoft.Json.Linq.JArray to Newtonsoft.Json.Linq.JObject.");
    let error = token.add(Content::Token(Token::property("a".into(), Content::Scalar(Scalar::Null)).unwrap())).unwrap_err();
    assert_eq!(
        error.message,
        "Can not add property a to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object."
    );
    assert_eq!(list.remove().unwrap_err().message, "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.");
    assert_eq!(token.remove().unwrap_err().message, "The parent is missing.");
    list.parent().unwrap().remove().unwrap();
    list.set_at(0, Some(list.clone())).unwrap();
    assert_eq!(list.write(false), r#"[[2,null,3,true,"x"],null,3,true,"x"]"#);
    assert_eq!(token.write(false), r#"{"a":1,"c":[1,2,3]}"#);
    // Many names have an index, which follows every change.
    for at in 0..40 {
        token.set(&format!("n{at}").into(), Some(Token::value(Scalar::Int32(at)))).unwrap();
    }
    token.find_property(&"n20".into()).unwrap().remove().unwrap();
    assert!(token.get(&"n20".into()).is_none() && token.get(&"n21".into()).is_some());
    assert_eq!(token.find_property_by(&"N39".into(), ORDINAL_IGNORE_CASE).unwrap().path(), "n39");
}

#[test]
fn merges() {
    let merged = |arrays, nulls| {
        let token = parse(r#"{"a":1,"b":[1,{"x":1}],"c":{"d":1}}"#);
        let other = parse(r#"{"a":null,"b":[1,{"y":2},3],"c":{"e":2},"f":null}"#);
        let settings = MergeSettings { arrays, nulls, names: ORDINAL };
        token.merge(&Content::Token(other), &settings).unwrap();
        token.write(false)
    };
    assert_eq!(merged(ArrayHandling::Concat, false), r#"{"a":1,"b":[1,{"x":1},1,{"y":2},3],"c":{"d":1,"e":2},"f":null}"#);
    assert_eq!(merged(ArrayHandling::Union, true), r#"{"a":null,"b":[1,{"x":1},{"y":2},3],"c":{"d":1,"e":2},"f":null}"#);
    assert_eq!(merged(ArrayHandling::Replace, false), r#"{"a":1,"b":[1,{"y":2},3],"c":{"d":1,"e":2},"f":null}"#);
    assert_eq!(merged(ArrayHandling::Merge, false), r#"{"a":1,"b":[1,{"x":1,"y":2},3],"c":{"d":1,"e":2},"f":null}"#);
}

#[test]
fn finds() {
    let token = parse(
        r#"{"store":{"book":[{"t":"A","p":8.95,"n":1},{"t":"B","p":12.99},{"t":"C","p":8.99,"isbn":"x"}],"o'k":{"p":1}},"$a":7}"#,
    );
    for (path, expected) in [
        ("store.book[0].t", r#""A""#),
        ("$.store.book[*].t", r#""A" "B" "C""#),
        ("$..p", "8.95 12.99 8.99 1"),
        ("$['store']['o\\'k'].p", "1"),
        ("$a", "7"),
        ("store.book[0,2].t", r#""A" "C""#),
        ("store.book[-2:].t", r#""B" "C""#),
        ("store.book[::-1].t", r#""C" "B" "A""#),
        ("store.book[0:3:2].t", r#""A" "C""#),
        ("store.book[?(@.isbn)].t", r#""C""#),
        ("store.book[?(@.p < 10 && @.t != 'A')].t", r#""C""#),
        ("store.book[?(@.t == 'A' || @.t == 'B')].p", "8.95 12.99"),
        ("store.book[?(@.t =~ /^[bc]$/i)].p", "12.99 8.99"),
        ("store.book[?(@.p == $.store.book[1].p)].t", r#""B""#),
        ("$..[?(@.p > 9)].t", r#""B""#),
        ("store.book[0]['t','p']", r#""A" 8.95"#),
        ("store.book[?(@.n == 1.0)].t", r#""A""#),
        ("store.book[?(@.n === '1')].t", ""),
        ("nothing.at.all", ""),
        ("store.book[9]", ""),
        ("store.book[", "Path ended with open indexer."),
        ("store.book[x]", "Unexpected character while parsing path indexer: x"),
        ("store.", "Unexpected end while parsing path."),
        ("store.book[0]x", "Unexpected character following indexer: x"),
        ("store.book[?(@.p)", "Path ended with open indexer."),
        ("store.book[?(@.p", "Path ended with open query."),
        ("store.book[?(@.p ? 1)]", "Could not read query operator."),
        ("store.book[::0]", "Step cannot be zero."),
        ("a b", "Unexpected character while parsing path:  "),
    ] {
        assert_eq!(select(&token, path), expected, "{path}");
    }
    let path = Path::parse("store.book[7]").unwrap();
    let error = path.select(&token, true, &mut |_| Ok::<(), Exception>(())).unwrap_err();
    assert_eq!(error.message, "Index 7 outside the bounds of JArray.");
}

#[test]
fn casts() {
    let cast = |json: &str, target, nullable| {
        let token = parse(json);
        match cast(token.token_type(), token.scalar().as_ref(), target, nullable, DateTime::default()) {
            Ok(Scalar::Null) => "null".to_owned(),
            Ok(scalar) => scalar.text().to_string(),
            Err(error) => format!("{}: {}", error.kind, error.message),
        }
    };
    for (json, target, nullable, expected) in [
        ("1", Target::Int32, false, "1"),
        ("1.5", Target::Int32, false, "2"),
        ("2.5", Target::Int32, false, "2"),
        ("\" 12 \"", Target::Int32, false, "12"),
        ("true", Target::Int32, false, "1"),
        ("null", Target::Int32, true, "null"),
        ("null", Target::Int32, false, "ArgumentException: Can not convert Null to Int32."),
        ("{}", Target::String, false, "ArgumentException: Can not convert Object to String."),
        ("\"abc\"", Target::Int32, false, "FormatException: The input string 'abc' was not in a correct format."),
        ("3000000000", Target::Int32, false, "OverflowException: Value was either too large or too small for an Int32."),
        ("12345678901234567890", Target::UInt64, false, "12345678901234567890"),
        ("1.10", Target::Decimal, false, "1.1"),
        ("0.1", Target::Decimal, false, "0.1"),
        ("\"TRUE\"", Target::Boolean, false, "True"),
        ("0", Target::Boolean, false, "False"),
        ("true", Target::String, false, "True"),
        ("1.0", Target::String, false, "1"),
        ("null", Target::String, false, "null"),
        ("\"2026-11-21T08:30:00Z\"", Target::String, false, "11/21/2026 08:30:00"),
        ("5", Target::DateTime, false, "ArgumentException: Can not convert Integer to DateTime."),
        ("\"YWI=\"", Target::Bytes, false, "System.Byte[]"),
        ("null", Target::Bytes, false, "ArgumentException: Can not convert Null to byte array."),
    ] {
        assert_eq!(cast(json, target, nullable), expected, "{json} {target:?}");
    }
    let message = |json: &str, target| {
        change_type(&parse(json).scalar().unwrap(), target, DateTime::default())
            .map_or_else(|e| e.message.into_owned(), |s| s.text().to_string())
    };
    assert_eq!(message("null", Target::Int32), "Null object cannot be converted to a value type.");
    assert_eq!(message("\"x\"", Target::Guid), "Invalid cast from 'System.String' to 'System.Guid'.");
    assert_eq!(message("\"2026-11-21T08:30:00Z\"", Target::Int32), "Invalid cast from 'DateTime' to 'Int32'.");
    assert_eq!(message("\"5\"", Target::Int32), "5");
}

#[test]
fn a_node_is_small() {
    // A body of a megabyte is a hundred thousand of them.
    assert!(size_of::<super::tree::Node>() <= 88);
}

/// Numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn no_text_is_a_danger() {
    let seeds = [
        r#"{"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00"],"b":{"c":"2026-11-21T08:30:00.5+01:00"},'d':new Date(1,[]),e:/*x*/.5}"#,
        "[0x1F,010,NaN,-Infinity,undefined,'\\n',12345678901234567890123,\"/Date(1-01)/\"]// end",
        "$.a[?(@.b == 'x' && @.c > 1 || $..d =~ /x/i)]..['e','f'][1:2:3][*,-1]",
        "..é😀[(?(@))]",
    ];
    let mut dice = Dice(7);
    for round in 0..30_000 {
        let mut chars: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..=dice.roll(4) {
            let (at, other) = (dice.roll(chars.len()), dice.roll(chars.len()));
            match dice.roll(5) {
                0 => chars.truncate(at.max(1)),
                1 => chars.insert(at, chars[other]),
                2 => chars.swap(at, other),
                3 => chars[at] = ['\0', '\r', '\u{85}', '\'', '"', '\\', '{', '(', '/', '-'][dice.roll(10)],
                _ => drop(chars.remove(at)),
            }
            if chars.is_empty() {
                chars.push('[');
            }
        }
        let text: String = chars.into_iter().collect();
        let _ = Token::deserialize(&text);
        let token = Token::parse(&text, None).unwrap_or_else(|_| parse("{'a':[{'b':'x','c':2}]}"));
        // What was written reads back as itself, unless something in it is no JSON.
        let written = token.write(round % 2 == 0);
        if !written.contains(['/', '(', 'u']) && !written.contains("Infinity") && !written.contains("NaN") {
            assert_eq!(parse(&written).write(false), token.write(false), "{text}");
        }
        if let Ok(path) = Path::parse(&text) {
            let mut steps = 0;
            let _ = path.select(&token, round % 3 == 0, &mut |_| {
                steps += 1;
                if steps < 1_000 { Ok(()) } else { Err(Exception::overflow("enough")) }
            });
        }
    }
}

#[test]
fn a_tree_stays_whole_whatever_is_done_to_it() {
    let mut dice = Dice(11);
    let mut held: Vec<Rc<Token>> = vec![Token::object(), Token::array()];
    for round in 0..20_000 {
        let pick = |dice: &mut Dice, held: &[Rc<Token>]| held[dice.roll(held.len())].clone();
        let (token, other) = (pick(&mut dice, &held), pick(&mut dice, &held));
        let name = NetString::from(["a", "b", "c", "d"][dice.roll(4)]);
        let at = dice.roll(4) as i32 - 1;
        match dice.roll(14) {
            0 => held.push(Token::value(Scalar::Int32(round))),
            1 => held.extend(Token::property(name, Content::Token(other))),
            2 => drop(token.add(Content::Token(other))),
            3 => drop(token.set(&name, Some(other))),
            4 => drop(token.insert(at, Some(other))),
            5 => drop(token.set_at(at, Some(other))),
            6 => drop(token.remove_at(at)),
            7 => drop(token.remove()),
            8 => drop(token.replace(Some(other))),
            9 => drop(token.add_beside(Content::Many(vec![Content::Token(other), Content::Scalar(Scalar::Null)]), at > 0)),
            10 => {
                drop(token.merge(&Content::Token(other), &MergeSettings { arrays: ArrayHandling::Union, ..Default::default() }))
            }
            11 => held.push(if at > 0 { Token::array() } else { Token::object() }),
            12 => held.extend(token.child(at.unsigned_abs() as usize)),
            _ => drop(token.clear()),
        }
        // Copies may double what is there again and again.
        held.retain(|token| token.size() < 200);
        let forgotten = dice.roll(held.len().max(1));
        if held.len() > 12 {
            held.swap_remove(forgotten);
        }
        if held.len() < 2 {
            held.extend([Token::object(), Token::array()]);
        }
        for token in &held {
            for at in 0..token.count() {
                let child = token.child(at).unwrap();
                assert!(Rc::ptr_eq(&child.parent().unwrap(), token));
                assert_eq!(token.index_of(&child), Some(at));
                assert_eq!(child.next().is_some(), at + 1 < token.count());
            }
            if let Some(parent) = token.parent() {
                assert!(parent.index_of(token).is_some());
            }
            let (path, root) = (token.path(), token.root());
            if root.is_container() && !path.is_empty() && token.token_type() != TokenType::Property {
                if root.token_type() != TokenType::Property {
                    let found = Path::parse(&path).unwrap().select(&root, true, &mut |_| Ok::<(), Exception>(())).unwrap();
                    assert!(Rc::ptr_eq(&found[0], token), "{path}");
                }
            }
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Scalar::String(NetString::from(text))
    }
}
