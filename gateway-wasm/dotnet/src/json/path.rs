//! JSONPath, as `SelectToken` has it.

use super::{
    Scalar, Token, TokenType, date, json_exception,
    scalar::compare,
    tree::{Kind, Node, compare_values, equal_values, index_out_of_range},
};
use crate::{
    Exception, NetString, Result,
    number::{self, parse},
    regex::{Budget, Options, Regex},
};
use std::{cmp::Ordering, rc::Rc};

/// A path that was read: `$.orders[?(@.total > 10)].id`.
#[derive(Debug)]
pub struct Path(Vec<Filter>);

/// One step: from tokens to tokens.
#[derive(Debug)]
enum Filter {
    /// `$` within a query.
    Root,
    /// `.name`, or `.*` for all.
    Field(Option<NetString>),
    /// `['one','other']`
    Fields(Vec<NetString>),
    /// `..name`, or `..*` for all.
    Scan(Option<NetString>),
    /// `..['one','other']`
    ScanFields(Vec<NetString>),
    /// `[1]`, or `[*]` for all.
    Index(Option<i32>),
    /// `[1,2]`
    Indexes(Vec<i32>),
    /// `[start:end:step]`
    Slice(Option<i32>, Option<i32>, Option<i32>),
    /// `[?(...)]`
    Query(Query),
    /// `..[?(...)]`
    ScanQuery(Query),
}

/// A condition.
#[derive(Debug)]
enum Query {
    All(Vec<Query>),
    Any(Vec<Query>),
    Exists(Side),
    Compare(Operator, Side, Side),
}

#[derive(Debug)]
enum Side {
    Path(Vec<Filter>),
    Value(TokenType, Scalar),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    StrictEquals,
    NotEquals,
    StrictNotEquals,
    RegexEquals,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
}

/// How deep queries may nest, and `&&` and `||` change turns.
const NESTING_MAX: usize = 64;

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// `JsonException` for what is no path.
    pub fn parse(path: &str) -> Result<Path> {
        let mut parser = Parser { chars: path.chars().collect(), at: 0, nesting: 0 };
        let mut filters = Vec::new();
        let mut start = parser.at;
        parser.skip_spaces();
        match parser.peek() {
            None => return Ok(Path(filters)),
            // "$" may also begin a property's name.
            Some('$') if parser.chars.len() == 1 => return Ok(Path(filters)),
            Some('$') => match parser.chars.get(parser.at + 1) {
                Some('.' | '[') => {
                    parser.at += 1;
                    start = parser.at;
                }
                Some(_) => {}
                None => return Err(out_of_text()),
            },
            Some(_) => {}
        }
        if !parser.path(&mut filters, start, false)? {
            let last = parser.at;
            parser.skip_spaces();
            if let (Some(_), Some(c)) = (parser.peek(), parser.chars.get(last)) {
                return Err(json_exception(format!("Unexpected character while parsing path: {c}")));
            }
        }
        Ok(Path(filters))
    }

    /// The tokens that the path leads to. Work is counted with `step`, in tokens looked at; it may end
    /// the search.
    ///
    /// # Errors
    /// `JsonException` where `must_match` and a step leads nowhere; whatever `step` says.
    pub fn select<E: From<Exception>>(
        &self,
        from: &Token,
        must_match: bool,
        step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
    ) -> std::result::Result<Vec<Rc<Token>>, E> {
        let found = evaluate(&self.0, &from.node, &from.node, must_match, step)?;
        Ok(found.iter().map(Token::of).collect())
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    nesting: usize,
}

/// Where .NET runs over the end of the text.
fn out_of_text() -> Exception {
    Exception::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
}

fn open_indexer() -> Exception {
    json_exception("Path ended with open indexer.")
}

