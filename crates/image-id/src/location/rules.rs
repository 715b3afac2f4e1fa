//! What each cloud's locations are made of.

use crate::{
    AwsRegion, Cloud,
    scan::{Class, Flaw, Piece, Rule, is_alphanumeric, is_digit, is_lower},
    vmware::inventory_name,
};

/// Only private clouds are installed more than once.
pub(super) fn installation(cloud: Cloud, piece: Piece<'_>) -> Result<(), Flaw> {
    if cloud.has_installations() {
        return INSTALLATION.check(piece);
    }
    let flaw = Flaw::found(piece.at - 1, "`/` and a region");
    Err(flaw
        .hint("only `openstack`, `vmware`, `nutanix`, `proxmox` and `local` have installations"))
}

pub(super) fn region(cloud: Cloud, piece: Option<Piece<'_>>, end: usize) -> Result<(), Flaw> {
    let Some(piece) = piece else {
        return missing_region(cloud, end);
    };
    match cloud {
        Cloud::Aws => AwsRegion::scan(piece).map(drop),
        Cloud::Azure => azure(piece),
        Cloud::Gcp => gcp(piece),
        Cloud::OpenStack => OPENSTACK.check(piece),
        Cloud::Vmware => inventory_name(piece),
        Cloud::Oracle | Cloud::Alibaba | Cloud::Ibm | Cloud::Tencent | Cloud::Huawei => {
            several_words(piece)
        }
        Cloud::DigitalOcean | Cloud::Hetzner | Cloud::Linode => REGION.check(piece),
        Cloud::Nutanix => CLUSTER.check(piece),
        Cloud::Proxmox => NODE.check(piece),
        Cloud::Oci => {
            let flaw = Flaw::found(piece.at - 1, "the end of the location");
            Err(flaw.hint("a registry stands in the reference: write `oci` alone"))
        }
        Cloud::Local => LOCAL.check(piece),
    }
}

#[cold]
fn missing_region(cloud: Cloud, end: usize) -> Result<(), Flaw> {
    let (expected, hint) = match cloud {
        _ if cloud.stands_alone() => return Ok(()),
        Cloud::Aws => (
            "`/` and a region",
            "write `aws/us-east-1`, since each AWS region counts as a cloud of its own",
        ),
        Cloud::OpenStack => (
            "`/` and a region",
            "an installation without regions has `RegionOne`",
        ),
        Cloud::Vmware => ("`/` and a datacenter", "write `vmware/DATACENTER`"),
        Cloud::Nutanix => ("`/` and a cluster", "write `nutanix/CLUSTER`"),
        Cloud::Proxmox => ("`/` and a node", "write `proxmox/NODE`"),
        Cloud::Oracle => ("`/` and a region", "write `oracle/us-ashburn-1`"),
        Cloud::Alibaba => ("`/` and a region", "write `alibaba/cn-hangzhou`"),
        Cloud::Ibm => ("`/` and a region", "write `ibm/us-south`"),
        Cloud::Tencent => ("`/` and a region", "write `tencent/ap-guangzhou`"),
        Cloud::Huawei => ("`/` and a region", "write `huawei/cn-north-4`"),
        _ => ("`/` and a region", "write `local/main`"),
    };
    Err(Flaw::found(end, expected).hint(hint))
}

/// A compute resource stands in VMware locations and nowhere else (C04).
pub(super) fn compute(cloud: Cloud, piece: Piece<'_>) -> Result<(), Flaw> {
    let end = "the end of the location";
    if cloud != Cloud::Vmware {
        let flaw = Flaw::found(piece.at - 1, end);
        return Err(flaw.hint("only `vmware` locations end in a compute resource"));
    }
    match piece.split('/') {
        (_, Some(extra)) => Err(Flaw::found(extra.at - 1, end)),
        (name, None) => inventory_name(name),
    }
}

/// `us-ashburn-1`: words between dashes, the first of letters.
fn several_words(piece: Piece<'_>) -> Result<(), Flaw> {
    const SEVERAL: &str = "a region of lower-case words and numbers between dashes";
    REGION.check(piece)?;
    if !piece.text.contains('-') {
        return Err(Flaw::found(piece.end(), SEVERAL));
    }
    match piece.text.find("--") {
        Some(at) => Err(Flaw::found(piece.at + at + 1, SEVERAL)),
        None => Ok(()),
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

const INSTALLATION: Rule = Rule {
    part: "installation",
    most: 63,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC,
    expected: "an installation of letters, digits, `.`, `_` and `-`",
};

const AZURE: Rule = Rule {
    part: "location",
    most: 63,
    first: Class::LOWER,
    inner: Class::LOWER_OR_DIGIT,
    last: Class::LOWER_OR_DIGIT,
    expected: "a location such as `westeurope`",
};

/// Free text, compared with case.
const OPENSTACK: Rule = Rule {
    part: "region",
    most: 255,
    first: Class::VISIBLE,
    inner: Class::VISIBLE.or(Class::BLANK),
    last: Class::VISIBLE,
    expected: "a region such as `RegionOne`",
};

const LOCAL: Rule = Rule {
    part: "region",
    most: 63,
    first: Class::LOWER_OR_DIGIT,
    inner: Class::LABEL,
    last: Class::LOWER_OR_DIGIT,
    expected: "a region of lower-case letters, digits and `-`",
};

const REGION: Rule = Rule {
    first: Class::LOWER,
    ..LOCAL
};

/// A Prism cluster's name, which may be its host's.
const CLUSTER: Rule = Rule {
    part: "cluster",
    most: 75,
    expected: "a cluster's name of letters, digits, `.`, `_` and `-`",
    ..INSTALLATION
};

/// A node's name is its host's.
const NODE: Rule = Rule {
    part: "node",
    most: 63,
    first: Class::ALPHANUMERIC,
    inner: Class::ALPHANUMERIC.or(Class::DASH),
    last: Class::ALPHANUMERIC,
    expected: "a node's host name",
};
