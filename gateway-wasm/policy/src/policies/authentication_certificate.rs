//! `authentication-certificate`: shows the backend a client certificate.

use crate::{
    backend::ClientCertificate,
    computed::Expr,
    document::{Section, ServiceCertificate},
    exchange::Exchange,
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use bytes::Bytes;
use std::{collections::BTreeMap, rc::Rc};

/// Shows the backend a certificate of the service, or one that an expression gives.
#[derive(Debug)]
pub struct AuthenticationCertificate {
    certificate: Certificate,
}

#[derive(Debug)]
enum Certificate {
    /// One that is written, as the host knows it.
    Named(Rc<str>),
    /// One whose id or thumbprint is computed, of all there are.
    Computed(Expr<Rc<str>>, Rc<BTreeMap<String, ServiceCertificate>>),
    /// A PKCS #12 file, and its password.
    Pfx(Expr<Bytes>, Option<Expr<Rc<str>>>),
}

/// The attributes that say which certificate; one of them stands in each policy.
const WHICH: [&str; 3] = ["thumbprint", "certificate-id", "body"];

impl Statement for AuthenticationCertificate {
    const NAME: &'static str = "authentication-certificate";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const ATTRIBUTES: &'static [&'static str] = &["thumbprint", "certificate-id", "body", "password"];
    const CHILDREN: Children = Children::None;

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let password = checker.optional_text(element, "password");
        if WHICH.iter().filter(|name| element.attribute(name).is_some()).count() != 1 {
            checker.error(
                "authentication-certificate/which",
                element.name_span,
                "`authentication-certificate` needs one of `thumbprint`, `certificate-id` and `body`",
                "write `certificate-id=\"...\"` for a certificate of the service",
            );
            return None;
        }
        if let Some(body) = element.attribute("body") {
            let file = checker.value(&body.value, |checker, text| match dotnet::convert::from_base64(text) {
                Ok(bytes) => Some(Bytes::from(bytes)),
                Err(_) => {
                    let help = "write the file in base64; or let an expression give a `byte[]`, as `context.Variables` may hold one";
                    checker.error("authentication-certificate/body", body.value.span, "this is no PKCS #12 file", help);
                    None
                }
            });
            return Some(Self { certificate: Certificate::Pfx(file?, password?) });
        }
        if let Some(attribute) = element.attribute("password") {
            let help = "remove it: the keys of the service's certificates are the host's";
            let message = "a password belongs to a `body`, and there is none";
            checker.error("authentication-certificate/password", attribute.name_span, message, help);
        }
        let attribute = element.attribute("thumbprint").or_else(|| element.attribute("certificate-id"))?;
        let certificates = &checker.surroundings.certificates;
        let certificate = match checker.value(&attribute.value, |_, text| Some(Rc::<str>::from(text)))? {
            Expr::Computed(expression) => Certificate::Computed(Expr::Computed(expression), Rc::new(certificates.clone())),
            Expr::Written(written) => match ServiceCertificate::find(certificates, &written) {
                Some(certificate) => Certificate::Named(certificate.name.as_str().into()),
                None => {
                    let message = format!("the folder has no certificate with the {} `{written}`", attribute.name);
                    let help = "add `certificates/<name>/certificateInformation.json`; what is in it is given to the host";
                    checker.warning("authentication-certificate/unknown", attribute.value.span, message, help);
                    // The host may have it all the same.
                    Certificate::Named(written)
                }
            },
        };
        Some(Self { certificate })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        exchange.request.certificate = Some(self.certificate(exchange, host).await?);
        Ok(Flow::Next)
    }
}

impl AuthenticationCertificate {
    /// The certificate that it names.
    pub(super) async fn certificate<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Rc<ClientCertificate>, Fault> {
        Ok(Rc::new(match &self.certificate {
            Certificate::Named(name) => ClientCertificate::Named(name.clone()),
            Certificate::Computed(written, certificates) => {
                let written = written.get(exchange, host, Self::NAME).await?;
                let found = ServiceCertificate::find(certificates, &written);
                ClientCertificate::Named(found.map_or(written, |certificate| certificate.name.as_str().into()))
            }
            Certificate::Pfx(file, password) => {
                let file = file.get(exchange, host, Self::NAME).await?;
                let password = match password {
                    Some(password) => password.get(exchange, host, Self::NAME).await?.to_string(),
                    None => String::new(),
                };
                ClientCertificate::Pfx { file: as_bytes(file), password }
            }
        }))
    }
}

/// An expression may give the file as base64, as it is kept in named values.
fn as_bytes(file: Bytes) -> Bytes {
    let text = std::str::from_utf8(&file).ok();
    text.and_then(|text| dotnet::convert::from_base64(text).ok()).map_or(file, Bytes::from)
}
