//! What is written is what is read, and no bytes at all make reading panic.

use bytes::Bytes;
use wire::{
    Answer, BodyEdit, ClientCertificate, Completion, Edit, Edits, Event, FailureKind, Fields, Forward, HttpVersion, Operation,
    Operations, Proxy, RequestHead, RequestHeadBuilder, ResponseHead, ResponseHeadBuilder, Revocation, Scheme, Shown, Tls, Trust,
    Wait, Which,
};

fn shown() -> Shown {
    Shown {
        chain: vec![vec![0x30, 1, 2], vec![0x30]],
        trust: Trust::Untrusted("nobody knows its issuer".to_owned()),
        revocation: Revocation::Unknown("there is no list".to_owned()),
    }
}

fn request() -> Vec<u8> {
    let (mut bytes, mut certificate) = (Vec::new(), Vec::new());
    shown().write(&mut certificate);
    let builder = RequestHeadBuilder {
        scheme: Scheme::Https,
        method: "GET",
        authority: "api.example",
        client_address: "192.0.2.1",
        peer_address: "",
        client_certificate: &certificate,
        target: "/books?q=é",
    };
    let mut fields = builder.write(&mut bytes);
    fields.push("accept", b"*/*");
    fields.push("x-raw", b"\xff\x00");
    fields.finish();
    bytes
}

fn answers() -> Vec<Vec<u8>> {
    let mut edits = Vec::new();
    Edit::Remove("x-powered-by").write(&mut edits);
    Edit::Append("x-shop", b"books").write(&mut edits);
    let forward = Answer::Forward(Forward {
        exchange: 7,
        method: "POST",
        scheme: Scheme::Http,
        authority: "127.0.0.1:8080",
        target: "/x",
        proxy: Some(Proxy { authority: "proxy.example:3128", authorization: "Basic YTpi" }),
        tls: Some(Tls { backend: "orders", certificate: Some(ClientCertificate::Pfx { file: b"\x30", password: "p" }) }),
        version: HttpVersion::TwoOrOne,
        timeout_ms: 300_000,
        continue_timeout_ms: Some(1000),
        edits: Edits::written(&edits),
        body: BodyEdit::Replace(b"hello"),
    });
    let mut operations = Vec::new();
    Operation::Read { which: Which::Response, bytes_max: 9 }.write(3, &mut operations);
    Operation::Send {
        method: "GET",
        scheme: Scheme::Https,
        authority: "a",
        target: "/b",
        proxy: None,
        tls: Some(Tls { backend: "", certificate: Some(ClientCertificate::Named("partner")) }),
        timeout_ms: 1,
        body_bytes_max: 2,
        edits: Edits::written(&edits),
        body: b"",
    }
    .write(4, &mut operations);
    Operation::Load { key: "a" }.write(5, &mut operations);
    Operation::Keep { key: "b", lifetime_ms: 7, value: b"value" }.write(6, &mut operations);
    Operation::Remove { key: "c" }.write(7, &mut operations);
    Operation::Enter { key: "d", places: 3 }.write(8, &mut operations);
    Operation::Leave { key: "e" }.write(9, &mut operations);
    let wait = Answer::Wait(Wait { exchange: 7, operations: Operations::written(&operations) });
    [forward, wait]
        .iter()
        .map(|answer| {
            let mut bytes = Vec::new();
            answer.write(&mut bytes);
            bytes
        })
        .collect()
}

#[test]
fn request_heads_come_back() {
    let head = RequestHead::read(Bytes::from(request())).unwrap();
    assert_eq!((head.scheme(), head.method(), head.authority()), (Scheme::Https, "GET", "api.example"));
    assert_eq!((head.client_address(), head.target()), ("192.0.2.1", "/books?q=é"));
    assert_eq!(head.peer_address(), "192.0.2.1", "nobody is in between");
    assert_eq!(head.client_certificate(), Some(shown()));
    assert_eq!(head.fields().iter().collect::<Vec<_>>(), [("accept", &b"*/*"[..]), ("x-raw", b"\xff\x00")]);
    assert_eq!(head.fields().get("x-raw"), Some(&b"\xff\x00"[..]));
}

