//! Ids of DigitalOcean, Hetzner and Linode: numbers and what moves under one name.

use atlas_image_id::{
    Cloud, DigitalOceanImageId, DigitalOceanImageIdRef, HetznerImageId, HetznerImageIdRef, IdKind,
    ImageId, LinodeImageId, LinodeImageIdRef, LocationUse, Reason, Sameness, Stability,
};

#[test]
fn digitalocean_has_numbers_and_slugs() {
    let id = DigitalOceanImageId::parse("119192817").unwrap();
    assert_eq!((id.number(), id.slug()), (Some(119_192_817), None));
    assert_eq!((id.kind(), id.stability()), (IdKind::Id, Stability::Fixed));
    let slug = DigitalOceanImageIdRef::parse("3cxcommunication-3cx").unwrap();
    assert_eq!(
        (slug.number(), slug.slug()),
        (None, Some("3cxcommunication-3cx"))
    );
    assert_eq!(
        (slug.kind(), slug.stability()),
        (IdKind::Slug, Stability::Moving)
    );
    assert_eq!(format!("{slug:?}"), "\"3cxcommunication-3cx\"");
    let owned = slug.into_owned();
    assert_eq!(
        (owned.slug(), owned.as_str()),
        (Some("3cxcommunication-3cx"), "3cxcommunication-3cx")
    );
    assert_eq!(DigitalOceanImageId::from(slug), owned);
}

#[test]
fn hetzner_has_numbers_and_names() {
    let id = HetznerImageId::parse("114690387").unwrap();
    assert_eq!((id.number(), id.name()), (Some(114_690_387), None));
    assert_eq!((id.kind(), id.stability()), (IdKind::Id, Stability::Fixed));
    let name = HetznerImageIdRef::parse("ubuntu-24.04").unwrap();
    assert_eq!((name.number(), name.name()), (None, Some("ubuntu-24.04")));
    assert_eq!(
        (name.kind(), name.stability()),
        (IdKind::Name, Stability::Moving)
    );
    assert_eq!(name.into_owned().name(), Some("ubuntu-24.04"));
    assert_eq!(name.to_string(), "ubuntu-24.04");
}

#[test]
fn linode_has_namespaces() {
    let public = LinodeImageId::parse("linode/debian9-kube-v1.15.12").unwrap();
    assert_eq!(
        (public.name(), public.number()),
        (Some("debian9-kube-v1.15.12"), None)
    );
    assert_eq!(
        (public.kind(), public.stability()),
        (IdKind::Public, Stability::Moving)
    );
    for (text, kind) in [
        ("private/1337", IdKind::Private),
        ("shared/1337", IdKind::Shared),
    ] {
        let id = LinodeImageIdRef::parse(text).unwrap();
        assert_eq!((id.name(), id.number()), (None, Some(1337)), "{text}");
        assert_eq!((id.kind(), id.stability()), (kind, Stability::Fixed));
        assert_eq!(id.into_owned().number(), Some(1337));
    }
    assert_ne!(
        LinodeImageId::parse("private/1"),
        LinodeImageId::parse("shared/1")
    );
}

#[test]
fn numbers_end_where_the_clouds_say() {
    let reads = |cloud, text: &str| ImageId::parse(cloud, text).is_ok();
    assert!(reads(Cloud::DigitalOcean, "18446744073709551615"));
    assert!(!reads(Cloud::DigitalOcean, "18446744073709551616"));
    assert!(reads(Cloud::Hetzner, "9007199254740991"));
    assert!(!reads(Cloud::Hetzner, "9007199254740992"));
    assert!(reads(Cloud::Linode, "private/18446744073709551615"));
    assert!(!reads(Cloud::Linode, "private/18446744073709551616"));
    for text in ["0", "00", "+1", "-1", "1e3", "0x1f", "1_000"] {
        assert!(!reads(Cloud::Hetzner, text), "{text}");
        assert!(!reads(Cloud::Linode, &format!("private/{text}")), "{text}");
    }
    for text in ["0", "00", "+1", "-1", "1_000", "1.5"] {
        assert!(!reads(Cloud::DigitalOcean, text), "{text}");
    }
}

