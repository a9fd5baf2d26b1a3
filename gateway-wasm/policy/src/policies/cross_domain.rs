//! `cross-domain`: what the gateway serves at `/crossdomain.xml`.

use crate::{
    document::{Scope, Section},
    exchange::{Body, Exchange, Response},
    host::Host,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::{Element, Node},
};
use bytes::Bytes;

/// Says which pages Flash and Silverlight may call the gateway from.
#[derive(Debug)]
pub struct CrossDomain {
    /// The `<cross-domain-policy>` as it is written.
    policy: Bytes,
}

/// What Adobe's format has below its root.
const ELEMENTS: &[&str] =
    &["site-control", "allow-access-from", "allow-access-from-identity", "allow-http-request-headers-from"];

/// The root of Adobe's format.
const ROOT: &str = "cross-domain-policy";

impl Statement for CrossDomain {
    const NAME: &'static str = "cross-domain";
    const SECTIONS: &'static [Section] = &[Section::Inbound];
    const SCOPES: &'static [Scope] = &[Scope::Global];
    const ATTRIBUTES: &'static [&'static str] = &[];
    const CHILDREN: Children = Children::Named(&[ROOT]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        // The file is asked for without any operation, so there is no exchange in which a condition could be computed.
        let is_conditional = checker.path.rsplit('/').skip(1).any(|part| !part.starts_with("include-fragment["));
        if is_conditional {
            let help = "put it directly into `inbound`";
            checker.error("cross-domain/nested", element.name_span, "`cross-domain` cannot depend on anything", help);
        }
        let mut roots = element.elements().filter(|child| child.name == ROOT);
        let Some(root) = roots.next() else {
            let help = "write `<cross-domain-policy>...</cross-domain-policy>` into it";
            checker.error("cross-domain/policy", element.name_span, "`cross-domain` holds no `cross-domain-policy`", help);
            return None;
        };
        if let Some(second) = roots.next() {
            let message = "`cross-domain-policy` stands twice";
            checker.error("cross-domain/policy", second.name_span, message, "put everything into one");
        }
        checker.children(root, Children::Named(ELEMENTS));
        let is_text = |node: &Node| matches!(node, Node::Text(_));
        let text = checker.text.as_str().get(root.span.range()).unwrap_or_default();
        let is_known = !checker.text.has_unknown(root.span) && !root.children.iter().any(is_text);
        is_known.then(|| Self { policy: Bytes::copy_from_slice(text.as_bytes()) })
    }

    async fn run<H: Host>(&self, _exchange: &mut Exchange, _host: &H) -> Result<Flow, Fault> {
        // Whoever runs the gateway answers before an operation is looked for: see `response`.
        Ok(Flow::Next)
    }
}

impl CrossDomain {
    /// Where the file is. Players look for it there, at the root, and without any key.
    pub const PATH: &'static str = "/crossdomain.xml";

    /// The file.
    pub fn response(&self) -> Response {
        let mut response = Response::new(200);
        // The only type that players take whatever else the policy says (Adobe's specification, `permitted-cross-domain-policies`).
        response.headers.set("content-type", vec![b"text/x-cross-domain-policy".to_vec()]);
        response.body = Body::Whole(self.policy.clone());
        response
    }
}
