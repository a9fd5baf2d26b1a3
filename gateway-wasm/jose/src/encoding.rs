//! Base64url as RFC 7515 has it: no padding, no white space, and one spelling for the same bytes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The bytes of a text. `None` for any other alphabet, for padding, and where bits are left over that are not zero.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The text of bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
