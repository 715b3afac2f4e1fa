//! Parts of a text, read from slices that are handed on by value: what is read stays in registers.

use crate::scan::{Cursor, Flaw, Piece, Rule};

/// What stands behind a part of this rule, which is the longest run of its bytes.
#[inline]
pub(super) fn part<'a>(rest: &'a [u8], rule: &Rule) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| !rule.inner.has(*byte));
    let (part, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let is_good =
        rule.first.has(*part.first()?) && rule.last.has(*part.last()?) && part.len() <= rule.most;
    is_good.then_some(rest)
}

/// Refuses what stands here as a part of this rule.
#[cold]
pub(super) fn bad_part(text: Piece<'_>, rest: &[u8], rule: &Rule) -> Flaw {
    let rest = behind(text, rest);
    match Cursor::new(rest).part(rule) {
        Err(flaw) => flaw,
        Ok(_) => Flaw::found(rest.at, rule.expected),
    }
}

/// The rest of a text as a piece of it.
pub(super) fn behind<'a>(text: Piece<'a>, rest: &[u8]) -> Piece<'a> {
    let read = text.text.len() - rest.len();
    Piece {
        text: text.text.get(read..).unwrap_or_default(),
        at: text.at + read,
    }
}
