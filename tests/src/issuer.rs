//! An OpenID provider on loopback: it makes tokens, publishes keys, and can be told to rotate them or to go away.

use crate::backend;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use dotnet::crypto::rsa::RsaKey;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{SystemTime, UNIX_EPOCH},
};

/// A running provider. Cheap to clone.
#[derive(Clone)]
pub struct Issuer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The one that signs, with its id.
    key: Arc<(String, KeyPair)>,
    /// What is published.
    published: Vec<Value>,
    is_down: bool,
    /// How often the key set was asked for.
    asked: usize,
}

/// The time, in seconds since 1970.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs()
}

/// A token that is signed with a secret.
pub fn with_secret(secret: &[u8], claims: &Value) -> String {
    let message = message("HS256", None, claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn message(algorithm: &str, key_id: Option<&str>, claims: &Value) -> String {
    let header = match key_id {
        Some(id) => json!({ "alg": algorithm, "typ": "JWT", "kid": id }),
        None => json!({ "alg": algorithm, "typ": "JWT" }),
    };
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn new_key(id: &str) -> (Arc<(String, KeyPair)>, Value) {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let (numbers, _) = RsaKey::from_public_key(key.public_key().as_ref()).expect("a public key");
    let numbers = numbers.parameters(false).expect("two numbers");
    let encoded = |number: Option<Vec<u8>>| URL_SAFE_NO_PAD.encode(number.expect("a number"));
    let published = json!({
        "kty": "RSA", "use": "sig", "kid": id, "n": encoded(numbers.modulus), "e": encoded(numbers.exponent),
    });
    (Arc::new((id.to_owned(), key)), published)
}

impl Issuer {
    /// Starts one whose key is `first`.
    pub fn start() -> Self {
        let (key, published) = new_key("first");
        let state = Arc::new(Mutex::new(State { key, published: vec![published], is_down: false, asked: 0 }));
        let shared = state.clone();
        let address = backend::start(move |request, stream| {
            let mut state = shared.lock().expect("nobody panicked");
            let host = request.header("host").unwrap_or_default();
            match request.target() {
                _ if state.is_down => backend::respond(stream, 503, "closed"),
                "/.well-known/openid-configuration" => {
                    let document = json!({ "issuer": format!("http://{host}"), "jwks_uri": format!("http://{host}/keys") });
                    backend::respond(stream, 200, &document.to_string())
                }
                "/keys" => {
                    state.asked += 1;
                    backend::respond(stream, 200, &json!({ "keys": state.published }).to_string())
                }
                _ => backend::respond(stream, 404, "nothing is here"),
            }
        });
        Self { address, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    /// Where its configuration is.
    pub fn configuration_url(&self) -> String {
        format!("http://{}/.well-known/openid-configuration", self.address)
    }

    /// Signs with another key from now on. Those before stay published if `keep` says so.
    pub fn rotate(&self, id: &str, keep: bool) {
        let (key, published) = new_key(id);
        let mut state = self.state();
        state.key = key;
        if !keep {
            state.published.clear();
        }
        state.published.push(published);
    }

    /// Answers nothing any more, or again.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// The key that signs now, as it is published.
    pub fn key(&self) -> Value {
        self.state().published.last().cloned().unwrap_or_default()
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.state().asked
    }

    /// A token for the audience `orders`, with these claims besides. Times are its caller's.
    pub fn token(&self, more: &Value) -> String {
        let mut claims =
            json!({ "iss": format!("http://{}", self.address), "aud": "orders", "sub": "alice", "exp": now_s() + 3600 });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let key = self.state().key.clone();
        let (id, key) = &*key;
        let message = message("RS256", Some(id), &claims);
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
