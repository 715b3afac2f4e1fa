//! What addresses are for.
//!
//! The standard library's `is_global` is not stable, and would know no metadata services. The table is
//! made of the registries of special-purpose addresses that IANA keeps for IPv4 and for IPv6 (RFC 6890
//! and RFC 8190 say how), of the registry of multicast addresses, and of what clouds document about their
//! metadata services. What the registries call globally reachable is left as public, but for what no
//! host has.

use super::network::Network;
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr},
};

/// What an address is for that is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AddressRange {
    /// No address at all, or this host: `0.0.0.0/8` and `::`.
    Unspecified,
    /// The machine itself.
    Loopback,
    /// One wire, without a router.
    LinkLocal,
    /// Private networks of IPv4.
    Private,
    /// Private networks of IPv6.
    UniqueLocal,
    /// What was private in IPv6 before.
    SiteLocal,
    /// Behind a provider's address translation.
    Shared,
    /// Where a cloud tells a machine about itself, often with credentials.
    Metadata,
    /// Many hosts at once.
    Multicast,
    /// All hosts at once.
    Broadcast,
    /// For examples in documents.
    Documentation,
    /// For measuring devices.
    Benchmarking,
    /// For protocols, not for hosts.
    Protocol,
    /// Nobody has it, or what is sent there goes nowhere.
    Reserved,
    /// IPv4 within IPv6, in a way that was given up.
    Compatible,
    /// A network's own translation to IPv4: to which address, only that network knows.
    LocalNat64,
    /// A tunnel to an IPv4 address.
    SixToFour,
    /// A tunnel to an IPv4 address behind an address translation.
    Teredo,
}

impl AddressRange {
    /// What the address is for, `None` where it is public. An IPv4-mapped address and one of NAT64 are
    /// what the IPv4 address in them is.
    ///
    /// ```
    /// use atlas_fetch::AddressRange;
    ///
    /// let of = |text: &str| text.parse().map(AddressRange::of);
    /// assert_eq!(of("::ffff:169.254.169.254")?, Some(AddressRange::Metadata));
    /// assert_eq!(of("9.9.9.9")?, None);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    pub fn of(address: IpAddr) -> Option<Self> {
        special(meant(address)).map(|it| it.range)
    }

    /// The name of the range.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link-local",
            Self::Private => "private",
            Self::UniqueLocal => "unique local",
            Self::SiteLocal => "site-local",
            Self::Shared => "shared address space (carrier NAT)",
            Self::Metadata => "metadata",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Protocol => "protocol assignments",
            Self::Reserved => "reserved",
            Self::Compatible => "IPv4-compatible",
            Self::LocalNat64 => "local NAT64",
            Self::SixToFour => "6to4",
            Self::Teredo => "Teredo",
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An entry of the table.
#[derive(Debug)]
pub(super) struct Special {
    pub(super) network: Network,
    pub(super) range: AddressRange,
    pub(super) rule: &'static str,
}

/// The address that is reached: IPv4-mapped (RFC 4291, 2.5.5.2) and the well-known prefix of NAT64
/// (RFC 6052) lead to the IPv4 address in them.
pub(super) fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let [.., a, b, c, d] = v6.octets();
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => {
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        _ => address,
    }
}

/// The narrowest entry that holds the address; none where it is public.
pub(super) fn special(meant: IpAddr) -> Option<&'static Special> {
    let holding = TABLE.iter().filter(|it| it.network.contains(meant));
    let narrowest = holding.max_by_key(|it| it.network.length());
    // The registry of IPv6 addresses has given out nothing else to hosts (RFC 4291, 2.4).
    let is_public = match meant {
        IpAddr::V4(_) => true,
        IpAddr::V6(_) => GIVEN_OUT.contains(meant),
    };
    narrowest.or(if is_public {
        None
    } else {
        Some(&NOT_GIVEN_OUT)
    })
}

const GIVEN_OUT: Network = Network::v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

static NOT_GIVEN_OUT: Special = Special {
    network: Network::v6([0; 8], 0),
    range: AddressRange::Reserved,
    rule: "RFC 4291",
};

const fn v4(address: [u8; 4], length: u8, range: AddressRange, rule: &'static str) -> Special {
    Special {
        network: Network::v4(address, length),
        range,
        rule,
    }
}

const fn v6(head: [u16; 3], length: u8, range: AddressRange, rule: &'static str) -> Special {
    let [a, b, c] = head;
    Special {
        network: Network::v6([a, b, c, 0, 0, 0, 0, 0], length),
        range,
        rule,
    }
}

