//! OVA: a virtual appliance in one archive (DMTF DSP0243, section "Distribution as a single file").
//!
//! Nothing is extracted: members are parts of the one source that was opened, and no name that the
//! archive or its descriptor has is ever looked up anywhere else.

mod files;
mod gzip;
mod hardware;
mod header;
mod manifest;
mod ovf;
mod pax;
mod tar;
mod units;
mod xml;

pub(crate) use self::header::is_tar;
use self::{
    files::FileView,
    hardware::{Drive, Holds},
    ovf::{DiskRef, Ovf},
    tar::Members,
};
use crate::{
    Budget, DiskError, DiskKind, Format, Reason, Refusal, Warning,
    empty::Empty,
    error::refuse,
    layer::Layer,
    open::{self, Found, Opened},
    probe::check_declared,
    read_at::View,
};
use std::collections::{BTreeMap, BTreeSet};

/// Opens an archive. All that costs little is refused first, then digests are taken, and files are
/// inflated last.
pub(crate) fn open(archive: &View, budget: &Budget<'_>) -> Result<Opened, DiskError> {
    let members = tar::members(archive, budget)?;
    let (name, descriptor) = match of_kind(&members, ".ovf").as_slice() {
        [] => return refuse(Refusal::new(Reason::OvfMissing)),
        [one] => *one,
        [_, other, ..] => {
            let refusal = Refusal::new(Reason::OvfMultiple).what("also");
            return refuse(refusal.named(other.0));
        }
    };
    let text = xml::text(descriptor, budget)?;
    let ovf = Ovf::read(&xml::parse(&text, budget)?, budget)?;
    drop(text);
    let mut opening = Opening::new(&ovf, &members, budget)?;
    opening.check_drives()?;
    opening.check_manifest(name)?;
    let mut disks = Vec::new();
    for drive in &ovf.drives {
        let layer = opening.layer(drive)?;
        disks.push(Found {
            layer,
            kind: drive.kind,
            device: Some(drive.device.clone()),
        });
    }
    let mut warnings = opening.warnings;
    if !of_kind(&members, ".cert").is_empty() {
        warnings.push(Warning::UnverifiedCertificate);
    }
    Ok(Opened {
        disks,
        firmware: ovf.firmware,
        appliance: Some(ovf.appliance),
        warnings,
    })
}

/// The members whose names end in some way.
fn of_kind<'a>(members: &'a Members, end: &str) -> Vec<(&'a String, &'a View)> {
    let is_it = |name: &str| name.to_ascii_lowercase().ends_with(end);
    members.iter().filter(|(name, _)| is_it(name)).collect()
}

/// What is needed until all disks are open.
struct Opening<'a> {
    ovf: &'a Ovf,
    members: &'a Members,
    budget: &'a Budget<'a>,
    /// The files of the descriptor, by id.
    files: BTreeMap<&'a str, FileView>,
    /// Bytes that may still be inflated.
    inflatable: u64,
    warnings: Vec<Warning>,
}

impl<'a> Opening<'a> {
    /// Finds all files of the descriptor, also those that no disk is in.
    fn new(ovf: &'a Ovf, members: &'a Members, budget: &'a Budget<'a>) -> Result<Self, DiskError> {
        let mut files = BTreeMap::new();
        let mut names = BTreeSet::new();
        let mut warnings = Vec::new();
        for (id, file) in &ovf.files {
            let found = files::find(file, members)?;
            for name in &found.names {
                if !names.insert(name.clone()) {
                    let refusal = Refusal::new(Reason::OvfReference);
                    return refuse(refusal.what("two files are the member").named(name));
                }
            }
            // Tools that pack again forget the size, and ovftool itself only warns of it. What is
            // there is told by the archive, and protected by the manifest.
            if let Some(told) = file.size.filter(|told| *told != found.view.length()) {
                let found = found.view.length();
                let name = file.href.clone();
                warnings.push(Warning::FileSize { name, told, found });
            }
            files.insert(id.as_str(), found);
        }
        Ok(Self {
            ovf,
            members,
            budget,
            files,
            inflatable: budget.limits().inflated,
            warnings,
        })
    }

    /// Checks that drives hold what is there, and none what another holds.
    fn check_drives(&mut self) -> Result<(), DiskError> {
        let (mut files, mut disks) = (BTreeSet::new(), BTreeSet::new());
        for drive in &self.ovf.drives {
            let file = match &drive.holds {
                Holds::File(id) => Some(id),
                Holds::Disk(id) => {
                    if !disks.insert(id) {
                        let refusal = Refusal::new(Reason::Amplification).what("the disk");
                        return refuse(refusal.named(id));
                    }
                    self.disk(id)?.file.as_ref()
                }
            };
            let Some(id) = file else { continue };
            self.file(id)?;
            if !files.insert(id) {
                return refuse(
                    Refusal::new(Reason::Amplification)
                        .what("the file")
                        .named(id),
                );
            }
        }
        for (id, disk) in &self.ovf.disks {
            if let Some(file) = &disk.file {
                self.file(file)?;
            }
            if !disks.contains(id) {
                let id = xml::shown(id).unwrap_or_default();
                self.warnings.push(Warning::UnusedDisk { id });
            }
        }
        Ok(())
    }

