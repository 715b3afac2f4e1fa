//! VMware image ids: managed object references, inventory paths, library items and instance UUIDs.
//!
//! All of them mean something in one vCenter only. The compute resource that tells the same template
//! in several clusters apart stands in the location, never in the id (C04).

mod path;

pub use self::path::{LibraryItem, TemplatePath};
pub(crate) use self::path::{inventory_name, lower_escapes};

use crate::{
    Cloud, IdKind, ParseImageIdError,
    openstack::uuid,
    scan::{Cursor, Flaw, Piece, ShortText, is_digit},
    text::id_text,
};
use core::fmt;
use std::sync::Arc;

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
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        let text = piece.text;
        if text.starts_with('/') {
            return path::scan(piece);
        }
        if text.starts_with("vm-") || text.starts_with(VmMoref::TYPE) {
            return VmMoref::scan(piece).map(Self::Moref);
        }
        if text.len() == 36 && uuid(piece, UUID).is_ok() {
            return InstanceUuid::scan(piece).map(Self::InstanceUuid);
        }
        Err(unknown(piece))
    }

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

/// [`VmwareImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct VmwareImageIdRef<'a> {
    text: &'a str,
}

impl<'a> VmwareImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        VmwareImageId::scan(cursor)?;
        Ok(Self {
            text: cursor.rest().text,
        })
    }

    /// The id in a text of its own.
    #[expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "for now")]
    pub fn into_owned(self) -> VmwareImageId {
        VmwareImageId::scan(Cursor::capped(self.text).unwrap()).unwrap()
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.into_owned().kind()
    }
}

/// The canonical text.
impl fmt::Display for VmwareImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into_owned().as_str())
    }
}

crate::text::borrowed_twin!(VmwareImageId, VmwareImageIdRef, Cloud::Vmware);

/// `VirtualMachine:vm-N`: a reference that changes when the machine is registered anew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmMoref {
    text: Arc<str>,
}

impl VmMoref {
    const TYPE: &'static str = "VirtualMachine:";

    /// Reads a reference with its type or without.
    ///
    /// # Errors
    ///
    /// The type is another, or no number follows `vm-`.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Vmware, text, flaw))
    }

    fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        const EXPECTED: &str = "`vm-` and a number";
        let typed = piece.strip(Self::TYPE);
        let value = typed.unwrap_or(piece);
        let Some(number) = value.strip("vm-") else {
            return Err(value.differs("vm-", EXPECTED));
        };
        if let Some(at) = number.misfit(is_digit) {
            return Err(Flaw::found(at, EXPECTED));
        }
        if !matches!(number.text.len(), 1..=19) {
            return Err(Flaw::digits(piece.end(), number.text.len(), EXPECTED));
        }
        Ok(Self {
            text: match typed {
                Some(_) => piece.text.into(),
                None => format!("{}{}", Self::TYPE, piece.text).into(),
            },
        })
    }

    /// The reference with its type.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The reference without its type, `vm-42`.
    pub fn value(&self) -> &str {
        self.text.strip_prefix(Self::TYPE).unwrap_or_default()
    }
}

id_text!(VmMoref);

/// The `instanceUuid` that a vCenter gives a virtual machine; lower case, with dashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceUuid(ShortText);

impl InstanceUuid {
    /// Reads a hyphenated UUID in any case.
    ///
    /// # Errors
    ///
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Vmware, text, flaw))
    }

    fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        if piece.text.len() == 32 {
            return Err(Flaw::found(piece.at + 8, UUID).hint("put dashes between the digits"));
        }
        uuid(piece, UUID).map(Self)
    }

    /// The lower-case hyphenated text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

id_text!(InstanceUuid);

/// Why none of the forms begins like this text.
#[cold]
fn unknown(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`vm-N`, `/DATACENTER/vm/…/NAME`, `/LIBRARY/ITEM` or an instance UUID";
    let text = piece.text;
    let flaw = Flaw::found(piece.at, EXPECTED);
    let lower = text.to_ascii_lowercase();
    let others = [
        ("host-", "this is a host"),
        ("datacenter-", "this is a datacenter"),
        ("datastore-", "this is a datastore"),
        ("domain-", "this is a cluster: it belongs to the location"),
        ("dvportgroup-", "this is a port group"),
        ("network-", "this is a network"),
        ("resgroup-", "this is a resource pool"),
        ("group-", "this is a folder"),
        (
            "urn:vmomi:virtualmachine:",
            "leave `urn:vmomi:` and the part behind the number out",
        ),
        ("virtualmachine:", "the type is written `VirtualMachine`"),
        ("vm-", "write `vm-` in lower case"),
        ("https://", "this is the address of a vCenter"),
        (
            "ds:",
            "this is a datastore's address: take the template's path",
        ),
        ("[", "this is a datastore's path: take the template's path"),
    ];
    if let Some((_, hint)) = others.iter().find(|(prefix, _)| lower.starts_with(prefix)) {
        return flaw.hint(*hint);
    }
    let hex = text
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if hex && text.len() > 30 {
        return uuid(piece, UUID).err().unwrap_or(flaw);
    }
    if text.contains("/vm/") {
        return flaw.hint("an inventory path begins with `/`");
    }
    if lower
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b' ' | b'-'))
    {
        return flaw.hint("write the UUID as 8-4-4-4-12");
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    {
        return flaw.hint("a bare name is ambiguous: give the path");
    }
    flaw
}

const UUID: &str = "a UUID as 8-4-4-4-12";

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
