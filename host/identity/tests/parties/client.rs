//! How others are asked: encrypted, and within bounds.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, tls},
};
use identity::{Client, ProviderSettings, Providers};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// `https://localhost:PORT`, with a certificate of the tests' authority.
async fn encrypted(server: &Server) -> String {
    let certificates = CertificateDer::pem_file_iter(tls("localhost.pem")).unwrap().collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(tls("localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(certificates, key).unwrap();
    let (acceptor, server) = (TlsAcceptor::from(Arc::new(config)), server.clone());
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), server.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate ends it here.
                if let Ok(stream) = acceptor.accept(stream).await {
                    server.serve(stream).await;
                }
            });
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn a_server_is_asked_if_its_certificate_is_trusted() {
    let server = Server::start().await;
    let url = encrypted(&server).await;
    server.reply("/discovery", Reply::json(format!(r#"{{"issuer":"i","jwks_uri":"{url}/keys"}}"#)));
    server.reply("/keys", Reply::json(r#"{"keys":[{}]}"#));
    let discovery = format!("{url}/discovery");
    let world = Clock::new().world(&[]);

    let trusting = Client::new(Some(&tls("authority.pem"))).unwrap();
    let providers = Providers::new(&ProviderSettings::default(), trusting, world.clone());
    assert_eq!(providers.keys(&discovery, None).await.unwrap().issuer, "i");

    let providers = Providers::new(&ProviderSettings::default(), client(), world);
    let error = providers.keys(&discovery, None).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("`{discovery}`: no TLS: ")) && error.contains("`ca_file`"), "{error}");
    assert_eq!(server.count("/discovery"), 1, "nothing is sent to a server that is not trusted");
}

#[test]
fn a_file_without_certificates_is_refused_at_once() {
    for (name, reason) in [("nothing.pem", "cannot be read"), ("rsa.key", "has no certificate")] {
        let error = Client::new(Some(&tls(name))).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(reason) && error.contains("BEGIN CERTIFICATE"), "{error}");
    }
}
