//! The host's door for the portal's console, and everybody who must not get through it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

const SPECIFICATION: &str = r#"
openapi: 3.0.3
info: { title: Echo, version: "1" }
paths:
  /echo:
    get: { operationId: look, responses: { "200": { description: what came } } }
    post: { operationId: send, responses: { "200": { description: what came } } }
  /away:
    get: { operationId: away, responses: { "302": { description: elsewhere } } }
"#;

/// Answers with what came: the address of the caller, header fields, the body.
const POLICY: &str = r#"<policies><inbound>
  <choose>
    <when condition="@(context.Operation.Id == "away")">
      <return-response>
        <set-status code="302" reason="Found" />
        <set-header name="Location"><value>http://elsewhere.example/</value></set-header>
        <set-header name="Set-Cookie"><value>left=behind</value></set-header>
      </return-response>
    </when>
    <otherwise><return-response><set-body>@{
      var text = "from " + context.Request.IpAddress + "\n" + context.Request.OriginalUrl.Host + "\n";
      foreach (var field in context.Request.Headers) { text += field.Key.ToLower() + ": " + string.Join(", ", field.Value) + "\n"; }
      return text + "\n" + (context.Request.Body == null ? "" : context.Request.Body.As<string>(preserveContent: true));
    }</set-body></return-response></otherwise>
  </choose>
</inbound></policies>"#;

/// A process of `portico` with the echo.
struct Host {
    child: Child,
    gateway: String,
    portal: String,
    _directory: tempfile::TempDir,
}

impl Host {
    /// `serve` with a portal; what the operator and the portal's settings say of the console.
    fn serve(operator: &str, settings: &str) -> Host {
        let directory = Self::folder(settings);
        let config = directory.path().join("portico.yaml");
        let portal = format!("portal: {{ listen: \"127.0.0.1:0\"{operator} }}");
        fs::write(&config, format!("gateway: {{ listen: \"127.0.0.1:0\" }}\n{portal}\nthreads: 1\n")).unwrap();
        let service = directory.path().join("service");
        Self::start(directory, &["serve", service.to_str().unwrap(), "--config", config.to_str().unwrap()], "portal")
    }

    fn dev(settings: &str) -> Host {
        let directory = Self::folder(settings);
        let service = directory.path().join("service");
        let ports = ["--gateway-port", "0", "--portal-port", "0", "--health-port", "0", "--management-port", "0"];
        Self::start(directory, &[&["dev", service.to_str().unwrap()][..], &ports].concat(), "Files")
    }

    fn folder(settings: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let api = directory.path().join("service/apis/echo");
        fs::create_dir_all(&api).unwrap();
        fs::write(api.join("specification.yaml"), SPECIFICATION).unwrap();
        fs::write(api.join("apiInformation.yaml"), "properties: { path: '', subscriptionRequired: false }\n").unwrap();
        fs::write(api.join("policy.xml"), POLICY).unwrap();
        let portal = directory.path().join("service/portal");
        fs::create_dir_all(&portal).unwrap();
        fs::write(portal.join("portal.yaml"), format!("title: Echo\n{settings}\n")).unwrap();
        directory
    }

