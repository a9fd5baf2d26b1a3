//! What others publish for everybody: signed by whom it is about, good until a time that it says itself, and so asked for without TLS.
//!
//! Lists of revoked certificates and answers about one certificate are such things. Who asks says how an answer is read, which includes
//! whether its signature is right: what is read wrong is remembered no longer than any other failure.

use crate::{
    Client, Error, World,
    address::Address,
    client::too_near,
    fetched::{Fetched, Need},
    zone::Zone,
};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use moka::{policy::EvictionPolicy, sync::Cache};
use serde::Deserialize;
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

/// How many answers are remembered where nothing is said; the one that was used least recently is forgotten first.
const ANSWERS_MAX: u64 = 4096;
/// How long nobody asks a host again that did not answer, whatever the question.
const PAUSE: Duration = Duration::from_secs(10);
/// How many hosts are remembered that did not answer.
const HOSTS_MAX: u64 = 256;

/// Whether others are asked what was revoked, and who.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevocationSettings {
    /// Whether the responder that a certificate names is asked about it (OCSP).
    pub ocsp: bool,
    /// Whether the list that a certificate names is fetched (CRL).
    pub crl: bool,
    /// The only hosts that may be asked, wherever they are. Without any, all may that are not in a private network or on this machine.
    pub hosts: Vec<String>,
    /// How long a client that connects may have to wait for all answers together. One that comes later is there for the next.
    pub wait_ms: u64,
    /// How long after its end an answer still counts while no newer one is to be had.
    pub stale_s: u64,
}

impl Default for RevocationSettings {
    fn default() -> Self {
        Self { ocsp: true, crl: true, hosts: Vec::new(), wait_ms: 3000, stale_s: 0 }
    }
}

/// A question to one who publishes.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where: an `http:` URL.
    pub url: String,
    /// What is asked, and its media type; without it the document at the URL is.
    pub body: Option<(&'static str, Bytes)>,
    /// What else decides how the answer is read, such as whose signature it must have.
    pub reader: Bytes,
    /// The largest answer.
    pub bytes_max: usize,
}

/// Answers, while they are good. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Published<V: Clone + Send + Sync + 'static> {
    shared: Arc<Shared>,
    answers: Answers<V>,
}

/// By URL, question and reader.
type Answers<V> = Cache<(String, Bytes, Bytes), Arc<Fetched<Answer<V>>>>;

#[derive(Debug)]
struct Shared {
    client: Client,
    world: World,
    /// In lower case.
    hosts: Vec<String>,
    stale: Duration,
    /// When hosts last did not answer, and why.
    silent: Cache<String, (SystemTime, Error)>,
}

#[derive(Clone, Debug)]
struct Answer<V> {
    value: V,
    fetched_at: SystemTime,
    good_until: SystemTime,
}

impl<V: Clone + Send + Sync + 'static> Published<V> {
    /// Knows no answer yet.
    pub fn new(settings: &RevocationSettings, client: Client, world: World) -> Self {
        let lru = EvictionPolicy::lru;
        let hosts = settings.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        let silent = Cache::builder().max_capacity(HOSTS_MAX).eviction_policy(lru()).build();
        let shared = Shared { client, world, hosts, stale: Duration::from_secs(settings.stale_s), silent };
        let answers = Cache::builder().max_capacity(ANSWERS_MAX).eviction_policy(lru()).build();
        Self { shared: Arc::new(shared), answers }
    }

    /// What `read` makes of the answer to a question: a value, and until when it is good. It is asked once for as long as that, however
    /// many want to know; in the last quarter of that time another answer is fetched behind their backs.
    ///
    /// # Errors
    /// Where nobody may be asked, nobody answers, or `read` says what is wrong with the answer.
    pub async fn get<R>(&self, question: &Question, read: R) -> Result<V, Error>
    where
        R: Fn(&[u8], SystemTime) -> Result<(V, SystemTime), String> + Clone + Send + 'static,
    {
        let key =
            (question.url.clone(), question.body.clone().map(|(_, body)| body).unwrap_or_default(), question.reader.clone());
        let answer = match self.answers.get(&key) {
            Some(answer) => answer,
            None => {
                self.shared.admitted(&question.url)?;
                self.answers.get_with(key, || Fetched::new(|_, _| ()))
            }
        };
        let world = &self.shared.world;
        let need = |answer: &Answer<V>, _| answer.need(world.now());
        let outcome = answer.get(world, need, || self.shared.clone().fetch(question.clone(), read.clone())).await;
        let serves = |answer: &Answer<V>| world.since(answer.good_until) < self.shared.stale;
        match (outcome, answer.peek()) {
            (Ok(answer), _) => Ok(answer.value),
            (Err(error), Some(old)) if serves(&old) => {
                let age = world.since(old.good_until).as_secs();
                tracing::warn!("what was published ended {age} s ago and stays in use: {error}");
                Ok(old.value)
            }
            (Err(error), _) => Err(error),
        }
    }
}

