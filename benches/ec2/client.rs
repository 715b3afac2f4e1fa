//! The load tool: a client of HTTP/1.1 that signs its requests beforehand and reads whole answers.

use crate::{
    Fault,
    signer::{Plain, Signer, uri},
};
use cloud_atlas::{Clock as _, SystemClock};
use core::time::Duration;
use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

/// The access key of the bench: moto believes every key.
pub(crate) const KEY: &str = "AKIDBENCH";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// A region that moto knows.
const REGION: &str = "eu-central-1";

/// Whether a connection serves one request or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Each request has a new one.
    New,
    /// It is kept for the next request.
    Kept,
}

/// A server, and how it is reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) connection: Connection,
    /// How long an answer may take.
    pub(crate) patience: Duration,
}

/// One client.
#[derive(Debug)]
pub(crate) struct Client {
    target: Target,
    stream: Option<BufReader<TcpStream>>,
    answer: Vec<u8>,
}

impl Target {
    /// The server at a port of this machine, with a new connection for each request.
    pub(crate) fn at(port: u16) -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            connection: Connection::New,
            patience: Duration::from_mins(10),
        }
    }

    pub(crate) fn kept(self) -> Self {
        let connection = Connection::Kept;
        Self { connection, ..self }
    }

    pub(crate) fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(crate) fn client(self) -> Client {
        Client {
            target: self,
            stream: None,
            answer: Vec::new(),
        }
    }

    /// A request with its signature, as it goes over the wire: good for the minutes to come.
    pub(crate) fn request(&self, parameters: &[(&str, &str)]) -> Vec<u8> {
        self.request_by([KEY, SECRET], parameters)
    }

    /// The same, signed with an access key: its id and its secret.
    pub(crate) fn request_by(&self, key: [&str; 2], parameters: &[(&str, &str)]) -> Vec<u8> {
        let all = [parameters, &[("Version", "2016-11-15")]].concat();
        let form = all
            .iter()
            .map(|(name, value)| format!("{name}={}", uri(value)));
        let body = form.collect::<Vec<_>>().join("&").into_bytes();
        let (host, kind) = (
            self.address.to_string(),
            "application/x-www-form-urlencoded",
        );
        let headers = [("Host", host.as_str()), ("Content-Type", kind)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signed = signer(key).sign(&Plain {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: headers.into(),
            body,
        });
        let mut text = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &signed.headers {
            text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        let connection = match self.connection {
            Connection::New => "close",
            Connection::Kept => "keep-alive",
        };
        let length = signed.body.len();
        let rest = format!("Connection: {connection}\r\nContent-Length: {length}\r\n\r\n");
        text.extend(rest.into_bytes());
        text.extend(signed.body);
        text
    }
}

impl Client {
    /// Sends a request and reads the whole answer, which it gives: any but 200 is a fault.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<&str, Fault> {
        let address = self.target.address;
        match self.exchange(request)? {
            (200, answer) => Ok(answer),
            (status, answer) => Err(format!("{address} answers {status}: {answer}").into()),
        }
    }

    /// Sends a request and reads the whole answer, which it gives with its status.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<(u16, &str), Fault> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        stream.get_mut().write_all(request)?;
        let status = self.read(&mut stream)?;
        if self.target.connection == Connection::Kept {
            self.stream = Some(stream);
        }
        Ok((status, core::str::from_utf8(&self.answer)?))
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(self.target.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.target.patience))?;
        Ok(BufReader::with_capacity(1 << 16, stream))
    }

    /// Reads an answer into the buffer; gives its status.
    fn read(&mut self, stream: &mut BufReader<TcpStream>) -> Result<u16, Fault> {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .ok_or("a connection ended before its answer")?;
        let status = status.parse()?;
        let (mut length, mut in_pieces) = (None, false);
        loop {
            line.clear();
            stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse()?);
            }
            in_pieces |= name.eq_ignore_ascii_case("transfer-encoding");
        }
        self.answer.clear();
        if in_pieces {
            while self.read_piece(stream, &mut line)? {}
        } else {
            let length: usize = length.ok_or("an answer does not tell its length")?;
            self.answer.resize(length, 0);
            stream.read_exact(&mut self.answer)?;
        }
        Ok(status)
    }

    /// Reads a piece of an answer (RFC 9112, 7.1); the last one is empty.
    fn read_piece(
        &mut self,
        stream: &mut BufReader<TcpStream>,
        line: &mut String,
    ) -> Result<bool, Fault> {
        line.clear();
        stream.read_line(line)?;
        let size = usize::from_str_radix(line.trim_end(), 16)?;
        let begin = self.answer.len();
        self.answer.resize(begin + size, 0);
        stream.read_exact(self.answer.get_mut(begin..).unwrap_or_default())?;
        line.clear();
        stream.read_line(line)?;
        Ok(size > 0)
    }
}

fn signer([key, secret]: [&str; 2]) -> Signer {
    // 2026-07-21T12:00:00.123456Z, without what stands between, and without the fraction.
    let now = SystemClock.now().to_string();
    let whole = now.split(['.', 'Z']).next().unwrap_or_default();
    let digits: String = whole
        .chars()
        .filter(|it| !matches!(it, '-' | ':'))
        .collect();
    Signer {
        key: key.to_owned(),
        secret: secret.to_owned(),
        date: format!("{digits}Z"),
        region: REGION.to_owned(),
        service: "ec2".to_owned(),
        token: None,
    }
}
