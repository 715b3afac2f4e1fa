//! Laws over every form of every id and location.

use atlas_image_id::{Cloud, CloudLocation, ImageId, LocationUse, Sameness};
use atlas_testkit::image_id::{any_id_text, image_id, image_id_at, location, location_of};
use proptest::prelude::*;
use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

fn hash(id: &ImageId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn what_is_displayed_is_parsed_as_the_same_id(id in image_id()) {
        let again = ImageId::parse(id.cloud(), &id.to_string()).unwrap();
        prop_assert_eq!(again.as_str(), id.as_str());
        prop_assert_eq!(again.stability(), id.stability());
        prop_assert_eq!(again, id);
    }

    #[test]
    fn the_equality_key_is_read_as_an_equal_id(id in image_id()) {
        let key = id.equality_key().into_owned();
        let again = ImageId::parse(id.cloud(), &key).unwrap();
        prop_assert_eq!(&again.equality_key(), &key);
        prop_assert_eq!(again, id);
    }

    #[test]
    fn equality_order_hash_and_key_agree((cloud, text) in any_id_text(), other in image_id()) {
        let id = ImageId::parse(cloud, &text).unwrap();
        let shouted = ImageId::parse(cloud, &text.to_ascii_uppercase());
        for other in shouted.into_iter().chain([other]) {
            let same = id.cloud() == other.cloud() && id.equality_key() == other.equality_key();
            prop_assert_eq!(id == other, same);
            prop_assert_eq!(id.cmp(&other).is_eq(), same);
            prop_assert_eq!(other.cmp(&id), id.cmp(&other).reverse());
            prop_assert_eq!(id.compare(&other) == Sameness::Equal, same);
            prop_assert_eq!(id.compare(&other), other.compare(&id));
            prop_assert!(!same || hash(&id) == hash(&other));
        }
    }

    #[test]
    fn the_kind_survives_display_unless_it_is_an_alias(id in image_id()) {
        let again = ImageId::parse(id.cloud(), id.as_str()).unwrap();
        if id.kind().as_str() == "alias" {
            prop_assert_eq!(again.kind().as_str(), "urn");
        } else {
            prop_assert_eq!(again.kind(), id.kind());
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,40}") {
        for cloud in Cloud::all() {
            if let Ok(id) = ImageId::parse(*cloud, &text) {
                prop_assert_eq!(ImageId::parse(*cloud, id.as_str()).unwrap(), id);
            }
        }
        if let Ok(location) = CloudLocation::parse(&text) {
            prop_assert_eq!(CloudLocation::parse(location.as_str()), Ok(location));
        }
    }

    #[test]
    fn a_location_is_its_text_and_its_parts(here in location()) {
        prop_assert_eq!(here.to_string().parse::<CloudLocation>().unwrap(), here.clone());
        let parts =
            (here.cloud(), here.installation(), here.region(), here.compute_resource());
        prop_assert_eq!(CloudLocation::new(parts.0, parts.1, parts.2, parts.3), Ok(here));
    }

    #[test]
    fn locations_are_ordered_by_their_texts(a in location(), b in location()) {
        prop_assert_eq!(a.cmp(&b), a.as_str().cmp(b.as_str()));
        prop_assert_eq!(a == b, a.as_str() == b.as_str());
    }

    #[test]
    fn r13_containment_is_an_order_and_widening_climbs_it(
        (a, b) in prop::sample::select(Cloud::all())
            .prop_flat_map(|cloud| (location_of(cloud), location_of(cloud))),
        stranger in location(),
    ) {
        prop_assert!(a.contains(&a));
        prop_assert!(!(a.contains(&b) && b.contains(&a)) || a == b);
        prop_assert!(a.cloud() == stranger.cloud() || !a.contains(&stranger));
        let mut above = a.clone();
        while let Some(wider) = above.widen() {
            prop_assert!(wider.contains(&above) && !above.contains(&wider));
            prop_assert_eq!(CloudLocation::parse(wider.as_str()).unwrap(), wider.clone());
            above = wider;
        }
        prop_assert!(above.contains(&a));
    }

    #[test]
    fn i02_a_record_of_a_common_id_is_at_the_cloud_alone(
        (here, id) in location().prop_flat_map(|here| {
            let id = image_id_at(&here);
            (Just(here), id)
        }),
    ) {
        let record = id.record_location(&here).unwrap();
        prop_assert!(record.location.contains(&here));
        prop_assert_eq!(record.ignored, record.location != here);
        if id.location_use() == LocationUse::Common {
            prop_assert_eq!(record.location.region(), None);
        } else {
            prop_assert_eq!(record.location, here);
        }
    }

    #[test]
    fn secrets_in_addresses_are_never_repeated(secret in "[a-zA-Z0-9]{20}", head in "[a-z:/.]{0,9}") {
        for text in [
            format!("https://abc.blob.core.windows.net/vhds/a.vhd?sv=2020&sig={secret}"),
            format!("https://user:{secret}@abc.blob.core.windows.net/vhds/a.vhd"),
            format!("{head}abc.blob.core.windows.net/vhds/a.vhd?sv=1&sig={secret}"),
            format!("https://X{head}?token={secret}\n"),
        ] {
            for cloud in Cloud::all() {
                let error = ImageId::parse(*cloud, &text).unwrap_err();
                prop_assert!(!error.to_string().contains(&secret), "{}", error);
                let debug = format!("{error:?}");
                prop_assert!(!debug.contains(&secret));
            }
        }
    }
}
