//! What the component answers: what to do with an exchange next.

use crate::{HttpVersion, Malformed, Reader, Scheme, Writer};

/// What to do with an exchange next. Borrowed from the bytes it was read from.
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// Send the request on to a backend.
    Forward(Forward<'a>),
    /// Answer the client with this, and nothing of any backend's.
    Respond(Respond<'a>),
    /// Answer the client with the backend's response, edited.
    Continue(ResponseEdits<'a>),
    /// Do these operations, and say when each is done.
    Wait(Wait<'a>),
}

/// A request on its way to a backend: edits to the request as it came.
#[derive(Clone, Debug)]
pub struct Forward<'a> {
    /// Under which number the exchange goes on; 0 if the response goes straight to the client.
    pub exchange: u32,
    /// The method.
    pub method: &'a str,
    /// How to reach the backend.
    pub scheme: Scheme,
    /// Host and port of the backend.
    pub authority: &'a str,
    /// Path and query at the backend.
    pub target: &'a str,
    /// The proxy to go through.
    pub proxy: Option<Proxy<'a>>,
    /// What TLS is to be like; nothing where it is as for every server.
    pub tls: Option<Tls<'a>>,
    /// Which HTTP to speak.
    pub version: HttpVersion,
    /// How long to wait for the response's head.
    pub timeout_ms: u32,
    /// How long to wait for `100 Continue` before the body is sent.
    pub continue_timeout_ms: Option<u32>,
    /// Edits to the header fields.
    pub edits: Edits<'a>,
    /// The body.
    pub body: BodyEdit<'a>,
}

/// An HTTP proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy<'a> {
    /// Host and port.
    pub authority: &'a str,
    /// The value of `Proxy-Authorization`; empty for none.
    pub authorization: &'a str,
}

/// What TLS is to be like. Keys and authorities are the host's; here they are only named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tls<'a> {
    /// The backend whose settings count, by the name under which the host has them; empty for none.
    pub backend: &'a str,
    /// What the server is shown, in the place of what it is shown by the backend's settings.
    pub certificate: Option<ClientCertificate<'a>>,
}

/// What a server is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate<'a> {
    /// A certificate that the host has, by its name.
    Named(&'a str),
    /// A certificate and its key, as a policy made them: a PKCS #12 file.
    Pfx {
        /// The file.
        file: &'a [u8],
        /// What opens it.
        password: &'a str,
    },
}

/// A response that is not a backend's.
#[derive(Clone, Debug)]
pub struct Respond<'a> {
    /// The status code.
    pub status: u16,
    /// The reason phrase; empty for the usual one.
    pub reason: &'a str,
    /// The header fields, as edits to none.
    pub edits: Edits<'a>,
    /// The body; `Keep` stands for the backend's.
    pub body: BodyEdit<'a>,
}

/// Edits to a backend's response.
#[derive(Clone, Debug)]
pub struct ResponseEdits<'a> {
    /// The status code.
    pub status: u16,
    /// The reason phrase; empty for the usual one.
    pub reason: &'a str,
    /// Edits to the header fields.
    pub edits: Edits<'a>,
    /// The body.
    pub body: BodyEdit<'a>,
}

/// Operations to do for an exchange.
#[derive(Clone, Debug)]
pub struct Wait<'a> {
    /// Under which number the exchange goes on.
    pub exchange: u32,
    /// What to start. Those started by earlier answers go on.
    pub operations: Operations<'a>,
}

/// What becomes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEdit<'a> {
    /// It streams by as it is.
    Keep,
    /// It is replaced.
    Replace(&'a [u8]),
}

/// One edit of header fields. Names are lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit<'a> {
    /// No field of this name remains.
    Remove(&'a str),
    /// One more field of this name.
    Append(&'a str, &'a [u8]),
}

/// Edits in the order in which they take effect.
#[derive(Clone, Copy, Debug)]
pub struct Edits<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Edits<'a> {
    type Item = Edit<'a>;

    #[inline]
    fn next(&mut self) -> Option<Edit<'a>> {
        match self.reader.u8().ok()? {
            REMOVE => Some(Edit::Remove(self.reader.short_text().ok()?)),
            _ => Some(Edit::Append(self.reader.short_text().ok()?, self.reader.long().ok()?)),
        }
    }
}

/// Which body of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// The client's.
    Request,
    /// The backend's.
    Response,
}

