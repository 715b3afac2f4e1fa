//! Why something is not fetched.

use super::{AddressRange, Network, ParseSourceUrlError, SourceUrl, range};
use atlas_base::{Quoted, quoted};
use core::{fmt, net::IpAddr};
use thiserror::Error;

/// Why a URL, an address or a redirect is not followed. No message holds the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FetchRefusal {
    /// It is `http`.
    #[error(
        "{} is not https, which is required; use https, or allow http",
        shown(url)
    )]
    Scheme {
        /// What was asked for.
        url: SourceUrl,
    },
    /// The port is not among those that are allowed.
    #[error("{} is at port {}, which is not allowed; use another one, or allow it", shown(url), url.port())]
    Port {
        /// What was asked for.
        url: SourceUrl,
    },
    /// The host is not among those that are allowed.
    #[error("the host {} is not among those that are allowed; use one of them, or allow it", quoted(url.host()))]
    Host {
        /// What was asked for.
        url: SourceUrl,
    },
    /// The address is for something else than the public.
    #[error(
        "the host {} is at {}, which is {range}: {network} ({rule}); use a public host, or allow its network",
        quoted(url.host()),
        Reached(*address)
    )]
    Address {
        /// What was asked for.
        url: SourceUrl,
        /// Where it is.
        address: IpAddr,
        /// What that address is for.
        range: AddressRange,
        /// All that are for it: a network that is allowed lies inside of this.
        network: Network,
        /// Who says so.
        rule: &'static str,
    },
    /// The address is in a network that is refused explicitly.
    #[error(
        "the host {} is at {}, in the network {network} that is refused; use another host",
        quoted(url.host()),
        Reached(*address)
    )]
    Network {
        /// What was asked for.
        url: SourceUrl,
        /// Where it is.
        address: IpAddr,
        /// The network that it is in.
        network: Network,
    },
    /// The URL names an address, and another one was resolved.
    #[error("the host {} is not {address}; connect to the address in the URL", quoted(url.host()))]
    OtherAddress {
        /// What was asked for.
        url: SourceUrl,
        /// What was resolved.
        address: IpAddr,
    },
    /// There are too many redirects, or they go in a circle.
    #[error(
        "there are more than {most} redirects; use the URL that they lead to, if they lead anywhere"
    )]
    Redirects {
        /// So many are followed.
        most: u32,
    },
    /// What a redirect leads to cannot be read.
    #[error(
        "{} leads to no URL: {error}; use the URL of the image itself",
        shown(from)
    )]
    Location {
        /// What answered so.
        from: SourceUrl,
        /// What is wrong with its answer.
        error: ParseSourceUrlError,
    },
    /// A redirect gives up `https`.
    #[error(
        "{} leads from https to {}; use a host that stays with https",
        shown(from),
        shown(to)
    )]
    Downgrade {
        /// What answered so.
        from: SourceUrl,
        /// Where it leads.
        to: SourceUrl,
    },
}

fn shown(url: &SourceUrl) -> Quoted<'_> {
    quoted(url.without_query())
}

/// An address, and which one that is if it is written as another.
struct Reached(IpAddr);

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(address) = self;
        write!(f, "{address}")?;
        let meant = range::meant(*address);
        if meant == *address {
            return Ok(());
        }
        let way = match address {
            IpAddr::V6(it) if it.to_ipv4_mapped().is_some() => "IPv4-mapped",
            _ => "NAT64",
        };
        write!(f, " ({way} {meant})")
    }
}
