//! A request of a policy's own: what `send-request` and `send-one-way-request` have in common.

use super::{
    AuthenticationCertificate, AuthenticationManagedIdentity, Proxy, SetBody, SetHeader, SetMethod, return_response::checked,
};
use crate::{
    address::Address,
    computed::{Expr, Word},
    document::Section,
    exchange::{Exchange, Request},
    host::Host,
    run,
    statement::{Checker, Children, Fault, Statement},
    xml::Element,
};
use std::rc::Rc;

/// The elements that say what is sent.
pub(super) const CHILDREN: Children = Children::Named(&[
    "set-url",
    "set-method",
    "set-header",
    "set-body",
    AuthenticationCertificate::NAME,
    AuthenticationManagedIdentity::NAME,
    Proxy::NAME,
]);

/// What is sent.
#[derive(Debug)]
pub(super) struct OwnRequest {
    /// Starts from the exchange's own request, rather than from an empty one.
    copy: Word<bool>,
    url: Option<Expr<Rc<str>>>,
    method: Option<SetMethod>,
    headers: Vec<SetHeader>,
    body: Option<SetBody>,
    certificate: Option<AuthenticationCertificate>,
    proxy: Option<Proxy>,
    identity: Option<AuthenticationManagedIdentity>,
}

impl OwnRequest {
    /// Reads the attribute `mode` and the elements. A request that leads nowhere is reported as `url_id`.
    pub(super) fn check(element: &Element, checker: &mut Checker<'_>, url_id: &'static str) -> Option<Self> {
        let copy = checker.word(element, "mode", &[("new", false), ("copy", true)], false);
        let (mut address, mut method, mut headers, mut body) = (None, None, Vec::new(), None);
        let (mut certificate, mut proxy) = (None, None);
        let mut identity = None;
        let mut whole = true;
        // What stands in it makes a request, whatever section it stands in.
        let section = std::mem::replace(&mut checker.section, Section::Inbound);
        for child in element.elements() {
            match child.name.as_str() {
                "set-url" => {
                    address = url(child, checker, url_id);
                    whole &= address.is_some();
                }
                SetMethod::NAME => method = checked(child, checker, &mut whole),
                SetHeader::NAME => headers.extend(checked::<SetHeader>(child, checker, &mut whole)),
                SetBody::NAME => body = checked(child, checker, &mut whole),
                AuthenticationManagedIdentity::NAME => identity = checked(child, checker, &mut whole),
                AuthenticationCertificate::NAME => certificate = checked(child, checker, &mut whole),
                Proxy::NAME => proxy = checked(child, checker, &mut whole),
                _ => {}
            }
        }
        checker.section = section;
        if !element.elements().any(|child| child.name == "set-url")
            && copy.as_ref().is_some_and(|copy| copy.written() == Some(false))
        {
            checker.error(
                url_id,
                element.name_span,
                "a new request needs a URL",
                "add `<set-url>https://...</set-url>`, or use `mode=\"copy\"`",
            );
        }
        let copy = copy?;
        if copy.written() == Some(false) {
            address.as_ref()?;
        }
        whole.then_some(Self { copy, url: address, method, headers, body, certificate, proxy, identity })
    }

    /// Makes it, for the policy `source`.
    pub(super) async fn make<H: Host>(&self, exchange: &mut Exchange, host: &H, source: &'static str) -> Result<Request, Fault> {
        let copy = self.copy.get(exchange, host, source).await?;
        let mut request =
            if copy { exchange.request.clone() } else { Request { method: Some("GET".to_owned()), ..Request::default() } };
        if let Some(url) = &self.url {
            let url = url.get(exchange, host, source).await?;
            let fault = || Fault::new(source, "ExpressionValueEvaluationFailure", format!("`{url}` is not an absolute URL"));
            request.backend = Some(Address::parse(&url).ok_or_else(fault)?);
            (request.path, request.query) = (String::new(), String::new());
            // What the exchange's own backend wants to see is for nobody else, and its proxy leads nowhere else.
            (request.credentials, request.certificate, request.proxy) = (None, None, None);
        }
        if let Some(certificate) = &self.certificate {
            request.certificate = Some(certificate.certificate(exchange, host).await?);
        }
        if let Some(proxy) = &self.proxy {
            request.proxy = Some(proxy.proxy(exchange, host).await?);
        }
        if let Some(method) = &self.method {
            request.method = Some(method.method(exchange, host).await?);
        } else if request.method.is_none() {
            request.method = Some(exchange.client.method().to_owned());
        }
        // The caller asked for this gateway; the server that is asked here has a name of its own.
        request.headers.set("host", Vec::new());
        for header in &self.headers {
            header.field(exchange, host).await?.apply(&mut request.headers);
        }
        // Last, as it says who asks whatever headers say.
        if let Some(identity) = &self.identity
            && let Some(token) = identity.token(exchange, host).await?
        {
            request.headers.set("authorization", vec![format!("Bearer {token}").into_bytes()]);
        }
        if let Some(body) = &self.body {
            request.body = body.body(exchange, host).await?;
        } else if copy {
            run::whole_body(&mut exchange.request.body, host, source).await?;
            request.body = exchange.request.body.clone();
        }
        Ok(request)
    }
}

fn url(element: &Element, checker: &mut Checker<'_>, url_id: &'static str) -> Option<Expr<Rc<str>>> {
    checker.attributes(element, &[]);
    checker.children(element, Children::Text);
    let value = element.value(checker.text);
    checker.value(&value, |checker, text| {
        if Address::parse(text).is_some() {
            return Some(text.trim().into());
        }
        checker.error(
            url_id,
            element.inner_span,
            format!("`{}` is not an absolute URL", text.trim()),
            "write one that starts with `https://` or `http://`",
        );
        None
    })
}
