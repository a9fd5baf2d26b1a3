//! `choose`: runs the policies of the first `when` whose condition is true.

use crate::{
    computed::Expr,
    document::Section,
    exchange::Exchange,
    host::Host,
    run,
    statement::{Checker, Children, Fault, Flow, Parts, Siblings, Statement},
    step::Step,
    xml::{Element, Node},
};
use std::rc::Rc;

/// Runs one of several lists of policies.
#[derive(Debug)]
pub struct Choose {
    when: Vec<When>,
    otherwise: Vec<Rc<Step>>,
}

#[derive(Debug)]
struct When {
    condition: Expr<bool>,
    steps: Vec<Rc<Step>>,
}

impl Statement for Choose {
    const NAME: &'static str = "choose";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &[];
    const CHILDREN: Children = Children::Named(&["when", "otherwise"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let mut choose = Self { when: Vec::new(), otherwise: Vec::new() };
        let (mut whole, mut otherwise) = (true, None);
        let mut siblings = Siblings::default();
        for child in element.elements() {
            let part = siblings.part(child);
            match child.name.as_str() {
                "when" => {
                    checker.attributes(child, &["condition"]);
                    let condition = checker.condition(child, "condition");
                    let steps = checker.inside(&part, |checker| checker.branch(child));
                    whole &= condition.is_some();
                    choose.when.extend(condition.map(|condition| When { condition, steps }));
                    if otherwise.is_some() {
                        checker.error("choose/order", child.name_span, "a `when` after `otherwise` never runs", "put `otherwise` last");
                    }
                }
                "otherwise" => {
                    checker.attributes(child, &[]);
                    let steps = checker.inside(&part, |checker| checker.branch(child));
                    if otherwise.replace(()).is_some() {
                        checker.error("choose/otherwise", child.name_span, "`otherwise` stands twice", "put everything into one");
                    }
                    choose.otherwise.extend(steps);
                }
                _ => whole = false,
            }
        }
        if choose.when.is_empty() && whole {
            let help = "write `<when condition=\"@(...)\">...</when>`";
            checker.error("choose/when", element.name_span, "`choose` needs a `when`", help);
            return None;
        }
        whole.then_some(choose)
    }

    fn parts(&self) -> Parts<'_> {
        let when = self.when.iter().enumerate().map(|(at, when)| (Some(format!("when[{}]", at + 1)), &*when.steps));
        let otherwise = (!self.otherwise.is_empty()).then(|| (Some("otherwise[1]".to_owned()), &*self.otherwise));
        when.chain(otherwise).collect()
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        for (at, when) in self.when.iter().enumerate() {
            let holds = when.condition.get(exchange, host, Self::NAME).await;
            if holds.map_err(|fault| fault.in_part(format!("when[{}]", at + 1)))? {
                return run::nested(&when.steps, exchange, host).await;
            }
        }
        run::nested(&self.otherwise, exchange, host).await
    }
}

impl Checker<'_> {
    /// The policies in a branch, which holds nothing else.
    pub(super) fn branch(&mut self, element: &Element) -> Vec<Rc<Step>> {
        for node in &element.children {
            if let Node::Text(text) = node
                && !text.damaged
            {
                self.error("policy/text", text.span, format!("`{}` holds no text", element.name), "remove it, or write it as a policy");
            }
        }
        self.steps(element)
    }
}
