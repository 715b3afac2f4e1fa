//! Settings for a whole cloud from one example.

mod stored;

use crate::{Content, EditError, HeadEdit, Setting};
use atlas_base::{CanonicalError, Digest, canonical};
use atlas_image::{Checksum, CloudImage};
use atlas_image_id::{CloudLocation, ImageId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An image with its checksum, as an inventory tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummedImage {
    /// Where it is.
    pub location: CloudLocation,
    /// Its id there.
    pub image: ImageId,
    /// Its checksum.
    pub checksum: Checksum,
}

/// What an inventory answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummedImages {
    /// The locations that were looked at: what is at any other is left as it is.
    pub asked: BTreeSet<CloudLocation>,
    /// The images there; those at other locations are passed over.
    pub images: Vec<SummedImage>,
}

/// Makes settings for all locations of one cloud whose images have the checksum of an example
/// (RightScale: MultiCloud Image matcher), and remembers which it made.
///
/// It stands beside HEAD and not in its content, so that two contents of the same settings have
/// one digest, however the settings came to be. A setting counts as the matcher's while it is what
/// the matcher made of it last: whoever edits it, restores or merges another in its place has made
/// one by hand, and that always wins (ours).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// Where the example is; its cloud and installation are those of all matches.
    location: CloudLocation,
    /// The setting of the example; those that are made differ from it in their image alone.
    template: Setting,
    checksum: Checksum,
    /// The digests of the settings that were made.
    made: BTreeMap<CloudLocation, Digest>,
}

/// What a rematch does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rematch {
    /// Locations that get a setting.
    pub created: Vec<CloudLocation>,
    /// Locations whose setting becomes another.
    pub updated: Vec<CloudLocation>,
    /// Locations that lose the matcher's setting, since no image there has the checksum any more.
    pub destroyed: Vec<CloudLocation>,
    /// Locations with a setting made by hand, which stays.
    pub by_hand: Vec<CloudLocation>,
    /// Locations with several such images, of which the one already set or else the first is taken.
    pub ambiguous: Vec<CloudLocation>,
    /// HEAD's content afterwards.
    #[serde(skip)]
    pub content: Content,
    /// The matcher afterwards.
    #[serde(skip)]
    pub matcher: Matcher,
}

/// Why a matcher is not made, or does not match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// A setting cannot be made at one of the locations.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The cloud of the example tells no checksum of its image.
    #[error(
        "the inventory tells no checksum of `{image}` at {location}: choose an example whose cloud tells one"
    )]
    NoChecksum {
        /// Where.
        location: CloudLocation,
        /// Which.
        image: ImageId,
    },
    /// A setting has no digest.
    #[error("the setting cannot be remembered")]
    Encoding(#[from] CanonicalError),
}

impl SummedImages {
    /// An answer from the images that an inventory lists at the locations that it was asked about.
    /// What is closed, or of which the cloud tells no checksum, is passed over.
    pub fn new(
        asked: BTreeSet<CloudLocation>,
        images: impl IntoIterator<Item = (CloudLocation, CloudImage)>,
    ) -> Self {
        let images = images.into_iter().filter(|(_, image)| !image.closed);
        let summed = images.filter_map(|(location, image)| {
            Some(SummedImage {
                location,
                image: image.image_id,
                checksum: image.checksum?,
            })
        });
        Self {
            images: summed.collect(),
            asked,
        }
    }
}

impl Matcher {
    const DOMAIN: &'static str = "cloud-atlas/mci/setting/1";

    /// A matcher after an example, that has made nothing yet. The settings that it makes have the
    /// instance type and the user data of `setting`; kernel and ramdisk, which are of one region,
    /// they have not.
    ///
    /// # Errors
    ///
    /// The setting cannot stand at its location.
    pub fn new(
        location: CloudLocation,
        setting: Setting,
        checksum: Checksum,
    ) -> Result<Self, MatchError> {
        setting.check(&location).map_err(EditError::from)?;
        Ok(Self {
            location,
            template: setting.with_kernel(None).with_ramdisk(None),
            checksum,
            made: BTreeMap::new(),
        })
    }

