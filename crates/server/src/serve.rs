//! Connections, and how they end.

use axum::Router;
use core::{pin::pin, time::Duration};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::sync::Arc;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time,
};

/// How much clients may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServeLimits {
    /// Connections at a time: 256 unless said otherwise. Others wait until one ends.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may wait for the next one:
    /// 15 seconds unless said otherwise. Then it is closed.
    pub head_wait: Duration,
    /// Headers of a request: 100 unless said otherwise. More are refused with 431.
    pub headers: usize,
    /// Bytes of a head that are kept, at least 8 KiB: 128 KiB unless said otherwise. More are refused
    /// with 431.
    pub head_bytes: usize,
    /// How long requests may take that are under way when it ends: 30 seconds unless said otherwise.
    /// Then they are cut.
    pub drain: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 256,
            head_wait: Duration::from_secs(15),
            headers: 100,
            head_bytes: 128 << 10,
            drain: Duration::from_secs(30),
        }
    }
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it ends in one way or the other")]
pub enum Served {
    /// Every request that was under way got its whole answer.
    Drained,
    /// So many connections were cut, since they took too long.
    Cut(usize),
}

/// Serves a router on a socket of the host's, in HTTP/1.1, until it is stopped: then it takes no
/// connection any more, requests that are under way are answered, and idle connections are closed.
///
/// It runs on the host's runtime of tokio, with its timer. An embedder that serves otherwise has its
/// own way to end; this one has the limits that a socket on a network needs.
///
/// ```
/// use atlas_server::{ServeLimits, Served, serve};
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
///     Ok::<_, std::io::Error>(serve(listener, router, ServeLimits::default(), stopped).await)
/// })?;
/// assert_eq!(served, Served::Drained);
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    stop: impl Future<Output = ()> + Send,
) -> Served {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_wait)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes.max(8 << 10));
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(
        limits.connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
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
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // A client that goes away is no failure of ours.
            let _ = connection.await;
            drop(slot);
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
