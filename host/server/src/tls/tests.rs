//! Clients' certificates, met on real connections: what is asked of those whom they name.

use super::{Asks, Listener, ListenerTls, NameTls, Revocations};
use identity::{RevocationSettings, World};
use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
};
use test_tls::{Authority, Client, Identity, Publisher, Says};
use wire::{Revocation, Shown};

/// The part of a gateway that meets clients. It says what it makes of each.
struct Gateway {
    address: SocketAddr,
    met: mpsc::Receiver<std::io::Result<Option<Shown>>>,
}

impl Gateway {
    /// One that asks those whom certificates name, as settings say.
    fn start(partners: &Authority, asks: Asks, revocation_lists: Vec<Vec<u8>>, settings: RevocationSettings) -> Self {
        let ours = Authority::new("Ours");
        let tls = ListenerTls {
            identities: vec![ours.server(&["api.example"])],
            asks,
            authorities: vec![partners.certificate.clone()],
            revocation_lists,
            ..ListenerTls::default()
        };
        Self::listening(tls, settings)
    }

    fn listening(tls: ListenerTls, settings: RevocationSettings) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let listener = Listener::new(&tls, &provider).unwrap();
        let revocations = Revocations::new(&settings, identity::Client::new(None).unwrap(), World::real());
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let (says, met) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let socket = tokio::net::TcpListener::from_std(socket).unwrap();
                while let Ok((stream, address)) = socket.accept().await {
                    let met = listener.accept(stream, address, &revocations).await;
                    let shown = met.map(|(_, peer)| Shown::read(&peer.certificate).unwrap());
                    if says.send(shown).is_err() {
                        return;
                    }
                }
            });
        });
        Self { address, met }
    }

    /// What becomes of a client with a certificate: nothing where it was not revoked, else what is said of it.
    fn says(&self, identity: &Identity) -> String {
        // Where the gateway does not like it, the client may notice before or after the handshake.
        let _ = Client { identity: Some(identity), ..Client::default() }.connect(self.address);
        match self.met.recv().unwrap() {
            Ok(Some(Shown { revocation: Revocation::Good, .. })) => String::new(),
            Ok(Some(Shown { revocation: Revocation::Revoked(what), .. })) => format!("revoked: {what}"),
            Ok(Some(Shown { revocation: Revocation::Unknown(why), .. })) => format!("unknown: {why}"),
            Ok(None) => "it showed nothing".to_owned(),
            Err(error) => format!("not let in: {error}"),
        }
    }
}

fn near() -> RevocationSettings {
    RevocationSettings { hosts: vec!["127.0.0.1".to_owned()], ..RevocationSettings::default() }
}

#[test]
fn a_responder_is_asked_once_what_was_revoked() {
    let (partners, publisher) = (Authority::new("Partners"), Publisher::start());
    let client = |number: u8, path: &str| {
        partners.client_naming("partner", number.into(), Some(&format!("{}{path}", publisher.url)), None)
    };
    let gateway = Gateway::start(&partners, Asks::Certificate, Vec::new(), near());
    publisher.publish("/good", partners.status(1, Says::Good, None));
    publisher.publish("/revoked", partners.status(2, Says::Revoked, None));
    let good = client(1, "/good");
    for _ in 0..3 {
        assert_eq!(gateway.says(&good), "");
    }
    assert_eq!(publisher.count("/good"), 1, "the answer is remembered");
    let why = gateway.says(&client(2, "/revoked"));
    assert!(why.contains("revoked: `CN=Partners` revoked the serial number 02 at 2024-03-01T00:00:00Z"), "{why}");

    let (may, may_not) = (partners.responder(true), partners.responder(false));
    let stranger = Authority::new("Strangers").responder(true);
    for (path, answer, expected) in [
        ("/allowed", partners.status(3, Says::Good, Some(&may)), ""),
        ("/not-allowed", partners.status(3, Says::Good, Some(&may_not)), "does not allow it to whoever signed it"),
        ("/stranger", partners.status(3, Says::Good, Some(&stranger)), "does not allow it to whoever signed it"),
        (
            "/old",
            partners.status(3, Says::GoodUntil2024, None),
            "the status is out of date: a new one was to come at 2024-04-01T00:00:00Z",
        ),
        ("/other", partners.status(4, Says::Good, None), "the answer is about another certificate"),
        ("/nonsense", b"tea".to_vec(), "the answer is none of a responder"),
        (
            "/forged",
            Authority::new("Partners").status(3, Says::Good, None),
            "nobody whom the issuer of the certificate allows to",
        ),
    ] {
        publisher.publish(path, answer);
        let why = gateway.says(&client(3, path));
        assert!(why.contains(expected) && why.is_empty() == expected.is_empty(), "{path}: {why}");
        assert_eq!(why.starts_with("unknown: "), !expected.is_empty(), "{path}: {why}");
    }
    let why = gateway.says(&client(3, "/missing"));
    assert!(why.contains("the server answers 404"), "{why}");
}

