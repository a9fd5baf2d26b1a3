//! Samples run where their language is installed, and send exactly what the request says, whatever characters it has.
#![allow(clippy::disallowed_methods, reason = "tests start other programs and listen to what they send")]

use console::request::{Body, Part, Request};
use console::samples::{LANGUAGES, Language};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// Characters with a meaning in some language or other.
const HOSTILE: &str = "\"double\" 'single' `back` $HOME ${HOME} $(id) #{1} #$0 \\n \\u0041 \\(1) {{x}} %d %s é 漢字 😀 ‘curly’ \"\"\" ''' \"# \"## @ ; & | < > ! *";

fn request(body: Body) -> Request {
    let mut headers = vec![("X-Text".to_owned(), "it's \"$HOME\" `id` \\ #{1} \\(1) %s".to_owned())];
    if matches!(body, Body::Text(_)) {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let method = if body == Body::Empty { "GET" } else { "POST" };
    Request { method: method.to_owned(), origin: String::new(), target: "/a%20b/%C3%A9?q='x'&$y=(1)".to_owned(), headers, body }
}

fn requests() -> Vec<Request> {
    let lines = format!("{{\n  \"text\": \"{HOSTILE}\",   \n\n\t\"more\": 1 \n}}\"");
    let part = |name: &str, value: &str, is_file, kind: &str| Part {
        name: name.to_owned(),
        value: value.to_owned(),
        is_file,
        media_type: kind.to_owned(),
    };
    vec![
        request(Body::Empty),
        Request { method: "DELETE".to_owned(), ..request(Body::Empty) },
        request(Body::Text(HOSTILE.to_owned())),
        request(Body::Text(lines)),
        request(Body::Text("@not-a-file\r\nwith\u{2028} and \u{7}\u{1b}[0m\r\n\"\"\"".to_owned())),
        request(Body::Form(vec![
            part("text", "it's \"$HOME\" `id`; @x", false, ""),
            part("plain", "@data.bin", false, ""),
            part("json", "{\"a\": \"b;c\"}", false, "application/json"),
            part("data", "data.bin", true, ""),
        ])),
    ]
}

#[test]
fn samples_send_what_the_request_says() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("data.bin"), b"\0\x01binary\r\n--\xff").unwrap();
    let mut ran = Vec::new();
    for language in &LANGUAGES {
        let Some(run) = runner(language) else { continue };
        ran.push(language.title);
        for (number, request) in requests().into_iter().enumerate() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let request = Request { origin: format!("http://{}", listener.local_addr().unwrap()), ..request };
            // A request that is not sent must not be waited for for ever.
            listener.set_nonblocking(true).unwrap();
            let received = thread::spawn(move || {
                for _ in 0..1500 {
                    match listener.accept() {
                        Ok((stream, _)) => return Some(receive(stream)),
                        Err(_) => thread::sleep(std::time::Duration::from_millis(20)),
                    }
                }
                None
            });
            let text = (language.write)(&request);
            let output = run(directory.path(), &text);
            let received = received.join().unwrap();
            let received = received.unwrap_or_else(|| panic!("{} sends nothing:\n{text}\n{output}", language.title));
            compare(language, &request, &received, &format!("request {number}\n{text}\n{output}"));
            assert!(output.contains("200") && output.contains("fine") || request.method == "HEAD", "{text}\n{output}");
        }
    }
    println!("ran: {}", ran.join(", "));
    assert!(ran.len() >= 2, "a shell with curl and Python are there wherever Portico is built; ran: {ran:?}");
}

type Runner = fn(&Path, &str) -> String;

