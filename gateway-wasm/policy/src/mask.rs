//! What nobody may read: secret texts, and what stands in their place wherever a person looks.
//!
//! Traces, the operator's log, and the events that say something to people go through a [`Mask`]. What goes to backends and callers
//! never does, and neither does what a policy sends to an event hub: that is data.
//!
//! A secret is found as it is and as it looks in a URL, in JSON and in XML. What a policy computes from it (a hash, Base64) is a text of
//! its own, which nobody can know here.

use crate::{exchange::Exchange, problem};
use std::{borrow::Cow, cell::LazyCell, cmp::Ordering, collections::BTreeSet, fmt, ops::Range, rc::Rc};

/// What stands in the place of a secret.
pub const MASK: &str = "****";

/// The shortest text that is masked, in bytes. Shorter ones are found in half of all words, and every word without them would tell.
pub const SECRET_BYTES_MIN: usize = 4;

/// How many credentials of a request are looked for without a mask.
const RUNS_MAX: usize = 8;

/// The secrets of a service. They are only looked at when there is something to mask, so they cost nothing where nobody watches.
pub struct Secrets(LazyCell<Index, Collect>);

type Collect = Box<dyn FnOnce() -> Index>;

impl Secrets {
    /// The secrets that `collect` finds, once somebody needs them.
    pub fn new(collect: impl FnOnce() -> Vec<String> + 'static) -> Self {
        Self(LazyCell::new(Box::new(|| Index::new(collect()))))
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new(Vec::new)
    }
}

/// Not what they are.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// Takes secrets out of texts: those of the service, and those that a request brought.
#[derive(Clone, Default)]
pub struct Mask {
    service: Rc<Secrets>,
    request: Rc<Index>,
    /// The header field that holds the caller's key, in lower case.
    key_header: String,
    /// The query parameter that holds it.
    key_query: String,
}

