//! What a token must say.

use super::denied::Denied;
use crate::{
    computed::Expr,
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault},
    xml::Element,
};
use dotnet::{DateTime, DateTimeKind};
use jose::Claims;
use std::rc::Rc;

/// A claim that must be there: `<claim name="..." match="all|any" separator=" ">`.
#[derive(Debug)]
pub(super) struct Required {
    name: Expr<Rc<str>>,
    /// True if one of the values is enough.
    any: bool,
    /// What stands between the values in one text.
    separator: Option<String>,
    values: Vec<Expr<Rc<str>>>,
}

/// The same, for one request.
#[derive(Debug)]
pub(super) struct Wanted {
    name: Rc<str>,
    any: bool,
    separator: Option<String>,
    values: Vec<Rc<str>>,
}

impl Required {
    /// Reads the `claim` elements of `required-claims`. Nothing if one of them is wrong.
    pub(super) fn check_all(element: &Element, checker: &mut Checker<'_>) -> Option<Vec<Self>> {
        checker.attributes(element, &[]);
        checker.children(element, Children::Named(&["claim"]));
        let claims: Vec<Option<Self>> = named(element, "claim").map(|claim| Self::check(claim, checker)).collect();
        if claims.is_empty() {
            let help = "add `<claim name=\"...\">`, or remove it";
            checker.error("token/empty", element.name_span, "`required-claims` names no claim", help);
        }
        claims.into_iter().collect()
    }

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        checker.attributes(element, &["name", "match", "separator"]);
        checker.children(element, Children::Named(&["value"]));
        let name = checker.required_text(element, "name");
        let any = checker.one_of(element, "match", &[("all", false), ("any", true)], false);
        let separator = match element.attribute("separator") {
            None => Some(None),
            Some(_) => checker.optional(element, "separator").map(|separator| Some(separator).filter(|text| !text.is_empty())),
        };
        let values = texts(element, "value", checker);
        Some(Self { name: name?, any: any?, separator: separator?, values: values? })
    }

    /// What it asks of this request's token.
    pub(super) async fn wanted<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<Wanted, Fault> {
        let name = self.name.get(exchange, host, source).await?;
        let values = all(&self.values, exchange, host, source).await?;
        Ok(Wanted { name, any: self.any, separator: self.separator.clone(), values })
    }

    /// True if every request wants the same.
    pub(super) fn is_written(&self) -> bool {
        are_written([&self.name]) && are_written(&self.values)
    }
}

/// The elements of a name.
pub(super) fn named<'e>(element: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    element.elements().filter(move |child| child.name == name)
}

/// The texts of the elements of a name.
pub(super) fn texts(element: &Element, name: &str, checker: &mut Checker<'_>) -> Option<Vec<Expr<Rc<str>>>> {
    let texts: Vec<Option<Expr<Rc<str>>>> = named(element, name)
        .map(|child| {
            checker.attributes(child, &[]);
            checker.children(child, Children::Text);
            checker.inner_text(child)
        })
        .collect();
    texts.into_iter().collect()
}

/// The values of several texts.
pub(super) async fn all<H: Host>(
    texts: &[Expr<Rc<str>>],
    exchange: &mut Exchange,
    host: &H,
    source: &'static str,
) -> Result<Vec<Rc<str>>, Fault> {
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        values.push(text.get(exchange, host, source).await?);
    }
    Ok(values)
}

/// True if none of them is computed.
pub(super) fn are_written<'e>(texts: impl IntoIterator<Item = &'e Expr<Rc<str>>>) -> bool {
    texts.into_iter().all(|text| matches!(text, Expr::Written(_)))
}

impl Wanted {
    /// A claim that must have one of some values.
    pub(super) fn one_of(name: &str, values: Vec<Rc<str>>) -> Self {
        Self { name: name.into(), any: true, separator: None, values }
    }

    /// What a verdict on it rests on.
    pub(super) fn basis(&self, out: &mut Vec<u8>) {
        texts_basis([&self.name].into_iter().chain(&self.values), out);
    }

