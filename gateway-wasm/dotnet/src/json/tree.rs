//! The tree: tokens that know their parents and can be changed.
//!
//! Inside, a node owns its children and knows its parent weakly, so that a tree is freed when nobody holds it. That alone
//! would lose the parent of a child that outlives it, as in `JObject.Parse(text)["a"]`, where .NET keeps the whole tree. So
//! what others hold is not a node but a [`Token`]: the node, and the token of its parent.

use super::{
    Scalar, TokenType, json_exception,
    scalar::compare,
    writer::{Writer, write_path_name},
};
use crate::{
    Exception, NetString, Result,
    string::compare::{Comparison, ORDINAL, equals},
};
use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, hash_map::Entry},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    rc::{Rc, Weak},
};

/// Where the names of an object's properties get an index.
const INDEX_FROM: usize = 12;

/// One place in a tree.
pub(super) struct Node {
    /// The token that stands for it, while somebody holds one.
    token: Cell<Weak<Token>>,
    parent: Cell<Weak<Node>>,
    /// Where it was in its parent when it was last looked for.
    position: Cell<usize>,
    pub(super) kind: Kind,
}

/// What a node is.
pub(super) enum Kind {
    Object(RefCell<Properties>),
    Array(RefCell<List>),
    /// Its name, in a box because every node is as large as the largest, and its arguments.
    Constructor(RefCell<Option<Box<NetString>>>, RefCell<List>),
    /// Its name and value, which is only missing while it is dropped.
    Property(NetString, RefCell<Option<Rc<Node>>>),
    Value(RefCell<(TokenType, Scalar)>),
}

/// The children of an array.
#[derive(Default)]
pub(super) struct List {
    pub(super) nodes: Vec<Rc<Node>>,
    /// Goes up with every change, for those who enumerate.
    version: u32,
}

/// The children of an object, all of them properties.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) list: List,
    /// By name, once there are many. In a box, because few objects have one, and every node is as large as the largest.
    #[allow(clippy::box_collection, reason = "see above")]
    index: Option<Box<HashMap<NetString, Rc<Node>>>>,
}

impl Properties {
    pub(super) fn get(&self, name: &NetString) -> Option<&Rc<Node>> {
        match &self.index {
            Some(index) => index.get(name),
            None => self.list.nodes.iter().find(|node| node.name() == Some(name)),
        }
    }

    /// Adds a property at the end; its name must be new.
    pub(super) fn push(&mut self, node: Rc<Node>) {
        self.insert(self.list.nodes.len(), node);
    }

    fn insert(&mut self, at: usize, node: Rc<Node>) {
        if let (Some(index), Some(name)) = (&mut self.index, node.name()) {
            index.insert(name.clone(), node.clone());
        }
        self.list.nodes.insert(at, node);
        self.list.version = self.list.version.wrapping_add(1);
        if self.index.is_none() && self.list.nodes.len() >= INDEX_FROM {
            let names = self.list.nodes.iter();
            self.index = Some(Box::new(names.filter_map(|node| Some((node.name()?.clone(), node.clone()))).collect()));
        }
    }

    pub(super) fn remove(&mut self, at: usize) -> Rc<Node> {
        let node = self.list.nodes.remove(at);
        if let (Some(index), Some(name)) = (&mut self.index, node.name()) {
            index.remove(name);
        }
        self.list.version = self.list.version.wrapping_add(1);
        node
    }

    pub(super) fn set(&mut self, at: usize, node: Rc<Node>) {
        let Some(place) = self.list.nodes.get_mut(at) else { return };
        let old = std::mem::replace(place, node.clone());
        if let Some(index) = &mut self.index {
            if let Some(name) = old.name() {
                index.remove(name);
            }
            if let Some(name) = node.name() {
                index.insert(name.clone(), node);
            }
        }
        self.list.version = self.list.version.wrapping_add(1);
    }
}

impl Node {
    pub(super) fn new(kind: Kind) -> Rc<Node> {
        Rc::new(Node { token: Cell::default(), parent: Cell::default(), position: Cell::new(0), kind })
    }

    pub(super) fn value(token_type: TokenType, scalar: Scalar) -> Rc<Node> {
        Self::new(Kind::Value(RefCell::new((token_type, scalar))))
    }

    fn null() -> Rc<Node> {
        Self::value(TokenType::Null, Scalar::Null)
    }

    /// A property of a value that has no parent.
    pub(super) fn property(name: NetString, value: Rc<Node>) -> Rc<Node> {
        let node = Self::new(Kind::Property(name, RefCell::new(Some(value.clone()))));
        attach(&value, &node, 0);
        node
    }

    pub(super) fn array(nodes: Vec<Rc<Node>>) -> Rc<Node> {
        let node = Self::new(Kind::Array(RefCell::new(List { nodes, version: 0 })));
        node.attach_all();
        node
    }

    pub(super) fn constructor(name: Option<NetString>, nodes: Vec<Rc<Node>>) -> Rc<Node> {
        let node = Self::new(Kind::Constructor(RefCell::new(name.map(Box::new)), RefCell::new(List { nodes, version: 0 })));
        node.attach_all();
        node
    }

    pub(super) fn object(properties: Properties) -> Rc<Node> {
        let node = Self::new(Kind::Object(RefCell::new(properties)));
        node.attach_all();
        node
    }

