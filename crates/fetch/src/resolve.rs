//! From hosts to addresses that may be connected to.

use crate::{
    FetchError, FetchPolicy, SourceUrl,
    pace::{Halt, Pace, SLICE},
};
use core::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use std::{
    io,
    net::ToSocketAddrs as _,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
};

/// What knows where hosts are.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// The addresses of a host, the best one first. It is asked on a thread of its own, which a caller
    /// that has waited too long no longer listens to.
    ///
    /// # Errors
    ///
    /// The host is not known, or nobody can be asked.
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the system.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing inside")]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = (host, 0).to_socket_addrs()?;
        Ok(found.map(|it| it.ip()).collect())
    }
}

/// The most addresses of a host that are tried.
const MOST_ADDRESSES: usize = 8;

/// Where the host of a URL may be connected to. One address that may be is enough; if there is none,
/// the first one says why.
pub(crate) fn judged(
    url: &SourceUrl,
    found: &[IpAddr],
    policy: &FetchPolicy,
) -> Result<Vec<SocketAddr>, FetchError> {
    let mut refusal = None;
    let mut judged = Vec::new();
    for address in found {
        match policy.check_address(url, *address) {
            Ok(()) => judged.push(SocketAddr::new(*address, url.port())),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    judged.truncate(MOST_ADDRESSES);
    match refusal {
        Some(error) if judged.is_empty() => Err(error.into()),
        None if judged.is_empty() => Err(FetchError::Unknown { url: url.clone() }),
        _ => Ok(judged),
    }
}

/// Waits for what cannot be interrupted, on another thread, for so long at most.
pub(crate) fn apart<T: Send + 'static>(
    pace: &Pace<'_>,
    most: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = sync_channel(1);
    // Nobody may be listening any more: then nobody needs the answer.
    let job = move || drop(sender.send(work()));
    thread::Builder::new().name("fetch".to_owned()).spawn(job)?;
    let end = pace.now().saturating_add(most);
    pace.moved();
    loop {
        match receiver.recv_timeout(SLICE) {
            Ok(done) => {
                pace.moved();
                return done;
            }
            Err(RecvTimeoutError::Timeout) => {
                pace.check()?;
                if pace.now() >= end {
                    return Err(Halt::Idle.into());
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(io::Error::other("the thread that waited has ended"));
            }
        }
    }
}
