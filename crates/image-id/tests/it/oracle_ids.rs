//! OCIDs of images, their parts and their refusals.

use atlas_image_id::{
    Cloud, CloudLocation, IdKind, ImageId, LocationUse, MismatchKind, OracleImageId,
    OracleImageIdRef, Stability,
};

const UNIQUE: &str = "aaaaaaaavxqdkuyamlnrdo3q7qa7q3tsd6vnyrxjy3nmdbpv7fs7um53zh5q";

fn ocid(realm: &str, region: &str) -> String {
    format!("ocid1.image.{realm}.{region}.{UNIQUE}")
}

#[track_caller]
fn refused(text: &str, at: usize, hint: Option<&str>) {
    let error = OracleImageId::parse(text).unwrap_err();
    assert_eq!((error.at(), error.hint()), (at, hint), "{error}");
}

#[test]
fn an_ocid_has_its_parts() {
    for (realm, region, number, name) in [
        ("oc1", "phx", 1, "us-phoenix-1"),
        ("oc1", "iad", 1, "us-ashburn-1"),
        ("oc1", "us-ashburn-1", 1, "us-ashburn-1"),
        ("oc3", "us-gov-phoenix-1", 3, "us-gov-phoenix-1"),
        ("oc19", "eu-frankfurt-2", 19, "eu-frankfurt-2"),
        ("oc999", "a-b-99", 999, "a-b-99"),
    ] {
        let text = ocid(realm, region);
        let view = OracleImageIdRef::parse(&text).unwrap();
        assert_eq!((view.realm().number(), view.unique()), (number, UNIQUE));
        let seen = (view.region().as_str(), view.region().name());
        assert_eq!(seen, (region, name));
        let id = view.into_owned();
        assert_eq!(id.as_str(), text);
        assert_eq!((id.realm(), id.region()), (view.realm(), view.region()));
        assert_eq!(id.realm().to_string(), realm);
        assert_eq!(
            (id.region().to_string().as_str(), id.unique()),
            (name, UNIQUE)
        );
        assert_eq!(
            (id.kind(), id.stability()),
            (IdKind::Image, Stability::Fixed)
        );
        assert_eq!(format!("{id:?} {view:?}"), format!("{text:?} {text:?}"));
    }
}

#[test]
fn i02_an_ocid_is_in_the_region_that_it_names() {
    let at = |text: &str| CloudLocation::parse(text).unwrap();
    for (region, name) in [
        ("phx", "us-phoenix-1"),
        ("iad", "us-ashburn-1"),
        ("uk-gov-london-1", "uk-gov-london-1"),
    ] {
        let id = ImageId::parse(Cloud::Oracle, &ocid("oc1", region)).unwrap();
        assert_eq!(id.location_use(), LocationUse::PerRegion);
        assert_eq!(id.check_location(&at(&format!("oracle/{name}"))), Ok(()));
        let elsewhere = id.check_location(&at("oracle/eu-zurich-1")).unwrap_err();
        assert_eq!(elsewhere.kind(), MismatchKind::OtherRegion);
        assert!(elsewhere.to_string().contains(name), "{elsewhere}");
    }
}

#[test]
fn the_same_image_under_the_key_and_the_name_of_a_region_is_two_ids() {
    let key = OracleImageId::parse(&ocid("oc1", "iad")).unwrap();
    let name = OracleImageId::parse(&ocid("oc1", "us-ashburn-1")).unwrap();
    assert_ne!(key, name);
}

#[test]
fn refusals_say_where_and_why() {
    refused("ocid1.image.oc1.iad.", 20, None);
    refused("ocid1.image.oc0.iad.x", 14, None);
    refused("ocid1.image.oc1234.iad.x", 17, None);
    refused("ocid1.image.OC1.iad.x", 12, None);
    refused("ocid1.image.oc1.us-1.x", 19, None);
    refused("ocid1.image.oc1.us-ashburn-01.x", 27, None);
    refused("ocid1.image.oc1.us-ashburn-123.x", 29, None);
    refused("ocid1.image.oc1.us-ashburn.x", 26, None);
    refused("ocid1.image.oc1.iad..x", 20, None);
    refused(&format!("{}a", ocid("oc1", "iad")), 80, None);
    let whole = "copy the whole OCID, not what a table shows of it";
    refused("ocid1.image.oc1.iad.aaaabbcc123", 31, Some(whole));
    let short = "only `phx` and `iad` are short: write the whole name of the region";
    refused(&ocid("oc1", "fra"), 19, Some(short));
    let market =
        "an image of the marketplace has no region: take the OCID that it has in the region";
    refused(&ocid("oc1", ""), 16, Some(market));
    let instance = "this is an instance: make an image of it first";
    refused(
        &ocid("oc1", "iad").replace("image", "instance"),
        7,
        Some(instance),
    );
    let volume = "this is a volume: make an image of it first";
    refused(
        &ocid("oc1", "iad").replace("image", "bootvolume"),
        6,
        Some(volume),
    );
    let other = "this OCID is of something else, no image";
    refused(&ocid("oc1", "").replace("image", "tenancy"), 6, Some(other));
    let longest = format!("a{}", "-abcdefgh".repeat(6));
    assert!(OracleImageId::parse(&ocid("oc1", &format!("{longest}-abcde-1"))).is_ok());
    refused(&ocid("oc1", &format!("{longest}-abcdef-1")), 79, None);
}
