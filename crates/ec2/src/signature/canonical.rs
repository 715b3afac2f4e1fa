//! The one form of a request that both sides sign (AWS: canonical request).

use super::{
    Excess, MAX_QUERY_PARAMETERS, Malformed, SignatureError,
    head::{Headers, RequestHead},
};
use sha2::{Digest as _, Sha256};

/// The parameters of a query, decoded: a `+` is a blank, as forms have it, so that what is signed is
/// what is answered.
pub(super) struct Parameters(Vec<(Vec<u8>, Vec<u8>)>);

impl Parameters {
    pub(super) fn of(query: &str) -> Result<Self, SignatureError> {
        let parts = || query.split('&').filter(|part| !part.is_empty());
        if parts().nth(MAX_QUERY_PARAMETERS).is_some() {
            return Err(SignatureError::TooMuch {
                what: Excess::QueryParameters,
                limit: MAX_QUERY_PARAMETERS,
            });
        }
        let pairs = parts().map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decode(name)?, decode(value)?))
        });
        let pairs: Option<_> = pairs.collect();
        pairs
            .map(Self)
            .ok_or(SignatureError::Incomplete(Malformed::Query))
    }

    /// The value of a parameter that may be there once.
    pub(super) fn only(&self, name: &'static str) -> Result<Option<&[u8]>, SignatureError> {
        let mut found = self.0.iter().filter(|(it, _)| it == name.as_bytes());
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(SignatureError::Incomplete(Malformed::Repeated(name))),
            (found, _) => Ok(found.map(|(_, value)| value.as_slice())),
        }
    }

    /// All of it but a signature, encoded anew and in order of what it is encoded to.
    fn canonical(&self) -> String {
        let signed = self.0.iter().filter(|(name, _)| name != b"X-Amz-Signature");
        let mut encoded: Vec<_> = signed
            .map(|(name, value)| (encode(name, b""), encode(value, b"")))
            .collect();
        encoded.sort();
        let pairs: Vec<_> = encoded
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }
}

/// Everything before the digest of the body, hashed already.
pub(super) fn begin(
    head: &RequestHead<'_>,
    parameters: &Parameters,
    headers: &Headers<'_>,
    signed: &str,
) -> Result<Sha256, SignatureError> {
    let mut canonical = Sha256::new();
    for line in [head.method, &path(head.path), &parameters.canonical()] {
        canonical.update(line);
        canonical.update("\n");
    }
    for name in signed.split(';') {
        let values = headers.all(name);
        let values = values.ok_or(SignatureError::Incomplete(Malformed::NoSuchHeader))?;
        canonical.update(name);
        for (between, value) in [":"].iter().chain([","].iter().cycle()).zip(values) {
            canonical.update(between);
            canonical.update(trimmed(value));
        }
        canonical.update("\n");
    }
    canonical.update("\n");
    canonical.update(signed);
    canonical.update("\n");
    Ok(canonical)
}

/// A path without `.`, `..` and empty parts, encoded once more than it came (AWS: all services but S3).
fn path(raw: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in raw.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = if raw.ends_with('/') && !parts.is_empty() {
        "/"
    } else {
        ""
    };
    let path = format!("/{}{end}", parts.join("/"));
    encode(path.as_bytes(), b"/")
}

/// A value without blanks around it, and with one where there were more.
fn trimmed(value: &[u8]) -> Vec<u8> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let words = value.split(is_blank).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

/// RFC 3986: all but what is unreserved, and a few more, as `%` and two digits in upper case.
fn encode(bytes: &[u8], kept: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                text.push(digit.to_ascii_uppercase());
            }
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut decoded) = (text.bytes(), Vec::with_capacity(text.len()));
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |it: Option<u8>| char::from(it?).to_digit(16);
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high << 4 | low).ok()?
            }
            byte => byte,
        });
    }
    Some(decoded)
}
