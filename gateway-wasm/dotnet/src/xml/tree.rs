//! The tree: nodes that know their parent, their children and their neighbours.
//!
//! Whoever holds a node holds its whole tree, as in .NET, where a parent lives as long as a child is in use. So the nodes of
//! a tree live in one store that each handle shares, and when two trees become one, the smaller store moves into the larger:
//! its handles find the way. A removed node stays in its store until nobody holds any node of it. No node owns another, so
//! a tree of any depth is dropped without recursion.

use super::name::{Name, Namespace};
use crate::NetString;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

/// About how many bytes a node takes besides its text.
pub const NODE_BYTES: usize = 160;

/// A node of a tree, or an attribute; a handle, cheap to clone.
#[derive(Clone)]
pub struct Node {
    store: Rc<Store>,
    at: usize,
}

/// What kind of node; the number is the one of `XmlNodeType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Element = 1,
    Attribute = 2,
    Text = 3,
    CData = 4,
    ProcessingInstruction = 7,
    Comment = 8,
    Document = 9,
    DocumentType = 10,
}

impl Kind {
    /// Its name in `XmlNodeType`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Element => "Element",
            Kind::Attribute => "Attribute",
            Kind::Text => "Text",
            Kind::CData => "CDATA",
            Kind::ProcessingInstruction => "ProcessingInstruction",
            Kind::Comment => "Comment",
            Kind::Document => "Document",
            Kind::DocumentType => "DocumentType",
        }
    }
}

/// `<?xml version="1.0" ... ?>`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Declaration {
    pub version: Option<NetString>,
    pub encoding: Option<NetString>,
    pub standalone: Option<NetString>,
}

/// The nodes of a tree, or where they went.
struct Store {
    nodes: RefCell<Nodes>,
    moved: RefCell<Option<(Rc<Store>, usize)>>,
}

/// Nodes by number. A number that none has gives a node that is nothing; there are no such numbers.
pub(super) struct Nodes {
    items: Vec<Data>,
    nothing: Data,
    /// How often nodes were looked at.
    visits: Cell<u64>,
}

/// No node.
pub(super) const NONE: usize = usize::MAX;

/// A node: what it is, and its neighbours' numbers.
pub(super) struct Data {
    pub(super) payload: Payload,
    pub(super) parent: usize,
    pub(super) previous: usize,
    pub(super) next: usize,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) first_attribute: usize,
    pub(super) last_attribute: usize,
    companion: Option<Weak<dyn Any>>,
}

/// What a node is.
#[derive(Clone)]
pub(super) enum Payload {
    Document(Option<Rc<RefCell<Declaration>>>),
    /// `full` tells `<a></a>` from `<a />` while there is no child.
    Element {
        name: Name,
        full: bool,
    },
    Attribute {
        name: Name,
        value: NetString,
    },
    Text(NetString),
    CData(NetString),
    Comment(NetString),
    Instruction {
        target: NetString,
        data: NetString,
    },
    DocumentType {
        name: NetString,
        public: Option<NetString>,
        system: Option<NetString>,
        subset: Option<NetString>,
    },
}

