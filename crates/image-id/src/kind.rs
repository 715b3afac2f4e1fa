//! What can be said about an id without asking its cloud.

use core::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What sort of id a text is; `Display` writes the words of `atlas id parse`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum IdKind {
            $($(#[$doc])* $name,)*
        }

        impl IdKind {
            /// Every kind.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name,)*]
            }

            /// The kind in one word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

kinds! {
    /// AWS: an AMI of 8 or 17 digits.
    Ami = "ami";
    /// Symphony: an AMI of 32 digits.
    SymphonyAmi = "symphony-ami";
    /// AWS: a kernel.
    Kernel = "kernel";
    /// AWS: a ramdisk.
    Ramdisk = "ramdisk";
    /// AWS: an AMI's ARN.
    ImageArn = "image-arn";
    /// AWS: a parameter that holds an AMI id.
    SsmParameter = "ssm-parameter";
    /// Azure: a marketplace URN.
    Urn = "urn";
    /// Azure: a URN given by its short name.
    Alias = "alias";
    /// Azure: a managed image.
    ManagedImage = "managed-image";
    /// Azure: an image of an own gallery without a version.
    GalleryImage = "gallery-image";
    /// Azure: a version of an image of an own gallery.
    GalleryVersion = "gallery-version";
    /// Azure: an image of a shared gallery without a version.
    SharedGalleryImage = "shared-gallery-image";
    /// Azure: a version of an image of a shared gallery.
    SharedGalleryVersion = "shared-gallery-version";
    /// Azure: an image of a community gallery without a version.
    CommunityGalleryImage = "community-gallery-image";
    /// Azure: a version of an image of a community gallery.
    CommunityGalleryVersion = "community-gallery-version";
    /// Azure: a VHD in a storage account.
    Vhd = "vhd";
    /// GCP, OpenStack, Oracle, Alibaba, IBM, Tencent, Huawei, Nutanix: an image.
    Image = "image";
    /// GCP: a family, which follows its newest image.
    Family = "family";
    /// GCP: a family as a zone sees it.
    FamilyView = "family-view";
    /// GCP: a machine image.
    MachineImage = "machine-image";
    /// GCP: an image of the default project.
    PartialImage = "partial-image";
    /// GCP: a family of the default project.
    PartialFamily = "partial-family";
    /// VMware: a managed object reference.
    Moref = "moref";
    /// VMware: an inventory path.
    TemplatePath = "template-path";
    /// VMware: an item of a content library.
    LibraryItem = "library-item";
    /// VMware: a virtual machine's `instanceUuid`.
    InstanceUuid = "instance-uuid";
    /// Alibaba: an image that the cloud publishes, by its file name.
    SystemImage = "system-image";
    /// IBM: an image's cloud resource name.
    Crn = "crn";
    /// IBM: an image's address.
    Href = "href";
    /// DigitalOcean and Hetzner: an image by its number.
    Id = "id";
    /// DigitalOcean: a public image by its slug.
    Slug = "slug";
    /// Hetzner: a system image by its name.
    Name = "name";
    /// Linode: an image that the cloud publishes.
    Public = "public";
    /// Linode: an image of the account.
    Private = "private";
    /// Linode: an image that another account shares.
    Shared = "shared";
    /// Proxmox: a machine or template by its number.
    Vmid = "vmid";
    /// Proxmox: a volume of a storage.
    Volid = "volid";
    /// Container registries: a tag, which follows its newest push.
    Tag = "tag";
    /// Container registries: a digest, with its tag or without.
    Digest = "digest";
    /// A stored text that today's grammar does not read.
    Legacy = "legacy";
}

impl fmt::Display for IdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether an id always means the same image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a closed set: what a resolver has to tell apart"
)]
pub enum Stability {
    /// One image for ever.
    Fixed,
    /// A pointer that its owner can move: a family, `latest`, an SSM parameter.
    Moving,
    /// A partial form: it means nothing before a default (a project) is filled in.
    NeedsDefault,
}

/// What an id's cloud makes of locations (Scalr; I02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a closed set: either a location counts or it does not"
)]
pub enum LocationUse {
    /// The id is common to all regions: its location is the cloud alone.
    Common,
    /// The id means something in one region (or vCenter, or installation) only.
    PerRegion,
}

/// Whether two ids are one image, as far as their texts can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a closed set of answers")]
pub enum Sameness {
    /// One image.
    Equal,
    /// Two ids, even if they may lead to one image today.
    Different,
    /// Only the cloud can tell: a name and a number, or a default that is not known.
    Undecided,
}

impl Sameness {
    /// The answer in one word: `equal`, `different` or `undecided`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different => "different",
            Self::Undecided => "undecided",
        }
    }
}

impl fmt::Display for Sameness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