    fn found(&self, claims: &Claims) -> Vec<String> {
        let values = claims.values(&self.name);
        match &self.separator {
            None => values,
            Some(separator) => {
                let parts = values.iter().flat_map(|value| value.split(separator.as_str()));
                parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
        }
    }
}

/// Texts in a form in which no two lists are the same bytes.
pub(super) fn texts_basis<'t>(texts: impl IntoIterator<Item = &'t Rc<str>>, out: &mut Vec<u8>) {
    for text in texts {
        out.extend_from_slice(&(text.len() as u32).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out.push(0xff);
}

/// All claims that are wanted: those that are not there come first, all in one sentence.
pub(super) fn check_all(wanted: &[Wanted], claims: &Claims) -> Result<(), Denied> {
    let missing: Vec<&str> = wanted.iter().filter(|one| claims.values(&one.name).is_empty()).map(|one| &*one.name).collect();
    if !missing.is_empty() {
        let message = format!("JWT token is missing the following claims: {}", missing.join(", "));
        return Err(Denied::new("TokenClaimNotFound", message));
    }
    for one in wanted.iter().filter(|one| !one.values.is_empty()) {
        let found = one.found(claims);
        let has = |value: &Rc<str>| found.iter().any(|found| **found == **value);
        let is_right = if one.any { one.values.iter().any(has) } else { one.values.iter().all(has) };
        if !is_right {
            let message = format!("Claim {} value of {} is not allowed", one.name, shown(&found.join(", ")));
            return Err(Denied::new("TokenClaimValueNotAllowed", message));
        }
    }
    Ok(())
}

/// For whom the token is.
pub(super) fn check_audiences(allowed: &[Rc<str>], claims: &Claims) -> Result<(), Denied> {
    let found = claims.audiences();
    if allowed.is_empty() || allowed.iter().any(|allowed| found.iter().any(|found| **found == **allowed)) {
        return Ok(());
    }
    let found = match found {
        [] => "is for nobody (it has no `aud`)".to_owned(),
        found => format!("is for {}", listed(found.iter().map(String::as_str))),
    };
    let message = format!("The token {found}, and the policy allows {}", listed(allowed.iter().map(|one| &**one)));
    Err(Denied::new("TokenAudienceNotAllowed", message))
}

/// Who issued the token.
pub(super) fn check_issuer(allowed: &[Rc<str>], claims: &Claims, key: &str) -> Result<(), Denied> {
    if allowed.is_empty() || claims.issuer().is_some_and(|issuer| allowed.iter().any(|allowed| **allowed == *issuer)) {
        return Ok(());
    }
    let found = claims.issuer().map_or("nobody (it has no `iss`)".to_owned(), |issuer| format!("`{}`", shown(issuer)));
    let allowed = listed(allowed.iter().map(|one| &**one));
    let message = format!("The token was issued by {found} and is signed with {key}, and the policy allows the issuer {allowed}");
    Err(Denied::new("TokenIssuerNotAllowed", message))
}

/// Whether the token is valid at this time.
pub(super) fn check_times(claims: &Claims, now_micros: i64, skew_s: u32, must_expire: bool) -> Result<(), Denied> {
    let skew_micros = i64::from(skew_s) * 1_000_000;
    let clock = |difference_micros: i64, relation: &str| {
        let seconds = difference_micros as f64 / 1e6;
        format!("{seconds:.1} s {relation} the gateway's clock ({}), and `clock-skew` allows {skew_s} s", time(now_micros))
    };
    match claims.expires_us() {
        None if must_expire => {
            let message = "The token has no `exp`, and `require-expiration-time` asks for one";
            return Err(Denied::new("TokenExpired", message));
        }
        Some(expires) if now_micros >= expires.saturating_add(skew_micros) => {
            let difference = clock(now_micros - expires, "before");
            return Err(Denied::new("TokenExpired", format!("The token expired at {}, {difference}", time(expires))));
        }
        _ => {}
    }
    match claims.not_before_us() {
        Some(starts) if now_micros < starts.saturating_sub(skew_micros) => {
            let difference = clock(starts - now_micros, "after");
            Err(Denied::new("JwtInvalid", format!("The token is not valid before {}, {difference}", time(starts))))
        }
        _ => Ok(()),
    }
}

fn time(micros: i64) -> String {
    let time = DateTime { ticks: crate::about::ticks(micros), kind: DateTimeKind::Utc };
    time.format(Some("yyyy-MM-dd'T'HH:mm:ss'Z'")).unwrap_or_default()
}

fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("`{}`", shown(text))).collect();
    texts.join(", ")
}

/// What a token says, for a line of a log.
fn shown(text: &str) -> String {
    const LETTERS_MAX: usize = 200;
    let shown = text.chars().take(LETTERS_MAX);
    shown.map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
