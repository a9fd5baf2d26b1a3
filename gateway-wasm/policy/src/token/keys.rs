//! The keys of those who may have made a token.

use super::denied::{Denied, sentence};
use crate::{
    about::Certificate,
    computed::Expr,
    exchange::Exchange,
    host::Host,
    issuer::Held,
    policies,
    statement::{Checker, Children, Fault},
    xml::Element,
};
use dotnet::crypto::rsa::RsaKey;
use jose::{DecryptionKey, Key, KeySet, SignatureFailure, Signed, Unusable, Verifier};
use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

/// A key that a policy file has, or names.
#[derive(Debug)]
pub(super) enum Own<K> {
    /// As written.
    Known(Rc<K>),
    /// To be computed, for a token that asks for this id or for none.
    Computed { id: Option<String>, text: Expr<Rc<str>> },
    /// None: what the host has for a secret cannot be one. The folder is right, so the policy stands, and lets nobody through with it.
    Unusable(Unusable),
    /// The key of a certificate of the service.
    Certificate { id: String, key: OnceCell<Result<Rc<K>, Unusable>> },
}

/// What signing keys and decryption keys have in common.
pub(super) trait Readable: Sized {
    /// As it is written.
    fn from_text(id: Option<String>, text: &str) -> Result<Self, Unusable>;
    /// Of a certificate.
    fn from_certificate(certificate: &Certificate) -> Result<Self, Unusable>;
}

impl Readable for Key {
    fn from_text(id: Option<String>, text: &str) -> Result<Self, Unusable> {
        Key::from_text(id, text)
    }

    fn from_certificate(certificate: &Certificate) -> Result<Self, Unusable> {
        Key::from_certificate(None, &certificate.der)
    }
}

impl Readable for DecryptionKey {
    fn from_text(id: Option<String>, text: &str) -> Result<Self, Unusable> {
        DecryptionKey::from_text(id, text)
    }

    fn from_certificate(certificate: &Certificate) -> Result<Self, Unusable> {
        let key = certificate.key.as_deref().and_then(|key| RsaKey::from_private_key_info(key).ok());
        let key = key.ok_or_else(|| Unusable::because("has no private key for RSA here, and only that decrypts"))?;
        Ok(DecryptionKey::rsa(None, key)?.with_certificate(&certificate.der))
    }
}

impl<K: Readable> Own<K> {
    /// Reads a `key` element.
    pub(super) fn check(
        element: &Element,
        checker: &mut Checker<'_>,
        in_numbers: Option<fn(&Element, &mut Checker<'_>) -> Option<K>>,
    ) -> Option<Self> {
        checker.children(element, Children::Text);
        if element.attribute("certificate-id").is_some() {
            let id = checker.required(element, "certificate-id")?;
            return Some(Own::Certificate { id, key: OnceCell::new() });
        }
        if let Some(in_numbers) = in_numbers
            && element.attribute("n").is_some()
        {
            return in_numbers(element, checker).map(|key| Own::Known(Rc::new(key)));
        }
        let id = match element.attribute("id") {
            Some(_) => Some(checker.optional(element, "id")?),
            None => None,
        };
        let value = element.value(checker.text);
        if let Some(text @ Expr::Computed(_)) = checker.value(&value, |_, text| Some(Rc::from(text))) {
            return Some(Own::Computed { id, text });
        }
        let text = checker.literal(&value)?;
        match K::from_text(id, &text) {
            Ok(key) => Some(Own::Known(Rc::new(key))),
            Err(why) if checker.text.holds_named_value(element.inner_span) => Some(Own::Unusable(why)),
            Err(why) => {
                unusable(element, checker, &why);
                None
            }
        }
    }

    /// The key, as it is now.
    async fn key<H: Host>(
        &self,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
    ) -> Result<Result<Rc<K>, Unusable>, Fault> {
        Ok(match self {
            Own::Known(key) => Ok(key.clone()),
            Own::Unusable(why) => Err(why.clone()),
            Own::Computed { id, text } => K::from_text(id.clone(), &text.get(exchange, host, source).await?).map(Rc::new),
            Own::Certificate { id, key } => key
                .get_or_init(|| {
                    // APIM names it by its last part, or in full.
                    let name = id.rsplit('/').next().unwrap_or(id);
                    let found = exchange.about.deployment.certificates.iter().find(|own| own.id == name);
                    let missing = || Unusable::because(format!("is not there: the service has no certificate `{name}`"));
                    K::from_certificate(found.ok_or_else(missing)?).map(Rc::new)
                })
                .clone(),
        })
    }
}

/// Reports a key that cannot be used.
pub(super) fn unusable(element: &Element, checker: &mut Checker<'_>, why: &Unusable) {
    let help = "write a secret of at least 128 bits in base64, a PEM, a JSON Web Key, `n` and `e`, or `certificate-id`";
    checker.error("token/key", element.name_span, format!("this key {why}"), help);
}

/// Who says which keys there are now.
#[derive(Debug)]
pub(crate) struct Configuration {
    url: Url,
    /// What the issuer published, read: for each URL that was asked for.
    known: RefCell<Vec<(Rc<str>, Published)>>,
}

/// Where an issuer's configuration is.
#[derive(Debug)]
enum Url {
    Written(Rc<str>),
    /// That of a tenant of Microsoft Entra ID: the tenant, and where Entra is.
    Tenant(Expr<Rc<str>>, Expr<Rc<str>>),
}

/// So many addresses one element remembers; more than one come only of expressions.
const KNOWN_MAX: usize = 64;

/// What an issuer published, read.
#[derive(Clone, Debug)]
struct Published {
    generation: u64,
    name: Rc<str>,
    keys: Rc<KeySet>,
}

impl Configuration {
    /// The one at a URL.
    pub(super) fn at(url: Rc<str>) -> Self {
        Self { url: Url::Written(url), known: RefCell::default() }
    }

