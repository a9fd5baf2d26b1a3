//! `validate-client-certificate`: lets in who shows the right certificate.

use crate::{
    document::{Section, ServiceCertificate},
    exchange::Exchange,
    host::{Host, Level},
    mask::Mask,
    problem,
    statement::{Checker, Children, Fault, Flow, Statement},
    trace::Note,
    xml::Element,
};
use dotnet::crypto::{certificate::Certificate, hash::Hash, name::DistinguishedName};
use std::fmt::Write;
use wire::{Revocation, Shown, Trust};

/// Checks the certificate that the client showed when it connected.
#[derive(Debug)]
pub struct ValidateClientCertificate {
    checks_revocation: bool,
    checks_trust: bool,
    checks_not_before: bool,
    checks_not_after: bool,
    /// Goes on where the certificate is not right.
    ignore_error: bool,
    /// One of these must be the client's; any is where there are none.
    identities: Vec<Identity>,
}

/// What a certificate must say: all of it.
#[derive(Debug, Default)]
struct Identity {
    claims: Vec<Claim>,
}

/// Something that a certificate must say.
#[derive(Debug)]
enum Claim {
    /// Hexadecimal, upper case.
    Thumbprint(String),
    /// Hexadecimal, upper case, without zeros in front.
    SerialNumber(String),
    CommonName(String),
    Subject(Name),
    DnsName(String),
    IssuerSubject(Name),
    IssuerThumbprint(String),
    /// The id of a certificate of the service, and its thumbprint as far as it is known.
    IssuerCertificate(String, Option<String>),
}

/// A distinguished name: its parts in the order in which it is written.
#[derive(Debug)]
struct Name {
    written: String,
    parts: Vec<(String, String)>,
}

/// What is wrong with a certificate.
struct Wrong {
    /// APIM's word for it.
    reason: &'static str,
    /// What the caller reads.
    message: &'static str,
    /// What operators read: which check, which certificate, which dates.
    details: String,
}

const IDENTITY: [&str; 8] = [
    "thumbprint",
    "serial-number",
    "common-name",
    "subject",
    "dns-name",
    "issuer-subject",
    "issuer-thumbprint",
    "issuer-certificate-id",
];

impl Statement for ValidateClientCertificate {
    const NAME: &'static str = "validate-client-certificate";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] =
        &["validate-revocation", "validate-trust", "validate-not-before", "validate-not-after", "ignore-error"];
    const CHILDREN: Children = Children::Named(&["identities"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let mut truth = |name, default| checker.one_of(element, name, &[("true", true), ("false", false)], default);
        let checks_revocation = truth("validate-revocation", true);
        let checks_trust = truth("validate-trust", true);
        let checks_not_before = truth("validate-not-before", true);
        let checks_not_after = truth("validate-not-after", true);
        let ignore_error = truth("ignore-error", false);
        let mut identities = Some(Vec::new());
        for list in element.elements().filter(|child| child.name == "identities") {
            checker.attributes(list, &[]);
            checker.children(list, Children::Named(&["identity"]));
            if list.elements().next().is_none() {
                let help = "add `<identity thumbprint=\"...\" />`, or remove `identities` to let in everybody whose certificate is valid";
                let message = "nobody is in `identities`";
                checker.error("validate-client-certificate/identities", list.name_span, message, help);
                identities = None;
            }
            for identity in list.elements().filter(|child| child.name == "identity") {
                let checked = Identity::check(identity, checker);
                identities = identities.zip(checked).map(|(mut all, one)| {
                    all.push(one);
                    all
                });
            }
        }
        Some(Self {
            checks_revocation: checks_revocation?,
            checks_trust: checks_trust?,
            checks_not_before: checks_not_before?,
            checks_not_after: checks_not_after?,
            ignore_error: ignore_error?,
            identities: identities?,
        })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let shown = exchange.client.client_certificate();
        let Err(wrong) = self.validate(shown, crate::about::ticks(host.now_micros())) else { return Ok(Flow::Next) };
        if let Some(trace) = &mut exchange.trace {
            let (source, message) = (Self::NAME.to_owned(), wrong.details.clone());
            trace.note(Note::Said { source, severity: "error", message, metadata: Vec::new() });
        }
        let fault = Fault::new(Self::NAME, wrong.reason, wrong.details).answered_with(problem::response(401, wrong.message));
        if self.ignore_error {
            let line = format!("{}, which `ignore-error` lets pass", fault.line(exchange));
            host.log(Level::Info, &Mask::hide_once(exchange, &line));
            return Ok(Flow::Next);
        }
        Err(fault)
    }
}

impl Identity {
    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        checker.attributes(element, &IDENTITY);
        checker.children(element, Children::None);
        if !IDENTITY.iter().any(|name| element.attribute(name).is_some()) {
            let help = "write what the certificate must say: `thumbprint`, `subject`, `issuer-subject` and so on";
            let message = "this identity is that of every certificate";
            checker.error("validate-client-certificate/identity", element.name_span, message, help);
            return None;
        }
        let mut claims = Some(Vec::new());
        for name in IDENTITY.into_iter().filter(|name| element.attribute(name).is_some()) {
            let claim = checker.optional(element, name).and_then(|value| claim(name, value, element, checker));
            claims = claims.zip(claim).map(|(mut all, one)| {
                all.push(one);
                all
            });
        }
        claims.map(|claims| Self { claims })
    }

