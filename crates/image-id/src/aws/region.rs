//! AWS partitions and regions.

use crate::{
    ParseLocationError,
    scan::{Flaw, Piece, ShortText, is_digit, is_lower},
};
use core::fmt;

/// A separate part of AWS with its own accounts and regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AwsPartition {
    /// `aws`, the commercial regions.
    Aws,
    /// `aws-cn`, China.
    China,
    /// `aws-us-gov`, of the US government.
    GovCloud,
    /// `aws-iso`.
    Iso,
    /// `aws-iso-b`.
    IsoB,
    /// `aws-iso-e`.
    IsoE,
    /// `aws-iso-f`.
    IsoF,
    /// `aws-eusc`, the European sovereign cloud.
    EuSovereign,
}

impl AwsPartition {
    /// Every partition, in order.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Aws,
            Self::China,
            Self::GovCloud,
            Self::Iso,
            Self::IsoB,
            Self::IsoE,
            Self::IsoF,
            Self::EuSovereign,
        ]
    }

    /// The name in ARNs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
            Self::EuSovereign => "aws-eusc",
        }
    }

    /// What the names of its regions begin with.
    const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &[
                "us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-",
            ],
            Self::China => &["cn-"],
            Self::GovCloud => &["us-gov-"],
            Self::Iso => &["us-iso-"],
            Self::IsoB => &["us-isob-"],
            Self::IsoE => &["eu-isoe-"],
            Self::IsoF => &["us-isof-"],
            Self::EuSovereign => &["eusc-de-"],
        }
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        let known = Self::all()
            .iter()
            .copied()
            .find(|one| one.as_str() == piece.text);
        known.ok_or_else(|| Flaw::says(piece.at, "the partition is unknown", PARTITIONS))
    }
}

impl fmt::Display for AwsPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A region such as `us-east-1`, checked against the pattern of its partition.
///
/// A new region of a known partition is accepted without a new release: the pattern is checked, not
/// a list. A zone (`us-east-1a`) and a pseudo-region (`aws-global`) are none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwsRegion {
    text: ShortText,
    partition: AwsPartition,
}

impl AwsRegion {
    /// Reads a region's name.
    ///
    /// # Errors
    ///
    /// No partition has regions of this form.
    pub fn parse(text: &str) -> Result<Self, ParseLocationError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseLocationError::new("AWS region", text, flaw))
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        if piece.text.len() <= ShortText::MOST {
            // The patterns are disjoint: an area has no dash, so `us-gov-west-1` is not of `us-`.
            for &partition in AwsPartition::all() {
                let tail = |prefix: &&str| piece.text.strip_prefix(*prefix);
                if partition
                    .prefixes()
                    .iter()
                    .filter_map(tail)
                    .any(is_area_and_number)
                {
                    let text = ShortText::new(piece.text.bytes());
                    return Ok(Self { text, partition });
                }
            }
        }
        Err(flaw_of(piece))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The partition whose pattern it fits.
    pub fn partition(self) -> AwsPartition {
        self.partition
    }
}

impl fmt::Display for AwsRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AwsRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(AwsRegion, ParseLocationError);

/// `east-1`: lower-case letters, a dash, a number without leading zeros. `gov-1` is no area: it would
/// put a name of another partition into `us-`.
fn is_area_and_number(tail: &str) -> bool {
    let Some((area, number)) = tail.split_once('-') else {
        return false;
    };
    let is_partition = matches!(area, "gov" | "iso" | "isob" | "isoe" | "isof");
    !area.is_empty()
        && area.bytes().all(is_lower)
        && !is_partition
        && matches!(number.len(), 1..=3)
        && number.bytes().all(is_digit)
        && !number.starts_with('0')
}

#[cold]
fn flaw_of(piece: Piece<'_>) -> Flaw {
    let text = piece.text;
    if text.is_empty() {
        return Flaw::empty(piece.at, "region", REGION);
    }
    if text.ends_with("-global") {
        let words = "a pseudo-region holds no images";
        return Flaw::says(piece.at, words, REGION);
    }
    // A zone continues a region: `us-east-1a`, `us-east-1-bos-1a`.
    for end in (0..text.len()).rev() {
        let Some(head) = text.get(..end) else {
            continue;
        };
        let piece = Piece {
            text: head,
            at: piece.at,
        };
        if AwsRegion::is_region(head) {
            let flaw = Flaw::found(piece.end(), REGION);
            return match text.get(end..) {
                Some(tail) if tail.starts_with(|c: char| c.is_ascii_lowercase() || c == '-') => {
                    flaw.hint(format!("this is a zone, write its region `{head}`"))
                }
                _ => flaw,
            };
        }
    }
    if AwsRegion::is_region(&text.to_ascii_lowercase()) {
        let at = piece
            .misfit(|byte| !byte.is_ascii_uppercase())
            .unwrap_or(piece.at);
        return Flaw::found(at, REGION).hint("write the region in lower case");
    }
    let at = piece.misfit(|byte| is_lower(byte) || is_digit(byte) || byte == b'-');
    match at {
        Some(at) => Flaw::found(at, REGION),
        None => Flaw::says(piece.at, "no partition has such a region", REGION),
    }
}

impl AwsRegion {
    fn is_region(text: &str) -> bool {
        let mut prefixes = AwsPartition::all()
            .iter()
            .flat_map(|partition| partition.prefixes());
        prefixes.any(|prefix| text.strip_prefix(prefix).is_some_and(is_area_and_number))
    }
}

const REGION: &str = "a region such as `us-east-1`";
const PARTITIONS: &str = "a partition such as `aws`, `aws-cn` or `aws-us-gov`";
