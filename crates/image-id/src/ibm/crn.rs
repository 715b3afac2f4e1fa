//! Cloud resource names of images.

use super::{VpcImageId, VpcImageIdRef, region};
use crate::{
    Cloud,
    scan::{Class, Cursor, Flaw, Piece, is_lower_hex},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `crn:v1:CNAME:public:is:REGION:a/ACCOUNT::image:ID`: an id that names its region and owner.
///
/// The segments are those of IBM's page "Cloud Resource Names", `is` being the service of VPC; the
/// account has 32 hex digits, and the ones that documentation shortens are refused. `CNAME` is `bluemix`
/// for customers; other systems of IBM have their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageCrn {
    text: Arc<str>,
}

/// [`ImageCrn`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct ImageCrnRef<'a> {
    text: &'a str,
    region: &'a str,
}

impl<'a> ImageCrnRef<'a> {
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        word(&mut cursor, "crn:v1:")?;
        let cname = cursor.take(Class::LOWER_OR_DIGIT);
        if !matches!(cname.text.len(), 1..=63) {
            return Err(no_cname(cname));
        }
        word(&mut cursor, ":public:is:")?;
        let region = region::take(&mut cursor)?;
        word(&mut cursor, ":a/")?;
        account(&mut cursor)?;
        word(&mut cursor, "::image:")?;
        VpcImageIdRef::scan(cursor)?;
        Ok(Self { text, region })
    }

    /// The CRN in a text of its own; allocates once.
    pub fn into_owned(self) -> ImageCrn {
        ImageCrn {
            text: shared(Some(self.text), self),
        }
    }

    /// The system that the image is in: `bluemix` for customers.
    pub fn cname(self) -> &'a str {
        segment(self.text, 2)
    }

    /// The region.
    pub fn region(self) -> &'a str {
        self.region
    }

    /// The account that owns the image, 32 hex digits.
    pub fn account(self) -> &'a str {
        account_of(self.text)
    }

    /// The bare id.
    pub fn image(self) -> VpcImageIdRef<'a> {
        VpcImageIdRef::at_end_of(self.text)
    }
}

/// The canonical text.
impl fmt::Display for ImageCrnRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl ImageCrn {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The system that the image is in: `bluemix` for customers.
    pub fn cname(&self) -> &str {
        segment(&self.text, 2)
    }

    /// The region.
    pub fn region(&self) -> &str {
        segment(&self.text, 5)
    }

    /// The account that owns the image, 32 hex digits.
    pub fn account(&self) -> &str {
        account_of(&self.text)
    }

    /// The bare id.
    pub fn image(&self) -> VpcImageId {
        VpcImageIdRef::at_end_of(&self.text).into_owned()
    }
}

id_text!(ImageCrn);
borrowed_twin!(ImageCrn, ImageCrnRef, Cloud::Ibm);

fn segment(text: &str, index: usize) -> &str {
    text.split(':').nth(index).unwrap_or_default()
}

fn account_of(text: &str) -> &str {
    let scope = segment(text, 6);
    scope.strip_prefix("a/").unwrap_or_default()
}

fn word(cursor: &mut Cursor<'_>, word: &str) -> Result<(), Flaw> {
    if cursor.eat(word) {
        Ok(())
    } else {
        Err(no_word(cursor.rest(), word))
    }
}

#[cold]
fn no_word(text: Piece<'_>, word: &str) -> Flaw {
    let flaw = text.differs(word, CRN);
    if word != "::image:" {
        return flaw;
    }
    match text.text.split(':').nth(2) {
        Some("instance") => flaw.hint("this is an instance: make an image of it first"),
        Some("snapshot") => flaw.hint("this is a snapshot: make an image of it first"),
        Some("volume") => flaw.hint("this is a volume: make an image of it first"),
        _ => flaw,
    }
}

#[cold]
fn no_cname(cname: Piece<'_>) -> Flaw {
    Flaw::found(cname.at + cname.text.len().min(63), CRN)
}

fn account(cursor: &mut Cursor<'_>) -> Result<(), Flaw> {
    let start = cursor.rest();
    match start.text.split_at_checked(32) {
        // Without an early end, so that many bytes are looked at together.
        Some((account, text))
            if account
                .bytes()
                .fold(true, |good, byte| good & is_lower_hex(byte)) =>
        {
            let at = start.at + account.len();
            *cursor = Cursor::new(Piece { text, at });
            Ok(())
        }
        _ => Err(no_account(*cursor)),
    }
}

#[cold]
fn no_account(mut cursor: Cursor<'_>) -> Flaw {
    const ACCOUNT: &str = "an account of 32 hex digits in lower case";
    let digits = cursor.take(Class::LOWER_HEX);
    Flaw::found(digits.at + digits.text.len().min(32), ACCOUNT)
}

const CRN: &str = "`crn:v1:bluemix:public:is:REGION:a/ACCOUNT::image:rNNN-UUID`";
