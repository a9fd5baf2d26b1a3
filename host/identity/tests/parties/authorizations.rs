//! What others allowed the gateway: grants, and refresh tokens that change.

use crate::{
    server::{Reply, Server},
    world::{Clock, client, log, settings},
};
use futures_util::future::join_all;
use identity::{Authorizations, Error};
use std::{fs, path::Path, time::Duration};

struct Scene {
    server: Server,
    clock: Clock,
}

impl Scene {
    async fn start() -> Self {
        Self { server: Server::start().await, clock: Clock::new() }
    }

    /// A process of the gateway whose settings hold this refresh token.
    fn process(&self, file: Option<&Path>, refresh_token: &str) -> Authorizations {
        let file = file.map(|file| format!("file: '{}'", file.display())).unwrap_or_default();
        let yaml = format!(
            "
{file}
providers:
  forge:
    token_url: {}/token
    client_id: portico
    client_secret: ${{SECRET}}
    authorizations:
      issues: {{ grant: authorization-code, refresh_token: '{refresh_token}' }}
      robot: {{ grant: client-credentials, scope: 'read write', parameters: {{ audience: api }} }}
",
            self.server.url
        );
        Authorizations::new(&settings(&yaml), client(), self.clock.world(&[("SECRET", "hunter2")])).unwrap()
    }

    /// The server gives this access token and, if it is not empty, another refresh token.
    fn gives(&self, access: &str, refresh: &str) {
        let refresh = if refresh.is_empty() { String::new() } else { format!(r#","refresh_token":"{refresh}""#) };
        let body = format!(r#"{{"access_token":"{access}","expires_in":3600,"scope":"read"{refresh},"tenant":{{"id":7}}}}"#);
        self.server.reply("/token", Reply::json(body));
    }

    /// The refresh token that was shown last.
    fn shown(&self) -> Option<String> {
        self.server.last().field("refresh_token")
    }
}

async fn token(authorizations: &Authorizations) -> Result<String, Error> {
    authorizations.authorization("forge", "issues").await.map(|found| found.access_token.expose().to_owned())
}

#[tokio::test]
async fn a_gateway_acts_for_itself() {
    let scene = Scene::start().await;
    scene.gives("robot-token", "");
    let authorizations = scene.process(None, "seed");
    let found = authorizations.authorization("forge", "robot").await.unwrap();
    assert_eq!(found.access_token.expose(), "robot-token");
    assert_eq!(&*found.claims, r#"{"expires_in":3600,"scope":"read","tenant":{"id":7}}"#);
    assert_eq!(found.expires_at, scene.clock.now() + Duration::from_secs(3600));
    let expected = "client_id=portico&client_secret=hunter2&grant_type=client_credentials&scope=read+write&audience=api";
    assert_eq!(scene.server.last().body, expected);
    authorizations.authorization("forge", "robot").await.unwrap();
    assert_eq!(scene.server.count("/token"), 1);
    assert!(!format!("{authorizations:?} {found:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_refresh_token_is_used_once_by_however_many_and_its_successor_next() {
    let scene = Scene::start().await;
    let authorizations = scene.process(None, "seed");
    scene.gives("one", "second");
    let all = join_all((0..100).map(|_| token(&authorizations))).await;
    assert!(all.iter().all(|token| token.as_deref() == Ok("one")));
    assert_eq!((scene.shown().as_deref(), scene.server.count("/token")), (Some("seed"), 1));
    scene.gives("two", "third");
    scene.clock.pass(3600);
    assert_eq!(token(&authorizations).await.unwrap(), "two");
    assert_eq!(scene.shown().as_deref(), Some("second"));
    // A server that gives no other one means that it can be used again.
    scene.gives("three", "");
    scene.clock.pass(3600);
    assert_eq!(token(&authorizations).await.unwrap(), "three");
    scene.clock.pass(3600);
    token(&authorizations).await.unwrap();
    assert_eq!(scene.shown().as_deref(), Some("third"));
}

#[tokio::test]
async fn the_next_process_goes_on_with_the_token_that_was_given_last() {
    let (scene, folder) = (Scene::start().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("refresh-tokens.json");
    scene.gives("one", "second");
    token(&scene.process(Some(&file), "seed")).await.unwrap();
    scene.gives("two", "third");
    token(&scene.process(Some(&file), "seed")).await.unwrap();
    assert_eq!(scene.shown().as_deref(), Some("second"));
    assert!(fs::read_to_string(&file).unwrap().contains("third"));
    // Somebody authorized it anew, and wrote the token into the settings.
    token(&scene.process(Some(&file), "new-seed")).await.unwrap();
    assert_eq!(scene.shown().as_deref(), Some("new-seed"));
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_serves_and_is_cried_over() {
    let (scene, folder) = (Scene::start().await, tempfile::tempdir().unwrap());
    let (log, _guard) = log();
    let file = folder.path().join("missing/refresh-tokens.json");
    let authorizations = scene.process(Some(&file), "seed");
    scene.gives("one", "second");
    assert_eq!(token(&authorizations).await.unwrap(), "one");
    let text = log.text();
    assert!(text.contains("ERROR") && text.contains("the new refresh token of `forge/issues` is not kept"), "{text}");
    assert!(!text.contains("second") && !text.contains("seed"), "{text}");
    scene.clock.pass(3600);
    token(&authorizations).await.unwrap();
    assert_eq!(scene.shown().as_deref(), Some("second"));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_passed_over() {
    let (scene, folder) = (Scene::start().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("refresh-tokens.json");
    fs::write(&file, "hunter2").unwrap();
    let error = token(&scene.process(Some(&file), "seed")).await.unwrap_err().to_string();
    assert!(error.contains("refresh-tokens.json") && error.contains("remove it and authorize anew"), "{error}");
    assert!(!error.contains("hunter2"));
    assert_eq!(scene.server.count("/token"), 0, "the first token may be used up");
}

#[tokio::test]
async fn what_went_wrong_is_said_without_a_secret() {
    let scene = Scene::start().await;
    let authorizations = scene.process(None, "seed");
    let refusal = r#"{"error":"invalid_grant","error_description":"token seed of portico:hunter2 was revoked"}"#;
    scene.server.reply("/token", Reply::json(refusal).with_status(400));
    let error = token(&authorizations).await.unwrap_err().to_string();
    let expected = format!(
        "`{}/token`, the authorization `forge/issues`: no token: the server answers 400, `invalid_grant`: `token *** of portico:*** was \
         revoked`; the grant was taken back, has expired, or was used by somebody else: authorize anew",
        scene.server.url
    );
    assert_eq!(error, expected);
    let error = authorizations.authorization("forge", "pulls").await.unwrap_err().to_string();
    assert_eq!(error, "the authorization `forge/pulls`: `forge` has no authorization `pulls`; there are `issues`, `robot`");
    let error = authorizations.authorization("hub", "pulls").await.unwrap_err().to_string();
    assert_eq!(error, "the authorization `hub/pulls`: there is no provider `hub` in the settings; there are `forge`");
}
