//! Subscriptions.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, ShortText},
    text::id_text,
};

/// A subscription: a UUID with dashes, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AzureSubscription(ShortText);

impl AzureSubscription {
    /// Reads a UUID in any case; its dashes are needed.
    ///
    /// # Errors
    ///
    /// The text is no UUID with dashes.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let piece = Piece::capped(text);
        let read = piece.and_then(|piece| match take(piece.text.as_bytes()) {
            Some((_, [])) => Ok(()),
            Some((_, rest)) => Err(Flaw::found(piece.end() - rest.len(), EXPECTED)),
            None => Err(flaw_of(piece)),
        });
        read.map_err(|flaw| ParseImageIdError::new(Cloud::Azure, text, flaw))?;
        Ok(Self::checked(text))
    }

    pub(super) fn checked(text: &str) -> Self {
        Self(ShortText::new(
            text.bytes().map(|byte| byte.to_ascii_lowercase()),
        ))
    }

    /// The text in lower case.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

id_text!(AzureSubscription);

/// Whether a UUID with dashes is in lower case, and what stands behind it.
#[inline]
pub(super) fn take(text: &[u8]) -> Option<(bool, &[u8])> {
    let (uuid, rest) = text.split_first_chunk()?;
    Some((case_of(uuid)?, rest))
}

/// Whether a UUID is in lower case, if it is one.
// No branch depends on a byte, so that many bytes are looked at at once.
fn case_of(uuid: &[u8; BYTES]) -> Option<bool> {
    let (mut is_wrong, mut has_upper) = (false, false);
    for (byte, place) in uuid.iter().zip(PLACES) {
        is_wrong |= match place {
            b'-' => *byte != b'-',
            _ => !byte.is_ascii_hexdigit(),
        };
        has_upper |= byte.is_ascii_uppercase();
    }
    (!is_wrong).then_some(!has_upper)
}

/// Refuses what stands here as a subscription.
#[cold]
pub(super) fn flaw_of(piece: Piece<'_>) -> Flaw {
    let (given, _) = piece.split('/');
    if given.text.is_empty() {
        return Flaw::empty(given.at, "subscription", EXPECTED);
    }
    let fits = |(byte, place): &(u8, &u8)| match place {
        b'-' => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let same = given.text.bytes().zip(PLACES).take_while(fits).count();
    let flaw = Flaw::found(given.at + same, EXPECTED);
    if given.text.len() == 32 && given.text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        flaw.hint("put dashes between the digits")
    } else if given.text.starts_with(['{', '<', '$']) {
        flaw.hint("fill in the placeholder")
    } else {
        flaw
    }
}

/// How long a UUID with dashes is.
pub(super) const BYTES: usize = 36;

/// Where a UUID has its dashes.
const PLACES: &[u8; BYTES] = b"........-....-....-....-............";

pub(super) const EXPECTED: &str = "the subscription's UUID with dashes";