impl<V> Answer<V> {
    fn need(&self, now: SystemTime) -> Need {
        let lifetime = self.good_until.duration_since(self.fetched_at).unwrap_or_default();
        match self.good_until.duration_since(now) {
            // A clock that was set back must not keep anything alive.
            Ok(left) if left <= lifetime => {
                if left <= lifetime / 4 {
                    Need::Soon
                } else {
                    Need::Nothing
                }
            }
            _ => Need::Now,
        }
    }
}

impl Shared {
    async fn fetch<V, R>(self: Arc<Self>, question: Question, read: R) -> Result<Answer<V>, Error>
    where
        R: Fn(&[u8], SystemTime) -> Result<(V, SystemTime), String>,
    {
        let (address, reach) = self.admitted(&question.url)?;
        if let Some((at, error)) = self.silent.get(address.authority())
            && self.world.since(at) < PAUSE
        {
            return Err(error);
        }
        let request = match question.body {
            Some((media_type, body)) => Request::post("/").header(header::CONTENT_TYPE, media_type).body(body),
            None => Request::get("/").body(Bytes::new()),
        };
        let request = request.map(|mut request| {
            request.headers_mut().insert(header::ACCEPT, http::HeaderValue::from_static("*/*"));
            request
        });
        let response = match self.client.send_within(&address, reach, request, question.bytes_max).await {
            Ok(response) => response,
            Err(error) => {
                self.silent.insert(address.authority().to_owned(), (self.world.now(), error.clone()));
                return Err(error);
            }
        };
        let help = "see whether the authority's service is well";
        if response.status() != StatusCode::OK {
            return Err(Error::new(&address, format!("the server answers {}", response.status().as_u16()), help));
        }
        let now = self.world.now();
        let (value, good_until) = read(response.body(), now).map_err(|reason| Error::new(&address, reason, help))?;
        Ok(Answer { value, fetched_at: now, good_until })
    }

    /// A URL that may be asked, and how near it may turn out to be.
    fn admitted(&self, url: &str) -> Result<(Address, Zone), Error> {
        let address = Address::parse_published(url)?;
        if self.hosts.contains(&address.host) {
            return match address.zone() {
                Zone::Reserved => Err(too_near(&address, &format!("`{}`", address.host), Zone::Reserved)),
                _ => Ok((address, Zone::Loopback)),
            };
        }
        let help = format!(
            "add `{}` to `identity: {{ revocation: {{ hosts: [...] }} }}` in portico.yaml, if you trust it",
            address.host
        );
        if !self.hosts.is_empty() {
            let reason = format!("the host `{}` is not among the `hosts` that may be asked what was revoked", address.host);
            return Err(Error::new(&address, reason, help));
        }
        // A certificate says where to ask, and must not lead the gateway to its own network.
        match address.zone() {
            Zone::Public => Ok((address, Zone::Public)),
            zone => {
                let reason = format!("the host `{}` is {}, where a certificate may not lead", address.host, zone.name());
                Err(Error::new(&address, reason, help))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(hosts: &[&str], url: &str) -> Result<Zone, String> {
        let hosts = hosts.iter().map(|host| host.to_string()).collect();
        let settings = RevocationSettings { hosts, ..RevocationSettings::default() };
        let published = Published::<()>::new(&settings, Client::new(None).unwrap(), World::real());
        published.shared.admitted(url).map(|(_, reach)| reach).map_err(|error| error.to_string())
    }

    #[test]
    fn a_certificate_does_not_lead_to_what_is_near_unless_the_operator_says_so() {
        assert_eq!(admitted(&[], "http://ocsp.example.com/a"), Ok(Zone::Public));
        assert_eq!(admitted(&["Ocsp.corp.internal"], "http://ocsp.corp.internal/"), Ok(Zone::Loopback));
        for (hosts, url, reason) in [
            (&[][..], "http://ocsp.corp.internal/", "a certificate may not lead"),
            (&[], "http://127.0.0.1:8080/", "a certificate may not lead"),
            (&[], "http://169.254.169.254/metadata", "a certificate may not lead"),
            (&[], "https://ocsp.example.com/", "`http://`"),
            (&[], "ldap://ocsp.example.com/", "`http://`"),
            (&["ocsp.example.com"], "http://crl.example.com/", "is not among the `hosts`"),
            (&["169.254.169.254"], "http://169.254.169.254/", "nearer than"),
        ] {
            let error = admitted(hosts, url).unwrap_err();
            assert!(error.contains(reason), "{url}: {error}");
        }
    }
}
