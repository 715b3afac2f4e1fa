//! A client as small as can be: HTTP/1.1 over a socket that stays open.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

/// A connection to the service.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// What the service answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: serde_json::Value,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Asks what to launch at a location: of an `mci` or a `template` by its name.
    pub(crate) fn launch(&mut self, kind: &str, name: &str, location: &str) -> io::Result<Answer> {
        let ask = serde_json::json!({ kind: name, "location": location });
        self.ask("POST", "/launch", ask.to_string().as_bytes())
    }

    /// Sends a request, and reads its answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<Answer> {
        let head = head(method, path, body.len(), "");
        self.send(&[head.as_bytes(), body].concat())?;
        self.answer()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads the lines up to an empty one.
    pub(crate) fn lines(&mut self) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.trim_end() {
                "" => return Ok(lines),
                line => lines.push(line.to_ascii_lowercase()),
            }
        }
    }

    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let lines = self.lines()?;
        let status = lines.first().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        let length = lines
            .iter()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        Ok(Answer {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            body: serde_json::from_slice(&body)?,
        })
    }
}

/// The first lines of a request.
pub(crate) fn head(method: &str, path: &str, length: usize, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: fleet\r\ncontent-length: {length}\r\n{more}\r\n")
}