impl Data {
    pub(super) fn new(payload: Payload) -> Self {
        Self {
            payload,
            parent: NONE,
            previous: NONE,
            next: NONE,
            first: NONE,
            last: NONE,
            first_attribute: NONE,
            last_attribute: NONE,
            companion: None,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.payload {
            Payload::Document(_) => Kind::Document,
            Payload::Element { .. } => Kind::Element,
            Payload::Attribute { .. } => Kind::Attribute,
            Payload::Text(_) => Kind::Text,
            Payload::CData(_) => Kind::CData,
            Payload::Comment(_) => Kind::Comment,
            Payload::Instruction { .. } => Kind::ProcessingInstruction,
            Payload::DocumentType { .. } => Kind::DocumentType,
        }
    }

    pub(super) fn name(&self) -> Option<&Name> {
        match &self.payload {
            Payload::Element { name, .. } | Payload::Attribute { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The text in it, for limits.
    pub(super) fn size(&self) -> usize {
        let text = match &self.payload {
            Payload::Document(_) | Payload::Element { .. } => 0,
            Payload::Attribute { value, .. } => value.size(),
            Payload::Text(text) | Payload::CData(text) | Payload::Comment(text) => text.size(),
            Payload::Instruction { target, data } => target.size() + data.size(),
            Payload::DocumentType { subset, .. } => subset.as_ref().map_or(0, NetString::size),
        };
        NODE_BYTES + text
    }
}

impl Nodes {
    pub(super) fn new() -> Self {
        Self { items: Vec::new(), nothing: Data::new(Payload::Document(None)), visits: Cell::new(0) }
    }

    pub(super) fn get(&self, at: usize) -> &Data {
        self.visits.set(self.visits.get() + 1);
        self.items.get(at).unwrap_or(&self.nothing)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> &mut Data {
        self.items.get_mut(at).unwrap_or(&mut self.nothing)
    }

    pub(super) fn push(&mut self, payload: Payload) -> usize {
        self.items.push(Data::new(payload));
        self.items.len() - 1
    }

    /// How many there are.
    pub(super) fn size(&self) -> usize {
        self.items.len()
    }

    /// The bytes of the nodes from a number on.
    pub(super) fn size_since(&self, first: usize) -> usize {
        self.items.get(first..).unwrap_or_default().iter().map(Data::size).sum()
    }

    /// The node after `at` in document order below `top`; attributes are not among them.
    pub(super) fn following(&self, at: usize, top: usize) -> usize {
        let data = self.get(at);
        if data.first != NONE { data.first } else { self.following_outside(at, top) }
    }

    /// The node after `at` and all that is in it, in document order below `top`.
    pub(super) fn following_outside(&self, mut at: usize, top: usize) -> usize {
        while at != top && at != NONE {
            let data = self.get(at);
            if data.next != NONE {
                return data.next;
            }
            at = data.parent;
        }
        NONE
    }

    /// Puts a node without parent after `previous` in a parent, or at its beginning.
    pub(super) fn link(&mut self, parent: usize, previous: usize, at: usize) {
        let next = if previous == NONE { self.get(parent).first } else { self.get(previous).next };
        let data = self.get_mut(at);
        data.parent = parent;
        data.previous = previous;
        data.next = next;
        if previous == NONE {
            self.get_mut(parent).first = at
        } else {
            self.get_mut(previous).next = at
        }
        if next == NONE {
            self.get_mut(parent).last = at
        } else {
            self.get_mut(next).previous = at
        }
        if let Payload::Element { full, .. } = &mut self.get_mut(parent).payload {
            *full = false;
        }
    }

    /// Puts an attribute without parent behind the others.
    pub(super) fn link_attribute(&mut self, parent: usize, at: usize) {
        let previous = self.get(parent).last_attribute;
        let data = self.get_mut(at);
        data.parent = parent;
        data.previous = previous;
        data.next = NONE;
        if previous == NONE {
            self.get_mut(parent).first_attribute = at
        } else {
            self.get_mut(previous).next = at
        }
        self.get_mut(parent).last_attribute = at;
    }

    /// Takes a node or an attribute out of its parent.
    pub(super) fn unlink(&mut self, at: usize) {
        let data = self.get_mut(at);
        let (parent, previous, next) = (data.parent, data.previous, data.next);
        let is_attribute = matches!(data.payload, Payload::Attribute { .. });
        (data.parent, data.previous, data.next) = (NONE, NONE, NONE);
        if parent == NONE {
            return;
        }
        if previous != NONE {
            self.get_mut(previous).next = next;
        }
        if next != NONE {
            self.get_mut(next).previous = previous;
        }
        let parent = self.get_mut(parent);
        let (first, last) = if is_attribute {
            (&mut parent.first_attribute, &mut parent.last_attribute)
        } else {
            (&mut parent.first, &mut parent.last)
        };
        if previous == NONE {
            *first = next;
        }
        if next == NONE {
            *last = previous;
        }
    }

    /// The topmost node above this one.
    pub(super) fn top(&self, mut at: usize) -> usize {
        while self.get(at).parent != NONE {
            at = self.get(at).parent;
        }
        at
    }
}

impl Node {
    pub(super) fn new(payload: Payload) -> Self {
        let mut nodes = Nodes::new();
        let at = nodes.push(payload);
        Self::of(nodes, at)
    }

    /// A node of a new store.
    pub(super) fn of(nodes: Nodes, at: usize) -> Self {
        Self { store: Rc::new(Store { nodes: RefCell::new(nodes), moved: RefCell::new(None) }), at }
    }

    /// Where its data are now. Stores move into larger ones, so the way is short.
    fn home(&self) -> (Rc<Store>, usize) {
        let (mut store, mut at) = (self.store.clone(), self.at);
        loop {
            let Some((next, offset)) = store.moved.borrow().clone() else { return (store, at) };
            (store, at) = (next, at + offset);
        }
    }

    /// Looks at the nodes; nothing else may use them meanwhile.
    pub(super) fn read<R>(&self, look: impl FnOnce(&Nodes, usize) -> R) -> R {
        let (store, at) = self.home();
        let nodes = store.nodes.borrow();
        look(&nodes, at)
    }

    /// Changes the nodes; nothing else may use them meanwhile.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Nodes, usize) -> R) -> R {
        let (store, at) = self.home();
        let mut nodes = store.nodes.borrow_mut();
        change(&mut nodes, at)
    }

    /// The node that a number stands for, in this node's store.
    pub(super) fn at(&self, find: impl FnOnce(&Nodes, usize) -> usize) -> Option<Node> {
        let (store, at) = self.home();
        let found = find(&store.nodes.borrow(), at);
        (found != NONE).then_some(Node { store, at: found })
    }

    /// Its number in its store.
    pub(super) fn number(&self) -> usize {
        self.home().1
    }

    /// Brings two nodes into one store.
    pub(super) fn unite(&self, other: &Node) {
        let (one, two) = (self.home().0, other.home().0);
        if Rc::ptr_eq(&one, &two) {
            return;
        }
        let (large, small) =
            if one.nodes.borrow().items.len() >= two.nodes.borrow().items.len() { (one, two) } else { (two, one) };
        let moving = std::mem::take(&mut small.nodes.borrow_mut().items);
        let mut nodes = large.nodes.borrow_mut();
        let offset = nodes.items.len();
        let shifted = |at: usize| if at == NONE { NONE } else { at + offset };
        nodes.items.extend(moving.into_iter().map(|data| Data {
            parent: shifted(data.parent),
            previous: shifted(data.previous),
            next: shifted(data.next),
            first: shifted(data.first),
            last: shifted(data.last),
            first_attribute: shifted(data.first_attribute),
            last_attribute: shifted(data.last_attribute),
            ..data
        }));
        *small.moved.borrow_mut() = Some((large.clone(), offset));
    }

    /// How often nodes of this tree were looked at since this was asked last: the time that went into it, in some 5 ns.
    pub fn take_visits(&self) -> u64 {
        self.read(|nodes, _| nodes.visits.take())
    }

    /// The one object that stands for this node outside: the same as long as anyone holds it.
    pub fn companion<T: Any>(&self, make: impl FnOnce(Node) -> T) -> Rc<T> {
        let there = self.read(|nodes, at| nodes.get(at).companion.as_ref().and_then(Weak::upgrade));
        if let Some(Ok(there)) = there.map(Rc::downcast) {
            return there;
        }
        let new = Rc::new(make(self.clone()));
        let weak: Weak<T> = Rc::downgrade(&new);
        self.change(|nodes, at| nodes.get_mut(at).companion = Some(weak));
        new
    }

    /// True if both are the same node.
    pub fn is_same(&self, other: &Node) -> bool {
        let (one, other) = (self.home(), other.home());
        Rc::ptr_eq(&one.0, &other.0) && one.1 == other.1
    }

    /// What kind of node it is.
    pub fn kind(&self) -> Kind {
        self.read(|nodes, at| nodes.get(at).kind())
    }

    /// True for an element or a document.
    pub fn is_container(&self) -> bool {
        matches!(self.kind(), Kind::Element | Kind::Document)
    }

    /// The name of an element or an attribute.
    pub fn name(&self) -> Option<Name> {
        self.read(|nodes, at| nodes.get(at).name().cloned())
    }

    /// The text of a text, comment or attribute, the data of a processing instruction; else `""`. See [`Node::text`].
    pub fn value(&self) -> NetString {
        self.read(|nodes, at| match &nodes.get(at).payload {
            Payload::Attribute { value, .. } => value.clone(),
            Payload::Text(text) | Payload::CData(text) | Payload::Comment(text) => text.clone(),
            Payload::Instruction { data, .. } => data.clone(),
            _ => NetString::default(),
        })
    }

    /// The text of all texts in it, for an element; otherwise its value.
    pub fn text<E>(&self, spend: &mut dyn FnMut(usize) -> Result<(), E>) -> Result<NetString, E> {
        if !self.is_container() {
            return Ok(self.value());
        }
        self.read(|nodes, top| {
            let mut texts = Vec::new();
            let mut at = nodes.following(top, top);
            while at != NONE {
                if let Payload::Text(text) | Payload::CData(text) = &nodes.get(at).payload {
                    spend(text.size())?;
                    texts.push(text);
                }
                at = nodes.following(at, top);
            }
            if let [only] = texts.as_slice() {
                return Ok((*only).clone());
            }
            if let Some(parts) = texts.iter().map(|text| text.as_str()).collect::<Option<Vec<&str>>>() {
                return Ok(parts.concat().into());
            }
            Ok(NetString::from_units(&texts.iter().flat_map(|text| text.units()).collect::<Vec<u16>>()))
        })
    }

    /// What it is in.
    pub fn parent(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).parent)
    }

    /// The topmost node above it; itself if it is in nothing.
    pub fn top(&self) -> Node {
        self.at(|nodes, at| nodes.top(at)).unwrap_or_else(|| self.clone())
    }

    /// The document it is in.
    pub fn document(&self) -> Option<Node> {
        Some(self.top()).filter(|top| top.kind() == Kind::Document)
    }

    /// The node, or attribute, after it.
    pub fn next(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).next)
    }

