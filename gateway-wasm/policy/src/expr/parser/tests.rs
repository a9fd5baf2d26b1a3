//! The parser's tests: pages of C# and the trees or mistakes that come of it.
#![allow(clippy::disallowed_methods, reason = "tests read their pages from files, and measure stacks in threads")]

use super::{super::ast::*, Mistake, Program, Spelling, parse, parse_bare};
use std::{fmt::Write as _, fs, path::Path};

#[test]
fn reads_syntax() {
    page("syntax.md");
}

#[test]
fn explains_mistakes() {
    page("mistakes.md");
}

/// Checks a page: every line of a `csharp` fence gives what the next fence says. `⏎` stands for a newline. With `UPDATE=1` the
/// page is written anew, for a person to read.
fn page(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expr/parser").join(name);
    let page = fs::read_to_string(&path).unwrap();
    let mut found = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        writeln!(found, "{line}").unwrap();
        let Some(info) = line.strip_prefix("```csharp") else { continue };
        let spelling = match info.trim() {
            "xml" => Spelling::Xml { quote: None },
            "xml attribute" => Spelling::Xml { quote: Some('"') },
            _ => Spelling::Plain,
        };
        let mut results = Vec::new();
        for code in lines.by_ref().take_while(|line| *line != "```") {
            writeln!(found, "{code}").unwrap();
            results.push(result(&code.replace('⏎', "\n"), spelling));
        }
        // The old fence goes, the new one comes.
        writeln!(found, "```\n```tree").unwrap();
        results.iter().for_each(|result| writeln!(found, "{result}").unwrap());
        writeln!(found, "```").unwrap();
        if lines.next_if(|line| *line == "```tree").is_some() {
            lines.by_ref().find(|line| *line == "```");
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        return fs::write(&path, &found).unwrap();
    }
    for (number, (expected, found)) in page.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{name}:{}", number + 1);
    }
    assert_eq!(page, found);
}

fn result(code: &str, spelling: Spelling) -> String {
    let (program, mistakes) = parse_bare(code, 0, spelling);
    let mut parts: Vec<String> = mistakes.iter().map(|mistake| explain(code, mistake)).collect();
    parts.extend(program.as_ref().map(show));
    parts.join(" ⏎ ")
}

fn explain(code: &str, mistake: &Mistake) -> String {
    let text = code.get(mistake.span.range()).unwrap_or("?").replace('\n', "⏎");
    format!("{}..{} «{text}» {} = {}", mistake.span.start, mistake.span.end, mistake.message, mistake.help)
}

fn show(program: &Program) -> String {
    match program {
        Program::Expression(value) => expression(value),
        Program::Block(body) => block(body),
    }
}