#[test]
fn names_have_128_bytes_at_most() {
    for (cloud, prefix) in [
        (Cloud::DigitalOcean, ""),
        (Cloud::Hetzner, ""),
        (Cloud::Linode, "linode/"),
    ] {
        let name = |length| format!("{prefix}{}", "a".repeat(length));
        assert!(ImageId::parse(cloud, &name(128)).is_ok(), "{cloud}");
        let error = ImageId::parse(cloud, &name(129)).unwrap_err();
        assert!(
            matches!(error.reason(), Reason::TooLong { most: 128, .. }),
            "{error}"
        );
    }
}

#[track_caller]
fn refused(cloud: Cloud, text: &str, at: usize, reason: Reason, hint: Option<&str>) {
    let error = ImageId::parse(cloud, text).unwrap_err();
    assert_eq!(
        (error.at(), error.reason(), error.hint()),
        (at, reason, hint),
        "{error}"
    );
}

#[test]
fn refusals_say_where_and_why() {
    use Cloud::{DigitalOcean, Hetzner, Linode};
    use Reason::{DigitCount, Empty, Rule, Unexpected};
    let zeros = "leave the zeros at the start out: `7`";
    refused(DigitalOcean, "007", 0, Unexpected(Some('0')), Some(zeros));
    refused(Hetzner, "007", 0, Unexpected(Some('0')), Some(zeros));
    refused(DigitalOcean, "0", 0, Unexpected(Some('0')), None);
    refused(DigitalOcean, "1.5", 1, Unexpected(Some('.')), None);
    refused(DigitalOcean, "ubuntu-", 6, Unexpected(Some('-')), None);
    refused(
        DigitalOcean,
        "99999999999999999999",
        20,
        Rule("the number is too large, ending"),
        None,
    );
    refused(
        DigitalOcean,
        "999999999999999999999",
        21,
        DigitCount(21),
        None,
    );
    refused(
        DigitalOcean,
        "ubuntu_22_04",
        6,
        Unexpected(Some('_')),
        Some("slugs have `-`, not `_`: `ubuntu-22-04`"),
    );
    refused(
        Hetzner,
        "Ubuntu-24.04",
        0,
        Unexpected(Some('U')),
        Some("names are in lower case: `ubuntu-24.04`"),
    );
    refused(Hetzner, "12ab", 2, Unexpected(Some('a')), None);
    refused(Hetzner, "99999999999999999", 17, DigitCount(17), None);
    refused(
        Linode,
        "debian12",
        0,
        Unexpected(Some('d')),
        Some("a public image begins with `linode/`: `linode/debian12`"),
    );
    refused(
        Linode,
        "1337",
        0,
        Unexpected(Some('1')),
        Some("an image of the account begins with `private/`: `private/1337`"),
    );
    refused(
        Linode,
        "linode:debian12",
        6,
        Unexpected(Some(':')),
        Some("perhaps `linode/debian12` is meant"),
    );
    refused(Linode, "private/", 8, Empty("number"), None);
    refused(Linode, "private/abc", 8, Unexpected(Some('a')), None);
    refused(Linode, "linode/debian12/x", 15, Unexpected(Some('/')), None);
    refused(Linode, "linode/", 7, Empty("image name"), None);
}

#[test]
fn nothing_of_an_address_of_somebody_else_is_suggested() {
    for cloud in [Cloud::DigitalOcean, Cloud::Hetzner, Cloud::Linode] {
        for text in [
            "https://example.com/image",
            "https://cloud.digitalocean.com/droplets/123",
            "user:password@host",
            "x/images/name?token=abc",
            "sig=abc",
        ] {
            let error = ImageId::parse(cloud, text).unwrap_err();
            assert_eq!(error.suggestion(), None, "{error}");
        }
    }
}

#[test]
fn they_are_common_to_all_regions_and_compare_by_their_texts() {
    let id = |text: &str| ImageId::parse(Cloud::Hetzner, text).unwrap();
    assert_eq!(id("lamp").location_use(), LocationUse::Common);
    assert_eq!(id("lamp").compare(&id("lamp")), Sameness::Equal);
    assert_eq!(id("lamp").compare(&id("40093140")), Sameness::Different);
    assert!(id("40093140") < id("lamp"));
    assert_eq!("lamp".parse::<HetznerImageId>().unwrap().as_str(), "lamp");
}
