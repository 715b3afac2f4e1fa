//! Serving, from the first request to the last.

use super::{
    ServeEc2, keys,
    known::Known,
    log,
    network::{self, Sockets},
    seal,
};
use crate::{
    exit::{Failure, Run},
    print::{Out, note, warn},
};
use atlas_server::{
    AccessKeys, Admin, Connections, Ec2, Ec2Imports, Ec2Limits, ImageApi, Metrics, SealKeys,
    Served, Server, Tls,
};
use cloud_atlas::Atlas;
use core::net::SocketAddr;
use serde::Serialize;
use std::{net::TcpListener, sync::Arc};
use tokio::{runtime, sync::Notify};

/// All that serving needs.
pub(super) struct Running {
    pub(super) atlas: Atlas,
    pub(super) api: ImageApi,
    pub(super) keys: AccessKeys,
    /// With what the access keys of the store are opened, if they are known too.
    pub(super) seal: Option<SealKeys>,
    pub(super) tls: Option<Tls>,
    pub(super) imports: Ec2Imports,
    pub(super) sockets: Sockets,
}

/// That clients may come.
#[derive(Serialize)]
struct Listening {
    address: SocketAddr,
    url: String,
    /// Where those look who watch the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_url: Option<String>,
}

impl Running {
    pub(super) fn serve(self, command: &ServeEc2, out: &mut Out) -> Run {
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(self.until_stopped(command, out))?;
        if let Served::Cut(count) = served {
            note(format_args!(
                "{count} connections were cut, which took too long"
            ));
        }
        Ok(())
    }

    async fn until_stopped(self, command: &ServeEc2, out: &mut Out) -> Result<Served, Failure> {
        // Signals are heard before anybody is told that this runs.
        let signals = Signals::new()?;
        self.announce(out)?;
        let connections = Connections::default();
        let metrics = Metrics::new(connections.clone(), self.imports.activity());
        let admin = Admin::new(self.atlas.clone(), metrics.clone());
        let watched = self.sockets.admin.map(|listener| {
            tokio::net::TcpListener::from_std(listener)
                .map(|listener| Watched::begin(listener, admin.clone()))
        });
        let watched = watched.transpose()?;
        let mut limits = Ec2Limits::default();
        limits.rate = command.network.rate;
        let known = Known::new(&self.keys, self.seal.as_ref(), &self.atlas, command);
        let mut ec2 = Ec2::new(known, self.api, limits).with_metrics(metrics);
        if command.log.is_some() {
            ec2 = ec2.on_answer(log::answered);
        }
        let mut server = Server::default().counted(connections);
        if let Some(tls) = &self.tls {
            server = server.with_tls(tls.clone());
        }
        let stop = async {
            signals
                .stopped(|| reload(command, &self.keys, self.seal.as_ref(), self.tls.as_ref()))
                .await;
            admin.end();
        };
        let listener = tokio::net::TcpListener::from_std(self.sockets.clients)?;
        let ended = server.serve(listener, ec2.router(), stop).await;
        self.imports.stop().await;
        if let Some(watched) = watched {
            watched.end().await;
        }
        Ok(ended)
    }

    fn announce(&self, out: &mut Out) -> Run {
        let address = self.sockets.clients.local_addr()?;
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let admin = self.sockets.admin.as_ref();
        let admin = admin.map(TcpListener::local_addr).transpose()?;
        let listening = Listening {
            address,
            url: network::url(scheme, address),
            admin_url: admin.map(|address| network::url("http", address)),
        };
        out.one(&listening, |out| {
            writeln!(out, "listening at {}", listening.url)?;
            match &listening.admin_url {
                Some(url) => writeln!(out, "watched at {url}"),
                None => Ok(()),
            }
        })?;
        if self.tls.is_none() && !address.ip().is_loopback() {
            warn(
                "what is asked and answered can be read on the way: name a certificate, or put a proxy that speaks TLS before it",
            );
        }
        Ok(())
    }
}

/// Reads the access keys, what opens those of the store, and the certificate again; what cannot be used
/// leaves what was there before.
fn reload(command: &ServeEc2, keys: &AccessKeys, seal: Option<&SealKeys>, tls: Option<&Tls>) {
    let has_log = command.log.is_some();
    let given = command.access_keys.as_deref();
    let given = given.map_or(Ok(()), |file| keys::reload(keys, file));
    let opening = seal.zip(command.seal_key.as_deref());
    let reloaded = given
        .and_then(|()| opening.map_or(Ok(()), |(seal, file)| seal::reload(seal, file)))
        .and_then(|()| tls.map_or(Ok(()), |tls| command.network.reload(tls)));
    match reloaded {
        Ok(()) => log::reloaded(has_log),
        Err(failure) => log::not_reloaded(failure, has_log),
    }
}

/// What those are answered who watch.
struct Watched {
    stop: Arc<Notify>,
    serving: tokio::task::JoinHandle<Served>,
}

impl Watched {
    fn begin(listener: tokio::net::TcpListener, admin: Admin) -> Self {
        let stop = Arc::new(Notify::new());
        let asked = Arc::clone(&stop);
        let stopped = async move { asked.notified().await };
        let serving = tokio::spawn(Server::default().serve(listener, admin.router(), stopped));
        Self { stop, serving }
    }

    /// Ends last, so that whoever watches sees how the rest ends.
    async fn end(self) {
        self.stop.notify_one();
        // A panic of its own is no matter of those who are served.
        let _ = self.serving.await;
    }
}

/// What the system asks for.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| {
            signal(kind).map_err(|error| {
                Failure::trouble("signals that end it cannot be heard").because(error)
            })
        };
        Ok(Self {
            terminate: hear(SignalKind::terminate())?,
            interrupt: hear(SignalKind::interrupt())?,
            hang_up: hear(SignalKind::hangup())?,
        })
    }

    /// Waits for one that ends it, and reloads meanwhile.
    #[cfg(unix)]
    async fn stopped(mut self, reload: impl Fn()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => reload(),
            }
        }
    }

    #[cfg(not(unix))]
    fn new() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn stopped(self, _reload: impl Fn()) {
        // Where nobody can ask for it, it goes on.
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    }
}
