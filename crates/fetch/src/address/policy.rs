//! What may be fetched.

use super::{FetchRefusal, HostPattern, Network, SourceUrl, range};
use core::net::IpAddr;
use std::collections::BTreeSet;

/// From where an image may be fetched (Symphony images come from URLs; what it takes to do so safely is
/// ours).
///
/// Unless it is told more: `https` alone, ports 80 and 443, any host that is at a public address, five
/// redirects, and never one from `https` to `http`. Whoever fetches
///
/// 1. asks [`check_url`](Self::check_url), then resolves the host, once;
/// 2. asks [`check_address`](Self::check_address) of each address, and connects to one that may be, by the
///    address and not by the name again, and through no proxy of the environment;
/// 3. follows no redirect by itself but asks [`check_redirect`](Self::check_redirect), and begins anew with
///    what it returns, without credentials.
///
/// ```
/// use atlas_fetch::{FetchPolicy, Network, SourceUrl};
///
/// let mut policy = FetchPolicy::default();
/// let url = SourceUrl::parse("https://images.example.org/a.qcow2")?;
/// policy.check_url(&url)?;
/// assert!(policy.check_address(&url, "10.1.2.3".parse()?).is_err());
/// policy.networks.insert(Network::parse("10.1.0.0/16")?);
/// policy.check_address(&url, "10.1.2.3".parse()?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchPolicy {
    /// Whether `http` will do, which anybody on the way can read and change.
    pub is_http_allowed: bool,
    /// The ports that may be asked for.
    pub ports: BTreeSet<u16>,
    /// If given, no other hosts. It opens no network: where a host is, is judged all the same.
    pub hosts: Option<BTreeSet<HostPattern>>,
    /// Networks that are not public and may be fetched from. Each opens the special range that all of it
    /// lies in, and nothing inside of it that is another range: `10.0.0.0/8` and `10.1.0.0/16` open what
    /// they name, `169.254.0.0/16` does not open the metadata service in it (which `169.254.169.254` does),
    /// and `0.0.0.0/0` opens nothing. IPv4 within IPv6 is judged as IPv4.
    pub networks: BTreeSet<Network>,
    /// Networks that are never fetched from, public or not, allowed or not: those of a company whose
    /// insides have public addresses, or the prefix of a NAT64 of one's own, which nothing tells from
    /// other addresses.
    pub refused: BTreeSet<Network>,
    /// The most redirects that are followed.
    pub redirects: u32,
}

impl Default for FetchPolicy {
    fn default() -> Self {
        Self {
            is_http_allowed: false,
            ports: BTreeSet::from([80, 443]),
            hosts: None,
            networks: BTreeSet::new(),
            refused: BTreeSet::new(),
            redirects: 5,
        }
    }
}

impl FetchPolicy {
    /// Whether the URL may be fetched at all, before anything is resolved. If its host is an address, that
    /// is judged here already.
    ///
    /// # Errors
    ///
    /// The scheme, the port, the host or the address may not be.
    pub fn check_url(&self, url: &SourceUrl) -> Result<(), FetchRefusal> {
        self.check_text(url)?;
        match url.address() {
            Some(address) => self.judge(url, address),
            None => Ok(()),
        }
    }

    /// Whether one may connect to an address that the host of the URL was resolved to.
    ///
    /// # Errors
    ///
    /// What [`check_url`](Self::check_url) refuses, and an address in a range that is not allowed, or that
    /// is not the one in the URL.
    pub fn check_address(&self, url: &SourceUrl, address: IpAddr) -> Result<(), FetchRefusal> {
        self.check_url(url)?;
        if url
            .address()
            .is_some_and(|it| range::meant(it) != range::meant(address))
        {
            let url = url.clone();
            return Err(FetchRefusal::OtherAddress { url, address });
        }
        self.judge(url, address)
    }

    /// Where a redirect leads to, if one may follow it: the URL that answered, the `Location` that it
    /// answered with, and how many redirects there are with this one.
    ///
    /// # Errors
    ///
    /// It is one too many, the location is no URL (or an empty one), leads from `https` to `http`, or to
    /// what [`check_url`](Self::check_url) refuses.
    pub fn check_redirect(
        &self,
        from: &SourceUrl,
        location: &str,
        how_many: u32,
    ) -> Result<SourceUrl, FetchRefusal> {
        if how_many > self.redirects {
            let most = self.redirects;
            return Err(FetchRefusal::Redirects { most });
        }
        let to = from
            .join(location)
            .map_err(|error| FetchRefusal::Location {
                from: from.clone(),
                error,
            })?;
        if from.is_https() && !to.is_https() {
            let from = from.clone();
            return Err(FetchRefusal::Downgrade { from, to });
        }
        self.check_url(&to)?;
        Ok(to)
    }

    /// What can be judged without an address.
    fn check_text(&self, url: &SourceUrl) -> Result<(), FetchRefusal> {
        if !url.is_https() && !self.is_http_allowed {
            return Err(FetchRefusal::Scheme { url: url.clone() });
        }
        if !self.ports.contains(&url.port()) {
            return Err(FetchRefusal::Port { url: url.clone() });
        }
        let is_allowed = |hosts: &BTreeSet<HostPattern>| hosts.iter().any(|it| it.matches(url));
        if self.hosts.as_ref().is_some_and(|hosts| !is_allowed(hosts)) {
            return Err(FetchRefusal::Host { url: url.clone() });
        }
        Ok(())
    }

    /// Judges the address that is reached.
    fn judge(&self, url: &SourceUrl, address: IpAddr) -> Result<(), FetchRefusal> {
        let meant = range::meant(address);
        let both = [address, meant];
        let refused = |it: &&Network| both.iter().any(|address| it.contains(*address));
        if let Some(network) = self.refused.iter().find(refused) {
            return Err(FetchRefusal::Network {
                url: url.clone(),
                address,
                network: *network,
            });
        }
        let Some(special) = range::special(meant) else {
            return Ok(());
        };
        let opens = |it: &Network| it.contains(meant) && it.is_within(&special.network);
        if self.networks.iter().any(opens) {
            return Ok(());
        }
        Err(FetchRefusal::Address {
            url: url.clone(),
            address,
            range: special.range,
            network: special.network,
            rule: special.rule,
        })
    }
}
