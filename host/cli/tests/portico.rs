//! The binary as its user meets it: what it prints, how it ends, and what it does when files change.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

const SPECIFICATION: &str = r#"
openapi: 3.0.3
info: { title: Hello, version: "1" }
paths:
  /hello:
    get: { operationId: hello, responses: { "200": { description: a greeting } } }
"#;

fn policy(text: &str) -> String {
    format!("<policies><inbound><return-response><set-body>{text}</set-body></return-response></inbound></policies>")
}

/// A folder whose only API answers `text`.
fn folder(text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let api = directory.path().join("service/apis/hello");
    fs::create_dir_all(&api).unwrap();
    fs::write(api.join("specification.yaml"), SPECIFICATION).unwrap();
    fs::write(api.join("apiInformation.yaml"), "properties: { path: '', subscriptionRequired: false }\n").unwrap();
    fs::write(api.join("policy.xml"), policy(text)).unwrap();
    directory
}

fn portico(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn output(arguments: &[&str]) -> Output {
    portico(arguments).output().unwrap()
}

/// A `portico dev` that runs.
struct Dev {
    child: Child,
    gateway: String,
    portal: String,
    management: String,
    errors: mpsc::Receiver<String>,
}

impl Dev {
    fn start(folder: &Path) -> Dev {
        Dev::start_with(folder, &[])
    }

    fn start_with(folder: &Path, more: &[&str]) -> Dev {
        let folder = folder.to_str().unwrap();
        let mut command = portico(&[
            "dev",
            folder,
            "--gateway-port",
            "0",
            "--portal-port",
            "0",
            "--health-port",
            "0",
            "--management-port",
            "0",
        ]);
        let mut child =
            command.args(more).env("PORTICO_LOG", "info").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut gateway, mut portal, mut management) = (String::new(), String::new(), String::new());
        for line in lines.by_ref().map_while(Result::ok) {
            let address = |line: &str| line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
            match line.split_whitespace().next() {
                Some("gateway") => gateway = address(&line),
                Some("portal") => portal = address(&line),
                Some("traces") => management = address(&line).split('/').next().unwrap().to_owned(),
                Some("Files") => break,
                _ => {}
            }
        }
        let (send, errors) = mpsc::channel();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        // Both are read to their ends, so that the process never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        std::thread::spawn(move || stderr.by_ref().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Dev { child, gateway, portal, management, errors }
    }

    fn wait_for_body(&self, wanted: &str) {
        let start = Instant::now();
        while body(&get(&self.gateway, "/hello")) != wanted {
            assert!(start.elapsed() < Duration::from_secs(20), "`{wanted}` was never served");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_for_error(&self, wanted: &str) {
        let mut seen = Vec::new();
        while let Ok(line) = self.errors.recv_timeout(Duration::from_secs(20)) {
            if line.contains(wanted) {
                return;
            }
            seen.push(line);
        }
        panic!("`{wanted}` was never printed, but\n{}", seen.join("\n"));
    }

    /// Asks it to stop, and returns every line that it wrote for operators and that nobody has read.
    fn stop_and_read(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
        self.errors.iter().map(|line| line + "\n").collect()
    }

    /// Asks it to stop, as an operator does, and returns its exit code.
    fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ = self.child.kill();
    }
}

fn get(address: &str, path: &str) -> String {
    send(address, &format!("GET {path} HTTP/1.1\r\n"), "")
}

fn post(address: &str, path: &str, body: &str) -> String {
    send(address, &format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n", body.len()), body)
}

/// Sends a head's first lines and a body, and reads the whole reply.
fn send(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{head}Host: {address}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[test]
fn dev_reloads_and_a_broken_folder_keeps_the_last_good_one() {
    let directory = folder("one");
    let service = directory.path().join("service");
    let file = service.join("apis/hello/policy.xml");
    let dev = Dev::start(&service);
    dev.wait_for_body("one");
    assert!(get(&dev.portal, "/apis/hello/hello/").starts_with("HTTP/1.1 200"), "the portal has the operation's page");
    fs::write(&file, policy("two")).unwrap();
    dev.wait_for_body("two");
    fs::write(&file, "<policies><inbound><set-haeder name='x' /></inbound></policies>").unwrap();
    dev.wait_for_error("error[policy/unknown]");
    dev.wait_for_error("did you mean `set-header`?");
    dev.wait_for_error("the last good version stays in place");
    assert_eq!(body(&get(&dev.gateway, "/hello")), "two");
    fs::write(&file, policy("three")).unwrap();
    dev.wait_for_body("three");
    assert_eq!(dev.stop(), Some(0));
}

#[test]
fn dev_plays_backends_and_gives_keys() {
    let directory = folder("unused");
    let service = directory.path().join("service");
    fs::create_dir_all(service.join("backends/shop")).unwrap();
    fs::create_dir_all(service.join("dev")).unwrap();
    fs::create_dir_all(service.join("subscriptions/alice")).unwrap();
    fs::write(
        service.join("backends/shop/backendInformation.yaml"),
        "properties: { url: 'https://shop.example', protocol: http }\n",
    )
    .unwrap();
    fs::write(service.join("dev/upstreams.yaml"), "shop:\n  - { request: GET /hello, body: played }\n").unwrap();
    fs::write(
        service.join("subscriptions/alice/subscriptionInformation.yaml"),
        "properties: { scope: /apis, state: active, displayName: Alice }\n",
    )
    .unwrap();
    fs::write(directory.path().join("service.secrets.yaml"), "subscriptions: { alice: { primary: alices-key } }\n").unwrap();
    fs::write(service.join("apis/hello/apiInformation.yaml"), "properties: { path: '' }\n").unwrap();
    fs::write(
        service.join("apis/hello/policy.xml"),
        "<policies><inbound><set-backend-service backend-id='shop' /></inbound></policies>",
    )
    .unwrap();
    let dev = Dev::start(&service);
    assert!(get(&dev.gateway, "/hello").starts_with("HTTP/1.1 401 Access Denied"));
    assert_eq!(body(&get(&dev.gateway, "/hello?subscription-key=alices-key")), "played");
    assert_eq!(dev.stop(), Some(0));
}

/// As in APIM: a token is asked for, the request brings it, the response names the trace, the trace can be fetched. It shows no
/// secret, and the backend never sees the token.
#[test]
fn a_request_with_a_token_is_traced() {
    let directory = folder("unused");
    let service = directory.path().join("service");
    for (file, text) in [
        ("named values/token/namedValueInformation.yaml", "properties: { displayName: token, secret: true }\n"),
        ("backends/shop/backendInformation.yaml", "properties: { url: 'https://shop.example', protocol: http }\n"),
        ("dev/upstreams.yaml", "shop:\n  - { request: GET /hello, body: played }\n"),
        (
            "apis/hello/policy.xml",
            "<policies><inbound><set-backend-service backend-id='shop' />\
             <set-header name='X-Token'><value>Key {{token}}</value></set-header></inbound></policies>",
        ),
    ] {
        fs::create_dir_all(service.join(file).parent().unwrap()).unwrap();
        fs::write(service.join(file), text).unwrap();
    }
    fs::write(directory.path().join("service.secrets.yaml"), "named values: { token: hidden-from-all }\n").unwrap();
    let dev = Dev::start(&service);
    let credentials =
        |body: &str| post(&dev.management, "/subscriptions/x/gateways/managed/listDebugCredentials?api-version=1", body);
    let token = |api: &str, expires: &str| {
        let wish = format!(r#"{{"apiId":"/x/apis/{api}","purposes":["tracing"],"credentialsExpireAfter":"{expires}"}}"#);
        let reply: serde_json::Value = serde_json::from_str(body(&credentials(&wish))).unwrap();
        reply["token"].as_str().unwrap().to_owned()
    };
    let traced = |token: &str| send(&dev.gateway, &format!("GET /hello HTTP/1.1\r\nApim-Debug-Authorization: {token}\r\n"), "");
    let header = |reply: &str, name: &str| {
        let lines = reply.split("\r\n\r\n").next().unwrap().lines();
        let found = lines.filter_map(|line| line.split_once(": ")).find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    };

    let reply = traced(&token("hello", "PT1H"));
    assert_eq!(body(&reply), "played", "{reply}");
    let id = header(&reply, "apim-trace-id").expect("the response names the trace");
    let fetched = post(&dev.management, "/gateways/managed/listTrace", &format!(r#"{{"traceId":"{id}"}}"#));
    let trace: serde_json::Value = serde_json::from_str(body(&fetched)).unwrap();
    assert_eq!(trace["traceId"], id);
    let inbound = trace["traceEntries"]["inbound"].as_array().unwrap();
    let sources: Vec<_> = inbound.iter().map(|entry| entry["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["api-inspector", "api-inspector", "set-backend-service", "set-header"]);
    assert_eq!(inbound[3]["data"]["value"], "Key ****");
    assert_eq!(inbound[3]["place"]["file"], "apis/hello/policy.xml");
    let backend = &trace["traceEntries"]["backend"];
    assert_eq!(backend[1]["data"]["response"]["status"]["code"], 200, "{backend:#}");
    assert_eq!(trace["traceEntries"]["outbound"][0]["source"], "transfer-response");
    let text = trace.to_string();
    assert!(!text.contains("hidden-from-all"), "{text}");
    let forwarded = backend[0]["data"]["request"]["headers"].to_string();
    assert!(forwarded.contains("x-token") && !forwarded.contains("apim-debug"), "{forwarded}");

    let wrong = traced(&token("books", "PT1H"));
    assert_eq!((body(&wrong), header(&wrong, "apim-debug-authorization-wrongapi").as_deref()), ("played", Some("books")));
    let forged = traced("aid=hello&p=tracing&ex=2099-01-01T00:00:00Z&sn=AAAA");
    assert_eq!(header(&forged, "apim-debug-authorization-invalid").as_deref(), Some("true"));
    let short = token("hello", "PT1S");
    std::thread::sleep(Duration::from_millis(1100));
    assert!(header(&traced(&short), "apim-debug-authorization-expired").is_some());

    for (reply, status, words) in [
        (credentials(r#"{"apiId":"hello","credentialsExpireAfter":"PT2H"}"#), "400", "at most an hour"),
        (credentials("{}"), "400", "apiId"),
        (post(&dev.management, "/gateways/managed/listTrace", r#"{"traceId":"none"}"#), "404", "there is no trace `none`"),
        (get(&dev.management, "/"), "404", "listDebugCredentials"),
    ] {
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")) && reply.contains(words), "{reply}");
    }
    assert_eq!(dev.stop(), Some(0));
}

/// A secret in every place, a request to each, and everything that is written anywhere is searched for all of them.
#[test]
fn what_is_secret_can_be_read_nowhere() {
    const SECRETS: [&str; 4] = ["first/key+of=alice", "second-key-of-alice", "Sesam-öffne-dich", "credential-of-the-shop"];
    let directory = folder("unused");
    let service = directory.path().join("service");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (file, text) in [
        ("named values/pass/namedValueInformation.yaml", "properties: { displayName: pass, secret: true }\n".to_owned()),
        ("named values/shop/namedValueInformation.yaml", "properties: { displayName: shop, secret: true }\n".to_owned()),
        ("named values/pin/namedValueInformation.yaml", "properties: { displayName: pin, secret: true }\n".to_owned()),
        (
            "backends/shop/backendInformation.yaml",
            format!(
                "properties: {{ url: 'http://{closed}/?code={{{{shop}}}}', protocol: http, \
                 credentials: {{ query: {{ sig: ['{{{{shop}}}}'] }}, header: {{ X-Shop: ['{{{{shop}}}}'] }} }} }}\n"
            ),
        ),
        ("subscriptions/alice/subscriptionInformation.yaml", "properties: { scope: /apis }\n".to_owned()),
        ("apis/hello/apiInformation.yaml", "properties: { path: '' }\n".to_owned()),
        (
            "policy fragments/pass/policy.xml",
            "<fragment><set-header name='X-Pass'><value>{{pass}}</value></set-header></fragment>".to_owned(),
        ),
        (
            "apis/hello/policy.xml",
            r#"<policies>
  <inbound>
    <include-fragment fragment-id="pass" />
    <set-query-parameter name="pass"><value>{{pass}}</value></set-query-parameter>
    <set-variable name="came" value="@(context.Request.OriginalUrl + " " + context.Subscription.Key)" />
    <trace source="{{pass}}"><message>@(context.Request.OriginalUrl + " with {{pass}}")</message></trace>
    <emit-metric name="calls"><dimension name="key" value="@(context.Subscription.Key)" /></emit-metric>
    <set-backend-service backend-id="shop" />
    <choose>
      <when condition="@(context.Request.Headers.ContainsKey("X-Fail"))">
        <set-variable name="x" value="@{ throw new Exception("{{pass}} and " + context.Subscription.SecondaryKey); }" />
      </when>
      <when condition="@(context.Request.Headers.ContainsKey("X-Ask"))">
        <send-one-way-request><set-url>http://127.0.0.1:1/?pass={{pass}}</set-url></send-one-way-request>
      </when>
    </choose>
  </inbound>
</policies>"#
                .to_owned(),
        ),
    ] {
        fs::create_dir_all(service.join(file).parent().unwrap()).unwrap();
        fs::write(service.join(file), text).unwrap();
    }
    let [first, second, pass, shop] = SECRETS;
    let secrets = format!(
        "named values: {{ pass: '{pass}', shop: '{shop}', pin: '42' }}\nsubscriptions: {{ alice: {{ primary: '{first}', secondary: '{second}' }} }}\n"
    );
    fs::write(directory.path().join("service.secrets.yaml"), secrets).unwrap();
    let events = directory.path().join("events.ndjson");
    let dev = Dev::start_with(&service, &["--events", events.to_str().unwrap()]);
    let credentials =
        post(&dev.management, "/gateways/managed/listDebugCredentials", r#"{"apiId":"hello","purposes":["tracing"]}"#);
    let credentials: serde_json::Value = serde_json::from_str(body(&credentials)).unwrap();
    let token = credentials["token"].as_str().unwrap();
    let mut written = String::new();
    for (target, fields) in [
        ("/hello?x=1&subscription-key=first%2Fkey%2bof%3Dalice", String::new()),
        ("/hello", format!("Ocp-Apim-Subscription-Key: {second}\r\n")),
        ("/hello", format!("Ocp-Apim-Subscription-Key: {first}\r\nX-Fail: 1\r\n")),
        ("/hello?subscription-key=second-key-of-alice", "X-Ask: 1\r\n".to_owned()),
    ] {
        let ask = |more: &str| send(&dev.gateway, &format!("GET {target} HTTP/1.1\r\n{fields}{more}"), "");
        assert!(ask("").starts_with("HTTP/1.1 500"), "nobody listens at the backend");
        let reply = ask(&format!("Apim-Debug-Authorization: {token}\r\n"));
        let id = reply.lines().find_map(|line| line.strip_prefix("apim-trace-id: ")).expect("the response names the trace");
        written += body(&post(&dev.management, "/gateways/managed/listTrace", &format!(r#"{{"traceId":"{id}"}}"#)));
    }
    let lines = dev.stop_and_read();
    for wanted in ["warning[secret/short]: the secret named value `pin`", "**** and ****", "the backend did not answer"] {
        assert!(lines.contains(wanted), "`{wanted}` is not in\n{lines}");
    }
    let events = fs::read_to_string(events).unwrap();
    assert!(events.contains("/hello?x=1&subscription-key=****") && events.contains(r#""key":"****""#), "{events}");
    assert!(written.contains("/hello?x=1&subscription-key=****"), "{written}");
    written = written + &lines + &events;
    for secret in SECRETS {
        let in_url: String =
            secret
                .bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() || byte == b'-' {
                        char::from(byte).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect();
        for form in [secret.to_owned(), in_url.replace("%2B", "%2b"), in_url] {
            let found = written.find(&form).map(|at| written[..at].lines().last().unwrap_or_default());
            assert_eq!(found, None, "`{form}` can be read");
        }
    }
}

#[test]
fn mistakes_have_their_exit_codes_and_their_words() {
    let directory = folder("one");
    let service = directory.path().join("service");
    let service = service.to_str().unwrap();
    let text = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();

    let missing = output(&["dev", "no/such/folder"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
    assert!(text(&missing).contains("no/such/folder"), "{}", text(&missing));

    assert_eq!(output(&["dev"]).status.code(), Some(2));
    assert_eq!(output(&["serve", service]).status.code(), Some(2));

    let config = directory.path().join("portico.yaml");
    fs::write(&config, "gateway: { listen: 127.0.0.1:0 }\nthread: 2\n").unwrap();
    let unknown = output(&["serve", service, "--config", config.to_str().unwrap()]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown).contains("thread") && text(&unknown).contains("threads"), "{}", text(&unknown));

    fs::write(&config, "gateway: { listen: 127.0.0.1:0 }\ntrusted_proxies: [10.0.0.0/40]\n").unwrap();
    let trusting = output(&["serve", service, "--config", config.to_str().unwrap()]);
    assert_eq!(trusting.status.code(), Some(2));
    assert!(text(&trusting).contains("`trusted_proxies`: `10.0.0.0/40`: an address has 32 bits"), "{}", text(&trusting));

    fs::write(&config, "gateway: { listen: 127.0.0.1:0 }\nmanagement: { listen: 0.0.0.0:0 }\n").unwrap();
    let open = output(&["serve", service, "--config", config.to_str().unwrap()]);
    assert_eq!(open.status.code(), Some(2));
    assert!(text(&open).contains("PORTICO_MANAGEMENT_TOKEN"), "{}", text(&open));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = output(&["dev", service, "--gateway-port", &port]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("--gateway-port") && text(&refused).contains(&port), "{}", text(&refused));

    fs::create_dir_all(format!("{service}/named values/token")).unwrap();
    let information = "properties: { displayName: token, secret: true }\n";
    fs::write(format!("{service}/named values/token/namedValueInformation.yaml"), information).unwrap();
    let secret = output(&["dev", service, "--gateway-port", "0"]);
    assert_eq!(secret.status.code(), Some(1));
    assert!(text(&secret).contains("PORTICO_NAMED_VALUE_TOKEN"), "{}", text(&secret));

    fs::write(format!("{service}/apis/hello/policy.xml"), "<policies><inbund /></policies>").unwrap();
    let broken = output(&["dev", service]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken).contains("did you mean `inbound`?"), "{}", text(&broken));
}