    /// This matcher after another example; what it made so far is still its own.
    ///
    /// # Errors
    ///
    /// The setting cannot stand at its location.
    pub fn after(
        &self,
        location: CloudLocation,
        setting: Setting,
        checksum: Checksum,
    ) -> Result<Self, MatchError> {
        Ok(Self {
            made: self.made.clone(),
            ..Self::new(location, setting, checksum)?
        })
    }

    /// The checksum that it looks for.
    pub fn checksum(&self) -> &Checksum {
        &self.checksum
    }

    /// Where the example is.
    pub fn location(&self) -> &CloudLocation {
        &self.location
    }

    /// This matcher without what it made at a location: the setting there counts as made by hand.
    #[must_use]
    pub fn release(mut self, location: &CloudLocation) -> Self {
        self.made.remove(location);
        self
    }

    /// Whether a setting is what this matcher made of a location last.
    ///
    /// # Errors
    ///
    /// The setting has no canonical text.
    pub fn has_made(
        &self,
        location: &CloudLocation,
        setting: &Setting,
    ) -> Result<bool, CanonicalError> {
        Ok(match self.made.get(location) {
            Some(made) => *made == digest(setting)?,
            None => false,
        })
    }

    /// Matches anew: makes settings where images have the checksum, takes those of its own away
    /// where none has, and leaves every setting made by hand (ours) and every location that was
    /// not asked for. A setting of its own that somebody took away is made again.
    ///
    /// # Errors
    ///
    /// A setting cannot be made, or has no digest; HEAD is then as it was.
    pub fn rematch(&self, head: &Content, answer: &SummedImages) -> Result<Rematch, MatchError> {
        let mut done = Rematch {
            created: Vec::new(),
            updated: Vec::new(),
            destroyed: Vec::new(),
            by_hand: Vec::new(),
            ambiguous: Vec::new(),
            content: head.clone(),
            matcher: self.clone(),
        };
        let mut edits = Vec::new();
        let matches = self.matches(answer);
        for location in answer.asked.iter().filter(|at| self.is_near(at)) {
            let images = matches.get(location).map_or(&[][..], Vec::as_slice);
            let old = head.settings().get(location);
            let own = old.map(|old| self.has_made(location, old)).transpose()?;
            if own == Some(false) {
                if !images.is_empty() {
                    done.by_hand.push(location.clone());
                }
                done.matcher.made.remove(location);
                continue;
            }
            let Some(image) = chosen(images, old) else {
                done.matcher.made.remove(location);
                if old.is_some() {
                    let location = location.clone();
                    edits.push(HeadEdit::Unset {
                        location: location.clone(),
                    });
                    done.destroyed.push(location);
                }
                continue;
            };
            if images.len() > 1 {
                done.ambiguous.push(location.clone());
            }
            let setting = self.template.clone().with_image(image.clone());
            let digest = digest(&setting)?;
            let before = done.matcher.made.insert(location.clone(), digest);
            match old {
                None => done.created.push(location.clone()),
                Some(_) if before != Some(digest) => done.updated.push(location.clone()),
                Some(_) => continue,
            }
            edits.push(HeadEdit::set(location.clone(), setting));
        }
        done.content = head.edited(edits)?;
        Ok(done)
    }

    /// Whether a location is in the cloud and installation of the example.
    pub fn is_near(&self, location: &CloudLocation) -> bool {
        location.cloud() == self.location.cloud()
            && location.installation() == self.location.installation()
    }

    /// The images of the checksum, by location and in order.
    fn matches<'a>(
        &self,
        answer: &'a SummedImages,
    ) -> BTreeMap<&'a CloudLocation, Vec<&'a ImageId>> {
        let mut matches: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for found in &answer.images {
            if found.checksum == self.checksum {
                matches
                    .entry(&found.location)
                    .or_default()
                    .push(&found.image);
            }
        }
        for images in matches.values_mut() {
            images.sort_unstable();
            images.dedup();
        }
        matches
    }
}

/// The image that is set already, if it is one of them; else the first.
fn chosen<'a>(images: &[&'a ImageId], old: Option<&Setting>) -> Option<&'a ImageId> {
    let same = |image: &&&ImageId| old.is_some_and(|old| old.image() == **image);
    images.iter().find(same).or(images.first()).copied()
}

fn digest(setting: &Setting) -> Result<Digest, CanonicalError> {
    canonical::digest(Matcher::DOMAIN, setting)
}