    fn check_manifest(&self, descriptor: &str) -> Result<(), DiskError> {
        let manifest = match of_kind(self.members, ".mf").as_slice() {
            [] => return Ok(()),
            [(_, view)] => *view,
            _ => {
                let refusal = Refusal::new(Reason::ManifestMismatch);
                return refuse(refusal.what("there are two"));
            }
        };
        // It has a line a member: it is no longer than a descriptor may be.
        let text = xml::text(manifest, self.budget).map_err(|error| match error {
            DiskError::Refused(_) => {
                let refusal = Refusal::new(Reason::ManifestMismatch).what("it is no short text");
                refusal.into()
            }
            other => other,
        })?;
        let names = self.files.values().flat_map(|it| &it.names);
        let mut used: BTreeSet<_> = names.map(String::as_str).collect();
        used.insert(descriptor);
        manifest::check(&text, self.members, &used, self.budget)
    }

    fn disk(&self, id: &str) -> Result<&'a DiskRef, DiskError> {
        let refusal = || Refusal::new(Reason::OvfReference).what("no disk has the id");
        let disk = self.ovf.disks.get(id);
        disk.ok_or_else(|| refusal().named(id).into())
    }

    fn file(&self, id: &str) -> Result<&FileView, DiskError> {
        let refusal = || Refusal::new(Reason::OvfReference).what("no file has the id");
        let file = self.files.get(id);
        file.ok_or_else(|| refusal().named(id).into())
    }

    fn layer(&mut self, drive: &Drive) -> Result<Box<dyn Layer>, DiskError> {
        let (disk, file) = match &drive.holds {
            Holds::File(id) => (None, Some(id)),
            Holds::Disk(id) => {
                let disk = self.disk(id)?;
                (Some(disk), disk.file.as_ref())
            }
        };
        let format = match disk {
            // A file that is no disk can only be a CD: nothing else tells its format.
            None => Format::Iso,
            Some(disk) if file.is_some() => declared(disk.format.as_deref().unwrap_or_default())?,
            Some(_) => Format::Raw,
        };
        if (format == Format::Iso) != (drive.kind == DiskKind::Cdrom) {
            let refusal = Refusal::new(Reason::FormatMismatch);
            return refuse(refusal.what("its drive cannot hold").named(format.name()));
        }
        let Some(file) = file else {
            let capacity = disk.map_or(0, |disk| disk.capacity);
            return Ok(Box::new(Empty::new(capacity, self.budget)?));
        };
        let view = self.content(file, disk)?;
        check_declared(&view, format)?;
        let layer = open::layer(view, format, self.budget)?;
        if let Some(disk) = disk {
            check_capacity(disk, layer.size())?;
        }
        Ok(layer)
    }

    /// The bytes of a file, inflated where they are compressed.
    fn content(&mut self, id: &str, disk: Option<&DiskRef>) -> Result<View, DiskError> {
        /// What a format may take besides the data, for a small disk.
        const TABLES: u64 = 64 << 20;
        let view = self.file(id)?.view.clone();
        if !self.ovf.files.get(id).is_some_and(|file| file.is_gzip) {
            return Ok(view);
        }
        // No format needs twice the room of the disk inside: so a small disk cannot fill our own.
        let of_disk = disk.map_or(u64::MAX, |disk| {
            disk.capacity.saturating_mul(2).saturating_add(TABLES)
        });
        let view = gzip::inflate(&view, self.inflatable.min(of_disk), self.budget)?;
        self.inflatable = self.inflatable.saturating_sub(view.length());
        Ok(view)
    }
}

/// The format that a URI tells. There is no list: each product has its own, and some have several.
fn declared(uri: &str) -> Result<Format, DiskError> {
    let lower = uri.to_ascii_lowercase();
    let says = |word| lower.contains(word);
    match () {
        () if says("vmdk") => Ok(Format::Vmdk),
        () if says("qcow") => Ok(Format::Qcow2),
        () if says("vhdx") => Ok(Format::Vhdx),
        // Microsoft's link to the specification is a number.
        () if says("vhd") || says("linkid=137171") => Ok(Format::Vhd),
        () if says("iso") || says("ecma-119") => Ok(Format::Iso),
        () if says("raw") => Ok(Format::Raw),
        () => {
            let refusal = Refusal::new(Reason::FormatMismatch).what("no format is known of");
            refuse(refusal.named(uri))
        }
    }
}

/// Checks that a disk has the size that the descriptor tells (DSP0243, "DiskSection": `capacity` is the
/// disk's virtual size, a whole number of allocation units). A disk that is no whole number of units
/// can only be told rounded up; one that is larger, or smaller by a unit or more, is another disk, and
/// VMware's own products refuse it as well.
fn check_capacity(disk: &DiskRef, size: u64) -> Result<(), DiskError> {
    const SECTOR: u64 = 512;
    let whole = |it: u64| it.checked_next_multiple_of(SECTOR).unwrap_or(u64::MAX);
    let over = whole(disk.capacity).checked_sub(whole(size));
    let is_same = over.is_some_and(|over| over < disk.unit.max(SECTOR));
    // A unit that is no whole number of sectors, as `byte * 10^3`, ends in the middle of one.
    let over = disk.capacity.checked_sub(size);
    let is_rounded = over.is_some_and(|over| over < disk.unit);
    if is_same || is_rounded {
        return Ok(());
    }
    let refusal = Refusal::new(Reason::CapacityMismatch).what("the size of the disk");
    refuse(refusal.found(size).allowed(disk.capacity))
}
