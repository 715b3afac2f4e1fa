//! A server before the server, which does harm by plan.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection ends before the server hears of it.
    Unheard,
    /// The server does it, and the connection ends before the answer.
    Unanswered,
    /// The connection ends in the midst of the answer.
    Cut,
    /// The answer begins, and does not go on.
    Stalled,
    /// The server says that it cannot, and does nothing.
    Status(u16),
}

/// Says of each request what happens to it: the first line tells what it asks for, and the whole head
/// how.
pub(super) type Plan = Box<dyn FnMut(&str) -> Option<Fault> + Send>;

/// Passes requests on, one a connection; what it does to them is planned. Its threads end with the
/// connections that they hold, and the last of them with the process.
pub(super) struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Stands before a server on a port of this machine.
    pub(super) fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan: Arc<Mutex<Plan>> = Arc::new(Mutex::new(Box::new(|_| None)));
        let shared = Arc::clone(&plan);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, plan) = (client.unwrap(), Arc::clone(&shared));
                // Whoever breaks off a connection means it.
                thread::spawn(move || drop(pass(&client, server, &plan)));
            }
        });
        Self { port, plan }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn plan(&self, plan: Plan) {
        *self.plan.lock().unwrap() = plan;
    }
}

/// One request, and its answer.
fn pass(client: &TcpStream, server: u16, plan: &Mutex<Plan>) -> io::Result<()> {
    let (mut reader, mut out) = (BufReader::new(client.try_clone()?), client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.split_once("content-length: ").map_or(0, |(_, rest)| {
        rest.split("\r\n").next().unwrap().parse().unwrap()
    });
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let fault = (plan.lock().unwrap())(&lower);
    match fault {
        Some(Fault::Unheard) => return client.shutdown(Shutdown::Both),
        Some(Fault::Status(status)) => {
            let code = "<Error><Code>InternalError</Code></Error>";
            let answer = format!(
                "HTTP/1.1 {status} No\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{code}",
                code.len()
            );
            return out.write_all(answer.as_bytes());
        }
        _ => {}
    }
    let answer = forward(server, &head, &body)?;
    let (whole, half) = (answer.len(), answer.len() / 2);
    match fault {
        Some(Fault::Unanswered) => return client.shutdown(Shutdown::Both),
        Some(Fault::Cut) => {
            out.write_all(&answer[..half])?;
            return client.shutdown(Shutdown::Both);
        }
        Some(Fault::Stalled) => {
            out.write_all(&answer[..half])?;
            // Until the client has had enough.
            io::copy(&mut reader, &mut io::sink())?;
        }
        _ => out.write_all(&answer[..whole])?,
    }
    Ok(())
}

/// The answer of the server, after which the connection ends.
fn forward(server: u16, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", server))?;
    let head = head.strip_suffix("\r\n").unwrap();
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"Connection: close\r\n\r\n")?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(2).position(|it| it == b"\r\n").unwrap();
    // One word more in the head, so that nobody waits for another answer.
    answer.splice(end..end, b"\r\nConnection: close".iter().copied());
    Ok(answer)
}
