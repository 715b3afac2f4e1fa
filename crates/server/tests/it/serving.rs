//! A router on a socket: what clients may hold, and how it ends.

use crate::signer::Request;
use atlas_server::{Connections, ServeLimits, Server};
use axum::{Router, routing::get};
use core::time::Duration;
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
};
use tokio::{
    net::TcpListener,
    runtime::{self, Runtime},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// A router that is served by a runtime of its own.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<atlas_server::Served>>,
    runtime: Runtime,
}

/// What came back, before the connection ended.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Exchange {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Self {
            status: head[9..12].parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

/// A request as it is sent, after which the connection ends.
pub(crate) fn request_text(request: &Request) -> Vec<u8> {
    let query = match request.query.as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let mut text = format!("{} {}{query} HTTP/1.1\r\n", request.method, request.path).into_bytes();
    for (name, value) in &request.headers {
        text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    let length = format!(
        "Connection: close\r\nContent-Length: {}\r\n\r\n",
        request.body.len()
    );
    text.extend(length.as_bytes());
    text.extend(&request.body);
    text
}

impl Served {
    pub(crate) fn start(router: Router, limits: ServeLimits) -> Self {
        Self::by(router, Server::default().with_limits(limits))
    }

    pub(crate) fn by(router: Router, server: Server) -> Self {
        let mut runtime = runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            stopped.await.ok();
        };
        let serving = runtime.spawn(server.serve(listener, router, stopped));
        Self {
            address,
            stop: Some(stop),
            serving: Some(serving),
            runtime,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        let patience = Some(Duration::from_mins(1));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    pub(crate) fn exchange(&self, text: &[u8]) -> Exchange {
        let mut stream = self.connect();
        // It may be answered, and closed, before all of it was read.
        let _ = stream.write_all(text);
        Exchange::read(&rest(&mut stream))
    }

    pub(crate) fn ask(&self, request: &Request) -> Exchange {
        self.exchange(&request_text(request))
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// How it ended, which takes a minute at most.
    pub(crate) fn ended(&mut self) -> atlas_server::Served {
        let serving = self.serving.take().unwrap();
        let patience = Duration::from_mins(1);
        let ended = async { tokio::time::timeout(patience, serving).await };
        self.runtime.block_on(ended).unwrap().unwrap()
    }
}

/// All that still comes.
pub(crate) fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    String::from_utf8(all).unwrap()
}

/// Until a byte comes.
fn first(stream: &mut TcpStream) -> u8 {
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    byte[0]
}

/// A router that answers when it is told to, and says when it was asked.
fn gated() -> (
    Router,
    mpsc::UnboundedReceiver<()>,
    mpsc::UnboundedSender<()>,
) {
    let (asked, was_asked) = mpsc::unbounded_channel();
    let (open, gate) = mpsc::unbounded_channel::<()>();
    let gate = Arc::new(tokio::sync::Mutex::new(gate));
    let router = Router::new()
        .route("/well", get(|| async { "well" }))
        .route(
            "/",
            get(move || async move {
                asked.send(()).unwrap();
                gate.lock().await.recv().await;
                "whole"
            }),
        );
    (router, was_asked, open)
}

const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: atlas\r\n\r\n";
const WELL: &[u8] = b"GET /well HTTP/1.1\r\nHost: atlas\r\n\r\n";

#[test]
fn what_is_under_way_is_answered_when_it_stops() {
    let (router, mut was_asked, open) = gated();
    let mut served = Served::start(router, ServeLimits::default());
    let mut idle = served.connect();
    idle.write_all(WELL).unwrap();
    assert_eq!(first(&mut idle), b'H');
    let mut busy = served.connect();
    busy.write_all(ASK).unwrap();
    was_asked.blocking_recv().unwrap();

    served.stop();
    // The idle connection ends, though the other is not answered yet; and nobody else comes in.
    assert!(rest(&mut idle).ends_with("well"));
    assert!(TcpStream::connect(served.address).is_err());
    open.send(()).unwrap();
    assert!(rest(&mut busy).ends_with("whole"));
    assert_eq!(served.ended(), atlas_server::Served::Drained);
}

#[test]
fn what_takes_too_long_is_cut_when_it_stops() {
    let (router, mut was_asked, _open) = gated();
    let mut limits = ServeLimits::default();
    limits.drain = Duration::from_millis(50);
    let mut served = Served::start(router, limits);
    let mut busy = served.connect();
    busy.write_all(ASK).unwrap();
    was_asked.blocking_recv().unwrap();
    served.stop();
    assert_eq!(served.ended(), atlas_server::Served::Cut(1));
    assert_eq!(rest(&mut busy), "");
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let (router, _was_asked, _open) = gated();
    let mut limits = ServeLimits::default();
    limits.head_wait = Duration::from_millis(100);
    let served = Served::start(router, limits);
    for text in [&b""[..], b"GET / HTTP/1.1\r\nHost: a", WELL] {
        let mut slow = served.connect();
        slow.write_all(text).unwrap();
        // It ends, whatever it says before: without an end this would wait for a minute, and fail.
        let mut all = Vec::new();
        slow.read_to_end(&mut all).unwrap();
        let said = String::from_utf8(all).unwrap();
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 408") || text == WELL,
            "{said}"
        );
    }
}

#[test]
fn others_wait_where_there_are_too_many_connections() {
    let (router, mut was_asked, open) = gated();
    let mut limits = ServeLimits::default();
    limits.connections = 1;
    let mut served = Served::start(router, limits);
    let mut one = served.connect();
    one.write_all(ASK).unwrap();
    was_asked.blocking_recv().unwrap();
    let mut two = served.connect();
    two.write_all(WELL).unwrap();
    // The second is taken when the first has gone, and not before.
    let a_while = Some(Duration::from_millis(200));
    two.set_read_timeout(a_while).unwrap();
    two.read_exact(&mut [0]).unwrap_err();
    let patience = Some(Duration::from_mins(1));
    two.set_read_timeout(patience).unwrap();
    open.send(()).unwrap();
    assert_eq!(first(&mut one), b'H');
    drop(one);
    assert_eq!(first(&mut two), b'H');
    served.stop();
    assert_eq!(served.ended(), atlas_server::Served::Drained);
}

#[test]
fn heads_are_read_up_to_their_limits() {
    let (router, _was_asked, _open) = gated();
    let served = Served::start(router, ServeLimits::default());
    let many = "a: b\r\n".repeat(101);
    let text = format!("GET /well HTTP/1.1\r\nHost: atlas\r\n{many}\r\n");
    assert_eq!(served.exchange(text.as_bytes()).status, 431);
    let long = "b".repeat(200 << 10);
    let text = format!("GET /well HTTP/1.1\r\nHost: atlas\r\na: {long}\r\n\r\n");
    assert_eq!(served.exchange(text.as_bytes()).status, 431);
}

#[test]
fn a_client_that_takes_nothing_is_not_waited_for() {
    // More than what sockets hold between the two.
    let large = "a".repeat(64 << 20);
    let router = Router::new().route("/", get(|| async move { large.clone() }));
    let mut limits = ServeLimits::default();
    limits.write_wait = Duration::from_millis(100);
    let connections = Connections::default();
    let with = Server::default().with_limits(limits);
    let mut served = Served::by(router, with.counted(connections.clone()));
    let mut lazy = served.connect();
    lazy.write_all(ASK).unwrap();
    assert_eq!(first(&mut lazy), b'H');
    // It has to end though the client is still there: otherwise this takes as long as draining may,
    // and ends with a cut.
    served.stop();
    assert_eq!(served.ended(), atlas_server::Served::Drained);
    assert_eq!((connections.open(), connections.accepted()), (0, 1));
    let mut all = Vec::new();
    let _ = lazy.read_to_end(&mut all);
    assert!(all.len() < 64 << 20);
}

#[test]
fn a_client_that_is_slow_gets_all() {
    let large = "a".repeat(8 << 20);
    let router = Router::new().route("/", get(|| async move { large.clone() }));
    let mut limits = ServeLimits::default();
    limits.write_wait = Duration::from_mins(1);
    let served = Served::start(router, limits);
    let mut slow = served.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: atlas\r\nConnection: close\r\n\r\n")
        .unwrap();
    let (mut part, mut all) = ([0; 4096], 0);
    loop {
        match slow.read(&mut part).unwrap() {
            0 => break,
            read => all += read,
        }
    }
    assert!(all > 8 << 20);
}

#[test]
fn a_client_that_closes_its_half_gets_its_answer() {
    let (router, mut was_asked, open) = gated();
    let served = Served::start(router, ServeLimits::default());
    let mut half = served.connect();
    half.write_all(ASK).unwrap();
    was_asked.blocking_recv().unwrap();
    half.shutdown(Shutdown::Write).unwrap();
    // Others are answered meanwhile, so that the end of the half has been seen before the gate opens.
    let close = b"GET /well HTTP/1.1\r\nHost: atlas\r\nConnection: close\r\n\r\n";
    for _ in 0..20 {
        assert_eq!(served.exchange(close).status, 200);
    }
    open.send(()).unwrap();
    assert!(rest(&mut half).ends_with("whole"));
    // One that has gone altogether holds nothing up.
    let mut gone = served.connect();
    gone.write_all(ASK).unwrap();
    was_asked.blocking_recv().unwrap();
    drop(gone);
    open.send(()).unwrap();
    assert_eq!(served.exchange(close).status, 200);
}
