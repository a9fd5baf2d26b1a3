//! The gateway's own tokens: from where, how long, and what if there is none.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, log, settings, tls, until},
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use identity::{AccessToken, Error, TokenRequest, Tokens};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{io::Write, time::Duration};

const VAULT: &str = "https://vault.azure.net";

/// An answer as of Azure, with a token that is good for so long.
fn grant(token: &str, seconds: u64) -> Reply {
    Reply::json(format!(r#"{{"token_type":"Bearer","access_token":"{token}","expires_in":{seconds}}}"#))
}

struct Scene {
    server: Server,
    clock: Clock,
    tokens: Tokens,
}

/// A gateway with these settings. `URL` in them is that of the server.
async fn scene(yaml: &str, variables: &[(&str, &str)]) -> Scene {
    let (server, clock) = (Server::start().await, Clock::new());
    server.reply("/token", grant("one", 3600));
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.replace("URL", &server.url))).collect();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
    let tokens = Tokens::new(&settings(&yaml.replace("URL", &server.url)), client(), clock.world(&variables)).unwrap();
    Scene { server, clock, tokens }
}

/// One that is a client of the server.
async fn client_scene() -> Scene {
    let yaml =
        "identities: { app: { from: client-credentials, token_url: URL/token, client_id: me, client_secret: '${SECRET}' } }";
    scene(yaml, &[("SECRET", "hunter2")]).await
}

impl Scene {
    async fn ask(&self, resource: &str) -> Result<AccessToken, Error> {
        self.tokens.token(&TokenRequest { resource: resource.to_owned(), ..TokenRequest::default() }).await
    }

    async fn token(&self) -> String {
        self.ask(VAULT).await.unwrap().token.expose().to_owned()
    }
}

#[tokio::test]
async fn a_client_shows_its_secret() {
    let scene = client_scene().await;
    let token = scene.ask(VAULT).await.unwrap();
    assert_eq!(token.token.expose(), "one");
    assert_eq!(token.expires_at, scene.clock.now() + Duration::from_secs(3600));
    let asked = scene.server.last();
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    let fields = ["client_id", "client_secret", "grant_type", "scope"].map(|name| asked.field(name).unwrap());
    assert_eq!(fields, ["me", "hunter2", "client_credentials", "https://vault.azure.net/.default"]);
    assert!(!format!("{:?} {:?}", scene.tokens, token).contains("hunter2"));
    assert!(!format!("{token:?}").contains("one"));
}

#[tokio::test]
async fn a_client_can_do_as_other_servers_want_it() {
    let yaml = r#"identities: { app: { from: client-credentials, token_url: URL/token, client_id: "m:e", client_secret: "a b",
        client_authentication: basic, scope: "", parameters: { audience: "{resource}/${STAGE}" } } }"#;
    let scene = scene(yaml, &[("STAGE", "test")]).await;
    scene.ask("orders").await.unwrap();
    let asked = scene.server.last();
    // `m%3Ae:a+b`
    assert_eq!(asked.headers["authorization"], "Basic bSUzQWU6YSti");
    assert_eq!(asked.body, "grant_type=client_credentials&audience=orders%2Ftest");
}

/// Takes a signed assertion apart, and verifies it with the key that it should be signed with.
fn verified(assertion: &str, key: &str, algorithm: &'static dyn VerificationAlgorithm) -> (Value, Value) {
    let key = PrivateKeyDer::from_pem_file(tls(key)).unwrap();
    let public_key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap().public_key().unwrap().to_vec();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(algorithm, public_key).verify(signed.as_bytes(), &signature).unwrap();
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    (part(header), part(claims))
}

