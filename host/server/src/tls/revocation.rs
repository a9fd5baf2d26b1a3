//! Whether a client's certificate was revoked, by asking those who know: the responder that it names (OCSP, RFC 6960), and the list that it
//! names (CRL, RFC 5280).
//!
//! What they say is signed, so it is asked for without TLS, and remembered for as long as it is good: a client that connects again waits
//! for nothing. Only certificates that an authority vouches for lead anywhere, so strangers cannot choose whom the gateway asks.

use super::hex;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use dotnet::crypto::{certificate::Certificate, hash::Hash};
use futures_util::future::join_all;
use identity::{Client, Published, Question, RevocationSettings, World};
use rustls::pki_types::{CertificateDer, UnixTime};
use std::{
    collections::HashMap,
    fmt::Display,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use wire::Revocation;
use x509_cert::{
    crl::CertificateList,
    der::{
        Decode, Encode, Reader, SliceReader,
        asn1::{BitStringRef, OctetString},
    },
    ext::{
        Extension,
        pkix::{
            AuthorityInfoAccessSyntax, CrlDistributionPoints,
            crl::dp::IssuingDistributionPoint,
            name::{DistributionPointName, GeneralName},
        },
    },
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, ObjectIdentifier},
};
use x509_ocsp::{BasicOcspResponse, CertId, CertStatus, OcspRequest, OcspResponse, OcspResponseStatus, TbsRequest};

/// The largest answer of a responder. It holds one status, and perhaps the responder's certificates.
const STATUS_BYTES_MAX: usize = 64 << 10;
/// The largest list of revoked certificates.
const LIST_BYTES_MAX: usize = 16 << 20;
/// How far the clocks of authorities may be ahead of ours.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// How long a status is good that does not say when the next one comes: there may be a newer one at any time.
const STATUS_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// The longest that anything is remembered, whatever it says of itself.
const LIFETIME_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The longest that a client waits when it connects; after ten seconds the listener gives it up.
const WAIT_MAX: Duration = Duration::from_secs(8);
/// How many places of a certificate are asked, for each of the two ways.
const PLACES_MAX: usize = 3;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const OCSP_RESPONDER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
/// `id-kp-OCSPSigning`, 1.3.6.1.5.5.7.3.9: an authority says by it who may answer in its name.
const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];

/// Asks what was revoked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Revocations {
    statuses: Published<Verdict>,
    lists: Published<Arc<List>>,
    asks_responders: bool,
    fetches_lists: bool,
    wait: Duration,
}

/// What is known of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// The text says by whom and since when.
    Revoked(String),
}

/// What an authority revoked, by serial numbers without zeros in front.
#[derive(Debug)]
struct List {
    revoked: HashMap<Vec<u8>, SystemTime>,
    /// Whether it is for certificates of authorities, or for all others; `None` where it is for both.
    of_authorities: Option<bool>,
    /// Where it says that it is, if it is but a part of what its authority revoked.
    places: Vec<String>,
}

/// A certificate and the one that signed it.
struct Pair {
    own: Certificate,
    issuer: Certificate,
    responders: Vec<String>,
    lists: Vec<String>,
}

impl Revocations {
    /// Nobody is asked yet.
    pub fn new(settings: &RevocationSettings, client: Client, world: World) -> Self {
        Self {
            statuses: Published::new(settings, client.clone(), world.clone()),
            lists: Published::new(settings, client, world),
            asks_responders: settings.ocsp,
            fetches_lists: settings.crl,
            wait: Duration::from_millis(settings.wait_ms).min(WAIT_MAX),
        }
    }

