//! Making nodes and changing trees, with the rules and exceptions of `System.Xml.Linq`.

use super::{
    name::{Name, XML, XMLNS, is_white_space, verify},
    tree::{Declaration, Kind, NODE_BYTES, NONE, Node, Nodes, Payload},
};
use crate::{Exception, NetString, Result};
use std::{cell::RefCell, rc::Rc};

/// What can be put into an element or a document, one after the other: `null` and lists are gone, values are text.
#[derive(Clone, Debug)]
pub enum Content {
    /// A node or an attribute. One that is in a tree already is copied.
    Node(Node),
    /// Text, which joins text before it.
    Text(NetString),
}

const DUPLICATE_ATTRIBUTE: &str = "Duplicate attribute.";
const MISSING_PARENT: &str = "The parent is missing.";
const DOCUMENT_STRUCTURE: &str = "This operation would create an incorrectly structured document.";

impl Node {
    /// `new XElement(name)`
    pub fn element_named(name: Name) -> Node {
        Node::new(Payload::Element { name, full: false })
    }

    /// `new XAttribute(name, value)`
    ///
    /// # Errors
    /// `ArgumentException` for namespace declarations that cannot be.
    pub fn attribute_of(name: Name, value: NetString) -> Result<Node> {
        verify_attribute(&name, &value)?;
        Ok(Node::new(Payload::Attribute { name, value }))
    }

    /// `new XText(value)`
    pub fn text_of(value: NetString) -> Node {
        Node::new(Payload::Text(value))
    }

    /// `new XCData(value)`
    pub fn cdata_of(value: NetString) -> Node {
        Node::new(Payload::CData(value))
    }

    /// `new XComment(value)`
    pub fn comment_of(value: NetString) -> Node {
        Node::new(Payload::Comment(value))
    }

    /// `new XProcessingInstruction(target, data)`
    ///
    /// # Errors
    /// For a target that is no name, or is `xml`.
    pub fn instruction_of(target: NetString, data: NetString) -> Result<Node> {
        verify_target(&target)?;
        Ok(Node::new(Payload::Instruction { target, data }))
    }

    /// `new XDocumentType(name, publicId, systemId, internalSubset)`
    pub fn document_type_of(
        name: NetString,
        public: Option<NetString>,
        system: Option<NetString>,
        subset: Option<NetString>,
    ) -> Node {
        Node::new(Payload::DocumentType { name, public, system, subset })
    }

    /// `new XDocument(declaration)`
    pub fn document_of(declaration: Option<Declaration>) -> Node {
        Node::new(Payload::Document(declaration.map(|declaration| Rc::new(RefCell::new(declaration)))))
    }

    /// Sets the declaration of a document.
    pub fn set_declaration(&self, new: Option<Rc<RefCell<Declaration>>>) {
        self.change(|nodes, at| {
            if let Payload::Document(declaration) = &mut nodes.get_mut(at).payload {
                *declaration = new;
            }
        });
    }

    /// Sets the name of an element.
    pub fn set_name(&self, new: Name) {
        self.change(|nodes, at| {
            if let Payload::Element { name, .. } = &mut nodes.get_mut(at).payload {
                *name = new;
            }
        });
    }

    /// Sets the target of a processing instruction or the name of a document type.
    ///
    /// # Errors
    /// For a target that is no name, or is `xml`.
    pub fn set_target(&self, new: NetString) -> Result<()> {
        if self.kind() == Kind::ProcessingInstruction {
            verify_target(&new)?;
        }
        self.change(|nodes, at| match &mut nodes.get_mut(at).payload {
            Payload::Instruction { target: name, .. } | Payload::DocumentType { name, .. } => *name = new,
            _ => {}
        });
        Ok(())
    }

    /// Sets one of the three parts of [`Node::document_type`].
    pub fn set_document_type(&self, part: usize, new: Option<NetString>) {
        self.change(|nodes, at| {
            if let Payload::DocumentType { public, system, subset, .. } = &mut nodes.get_mut(at).payload {
                match part {
                    0 => *public = new,
                    1 => *system = new,
                    _ => *subset = new,
                }
            }
        });
    }

