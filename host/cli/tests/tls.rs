//! `portico serve` with certificates from files: for clients, for backends, and in neither case where something is missing.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Authority { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
}

impl Authority {
    /// A certificate for a name, and its key.
    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        Arc::new(roots)
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// A backend that takes only clients of an authority, and answers each connection once.
fn backend(own: &Authority, clients: &Authority) -> u16 {
    let verifier = WebPkiClientVerifier::builder_with_provider(clients.roots(), provider()).build().unwrap();
    let (certificate, key) = own.sign("orders.internal");
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config.with_client_cert_verifier(verifier).with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            let mut line = String::new();
            let Ok(_) = BufReader::new(&mut stream).read_line(&mut line) else { continue };
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\norders");
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    port
}

/// A `portico serve` that runs.
struct Serve {
    child: Child,
    gateway: String,
    errors: mpsc::Receiver<String>,
}

impl Serve {
    fn start(directory: &Path) -> Serve {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        let (service, config) = (directory.join("service"), directory.join("portico.yaml"));
        command.arg("serve").arg(service).arg("--config").arg(config).env("CA_PASSWORD", "quiet").stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let gateway = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("gateway")).unwrap_or_default();
        let (send, errors) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || lines.for_each(drop));
        std::thread::spawn(move || stderr.map_while(Result::ok).try_for_each(|line| send.send(line)));
        Serve { child, gateway: gateway.trim_start_matches("gateway").trim().to_owned(), errors }
    }

    fn said(&self, wanted: &str) {
        let mut seen = Vec::new();
        while let Ok(line) = self.errors.recv_timeout(Duration::from_secs(20)) {
            if line.contains(wanted) {
                return;
            }
            seen.push(line);
        }
        panic!("`{wanted}` was never printed, but\n{}", seen.join("\n"));
    }

    /// `GET /orders` by TLS, as a client that trusts one authority.
    fn get(&self, authority: &Authority) -> std::io::Result<String> {
        let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_root_certificates(authority.roots()).with_no_client_auth());
        let session = ClientConnection::new(config, ServerName::try_from("api.example").unwrap()).unwrap();
        let stream = TcpStream::connect(self.gateway.trim_start_matches("https://"))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut stream = StreamOwned::new(session, stream);
        stream.write_all(b"GET /orders HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(directory: &Path, file: &str, text: &str) {
    let path = directory.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A service whose backend `orders` is shown the certificate `partner`.
fn service(directory: &Path, port: u16) {
    let definition = "openapi: 3.0.3\ninfo: { title: Shop, version: '1' }\npaths:\n  /orders: { get: { operationId: orders, responses: {} } }\n";
    write(directory, "service/apis/shop/specification.yaml", definition);
    write(directory, "service/apis/shop/apiInformation.yaml", "properties: { path: '', subscriptionRequired: false }\n");
    let policy = "<policies><inbound><set-backend-service backend-id=\"orders\" /></inbound></policies>";
    write(directory, "service/apis/shop/policy.xml", policy);
    let backend = format!(
        r#"{{ "properties": {{ "url": "https://127.0.0.1:{port}", "protocol": "http", "tls": {{ "validateCertificateName": false }},
           "credentials": {{ "certificateIds": ["/certificates/partner"] }} }} }}"#
    );
    write(directory, "service/backends/orders/backendInformation.json", &backend);
    write(
        directory,
        "service/certificates/partner/certificateInformation.json",
        r#"{ "properties": { "subject": "CN=partner" } }"#,
    );
}

#[test]
fn certificates_come_from_files_and_are_read_again_on_reload() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let (ours, partners) = (authority("Ours"), authority("Partners"));
    service(directory, backend(&ours, &partners));
    let show = |authority: &Authority| {
        let (certificate, key) = authority.sign("api.example");
        write(directory, "tls/api.pem", &certificate.pem());
        write(directory, "tls/api.key", &key.serialize_pem());
    };
    show(&ours);
    let (partner, key) = partners.sign("partner");
    write(directory, "tls/partner.pem", &format!("{}{}", partner.pem(), key.serialize_pem()));
    write(directory, "tls/ca.pem", &ours.pem);
    write(directory, "service.secrets.yaml", "certificates:\n  partner: { file: tls/partner.pem }\n");
    let config = "gateway:\n  listen: 127.0.0.1:0\n  tls:\n    certificates: [{ file: tls/api.pem, key: tls/api.key }]\n\
                  tls: { backends: { orders: { ca: [tls/ca.pem] } } }\n";
    write(directory, "portico.yaml", config);

    let running = Serve::start(directory);
    assert!(running.gateway.starts_with("https://"), "{}", running.gateway);
    running.said("DANGER: the backend `orders` is taken for itself whatever name the certificate is for");
    let reply = running.get(&ours).unwrap();
    assert!(reply.ends_with("orders"), "{reply}");

    let others = authority("Others");
    show(&others);
    assert!(Command::new("kill").args(["-HUP", &running.child.id().to_string()]).status().unwrap().success());
    let start = Instant::now();
    while running.get(&others).is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "the new certificate was never shown");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(running.get(&ours).is_err());
}

