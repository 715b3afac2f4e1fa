//! From where an image may be fetched.

mod hostile;
mod hosts;
mod policy;
mod ranges;
mod urls;

use atlas_fetch::{FetchPolicy, FetchRefusal, Network, SourceUrl};
use core::net::IpAddr;

fn url(text: &str) -> SourceUrl {
    match SourceUrl::parse(text) {
        Ok(url) => url,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The default, with some networks, and `http` too.
fn open(networks: &[&str]) -> FetchPolicy {
    let mut policy = FetchPolicy::default();
    policy.is_http_allowed = true;
    for network in networks {
        policy.networks.insert(Network::parse(network).unwrap());
    }
    policy
}

/// What a policy says to an address of a host with a name.
fn at(policy: &FetchPolicy, address: &str) -> Result<(), FetchRefusal> {
    policy.check_address(&url("https://images.example.org/a"), ip(address))
}
