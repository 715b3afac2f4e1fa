//! What a server answers before its body.

mod range;
mod validator;

pub use self::{range::ContentRange, validator::Validator};

use crate::ParseAnswerError;
use core::fmt;

/// The most headers of an answer.
const MOST_HEADERS: usize = 64;

/// The head of an answer in HTTP/1.1, read from its bytes: what a fetch needs of it.
///
/// What two readers could read in two ways is refused: two lengths, a length beside an encoding of the
/// transfer, another encoding of the transfer than `chunked`, a header twice that decides something, lines
/// that are folded.
///
/// ```
/// use atlas_fetch::{Answer, Framing};
///
/// let answer = Answer::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 42\r\nETag: \"a\"\r\n\r\n")?;
/// assert_eq!((answer.status(), answer.framing()), (200, Framing::Length(42)));
/// assert_eq!(answer.validator().map(ToString::to_string).as_deref(), Some("\"a\""));
/// # Ok::<(), atlas_fetch::ParseAnswerError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    framing: Framing,
    range: Option<ContentRange>,
    validator: Option<Validator>,
    location: Option<String>,
    encoding: Option<String>,
}

/// How one knows where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "HTTP/1.1 has these three")]
pub enum Framing {
    /// It has so many bytes.
    Length(u64),
    /// It comes in chunks, the last of which is empty.
    Chunked,
    /// It ends when the connection does, also if that is cut.
    UntilClose,
}

impl Answer {
    /// Reads a head up to its empty line.
    ///
    /// # Errors
    ///
    /// It is no head of HTTP/1, has more than 64 headers, more behind it, or can be read in two ways.
    pub fn parse(head: &[u8]) -> Result<Self, ParseAnswerError> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        match answer.parse(head) {
            Ok(httparse::Status::Complete(length)) if length == head.len() => {}
            Ok(httparse::Status::Complete(length)) => {
                return wrong(length, "has more behind its head");
            }
            Ok(httparse::Status::Partial) => return wrong(head.len(), "ends in its head"),
            Err(httparse::Error::TooManyHeaders) => return wrong(0, "has more than 64 headers"),
            Err(_) => return wrong(0, "is not one of HTTP/1"),
        }
        let headers = Headers(answer.headers);
        let status = answer.code.unwrap_or_default();
        Ok(Self {
            status,
            framing: headers.framing()?,
            range: match headers.one("content-range", "has two ranges")? {
                Some(text) if status == 206 => Some(ContentRange::parse(text)?),
                _ => None,
            },
            validator: headers.validator(),
            location: headers
                .one("location", "leads to two places")?
                .map(str::to_owned),
            encoding: headers.encoding(),
        })
    }

    /// The status, such as 200.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// How one knows where the body ends.
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Which part of the whole it is, if it is one (status 206).
    pub const fn range(&self) -> Option<ContentRange> {
        self.range
    }

    /// What tells this content from another one of the same URL.
    pub const fn validator(&self) -> Option<&Validator> {
        self.validator.as_ref()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// How the content is packed, if it is.
    pub fn encoding(&self) -> Option<&str> {
        self.encoding.as_deref()
    }
}

impl fmt::Debug for Answer {
    /// Without the location, which may hold a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("framing", &self.framing)
            .field("range", &self.range)
            .field("validator", &self.validator)
            .finish_non_exhaustive()
    }
}

struct Headers<'a>(&'a [httparse::Header<'a>]);

impl<'a> Headers<'a> {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let named = self
            .0
            .iter()
            .filter(move |it| it.name.eq_ignore_ascii_case(name));
        named.map(|it| it.value.trim_ascii())
    }

    /// A header that decides something: not twice, and in ASCII.
    fn one(
        &self,
        name: &'static str,
        twice: &'static str,
    ) -> Result<Option<&'a str>, ParseAnswerError> {
        let mut all = self.all(name);
        let Some(first) = all.next() else {
            return Ok(None);
        };
        if all.next().is_some() {
            return wrong(0, twice);
        }
        match core::str::from_utf8(first) {
            Ok(text) if text.is_ascii() => Ok(Some(text)),
            _ => wrong(0, "has a header with other characters than ASCII"),
        }
    }

    fn framing(&self) -> Result<Framing, ParseAnswerError> {
        let length = self.one("content-length", "has two lengths")?;
        let transfer = self.one("transfer-encoding", "has two encodings of its transfer")?;
        match (length, transfer) {
            (Some(_), Some(_)) => wrong(0, "has a length beside an encoding of its transfer"),
            (None, Some(it)) if it.eq_ignore_ascii_case("chunked") => Ok(Framing::Chunked),
            (None, Some(_)) => wrong(0, "has an encoding of its transfer other than `chunked`"),
            (None, None) => Ok(Framing::UntilClose),
            (Some(text), None) => match number(text) {
                Some(length) => Ok(Framing::Length(length)),
                None => wrong(0, "has a length that is no number"),
            },
        }
    }

    fn validator(&self) -> Option<Validator> {
        let text = |name| self.one(name, "").ok().flatten();
        let tag = text("etag").and_then(Validator::tag);
        tag.or_else(|| Validator::modified(text("last-modified")?, text("date")?))
    }

    fn encoding(&self) -> Option<String> {
        let mut all = self
            .all("content-encoding")
            .flat_map(|it| it.split(|byte| *byte == b','));
        let packed = all.find(|it| {
            let it = it.trim_ascii();
            !it.is_empty() && !it.eq_ignore_ascii_case(b"identity")
        })?;
        Some(String::from_utf8_lossy(packed.trim_ascii()).into_owned())
    }
}

/// A number in digits and nothing else.
pub(crate) fn number(digits: &str) -> Option<u64> {
    let is_plain = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    is_plain.then(|| digits.parse().ok()).flatten()
}

fn wrong<T>(at: usize, why: &str) -> Result<T, ParseAnswerError> {
    Err(ParseAnswerError::new(at, format_args!("the answer {why}")))
}