    /// Whether one of the certificates on the way from a client's to its authority was revoked. `path` is that way, checked, the
    /// authority at its end; `why` is why the lists of the operator do not say it; `files` are these lists.
    pub(super) async fn judge(&self, path: &[Vec<u8>], why: &str, files: &[Vec<u8>]) -> Revocation {
        if !self.asks_responders && !self.fetches_lists {
            return Revocation::Unknown(why.to_owned());
        }
        let one = async |own: &[u8], issuer: &[u8]| match Pair::new(own, issuer) {
            Ok(pair) => self.status(&pair, files).await,
            Err(error) => Err(format!("a certificate cannot be read: {error:#}")),
        };
        let all = join_all(path.iter().zip(path.iter().skip(1)).map(|(own, issuer)| one(own, issuer)));
        // What is fetched goes on being fetched, for those who come later.
        let Ok(all) = tokio::time::timeout(self.wait, all).await else {
            let wait_ms = self.wait.as_millis();
            return Revocation::Unknown(format!(
                "{why}; and those that the certificate names did not answer within {wait_ms} ms"
            ));
        };
        let mut unknown = None;
        for status in all {
            match status {
                Ok(Verdict::Good) => {}
                Ok(Verdict::Revoked(what)) => return Revocation::Revoked(what),
                Err(reason) => unknown = unknown.or(Some(reason)),
            }
        }
        unknown.map_or(Revocation::Good, |reason| Revocation::Unknown(format!("{why}; {reason}")))
    }

    /// What is known of one certificate; else why nothing is.
    async fn status(&self, pair: &Pair, files: &[Vec<u8>]) -> Result<Verdict, String> {
        let mut reasons = Vec::new();
        for file in files {
            if let Ok((list, _)) = List::read(file, &pair.issuer, SystemTime::now())
                && let Ok(verdict) = list.verdict(pair, None)
            {
                return Ok(verdict);
            }
        }
        let subject = pair.own.subject.name();
        if self.asks_responders {
            for url in &pair.responders {
                match self.ask(pair, url).await {
                    Ok(verdict) => return Ok(verdict),
                    Err(reason) => reasons.push(reason),
                }
            }
        }
        if self.fetches_lists {
            for url in &pair.lists {
                match self.look_up(pair, url).await {
                    Ok(verdict) => return Ok(verdict),
                    Err(reason) => reasons.push(reason),
                }
            }
        }
        match reasons.as_slice() {
            [] => Err(format!("`{subject}` names nobody who could be asked")),
            reasons => Err(format!("of `{subject}`: {}", reasons.join("; "))),
        }
    }

    async fn ask(&self, pair: &Pair, url: &str) -> Result<Verdict, String> {
        let text = |error: anyhow::Error| format!("{error:#}");
        let id = pair.id().map_err(text)?;
        let body = request(&id).map_err(text)?;
        let question = Question {
            url: url.to_owned(),
            body: Some(("application/ocsp-request", body.into())),
            reader: pair.reader(),
            bytes_max: STATUS_BYTES_MAX,
        };
        let issuer = pair.issuer.clone();
        let read = move |answer: &[u8], now| status_answer(answer, &id, &issuer, now).map_err(|error| format!("{error:#}"));
        self.statuses.get(&question, read).await.map_err(|error| error.to_string())
    }

    async fn look_up(&self, pair: &Pair, url: &str) -> Result<Verdict, String> {
        let question = Question { url: url.to_owned(), body: None, reader: pair.reader(), bytes_max: LIST_BYTES_MAX };
        let issuer = pair.issuer.clone();
        let read = move |answer: &[u8], now| {
            let (list, next) = List::read(answer, &issuer, now).map_err(|error| format!("{error:#}"))?;
            Ok((Arc::new(list), next))
        };
        let list = self.lists.get(&question, read).await.map_err(|error| error.to_string())?;
        list.verdict(pair, Some(url)).map_err(|error| format!("the list at {url}: {error:#}"))
    }
}

