//! Text with `-----BEGIN ...-----` in it.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

/// One block: what it is and its bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Pem {
    /// `CERTIFICATE`
    pub label: String,
    /// Its bytes.
    pub contents: Vec<u8>,
}

/// Every well-formed block in a text, in order; what is around and between them is left out, as in .NET.
pub fn blocks(text: &str) -> Vec<Pem> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((label, after)) = after.split_once("-----") else { break };
        let Some((body, after)) = after.split_once(format!("-----END {label}-----").as_str()) else { continue };
        let Some(contents) = decode(body) else { continue };
        blocks.push(Pem { label: label.to_owned(), contents });
        rest = after;
    }
    blocks
}

/// Writes a block as .NET does: lines of 64, no line break at the end.
pub fn write(label: &str, contents: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (at, letter) in STANDARD.encode(contents).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    if !contents.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----"));
    text
}

/// Base64 with white space in it.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_blocks() {
        let text = "x\n-----BEGIN A-----\nAQ ID\n-----END A-----\ny -----BEGIN B-----\n!\n-----END B-----\n-----BEGIN C-----\r\n-----END C-----";
        let found = blocks(text);
        assert_eq!(found.iter().map(|block| &*block.label).collect::<Vec<_>>(), ["A", "C"]);
        assert_eq!(found[0].contents, [1, 2, 3]);
        assert!(blocks("-----BEGIN A-----AQID").is_empty() && blocks("-----BEGIN ").is_empty());
    }

    #[test]
    fn writes_lines_of_64() {
        let text = write("A", &[0; 60]);
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [17, 64, 16, 15]);
        assert_eq!(blocks(&text)[0].contents, [0; 60]);
    }
}
