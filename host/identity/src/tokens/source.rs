//! Where a token comes from: a request and its answer for each.

use super::{AccessToken, TokenRequest, client_key::KeyFiles};
use crate::{
    Client, ClientAuthentication, Error, Secret, World,
    address::Address,
    oauth::{self, token_answer},
    zone::Zone,
};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::Request;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The metadata service of a machine in Azure.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
/// Where Azure gives tokens, if nothing says otherwise.
const AZURE_AUTHORITY: &str = "https://login.microsoftonline.com/";
/// The largest file that is taken for the token of a platform.
const TOKEN_FILE_BYTES_MAX: u64 = 64 << 10;
/// How long a fixed token is taken to be good.
const FIXED_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Where the tokens of an identity come from. In every text, `${NAME}` is a variable of the environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum SourceSettings {
    /// The metadata service of a virtual machine in Azure.
    Imds {
        /// Which of the machine's identities; its own where it is left out.
        client_id: Option<String>,
        /// Another address of the service.
        url: Option<String>,
    },
    /// The identity endpoint of App Service, Functions and Container Apps.
    AppService {
        /// Which of the app's identities; its own where it is left out.
        client_id: Option<String>,
        /// The address; `IDENTITY_ENDPOINT` where it is left out.
        endpoint: Option<String>,
        /// What shows that the app itself asks; `IDENTITY_HEADER` where it is left out.
        header: Option<Secret>,
    },
    /// A token of the platform, such as of Kubernetes, that Azure takes for one of its own.
    WorkloadIdentity {
        /// `AZURE_CLIENT_ID` where it is left out.
        client_id: Option<String>,
        /// `AZURE_TENANT_ID` where it is left out.
        tenant_id: Option<String>,
        /// `AZURE_AUTHORITY_HOST` where it is left out.
        authority_host: Option<String>,
        /// The file with the platform's token; `AZURE_FEDERATED_TOKEN_FILE` where it is left out.
        token_file: Option<PathBuf>,
    },
    /// A client id, and a secret or a key, at any token endpoint.
    ClientCredentials {
        /// The token endpoint.
        token_url: String,
        /// The client's name.
        client_id: String,
        /// Its secret; or else there is a key.
        client_secret: Option<Secret>,
        /// How the secret is shown.
        #[serde(default)]
        client_authentication: ClientAuthentication,
        /// An RSA key, as PEM, that the client signs with instead of showing a secret.
        private_key_file: Option<PathBuf>,
        /// The key's certificate, as PEM, if the other side knows the key by it, as Azure does.
        certificate_file: Option<PathBuf>,
        /// The scope; `{resource}` in it is what is asked for. `{resource}/.default`, as in Azure, where it is left out.
        scope: Option<String>,
        /// More fields, such as `audience: "{resource}"`. None of them is taken for a secret.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// Always the same token, for tests and for work on a laptop.
    Fixed {
        /// The token.
        token: Secret,
    },
}

impl SourceSettings {
    /// The files that it names.
    pub(crate) fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let (one, other) = match self {
            SourceSettings::WorkloadIdentity { token_file, .. } => (token_file.as_mut(), None),
            SourceSettings::ClientCredentials { private_key_file, certificate_file, .. } => {
                (private_key_file.as_mut(), certificate_file.as_mut())
            }
            SourceSettings::Imds { .. } | SourceSettings::AppService { .. } | SourceSettings::Fixed { .. } => (None, None),
        };
        one.into_iter().chain(other)
    }
}

/// [`SourceSettings`] with nothing left out.
#[derive(Debug)]
pub(super) enum Source {
    Imds { address: Address, client_id: Option<String> },
    AppService { address: Address, client_id: Option<String>, header: Secret },
    WorkloadIdentity { address: Address, client_id: String, token_file: PathBuf },
    ClientCredentials { address: Address, client_id: String, proof: Proof, scope: String, parameters: BTreeMap<String, String> },
    Fixed { token: Secret },
}

/// How a client shows that it is itself.
#[derive(Debug)]
pub(super) enum Proof {
    Secret(Secret, ClientAuthentication),
    Key(KeyFiles),
}

