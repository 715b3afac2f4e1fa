//! Names and numbers in paths.

use crate::scan::{Class, Cursor, Flaw, Piece, Rule, is_digit};

#[cold]
pub(super) fn unknown(path: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`projects/PROJECT/global/images/…` or `global/images/…`";
    let flaw = Flaw::found(path.at, EXPECTED);
    let (head, rest) = path.split('/');
    match rest {
        _ if head.text.eq_ignore_ascii_case("projects") && head.text != "projects" => {
            flaw.hint("write `projects` in lower case")
        }
        _ if path.text.starts_with('/') => flaw.hint("leave the slash at the start out"),
        None if IMAGE.check(path).is_ok() => {
            let name = path.text;
            flaw.hint(format!(
                "a bare name needs its project: `projects/PROJECT/global/images/{name}`, or `…/images/family/{name}`"
            ))
        }
        Some(rest) if rest.text.starts_with("zones/") || head.text == "zones" => {
            flaw.hint("a family view begins with `projects/`")
        }
        _ => flaw,
    }
}

/// A path in a project that leads to no image.
#[cold]
pub(super) fn wrong_collection(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`global/images/`, `global/machineImages/` or `zones/`";
    let flaw = piece.differs("global/images/", EXPECTED);
    let lower = piece.text.to_ascii_lowercase();
    if lower.starts_with("global/images/") || lower.starts_with("global/machineimages/") {
        flaw.hint("keywords are `global`, `images`, `machineImages` in this case")
    } else if lower.starts_with("images/") {
        flaw.hint("write `global/images/`")
    } else if lower.starts_with("regions/") {
        flaw.hint("images are global: write `global/images/`")
    } else if lower.starts_with("global/snapshots/") {
        flaw.hint("this is a snapshot: make an image of it first")
    } else {
        flaw
    }
}

/// Reads a name, or a number of at most 20 digits that does not begin with zero, up to the end.
pub(super) fn name_or_number<'a>(mut cursor: Cursor<'a>, rule: &Rule) -> Result<&'a str, Flaw> {
    let start = cursor.rest();
    let piece = cursor.take(rule.inner);
    let is_good = match piece.text.as_bytes() {
        [b'1'..=b'9', rest @ ..] => rest.len() < 20 && rest.iter().all(u8::is_ascii_digit),
        _ => rule.judge(piece, cursor).is_ok(),
    };
    if is_good && cursor.is_done() {
        return Ok(piece.text);
    }
    Err(no_name(start, rule))
}

#[cold]
fn no_name(piece: Piece<'_>, rule: &Rule) -> Flaw {
    const NUMBER: &str = "a number of at most 20 digits that does not begin with `0`";
    if !piece.text.is_empty() && piece.text.bytes().all(is_digit) {
        return if piece.text.starts_with('0') {
            Flaw::found(piece.at, NUMBER)
        } else {
            Flaw::digits(piece.end(), piece.text.len(), NUMBER)
        };
    }
    let mut digits = Cursor::new(piece);
    let number = digits.take(Class::DIGIT);
    let flaw = match rule.check(piece) {
        // A number that goes on as no number.
        _ if piece.text.starts_with(|first| matches!(first, '1'..='9'))
            && number.text.len() <= 20 =>
        {
            Flaw::found(digits.at(), rule.expected)
        }
        Err(flaw) => flaw,
        Ok(()) => Flaw::found(piece.end(), rule.expected),
    };
    match piece.text.split_once('/') {
        Some(("families", _)) => flaw.hint("write `family`"),
        _ if piece.text.contains('%') => flaw.hint("write the character itself, not its escape"),
        _ if piece.text.contains('_') => flaw.hint("names have `-`, not `_`"),
        _ if piece.text.starts_with('{') => flaw.hint("fill in the placeholder"),
        _ => flaw,
    }
}

const fn name(part: &'static str, expected: &'static str) -> Rule {
    Rule {
        part,
        most: 63,
        first: Class::LOWER,
        inner: Class::LABEL,
        last: Class::LOWER_OR_DIGIT,
        expected,
    }
}

pub(super) const IMAGE: Rule = name(
    "image name",
    "an image name of lower-case letters, digits and `-`, beginning with a letter, not ending in `-`",
);
pub(super) const MACHINE_IMAGE: Rule = name(
    "machine image name",
    "a machine image name of lower-case letters, digits and `-`, beginning with a letter, not ending in `-`",
);
pub(super) const FAMILY: Rule = name(
    "family",
    "a family of lower-case letters, digits and `-`, beginning with a letter, not ending in `-`",
);
pub(super) const ZONE: Rule = name("zone", "a zone such as `us-central1-a`");