#[test]
fn the_list_that_a_certificate_names_is_fetched_once() {
    let (partners, publisher) = (Authority::new("Partners"), Publisher::start());
    let list = format!("{}/list", publisher.url);
    publisher.publish("/list", partners.revoked(&[7]));
    let gateway = Gateway::start(&partners, Asks::Certificate, Vec::new(), near());
    let client = |number| partners.client_naming("partner", number, None, Some(&list));
    assert_eq!(gateway.says(&client(1)), "");
    let why = gateway.says(&client(7));
    assert!(why.contains("revoked the serial number 07 at 2024-03-01T00:00:00Z"), "{why}");
    assert_eq!(publisher.count("/list"), 1, "the list is good until its next update");
    // A responder that is not well does not hide the list.
    let responder = format!("{}/missing", publisher.url);
    assert_eq!(gateway.says(&partners.client_naming("partner", 1, Some(&responder), Some(&list))), "");
    publisher.publish("/forged", Authority::new("Partners").revoked(&[1]));
    let forged = format!("{}/forged", publisher.url);
    let why = gateway.says(&partners.client_naming("partner", 1, None, Some(&forged)));
    assert!(why.contains("the signature of `CN=Partners` on the list is wrong"), "{why}");
    // What the operator has in a file is not asked for.
    let gateway = Gateway::start(&partners, Asks::Certificate, vec![partners.revoked(&[2])], near());
    assert_eq!(gateway.says(&client(7)), "");
    assert_eq!(publisher.count("/list"), 1);
}

#[test]
fn a_certificate_does_not_lead_the_gateway_to_its_own_network() {
    let (partners, publisher) = (Authority::new("Partners"), Publisher::start());
    publisher.publish("/status", partners.status(1, Says::Good, None));
    let client = partners.client_naming("partner", 1, Some(&format!("{}/status", publisher.url)), None);
    let gateway = Gateway::start(&partners, Asks::Certificate, Vec::new(), RevocationSettings::default());
    let why = gateway.says(&client);
    assert!(why.contains("where a certificate may not lead; add `127.0.0.1` to `identity: { revocation: { hosts"), "{why}");
    let off = RevocationSettings { ocsp: false, crl: false, ..near() };
    assert!(Gateway::start(&partners, Asks::Certificate, Vec::new(), off).says(&client).starts_with("unknown: "));
    assert_eq!(publisher.count("/status"), 0);
}

#[test]
fn where_a_certificate_is_required_one_that_a_responder_says_is_revoked_is_not_let_in() {
    let (partners, publisher) = (Authority::new("Partners"), Publisher::start());
    publisher.publish("/good", partners.status(1, Says::Good, None));
    publisher.publish("/revoked", partners.status(2, Says::Revoked, None));
    let gateway = Gateway::start(&partners, Asks::TrustedCertificate, Vec::new(), near());
    let asked = |number: u8, path: &str| {
        let url = format!("{}{path}", publisher.url);
        gateway.says(&partners.client_naming("partner", number.into(), Some(&url), None))
    };
    assert_eq!(asked(1, "/good"), "");
    assert_eq!(asked(2, "/revoked"), "not let in: the client's certificate was revoked");
}

#[test]
fn host_names_have_certificates_and_questions_of_their_own() {
    let (ours, partners) = (Authority::new("Ours"), Authority::new("Partners"));
    let own = NameTls { identity: Some(ours.server(&["partners.example"])), asks: Some(true), http2: Some(false) };
    let tls = |asks| ListenerTls {
        identities: vec![ours.server(&["api.example"])],
        asks,
        authorities: vec![partners.certificate.clone()],
        names: [("partners.example".to_owned(), own.clone())].into(),
        ..ListenerTls::default()
    };
    let partner = partners.client("partner", 1);
    let met = |gateway: &Gateway, name, protocols| {
        let client = Client { authority: Some(&ours), name, identity: Some(&partner), protocols, ..Client::default() };
        let connection = client.connect(gateway.address);
        let spoken =
            connection.ok().and_then(|connection| Some(String::from_utf8_lossy(connection.conn.alpn_protocol()?).into_owned()));
        let shown = gateway.met.recv().unwrap().unwrap();
        (shown.is_some(), spoken.unwrap_or_default())
    };
    const BOTH: &[&str] = &["h2", "http/1.1"];
    let gateway = Gateway::listening(tls(Asks::Nothing), near());
    assert_eq!(met(&gateway, "api.example", BOTH), (false, "h2".to_owned()));
    assert_eq!(met(&gateway, "partners.example", BOTH), (true, "http/1.1".to_owned()));
    // What the operator requires of everybody, no name makes less.
    let lenient = NameTls { asks: Some(false), ..own.clone() };
    let strict = ListenerTls { names: [("partners.example".to_owned(), lenient)].into(), ..tls(Asks::TrustedCertificate) };
    let gateway = Gateway::listening(strict, near());
    assert_eq!(met(&gateway, "partners.example", BOTH), (true, "http/1.1".to_owned()));
}