fn open_query() -> Exception {
    json_exception("Path ended with open query.")
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The character here, which there must be.
    fn char(&self) -> Result<char> {
        self.peek().ok_or_else(out_of_text)
    }

    fn part(&self, from: usize) -> String {
        self.chars.get(from..self.at).unwrap_or_default().iter().collect()
    }

    fn skip_spaces(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    fn skip(&mut self, word: &str) -> bool {
        let found = word.chars().enumerate().all(|(at, c)| self.chars.get(self.at + at) == Some(&c));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Steps up to the end; true if that is the end of the text.
    fn path(&mut self, filters: &mut Vec<Filter>, mut start: usize, in_query: bool) -> Result<bool> {
        let field = |member: String, scan: bool| {
            let name = (member != "*").then(|| NetString::from(member));
            if scan { Filter::Scan(name) } else { Filter::Field(name) }
        };
        let (mut scan, mut after_indexer, mut after_dot) = (false, false, false);
        while let Some(c) = self.peek() {
            match c {
                '[' | '(' => {
                    if self.at > start {
                        filters.push(field(self.part(start), std::mem::take(&mut scan)));
                    }
                    filters.push(self.indexer(if c == '[' { ']' } else { ')' }, scan)?);
                    scan = false;
                    self.at += 1;
                    start = self.at;
                    (after_indexer, after_dot) = (true, false);
                }
                ']' | ')' | ' ' => break,
                '.' => {
                    if self.at > start {
                        filters.push(field(self.part(start), std::mem::take(&mut scan)));
                    }
                    if self.chars.get(self.at + 1) == Some(&'.') {
                        scan = true;
                        self.at += 1;
                    }
                    self.at += 1;
                    start = self.at;
                    (after_indexer, after_dot) = (false, true);
                }
                '=' | '<' | '!' | '>' | '|' | '&' if in_query => break,
                c if after_indexer => {
                    return Err(json_exception(format!("Unexpected character following indexer: {c}")));
                }
                _ => self.at += 1,
            }
        }
        let at_end = self.at == self.chars.len();
        if self.at > start {
            filters.push(field(self.part(start).trim_end().to_owned(), scan));
        } else if after_dot && (at_end || in_query) {
            return Err(json_exception("Unexpected end while parsing path."));
        }
        Ok(at_end)
    }

    fn indexer(&mut self, close: char, scan: bool) -> Result<Filter> {
        self.at += 1;
        self.peek().ok_or_else(open_indexer)?;
        self.skip_spaces();
        match self.char()? {
            '\'' => self.quoted_fields(close, scan),
            '?' => self.query(close, scan),
            _ => self.array_indexer(close),
        }
    }

    fn array_indexer(&mut self, close: char) -> Result<Filter> {
        let mut start = self.at;
        let mut end = None;
        let mut indexes: Vec<i32> = Vec::new();
        let mut colons = 0;
        let mut slice = [None; 3];
        let unexpected = |c: char| Err(json_exception(format!("Unexpected character while parsing path indexer: {c}")));
        while let Some(c) = self.peek() {
            let text = self.chars.get(start..end.unwrap_or(self.at)).unwrap_or_default();
            let index = |text: &[char]| -> Result<i32> {
                let text: String = text.iter().collect();
                let index = parse::integer(&text, parse::style::INTEGER, &number::INT32)?;
                i32::try_from(index).map_err(|_| number::INT32.overflow())
            };
            match c {
                ' ' => {
                    end = Some(self.at);
                    self.skip_spaces();
                }
                c if c == close => {
                    if colons > 0 {
                        if !text.is_empty()
                            && let Some(place) = slice.get_mut(if colons == 1 { 1 } else { 2 })
                        {
                            *place = Some(index(text)?);
                        }
                        let [start, end, step] = slice;
                        return Ok(Filter::Slice(start, end, step));
                    }
                    if text.is_empty() {
                        return Err(json_exception("Array index expected."));
                    }
                    let index = index(text)?;
                    if indexes.is_empty() {
                        return Ok(Filter::Index(Some(index)));
                    }
                    indexes.push(index);
                    return Ok(Filter::Indexes(indexes));
                }
                ',' => {
                    if text.is_empty() {
                        return Err(json_exception("Array index expected."));
                    }
                    indexes.push(index(text)?);
                    self.at += 1;
                    self.skip_spaces();
                    (start, end) = (self.at, None);
                }
                '*' => {
                    self.at += 1;
                    self.peek().ok_or_else(open_indexer)?;
                    self.skip_spaces();
                    return if self.char()? == close { Ok(Filter::Index(None)) } else { unexpected(c) };
                }
                ':' => {
                    if !text.is_empty()
                        && let Some(place) = slice.get_mut(colons.min(2))
                    {
                        *place = Some(index(text)?);
                    }
                    colons += 1;
                    self.at += 1;
                    self.skip_spaces();
                    (start, end) = (self.at, None);
                }
                '-' | '0'..='9' if end.is_none() => self.at += 1,
                c => return unexpected(c),
            }
        }
        Err(open_indexer())
    }

    fn quoted_fields(&mut self, close: char, scan: bool) -> Result<Filter> {
        let mut fields: Vec<NetString> = Vec::new();
        while self.peek().is_some() {
            let field = self.quoted()?.into();
            self.skip_spaces();
            match self.peek().ok_or_else(open_indexer)? {
                c if c == close => {
                    return Ok(match (fields.is_empty(), scan) {
                        (true, false) => Filter::Field(Some(field)),
                        (true, true) => Filter::Scan(Some(field)),
                        (false, scan) => {
                            fields.push(field);
                            if scan { Filter::ScanFields(fields) } else { Filter::Fields(fields) }
                        }
                    });
                }
                ',' => {
                    self.at += 1;
                    self.skip_spaces();
                    fields.push(field);
                }
                c => return Err(json_exception(format!("Unexpected character while parsing path indexer: {c}"))),
            }
        }
        Err(open_indexer())
    }

    /// A string between single quotes; the first character is taken for one.
    fn quoted(&mut self) -> Result<String> {
        let mut text = String::new();
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            match (c, self.peek()) {
                ('\\', Some(escaped)) => {
                    self.at += 1;
                    text.push(match escaped {
                        'b' => '\u{8}',
                        't' => '\t',
                        'n' => '\n',
                        'f' => '\u{c}',
                        'r' => '\r',
                        '\\' | '"' | '\'' | '/' => escaped,
                        other => return Err(json_exception(format!("Unknown escape character: \\{other}"))),
                    });
                }
                ('\'', _) => return Ok(text),
                (c, _) => text.push(c),
            }
        }
        Err(json_exception("Path ended with an open string."))
    }

    fn query(&mut self, close: char, scan: bool) -> Result<Filter> {
        self.at += 1;
        match self.peek().ok_or_else(open_indexer)? {
            '(' => {}
            c => return Err(json_exception(format!("Unexpected character while parsing path indexer: {c}"))),
        }
        self.at += 1;
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(json_exception("The path nests its queries too deep."));
        }
        let query = self.condition()?;
        self.nesting -= 1;
        self.at += 1;
        self.peek().ok_or_else(open_indexer)?;
        self.skip_spaces();
        match self.char()? {
            c if c == close => Ok(if scan { Filter::ScanQuery(query) } else { Filter::Query(query) }),
            c => Err(json_exception(format!("Unexpected character while parsing path indexer: {c}"))),
        }
    }

    fn condition(&mut self) -> Result<Query> {
        // There is no precedence: each change between "&&" and "||" opens a group that goes on to the end.
        let mut groups: Vec<(bool, Vec<Query>)> = Vec::new();
        while self.peek().is_some() {
            let left = self.side()?;
            let one = match self.char()? {
                ')' | '|' | '&' => Query::Exists(left),
                _ => {
                    let operator = self.operator()?;
                    Query::Compare(operator, left, self.side()?)
                }
            };
            let is_and = match self.char()? {
                ')' => {
                    let Some((is_and, mut queries)) = groups.pop() else { return Ok(one) };
                    queries.push(one);
                    let group = |is_and: bool, queries| if is_and { Query::All(queries) } else { Query::Any(queries) };
                    let mut whole = group(is_and, queries);
                    while let Some((is_and, mut queries)) = groups.pop() {
                        queries.push(whole);
                        whole = group(is_and, queries);
                    }
                    return Ok(whole);
                }
                '&' if self.skip("&&") => true,
                '|' if self.skip("||") => false,
                '&' | '|' => return Err(self.unexpected_in_query()?),
                // Two conditions without an operator between them: the first is lost.
                _ => continue,
            };
            let depth = groups.len();
            match groups.last_mut() {
                Some((last, queries)) if *last == is_and => queries.push(one),
                _ if depth >= NESTING_MAX => return Err(json_exception("The path nests its queries too deep.")),
                _ => groups.push((is_and, vec![one])),
            }
        }
        Err(open_query())
    }

    fn unexpected_in_query(&self) -> Result<Exception> {
        Ok(json_exception(format!("Unexpected character while parsing path query: {}", self.char()?)))
    }

    fn side(&mut self) -> Result<Side> {
        self.skip_spaces();
        let side = match self.char()? {
            start @ ('$' | '@') => {
                let mut filters = if start == '$' { vec![Filter::Root] } else { Vec::new() };
                self.at += 1;
                if self.path(&mut filters, self.at, true)? {
                    return Err(open_query());
                }
                Side::Path(filters)
            }
            _ => match self.literal()? {
                Some(scalar) => Side::Value(scalar.token_type(), scalar),
                None => return Err(self.unexpected_in_query()?),
            },
        };
        self.skip_spaces();
        self.peek().ok_or_else(open_query)?;
        Ok(side)
    }

    fn literal(&mut self) -> Result<Option<Scalar>> {
        Ok(match self.char()? {
            '\'' => Some(Scalar::String(self.quoted()?.into())),
            '0'..='9' | '-' => {
                let start = self.at;
                self.at += 1;
                while self.peek().is_some_and(|c| !matches!(c, ' ' | ')')) {
                    self.at += 1;
                }
                let text = self.part(start);
                if self.peek().is_none() {
                    None
                } else if text.contains(['.', 'E', 'e']) {
                    text.replace(',', "").parse().ok().map(Scalar::Double)
                } else {
                    text.parse().ok().map(Scalar::Int64)
                }
            }
            't' if self.skip("true") => Some(Scalar::Bool(true)),
            'f' if self.skip("false") => Some(Scalar::Bool(false)),
            'n' if self.skip("null") => Some(Scalar::Null),
            '/' => Some(Scalar::String(self.regex()?.into())),
            _ => None,
        })
    }

    /// `/pattern/options`, all of it.
    fn regex(&mut self) -> Result<String> {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' if self.peek().is_some() => self.at += 1,
                '/' => {
                    while self.peek().is_some_and(char::is_alphabetic) {
                        self.at += 1;
                    }
                    return Ok(self.part(start));
                }
                _ => {}
            }
        }
        Err(json_exception("Path ended with an open regex."))
    }

    fn operator(&mut self) -> Result<Operator> {
        if self.at + 1 >= self.chars.len() {
            return Err(open_query());
        }
        [
            ("===", Operator::StrictEquals),
            ("==", Operator::Equals),
            ("=~", Operator::RegexEquals),
            ("!==", Operator::StrictNotEquals),
            ("!=", Operator::NotEquals),
            ("<>", Operator::NotEquals),
            ("<=", Operator::LessOrEquals),
            ("<", Operator::Less),
            (">=", Operator::GreaterOrEquals),
            (">", Operator::Greater),
        ]
        .into_iter()
        .find(|(text, _)| self.skip(text))
        .map(|(_, operator)| operator)
        .ok_or_else(|| json_exception("Could not read query operator."))
    }
}