/// Something the host does for an exchange while it waits.
#[derive(Clone, Debug)]
pub enum Operation<'a> {
    /// Send a request of the policy's own and read the whole response.
    Send {
        /// The method.
        method: &'a str,
        /// How to reach the server.
        scheme: Scheme,
        /// Host and port.
        authority: &'a str,
        /// Path and query.
        target: &'a str,
        /// The proxy to go through.
        proxy: Option<Proxy<'a>>,
        /// What TLS is to be like; nothing where it is as for every server.
        tls: Option<Tls<'a>>,
        /// How long to wait for the whole response.
        timeout_ms: u32,
        /// The most that is read of the response's body.
        body_bytes_max: u64,
        /// The header fields, as edits to none.
        edits: Edits<'a>,
        /// The body.
        body: &'a [u8],
    },
    /// Read a body of the exchange, whole.
    Read {
        /// Which.
        which: Which,
        /// The most that is read.
        bytes_max: u64,
    },
    /// Wait.
    Sleep {
        /// How long.
        duration_ms: u32,
    },
    /// Look up what is stored under a key.
    Load {
        /// The key.
        key: &'a str,
    },
    /// Store a value.
    Keep {
        /// The key.
        key: &'a str,
        /// How long it stays.
        lifetime_ms: u64,
        /// The value.
        value: &'a [u8],
    },
    /// Forget what is stored under a key.
    Remove {
        /// The key.
        key: &'a str,
    },
    /// Take one of the places under a key, until [`Operation::Leave`] or the end of the exchange.
    Enter {
        /// The key.
        key: &'a str,
        /// How many places there are.
        places: u32,
    },
    /// Give a place back.
    Leave {
        /// The key.
        key: &'a str,
    },
    /// Say what an issuer of tokens publishes, unless that is known.
    Issuer {
        /// Where its OpenID configuration is.
        url: &'a str,
        /// The generation that is known; 0 for none.
        generation: u64,
        /// True if a token asks for a key that this generation does not have.
        lacks_a_key: bool,
    },
    /// Get a token with which the gateway itself asks for something.
    Token {
        /// What it is for, as Entra names it: `https://vault.azure.net`.
        resource: &'a str,
        /// Which of the gateway's identities; empty for the usual one.
        client_id: &'a str,
    },
    /// Get the access token of an authorization that the gateway holds.
    Authorization {
        /// Who gave it.
        provider: &'a str,
        /// Its name.
        authorization: &'a str,
    },
}

/// Operations with the numbers under which they are reported done.
#[derive(Clone, Copy, Debug)]
pub struct Operations<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Operations<'a> {
    type Item = (u32, Operation<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.reader.u8().ok()?;
        let id = self.reader.u32().ok()?;
        let mut operation = || -> Result<Operation<'a>, Malformed> {
            let reader = &mut self.reader;
            Ok(match kind {
                SEND => Operation::Send {
                    method: reader.short_text()?,
                    scheme: Scheme::read(reader)?,
                    authority: reader.short_text()?,
                    target: reader.long_text()?,
                    proxy: read_proxy(reader)?,
                    tls: read_tls(reader)?,
                    timeout_ms: reader.u32()?,
                    body_bytes_max: reader.u64()?,
                    edits: read_edits(reader)?,
                    body: reader.long()?,
                },
                READ_REQUEST => Operation::Read { which: Which::Request, bytes_max: reader.u64()? },
                READ_RESPONSE => Operation::Read { which: Which::Response, bytes_max: reader.u64()? },
                SLEEP => Operation::Sleep { duration_ms: reader.u32()? },
                LOAD => Operation::Load { key: reader.long_text()? },
                KEEP => Operation::Keep { key: reader.long_text()?, lifetime_ms: reader.u64()?, value: reader.long()? },
                REMOVE_KEY => Operation::Remove { key: reader.long_text()? },
                ENTER => Operation::Enter { key: reader.long_text()?, places: reader.u32()? },
                LEAVE => Operation::Leave { key: reader.long_text()? },
                ISSUER => {
                    Operation::Issuer { url: reader.long_text()?, generation: reader.u64()?, lacks_a_key: reader.u8()? != 0 }
                }
                TOKEN => Operation::Token { resource: reader.long_text()?, client_id: reader.long_text()? },
                AUTHORIZATION => Operation::Authorization { provider: reader.long_text()?, authorization: reader.long_text()? },
                _ => return Err(Malformed),
            })
        };
        Some((id, operation().ok()?))
    }
}

