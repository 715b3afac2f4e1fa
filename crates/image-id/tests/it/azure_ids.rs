//! The parts, spellings and equality of Azure's ids.

use atlas_image_id::{
    ALIAS_LIST, AzureAlias, AzureGallery, AzureImageId, AzureImageIdRef, AzureSubscription,
    AzureUrn, AzureUrnRef, Cloud, GalleryImage, GalleryImageRef, IdKind, ImageId, ManagedImage,
    ManagedImageRef, Stability, VhdUrl, VhdUrlRef,
};
use atlas_testkit::image_id::id_text;
use proptest::prelude::*;

const UUID: &str = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";

pub(crate) fn in_group(rest: &str) -> String {
    format!("/subscriptions/{UUID}/resourceGroups/rg/providers/Microsoft.Compute/{rest}")
}

#[test]
fn a_urn_has_four_parts_and_two_spellings() {
    let text = "Canonical/0001-com-ubuntu-server-jammy/22_04-lts-gen2/Latest";
    let view = AzureUrnRef::parse(text).unwrap();
    assert_eq!(
        (view.publisher(), view.offer(), view.sku(), view.version()),
        (
            "Canonical",
            "0001-com-ubuntu-server-jammy",
            "22_04-lts-gen2",
            "latest"
        )
    );
    assert_eq!(
        (view.is_latest(), view.plain(), view.alias()),
        (true, None, None)
    );
    let canonical = "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest";
    assert_eq!(view.to_string(), canonical);
    let urn = view.into_owned();
    assert_eq!(urn.as_str(), canonical);
    assert_eq!(urn.borrowed().plain(), Some(canonical));
    assert_eq!(urn.with_slashes().to_string(), canonical.replace(':', "/"));
    assert_eq!(
        (urn.publisher(), urn.offer(), urn.sku(), urn.version()),
        (view.publisher(), view.offer(), view.sku(), "latest")
    );
    assert_eq!(
        AzureUrn::parse(&urn.with_slashes().to_string()).unwrap(),
        urn
    );
    let numbered = AzureUrn::parse("a:b.c:_:0010.0.2147483647").unwrap();
    assert_eq!(
        (numbered.version(), numbered.is_latest()),
        ("0010.0.2147483647", false)
    );
}

#[test]
fn aliases_are_read_in_any_case_and_remembered() {
    assert_eq!(
        (ALIAS_LIST, AzureAlias::all().len()),
        ("azure-cli 2.91.0", 16)
    );
    for alias in AzureAlias::all() {
        for text in [
            alias.name().to_owned(),
            alias.name().to_ascii_lowercase(),
            alias.name().to_ascii_uppercase(),
        ] {
            let id = AzureImageIdRef::parse(&text).unwrap();
            assert_eq!(
                (id.kind(), id.stability()),
                (IdKind::Alias, Stability::Moving)
            );
            let AzureImageIdRef::Urn(urn) = id else {
                panic!("{id}")
            };
            assert_eq!(urn.alias(), Some(*alias));
            let whole = AzureUrnRef::parse(urn.plain().unwrap()).unwrap();
            assert_eq!(
                (urn.publisher(), urn.offer(), urn.sku(), urn.version()),
                (whole.publisher(), whole.offer(), whole.sku(), "latest")
            );
            assert_eq!(id.into_owned().to_string(), whole.to_string());
            assert!(AzureUrn::parse(&text).is_err(), "an alias is no URN");
        }
        assert_eq!(alias.to_string(), alias.name());
    }
    let ubuntu = AzureAlias::find("UBUNTU2204").unwrap();
    assert_eq!(
        ubuntu.urn(),
        AzureUrn::parse("canonical:0001-COM-ubuntu-server-jammy:22_04-lts-gen2:LATEST").unwrap()
    );
    assert!(AzureAlias::find("Ubuntu").is_none());
}

