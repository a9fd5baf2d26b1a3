//! A time that passes when a test says so, variables of its own, and what is logged.

use aws_lc_rs::{
    encoding::{AsDer, EcPrivateKeyRfc5915Der},
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use identity::{Client, World};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// The clock of a test.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<Mutex<SystemTime>>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))))
    }

    pub(crate) fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }

    /// The world with this clock, and with these variables.
    pub(crate) fn world(&self, variables: &[(&str, &str)]) -> World {
        let clock = self.clone();
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let find = move |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        World::new(move || clock.now(), find)
    }
}

pub(crate) fn client() -> Client {
    Client::new(None).unwrap()
}

/// A file with a key or a certificate. They are made when the first test wants one, and are good for nothing else:
///
/// - `authority.pem`; `localhost.pem` and `localhost.key`, for which it vouches
/// - `rsa.key`, `p256.key` and `p384.key` of clients that sign, and `rsa.pem` and `p256.pem`; `p384-sec1.key` in the older form
pub(crate) fn tls(name: &str) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| keys().expect("keys and certificates")).path().join(name)
}

fn keys() -> Result<TempDir, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text);
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Portico test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    write("authority.pem", params.self_signed(&key)?.pem())?;
    let authority = Issuer::new(params, key);
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    write("localhost.pem", params.signed_by(&key, &authority)?.pem())?;
    write("localhost.key", key.serialize_pem())?;
    for (name, kind) in
        [("rsa", &rcgen::PKCS_RSA_SHA256), ("p256", &rcgen::PKCS_ECDSA_P256_SHA256), ("p384", &rcgen::PKCS_ECDSA_P384_SHA384)]
    {
        let key = KeyPair::generate_for(kind)?;
        write(&format!("{name}.pem"), CertificateParams::default().self_signed(&key)?.pem())?;
        write(&format!("{name}.key"), key.serialize_pem())?;
    }
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?;
    let sec1: EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der()?;
    let base64 = STANDARD.encode(sec1.as_ref());
    write("p384-sec1.key", format!("-----BEGIN EC PRIVATE KEY-----\n{base64}\n-----END EC PRIVATE KEY-----\n"))?;
    Ok(folder)
}

/// Settings as they stand in a file.
pub(crate) fn settings<T: serde::de::DeserializeOwned>(yaml: &str) -> T {
    serde_saphyr::from_str(yaml).unwrap()
}

/// Waits for something that happens behind a test's back.
pub(crate) async fn until(what: impl Fn() -> bool) {
    for _ in 0..500 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within 5 s");
}

/// What this thread logs as long as the guard lives.
pub(crate) fn log() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(move || writer.clone()).finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
