//! How values of parameters are written: the styles of OpenAPI, which are those of RFC 6570 and a few more.

use serde_json::Value;

/// What a reader typed, by its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    One(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

impl Given {
    /// Reads what was typed: a list is JSON or has an entry in each line, an object is JSON or has `name=value` in each line.
    pub(crate) fn read(text: &str, kind: Option<&str>) -> Given {
        let json = || serde_json::from_str::<Value>(text).ok();
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        match kind {
            Some("array") => match json() {
                Some(Value::Array(entries)) => Given::List(entries.iter().map(plain).collect()),
                _ => Given::List(lines().map(str::to_owned).collect()),
            },
            Some("object") => match json() {
                Some(Value::Object(fields)) => {
                    Given::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
                }
                _ => Given::Object(
                    lines().map(|line| line.split_once('=').unwrap_or((line, ""))).map(|(a, b)| (a.into(), b.into())).collect(),
                ),
            },
            _ => Given::One(text.to_owned()),
        }
    }

    fn entries(&self) -> Vec<String> {
        match self {
            Given::One(text) => vec![text.clone()],
            Given::List(entries) => entries.clone(),
            Given::Object(fields) => fields.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect(),
        }
    }
}

/// A value of JSON as it is written without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in the path: `simple`, `label` or `matrix`. The text is encoded.
pub(crate) fn in_path(name: &str, style: &str, explode: bool, given: &Given) -> String {
    let encoded = |text: &String| encoded(text, false);
    let pairs = |fields: &[(String, String)], between: &str| {
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join(between)
    };
    let joined = |between: &str| given.entries().iter().map(encoded).collect::<Vec<_>>().join(between);
    let name = encoded(&name.to_owned());
    match (style, given) {
        ("label", Given::Object(fields)) if explode => format!(".{}", pairs(fields, ".")),
        ("label", _) => format!(".{}", joined(if explode { "." } else { "," })),
        ("matrix", Given::Object(fields)) if explode => format!(";{}", pairs(fields, ";")),
        ("matrix", Given::List(entries)) if explode => {
            entries.iter().map(|entry| format!(";{name}={}", encoded(entry))).collect()
        }
        ("matrix", _) => format!(";{name}={}", joined(",")),
        (_, Given::Object(fields)) if explode => pairs(fields, ","),
        _ => joined(","),
    }
}

/// A value in the query or in a form: name and value of each pair, encoded.
pub(crate) fn in_query(name: &str, style: &str, explode: bool, reserved: bool, given: &Given) -> Vec<(String, String)> {
    let of = |text: &str| encoded(text, reserved);
    let key = encoded(name, false);
    let between = match style {
        "spaceDelimited" => "%20",
        "pipeDelimited" => "%7C",
        _ => ",",
    };
    let joined = || given.entries().iter().map(|entry| of(entry)).collect::<Vec<_>>().join(between);
    match given {
        Given::Object(fields) if style == "deepObject" => {
            fields.iter().map(|(field, value)| (format!("{key}%5B{}%5D", encoded(field, false)), of(value))).collect()
        }
        Given::Object(fields) if explode => fields.iter().map(|(field, value)| (encoded(field, false), of(value))).collect(),
        Given::List(entries) if explode || style == "deepObject" => {
            entries.iter().map(|entry| (key.clone(), of(entry))).collect()
        }
        _ => vec![(key, joined())],
    }
}

/// A value of a header field or cookie: `simple`, never encoded.
pub(crate) fn in_header(explode: bool, given: &Given) -> String {
    match given {
        Given::Object(fields) if explode => {
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
        }
        _ => given.entries().join(","),
    }
}

/// A text inside an address. Unreserved characters stay (RFC 3986), and a few that mean nothing in a part of one and that people
/// read better as they are. With `reserved` those that have a meaning stay, too, but for `#`, which would end it, and for `&` and
/// `+`, which would change it.
pub(crate) fn encoded(text: &str, reserved: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@!$*".contains(&byte) || reserved && b"/?'(),;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Given, in_header, in_path, in_query};

    /// The table of OpenAPI 3.1, "Style Examples", and what it leaves open.
    #[test]
    fn values_are_written_as_the_specification_shows() {
        let string = Given::One("blue".to_owned());
        let array = Given::read("blue\nblack\nbrown\n", Some("array"));
        let object = Given::read(r#"{"R":100,"G":200,"B":150}"#, Some("object"));
        assert_eq!(Given::read("R=100\nG=200\nB=150", Some("object")), object);
        assert_eq!(Given::read(r#"["blue","black","brown"]"#, Some("array")), array);
        for (style, explode, expected) in [
            ("matrix", false, [";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"]),
            ("matrix", true, [";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"]),
            ("label", false, [".blue", ".blue,black,brown", ".R,100,G,200,B,150"]),
            ("label", true, [".blue", ".blue.black.brown", ".R=100.G=200.B=150"]),
            ("simple", false, ["blue", "blue,black,brown", "R,100,G,200,B,150"]),
            ("simple", true, ["blue", "blue,black,brown", "R=100,G=200,B=150"]),
        ] {
            let found = [&string, &array, &object].map(|given| in_path("color", style, explode, given));
            assert_eq!(found, expected, "{style} {explode}");
        }
        for (style, explode, expected) in [
            ("form", false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]),
            ("form", true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
            ("spaceDelimited", false, ["color=blue", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"]),
            ("pipeDelimited", false, ["color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"]),
            (
                "deepObject",
                true,
                ["color=blue", "color=blue&color=black&color=brown", "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
            ),
        ] {
            let found = [&string, &array, &object].map(|given| {
                let pairs = in_query("color", style, explode, false, given);
                pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
            });
            assert_eq!(found, expected, "{style} {explode}");
        }
        assert_eq!(in_header(true, &object), "R=100,G=200,B=150");
        assert_eq!(in_header(false, &object), "R,100,G,200,B,150");
    }

    #[test]
    fn nothing_that_is_typed_gets_out_of_its_place() {
        let hostile = Given::One("a/../b?c#d&e=f%2F é\"\n".to_owned());
        assert_eq!(in_path("p", "simple", false, &hostile), "a%2F..%2Fb%3Fc%23d%26e%3Df%252F%20%C3%A9%22%0A");
        assert_eq!(in_query("q", "form", true, true, &hostile)[0].1, "a/../b?c%23d%26e=f%252F%20%C3%A9%22%0A");
    }
}