fn list<T>(items: &[T], show: impl FnMut(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn maybe<T>(item: Option<&T>, show: impl FnOnce(&T) -> String) -> String {
    item.map_or_else(|| "-".to_owned(), show)
}

fn type_name(name: &TypeName) -> String {
    match &name.kind {
        TypeKind::Named(parts) => parts
            .iter()
            .map(|(name, generics)| format!("{}{}", name.text, type_arguments(generics)))
            .collect::<Vec<_>>()
            .join("."),
        TypeKind::Array(element) => format!("{}[]", type_name(element)),
        TypeKind::Nullable(inner) => format!("{}?", type_name(inner)),
    }
}

fn type_arguments(generics: &[TypeName]) -> String {
    if generics.is_empty() {
        String::new()
    } else {
        format!("<{}>", generics.iter().map(type_name).collect::<Vec<_>>().join(","))
    }
}

fn expression(value: &Expression) -> String {
    use ExpressionKind::*;
    match &value.kind {
        Literal(literal) => match literal {
            super::Literal::Null => "null".to_owned(),
            super::Literal::Bool(value) => value.to_string(),
            super::Literal::Int(value) => value.to_string(),
            super::Literal::UInt(value) => format!("{value}U"),
            super::Literal::Long(value) => format!("{value}L"),
            super::Literal::ULong(value) => format!("{value}UL"),
            super::Literal::Float(value) => format!("{value:?}F"),
            super::Literal::Double(value) => format!("{value:?}"),
            super::Literal::Decimal(value) => format!("{value}M"),
            super::Literal::Char(value) => format!("'{}'", char::from_u32((*value).into()).unwrap_or('?').escape_debug()),
            super::Literal::String(value) => format!("{value:?}"),
        },
        Interpolated(pieces) => format!("($ {})", list(pieces, piece)).replace("($ )", "($)"),
        Name(name, generics) => format!("{}{}", name.text, type_arguments(generics)),
        Type(name) => format!("(type {})", type_name(name)),
        Member { target, name, generics } => format!("(. {} {}{})", expression(target), name.text, type_arguments(generics)),
        Index { target, arguments } => format!("([] {}{})", expression(target), all(arguments)),
        Call { target, arguments } => format!("(call {}{})", expression(target), all(arguments)),
        Conditional { target, rest } => format!("(?. {} {})", expression(target), expression(rest)),
        Receiver => "^".to_owned(),
        New { type_name: name, arguments, initializer: braces } => {
            let braces = braces.as_ref().map_or_else(String::new, |braces| format!(" {}", initializer(braces)));
            format!("(new {}{}{braces})", type_name(name), all(arguments))
        }
        NewArray { element, length, items } => {
            let length = length.as_ref().map_or_else(String::new, |length| expression(length));
            let items = items.as_ref().map_or_else(String::new, |items| format!(" {{{}}}", list(items, expression)));
            format!("(new {}[{length}]{items})", element.as_ref().map_or_else(String::new, type_name))
        }
        ArrayItems(items) => format!("{{{}}}", list(items, expression)),
        NewAnonymous(members) => {
            format!("(new {{{}}})", list(members, |(name, value)| format!("{}={}", name.text, expression(value))))
        }
        Cast(name, value) => format!("(cast {} {})", type_name(name), expression(value)),
        Unary(operator, value) => {
            let operator = match operator {
                UnaryOperator::Plus => "+",
                UnaryOperator::Minus => "-",
                UnaryOperator::Not => "!",
                UnaryOperator::Complement => "~",
            };
            format!("({operator} {})", expression(value))
        }
        Binary(operator, left, right) => format!("({} {} {})", operator.symbol(), expression(left), expression(right)),
        Assign { operator, target, value } => {
            let operator = operator.map_or("", BinaryOperator::symbol);
            format!("({operator}= {} {})", expression(target), expression(value))
        }
        Step { target, up, prefix } => {
            let step = if *up { "++" } else { "--" };
            if *prefix { format!("({step}_ {})", expression(target)) } else { format!("(_{step} {})", expression(target)) }
        }
        Ternary(condition, yes, no) => format!("(? {} {} {})", expression(condition), expression(yes), expression(no)),
        Is(value, tested) => format!("(is {} {})", expression(value), pattern(tested)),
        As(value, name) => format!("(as {} {})", expression(value), type_name(name)),
        Lambda { parameters, body } => {
            let parameters = list(parameters, |(name, parameter)| match name {
                Some(name) => format!("{}:{}", parameter.text, type_name(name)),
                None => parameter.text.to_string(),
            });
            format!("(=> ({parameters}) {})", self::body(body))
        }
        Default(name) => format!("(default {})", maybe(name.as_ref(), type_name)),
        NameOf(name) => format!("(nameof {name})"),
        Throw(value) => format!("(throw {})", expression(value)),
        Checked(checked, value) => format!("({} {})", if *checked { "checked" } else { "unchecked" }, expression(value)),
        Parenthesized(value) => format!("({})", expression(value)),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => format!("{text:?}"),
        Piece::Hole { value, alignment, format } => {
            let alignment = alignment.as_ref().map_or_else(String::new, |alignment| format!(",{}", expression(alignment)));
            let format = format.as_ref().map_or_else(String::new, |format| format!(":{format:?}"));
            format!("{{{}{alignment}{format}}}", expression(value))
        }
    }
}

fn all(arguments: &[Argument]) -> String {
    arguments.iter().fold(String::new(), |shown, argument| {
        let name = argument.name.as_ref().map_or_else(String::new, |name| format!("{}:", name.text));
        let value = match &argument.value {
            ArgumentValue::Value(value) => expression(value),
            ArgumentValue::Out(value) => format!("(out {})", expression(value)),
            ArgumentValue::OutDeclaration(name, variable) => {
                format!("(out {} {})", maybe(name.as_ref(), type_name), variable.text)
            }
        };
        format!("{shown} {name}{value}")
    })
}

fn initializer(braces: &Initializer) -> String {
    let items = match braces {
        Initializer::Members(members) => list(members, |(name, value)| match value {
            InitializerValue::Value(value) => format!("{}={}", name.text, expression(value)),
            InitializerValue::Nested(nested) => format!("{}={}", name.text, initializer(nested)),
        }),
        Initializer::Items(items) => list(items, |item| match item {
            InitializerItem::Add(values) => format!("(add {})", list(values, expression)),
            InitializerItem::Set(keys, value) => format!("(set {} {})", list(keys, expression), expression(value)),
        }),
    };
    format!("{{{items}}}")
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Type(name, Some(variable)) => format!("(type {} {})", type_name(name), variable.text),
        Pattern::Type(name, None) => format!("(type {})", type_name(name)),
        Pattern::Constant(value) => expression(value),
        Pattern::Var(name) => format!("(var {})", name.text),
    }
}

fn body(body: &LambdaBody) -> String {
    match body {
        LambdaBody::Expression(value) => expression(value),
        LambdaBody::Block(statements) => block(statements),
    }
}

fn block(block: &Block) -> String {
    format!("{{{}}}", list(&block.statements, statement))
}

fn declaration(declaration: &Declaration) -> String {
    let word = if declaration.constant { "const" } else { "let" };
    let names = list(&declaration.names, |(name, value)| match value {
        Some(value) => format!("{}={}", name.text, expression(value)),
        None => name.text.to_string(),
    });
    format!("({word} {} {names})", maybe(declaration.type_name.as_ref(), type_name))
}

fn statement(statement: &Statement) -> String {
    let nested = self::statement;
    match &statement.kind {
        StatementKind::Local(local) => declaration(local),
        StatementKind::Function(function) => {
            let parameters = list(&function.parameters, |(name, parameter, default)| {
                let default = default.as_ref().map_or_else(String::new, |default| format!("={}", expression(default)));
                format!("{}:{}{default}", parameter.text, type_name(name))
            });
            let generics = list(&function.generics, |name| format!("<{}>", name.text));
            let result = maybe(function.result.as_ref(), type_name);
            format!("(function {result} {}{generics} ({parameters}) {})", function.name.text, body(&function.body))
        }
        StatementKind::Expression(value) => expression(value),
        StatementKind::Block(inner) => block(inner),
        StatementKind::Checked(checked, inner) => {
            format!("({} {})", if *checked { "checked" } else { "unchecked" }, block(inner))
        }
        StatementKind::If(condition, yes, no) => {
            let no = no.as_ref().map_or_else(String::new, |no| format!(" {}", nested(no)));
            format!("(if {} {}{no})", expression(condition), nested(yes))
        }
        StatementKind::For { first, condition, step, body } => {
            let condition = maybe(condition.as_ref(), expression);
            format!("(for ({}) {condition} ({}) {})", list(first, nested), list(step, expression), nested(body))
        }
        StatementKind::ForEach { type_name: name, name: variable, source, body } => {
            format!("(foreach {} {} {} {})", maybe(name.as_ref(), type_name), variable.text, expression(source), nested(body))
        }
        StatementKind::While(condition, body) => format!("(while {} {})", expression(condition), nested(body)),
        StatementKind::Do(body, condition) => format!("(do {} {})", nested(body), expression(condition)),
        StatementKind::Switch(value, sections) => {
            let sections = list(sections, |section| {
                let labels = list(&section.labels, |label| match label {
                    Some((tested, Some(condition))) => format!("{} when {}", pattern(tested), expression(condition)),
                    Some((tested, None)) => pattern(tested),
                    None => "default".to_owned(),
                });
                format!("[{labels}: {}]", list(&section.body, nested))
            });
            format!("(switch {} {sections})", expression(value))
        }
        StatementKind::Break => "break".to_owned(),
        StatementKind::Continue => "continue".to_owned(),
        StatementKind::Return(value) => {
            value.as_ref().map_or("(return)".to_owned(), |value| format!("(return {})", expression(value)))
        }
        StatementKind::Throw(value) => {
            value.as_ref().map_or("(throw)".to_owned(), |value| format!("(throw {})", expression(value)))
        }
        StatementKind::Try { body, catches, finally } => {
            let catches = list(catches, |catch| {
                let condition =
                    catch.condition.as_ref().map_or_else(String::new, |condition| format!(" when {}", expression(condition)));
                let name = maybe(catch.name.as_ref(), |name| name.text.to_string());
                format!("(catch {} {name}{condition} {})", maybe(catch.type_name.as_ref(), type_name), block(&catch.body))
            });
            let finally = finally.as_ref().map_or_else(String::new, |finally| format!(" (finally {})", block(finally)));
            format!("(try {} {catches}{finally})", block(body))
        }
        StatementKind::Using(resource, body) => {
            let resource = match &**resource {
                UsingResource::Local(local) => declaration(local),
                UsingResource::Value(value) => expression(value),
            };
            format!("(using {resource} {})", nested(body))
        }
        StatementKind::Empty => ";".to_owned(),
    }
}

/// The deepest programs of each kind run on 1 MB of stack, dropping the tree included.
#[test]
fn nests_within_a_megabyte_of_stack() {
    let repeat =
        |open: &str, middle: &str, close: &str, times: usize| format!("@({}{middle}{})", open.repeat(times), close.repeat(times));
    let mut cases = Vec::new();
    for times in [10, 95, 1_000, 10_000] {
        cases.extend([
            repeat("(", "1", ")", times),
            repeat("f(", "1", ")", times),
            repeat("a[", "1", "]", times),
            repeat("-", "1", "", times),
            repeat("(int)", "1", "", times),
            repeat("x => ", "1", "", times),
            repeat("x => { return ", "1", "; }", times),
            repeat("new { a = ", "1", "}", times),
            repeat("new [] { ", "1", "}", times),
            repeat("new T { ", "1", "}", times),
            repeat("new T { a = { ", "b = 1", "}}", times),
            repeat("true ? ", "1", " : 2", times),
            repeat("a is ", "b", "", times),
            repeat("a ?? ", "b", "", times),
            repeat("a = ", "b", "", times),
            repeat("a?.", "b", "", times),
            repeat("a.", "b", "", times),
            repeat("a() + ", "b", "", times),
            repeat("a ? b : ", "c", "", times),
            repeat("throw ", "c", "", times),
            repeat("$\"{", "c", "}\"", times),
            repeat("List<", "int", ">()", times),
            repeat("f(1 + 2 * a.b[", "1", "])", times),
            format!("@({}1{})", "(".repeat(90), " + 1)".repeat(90)),
            format!("@{{ {} }}", "{".repeat(times)),
            format!("@{{ {}{} }}", "{".repeat(times), "}".repeat(times)),
            format!("@{{ {} return 1; }}", "if (a) ".repeat(times)),
            format!("@{{ {} return 1; }}", "if (a) { f(); } else ".repeat(times)),
            format!("@{{ {} return 1; }}", "while (a) ".repeat(times)),
            format!("@{{ {} {} }}", "switch (a) { case 1: ".repeat(times), "}".repeat(times)),
            format!("@{{ {} {} }}", "try { ".repeat(times), "} finally {}".repeat(times)),
            format!("@{{ int[]{} x = 1; }}", "[]".repeat(times)),
        ]);
    }
    let deep = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for code in cases {
            let (program, mistakes) = parse(&code, 0, Spelling::Plain);
            assert!(program.is_some() || !mistakes.is_empty(), "{}", code.get(..60).unwrap_or(&code));
        }
    });
    deep.unwrap().join().unwrap();
}