impl Source {
    pub(super) fn new(place: &str, settings: &SourceSettings, world: &World) -> Result<Self, Error> {
        let filled_in = |text: &String| world.filled_in(place, text);
        let within = |error: Error| error.within(place);
        Ok(match settings {
            SourceSettings::Imds { client_id, url } => Self::Imds {
                address: Address::parse(&url.as_ref().map_or(Ok(IMDS.to_owned()), filled_in)?).map_err(within)?,
                client_id: client_id.as_ref().map(filled_in).transpose()?,
            },
            SourceSettings::AppService { client_id, endpoint, header } => Self::AppService {
                address: Address::parse(&world.set_or_variable(place, endpoint.as_deref(), "IDENTITY_ENDPOINT")?)
                    .map_err(within)?,
                client_id: client_id.as_ref().map(filled_in).transpose()?,
                header: Secret::new(world.set_or_variable(place, header.as_ref().map(Secret::expose), "IDENTITY_HEADER")?),
            },
            SourceSettings::WorkloadIdentity { client_id, tenant_id, authority_host, token_file } => {
                let authority = match authority_host {
                    Some(host) => filled_in(host)?,
                    None => world.variable("AZURE_AUTHORITY_HOST").unwrap_or_else(|| AZURE_AUTHORITY.to_owned()),
                };
                let tenant = world.set_or_variable(place, tenant_id.as_deref(), "AZURE_TENANT_ID")?;
                let url = format!("{}/{tenant}/oauth2/v2.0/token", authority.trim_end_matches('/'));
                Self::WorkloadIdentity {
                    address: Address::parse(&url).map_err(within)?,
                    client_id: world.set_or_variable(place, client_id.as_deref(), "AZURE_CLIENT_ID")?,
                    token_file: match token_file {
                        Some(file) => file.clone(),
                        None => world.set_or_variable(place, None, "AZURE_FEDERATED_TOKEN_FILE")?.into(),
                    },
                }
            }
            SourceSettings::ClientCredentials {
                token_url,
                client_id,
                client_secret,
                client_authentication,
                private_key_file,
                certificate_file,
                scope,
                parameters,
            } => Self::ClientCredentials {
                address: Address::parse(&filled_in(token_url)?).map_err(within)?,
                client_id: filled_in(client_id)?,
                proof: match (client_secret, private_key_file, certificate_file) {
                    (Some(secret), None, None) => Proof::Secret(world.filled_in_secret(place, secret)?, *client_authentication),
                    (None, Some(key), certificate) => {
                        let files = KeyFiles { key: key.clone(), certificate: certificate.clone() };
                        // What is wrong with them now is said now.
                        files.read(place)?;
                        Proof::Key(files)
                    }
                    _ => {
                        let reason = "there must be one of `client_secret` and `private_key_file`, and `certificate_file` only with the latter";
                        return Err(Error::new(place, reason, "write one of the two"));
                    }
                },
                scope: scope.as_ref().map_or(Ok("{resource}/.default".to_owned()), filled_in)?,
                parameters: world.all_filled_in(place, parameters)?,
            },
            SourceSettings::Fixed { token } => Self::Fixed { token: world.filled_in_secret(place, token)? },
        })
    }

    /// What Azure's platforms put into the environment of a program that has an identity.
    pub(super) fn of_environment(world: &World) -> Result<Option<Self>, Error> {
        let settings = if world.variable("IDENTITY_ENDPOINT").is_some() {
            SourceSettings::AppService { client_id: world.variable("AZURE_CLIENT_ID"), endpoint: None, header: None }
        } else if world.variable("AZURE_FEDERATED_TOKEN_FILE").is_some() {
            SourceSettings::WorkloadIdentity { client_id: None, tenant_id: None, authority_host: None, token_file: None }
        } else {
            return Ok(None);
        };
        Self::new("the identity of the environment", &settings, world).map(Some)
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        match self {
            Self::Imds { client_id, .. } | Self::AppService { client_id, .. } => client_id.as_deref(),
            Self::WorkloadIdentity { client_id, .. } | Self::ClientCredentials { client_id, .. } => Some(client_id),
            Self::Fixed { .. } => None,
        }
    }

    /// True if it can be any client that is named: a platform knows all identities that a machine may have.
    pub(super) fn takes_client_id(&self) -> bool {
        match self {
            Self::Imds { .. } | Self::AppService { .. } | Self::WorkloadIdentity { .. } | Self::Fixed { .. } => true,
            Self::ClientCredentials { .. } => false,
        }
    }

