//! Clients' certificates: whether an authority vouches for them, and whether they were revoked.
//!
//! The paths are built and checked by webpki; what is added here are reasons that an operator can act on.

use super::{ListenerTls, Revocations, hex, revocation_list, shown};
use anyhow::{Context, Result};
use dotnet::crypto::{certificate::Certificate, hash::Hash};
use rustls::{
    CertificateError,
    pki_types::{CertificateDer, TrustAnchor, UnixTime},
};
use std::time::Duration;
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, Error, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath,
};
use wire::{Revocation, Shown, Trust};

/// Who vouches for clients.
#[derive(Debug)]
pub(crate) struct Authorities {
    certificates: Vec<CertificateDer<'static>>,
    anchors: Vec<TrustAnchor<'static>>,
    lists: Vec<CertRevocationList<'static>>,
    /// The same in DER.
    list_files: Vec<Vec<u8>>,
}

impl Authorities {
    pub(super) fn new(settings: &ListenerTls) -> Result<Self> {
        let certificates: Vec<_> = settings.authorities.iter().map(|der| CertificateDer::from(der.clone())).collect();
        let anchor = |certificate| Ok(webpki::anchor_from_trusted_cert(certificate)?.to_owned());
        let anchors = certificates.iter().map(anchor).collect::<Result<_, Error>>();
        let anchors = anchors.context("a certificate cannot be that of an authority for clients")?;
        let lists = settings.revocation_lists.iter().map(|list| revocation_list(list)).collect::<Result<_>>()?;
        Ok(Self { certificates, anchors, lists, list_files: settings.revocation_lists.clone() })
    }

    /// True if nobody vouches for anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// The names of the authorities, as clients are told them.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.iter().map(|anchor| anchor.subject.as_ref())
    }

    /// What is to be made of the certificate that a client shows. Its own dates do not count here: they are looked at with each request.
    pub(crate) fn judge(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> Shown {
        let as_sent = || chain.iter().map(|certificate| certificate.to_vec()).collect();
        let untrusted = |why: String| {
            let revocation = Revocation::Unknown("no authority vouches for it".to_owned());
            Shown { chain: as_sent(), trust: Trust::Untrusted(why), revocation }
        };
        let Some((own, others)) = chain.split_first() else { return untrusted("the client showed none".to_owned()) };
        if self.certificates.iter().any(|authority| authority == own) {
            return Shown { chain: vec![own.to_vec()], trust: Trust::Trusted, revocation: Revocation::Good };
        }
        let (Ok(entity), Ok(certificate)) = (EndEntityCert::try_from(own), Certificate::from_der(own)) else {
            return untrusted("it is no certificate of version 3".to_owned());
        };
        if self.is_empty() {
            let why =
                "the gateway trusts no authority for clients; name some as `client_certificates: { ca: [...] }` in portico.yaml";
            return untrusted(why.to_owned());
        }
        // An expired certificate is judged as it was while it was valid.
        let time = now.max(time(certificate.not_before.ticks)).min(time(certificate.not_after.ticks));
        let check = |revocation: Option<RevocationOptions<'_>>| {
            let usage = KeyUsage::client_auth();
            let path = entity.verify_for_usage(ALL_VERIFICATION_ALGS, &self.anchors, others, time, usage, revocation, None)?;
            Ok(self.path(own, &path))
        };
        match check(None) {
            Err(error) => untrusted(why_untrusted(&error, &certificate)),
            Ok(chain) => Shown { chain, trust: Trust::Trusted, revocation: self.revocation(&certificate, &check) },
        }
    }

    /// Asks others what the gateway's own lists do not say.
    pub(super) async fn ask(&self, shown: &mut Shown, revocations: &Revocations) {
        if let (Trust::Trusted, Revocation::Unknown(why)) = (&shown.trust, &shown.revocation) {
            shown.revocation = revocations.judge(&shown.chain, why, &self.list_files).await;
        }
    }

    /// A path that was checked, from the client's certificate to that of an authority.
    fn path(&self, own: &CertificateDer<'_>, path: &VerifiedPath<'_>) -> Vec<Vec<u8>> {
        let between = path.intermediate_certificates().map(|certificate| certificate.der().to_vec());
        let authority = self.anchors.iter().zip(&self.certificates).find(|(anchor, _)| *anchor == path.anchor());
        [own.to_vec()].into_iter().chain(between).chain(authority.map(|(_, certificate)| certificate.to_vec())).collect()
    }

    /// Why a certificate is not valid now by its own dates; `None` if it is.
    pub(super) fn dates(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<(String, CertificateError)> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let (not_before, not_after) = (time(certificate.not_before.ticks), time(certificate.not_after.ticks));
        if now < not_before {
            return Some((format!("it is valid from {} only", shown(not_before)), CertificateError::NotValidYet));
        }
        (now > not_after).then(|| (format!("it expired at {}", shown(not_after)), CertificateError::Expired))
    }

    /// Whether a certificate that is trusted was revoked. `check` builds its path again, with revocation.
    fn revocation<T>(
        &self,
        certificate: &Certificate,
        check: &impl Fn(Option<RevocationOptions<'_>>) -> Result<T, Error>,
    ) -> Revocation {
        let issuer = certificate.issuer.name();
        let lists: Vec<_> = self.lists.iter().collect();
        let Ok(options) = RevocationOptionsBuilder::new(&lists) else {
            return Revocation::Unknown(format!(
                "the gateway has no list of what `{issuer}` revoked; name it as `client_certificates: {{ crl: [...] }}` in portico.yaml"
            ));
        };
        let options = options.with_status_policy(UnknownStatusPolicy::Deny).with_expiration_policy(ExpirationPolicy::Enforce);
        match check(Some(options.with_depth(RevocationCheckDepth::Chain).build())) {
            Ok(_) => Revocation::Good,
            Err(Error::CertRevoked) => Revocation::Revoked(match self.revoked(certificate) {
                Some(how) => how,
                None => format!("an authority between it and those that the gateway trusts was; its issuer is `{issuer}`"),
            }),
            Err(Error::CrlExpired { next_update, .. }) => Revocation::Unknown(format!(
                "the list of what was revoked is out of date: a new one was to come at {}; renew it, and reload",
                shown(next_update)
            )),
            Err(Error::UnknownRevocationStatus) => Revocation::Unknown(format!(
                "the gateway's lists do not say what `{issuer}`, or an authority above it, revoked; name theirs as \
                 `client_certificates: {{ crl: [...] }}` in portico.yaml"
            )),
            Err(error) => Revocation::Unknown(format!("the list of what was revoked cannot be used: {error}")),
        }
    }

    /// Since when a certificate is on its issuer's list; `None` if it is on none.
    fn revoked(&self, certificate: &Certificate) -> Option<String> {
        let number = significant(&certificate.serial_number);
        let its = self.lists.iter().filter(|list| certificate.issuer.raw().ends_with(list.issuer()));
        let entry = its.filter_map(|list| list.find_serial(number).ok().flatten()).next()?;
        let (issuer, date) = (certificate.issuer.name(), shown(entry.revocation_date));
        Some(format!("`{issuer}` revoked the serial number {} at {date}", hex(number)))
    }
}