const FORWARD: u8 = 0;
const RESPOND: u8 = 1;
const CONTINUE: u8 = 2;
const WAIT: u8 = 3;
const REMOVE: u8 = 0;
const APPEND: u8 = 1;
const SEND: u8 = 0;
const READ_REQUEST: u8 = 1;
const READ_RESPONSE: u8 = 2;
const SLEEP: u8 = 3;
const LOAD: u8 = 4;
const KEEP: u8 = 5;
const REMOVE_KEY: u8 = 6;
const ENTER: u8 = 7;
const LEAVE: u8 = 8;
const ISSUER: u8 = 9;
const TOKEN: u8 = 10;
const AUTHORIZATION: u8 = 11;
const AS_EVERY_SERVER: u8 = 0;
const AS_SET: u8 = 1;
const SHOW_NAMED: u8 = 2;
const SHOW_PFX: u8 = 3;

impl<'a> Answer<'a> {
    /// Reads an answer.
    ///
    /// # Errors
    /// Where the bytes are not one.
    #[inline]
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let reader = &mut reader;
        Ok(match reader.u8()? {
            FORWARD => Answer::Forward(Forward {
                exchange: reader.u32()?,
                method: reader.short_text()?,
                scheme: Scheme::read(reader)?,
                authority: reader.short_text()?,
                target: reader.long_text()?,
                proxy: read_proxy(reader)?,
                tls: read_tls(reader)?,
                version: HttpVersion::read(reader)?,
                timeout_ms: reader.u32()?,
                continue_timeout_ms: if reader.u8()? == 0 { None } else { Some(reader.u32()?) },
                edits: read_edits(reader)?,
                body: read_body(reader)?,
            }),
            RESPOND => Answer::Respond(Respond {
                status: reader.u16()?,
                reason: reader.short_text()?,
                edits: read_edits(reader)?,
                body: read_body(reader)?,
            }),
            CONTINUE => Answer::Continue(ResponseEdits {
                status: reader.u16()?,
                reason: reader.short_text()?,
                edits: read_edits(reader)?,
                body: read_body(reader)?,
            }),
            WAIT => Answer::Wait(Wait { exchange: reader.u32()?, operations: Operations { reader: *reader } }),
            _ => return Err(Malformed),
        })
    }

    /// Writes the answer. What it borrows is usually another buffer of the writer's.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        match self {
            Answer::Forward(forward) => {
                writer.u8(FORWARD);
                writer.u32(forward.exchange);
                writer.short(forward.method.as_bytes());
                forward.scheme.write(&mut writer);
                writer.short(forward.authority.as_bytes());
                writer.long(forward.target.as_bytes());
                write_proxy(&mut writer, forward.proxy);
                write_tls(&mut writer, forward.tls);
                forward.version.write(&mut writer);
                writer.u32(forward.timeout_ms);
                match forward.continue_timeout_ms {
                    None => writer.u8(0),
                    Some(timeout_ms) => {
                        writer.u8(1);
                        writer.u32(timeout_ms);
                    }
                }
                writer.long(forward.edits.reader.rest());
                write_body(&mut writer, forward.body);
            }
            Answer::Respond(Respond { status, reason, edits, body }) => {
                writer.u8(RESPOND);
                write_response(&mut writer, *status, reason, edits, *body);
            }
            Answer::Continue(ResponseEdits { status, reason, edits, body }) => {
                writer.u8(CONTINUE);
                write_response(&mut writer, *status, reason, edits, *body);
            }
            Answer::Wait(wait) => {
                writer.u8(WAIT);
                writer.u32(wait.exchange);
                writer.bytes(wait.operations.reader.rest());
            }
        }
    }
}

impl<'a> Edits<'a> {
    /// Edits that were written by [`Edit::write`] one after the other.
    pub fn written(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes) }
    }
}

impl Edit<'_> {
    /// Writes one edit.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        match self {
            Edit::Remove(name) => {
                writer.u8(REMOVE);
                writer.short(name.as_bytes());
            }
            Edit::Append(name, value) => {
                writer.u8(APPEND);
                writer.short(name.as_bytes());
                writer.long(value);
            }
        }
    }
}

impl<'a> Operations<'a> {
    /// Operations that were written by [`Operation::write`] one after the other.
    pub fn written(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes) }
    }
}

