//! A small signer, written for these tests alone and after the words of AWS.

use atlas_base::Timestamp;
use atlas_ec2::signature::{RequestHead, SignatureError, SignedRequest};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A request as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

/// A request before it is signed: the query is not encoded yet.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// With what it is signed.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) key: String,
    pub(super) secret: String,
    /// `20150830T123600Z`
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) token: Option<String>,
}

impl Request {
    pub(super) fn read(&self, now: Timestamp) -> Result<SignedRequest, SignatureError> {
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let head = RequestHead {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
        };
        SignedRequest::read(&head, now)
    }

    /// Sets a header, or takes it away.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        self.headers
            .retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            self.headers
                .push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }

    pub(super) fn header(&self, name: &str) -> String {
        let found = self
            .headers
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        String::from_utf8(found.unwrap().1.clone()).unwrap()
    }
}

impl Signer {
    pub(super) fn scope(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            &self.date[..8],
            self.region,
            self.service
        )
    }

    /// Signs in the headers.
    pub(super) fn sign(&self, plain: &Plain) -> Request {
        let mut plain = plain.clone();
        plain
            .headers
            .push(("X-Amz-Date".to_owned(), self.date.clone()));
        self.sign_undated(&plain)
    }

    /// Signs in the headers, where the date is one that is not signed as a header.
    pub(super) fn sign_undated(&self, plain: &Plain) -> Request {
        let mut plain = plain.clone();
        if let Some(token) = &self.token {
            plain
                .headers
                .push(("X-Amz-Security-Token".to_owned(), token.clone()));
        }
        let (names, signature) = self.signature(&plain);
        let credential = format!("{}/{}", self.key, self.scope());
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        );
        plain.headers.push(("Authorization".to_owned(), value));
        plain.send(None)
    }

    /// Signs a URL.
    pub(super) fn presign(&self, plain: &Plain, seconds: &str) -> Request {
        let mut plain = plain.clone();
        let credential = format!("{}/{}", self.key, self.scope());
        let parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &self.date),
            ("X-Amz-Expires", seconds),
            ("X-Amz-SignedHeaders", &names(&plain.headers)),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        plain.query.extend(parameters);
        if let Some(token) = &self.token {
            plain
                .query
                .push(("X-Amz-Security-Token".to_owned(), token.clone()));
        }
        let (_, signature) = self.signature(&plain);
        plain.send(Some(&signature))
    }

    fn signature(&self, plain: &Plain) -> (String, String) {
        let mut query: Vec<_> = plain.query.iter().map(|(a, b)| (uri(a), uri(b))).collect();
        query.sort();
        let query: Vec<_> = query.iter().map(|(a, b)| format!("{a}={b}")).collect();
        let mut lines = vec![plain.method.clone(), path(&plain.path), query.join("&")];
        let names = names(&plain.headers);
        for name in names.split(';') {
            let of = plain
                .headers
                .iter()
                .filter(|(it, _)| it.to_lowercase() == name);
            let values: Vec<_> = of.map(|(_, value)| squeezed(value)).collect();
            lines.push(format!("{name}:{}", values.join(",")));
        }
        lines.extend([
            String::new(),
            names.clone(),
            hex(&Sha256::digest(&plain.body)),
        ]);
        let request = hex(&Sha256::digest(lines.join("\n")));
        let text = ["AWS4-HMAC-SHA256", &self.date, &self.scope(), &request].join("\n");
        let first = format!("AWS4{}", self.secret).into_bytes();
        let parts = self.scope();
        let key = parts.split('/').fold(first, |key, part| hmac(&key, part));
        (names, hex(&hmac(&key, &text)))
    }
}

impl Plain {
    fn send(self, signature: Option<&str>) -> Request {
        let query = self
            .query
            .iter()
            .map(|(a, b)| format!("{}={}", uri(a), uri(b)));
        let query: Vec<_> = query
            .chain(signature.map(|it| format!("X-Amz-Signature={it}")))
            .collect();
        let headers = self.headers.into_iter();
        Request {
            method: self.method,
            path: self.path,
            query: query.join("&"),
            headers: headers
                .map(|(name, value)| (name, value.into_bytes()))
                .collect(),
            body: self.body,
        }
    }
}

fn names(headers: &[(String, String)]) -> String {
    let mut names: Vec<_> = headers
        .iter()
        .map(|(name, _)| name.to_lowercase())
        .collect();
    names.sort();
    names.dedup();
    names.join(";")
}

/// RFC 3986, section 5.2.4, without empty parts.
fn path(path: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    for part in path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
    {
        if part == ".." {
            kept.pop();
        } else {
            kept.push(uri(part));
        }
    }
    let slash = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}", kept.join("/"))
}

fn squeezed(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn uri(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}
