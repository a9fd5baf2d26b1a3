//! `System.Net.IPAddress`.

use crate::{Exception, Result};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// An address; one of version 6 may have a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IpAddress {
    address: IpAddr,
    scope: u32,
}

impl IpAddress {
    /// `IPAddress.Loopback` and its like.
    pub fn new(address: IpAddr) -> Self {
        Self { address, scope: 0 }
    }

    /// `IPAddress.Parse`: of version 4 with one to four numbers, each decimal, octal or hexadecimal.
    ///
    /// # Errors
    /// `FormatException` if it is no address.
    pub fn parse(text: &str) -> Result<Self> {
        let found = if text.contains(':') { parse_v6(text) } else { parse_v4(text).map(|address| Self::new(address.into())) };
        found.ok_or_else(|| Exception::format("An invalid IP address was specified."))
    }

    /// True for version 6.
    pub fn is_v6(&self) -> bool {
        self.address.is_ipv6()
    }

    /// `GetAddressBytes`
    pub fn bytes(&self) -> Vec<u8> {
        match self.address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }
    }

    /// `IPAddress.IsLoopback`
    pub fn is_loopback(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => address.is_loopback(),
            IpAddr::V6(address) => address.is_loopback() || address.to_ipv4_mapped() == Some(Ipv4Addr::LOCALHOST),
        }
    }
}

/// `1.2.3.4`, `0x7f.1`, `1`
pub(crate) fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let (last, front) = parts.split_last()?;
    if front.len() > 3 {
        return None;
    }
    let mut bits: u32 = 0;
    for (at, part) in front.iter().enumerate() {
        let value = u8::try_from(number(part)?).ok()?;
        bits |= u32::from(value) << (24 - 8 * at);
    }
    let rest = number(last)?;
    let room = 32 - 8 * front.len() as u32;
    if room < 32 && rest >> room != 0 {
        return None;
    }
    Some(Ipv4Addr::from(bits | rest))
}

fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix(['0']) {
        None | Some("") => (text, 10),
        Some(rest) => match rest.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (rest, 8),
        },
    };
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

fn parse_v6(text: &str) -> Option<IpAddress> {
    // A port behind brackets is allowed, and ignored.
    let text = match text.strip_prefix('[') {
        Some(rest) => {
            let (inner, port) = rest.split_once(']')?;
            let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(|port| number(port).is_some());
            port_fits.then_some(inner)?
        }
        None => text,
    };
    let (address, scope) = match text.split_once('%') {
        Some((address, scope)) if scope.bytes().all(|byte| byte.is_ascii_digit()) => (address, scope.parse().ok()?),
        Some(_) => return None,
        None => (text, 0),
    };
    let address: Ipv6Addr = address.parse().ok()?;
    Some(IpAddress { address: address.into(), scope })
}

/// `ToString`
impl fmt::Display for IpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = match self.address {
            IpAddr::V4(address) => return address.fmt(f),
            IpAddr::V6(address) => address,
        };
        let words = address.segments();
        let [a, b, c, d, e, ww, high, low] = words;
        let empty = [a, b, c, d] == [0; 4];
        let embeds = empty && high != 0 && e == 0 && matches!(ww, 0 | 0xffff) || e == 0 && ww == 0x5efe;
        let (head, v4) = if embeds {
            (words.get(..6).unwrap_or_default(), Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))))
        } else {
            (words.as_slice(), None)
        };
        let (start, length) = longest_zeroes(head);
        let part = |words: &[u16]| words.iter().map(|word| format!("{word:x}")).collect::<Vec<_>>().join(":");
        if length > 1 {
            write!(
                f,
                "{}::{}",
                part(head.get(..start).unwrap_or_default()),
                part(head.get(start + length..).unwrap_or_default())
            )?;
            if v4.is_some() && start + length < head.len() {
                f.write_str(":")?;
            }
        } else {
            f.write_str(&part(head))?;
            if v4.is_some() {
                f.write_str(":")?;
            }
        }
        if let Some(v4) = v4 {
            v4.fmt(f)?;
        }
        if self.scope == 0 { Ok(()) } else { write!(f, "%{}", self.scope) }
    }
}

/// Where the longest run of zeroes starts, and how long it is.
fn longest_zeroes(words: &[u16]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut start = 0;
    for (at, &word) in words.iter().enumerate() {
        if word != 0 {
            start = at + 1;
        } else if at + 1 - start > best.1 {
            best = (start, at + 1 - start);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_net_does() {
        for (text, expected) in [
            ("1.2.3.4", "1.2.3.4"),
            ("1", "0.0.0.1"),
            ("1.2", "1.0.0.2"),
            ("0x7f.1", "127.0.0.1"),
            ("010.0.0.1", "8.0.0.1"),
            ("256.1.1.1", "bad"),
            ("1.2.3.4.5", "bad"),
            ("1.2.3.", "bad"),
            ("", "bad"),
            ("+1", "bad"),
            ("::1", "::1"),
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("fe80::1%3", "fe80::1%3"),
            ("[::1]:80", "::1"),
            ("::", "::"),
            ("1::g", "bad"),
        ] {
            let found = IpAddress::parse(text).map_or_else(|_| "bad".to_owned(), |address| address.to_string());
            assert_eq!(found, expected, "{text}");
        }
    }
}