    /// Tells children that came without a parent who it is.
    fn attach_all(self: &Rc<Self>) {
        let attach = |nodes: &[Rc<Node>]| {
            for (at, child) in nodes.iter().enumerate() {
                child.parent.set(Rc::downgrade(self));
                child.position.set(at);
            }
        };
        match &self.kind {
            Kind::Object(properties) => attach(&properties.borrow().list.nodes),
            Kind::Array(list) | Kind::Constructor(_, list) => attach(&list.borrow().nodes),
            Kind::Property(..) | Kind::Value(_) => {}
        }
    }

    fn name(&self) -> Option<&NetString> {
        match &self.kind {
            Kind::Property(name, _) => Some(name),
            _ => None,
        }
    }

    pub(super) fn parent(&self) -> Option<Rc<Node>> {
        let weak = self.parent.take();
        let parent = weak.upgrade();
        self.parent.set(weak);
        parent
    }

    fn live_token(&self) -> Option<Rc<Token>> {
        let weak = self.token.take();
        let token = weak.upgrade();
        self.token.set(weak);
        token
    }

    pub(super) fn token_type(&self) -> TokenType {
        match &self.kind {
            Kind::Object(_) => TokenType::Object,
            Kind::Array(_) => TokenType::Array,
            Kind::Constructor(..) => TokenType::Constructor,
            Kind::Property(..) => TokenType::Property,
            Kind::Value(value) => value.borrow().0,
        }
    }

