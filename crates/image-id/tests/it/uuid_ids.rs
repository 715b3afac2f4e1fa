//! Ids that are UUIDs: OpenStack, Huawei, Nutanix.

use atlas_image_id::{
    Cloud, HuaweiImageId, IdKind, ImageId, ImageIdRef, LocationUse, NutanixImageId,
    OpenStackImageId, Reason, Stability,
};

const BITS: u128 = 0x0b7e_48ce_eb45_4f35_86a8_7d1e_31c4_7c3e;
const UUID: &str = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
const CLOUDS: [Cloud; 3] = [Cloud::OpenStack, Cloud::Huawei, Cloud::Nutanix];

/// Offset, reason and suggestion of a refusal.
fn refusal(cloud: Cloud, text: &str) -> (usize, Reason, Option<String>) {
    let error = ImageId::parse(cloud, text).unwrap_err();
    let suggestion = error.suggestion().map(str::to_owned);
    (error.at(), error.reason(), suggestion)
}

#[test]
fn every_uuid_has_its_bits_and_one_text() {
    let id = OpenStackImageId::parse(UUID).unwrap();
    assert_eq!((id.to_bits(), id.as_str()), (BITS, UUID));
    assert_eq!(OpenStackImageId::from_bits(BITS), id);
    assert_eq!(HuaweiImageId::from_bits(BITS).as_str(), UUID);
    assert_eq!(NutanixImageId::from_bits(BITS).to_bits(), BITS);
    for bits in [0, 1, u128::MAX, u128::MAX - 0xf, 1 << 127, 0x0a << 120] {
        let id = NutanixImageId::from_bits(bits);
        assert_eq!(NutanixImageId::parse(id.as_str()), Ok(id));
        assert_eq!(id.to_bits(), bits);
    }
    // Texts are ordered as their bits are.
    assert!(HuaweiImageId::from_bits(0x9f) < HuaweiImageId::from_bits(0xa0));
}

#[test]
fn every_spelling_of_openstack_is_one_id() {
    let id = OpenStackImageId::from_bits(BITS);
    for text in [
        UUID,
        "0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E",
        "0b7E48ce-eB45-4f35-86a8-7d1E31c47c3e",
        "0b7e48ceeb454f3586a87d1e31c47c3e",
        "{0B7E48CEEB454F3586A87D1E31C47C3E}",
        "{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}",
        "urn:uuid:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "URN:UUID:0b7e48ceeb454f3586a87d1e31c47c3e",
    ] {
        assert_eq!(OpenStackImageId::parse(text), Ok(id), "{text}");
        assert_eq!(text.parse(), Ok(id), "{text}");
        let view = ImageIdRef::parse(Cloud::OpenStack, text).unwrap();
        assert_eq!(view.to_string(), UUID);
        assert_eq!(view.into_owned(), ImageId::OpenStack(id));
    }
    assert_eq!(id.simple().to_string(), "0b7e48ceeb454f3586a87d1e31c47c3e");
    assert_eq!(id.urn().to_string(), format!("urn:uuid:{UUID}"));
    for text in [id.simple().to_string(), id.urn().to_string()] {
        assert_eq!(OpenStackImageId::parse(&text), Ok(id));
    }
    assert_eq!(format!("{id:>38}|{id:?}"), format!("  {UUID}|\"{UUID}\""));
}

#[test]
fn huawei_and_nutanix_read_hyphenated_uuids_only() {
    for cloud in [Cloud::Huawei, Cloud::Nutanix] {
        let upper = ImageId::parse(cloud, &UUID.to_ascii_uppercase()).unwrap();
        assert_eq!(upper.as_str(), UUID);
        assert_eq!(upper, ImageId::parse(cloud, UUID).unwrap());
        for text in [
            "0b7e48ceeb454f3586a87d1e31c47c3e",
            "{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}",
            "urn:uuid:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        ] {
            assert_eq!(refusal(cloud, text).2.as_deref(), Some(UUID), "{text}");
        }
    }
}

#[test]
fn uuids_are_fixed_images_of_one_region() {
    for cloud in CLOUDS {
        let id = ImageId::parse(cloud, UUID).unwrap();
        assert_eq!(
            (id.kind(), id.stability()),
            (IdKind::Image, Stability::Fixed)
        );
        assert_eq!(id.location_use(), LocationUse::PerRegion);
        for other in CLOUDS {
            assert_eq!(
                id == ImageId::parse(other, UUID).unwrap(),
                cloud == other,
                "one UUID is another image in another cloud"
            );
        }
    }
}