impl Pair {
    fn new(own: &[u8], issuer: &[u8]) -> Result<Self> {
        let unreadable = |error: dotnet::Exception| anyhow::Error::msg(error.message);
        let extensions = x509_cert::Certificate::from_der(own).context("its extensions")?.tbs_certificate;
        let access = extensions.get::<AuthorityInfoAccessSyntax>().context("whom it names for questions")?;
        let access = access.map(|(_, access)| access.0).unwrap_or_default();
        let responders = access.iter().filter(|place| place.access_method == OCSP_RESPONDER);
        let responders = responders.filter_map(|place| url(&place.access_location));
        let points = extensions.get::<CrlDistributionPoints>().context("the lists that it names")?;
        let points = points.map(|(_, points)| points.0).unwrap_or_default();
        // A list of another issuer, or for some reasons only, is not enough to know that nothing was revoked.
        let whole = points.iter().filter(|point| point.crl_issuer.is_none() && point.reasons.is_none());
        let lists = whole.flat_map(|point| urls(point.distribution_point.as_ref()));
        Ok(Self {
            responders: responders.take(PLACES_MAX).collect(),
            lists: lists.take(PLACES_MAX).collect(),
            own: Certificate::from_der(own).map_err(unreadable)?,
            issuer: Certificate::from_der(issuer).map_err(unreadable)?,
        })
    }

    /// What responders call the certificate.
    fn id(&self) -> Result<CertId> {
        let null = x509_cert::der::Any::from(x509_cert::der::asn1::Null);
        Ok(CertId {
            hash_algorithm: AlgorithmIdentifierOwned { oid: SHA_1, parameters: Some(null) },
            issuer_name_hash: OctetString::new(Hash::Sha1.digest(self.issuer.subject.raw()))?,
            issuer_key_hash: OctetString::new(Hash::Sha1.digest(&self.issuer.public_key))?,
            serial_number: SerialNumber::new(&self.own.serial_number)?,
        })
    }

    /// Whose signature an answer must have.
    fn reader(&self) -> Bytes {
        self.issuer.hash(Hash::Sha256).into()
    }
}

/// A question about one certificate. It has no number of its own (a nonce), so responders may answer with what they signed before; how old
/// that may be, it says itself.
fn request(id: &CertId) -> Result<Vec<u8>> {
    let one = x509_ocsp::Request { req_cert: id.clone(), single_request_extensions: None };
    let all =
        TbsRequest { version: x509_ocsp::Version::V1, requestor_name: None, request_list: vec![one], request_extensions: None };
    Ok(OcspRequest { tbs_request: all, optional_signature: None }.to_der()?)
}

/// What a responder says of a certificate, and until when that is good.
fn status_answer(answer: &[u8], id: &CertId, issuer: &Certificate, now: SystemTime) -> Result<(Verdict, SystemTime)> {
    let response = OcspResponse::from_der(answer).context("the answer is none of a responder")?;
    if response.response_status != OcspResponseStatus::Successful {
        bail!("the responder does not answer: {:?}", response.response_status);
    }
    let bytes = response.response_bytes.context("the answer is empty")?;
    let signed = Signed::read(bytes.response.as_bytes()).context("the answer is not signed")?;
    let basic = BasicOcspResponse::from_der(bytes.response.as_bytes()).context("the answer cannot be read")?;
    let certificates = basic.certs.unwrap_or_default();
    check_responder(&signed, &certificates, issuer, now)?;
    let data = basic.tbs_response_data;
    let same = |one: &CertId| {
        one.hash_algorithm.oid == id.hash_algorithm.oid
            && one.issuer_name_hash == id.issuer_name_hash
            && one.issuer_key_hash == id.issuer_key_hash
            && one.serial_number == id.serial_number
    };
    let status = data.responses.iter().find(|status| same(&status.cert_id)).context("the answer is about another certificate")?;
    let critical = status.single_extensions.iter().flatten().chain(data.response_extensions.iter().flatten());
    if let Some(extension) = critical.into_iter().find(|extension| extension.critical) {
        bail!("the answer has the extension {}, which the gateway does not know", extension.extn_id);
    }
    let this = system_time(status.this_update.0.to_unix_duration());
    let next = status.next_update.map(|time| system_time(time.0.to_unix_duration()));
    let good_until = good_until("the status", this, next, now)?;
    let verdict = match &status.cert_status {
        CertStatus::Good(_) => Verdict::Good,
        CertStatus::Revoked(info) => {
            let at = system_time(info.revocation_time.0.to_unix_duration());
            Verdict::Revoked(revoked(issuer, id.serial_number.as_bytes(), at))
        }
        CertStatus::Unknown(_) => bail!("the responder does not know the certificate"),
    };
    Ok((verdict, good_until))
}