/// Not what it takes out.
impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// A mask of what the service knows, before there is an exchange.
    pub fn new(service: Rc<Secrets>) -> Self {
        Self { service, ..Self::default() }
    }

    /// The mask of an exchange. A key or a token that came with the request is a secret even if it is a wrong one: most often it is
    /// right elsewhere.
    pub fn of(exchange: &Exchange) -> Self {
        let api = &exchange.about.called.api;
        let mut came = Vec::new();
        each_credential(exchange, |credential| came.push(String::from_utf8_lossy(credential).into_owned()));
        Self {
            service: exchange.about.secrets.clone(),
            request: Rc::new(Index::new(came)),
            key_header: api.key_header.to_ascii_lowercase(),
            key_query: api.key_query.clone(),
        }
    }

    /// A text about an exchange without its secrets. What comes out is what [`of`](Self::of) and [`hide`](Self::hide) would show;
    /// but few texts have anything of a credential in them, and for those that have not no mask is made.
    pub fn hide_once<'t>(exchange: &Exchange, text: &'t str) -> Cow<'t, str> {
        let (mut runs, mut count, mut is_unsure) = ([0; RUNS_MAX], 0, false);
        each_credential(exchange, |credential| match (kept_run(credential), runs.get_mut(count)) {
            (Some(run), Some(free)) => {
                *free = u32::from_le_bytes(run);
                count += 1;
            }
            _ => is_unsure = true,
        });
        let runs = runs.get(..count).unwrap_or_default();
        let mut starts = text.as_bytes().windows(SECRET_BYTES_MIN).filter_map(<[u8]>::first_chunk).copied();
        if is_unsure || starts.any(|start| runs.contains(&u32::from_le_bytes(start))) {
            return Self::of(exchange).hide(text);
        }
        without(text, exchange.about.secrets.0.find(text).collect())
    }

    /// Something else that is a secret from now on, such as a token that was fetched for the request.
    pub(crate) fn learn(&mut self, secret: &str) {
        Rc::make_mut(&mut self.request).learn(secret);
    }

    /// The value of a header field, whose name is in lower case, is a secret from now on if it may not be shown.
    pub(crate) fn learn_field(&mut self, name: &str, value: &str) {
        if self.hides_field(name) {
            self.learn(&String::from_utf8_lossy(secret_of_field(name, value.as_bytes())));
        }
    }

    /// Everything that another mask of the same exchange has learned.
    pub(crate) fn learn_all(&mut self, other: &Mask) {
        if !Rc::ptr_eq(&self.request, &other.request) {
            let learned = Rc::make_mut(&mut self.request);
            other.request.forms.iter().for_each(|form| learned.insert(form.clone()));
        }
    }

    /// A text without its secrets.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.service.0.find(text).chain(self.request.find(text)).collect())
    }

    /// The value of a header field, whose name is in lower case.
    pub fn hide_field<'t>(&self, name: &str, value: &'t str) -> Cow<'t, str> {
        if self.hides_field(name) { MASK.into() } else { self.hide(value) }
    }

    /// A URL, or what follows the host in one: the caller's key is not shown even if it is nobody's.
    pub fn hide_url(&self, url: &str) -> String {
        let Some((path, query)) = url.split_once('?') else { return self.hide(url).into_owned() };
        let pair = |pair: &str| match self.key_in(pair) {
            Some(value) => format!("{}{MASK}", pair.strip_suffix(value).unwrap_or_default()),
            None => pair.to_owned(),
        };
        let pairs: Vec<String> = query.split('&').map(pair).collect();
        self.hide(&format!("{path}?{}", pairs.join("&"))).into_owned()
    }

    /// A message of HTTP as text: a first line, fields, a body.
    pub fn hide_message(&self, message: &str) -> String {
        let line = |line: &str| match line.split_once(": ") {
            Some((name, value)) => format!("{name}: {}\n", self.hide_field(&name.to_ascii_lowercase(), value)),
            None => format!("{}\n", self.hide_url(line)),
        };
        // A secret may have more than one line, so it is looked for before they are told apart.
        self.hide(message).lines().map(line).collect()
    }

    fn hides_field(&self, name: &str) -> bool {
        is_hidden(name, &self.key_header)
    }

    fn key_in<'q>(&self, pair: &'q str) -> Option<&'q str> {
        key_in(pair, &self.key_query)
    }
}

/// Everything in a request that proves who asks.
fn each_credential(exchange: &Exchange, mut take: impl FnMut(&[u8])) {
    let api = &exchange.about.called.api;
    for (name, value) in exchange.client.fields().iter().filter(|(name, _)| is_hidden(name, &api.key_header)) {
        take(secret_of_field(name, value));
    }
    let query = exchange.client.target().split_once('?').map_or("", |(_, query)| query);
    for value in query.split('&').filter_map(|pair| key_in(pair, &api.key_query)) {
        take(dotnet::uri::unescape_data_string(value).as_bytes());
        take(value.as_bytes());
    }
}

/// True if nobody may read the value of a header field, whose name is in lower case.
fn is_hidden(name: &str, key_header: &str) -> bool {
    // What holds keys, tokens and sessions.
    let always = matches!(
        name,
        "authorization"
            | "proxy-authorization"
            | "cookie"
            | "set-cookie"
            | "ocp-apim-subscription-key"
            | "apim-debug-authorization"
    );
    always || name.eq_ignore_ascii_case(key_header)
}

/// The caller's key, where a pair of a query holds it.
fn key_in<'q>(pair: &'q str, key_query: &str) -> Option<&'q str> {
    let (name, value) = pair.split_once('=')?;
    let is_it = || name == key_query || name.contains('%') && dotnet::uri::unescape_data_string(name) == key_query;
    (!key_query.is_empty() && is_it()).then_some(value)
}