    pub(super) async fn token(&self, request: &TokenRequest, client: &Client, world: &World) -> Result<AccessToken, Error> {
        // What a resource is called in the older of Azure's two protocols, and its scope in the newer one.
        let resource = request.resource.strip_suffix("/.default").unwrap_or(&request.resource);
        let client_id = request.client_id.as_deref().or(self.client_id());
        let (address, question, sent) = match self {
            Self::Fixed { token } => return Ok(AccessToken { token: token.clone(), expires_at: world.now() + FIXED_LIFETIME }),
            Self::Imds { address, .. } => {
                let address = with_query(address, "2018-02-01", resource, client_id)?;
                (address, Request::get("/").header("metadata", "true").body(Bytes::new()), None)
            }
            Self::AppService { address, header, .. } => {
                let address = with_query(address, "2019-08-01", resource, client_id)?;
                let question = Request::get("/").header("x-identity-header", header.expose()).body(Bytes::new());
                (address, question, Some(header.clone()))
            }
            Self::WorkloadIdentity { address, token_file, .. } => {
                let assertion = assertion(address, token_file).await?;
                let scope = format!("{resource}/.default");
                let fields = [("grant_type", "client_credentials"), ("scope", &*scope)];
                let question = oauth::assertion_request(client_id.unwrap_or_default(), &assertion, &fields);
                (address.clone(), question, Some(assertion))
            }
            Self::ClientCredentials { address, client_id, proof, scope, parameters } => {
                let about = |text: &str| text.replace("{resource}", resource);
                let scope = about(scope);
                let parameters: Vec<_> = parameters.iter().map(|(name, value)| (&**name, about(value))).collect();
                let mut fields = vec![("grant_type", "client_credentials")];
                // Some servers know no scopes, and refuse an empty one.
                fields.extend((!scope.is_empty()).then_some(("scope", &*scope)));
                fields.extend(parameters.iter().map(|(name, value)| (*name, &**value)));
                let (question, sent) = match proof {
                    Proof::Secret(secret, shown) => (oauth::token_request(client_id, secret, *shown, &fields), secret.clone()),
                    Proof::Key(files) => {
                        let assertion = signed(address, files, client_id, world).await?;
                        (oauth::assertion_request(client_id, &assertion, &fields), assertion)
                    }
                };
                (address.clone(), question, Some(sent))
            }
        };
        let sent: Vec<&Secret> = sent.iter().collect();
        // Whoever wrote the settings chose the address, and a metadata service is as near as can be.
        let response = client.send(&address, Zone::Reserved, question).await;
        let granted = response.and_then(|response| token_answer(&address, &response, world.now(), &sent));
        let granted = granted.map_err(|error| error.within(format!("a token for `{}`", request.resource)))?;
        Ok(AccessToken { token: granted.access_token, expires_at: granted.expires_at })
    }
}

/// The address of a metadata service with what is asked of it.
fn with_query(address: &Address, version: &str, resource: &str, client_id: Option<&str>) -> Result<Address, Error> {
    let mut query = Serializer::new(String::new());
    query.append_pair("api-version", version).append_pair("resource", resource);
    if let Some(client_id) = client_id {
        query.append_pair("client_id", client_id);
    }
    address.with_query(&query.finish())
}

/// What a client with a key says of itself.
async fn signed(address: &Address, files: &KeyFiles, client_id: &str, world: &World) -> Result<Secret, Error> {
    let (files, place, audience, client_id) = (files.clone(), address.to_string(), address.url(), client_id.to_owned());
    let now = world.now();
    // Files are slow, and so is a signature: the threads that serve requests must not wait for them.
    let signed = tokio::task::spawn_blocking(move || {
        let key = files.read(&place)?;
        let wrong = || Error::new(place, "the client's key does not sign", "see whether it is an RSA key of 2048 bits or more");
        key.assertion(&client_id, &audience, now, rand::random()).ok_or_else(wrong)
    });
    signed.await.unwrap_or_else(|error| Err(Error::new(address, format!("nothing was signed: {error}"), "restart the gateway")))
}

/// The platform's token. It is read anew each time, because the platform replaces it.
async fn assertion(address: &Address, file: &std::path::Path) -> Result<Secret, Error> {
    let wrong = |reason: String| {
        let help = "see whether the platform mounts its token there, and whether the gateway may read it";
        Error::new(address, format!("the token file `{}` {reason}", file.display()), help)
    };
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        let mut text = String::new();
        std::fs::File::open(path)?.take(TOKEN_FILE_BYTES_MAX).read_to_string(&mut text)?;
        std::io::Result::Ok(text)
    });
    let text = read.await.map_err(std::io::Error::other).flatten().map_err(|error| wrong(format!("cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(wrong("is empty".to_owned())),
        token => Ok(Secret::new(token)),
    }
}
