//! AWS image ids: AMIs, kernels and ramdisks, image ARNs and SSM pointers.
//!
//! An AMI id means something in its region only (Scalr: one record per region; I02). Nine official
//! patterns for AMI ids disagree with each other; this grammar is 8 or 17 lower-case hex digits, and
//! Symphony's 32 as a kind of their own (E02).

mod ami;
mod arn;
mod region;
mod ssm;

pub use self::{
    ami::{AmiId, KernelId, RamdiskId},
    arn::ImageArn,
    region::{AwsPartition, AwsRegion},
    ssm::{SsmPointer, SsmSelector},
};

use crate::{
    Cloud, IdKind, ParseImageIdError, Stability,
    scan::{Cursor, Flaw},
};
use core::fmt;

/// An image id of AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AwsImageId {
    /// `ami-…`
    Ami(AmiId),
    /// `aki-…`
    Kernel(KernelId),
    /// `ari-…`
    Ramdisk(RamdiskId),
    /// `arn:aws:ec2:us-east-1::image/ami-…`: the id with its partition and region.
    Arn(ImageArn),
    /// `resolve:ssm:…`: a parameter that holds an AMI id.
    Ssm(SsmPointer),
}

impl AwsImageId {
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        let text = piece.text;
        match text.as_bytes() {
            [b'a', b'm', b'i', ..] => AmiId::scan(piece).map(Self::Ami),
            [b'a', b'k', b'i', ..] => KernelId::scan(piece).map(Self::Kernel),
            [b'a', b'r', b'i', ..] => RamdiskId::scan(piece).map(Self::Ramdisk),
            [b'a', b'r', b'n', ..] => ImageArn::scan(piece).map(Self::Arn),
            [b'{', ..] | [b'r', b'e', b's', ..] | [b's', b's', b'm', ..] => {
                SsmPointer::scan(piece).map(Self::Ssm)
            }
            _ => Err(unknown(text)),
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ami(id) => id.as_str(),
            Self::Kernel(id) => id.as_str(),
            Self::Ramdisk(id) => id.as_str(),
            Self::Arn(arn) => arn.as_str(),
            Self::Ssm(pointer) => pointer.as_str(),
        }
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        match self {
            Self::Ami(id) => id.kind(),
            Self::Kernel(_) => IdKind::Kernel,
            Self::Ramdisk(_) => IdKind::Ramdisk,
            Self::Arn(_) => IdKind::ImageArn,
            Self::Ssm(_) => IdKind::SsmParameter,
        }
    }

    /// Whether it always means the same image. A parameter at a pinned version does not move, yet it
    /// has to be looked up like the others, so it counts with them.
    pub fn stability(&self) -> Stability {
        match self {
            Self::Ami(_) | Self::Kernel(_) | Self::Ramdisk(_) | Self::Arn(_) => Stability::Fixed,
            Self::Ssm(_) => Stability::Moving,
        }
    }

    /// The region that the id itself names: an ARN's.
    pub fn region(&self) -> Option<AwsRegion> {
        match self {
            Self::Ami(_) | Self::Kernel(_) | Self::Ramdisk(_) => None,
            Self::Arn(arn) => Some(arn.region()),
            Self::Ssm(pointer) => pointer.region(),
        }
    }
}

impl fmt::Display for AwsImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

atlas_base::text_form!(AwsImageId, ParseImageIdError);

/// [`AwsImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct AwsImageIdRef<'a> {
    text: &'a str,
}

impl<'a> AwsImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        AwsImageId::scan(cursor)?;
        Ok(Self {
            text: cursor.rest().text,
        })
    }

    /// The id in a text of its own.
    #[expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "for now")]
    pub fn into_owned(self) -> AwsImageId {
        AwsImageId::scan(Cursor::capped(self.text).unwrap()).unwrap()
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.into_owned().kind()
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        self.into_owned().stability()
    }
}

/// The canonical text.
impl fmt::Display for AwsImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into_owned().as_str())
    }
}

crate::text::borrowed_twin!(AwsImageId, AwsImageIdRef, Cloud::Aws);

/// Why none of the forms begins like this text.
#[cold]
fn unknown(text: &str) -> Flaw {
    const EXPECTED: &str = "`ami-` and 8 or 17 hex digits, an image ARN or `resolve:ssm:`";
    let flaw = Flaw::found(0, EXPECTED);
    let head: String = text.chars().take(4).collect();
    if let head @ ("ami-" | "aki-" | "ari-" | "arn:") = head.to_ascii_lowercase().as_str() {
        return flaw.hint(format!("write `{head}` in lower case"));
    }
    match text.rsplit_once(':').map_or(text, |(_, id)| id) {
        id if id != text && AmiId::parse(id).is_ok() => flaw.hint(format!(
            "give the region as the location and `{id}` as the id"
        )),
        _ => match head.as_str() {
            "emi-" => flaw.hint("`emi-` is Eucalyptus"),
            "snap" => flaw.hint("this is a snapshot: register an image from it first"),
            "vol-" => flaw.hint("this is a volume, no image"),
            _ if text.starts_with("i-") => flaw.hint("this is an instance, no image"),
            _ => flaw,
        },
    }
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
