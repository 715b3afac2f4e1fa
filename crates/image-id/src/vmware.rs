//! VMware image ids: managed object references, inventory paths, library items and instance UUIDs.
//!
//! All of them mean something in one vCenter only. The compute resource that tells the same template
//! in several clusters apart stands in the location, never in the id (C04).
//!
//! Where the sources are silent or disagree:
//!
//! - The number of a reference has at most 19 digits, as those of a 64-bit number, and may begin with
//!   zeros. govmomi takes any text behind the dash; vCenter gives out numbers.
//! - A path without `vm`, `host`, `datastore` or `network` behind its first name is an item of a
//!   content library if it has two names, and nothing otherwise.
//! - The first `vm` behind a name is the folder of the datacenter that this name is. So `/f/vm/vm/x` is
//!   in the datacenter `f`, not in a datacenter `vm` of the folder `f`.
//! - An escape counts as one of a name's 80 characters. The vSphere client seems to count it as three;
//!   whoever is stricter refuses the name later.
//! - A UUID is an `instanceUuid`, though a BIOS UUID and an item of a library look the same.

mod borrowed;
mod instance_uuid;
mod item;
mod moref;
mod name;
mod near;
mod path;

pub use self::{
    borrowed::VmwareImageIdRef,
    instance_uuid::InstanceUuid,
    item::{LibraryItem, LibraryItemRef},
    moref::{VmMoref, VmMorefRef},
    name::ReadableName,
    path::{TemplatePath, TemplatePathRef},
};
pub(crate) use self::{
    name::{inventory_name, lower_escapes},
    near::near,
};

use crate::{Cloud, IdKind, ParseImageIdError, text::borrowed_twin};
use core::fmt;

/// An image id of VMware.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum VmwareImageId {
    /// `VirtualMachine:vm-42`, short `vm-42`.
    Moref(VmMoref),
    /// `/DC/vm/folder/NAME`
    Template(TemplatePath),
    /// `/LIBRARY/ITEM`
    LibraryItem(LibraryItem),
    /// The `instanceUuid` of a virtual machine.
    InstanceUuid(InstanceUuid),
}

impl VmwareImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Moref(moref) => moref.as_str(),
            Self::Template(path) => path.as_str(),
            Self::LibraryItem(item) => item.as_str(),
            Self::InstanceUuid(uuid) => uuid.as_str(),
        }
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        match self {
            Self::Moref(_) => IdKind::Moref,
            Self::Template(_) => IdKind::TemplatePath,
            Self::LibraryItem(_) => IdKind::LibraryItem,
            Self::InstanceUuid(_) => IdKind::InstanceUuid,
        }
    }
}

impl fmt::Display for VmwareImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

atlas_base::text_form!(VmwareImageId, ParseImageIdError);
borrowed_twin!(VmwareImageId, VmwareImageIdRef, Cloud::Vmware);
