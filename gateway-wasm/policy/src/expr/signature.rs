//! The rows' signatures, read: C# declarations become parameters and types. Each type's table is read once, when it is first
//! used.

use super::{
    library,
    types::{Kind, Member, NetType, Type},
    value::Value,
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// A row, read.
#[derive(Debug)]
pub struct Signature {
    /// The row.
    pub member: &'static Member,
    /// The type that it belongs to.
    pub owner: &'static NetType,
    /// What is declared.
    pub form: Form,
    /// Its name; `this` for an indexer, the symbol of an operator, the type's name for constructors and conversions.
    pub name: &'static str,
    /// True where there is no receiver.
    pub is_static: bool,
    /// True for a constant, whose value is known before running.
    pub is_constant: bool,
    /// True for the row that sets a property or an item.
    pub sets: bool,
    /// Type parameters of the method's own.
    pub generics: Vec<&'static str>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub result: Type,
}

/// What a row declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Form {
    Method,
    Property,
    Indexer,
    Constructor,
    Operator,
    Implicit,
    Explicit,
    /// A method with `this` before its first parameter.
    Extension,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// What it is where nothing is given.
    pub default: Option<Value>,
    /// True for `params T[]`.
    pub rest: bool,
    /// True for `out`.
    pub out: bool,
}

/// The table of a type, read.
#[derive(Debug)]
pub struct Table {
    /// The type.
    pub net_type: &'static NetType,
    /// Its type parameters.
    pub parameters: Vec<&'static str>,
    /// What it derives from.
    pub bases: Vec<Type>,
    by_name: HashMap<&'static str, Vec<Rc<Signature>>>,
    /// Every row, in the order of the table.
    pub all: Vec<Rc<Signature>>,
}

impl Table {
    /// The overloads of a name.
    pub fn named(&self, name: &str) -> &[Rc<Signature>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

#[derive(Default)]
struct Tables {
    tables: HashMap<usize, Rc<Table>>,
    /// Types by simple name.
    names: HashMap<&'static str, Vec<&'static NetType>>,
    /// Extension methods by name.
    extensions: HashMap<&'static str, Rc<[Rc<Signature>]>>,
    namespaces: Vec<&'static str>,
}

thread_local! {
    static TABLES: RefCell<Tables> = RefCell::default();
}

/// The table of a type.
pub fn table(net_type: &'static NetType) -> Rc<Table> {
    let key = std::ptr::from_ref(net_type) as usize;
    if let Some(table) = TABLES.with_borrow(|tables| tables.tables.get(&key).cloned()) {
        return table;
    }
    let table = Rc::new(read_table(net_type));
    TABLES.with_borrow_mut(|tables| tables.tables.insert(key, table.clone()));
    table
}

fn index() {
    if !TABLES.with_borrow(|tables| tables.names.is_empty()) {
        return;
    }
    let mut names: HashMap<&'static str, Vec<&'static NetType>> = HashMap::new();
    let mut namespaces = Vec::new();
    for net_type in library::types() {
        names.entry(net_type.simple_name()).or_default().push(net_type);
        if !namespaces.contains(&net_type.namespace) {
            namespaces.push(net_type.namespace);
        }
    }
    let mut extensions: HashMap<&'static str, Vec<Rc<Signature>>> = HashMap::new();
    for net_type in library::types().filter(|net_type| net_type.kind == Kind::Static) {
        for signature in table(net_type).all.iter().filter(|signature| signature.form == Form::Extension) {
            extensions.entry(signature.name).or_default().push(signature.clone());
        }
    }
    TABLES.with_borrow_mut(|tables| {
        tables.names = names;
        tables.namespaces = namespaces;
        tables.extensions = extensions.into_iter().map(|(name, list)| (name, list.into())).collect();
    });
}

/// The types of a simple name; more than one differ in their type parameters.
pub fn types_named(name: &str) -> Vec<&'static NetType> {
    index();
    TABLES.with_borrow(|tables| tables.names.get(name).cloned().unwrap_or_default())
}

/// The extension methods of a name.
pub fn extensions(name: &str) -> Option<Rc<[Rc<Signature>]>> {
    index();
    TABLES.with_borrow(|tables| tables.extensions.get(name).cloned())
}

/// The names of all extension methods.
pub fn extension_names() -> Vec<&'static str> {
    index();
    TABLES.with_borrow(|tables| tables.extensions.keys().copied().collect())
}

