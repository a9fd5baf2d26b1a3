//! Heads, bodies and edits as flat bytes: what crosses between the component and its host.
//!
//! A call into the sandbox costs two copies of a byte string; everything else about an exchange is in how that string is
//! laid out. Requests and responses cross as one [`Head`] each. What comes back is an [`Answer`]: edits to the head, never a
//! new head. The layout is little endian, lengths before contents, and private to one build of Portico: the host embeds the
//! component it was built with.
//!
//! Reading never panics: bytes that are not of this layout are [`Malformed`].

mod answer;
mod event;
mod fields;
mod head;
mod shown;
mod text;
mod verify;

pub use answer::{
    Answer, BodyEdit, ClientCertificate, Edit, Edits, Forward, Operation, Operations, Proxy, Respond, ResponseEdits, Tls, Wait,
    Which,
};
pub use event::{Completion, Event, FailureKind};
pub use fields::{Fields, FieldsBuilder};
pub use head::{HttpVersion, RequestHead, RequestHeadBuilder, ResponseHead, ResponseHeadBuilder, Scheme};
pub use shown::{Revocation, Shown, Trust};
pub use text::{Malformed, Reader, Writer};
pub use verify::SignatureAlgorithm;
