//! Which addresses are on the public internet.
//!
//! A server that connects to addresses that others can influence (a name that somebody else resolves) must not be led into the
//! network that it is in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The networks of IPv4 with a special use, from the special-purpose address registry of IANA, and multicast.
const SPECIAL_IPV4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 31, 196, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// The only network of IPv6 with public addresses.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// The networks with a special use within it, among them Teredo and the documentation networks.
const SPECIAL_IPV6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Addresses that contain one of IPv4 after this number of bytes: 6to4 (RFC 3056) and NAT64 (RFC 6052).
const EMBEDDED_IPV4: [(Ipv6Net, usize); 2] =
    [(v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), 2), (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), 12)];

/// Networks that lead to the services of a machine or a cloud, such as the metadata of a virtual machine with its credentials, or to
/// many machines. No program that a person runs is there.
const INFRASTRUCTURE: [IpNet; 12] = [
    IpNet::V4(v4([0, 0, 0, 0], 8)),
    IpNet::V4(v4([169, 254, 0, 0], 16)),
    IpNet::V4(v4([224, 0, 0, 0], 4)),
    IpNet::V4(v4([240, 0, 0, 0], 4)),
    // Metadata of Alibaba Cloud and Oracle Cloud, and the platform of Azure.
    IpNet::V4(v4([100, 100, 100, 200], 32)),
    IpNet::V4(v4([192, 0, 0, 192], 32)),
    IpNet::V4(v4([168, 63, 129, 16], 32)),
    IpNet::V6(v6([0, 0, 0, 0, 0, 0, 0, 0], 128)),
    IpNet::V6(v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10)),
    IpNet::V6(v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8)),
    // Metadata of AWS and Google Cloud.
    IpNet::V6(v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128)),
    IpNet::V6(v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128)),
];

/// Decides to which addresses a connection is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    /// The networks that are allowed in addition.
    pub allowed: Vec<IpNet>,
    /// Whether private networks and this machine are allowed, and not only public addresses. Metadata services are not.
    pub has_private: bool,
}

impl AddressPolicy {
    /// Returns whether a connection to this address is allowed. An IPv4 address in IPv6 notation counts as the IPv4 address.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_usual = if self.has_private { !is_infrastructure(address) } else { is_public(address) };
        is_usual || self.allowed.iter().any(|network| network.contains(&address))
    }

    /// Returns what an address is not, if it is refused, for the end of a sentence.
    pub fn requirement(&self) -> &'static str {
        match self.has_private {
            true => "allowed: it is a metadata, link-local, or multicast address",
            false => "a public address",
        }
    }
}

/// Returns whether this address leads to a service of the machine or the cloud itself.
fn is_infrastructure(address: IpAddr) -> bool {
    let embedded = match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => embedded_ipv4(address),
    };
    let address = embedded.map_or(address, IpAddr::V4);
    INFRASTRUCTURE.iter().any(|network| network.contains(&address))
}

/// Returns whether this address is on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => SPECIAL_IPV4.iter().all(|network| !network.contains(&address)),
        IpAddr::V6(address) => match embedded_ipv4(address) {
            Some(embedded) => is_public(embedded.into()),
            None => {
                GLOBAL_UNICAST.contains(&address)
                    && SPECIAL_IPV6.iter().all(|network| !network.contains(&address))
            }
        },
    }
}

/// Returns the IPv4 address to which a gateway of the network translates this one.
fn embedded_ipv4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let (_, start) = EMBEDDED_IPV4.iter().find(|(network, _)| network.contains(&address))?;
    let bytes: [u8; 4] = address.octets()[*start..start + 4].try_into().ok()?;
    Some(bytes.into())
}

const fn v4(address: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(address: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = address;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: [&str; 9] = [
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "198.20.0.0",
        "2606:4700::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:0101:0101::1",
    ];
    const PRIVATE: [&str; 36] = [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.19.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1",
        "ff02::1",
    ];

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for address in PUBLIC {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in PRIVATE {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn listed_network_is_allowed_in_any_notation() {
        let policy = AddressPolicy { allowed: vec!["10.1.0.0/16".parse().unwrap()], has_private: false };
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("64:ff9b::a01:203", false),
            ("1.1.1.1", true),
        ] {
            assert_eq!(policy.allows(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn private_policy_refuses_metadata_services_only() {
        let policy = AddressPolicy { allowed: Vec::new(), has_private: true };
        for address in ["10.0.0.1", "127.0.0.1", "::1", "192.168.1.1", "fd12::1", "100.64.0.1", "1.1.1.1"] {
            assert!(policy.allows(address.parse().unwrap()), "{address}");
        }
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fe80::1",
            "fd00:ec2::254",
            "168.63.129.16",
            "0.0.0.0",
            "::",
            "255.255.255.255",
            "ff02::1",
        ] {
            assert!(!policy.allows(address.parse().unwrap()), "{address}");
        }
        let listed = AddressPolicy { allowed: vec!["169.254.7.0/24".parse().unwrap()], has_private: true };
        assert!(listed.allows("169.254.7.9".parse().unwrap()));
        assert!(!listed.allows("169.254.169.254".parse().unwrap()));
    }
}
