//! Managed images.

use super::{AzureImageIdRef, AzureSubscription, arm};
use crate::{
    Cloud,
    folded::compares_folded,
    scan::{Cursor, Flaw},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/images/NAME`
///
/// Compares without case.
#[derive(Clone)]
pub struct ManagedImage {
    text: Arc<str>,
    group: usize,
}

impl ManagedImage {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id as it stands in this one.
    pub fn borrowed(&self) -> ManagedImageRef<'_> {
        ManagedImageRef::checked(&self.text, self.group, true)
    }

    /// The subscription.
    pub fn subscription(&self) -> AzureSubscription {
        self.borrowed().subscription()
    }

    /// The resource group.
    pub fn resource_group(&self) -> &str {
        self.borrowed().resource_group()
    }

    /// The image's name.
    pub fn name(&self) -> &str {
        self.borrowed().name()
    }
}

compares_folded!(ManagedImage);
id_text!(ManagedImage);
borrowed_twin!(ManagedImage, ManagedImageRef, Cloud::Azure);

/// [`ManagedImage`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct ManagedImageRef<'a> {
    text: &'a str,
    /// Where the resource group ends.
    group: usize,
    is_plain: bool,
}

impl<'a> ManagedImageRef<'a> {
    fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match arm::scan(cursor)? {
            AzureImageIdRef::Managed(image) => Ok(image),
            _ => Err(Flaw::says(0, "an image of a gallery", "a managed image")),
        }
    }

    /// Of a text that has been read.
    pub(super) fn checked(text: &'a str, group: usize, is_plain: bool) -> Self {
        Self {
            text,
            group,
            is_plain,
        }
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> ManagedImage {
        ManagedImage {
            text: shared(self.plain(), self),
            group: self.group,
        }
    }

    /// The canonical text, if the given one is.
    pub fn plain(self) -> Option<&'a str> {
        self.is_plain.then_some(self.text)
    }

    /// The subscription.
    pub fn subscription(self) -> AzureSubscription {
        arm::subscription(self.text)
    }

    /// The resource group.
    pub fn resource_group(self) -> &'a str {
        arm::group(self.text, self.group)
    }

    /// The image's name.
    pub fn name(self) -> &'a str {
        arm::between(self.text, self.group, arm::BEFORE_MANAGED, self.text.len())
    }
}

/// The canonical text.
impl fmt::Display for ManagedImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain {
            return f.write_str(self.text);
        }
        arm::write_owner(f, self.text, self.group)?;
        f.write_str("images/")?;
        f.write_str(self.name())
    }
}
