//! AWS partitions and regions.

use crate::{
    ParseLocationError,
    scan::{Class, Cursor, Flaw, Piece, ShortText, is_digit, is_lower},
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

    /// What the names of its regions begin with; refusals look at it, `AwsRegion::take` has it built
    /// in.
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

    /// Reads a name and the colon behind it.
    #[inline]
    pub(super) fn take(cursor: &mut Cursor<'_>, form: &'static str) -> Result<Self, Flaw> {
        if cursor.eat("aws:") {
            return Ok(Self::Aws);
        }
        let name = cursor.take(Class::LABEL);
        let known = match name.text {
            "aws" => Some(Self::Aws),
            "aws-cn" => Some(Self::China),
            "aws-us-gov" => Some(Self::GovCloud),
            "aws-iso" => Some(Self::Iso),
            "aws-iso-b" => Some(Self::IsoB),
            "aws-iso-e" => Some(Self::IsoE),
            "aws-iso-f" => Some(Self::IsoF),
            "aws-eusc" => Some(Self::EuSovereign),
            _ => None,
        };
        match known {
            Some(known) if cursor.eat(":") => Ok(known),
            Some(_) => Err(Flaw::found(cursor.at(), form)),
            None => Err(Flaw::says(
                name.at,
                "the partition is unknown",
                "a partition such as `aws`, `aws-cn` or `aws-us-gov`",
            )),
        }
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
/// a list. It is that of the AWS SDKs' table of partitions with lower-case letters only between the
/// dashes, a number of 1 to 3 digits, and at most 36 characters. A zone (`us-east-1a`) and a
/// pseudo-region (`aws-global`) are none. `Copy`, kept in place.
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
        Self::read(piece.text).ok_or_else(|| flaw_of(piece, AwsPartition::all()))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut cursor = Cursor::new(Piece::whole(text));
        let (partition, _) = Self::take(&mut cursor)?;
        cursor.is_done().then(|| Self::checked(text, partition))
    }

    pub(super) fn checked(text: &str, partition: AwsPartition) -> Self {
        let text = ShortText::new(text.bytes());
        Self { text, partition }
    }

    /// Reads a region, and says its partition and length. Where none stands, the cursor is anywhere.
    #[inline]
    pub(super) fn take(cursor: &mut Cursor<'_>) -> Option<(AwsPartition, u8)> {
        let start = cursor.at();
        let (first, second) = (take_word(cursor)?, take_word(cursor)?);
        // The patterns are disjoint: an area has no dash, so `us-gov-west-1` is not of `us-`.
        let partition = if cursor.peek().is_some_and(is_digit) {
            match (first, second) {
                // It would put a name of another partition into `us-`.
                (_, b"gov" | b"iso" | b"isob" | b"isoe" | b"isof") => return None,
                (b"us" | b"eu" | b"ap" | b"sa" | b"ca" | b"me" | b"af" | b"il" | b"mx", _) => {
                    AwsPartition::Aws
                }
                (b"cn", _) => AwsPartition::China,
                _ => return None,
            }
        } else {
            take_word(cursor)?;
            match (first, second) {
                (b"us", b"gov") => AwsPartition::GovCloud,
                (b"us", b"iso") => AwsPartition::Iso,
                (b"us", b"isob") => AwsPartition::IsoB,
                (b"eu", b"isoe") => AwsPartition::IsoE,
                (b"us", b"isof") => AwsPartition::IsoF,
                (b"eusc", b"de") => AwsPartition::EuSovereign,
                _ => return None,
            }
        };
        let number = cursor.take(Class::DIGIT).text.as_bytes();
        let is_number = matches!(number, [b'1'..=b'9', rest @ ..] if rest.len() <= 2);
        let len = cursor.at() - start;
        let fits = is_number && len <= ShortText::MOST;
        Some((partition, u8::try_from(len).ok().filter(|_| fits)?))
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

/// Letters and the dash behind them.
#[inline]
fn take_word<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let word = cursor.take(Class::LOWER).text.as_bytes();
    (!word.is_empty() && cursor.eat("-")).then_some(word)
}

/// Why a text is no region of these partitions.
#[cold]
pub(super) fn flaw_of(piece: Piece<'_>, of: &[AwsPartition]) -> Flaw {
    let text = piece.text;
    if text.is_empty() {
        return Flaw::empty(piece.at, "region", REGION);
    }
    if text.ends_with("-global") {
        let words = "a pseudo-region holds no images";
        return Flaw::says(piece.at, words, REGION);
    }
    let prefixes = of.iter().flat_map(|partition| partition.prefixes());
    let good = prefixes.map(|prefix| good_bytes(text, prefix)).max();
    let (head, tail) = text
        .split_at_checked(good.unwrap_or_default())
        .unwrap_or((text, ""));
    let flaw = Flaw::found(piece.at + head.len(), REGION);
    if AwsRegion::read(&text.to_ascii_lowercase()).is_some() {
        return flaw.hint("write the region in lower case");
    }
    // A zone continues a region: `us-east-1a`, `us-east-1-bos-1a`.
    let is_zone = tail.starts_with(|next: char| next.is_ascii_lowercase() || next == '-');
    if is_zone && AwsRegion::read(head).is_some() {
        return flaw.hint(format!("this is a zone, write its region `{head}`"));
    }
    let is_name = |byte| is_lower(byte) || is_digit(byte) || byte == b'-';
    let is_unknown = head.len() < 3 && !tail.is_empty() && piece.misfit(is_name).is_none();
    if is_unknown || tail.is_empty() && text.ends_with(|last: char| last.is_ascii_digit()) {
        return Flaw::says(piece.at, "no partition has such a region", REGION);
    }
    flaw
}

/// How many bytes could go on as a region with this prefix: letters, a dash, and a number of at most
/// three digits without leading zeros follow it.
fn good_bytes(text: &str, prefix: &str) -> usize {
    let Some(tail) = text.strip_prefix(prefix) else {
        let pairs = text.bytes().zip(prefix.bytes());
        return pairs.take_while(|(a, b)| a == b).count();
    };
    let mut cursor = Cursor::new(Piece {
        text: tail,
        at: prefix.len(),
    });
    if !cursor.take(Class::LOWER).text.is_empty() && cursor.eat("-") && cursor.peek() != Some(b'0')
    {
        let start = cursor.at();
        let digits = cursor.take(Class::DIGIT).text.len();
        return start + digits.min(3);
    }
    cursor.at()
}

const REGION: &str = "a region such as `us-east-1`";