/// Sees whether the issuer of a certificate has signed a status of it, or somebody whom it allowed to.
fn check_responder(
    signed: &Signed<'_>,
    certificates: &[x509_cert::Certificate],
    issuer: &Certificate,
    now: SystemTime,
) -> Result<()> {
    let own = CertificateDer::from(issuer.raw());
    if signed.is_by(&own) {
        return Ok(());
    }
    let anchors = [anchor_from_trusted_cert(&own).context("the issuer's certificate")?];
    let time = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap_or_default());
    let mut reason = "nobody whom the issuer of the certificate allows to has signed it".to_owned();
    for certificate in certificates {
        let der = CertificateDer::from(certificate.to_der()?);
        if !signed.is_by(&der) {
            continue;
        }
        let Ok(entity) = EndEntityCert::try_from(&der) else { continue };
        // There are no others in between: the issuer itself must have signed it, and say what it is for.
        let usage = KeyUsage::required(OCSP_SIGNING);
        match entity.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &[], time, usage, None, None) {
            Ok(_) => return Ok(()),
            Err(error) => reason = format!("the issuer of the certificate does not allow it to whoever signed it: {error}"),
        }
    }
    bail!("the answer does not count: {reason}")
}

impl List {
    /// Reads a list that an authority must have signed, and until when it is good.
    fn read(der: &[u8], issuer: &Certificate, now: SystemTime) -> Result<(Self, SystemTime)> {
        let list = CertificateList::from_der(der).context("this is no list of revoked certificates")?.tbs_cert_list;
        let its = list.issuer.to_der()?;
        ensure!(its == issuer.subject.raw(), "it is the list of another authority, `{}`", list.issuer);
        let signed = Signed::read(der).context("the list is not signed")?;
        ensure!(
            signed.is_by(&CertificateDer::from(issuer.raw())),
            "the signature of `{}` on the list is wrong",
            issuer.subject.name()
        );
        let time = |time: &x509_cert::time::Time| system_time(time.to_unix_duration());
        let next = list.next_update.as_ref().map(time).context("the list does not say when the next one comes")?;
        let good_until = good_until("the list", time(&list.this_update), Some(next), now)?;
        let (mut of_authorities, mut places) = (None, Vec::new());
        for Extension { extn_id, critical, extn_value } in list.crl_extensions.iter().flatten() {
            if *extn_id == ISSUING_DISTRIBUTION_POINT {
                let point = IssuingDistributionPoint::from_der(extn_value.as_bytes()).context("what the list is for")?;
                if point.indirect_crl || point.only_some_reasons.is_some() || point.only_contains_attribute_certs {
                    bail!("the list is of a kind that the gateway does not know: indirect, or for some reasons only");
                }
                of_authorities = match (point.only_contains_ca_certs, point.only_contains_user_certs) {
                    (true, _) => Some(true),
                    (false, true) => Some(false),
                    (false, false) => None,
                };
                if point.distribution_point.is_some() {
                    places = urls(point.distribution_point.as_ref()).collect();
                    ensure!(!places.is_empty(), "the list is a part of one, and does not say which by a URL");
                }
            } else if *critical {
                bail!("the list has the extension {extn_id}, which the gateway does not know");
            }
        }
        let mut revoked = HashMap::new();
        for entry in list.revoked_certificates.iter().flatten() {
            if entry.crl_entry_extensions.iter().flatten().any(|extension| extension.critical) {
                bail!("an entry of the list has an extension that the gateway does not know");
            }
            revoked.insert(significant(entry.serial_number.as_bytes()).to_vec(), time(&entry.revocation_date));
        }
        Ok((Self { revoked, of_authorities, places }, good_until))
    }