/// A chain may be long, and is never a matter of the stack.
#[test]
fn chains_are_limited_by_name() {
    let chain = |times: usize| format!("@(a{})", " + a".repeat(times));
    assert!(parse(&chain(490), 0, Spelling::Plain).0.is_some());
    let (program, mistakes) = parse(&chain(5_000), 0, Spelling::Plain);
    assert!(program.is_none());
    assert!(mistakes[0].message.contains("500"), "{mistakes:?}");
    let long = format!("@(\"{}\")", "a".repeat(100_000));
    assert!(parse(&long, 0, Spelling::Plain).1[0].message.contains("100,000"));
}

/// Whatever is done to a program, there is a tree or a mistake, never a panic, and every place is in the text.
#[test]
fn survives_mutations() {
    let pages = [include_str!("syntax.md"), include_str!("mistakes.md")];
    let programs: Vec<&str> = pages.iter().flat_map(|page| page.lines()).filter(|line| !line.starts_with("```")).collect();
    let bits = [
        "(", ")", "{", "}", "[", "]", "\"", "'", "$\"", "@\"", "\\", "&quot;", "&lt;", "<", ">", "?", ":", ";", ",", ".", "=>",
        "new ", "case ", "😀", "\n", "0x", "1e", "/*", "//", "is ", "??", "{{", "}}", "'\\",
    ];
    let mut state = 88_172_645_463_325_252u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for round in 0..20_000 {
        let mut code = programs[random(programs.len())].to_owned();
        for _ in 0..=random(3) {
            let mut from = random(code.len() + 1);
            while !code.is_char_boundary(from) {
                from -= 1;
            }
            let mut to = (from + random(12)).min(code.len());
            while !code.is_char_boundary(to) {
                to += 1;
            }
            let bit = match random(3) {
                0 => String::new(),
                1 => bits[random(bits.len())].to_owned(),
                _ => code.get(from..to).unwrap_or_default().repeat(2),
            };
            code.replace_range(from..to, &bit);
        }
        let code = if round % 3 == 0 { format!("@{{{code}}}") } else { code };
        let spelling = if round % 2 == 0 { Spelling::Plain } else { Spelling::Xml { quote: Some('"') } };
        let (program, mistakes) = parse_bare(&code, 0, spelling);
        assert!(program.is_some() || !mistakes.is_empty(), "{code}");
        for mistake in mistakes {
            assert!(code.get(mistake.span.range()).is_some(), "{code}: {mistake:?}");
        }
    }
}
