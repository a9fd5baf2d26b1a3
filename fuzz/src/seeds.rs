//! Where fuzzing starts from: the project's own policy files, examples, cases and expressions.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a target starts from.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let mut policies = Vec::new();
    let mut expressions = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for part in ["gateway-wasm/policy", "tests/cases", "portal-gen/tests", "examples"] {
        gather(&root.join(part), &mut policies, &mut expressions);
    }
    let mut seeds: Vec<Vec<u8>> = match target {
        "expression" => expressions
            .iter()
            .enumerate()
            // Each spelling gets its share.
            .map(|(number, code)| {
                let bare = code.strip_prefix("@(").and_then(|code| code.strip_suffix(')'));
                let (first, code) = match bare.or_else(|| code.strip_prefix("@{")?.strip_suffix('}')) {
                    Some(inner) => (1 + (number % 3) as u8 + if code.starts_with("@{") { 4 } else { 0 }, inner),
                    None => ([0, 1, 2, 3][number % 4], code.as_str()),
                };
                [&[first], code.as_bytes()].concat()
            })
            .collect(),
        "named_values" => {
            let values = "name=value\nurl=https://shop.example\nempty=\nquote=\"\ntag=<a x=\"1\">\nend=</a>\nopen=@(\n\n";
            let template = "<a x=\"{{name}}/{{url}}\" y=\"@(\"{{ quote }}\")\">{{tag}}{{end}}{{empty}}{{unknown}}</a>";
            policies
                .iter()
                .map(|policy| format!("{values}{policy}"))
                .chain([format!("{values}{template}")])
                .map(Into::into)
                .collect()
        }
        "token" => tokens(&root.join("gateway-wasm/jose/tests")),
        _ => policies.iter().map(|policy| policy.clone().into_bytes()).collect(),
    };
    seeds.sort();
    seeds.dedup();
    seeds
}

/// Words that mutations put in.
pub fn dictionary(target: &str) -> &'static [&'static str] {
    match target {
        "expression" => &[
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "'",
            "\\",
            "$\"{",
            "@\"",
            "$@\"",
            "\"\"",
            "{{",
            "}}",
            ":",
            ",",
            ";",
            ".",
            "?.",
            "?[",
            "??",
            "=>",
            "==",
            "!=",
            "<=",
            ">=",
            "&&",
            "||",
            "++",
            "--",
            "+=",
            "<<",
            ">>",
            "//",
            "/*",
            "*/",
            "\n",
            "&quot;",
            "&lt;",
            "&amp;",
            "&#10;",
            "new ",
            "var x = ",
            "return ",
            "if (",
            "else ",
            "for (",
            "foreach (var x in ",
            "while (true) ",
            "do ",
            "switch (",
            "case ",
            "default",
            "break;",
            "continue;",
            "try {",
            "catch (Exception e) {",
            "finally {",
            "using (",
            "throw ",
            "out ",
            "is ",
            "as ",
            "null",
            "true",
            "false",
            "int",
            "long",
            "string",
            "decimal",
            "object",
            "0x7fffffff",
            "2147483648",
            "-9223372036854775808",
            "1e308",
            "1m",
            "0",
            "1.5f",
            "(int)",
            "(string)",
            "(byte)",
            "checked(",
            "unchecked(",
            "nameof(",
            "typeof(",
            "new int[",
            "new[] {",
            "new List<int>()",
            "new Dictionary<string, object>",
            "Enumerable.Range(0, ",
            ".Select(x => ",
            ".Where(x => ",
            ".ToList()",
            ".ToString(",
            "context.",
            "Request.",
            "Variables[",
            "Headers.GetValueOrDefault(",
            "Body.As<JObject>()",
            "JObject.Parse(",
            "Regex.Replace(",
            "DateTime.Parse(",
            "string.Format(",
            "Convert.ToInt32(",
            ".PadLeft(",
            "new string('a', ",
            ".Repeat(",
            "String.Join(",
        ],
        "token" => &[
            ".",
            "..",
            "=",
            "-",
            "_",
            "\n",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\u0000",
            "1e400",
            "null",
            "eyJhbGciOiJub25lIn0",
            "AAAA",
            "\"kty\":",
            "\"RSA\"",
            "\"EC\"",
            "\"oct\"",
            "\"OKP\"",
            "\"crv\":",
            "\"P-256\"",
            "\"Ed25519\"",
            "\"use\":\"sig\"",
            "\"x5c\":[",
            "\"exp\":",
            "\"aud\":",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----",
        ],
        _ => &[
            "<",
            ">",
            "</",
            "/>",
            "<a ",
            "<inbound>",
            "</inbound>",
            "<policies>",
            "</policies>",
            "<fragment>",
            "<set-body>",
            "</set-body>",
            "<base />",
            "<choose>",
            "<when condition=\"",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<?",
            "?>",
            "<!DOCTYPE ",
            "\"",
            "'",
            "=",
            "=\"",
            "\" x=\"",
            "@(",
            "@{",
            ")",
            "}",
            "(",
            "{",
            "[",
            "]",
            "$\"{",
            "@\"",
            "\\\"",
            "//",
            "/*",
            "*/",
            "\n",
            "\r\n",
            "&quot;",
            "&lt;",
            "&amp;",
            "&#10;",
            "&#x0;",
            "&nbsp;",
            "&",
            ";",
            "{{",
            "}}",
            "{{name}}",
            "{{ url }}",
            "\u{feff}",
            "“",
            "é",
            "😀",
            "template=\"liquid\"",
            "set-header",
            "name=",
            "<value>",
            "</value>",
            "include-fragment",
            "name=value\n",
            "\n\n",
        ],
    }
}

/// The examples of RFC 7520, each with its key, with another's, and with a certificate.
fn tokens(folder: &Path) -> Vec<Vec<u8>> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a text");
    let examples: Vec<serde_json::Value> = serde_json::from_str(&read("rfc7520.json")).expect("a list of examples");
    let certificate = read("certificates/p256.pem");
    let others = examples.iter().cycle().skip(1).map(|other| other["key"].to_string());
    let with_keys = examples.iter().zip(others).flat_map(|(example, other)| {
        let token = example["token"].as_str().expect("a token");
        [example["key"].to_string(), other, certificate.clone()].map(|key| format!("{token}\n{key}").into_bytes())
    });
    with_keys.collect()
}

fn gather(directory: &Path, policies: &mut Vec<String>, expressions: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).expect("the project's folders").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let extension = entry.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if entry.is_dir() {
            gather(&entry, policies, expressions);
        } else if extension == "xml" {
            policies.push(fs::read_to_string(&entry).expect("a text"));
        } else if extension == "md" {
            fences(&fs::read_to_string(&entry).expect("a text"), policies, expressions);
        }
    }
}

fn fences(page: &str, policies: &mut Vec<String>, expressions: &mut Vec<String>) {
    let mut rest = page;
    while let Some((_, fence)) = rest.split_once("\n```") {
        let Some((info, body)) = fence.split_once('\n') else { return };
        // An empty fence closes on the line after it opens.
        let Some(end) = format!("\n{body}").find("\n```") else { return };
        let text = &body[..end.saturating_sub(1).min(body.len())];
        match info.split(' ').collect::<Vec<_>>().as_slice() {
            ["xml", ..] => policies.push(text.to_owned()),
            ["csharp", "lines"] => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
                expressions.extend(lines.map(str::to_owned));
            }
            ["csharp", ..] => expressions.push(text.to_owned()),
            _ => {}
        }
        rest = &body[(end + 3).min(body.len())..];
    }
}
