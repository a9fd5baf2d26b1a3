//! The tree of an expression, as written: no names resolved, no types known.

use diagnostic::Span;
use dotnet::{Decimal, NetString};
use std::rc::Rc;

/// What stands between the brackets of `@(...)` or `@{...}`.
#[derive(Clone, Debug)]
pub enum Program {
    /// `@(...)`
    Expression(Expression),
    /// `@{...}`
    Block(Block),
}

/// Statements in braces.
#[derive(Clone, Debug)]
pub struct Block {
    /// The statements in order.
    pub statements: Vec<Statement>,
    /// With the braces.
    pub span: Span,
}

/// A name, without the `@` that an author may have put before it.
#[derive(Clone, Debug)]
pub struct Identifier {
    /// The name.
    pub text: Rc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// What is written.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `System.Text.Encoding`, `List<int>`, `string`: the parts between the dots, each with its type arguments. Keywords such
    /// as `string` are one part of that name.
    Named(Vec<(Identifier, Vec<TypeName>)>),
    /// `T[]`
    Array(Box<TypeName>),
    /// `T?`
    Nullable(Box<TypeName>),
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A literal.
    Literal(Literal),
    /// `$"..."`
    Interpolated(Vec<Piece>),
    /// A name that may be a local, a type or the start of a namespace; with type arguments for `List<int>` and `Method<int>`.
    Name(Identifier, Vec<TypeName>),
    /// A type where an expression is expected: `string` in `string.Empty`, `int[]`.
    Type(TypeName),
    /// `target.name` and `target.name<T>`
    Member {
        /// What stands before the dot.
        target: Box<Expression>,
        /// The member.
        name: Identifier,
        /// Its type arguments.
        generics: Vec<TypeName>,
    },
    /// `target[arguments]`
    Index {
        /// What stands before the bracket.
        target: Box<Expression>,
        /// What stands in it.
        arguments: Vec<Argument>,
    },
    /// `target(arguments)`
    Call {
        /// What is called.
        target: Box<Expression>,
        /// What it is given.
        arguments: Vec<Argument>,
    },
    /// `target?.rest` and `target?[rest]`: `rest` goes as far as the chain does and starts from a [`ExpressionKind::Receiver`].
    Conditional {
        /// What may be null.
        target: Box<Expression>,
        /// What happens where it is not.
        rest: Box<Expression>,
    },
    /// The value of the nearest [`ExpressionKind::Conditional`] around.
    Receiver,
    /// `new T(arguments) { ... }`
    New {
        /// The type.
        type_name: TypeName,
        /// What the constructor is given.
        arguments: Vec<Argument>,
        /// What stands in braces.
        initializer: Option<Initializer>,
    },
    /// `new T[length]`, `new T[] { items }`, `new[] { items }`
    NewArray {
        /// The type of the items; `None` for `new[]`.
        element: Option<TypeName>,
        /// The length where it is written.
        length: Option<Box<Expression>>,
        /// The items where they are written.
        items: Option<Vec<Expression>>,
    },
    /// `{ a, b }` as the value of an array's declaration: `int[] numbers = { 1, 2 };`
    ArrayItems(Vec<Expression>),
    /// `new { name = value, other.Name }`: the name is the last part of a member where none is written.
    NewAnonymous(Vec<(Identifier, Expression)>),
    /// `(T)value`
    Cast(TypeName, Box<Expression>),
    /// `-value`
    Unary(UnaryOperator, Box<Expression>),
    /// `left + right`
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `target = value`, `target += value`
    Assign {
        /// The operator of a compound assignment.
        operator: Option<BinaryOperator>,
        /// What is assigned to.
        target: Box<Expression>,
        /// What is assigned.
        value: Box<Expression>,
    },
    /// `++target`, `target--`
    Step {
        /// What changes.
        target: Box<Expression>,
        /// True for `++`.
        up: bool,
        /// True if the value is the one after the step.
        prefix: bool,
    },
    /// `condition ? yes : no`
    Ternary(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `value is pattern`
    Is(Box<Expression>, Pattern),
    /// `value as T`
    As(Box<Expression>, TypeName),
    /// `x => x + 1`, `(a, b) => { ... }`
    Lambda {
        /// The parameters, with types where they are written.
        parameters: Vec<(Option<TypeName>, Identifier)>,
        /// The body.
        body: LambdaBody,
    },
    /// `default(T)`, `default`
    Default(Option<TypeName>),
    /// `nameof(x.y)`: the last name.
    NameOf(Rc<str>),
    /// `throw exception` as an expression.
    Throw(Box<Expression>),
    /// `checked(value)` and `unchecked(value)`
    Checked(bool, Box<Expression>),
    /// `(value)`: kept because `(a).b` and `a.b` differ after `?.`, and for messages.
    Parenthesized(Box<Expression>),
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Literal {
    Null,
    Bool(bool),
    /// The suffixes are part of the type: `int`, `uint`, `long`, `ulong`, the first that holds the value.
    Int(i32),
    UInt(u32),
    Long(i64),
    ULong(u64),
    Float(f32),
    Double(f64),
    Decimal(Decimal),
    Char(u16),
    String(NetString),
}

/// A part of an interpolated string.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text, escapes resolved.
    Text(NetString),
    /// `{value,alignment:format}`
    Hole {
        /// The value.
        value: Expression,
        /// The width; negative for left.
        alignment: Option<Expression>,
        /// The format.
        format: Option<NetString>,
    },
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `name:` before it.
    pub name: Option<Identifier>,
    /// What is given.
    pub value: ArgumentValue,
    /// With its name.
    pub span: Span,
}

/// What is given as an argument.
#[derive(Clone, Debug)]
pub enum ArgumentValue {
    /// A value.
    Value(Expression),
    /// `out target`, `ref target`
    Out(Expression),
    /// `out int name`, `out var name` (no type), `out _` (the name `_`)
    OutDeclaration(Option<TypeName>, Identifier),
}

/// What stands in the braces after `new T()`.
#[derive(Clone, Debug)]
pub enum Initializer {
    /// `{ Name = value, Items = { 1, 2 } }`
    Members(Vec<(Identifier, InitializerValue)>),
    /// `{ a, { key, value }, ["key"] = value }`
    Items(Vec<InitializerItem>),
}

/// The value of a member in an initializer.
#[derive(Clone, Debug)]
pub enum InitializerValue {
    /// `Name = value`
    Value(Expression),
    /// `Name = { ... }`, which changes what the member holds.
    Nested(Initializer),
}

/// An item of a collection's initializer.
#[derive(Clone, Debug)]
pub enum InitializerItem {
    /// `value` or `{ key, value }`: the arguments of `Add`.
    Add(Vec<Expression>),
    /// `[key] = value`
    Set(Vec<Expression>, Expression),
}

/// The body of a lambda or a local function.
#[derive(Clone, Debug)]
pub enum LambdaBody {
    /// `=> value`
    Expression(Box<Expression>),
    /// `=> { ... }`
    Block(Block),
}

/// What follows `is` or `case`.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `T`, `T name`, `T _`; a lone name that may also be a constant comes as [`Pattern::Constant`].
    Type(TypeName, Option<Identifier>),
    /// `null`, `1`, `"a"`, `Some.Name`
    Constant(Box<Expression>),
    /// `var name`
    Var(Identifier),
}

