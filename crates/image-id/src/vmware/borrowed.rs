//! Reading an id without allocating.

use super::{
    InstanceUuid, LibraryItemRef, TemplatePathRef, VmMorefRef, VmwareImageId, near,
    path::{self, Path},
};
use crate::{
    IdKind,
    scan::{Cursor, Flaw},
};
use core::fmt;

/// [`VmwareImageId`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum VmwareImageIdRef<'a> {
    /// `VirtualMachine:vm-42`, short `vm-42`.
    Moref(VmMorefRef<'a>),
    /// `/DC/vm/folder/NAME`
    Template(TemplatePathRef<'a>),
    /// `/LIBRARY/ITEM`
    LibraryItem(LibraryItemRef<'a>),
    /// The `instanceUuid` of a virtual machine.
    InstanceUuid(InstanceUuid),
}

impl<'a> VmwareImageIdRef<'a> {
    #[inline]
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match cursor.peek() {
            Some(b'/') => path::scan(cursor).map(|path| match path {
                Path::Template(path) => Self::Template(path),
                Path::LibraryItem(item) => Self::LibraryItem(item),
            }),
            Some(b'v' | b'V') => VmMorefRef::scan(cursor).map(Self::Moref),
            _ => match InstanceUuid::scan(cursor.rest()) {
                Ok(uuid) => Ok(Self::InstanceUuid(uuid)),
                Err(flaw) => Err(near::no_form(cursor.rest(), flaw)),
            },
        }
    }

    /// The id in a text of its own. References and UUIDs are kept in place, the others allocate once.
    pub fn into_owned(self) -> VmwareImageId {
        match self {
            Self::Moref(moref) => VmwareImageId::Moref(moref.into_owned()),
            Self::Template(path) => VmwareImageId::Template(path.into_owned()),
            Self::LibraryItem(item) => VmwareImageId::LibraryItem(item.into_owned()),
            Self::InstanceUuid(uuid) => VmwareImageId::InstanceUuid(uuid),
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match self {
            Self::Moref(_) => IdKind::Moref,
            Self::Template(_) => IdKind::TemplatePath,
            Self::LibraryItem(_) => IdKind::LibraryItem,
            Self::InstanceUuid(_) => IdKind::InstanceUuid,
        }
    }
}

/// The canonical text.
impl fmt::Display for VmwareImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moref(moref) => fmt::Display::fmt(moref, f),
            Self::Template(path) => fmt::Display::fmt(path, f),
            Self::LibraryItem(item) => fmt::Display::fmt(item, f),
            Self::InstanceUuid(uuid) => fmt::Display::fmt(uuid, f),
        }
    }
}