/// The names of all types.
pub fn type_names() -> Vec<&'static str> {
    index();
    TABLES.with_borrow(|tables| tables.names.keys().copied().collect())
}

/// True if a name is a namespace, or the start of one.
pub fn is_namespace(name: &str) -> bool {
    index();
    TABLES.with_borrow(|tables| {
        tables
            .namespaces
            .iter()
            .any(|namespace| namespace.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    })
}

fn read_table(net_type: &'static NetType) -> Table {
    let parameters = type_parameters(net_type);
    let mut all = Vec::new();
    let mut by_name: HashMap<&'static str, Vec<Rc<Signature>>> = HashMap::new();
    for member in net_type.members {
        // A row that cannot be read is a mistake of ours that the test below finds; here it is left out.
        if let Some(signature) = read(member, net_type, &parameters) {
            let signature = Rc::new(signature);
            all.push(signature.clone());
            by_name.entry(signature.name).or_default().push(signature);
        }
    }
    let bases = net_type.bases.iter().filter_map(|base| Reader::new(base, &parameters).whole_type()).collect();
    Table { net_type, parameters, bases, by_name, all }
}

/// `TKey` and `TValue` of `Dictionary<TKey, TValue>`.
pub fn type_parameters(net_type: &'static NetType) -> Vec<&'static str> {
    match net_type.name.split_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>').split(',').map(str::trim).collect(),
        None => Vec::new(),
    }
}

fn read(member: &'static Member, owner: &'static NetType, parameters: &[&'static str]) -> Option<Signature> {
    Reader::new(member.signature, parameters).signature(member, owner)
}

struct Reader<'p> {
    rest: &'static str,
    parameters: &'p [&'static str],
    generics: Vec<&'static str>,
}