/// A serial number without the zero that keeps it from being negative, as lists are searched for it.
fn significant(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(number)
}

fn why_untrusted(error: &Error, certificate: &Certificate) -> String {
    match error {
        Error::UnknownIssuer => format!(
            "its issuer `{}` is none of the authorities that the gateway trusts for clients, and nothing that came with it leads to one",
            certificate.issuer.name()
        ),
        Error::CertExpired { not_after, .. } => format!("an authority that vouches for it expired at {}", shown(*not_after)),
        Error::CertNotValidYet { not_before, .. } => {
            format!("an authority that vouches for it is valid from {} only", shown(*not_before))
        }
        Error::CaUsedAsEndEntity => "it is the certificate of an authority, and not one that the gateway trusts".to_owned(),
        Error::RequiredEkuNotFoundContext(_) => "it is not meant for clients: its extended key usage does not say so".to_owned(),
        Error::InvalidSignatureForPublicKey => {
            format!("the signature of `{}` on it, or on one that vouches for it, is wrong", certificate.issuer.name())
        }
        other => format!("the way from it to an authority cannot be checked: {other}"),
    }
}

/// A time of .NET, in ticks of 100 ns since the start of the year 1.
fn time(ticks: i64) -> UnixTime {
    const TICKS_TO_1970: i64 = 621_355_968_000_000_000;
    let seconds = u64::try_from((ticks - TICKS_TO_1970) / 10_000_000).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

/// What operators call a certificate: whose it is, and its thumbprint.
pub(crate) fn described(certificate: &[u8]) -> String {
    match Certificate::from_der(certificate) {
        Ok(certificate) => format!("`{}` ({})", certificate.subject.name(), hex(&certificate.hash(Hash::Sha1))),
        Err(_) => "what is no certificate".to_owned(),
    }
}
