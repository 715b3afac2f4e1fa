//! Networks.

use super::ParseNetworkError;
use atlas_base::quoted;
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The most bytes of the text of a network: `ffff:…:ffff/128`, with an IPv4 address at its end.
const MOST_BYTES: usize = 49;

/// A network: an address, and how many of its bits all of the network has (CIDR, RFC 4632).
///
/// The text is `10.0.0.0/8` or `fd00::/8`; a bare address is a network of one. The bits behind the
/// length are zeros. What stands for an IPv4 address within IPv6 (`::ffff:0:0/96` and `64:ff9b::/96`) is
/// written as the IPv4 network that it means.
///
/// ```
/// use atlas_fetch::Network;
///
/// let network = Network::parse("10.32.0.0/12")?;
/// assert!(network.contains("10.47.255.255".parse()?));
/// assert!(!network.contains("10.48.0.0".parse()?));
/// assert_eq!(network.to_string(), "10.32.0.0/12");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    first: IpAddr,
    length: u8,
}

impl Network {
    /// For the table of ranges, whose test knows that the rest of each address is zeros.
    pub(super) const fn v4(address: [u8; 4], length: u8) -> Self {
        Self {
            first: IpAddr::V4(Ipv4Addr::from_octets(address)),
            length,
        }
    }

    /// The same for IPv6.
    pub(super) const fn v6(address: [u16; 8], length: u8) -> Self {
        Self {
            first: IpAddr::V6(Ipv6Addr::from_segments(address)),
            length,
        }
    }

    /// Reads `address/length`, or an address alone.
    ///
    /// # Errors
    ///
    /// It is neither, the length is beyond the address or has zeros before it, the address has bits
    /// behind the length, or is IPv4 within IPv6.
    pub fn parse(text: &str) -> Result<Self, ParseNetworkError> {
        let shown = quoted(text);
        let wrong = |at, why| {
            Err(ParseNetworkError::new(
                at,
                format_args!("the network {shown} {why}"),
            ))
        };
        if text.len() > MOST_BYTES {
            return wrong(MOST_BYTES, "is too long");
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let Ok(first) = address.parse::<IpAddr>() else {
            return wrong(0, "begins with no address, such as `10.0.0.0` or `fd00::`");
        };
        let most = width(first);
        let behind = address.len().saturating_add(1);
        let length = match length {
            None => most,
            Some(digits) => match digits.parse::<u8>() {
                Ok(length) if length <= most && length.to_string() == digits => length,
                _ => {
                    return wrong(
                        behind,
                        format!("has a length that is no number up to {most}").as_str(),
                    );
                }
            },
        };
        let network = Self { first, length };
        if network.number(first).rest != 0 {
            return wrong(0, "has bits behind its length; set them to zero");
        }
        if super::range::meant(first) != first {
            return wrong(0, "is IPv4 within IPv6; write it as IPv4");
        }
        Ok(network)
    }

    /// Whether the address lies in it. An IPv4 address lies in no network of IPv6, nor the other way
    /// round.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4()
            && self.number(self.first).head == self.number(address).head
    }

    /// Whether all of it lies in the other one.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.length >= other.length && other.contains(self.first)
    }

    pub(super) fn length(&self) -> u8 {
        self.length
    }

    /// An address in the two parts that the length makes of it.
    fn number(&self, address: IpAddr) -> Parts {
        let number = match address {
            IpAddr::V4(it) => u128::from(u32::from(it)),
            IpAddr::V6(it) => u128::from(it),
        };
        let behind = u32::from(width(address).saturating_sub(self.length));
        let head = number.checked_shr(behind).unwrap_or(0);
        let rest = number ^ head.checked_shl(behind).unwrap_or(0);
        Parts { head, rest }
    }
}

struct Parts {
    head: u128,
    rest: u128,
}

/// How many bits such an address has.
fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

atlas_base::text_form!(Network, ParseNetworkError);