/// A text without what was found in it.
fn without(text: &str, mut found: Vec<Range<usize>>) -> Cow<'_, str> {
    if found.is_empty() {
        return text.into();
    }
    found.sort_unstable_by_key(|range| range.start);
    let (mut hidden, mut end) = (String::with_capacity(text.len()), 0);
    for range in found {
        // Those that overlap are one: what would be left of the second could tell something.
        if range.start >= end {
            hidden.push_str(text.get(end..range.start).unwrap_or_default());
            hidden.push_str(MASK);
        }
        end = end.max(range.end);
    }
    hidden.push_str(text.get(end..).unwrap_or_default());
    hidden.into()
}

/// Secret texts, ordered by how they start, so that finding them takes no longer the more there are.
#[derive(Clone, Default)]
struct Index {
    /// First by how they start; of those that start alike the longest first.
    forms: Vec<String>,
    /// How they start.
    starts: Starts,
}

/// How a secret starts.
type Start = [u8; SECRET_BYTES_MIN];

/// A bit for each start, by a hash of it: most places in a text are seen to be no secret's start by one look.
#[derive(Clone, Copy, Default)]
struct Starts([u64; 32]);

impl Starts {
    fn mark(&mut self, start: &Start) {
        let (word, bit) = Self::place(start);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    /// False if no such start was marked; now and then true though none was.
    fn has(&self, start: &Start) -> bool {
        let (word, bit) = Self::place(start);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The factor is 2^32 by the golden ratio, which spreads what is alike.
    fn place(start: &Start) -> (usize, u64) {
        let hash = u32::from_le_bytes(*start).wrapping_mul(0x9E37_79B1) >> 21;
        (hash as usize >> 6, 1 << (hash & 63))
    }
}

impl Index {
    fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut index = Self::default();
        for form in secrets.into_iter().flat_map(|secret| forms(secret.trim())) {
            if let Some(start) = form.as_bytes().first_chunk() {
                index.starts.mark(start);
                index.forms.push(form);
            }
        }
        index.forms.sort_unstable_by(|one, other| in_order(one, other));
        index.forms.dedup();
        index
    }

    fn learn(&mut self, secret: &str) {
        for form in forms(secret.trim()) {
            self.insert(form);
        }
    }

    fn insert(&mut self, form: String) {
        let Some(start) = form.as_bytes().first_chunk() else { return };
        self.starts.mark(start);
        let at = self.forms.partition_point(|other| in_order(other, &form).is_lt());
        if self.forms.get(at) != Some(&form) {
            self.forms.insert(at, form);
        }
    }

    /// Where secrets stand: at each place the longest.
    fn find(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let places = if self.forms.is_empty() { 0 } else { text.len() };
        (0..places).filter_map(|at| {
            let rest = text.as_bytes().get(at..)?;
            let start: &Start = rest.first_chunk()?;
            if !self.starts.has(start) {
                return None;
            }
            let first = self.forms.partition_point(|form| start_of(form) < Some(start));
            let mut alike = self.forms.get(first..)?.iter().take_while(|form| start_of(form) == Some(start));
            let longest = alike.find(|form| rest.starts_with(form.as_bytes()))?;
            Some(at..at + longest.len())
        })
    }
}

fn start_of(form: &str) -> Option<&Start> {
    form.as_bytes().first_chunk()
}

/// A secret may begin with another one: the longest is found first.
fn in_order(one: &str, other: &str) -> Ordering {
    let longest_first = || other.len().cmp(&one.len()).then_with(|| one.cmp(other));
    start_of(one).cmp(&start_of(other)).then_with(longest_first)
}

/// What is secret in a header field that is not shown: of an authorization what stands behind the name of its scheme.
fn secret_of_field<'v>(name: &str, value: &'v [u8]) -> &'v [u8] {
    let space = if name.ends_with("authorization") { value.iter().position(|byte| *byte == b' ') } else { None };
    space.and_then(|space| value.get(space + 1..)).unwrap_or(value)
}