#[test]
fn a_managed_image_has_its_parts_in_any_case() {
    let typed = in_group("images/My.Image_")
        .replace("resourceGroups", "resourcegroups")
        .replace("Microsoft.Compute", "microsoft.compute")
        .replace(UUID, &UUID.to_ascii_uppercase());
    let view = ManagedImageRef::parse(&typed).unwrap();
    assert_eq!(view.plain(), None);
    assert_eq!(view.to_string(), in_group("images/My.Image_"));
    let image = view.into_owned();
    assert_eq!(image.as_str(), in_group("images/My.Image_"));
    assert_eq!(image.subscription().as_str(), UUID);
    assert_eq!((image.resource_group(), image.name()), ("rg", "My.Image_"));
    assert_eq!((view.resource_group(), view.name()), ("rg", "My.Image_"));
    let shouted = ManagedImage::parse(&typed.to_ascii_uppercase()).unwrap();
    assert_eq!(shouted, image);
    assert_eq!(
        shouted.name(),
        "MY.IMAGE_",
        "the user's parts stay as given"
    );
    let plain = in_group("images/x");
    assert_eq!(
        ManagedImageRef::parse(&plain).unwrap().plain(),
        Some(&*plain)
    );
}

#[test]
fn a_gallery_image_knows_its_gallery_and_version() {
    let text = in_group("galleries/images/images/versions/versions/2024.02.19");
    let own = GalleryImage::parse(&text).unwrap();
    assert_eq!((own.owner(), own.gallery()), (AzureGallery::Own, "images"));
    assert_eq!(
        (own.image(), own.version()),
        ("versions", Some("2024.02.19"))
    );
    assert_eq!(
        own.subscription(),
        Some(AzureSubscription::parse(UUID).unwrap())
    );
    assert_eq!(
        (own.resource_group(), own.kind()),
        (Some("rg"), IdKind::GalleryVersion)
    );
    assert!(own.upper_camel().is_none());

    let text = "/COMMUNITYGALLERIES/cocopodvm-d0e4f35f/images/podvm_image0/VERSIONS/LATEST";
    let view = GalleryImageRef::parse(text).unwrap();
    assert_eq!(
        (view.owner(), view.gallery()),
        (AzureGallery::Community, "cocopodvm-d0e4f35f")
    );
    assert_eq!(
        (view.image(), view.version()),
        ("podvm_image0", Some("latest"))
    );
    assert_eq!((view.subscription(), view.resource_group()), (None, None));
    let community = view.into_owned();
    assert_eq!(
        community.as_str(),
        "/communityGalleries/cocopodvm-d0e4f35f/images/podvm_image0/versions/latest"
    );
    let documented = community.upper_camel().unwrap().to_string();
    assert_eq!(
        documented,
        "/CommunityGalleries/cocopodvm-d0e4f35f/Images/podvm_image0/Versions/latest"
    );
    assert_eq!(GalleryImage::parse(&documented).unwrap(), community);

    let shared = GalleryImage::parse("/sharedGalleries/g/images/i").unwrap();
    assert_eq!(
        (shared.version(), shared.kind()),
        (None, IdKind::SharedGalleryImage)
    );
    assert_eq!(
        shared.upper_camel().unwrap().to_string(),
        "/SharedGalleries/g/Images/i"
    );
}

#[test]
fn a_vhd_has_its_parts_and_its_case() {
    let text = "http://abc.blob.core.usgovcloudapi.net/my-vhds/os/A%20b.vhd";
    let view = VhdUrlRef::parse(text).unwrap();
    assert_eq!(
        (view.account(), view.host()),
        ("abc", "abc.blob.core.usgovcloudapi.net")
    );
    assert_eq!((view.container(), view.blob()), ("my-vhds", "os/A%20b.vhd"));
    let vhd = view.into_owned();
    assert_eq!(vhd.as_str(), text);
    assert_eq!((vhd.account(), vhd.container()), ("abc", "my-vhds"));
    assert_ne!(vhd, VhdUrl::parse(&text.replace('A', "a")).unwrap());
    assert_ne!(vhd, VhdUrl::parse(&text.replace("http", "https")).unwrap());
    let root = VhdUrl::parse("https://abc.blob.core.windows.net/$root/a.vhd").unwrap();
    assert_eq!((root.container(), root.blob()), ("$root", "a.vhd"));
}