#[tokio::test]
async fn a_client_with_a_key_signs() {
    let yaml = format!(
        "
default: key
identities:
  key: {{ from: client-credentials, token_url: URL/token, client_id: me, private_key_file: '{key}' }}
  azure: {{ from: client-credentials, token_url: URL/token, client_id: me, private_key_file: '{key}', certificate_file: '{certificate}' }}
",
        key = tls("rsa.key").display(),
        certificate = tls("rsa.pem").display(),
    );
    let scene = scene(&yaml, &[]).await;
    scene.ask(VAULT).await.unwrap();
    let asked = scene.server.last();
    assert_eq!(asked.field("client_assertion_type").unwrap(), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!((asked.field("client_id").unwrap(), asked.field("client_secret")), ("me".to_owned(), None));
    let (header, claims) = verified(&asked.field("client_assertion").unwrap(), "rsa.key", &RSA_PKCS1_2048_8192_SHA256);
    assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT" }));
    let (now, audience) = (1_700_000_000, format!("{}/token", scene.server.url));
    let expected = json!({
        "iss": "me", "sub": "me", "aud": audience, "jti": claims["jti"], "iat": now, "nbf": now, "exp": now + 300,
    });
    assert_eq!(claims, expected);

    let request = TokenRequest { identity: Some("azure".to_owned()), resource: VAULT.to_owned(), client_id: None };
    scene.tokens.token(&request).await.unwrap();
    let (header, next) = verified(&scene.server.last().field("client_assertion").unwrap(), "rsa.key", &RSA_PSS_2048_8192_SHA256);
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(CertificateDer::from_pem_file(tls("rsa.pem")).unwrap()));
    assert_eq!(header, json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }));
    assert_ne!(claims["jti"], next["jti"]);
}

