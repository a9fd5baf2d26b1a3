//! The fences `certificate given` and `certificates`: what the client shows of itself, and what the service has.

use crate::fence::{self, Lines, Pairs};
use catalog::model::Certificate;
use dotnet::crypto::pem;
use wire::{Revocation, Shown, Trust};

const ID: &str = "case/certificate";

/// Lines that say what the host makes of the certificate, then the certificate in PEM, and those that come with it. Where nothing is
/// said, an authority vouches for it, and it was not revoked.
pub(crate) fn given(lines: &mut Lines<'_, '_>) -> Option<Shown> {
    let text = lines.text;
    let (words, pem) = text.split_at(text.find("-----BEGIN ").unwrap_or(text.len()));
    let (mut trust, mut revocation) = (Trust::Trusted, Revocation::Good);
    for line in words.lines().filter(|line| !line.trim().is_empty()) {
        let (word, why) = line.split_once(':').unwrap_or((line, ""));
        let why = why.trim().to_owned();
        match word.trim() {
            "untrusted" => trust = Trust::Untrusted(why),
            "revoked" => revocation = Revocation::Revoked(why),
            "revocation unknown" => revocation = Revocation::Unknown(why),
            _ => {
                let help = "write `untrusted: why`, `revoked: how` or `revocation unknown: why`, then the certificate in PEM";
                lines.error(ID, line, "this says nothing about a certificate", help);
            }
        }
    }
    let chain: Vec<Vec<u8>> =
        pem::blocks(pem).into_iter().filter(|block| block.label == "CERTIFICATE").map(|block| block.contents).collect();
    if chain.is_empty() {
        let help = "write it in PEM, from `-----BEGIN CERTIFICATE-----` on";
        lines.error(ID, text, "there is no certificate in it", help);
        return None;
    }
    Some(Shown { chain, trust, revocation })
}

/// `id = thumbprint` lines.
pub(crate) fn of_service(lines: &mut Lines<'_, '_>) -> Pairs {
    let mut certificates = Pairs::new();
    for (id, written) in fence::pairs(lines, ID, "`partner = 17D7C24A...`") {
        match Certificate::thumbprint_of(written) {
            Some(thumbprint) => certificates.push((id.to_owned(), thumbprint)),
            None => {
                let message = format!("`{written}` is not the thumbprint of a certificate");
                lines.error(ID, written, message, "write its SHA-1: 40 hexadecimal digits");
            }
        }
    }
    certificates
}
