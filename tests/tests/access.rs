//! Who may call, end to end.

use server::{ForwardingHeader, Options, TrustedProxies};
use tests::{
    backend,
    client::get,
    service::{anything, options, start_with},
};

/// Says whom the gateway takes for the client, and lets only one in.
const POLICY: &str = r#"<policies>
  <inbound><ip-filter action="allow"><address>203.0.113.7</address></ip-filter></inbound>
  <on-error><set-header name="X-Client"><value>@(context.Request.IpAddress)</value></set-header></on-error>
</policies>"#;

/// The tests call from 127.0.0.1, which is a trusted proxy or not.
fn trusting(blocks: &[&str], header: ForwardingHeader) -> Options {
    let blocks = blocks.iter().map(|block| block.parse().expect("a block")).collect();
    Options { trusted_proxies: TrustedProxies { blocks, header }, ..options() }
}

#[test]
fn a_header_is_believed_from_trusted_proxies_only() {
    let plan = anything(&format!("http://{}", backend::answering("Emma")), POLICY);
    let forged = "X-Forwarded-For: 203.0.113.7";

    let server = start_with(&plan, options());
    let refused = get(server.address(), "/", &[forged]);
    assert_eq!((refused.status(), refused.header("x-client")), (403, Some("127.0.0.1")));

    let server = start_with(&plan, trusting(&["127.0.0.0/8", "10.0.0.0/8"], ForwardingHeader::XForwardedFor));
    let forwarded = get(server.address(), "/", &["X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.1.1.1"]);
    assert_eq!(forwarded.status(), 200, "{}", forwarded.head);
    let refused = get(server.address(), "/", &["X-Forwarded-For: 203.0.113.7, 198.51.100.1"]);
    assert_eq!((refused.status(), refused.header("x-client")), (403, Some("198.51.100.1")));
    let refused = get(server.address(), "/", &["Forwarded: for=203.0.113.7"]);
    assert_eq!((refused.status(), refused.header("x-client")), (403, Some("127.0.0.1")), "that header may be the client's own");

    let server = start_with(&plan, trusting(&["127.0.0.1"], ForwardingHeader::Forwarded));
    assert_eq!(get(server.address(), "/", &["Forwarded: for=\"203.0.113.7:4711\";proto=https"]).status(), 200);
    let refused = get(server.address(), "/", &[forged]);
    assert_eq!((refused.status(), refused.header("x-client")), (403, Some("127.0.0.1")));
}

/// Who stands before the gateway has said for whom it forwards, and the gateway says for whom it does: for the proxy.
#[test]
fn backends_are_told_who_forwarded_the_request() {
    let backend =
        backend::start(|request, stream| backend::respond(stream, 200, request.header("x-forwarded-for").unwrap_or("nobody")));
    let policy = "<policies><inbound /></policies>";
    let plan = anything(&format!("http://{backend}"), policy);
    let server = start_with(&plan, options());
    assert_eq!(get(server.address(), "/", &[]).text(), "127.0.0.1");
    let server = start_with(&plan, trusting(&["127.0.0.1"], ForwardingHeader::XForwardedFor));
    assert_eq!(get(server.address(), "/", &["X-Forwarded-For: 203.0.113.7"]).text(), "203.0.113.7, 127.0.0.1");
    let server = start_with(&plan, trusting(&["127.0.0.1"], ForwardingHeader::Forwarded));
    assert_eq!(get(server.address(), "/", &["Forwarded: for=203.0.113.7"]).text(), "127.0.0.1");
}

/// What `cors` owes is on the backend's answer too, which nothing else would have looked at again.
#[test]
fn a_page_can_read_what_the_backend_answered() {
    let policy = r#"<policies>
  <inbound>
    <cors>
      <allowed-origins><origin>https://shop.example</origin></allowed-origins>
      <allowed-headers><header>*</header></allowed-headers>
    </cors>
  </inbound>
</policies>"#;
    let server = start_with(&anything(&format!("http://{}", backend::answering("Emma")), policy), options());
    let read = get(server.address(), "/", &["Origin: https://shop.example"]);
    assert_eq!((read.status(), read.text().as_str()), (200, "Emma"));
    assert_eq!(read.header("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!(get(server.address(), "/", &[]).header("vary"), None);
}