#[test]
fn a_path_has_at_most_1024_characters_and_an_escaped_one_counts_once() {
    let vhd = |name: &str, count: usize| {
        let text = format!(
            "https://abc.blob.core.windows.net/vhds/{}.vhd",
            name.repeat(count)
        );
        VhdUrl::parse(&text).is_ok()
    };
    assert!(vhd("a", 1020) && !vhd("a", 1021));
    assert!(vhd("%20", 510));
    assert!(vhd("%C3%A9", 255));
}

#[test]
fn a_subscription_is_a_uuid_with_dashes() {
    let upper = AzureSubscription::parse(&UUID.to_ascii_uppercase()).unwrap();
    assert_eq!(
        (upper.as_str(), upper),
        (UUID, AzureSubscription::parse(UUID).unwrap())
    );
    for (text, at) in [
        ("", 0),
        ("sub123", 0),
        ("0b7e48ceeb454f3586a87d1e31c47c3e", 8),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3", 35),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3ee", 36),
        ("{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}", 0),
    ] {
        assert_eq!(
            AzureSubscription::parse(text).unwrap_err().at(),
            at,
            "{text}"
        );
    }
}

#[test]
fn single_forms_refuse_the_others() {
    let (managed, own) = (in_group("images/x"), in_group("galleries/g/images/i"));
    assert!(ManagedImage::parse(&own).is_err() && GalleryImage::parse(&managed).is_err());
    assert!(ManagedImage::parse("/sharedGalleries/g/images/i").is_err());
    assert!(AzureUrn::parse(&own).is_err() && VhdUrl::parse("a:b:c:latest").is_err());
    for text in [
        &*managed,
        &own,
        "a:b:c:latest",
        "https://abc.blob.core.windows.net/vhds/a.vhd",
    ] {
        let id = AzureImageId::parse(text).unwrap();
        assert_eq!((id.as_str(), id.borrowed().plain()), (text, Some(text)));
    }
}

#[test]
fn keys_are_lower_case_save_for_vhds() {
    let key = |text: &str| {
        let id = ImageId::parse(Cloud::Azure, text).unwrap();
        id.equality_key().into_owned()
    };
    let typed = in_group("Images/MyImage").replace("resourceGroups", "RESOURCEGROUPS");
    assert_eq!(key(&typed), in_group("images/MyImage").to_ascii_lowercase());
    assert_eq!(
        key("Canonical/UbuntuServer/18.04-LTS/LATEST"),
        "canonical:ubuntuserver:18.04-lts:latest"
    );
    let vhd = "https://abc.blob.core.windows.net/vhds/A.vhd";
    assert_eq!(key(vhd), vhd);
}

proptest! {
    #[test]
    fn a_view_is_plain_where_its_text_is_canonical_and_has_the_parts_of_its_id(
        text in id_text(Cloud::Azure),
    ) {
        let view = AzureImageIdRef::parse(&text).unwrap();
        let id = view.into_owned();
        prop_assert_eq!(view.to_string(), id.as_str());
        prop_assert_eq!(id.borrowed().plain(), Some(id.as_str()));
        let is_plain = view.kind() == IdKind::Alias || text == id.as_str();
        prop_assert_eq!(view.plain().is_some(), is_plain);
        prop_assert_eq!((view.kind(), view.stability()), (id.kind(), id.stability()));
        prop_assert_eq!(parts(view), parts(id.borrowed()));
        let again = AzureImageIdRef::parse(id.as_str()).unwrap();
        prop_assert_eq!(parts(again), parts(view));
    }
}

/// Every part of an id, in order.
fn parts(id: AzureImageIdRef<'_>) -> Vec<String> {
    let parts = match id {
        AzureImageIdRef::Urn(urn) => vec![urn.publisher(), urn.offer(), urn.sku(), urn.version()],
        AzureImageIdRef::Managed(image) => vec![image.resource_group(), image.name()],
        AzureImageIdRef::Gallery(image) => vec![
            image.resource_group().unwrap_or_default(),
            image.gallery(),
            image.image(),
            image.version().unwrap_or_default(),
        ],
        AzureImageIdRef::Vhd(url) => vec![url.account(), url.host(), url.container(), url.blob()],
        other => panic!("{other}"),
    };
    parts.into_iter().map(str::to_owned).collect()
}
