//! SHA-256, as people compare it.

use crate::ParseSha256Error;
use atlas_base::quoted;
use core::fmt;

/// The SHA-256 of a file. The text form is 64 hex digits, small ones in the canonical text.
///
/// ```
/// use atlas_fetch::Sha256;
///
/// let text = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
/// assert_eq!(Sha256::parse(text)?.to_string(), text.to_lowercase());
/// # Ok::<(), atlas_fetch::ParseSha256Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// These 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hex digits.
    ///
    /// # Errors
    ///
    /// There are more, fewer, or others.
    pub fn parse(text: &str) -> Result<Self, ParseSha256Error> {
        let refuse = |at| {
            let message = format!("{} is no SHA-256: expected 64 hex digits", quoted(text));
            Err(ParseSha256Error::new(at, message))
        };
        if let Some((at, _)) = text.char_indices().find(|(_, it)| !it.is_ascii_hexdigit()) {
            return refuse(at);
        }
        if text.len() != 64 {
            return refuse(text.len().min(64));
        }
        let mut bytes = [0; 32];
        let mut digits = text.chars().filter_map(|it| it.to_digit(16));
        for byte in &mut bytes {
            let pair = digits.next().zip(digits.next()).unwrap_or_default();
            *byte = u8::try_from((pair.0 << 4) | pair.1).unwrap_or_default();
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

atlas_base::text_form!(Sha256, ParseSha256Error);
