//! What comes before the body of a request.

use super::{
    Excess, MAX_HEADER_BYTES, MAX_HEADERS, MAX_PATH_BYTES, MAX_QUERY_BYTES, Malformed,
    SignatureError,
};
use std::collections::BTreeMap;

/// What comes before the body of a request, as it came.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a request of HTTP has no more")]
pub struct RequestHead<'a> {
    /// `GET` or `POST`, as sent.
    pub method: &'a str,
    /// The path, as sent: still percent-encoded. None is `/`.
    pub path: &'a str,
    /// The query without its `?`, as sent; none is empty.
    pub query: &'a str,
    /// Names and values in the order in which they came, each as often as it came. `host` has the port
    /// if it is not the usual one; where a protocol has no such header, the host adds it.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Headers by their names in lower case, the values of one name in their order.
pub(super) struct Headers<'a>(BTreeMap<String, Vec<&'a [u8]>>);

impl<'a> Headers<'a> {
    /// Within the limits of a head.
    pub(super) fn of(head: &RequestHead<'a>) -> Result<Self, SignatureError> {
        let lengths = head.headers.iter();
        let lengths = lengths.map(|(name, value)| name.len().saturating_add(value.len()));
        let bytes = lengths.fold(0, usize::saturating_add);
        for (found, what, limit) in [
            (head.path.len(), Excess::PathBytes, MAX_PATH_BYTES),
            (head.query.len(), Excess::QueryBytes, MAX_QUERY_BYTES),
            (head.headers.len(), Excess::Headers, MAX_HEADERS),
            (bytes, Excess::HeaderBytes, MAX_HEADER_BYTES),
        ] {
            if found > limit {
                return Err(SignatureError::TooMuch { what, limit });
            }
        }
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, value) in head.headers {
            all.entry(name.to_ascii_lowercase())
                .or_default()
                .push(*value);
        }
        Ok(Self(all))
    }

    /// The values of a header, if it is there.
    pub(super) fn all(&self, name: &str) -> Option<&[&'a [u8]]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The value of a header that may be there once, without blanks around it.
    pub(super) fn only(&self, name: &'static str) -> Result<Option<&'a [u8]>, SignatureError> {
        match self.all(name) {
            None | Some([]) => Ok(None),
            Some([value]) => Ok(Some(value.trim_ascii())),
            Some(_) => Err(SignatureError::Incomplete(Malformed::Repeated(name))),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
