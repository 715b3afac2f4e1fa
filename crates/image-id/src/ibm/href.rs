//! Addresses of images.

use super::{VpcImageId, VpcImageIdRef, region};
use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `https://REGION.iaas.cloud.ibm.com/v1/images/ID`, or the same at `REGION.private.iaas.cloud.ibm.com`:
/// an id that names its region.
///
/// What the API wants behind a `?` (`version`, `generation`) is no part of an address and is refused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageHref {
    text: Arc<str>,
}

/// [`ImageHref`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct ImageHrefRef<'a> {
    text: &'a str,
    region: &'a str,
}

impl<'a> ImageHrefRef<'a> {
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let whole = cursor.rest();
        if !cursor.eat(SCHEME) {
            return Err(no_scheme(whole));
        }
        let region = region::take(&mut cursor)?;
        cursor.eat(".private");
        if !cursor.eat(PATH) {
            return Err(no_path(cursor.rest()));
        }
        match VpcImageIdRef::scan(cursor) {
            Ok(_) => Ok(Self {
                text: whole.text,
                region,
            }),
            Err(flaw) => Err(no_image(flaw, cursor.rest())),
        }
    }

    /// The address in a text of its own; allocates once.
    pub fn into_owned(self) -> ImageHref {
        ImageHref {
            text: shared(Some(self.text), self),
        }
    }

    /// The region.
    pub fn region(self) -> &'a str {
        self.region
    }

    /// Whether it is an address of IBM's inner network.
    pub fn is_private(self) -> bool {
        is_private(self.text)
    }

    /// The bare id.
    pub fn image(self) -> VpcImageIdRef<'a> {
        VpcImageIdRef::at_end_of(self.text)
    }
}

/// The canonical text.
impl fmt::Display for ImageHrefRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl ImageHref {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region.
    pub fn region(&self) -> &str {
        let host = self.text.strip_prefix(SCHEME).unwrap_or_default();
        host.split('.').next().unwrap_or_default()
    }

    /// Whether it is an address of IBM's inner network.
    pub fn is_private(&self) -> bool {
        is_private(&self.text)
    }

    /// The bare id.
    pub fn image(&self) -> VpcImageId {
        VpcImageIdRef::at_end_of(&self.text).into_owned()
    }
}

id_text!(ImageHref);
borrowed_twin!(ImageHref, ImageHrefRef, Cloud::Ibm);

fn is_private(text: &str) -> bool {
    text.split('.').nth(1) == Some("private")
}

const SCHEME: &str = "https://";
const PATH: &str = ".iaas.cloud.ibm.com/v1/images/";
const HREF: &str = "`https://REGION.iaas.cloud.ibm.com/v1/images/rNNN-UUID`";

#[cold]
fn no_scheme(text: Piece<'_>) -> Flaw {
    let flaw = text.differs(SCHEME, HREF);
    if text.text.starts_with("http://") {
        flaw.hint("write `https`")
    } else {
        flaw
    }
}

#[cold]
fn no_path(text: Piece<'_>) -> Flaw {
    let flaw = text.differs(PATH, HREF);
    match text.text.split('/').nth(2) {
        Some("instances") => flaw.hint("this is an instance: make an image of it first"),
        Some("snapshots") => flaw.hint("this is a snapshot: make an image of it first"),
        _ => flaw,
    }
}

#[cold]
fn no_image(flaw: Flaw, id: Piece<'_>) -> Flaw {
    if id.text.contains(['?', '#']) {
        flaw.hint("leave out what begins at the `?` or `#`")
    } else {
        flaw
    }
}
