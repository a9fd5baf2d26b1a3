//! Trees become programs.

use super::{
    class::Class,
    parse::{Assert, Node},
};
use std::rc::Rc;

/// An instruction. Those that take characters go to the left if `back`.
#[derive(Clone, Debug)]
pub(super) enum Step {
    One {
        unit: u16,
        back: bool,
    },
    Set {
        class: Rc<Class>,
        back: bool,
    },
    /// A set, repeated.
    Run {
        class: Rc<Class>,
        least: u32,
        most: u32,
        lazy: bool,
        back: bool,
    },
    /// Goes on with the next step, and if that fails elsewhere.
    Try {
        otherwise: usize,
    },
    Go(usize),
    /// Starts a loop: its count and its place are kept in two registers.
    LoopStart {
        register: usize,
    },
    /// The head of a loop, in front of its body.
    Loop {
        register: usize,
        least: u32,
        most: u32,
        lazy: bool,
        end: usize,
    },
    /// Keeps the place in a register.
    Mark {
        register: usize,
    },
    Capture {
        register: usize,
        group: Option<usize>,
        loses: Option<usize>,
    },
    Back {
        group: usize,
        ignore_case: bool,
        back: bool,
    },
    Assert(Assert),
    /// Keeps the height of the stack and the place.
    Hold {
        register: usize,
    },
    /// Forgets other ways since `Hold`.
    Commit {
        register: usize,
    },
    /// Forgets other ways since `Hold`, and goes back to its place.
    Return {
        register: usize,
    },
    /// Undoes everything since `Hold`, and fails.
    Refuse {
        register: usize,
    },
    /// Goes elsewhere if the group has nothing.
    IfGroup {
        group: usize,
        otherwise: usize,
    },
    Match,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) registers: usize,
    /// What every match starts with, if that is known.
    pub(super) first: Option<Class>,
    /// True if matches can only be at the start.
    pub(super) anchored: bool,
}

pub(super) fn compile(node: &Node, right_to_left: bool) -> Program {
    let mut compiler = Compiler { steps: Vec::new(), registers: 0 };
    compiler.node(node, right_to_left);
    compiler.steps.push(Step::Match);
    let mut starts = Vec::new();
    let known = !right_to_left && first(node, &mut starts) == Some(false);
    let first = known.then(|| Class::union_of(&starts));
    Program { steps: compiler.steps, registers: compiler.registers, first, anchored: !right_to_left && anchored(node) }
}

struct Compiler {
    steps: Vec<Step>,
    registers: usize,
}

impl Compiler {
    fn register(&mut self, count: usize) -> usize {
        self.registers += count;
        self.registers - count
    }

    /// Adds a step that is known better later.
    fn later(&mut self) -> usize {
        self.steps.push(Step::Match);
        self.steps.len() - 1
    }

    fn put(&mut self, at: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(at) {
            *place = step;
        }
    }

    fn node(&mut self, node: &Node, back: bool) {
        match node {
            Node::Empty => {}
            Node::Set(class) => self.steps.push(match class.single() {
                Some(unit) => Step::One { unit, back },
                None => Step::Set { class: class.clone(), back },
            }),
            Node::Sequence(nodes) if back => nodes.iter().rev().for_each(|node| self.node(node, back)),
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.node(node, back)),
            Node::Choice(nodes) => self.choice(nodes, back),
            Node::Repeat { node, least, most, lazy } => self.repeat(node, *least, *most, *lazy, back),
            Node::Capture { group, loses, node } => {
                let register = self.register(1);
                self.steps.push(Step::Mark { register });
                self.node(node, back);
                self.steps.push(Step::Capture { register, group: *group, loses: *loses });
            }
            Node::Look { node, behind, negative: false } => {
                let register = self.register(2);
                self.steps.push(Step::Hold { register });
                self.node(node, *behind);
                self.steps.push(Step::Return { register });
            }
            Node::Look { node, behind, negative: true } => {
                let register = self.register(2);
                self.steps.push(Step::Hold { register });
                let attempt = self.later();
                self.node(node, *behind);
                self.steps.push(Step::Refuse { register });
                self.put(attempt, Step::Try { otherwise: self.steps.len() });
            }
            Node::Atomic(node) => {
                let register = self.register(2);
                self.steps.push(Step::Hold { register });
                self.node(node, back);
                self.steps.push(Step::Commit { register });
            }
            Node::Back { group, ignore_case } => {
                self.steps.push(Step::Back { group: *group, ignore_case: *ignore_case, back });
            }
            Node::Assert(assert) => self.steps.push(Step::Assert(*assert)),
            Node::IfGroup(group, yes, no) => {
                let test = self.later();
                self.node(yes, back);
                let end = self.later();
                self.put(test, Step::IfGroup { group: *group, otherwise: self.steps.len() });
                self.node(no, back);
                self.put(end, Step::Go(self.steps.len()));
            }
            Node::IfLook(condition, yes, no) => {
                let register = self.register(2);
                self.steps.push(Step::Hold { register });
                let attempt = self.later();
                self.node(condition, back);
                self.steps.push(Step::Return { register });
                self.node(yes, back);
                let end = self.later();
                self.put(attempt, Step::Try { otherwise: self.steps.len() });
                self.node(no, back);
                self.put(end, Step::Go(self.steps.len()));
            }
        }
    }

    fn choice(&mut self, nodes: &[Node], back: bool) {
        let mut ends = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            if at + 1 == nodes.len() {
                self.node(node, back);
                break;
            }
            let attempt = self.later();
            self.node(node, back);
            ends.push(self.later());
            self.put(attempt, Step::Try { otherwise: self.steps.len() });
        }
        for end in ends {
            self.put(end, Step::Go(self.steps.len()));
        }
    }

    fn repeat(&mut self, node: &Node, least: u32, most: u32, lazy: bool, back: bool) {
        if most == 0 {
            return;
        }
        if let Node::Set(class) = node {
            self.steps.push(Step::Run { class: class.clone(), least, most, lazy, back });
            return;
        }
        let register = self.register(2);
        self.steps.push(Step::LoopStart { register });
        let head = self.later();
        self.node(node, back);
        self.steps.push(Step::Go(head));
        self.put(head, Step::Loop { register, least, most, lazy, end: self.steps.len() });
    }
}

/// Gathers what a part starts with, and says whether it may be empty; `None` if nobody knows.
fn first(node: &Node, starts: &mut Vec<Rc<Class>>) -> Option<bool> {
    Some(match node {
        Node::Empty | Node::Assert(_) | Node::Look { .. } | Node::Repeat { most: 0, .. } => true,
        Node::Set(class) => {
            starts.push(class.clone());
            false
        }
        Node::Sequence(nodes) => {
            for node in nodes {
                if !first(node, starts)? {
                    return Some(false);
                }
            }
            true
        }
        Node::Choice(nodes) => {
            let mut nullable = false;
            for node in nodes {
                nullable |= first(node, starts)?;
            }
            nullable
        }
        Node::Repeat { node, least, .. } => first(node, starts)? || *least == 0,
        Node::Capture { node, .. } | Node::Atomic(node) => first(node, starts)?,
        Node::Back { .. } | Node::IfGroup(..) | Node::IfLook(..) => return None,
    })
}

fn anchored(node: &Node) -> bool {
    match node {
        Node::Assert(Assert::Start) => true,
        Node::Sequence(nodes) => nodes.first().is_some_and(anchored),
        Node::Choice(nodes) => nodes.iter().all(anchored),
        Node::Capture { node, .. } | Node::Atomic(node) => anchored(node),
        Node::Repeat { node, least: 1.., .. } => anchored(node),
        _ => false,
    }
}
