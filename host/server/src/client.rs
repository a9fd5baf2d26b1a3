//! Whose request it is: the client's address, behind proxies too.
//!
//! What a header says of it is believed only where the operator trusts whoever wrote it. Each proxy adds the address of its own
//! client on the right, so what stands there is read from the right, as far as the proxies are trusted.

use anyhow::{Context, Result, ensure};
use http::{HeaderMap, HeaderName, header};
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word is taken for whom they forward.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    /// Where they are.
    pub blocks: Vec<Block>,
    /// Which header they write. Another one may be the client's own, so it is not believed.
    pub header: ForwardingHeader,
}

/// The header in which proxies say for whom they forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardingHeader {
    /// `X-Forwarded-For: 203.0.113.7, 10.0.0.2`
    #[default]
    XForwardedFor,
    /// `Forwarded: for=203.0.113.7;proto=https, for=10.0.0.2` (RFC 7239)
    Forwarded,
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    start: IpAddr,
    bits: u32,
}

impl FromStr for Block {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let help = || format!("`{text}` is no address and no block of them: write `10.0.0.0/8`, for example");
        let start: IpAddr = address.trim().parse().with_context(help)?;
        let most = if start.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse()).with_context(help)?;
        ensure!(bits <= most, "`{text}`: an address has {most} bits");
        Ok(Self { start, bits })
    }
}

impl Block {
    fn holds(&self, address: IpAddr) -> bool {
        // What is behind the block's bits makes no difference.
        match (self.start, address) {
            (IpAddr::V4(start), IpAddr::V4(address)) => {
                (start.to_bits() ^ address.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(start), IpAddr::V6(address)) => {
                (start.to_bits() ^ address.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl TrustedProxies {
    /// The client's address: that of the other end of the connection; or, where a trusted proxy is there, the last for which a trusted
    /// one forwards.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let values = match self.header {
            ForwardingHeader::XForwardedFor => headers.get_all(X_FORWARDED_FOR),
            ForwardingHeader::Forwarded => headers.get_all(header::FORWARDED),
        };
        let values: Vec<&str> = values.iter().map(|value| value.to_str().unwrap_or_default()).collect();
        for entry in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let address = match self.header {
                ForwardingHeader::XForwardedFor => address(entry),
                ForwardingHeader::Forwarded => forwarded_for(entry),
            };
            // A proxy that does not say for whom it forwards is all that is known.
            let Some(address) = address else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.blocks.iter().any(|block| block.holds(address))
    }
}

/// The address in `for=192.0.2.60;proto=https`. A name that hides it (`for=_gateway`) is none.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim().trim_matches('"'))
}

/// An address; some proxies add a port, and one of version 6 may stand in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: Option<IpAddr> = text.parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    address.or_else(with_port).or_else(in_brackets).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn client(header: ForwardingHeader, peer: &str, values: &[&'static str]) -> String {
        let blocks = ["10.0.0.0/8", "192.0.2.9", "2001:db8:aaaa::/48"].map(|block| block.parse().unwrap()).into();
        let name = match header {
            ForwardingHeader::XForwardedFor => X_FORWARDED_FOR,
            ForwardingHeader::Forwarded => header::FORWARDED,
        };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        TrustedProxies { blocks, header }.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, values, expected) in [
            ("203.0.113.7", &["198.51.100.1"][..], "203.0.113.7"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("10.1.2.3", &["198.51.100.1"], "198.51.100.1"),
            // What stands on the left may be invented.
            ("10.1.2.3", &["10.9.9.9, 192.0.2.1, 198.51.100.1, 192.0.2.9"], "198.51.100.1"),
            ("10.1.2.3", &["192.0.2.1", "198.51.100.1, 10.0.0.1", "10.0.0.2"], "198.51.100.1"),
            ("10.1.2.3", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("10.1.2.3", &["198.51.100.1, unknown"], "10.1.2.3"),
            ("10.1.2.3", &["198.51.100.1:4711"], "198.51.100.1"),
            ("2001:db8:aaaa::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("::ffff:10.1.2.3", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("192.0.2.10", &["198.51.100.1"], "192.0.2.10"),
        ] {
            assert_eq!(client(ForwardingHeader::XForwardedFor, peer, values), expected, "{peer} {values:?}");
        }
    }

    #[test]
    fn the_standard_header_says_the_same() {
        for (values, expected) in [
            (&["for=198.51.100.1;proto=https;by=10.0.0.1"][..], "198.51.100.1"),
            (&["for=192.0.2.1, For=\"[2001:db8::7]:4711\", for=10.0.0.2"], "2001:db8::7"),
            (&["for=198.51.100.1, for=_hidden"], "10.1.2.3"),
            (&["proto=https"], "10.1.2.3"),
        ] {
            assert_eq!(client(ForwardingHeader::Forwarded, "10.1.2.3", values), expected, "{values:?}");
        }
    }

    #[test]
    fn blocks_are_read() {
        for wrong in ["10.0.0.0/33", "2001:db8::/129", "10.0.0/8", "proxy.example", "10.0.0.1/x", ""] {
            assert!(wrong.parse::<Block>().is_err(), "{wrong}");
        }
        let everybody: Block = "0.0.0.0/0".parse().unwrap();
        assert!(everybody.holds([203, 0, 113, 7].into()));
    }
}
