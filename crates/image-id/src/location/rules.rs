//! What each cloud's locations are made of.

use crate::{
    AwsRegion, Cloud,
    scan::{
        Flaw, Piece, Rule, is_alphanumeric, is_digit, is_label, is_lower, is_lower_or_digit,
        is_word,
    },
    vmware::inventory_name,
};

/// Only private clouds are installed more than once.
pub(super) fn installation(cloud: Cloud, piece: Piece<'_>) -> Result<(), Flaw> {
    match cloud {
        Cloud::OpenStack | Cloud::Vmware | Cloud::Local => INSTALLATION.check(piece),
        Cloud::Aws | Cloud::Azure | Cloud::Gcp => {
            let flaw = Flaw::found(piece.at - 1, "`/` and a region");
            Err(flaw.hint("only `openstack`, `vmware` and `local` have installations"))
        }
    }
}

pub(super) fn region(cloud: Cloud, piece: Option<Piece<'_>>, end: usize) -> Result<(), Flaw> {
    let Some(piece) = piece else {
        let missing = |expected, hint| Err(Flaw::found(end, expected).hint(hint));
        return match cloud {
            Cloud::Azure | Cloud::Gcp => Ok(()),
            Cloud::Aws => missing(
                "`/` and a region",
                "each AWS region counts as a cloud of its own",
            ),
            Cloud::OpenStack => missing(
                "`/` and a region",
                "an installation without regions has `RegionOne`",
            ),
            Cloud::Vmware => missing("`/` and a datacenter", "write `vmware/DATACENTER`"),
            Cloud::Local => missing("`/` and a region", "write `local/main`"),
        };
    };
    match cloud {
        Cloud::Aws => AwsRegion::scan(piece).map(drop),
        Cloud::Azure => azure(piece),
        Cloud::Gcp => gcp(piece),
        Cloud::OpenStack => OPENSTACK.check(piece),
        Cloud::Vmware => inventory_name(piece),
        Cloud::Local => LOCAL.check(piece),
    }
}

/// A compute resource stands in VMware locations and nowhere else (C04).
pub(super) fn compute(cloud: Cloud, piece: Piece<'_>) -> Result<(), Flaw> {
    let end = "the end of the location";
    match cloud {
        Cloud::Vmware => match piece.split('/') {
            (_, Some(extra)) => Err(Flaw::found(extra.at - 1, end)),
            (name, None) => inventory_name(name),
        },
        Cloud::Aws | Cloud::Azure | Cloud::Gcp | Cloud::OpenStack | Cloud::Local => {
            let flaw = Flaw::found(piece.at - 1, end);
            Err(flaw.hint("only `vmware` locations end in a compute resource"))
        }
    }
}

#[cold]
pub(super) fn unknown_cloud(text: &str, word: Piece<'_>) -> Flaw {
    let flaw = Cloud::unknown(word.text);
    if flaw.hint.is_some() {
        return flaw;
    }
    if AwsRegion::parse(text).is_ok() {
        return flaw.hint(format!("write `aws/{text}`"));
    }
    if gcp(Piece::whole(text)).is_ok() {
        return flaw.hint(format!("write `gcp/{text}`"));
    }
    flaw
}

/// `westeurope`: the name, not the display name.
fn azure(piece: Piece<'_>) -> Result<(), Flaw> {
    AZURE.check(piece).map_err(|flaw| {
        let letters = |c: &char| c.is_ascii_alphanumeric();
        let name: String = piece
            .text
            .chars()
            .filter(letters)
            .collect::<String>()
            .to_ascii_lowercase();
        let written_apart = piece
            .text
            .bytes()
            .all(|byte| is_alphanumeric(byte) || byte == b' ');
        if written_apart && name.starts_with(|c: char| c.is_ascii_lowercase()) {
            flaw.hint(format!("write `{name}`"))
        } else {
            flaw
        }
    })
}

/// `us-central1`: an area, a dash, a compass word and a number.
fn gcp(piece: Piece<'_>) -> Result<(), Flaw> {
    const GCP: &str = "a region such as `us-central1`";
    if piece.text.is_empty() {
        return Err(Flaw::empty(piece.at, "region", GCP));
    }
    let (area, rest) = piece.split('-');
    let Some(rest) = rest else {
        let at = area.misfit(is_lower).unwrap_or(piece.end());
        let flaw = Flaw::found(at, GCP);
        return Err(match piece.text {
            "us" | "eu" | "asia" => flaw.hint("this is a multi-region, which launches nothing"),
            "global" => flaw.hint("write `gcp` alone"),
            _ => flaw,
        });
    };
    let (place, zone) = rest.split('-');
    if let Some(at) = area.misfit(is_lower) {
        return Err(Flaw::found(at, GCP));
    }
    let word = place.misfit(is_lower).unwrap_or(place.end());
    let number = Piece {
        text: place.text.get(word - place.at..).unwrap_or_default(),
        at: word,
    };
    let good = !area.text.is_empty()
        && word > place.at
        && matches!(number.text.len(), 1..=3)
        && !number.text.starts_with('0');
    if let Some(at) = number.misfit(is_digit) {
        return Err(Flaw::found(at, GCP));
    }
    if !good {
        return Err(Flaw::found(
            if area.text.is_empty() { area.at } else { word },
            GCP,
        ));
    }
    match zone {
        None => Ok(()),
        Some(zone) => {
            let region = piece.text.get(..zone.at - 1 - piece.at).unwrap_or_default();
            let flaw = Flaw::found(zone.at - 1, GCP);
            Err(flaw.hint(format!("this is a zone, write its region `{region}`")))
        }
    }
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'/'
}

const fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'/'
}

const INSTALLATION: Rule = Rule {
    part: "installation",
    most: 63,
    first: is_alphanumeric,
    inner: is_word,
    last: is_alphanumeric,
    expected: "an installation of letters, digits, `.`, `_` and `-`",
};

const AZURE: Rule = Rule {
    part: "location",
    most: 63,
    first: is_lower,
    inner: is_lower_or_digit,
    last: is_lower_or_digit,
    expected: "a location such as `westeurope`",
};

/// Free text, compared with case.
const OPENSTACK: Rule = Rule {
    part: "region",
    most: 255,
    first: is_visible,
    inner: is_printable,
    last: is_visible,
    expected: "a region such as `RegionOne`",
};

const LOCAL: Rule = Rule {
    part: "region",
    most: 63,
    first: is_lower_or_digit,
    inner: is_label,
    last: is_lower_or_digit,
    expected: "a region of lower-case letters, digits and `-`",
};