#[test]
fn refusals_are_at_the_byte_that_made_them() {
    let unexpected = |character| Reason::Unexpected(character);
    for (text, at, reason) in [
        // Eight digits may be a group, so that the next byte decides.
        (
            "0b7e48ceeb45-4f35-86a8-7d1e31c47c3e",
            12,
            unexpected(Some('-')),
        ),
        (
            "0b7e48ce-eb454f35-86a8-7d1e31c47c3e",
            13,
            unexpected(Some('4')),
        ),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3", 35, unexpected(None)),
        (
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e0",
            36,
            unexpected(Some('0')),
        ),
        (
            "0b7e48ceeb454f3586a87d1e31c47c3e0",
            33,
            Reason::DigitCount(33),
        ),
        (
            "0b7e48ceeb454f3586a87d1e31c47c3",
            31,
            Reason::DigitCount(31),
        ),
        ("0b7e48ce", 8, Reason::DigitCount(8)),
        ("{0b7e48ce}", 9, Reason::DigitCount(8)),
        ("{0b7e48ceeb454f3586a87d1e31c47c3e", 33, unexpected(None)),
        (
            "{0b7e48ceeb454f3586a87d1e31c47c3e}}",
            34,
            unexpected(Some('}')),
        ),
        ("{0b7e48ce-}", 10, unexpected(Some('}'))),
        ("urn:uid:0b7e48ce", 5, unexpected(Some('i'))),
        (
            "urn:uuid:{0b7e48ceeb454f3586a87d1e31c47c3e}",
            9,
            unexpected(Some('{')),
        ),
        (
            "0b7e48ceeb454f3586a87d1e31c47c3g",
            31,
            unexpected(Some('g')),
        ),
    ] {
        let found = refusal(Cloud::OpenStack, text);
        assert_eq!((found.0, found.1), (at, reason), "{text}");
    }
    for (text, at) in [
        ("0b7e48ceeb454f3586a87d1e31c47c3e", 8),
        ("{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}", 0),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3", 35),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3-", 35),
        ("", 0),
        ("x", 0),
    ] {
        assert_eq!(refusal(Cloud::Huawei, text).0, at, "{text}");
        assert_eq!(refusal(Cloud::Nutanix, text).0, at, "{text}");
    }
}

#[test]
fn hints_say_how_to_mend() {
    for (text, hint) in [
        (
            "0x0b7e48ceeb454f3586a87d1e31c47c3e",
            "leave `0x` out: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`",
        ),
        (
            "0b7e48ceeb454f3586a87d1e31c47c3e@RegionOne",
            "the region belongs to the location, not to the id: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`",
        ),
        (
            "{{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}}",
            "one pair of braces is enough: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`",
        ),
        (
            "0-b7e48ceeb454f3586a87d1e31c47c3e",
            "the dashes stand behind 8, 4, 4 and 4 digits: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`",
        ),
        (
            "uuid:0b7e48ceeb454f3586a87d1e31c47c3e",
            "write `urn:uuid:`, or the UUID alone: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e`",
        ),
        (
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3O",
            "write the digit `0`, not the letter: `0b7e48ce-eb45-4f35-86a8-7d1e31c47c30`",
        ),
        ("13", "integer ids are of an old API: take the UUID"),
        (
            "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "fill in the placeholder",
        ),
        (
            "https://glance.example.com/v2/images/detail",
            "take the UUID out of the address",
        ),
    ] {
        let error = ImageId::parse(Cloud::OpenStack, text).unwrap_err();
        assert_eq!(error.hint(), Some(hint), "{text}");
    }
}

#[test]
fn nothing_is_suggested_where_two_could_be_meant_or_something_is_secret() {
    let other = "1b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    for text in [
        format!("{UUID},{other}"),
        format!("{UUID}-1"),
        format!("https://example.com/{UUID}/{other}"),
        format!("https://example.com/v2/images?token={UUID}"),
        format!("https://user:{UUID}@example.com/v2/images"),
        format!("https://example.com/v2/images#{UUID}"),
    ] {
        for cloud in CLOUDS {
            assert_eq!(refusal(cloud, &text).2, None, "{text}");
        }
    }
}
