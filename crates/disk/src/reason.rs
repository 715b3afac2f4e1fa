//! Why an image is refused.

use core::fmt;
use serde::{Serialize, Serializer};

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $sentence:literal;)+) => {
        /// Why an image is refused: one code a reason, which programs may rely on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code: `backing-file`.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// What it means, for people.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)+
                }
            }
        }
    };
}

reasons! {
    /// Part of the disk is in another image.
    BackingFile = "backing-file", "part of the disk is in another file, which is never opened; flatten the image first";
    /// The data is in another file.
    ExternalDataFile = "external-data-file", "the data is in another file, which is never opened";
    /// A feature that a reader must know to read the image right.
    UnknownFeature = "unknown-feature", "it needs a feature that is not known here";
    /// The image says that it is damaged.
    CorruptFlag = "corrupt-flag", "it is marked as corrupt; repair it with the tool that wrote it";
    /// The data is encrypted.
    Encrypted = "encrypted", "it is encrypted; decrypt it first";
    /// A version of the format that is not read.
    BadVersion = "bad-version", "its version of the format is not read here";
    /// The size of clusters is not one that the format has.
    BadClusterBits = "bad-cluster-bits", "its cluster size is not one of the format";
    /// The first table.
    BadL1 = "bad-l1", "its first table is not right";
    /// A second table.
    BadL2 = "bad-l2", "one of its tables is not right";
    /// Data is where the file has none.
    DataOutOfBounds = "data-out-of-bounds", "its tables name data outside of the file";
    /// The disk is larger than is allowed.
    VirtualSize = "virtual-size", "the disk is too large, or no disk at all";
    /// Compressed data does not hold what it should.
    CompressedData = "compressed-data", "its compressed data is damaged";
    /// Compressed data holds more than it may.
    DecompressionBomb = "decompression-bomb", "its compressed data holds more than there is room for";
    /// The same bytes stand for many parts of the disk.
    Amplification = "amplification", "it names the same data more than once, or more data than is allowed";
    /// A header that contradicts itself.
    BadHeader = "bad-header", "its header is not right";
    /// How clusters are compressed.
    BadCompressionType = "bad-compression-type", "its kind of compression is not one of the format";
    /// The width of reference counts.
    BadRefcountOrder = "bad-refcount-order", "its width of reference counts is not one of the format";
    /// The table of snapshots.
    BadSnapshots = "bad-snapshots", "its table of snapshots is not right";
    /// More than one format claims the file.
    AmbiguousFormat = "ambiguous-format", "more than one format claims the file";
    /// It is not what it was said to be.
    FormatMismatch = "format-mismatch", "it is not of the format that was declared";
    /// The disk holds an image in place of a disk.
    NestedFormat = "nested-format", "the disk inside is an image file itself";
    /// A kind of VMDK that is not read.
    VmdkSubtype = "vmdk-subtype", "only monolithicSparse and streamOptimized VMDK files are read";
    /// A VMDK names another file.
    VmdkExtentPath = "vmdk-extent-path", "it names another file as part of the disk, which is never opened";
    /// The image is the difference to a parent.
    Parent = "parent", "it is the difference to another image, which is never opened";
    /// The header of a VMDK.
    VmdkHeader = "vmdk-header", "its header is not right";
    /// A grain of a VMDK.
    VmdkGrain = "vmdk-grain", "one of its grains is not where or what its tables say";
    /// The footer of a VMDK.
    VmdkFooter = "vmdk-footer", "its footer is not right, or does not say what its header says";
    /// The file ends too early.
    Truncated = "truncated", "the file ends too early";
    /// The name of a member of an archive.
    TarPath = "tar-path", "the archive has a member whose name is a path";
    /// A member of an archive that is no file.
    TarMemberType = "tar-member-type", "the archive has a member that is no regular file";
    /// Two members of an archive with one name.
    TarDuplicate = "tar-duplicate", "the archive has two members with the same name";
    /// The size of an archive's member.
    TarSize = "tar-size", "the archive has too many members, or one of a size that is not right";
    /// A digest of the manifest.
    ManifestMismatch = "manifest-mismatch", "its manifest does not fit what is there";
    /// An archive without a descriptor.
    OvfMissing = "ovf-missing", "the archive has no OVF descriptor";
    /// An archive with two descriptors.
    OvfMultiple = "ovf-multiple", "the archive has more than one OVF descriptor";
    /// The descriptor names what is not there.
    OvfReference = "ovf-reference", "its descriptor names what is not there";
    /// A document type, which could name entities.
    XmlDoctype = "xml-doctype", "its descriptor declares a document type, which is not allowed";
    /// The size or depth of a document.
    XmlLimit = "xml-limit", "its descriptor is no well-formed XML, too large or too deep";
    /// The descriptor tells another size than the disk.
    CapacityMismatch = "capacity-mismatch", "its descriptor tells another size than its disk has";
    /// The header of a VHDX.
    VhdxHeader = "vhdx-header", "its headers, regions or metadata are not right";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// That an image is refused, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    reason: Reason,
    what: Option<&'static str>,
    named: Option<String>,
    found: Option<u64>,
    allowed: Option<u64>,
    at: Option<u64>,
}

impl Refusal {
    pub(crate) const fn new(reason: Reason) -> Self {
        Self {
            reason,
            what: None,
            named: None,
            found: None,
            allowed: None,
            at: None,
        }
    }

    /// What of the image: a field or a table.
    pub(crate) const fn what(mut self, what: &'static str) -> Self {
        self.what = Some(what);
        self
    }

    /// A text that the image holds, as much of it as can be shown.
    pub(crate) fn named(mut self, name: &str) -> Self {
        let mut shown: String = name.escape_default().take(Self::MOST_SHOWN).collect();
        if name.escape_default().nth(Self::MOST_SHOWN).is_some() {
            shown.push('…');
        }
        self.named = Some(shown);
        self
    }

    pub(crate) const fn found(mut self, found: u64) -> Self {
        self.found = Some(found);
        self
    }

    pub(crate) const fn allowed(mut self, allowed: u64) -> Self {
        self.allowed = Some(allowed);
        self
    }

    /// The byte of the file.
    pub(crate) const fn at(mut self, at: u64) -> Self {
        self.at = Some(at);
        self
    }

    /// Characters of a hostile text that are shown.
    const MOST_SHOWN: usize = 80;

    /// The reason.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The byte of the file, or of the archive's member, where it was seen.
    pub const fn place(&self) -> Option<u64> {
        self.at
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.sentence())?;
        let mut between = ": ";
        if let Some(what) = self.what {
            write!(f, "{between}{what}")?;
            between = " ";
        }
        if let Some(named) = &self.named {
            write!(f, "{between}\"{named}\"")?;
            between = " ";
        }
        match (self.found, self.allowed) {
            (Some(found), Some(allowed)) => {
                write!(f, "{between}is {found}, and {allowed} is allowed")?;
            }
            (Some(found), None) => write!(f, "{between}is {found}")?,
            (None, Some(allowed)) => write!(f, "{between}is over {allowed}")?,
            (None, None) => {}
        }
        match self.at {
            Some(at) => write!(f, " (at byte {at})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Refusal {}
