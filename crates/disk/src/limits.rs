//! How much an image may ask for.

use crate::{DiskError, Reason, Refusal};
use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// How much an image may ask for. The defaults suit a service that reads what strangers send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one disk.
    pub virtual_size: u64,
    /// Bytes that are data and not holes, of all disks of an image together. A format without tables
    /// is all data.
    pub data: u64,
    /// Bytes of a first table.
    pub first_table: u64,
    /// Bytes of an OVF descriptor.
    pub ovf: u64,
    /// Elements of an OVF descriptor within one another.
    pub xml_depth: u32,
    /// Members of an archive.
    pub members: usize,
    /// Disks of an archive.
    pub disks: usize,
    /// Bytes of a temporary file that the compressed files of an archive come to.
    pub inflated: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const GIB: u64 = 1 << 30;
        Self {
            virtual_size: 16 * 1024 * GIB,
            data: 2 * 1024 * GIB,
            first_table: 32 << 20,
            ovf: 4 << 20,
            xml_depth: 64,
            members: 64,
            disks: 16,
            inflated: 64 * GIB,
        }
    }
}

/// How much one image may ask for, and whether to go on at all.
pub struct Budget<'a> {
    limits: &'a Limits,
    stop: &'a (dyn Fn() -> bool + Sync),
    data: AtomicU64,
}

impl fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limits", self.limits)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl<'a> Budget<'a> {
    /// Limits, and a question that is asked often: whether the work is to stop. Who sets a limit of
    /// time, or lets a person cancel, answers it.
    pub fn new(limits: &'a Limits, stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self {
            limits,
            stop,
            data: AtomicU64::new(0),
        }
    }

    /// The same limits with nothing counted yet: for an image.
    pub(crate) fn fresh(&self) -> Self {
        Self::new(self.limits, self.stop)
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        self.limits
    }

    /// Goes on, or not.
    pub(crate) fn go_on(&self) -> Result<(), DiskError> {
        if (self.stop)() {
            return Err(DiskError::Stopped);
        }
        Ok(())
    }

    /// Refuses a disk that is too large.
    pub(crate) fn virtual_size(&self, size: u64) -> Result<(), DiskError> {
        let allowed = self.limits.virtual_size;
        if size > allowed {
            let refusal = Refusal::new(Reason::VirtualSize).what("the size");
            return Err(refusal.found(size).allowed(allowed).into());
        }
        Ok(())
    }

    /// Counts data that a disk maps.
    pub(crate) fn data(&self, more: u64) -> Result<(), DiskError> {
        let before = self.data.fetch_add(more, Ordering::Relaxed);
        let allowed = self.limits.data;
        if before.saturating_add(more) > allowed {
            let refusal = Refusal::new(Reason::Amplification).what("the data");
            return Err(refusal.allowed(allowed).into());
        }
        Ok(())
    }
}
