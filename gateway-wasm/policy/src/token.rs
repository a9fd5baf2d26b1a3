//! Policies that ask for a token: where it stands, who may have made it, and what it must say.
//!
//! What is read of the policy file is [`Checks`]; `validate-jwt` and `validate-azure-ad-token` differ in how they fill it. The
//! reading of tokens and keys itself is the crate `jose`. A token that was found right may be remembered by the host: not the
//! token alone, but with everything that the verdict rests on, so that other keys, other values of an expression or another policy
//! never find it.

mod claims;
mod denied;
mod keys;
mod place;

pub(crate) use keys::Configuration;

use crate::{
    computed::{Expr, Number, Word},
    exchange::Exchange,
    expr::library::token as library,
    host::Host,
    statement::{Checker, Children, Fault},
    xml::Element,
};
use claims::{Required, Wanted, named};
use denied::{Denied, sentence};
use dotnet::crypto::hash::Hash;
use jose::{Claims, DecryptionKey, Key, Signed, Token};
use keys::{Gathered, Keys, Own, Signer};
use place::Place;
use std::rc::Rc;

/// What a policy asks of a token.
#[derive(Debug)]
pub(crate) struct Checks {
    place: Place,
    scheme: Option<Expr<Rc<str>>>,
    denial: Denial,
    must_expire: Word<bool>,
    must_be_signed: Word<bool>,
    clock_skew_s: Number,
    output: Option<Rc<str>>,
    keys: Keys,
    decryption: Vec<Own<DecryptionKey>>,
    audiences: Vec<Expr<Rc<str>>>,
    issuers: Vec<Expr<Rc<str>>>,
    claims: Vec<Required>,
    applications: Option<Applications>,
    /// Of the policy as it is written.
    fingerprint: Vec<u8>,
    /// True if something that the verdict rests on is computed for each request.
    is_computed: bool,
}

/// What Microsoft Entra ID has of its own.
#[derive(Debug)]
struct Applications {
    /// Who may ask for the API.
    clients: Vec<Expr<Rc<str>>>,
    /// What the API is called.
    backends: Vec<Expr<Rc<str>>>,
}

/// What the caller gets instead of the API.
#[derive(Debug)]
pub(crate) struct Denial {
    status: Number,
    message: Option<Expr<Rc<str>>>,
}

const TRUTH: &[(&str, bool)] = &[("true", true), ("false", false)];

/// The most seconds that clocks may differ: a day.
const CLOCK_SKEW_MAX_S: u32 = 86_400;

impl Denial {
    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let status = checker.number_value(element, "failed-validation-httpcode", 400..=599, 401);
        let message = checker.optional_text(element, "failed-validation-error-message");
        Some(Self { status: status?, message: message? })
    }
}

/// The elements that both policies have.
pub(crate) const CHILDREN: Children =
    Children::Named(&["openid-config", "issuer-signing-keys", "decryption-keys", "audiences", "issuers", "required-claims"]);

/// And those of `validate-azure-ad-token`.
pub(crate) const AZURE_CHILDREN: Children =
    Children::Named(&["backend-application-ids", "client-application-ids", "audiences", "required-claims", "decryption-keys"]);

