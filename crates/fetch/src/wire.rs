//! Connections: to one address that was judged, with TLS where the URL says so.

use crate::{
    FetchError, FetchLimits, SourceUrl,
    pace::{Halt, Pace, SLICE},
    resolve::apart,
};
use core::{error::Error as StdError, net::SocketAddr, time::Duration};
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

/// A socket that asks again and again whether to go on.
#[derive(Debug)]
pub(crate) struct Wire<'a> {
    stream: TcpStream,
    pace: &'a Pace<'a>,
}

impl Wire<'_> {
    fn patiently(
        &mut self,
        mut work: impl FnMut(&mut TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            self.pace.check()?;
            match work(&mut self.stream) {
                Ok(count) => {
                    self.pace.moved();
                    return Ok(count);
                }
                Err(error) => match error.kind() {
                    // The one on Unix, the other on Windows: a slice of time went by.
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {}
                    _ => return Err(error),
                },
            }
        }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patiently(|stream| stream.read(buffer))
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection to the host of a URL.
#[derive(Debug)]
pub(crate) enum Connection<'a> {
    Plain(Wire<'a>),
    Tls(Box<StreamOwned<ClientConnection, Wire<'a>>>),
}

impl<'a> Connection<'a> {
    /// Connects to the first of these addresses that answers.
    pub(crate) fn open(
        url: &SourceUrl,
        addresses: &[SocketAddr],
        tls: Option<&Arc<ClientConfig>>,
        limits: &FetchLimits,
        pace: &'a Pace<'a>,
    ) -> Result<Self, FetchError> {
        let unreachable = |error| unreachable(url, limits, error);
        let stream = connect(addresses, limits.connect, pace).map_err(unreachable)?;
        let wire = Wire { stream, pace };
        if !url.is_https() {
            return Ok(Self::Plain(wire));
        }
        let Some(config) = tls else {
            return Err(FetchError::NoRoots { url: url.clone() });
        };
        let refused = |source| FetchError::Tls {
            url: url.clone(),
            source,
        };
        let host = url.host().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| refused(io::Error::other(error)))?;
        let session = ClientConnection::new(Arc::clone(config), name)
            .map_err(|error| refused(io::Error::other(error)))?;
        let mut stream = StreamOwned::new(session, wire);
        while stream.conn.is_handshaking() {
            if let Err(error) = stream.conn.complete_io(&mut stream.sock) {
                // Only what TLS itself says is a verdict; a wire can be cut at any time.
                let said = error.get_ref();
                let is_verdict =
                    said.is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>);
                return Err(if is_verdict {
                    refused(error)
                } else {
                    unreachable(error)
                });
            }
        }
        Ok(Self::Tls(Box::new(stream)))
    }
}

pub(crate) fn unreachable(url: &SourceUrl, limits: &FetchLimits, source: io::Error) -> FetchError {
    match Halt::of(&source) {
        Some(halt) => FetchError::halted(halt, url, limits.time),
        None => FetchError::Unreachable {
            url: url.clone(),
            source,
        },
    }
}

fn connect(addresses: &[SocketAddr], most: Duration, pace: &Pace<'_>) -> io::Result<TcpStream> {
    let mut last = None;
    for address in addresses {
        let address = *address;
        match apart(pace, most, move || {
            TcpStream::connect_timeout(&address, most)
        }) {
            Ok(stream) => {
                stream.set_read_timeout(Some(SLICE))?;
                stream.set_write_timeout(Some(SLICE))?;
                return Ok(stream);
            }
            Err(error) => match Halt::of(&error) {
                Some(Halt::Stopped | Halt::Time) => return Err(error),
                Some(Halt::Idle) | None => last = Some(error),
            },
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
}

impl Read for Connection<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Connection<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(wire) => wire.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