    pub(super) fn class_name(&self) -> &'static str {
        match self.token_type() {
            TokenType::Object => "JObject",
            TokenType::Array => "JArray",
            TokenType::Constructor => "JConstructor",
            TokenType::Property => "JProperty",
            TokenType::Raw => "JRaw",
            _ => "JValue",
        }
    }

    /// How many children it has.
    pub(super) fn count(&self) -> usize {
        match &self.kind {
            Kind::Object(properties) => properties.borrow().list.nodes.len(),
            Kind::Array(list) | Kind::Constructor(_, list) => list.borrow().nodes.len(),
            Kind::Property(..) => 1,
            Kind::Value(_) => 0,
        }
    }

    pub(super) fn child(&self, at: usize) -> Option<Rc<Node>> {
        match &self.kind {
            Kind::Object(properties) => properties.borrow().list.nodes.get(at).cloned(),
            Kind::Array(list) | Kind::Constructor(_, list) => list.borrow().nodes.get(at).cloned(),
            Kind::Property(_, value) if at == 0 => value.borrow().clone(),
            Kind::Property(..) => None,
            Kind::Value(_) => None,
        }
    }

    pub(super) fn children(&self) -> Vec<Rc<Node>> {
        match &self.kind {
            Kind::Object(properties) => properties.borrow().list.nodes.clone(),
            Kind::Array(list) | Kind::Constructor(_, list) => list.borrow().nodes.clone(),
            Kind::Property(_, value) => value.borrow().iter().cloned().collect(),
            Kind::Value(_) => Vec::new(),
        }
    }

    fn version(&self) -> u32 {
        match &self.kind {
            Kind::Object(properties) => properties.borrow().list.version,
            Kind::Array(list) | Kind::Constructor(_, list) => list.borrow().version,
            Kind::Property(..) | Kind::Value(_) => 0,
        }
    }

    /// The value of a property of an object.
    pub(super) fn get(&self, name: &NetString) -> Option<Rc<Node>> {
        match &self.kind {
            Kind::Object(properties) => properties.borrow().get(name).and_then(|property| property.child(0)),
            _ => None,
        }
    }

    /// Where it stands among the children of its parent.
    fn place(self: &Rc<Self>) -> Option<(Rc<Node>, usize)> {
        let parent = self.parent()?;
        let guess = self.position.get();
        if parent.child(guess).is_some_and(|child| Rc::ptr_eq(&child, self)) {
            return Some((parent, guess));
        }
        let find = |nodes: &[Rc<Node>]| nodes.iter().position(|child| Rc::ptr_eq(child, self));
        let at = match &parent.kind {
            Kind::Object(properties) => find(&properties.borrow().list.nodes),
            Kind::Array(list) | Kind::Constructor(_, list) => find(&list.borrow().nodes),
            Kind::Property(..) => None,
            Kind::Value(_) => None,
        }?;
        self.position.set(at);
        Some((parent, at))
    }

    /// The token before or after it.
    pub(super) fn sibling(self: &Rc<Self>, forward: bool) -> Option<Rc<Node>> {
        let (parent, at) = self.place()?;
        let at = if forward { at.checked_add(1)? } else { at.checked_sub(1)? };
        let sibling = parent.child(at)?;
        sibling.position.set(at);
        Some(sibling)
    }

    pub(super) fn root(self: &Rc<Self>) -> Rc<Node> {
        let mut node = self.clone();
        while let Some(parent) = node.parent() {
            node = parent;
        }
        node
    }

    /// The next one in the order of the text, below `top`.
    pub(super) fn next_below(self: &Rc<Self>, top: &Rc<Node>) -> Option<Rc<Node>> {
        if let Some(first) = self.child(0) {
            first.position.set(0);
            return Some(first);
        }
        let mut node = self.clone();
        loop {
            if Rc::ptr_eq(&node, top) {
                return None;
            }
            if let Some(next) = node.sibling(true) {
                return Some(next);
            }
            node = node.parent()?;
        }
    }

    /// A copy of it and all below, without a parent.
    pub(super) fn deep_clone(self: &Rc<Self>) -> Rc<Node> {
        // Each level waits here with the copies of its children made so far.
        let mut open: Vec<(Rc<Node>, Vec<Rc<Node>>)> = Vec::new();
        let mut node = self.clone();
        loop {
            let mut copy = match &node.kind {
                Kind::Value(value) => {
                    let (token_type, scalar) = value.borrow().clone();
                    Node::value(token_type, scalar)
                }
                _ => match node.child(0) {
                    Some(first) => {
                        let count = node.count();
                        open.push((std::mem::replace(&mut node, first), Vec::with_capacity(count)));
                        continue;
                    }
                    None => node.rebuilt(Vec::new()),
                },
            };
            loop {
                let Some((parent, copies)) = open.last_mut() else { return copy };
                copies.push(copy);
                match parent.child(copies.len()) {
                    Some(next) => {
                        node = next;
                        break;
                    }
                    None => {
                        let Some((parent, copies)) = open.pop() else { return Node::null() };
                        copy = parent.rebuilt(copies);
                    }
                }
            }
        }
    }

    /// A container of the same kind and name with other children.
    fn rebuilt(&self, nodes: Vec<Rc<Node>>) -> Rc<Node> {
        match &self.kind {
            Kind::Object(_) => {
                let mut properties = Properties::default();
                nodes.into_iter().for_each(|node| properties.push(node));
                Node::object(properties)
            }
            Kind::Array(_) => Node::array(nodes),
            Kind::Constructor(name, _) => Node::constructor(name.borrow().as_deref().cloned(), nodes),
            Kind::Property(name, _) => Node::property(name.clone(), nodes.into_iter().next().unwrap_or_else(Node::null)),
            Kind::Value(_) => Node::null(),
        }
    }

    /// `JValue.Equals`
    fn value_equals(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Value(one), Kind::Value(other)) => {
                let ((one_type, one), (other_type, other)) = (&*one.borrow(), &*other.borrow());
                one_type == other_type && matches!(compare(*one_type, one, other), Ok(std::cmp::Ordering::Equal))
            }
            _ => false,
        }
    }

    fn deep_equals(self: &Rc<Self>, other: &Rc<Node>) -> bool {
        let mut pairs = vec![(self.clone(), other.clone())];
        while let Some((one, other)) = pairs.pop() {
            if Rc::ptr_eq(&one, &other) {
                continue;
            }
            if one.count() != other.count() {
                return false;
            }
            match (&one.kind, &other.kind) {
                (Kind::Value(_), Kind::Value(_)) if one.value_equals(&other) => {}
                (Kind::Property(name, _), Kind::Property(other_name, _)) if name == other_name => {
                    pairs.extend(one.child(0).zip(other.child(0)));
                }
                (Kind::Constructor(name, _), Kind::Constructor(other_name, _)) if *name.borrow() == *other_name.borrow() => {
                    pairs.extend(one.children().into_iter().zip(other.children()));
                }
                (Kind::Array(_), Kind::Array(_)) => pairs.extend(one.children().into_iter().zip(other.children())),
                // The order of properties does not count.
                (Kind::Object(properties), Kind::Object(others)) => {
                    for property in &properties.borrow().list.nodes {
                        let found = property.name().and_then(|name| others.borrow().get(name).cloned());
                        let Some(found) = found else { return false };
                        pairs.extend(property.child(0).zip(found.child(0)));
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// Equal trees have equal hashes: `JTokenEqualityComparer`.
    fn deep_hash(self: &Rc<Self>) -> u64 {
        let mut sum = 0u64;
        let mut next = Some(self.clone());
        while let Some(node) = next {
            let mut hasher = DefaultHasher::new();
            match &node.kind {
                Kind::Value(value) => {
                    let (token_type, scalar) = &*value.borrow();
                    (*token_type as u8, scalar.hash()).hash(&mut hasher);
                }
                Kind::Property(name, _) => name.hash(&mut hasher),
                _ => node.token_type().name().hash(&mut hasher),
            }
            sum = sum.wrapping_add(hasher.finish());
            next = node.next_below(self);
        }
        sum
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A deep tree would take as deep a stack; so each node hands its children to a list before it goes.
        let mut doomed = Vec::new();
        self.kind.give_children(&mut doomed);
        while let Some(node) = doomed.pop() {
            if let Some(mut node) = Rc::into_inner(node) {
                node.kind.give_children(&mut doomed);
            }
        }
    }
}

impl Kind {
    /// Gives up what it owns.
    fn give_children(&mut self, to: &mut Vec<Rc<Node>>) {
        match self {
            Kind::Object(properties) => {
                let properties = properties.get_mut();
                properties.index = None;
                to.append(&mut properties.list.nodes);
            }
            Kind::Array(list) | Kind::Constructor(_, list) => to.append(&mut list.get_mut().nodes),
            Kind::Property(_, value) => to.extend(value.get_mut().take()),
            Kind::Value(_) => {}
        }
    }
}

/// Makes one node the parent of another that has none.
fn attach(child: &Rc<Node>, parent: &Rc<Node>, at: usize) {
    child.parent.set(Rc::downgrade(parent));
    child.position.set(at);
    if let Some(token) = child.live_token() {
        token.parent.replace(Some(Token::of(parent)));
    }
}

fn detach(child: &Rc<Node>) {
    child.parent.take();
    if let Some(token) = child.live_token() {
        token.parent.replace(None);
    }
}

/// A token: a place in a tree. Two are the same place exactly if they are the same `Rc`.
pub struct Token {
    pub(super) node: Rc<Node>,
    /// Keeps the parent alive.
    parent: RefCell<Option<Rc<Token>>>,
}

impl Drop for Token {
    fn drop(&mut self) {
        // The chain to the root may be long.
        let mut next = self.parent.take();
        while let Some(token) = next {
            next = Rc::into_inner(token).and_then(|mut token| token.parent.get_mut().take());
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write(false))
    }
}

/// What can be added to a container.
#[derive(Clone, Debug)]
pub enum Content {
    /// A token.
    Token(Rc<Token>),
    /// Anything that a value can hold.
    Scalar(Scalar),
    /// Anything enumerable: its items are added.
    Many(Vec<Content>),
}

impl Content {
    /// `JContainer.CreateFromContent` of what is not enumerable.
    fn into_node(self) -> Rc<Node> {
        match self {
            Content::Token(token) => token.node.clone(),
            Content::Scalar(scalar) => Node::value(scalar.token_type(), scalar),
            Content::Many(_) => Node::null(),
        }
    }
}

/// What happens to arrays in [`Token::merge`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArrayHandling {
    /// The items are added.
    #[default]
    Concat,
    /// The items are added that are not there yet.
    Union,
    /// The items take the place of those that are there.
    Replace,
    /// The items are merged, position by position.
    Merge,
}

/// How [`Token::merge`] goes about it.
#[derive(Clone, Copy, Debug)]
pub struct MergeSettings {
    /// What happens to arrays.
    pub arrays: ArrayHandling,
    /// True if a null takes the place of a value.
    pub nulls: bool,
    /// How the names of properties are compared.
    pub names: Comparison,
}

impl Default for MergeSettings {
    fn default() -> Self {
        Self { arrays: ArrayHandling::Concat, nulls: false, names: ORDINAL }
    }
}

impl Token {
    /// The token that stands for a node.
    pub(super) fn of(node: &Rc<Node>) -> Rc<Token> {
        if let Some(token) = node.live_token() {
            return token;
        }
        // Up to the nearest ancestor that has one, then down again. Most are roots, just made.
        let mut path = Vec::new();
        let mut parent = None;
        let mut above = node.parent();
        while let Some(node) = above {
            parent = node.live_token();
            if parent.is_some() {
                break;
            }
            above = node.parent();
            path.push(node);
        }
        while let Some(node) = path.pop() {
            parent = Some(Self::below(node, parent));
        }
        Self::below(node.clone(), parent)
    }

    /// The token of a node that has none, and whose parent's is this.
    fn below(node: Rc<Node>, parent: Option<Rc<Token>>) -> Rc<Token> {
        let token = Rc::new(Token { node, parent: RefCell::new(parent) });
        token.node.token.set(Rc::downgrade(&token));
        token
    }

    /// A value.
    pub fn value(scalar: Scalar) -> Rc<Token> {
        Self::typed(scalar.token_type(), scalar)
    }

    /// A value that calls itself something else than what it holds: a comment, raw JSON, a string that is null.
    pub fn typed(token_type: TokenType, scalar: Scalar) -> Rc<Token> {
        Self::of(&Node::value(token_type, scalar))
    }

    /// An empty object.
    pub fn object() -> Rc<Token> {
        Self::of(&Node::object(Properties::default()))
    }

    /// An empty array.
    pub fn array() -> Rc<Token> {
        Self::of(&Node::array(Vec::new()))
    }

    /// An empty constructor.
    ///
    /// # Errors
    /// `ArgumentException` for an empty name.
    pub fn constructor(name: Option<NetString>) -> Result<Rc<Token>> {
        if name.as_ref().is_some_and(NetString::is_empty) {
            return Err(Exception::argument("Constructor name cannot be empty.", "name"));
        }
        Ok(Self::of(&Node::constructor(name, Vec::new())))
    }

    /// A property.
    ///
    /// # Errors
    /// As [`Token::add`].
    pub fn property(name: NetString, content: Content) -> Result<Rc<Token>> {
        let value = match content {
            Content::Many(_) => {
                let array = Self::array();
                array.add(content)?;
                array.node.clone()
            }
            content => content.into_node(),
        };
        // A comment is not taken, and leaves a property without a value; null is the nearest that there is here.
        let value = if value.token_type() == TokenType::Comment { Node::null() } else { value };
        if value.token_type() == TokenType::Property {
            return Err(cannot_add("JProperty", "JProperty"));
        }
        let value = if value.parent().is_some() { value.deep_clone() } else { value };
        Ok(Self::of(&Node::property(name, value)))
    }

    /// What it is: `Type`.
    pub fn token_type(&self) -> TokenType {
        self.node.token_type()
    }

    /// Its class, such as `JObject`.
    pub fn class_name(&self) -> &'static str {
        self.node.class_name()
    }

    /// True if it can have children.
    pub fn is_container(&self) -> bool {
        !matches!(self.node.kind, Kind::Value(_))
    }

    /// The name of a property or constructor.
    pub fn name(&self) -> Option<NetString> {
        match &self.node.kind {
            Kind::Property(name, _) => Some(name.clone()),
            Kind::Constructor(name, _) => name.borrow().as_deref().cloned(),
            _ => None,
        }
    }

    /// Renames a constructor.
    pub fn set_name(&self, new: Option<NetString>) {
        if let Kind::Constructor(name, _) = &self.node.kind {
            name.replace(new.map(Box::new));
        }
    }

    /// What a value holds; `None` for a container.
    pub fn scalar(&self) -> Option<Scalar> {
        match &self.node.kind {
            Kind::Value(value) => Some(value.borrow().1.clone()),
            _ => None,
        }
    }

    /// Sets what a value holds.
    pub fn set_scalar(&self, scalar: Scalar) {
        if let Kind::Value(value) = &self.node.kind {
            let mut value = value.borrow_mut();
            if std::mem::discriminant(&value.1) != std::mem::discriminant(&scalar) {
                let keeps = matches!(scalar, Scalar::String(_)) && matches!(value.0, TokenType::Comment | TokenType::Raw);
                value.0 = if keeps { value.0 } else { scalar.token_type() };
            }
            value.1 = scalar;
        }
    }

    /// What it stands in.
    pub fn parent(&self) -> Option<Rc<Token>> {
        self.parent.borrow().clone()
    }

    /// The outermost token.
    pub fn root(&self) -> Rc<Token> {
        Token::of(&self.node.root())
    }

    /// How many it stands in.
    pub fn depth(&self) -> usize {
        let mut depth = 0;
        let mut node = self.node.parent();
        while let Some(parent) = node {
            depth += 1;
            node = parent.parent();
        }
        depth
    }

    /// The token after it in its parent.
    pub fn next(&self) -> Option<Rc<Token>> {
        self.node.sibling(true).map(|node| Token::of(&node))
    }

    /// The token before it in its parent.
    pub fn previous(&self) -> Option<Rc<Token>> {
        self.node.sibling(false).map(|node| Token::of(&node))
    }

    /// How many children it has.
    pub fn count(&self) -> usize {
        self.node.count()
    }

    /// A child.
    pub fn child(&self, at: usize) -> Option<Rc<Token>> {
        self.node.child(at).map(|node| Token::of(&node))
    }

    /// A number that changes whenever a child is added, removed or replaced.
    pub fn version(&self) -> u32 {
        self.node.version()
    }

    /// Where a token stands among the children.
    pub fn index_of(&self, token: &Token) -> Option<usize> {
        token.node.place().filter(|(parent, _)| Rc::ptr_eq(parent, &self.node)).map(|(_, at)| at)
    }

    /// The value of an object's property.
    pub fn get(&self, name: &NetString) -> Option<Rc<Token>> {
        self.node.get(name).map(|node| Token::of(&node))
    }

    /// An object's property.
    pub fn find_property(&self, name: &NetString) -> Option<Rc<Token>> {
        match &self.node.kind {
            Kind::Object(properties) => properties.borrow().get(name).map(Token::of),
            _ => None,
        }
    }

    /// An object's property of that name or, failing that, the first of one that compares as equal.
    pub fn find_property_by(&self, name: &NetString, how: Comparison) -> Option<Rc<Token>> {
        let exact = self.find_property(name);
        match &self.node.kind {
            Kind::Object(properties) if exact.is_none() && how != ORDINAL => {
                let properties = properties.borrow();
                let is_it = |node: &&Rc<Node>| node.name().is_some_and(|own| equals(own, name, how));
                properties.list.nodes.iter().find(is_it).map(Token::of)
            }
            _ => exact,
        }
    }

    /// Sets the value of an object's property; adds one if there is none.
    ///
    /// # Errors
    /// As [`Token::set_at`].
    pub fn set(&self, name: &NetString, value: Option<Rc<Token>>) -> Result<()> {
        match self.find_property(name) {
            Some(property) => property.set_at(0, value),
            None => {
                let content = value.map_or(Content::Scalar(Scalar::Null), Content::Token);
                self.add(Content::Token(Token::property(name.clone(), content)?))
            }
        }
    }

    /// The path to it from the root, as `Path` has it: `items[0].name`.
    pub fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut node = self.node.clone();
        while let Some((parent, at)) = node.place() {
            if let Kind::Property(name, _) = &node.kind {
                steps.push(Ok(name.clone()));
            } else if matches!(parent.kind, Kind::Array(_) | Kind::Constructor(..)) {
                steps.push(Err(at));
            }
            node = parent;
        }
        // A property that stands on its own is part of the path of what is in it.
        if let (Kind::Property(name, _), false) = (&node.kind, Rc::ptr_eq(&node, &self.node)) {
            steps.push(Ok(name.clone()));
        }
        let mut path = String::new();
        for step in steps.iter().rev() {
            match step {
                Ok(name) => write_path_name(&mut path, name),
                Err(at) => path.push_str(&format!("[{at}]")),
            }
        }
        path
    }

    /// All below it in the order of the text.
    pub fn descendants(self: &Rc<Self>, and_self: bool) -> Descendants {
        Descendants { itself: and_self.then(|| self.clone()), open: vec![(self.clone(), 0, self.version())] }
    }

    /// Adds at the end.
    ///
    /// # Errors
    /// `ArgumentException` for what cannot stand there, `JsonException` for a property, which has its one value.
    pub fn add(&self, content: Content) -> Result<()> {
        add(&self.node, self.node.count(), content, 0).map(|_| ())
    }

    /// Adds at the start.
    ///
    /// # Errors
    /// As [`Token::add`].
    pub fn add_first(&self, content: Content) -> Result<()> {
        add(&self.node, 0, content, 0).map(|_| ())
    }

    /// Adds before or after it, in its parent.
    ///
    /// # Errors
    /// `InvalidOperationException` without a parent; else as [`Token::add`].
    pub fn add_beside(&self, content: Content, after: bool) -> Result<()> {
        let (parent, at) = self.node.place().ok_or_else(no_parent)?;
        add(&parent, if after { at + 1 } else { at }, content, 0).map(|_| ())
    }

    /// Inserts a token; null becomes a null value.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for a position that there is not; else as [`Token::add`].
    pub fn insert(&self, at: i32, token: Option<Rc<Token>>) -> Result<()> {
        let at = usize::try_from(at).map_err(|_| index_out_of_range())?;
        insert(&self.node, at, token.map_or_else(Node::null, |token| token.node.clone())).map(|_| ())
    }

    /// Replaces a child; null becomes a null value.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for a position that there is not; else as [`Token::add`].
    pub fn set_at(&self, at: i32, token: Option<Rc<Token>>) -> Result<()> {
        let at = usize::try_from(at).map_err(|_| Exception::argument_out_of_range("Index is less than 0.", "index"))?;
        set(&self.node, at, token.map(|token| token.node.clone()))
    }

    /// Removes a child.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` for a position that there is not, `JsonException` for a property.
    pub fn remove_at(&self, at: i32) -> Result<()> {
        remove_at(&self.node, at)
    }

    /// Removes all children.
    ///
    /// # Errors
    /// `JsonException` for a property.
    pub fn clear(&self) -> Result<()> {
        clear(&self.node)
    }

    /// Takes it out of its parent.
    ///
    /// # Errors
    /// `InvalidOperationException` without a parent, `JsonException` if that is a property.
    pub fn remove(&self) -> Result<()> {
        let (parent, at) = self.node.place().ok_or_else(no_parent)?;
        remove_at(&parent, i32::try_from(at).unwrap_or(i32::MAX))
    }

    /// Puts another in its place; null becomes a null value.
    ///
    /// # Errors
    /// `InvalidOperationException` without a parent; else as [`Token::add`].
    pub fn replace(&self, by: Option<Rc<Token>>) -> Result<()> {
        let (parent, at) = self.node.place().ok_or_else(no_parent)?;
        set(&parent, at, by.map(|token| token.node.clone()))
    }

    /// Merges other content into it.
    ///
    /// # Errors
    /// As [`Token::add`].
    pub fn merge(&self, content: &Content, settings: &MergeSettings) -> Result<()> {
        merge(&self.node, content, settings)
    }

    /// A copy of it and all below, without a parent.
    pub fn deep_clone(&self) -> Rc<Token> {
        Token::of(&self.node.deep_clone())
    }

    /// True if both trees say the same.
    pub fn deep_equals(&self, other: &Token) -> bool {
        self.node.deep_equals(&other.node)
    }

    /// `JValue.Equals`; false for containers.
    pub fn value_equals(&self, other: &Token) -> bool {
        self.node.value_equals(&other.node)
    }

    /// `JValue.GetHashCode`
    pub fn value_hash(&self) -> i32 {
        match &self.node.kind {
            Kind::Value(value) => match &value.borrow().1 {
                Scalar::Null => 0,
                scalar => scalar.hash() as i32,
            },
            _ => 0,
        }
    }

    /// `JValue.CompareTo`
    ///
    /// # Errors
    /// `ArgumentException` and what .NET's `Convert` throws, for values that cannot be compared.
    pub fn compare(&self, other: &Token) -> Result<std::cmp::Ordering> {
        compare_values(&self.node, &other.node)
    }

    /// How many tokens it is made of, with itself.
    pub fn size(&self) -> usize {
        let mut size = 1;
        let mut next = self.node.next_below(&self.node);
        while let Some(node) = next {
            size += 1;
            next = node.next_below(&self.node);
        }
        size
    }

    /// Its JSON.
    pub fn write(&self, indented: bool) -> String {
        self.write_within(indented, usize::MAX).unwrap_or_default()
    }

    /// Its JSON, if it takes no more than so many bytes: a deep tree is mostly white space when it is indented.
    pub fn write_within(&self, indented: bool, bytes_max: usize) -> Option<String> {
        let mut writer = Writer::new(indented);
        writer.token(&self.node, bytes_max)?;
        Some(writer.finish())
    }

    /// `ToString()`: indented JSON, or a value's own text.
    pub fn text(&self) -> NetString {
        match &self.node.kind {
            Kind::Value(value) => value.borrow().1.text(),
            _ => self.write(true).into(),
        }
    }
}

/// `JValue.CompareTo`
pub(super) fn compare_values(one: &Node, other: &Node) -> Result<std::cmp::Ordering> {
    match (&one.kind, &other.kind) {
        (Kind::Value(one), Kind::Value(other)) => {
            let ((one_type, one), (other_type, other)) = (&*one.borrow(), &*other.borrow());
            compare(if *one_type == TokenType::String { *other_type } else { *one_type }, one, other)
        }
        _ => Ok(std::cmp::Ordering::Equal),
    }
}

/// `JValue.Equals`
pub(super) fn equal_values(one: &Node, other: &Node) -> bool {
    one.value_equals(other)
}

/// Goes through all below a token; see [`Token::descendants`].
#[derive(Debug)]
pub struct Descendants {
    itself: Option<Rc<Token>>,
    /// The containers that it is in, the next child of each, and their versions.
    open: Vec<(Rc<Token>, usize, u32)>,
}

impl Descendants {
    /// The next one.
    ///
    /// # Errors
    /// `InvalidOperationException` if a container has changed since.
    pub fn advance(&mut self) -> Result<Option<Rc<Token>>> {
        if let Some(token) = self.itself.take() {
            return Ok(Some(token));
        }
        while let Some((container, at, version)) = self.open.last_mut() {
            if container.version() != *version {
                return Err(collection_modified());
            }
            match container.child(*at) {
                Some(child) => {
                    *at += 1;
                    if child.is_container() {
                        self.open.push((child.clone(), 0, child.version()));
                    }
                    return Ok(Some(child));
                }
                None => {
                    self.open.pop();
                }
            }
        }
        Ok(None)
    }
}

/// What .NET's enumerators throw when their collection has changed.
pub(super) fn collection_modified() -> Exception {
    Exception::invalid_operation("Collection was modified; enumeration operation may not execute.")
}

fn no_parent() -> Exception {
    Exception::invalid_operation("The parent is missing.")
}

pub(super) fn index_out_of_range() -> Exception {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    Exception::argument_out_of_range(message, "index")
}

fn cannot_add(what: &str, to: &str) -> Exception {
    Exception::argument(&format!("Can not add Newtonsoft.Json.Linq.{what} to Newtonsoft.Json.Linq.{to}."), "")
}

fn fixed_property() -> Exception {
    json_exception("Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.")
}

/// The deepest that enumerables may nest in what is added.
const CONTENT_DEPTH_MAX: usize = 64;

/// Adds content from a position on; false if it was a comment where there can be none.
fn add(parent: &Rc<Node>, at: usize, content: Content, depth: usize) -> Result<bool> {
    match content {
        Content::Many(items) => {
            if depth > CONTENT_DEPTH_MAX {
                return Err(json_exception("The content is nested too deep."));
            }
            // An item that is enumerable itself counts for one position, however many it adds; Newtonsoft has it so.
            for (offset, item) in items.into_iter().enumerate() {
                add(parent, at + offset, item, depth + 1)?;
            }
            Ok(true)
        }
        content => insert(parent, at, content.into_node()),
    }
}

/// The token itself, or a copy if it stands somewhere already.
fn ensure_parentless(item: Rc<Node>, parent: &Rc<Node>) -> Rc<Node> {
    let is_own_root = || item.count() > 0 && Rc::ptr_eq(&parent.root(), &item);
    if Rc::ptr_eq(&item, parent) || item.parent().is_some() || is_own_root() { item.deep_clone() } else { item }
}

/// Throws for what cannot be a child there.
fn validate(parent: &Rc<Node>, item: &Rc<Node>, existing: Option<&Rc<Node>>) -> Result<()> {
    match (&parent.kind, &item.kind) {
        (Kind::Object(properties), Kind::Property(name, _)) => {
            let is_same = existing.is_some_and(|existing| existing.name() == Some(name));
            if !is_same && properties.borrow().get(name).is_some() {
                let message = format!(
                    "Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists \
                     on object."
                );
                return Err(Exception::argument(&message, ""));
            }
            Ok(())
        }
        (Kind::Object(_), _) | (_, Kind::Property(..)) => Err(cannot_add(item.class_name(), parent.class_name())),
        _ => Ok(()),
    }
}

fn insert(parent: &Rc<Node>, at: usize, item: Rc<Node>) -> Result<bool> {
    let is_comment = item.token_type() == TokenType::Comment;
    match &parent.kind {
        Kind::Object(_) | Kind::Property(..) if is_comment => return Ok(false),
        Kind::Property(..) => return Err(json_exception("Newtonsoft.Json.Linq.JProperty cannot have multiple values.")),
        _ => {}
    }
    if at > parent.count() {
        return Err(Exception::argument_out_of_range("Index must be within the bounds of the List.", "index"));
    }
    let item = ensure_parentless(item, parent);
    validate(parent, &item, None)?;
    match &parent.kind {
        Kind::Object(properties) => properties.borrow_mut().insert(at, item.clone()),
        Kind::Array(list) | Kind::Constructor(_, list) => {
            let mut list = list.borrow_mut();
            list.nodes.insert(at, item.clone());
            list.version = list.version.wrapping_add(1);
        }
        Kind::Property(..) | Kind::Value(_) => return Ok(false),
    }
    attach(&item, parent, at);
    Ok(true)
}

fn set(parent: &Rc<Node>, at: usize, item: Option<Rc<Node>>) -> Result<()> {
    let Some(existing) = parent.child(at) else {
        return Err(match parent.kind {
            Kind::Property(..) => {
                Exception::new("ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.")
            }
            _ => Exception::argument_out_of_range("Index is equal to or greater than Count.", "index"),
        });
    };
    let unchanged = match &item {
        None => existing.token_type() == TokenType::Null,
        Some(item) => existing.value_equals(item),
    };
    if unchanged {
        return Ok(());
    }
    let item = ensure_parentless(item.unwrap_or_else(Node::null), parent);
    validate(parent, &item, Some(&existing))?;
    match &parent.kind {
        Kind::Object(properties) => properties.borrow_mut().set(at, item.clone()),
        Kind::Array(list) | Kind::Constructor(_, list) => {
            let mut list = list.borrow_mut();
            if let Some(place) = list.nodes.get_mut(at) {
                *place = item.clone();
            }
            list.version = list.version.wrapping_add(1);
        }
        Kind::Property(_, value) => {
            value.replace(Some(item.clone()));
        }
        Kind::Value(_) => return Ok(()),
    }
    attach(&item, parent, at);
    detach(&existing);
    Ok(())
}

fn remove_at(parent: &Rc<Node>, at: i32) -> Result<()> {
    if matches!(parent.kind, Kind::Property(..)) {
        return Err(fixed_property());
    }
    let at = usize::try_from(at).map_err(|_| Exception::argument_out_of_range("Index is less than 0.", "index"))?;
    if at >= parent.count() {
        return Err(Exception::argument_out_of_range("Index is equal to or greater than Count.", "index"));
    }
    let removed = match &parent.kind {
        Kind::Object(properties) => properties.borrow_mut().remove(at),
        Kind::Array(list) | Kind::Constructor(_, list) => {
            let mut list = list.borrow_mut();
            list.version = list.version.wrapping_add(1);
            list.nodes.remove(at)
        }
        Kind::Property(..) | Kind::Value(_) => return Ok(()),
    };
    detach(&removed);
    Ok(())
}

fn clear(parent: &Rc<Node>) -> Result<()> {
    let removed = match &parent.kind {
        Kind::Object(properties) => {
            let mut properties = properties.borrow_mut();
            properties.index = None;
            properties.list.version = properties.list.version.wrapping_add(1);
            std::mem::take(&mut properties.list.nodes)
        }
        Kind::Array(list) | Kind::Constructor(_, list) => {
            let mut list = list.borrow_mut();
            list.version = list.version.wrapping_add(1);
            std::mem::take(&mut list.nodes)
        }
        Kind::Property(..) => return Err(fixed_property()),
        Kind::Value(_) => Vec::new(),
    };
    removed.iter().for_each(detach);
    Ok(())
}

/// Merges content into a node. What is below waits in a list, so that a deep tree needs no deep stack.
fn merge(target: &Rc<Node>, content: &Content, settings: &MergeSettings) -> Result<()> {
    let mut waiting = vec![(target.clone(), content.clone())];
    while let Some((target, content)) = waiting.pop() {
        let source = match &content {
            Content::Token(token) => Some(token.node.clone()),
            _ => None,
        };
        match (&target.kind, source.as_ref().map(|node| &node.kind)) {
            (Kind::Object(_), Some(Kind::Object(properties))) => {
                let theirs = properties.borrow().list.nodes.clone();
                merge_properties(&target, &theirs, settings, &mut waiting)?;
            }
            (Kind::Array(_), Some(Kind::Array(_))) => {
                let source = source.unwrap_or_else(Node::null);
                merge_items(&target, content_of(&source), Rc::ptr_eq(&target, &source), settings, &mut waiting)?;
            }
            (Kind::Array(_), None) => {
                if let Content::Many(items) = content {
                    merge_items(&target, items, false, settings, &mut waiting)?;
                }
            }
            (Kind::Constructor(name, _), Some(Kind::Constructor(other, _))) => {
                let source = source.as_ref().unwrap_or(&target);
                if let Some(other) = &*other.borrow()
                    && !Rc::ptr_eq(source, &target)
                {
                    name.replace(Some(other.clone()));
                }
                merge_items(&target, content_of(source), Rc::ptr_eq(&target, source), settings, &mut waiting)?;
            }
            (Kind::Property(..), Some(Kind::Property(_, value))) => {
                let value = value.borrow().clone();
                if let Some(value) = value.filter(|value| value.token_type() != TokenType::Null) {
                    set(&target, 0, Some(value))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The children of a node as content.
fn content_of(node: &Node) -> Vec<Content> {
    node.children().iter().map(|child| Content::Token(Token::of(child))).collect()
}

fn merge_properties(
    target: &Rc<Node>,
    theirs: &[Rc<Node>],
    settings: &MergeSettings,
    waiting: &mut Vec<(Rc<Node>, Content)>,
) -> Result<()> {
    let token = Token::of(target);
    for property in theirs {
        let (Some(name), Some(value)) = (property.name(), property.child(0)) else { continue };
        let existing = token.find_property_by(name, settings.names);
        let Some(existing) = existing else {
            token.set(name, Some(Token::of(&value)))?;
            continue;
        };
        let own = existing.node.child(0);
        match own.filter(|own| !matches!(own.kind, Kind::Value(_)) && own.token_type() == value.token_type()) {
            Some(own) => waiting.push((own, Content::Token(Token::of(&value)))),
            None => {
                let is_null = matches!(&value.kind, Kind::Value(value) if matches!(value.borrow().1, Scalar::Null));
                if !is_null || settings.nulls {
                    set(&existing.node, 0, Some(value))?;
                }
            }
        }
    }
    Ok(())
}

fn merge_items(
    target: &Rc<Node>,
    items: Vec<Content>,
    is_self: bool,
    settings: &MergeSettings,
    waiting: &mut Vec<(Rc<Node>, Content)>,
) -> Result<()> {
    let end = |target: &Rc<Node>| target.count();
    match settings.arrays {
        ArrayHandling::Concat => {
            if is_self && !items.is_empty() {
                return Err(collection_modified());
            }
            for item in items {
                insert(target, end(target), one_node(item)?)?;
            }
        }
        ArrayHandling::Union => {
            let mut seen: HashMap<u64, Vec<Rc<Node>>> = HashMap::new();
            for node in target.children() {
                seen.entry(node.deep_hash()).or_default().push(node);
            }
            for item in items {
                let node = one_node(item)?;
                match seen.entry(node.deep_hash()) {
                    Entry::Occupied(same) if same.get().iter().any(|other| other.deep_equals(&node)) => {}
                    entry => {
                        entry.or_default().push(node.clone());
                        insert(target, end(target), node)?;
                    }
                }
            }
        }
        ArrayHandling::Replace if is_self => {}
        ArrayHandling::Replace => {
            clear(target)?;
            for item in items {
                insert(target, end(target), one_node(item)?)?;
            }
        }
        ArrayHandling::Merge => {
            for (at, item) in items.into_iter().enumerate() {
                match target.child(at) {
                    Some(own) if !matches!(own.kind, Kind::Value(_)) => waiting.push((own, item)),
                    Some(_) => {
                        let node = one_node(item)?;
                        if node.token_type() != TokenType::Null {
                            set(target, at, Some(node))?;
                        }
                    }
                    None => {
                        insert(target, end(target), one_node(item)?)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// `JContainer.CreateFromContent`
fn one_node(content: Content) -> Result<Rc<Node>> {
    match content {
        Content::Many(_) => {
            Err(Exception::argument("Could not determine JSON object type for type System.Collections.IEnumerable.", ""))
        }
        content => Ok(content.into_node()),
    }
}