impl Checks {
    /// Reads the attributes and elements that the policies have in common.
    fn check(element: &Element, checker: &mut Checker<'_>, default_header: Option<&str>) -> Option<Self> {
        let place = Place::check(element, checker, default_header);
        let denial = Denial::check(element, checker);
        let name = "output-token-variable-name";
        let output = element.attribute(name).map(|_| checker.required(element, name).map(Rc::from));
        let mut is_whole = true;
        let audiences = list(element, "audiences", "audience", checker, &mut is_whole);
        let issuers = list(element, "issuers", "issuer", checker, &mut is_whole);
        let claims: Vec<Option<Vec<Required>>> =
            named(element, "required-claims").map(|claims| Required::check_all(claims, checker)).collect();
        let claims: Option<Vec<Vec<Required>>> = claims.into_iter().collect();
        let decryption = keys(element, "decryption-keys", &["id", "certificate-id"], None, checker, &mut is_whole);
        let claims: Vec<Required> = claims?.into_iter().flatten().collect();
        let is_computed = !claims::are_written(audiences.iter().chain(&issuers)) || !claims.iter().all(Required::is_written);
        let written = checker.text.as_str().get(element.span.range()).unwrap_or_default();
        is_whole.then_some(Self {
            place: place?,
            scheme: None,
            denial: denial?,
            must_expire: Word::known(true, TRUTH),
            must_be_signed: Word::known(true, TRUTH),
            clock_skew_s: Number::known(0),
            output: output.map_or(Some(None), |output| output.map(Some))?,
            keys: Keys::default(),
            decryption,
            audiences,
            issuers,
            claims,
            applications: None,
            fingerprint: Hash::Sha256.digest(written.as_bytes()),
            is_computed,
        })
    }

    /// `validate-jwt`
    pub(crate) fn check_jwt(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let checks = Self::check(element, checker, None);
        let scheme = checker.optional_text(element, "require-scheme");
        let must_expire = checker.word(element, "require-expiration-time", TRUTH, true);
        let must_be_signed = checker.word(element, "require-signed-tokens", TRUTH, true);
        let clock_skew_s = checker.number_value(element, "clock-skew", 0..=CLOCK_SKEW_MAX_S, 0);
        let mut is_whole = true;
        let own =
            keys(element, "issuer-signing-keys", &["id", "certificate-id", "n", "e"], Some(in_numbers), checker, &mut is_whole);
        let mut configurations = Vec::new();
        for child in named(element, "openid-config") {
            match configuration(child, checker) {
                Some(found) => configurations.push(found),
                None => is_whole = false,
            }
        }
        let is_unsigned = must_be_signed.as_ref().is_some_and(|word| word.written() != Some(true));
        if is_whole && own.is_empty() && configurations.is_empty() && !is_unsigned {
            let help = "add `<openid-config url=\"...\" />` or `<issuer-signing-keys>`; without one, no token is good";
            checker.error("token/keys", element.name_span, "nothing says who may sign the token", help);
            return None;
        }
        let keys = is_whole.then_some(Keys { own, configurations })?;
        Some(Self {
            scheme: scheme?,
            must_expire: must_expire?,
            must_be_signed: must_be_signed?,
            clock_skew_s: clock_skew_s?,
            keys,
            ..checks?
        })
    }

    /// `validate-azure-ad-token`, whose keys are those of a tenant.
    pub(crate) fn check_azure(element: &Element, checker: &mut Checker<'_>, tenant: Option<Configuration>) -> Option<Self> {
        let checks = Self::check(element, checker, Some("Authorization"));
        let mut is_whole = true;
        let clients = list(element, "client-application-ids", "application-id", checker, &mut is_whole);
        let backends = list(element, "backend-application-ids", "application-id", checker, &mut is_whole);
        let keys = Keys { own: Vec::new(), configurations: vec![tenant?] };
        let checks = Self { keys, ..checks? };
        let is_computed = checks.is_computed || !claims::are_written(clients.iter().chain(&backends));
        is_whole.then_some(Self { applications: Some(Applications { clients, backends }), is_computed, ..checks })
    }

