//! Writes `docs/expressions.md`, the list of what an expression may use, from the tables; and fails where it is out of date.
//! `UPDATE=1 cargo test -p policy --test manual` writes it anew.
#![allow(clippy::disallowed_methods, reason = "the manual is a file")]

use policy::expr::{
    check::ALLOWED,
    library,
    types::{Kind, Member, NetType},
};
use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

const START: &str = "\
# What policy expressions may use

This page is generated from the tables that run expressions (`gateway-wasm/policy/src/expr/library`), so it is what this build
does. A member is listed with its C# signature. *Not here* names members that .NET and Azure API Management have and Portico
does not: an expression that uses one is refused with `expression/member-missing`.

## The language

`@(...)` is one expression, `@{...}` a block of statements in which every path returns. Named values `{{name}}` are put in as
text before anything is read.

| works | how |
|---|---|
| literals | `1`, `0xff`, `0b1`, `1_000`, `1L`, `1u`, `1.5`, `1.5f`, `1.5m`, `'c'`, `\"text\"`, `@\"verbatim\"`, `$\"{value,10:N2}\"`, `true`, `null` |
| operators | `+ - * / % << >> & \\| ^ ~ ! && \\|\\| == != < <= > >= ?: ?? ?. ?[] ++ -- =` and compound assignments; `checked(...)`, `unchecked(...)` |
| types | casts, `is` and `as`, patterns (`is string text`, `case int n when n > 1:`), nullable types, `default`, `nameof`, `var` |
| objects | `new`, object, collection and dictionary initializers, anonymous objects, arrays, indexers |
| calls | overloads, generic methods, named, default, `params` and `out` arguments, extension methods, lambdas, method groups, local functions |
| statements | declarations, `const`, `if`, `for`, `foreach`, `while`, `do`, `switch`, `break`, `continue`, `return`, `throw`, `try`/`catch`/`when`/`finally`, `using`, `checked` blocks |

| does not | instead |
|---|---|
| C# 8 and later: `??=`, ranges, `switch` expressions, raw strings, target-typed `new` | what C# 7 has |
| LINQ query syntax, tuples, `typeof`, `dynamic` members of JSON, `goto`, `lock`, `yield`, `async`, `unsafe` | methods of `System.Linq`, `Tuple.Create`, indexers |
| generic local functions, `ref` locals | the types themselves |

Numbers have C#'s widths: `int` arithmetic wraps, division truncates, `checked` throws. Text is measured in UTF-16 units. The
culture is the invariant one, the local time zone is UTC. `context.Variables[...]` is an `object`: APIM wants a cast before it
is used; Portico looks at the value and warns (`expression/cast-missing`).

## Limits

| what | at most |
|---|---|
| length of an expression | 100,000 bytes |
| nesting | 100 levels; 500 operators or members in one chain |
| steps of one evaluation | 2,000,000 |
| text and collections made by one evaluation | 64 MB |
| nesting while it runs | 2,400 operations |
| steps of one regular expression | 10,000,000 |

A limit cannot be caught; like an exception that nobody catches it is an `ExpressionValueEvaluationFailure`.

## Types
";

fn page() -> String {
    let mut page = START.to_owned();
    let mut namespaces: BTreeMap<&str, Vec<&NetType>> = BTreeMap::new();
    for net_type in library::types() {
        namespaces.entry(net_type.namespace).or_default().push(net_type);
    }
    let known: Vec<&str> = library::types().map(NetType::simple_name).collect();
    // `Nullable<T>` is part of the language.
    let missing: Vec<String> =
        ALLOWED.iter().filter(|name| **name != "Nullable" && !known.contains(name)).map(|name| format!("`{name}`")).collect();
    let complete = library::types().filter(|net_type| net_type.missing.is_empty()).count();
    let members: usize = library::types().map(|net_type| net_type.members.len()).sum();
    let _ = writeln!(
        page,
        "\n{} types with {members} members; {complete} types are complete. Of the types that APIM allows, {}.\n",
        library::types().count(),
        if missing.is_empty() { "none is missing".to_owned() } else { format!("these are missing: {}", missing.join(", ")) }
    );
    for (namespace, types) in &namespaces {
        let names: Vec<String> =
            types.iter().map(|net_type| format!("[`{}`](#{})", net_type.name, anchor(net_type.name))).collect();
        let _ = writeln!(page, "- `{namespace}`: {}", names.join(", "));
    }
    for (namespace, mut types) in namespaces {
        let _ = writeln!(page, "\n## {namespace}");
        // Complete types come first.
        types.sort_by_key(|net_type| (!net_type.missing.is_empty(), net_type.name));
        for net_type in types {
            write_type(&mut page, net_type);
        }
    }
    page
}

fn write_type(page: &mut String, net_type: &NetType) {
    let kind = match net_type.kind {
        Kind::Class => "class",
        Kind::Interface => "interface",
        Kind::Struct => "structure",
        Kind::Static => "static class",
        Kind::Enum(_) => "enumeration",
    };
    let bases = match net_type.bases {
        [] => String::new(),
        bases => format!(" : {}", bases.iter().map(|base| format!("`{base}`")).collect::<Vec<_>>().join(", ")),
    };
    let _ = writeln!(page, "\n### {}\n\n{}*{kind}*{bases}\n", net_type.name.replace('<', "\\<"), sentence(net_type.doc));
    if let Kind::Enum(members) = net_type.kind {
        let names: Vec<String> = members.iter().map(|(name, number)| format!("`{name}` ({number})")).collect();
        let _ = writeln!(page, "{}\n", names.join(", "));
    }
    let shown: Vec<&Member> = net_type.members.iter().collect();
    if !shown.is_empty() {
        page.push_str("| member | |\n|---|---|\n");
        for member in shown {
            let _ = writeln!(page, "| `{}` | {} |", member.signature.replace('|', "\\|"), member.doc.replace('|', "\\|"));
        }
    }
    if !net_type.missing.is_empty() {
        let names: Vec<String> = net_type.missing.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "\n*Not here*: {}", names.join(", "));
    }
}

fn sentence(doc: &str) -> String {
    if doc.is_empty() { String::new() } else { format!("{doc}. ") }
}

/// How Markdown pages name a heading.
fn anchor(name: &str) -> String {
    name.to_ascii_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn the_manual_is_up_to_date() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/expressions.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &page).expect("writable");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/expressions.md is out of date: `UPDATE=1 cargo test -p policy --test manual` writes it anew");
}

/// Every member that real policies use is there (reference: APIM, B4b).
#[test]
fn every_type_says_what_it_is() {
    let silent: Vec<&str> = library::types().filter(|net_type| net_type.doc.is_empty()).map(|net_type| net_type.name).collect();
    assert!(silent.is_empty(), "these types have no doc line: {silent:?}");
}
