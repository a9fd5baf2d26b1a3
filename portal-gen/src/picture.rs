//! How large a picture is, from its first bytes: pages leave room for it, so that nothing jumps when it comes.

/// Width and height in pixels. `None` where the bytes do not say it in a way that is read here.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = match bytes {
        [0x89, b'P', b'N', b'G', ..] => (big(bytes, 16)?, big(bytes, 20)?),
        [b'G', b'I', b'F', b'8', ..] => (little(bytes, 6)?, little(bytes, 8)?),
        [0xff, 0xd8, ..] => jpeg(bytes)?,
        _ => svg(std::str::from_utf8(bytes.get(..bytes.len().min(2_000))?).ok()?)?,
    };
    (size.0 > 0 && size.1 > 0 && size.0 < 100_000 && size.1 < 100_000).then_some(size)
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

/// The frame header, behind segments of other kinds.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let two = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    while *bytes.get(at)? == 0xff {
        match bytes.get(at + 1)? {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Some((two(at + 7)?, two(at + 5)?)),
            _ => at += 2 + two(at + 2)? as usize,
        }
    }
    None
}

/// What the root element says; its view box where it has no size.
fn svg(text: &str) -> Option<(u32, u32)> {
    let tag = text.split_once("<svg")?.1.split_once('>')?.0;
    let attribute = |name: &str| tag.split_once(&format!(" {name}=\""))?.1.split_once('"').map(|(value, _)| value);
    let pixels = |value: &str| value.trim_end_matches("px").parse::<f64>().ok().map(|value| value.round() as u32);
    if let (Some(width), Some(height)) = (attribute("width").and_then(pixels), attribute("height").and_then(pixels)) {
        return Some((width, height));
    }
    let numbers: Vec<u32> = attribute("viewBox")?.split([' ', ',']).filter_map(pixels).collect();
    match numbers[..] {
        [_, _, width, height] => Some((width, height)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn pictures_say_how_large_they_are() {
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &[0, 0, 1, 0, 0, 0, 0, 80]].concat();
        assert_eq!(size(&png), Some((256, 80)));
        assert_eq!(size(b"GIF89a\x10\0\x20\0"), Some((16, 32)));
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 20, 0, 30];
        assert_eq!(size(&jpeg), Some((30, 20)));
        assert_eq!(size(b"<svg xmlns=\"x\" viewBox=\"0 0 24 12.4\"/>"), Some((24, 12)));
        for broken in [&b""[..], b"\x89PNG", b"\xff\xd8\xff", b"<svg", b"text", b"\xff\xd8\xff\xe0\xff\xff"] {
            assert_eq!(size(broken), None);
        }
    }
}