    /// The OpenID configurations that are the same for every request.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = Rc<str>> {
        self.keys.configurations.iter().filter_map(Configuration::written_url)
    }

    /// Checks the request's token for the policy `source`.
    pub(crate) async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<(), Fault> {
        match self.token(exchange, host, source).await? {
            Ok(token) => {
                if let Some(output) = &self.output {
                    exchange.variables.set(output.clone(), library::token(&token));
                }
                Ok(())
            }
            Err(denied) => Err(denied.fault(&self.denial, exchange, host, source).await?),
        }
    }

    /// The token, once everything about it is right: the one inside, if it came encrypted.
    async fn token<H: Host>(
        &self,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
    ) -> Result<Result<String, Denied>, Fault> {
        let scheme = match &self.scheme {
            Some(scheme) => Some(scheme.get(exchange, host, source).await?),
            None => None,
        };
        let text = match self.place.token(exchange, host, source, scheme.as_deref()).await? {
            Ok(text) => text,
            Err(denied) => return Ok(Err(denied)),
        };
        let mut gathered = self.keys.gather(exchange, host, source).await?;
        let rules = self.rules(exchange, host, source).await?;
        // What is written needs not be gathered for a token that is known.
        let computed = if self.is_computed { Some(self.wanted(exchange, host, source).await?) } else { None };
        let basis = self.basis(rules, computed.as_ref(), &gathered);
        // What is inside of an encrypted token is not remembered.
        let is_encrypted = text.bytes().filter(|&byte| byte == b'.').count() == 4;
        let is_remembered = !(is_encrypted && self.output.is_some()) && host.recall(&basis, &text);
        if is_remembered {
            exchange.say(source, || "the token was found right before, and nothing that this rests on has changed".to_owned());
            return Ok(Ok(text));
        }
        let plaintext = match self.read(&text, exchange, host, source).await? {
            Ok(plaintext) => plaintext,
            Err(denied) => return Ok(Err(denied)),
        };
        let wanted = match computed {
            Some(computed) => computed,
            None => self.wanted(exchange, host, source).await?,
        };
        let verdict = self.judge(&text, plaintext.as_deref(), rules, &wanted, &mut gathered, host).await;
        let (claims, said) = match verdict {
            Ok(right) => right,
            Err(denied) => return Ok(Err(denied)),
        };
        exchange.say(source, || said);
        if let Some(expires) = claims.expires_us() {
            let until_micros = expires.saturating_add(i64::from(rules.clock_skew_s) * 1_000_000);
            // The keys may have been asked for anew.
            host.remember(&self.basis(rules, Some(&wanted).filter(|_| self.is_computed), &gathered), &text, until_micros);
        }
        Ok(Ok(plaintext.and_then(|plaintext| String::from_utf8(plaintext).ok()).unwrap_or(text)))
    }

    /// What is inside of a token, if it is encrypted.
    async fn read<H: Host>(
        &self,
        text: &str,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
    ) -> Result<Result<Option<Vec<u8>>, Denied>, Fault> {
        let encrypted = match jose::read(text) {
            Ok(Token::Signed(_)) => return Ok(Ok(None)),
            Ok(Token::Encrypted(encrypted)) => encrypted,
            Err(why) => return Ok(Err(Denied::invalid(sentence(why, &[])))),
        };
        let (keys, missing) = keys::decryption_keys(&self.decryption, exchange, host, source).await?;
        Ok(jose::decrypt(&encrypted, keys.iter().map(Rc::as_ref), &mut || host.random())
            .map(Some)
            .map_err(|why| Denied::invalid(sentence(why, &missing))))
    }

    /// What the token says if all of it is right, and a sentence on who made it.
    async fn judge<H: Host>(
        &self,
        text: &str,
        plaintext: Option<&[u8]>,
        rules: Rules,
        wanted: &AllWanted,
        gathered: &mut Gathered,
        host: &H,
    ) -> Result<(Claims, String), Denied> {
        let malformed = |why: jose::Malformed| Denied::invalid(sentence(why, &[]));
        let signed = match plaintext {
            Some(plaintext) => jose::read_nested(plaintext).map_err(malformed)?,
            None => match jose::read(text).map_err(malformed)? {
                Token::Signed(signed) => signed,
                Token::Encrypted(_) => return Err(Denied::invalid("The token is encrypted")),
            },
        };
        let signer = self.signer(&signed, rules, gathered, host).await?;
        let claims = jose::read_claims(signed.payload()).map_err(malformed)?;
        claims::check_times(&claims, host.now_micros(), rules.clock_skew_s, rules.must_expire)?;
        claims::check_issuer(&self.issuers_of(&signer, wanted, &claims), &claims, &signer.key)?;
        claims::check_audiences(&wanted.audiences, &claims)?;
        claims::check_all(&wanted.claims, &claims)?;
        if let Some(clients) = &wanted.clients {
            // Tokens of version 1 and of version 2 have different names for it.
            let name = if claims.values("azp").is_empty() { "appid" } else { "azp" };
            claims::check_all(&[Wanted::one_of(name, clients.clone())], &claims)?;
        }
        let issuer = claims.issuer().unwrap_or("nobody who is named");
        Ok((claims.clone(), format!("the token of {issuer} is signed with {}", signer.key)))
    }

    async fn signer<H: Host>(
        &self,
        signed: &Signed<'_>,
        rules: Rules,
        gathered: &mut Gathered,
        host: &H,
    ) -> Result<Signer, Denied> {
        if signed.algorithm().is_none() && !rules.must_be_signed {
            return Ok(Signer { issuer: None, key: "nothing, which `require-signed-tokens` allows".to_owned() });
        }
        self.keys.signer(signed, gathered, host).await
    }

    /// Who may have issued a token that this signer signed: whom the policy names, and whom the key belongs to.
    fn issuers_of(&self, signer: &Signer, wanted: &AllWanted, claims: &Claims) -> Vec<Rc<str>> {
        let mut allowed = wanted.issuers.clone();
        if let Some(issuer) = &signer.issuer {
            // Entra's configuration for several tenants has a place for the tenant's id in it.
            let tenant = claims.values("tid").into_iter().next().unwrap_or_default();
            let issuer = issuer.replace("{tenantid}", &tenant);
            if self.applications.is_some()
                && let Some(tenant) = issuer.strip_suffix("/v2.0").and_then(|path| path.rsplit('/').next())
            {
                // The tokens of version 1, signed with the same keys.
                allowed.push(format!("https://sts.windows.net/{tenant}/").into());
            }
            allowed.push(issuer.into());
        }
        allowed
    }

    async fn rules<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<Rules, Fault> {
        Ok(Rules {
            must_expire: self.must_expire.get(exchange, host, source).await?,
            must_be_signed: self.must_be_signed.get(exchange, host, source).await?,
            clock_skew_s: self.clock_skew_s.get(exchange, host, source).await?,
        })
    }

    async fn wanted<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<AllWanted, Fault> {
        let mut claims = Vec::with_capacity(self.claims.len());
        for claim in &self.claims {
            claims.push(claim.wanted(exchange, host, source).await?);
        }
        let mut audiences = claims::all(&self.audiences, exchange, host, source).await?;
        let mut clients = None;
        if let Some(applications) = &self.applications {
            for backend in claims::all(&applications.backends, exchange, host, source).await? {
                audiences.push(format!("api://{backend}").into());
                audiences.push(backend);
            }
            clients =
                Some(claims::all(&applications.clients, exchange, host, source).await?).filter(|clients| !clients.is_empty());
        }
        Ok(AllWanted { issuers: claims::all(&self.issuers, exchange, host, source).await?, audiences, claims, clients })
    }

    /// Everything that a verdict rests on, beside the token. What is written is in the fingerprint.
    fn basis(&self, rules: Rules, computed: Option<&AllWanted>, gathered: &Gathered) -> Vec<u8> {
        let mut basis = Vec::with_capacity(64);
        basis.extend_from_slice(&self.fingerprint);
        gathered.basis(&mut basis);
        basis.push(u8::from(rules.must_expire) | u8::from(rules.must_be_signed) << 1);
        basis.extend_from_slice(&rules.clock_skew_s.to_le_bytes());
        if let Some(wanted) = computed {
            claims::texts_basis(&wanted.issuers, &mut basis);
            claims::texts_basis(&wanted.audiences, &mut basis);
            claims::texts_basis(wanted.clients.iter().flatten(), &mut basis);
            for claim in &wanted.claims {
                claim.basis(&mut basis);
            }
        }
        basis
    }
}

