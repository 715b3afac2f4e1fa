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
    /// The connection ends instead of passing the commit on.
    CutBefore,
    /// The commit is passed on and done, and the connection ends instead of passing that back.
    CutAfter,
}

/// A proxy on a port of its own; each commit that passes meets the next fault of its plan.
pub(crate) struct Proxy {
    port: u16,
    plan: Arc<Plan>,
}

struct Plan {
    faults: Mutex<VecDeque<Fault>>,
    met: AtomicUsize,
    /// What every commit has in it and nothing else: a key with its value.
    marker: Vec<u8>,
}

impl Proxy {
    /// A proxy that takes for a commit what writes to a key that begins so.
    pub(crate) fn before(server: u16, marker: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Plan {
            faults: Mutex::default(),
            met: AtomicUsize::new(0),
            marker: marker.as_bytes().to_vec(),
        });
        let shared = Arc::clone(&plan);
        // It ends with the process: nobody connects any more.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
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
        let next = self.faults.lock().unwrap().pop_front();
        let fault = next.unwrap_or(Fault::None);
        if fault != Fault::None {
            self.met.fetch_add(1, Ordering::SeqCst);
        }
        fault
    }

    fn is_commit(&self, frame: &[u8]) -> bool {
        frame
            .windows(self.marker.len())
            .any(|part| part == self.marker)
    }
}

/// The stream of HTTP/2 whose answer is not passed back.
type Lost = Arc<Mutex<Option<[u8; 4]>>>;

fn relay(client: TcpStream, server: TcpStream, plan: Arc<Plan>) {
    let lost = Lost::default();
    let ways = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let there = Arc::clone(&lost);
    thread::spawn(move || {
        // However it ends, both sides are to know.
        let _ = forth(&ways.0, &ways.1, &plan, &there);
        let _ = ways.0.shutdown(Shutdown::Both);
        let _ = ways.1.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = back(&server, &client, &lost);
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// What a connection of HTTP/2 begins with.
const PREFACE: usize = 24;
/// The type of the frames that carry what is said.
const DATA: u8 = 0;

fn forth(mut from: &TcpStream, mut to: &TcpStream, plan: &Plan, lost: &Lost) -> io::Result<()> {
    let mut preface = [0; PREFACE];
    from.read_exact(&mut preface)?;
    to.write_all(&preface)?;
    loop {
        let frame = frame(from)?;
        if frame[3] == DATA && plan.is_commit(&frame) {
            match plan.next() {
                Fault::None => {}
                Fault::CutBefore => return Ok(()),
                Fault::CutAfter => *lost.lock().unwrap() = Some(stream(&frame)),
            }
        }
        to.write_all(&frame)?;
    }
}

fn back(from: &TcpStream, mut to: &TcpStream, lost: &Lost) -> io::Result<()> {
    loop {
        let frame = frame(from)?;
        if frame[3] == DATA && *lost.lock().unwrap() == Some(stream(&frame)) {
            return Ok(());
        }
        to.write_all(&frame)?;
    }
}

/// A frame: the length of what follows the head, its type, flags, its stream, and what follows.
fn frame(mut from: &TcpStream) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 9];
    from.read_exact(&mut frame)?;
    let length = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]);
    frame.resize(9 + usize::try_from(length).unwrap(), 0);
    from.read_exact(&mut frame[9..])?;
    Ok(frame)
}

fn stream(frame: &[u8]) -> [u8; 4] {
    frame[5..9].try_into().unwrap()
}
