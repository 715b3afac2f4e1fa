//! Ids of images, of whichever cloud.

use atlas_base::{parse_errors, quoted, text_form};
use atlas_image_id::{Cloud, ImageId};
use core::fmt;
use std::sync::Arc;

parse_errors! {
    /// Why a text is no [`ImageText`].
    ParseImageTextError;
}

/// An image's id as one of the clouds writes it, where nobody says which cloud: it stands for the
/// image in each cloud whose grammar takes it.
///
/// Order is the order of the UTF-8 bytes; cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageText(Arc<str>);

impl ImageText {
    /// Checks a text.
    ///
    /// # Errors
    ///
    /// No cloud takes it for an id.
    pub fn parse(text: &str) -> Result<Self, ParseImageTextError> {
        let is_id = |cloud: &&Cloud| ImageId::parse(**cloud, text).is_ok();
        match Cloud::all().iter().find(is_id) {
            Some(_) => Ok(Self(text.into())),
            None => Err(ParseImageTextError::new(
                0,
                format_args!("{} is no cloud's id of an image", quoted(text)),
            )),
        }
    }

    /// Whether it is the id of an image, by that cloud's own rules of what is equal.
    pub fn is(&self, image: &ImageId) -> bool {
        ImageId::parse(image.cloud(), &self.0).is_ok_and(|id| id == *image)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ImageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(ImageText, ParseImageTextError);