/// How a language's samples run, if it is installed.
fn runner(language: &Language) -> Option<Runner> {
    let (program, arguments, run): (&str, &[&str], Runner) = match language.id {
        "curl" => ("curl", &["--version"], |directory, text| {
            execute(directory, "sample.sh", &format!("{text} -s -w ' %{{http_code}}'"), &["sh"])
        }),
        "javascript" => ("node", &["--version"], |directory, text| execute(directory, "sample.mjs", text, &["node"])),
        // Without its types it is JavaScript; a test in the browser's folder compiles it.
        "typescript" => ("node", &["--version"], |directory, text| {
            let text =
                text.replace("const response: Response =", "const response =").replace("const text: string =", "const text =");
            execute(directory, "sample.mjs", &text, &["node"])
        }),
        "python" => {
            ("python3", &["-c", "import requests"], |directory, text| execute(directory, "sample.py", text, &["python3"]))
        }
        "java" => ("java", &["--list-modules"], |directory, text| {
            let (imports, body) = text.split_once("\n\n").unwrap();
            let text = format!(
                "{imports}\npublic class Sample {{ public static void main(String[] all) throws Exception {{\n{body}\n}} }}"
            );
            execute(directory, "Sample.java", &text, &["java", "-Dfile.encoding=UTF-8"])
        }),
        "go" => ("go", &["version"], |directory, text| execute(directory, "sample.go", text, &["go", "run"])),
        "php" => ("php", &["-r", "curl_init();"], |directory, text| execute(directory, "sample.php", text, &["php"])),
        "ruby" => ("ruby", &["--version"], |directory, text| execute(directory, "sample.rb", text, &["ruby"])),
        "powershell" => {
            ("pwsh", &["-v"], |directory, text| execute(directory, "sample.ps1", text, &["pwsh", "-NoProfile", "-File"]))
        }
        _ => return None,
    };
    let there = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.is_ok_and(|status| status.success()).then_some(run)
}

fn execute(directory: &Path, file: &str, text: &str, command: &[&str]) -> String {
    std::fs::write(directory.join(file), text).unwrap();
    let output = Command::new(command[0]).args(&command[1..]).arg(file).current_dir(directory).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[derive(Debug)]
struct Received {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn receive(stream: TcpStream) -> Received {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = BTreeMap::new();
    loop {
        let mut field = String::new();
        reader.read_line(&mut field).unwrap();
        let Some((name, value)) = field.trim_end_matches(['\r', '\n']).split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    if headers.get("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        (&stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
    }
    let mut body = Vec::new();
    if let Some(length) = headers.get("content-length") {
        body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
    } else if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).unwrap();
            if size == 0 {
                break;
            }
            body.extend(&chunk[..size]);
        }
    }
    (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine").unwrap();
    Received { line: line.trim_end().to_owned(), headers, body }
}

fn compare(language: &Language, request: &Request, received: &Received, about: &str) {
    let title = language.title;
    // Clients may encode what the standard for addresses leaves open.
    let same = |text: &str| text.replace("%27", "'").replace("%60", "`").replace("%24", "$");
    let expected = format!("{} {} HTTP/1.1", request.method, request.target);
    assert_eq!(same(&received.line), same(&expected), "{title}, {about}");
    for (name, value) in &request.headers {
        assert_eq!(received.headers.get(&name.to_lowercase()), Some(value), "{title}, {name}, {about}");
    }
    match &request.body {
        Body::Text(text) => assert_eq!(String::from_utf8_lossy(&received.body), *text, "{title}, {about}"),
        Body::Form(parts) => {
            let kind = &received.headers["content-type"];
            let boundary = kind.split_once("boundary=").unwrap_or_else(|| panic!("{title}: {kind}")).1.trim_matches('"');
            let body: String = received.body.iter().map(|byte| char::from(*byte)).collect();
            let found: Vec<&str> = body.split(&format!("--{boundary}")).filter(|part| part.contains("\r\n\r\n")).collect();
            assert_eq!(found.len(), parts.len(), "{title}, {about}\n{body}");
            for (part, found) in parts.iter().zip(found) {
                let (head, value) = found.split_once("\r\n\r\n").unwrap();
                let value = value.strip_suffix("\r\n").unwrap();
                assert!(head.contains(&format!("name=\"{}\"", part.name)), "{title}, {head}, {about}");
                let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
                let expected = if part.is_file { latin(b"\0\x01binary\r\n--\xff") } else { latin(part.value.as_bytes()) };
                assert_eq!(value, expected, "{title}, {}, {about}", part.name);
                if part.is_file {
                    assert!(head.contains("filename=\"data.bin\""), "{title}, {head}");
                }
                if !part.media_type.is_empty() {
                    assert!(head.contains(&part.media_type), "{title}, {head}");
                }
            }
        }
        _ => assert!(received.body.is_empty(), "{title}, {about}"),
    }
}
