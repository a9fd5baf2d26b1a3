//! What the host tells the component after an answer that left something to be done.

use crate::{FieldsBuilder, Malformed, Reader, ResponseHead, ResponseHeadBuilder, Writer};
use bytes::Bytes;

/// What happened to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The backend answered what was forwarded; its body waits in the host.
    Response(ResponseHead),
    /// What was forwarded got no answer.
    Failed(FailureKind, String),
    /// An operation that the exchange waits for is done.
    Done(u32, Completion),
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completion {
    /// A request of the policy's own was answered; the body is whole.
    Response(ResponseHead, Bytes),
    /// A body was read, whole.
    Body(Bytes),
    /// What an issuer of tokens publishes.
    Issuer {
        /// Another number whenever anything of it changes; never 0.
        generation: u64,
        /// What its tokens have as `iss`.
        name: String,
        /// Its keys, in JSON.
        key_set: Bytes,
    },
    /// A token that the gateway may use.
    Token {
        /// The token.
        token: String,
        /// What else is known with it: a JSON object, or empty.
        claims: String,
    },
    /// It is done, and there is no more to say. Of a look-up: there is nothing under the key; of places: there was one free; of an
    /// issuer: what is known is what there is.
    Done,
    /// What is stored under a key.
    Stored(Bytes),
    /// No place is free.
    Full,
    /// It did not work.
    Failed(FailureKind, String),
}

/// Why something did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Not in the time given.
    Timeout,
    /// No connection, or it broke.
    Connection,
    /// A body is larger than the limit given.
    TooLarge,
    /// The client went away.
    ClientGone,
    /// The request cannot be sent as it is: its address is not one.
    Invalid,
    /// The client's body has been sent before, and cannot be sent again.
    BodyGone,
}

impl FailureKind {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match reader.u8()? {
            0 => FailureKind::Timeout,
            1 => FailureKind::Connection,
            2 => FailureKind::TooLarge,
            3 => FailureKind::ClientGone,
            4 => FailureKind::Invalid,
            5 => FailureKind::BodyGone,
            _ => return Err(Malformed),
        })
    }
}

const RESPONSE: u8 = 0;
const FAILED: u8 = 1;
const DONE_RESPONSE: u8 = 2;
const DONE_BODY: u8 = 3;
const DONE_FAILED: u8 = 4;
const DONE: u8 = 5;
const DONE_STORED: u8 = 6;
const DONE_FULL: u8 = 7;
const DONE_ISSUER: u8 = 8;
const DONE_TOKEN: u8 = 9;

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// Where the bytes are not one.
    pub fn read(bytes: Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&bytes);
        Ok(match reader.u8()? {
            RESPONSE => Event::Response(ResponseHead::take(&mut reader, &bytes)?),
            FAILED => Event::Failed(FailureKind::read(&mut reader)?, reader.long_text()?.to_owned()),
            DONE_RESPONSE => {
                let id = reader.u32()?;
                let head = ResponseHead::take(&mut reader, &bytes)?;
                Event::Done(id, Completion::Response(head, bytes.slice(bytes.len() - reader.rest().len()..)))
            }
            DONE_BODY => {
                let id = reader.u32()?;
                Event::Done(id, Completion::Body(bytes.slice(bytes.len() - reader.rest().len()..)))
            }
            DONE => Event::Done(reader.u32()?, Completion::Done),
            DONE_STORED => {
                let id = reader.u32()?;
                Event::Done(id, Completion::Stored(bytes.slice(bytes.len() - reader.rest().len()..)))
            }
            DONE_FULL => Event::Done(reader.u32()?, Completion::Full),
            DONE_ISSUER => {
                let id = reader.u32()?;
                let (generation, name) = (reader.u64()?, reader.long_text()?.to_owned());
                let key_set = bytes.slice(bytes.len() - reader.rest().len()..);
                Event::Done(id, Completion::Issuer { generation, name, key_set })
            }
            DONE_TOKEN => {
                let id = reader.u32()?;
                let (token, claims) = (reader.long_text()?.to_owned(), reader.long_text()?.to_owned());
                Event::Done(id, Completion::Token { token, claims })
            }
            DONE_FAILED => {
                let id = reader.u32()?;
                Event::Done(id, Completion::Failed(FailureKind::read(&mut reader)?, reader.long_text()?.to_owned()))
            }
            _ => return Err(Malformed),
        })
    }

    /// Writes that the backend answered, up to the fields, for which it returns a builder.
    #[inline]
    pub fn write_response<'a>(out: &'a mut Vec<u8>, head: ResponseHeadBuilder<'_>) -> FieldsBuilder<'a> {
        Writer::new(out).u8(RESPONSE);
        head.write(out)
    }

    /// Writes that what was forwarded got no answer.
    pub fn write_failed(out: &mut Vec<u8>, kind: FailureKind, message: &str) {
        let mut writer = Writer::new(out);
        writer.u8(FAILED);
        writer.u8(kind as u8);
        writer.long(message.as_bytes());
    }

    /// Writes that an operation is done.
    pub fn write_done(out: &mut Vec<u8>, id: u32, completion: &Completion) {
        let mut writer = Writer::new(out);
        match completion {
            Completion::Response(head, body) => {
                writer.u8(DONE_RESPONSE);
                writer.u32(id);
                let mut fields = ResponseHeadBuilder { status: head.status, reason: &head.reason }.write(out);
                for (name, value) in head.fields.iter() {
                    fields.push(name, value);
                }
                fields.finish();
                out.extend_from_slice(body);
            }
            Completion::Body(body) => {
                writer.u8(DONE_BODY);
                writer.u32(id);
                writer.bytes(body);
            }
            Completion::Done => {
                writer.u8(DONE);
                writer.u32(id);
            }
            Completion::Stored(value) => {
                writer.u8(DONE_STORED);
                writer.u32(id);
                writer.bytes(value);
            }
            Completion::Full => {
                writer.u8(DONE_FULL);
                writer.u32(id);
            }
            Completion::Issuer { generation, name, key_set } => {
                writer.u8(DONE_ISSUER);
                writer.u32(id);
                writer.u64(*generation);
                writer.long(name.as_bytes());
                writer.bytes(key_set);
            }
            Completion::Token { token, claims } => {
                writer.u8(DONE_TOKEN);
                writer.u32(id);
                writer.long(token.as_bytes());
                writer.long(claims.as_bytes());
            }
            Completion::Failed(kind, message) => {
                writer.u8(DONE_FAILED);
                writer.u32(id);
                writer.u8(*kind as u8);
                writer.long(message.as_bytes());
            }
        }
    }
}