/// One address.
const fn whole(address: [u16; 8], range: AddressRange, rule: &'static str) -> Special {
    Special {
        network: Network::v6(address, 128),
        range,
        rule,
    }
}

use AddressRange as Is;

static TABLE: &[Special] = &[
    v4([0, 0, 0, 0], 8, Is::Unspecified, "RFC 791"),
    v4([10, 0, 0, 0], 8, Is::Private, "RFC 1918"),
    v4([100, 64, 0, 0], 10, Is::Shared, "RFC 6598"),
    v4([127, 0, 0, 0], 8, Is::Loopback, "RFC 1122"),
    v4([169, 254, 0, 0], 16, Is::LinkLocal, "RFC 3927"),
    v4([172, 16, 0, 0], 12, Is::Private, "RFC 1918"),
    v4([192, 0, 0, 0], 24, Is::Protocol, "RFC 6890"),
    v4([192, 0, 2, 0], 24, Is::Documentation, "RFC 5737"),
    // relays of 6to4, which were given up
    v4([192, 88, 99, 0], 24, Is::Reserved, "RFC 7526"),
    v4([192, 168, 0, 0], 16, Is::Private, "RFC 1918"),
    v4([198, 18, 0, 0], 15, Is::Benchmarking, "RFC 2544"),
    v4([198, 51, 100, 0], 24, Is::Documentation, "RFC 5737"),
    v4([203, 0, 113, 0], 24, Is::Documentation, "RFC 5737"),
    v4([224, 0, 0, 0], 4, Is::Multicast, "RFC 5771"),
    v4([240, 0, 0, 0], 4, Is::Reserved, "RFC 1112"),
    v4([255, 255, 255, 255], 32, Is::Broadcast, "RFC 8190"),
    // metadata services, as their clouds document them
    v4([100, 100, 100, 200], 32, Is::Metadata, "Alibaba Cloud"),
    v4([168, 63, 129, 16], 32, Is::Metadata, "Azure"),
    v4([169, 254, 0, 23], 32, Is::Metadata, "Tencent Cloud"),
    v4([169, 254, 42, 42], 32, Is::Metadata, "Scaleway"),
    v4([169, 254, 169, 254], 32, Is::Metadata, "most clouds"),
    v4([169, 254, 170, 2], 32, Is::Metadata, "Amazon ECS"),
    v4([169, 254, 170, 23], 32, Is::Metadata, "Amazon EKS"),
    v4([192, 0, 0, 192], 32, Is::Metadata, "Oracle Cloud"),
    whole(
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23],
        Is::Metadata,
        "Amazon EKS",
    ),
    whole(
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
        Is::Metadata,
        "Amazon EC2",
    ),
    whole(
        [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42],
        Is::Metadata,
        "Scaleway",
    ),
    whole(
        [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254],
        Is::Metadata,
        "Google Cloud",
    ),
    whole(
        [0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe],
        Is::Metadata,
        "OpenStack",
    ),
    v6([0, 0, 0], 96, Is::Compatible, "RFC 4291"),
    v6([0, 0, 0], 128, Is::Unspecified, "RFC 4291"),
    whole([0, 0, 0, 0, 0, 0, 0, 1], Is::Loopback, "RFC 4291"),
    v6([0x64, 0xff9b, 1], 48, Is::LocalNat64, "RFC 8215"),
    v6([0x100, 0, 0], 64, Is::Reserved, "RFC 6666"),
    v6([0x2001, 0, 0], 23, Is::Protocol, "RFC 2928"),
    v6([0x2001, 0, 0], 32, Is::Teredo, "RFC 4380"),
    v6([0x2001, 2, 0], 48, Is::Benchmarking, "RFC 5180"),
    v6([0x2001, 0xdb8, 0], 32, Is::Documentation, "RFC 3849"),
    v6([0x2002, 0, 0], 16, Is::SixToFour, "RFC 3056"),
    v6([0x3fff, 0, 0], 20, Is::Documentation, "RFC 9637"),
    v6([0xfc00, 0, 0], 7, Is::UniqueLocal, "RFC 4193"),
    v6([0xfe80, 0, 0], 10, Is::LinkLocal, "RFC 4291"),
    v6([0xfec0, 0, 0], 10, Is::SiteLocal, "RFC 3879"),
    v6([0xff00, 0, 0], 8, Is::Multicast, "RFC 4291"),
];
