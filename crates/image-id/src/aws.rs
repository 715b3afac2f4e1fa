//! AWS image ids: AMIs, kernels and ramdisks, image ARNs and SSM pointers.
//!
//! An AMI id means something in its region only (Scalr: one record per region; I02). Nine official
//! patterns for AMI ids disagree with each other; this grammar is 8 or 17 lower-case hex digits, and
//! Symphony's 32 as a kind of their own (E02).

mod account;
mod ami;
mod arn;
mod near;
mod region;
mod ssm;

pub(crate) use self::near::{near, near_local};
pub use self::{
    account::AwsAccountId,
    ami::{AmiId, KernelId, RamdiskId, SymphonyUuid},
    arn::{AmiArn, ImageArn, ImageArnRef},
    region::{AwsPartition, AwsRegion},
    ssm::{SsmInKops, SsmInTemplate, SsmPointer, SsmPointerRef, SsmSelector},
};

use crate::{
    Cloud, IdKind, ParseImageIdError, Stability,
    scan::{Cursor, Flaw, Piece},
    text::borrowed_twin,
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
borrowed_twin!(AwsImageId, AwsImageIdRef, Cloud::Aws);

/// [`AwsImageId`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum AwsImageIdRef<'a> {
    /// `ami-…`
    Ami(AmiId),
    /// `aki-…`
    Kernel(KernelId),
    /// `ari-…`
    Ramdisk(RamdiskId),
    /// `arn:aws:ec2:us-east-1::image/ami-…`: the id with its partition and region.
    Arn(ImageArnRef<'a>),
    /// A parameter that holds an AMI id.
    Ssm(SsmPointerRef<'a>),
}

impl<'a> AwsImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        match piece.text.as_bytes() {
            [b'a', b'm', b'i', ..] => AmiId::scan(piece).map(Self::Ami),
            [b'a', b'k', b'i', ..] => KernelId::scan(piece).map(Self::Kernel),
            [b'a', b'r', b'i', ..] => RamdiskId::scan(piece).map(Self::Ramdisk),
            [b'a', b'r', b'n', ..] => ImageArnRef::scan(cursor).map(Self::Arn),
            [b'{', ..] | [b'r', b'e', b's', ..] | [b's', b's', b'm', ..] => {
                SsmPointerRef::scan(cursor).map(Self::Ssm)
            }
            _ => Err(unknown(piece)),
        }
    }

    /// The id in a text of its own: ARNs and pointers allocate once, the others are kept in place.
    pub fn into_owned(self) -> AwsImageId {
        match self {
            Self::Ami(id) => AwsImageId::Ami(id),
            Self::Kernel(id) => AwsImageId::Kernel(id),
            Self::Ramdisk(id) => AwsImageId::Ramdisk(id),
            Self::Arn(arn) => AwsImageId::Arn(arn.into_owned()),
            Self::Ssm(pointer) => AwsImageId::Ssm(pointer.into_owned()),
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match self {
            Self::Ami(id) => id.kind(),
            Self::Kernel(_) => IdKind::Kernel,
            Self::Ramdisk(_) => IdKind::Ramdisk,
            Self::Arn(arn) => arn.kind(),
            Self::Ssm(pointer) => pointer.kind(),
        }
    }

    /// Whether it always means the same image, as [`AwsImageId::stability`] says.
    pub fn stability(self) -> Stability {
        match self {
            Self::Ami(_) | Self::Kernel(_) | Self::Ramdisk(_) | Self::Arn(_) => Stability::Fixed,
            Self::Ssm(_) => Stability::Moving,
        }
    }

    /// The region that the id itself names: an ARN's.
    pub fn region(self) -> Option<AwsRegion> {
        match self {
            Self::Ami(_) | Self::Kernel(_) | Self::Ramdisk(_) => None,
            Self::Arn(arn) => Some(arn.region()),
            Self::Ssm(pointer) => pointer.region(),
        }
    }
}

/// The canonical text.
impl fmt::Display for AwsImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ami(id) => fmt::Display::fmt(id, f),
            Self::Kernel(id) => fmt::Display::fmt(id, f),
            Self::Ramdisk(id) => fmt::Display::fmt(id, f),
            Self::Arn(arn) => fmt::Display::fmt(arn, f),
            Self::Ssm(pointer) => fmt::Display::fmt(pointer, f),
        }
    }
}

/// Why none of the forms begins like this text.
#[cold]
fn unknown(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`ami-` and 8 or 17 hex digits, an image ARN or `resolve:ssm:`";
    let heads = ["ami-", "aki-", "ari-", "arn:", SsmPointer::PREFIX, "ssm:"];
    let flaws = heads.map(|head| piece.differs(head, EXPECTED));
    let furthest = flaws.into_iter().max_by_key(|flaw| flaw.at);
    let flaw = furthest.unwrap_or_else(|| Flaw::found(piece.at, EXPECTED));
    let text = piece.text;
    for head in ["ami-", "aki-", "ari-", "arn:"] {
        if piece.strip_any_case(head).is_some() {
            return flaw.hint(format!("write `{head}` in lower case"));
        }
    }
    let hints = [
        ("emi-", "`emi-` is Eucalyptus"),
        (
            "snap-",
            "this is a snapshot: register an image from it first",
        ),
        ("vol-", "this is a volume, no image"),
        (
            "lt-",
            "this is a launch template: take the image that it names",
        ),
        ("i-", "this is an instance, no image"),
    ];
    if let Some((_, hint)) = hints.into_iter().find(|(head, _)| text.starts_with(head)) {
        return flaw.hint(hint);
    }
    let (before, _) = text.split_once(['/', ':']).unwrap_or(("", text));
    if AwsRegion::read(before).is_some() {
        return flaw.hint("give the region as the location, and the id alone");
    }
    if AwsAccountId::read(before).is_some() {
        return flaw.hint("an owner and a name are a search: take the AMI that it finds");
    }
    flaw
}
