//! A proxy before a server, which breaks connections where a test wants them broken.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// What happens to one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The connection ends when the commit's transaction begins.
    CutAtBegin,
    /// The connection ends instead of passing COMMIT on.
    CutBeforeCommit,
    /// COMMIT is passed on and done, and the connection ends instead of passing that back.
    CutAfterCommit,
    /// COMMIT becomes ROLLBACK, and is answered with this code.
    Refuse(&'static [u8; 5]),
}

/// A proxy on a port of its own; each commit that passes meets the next fault of its plan.
pub(crate) struct Proxy {
    port: u16,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    faults: Mutex<VecDeque<Fault>>,
    met: AtomicUsize,
}

impl Proxy {
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::<Plan>::default();
        let shared = Arc::clone(&plan);
        // It ends with the process: nobody connects any more.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                // Messages go one by one, and none is to wait for the next.
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                relay(client, server, Arc::clone(&shared));
            }
        });
        Self { port, plan }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The faults that the next commits meet.
    pub(crate) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.plan.faults.lock().unwrap().extend(faults);
    }

    /// How many commits have met a fault.
    pub(crate) fn met(&self) -> usize {
        self.plan.met.load(Ordering::SeqCst)
    }
}

impl Plan {
    fn next(&self) -> Fault {
        self.faults
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Fault::None)
    }

    fn met(&self) {
        self.met.fetch_add(1, Ordering::SeqCst);
    }
}

/// What the way back has to do with the answer to COMMIT.
type Back = Arc<Mutex<Fault>>;

fn relay(client: TcpStream, server: TcpStream, plan: Arc<Plan>) {
    let back = Arc::new(Mutex::new(Fault::None));
    let ways = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let there = Arc::clone(&back);
    thread::spawn(move || {
        // However it ends, both sides are to know.
        let _ = forth(&ways.0, &ways.1, &plan, &there);
        let _ = ways.0.shutdown(Shutdown::Both);
        let _ = ways.1.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = return_(&server, &client, &back);
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// Simple queries, as messages have them.
const BEGIN_COMMIT: &[u8] =
    b"BEGIN; SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL";
const COMMIT: &[u8] = b"COMMIT\0";
const ROLLBACK: &[u8] = b"ROLLBACK\0";

fn forth(mut from: &TcpStream, mut to: &TcpStream, plan: &Plan, back: &Back) -> io::Result<()> {
    // The first message has no type.
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    from.read_exact(&mut body)?;
    to.write_all(&[&length[..], &body].concat())?;
    let mut fault = Fault::None;
    let mut is_commit = false;
    loop {
        let (kind, body) = message(from)?;
        if kind == b'Q' && body.starts_with(BEGIN_COMMIT) {
            fault = plan.next();
            is_commit = true;
            if fault == Fault::CutAtBegin {
                plan.met();
                return Ok(());
            }
        } else if kind == b'Q' && body == ROLLBACK && is_commit {
            // Given up before anything was written: the next attempt meets the fault.
            is_commit = false;
            if fault != Fault::None {
                plan.faults.lock().unwrap().push_front(fault);
            }
        } else if kind == b'Q' && body == COMMIT && is_commit {
            is_commit = false;
            if fault != Fault::None {
                plan.met();
            }
            *back.lock().unwrap() = fault;
            match fault {
                Fault::CutBeforeCommit => return Ok(()),
                Fault::Refuse(_) => {
                    send(to, b'Q', ROLLBACK)?;
                    continue;
                }
                _ => {}
            }
        }
        send(to, kind, &body)?;
    }
}

fn return_(from: &TcpStream, to: &TcpStream, back: &Back) -> io::Result<()> {
    loop {
        let (kind, body) = message(from)?;
        let fault = *back.lock().unwrap();
        match fault {
            Fault::CutAfterCommit if kind == b'C' && body == COMMIT => return Ok(()),
            Fault::Refuse(code) if kind == b'C' && body == ROLLBACK => {
                *back.lock().unwrap() = Fault::None;
                let fields = [&b"SERROR\0VERROR\0C"[..], code, b"\0Mthe proxy refuses\0\0"];
                send(to, b'E', &fields.concat())?;
            }
            _ => send(to, kind, &body)?,
        }
    }
}

fn message(mut from: &TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    from.read_exact(&mut body)?;
    Ok((kind, body))
}

fn send(mut to: &TcpStream, kind: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    to.write_all(&[&[kind], &length[..], body].concat())
}
