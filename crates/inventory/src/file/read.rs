//! From JSON to values.

use super::{Entry, EntryKind, FileError, FileInventory, JsonError};
use atlas_image::{
    Architecture, Checksum, CloudImage, CloudServer, CloudText, Disk, DiskKind, ImageName,
    NetworkName, OriginText, ServerState,
};
use atlas_image_id::{CloudLocation, ImageId};
use core::{fmt, marker::PhantomData, num::NonZeroU32};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u64,
    #[serde(deserialize_with = "once")]
    locations: Vec<(String, Object<WrittenPlace>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPlace {
    #[serde(default)]
    images: Vec<Object<WrittenImage>>,
    #[serde(default)]
    servers: Vec<Object<WrittenServer>>,
    networks: Option<Vec<Object<WrittenNetwork>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenImage {
    id: String,
    name: Option<String>,
    architecture: Option<String>,
    size_gb: Option<u32>,
    checksum: Option<String>,
    #[serde(default)]
    closed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenServer {
    id: String,
    name: Option<String>,
    image: Option<String>,
    state: String,
    #[serde(default)]
    devices: Vec<Object<WrittenDevice>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDevice {
    name: String,
    kind: String,
    size_gb: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenNetwork {
    name: String,
}

/// A value of an entry, or the refusal with the entry in it.
macro_rules! of {
    ($entry:expr, $kind:ident, $read:expr) => {
        $read.map_err(|source| FileError::$kind {
            entry: $entry.clone(),
            source,
        })
    };
}

pub(super) fn read(text: &[u8]) -> Result<FileInventory, FileError> {
    let read = serde_json::from_slice::<Object<Written>>(text).map_err(|error| FileError::Form {
        line: error.line(),
        column: error.column(),
        source: JsonError::new(&error),
    });
    let Object(written) = read?;
    if written.version != 1 {
        return Err(FileError::Version {
            found: written.version,
        });
    }
    let mut inventory = FileInventory::default();
    for (text, Object(place)) in written.locations {
        let location = CloudLocation::parse(&text);
        let location = location.map_err(|source| FileError::Location { text, source })?;
        inventory.place(location.clone());
        // An image that is common to all regions may stand under several locations.
        let mut here = BTreeSet::new();
        for (before, Object(image)) in place.images.into_iter().enumerate() {
            let entry = entry(&location, EntryKind::Image, before);
            let image = image.read(&location, &entry)?;
            if !here.insert(image.image_id.at_place().equality_key().into_owned()) {
                return Err(FileError::Twice { entry });
            }
            inventory.add_image(image);
        }
        for (before, Object(server)) in place.servers.into_iter().enumerate() {
            let entry = entry(&location, EntryKind::Server, before);
            let server = server.read(&location, &entry)?;
            if inventory.add_server(server) {
                return Err(FileError::Twice { entry });
            }
        }
        if let Some(written) = place.networks {
            let mut networks = BTreeSet::new();
            for (before, Object(network)) in written.into_iter().enumerate() {
                let entry = entry(&location, EntryKind::Network, before);
                let name = of!(entry, Network, NetworkName::parse(&network.name))?;
                if !networks.insert(name) {
                    return Err(FileError::Twice { entry });
                }
            }
            inventory.tell_networks(location, networks);
        }
    }
    Ok(inventory)
}

fn entry(location: &CloudLocation, kind: EntryKind, before: usize) -> Entry {
    Entry {
        location: location.clone(),
        kind,
        number: before.saturating_add(1),
    }
}

impl WrittenImage {
    fn read(self, location: &CloudLocation, entry: &Entry) -> Result<CloudImage, FileError> {
        let id = of!(entry, ImageId, ImageId::parse(location.cloud(), &self.id))?;
        let placed = of!(entry, Misplaced, id.record_location(location))?;
        let name = self.name.as_deref().map(ImageName::parse).transpose();
        let architecture = self.architecture.as_deref().map(Architecture::parse);
        let mut image = CloudImage::new(placed.location, id);
        image.name = of!(entry, Text, name)?;
        image.architecture = of!(entry, Architecture, architecture.transpose())?;
        image.size_gb = size(self.size_gb, entry)?;
        let checksum = self.checksum.as_deref().map(Checksum::parse).transpose();
        image.checksum = of!(entry, Checksum, checksum)?;
        image.closed = self.closed;
        Ok(image)
    }
}

impl WrittenServer {
    fn read(self, location: &CloudLocation, entry: &Entry) -> Result<CloudServer, FileError> {
        let Some(state) = ServerState::of(&self.state) else {
            return Err(FileError::State {
                entry: entry.clone(),
                found: self.state,
            });
        };
        let id = of!(entry, Text, OriginText::parse(&self.id))?;
        let mut server = CloudServer::new(location.clone(), id, state);
        let name = self.name.as_deref().map(CloudText::parse).transpose();
        server.name = of!(entry, Text, name)?;
        if let Some(image) = self.image {
            let image = of!(entry, ImageId, ImageId::parse(location.cloud(), &image))?;
            of!(entry, Misplaced, image.record_location(location))?;
            server.image_id = Some(image);
        }
        for Object(written) in self.devices {
            let name = of!(entry, Text, CloudText::parse(&written.name))?;
            let Some(kind) = DiskKind::of(&written.kind) else {
                return Err(FileError::DeviceKind {
                    entry: entry.clone(),
                    found: written.kind,
                });
            };
            let mut device = Disk::new(name, kind);
            device.size_gb = size(written.size_gb, entry)?;
            server.devices.push(device);
        }
        Ok(server)
    }
}

fn size(size_gb: Option<u32>, entry: &Entry) -> Result<Option<NonZeroU32>, FileError> {
    match size_gb.map(NonZeroU32::new) {
        Some(None) => Err(FileError::Size {
            entry: entry.clone(),
        }),
        size_gb => Ok(size_gb.flatten()),
    }
}

/// What is written as an object and in no other way: derived readers take a list of the fields too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer
            .deserialize_map(Fields(PhantomData))
            .map(Object)
    }
}

/// Reads an object whose keys are data, each of which stands there once.
fn once<'de, D, T>(deserializer: D) -> Result<Vec<(String, T)>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Once<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Once<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of locations")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut seen = BTreeSet::new();
            let mut entries = Vec::new();
            while let Some(key) = map.next_key::<String>()? {
                if !seen.insert(key.clone()) {
                    let shown = atlas_base::quoted(&key);
                    return Err(A::Error::custom(format_args!("duplicate location {shown}")));
                }
                entries.push((key, map.next_value()?));
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(Once(PhantomData))
}
