//! Ids of EC2's things, as requests name them.

use crate::{Ec2Error, ErrorCode, parameter::ParameterText};
use atlas_image_id::AmiId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $code:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id: the prefix, and 1 to 64 letters, digits and `-` behind it. One that is well
            /// formed and no hexadecimal number names nothing, and is no mistake (AWS).
            ///
            /// # Errors
            ///
            /// It is none of these.
            pub fn parse(text: &str) -> Result<Self, Ec2Error> {
                let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                match text.strip_prefix($prefix) {
                    Some(rest) if (1..=64).contains(&rest.len()) && rest.bytes().all(is_known) => {
                        Ok(Self(text.into()))
                    }
                    _ => Err(Ec2Error::malformed_id(ErrorCode::$code, text, $prefix)),
                }
            }

            /// The whole id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ParameterText for $name {
            fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
                Self::parse(text)
            }
        }
    )*};
}

ids! {
    /// The image that a request names (E02): `ami-…`.
    ImageRef = "ami-", InvalidAmiIdMalformed;
    /// The instance that a request names: `i-…`.
    InstanceRef = "i-", InvalidInstanceIdMalformed;
    /// The snapshot that a request names: `snap-…`.
    SnapshotRef = "snap-", InvalidSnapshotIdMalformed;
    /// The volume that a request names: `vol-…`.
    VolumeRef = "vol-", InvalidVolumeIdMalformed;
    /// The import that a request names: `import-ami-…`.
    ImportTaskRef = "import-ami-", InvalidImportTaskIdMalformed;
}

impl ImageRef {
    /// The id, where it is one: 8, 17 or, on Symphony, 32 hex digits. Any other names no image.
    pub fn ami(&self) -> Option<AmiId> {
        AmiId::parse(&self.0).ok()
    }
}

/// What can be tagged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceRef {
    /// An image.
    Image(ImageRef),
    /// A snapshot.
    Snapshot(SnapshotRef),
    /// An instance.
    Instance(InstanceRef),
    /// A volume.
    Volume(VolumeRef),
    /// An import.
    ImportTask(ImportTaskRef),
}

impl ResourceRef {
    /// Reads an id by what it begins with, which hexadecimal digits follow: here EC2 is stricter than where
    /// an image is asked for.
    ///
    /// # Errors
    ///
    /// `InvalidID`: nothing that can be tagged is called so.
    pub fn parse(text: &str) -> Result<Self, Ec2Error> {
        let digits = text.rsplit_once('-').map_or("", |(_, digits)| digits);
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let read = if !is_hex {
            None
        } else if text.starts_with(ImageRef::PREFIX) {
            ImageRef::parse(text).map(Self::Image).ok()
        } else if text.starts_with(SnapshotRef::PREFIX) {
            SnapshotRef::parse(text).map(Self::Snapshot).ok()
        } else if text.starts_with(ImportTaskRef::PREFIX) {
            ImportTaskRef::parse(text).map(Self::ImportTask).ok()
        } else if text.starts_with(InstanceRef::PREFIX) {
            InstanceRef::parse(text).map(Self::Instance).ok()
        } else {
            VolumeRef::parse(text).map(Self::Volume).ok()
        };
        read.ok_or_else(|| Ec2Error::invalid_id(text))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image(id) => id.as_str(),
            Self::Snapshot(id) => id.as_str(),
            Self::Instance(id) => id.as_str(),
            Self::Volume(id) => id.as_str(),
            Self::ImportTask(id) => id.as_str(),
        }
    }
}

impl ParameterText for ResourceRef {
    fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        Self::parse(text)
    }
}