#[tokio::test]
async fn a_client_with_a_key_of_a_curve_signs() {
    let curves: [(&str, &str, &'static dyn VerificationAlgorithm); 3] = [
        ("p256.key", "ES256", &ECDSA_P256_SHA256_FIXED),
        ("p384.key", "ES384", &ECDSA_P384_SHA384_FIXED),
        ("p384-sec1.key", "ES384", &ECDSA_P384_SHA384_FIXED),
    ];
    for (key, algorithm, with) in curves {
        let file = tls(key);
        let yaml = format!(
            "identities: {{ key: {{ from: client-credentials, token_url: URL/token, client_id: me, private_key_file: '{}' }} }}",
            file.display()
        );
        let scene = scene(&yaml, &[]).await;
        scene.ask(VAULT).await.unwrap();
        let (header, claims) = verified(&scene.server.last().field("client_assertion").unwrap(), key, with);
        assert_eq!(header, json!({ "alg": algorithm, "typ": "JWT" }));
        assert_eq!(claims["iss"], "me");
    }
}

#[tokio::test]
async fn a_machine_in_azure_asks_its_metadata_service() {
    let scene = scene("identities: { vm: { from: imds, url: URL/token } }", &[]).await;
    scene.server.reply("/token", Reply::json(r#"{"access_token":"m","expires_in":"86399","expires_on":"1700086399"}"#));
    scene.ask("https://vault.azure.net/.default").await.unwrap();
    let asked = scene.server.last();
    assert_eq!(asked.headers["metadata"], "true");
    assert_eq!(asked.query, "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net");
    let request = TokenRequest { resource: VAULT.to_owned(), client_id: Some("b c".to_owned()), identity: None };
    scene.tokens.token(&request).await.unwrap();
    assert!(scene.server.last().query.ends_with("&client_id=b+c"));
}

#[tokio::test]
async fn an_app_in_azure_is_found_by_its_environment() {
    let variables = [("IDENTITY_ENDPOINT", "URL/token"), ("IDENTITY_HEADER", "hunter2"), ("AZURE_CLIENT_ID", "app")];
    let scene = scene("{}", &variables).await;
    scene.server.reply("/token", Reply::json(r#"{"access_token":"a","expires_on":"1700003600"}"#));
    let token = scene.ask(VAULT).await.unwrap();
    assert_eq!(token.expires_at, scene.clock.now() + Duration::from_secs(3600));
    let asked = scene.server.last();
    assert_eq!(asked.headers["x-identity-header"], "hunter2");
    assert_eq!(asked.query, "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=app");
}

#[tokio::test]
async fn a_workload_shows_the_token_of_its_platform() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "platform-token").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let variables = [
        ("AZURE_FEDERATED_TOKEN_FILE", &*path),
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_AUTHORITY_HOST", "URL/"),
    ];
    let scene = scene("{}", &variables).await;
    scene.server.reply("/tenant/oauth2/v2.0/token", grant("one", 3600));
    assert_eq!(scene.token().await, "one");
    let asked = scene.server.last();
    let fields = ["client_id", "client_assertion", "scope"].map(|name| asked.field(name).unwrap());
    assert_eq!(fields, ["app", "platform-token", "https://vault.azure.net/.default"]);
    assert_eq!(asked.field("client_assertion_type").unwrap(), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

    // The platform replaces its token, and the next request shows the new one.
    std::fs::write(file.path(), "next-token").unwrap();
    scene.ask("other").await.unwrap();
    assert_eq!(scene.server.last().field("client_assertion").unwrap(), "next-token");
    std::fs::write(file.path(), " ").unwrap();
    let error = scene.ask("third").await.unwrap_err().to_string();
    assert!(error.contains(&path) && error.contains("is empty"), "{error}");
}

#[tokio::test]
async fn a_token_is_fetched_once_by_however_many_and_replaced_before_its_end() {
    let scene = client_scene().await;
    scene.server.reply("/token", grant("one", 3600).after(Duration::from_millis(50)));
    let all = join_all((0..100).map(|_| scene.token())).await;
    assert!(all.iter().all(|token| token == "one"));
    assert_eq!(scene.server.count("/token"), 1);

    scene.server.reply("/token", grant("two", 3600));
    scene.clock.pass(3299);
    assert_eq!(scene.token().await, "one");
    assert_eq!(scene.server.count("/token"), 1);
    scene.clock.pass(1);
    assert_eq!(scene.token().await, "one", "nobody waits while it is good");
    let replaced = async {
        while scene.token().await == "one" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), replaced).await.expect("it is replaced");
    assert_eq!((&*scene.token().await, scene.server.count("/token")), ("two", 2));

    // Nobody asked for an hour: the old one is not shown any more.
    scene.server.reply("/token", grant("three", 3600));
    scene.clock.pass(3600);
    assert_eq!(scene.token().await, "three");
    assert_eq!(scene.server.count("/token"), 3);
}

#[tokio::test]
async fn a_token_serves_to_its_end_if_it_cannot_be_replaced_and_no_longer() {
    let scene = client_scene().await;
    let (log, _guard) = log();
    scene.token().await;
    let refusal = r#"{"error":"invalid_client","error_description":"AADSTS7000222: the secret hunter2 has expired"}"#;
    scene.server.reply("/token", Reply::json(refusal).with_status(401));
    scene.clock.pass(3400);
    assert_eq!(scene.token().await, "one");
    until(|| log.text().contains("WARN")).await;
    let text = log.text();
    assert!(text.contains("a token for `https://vault.azure.net` is good for 200 s yet and is not replaced: "), "{text}");
    scene.clock.pass(171);
    let error = scene.ask(VAULT).await.unwrap_err().to_string();
    let expected = format!(
        "`{}/token`, a token for `https://vault.azure.net`: no token: the server answers 401, `invalid_client`: `AADSTS7000222: the \
         secret *** has expired`; see whether `client_id` and its secret are right and still valid",
        scene.server.url
    );
    assert_eq!(error, expected);
    assert!(!log.text().contains("hunter2"));
}

#[tokio::test]
async fn tokens_are_for_one_identity_and_one_resource() {
    let yaml = "
default: two
identities:
  one: { from: client-credentials, token_url: URL/one, client_id: first, client_secret: s }
  two: { from: client-credentials, token_url: URL/two, client_id: second, client_secret: s }
  fixed: { from: fixed, token: always }
";
    let scene = scene(yaml, &[]).await;
    scene.server.reply("/one", grant("of-one", 3600));
    scene.server.reply("/two", grant("of-two", 3600));
    let ask = async |identity: Option<&str>, client_id: Option<&str>, resource: &str| {
        let (identity, client_id) = (identity.map(str::to_owned), client_id.map(str::to_owned));
        let asked = scene.tokens.token(&TokenRequest { identity, client_id, resource: resource.to_owned() }).await;
        asked.map(|token| token.token.expose().to_owned()).map_err(|error| error.to_string())
    };
    assert_eq!(ask(None, None, "a").await.unwrap(), "of-two");
    assert_eq!(ask(Some("two"), None, "a").await.unwrap(), "of-two");
    assert_eq!(ask(None, None, "b").await.unwrap(), "of-two");
    assert_eq!(scene.server.count("/two"), 2);
    assert_eq!(ask(Some("one"), None, "a").await.unwrap(), "of-one");
    assert_eq!(ask(None, Some("first"), "a").await.unwrap(), "of-one");
    assert_eq!(ask(Some("fixed"), None, "a").await.unwrap(), "always");
    let error = ask(None, Some("third"), "a").await.unwrap_err();
    assert!(error.contains("no identity has the client id `third`"), "{error}");
    assert_eq!(ask(Some("one"), Some("third"), "a").await.unwrap_err(), error.replace("`two`", "`one`"));
    let error = ask(Some("four"), None, "a").await.unwrap_err();
    assert_eq!(error, "a token for `a`: there is no identity `four`; there are `fixed`, `one`, `two`");
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_refused_at_start() {
    let all = [
        ("default: a", "there is no identity `a`"),
        (
            "identities: { a: { from: imds, client_id: '${NOBODY}' } }",
            "identity `a`: the environment variable `NOBODY` has no value",
        ),
        ("identities: { a: { from: imds, client_id: '${NOBODY' } }", "a `${` has no `}` behind it"),
        ("identities: { a: { from: app-service } }", "the environment variable `IDENTITY_ENDPOINT` has no value"),
        (
            "identities: { a: { from: client-credentials, token_url: 'https://login.example.com/t', client_id: a } }",
            "identity `a`: there must be one of `client_secret` and `private_key_file`",
        ),
        (
            "identities: { a: { from: client-credentials, token_url: 'https://x.example/t', client_id: a, client_secret: b, private_key_file: c } }",
            "identity `a`: there must be one of `client_secret` and `private_key_file`",
        ),
        (
            "identities: { a: { from: client-credentials, token_url: 'https://x.example/t', client_id: a, private_key_file: /no/key } }",
            "identity `a`: `/no/key` cannot be read",
        ),
        (
            "identities: { a: { from: client-credentials, token_url: 'http://login.example.com/t', client_id: a, client_secret: b } }",
            "`http://login.example.com/t`, identity `a`: what is not encrypted",
        ),
    ];
    for (yaml, reason) in all {
        let error = Tokens::new(&settings(yaml), client(), Clock::new().world(&[])).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("; "), "{yaml}: {error}");
    }
    assert!(serde_saphyr::from_str::<identity::TokenSettings>("identities: { a: { from: imds, tenant: x } }").is_err());
    let nobody = Tokens::new(&settings("{}"), client(), Clock::new().world(&[])).unwrap();
    let error = nobody.token(&TokenRequest::default()).await.unwrap_err().to_string();
    assert!(error.contains("the gateway has no identity"), "{error}");
    let two = "identities: { a: { from: fixed, token: one }, b: { from: fixed, token: two } }";
    let two = Tokens::new(&settings(two), client(), Clock::new().world(&[])).unwrap();
    let error = two.token(&TokenRequest::default()).await.unwrap_err().to_string();
    assert!(error.contains("there is more than one identity; say which is the `default`"), "{error}");
}
