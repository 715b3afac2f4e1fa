//! Digests.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Class, Cursor, Flaw, Piece, is_lower_hex},
    text::id_text,
};
use std::sync::Arc;

/// The digest of a manifest: `sha256:` and 64 lower-case hex digits, or another algorithm and its
/// digits. At most 512 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OciDigest {
    text: Arc<str>,
}

impl OciDigest {
    /// Reads a digest.
    ///
    /// # Errors
    ///
    /// The algorithm, the number of digits or a digit is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let checked = Piece::capped(text).and_then(check);
        checked.map_err(|flaw| ParseImageIdError::new(Cloud::Oci, text, flaw))?;
        Ok(Self::checked(text))
    }

    pub(super) fn checked(text: &str) -> Self {
        Self { text: text.into() }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The algorithm, `sha256`.
    pub fn algorithm(&self) -> &str {
        self.parts().0
    }

    /// The lower-case hex digits.
    pub fn hex(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.text.split_once(':').unwrap_or_default()
    }
}

id_text!(OciDigest);

/// How many hex digits an algorithm has, if it is one that registries know.
fn known(algorithm: &str) -> Option<usize> {
    match algorithm {
        "sha256" | "blake3" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    }
}

/// Checks a whole digest.
pub(super) fn check(piece: Piece<'_>) -> Result<(), Flaw> {
    match piece.text.strip_prefix("sha256:") {
        Some(hex) if hex.len() == 64 && is_hex(hex) => Ok(()),
        _ => check_any(piece),
    }
}

// Every byte is looked at, so that many are looked at at once.
fn is_hex(text: &str) -> bool {
    text.bytes()
        .fold(true, |all, byte| all & is_lower_hex(byte))
}

fn check_any(piece: Piece<'_>) -> Result<(), Flaw> {
    let mut cursor = Cursor::new(piece);
    if cursor.is_done() {
        return Err(Flaw::empty(piece.at, "digest", DIGEST));
    }
    loop {
        // Parts of an algorithm's name begin with a letter.
        let letters = cursor.take(Class::LOWER);
        cursor.take(Class::LOWER_OR_DIGIT);
        if letters.text.is_empty() {
            return Err(no_algorithm(piece, letters.at));
        }
        if cursor.eat(":") {
            break;
        }
        if !["+", ".", "_", "-"]
            .into_iter()
            .any(|mark| cursor.eat(mark))
        {
            return Err(no_algorithm(piece, cursor.at()));
        }
    }
    let algorithm = piece.text.get(..cursor.at() - piece.at - 1);
    let hex = cursor.take(Class::LOWER_HEX);
    let (least, most) = match algorithm.and_then(known) {
        Some(digits) => (digits, digits),
        None => (LEAST_DIGITS, piece.text.len()),
    };
    if !(least..=most).contains(&hex.text.len()) || !cursor.is_done() {
        return Err(no_hex(hex, cursor, least));
    }
    if piece.text.len() > MOST {
        let found = piece.text.len();
        return Err(Flaw::long(piece.at + MOST, "digest", found, MOST, DIGEST));
    }
    Ok(())
}

/// Whether these are a digest that names no repository, though the grammar would read a name here,
/// and a name with a tag.
pub(super) fn is_alone(path: &str, tag: &str) -> bool {
    if tag.is_empty() {
        path.len() == 64 && is_hex(path)
    } else {
        known(path) == Some(tag.len()) && is_hex(tag)
    }
}

/// Refuses a digest that names no repository.
pub(super) fn check_repository(path: &str, tag: &str) -> Result<(), Flaw> {
    if is_alone(path, tag) {
        let flaw = Flaw::says(0, "a digest without a repository", "a repository before it");
        return Err(flaw.hint("write `REPOSITORY@sha256:…`"));
    }
    Ok(())
}

#[cold]
fn no_algorithm(piece: Piece<'_>, at: usize) -> Flaw {
    let flaw = Flaw::found(at, DIGEST);
    let found = piece.text.as_bytes().get(at - piece.at).copied();
    if is_hex(&piece.text.to_ascii_lowercase()) {
        flaw.hint("write the algorithm before the digits, `sha256:…`")
    } else if found == Some(b'=') {
        flaw.hint("write `:` behind the algorithm")
    } else if found.is_some_and(|byte| byte.is_ascii_uppercase()) {
        flaw.hint("write the algorithm in lower case")
    } else {
        flaw
    }
}

#[cold]
fn no_hex(hex: Piece<'_>, behind: Cursor<'_>, least: usize) -> Flaw {
    match behind.peek() {
        Some(b'A'..=b'F') => {
            Flaw::found(behind.at(), DIGITS).hint("write hex digits in lower case")
        }
        Some(_) => Flaw::found(behind.at(), DIGITS),
        None if hex.text.is_empty() => Flaw::empty(hex.at, "digest", DIGITS),
        None => {
            let flaw = Flaw::digits(hex.end(), hex.text.len(), DIGITS);
            if hex.text.len() < least {
                flaw.hint("digits are missing: copy the whole digest")
            } else {
                flaw.hint("these are too many digits: copy the digest alone")
            }
        }
    }
}

/// The fewest hex digits of an algorithm that is not known.
const LEAST_DIGITS: usize = 32;
/// The most bytes of a digest; the limit is ours.
const MOST: usize = 512;

const DIGEST: &str = "a digest such as `sha256:` and 64 lower-case hex digits";
const DIGITS: &str =
    "lower-case hex digits: 64 for `sha256` and `blake3`, 96 for `sha384`, 128 for `sha512`";