/// What stands before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UnaryOperator {
    Plus,
    Minus,
    Not,
    Complement,
}

/// What stands between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    ExclusiveOr,
    /// `&&`
    Both,
    /// `||`
    Either,
    /// `??`
    Coalesce,
}

impl BinaryOperator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        use BinaryOperator::*;
        match self {
            Add => "+",
            Subtract => "-",
            Multiply => "*",
            Divide => "/",
            Remainder => "%",
            ShiftLeft => "<<",
            ShiftRight => ">>",
            Less => "<",
            Greater => ">",
            LessOrEqual => "<=",
            GreaterOrEqual => ">=",
            Equal => "==",
            NotEqual => "!=",
            And => "&",
            Or => "|",
            ExclusiveOr => "^",
            Both => "&&",
            Either => "||",
            Coalesce => "??",
        }
    }
}

/// A statement and where it stands.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `int a = 1, b;`
    Local(Declaration),
    /// `int Twice(int x) => 2 * x;`
    Function(Rc<LocalFunction>),
    /// `call();`
    Expression(Expression),
    /// `{ ... }`
    Block(Block),
    /// `if (condition) yes else no`
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    /// `for (first; condition; step) body`
    For {
        /// What happens once.
        first: Vec<Statement>,
        /// While this is true.
        condition: Option<Expression>,
        /// After each turn.
        step: Vec<Expression>,
        /// Each turn.
        body: Box<Statement>,
    },
    /// `foreach (T name in source) body`
    ForEach {
        /// `None` for `var`.
        type_name: Option<TypeName>,
        /// The item.
        name: Identifier,
        /// The items.
        source: Expression,
        /// Each turn.
        body: Box<Statement>,
    },
    /// `while (condition) body`
    While(Expression, Box<Statement>),
    /// `do body while (condition);`
    Do(Box<Statement>, Expression),
    /// `switch (value) { ... }`
    Switch(Expression, Vec<SwitchSection>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `return value;`
    Return(Option<Expression>),
    /// `throw value;`
    Throw(Option<Expression>),
    /// `try { ... } catch (T name) when (condition) { ... } finally { ... }`
    Try {
        /// What may fail.
        body: Block,
        /// What happens then.
        catches: Vec<Catch>,
        /// What happens in any case.
        finally: Option<Block>,
    },
    /// `using (resource) body`
    Using(Box<UsingResource>, Box<Statement>),
    /// `checked { ... }` and `unchecked { ... }`
    Checked(bool, Block),
    /// `;`
    Empty,
}

/// `const int a = 1, b = 2`
#[derive(Clone, Debug)]
pub struct Declaration {
    /// `None` for `var`.
    pub type_name: Option<TypeName>,
    /// True for `const`.
    pub constant: bool,
    /// The names and their values.
    pub names: Vec<(Identifier, Option<Expression>)>,
}

/// A function in a block.
#[derive(Clone, Debug)]
pub struct LocalFunction {
    /// `None` for `void`.
    pub result: Option<TypeName>,
    /// Its name.
    pub name: Identifier,
    /// Its type parameters.
    pub generics: Vec<Identifier>,
    /// Its parameters, with default values.
    pub parameters: Vec<(TypeName, Identifier, Option<Expression>)>,
    /// Its body.
    pub body: LambdaBody,
}

/// Labels and what they lead to.
#[derive(Clone, Debug)]
pub struct SwitchSection {
    /// `case pattern when condition:`; `None` for `default:`.
    pub labels: Vec<Option<(Pattern, Option<Expression>)>>,
    /// The statements.
    pub body: Vec<Statement>,
    /// From the first label on.
    pub span: Span,
}

/// `catch (T name) when (condition) { ... }`
#[derive(Clone, Debug)]
pub struct Catch {
    /// `None` for any exception.
    pub type_name: Option<TypeName>,
    /// What it is called.
    pub name: Option<Identifier>,
    /// Only if this is true.
    pub condition: Option<Expression>,
    /// What happens.
    pub body: Block,
}

/// What `using` closes.
#[derive(Clone, Debug)]
pub enum UsingResource {
    /// `using (var name = value)`
    Local(Declaration),
    /// `using (value)`
    Value(Expression),
}