/// How a run of letters and digits in a secret starts, which stands like this in all of its [`forms`]. There may be none.
fn kept_run(secret: &[u8]) -> Option<Start> {
    let mut before = 0_usize;
    let mut runs = secret.split(|byte| !byte.is_ascii_alphanumeric()).filter(|run| {
        let ampersand = before.checked_sub(1).and_then(|at| secret.get(at)) == Some(&b'&');
        before += run.len() + 1;
        // It may be the name of what is written for XML: `quot` of `&quot;`.
        !ampersand
    });
    runs.find_map(|run| run.first_chunk()).copied()
}

/// A secret as it is, and as it looks in a URL, in a form, in JSON, and in XML.
fn forms(secret: &str) -> BTreeSet<String> {
    // Most keys and tokens look the same everywhere.
    if secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return BTreeSet::from([secret.to_owned()]);
    }
    let in_url = dotnet::uri::escape_data_string(&secret.into());
    let in_form = in_url.replace("%20", "+");
    let in_json = problem::quoted(secret);
    let in_json = in_json.get(1..in_json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let in_xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Policies are XML: what stands in one as `&amp;` is `&` to everybody else.
    let of_xml = secret.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    BTreeSet::from([lower_escapes(&in_url), in_url, in_form, in_json, in_xml, of_xml, secret.to_owned()])
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is secret, a text, and what is shown of it.
    const CASES: [(&[&str], &str, &str); 12] = [
        (&["abcdef"], "x abcdef y abcde abcdefg", "x **** y abcde ****g"),
        (&["abcd"], "abcdabcd abcabcd", "******** abc****"),
        (&["abc", ""], "abc is too short", "abc is too short"),
        (&["abcdef", "abcdefgh"], "abcdefghi abcdefg", "****i ****g"),
        (&["abcdef", "defghi", "ghij"], "abcdefghijk", "****k"),
        (&["größe", "ärger"], "die größerärger", "die ****r****"),
        (&[" of two\nlines\n"], "of two\nlines, of two\\nlines", "****, ****"),
        (&["a/b c&d=e"], "?x=a%2Fb%20c%26d%3De&y=a%2fb%20c%26d%3de", "?x=****&y=****"),
        (&["a/b c&d=e"], "x=a%2Fb+c%26d%3De", "x=****"),
        (&["say \"no\""], r#"{"x":"say \"no\""}"#, r#"{"x":"****"}"#),
        (&["one&two<"], "<a>one&amp;two&lt;</a>", "<a>****</a>"),
        (&["one&amp;two&lt;"], "one&two<", "****"),
    ];

    #[test]
    fn what_is_secret_is_found_in_every_form() {
        for (secrets, text, shown) in CASES {
            let all = secrets.iter().map(|secret| (*secret).to_owned()).collect::<Vec<_>>();
            assert_eq!(Mask::new(Rc::new(Secrets::new(move || all))).hide(text), shown, "{secrets:?} in {text:?}");
            // What is learned later is found as well.
            let mut mask = Mask::default();
            secrets.iter().for_each(|secret| mask.learn(secret));
            assert_eq!(mask.hide(text), shown, "{secrets:?} learned, in {text:?}");
        }
    }

    #[test]
    fn a_run_of_letters_and_digits_stays_in_each_form() {
        let odd = [
            "a/b c&d=e",
            "&quot;quot&quot;",
            "&quot;1a&quot;",
            "50%2Foff%",
            "größe 7",
            "\"\n\"",
            "....",
            "a b",
            "session=17; theme=dark",
            "x&y&quot;zero&lt;&name=",
        ];
        for secret in CASES.iter().flat_map(|(secrets, _, _)| *secrets).chain(&odd) {
            let Some(run) = kept_run(secret.as_bytes()) else { continue };
            let run = String::from_utf8_lossy(&run);
            for form in forms(secret) {
                assert!(form.contains(&*run), "{run} in {form:?} of {secret:?}");
            }
        }
        assert_eq!(kept_run(b"a.b-c7f3-9c2e").as_ref(), Some(b"c7f3"));
        assert_eq!(kept_run(b"&quot;&amp-four").as_ref(), Some(b"four"));
        assert_eq!(kept_run(b"&quot;one"), None);
    }
}
