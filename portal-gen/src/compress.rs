//! Compressed copies of the site's files, for servers that send them as they are (`gzip_static`, `brotli_static`).

use flate2::{Compression, GzBuilder};
use std::io::{Result, Write};

/// A way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Gzip,
    Brotli,
}

/// Every way.
pub(crate) const FORMS: [Form; 2] = [Form::Gzip, Form::Brotli];

/// Smaller files fit into one packet as they are.
const BYTES_MIN: usize = 1_000;
/// Beyond this size the last percents of brotli cost seconds.
const BROTLI_BEST_BYTES_MAX: usize = 200_000;

/// Whether a file shrinks: pictures and fonts are compressed already.
pub(crate) fn is_worth_it(path: &str, bytes: &[u8]) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_text = matches!(
        ending,
        "html"
            | "css"
            | "js"
            | "mjs"
            | "json"
            | "yaml"
            | "yml"
            | "xml"
            | "svg"
            | "txt"
            | "md"
            | "wasm"
            | "graphql"
            | "wsdl"
            | "proto"
            | "xsd"
            | "edmx"
            | "csv"
            | "ico"
    );
    is_text && bytes.len() >= BYTES_MIN
}

impl Form {
    /// What the name of the file ends in.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
        }
    }

    /// The same bytes for the same bytes: without a time and a name.
    pub(crate) fn compressed(self, bytes: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
                writer.write_all(bytes)?;
                writer.finish()
            }
            Self::Brotli => {
                let quality = if bytes.len() <= BROTLI_BEST_BYTES_MAX { 9 } else { 6 };
                let mut out = Vec::with_capacity(bytes.len() / 4);
                let mut writer = brotli::CompressorWriter::new(&mut out, 64 << 10, quality, 20);
                writer.write_all(bytes)?;
                writer.flush()?;
                drop(writer);
                Ok(out)
            }
        }
    }
}