impl<'p> Reader<'p> {
    fn new(text: &'static str, parameters: &'p [&'static str]) -> Self {
        Self { rest: text.trim(), parameters, generics: Vec::new() }
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, text: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(text) {
            // A word must end where it ends.
            Some(rest) if !text.ends_with(|c: char| c.is_alphanumeric()) || !rest.starts_with(is_word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn word(&mut self) -> Option<&'static str> {
        self.skip();
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn whole_type(&mut self) -> Option<Type> {
        let kind = self.type_name()?;
        self.skip();
        self.rest.is_empty().then_some(kind)
    }

    fn type_name(&mut self) -> Option<Type> {
        let name = self.word()?;
        let mut arguments = Vec::new();
        if self.eat("<") {
            loop {
                arguments.push(self.type_name()?);
                if !self.eat(",") {
                    break;
                }
            }
            if !self.eat(">") {
                return None;
            }
        }
        let mut kind = self.named(name, arguments)?;
        loop {
            if self.eat("[]") {
                kind = Type::Array(Rc::new(kind));
            } else if self.eat("?") {
                kind = kind.nullable();
            } else {
                return Some(kind);
            }
        }
    }

    fn named(&self, name: &'static str, arguments: Vec<Type>) -> Option<Type> {
        if arguments.is_empty() && (self.parameters.contains(&name) || self.generics.contains(&name)) {
            return Some(Type::Parameter(name));
        }
        named_type(name, arguments)
    }

    fn signature(mut self, member: &'static Member, owner: &'static NetType) -> Option<Signature> {
        let sets = self.eat("set");
        let is_constant = self.eat("const");
        let is_static = is_constant || self.eat("static");
        // Generic names come after the result that uses them, so look ahead for them.
        self.generics = generics_of(self.rest, owner);
        let mut signature = Signature {
            member,
            owner,
            form: Form::Method,
            name: "",
            is_static,
            is_constant,
            sets,
            generics: Vec::new(),
            parameters: Vec::new(),
            result: Type::Void,
        };
        if self.eat("implicit") || self.rest.starts_with("explicit") {
            signature.form = if self.eat("explicit") { Form::Explicit } else { Form::Implicit };
            if !self.eat("operator") {
                return None;
            }
            signature.result = self.type_name()?;
            signature.name = if signature.form == Form::Explicit { "explicit" } else { "implicit" };
        } else if self.is_constructor(owner) {
            signature.form = Form::Constructor;
            signature.name = self.word()?;
            signature.is_static = true;
            signature.result = Type::Named(owner, self.parameters.iter().map(|name| Type::Parameter(name)).collect());
        } else {
            signature.result = if self.eat("void") { Type::Void } else { self.type_name()? };
            if self.eat("operator") {
                signature.form = Form::Operator;
                self.skip();
                let end = self.rest.find(['(', ' '])?;
                let (symbol, rest) = self.rest.split_at_checked(end)?;
                (signature.name, self.rest) = (symbol, rest);
            } else {
                signature.name = self.word()?;
            }
        }
        if self.eat("<") {
            while !self.eat(">") {
                signature.generics.push(self.word()?);
                self.eat(",");
            }
        }
        let close = if self.eat("(") {
            ")"
        } else if signature.name == "this" && self.eat("[") {
            signature.form = Form::Indexer;
            "]"
        } else {
            signature.form = Form::Property;
            self.skip();
            // `{ get; }` may stand there for the reader of the table.
            return (self.rest.is_empty() || self.rest.starts_with('{')).then_some(signature);
        };
        while !self.eat(close) {
            if self.eat("this") {
                signature.form = Form::Extension;
                signature.is_static = true;
            }
            let (rest, out) = (self.eat("params"), self.eat("out") || self.eat("ref"));
            let kind = self.type_name()?;
            let name = self.word()?;
            let default = if self.eat("=") { Some(self.default(&kind)?) } else { None };
            signature.parameters.push(Parameter { name, kind, default, rest, out });
            self.eat(",");
        }
        self.skip();
        (self.rest.is_empty() || self.rest.starts_with('{')).then_some(signature)
    }

    /// A constructor is the type's name and a bracket; a method has its result before its name.
    fn is_constructor(&self, owner: &NetType) -> bool {
        self.rest.strip_prefix(owner.simple_name()).is_some_and(|rest| rest.trim_start().starts_with('('))
    }

    fn default(&mut self, kind: &Type) -> Option<Value> {
        self.skip();
        let end = self.rest.find([',', ')', ']']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let text = text.trim();
        Some(match text {
            "null" | "default" => kind.default_value(),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "\"\"" => Value::text(""),
            _ if text.starts_with('\'') => Value::Char(text.encode_utf16().nth(1)?),
            _ if text.contains('.') && text.starts_with(char::is_alphabetic) => {
                let (_, name) = text.rsplit_once('.')?;
                let Type::Named(net_type, _) = kind else { return None };
                let Kind::Enum(members) = net_type.kind else { return None };
                Value::Enum(net_type, members.iter().find(|(member, _)| *member == name)?.1)
            }
            _ => {
                let number: i64 = text.parse().ok()?;
                if *kind == Type::LONG {
                    Value::Int64(number)
                } else if *kind == Type::DOUBLE {
                    Value::Double(number as f64)
                } else if let Type::Named(NetType { kind: Kind::Enum(_), .. }, _) = kind {
                    let Type::Named(net_type, _) = kind else { return None };
                    Value::Enum(net_type, number)
                } else {
                    Value::Int32(number.try_into().ok()?)
                }
            }
        })
    }
}

/// The type parameters of a method: what stands in angle brackets before its parameters.
fn generics_of(signature: &'static str, owner: &NetType) -> Vec<&'static str> {
    let Some(open) = signature.find('(') else { return Vec::new() };
    let before = signature.get(..open).unwrap_or_default();
    let (Some(list), false) = (before.strip_suffix('>'), before == owner.name) else { return Vec::new() };
    let Some(start) = list.rfind('<') else { return Vec::new() };
    list.get(start + 1..).unwrap_or_default().split(',').map(str::trim).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The type that C# calls by a keyword, the library by a simple name, or that is a delegate.
pub fn named_type(name: &str, mut arguments: Vec<Type>) -> Option<Type> {
    if arguments.is_empty()
        && let Some(kind) = keyword_type(name)
    {
        return Some(kind);
    }
    match (name, arguments.len()) {
        ("Func", 1..) => {
            let result = arguments.pop()?;
            return Some(Type::Function(Rc::new((arguments, result))));
        }
        ("Action", _) => return Some(Type::Function(Rc::new((arguments, Type::Void)))),
        ("Predicate", 1) => return Some(Type::Function(Rc::new((arguments, Type::BOOL)))),
        ("Comparison", 1) => {
            arguments.push(arguments.first()?.clone());
            return Some(Type::Function(Rc::new((arguments, Type::INT))));
        }
        ("Converter", 2) => {
            let result = arguments.pop()?;
            return Some(Type::Function(Rc::new((arguments, result))));
        }
        ("MatchEvaluator", 0) => return Some(Type::Function(Rc::new((vec![named_type("Match", Vec::new())?], Type::STRING)))),
        ("Nullable", 1) => return Some(arguments.pop()?.nullable()),
        _ => {}
    }
    let net_type = find_type(name, arguments.len())?;
    Some(Type::Named(net_type, arguments))
}

/// Tables are read while the index is made, so this looks through the list itself.
fn find_type(name: &str, arity: usize) -> Option<&'static NetType> {
    let indexed = TABLES.with_borrow(|tables| tables.names.get(name).cloned());
    let is_it = |net_type: &&'static NetType| net_type.simple_name() == name && type_parameters(net_type).len() == arity;
    match indexed {
        Some(types) => types.into_iter().find(is_it),
        None => library::types().find(is_it),
    }
}

/// The type of a C# keyword.
pub fn keyword_type(name: &str) -> Option<Type> {
    Some(match name {
        "string" => Type::STRING,
        "object" => Type::OBJECT,
        "dynamic" => Type::Unknown,
        "bool" => Type::BOOL,
        "char" => Type::CHAR,
        "sbyte" => Type::SBYTE,
        "byte" => Type::BYTE,
        "short" => Type::SHORT,
        "ushort" => Type::USHORT,
        "int" => Type::INT,
        "uint" => Type::UINT,
        "long" => Type::LONG,
        "ulong" => Type::ULONG,
        "float" => Type::FLOAT,
        "double" => Type::DOUBLE,
        "decimal" => Type::DECIMAL,
        "void" => Type::Void,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row that cannot be read would be a member that is silently missing.
    #[test]
    fn every_row_can_be_read() {
        let mut wrong = Vec::new();
        for net_type in library::types() {
            let parameters = type_parameters(net_type);
            for member in net_type.members {
                if read(member, net_type, &parameters).is_none() {
                    wrong.push(format!("{}: {}", net_type.name, member.signature));
                }
            }
            for base in net_type.bases {
                if Reader::new(base, &parameters).whole_type().is_none() {
                    wrong.push(format!("{} : {base}", net_type.name));
                }
            }
        }
        assert!(wrong.is_empty(), "these rows cannot be read:\n{}", wrong.join("\n"));
    }
}