    /// What a certificate does not say that it must; `None` if it says everything.
    fn missing(&self, certificate: &Certificate, issuer: Option<&Certificate>) -> Option<String> {
        self.claims.iter().find_map(|claim| claim.missing(certificate, issuer))
    }
}

fn claim(name: &str, value: String, element: &Element, checker: &mut Checker<'_>) -> Option<Claim> {
    let span = element.attribute(name).map_or(element.name_span, |attribute| attribute.value.span);
    let mut hexadecimal = |length: Option<usize>| {
        let digits: String = value.chars().filter(|letter| !letter.is_whitespace() && !":-\u{200e}".contains(*letter)).collect();
        let is_right = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_right && length.is_none_or(|length| length == digits.len()) {
            return Some(digits.to_ascii_uppercase());
        }
        let (message, help) = match length {
            Some(_) => (format!("`{value}` is not the thumbprint of a certificate"), "write its SHA-1: 40 hexadecimal digits"),
            None => (format!("`{value}` is not the serial number of a certificate"), "write it in hexadecimal digits"),
        };
        checker.error("validate-client-certificate/value", span, message, help);
        None
    };
    Some(match name {
        "thumbprint" => Claim::Thumbprint(hexadecimal(Some(40))?),
        "issuer-thumbprint" => Claim::IssuerThumbprint(hexadecimal(Some(40))?),
        "serial-number" => Claim::SerialNumber(hexadecimal(None)?.trim_start_matches('0').to_owned()),
        "common-name" => Claim::CommonName(value),
        "dns-name" => Claim::DnsName(value),
        "subject" => Claim::Subject(Name::new(value)),
        "issuer-subject" => Claim::IssuerSubject(Name::new(value)),
        _ => {
            let found = ServiceCertificate::find(&checker.surroundings.certificates, &value);
            let thumbprint = found.and_then(|certificate| certificate.thumbprint.clone());
            if found.is_none() {
                let message = format!("the folder has no certificate `{value}`");
                let help = "add `certificates/<name>/certificateInformation.json` with its `thumbprint`; without it nobody matches";
                checker.warning("validate-client-certificate/unknown", span, message, help);
            }
            Claim::IssuerCertificate(value, thumbprint)
        }
    })
}

impl ValidateClientCertificate {
    fn validate(&self, shown: Option<Shown>, now_ticks: i64) -> Result<(), Wrong> {
        let wrong = |reason, message, details| Wrong { reason, message, details };
        let not_found = |details: &str| wrong("ClientCertificateNotFound", "Client certificate was not found.", details.to_owned());
        let Some(shown) = shown else {
            return Err(not_found(
                "the client showed no certificate; where it has one, look whether the gateway asks for it: \
                 `client_certificates: { ask: request }` in portico.yaml",
            ));
        };
        let own = shown.chain.first().map(Vec::as_slice).unwrap_or_default();
        let Ok(certificate) = Certificate::from_der(own) else {
            return Err(not_found("what the client showed is no certificate"));
        };
        let which = format!("`{}` ({})", certificate.subject.name(), thumbprint(&certificate));
        if self.checks_not_before && now_ticks < certificate.not_before.ticks {
            let from = time(certificate.not_before.ticks);
            let details = format!("the certificate {which} is valid from {from}, and it is {}", time(now_ticks));
            return Err(wrong("ClientCertificateNotYetValid", "Client certificate is not yet valid.", details));
        }
        if self.checks_not_after && now_ticks > certificate.not_after.ticks {
            let until = time(certificate.not_after.ticks);
            let details = format!("the certificate {which} expired at {until}, and it is {}", time(now_ticks));
            return Err(wrong("ClientCertificateExpired", "Client certificate is expired.", details));
        }
        if let (true, Trust::Untrusted(why)) = (self.checks_trust, &shown.trust) {
            let details = format!("no authority vouches for the certificate {which}: {why}");
            return Err(wrong("ClientCertificateNotTrusted", "Client certificate is not trusted.", details));
        }
        match &shown.revocation {
            Revocation::Revoked(what) if self.checks_revocation => {
                let details = format!("the certificate {which} was revoked: {what}");
                return Err(wrong("ClientCertificateRevoked", "Client certificate is revoked.", details));
            }
            // As in .NET, on which APIM stands: what cannot be asked has no good answer.
            Revocation::Unknown(why) if self.checks_revocation => {
                let details = format!(
                    "nobody knows whether the certificate {which} was revoked: {why}; or write `validate-revocation=\"false\"`"
                );
                let message = "Revocation status of client certificate is unknown.";
                return Err(wrong("ClientCertificateRevocationUnknown", message, details));
            }
            _ => {}
        }
        self.identify(&certificate, &which, &shown)
    }

