//! A client, as plain as can be.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

pub(crate) struct Client(pub(crate) BufReader<TcpStream>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body is as long as its head says.
    pub(crate) is_whole: bool,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(own, _)| own == name);
        let first = found.next();
        assert!(found.next().is_none(), "{name} is there twice");
        first.map(|(_, value)| value.as_str())
    }

    pub(crate) fn length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(address).unwrap()))
    }

    /// Sends a request, with the token of somebody unless a header says something else.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: atlas\r\n");
        let is_said = |(name, _): &(&str, &str)| name.eq_ignore_ascii_case("authorization");
        if !headers.iter().any(is_said) {
            let token = crate::world::token("dana");
            text = format!("{text}Authorization: Bearer {token}\r\n");
        }
        for (name, value) in headers.iter().filter(|(_, value)| *value != "-") {
            text = format!("{text}{name}: {value}\r\n");
        }
        let mut stream = self.0.get_ref();
        stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
    }

    /// Reads the head of an answer.
    pub(crate) fn head(&mut self) -> Reply {
        let mut line = || {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let status = line().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Reply {
            status,
            headers,
            body: Vec::new(),
            is_whole: false,
        }
    }

    /// Reads so many bytes of a body, or what there is.
    pub(crate) fn body(&mut self, length: usize) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        let limit = u64::try_from(length).unwrap();
        // A connection that is reset has ended too.
        let _ = (&mut self.0).take(limit).read_to_end(&mut body);
        let is_whole = body.len() == length;
        (body, is_whole)
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(method, path, headers);
        let mut reply = self.head();
        if method == "HEAD" || reply.status == 304 {
            reply.is_whole = true;
        } else {
            (reply.body, reply.is_whole) = self.body(reply.length());
        }
        reply
    }

    pub(crate) fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", path, headers)
    }
}
