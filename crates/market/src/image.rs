//! What is inside the images of a publication, as it is known at its publisher.

use crate::PublicationRef;
use atlas_image::{AgentFacts, Architecture, GuestFacts, ImageRecord, OsFacts};
use atlas_image_id::CloudLocation;
use atlas_mci::{ImageFacts, RegisteredImage};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};
use thiserror::Error;

/// What is inside one image. The record that says so stays with its publisher (ours).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublishedImage {
    /// The operating system, if anybody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFacts>,
    /// The architecture, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The agent that runs scripts.
    #[serde(default)]
    pub agent: AgentFacts,
    /// The agent that sets a server up at its first boot.
    #[serde(default)]
    pub init_agent: AgentFacts,
    /// How a person reaches a server that is launched from it.
    #[serde(default, skip_serializing_if = "GuestFacts::is_empty")]
    pub guest: GuestFacts,
}

impl PublishedImage {
    /// What a record says of what is inside: nothing of the account that holds it.
    pub fn of(record: &ImageRecord) -> Self {
        Self {
            os: record.os().cloned(),
            architecture: record.architecture(),
            agent: record.agent().clone(),
            init_agent: record.init_agent().clone(),
            guest: record.guest().clone(),
        }
    }

    /// The same as what checks and launches go by, where the receiver has no record of its own.
    pub fn as_facts(&self) -> ImageFacts {
        let mut image = RegisteredImage::unknown();
        image.os.clone_from(&self.os);
        image.architecture = self.architecture;
        image.agent = self.agent.clone();
        ImageFacts::Registered(Box::new(image))
    }
}

/// What is inside the images of a revision, by the locations of its settings; an image that nobody
/// registered is not in it.
///
/// Images that were built alike are alike in every location: what is inside is kept once for all of
/// them, and written once, beside the locations.
///
/// ```
/// use atlas_market::{ImagesInside, PublishedImage};
///
/// let alike = |place: &str| Ok::<_, Box<dyn std::error::Error>>((place.parse()?, PublishedImage::default()));
/// let inside = ImagesInside::from_iter([alike("aws/eu-west-1")?, alike("aws/us-east-1")?]);
/// let text = serde_json::to_value(&inside)?;
/// assert_eq!(text.as_array().map(Vec::len), Some(1));
/// assert_eq!(serde_json::from_value::<ImagesInside>(text)?, inside);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Alike>", into = "Vec<Alike>")]
pub struct ImagesInside(BTreeMap<CloudLocation, Arc<PublishedImage>>);

/// Images that are alike inside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alike {
    locations: BTreeSet<CloudLocation>,
    inside: PublishedImage,
}

/// A location has one image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("two different images are said to be at {location}")]
struct TwoInOnePlace {
    location: CloudLocation,
}

impl ImagesInside {
    /// Whether nothing is known of any image.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is inside the image of a location.
    pub fn get(&self, location: &CloudLocation) -> Option<&PublishedImage> {
        self.0.get(location).map(Arc::as_ref)
    }

    /// All of them, by location.
    pub fn iter(&self) -> impl Iterator<Item = (&CloudLocation, &PublishedImage)> {
        self.0.iter().map(|(at, inside)| (at, inside.as_ref()))
    }
}

impl FromIterator<(CloudLocation, PublishedImage)> for ImagesInside {
    fn from_iter<I: IntoIterator<Item = (CloudLocation, PublishedImage)>>(images: I) -> Self {
        let mut known = BTreeSet::<Arc<PublishedImage>>::new();
        let images = images.into_iter().map(|(location, inside)| {
            if let Some(alike) = known.get(&inside) {
                return (location, Arc::clone(alike));
            }
            let inside = Arc::new(inside);
            known.insert(Arc::clone(&inside));
            (location, inside)
        });
        Self(images.collect())
    }
}

impl From<ImagesInside> for Vec<Alike> {
    /// In the order of the first location of each.
    fn from(inside: ImagesInside) -> Self {
        let mut alike: Self = Self::new();
        let mut places = BTreeMap::<Arc<PublishedImage>, usize>::new();
        for (location, inside) in inside.0 {
            let place = *places.entry(inside).or_insert_with_key(|inside| {
                alike.push(Alike {
                    locations: BTreeSet::new(),
                    inside: inside.as_ref().clone(),
                });
                alike.len() - 1
            });
            if let Some(alike) = alike.get_mut(place) {
                alike.locations.insert(location);
            }
        }
        alike
    }
}

impl TryFrom<Vec<Alike>> for ImagesInside {
    type Error = TwoInOnePlace;

    fn try_from(alike: Vec<Alike>) -> Result<Self, TwoInOnePlace> {
        let mut images = BTreeMap::new();
        for Alike { locations, inside } in alike {
            let inside = Arc::new(inside);
            for location in locations {
                match images.entry(location) {
                    Entry::Vacant(free) => drop(free.insert(Arc::clone(&inside))),
                    Entry::Occupied(taken) => {
                        let location = taken.key().clone();
                        return Err(TwoInOnePlace { location });
                    }
                }
            }
        }
        Ok(Self(images))
    }
}

/// What is inside the images of a publication: kept beside it, since lists do without, and copied by
/// every import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedImages {
    /// Which publication.
    pub publication: PublicationRef,
    /// The images; none for a ServerTemplate, whose images are those of what it links.
    pub images: ImagesInside,
}
