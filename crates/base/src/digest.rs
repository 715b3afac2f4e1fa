//! Content digests.

use crate::{ParseDigestError, quoted, text_form};
use core::fmt;

/// 32 bytes of BLAKE3 over a domain and the bytes that follow it.
///
/// The domain keeps digests of different things apart even where their bytes agree: the hashed
/// bytes are the domain, one zero byte, and the content. The text form is `blake3:` and 64
/// lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    const PREFIX: &'static str = "blake3:";

    /// The digest of `bytes` in `domain`. A domain holds no zero byte.
    pub fn of(domain: &str, bytes: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(domain.as_bytes()).update(&[0]).update(bytes);
        Self(*hasher.finalize().as_bytes())
    }

    /// The digest of these 32 bytes: for whoever hashes piece by piece.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 12 hex digits, for people's eyes only: never compare by it.
    pub fn short(&self) -> String {
        self.to_string()
            .chars()
            .skip(Self::PREFIX.len())
            .take(12)
            .collect()
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// The text does not begin with `blake3:`, or 64 lower-case hex digits do not follow.
    pub fn parse(text: &str) -> Result<Self, ParseDigestError> {
        let refuse = |at| {
            let expected = "expected `blake3:` and 64 lower-case hex digits";
            Err(ParseDigestError::new(
                at,
                format_args!("{} is no digest: {expected}", quoted(text)),
            ))
        };
        let Some(hex) = text.strip_prefix(Self::PREFIX) else {
            return refuse(0);
        };
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        if let Some(at) = hex.bytes().position(|byte| nibble(byte).is_none()) {
            return refuse(Self::PREFIX.len() + at);
        }
        if hex.len() != 64 {
            return refuse(Self::PREFIX.len() + hex.len().min(64));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = pair
                .iter()
                .filter_map(|&digit| nibble(digit))
                .fold(0, |high, low| high << 4 | low);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digests are in every record and in what other digests are taken over: at once, and not
        // byte by byte.
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
        let pairs = self.0.iter().map(|byte| [byte >> 4, byte & 15]);
        let digits: String = pairs.flatten().map(digit).collect();
        write!(f, "{}{digits}", Self::PREFIX)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

text_form!(Digest, ParseDigestError);