type Nodes = Vec<Rc<Node>>;

fn evaluate<E: From<Exception>>(
    filters: &[Filter],
    root: &Rc<Node>,
    from: &Rc<Node>,
    must_match: bool,
    step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
) -> std::result::Result<Nodes, E> {
    let mut current = vec![from.clone()];
    for filter in filters {
        let mut next = Vec::new();
        if let Filter::Root = filter {
            next.push(root.clone());
        } else {
            if let Filter::Slice(_, _, Some(0)) = filter {
                return Err(json_exception("Step cannot be zero.").into());
            }
            for node in &current {
                step(1)?;
                filter.apply(root, node, must_match, &mut next, step)?;
            }
        }
        current = next;
    }
    Ok(current)
}

impl Filter {
    fn apply<E: From<Exception>>(
        &self,
        root: &Rc<Node>,
        node: &Rc<Node>,
        must_match: bool,
        found: &mut Nodes,
        step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let miss = |message: String| if must_match { Err(json_exception(message)) } else { Ok(()) };
        match self {
            Filter::Root => found.push(root.clone()),
            Filter::Field(name) => match (&node.kind, name) {
                (Kind::Object(_), Some(name)) => match node.get(name) {
                    Some(value) => found.push(value),
                    None => miss(format!("Property '{name}' does not exist on JObject."))?,
                },
                (Kind::Object(_), None) => {
                    for property in node.children() {
                        step(1)?;
                        found.extend(property.child(0));
                    }
                }
                (_, name) => {
                    let name = name.as_ref().map_or("*".into(), NetString::to_str);
                    miss(format!("Property '{name}' not valid on {}.", node.class_name()))?;
                }
            },
            Filter::Fields(names) => {
                if let Kind::Object(_) = &node.kind {
                    for name in names {
                        found.extend(node.get(name));
                        // That it is found does not keep Newtonsoft from complaining.
                        miss(format!("Property '{name}' does not exist on JObject."))?;
                    }
                } else {
                    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
                    miss(format!("Properties {} not valid on {}.", names.join(", "), node.class_name()))?;
                }
            }
            Filter::Scan(name) => {
                if name.is_none() {
                    found.push(node.clone());
                }
                let mut next = node.next_below(node);
                while let Some(below) = next {
                    step(1)?;
                    match (&below.kind, name) {
                        (Kind::Property(own, _), Some(name)) if own == name => found.extend(below.child(0)),
                        (Kind::Property(..), _) | (_, Some(_)) => {}
                        (_, None) => found.push(below.clone()),
                    }
                    next = below.next_below(node);
                }
            }
            Filter::ScanFields(names) => {
                let mut next = node.next_below(node);
                while let Some(below) = next {
                    step(1)?;
                    if let Kind::Property(own, _) = &below.kind {
                        names.iter().filter(|name| *name == own).for_each(|_| found.extend(below.child(0)));
                    }
                    next = below.next_below(node);
                }
            }
            Filter::Index(Some(index)) => at_index(node, *index, must_match, found)?,
            Filter::Index(None) => match &node.kind {
                Kind::Array(_) | Kind::Constructor(..) => {
                    for child in node.children() {
                        step(1)?;
                        found.push(child);
                    }
                }
                _ => miss(format!("Index * not valid on {}.", node.class_name()))?,
            },
            Filter::Indexes(indexes) => {
                for index in indexes {
                    at_index(node, *index, must_match, found)?;
                }
            }
            Filter::Slice(start, end, by) => {
                let Kind::Array(_) = &node.kind else {
                    return Ok(miss(format!("Array slice is not valid on {}.", node.class_name()))?);
                };
                let count = i64::try_from(node.count()).unwrap_or(i64::MAX);
                let by = i64::from(by.unwrap_or(1));
                let from_end = |index: i32| if index < 0 { count + i64::from(index) } else { index.into() };
                let forward = by > 0;
                let first = start.map_or(if forward { 0 } else { count - 1 }, from_end);
                let stop = end.map_or(if forward { count } else { -1 }, from_end).clamp(-1, count);
                let mut at = if forward { first.max(0).min(count) } else { first.min(count - 1) };
                let goes_on = |at: i64| if forward { at < stop } else { at > stop };
                if !goes_on(at) {
                    let shown = |index: &Option<i32>| index.map_or_else(|| "*".to_owned(), |index| index.to_string());
                    miss(format!("Array slice of {} to {} returned no results.", shown(start), shown(end)))?;
                }
                while goes_on(at) {
                    step(1)?;
                    found.extend(usize::try_from(at).ok().and_then(|at| node.child(at)));
                    at += by;
                }
            }
            Filter::Query(query) => {
                for child in node.children() {
                    step(1)?;
                    if query.matches(root, &child, step)? {
                        found.push(child);
                    }
                }
            }
            Filter::ScanQuery(query) => {
                let mut next = Some(node.clone());
                while let Some(below) = next {
                    step(1)?;
                    if query.matches(root, &below, step)? {
                        found.push(below.clone());
                    }
                    next = below.next_below(node);
                }
            }
        }
        Ok(())
    }
}

