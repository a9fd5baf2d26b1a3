//! Where a token comes from: a request and its answer for each.

use super::{AccessToken, TokenRequest};
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
/// Where a platform puts the file with its token.
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
    /// A client id and a secret, at any token endpoint.
    ClientCredentials {
        /// The token endpoint.
        token_url: String,
        /// The client's name.
        client_id: String,
        /// Its secret.
        client_secret: Secret,
        /// How it is shown.
        #[serde(default)]
        client_authentication: ClientAuthentication,
        /// The scope; `{resource}` in it is what is asked for. `{resource}/.default`, as in Azure, where it is left out.
        scope: Option<String>,
        /// More fields, such as `audience: "{resource}"`.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// Always the same token, for tests and for work on a laptop.
    Fixed {
        /// The token.
        token: Secret,
    },
}

/// [`SourceSettings`] with nothing left out.
#[derive(Debug)]
pub(super) enum Source {
    Imds {
        address: Address,
        client_id: Option<String>,
    },
    AppService {
        address: Address,
        client_id: Option<String>,
        header: Secret,
    },
    WorkloadIdentity {
        address: Address,
        client_id: String,
        token_file: PathBuf,
    },
    ClientCredentials {
        address: Address,
        client_id: String,
        client_secret: Secret,
        authentication: ClientAuthentication,
        scope: String,
        parameters: BTreeMap<String, String>,
    },
    Fixed {
        token: Secret,
    },
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
                scope,
                parameters,
            } => Self::ClientCredentials {
                address: Address::parse(&filled_in(token_url)?).map_err(within)?,
                client_id: filled_in(client_id)?,
                client_secret: world.filled_in_secret(place, client_secret)?,
                authentication: *client_authentication,
                scope: scope.clone().unwrap_or_else(|| "{resource}/.default".to_owned()),
                parameters: parameters.clone(),
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
                let question = oauth::post(
                    None,
                    &[
                        ("grant_type", "client_credentials"),
                        ("client_id", client_id.unwrap_or_default()),
                        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                        ("client_assertion", assertion.expose()),
                        ("scope", &format!("{resource}/.default")),
                    ],
                );
                (address.clone(), question, Some(assertion))
            }
            Self::ClientCredentials { address, client_id, client_secret, authentication, scope, parameters } => {
                let about = |text: &str| text.replace("{resource}", resource);
                let scope = about(scope);
                let parameters: Vec<_> = parameters.iter().map(|(name, value)| (&**name, about(value))).collect();
                let mut fields = vec![("grant_type", "client_credentials")];
                // Some servers know no scopes, and refuse an empty one.
                fields.extend((!scope.is_empty()).then_some(("scope", &*scope)));
                fields.extend(parameters.iter().map(|(name, value)| (*name, &**value)));
                let question = oauth::token_request(client_id, client_secret, *authentication, &fields);
                (address.clone(), question, Some(client_secret.clone()))
            }
        };
        let sent: Vec<&Secret> = sent.iter().collect();
        // Whoever wrote the settings chose the address, and a metadata service is as near as can be.
        let response = client.send(&address, Zone::Reserved, question).await?;
        let granted = token_answer(&address, &response, world.now(), &sent)
            .map_err(|error| error.within(format!("a token for `{}`", request.resource)))?;
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
