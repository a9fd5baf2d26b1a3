//! What a policy allows callers, in words: `60 calls per minute`. Only what is written literally; an expression is known
//! when a call comes.

use catalog::Service;
use diagnostic::{Diagnostics, Severity, Source};
use policy::text::Text;
use policy::xml::{self, Element, Kind};
use serde::Serialize;
use std::collections::BTreeMap;

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Limit {
    /// `60 calls per minute`.
    pub(crate) words: String,
    /// `for each subscription`.
    pub(crate) counted: &'static str,
    /// A rate is about bursts, a quota about a longer time.
    pub(crate) is_quota: bool,
}

/// The limits in the policy of a product or an API, in the order in which they run.
pub(crate) fn of(policy: Option<&Source>, service: &Service) -> Vec<Limit> {
    let Some(policy) = policy else { return Vec::new() };
    let values: BTreeMap<String, String> = service
        .named_values
        .iter()
        .filter(|value| !value.secret)
        .filter_map(|value| Some((value.display_name.clone(), value.value.clone()?)))
        .collect();
    // What is wrong with the policy has been said where it was checked.
    let mut unheard = Diagnostics::new();
    let elements = xml::read(&Text::new(policy, &values, Severity::Warning), &mut unheard);
    let mut limits = Vec::new();
    elements.iter().for_each(|element| gather(element, &mut limits));
    limits.dedup();
    limits
}

fn gather(element: &Element, limits: &mut Vec<Limit>) {
    // What depends on a condition may not count for a caller.
    if matches!(element.name.as_str(), "choose" | "retry" | "return-response" | "send-request") {
        return;
    }
    let (by_key, is_quota) = match element.name.as_str() {
        "rate-limit" => (false, false),
        "rate-limit-by-key" => (true, false),
        "quota" => (false, true),
        "quota-by-key" => (true, true),
        _ => return element.elements().for_each(|inner| gather(inner, limits)),
    };
    let literal = |name: &str| {
        let value = &element.attribute(name)?.value;
        (value.kind == Kind::Literal).then(|| value.text.trim().to_owned())
    };
    let number = |name: &str| literal(name)?.parse::<u64>().ok();
    let Some(seconds) = number("renewal-period") else { return };
    let key = element.attribute("counter-key").map_or("", |attribute| attribute.value.text.as_str());
    let counted = match key {
        _ if !by_key => "for each subscription",
        key if key.contains("Subscription") => "for each subscription",
        key if key.contains("User") => "for each user",
        key if key.contains("IpAddress") => "for each address that calls",
        key if key.starts_with('@') => "for each caller, as the service tells them apart",
        _ => "for all callers together",
    };
    let mut add = |words: String| limits.push(Limit { words: format!("{words} {}", period(seconds)), counted, is_quota });
    if let Some(calls) = number("calls") {
        add(format!("{} call{}", grouped(calls), if calls == 1 { "" } else { "s" }));
    }
    if let Some(kilobytes) = number("bandwidth") {
        add(match kilobytes {
            0..1_024 => format!("{kilobytes} kB"),
            _ if kilobytes % 1_024 == 0 => format!("{} MB", grouped(kilobytes / 1_024)),
            _ => format!("{} kB", grouped(kilobytes)),
        });
    }
}

/// A time in its largest whole unit: `per minute`, `in 90 seconds`.
fn period(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    match UNITS.iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit)) {
        Some((unit, name)) if seconds == *unit => format!("per {name}"),
        Some((unit, name)) => format!("in {} {name}s", grouped(seconds / unit)),
        None => "in all".to_owned(),
    }
}

/// `10,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::of;
    use catalog::Service;
    use catalog::model::NamedValue;
    use diagnostic::Source;

    #[test]
    fn limits_are_words_where_they_are_literal() {
        let value = |name: &str, value: Option<&str>| NamedValue {
            name: name.to_owned(),
            workspace: None,
            display_name: name.to_owned(),
            value: value.map(str::to_owned),
            secret: value.is_none(),
            vault: None,
        };
        let service = Service { named_values: vec![value("calls", Some("1500")), value("hidden", None)], ..Service::default() };
        for (policy, expected) in [
            (r#"<rate-limit calls="60" renewal-period="60" />"#, "60 calls per minute for each subscription"),
            (r#"<rate-limit calls="1" renewal-period="1" />"#, "1 call per second for each subscription"),
            (r#"<rate-limit calls="{{calls}}" renewal-period="90" />"#, "1,500 calls in 90 seconds for each subscription"),
            (
                r#"<quota calls="10000" bandwidth="40960" renewal-period="604800" />"#,
                "quota 10,000 calls per week for each subscription; quota 40 MB per week for each subscription",
            ),
            (r#"<quota calls="5" renewal-period="0" />"#, "quota 5 calls in all for each subscription"),
            (
                r#"<rate-limit-by-key calls="3" renewal-period="7200" counter-key="@(context.Request.IpAddress)" />"#,
                "3 calls in 2 hours for each address that calls",
            ),
            (r#"<rate-limit calls="@(context.Variables.x)" renewal-period="60" />"#, ""),
            (r#"<rate-limit calls="{{hidden}}" renewal-period="60" />"#, ""),
            (r#"<choose><when condition="@(true)"><rate-limit calls="1" renewal-period="60" /></when></choose>"#, ""),
        ] {
            let source = Source::new("policy.xml", format!("<policies><inbound><base />{policy}</inbound></policies>"));
            let found: Vec<String> = of(Some(&source), &service)
                .iter()
                .map(|limit| format!("{}{} {}", if limit.is_quota { "quota " } else { "" }, limit.words, limit.counted))
                .collect();
            assert_eq!(found.join("; "), expected, "{policy}");
        }
    }
}