    fn identify(&self, certificate: &Certificate, which: &str, shown: &Shown) -> Result<(), Wrong> {
        // What comes behind the client's own certificate proves something only if the host has followed it to an authority.
        let issuer = match &shown.trust {
            Trust::Trusted if certificate.subject.raw() == certificate.issuer.raw() => Some(certificate.clone()),
            Trust::Trusted => shown.chain.get(1).and_then(|issuer| Certificate::from_der(issuer).ok()),
            Trust::Untrusted(_) => None,
        };
        let mut differences = Vec::new();
        for (identity, number) in self.identities.iter().zip(1..) {
            match identity.missing(certificate, issuer.as_ref()) {
                None => return Ok(()),
                Some(difference) => differences.push(format!("not identity {number}: {difference}")),
            }
        }
        if self.identities.is_empty() {
            return Ok(());
        }
        let details = format!("the certificate {which} has none of the identities; {}", differences.join("; "));
        let message = "Client certificate identity does not match.";
        Err(Wrong { reason: "ClientCertificateIdentityNotMatched", message, details })
    }
}

impl Claim {
    fn missing(&self, certificate: &Certificate, issuer: Option<&Certificate>) -> Option<String> {
        let of_issuer = |wanted: &str| match issuer {
            Some(issuer) if thumbprint(issuer) == wanted => None,
            Some(issuer) => Some(format!("its issuer has the thumbprint {}, and not {wanted}", thumbprint(issuer))),
            None => Some("its issuer is not known for sure, because no authority vouches for it".to_owned()),
        };
        match self {
            Claim::Thumbprint(wanted) => {
                let own = thumbprint(certificate);
                (own != *wanted).then(|| format!("its thumbprint is not {wanted}"))
            }
            Claim::SerialNumber(wanted) => {
                let own = hex(&certificate.serial_number);
                (own.trim_start_matches('0') != wanted).then(|| format!("its serial number is {own}, and not {wanted}"))
            }
            Claim::CommonName(wanted) => {
                let own = certificate.subject.common_name().unwrap_or_default();
                (own != wanted).then(|| format!("its common name is `{own}`, and not `{wanted}`"))
            }
            Claim::Subject(wanted) => wanted.missing("its subject", &certificate.subject),
            Claim::IssuerSubject(wanted) => wanted.missing("its issuer", &certificate.issuer),
            Claim::DnsName(wanted) => {
                let own = certificate.dns_names();
                let is_it = own.iter().any(|name| name.eq_ignore_ascii_case(wanted));
                (!is_it).then(|| format!("its host names are `{}`, without `{wanted}`", own.join("`, `")))
            }
            Claim::IssuerThumbprint(wanted) => of_issuer(wanted),
            Claim::IssuerCertificate(_, Some(wanted)) => of_issuer(wanted),
            Claim::IssuerCertificate(id, None) => Some(format!("nothing is known of the certificate `{id}` of the service")),
        }
    }
}

impl Name {
    fn new(written: String) -> Self {
        Self { parts: parts(&written), written }
    }

    /// The name may be written from either end: .NET and OpenSSL do not agree which one is first.
    fn missing(&self, what: &str, name: &DistinguishedName) -> Option<String> {
        let own = name.name();
        let parts = parts(&own);
        let is_it = self.parts == parts || self.parts.iter().eq(parts.iter().rev());
        (!is_it).then(|| format!("{what} is `{own}`, and not `{}`", self.written))
    }
}

/// The parts of a distinguished name as text: `CN=a, O="b, c"`. The names of attributes are those of .NET.
fn parts(text: &str) -> Vec<(String, String)> {
    let (mut is_quoted, mut parts, mut part) = (false, Vec::new(), String::new());
    for letter in text.chars() {
        is_quoted ^= letter == '"';
        match letter {
            ',' if !is_quoted => parts.push(std::mem::take(&mut part)),
            letter => part.push(letter),
        }
    }
    parts.push(part);
    let pair = |part: &String| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = match name.trim().to_ascii_uppercase().as_str() {
            "ST" => "S".to_owned(),
            "EMAILADDRESS" => "E".to_owned(),
            name => name.to_owned(),
        };
        (name, value.trim().to_owned())
    };
    parts.iter().filter(|part| !part.trim().is_empty()).map(pair).collect()
}

fn thumbprint(certificate: &Certificate) -> String {
    hex(&certificate.hash(Hash::Sha1))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// A time as operators read it.
fn time(ticks: i64) -> String {
    let time = dotnet::DateTime { ticks, kind: dotnet::DateTimeKind::Utc };
    time.format(Some("yyyy-MM-ddTHH:mm:ssZ")).unwrap_or_default()
}
