//! Hosts, names and numbers in paths.

use crate::scan::{Flaw, Piece, Rule, is_digit, is_label, is_lower, is_lower_or_digit};

/// The path behind the host and API version, if there is a host.
pub(super) fn behind_host(piece: Piece<'_>) -> Result<Piece<'_>, Flaw> {
    const HOSTS: &[&str] = &[
        "https://www.googleapis.com/compute/",
        "https://compute.googleapis.com/compute/",
    ];
    if let Some(path) = piece.strip("//compute.googleapis.com/") {
        return from_projects(path);
    }
    let Some(path) = HOSTS.iter().find_map(|host| piece.strip(host)) else {
        return if piece.text.contains("://") || piece.text.starts_with("//") {
            Err(wrong_host(piece))
        } else {
            Ok(piece)
        };
    };
    let (version, rest) = path.split('/');
    if let ("v1" | "beta" | "alpha", Some(rest)) = (version.text, rest) {
        return from_projects(rest);
    }
    let flaw = Flaw::found(version.at, "the API version `v1`, `beta` or `alpha`");
    let retired = version.text.starts_with("v1beta");
    Err(if retired {
        flaw.hint("this API version is retired: write `v1`")
    } else {
        flaw
    })
}

/// Behind a host the path is a whole one.
fn from_projects(path: Piece<'_>) -> Result<Piece<'_>, Flaw> {
    match path.strip("projects/") {
        Some(_) => Ok(path),
        None => Err(path.differs("projects/", "`projects/`")),
    }
}

#[cold]
fn wrong_host(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`https://www.googleapis.com/compute/v1/projects/…`";
    let flaw = piece.differs("https://www.googleapis.com/compute/", EXPECTED);
    if piece.text.starts_with("http://") {
        flaw.hint("write `https`")
    } else if piece.text.contains("console.cloud.google.com") {
        flaw.hint("this is a page of the console: take the selfLink")
    } else if piece.text.contains("storage.googleapis.com") {
        flaw.hint("this is a storage object: make an image of it first")
    } else {
        flaw
    }
}

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

/// A name, or a number of at most 20 digits that does not begin with zero.
pub(super) fn image(piece: Piece<'_>, rule: &Rule) -> Result<(), Flaw> {
    const NUMBER: &str = "a number of at most 20 digits that does not begin with `0`";
    if !piece.text.is_empty() && piece.text.bytes().all(is_digit) {
        return if piece.text.starts_with('0') {
            Err(Flaw::found(piece.at, NUMBER))
        } else if piece.text.len() > 20 {
            Err(Flaw::digits(piece.end(), piece.text.len(), NUMBER))
        } else {
            Ok(())
        };
    }
    rule.check(piece)
        .map_err(|flaw| match piece.text.split_once('/') {
            Some(("families", _)) => flaw.hint("write `family`"),
            _ if piece.text.contains('%') => {
                flaw.hint("write the character itself, not its escape")
            }
            _ if piece.text.contains('_') => flaw.hint("names have `-`, not `_`"),
            _ if piece.text.starts_with('{') => flaw.hint("fill in the placeholder"),
            _ => flaw,
        })
}

const fn name(part: &'static str, expected: &'static str) -> Rule {
    Rule {
        part,
        most: 63,
        first: is_lower,
        inner: is_label,
        last: is_lower_or_digit,
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
pub(super) const VIEW: Rule = FAMILY;
pub(super) const ZONE: Rule = name("zone", "a zone such as `us-central1-a`");
