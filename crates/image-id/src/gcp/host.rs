//! Hosts and API versions of selfLinks.

use super::part;
use crate::scan::{Cursor, Flaw, Piece};

/// Reads the host and API version, if there is a host.
pub(super) fn eat(cursor: &mut Cursor<'_>) -> Result<bool, Flaw> {
    let start = cursor.rest();
    match cursor.peek() {
        Some(b'h') if cursor.eat("https://") => {}
        Some(b'/') if cursor.eat("//compute.googleapis.com/") => return Ok(true),
        Some(b'/') if start.text.starts_with("//") => return Err(wrong(start)),
        _ => return Ok(false),
    }
    if !cursor.eat("www.googleapis.com/compute/") && !cursor.eat("compute.googleapis.com/compute/")
    {
        return Err(wrong(start));
    }
    if ["v1/", "beta/", "alpha/"]
        .into_iter()
        .any(|version| cursor.eat(version))
    {
        return Ok(true);
    }
    Err(wrong_version(cursor.rest()))
}

#[cold]
fn wrong_version(version: Piece<'_>) -> Flaw {
    let flaw = Flaw::found(version.at, "the API version `v1`, `beta` or `alpha`");
    if version.text.starts_with("v1beta") {
        flaw.hint("this API version is retired: write `v1`")
    } else {
        flaw
    }
}

/// What is wrong with an address of another host, or of none that images have.
#[cold]
pub(super) fn wrong(piece: Piece<'_>) -> Flaw {
    const HOSTS: [&str; 2] = [
        "https://www.googleapis.com/compute/",
        "https://compute.googleapis.com/compute/",
    ];
    let flaw = if piece.text.starts_with("//") {
        piece.differs(
            "//compute.googleapis.com/",
            "`//compute.googleapis.com/projects/…`",
        )
    } else {
        Flaw::found(
            piece.at + part::same(piece, &HOSTS),
            "`https://www.googleapis.com/compute/v1/projects/…`",
        )
    };
    if piece.text.starts_with("http://") {
        flaw.hint("write `https`")
    } else if piece.text.contains("console.cloud.google.com") {
        flaw.hint("this is a page of the console: take the selfLink")
    } else if piece.text.contains("storage.googleapis.com") || piece.text.starts_with("gs://") {
        flaw.hint("this is a storage object: make an image of it first")
    } else {
        flaw
    }
}