    /// Sets the value of an attribute, the text of a text or comment, the data of a processing instruction. For an element it
    /// replaces everything in it.
    ///
    /// # Errors
    /// `ArgumentException` for a namespace declaration that cannot be.
    pub fn set_value(&self, new: NetString) -> Result<()> {
        if let Some(name) = self.name().filter(|_| self.kind() == Kind::Attribute) {
            verify_attribute(&name, &new)?;
        }
        if self.kind() == Kind::Element {
            self.remove_nodes();
            return self.add_text(&new);
        }
        self.change(|nodes, at| match &mut nodes.get_mut(at).payload {
            Payload::Attribute { value, .. } => *value = new,
            Payload::Text(text) | Payload::CData(text) | Payload::Comment(text) => *text = new,
            Payload::Instruction { data, .. } => *data = new,
            _ => {}
        });
        Ok(())
    }

    /// A copy of the node and all that is in it, in no tree.
    pub fn copy<E>(&self, spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>) -> std::result::Result<Node, E> {
        self.read(|nodes, top| {
            let mut new = Nodes::new();
            let payload = |at: usize| match &nodes.get(at).payload {
                Payload::Document(Some(declaration)) => {
                    Payload::Document(Some(Rc::new(RefCell::new(declaration.borrow().clone()))))
                }
                other => other.clone(),
            };
            let (mut from, mut parent) = (top, NONE);
            // `parent` is the copy of the parent of `from`, and its last child the copy of what stands before `from`.
            loop {
                spend(nodes.get(from).size())?;
                let at = new.push(payload(from));
                if parent != NONE {
                    let last = new.get(parent).last;
                    new.link(parent, last, at);
                }
                let mut attribute = nodes.get(from).first_attribute;
                while attribute != NONE {
                    spend(nodes.get(attribute).size())?;
                    let copied = new.push(payload(attribute));
                    new.link_attribute(at, copied);
                    attribute = nodes.get(attribute).next;
                }
                if nodes.get(from).first != NONE {
                    (from, parent) = (nodes.get(from).first, at);
                    continue;
                }
                while from != top && nodes.get(from).next == NONE {
                    from = nodes.get(from).parent;
                    parent = new.get(parent).parent;
                }
                if from == top {
                    return Ok(Node::of(new, 0));
                }
                from = nodes.get(from).next;
            }
        })
    }

    /// `Add`: puts content behind what is there.
    ///
    /// # Errors
    /// What .NET throws for content that may not be there, and what `spend` says of copies.
    pub fn add<E: From<Exception>>(
        &self,
        content: &Content,
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        match content {
            Content::Text(text) => {
                // It may join a text that is there already, which is copied then.
                let joined = self.last().filter(|last| last.kind() == Kind::Text).map_or(0, |last| last.value().size());
                spend(NODE_BYTES + joined + text.size())?;
                Ok(self.add_text(text)?)
            }
            Content::Node(node) if node.kind() == Kind::Attribute => self.add_attribute(node, spend),
            Content::Node(node) => self.add_node(node, spend),
        }
    }

    /// Puts a node behind what is there.
    ///
    /// # Errors
    /// As [`Node::add`].
    pub fn add_node<E: From<Exception>>(
        &self,
        node: &Node,
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.verify_child(node, self)?;
        let last = self.last();
        self.link(last.as_ref(), node, spend)
    }

    fn add_attribute<E: From<Exception>>(
        &self,
        attribute: &Node,
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        if self.kind() != Kind::Element {
            return Err(Exception::new("ArgumentException", "An attribute cannot be added to content.").into());
        }
        let Some(name) = attribute.name() else { return Ok(()) };
        if self.attribute(&name).is_some() {
            return Err(Exception::invalid_operation(DUPLICATE_ATTRIBUTE).into());
        }
        let attribute = if attribute.parent().is_some() { attribute.copy(spend)? } else { attribute.clone() };
        self.unite(&attribute);
        let at = attribute.number();
        self.change(|nodes, parent| nodes.link_attribute(parent, at));
        Ok(())
    }

    /// Puts text behind what is there; it joins a text that is the last node.
    fn add_text(&self, text: &NetString) -> Result<()> {
        if self.kind() == Kind::Document {
            verify_white_space(text)?;
        }
        if text.is_empty() {
            self.change(|nodes, at| {
                let data = nodes.get_mut(at);
                if let (NONE, Payload::Element { full, .. }) = (data.first, &mut data.payload) {
                    *full = true;
                }
            });
            return Ok(());
        }
        self.change(|nodes, parent| {
            let last = nodes.get(parent).last;
            if let Payload::Text(there) = &mut nodes.get_mut(last).payload {
                *there = there.concat(text);
            } else {
                let at = nodes.push(Payload::Text(text.clone()));
                nodes.link(parent, last, at);
            }
        });
        Ok(())
    }