    fn start(directory: tempfile::TempDir, arguments: &[&str], last: &str) -> Host {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        let mut child =
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut gateway, mut portal) = (String::new(), String::new());
        for line in lines.by_ref().map_while(Result::ok) {
            let address = |line: &str| line.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
            match line.split_whitespace().next() {
                Some("gateway") => gateway = address(&line),
                Some("portal") => portal = address(&line),
                _ => {}
            }
            if line.starts_with(last) {
                break;
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        Host { child, gateway, portal, _directory: directory }
    }

    /// What a page of the portal gets for a request: method, path, header fields, body.
    fn asks(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        self.asks_for(&format!("http://{}{path}", self.gateway), method, headers, body)
    }

    fn asks_for(&self, url: &str, method: &str, headers: &[(&str, &str)], body: &str) -> String {
        self.sends(&asked(url, method, headers, body), &self.own_page())
    }

    /// The head of a request that a page of the portal makes.
    fn own_page(&self) -> String {
        format!("Host: {0}\r\nOrigin: http://{0}\r\nContent-Type: application/vnd.portico.request\r\n", self.portal)
    }

    fn sends(&self, body: &str, head: &str) -> String {
        post(&self.portal, "/console/send", head, body)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn asked(url: &str, method: &str, headers: &[(&str, &str)], body: &str) -> String {
    let head = serde_json::json!({ "method": method, "url": url, "headers": headers });
    format!("{head}\n{body}")
}

fn post(address: &str, path: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    // It may be refused before it has been read.
    let _ = write!(stream, "POST {path} HTTP/1.1\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

fn status(reply: &str) -> &str {
    reply.split(' ').nth(1).unwrap_or_default()
}

fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

const ALLOWED: &str = ", console: { proxy: true }";
const CHOSEN: &str = "console: { proxy: true, servers: [{ title: Public, url: \"https://api.example.com\" }] }";

#[test]
fn it_is_shut_unless_both_open_it() {
    for (operator, settings, why) in [
        ("", CHOSEN, "its operator allows it"),
        (ALLOWED, "", "the portal does not send through its host"),
        (", console: { proxy: false }", CHOSEN, "its operator allows it"),
    ] {
        let host = Host::serve(operator, settings);
        let reply = host.asks("GET", "/echo", &[], "");
        assert_eq!(status(&reply), "404", "{operator} {settings}: {reply}");
        assert!(body(&reply).contains(why), "{reply}");
    }
}

#[test]
fn a_page_of_the_portal_gets_what_the_gateway_answers_and_nothing_else_happens() {
    let host = Host::serve(ALLOWED, CHOSEN);

    // What is asked for is done, under every name that readers know the gateway by.
    let reply = host.asks("POST", "/echo?q=1", &[("Content-Type", "text/plain"), ("X-Mine", "yes")], "héllo\nwörld");
    assert_eq!(status(&reply), "200", "{reply}");
    assert!(reply.contains("content-type: application/vnd.portico.response"), "{reply}");
    let (line, answer) = body(&reply).split_once('\n').unwrap();
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((told["status"].as_u64(), told["reason"].as_str()), (Some(200), Some("OK")));
    assert!(answer.ends_with("\n\nhéllo\nwörld") && answer.contains("x-mine: yes"), "{answer}");
    let reply = host.asks_for("https://API.example.com/echo", "GET", &[], "");
    assert!(body(&reply).contains("\napi.example.com\n"), "{reply}");

    // The gateway sees who asks, and not a name that the page makes up; neither cookies nor what belongs to the way.
    let headers = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9"),
        ("Cookie", "session=stolen"),
        ("Host", "internal.example"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "3"),
        ("Connection", "X-Mine, close"),
        ("Upgrade", "websocket"),
        ("Expect", "100-continue"),
        ("Proxy-Authorization", "Basic eDp5"),
        ("X-Forwarded-Host", "evil.example"),
        ("Origin", "https://evil.example"),
        ("TE", "trailers"),
    ];
    let reply = host.asks("POST", "/echo", &headers, "0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n");
    assert_eq!(status(&reply), "200", "{reply}");
    let seen = body(&reply).split_once('\n').unwrap().1.to_lowercase();
    assert!(seen.starts_with("from 127.0.0.1\n"), "{seen}");
    for hidden in
        ["203.0.113.9", "stolen", "internal.example", "evil.example", "chunked", "websocket", "100-continue", "edp5", "trailers"]
    {
        assert!(!seen.contains(hidden), "{hidden} got through:\n{seen}");
    }
    assert!(seen.ends_with("0\r\n\r\nget /smuggled http/1.1\r\n\r\n"), "the body is a body: {seen}");

    // Redirects are answers, and what the gateway wants kept in a browser stays here.
    let reply = host.asks("GET", "/away", &[], "");
    let told: serde_json::Value = serde_json::from_str(body(&reply).trim_end()).unwrap();
    assert_eq!(told["status"], 302);
    assert!(told["headers"].to_string().contains("elsewhere.example"), "{told}");
    assert!(!reply.to_lowercase().contains("set-cookie"), "{reply}");
}

#[test]
fn nothing_goes_anywhere_else() {
    let host = Host::serve(ALLOWED, CHOSEN);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let there = other.local_addr().unwrap();
    let gateway = &host.gateway;
    for url in [
        format!("http://{there}/echo"),
        format!("http://{gateway}@{there}/echo"),
        format!("http://user:password@{gateway}/echo"),
        format!("http://{gateway}.evil.example/echo"),
        format!("http://evil.example/?http://{gateway}/echo"),
        "https://api.example.com.evil.example/".to_owned(),
        "http://api.example.com/echo".to_owned(),
        "https://api.example.com:8443/echo".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
        "/echo".to_owned(),
        "//api.example.com/echo".to_owned(),
        String::new(),
        "*".to_owned(),
        gateway.to_string(),
    ] {
        let reply = host.asks_for(&url, "GET", &[], "");
        assert!(["400", "403"].contains(&status(&reply)), "`{url}`: {reply}");
    }
    assert!(other.accept().is_err(), "somebody else was called");
}

#[test]
fn what_is_no_request_is_refused() {
    let host = Host::serve(ALLOWED, CHOSEN);
    for (method, name, value) in [
        ("CONNECT", "X-A", "b"),
        ("TRACE", "X-A", "b"),
        ("GET /smuggled HTTP/1.1\r\nX: ", "X-A", "b"),
        ("", "X-A", "b"),
        ("GET", "X-A\r\nX-B", "b"),
        ("GET", "X-A", "b\r\nX-B: c"),
        ("GET", "X-A", "b\0c"),
        ("GET", "X A", "b"),
        ("GET", "", "b"),
    ] {
        let reply = host.asks(method, "/echo", &[(name, value)], "");
        assert_eq!(status(&reply), "400", "{method:?} {name:?} {value:?}: {reply}");
    }
    let many: Vec<(String, String)> = (0..101).map(|number| (format!("X-{number}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(status(&host.asks("GET", "/echo", &many, "")), "400");
    for text in
        ["", "{}", "{}\n", "null\n", "[]\n", "\u{0}\u{1}", "{\"method\":\"GET\",\"url\":\"/\",\"headers\":[],\"more\":1}\n"]
    {
        assert_eq!(status(&host.sends(text, &host.own_page())), "400", "{text:?}");
    }
    assert_eq!(status(&host.sends(&"x".repeat(70_000), &host.own_page())), "400", "a line has an end");
    let large = asked(&format!("http://{}/echo", host.gateway), "POST", &[], &"x".repeat((10 << 20) + 1));
    assert_eq!(status(&host.sends(&large, &host.own_page())), "413");
}

#[test]
fn only_pages_of_the_portal_may_ask() {
    let host = Host::serve(ALLOWED, CHOSEN);
    let own = host.portal.clone();
    let text = asked(&format!("http://{}/echo", host.gateway), "GET", &[], "");
    let kind = "Content-Type: application/vnd.portico.request\r\n";
    for head in [
        format!("Host: {own}\r\n{kind}"),
        format!("Host: {own}\r\nOrigin: http://evil.example\r\n{kind}"),
        format!("Host: {own}\r\nOrigin: null\r\n{kind}"),
        format!("Host: {own}\r\nOrigin: http://{own}.evil.example\r\n{kind}"),
        format!("Host: {own}\r\nOrigin: http://{own}\r\nSec-Fetch-Site: cross-site\r\n{kind}"),
        format!("Host: {own}\r\nOrigin: http://{own}\r\nSec-Fetch-Site: same-site\r\n{kind}"),
    ] {
        assert_eq!(status(&host.sends(&text, &head)), "403", "{head}");
    }
    // What a form of another site could send needs another content type.
    let form = format!("Host: {own}\r\nOrigin: http://{own}\r\nContent-Type: text/plain\r\n");
    assert_eq!(status(&host.sends(&text, &form)), "415");
    // No page of another origin gets leave to read, or to ask.
    let mut stream = TcpStream::connect(&own).unwrap();
    write!(stream, "OPTIONS /console/send HTTP/1.1\r\nHost: {own}\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(!reply.to_lowercase().contains("access-control"), "{reply}");
    // A server gives out no tokens for traces.
    let json = format!("Host: {own}\r\nOrigin: http://{own}\r\nContent-Type: application/json\r\n");
    assert_eq!(status(&post(&own, "/console/debug", &json, "{\"api\":\"echo\"}")), "404");
}

#[test]
fn on_a_desk_the_portal_shows_traces_to_its_own_pages() {
    let host = Host::dev("");
    let own = host.portal.clone();
    let json = |name: &str| format!("Host: {name}\r\nOrigin: http://{name}\r\nContent-Type: application/json\r\n");
    let reply = post(&own, "/console/debug", &json(&own), "{\"api\":\"echo\"}");
    assert_eq!(status(&reply), "200", "{reply}");
    let token: serde_json::Value = serde_json::from_str(body(&reply)).unwrap();
    let token = token["token"].as_str().unwrap();
    let mut stream = TcpStream::connect(&host.gateway).unwrap();
    write!(
        stream,
        "GET /echo HTTP/1.1\r\nHost: {}\r\nApim-Debug-Authorization: {token}\r\nConnection: close\r\n\r\n",
        host.gateway
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let id = answer.lines().find_map(|line| line.to_lowercase().strip_prefix("apim-trace-id: ").map(str::to_owned)).unwrap();
    let reply = post(&own, "/console/trace", &json(&own), &format!("{{\"traceId\":\"{id}\"}}"));
    assert!(status(&reply) == "200" && reply.contains("return-response"), "{reply}");
    assert_eq!(status(&post(&own, "/console/trace", &json(&own), "{\"traceId\":\"none\"}")), "404");
    // A name that leads here by a trick (DNS rebinding), and pages of other origins.
    assert_eq!(status(&post(&own, "/console/debug", &json("evil.example"), "{\"api\":\"echo\"}")), "403");
    let other = format!("Host: {own}\r\nOrigin: http://evil.example\r\nContent-Type: application/json\r\n");
    assert_eq!(status(&post(&own, "/console/debug", &other, "{\"api\":\"echo\"}")), "403");
}