    /// That of a tenant of Microsoft Entra ID, and where Entra is.
    pub(crate) fn of_tenant(tenant: Expr<Rc<str>>, endpoint: Expr<Rc<str>>) -> Self {
        Self { url: Url::Tenant(tenant, endpoint), known: RefCell::default() }
    }

    /// Where it is, unless that is computed.
    pub(super) fn written_url(&self) -> Option<Rc<str>> {
        match &self.url {
            Url::Written(url) => Some(url.clone()),
            Url::Tenant(Expr::Written(tenant), Expr::Written(endpoint)) => Some(policies::configuration_url(endpoint, tenant)),
            Url::Tenant(..) => None,
        }
    }

    async fn url<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<Rc<str>, Fault> {
        Ok(match &self.url {
            Url::Written(url) => url.clone(),
            Url::Tenant(tenant, endpoint) => {
                let tenant = tenant.get(exchange, host, source).await?;
                policies::configuration_url(&endpoint.get(exchange, host, source).await?, &tenant)
            }
        })
    }

    /// What the issuer says now.
    async fn published<H: Host>(&self, url: &Rc<str>, host: &H, lacks_a_key: bool) -> Result<Published, String> {
        let known = self.known.borrow().iter().find(|(own, _)| own == url).map(|(_, published)| published.clone());
        let held = Held { generation: known.as_ref().map_or(0, |known| known.generation), lacks_a_key };
        let issuer = match (host.issuer(url, held).await, known) {
            (Ok(Some(issuer)), _) => issuer,
            (Ok(None), Some(known)) => return Ok(known),
            (Ok(None), None) => return Err(format!("{url} says nothing")),
            (Err(error), _) => return Err(error.message),
        };
        let keys = jose::read_key_set(&issuer.key_set).map_err(|why| format!("the key set of {url} {why}"))?;
        let published = Published { generation: issuer.generation, name: issuer.name.as_str().into(), keys: Rc::new(keys) };
        let mut known = self.known.borrow_mut();
        known.retain(|(own, _)| own != url);
        if known.len() >= KNOWN_MAX {
            known.remove(0);
        }
        known.push((url.clone(), published.clone()));
        Ok(published)
    }
}

/// Everybody whose tokens are good.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) own: Vec<Own<Key>>,
    pub(super) configurations: Vec<Configuration>,
}

/// The keys that there are for one token.
#[derive(Default)]
pub(super) struct Gathered {
    own: Vec<Rc<Key>>,
    /// Those of them that the text of the policy does not say.
    unwritten: Vec<Rc<Key>>,
    published: Vec<(Rc<str>, Published)>,
    /// What kept keys from being there.
    missing: Vec<String>,
}