    /// Links a checked node in, or its copy where it is in a tree already or holds this very container.
    fn link<E>(
        &self,
        previous: Option<&Node>,
        node: &Node,
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let is_taken = node.parent().is_some() || self.top().is_same(node);
        let node = if is_taken { node.copy(spend)? } else { node.clone() };
        self.unite(&node);
        let previous = previous.map_or(NONE, Node::number);
        let at = node.number();
        self.change(|nodes, parent| nodes.link(parent, previous, at));
        Ok(())
    }

    /// Puts content after a node in this container, or at its beginning.
    ///
    /// # Errors
    /// As [`Node::add`]; attributes cannot be inserted.
    pub fn insert<E: From<Exception>>(
        &self,
        previous: Option<Node>,
        contents: &[Content],
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut previous = previous;
        let mut text: Option<NetString> = None;
        for content in contents {
            match content {
                Content::Text(more) => {
                    spend(NODE_BYTES + more.size())?;
                    if self.kind() == Kind::Document {
                        verify_white_space(more)?;
                    }
                    text = Some(text.map_or_else(|| more.clone(), |text| text.concat(more)));
                }
                Content::Node(node) if node.kind() == Kind::Attribute => {
                    return Err(Exception::new("ArgumentException", "An attribute cannot be added to content.").into());
                }
                Content::Node(node) => {
                    // `self` stands for "after everything" in `verify_child`, `None` for "before everything".
                    match &previous {
                        Some(previous) => self.verify_child(node, previous)?,
                        None => self.verify_child_first(node)?,
                    }
                    if let Some(text) = text.take() {
                        previous = self.insert_text(previous, &text);
                    }
                    self.link(previous.as_ref(), node, spend)?;
                    previous = match &previous {
                        Some(previous) => previous.next(),
                        None => self.first(),
                    };
                }
            }
        }
        match text {
            Some(text) if self.first().is_none() => self.add_text(&text)?,
            Some(text) => {
                self.insert_text(previous, &text);
            }
            None => {}
        }
        Ok(())
    }

    /// Puts text after a node; it joins that node if it is text. Returns what then stands there.
    fn insert_text(&self, previous: Option<Node>, text: &NetString) -> Option<Node> {
        if text.is_empty() {
            return previous;
        }
        if let Some(there) = previous.as_ref().filter(|previous| previous.kind() == Kind::Text) {
            let joined = there.value().concat(text);
            there.change(|nodes, at| nodes.get_mut(at).payload = Payload::Text(joined));
            return previous;
        }
        let before = previous.as_ref().map_or(NONE, Node::number);
        let at = self.change(|nodes, parent| {
            let at = nodes.push(Payload::Text(text.clone()));
            nodes.link(parent, before, at);
            at
        });
        self.at(|_, _| at)
    }

    /// `AddAfterSelf`
    ///
    /// # Errors
    /// As [`Node::insert`]; `InvalidOperationException` where there is no parent.
    pub fn add_after<E: From<Exception>>(
        &self,
        contents: &[Content],
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let parent = self.parent().ok_or_else(|| Exception::invalid_operation(MISSING_PARENT))?;
        parent.insert(Some(self.clone()), contents, spend)
    }

    /// `AddBeforeSelf`
    ///
    /// # Errors
    /// As [`Node::add_after`].
    pub fn add_before<E: From<Exception>>(
        &self,
        contents: &[Content],
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let parent = self.parent().ok_or_else(|| Exception::invalid_operation(MISSING_PARENT))?;
        parent.insert(self.previous(), contents, spend)
    }