#[test]
fn certificates_come_from_vaults_and_host_names_have_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let (ours, partners, others) = (authority("Ours"), authority("Partners"), authority("Others"));
    service(directory, backend(&ours, &partners));
    write(
        directory,
        "service/certificates/partner/certificateInformation.json",
        r#"{ "properties": { "keyVault": { "secretIdentifier": "https://shop.vault.azure.net/secrets/partner" } } }"#,
    );
    let (partner, key) = partners.sign("partner");
    let secret: String = format!("{}{}", partner.pem(), key.serialize_pem()).lines().map(|line| format!("  {line}\n")).collect();
    write(directory, "vault.yaml", &format!("\"https://shop.vault.azure.net/secrets/partner\": |\n{secret}"));
    // What the listener shows is of another authority than what it shows at this name.
    let (certificate, key) = others.sign("other.example");
    write(directory, "tls/api.pem", &format!("{}{}", certificate.pem(), key.serialize_pem()));
    let (certificate, key) = ours.sign("api.example");
    write(directory, "tls/name.pem", &format!("{}{}", certificate.pem(), key.serialize_pem()));
    write(
        directory,
        "service/certificates/name/certificateInformation.json",
        r#"{ "properties": { "subject": "CN=api.example" } }"#,
    );
    write(
        directory,
        "service/gateways/edge/gatewayInformation.json",
        r#"{ "properties": { "hostnameConfigurations": [{ "hostname": "api.example", "certificateId": "/certificates/name" }] } }"#,
    );
    write(directory, "service/gateways/edge/apis/shop/gatewayApiInformation.json", "{}");
    write(directory, "tls/ca.pem", &ours.pem);
    write(directory, "service.secrets.yaml", "certificates:\n  name: { file: tls/name.pem }\n");
    let config = "gateway:\n  listen: 127.0.0.1:0\n  tls:\n    certificates: [{ file: tls/api.pem, key: tls/api.pem }]\n\
                  tls: { backends: { orders: { ca: [tls/ca.pem] } } }\nvaults: { file: vault.yaml }\n";
    write(directory, "portico.yaml", config);

    let running = Serve::start(directory);
    let reply = running.get(&ours).unwrap();
    assert!(reply.ends_with("orders"), "{reply}");
    assert!(running.get(&others).is_err(), "at its name it shows its own certificate");
}

#[test]
fn what_is_missing_is_said_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let ours = authority("Ours");
    service(directory, 9);
    let policy = r#"<policies><inbound><authentication-certificate certificate-id="shop" /></inbound></policies>"#;
    write(directory, "service/policy.xml", policy);
    write(directory, "portico.yaml", "gateway: { listen: 127.0.0.1:0 }\n");
    let running = Serve::start(directory);
    running
        .said("`authentication-certificate` in policy.xml shows the certificate `shop`, and the gateway does not have its key");
    drop(running);
    let running = Serve::start(directory);
    running.said("the backend `orders` shows the certificate `partner`, and the gateway does not have its key");
    drop(running);

    for (config, words) in [
        (
            "gateway: { listen: 127.0.0.1:0 }\ntls: { backends: { order: {} } }\n",
            "names `order`, and the folder has the backends `orders`",
        ),
        ("gateway: { listen: 127.0.0.1:0 }\ntls: { ca: [tls/none.pem] }\n", "cannot read"),
        ("gateway: { listen: 127.0.0.1:0, tls: { certificates: [] } }\n", "no certificate to show to clients"),
        ("gateway: { listen: 127.0.0.1:0, tls: { certificates: [{ file: ca.pem }] } }\n", "its private key is not there"),
    ] {
        write(directory, "ca.pem", &ours.pem);
        write(directory, "portico.yaml", config);
        let running = Serve::start(directory);
        running.said(words);
        assert_eq!(running.gateway, "", "it does not start");
    }
}
