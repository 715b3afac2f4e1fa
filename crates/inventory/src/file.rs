//! An inventory that was written down.

mod error;
mod measure;
mod read;

pub use self::{
    error::{Entry, EntryKind, FileError, JsonError},
    measure::Limits,
};

use crate::{Ask, Fut, Inventory, InventoryError, Listed};
use atlas_image::{CloudImage, CloudNetwork, CloudServer, NetworkName, OriginText};
use atlas_image_id::{CloudLocation, ImageId};
use std::collections::{BTreeMap, BTreeSet};

/// What was written down about clouds, as JSON: a few locations, each with its images, servers
/// and networks.
///
/// ```json
/// {"version": 1, "locations": {"vmware/DC1": {
///   "images": [{"id": "/DC1/vm/templates/rhel9", "name": "rhel9"}],
///   "servers": [{"id": "vm-17", "state": "stopped", "devices": [{"name": "disk-0", "kind": "root"}]}]
/// }, "vmware/DC1/cluster-a": {"networks": [{"name": "VM Network"}]}}}
/// ```
///
/// | field | is | needed |
/// |---|---|---|
/// | `id` | the cloud's id of an image or a server | yes |
/// | `name` | what the cloud calls it | of a network |
/// | `architecture`, `size_gb` | of an image; the size in gigabytes, at least 1 | no |
/// | `checksum` | of an image: what its bytes add up to, in the cloud's own words | no |
/// | `closed` | of an image: `true` where nobody who asks may use it | no |
/// | `image` | the id of the image that a server was launched from | no |
/// | `state` | of a server: pending, operational (or running), stopped, terminated | yes |
/// | `devices` | of a server: `name`, `kind` (root, ephemeral, volume), `size_gb` | no |
///
/// It covers the locations that it names, with what lies above and below them, and takes itself to be
/// whole: an image that it does not list is not there. Credentials change nothing. A closed image is
/// told where it is asked for by its id, and stands in no list. Of networks it tells where a location,
/// or one above it, has a list of them: those of that location alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileInventory {
    places: BTreeSet<CloudLocation>,
    /// By the place that counts and the key that ids are compared by.
    images: BTreeMap<(CloudLocation, String), CloudImage>,
    /// By location and id.
    servers: BTreeMap<(CloudLocation, OriginText), CloudServer>,
    /// Of the locations whose networks it tells.
    networks: BTreeMap<CloudLocation, BTreeSet<NetworkName>>,
}

impl FileInventory {
    /// Reads an inventory from JSON.
    ///
    /// # Errors
    ///
    /// It is larger than the limits, no JSON, of another form, or holds an id that cannot be where it
    /// stands; nothing of it is used then.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, FileError> {
        measure::check(text, limits)?;
        read::read(text)
    }

    /// The locations that it names, in order.
    pub fn locations(&self) -> impl Iterator<Item = &CloudLocation> {
        self.places.iter()
    }

    fn place(&mut self, location: CloudLocation) {
        self.places.insert(location);
    }

    /// Adds an image, unless it is there.
    fn add_image(&mut self, image: CloudImage) {
        let key = image.image_id.at_place().equality_key().into_owned();
        self.places.insert(image.location.clone());
        let place = (image.location.clone(), key);
        self.images.entry(place).or_insert(image);
    }

    /// Adds a server; tells whether it was there before.
    fn add_server(&mut self, server: CloudServer) -> bool {
        let place = (server.location.clone(), server.id.clone());
        self.servers.insert(place, server).is_some()
    }

    /// Says that it tells of the networks of a location.
    fn tell_networks(&mut self, location: CloudLocation, networks: BTreeSet<NetworkName>) {
        self.networks.insert(location, networks);
    }
}

impl Inventory for FileInventory {
    fn covers(&self, location: &CloudLocation) -> bool {
        self.places.iter().any(|place| touches(place, location))
    }

    fn known_locations(&self) -> Vec<CloudLocation> {
        self.places.iter().cloned().collect()
    }

    fn describe<'a>(&'a self, ask: Ask<'a>, image: &'a ImageId) -> Fut<'a, Option<CloudImage>> {
        Box::pin(async move {
            let placed = image.record_location(ask.location);
            let mut place = placed.ok().map(|placed| placed.location);
            while let Some(location) = place {
                let above = location.widen();
                let key = (location, image.at_place().equality_key().into_owned());
                if let Some(found) = self.images.get(&key) {
                    return Ok(Some(found.clone()));
                }
                place = above;
            }
            Ok(None)
        })
    }

    fn images<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudImage>> {
        let here = self.images.values();
        let here =
            here.filter(move |image| !image.closed && touches(&image.location, ask.location));
        Box::pin(async move { page(here, after) })
    }

    fn servers<'a>(&'a self, ask: Ask<'a>, after: Option<&'a str>) -> Fut<'a, Listed<CloudServer>> {
        let here = self.servers.values();
        let here = here.filter(move |server| ask.location.contains(&server.location));
        Box::pin(async move { page(here, after) })
    }

    fn server<'a>(&'a self, ask: Ask<'a>, id: &'a OriginText) -> Fut<'a, Option<CloudServer>> {
        Box::pin(async move {
            let mut here = self.servers.values();
            let found =
                here.find(|server| server.id == *id && touches(&server.location, ask.location));
            Ok(found.cloned())
        })
    }

    fn networks<'a>(&'a self, ask: Ask<'a>) -> Fut<'a, Option<Vec<CloudNetwork>>> {
        Box::pin(async move {
            let told = |place: &CloudLocation| place.contains(ask.location);
            if !self.networks.keys().any(told) {
                return Ok(None);
            }
            let here = self.networks.get(ask.location).into_iter().flatten();
            let networks = here.map(|name| CloudNetwork {
                location: ask.location.clone(),
                name: name.clone(),
            });
            Ok(Some(networks.collect()))
        })
    }
}

/// Whether one lies in the other.
fn touches(one: &CloudLocation, other: &CloudLocation) -> bool {
    one.contains(other) || other.contains(one)
}

/// How many items a page has.
const PAGE: usize = 1000;

/// The items behind so many.
fn page<'a, T: Clone + 'a>(
    items: impl Iterator<Item = &'a T>,
    after: Option<&str>,
) -> Result<Listed<T>, InventoryError> {
    let before = match after {
        None => 0,
        Some(after) => after.parse::<usize>().map_err(|_| InventoryError::Page {
            after: after.to_owned(),
        })?,
    };
    let mut items = items.skip(before);
    let listed: Vec<_> = items.by_ref().take(PAGE).cloned().collect();
    let next = items
        .next()
        .map(|_| before.saturating_add(PAGE).to_string());
    Ok(Listed::new(listed, next))
}