    /// The node, or attribute, before it.
    pub fn previous(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).previous)
    }

    /// The first node in it.
    pub fn first(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).first)
    }

    /// The last node in it.
    pub fn last(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).last)
    }

    /// The first attribute.
    pub fn first_attribute(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).first_attribute)
    }

    /// The last attribute.
    pub fn last_attribute(&self) -> Option<Node> {
        self.at(|nodes, at| nodes.get(at).last_attribute)
    }

    /// The node after it in document order below `top`.
    pub fn following(&self, top: &Node) -> Option<Node> {
        let top = top.number();
        self.at(|nodes, at| nodes.following(at, top))
    }

    /// The attribute of a name.
    pub fn attribute(&self, name: &Name) -> Option<Node> {
        self.at(|nodes, at| {
            let mut found = nodes.get(at).first_attribute;
            while found != NONE && nodes.get(found).name() != Some(name) {
                found = nodes.get(found).next;
            }
            found
        })
    }

    /// The first element in it that has a name, or just the first.
    pub fn element(&self, name: Option<&Name>) -> Option<Node> {
        self.at(|nodes, at| {
            let mut found = nodes.get(at).first;
            while found != NONE && !nodes.get(found).is_element(name) {
                found = nodes.get(found).next;
            }
            found
        })
    }

    /// True for an element of a name, or any.
    pub fn is_element(&self, name: Option<&Name>) -> bool {
        self.read(|nodes, at| nodes.get(at).is_element(name))
    }

    /// True for an element that is written `<a />`.
    pub fn is_empty(&self) -> bool {
        self.read(|nodes, at| {
            let data = nodes.get(at);
            data.first == NONE && !matches!(data.payload, Payload::Element { full: true, .. })
        })
    }

    /// True for `xmlns="..."` and `xmlns:a="..."`.
    pub fn declares_namespace(&self) -> bool {
        self.name().is_some_and(|name| name.declares_namespace())
    }

    /// The declaration of a document.
    pub fn declaration(&self) -> Option<Rc<RefCell<Declaration>>> {
        self.read(|nodes, at| match &nodes.get(at).payload {
            Payload::Document(declaration) => declaration.clone(),
            _ => None,
        })
    }

    /// The target of a processing instruction, the name of a document type.
    pub fn target(&self) -> NetString {
        self.read(|nodes, at| match &nodes.get(at).payload {
            Payload::Instruction { target, .. } => target.clone(),
            Payload::DocumentType { name, .. } => name.clone(),
            _ => NetString::default(),
        })
    }

    /// Public identifier, system identifier and internal subset of a document type.
    pub fn document_type(&self) -> [Option<NetString>; 3] {
        self.read(|nodes, at| match &nodes.get(at).payload {
            Payload::DocumentType { public, system, subset, .. } => [public.clone(), system.clone(), subset.clone()],
            _ => [None, None, None],
        })
    }

    /// `GetPrefixOfNamespace`: the prefix of the nearest declaration that no other hides. The default namespace has none.
    pub fn prefix_of(&self, namespace: &Namespace) -> Option<NetString> {
        self.read(|nodes, at| {
            let mut hidden: Vec<&str> = Vec::new();
            let mut element = at;
            while element != NONE {
                let declared_above = hidden.len();
                let mut attribute = nodes.get(element).first_attribute;
                while attribute != NONE {
                    if let Payload::Attribute { name, value } = &nodes.get(attribute).payload
                        && name.declares_namespace()
                        && !name.namespace.is_none()
                    {
                        let hides = hidden.get(..declared_above).unwrap_or_default();
                        if *value == *namespace.as_str() && !hides.contains(&&*name.local) {
                            return Some(name.local.clone().into());
                        }
                        if hidden.len() < super::NAMESPACES_MAX {
                            hidden.push(&name.local);
                        }
                    }
                    attribute = nodes.get(attribute).next;
                }
                element = nodes.get(element).parent;
            }
            match namespace.as_str() {
                super::XML => Some("xml".into()),
                super::XMLNS => Some("xmlns".into()),
                _ => None,
            }
        })
    }

    /// The namespace that a prefix stands for at an element; `""` asks for the default one.
    pub fn namespace_of(&self, prefix: &str) -> Option<Namespace> {
        match prefix {
            "xml" => return Some(Namespace::new(super::XML)),
            "xmlns" => return Some(Namespace::new(super::XMLNS)),
            _ => {}
        }
        self.read(|nodes, at| {
            let mut element = at;
            while element != NONE {
                let mut attribute = nodes.get(element).first_attribute;
                while attribute != NONE {
                    if let Payload::Attribute { name, value } = &nodes.get(attribute).payload
                        && name.declares_namespace()
                        && (if name.namespace.is_none() { "" } else { &*name.local }) == prefix
                    {
                        return Some(Namespace::new(&value.to_str()));
                    }
                    attribute = nodes.get(attribute).next;
                }
                element = nodes.get(element).parent;
            }
            None
        })
    }
}