/// Who made a token.
pub(super) struct Signer {
    /// What the tokens of this issuer have as `iss`, where it says so.
    pub(super) issuer: Option<Rc<str>>,
    /// The key, for operators.
    pub(super) key: String,
}

/// The host's word on signatures.
struct Asked<'h, H>(&'h H);

impl<H: Host> Verifier for Asked<'_, H> {
    fn verify(&self, algorithm: jose::Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(algorithm, key, message, signature)
    }
}

impl Keys {
    /// The keys as they are now. Issuers that do not answer are remembered: they matter where no other key is the right one.
    pub(super) async fn gather<H: Host>(
        &self,
        exchange: &mut Exchange,
        host: &H,
        source: &'static str,
    ) -> Result<Gathered, Fault> {
        let mut gathered = Gathered::default();
        for own in &self.own {
            match own.key(exchange, host, source).await? {
                Ok(key) => {
                    if !matches!(own, Own::Known(_)) {
                        gathered.unwritten.push(key.clone());
                    }
                    gathered.own.push(key);
                }
                Err(why) => gathered.missing.push(format!("a key of the policy {why}")),
            }
        }
        for configuration in &self.configurations {
            let url = configuration.url(exchange, host, source).await?;
            match configuration.published(&url, host, false).await {
                Ok(published) => gathered.published.push((url, published)),
                Err(why) => gathered.missing.push(why),
            }
        }
        Ok(gathered)
    }

    /// Asks every issuer again, as a token names a key that none of them has. True if one of them has others now.
    async fn gather_again<H: Host>(&self, gathered: &mut Gathered, host: &H) -> bool {
        let mut is_new = false;
        for configuration in &self.configurations {
            for (url, published) in &mut gathered.published {
                if !configuration.known.borrow().iter().any(|(own, _)| own == url) {
                    continue;
                }
                if let Ok(again) = configuration.published(url, host, true).await {
                    is_new |= again.generation != published.generation;
                    *published = again;
                }
            }
        }
        is_new
    }

    /// Finds who signed a token.
    pub(super) async fn signer<H: Host>(&self, signed: &Signed<'_>, gathered: &mut Gathered, host: &H) -> Result<Signer, Denied> {
        let mut found = gathered.signer(signed, host);
        if matches!(found, Err(SignatureFailure::NoKey { .. })) && self.gather_again(gathered, host).await {
            found = gathered.signer(signed, host);
        }
        found.map_err(|failure| {
            let reason = match failure {
                SignatureFailure::NoKey { .. } => "TokenSignatureKeyNotFound",
                _ => "TokenSignatureInvalid",
            };
            Denied::new(reason, sentence(failure, &gathered.missing))
        })
    }
}

impl Gathered {
    fn signer<H: Host>(&self, signed: &Signed<'_>, host: &H) -> Result<Signer, SignatureFailure> {
        let published = self.published.iter().flat_map(|(_, published)| published.keys.keys.iter());
        let key = jose::verify(signed, self.own.iter().map(Rc::as_ref).chain(published), &Asked(host))?;
        let of_it = |published: &&(Rc<str>, Published)| published.1.keys.keys.iter().any(|own| std::ptr::eq(own, key));
        let issuer = self.published.iter().find(of_it).map(|(_, published)| published.name.clone());
        Ok(Signer { issuer, key: key.describe() })
    }

    /// What a verdict rests on, beside the policy as it is written: the generation of every issuer, and keys that it only names.
    pub(super) fn basis(&self, out: &mut Vec<u8>) {
        for (_, published) in &self.published {
            out.extend_from_slice(&published.generation.to_le_bytes());
        }
        for key in &self.unwritten {
            out.extend_from_slice(&(key.bytes().len() as u32).to_le_bytes());
            out.extend_from_slice(key.bytes());
        }
    }
}

/// The keys that decrypt.
pub(super) async fn decryption_keys<H: Host>(
    keys: &[Own<DecryptionKey>],
    exchange: &mut Exchange,
    host: &H,
    source: &'static str,
) -> Result<(Vec<Rc<DecryptionKey>>, Vec<String>), Fault> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for own in keys {
        match own.key(exchange, host, source).await? {
            Ok(key) => found.push(key),
            Err(why) => missing.push(format!("a key of the policy {why}")),
        }
    }
    Ok((found, missing))
}
