//! Proxmox VE image ids: VMIDs and volume ids.
//!
//! Source: pve-storage, `PVE::Storage::Plugin` (`parse_volume_id`, `parse_volname`), its tests, and
//! the `parse_volname` of the plugins for LVM, ZFS and RBD; pve-common for VMIDs and storage ids.
//! The type of a storage is no part of the id, so what any of the plugins reads is read: a disk with
//! its owner's directory or without, with an extension or without.
//!
//! Ours, where they are looser: disks are named `…-disk-N`, as Proxmox names them (`-cloudinit` and
//! `-state-…` belong to one machine and are no images); numbers have no leading zeros; VMIDs in
//! volumes have the range of VMIDs; files are printable ASCII, do not begin with a dot, which
//! `pvesm list` leaves out, or with a blank; a storage id or a file name has at most 255 bytes,
//! which is what a file system takes. Backups are refused: they are restored, not started.

mod disk;
mod near;
mod vmid;
mod volume;

pub(crate) use self::near::near;
pub use self::{
    disk::ProxmoxDisk,
    vmid::ProxmoxVmid,
    volume::{ProxmoxContent, ProxmoxVolumeRef},
};

use crate::{
    Cloud, IdKind, Stability,
    scan::{Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of Proxmox VE: the VMID of a template such as `9000`, or a volume such as
/// `local:iso/debian-12.iso` or `local-lvm:base-9000-disk-0`.
///
/// Both mean one image as long as it is there. They mean it in one cluster only, and a volume of a
/// storage that is not shared on one node only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProxmoxImageId {
    // The kind follows from the text, so the derived order is the text's.
    text: Arc<str>,
    kind: IdKind,
}

/// [`ProxmoxImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct ProxmoxImageIdRef<'a> {
    text: &'a str,
    form: Form<'a>,
}

#[derive(Clone, Copy)]
enum Form<'a> {
    Vmid(ProxmoxVmid),
    Volume(ProxmoxVolumeRef<'a>),
}

impl<'a> ProxmoxImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        let form = if matches!(cursor.peek(), Some(b'0'..=b'9')) {
            ProxmoxVmid::scan(cursor).map(Form::Vmid)?
        } else {
            ProxmoxVolumeRef::scan(cursor).map(Form::Volume)?
        };
        Ok(Self { text, form })
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> ProxmoxImageId {
        ProxmoxImageId {
            text: shared(Some(self.text), self),
            kind: self.kind(),
        }
    }

    /// The VMID, unless it is a volume.
    pub fn vmid(self) -> Option<ProxmoxVmid> {
        match self.form {
            Form::Vmid(vmid) => Some(vmid),
            Form::Volume(_) => None,
        }
    }

    /// The volume, unless it is a VMID.
    pub fn volume(self) -> Option<ProxmoxVolumeRef<'a>> {
        match self.form {
            Form::Vmid(_) => None,
            Form::Volume(volume) => Some(volume),
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match self.form {
            Form::Vmid(_) => IdKind::Vmid,
            Form::Volume(_) => IdKind::Volid,
        }
    }

    /// Whether it always means the same image: it does.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }
}

/// The canonical text.
impl fmt::Display for ProxmoxImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl ProxmoxImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The VMID, unless it is a volume.
    pub fn vmid(&self) -> Option<ProxmoxVmid> {
        self.view()?.vmid()
    }

    /// The volume, unless it is a VMID.
    pub fn volume(&self) -> Option<ProxmoxVolumeRef<'_>> {
        self.view()?.volume()
    }

    fn view(&self) -> Option<ProxmoxImageIdRef<'_>> {
        ProxmoxImageIdRef::scan(Cursor::new(Piece::whole(&self.text))).ok()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.kind
    }

    /// Whether it always means the same image: it does.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }
}

id_text!(ProxmoxImageId);
borrowed_twin!(ProxmoxImageId, ProxmoxImageIdRef, Cloud::Proxmox);
