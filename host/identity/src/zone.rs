//! How near an address is, so that nobody far away can lead the gateway to something near.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How near an address is to this machine. The later, the nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Zone {
    /// Anywhere in the world.
    Public,
    /// The network of whoever runs the gateway.
    Private,
    /// This machine.
    Loopback,
    /// What only the machine's own programs are meant to see: link-local addresses, and the metadata services of clouds.
    Reserved,
}

/// Metadata services with addresses that look as any other: Azure's, Alibaba's, and AWS's by IPv6.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Ends of names that public DNS does not have. A name without a dot is one, too.
const PRIVATE_NAMES: [&str; 9] = [".internal", ".local", ".svc", ".lan", ".intranet", ".corp", ".home.arpa", ".test", ".private"];

impl Zone {
    pub(crate) fn of_address(address: IpAddr) -> Self {
        if METADATA.contains(&address) {
            return Self::Reserved;
        }
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    /// Where a host says to be: an address by itself, a name by its end.
    pub(crate) fn of_host(host: &str) -> Self {
        if let Ok(address) = host.parse() {
            return Self::of_address(address);
        }
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        if name == "localhost" || name.ends_with(".localhost") {
            Self::Loopback
        } else if !name.contains('.') || PRIVATE_NAMES.iter().any(|end| name.ends_with(end)) {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            // What is sent to "no address" arrives at this machine.
            [0, ..] | [127, ..] => Self::Loopback,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Self::Private,
            // For protocols, measurements and manuals: nobody public is there.
            [192, 0, 0 | 2, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Private,
            [169, 254, ..] | [224..=255, ..] => Self::Reserved,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let inner = |high: u16, low: u16| {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Self::of_address(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        };
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Self::Loopback,
            // An IPv4 address in another coat: mapped, compatible, translated (NAT64), 6to4.
            [0, 0, 0, 0, 0, 0xffff, high, low]
            | [0, 0, 0, 0, 0, 0, high, low]
            | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
            | [0x2002, high, low, ..] => inner(high, low),
            [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] | [0x2001, 0 | 0xdb8, ..] | [0x64, 0xff9b, 1, ..] => Self::Private,
            [0xfe80..=0xfebf, ..] | [0xff00..=0xffff, ..] => Self::Reserved,
            _ => Self::Public,
        }
    }

    /// Where the address is, in a message.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "in a private network",
            Self::Loopback => "this machine itself",
            Self::Reserved => "link-local or a cloud's metadata service",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Zone::{self, *};

    #[test]
    fn addresses_are_as_near_as_what_they_reach() {
        let all = [
            (
                Public,
                "8.8.8.8 20.190.128.1 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1",
            ),
            (Private, "10.0.0.5 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1 fd12:3456::1 fec0::1 2001:db8::1"),
            (Private, "::ffff:10.0.0.5 64:ff9b::a00:5 2002:a00:5::1 ::10.0.0.5 192.0.2.1 2001:0:1::1"),
            (Loopback, "127.0.0.1 127.8.9.10 0.0.0.0 0.1.2.3 ::1 :: ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1"),
            (Reserved, "169.254.169.254 fe80::1 fd00:ec2::254 168.63.129.16 100.100.100.200 224.0.0.1 255.255.255.255 ff02::1"),
            (Reserved, "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe ::ffff:168.63.129.16 240.0.0.1"),
        ];
        for (zone, addresses) in all {
            for address in addresses.split(' ') {
                assert_eq!(Zone::of_address(address.parse().unwrap()), zone, "{address}");
            }
        }
    }

    #[test]
    fn names_are_as_near_as_their_end_says() {
        let all = [
            (Public, "login.microsoftonline.com example.com. internal.example.com"),
            (Private, "keycloak keycloak.auth.svc.cluster.local login.internal LOGIN.Corp id.home.arpa"),
            (Loopback, "localhost LOCALHOST. id.localhost 127.0.0.1"),
            (Reserved, "169.254.169.254 fe80::1"),
        ];
        for (zone, hosts) in all {
            for host in hosts.split(' ') {
                assert_eq!(Zone::of_host(host), zone, "{host}");
            }
        }
    }
}