    /// `ReplaceWith`
    ///
    /// # Errors
    /// As [`Node::add_after`].
    pub fn replace_with<E: From<Exception>>(
        &self,
        contents: &[Content],
        spend: &mut dyn FnMut(usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let parent = self.parent().ok_or_else(|| Exception::invalid_operation(MISSING_PARENT))?;
        let previous = self.previous();
        self.remove()?;
        parent.insert(previous, contents, spend)
    }

    /// `Remove`
    ///
    /// # Errors
    /// `InvalidOperationException` where there is no parent.
    pub fn remove(&self) -> Result<()> {
        if self.parent().is_none() {
            return Err(Exception::invalid_operation(MISSING_PARENT));
        }
        self.change(Nodes::unlink);
        Ok(())
    }

    /// `RemoveNodes`
    pub fn remove_nodes(&self) {
        self.change(|nodes, at| {
            while nodes.get(at).first != NONE {
                let first = nodes.get(at).first;
                nodes.unlink(first);
            }
            if let Payload::Element { full, .. } = &mut nodes.get_mut(at).payload {
                *full = false;
            }
        });
    }

    /// `RemoveAttributes`
    pub fn remove_attributes(&self) {
        self.change(|nodes, at| {
            while nodes.get(at).first_attribute != NONE {
                let first = nodes.get(at).first_attribute;
                nodes.unlink(first);
            }
        });
    }

    /// `SetAttributeValue`; `None` removes the attribute.
    ///
    /// # Errors
    /// `ArgumentException` for a namespace declaration that cannot be.
    pub fn set_attribute(&self, name: Name, value: Option<NetString>) -> Result<()> {
        match (self.attribute(&name), value) {
            (Some(attribute), None) => attribute.remove(),
            (None, None) => Ok(()),
            (Some(attribute), Some(value)) => attribute.set_value(value),
            (None, Some(value)) => {
                verify_attribute(&name, &value)?;
                self.change(|nodes, parent| {
                    let at = nodes.push(Payload::Attribute { name, value });
                    nodes.link_attribute(parent, at);
                });
                Ok(())
            }
        }
    }

    /// `SetElementValue`; `None` removes the element.
    ///
    /// # Errors
    /// Where a document would get a second root.
    pub fn set_element(&self, name: Name, value: Option<NetString>) -> Result<()> {
        match (self.element(Some(&name)), value) {
            (Some(element), None) => element.remove(),
            (None, None) => Ok(()),
            (Some(element), Some(value)) => element.set_value(value),
            (None, Some(value)) => {
                let element = Node::element_named(name);
                element.add_text(&value)?;
                self.add_node(&element, &mut |_| Ok(()))
            }
        }
    }

    /// Whether a node may be put after `previous`, where the container itself stands for its end.
    fn verify_child(&self, node: &Node, previous: &Node) -> Result<()> {
        self.verify_child_after(node, Some(previous))
    }

    /// Whether a node may be put at the beginning.
    fn verify_child_first(&self, node: &Node) -> Result<()> {
        self.verify_child_after(node, None)
    }

    fn verify_child_after(&self, node: &Node, previous: Option<&Node>) -> Result<()> {
        let kind = node.kind();
        let refused =
            || Err(Exception::new("ArgumentException", format!("A node of type {} cannot be added to content.", kind.name())));
        if self.kind() != Kind::Document {
            return match kind {
                Kind::Document | Kind::DocumentType => refused(),
                _ => Ok(()),
            };
        }
        match kind {
            Kind::Text => verify_white_space(&node.value()),
            Kind::Element => self.verify_structure(previous, Some(Kind::DocumentType), None),
            Kind::DocumentType => self.verify_structure(previous, None, Some(Kind::Element)),
            Kind::CData | Kind::Document => refused(),
            _ => Ok(()),
        }
    }

    /// Before the new node there may be one `before`, after it one `after`.
    fn verify_structure(&self, previous: Option<&Node>, before: Option<Kind>, after: Option<Kind>) -> Result<()> {
        let mut allowed = if previous.is_some() { before } else { after };
        let mut node = self.first();
        while let Some(current) = node {
            let kind = current.kind();
            if matches!(kind, Kind::Element | Kind::DocumentType) {
                if Some(kind) != allowed {
                    return Err(Exception::invalid_operation(DOCUMENT_STRUCTURE));
                }
                allowed = None;
            }
            if previous.is_some_and(|previous| previous.is_same(&current)) {
                allowed = after;
            }
            node = current.next();
        }
        Ok(())
    }
}

fn verify_white_space(text: &NetString) -> Result<()> {
    if text.to_str().chars().all(is_white_space) {
        return Ok(());
    }
    Err(Exception::new("ArgumentException", "Non-whitespace characters cannot be added to content."))
}

fn verify_target(target: &NetString) -> Result<()> {
    let target = target.to_str();
    verify(&target)?;
    if target.eq_ignore_ascii_case("xml") {
        return Err(Exception::new("ArgumentException", format!("'{target}' is an invalid name for a processing instruction.")));
    }
    Ok(())
}

/// A namespace declaration must not give the two namespaces of XML itself other prefixes, nor a prefix no namespace.
fn verify_attribute(name: &Name, value: &NetString) -> Result<()> {
    const XML_BOUND: &str = "The prefix 'xml' is bound to the namespace name 'http://www.w3.org/XML/1998/namespace'. Other prefixes must not be bound to this namespace name, and it must not be declared as the default namespace.";
    const XMLNS_BOUND: &str = "The prefix 'xmlns' is bound to the namespace name 'http://www.w3.org/2000/xmlns/'. It must not be declared. Other prefixes must not be bound to this namespace name, and it must not be declared as the default namespace.";
    let refused = |message: &str| Err(Exception::new("ArgumentException", message.to_owned()));
    if !name.declares_namespace() {
        return Ok(());
    }
    let is_default = name.namespace.is_none();
    if !is_default && value.is_empty() {
        return refused(&format!("The prefix '{}' cannot be bound to the empty namespace name.", name.local));
    }
    if *value == *XML {
        if is_default || &*name.local != "xml" {
            return refused(XML_BOUND);
        }
    } else if *value == *XMLNS {
        return refused(XMLNS_BOUND);
    } else if !is_default && &*name.local == "xml" {
        return refused(XML_BOUND);
    } else if !is_default && &*name.local == "xmlns" {
        return refused(XMLNS_BOUND);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(_: usize) -> Result<()> {
        Ok(())
    }

    #[test]
    fn neighbours_know_each_other_whatever_is_done() {
        let mut random = 7u64;
        let mut below = |limit: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % limit
        };
        for _ in 0..50 {
            let mut nodes: Vec<Node> = Vec::new();
            for at in 0..12 {
                let name = Name::expanded(&format!("n{at}")).unwrap();
                nodes.push(match at % 4 {
                    0 => Node::text_of("t".into()),
                    1 => Node::attribute_of(name, "v".into()).unwrap(),
                    _ => Node::element_named(name),
                });
            }
            for _ in 0..100 {
                let (one, other) = (nodes[below(12)].clone(), Content::Node(nodes[below(12)].clone()));
                let contents = [other.clone(), Content::Text("x".into()), Content::Node(nodes[below(12)].clone())];
                let is_container = one.is_container();
                let is_node = one.kind().is_node();
                let _ = match below(8) {
                    0 | 1 if is_container => one.add(&other, &mut free),
                    2 if is_container => one.insert(None, &contents, &mut free),
                    3 if is_node => one.add_after(&contents, &mut free),
                    4 if is_node => one.add_before(&contents, &mut free),
                    5 if is_node => one.replace_with(&contents, &mut free),
                    6 => one.remove(),
                    7 if is_container && below(4) == 0 => {
                        one.remove_nodes();
                        Ok(())
                    }
                    _ => Ok(()),
                };
                for node in &nodes {
                    check(node);
                }
            }
        }
    }

    fn check(node: &Node) {
        let forward: Vec<Node> = std::iter::successors(node.first(), Node::next).collect();
        let mut backward: Vec<Node> = std::iter::successors(node.last(), Node::previous).collect();
        backward.reverse();
        assert_eq!(forward.len(), backward.len());
        for (one, other) in forward.iter().zip(&backward) {
            assert!(one.is_same(other) && one.parent().unwrap().is_same(node));
        }
        let attributes: Vec<Node> = std::iter::successors(node.first_attribute(), Node::next).collect();
        assert!(attributes.last().zip(node.last_attribute()).is_none_or(|(one, other)| one.is_same(&other)));
        assert!(node.parent().is_none_or(|parent| {
            let mut siblings = std::iter::successors(parent.first(), Node::next)
                .chain(std::iter::successors(parent.first_attribute(), Node::next));
            siblings.any(|sibling| sibling.is_same(node))
        }));
    }
}