impl Operation<'_> {
    /// Writes one operation under its number.
    pub fn write(&self, id: u32, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        match self {
            Operation::Send { method, scheme, authority, target, proxy, tls, timeout_ms, body_bytes_max, edits, body } => {
                writer.u8(SEND);
                writer.u32(id);
                writer.short(method.as_bytes());
                scheme.write(&mut writer);
                writer.short(authority.as_bytes());
                writer.long(target.as_bytes());
                write_proxy(&mut writer, *proxy);
                write_tls(&mut writer, *tls);
                writer.u32(*timeout_ms);
                writer.u64(*body_bytes_max);
                writer.long(edits.reader.rest());
                writer.long(body);
            }
            Operation::Read { which, bytes_max } => {
                writer.u8(match which {
                    Which::Request => READ_REQUEST,
                    Which::Response => READ_RESPONSE,
                });
                writer.u32(id);
                writer.u64(*bytes_max);
            }
            Operation::Sleep { duration_ms } => {
                writer.u8(SLEEP);
                writer.u32(id);
                writer.u32(*duration_ms);
            }
            Operation::Load { key } => write_keyed(&mut writer, LOAD, id, key),
            Operation::Keep { key, lifetime_ms, value } => {
                write_keyed(&mut writer, KEEP, id, key);
                writer.u64(*lifetime_ms);
                writer.long(value);
            }
            Operation::Remove { key } => write_keyed(&mut writer, REMOVE_KEY, id, key),
            Operation::Enter { key, places } => {
                write_keyed(&mut writer, ENTER, id, key);
                writer.u32(*places);
            }
            Operation::Leave { key } => write_keyed(&mut writer, LEAVE, id, key),
            Operation::Issuer { url, generation, lacks_a_key } => {
                write_keyed(&mut writer, ISSUER, id, url);
                writer.u64(*generation);
                writer.u8(u8::from(*lacks_a_key));
            }
            Operation::Token { resource, client_id } => {
                write_keyed(&mut writer, TOKEN, id, resource);
                writer.long(client_id.as_bytes());
            }
            Operation::Authorization { provider, authorization } => {
                write_keyed(&mut writer, AUTHORIZATION, id, provider);
                writer.long(authorization.as_bytes());
            }
        }
    }
}

fn write_keyed(writer: &mut Writer<'_>, kind: u8, id: u32, key: &str) {
    writer.u8(kind);
    writer.u32(id);
    writer.long(key.as_bytes());
}

fn read_edits<'a>(reader: &mut Reader<'a>) -> Result<Edits<'a>, Malformed> {
    Ok(Edits { reader: Reader::new(reader.long()?) })
}

fn read_proxy<'a>(reader: &mut Reader<'a>) -> Result<Option<Proxy<'a>>, Malformed> {
    Ok(match reader.u8()? {
        0 => None,
        _ => Some(Proxy { authority: reader.short_text()?, authorization: reader.short_text()? }),
    })
}

fn write_proxy(writer: &mut Writer<'_>, proxy: Option<Proxy<'_>>) {
    match proxy {
        None => writer.u8(0),
        Some(proxy) => {
            writer.u8(1);
            writer.short(proxy.authority.as_bytes());
            writer.short(proxy.authorization.as_bytes());
        }
    }
}

fn read_tls<'a>(reader: &mut Reader<'a>) -> Result<Option<Tls<'a>>, Malformed> {
    let kind = reader.u8()?;
    if kind == AS_EVERY_SERVER {
        return Ok(None);
    }
    let backend = reader.long_text()?;
    let certificate = match kind {
        AS_SET => None,
        SHOW_NAMED => Some(ClientCertificate::Named(reader.long_text()?)),
        SHOW_PFX => Some(ClientCertificate::Pfx { file: reader.long()?, password: reader.long_text()? }),
        _ => return Err(Malformed),
    };
    Ok(Some(Tls { backend, certificate }))
}

fn write_tls(writer: &mut Writer<'_>, tls: Option<Tls<'_>>) {
    let Some(Tls { backend, certificate }) = tls else { return writer.u8(AS_EVERY_SERVER) };
    writer.u8(match certificate {
        None => AS_SET,
        Some(ClientCertificate::Named(_)) => SHOW_NAMED,
        Some(ClientCertificate::Pfx { .. }) => SHOW_PFX,
    });
    writer.long(backend.as_bytes());
    match certificate {
        None => {}
        Some(ClientCertificate::Named(name)) => writer.long(name.as_bytes()),
        Some(ClientCertificate::Pfx { file, password }) => {
            writer.long(file);
            writer.long(password.as_bytes());
        }
    }
}

fn read_body<'a>(reader: &mut Reader<'a>) -> Result<BodyEdit<'a>, Malformed> {
    Ok(if reader.u8()? == 0 { BodyEdit::Keep } else { BodyEdit::Replace(reader.long()?) })
}

fn write_body(writer: &mut Writer<'_>, body: BodyEdit<'_>) {
    match body {
        BodyEdit::Keep => writer.u8(0),
        BodyEdit::Replace(bytes) => {
            writer.u8(1);
            writer.long(bytes);
        }
    }
}

fn write_response(writer: &mut Writer<'_>, status: u16, reason: &str, edits: &Edits<'_>, body: BodyEdit<'_>) {
    writer.u16(status);
    writer.short(reason.as_bytes());
    writer.long(edits.reader.rest());
    write_body(writer, body);
}