impl Data {
    pub(super) fn is_element(&self, wanted: Option<&Name>) -> bool {
        match &self.payload {
            Payload::Element { name, .. } => wanted.is_none_or(|wanted| wanted == name),
            _ => false,
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str) -> Node {
        Node::element_named(Name::expanded(name).unwrap())
    }

    #[test]
    fn holding_a_child_holds_its_parents() {
        let child = element("c");
        let parent = element("p");
        parent.add_node(&child, &mut |_| Ok::<(), crate::Exception>(())).unwrap();
        let top = element("t");
        top.add_node(&parent, &mut |_| Ok::<(), crate::Exception>(())).unwrap();
        drop((parent, top));
        let names: Vec<String> =
            std::iter::successors(child.parent(), Node::parent).map(|node| node.name().unwrap().to_string()).collect();
        assert_eq!(names, ["p", "t"]);
    }

    #[test]
    fn a_companion_stays_the_same_while_it_is_held() {
        let node = element("a");
        let one = node.companion(|node| (node, 1));
        assert_eq!(node.companion(|node| (node, 2)).1, 1);
        drop(one);
        assert_eq!(node.companion(|node| (node, 3)).1, 3);
    }

    #[test]
    fn deep_trees_are_dropped() {
        let mut node = element("a");
        for _ in 0..200_000 {
            let parent = element("a");
            parent.add_node(&node, &mut |_| Ok::<(), crate::Exception>(())).unwrap();
            node = parent;
        }
        drop(node);
    }
}