#[test]
fn answers_come_back() {
    let all = answers();
    let Answer::Forward(forward) = Answer::read(&all[0]).unwrap() else { panic!("not a forward") };
    assert_eq!((forward.exchange, forward.method, forward.authority), (7, "POST", "127.0.0.1:8080"));
    assert_eq!((forward.version, forward.continue_timeout_ms), (HttpVersion::TwoOrOne, Some(1000)));
    assert_eq!(forward.proxy, Some(Proxy { authority: "proxy.example:3128", authorization: "Basic YTpi" }));
    let pfx = ClientCertificate::Pfx { file: b"\x30", password: "p" };
    assert_eq!(forward.tls, Some(Tls { backend: "orders", certificate: Some(pfx) }));
    assert_eq!(forward.edits.collect::<Vec<_>>(), [Edit::Remove("x-powered-by"), Edit::Append("x-shop", b"books")]);
    assert_eq!(forward.body, BodyEdit::Replace(b"hello"));
    let Answer::Wait(wait) = Answer::read(&all[1]).unwrap() else { panic!("not a wait") };
    let operations: Vec<_> = wait.operations.collect();
    assert!(matches!(operations[0], (3, Operation::Read { which: Which::Response, bytes_max: 9 })));
    let named = Some(Tls { backend: "", certificate: Some(ClientCertificate::Named("partner")) });
    assert!(
        matches!(operations[1], (4, Operation::Send { authority: "a", target: "/b", tls, body_bytes_max: 2, .. }) if tls == named)
    );
    assert!(matches!(operations[2], (5, Operation::Load { key: "a" })));
    assert!(matches!(operations[3], (6, Operation::Keep { key: "b", lifetime_ms: 7, value: b"value" })));
    assert!(matches!(operations[4], (7, Operation::Remove { key: "c" })));
    assert!(matches!(operations[5], (8, Operation::Enter { key: "d", places: 3 })));
    assert!(matches!(operations[6], (9, Operation::Leave { key: "e" })));
    assert_eq!(operations.len(), 7);
}

#[test]
fn events_come_back() {
    let fields: Fields = [("content-type", &b"text/plain"[..])].into_iter().collect();
    let head = ResponseHead { status: 404, reason: "Gone fishing".to_owned(), fields };
    for completion in [
        Completion::Response(head.clone(), Bytes::from_static(b"body")),
        Completion::Body(Bytes::from_static(b"x")),
        Completion::Done,
        Completion::Stored(Bytes::from_static(b"value")),
        Completion::Full,
        Completion::Failed(FailureKind::TooLarge, "3 bytes".to_owned()),
    ] {
        let mut bytes = Vec::new();
        Event::write_done(&mut bytes, 5, &completion);
        assert_eq!(Event::read(bytes.into()).unwrap(), Event::Done(5, completion));
    }
    let mut bytes = Vec::new();
    let mut fields = Event::write_response(&mut bytes, ResponseHeadBuilder { status: 404, reason: "Gone fishing" });
    fields.push("content-type", b"text/plain");
    fields.finish();
    assert_eq!(Event::read(bytes.into()).unwrap(), Event::Response(head));
}

#[test]
fn damaged_bytes_are_malformed_and_never_a_panic() {
    for good in answers().into_iter().chain([request()]) {
        for cut in 0..good.len() {
            let mut bad = good[..cut].to_vec();
            let _ = RequestHead::read(Bytes::from(bad.clone())).map(|head| head.client_certificate());
            let _ = Event::read(Bytes::from(bad.clone()));
            if let Ok(Answer::Wait(wait)) = Answer::read(&bad) {
                wait.operations.for_each(drop);
            }
            bad.extend_from_slice(&[0xff; 8]);
            let _ = RequestHead::read(Bytes::from(bad.clone()));
            if let Ok(Answer::Forward(forward)) = Answer::read(&bad) {
                forward.edits.for_each(drop);
            }
        }
    }
    assert!(RequestHead::read(Bytes::from_static(b"\x00\x05\x00GE")).is_err());
}