fn at_index(node: &Rc<Node>, index: i32, must_match: bool, found: &mut Nodes) -> Result<()> {
    let miss = |message: String| if must_match { Err(json_exception(message)) } else { Ok(()) };
    match &node.kind {
        Kind::Array(_) | Kind::Constructor(..) => match usize::try_from(index).map(|at| node.child(at)) {
            Ok(Some(child)) => found.push(child),
            Ok(None) => miss(format!("Index {index} outside the bounds of {}.", node.class_name()))?,
            Err(_) => return Err(index_out_of_range()),
        },
        _ => miss(format!("Index {index} not valid on {}.", node.class_name()))?,
    }
    Ok(())
}

impl Query {
    fn matches<E: From<Exception>>(
        &self,
        root: &Rc<Node>,
        node: &Rc<Node>,
        step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
    ) -> std::result::Result<bool, E> {
        match self {
            Query::All(queries) => {
                for query in queries {
                    if !query.matches(root, node, step)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Query::Any(queries) => {
                for query in queries {
                    if query.matches(root, node, step)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Query::Exists(side) => Ok(!side.tokens(root, node, step)?.is_empty()),
            Query::Compare(operator, left, right) => {
                let left = left.tokens(root, node, step)?;
                if left.is_empty() {
                    return Ok(false);
                }
                let right = right.tokens(root, node, step)?;
                for left in &left {
                    for right in &right {
                        step(1)?;
                        if operator.holds(left, right, step)? {
                            return Ok(true);
                        }
                    }
                }
                Ok(false)
            }
        }
    }
}

impl Side {
    fn tokens<E: From<Exception>>(
        &self,
        root: &Rc<Node>,
        node: &Rc<Node>,
        step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
    ) -> std::result::Result<Nodes, E> {
        match self {
            Side::Path(filters) => evaluate(filters, root, node, false, step),
            Side::Value(token_type, scalar) => Ok(vec![Node::value(*token_type, scalar.clone())]),
        }
    }
}

impl Operator {
    fn holds<E: From<Exception>>(
        self,
        left: &Node,
        right: &Node,
        step: &mut dyn FnMut(u64) -> std::result::Result<(), E>,
    ) -> std::result::Result<bool, E> {
        let (Kind::Value(one), Kind::Value(other)) = (&left.kind, &right.kind) else {
            // Only values can be compared; a container is at least not equal to anything.
            return Ok(self == Operator::NotEquals);
        };
        let ((one_type, one), (other_type, other)) = (&*one.borrow(), &*other.borrow());
        let numbers =
            matches!((one_type, other_type), (TokenType::Integer, TokenType::Float) | (TokenType::Float, TokenType::Integer));
        let strictly = || -> Result<bool> {
            if numbers { Ok(compare(*one_type, one, other)? == Ordering::Equal) } else { Ok(equal_values(left, right)) }
        };
        let loosely = || -> Result<bool> {
            if equal_values(left, right) {
                return Ok(true);
            }
            if numbers {
                return Ok(compare(*one_type, one, other)? == Ordering::Equal);
            }
            Ok(match (other_type, other) {
                (TokenType::String, Scalar::String(text)) => json_text(one).is_some_and(|own| own == *text),
                _ => false,
            })
        };
        match self {
            Operator::Equals => Ok(loosely()?),
            Operator::NotEquals => Ok(!loosely()?),
            Operator::StrictEquals => Ok(strictly()?),
            Operator::StrictNotEquals => Ok(!strictly()?),
            Operator::RegexEquals => match (one_type, one, other_type, other) {
                (TokenType::String, Scalar::String(text), TokenType::String, Scalar::String(pattern)) => {
                    let mut budget = Budget::MOST;
                    let found = regex_matches(text, &pattern.to_str(), &mut budget);
                    // A step of a pattern takes some nanoseconds.
                    step((Budget::MOST.steps - budget.steps) / 16)?;
                    Ok(found?)
                }
                _ => Ok(false),
            },
            Operator::Less => Ok(compare_values(left, right)? == Ordering::Less),
            Operator::LessOrEquals => Ok(compare_values(left, right)? != Ordering::Greater),
            Operator::Greater => Ok(compare_values(left, right)? == Ordering::Greater),
            Operator::GreaterOrEquals => Ok(compare_values(left, right)? != Ordering::Less),
        }
    }
}

/// The text in JSON of a value that is written as a string, for comparing it with one.
fn json_text(scalar: &Scalar) -> Option<NetString> {
    let mut text = String::new();
    match scalar {
        Scalar::DateTime(value) => date::write(&mut text, *value),
        Scalar::DateTimeOffset(value) => date::write_offset(&mut text, *value),
        Scalar::Bytes(bytes) => return Some(super::convert::base64_text(bytes)),
        Scalar::Guid(_) | Scalar::TimeSpan(_) => return Some(scalar.text()),
        Scalar::Uri(uri) => return Some(uri.original().into()),
        _ => return None,
    }
    Some(text.into())
}

/// `=~ /pattern/options`
fn regex_matches(text: &NetString, pattern: &str, budget: &mut Budget) -> Result<bool> {
    let (pattern, letters) =
        pattern.rsplit_once('/').ok_or_else(|| Exception::argument_out_of_range("Length cannot be less than zero.", "length"))?;
    let options = letters.chars().fold(0, |options, letter| match letter {
        'i' => options | 1,
        'm' => options | 2,
        's' => options | 16,
        'x' => options | 4,
        _ => options,
    });
    let regex = Regex::new(&pattern.get(1..).unwrap_or_default().into(), Options::new(options)?)?;
    Ok(regex.find(&text.units(), 0, false, budget)?.is_some())
}