/// What holds for every token of one request.
#[derive(Clone, Copy, Debug)]
struct Rules {
    must_expire: bool,
    must_be_signed: bool,
    clock_skew_s: u32,
}

/// What is asked of one request's token.
struct AllWanted {
    issuers: Vec<Rc<str>>,
    audiences: Vec<Rc<str>>,
    claims: Vec<Wanted>,
    clients: Option<Vec<Rc<str>>>,
}

/// The texts of a list such as `<audiences>`.
fn list(element: &Element, name: &str, item: &'static str, checker: &mut Checker<'_>, is_whole: &mut bool) -> Vec<Expr<Rc<str>>> {
    let mut all = Vec::new();
    for child in named(element, name) {
        checker.attributes(child, &[]);
        checker.children(child, Children::Named(items(item)));
        match claims::texts(child, item, checker) {
            Some(texts) if texts.is_empty() => {
                let help = format!("add `<{item}>...</{item}>`, or remove it: an empty list allows nothing");
                checker.error("token/empty", child.name_span, format!("`{name}` is empty"), help);
                *is_whole = false;
            }
            Some(texts) => all.extend(texts),
            None => *is_whole = false,
        }
    }
    all
}

fn items(item: &'static str) -> &'static [&'static str] {
    match item {
        "audience" => &["audience"],
        "issuer" => &["issuer"],
        _ => &["application-id"],
    }
}

type InNumbers<K> = fn(&Element, &mut Checker<'_>) -> Option<K>;

/// The keys of a list such as `<issuer-signing-keys>`.
fn keys<K: keys::Readable>(
    element: &Element,
    name: &str,
    attributes: &[&str],
    in_numbers: Option<InNumbers<K>>,
    checker: &mut Checker<'_>,
    is_whole: &mut bool,
) -> Vec<Own<K>> {
    let mut all = Vec::new();
    for list in named(element, name) {
        checker.attributes(list, &[]);
        checker.children(list, Children::Named(&["key"]));
        for key in named(list, "key") {
            checker.attributes(key, attributes);
            match Own::check(key, checker, in_numbers) {
                Some(key) => all.push(key),
                None => *is_whole = false,
            }
        }
    }
    all
}

/// A key that is written as the modulus and the exponent of RSA.
fn in_numbers(element: &Element, checker: &mut Checker<'_>) -> Option<Key> {
    let (modulus, exponent) = (checker.required(element, "n"), checker.required(element, "e"));
    let id = match element.attribute("id") {
        Some(_) => Some(checker.optional(element, "id")?),
        None => None,
    };
    match Key::from_modulus(id, &modulus?, &exponent?) {
        Ok(key) => Some(key),
        Err(why) => {
            keys::unusable(element, checker, &why);
            None
        }
    }
}

/// `<openid-config url="..." />`
fn configuration(element: &Element, checker: &mut Checker<'_>) -> Option<Configuration> {
    // Whether Azure reaches the address from its own network is of no concern here.
    checker.attributes(element, &["url", "validate-connectivity"]);
    checker.children(element, Children::None);
    let url = checker.required(element, "url")?;
    let span = element.attribute("url").map_or(element.name_span, |attribute| attribute.value.span);
    if crate::address::Address::parse(&url).is_none() {
        let message = format!("`{url}` is not an absolute URL");
        checker.error("token/issuer", span, message, "write `https://<issuer>/.well-known/openid-configuration`");
        return None;
    }
    Some(Configuration::at(url.into()))
}
