//! `probe`: misbehaves on purpose, for the tests of the host. Only built with the feature `probe`.

use crate::{
    document::Section,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};

/// Breaks what a host must survive.
#[derive(Debug)]
pub enum Probe {
    /// Ends the instance.
    Trap,
    /// Never returns.
    Spin,
    /// Takes all the memory it can get.
    Grow,
}

impl Statement for Probe {
    const NAME: &'static str = "probe";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["action"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        match checker.required(element, "action")?.as_str() {
            "trap" => Some(Probe::Trap),
            "spin" => Some(Probe::Spin),
            _ => Some(Probe::Grow),
        }
    }

    // Breaking off is what it is for; no other policy may.
    #[allow(clippy::disallowed_methods)]
    async fn run<H: Host>(&self, exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        match self {
            Probe::Trap => std::process::abort(),
            Probe::Spin => loop {
                std::hint::black_box(());
            },
            Probe::Grow => {
                let mut all: Vec<Vec<u8>> = Vec::new();
                loop {
                    all.push(vec![1; 1 << 20]);
                    exchange.request.path.push(char::from(all.last().map_or(0, |last| last[0])));
                }
            }
        }
    }
}
