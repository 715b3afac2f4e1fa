//! A server that answers what a test says, one connection after the other.

use crate::url;
use atlas_fetch::SourceUrl;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io::{BufRead as _, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What is answered to one connection.
pub(crate) enum Reply {
    /// These bytes, then the connection ends.
    Bytes(Vec<u8>),
    /// All of a file, or from where it is asked for: which tag it has, and what it is.
    From(&'static str, Vec<u8>),
    /// These bytes, then nothing, until the client goes.
    Hold(Vec<u8>),
    /// The first bytes, then the second ones again and again, until the client goes.
    Endless(&'static str, Vec<u8>),
}

pub(crate) struct Server {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new(replies: Vec<Reply>) -> Self {
        Self::start(replies, None)
    }

    pub(crate) fn with_tls(replies: Vec<Reply>) -> Self {
        let certificate = include_bytes!("../data/tls/server.pem");
        let key = include_bytes!("../data/tls/server.key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate).unwrap()],
                PrivateKeyDer::from_pem_slice(key).unwrap(),
            );
        Self::start(replies, Some(Arc::new(config.unwrap())))
    }

    fn start(replies: Vec<Reply>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        // It waits for connections that never come if a client refuses; nobody waits for it.
        thread::spawn(move || {
            for reply in replies {
                let (stream, _) = listener.accept().unwrap();
                let (tls, log) = (tls.clone(), Arc::clone(&log));
                thread::spawn(move || serve(stream, tls, &reply, &log));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self, host: &str) -> SourceUrl {
        url(&format!("http://{host}:{}/a.qcow2?sig=secret", self.port))
    }

    pub(crate) fn log(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.requests)
    }

    /// The requests that came so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// What the requests asked for beyond what each has.
    pub(crate) fn ranges(&self) -> Vec<String> {
        let all = self.requests();
        let range = |it: &String| {
            let lines = it.lines().filter(|it| it.contains("ange: "));
            lines.collect::<Vec<_>>().join("; ")
        };
        all.iter().map(range).collect()
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    reply: &Reply,
    log: &Mutex<Vec<String>>,
) {
    let Some(config) = tls else {
        return answer(&stream, reply, log);
    };
    let session = ServerConnection::new(config).unwrap();
    let mut stream = StreamOwned::new(session, stream);
    if stream.conn.complete_io(&mut stream.sock).is_ok() {
        answer(&mut stream, reply, log);
        stream.conn.send_close_notify();
        let _ = stream.conn.complete_io(&mut stream.sock);
    }
}

fn answer(mut stream: impl Read + Write, reply: &Reply, log: &Mutex<Vec<String>>) {
    let mut request = String::new();
    let mut input = BufReader::new(&mut stream);
    while !request.ends_with("\r\n\r\n") {
        if input.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
    }
    let from = request.split("Range: bytes=").nth(1);
    let from = from.map(|it| it.split('-').next().unwrap().parse().unwrap());
    log.lock().unwrap().push(request);
    // A client that has enough goes, which is no failure here.
    let _ = match reply {
        Reply::Bytes(bytes) => stream.write_all(bytes),
        Reply::From(tag, file) => {
            let answer = match from {
                Some(from) => rest(tag, file, from, file.len()),
                None => whole(tag, file),
            };
            match answer {
                Reply::Bytes(bytes) => stream.write_all(&bytes),
                _ => Ok(()),
            }
        }
        Reply::Hold(bytes) => stream
            .write_all(bytes)
            .and_then(|()| stream.flush())
            .and_then(|()| stream.read_to_end(&mut Vec::new()).map(drop)),
        Reply::Endless(first, then) => {
            let mut done = stream.write_all(first.as_bytes());
            while done.is_ok() {
                done = stream.write_all(then);
            }
            Ok(())
        }
    };
    let _ = stream.flush();
}

/// An answer with some headers and a body.
pub(crate) fn reply(status: &str, headers: &[&str], body: &[u8]) -> Reply {
    Reply::Bytes(raw(status, headers, body))
}

pub(crate) fn raw(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut all = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        all.push_str(header);
        all.push_str("\r\n");
    }
    all.push_str("\r\n");
    let mut all = all.into_bytes();
    all.extend(body);
    all
}

/// All of it, with a tag.
pub(crate) fn whole(tag: &str, body: &[u8]) -> Reply {
    cut(tag, body, body.len())
}

/// All of it, with a tag, cut after some bytes.
pub(crate) fn cut(tag: &str, body: &[u8], at: usize) -> Reply {
    let length = format!("Content-Length: {}", body.len());
    let tag = format!("ETag: {tag}");
    reply("200 OK", &[&length, &tag], &body[..at])
}

/// What follows a byte, with a tag, cut at another.
pub(crate) fn rest(tag: &str, body: &[u8], from: usize, to: usize) -> Reply {
    let all = body.len();
    let length = format!("Content-Length: {}", all - from);
    let range = format!("Content-Range: bytes {from}-{}/{all}", all - 1);
    let tag = format!("ETag: {tag}");
    reply(
        "206 Partial Content",
        &[&length, &range, &tag],
        &body[from..to],
    )
}

/// A redirect.
pub(crate) fn redirect(status: &str, to: &str) -> Reply {
    reply(
        status,
        &[&format!("Location: {to}"), "Content-Length: 0"],
        b"",
    )
}
