//! What a policy allows callers, in words: `60 calls per minute`. Only what is written literally; an expression is known
//! when a call comes.

use crate::messages::Messages;
use catalog::Service;
use console::Phrase;
use diagnostic::{Diagnostics, Severity, Source};
use policy::text::Text;
use policy::xml::{self, Element, Kind};
use serde::Serialize;
use std::collections::BTreeMap;

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Limit {
    /// `60 calls per minute`, in the language of the page.
    pub(crate) words: String,
    /// `for each subscription`: translated by the template.
    pub(crate) counted: &'static str,
    /// A rate is about bursts, a quota about a longer time.
    pub(crate) is_quota: bool,
}

/// The limits in the policy of a product or an API, in the order in which they run.
pub(crate) fn of(policy: Option<&Source>, service: &Service, messages: &Messages) -> Vec<Limit> {
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
    elements.iter().for_each(|element| gather(element, messages, &mut limits));
    limits.dedup();
    limits
}

fn gather(element: &Element, messages: &Messages, limits: &mut Vec<Limit>) {
    // What depends on a condition may not count for a caller.
    if matches!(element.name.as_str(), "choose" | "retry" | "return-response" | "send-request") {
        return;
    }
    let (by_key, is_quota) = match element.name.as_str() {
        "rate-limit" => (false, false),
        "rate-limit-by-key" => (true, false),
        "quota" => (false, true),
        "quota-by-key" => (true, true),
        _ => return element.elements().for_each(|inner| gather(inner, messages, limits)),
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
    let mut add = |amount: Phrase| {
        let words = Phrase::new("{amount} {period}").with("amount", amount).with("period", period(seconds, messages));
        limits.push(Limit { words: messages.phrase(&words), counted, is_quota });
    };
    if let Some(calls) = number("calls") {
        add(match calls {
            1 => Phrase::new("1 call"),
            _ => Phrase::new("{number} calls").with("count", calls).with("number", messages.number(calls)),
        });
    }
    if let Some(kilobytes) = number("bandwidth") {
        add(match kilobytes % 1_024 {
            0 if kilobytes > 0 => Phrase::new("{number} MB").with("number", messages.number(kilobytes / 1_024)),
            _ => Phrase::new("{number} kB").with("number", messages.number(kilobytes)),
        });
    }
}

/// A time in its largest whole unit: `per minute`, `in 90 seconds`.
fn period(seconds: u64, messages: &Messages) -> Phrase {
    let units = [
        (604_800, Phrase::new("per week"), Phrase::new("in {number} weeks")),
        (86_400, Phrase::new("per day"), Phrase::new("in {number} days")),
        (3_600, Phrase::new("per hour"), Phrase::new("in {number} hours")),
        (60, Phrase::new("per minute"), Phrase::new("in {number} minutes")),
        (1, Phrase::new("per second"), Phrase::new("in {number} seconds")),
    ];
    match units.into_iter().find(|(unit, ..)| seconds > 0 && seconds.is_multiple_of(*unit)) {
        Some((unit, each, _)) if seconds == unit => each,
        Some((unit, _, several)) => several.with("count", seconds / unit).with("number", messages.number(seconds / unit)),
        None => Phrase::new("in all"),
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::messages::Messages;
    use catalog::Service;
    use catalog::model::NamedValue;
    use diagnostic::{Diagnostics, Source};

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
            let found: Vec<String> = of(Some(&source), &service, &Messages::new("en", &[], &mut Diagnostics::new()))
                .iter()
                .map(|limit| format!("{}{} {}", if limit.is_quota { "quota " } else { "" }, limit.words, limit.counted))
                .collect();
            assert_eq!(found.join("; "), expected, "{policy}");
        }
        let german = Messages::new("de", &[], &mut Diagnostics::new());
        for (policy, expected) in [
            (r#"<rate-limit calls="1500" renewal-period="60" />"#, "1.500 Aufrufe pro Minute, je Abonnement"),
            (
                r#"<quota-by-key calls="1" bandwidth="40960" renewal-period="7200" counter-key="all" />"#,
                "1 Aufruf in 2 Stunden, für alle Aufrufer zusammen; 40 MB in 2 Stunden, für alle Aufrufer zusammen",
            ),
        ] {
            let source = Source::new("policy.xml", format!("<policies><inbound><base />{policy}</inbound></policies>"));
            let found = of(Some(&source), &service, &german);
            let found: Vec<String> =
                found.iter().map(|limit| format!("{}, {}", limit.words, german.word(limit.counted))).collect();
            assert_eq!(found.join("; "), expected, "{policy}");
        }
    }
}
