//! ARNs: what all begin with, and those of images.

use super::{AmiId, AwsAccountId, AwsPartition, AwsRegion, region};
use crate::{
    Cloud, IdKind,
    scan::{Class, Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text},
};
use core::fmt;
use std::sync::Arc;

/// `arn:PARTITION:ec2:REGION:[ACCOUNT]:image/ami-…`: an AMI id that names its region.
///
/// It is not equal to the bare id: it also fixes the partition and the region.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageArn {
    // The parts follow from the text, so the derived order is the text's.
    text: Arc<str>,
    head: ArnHead,
    image: AmiId,
}

impl ImageArn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region; its partition is the ARN's.
    pub fn region(&self) -> AwsRegion {
        self.head.region(&self.text)
    }

    /// The owner, mostly left out.
    pub fn account(&self) -> Option<AwsAccountId> {
        self.head.account(&self.text)
    }

    /// The AMI.
    pub fn image(&self) -> AmiId {
        self.image
    }
}

id_text!(ImageArn);
borrowed_twin!(ImageArn, ImageArnRef, Cloud::Aws);

/// [`ImageArn`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct ImageArnRef<'a> {
    text: &'a str,
    head: ArnHead,
    image: AmiId,
}

impl<'a> ImageArnRef<'a> {
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        let head = ArnHead::take(&mut cursor, &EC2)?;
        if !cursor.eat("image/") {
            return Err(cursor.rest().differs("image/", EC2.form));
        }
        let image = AmiId::scan_in_arn(cursor.rest())?;
        Ok(Self { text, head, image })
    }

    /// The ARN in a text of its own; allocates once.
    pub fn into_owned(self) -> ImageArn {
        ImageArn {
            text: self.text.into(),
            head: self.head,
            image: self.image,
        }
    }

    /// The whole ARN.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        IdKind::ImageArn
    }

    /// The region; its partition is the ARN's.
    pub fn region(self) -> AwsRegion {
        self.head.region(self.text)
    }

    /// The owner, mostly left out.
    pub fn account(self) -> Option<AwsAccountId> {
        self.head.account(self.text)
    }

    /// The AMI.
    pub fn image(self) -> AmiId {
        self.image
    }
}

/// The canonical text: the ARN as given.
impl fmt::Display for ImageArnRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl AmiId {
    /// Displays the ARN of this AMI in a region; none for Symphony's ids, which have no ARNs. The
    /// usual form names no account.
    pub fn arn(self, region: AwsRegion, account: Option<AwsAccountId>) -> Option<AmiArn> {
        (!self.is_symphony()).then_some(AmiArn {
            region,
            account,
            image: self,
        })
    }
}

/// Displays `arn:PARTITION:ec2:REGION:[ACCOUNT]:image/ami-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AmiArn {
    region: AwsRegion,
    account: Option<AwsAccountId>,
    image: AmiId,
}

impl fmt::Display for AmiArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partition = self.region.partition();
        write!(f, "arn:{partition}:ec2:{}:", self.region)?;
        if let Some(account) = self.account {
            write!(f, "{account}")?;
        }
        write!(f, ":image/{}", self.image)
    }
}

/// A service whose ARNs are read; its name has three letters.
#[derive(Debug)]
pub(super) struct Service {
    /// The name and the colon behind it.
    word: &'static str,
    is_other: &'static str,
    pub(super) form: &'static str,
}

pub(super) static EC2: Service = Service {
    word: "ec2:",
    is_other: "another service than EC2",
    form: "`arn:PARTITION:ec2:REGION::image/ami-…`",
};

pub(super) static SSM: Service = Service {
    word: "ssm:",
    is_other: "another service than SSM",
    form: "`arn:PARTITION:ssm:REGION:[ACCOUNT]:parameter/NAME`",
};

/// What an ARN begins with: `arn:PARTITION:SERVICE:REGION:[ACCOUNT]:`. The parts are found again from
/// the start of the ARN, so that it is small and fits a copy of the text as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ArnHead {
    partition: AwsPartition,
    region_len: u8,
    has_account: bool,
}

impl ArnHead {
    #[inline]
    pub(super) fn take(cursor: &mut Cursor<'_>, service: &Service) -> Result<Self, Flaw> {
        if !cursor.eat("arn:") {
            return Err(cursor.rest().differs("arn:", service.form));
        }
        let partition = AwsPartition::take(cursor, service.form)?;
        if !cursor.eat(service.word) {
            return Err(other_service(cursor.rest(), service));
        }
        let start = cursor.rest();
        let region_len = match AwsRegion::take(cursor) {
            Some((found, len)) if found == partition && cursor.eat(":") => len,
            _ => return Err(wrong_region(start, partition, service)),
        };
        let digits = cursor.take(Class::DIGIT).text.len();
        if !matches!(digits, 0 | 12) || !cursor.eat(":") {
            return Err(wrong_account(digits, *cursor));
        }
        Ok(Self {
            partition,
            region_len,
            has_account: digits != 0,
        })
    }

    fn region_at(self) -> usize {
        "arn:".len() + self.partition.as_str().len() + ":ec2:".len()
    }

    /// The region of the ARN that `arn` begins with.
    pub(super) fn region(self, arn: &str) -> AwsRegion {
        let start = self.region_at();
        let text = arn.get(start..start + usize::from(self.region_len));
        AwsRegion::checked(text.unwrap_or_default(), self.partition)
    }

    /// The account of the ARN that `arn` begins with.
    pub(super) fn account(self, arn: &str) -> Option<AwsAccountId> {
        if !self.has_account {
            return None;
        }
        let start = self.region_at() + usize::from(self.region_len) + 1;
        AwsAccountId::read(arn.get(start..start + 12)?)
    }
}

#[cold]
fn other_service(piece: Piece<'_>, service: &Service) -> Flaw {
    let (found, _) = piece.split(':');
    if service.word.starts_with(found.text) {
        return Flaw::found(found.end(), service.form);
    }
    let flaw = Flaw::says(piece.at, service.is_other, service.form);
    match found.text {
        "ssm" => flaw.hint("write `resolve:ssm:` before a parameter's ARN"),
        "imagebuilder" => flaw.hint("take the AMI that Image Builder has made"),
        _ => flaw,
    }
}

#[cold]
fn wrong_region(piece: Piece<'_>, partition: AwsPartition, service: &Service) -> Flaw {
    let (found, _) = piece.split(':');
    match AwsRegion::read(found.text) {
        Some(region) if region.partition() == partition => Flaw::found(found.end(), service.form),
        Some(region) => {
            let words = "the region is of another partition";
            let hint = format!("`{region}` belongs to `{}`", region.partition());
            Flaw::says(found.at, words, service.form).hint(hint)
        }
        None => region::flaw_of(found, &[partition]),
    }
}

/// `digits` were found; what is left does not fit behind them, or their number is wrong.
#[cold]
fn wrong_account(digits: usize, behind: Cursor<'_>) -> Flaw {
    const ACCOUNT: &str = "an account of 12 digits, or none";
    let ends = matches!(behind.peek(), None | Some(b':'));
    match digits {
        0 | 12 => Flaw::found(behind.at(), ACCOUNT),
        1..12 if !ends => Flaw::found(behind.at(), ACCOUNT),
        _ => Flaw::digits(behind.at(), digits, ACCOUNT),
    }
}
