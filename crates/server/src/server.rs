//! Connections, and how they end.

mod limits;
mod stalling;
mod tls;

use self::stalling::Stalling;
pub use self::{
    limits::ServeLimits,
    tls::{Tls, TlsError},
};
use crate::Connections;
use axum::Router;
use core::{pin::pin, time::Duration};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use std::sync::Arc;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time,
};

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it ends in one way or the other")]
pub enum Served {
    /// Every request that was under way got its whole answer.
    Drained,
    /// So many connections were cut, since they took too long.
    Cut(usize),
}

/// Serves a router on a socket of the host's, in HTTP/1.1, with the limits that a socket on a network
/// needs; an embedder that serves otherwise has ways of its own.
///
/// ```
/// use atlas_server::{Served, Server};
/// use axum::{Router, routing::get};
/// use tokio::{net::TcpListener, runtime, sync::oneshot};
///
/// let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
/// let served = runtime.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let router = Router::new().route("/", get(|| async { "well" }));
///     let (stop, stopped) = oneshot::channel::<()>();
///     stop.send(()).ok();
///     let stopped = async {
///         stopped.await.ok();
///     };
///     Ok::<_, std::io::Error>(Server::default().serve(listener, router, stopped).await)
/// })?;
/// assert_eq!(served, Served::Drained);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Server {
    limits: ServeLimits,
    tls: Option<Tls>,
    connections: Connections,
}

impl Server {
    /// With these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: ServeLimits) -> Self {
        self.limits = limits;
        self
    }

    /// With TLS, and without it nothing.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Counts its connections among these.
    #[must_use]
    pub fn counted(mut self, connections: Connections) -> Self {
        self.connections = connections;
        self
    }

    /// Serves until it is stopped: then it takes no connection any more, requests that are under way
    /// are answered, and idle connections are closed.
    ///
    /// It runs on the host's runtime of tokio, with its timer.
    pub async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        stop: impl Future<Output = ()> + Send,
    ) -> Served {
        let limits = &self.limits;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            // Who has said all may say so, and waits for the answer all the same.
            .half_close(true)
            .header_read_timeout(limits.head_wait)
            .max_headers(limits.headers)
            .max_buf_size(limits.head_bytes.max(8 << 10));
        let graceful = GracefulShutdown::new();
        let most = limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        let slots = Arc::new(Semaphore::new(most));
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let accepted = async {
                // INVARIANT: nobody closes the semaphore, so that a slot comes.
                let slot = Arc::clone(&slots).acquire_owned().await.ok();
                (slot, accept(&listener).await)
            };
            let (slot, stream) = tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => continue,
                accepted = accepted => accepted,
            };
            let connection = Connection {
                http: http.clone(),
                router: router.clone(),
                watcher: graceful.watcher(),
            };
            let (tls, head_wait) = (self.tls.clone(), limits.head_wait);
            let (counted, stream) = (
                self.connections.begin(),
                Stalling::new(stream, limits.write_wait),
            );
            connections.spawn(async move {
                match tls {
                    None => connection.answer(stream).await,
                    Some(tls) => match time::timeout(head_wait, tls.accept(stream)).await {
                        Ok(Ok(stream)) => connection.answer(stream).await,
                        _ => counted.handshake_failed(),
                    },
                }
                drop((slot, counted));
            });
        }
        drop(listener);
        let drained = async {
            graceful.shutdown().await;
            while connections.join_next().await.is_some() {}
        };
        if time::timeout(limits.drain, drained).await.is_ok() {
            return Served::Drained;
        }
        let left = connections.len();
        connections.shutdown().await;
        Served::Cut(left)
    }
}

/// What answers on one connection.
struct Connection {
    http: http1::Builder,
    router: Router,
    watcher: Watcher,
}

impl Connection {
    async fn answer(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let service = TowerToHyperService::new(self.router);
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        // A client that goes away is no failure of ours.
        let _ = self.watcher.watch(connection).await;
    }
}

/// The next connection. Where there is none to be had, as when too many files are open, it is tried
/// again a little later.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole; where the socket cannot say so, they come later.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(_) => time::sleep(Duration::from_millis(50)).await,
        }
    }
}
