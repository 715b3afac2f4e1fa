//! Names and numbers in paths.

use super::GceProjectRef;
use crate::scan::{Class, Cursor, Flaw, Piece, Rule, is_digit};

/// A path of no form that can be told.
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
        Some(name) if head.text == "global" && is_machine_image(name) => {
            let name = name.text;
            flaw.hint(format!(
                "a machine image needs its project: `projects/PROJECT/global/{name}`"
            ))
        }
        // Terraform asks the cloud which of the two it is.
        Some(rest)
            if GceProjectRef::scan(Cursor::new(head)).is_ok() && IMAGE.check(rest).is_ok() =>
        {
            let (project, name) = (head.text, rest.text);
            flaw.hint(format!(
                "it may be an image or a family: `projects/{project}/global/images/{name}`, or `…/images/family/{name}`"
            ))
        }
        _ => flaw,
    }
}

fn is_machine_image(behind_global: Piece<'_>) -> bool {
    let name = behind_global.strip("machineImages/");
    name.is_some_and(|name| MACHINE_IMAGE.check(name).is_ok())
}

/// A path in a project that leads to no image.
#[cold]
pub(super) fn wrong_collection(piece: Piece<'_>, project: Option<GceProjectRef<'_>>) -> Flaw {
    const EXPECTED: &str = "`global/images/`, `global/machineImages/` or `zones/`";
    let words = ["global/images/", "global/machineImages/", "zones/"];
    let flaw = Flaw::found(piece.at + same(piece, &words), EXPECTED);
    let lower = piece.text.to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if project.is_some_and(|project| project.as_str() == "global") {
        flaw.hint("the project is missing")
    } else if begins(&["global/images/", "global/machineimages/", "zones/"]) {
        flaw.hint("keywords are `global`, `images`, `machineImages`, `zones` in this case")
    } else if begins(&["images/", "image/", "global/image/"]) {
        flaw.hint("write `global/images/`")
    } else if begins(&["family/", "global/family/"]) {
        flaw.hint("write `global/images/family/`")
    } else if begins(&["regions/"]) {
        flaw.hint("images are global: write `global/images/`")
    } else if begins(&["global/snapshots/"]) {
        flaw.hint("this is a snapshot: make an image of it first")
    } else if begins(&["global/licenses/"]) {
        flaw.hint("this is a licence, not an image")
    } else {
        flaw
    }
}

/// How many bytes the piece begins with as the nearest of these words does.
pub(super) fn same(piece: Piece<'_>, words: &[&str]) -> usize {
    let same = |word: &&str| {
        let pairs = piece.text.bytes().zip(word.bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    words.iter().map(same).max().unwrap_or_default()
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
    let found = piece.text.as_bytes().get(flaw.at - piece.at);
    match piece.text.split_once('/') {
        Some(("families", _)) => flaw.hint("write `family`"),
        Some((_, "")) => flaw.hint("leave the slash at the end out"),
        _ if piece.text.contains('%') => flaw.hint("write the character itself, not its escape"),
        _ if piece.text.contains('_') => flaw.hint("names have `-`, not `_`"),
        _ if piece.text.starts_with('{') => flaw.hint("fill in the placeholder"),
        _ if found.is_some_and(u8::is_ascii_uppercase) => flaw.hint("write names in lower case"),
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
