//! A client that signs its requests and keeps its connection.

use crate::{
    serving::SECRET,
    signer::{Plain, Signer, uri},
};
use cloud_atlas::{Clock as _, SystemClock};
use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

pub(super) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    /// Asks, and gives what is answered; an error where that does not come whole.
    #[track_caller]
    pub(super) fn ask(&mut self, action: &str, pairs: &[(&str, &str)]) -> io::Result<String> {
        let request = self.request(action, pairs);
        let (status, answer) = self.exchange(&request)?;
        assert_eq!(status, 200, "{action} {pairs:?}: {answer}");
        Ok(answer)
    }

    /// Registers an image with tags, and gives its id.
    pub(super) fn register(&mut self, name: &str, tags: &[(&str, &str)]) -> io::Result<String> {
        let mut pairs = vec![
            ("Name", name),
            ("Description", "new"),
            ("RootDeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
        ];
        let numbered = |at: usize, what: &str| format!("TagSpecification.1.Tag.{}.{what}", at + 1);
        let names: Vec<_> = (0..tags.len())
            .map(|at| [numbered(at, "Key"), numbered(at, "Value")])
            .collect();
        if !tags.is_empty() {
            pairs.push(("TagSpecification.1.ResourceType", "image"));
        }
        for (names, (key, value)) in names.iter().zip(tags) {
            pairs.extend([(&*names[0], *key), (&*names[1], *value)]);
        }
        let answer = self.ask("RegisterImage", &pairs)?;
        let document = roxmltree::Document::parse(&answer).unwrap();
        let mut nodes = document.descendants();
        let id = nodes.find(is_id);
        Ok(id.unwrap().text().unwrap().to_owned())
    }

    /// How many images there are.
    pub(super) fn count(&mut self) -> io::Result<usize> {
        let answer = self.ask("DescribeImages", &[])?;
        Ok(answer.matches("<imageId>").count())
    }

    fn request(&self, action: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut form = format!("Action={action}&Version=2016-11-15");
        for (name, value) in pairs {
            form = format!("{form}&{name}={}", uri(value));
        }
        let kind = "application/x-www-form-urlencoded".to_owned();
        let headers = [
            ("Host".to_owned(), self.address.to_string()),
            ("Content-Type".to_owned(), kind),
        ];
        let signed = signer().sign(&Plain {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: headers.into(),
            body: form.into_bytes(),
        });
        let mut text = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &signed.headers {
            text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        text.extend(format!("Content-Length: {}\r\n\r\n", signed.body.len()).into_bytes());
        text.extend(signed.body);
        text
    }

    /// Where anything goes wrong the connection is gone.
    fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, String)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => BufReader::new(TcpStream::connect(self.address)?),
        };
        stream.get_mut().set_nodelay(true)?;
        stream.get_mut().write_all(request)?;
        let status = line(&mut stream)?;
        let status = status.split(' ').nth(1).unwrap().parse().unwrap();
        let (mut length, mut body) = (None, Vec::new());
        loop {
            let line = line(&mut stream)?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.parse().unwrap());
            }
        }
        match length {
            Some(length) => piece(&mut stream, length, &mut body)?,
            // In pieces, the last one of which is empty (RFC 9112, 7.1).
            None => loop {
                let size = usize::from_str_radix(&line(&mut stream)?, 16).unwrap();
                piece(&mut stream, size, &mut body)?;
                line(&mut stream)?;
                if size == 0 {
                    break;
                }
            },
        }
        self.stream = Some(stream);
        Ok((status, String::from_utf8(body).unwrap()))
    }
}

/// A line without its end; an error where it has none.
fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let whole = line.strip_suffix("\r\n");
    whole
        .map(str::to_owned)
        .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn piece(stream: &mut BufReader<TcpStream>, size: usize, into: &mut Vec<u8>) -> io::Result<()> {
    let begin = into.len();
    into.resize(begin + size, 0);
    stream.read_exact(&mut into[begin..])
}

fn is_id(node: &roxmltree::Node<'_, '_>) -> bool {
    node.tag_name().name() == "imageId"
}

fn signer() -> Signer {
    // 2026-07-21T12:00:00.123456Z, without what stands between, and without the fraction.
    let now = SystemClock.now().to_string();
    let whole = now.split(['.', 'Z']).next().unwrap();
    Signer {
        key: "AKIDACMEDEV".to_owned(),
        secret: SECRET.to_owned(),
        date: format!("{}Z", whole.replace(['-', ':'], "")),
        region: "eu-central-1".to_owned(),
        service: "ec2".to_owned(),
        token: None,
    }
}
