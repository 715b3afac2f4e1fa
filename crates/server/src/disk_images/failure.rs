//! What the host program is told when a disk image cannot be read.

use super::{refusal::of_pool, sending::Unread};
use crate::Caller;
use cloud_atlas::{DiskRefusal, Error, image_id::AmiId};
use core::fmt;
use std::{io, sync::Arc};

/// A disk image could not be read, or what is known of it could not. The client was told that, and
/// no more; or, if its answer had begun, it was cut.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The image.
    pub image: AmiId,
    /// Which of its devices, from 0; none if the image itself was asked for.
    pub device: Option<u32>,
    /// Who asked for it.
    pub caller: &'a Caller,
    /// Which byte could not be read; none if nothing could.
    pub at: Option<u64>,
    /// Why.
    pub error: &'a Error,
}

/// Whom the host program has named to be told.
type Tell = dyn Fn(&Failure<'_>) + Send + Sync;

/// Tells the host program, if it wants to know.
#[derive(Clone, Default)]
pub(super) struct Told(Option<Arc<Tell>>);

impl Told {
    pub(super) fn new(tell: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({})", self.0.is_some())
    }
}

/// Of which device something is told, and whom.
pub(super) struct Trouble {
    pub(super) told: Told,
    pub(super) image: AmiId,
    pub(super) device: Option<u32>,
    pub(super) caller: Caller,
}

impl Trouble {
    pub(super) fn tell(&self, at: Option<u64>, error: &Error) {
        if let Some(tell) = &self.told.0 {
            tell(&Failure {
                image: self.image,
                device: self.device,
                caller: &self.caller,
                at,
                error,
            });
        }
    }
}

impl From<Unread> for (Option<u64>, Error) {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Pool { at, error } => (Some(at), of_pool(error)),
            Unread::Thread(gone) => {
                let gone = io::Error::other(gone);
                (None, DiskRefusal::Thread(gone).into())
            }
        }
    }
}
