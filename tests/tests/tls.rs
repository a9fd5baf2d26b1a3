//! TLS end to end, both ways: what the gateway shows and whom it trusts, towards backends and towards clients.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use gateway::{CertificateFile, Plan, Secrets};
use server::{
    Server,
    tls::{Asks, BackendTls, Identity, ListenerTls, Settings},
};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
};
use tests::{
    client::{self, Reply},
    service::{ANYTHING, folder, plan_with, start_with_tls},
    tls::{Authority, Client, Takes, backend, get, short},
};

const HTTP_1: &[&str] = &["http/1.1"];

/// The policy of a gateway that sends everything to the backend `orders`, and says in `X-Error` why that did not work.
fn policy(inbound: &str, forward: &str) -> String {
    format!(
        "<policies><inbound><set-backend-service backend-id=\"orders\" />{inbound}</inbound><backend>{forward}</backend><on-error>\
         <set-header name=\"X-Error\"><value>@(context.LastError.Message)</value></set-header></on-error></policies>"
    )
}

const FORWARD: &str = "<forward-request />";

/// A service whose backend `orders` is at this address, spoken to by TLS.
fn plan(address: SocketAddr, policy: &str, certificates: &BTreeMap<String, Identity>) -> Plan {
    let backend = format!(r#"{{ "properties": {{ "url": "https://localhost:{}", "protocol": "http" }} }}"#, address.port());
    let folder = folder(&[
        ("apis/anything/specification.yaml", ANYTHING),
        (
            "apis/anything/apiInformation.yaml",
            "properties: { path: '', serviceUrl: 'http://nowhere.invalid', subscriptionRequired: false }",
        ),
        ("apis/anything/policy.xml", policy),
        ("backends/orders/backendInformation.json", &backend),
    ]);
    let file = |identity: &Identity| CertificateFile {
        der: identity.chain[0].clone(),
        thumbprint: server::tls::thumbprint(&identity.chain[0]),
        key: identity.key.clone(),
    };
    let certificates = certificates.iter().map(|(name, identity)| (name.clone(), file(identity))).collect();
    plan_with(&folder, Secrets { certificates, tls_backends: ["orders".to_owned()].into(), ..Secrets::default() })
}

/// Asks a new gateway for a path of the backend.
fn asked(address: SocketAddr, policy: &str, settings: Settings) -> Reply {
    let server = start_with_tls(&plan(address, policy, &settings.certificates), settings);
    client::get(server.address(), "/x", &[])
}

fn error(reply: &Reply) -> &str {
    assert_eq!(reply.status(), 500, "{}", reply.head);
    reply.header("x-error").expect("the error is told")
}

fn trusting(authority: &Authority) -> Settings {
    Settings { authorities: vec![authority.certificate.clone()], ..Settings::default() }
}

fn to_orders(tls: BackendTls) -> BTreeMap<String, BackendTls> {
    [("orders".to_owned(), tls)].into()
}

#[test]
fn a_backend_is_trusted_if_an_authority_of_ours_signed_its_certificate() {
    let (ours, others) = (Authority::new("Ours"), Authority::new("Others"));
    let backend = backend(&ours.server(&["localhost"]), Takes::Nothing, HTTP_1);
    let reply = asked(backend, &policy("", FORWARD), trusting(&ours));
    assert_eq!(reply.text(), "/x HTTP/1.1 asked for localhost, shown nothing", "{}", reply.head);
    let reply = asked(backend, &policy("", FORWARD), Settings::default());
    let expected = format!(
        "localhost:{}: the backend `orders`: nobody whom the gateway trusts has signed the server's certificate; if it is right, name the \
         authority's certificate as `tls: {{ backends: {{ orders: {{ ca: ... }} }} }}` in portico.yaml",
        backend.port()
    );
    assert_eq!(error(&reply), expected);
    // A backend with authorities of its own has no others.
    let own = |authority: &Authority| BackendTls { authorities: vec![authority.certificate.clone()], ..BackendTls::default() };
    let pinned = Settings { backends: to_orders(own(&others)), ..trusting(&ours) };
    assert!(error(&asked(backend, &policy("", FORWARD), pinned)).contains("nobody whom the gateway trusts"));
    let pinned = Settings { backends: to_orders(own(&ours)), ..trusting(&others) };
    assert_eq!(asked(backend, &policy("", FORWARD), pinned).status(), 200);
}

#[test]
fn a_wrong_name_is_told_with_those_that_the_certificate_has() {
    let ours = Authority::new("Ours");
    let backend = backend(&ours.server(&["orders.internal", "*.shop.internal"]), Takes::Nothing, HTTP_1);
    let reply = asked(backend, &policy("", FORWARD), trusting(&ours));
    assert!(
        error(&reply).ends_with(
            "the server's certificate is for `orders.internal`, `*.shop.internal`, and not for `localhost`; call the server by a name of its \
             certificate, or name one of them as `tls: { backends: { orders: { server_name: ... } } }` in portico.yaml"
        ),
        "{}",
        reply.head
    );
    let named = BackendTls { server_name: Some("eu.shop.internal".to_owned()), ..BackendTls::default() };
    let reply = asked(backend, &policy("", FORWARD), Settings { backends: to_orders(named), ..trusting(&ours) });
    assert_eq!(reply.text(), "/x HTTP/1.1 asked for eu.shop.internal, shown nothing", "{}", reply.head);
    let any_name = BackendTls { checks_name: false, ..BackendTls::default() };
    let settings = Settings { backends: to_orders(any_name.clone()), ..trusting(&ours) };
    assert_eq!(asked(backend, &policy("", FORWARD), settings).status(), 200);
    // Who does not look at the name looks at who signed it all the same.
    let settings = Settings { backends: to_orders(any_name), ..Settings::default() };
    assert!(error(&asked(backend, &policy("", FORWARD), settings)).contains("nobody whom the gateway trusts"));
}

#[test]
fn an_expired_certificate_is_told_with_its_date_and_taken_only_unchecked() {
    let ours = Authority::new("Ours");
    let backend = backend(&ours.expired_server(&["elsewhere.example"]), Takes::Nothing, HTTP_1);
    let named = BackendTls { server_name: Some("elsewhere.example".to_owned()), ..BackendTls::default() };
    let settings = |tls: BackendTls| Settings { backends: to_orders(tls), ..trusting(&ours) };
    let reply = asked(backend, &policy("", FORWARD), settings(named.clone()));
    assert!(error(&reply).contains("expired at 2021-01-01T00:00:00Z, and it is 20"), "{}", reply.head);
    let unchecked = BackendTls { checks_chain: false, ..named };
    assert_eq!(asked(backend, &policy("", FORWARD), settings(unchecked)).status(), 200);
    // The name still counts there.
    let unchecked = BackendTls { checks_chain: false, ..BackendTls::default() };
    assert!(error(&asked(backend, &policy("", FORWARD), settings(unchecked.clone()))).contains("is for `elsewhere.example`"));
    let nothing = BackendTls { checks_name: false, ..unchecked };
    assert_eq!(asked(backend, &policy("", FORWARD), settings(nothing)).status(), 200);
}

#[test]
fn a_backend_is_shown_the_certificate_of_its_settings_or_of_a_policy() {
    let (ours, partners) = (Authority::new("Ours"), Authority::new("Partners"));
    let backend = backend(&ours.server(&["localhost"]), Takes::SignedBy(&partners), HTTP_1);
    let (shop, other) = (partners.client("shop", 7), partners.client("other", 8));
    let without_key = Identity { key: None, ..other.clone() };
    let certificates: BTreeMap<_, _> =
        [("shop".to_owned(), shop.clone()), ("other".to_owned(), other.clone()), ("public".to_owned(), without_key)].into();
    let set = BackendTls { certificate: Some("shop".to_owned()), ..BackendTls::default() };
    let settings = || Settings { certificates: certificates.clone(), backends: to_orders(set.clone()), ..trusting(&ours) };
    let shown = |inbound: &str| asked(backend, &policy(inbound, FORWARD), settings());
    assert!(shown("").text().ends_with(&format!("shown {}", short(&shop))), "{}", shown("").head);
    let by_thumbprint = server::tls::thumbprint(&other.chain[0]).to_ascii_lowercase();
    for inbound in [
        r#"<authentication-certificate certificate-id="other" />"#.to_owned(),
        format!(r#"<authentication-certificate thumbprint="{by_thumbprint}" />"#),
        r#"<authentication-certificate certificate-id="@("oth" + "er")" />"#.to_owned(),
    ] {
        assert!(shown(&inbound).text().ends_with(&format!("shown {}", short(&other))), "{inbound}");
    }
    // A request of a policy's own has what it says itself.
    let own = format!(
        "<send-request response-variable-name=\"answer\"><set-url>https://localhost:{}/own</set-url>\
         <authentication-certificate certificate-id=\"other\" /></send-request><return-response response-variable-name=\"answer\" />",
        backend.port()
    );
    assert_eq!(shown(&own).text(), format!("/own HTTP/1.1 asked for localhost, shown {}", short(&other)));
    let missing = shown(r#"<authentication-certificate certificate-id="public" />"#);
    assert!(
        error(&missing).contains("the gateway has the certificate `public`, and not its private key; give its file"),
        "{}",
        missing.head
    );
    let unknown = asked(backend, &policy("", FORWARD), trusting(&ours));
    assert!(
        error(&unknown).contains("the server wants a client certificate; show it one by `authentication-certificate`"),
        "{}",
        unknown.head
    );
    let strangers = Authority::new("Strangers").client("stranger", 1);
    let certificates = [("shop".to_owned(), strangers)].into();
    let refused =
        asked(backend, &policy("", FORWARD), Settings { certificates, backends: to_orders(set.clone()), ..trusting(&ours) });
    assert!(error(&refused).contains("the server refuses the client certificate that it was shown"), "{}", refused.head);
}

#[test]
fn a_file_from_a_policy_is_shown_and_one_that_cannot_be_opened_is_told_so() {
    let file = include_str!("../../gateway-wasm/dotnet/src/crypto/test_data/test-ec.pfx.base64").replace('\n', "");
    let bytes = BASE64_STANDARD.decode(&file).expect("base64");
    let identity = server::tls::read_identity(&bytes, Some("test-password")).expect("a PKCS #12 file");
    let ours = Authority::new("Ours");
    let backend = backend(&ours.server(&["localhost"]), Takes::Anything, HTTP_1);
    let with = |password: &str| {
        let inbound =
            format!(r#"<authentication-certificate body="@(Convert.FromBase64String("{file}"))" password="{password}" />"#);
        asked(backend, &policy(&inbound, FORWARD), trusting(&ours))
    };
    let reply = with("test-password");
    assert!(reply.text().ends_with(&format!("shown {}", short(&identity))), "{} {}", reply.head, reply.text());
    assert!(error(&with("other")).contains("the certificate of `authentication-certificate` cannot be read"));
}

#[test]
fn keys_of_curves_are_shown_in_both_forms_of_their_files() {
    let ours = Authority::new("Ours");
    let backend = backend(&ours.server(&["localhost"]), Takes::Anything, HTTP_1);
    for curve in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384] {
        let key = rcgen::KeyPair::generate_for(curve).expect("a key");
        let certificate = rcgen::CertificateParams::default().self_signed(&key).expect("a certificate");
        for key in [key.serialize_pem(), tests::tls::sec1(&key)] {
            let file = format!("{}{key}", certificate.pem());
            let identity = server::tls::read_identity(file.as_bytes(), None).expect("a certificate and its key");
            let set = BackendTls { certificate: Some("shop".to_owned()), ..BackendTls::default() };
            let certificates = [("shop".to_owned(), identity.clone())].into();
            let reply =
                asked(backend, &policy("", FORWARD), Settings { certificates, backends: to_orders(set), ..trusting(&ours) });
            assert!(reply.text().ends_with(&format!("shown {}", short(&identity))), "{} {}", reply.head, reply.text());
        }
    }
}

/// Expressions see the service's certificates; their keys only where a policy asks for private keys.
#[test]
fn expressions_see_the_certificates_of_the_service() {
    let file = include_str!("../../gateway-wasm/dotnet/src/crypto/test_data/test-modern.pfx.base64").replace('\n', "");
    let bytes = BASE64_STANDARD.decode(&file).expect("base64");
    let identity = server::tls::read_identity(&bytes, Some("test-password")).expect("a PKCS #12 file");
    let thumbprint = server::tls::thumbprint(&identity.chain[0]);
    let certificates: BTreeMap<_, _> = [("shop".to_owned(), identity)].into();
    let answer = |code: &str| {
        let inbound = format!("<return-response><set-body>@({code})</set-body></return-response>");
        let settings = Settings { certificates: certificates.clone(), ..Settings::default() };
        asked(([127, 0, 0, 1], 9).into(), &policy(&inbound, FORWARD), settings).text()
    };
    let any = |thumbprint: &str| {
        answer(&format!("context.Deployment.Certificates.Any(c => c.Value.Thumbprint == \"{thumbprint}\").ToString()"))
    };
    assert_eq!((any(&thumbprint), any("other")), ("True".to_owned(), "False".to_owned()));
    let key = answer("context.Deployment.Certificates[\"shop\"].GetRSAPrivateKey().KeySize.ToString()");
    assert_eq!(key, "1024");
}

#[test]
fn alpn_decides_which_http_is_spoken_to_a_backend() {
    let ours = Authority::new("Ours");
    let identity = ours.server(&["localhost"]);
    let (both, old) = (backend(&identity, Takes::Nothing, &["h2", "http/1.1"]), backend(&identity, Takes::Nothing, HTTP_1));
    let spoken = |address, version: &str| {
        let forward = format!(r#"<forward-request http-version="{version}" />"#);
        asked(address, &policy("", &forward), trusting(&ours))
    };
    assert!(spoken(both, "2or1").text().starts_with("/x HTTP/2.0"));
    assert!(spoken(both, "2").text().starts_with("/x HTTP/2.0"));
    assert!(spoken(both, "1").text().starts_with("/x HTTP/1.1"));
    assert!(spoken(old, "2or1").text().starts_with("/x HTTP/1.1"));
    let refused = spoken(old, "2");
    assert!(error(&refused).contains("the server does not speak the HTTP that `forward-request` wants"), "{}", refused.head);
}

#[test]
fn a_reload_replaces_certificates_and_connections_that_show_the_old_ones() {
    let (ours, partners) = (Authority::new("Ours"), Authority::new("Partners"));
    let backend = backend(&ours.server(&["localhost"]), Takes::SignedBy(&partners), HTTP_1);
    let set = BackendTls { certificate: Some("shop".to_owned()), ..BackendTls::default() };
    let settings = |identity: &Identity| {
        let certificates = [("shop".to_owned(), identity.clone())].into();
        Settings { certificates, backends: to_orders(set.clone()), ..trusting(&ours) }
    };
    let (first, second) = (partners.client("shop", 1), partners.client("shop", 2));
    let plan = plan(backend, &policy("", FORWARD), &BTreeMap::new());
    let server = start_with_tls(&plan, settings(&first));
    assert!(client::get(server.address(), "/x", &[]).text().ends_with(&short(&first)));
    reload(&server, &plan, &settings(&second));
    tests::wait_until("the new certificate is shown", || {
        client::get(server.address(), "/x", &[]).text().ends_with(&short(&second))
    });
    let wrong = Settings { authorities: vec![vec![1, 2, 3]], ..settings(&first) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert!(runtime.block_on(server.reload(plan.write(), &wrong)).is_err(), "what is no authority is refused");
    assert!(client::get(server.address(), "/x", &[]).text().ends_with(&short(&second)), "and the old settings stay");
}

fn reload(server: &Server, plan: &Plan, settings: &Settings) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(server.reload(plan.write(), settings)).expect("the plan is good");
}

/// A gateway with TLS that answers with what it knows of the client's certificate, after checking it at `/strict` and `/listed`.
fn listening(tls: ListenerTls) -> (Plan, Server) {
    let policy = "<policies><inbound>\
        <choose><when condition=\"@(context.Request.Url.Path == \"/strict\")\"><validate-client-certificate validate-revocation=\"false\" />\
        </when><when condition=\"@(context.Request.Url.Path == \"/listed\")\"><validate-client-certificate /></when></choose>\
        <return-response><set-body>@{ var own = context.Request.Certificate; return context.Request.OriginalUrl.Scheme + \" \" + \
        (own == null ? \"nothing\" : own.Subject + \" \" + own.VerifyNoRevocation() + \" \" + own.Verify()); }</set-body></return-response>\
        </inbound></policies>";
    let plan = tests::service::anything("http://nowhere.invalid", policy);
    let server = start_with_tls(&plan, Settings { listener: Some(tls), ..Settings::default() });
    (plan, server)
}

#[test]
fn clients_are_met_with_tls_1_2_and_1_3_and_get_the_certificate_for_the_name_they_ask_for() {
    let ours = Authority::new("Ours");
    let identities = vec![ours.server(&["api.example"]), ours.server(&["*.partners.example"])];
    let (_, server) = listening(ListenerTls { identities, ..ListenerTls::default() });
    static EITHER: [[&rustls::SupportedProtocolVersion; 1]; 2] = [[&rustls::version::TLS13], [&rustls::version::TLS12]];
    for versions in EITHER.iter().map(|versions| &versions[..]) {
        for name in ["api.example", "eu.partners.example"] {
            let client = Client { authority: Some(&ours), name, versions, ..Client::default() };
            assert_eq!(client.get(server.address(), "/").expect("they like each other"), (200, "https nothing".to_owned()));
        }
    }
    let stranger = Client { authority: Some(&ours), name: "other.example", ..Client::default() };
    assert!(stranger.get(server.address(), "/").is_err(), "the first certificate is for another name");
    for (protocols, spoken) in [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1")] {
        let client = Client { authority: Some(&ours), protocols, ..Client::default() };
        let connection = client.connect(server.address()).expect("they like each other");
        assert_eq!(connection.conn.alpn_protocol(), Some(spoken.as_bytes()));
    }
    assert_eq!(
        tests::tls::get_by_http2(&Client { authority: Some(&ours), ..Client::default() }, server.address()),
        "https nothing"
    );
    let mut plain = client::connect(server.address());
    plain.write_all(b"GET / HTTP/1.1\r\nHost: api.example\r\n\r\n").expect("the gateway reads");
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).expect("the gateway closes");
    assert!(!answer.starts_with(b"HTTP"), "nobody is served without TLS");
}

#[test]
fn policies_judge_the_certificates_of_clients() {
    let (ours, partners, strangers) = (Authority::new("Ours"), Authority::new("Partners"), Authority::new("Strangers"));
    let (good, revoked) = (partners.client("good", 1), partners.client("revoked", 0xff01));
    let (expired, stranger) = (partners.expired_client("expired"), strangers.client("stranger", 1));
    let (_, server) = listening(ListenerTls {
        identities: vec![ours.server(&["api.example"])],
        asks: Asks::Certificate,
        authorities: vec![partners.certificate.clone()],
        revocation_lists: vec![partners.revoked(&[0xff01])],
        ..ListenerTls::default()
    });
    let asked = |identity, path| Client { identity, ..Client::default() }.get(server.address(), path).expect("all are let in");
    for (identity, seen, strict, listed) in [
        (Some(&good), "https CN=good True True", 200, 200),
        (Some(&revoked), "https CN=revoked True False", 200, 401),
        (Some(&expired), "https CN=expired False False", 401, 401),
        (Some(&stranger), "https CN=stranger False False", 401, 401),
        (None, "https nothing", 401, 401),
    ] {
        assert_eq!(asked(identity, "/"), (200, seen.to_owned()));
        assert_eq!((asked(identity, "/strict").0, asked(identity, "/listed").0), (strict, listed), "{seen}");
    }
    let message = |text: &str| format!(r#"{{ "statusCode": 401, "message": "Client certificate {text}." }}"#);
    assert_eq!(asked(Some(&revoked), "/listed").1, message("is revoked"));
    assert_eq!(asked(Some(&expired), "/strict").1, message("is expired"));
    assert_eq!(asked(Some(&stranger), "/strict").1, message("is not trusted"));
    assert_eq!(asked(None, "/strict").1, message("was not found"));
}

#[test]
fn without_a_list_nobody_knows_what_was_revoked() {
    let (ours, partners, others) = (Authority::new("Ours"), Authority::new("Partners"), Authority::new("Others"));
    let good = partners.client("good", 1);
    for revocation_lists in [Vec::new(), vec![others.revoked(&[1])]] {
        let (_, server) = listening(ListenerTls {
            identities: vec![ours.server(&["api.example"])],
            asks: Asks::Certificate,
            authorities: vec![partners.certificate.clone(), others.certificate.clone()],
            revocation_lists,
            ..ListenerTls::default()
        });
        let client = Client { identity: Some(&good), ..Client::default() };
        assert_eq!(client.get(server.address(), "/").expect("let in"), (200, "https CN=good True False".to_owned()));
        let (status, body) = client.get(server.address(), "/listed").expect("let in");
        assert_eq!((status, body.contains("Revocation status of client certificate is unknown.")), (401, true), "{body}");
    }
}

#[test]
fn clients_without_a_trusted_certificate_are_not_let_in_where_one_is_required() {
    let (ours, partners) = (Authority::new("Ours"), Authority::new("Partners"));
    let (_, server) = listening(ListenerTls {
        identities: vec![ours.server(&["api.example"])],
        asks: Asks::TrustedCertificate,
        authorities: vec![partners.certificate.clone()],
        revocation_lists: vec![partners.revoked(&[2])],
        ..ListenerTls::default()
    });
    let asked =
        |identity: Option<Identity>| Client { identity: identity.as_ref(), ..Client::default() }.get(server.address(), "/");
    assert_eq!(asked(Some(partners.client("good", 1))).expect("let in").0, 200);
    assert!(asked(None).is_err());
    assert!(asked(Some(partners.client("revoked", 2))).is_err());
    assert!(asked(Some(partners.expired_client("expired"))).is_err());
    assert!(asked(Some(Authority::new("Strangers").client("stranger", 1))).is_err());
}

#[test]
fn a_reload_shows_another_certificate_and_keeps_open_connections() {
    let (old, new) = (Authority::new("Old"), Authority::new("New"));
    let shown =
        |authority: &Authority| ListenerTls { identities: vec![authority.server(&["api.example"])], ..ListenerTls::default() };
    let (plan, server) = listening(shown(&old));
    let mut open = Client { authority: Some(&old), ..Client::default() }.connect(server.address()).expect("a connection");
    reload(&server, &plan, &Settings { listener: Some(shown(&new)), ..Settings::default() });
    let client = Client { authority: Some(&new), ..Client::default() };
    tests::wait_until("the new certificate is shown", || client.get(server.address(), "/").is_ok());
    get(&mut open, "/", "").expect("the old connection is open");
    let mut line = String::new();
    BufReader::new(&mut open).read_line(&mut line).expect("an answer");
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
}
