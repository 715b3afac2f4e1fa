//! Image ARNs.

use super::{AmiId, AwsPartition, AwsRegion};
use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, is_digit},
};
use core::fmt;
use std::sync::Arc;

/// `arn:PARTITION:ec2:REGION:[ACCOUNT]:image/ami-…`: an AMI id that names its region.
///
/// It is not equal to the bare id: it also fixes the partition and the region.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageArn {
    text: Arc<str>,
    region: AwsRegion,
    image: AmiId,
}

impl ImageArn {
    /// Reads an ARN.
    ///
    /// # Errors
    ///
    /// A part is wrong, or the region belongs to another partition.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Aws, text, flaw))
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        let mut parts = piece.parts(':');
        let mut next = || parts.next().ok_or_else(|| Flaw::found(piece.end(), ARN));
        let arn = next()?;
        if arn.text != "arn" {
            return Err(arn.differs("arn", ARN));
        }
        let partition = AwsPartition::scan(next()?)?;
        let service = next()?;
        if service.text != "ec2" {
            return Err(Flaw::says(service.at, "another service than EC2", ARN));
        }
        let region_part = next()?;
        let region = AwsRegion::scan(region_part)?;
        if region.partition() != partition {
            let hint = format!("`{region}` belongs to `{}`", region.partition());
            let flaw = Flaw::says(region_part.at, "the region is of another partition", ARN);
            return Err(flaw.hint(hint));
        }
        account(next()?)?;
        let resource = next()?;
        let Some(image) = resource.strip("image/") else {
            return Err(resource.differs("image/", ARN));
        };
        if let Ok(extra) = next() {
            return Err(Flaw::found(extra.at - 1, "the end of the ARN"));
        }
        let id = AmiId::scan(image)?;
        if id.is_symphony() {
            let words = "32 digits are Symphony's, which has no ARNs,";
            return Err(Flaw::says(image.at, words, ARN));
        }
        Ok(Self {
            text: piece.text.into(),
            region,
            image: id,
        })
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region; its partition is the ARN's.
    pub fn region(&self) -> AwsRegion {
        self.region
    }

    /// The 12 digits of the owner, mostly left out.
    pub fn account(&self) -> Option<&str> {
        self.text
            .split(':')
            .nth(4)
            .filter(|account| !account.is_empty())
    }

    /// The AMI.
    pub fn image(&self) -> AmiId {
        self.image
    }
}

impl fmt::Display for ImageArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for ImageArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(ImageArn, ParseImageIdError);

/// 12 digits, or nothing.
pub(super) fn account(piece: Piece<'_>) -> Result<(), Flaw> {
    const ACCOUNT: &str = "an account of 12 digits, or none";
    match piece.misfit(is_digit) {
        Some(at) => Err(Flaw::found(at, ACCOUNT)),
        None if matches!(piece.text.len(), 0 | 12) => Ok(()),
        None => Err(Flaw::digits(piece.end(), piece.text.len(), ACCOUNT)),
    }
}

const ARN: &str = "`arn:PARTITION:ec2:REGION::image/ami-…`";
