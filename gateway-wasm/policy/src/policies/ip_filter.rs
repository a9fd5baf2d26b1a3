//! `ip-filter`: lets requests pass, or refuses them, by the address that they come from.

use crate::{
    computed::{Expr, Failed, FromValue, Word},
    document::Section,
    exchange::Exchange,
    expr::{self, machine::Machine},
    host::Host,
    problem,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::{Element, Value},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// Allows only some addresses, or forbids them.
#[derive(Debug)]
pub struct IpFilter {
    action: Word<Action>,
    addresses: Vec<Listed>,
}

/// What happens to callers that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Allow,
    Forbid,
}

/// What is listed: one address, or all from one to another.
#[derive(Debug)]
struct Listed {
    from: Expr<Address>,
    to: Option<Expr<Address>>,
}

/// An address; none where a named value holds something else, which only the gateway learns if the value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Address(Option<IpAddr>);

/// Addresses of one version, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    from: IpAddr,
    to: IpAddr,
}

const ACTIONS: &[(&str, Action)] = &[("allow", Action::Allow), ("forbid", Action::Forbid)];

impl Statement for IpFilter {
    const NAME: &'static str = "ip-filter";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["action"];
    const CHILDREN: Children = Children::Named(&["address", "address-range"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let action = match element.attribute("action") {
            Some(_) => checker.word(element, "action", ACTIONS, Action::Allow),
            None => checker.required(element, "action").and(None),
        };
        let mut addresses = Some(Vec::new());
        let mut is_empty = true;
        for child in element.elements() {
            let listed = match child.name.as_str() {
                "address" => Listed::address(child, checker),
                "address-range" => Listed::range(child, checker),
                _ => continue,
            };
            is_empty = false;
            match (listed, &mut addresses) {
                (Some(listed), Some(addresses)) => addresses.push(listed),
                _ => addresses = None,
            }
        }
        if is_empty {
            let help = "add `<address>192.0.2.1</address>`, for example";
            checker.error("ip-filter/empty", element.name_span, "`ip-filter` lists no address", help);
            return None;
        }
        Some(Self { action: action?, addresses: addresses? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let Ok(caller) = exchange.client.client_address().parse::<IpAddr>() else {
            const MESSAGE: &str = "Failed to establish IP address for the caller. Access denied.";
            return Err(refused("FailedToParseCallerIP", MESSAGE.to_owned()));
        };
        let caller = caller.to_canonical();
        let action = self.action.get(exchange, host, Self::NAME).await?;
        let mut found = None;
        let mut others = Vec::new();
        for listed in &self.addresses {
            let range = listed.computed(exchange, host).await?;
            if range.holds(caller) {
                found = Some(range);
                break;
            }
            if exchange.trace.is_some() {
                others.push(range.to_string());
            }
        }
        exchange.say(Self::NAME, || match found {
            Some(range) => format!("{caller} is in {range}"),
            None => format!("{caller} is in none of {}", others.join(", ")),
        });
        match (action, found.is_some()) {
            (Action::Allow, true) | (Action::Forbid, false) => Ok(Flow::Next),
            (Action::Allow, false) => {
                Err(refused("CallerIpNotAllowed", format!("Caller IP address {caller} is not allowed. Access denied.")))
            }
            (Action::Forbid, true) => {
                Err(refused("CallerIpBlocked", "Caller IP address is blocked. Access denied.".to_owned()))
            }
        }
    }
}

/// The caller learns only that it is refused (reference: APIM, C5).
fn refused(reason: &'static str, message: String) -> Fault {
    Fault::new(IpFilter::NAME, reason, message).answered_with(problem::response(403, "Forbidden"))
}

impl Listed {
    /// `<address>192.0.2.1</address>`
    fn address(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        checker.attributes(element, &[]);
        checker.children(element, Children::Text);
        let value = element.value(checker.text);
        Some(Self { from: address(&value, checker)?, to: None })
    }

    /// `<address-range from="192.0.2.1" to="192.0.2.9" />`
    fn range(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        checker.attributes(element, &["from", "to"]);
        checker.children(element, Children::None);
        let ends = ["from", "to"].map(|name| match element.attribute(name) {
            Some(attribute) => address(&attribute.value, checker),
            None => checker.required(element, name).and(None),
        });
        let [Some(from), Some(to)] = ends else { return None };
        if let (Expr::Written(Address(Some(first))), Expr::Written(Address(Some(last)))) = (&from, &to)
            && Range::new(*first, *last).is_none()
        {
            let (message, help) = match first.is_ipv4() == last.is_ipv4() {
                true => (format!("the range ends at {last}, before its start at {first}"), "swap `from` and `to`"),
                false => (
                    format!("the range starts at {first} and ends at {last}, which is of another version"),
                    "write a range for each version",
                ),
            };
            checker.error("ip-filter/range", element.name_span, message, help);
            return None;
        }
        Some(Self { from, to: Some(to) })
    }

    /// The addresses, computed. A list that cannot be read lets nobody pass.
    async fn computed<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Range, Fault> {
        let Address(from) = self.from.get(exchange, host, IpFilter::NAME).await?;
        let to = match &self.to {
            Some(to) => to.get(exchange, host, IpFilter::NAME).await?.0,
            None => from,
        };
        let range = from.zip(to).and_then(|(from, to)| Range::new(from, to));
        range.ok_or_else(|| {
            const MESSAGE: &str = "An entry of the list is neither an IP address nor a range of them.";
            Fault::new(IpFilter::NAME, "ExpressionValueEvaluationFailure", MESSAGE)
        })
    }
}

/// A written address, or an expression that gives one.
fn address(value: &Value, checker: &mut Checker<'_>) -> Option<Expr<Address>> {
    checker.value(value, |checker, text| {
        let address = parsed(text);
        if address.is_some() || checker.text.holds_named_value(value.span) {
            return Some(Address(address));
        }
        let text = text.trim();
        let help = match block(text) {
            Some(Range { from, to }) => format!("write `<address-range from=\"{from}\" to=\"{to}\" />`"),
            None => "write an address such as `192.0.2.1` or `2001:db8::1`".to_owned(),
        };
        checker.error("ip-filter/address", value.span, format!("`{text}` is no IP address"), help);
        None
    })
}

/// An address of version 4 that is written as one of version 6 is of version 4.
fn parsed(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// `10.0.0.0/8`, which APIM does not take, as the range that it stands for.
fn block(text: &str) -> Option<Range> {
    let (address, length) = text.split_once('/')?;
    let (address, length) = (address.parse().ok()?, length.parse::<u32>().ok()?);
    Some(match address {
        IpAddr::V4(address) => {
            let rest = u32::MAX.checked_shr(length).unwrap_or(0);
            let first = (length <= 32).then_some(address.to_bits() & !rest)?;
            Range { from: Ipv4Addr::from_bits(first).into(), to: Ipv4Addr::from_bits(first | rest).into() }
        }
        IpAddr::V6(address) => {
            let rest = u128::MAX.checked_shr(length).unwrap_or(0);
            let first = (length <= 128).then_some(address.to_bits() & !rest)?;
            Range { from: Ipv6Addr::from_bits(first).into(), to: Ipv6Addr::from_bits(first | rest).into() }
        }
    })
}

impl FromValue for Address {
    fn from_value(value: expr::value::Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        let address = parsed(&machine.text(&value)?.to_str());
        address.map(|address| Self(Some(address))).ok_or(Failed::Unfit("an IP address"))
    }
}

impl Range {
    /// `None` if it ends before it starts, or in the other version.
    fn new(from: IpAddr, to: IpAddr) -> Option<Self> {
        (from.is_ipv4() == to.is_ipv4() && from <= to).then_some(Self { from, to })
    }

    fn holds(&self, address: IpAddr) -> bool {
        // Versions do not mix in a range, and those of one come in their order before those of the other.
        (self.from..=self.to).contains(&address)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.from)?;
        if self.from == self.to { Ok(()) } else { write!(f, "-{}", self.to) }
    }
}
