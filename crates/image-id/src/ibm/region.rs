//! Regions as CRNs and hosts name them.

use crate::scan::{Cursor, Flaw, Piece};

/// Reads a region: words of lower-case letters and digits between dashes, each of which begins with a
/// letter, at most 63 characters. A zone ends in a number of its own (`us-south-1`); images are in no
/// zone.
pub(super) fn take<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Flaw> {
    let start = cursor.rest();
    let (length, is_whole) = region(start.text.as_bytes());
    match start.text.split_at_checked(length) {
        Some((region, text)) if is_whole && length <= MOST => {
            let at = start.at + length;
            *cursor = Cursor::new(Piece { text, at });
            Ok(region)
        }
        _ => Err(no_region(start, length)),
    }
}

/// How many bytes begin a region, and whether they are a whole one.
fn region(text: &[u8]) -> (usize, bool) {
    let (mut before, mut dashes) = (b'-', 0_u16);
    let misfit = text.iter().position(|byte| {
        match byte {
            b'a'..=b'z' => {}
            b'0'..=b'9' if before != b'-' => {}
            b'-' if before != b'-' => dashes += 1,
            _ => return true,
        }
        before = *byte;
        false
    });
    (misfit.unwrap_or(text.len()), dashes > 0 && before != b'-')
}

#[cold]
fn no_region(start: Piece<'_>, length: usize) -> Flaw {
    const REGION: &str = "a region such as `us-south`";
    if length > MOST {
        return Flaw::found(start.at + MOST, "a region of at most 63 characters");
    }
    let flaw = Flaw::found(start.at + length, REGION);
    let (word, number) = start.text.split_at_checked(length).unwrap_or_default();
    let is_zone = word.trim_end_matches('-').contains('-')
        && word.ends_with('-')
        && number.starts_with(|first: char| first.is_ascii_digit());
    if is_zone {
        flaw.hint("this is a zone: write its region")
    } else {
        flaw
    }
}

/// A location's region and a host's label are no longer.
const MOST: usize = 63;