    /// What the list says of a certificate. `at` is where it was found; without that it is a file.
    fn verdict(&self, pair: &Pair, at: Option<&str>) -> Result<Verdict> {
        let is_for = self.of_authorities.is_none_or(|of_authorities| of_authorities == pair.own.is_authority());
        ensure!(is_for, "the list is for certificates of another kind");
        let names = |place: &String| at == Some(place) || pair.lists.contains(place);
        ensure!(self.places.is_empty() || self.places.iter().any(names), "the list is the part for other certificates");
        let number = significant(&pair.own.serial_number);
        Ok(match self.revoked.get(number) {
            Some(at) => Verdict::Revoked(revoked(&pair.issuer, number, *at)),
            None => Verdict::Good,
        })
    }
}

/// Something with a signature behind it: lists and answers of responders begin the same way.
struct Signed<'a> {
    what: &'a [u8],
    /// The algorithm as DER, without its outer tag and length.
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    fn read(der: &'a [u8]) -> Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let header = reader.peek_header()?;
        let inner = der.get(usize::try_from(header.encoded_len()?)?..).context("it ends too early")?;
        let mut parts = SliceReader::new(inner)?;
        let what = parts.tlv_bytes()?;
        let algorithm = parts.tlv_bytes()?;
        let signature = BitStringRef::decode(&mut parts)?.as_bytes().context("the signature is no whole number of bytes")?;
        // So much is read only to know that it is a sequence.
        reader.tlv_bytes()?;
        let header = SliceReader::new(algorithm)?.peek_header()?;
        let algorithm = algorithm.get(usize::try_from(header.encoded_len()?)?..).context("it has no algorithm")?;
        Ok(Self { what, algorithm, signature })
    }

    /// True if the key of a certificate made the signature.
    fn is_by(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok(certificate) = EndEntityCert::try_from(certificate) else { return false };
        let fits = ALL_VERIFICATION_ALGS.iter().filter(|with| with.signature_alg_id().as_ref() == self.algorithm);
        fits.into_iter().any(|with| certificate.verify_signature(*with, self.what, self.signature).is_ok())
    }
}

/// Until when something is remembered that was said at a time; an error where that is over, or has not begun.
fn good_until(what: &str, this: SystemTime, next: Option<SystemTime>, now: SystemTime) -> Result<SystemTime> {
    ensure!(this <= now + SKEW, "{what} is of {}, which is in the future; look at both clocks", shown(this));
    match next {
        Some(next) => {
            ensure!(now < next, "{what} is out of date: a new one was to come at {}", shown(next));
            Ok(next.min(now + LIFETIME_MAX))
        }
        None => {
            ensure!(now < this + LIFETIME_MAX, "{what} is of {}, and does not say until when it is good", shown(this));
            Ok(now + STATUS_LIFETIME)
        }
    }
}

fn revoked(issuer: &Certificate, number: &[u8], at: SystemTime) -> String {
    format!("`{}` revoked the serial number {} at {}", issuer.subject.name(), hex(significant(number)), shown(at))
}

/// A serial number without the zero that keeps it from being negative.
fn significant(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(number)
}

fn url(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(url) => Some(url.as_str().to_owned()),
        _ => None,
    }
}

fn urls(name: Option<&DistributionPointName>) -> impl Iterator<Item = String> {
    let names = match name {
        Some(DistributionPointName::FullName(names)) => names.as_slice(),
        _ => &[],
    };
    names.iter().filter_map(url)
}

fn system_time(since_1970: Duration) -> SystemTime {
    UNIX_EPOCH + since_1970
}

fn shown(time: SystemTime) -> impl Display {
    super::shown(UnixTime::since_unix_epoch(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
}
