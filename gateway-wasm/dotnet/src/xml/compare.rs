//! Comparing: `DeepEquals`, its hash, and the order of a document.

use super::tree::{Kind, NONE, Node, Nodes, Payload};
use crate::{Exception, NetString, Result};
use std::{
    cmp::Ordering,
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

impl Node {
    /// `XNode.DeepEquals`: the same names, attributes in the same order, and content.
    pub fn deep_equals(&self, other: &Node) -> bool {
        if self.is_same(other) {
            return true;
        }
        self.read(|ones, one| other.read(|others, other| Pair { ones, others }.equal(one, other)))
    }

    /// A hash that deeply equal nodes share.
    pub fn deep_hash(&self) -> i32 {
        self.read(|nodes, top| {
            let mut hasher = DefaultHasher::new();
            let mut at = top;
            while at != NONE {
                let data = nodes.get(at);
                // Text may be in one node or in several, so only what does not depend on that counts.
                if let Some(name) = data.name() {
                    name.hash(&mut hasher);
                    let mut attribute = data.first_attribute;
                    while attribute != NONE {
                        nodes.get(attribute).name().hash(&mut hasher);
                        attribute = nodes.get(attribute).next;
                    }
                } else if let Payload::Comment(text) | Payload::CData(text) = &data.payload {
                    text.hash(&mut hasher);
                }
                at = nodes.following(at, top);
            }
            hasher.finish() as i32
        })
    }

    /// Nodes of one tree in the order of their document.
    ///
    /// # Errors
    /// `InvalidOperationException` for nodes of different trees.
    pub fn in_document_order(nodes: &[Node]) -> Result<Vec<Node>> {
        let Some(top) = nodes.first().map(Node::top) else { return Ok(Vec::new()) };
        let mut wanted: HashMap<usize, Vec<&Node>> = HashMap::new();
        for node in nodes {
            if !node.top().is_same(&top) {
                return Err(Exception::invalid_operation("A common ancestor is missing."));
            }
            wanted.entry(node.number()).or_default().push(node);
        }
        let mut ordered = Vec::with_capacity(nodes.len());
        top.read(|all, top| {
            let mut at = top;
            while at != NONE {
                ordered.extend(wanted.get(&at).into_iter().flatten().copied().cloned());
                at = all.following(at, top);
            }
        });
        Ok(ordered)
    }

    /// `XNode.CompareDocumentOrder`
    ///
    /// # Errors
    /// `InvalidOperationException` for nodes of different trees.
    pub fn compare_order(&self, other: &Node) -> Result<Ordering> {
        if self.is_same(other) {
            return Ok(Ordering::Equal);
        }
        let missing = || Exception::invalid_operation("A common ancestor is missing.");
        if !self.top().is_same(&other.top()) {
            return Err(missing());
        }
        let other = other.number();
        self.read(|nodes, one| {
            let (mut one, mut two) = (one, other);
            let (mut depth_one, mut depth_two) = (depth(nodes, one), depth(nodes, two));
            let deeper = depth_one.cmp(&depth_two);
            while depth_one > depth_two {
                one = nodes.get(one).parent;
                depth_one -= 1;
            }
            while depth_two > depth_one {
                two = nodes.get(two).parent;
                depth_two -= 1;
            }
            if one == two {
                return Ok(deeper);
            }
            while nodes.get(one).parent != nodes.get(two).parent {
                (one, two) = (nodes.get(one).parent, nodes.get(two).parent);
            }
            // From both at once, so that it takes as long as they are apart, not as there are siblings.
            let (mut after_one, mut after_two) = (one, two);
            loop {
                (after_one, after_two) = (nodes.get(after_one).next, nodes.get(after_two).next);
                if after_one == two || after_two == NONE {
                    return Ok(Ordering::Less);
                }
                if after_two == one || after_one == NONE {
                    return Ok(Ordering::Greater);
                }
            }
        })
    }
}

fn depth(nodes: &Nodes, mut at: usize) -> usize {
    let mut depth = 0;
    while nodes.get(at).parent != NONE {
        at = nodes.get(at).parent;
        depth += 1;
    }
    depth
}

/// Two trees that are compared.
struct Pair<'a> {
    ones: &'a Nodes,
    others: &'a Nodes,
}

impl Pair<'_> {
    fn equal(&self, one: usize, other: usize) -> bool {
        // Pairs of places in two lists of siblings from which on they still have to be compared.
        let mut open: Vec<(usize, usize)> = Vec::new();
        match self.same_outside(one, other) {
            Some(true) => open.push((self.ones.get(one).first, self.others.get(other).first)),
            Some(false) => return true,
            None => return false,
        }
        while let Some((one, other)) = open.pop() {
            let (one_text, one) = text(self.ones, one);
            let (other_text, other) = text(self.others, other);
            if one_text != other_text {
                return false;
            }
            match (one, other) {
                (NONE, NONE) => {}
                (NONE, _) | (_, NONE) => return false,
                (one, other) => {
                    open.push((self.ones.get(one).next, self.others.get(other).next));
                    match self.same_outside(one, other) {
                        Some(true) => open.push((self.ones.get(one).first, self.others.get(other).first)),
                        Some(false) => {}
                        None => return false,
                    }
                }
            }
        }
        true
    }

    /// Whether two nodes are equal but for what is in them; then, whether there is something in them to compare.
    fn same_outside(&self, one: usize, other: usize) -> Option<bool> {
        let (one, other) = (self.ones.get(one), self.others.get(other));
        let same = match (&one.payload, &other.payload) {
            (Payload::Document(_), Payload::Document(_)) => return Some(true),
            (Payload::Element { name, full }, Payload::Element { name: other_name, full: other_full }) => {
                let is_empty = |first: usize, full: bool| first == NONE && !full;
                if name != other_name || is_empty(one.first, *full) != is_empty(other.first, *other_full) {
                    return None;
                }
                let (mut attribute, mut other_attribute) = (one.first_attribute, other.first_attribute);
                while attribute != NONE && other_attribute != NONE {
                    self.same_outside(attribute, other_attribute)?;
                    (attribute, other_attribute) = (self.ones.get(attribute).next, self.others.get(other_attribute).next);
                }
                return (attribute == other_attribute).then_some(true);
            }
            (Payload::Attribute { name, value }, Payload::Attribute { name: other_name, value: other_value }) => {
                name == other_name && value == other_value
            }
            (Payload::Text(text), Payload::Text(other))
            | (Payload::CData(text), Payload::CData(other))
            | (Payload::Comment(text), Payload::Comment(other)) => text == other,
            (Payload::Instruction { target, data }, Payload::Instruction { target: other_target, data: other_data }) => {
                target == other_target && data == other_data
            }
            (
                Payload::DocumentType { name, public, system, subset },
                Payload::DocumentType { name: name_2, public: public_2, system: system_2, subset: subset_2 },
            ) => name == name_2 && public == public_2 && system == system_2 && subset == subset_2,
            _ => false,
        };
        same.then_some(false)
    }
}

/// The text from a place on, and the first node that is no text.
fn text(nodes: &Nodes, mut at: usize) -> (NetString, usize) {
    let mut text = NetString::default();
    while let Payload::Text(more) = &nodes.get(at).payload {
        text = if text.is_empty() { more.clone() } else { text.concat(more) };
        at = nodes.get(at).next;
    }
    (text, at)
}

impl Kind {
    /// True for nodes that are no attributes.
    pub fn is_node(self) -> bool {
        self != Kind::Attribute
    }
}
