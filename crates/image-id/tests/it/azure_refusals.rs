//! What is refused as an id of Azure, at which byte, and what is suggested.

use crate::azure_ids::in_group;
use atlas_image_id::{Cloud, ImageId, Reason};

/// The text, the offset, what was expected (its beginning) and a part of the hint.
const REFUSED: &[(&str, usize, &str, &str)] = &[
    ("Canonical", 0, "a URN, a resource id", "four parts"),
    ("Canonical:UbuntuServer", 22, "four parts", ""),
    ("Canonical::18.04-LTS:latest", 10, "an offer", ""),
    (
        "Canonical:UbuntuServer/18.04-LTS:latest",
        22,
        "an offer",
        "not both",
    ),
    (
        "Canonical UbuntuServer 18.04-LTS latest",
        9,
        "a publisher",
        "`:` between its parts",
    ),
    (
        "Canonical:UbuntuServer.:18.04-LTS:latest",
        22,
        "an offer",
        "",
    ),
    ("a:b:c:latest:d", 12, "the end of the URN", "four parts"),
    ("a:b:c:latestx", 12, "a version", ""),
    ("a:b:c:LATE", 10, "a version", ""),
    ("a:b:c:1.0", 9, "a version", "three numbers"),
    ("a:b:c:1.0.0.0", 11, "a version", "those of extensions"),
    ("a:b:c:1..0", 8, "a version", ""),
    ("a:b:c:1.2147483648.0", 8, "a version", ""),
    ("a:b:c:1.2.00000000001", 10, "a version", ""),
    ("a:b:c:recent", 6, "a version", "word of Terraform"),
    ("subscriptions/x", 15, "four parts", "begins with `/`"),
    (
        "//sharedGalleries/g/images/i",
        1,
        "`/subscriptions/`",
        "one slash",
    ),
    ("/shared", 7, "`/subscriptions/`", ""),
    (
        "/communityGallery/g/images/i",
        16,
        "`/subscriptions/`",
        "/communityGalleries/g",
    ),
    (
        "/galleries/g/images/i",
        1,
        "`/subscriptions/`",
        "of one's own",
    ),
    ("/sharedGalleries/g", 18, "`/images/`", ""),
    ("/sharedGalleries/g/galleries/i", 19, "`/images/`", ""),
    (
        "/sharedGalleries/g/images/i/version/1.0.0",
        35,
        "`/versions/`",
        "",
    ),
    (
        "/sharedGalleries/g/images/i/versions/1.0.0/x",
        42,
        "the end of the id",
        "",
    ),
    (
        "/sharedGalleries/g/images/i/versions/latest/",
        43,
        "the end of the id",
        "/versions/latest`",
    ),
    (
        "/communityGalleries//images/i",
        20,
        "a gallery's public name",
        "",
    ),
    (
        "ftp://abc.blob.core.windows.net/vhds/a.vhd",
        0,
        "`https://`",
        "",
    ),
    (
        "HTTPS://abc.blob.core.windows.net/vhds/a.vhd",
        0,
        "`https://`",
        "lower case",
    ),
    (
        "https://ab.blob.core.windows.net/vhds/a.vhd",
        10,
        "a storage account",
        "",
    ),
    (
        "https://abc.blob.core.windows.net",
        33,
        "`/` and a container",
        "",
    ),
    (
        "https://abc.blob.core.example.net/vhds/a.vhd",
        22,
        "`.blob.core.windows.net/`",
        "",
    ),
    (
        "https://abc.blob.core.windows.net/my--vhds/a.vhd",
        37,
        "a container",
        "",
    ),
    (
        "https://abc.blob.core.windows.net/vhds",
        38,
        "`/` and a blob",
        "",
    ),
    (
        "https://abc.blob.core.windows.net/vhds/../a.vhd",
        39,
        "the path",
        "",
    ),
    (
        "https://abc.blob.core.windows.net/vhds/a%2.vhd",
        42,
        "two hex digits",
        "",
    ),
    (
        "https://abc.blob.core.windows.net/vhds/a b.vhd",
        40,
        "the path",
        "%20",
    ),
    (
        "https://abc.blob.core.windows.net/vhds/a.VHD",
        44,
        "the path",
        "lower case",
    ),
    (
        "https://abc.blob.core.windows.net/vhds/a.vhd?sig=x",
        44,
        "the end of the address",
        "signature",
    ),
];

#[test]
fn refusals_tell_the_byte_what_was_expected_and_what_to_do() {
    for (text, at, expected, hint) in REFUSED {
        let error = ImageId::parse(Cloud::Azure, text).unwrap_err();
        assert_eq!(error.at(), *at, "{error}");
        assert!(error.expected().starts_with(expected), "{error}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{error}");
    }
}

#[test]
fn resources_are_refused_where_they_stop_being_images() {
    for (rest, at, hint) in [
        ("disks/x", 0, "this is a disk"),
        ("snapshots/x", 0, "this is a snapshot"),
        ("virtualMachines/x", 0, "this is a machine"),
        ("imges/x", 2, ""),
        ("gallery/g/images/i", 6, "galleries/g/images/i`"),
        ("images/x-", 8, ""),
        ("images/x/y", 8, ""),
        ("images/", 7, ""),
        ("galleries/my-gal/images/i", 12, ""),
        ("galleries/g/images/i.", 20, ""),
    ] {
        let text = in_group(rest);
        let error = ImageId::parse(Cloud::Azure, &text).unwrap_err();
        assert_eq!(error.at(), text.len() - rest.len() + at, "{error}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{error}");
    }
    for (part, most) in [("images/", 80), ("galleries/g/images/", 80)] {
        assert!(
            ImageId::parse(
                Cloud::Azure,
                &in_group(&format!("{part}{}", "a".repeat(most)))
            )
            .is_ok()
        );
        let error = ImageId::parse(
            Cloud::Azure,
            &in_group(&format!("{part}{}", "a".repeat(most + 1))),
        );
        let reason = error.unwrap_err().reason();
        assert!(
            matches!(
                reason,
                Reason::TooLong {
                    found: 81,
                    most: 80,
                    ..
                }
            ),
            "{reason:?}"
        );
    }
}

#[test]
fn no_secret_is_ever_suggested() {
    let secret = "c2VjcmV0";
    for text in [
        "https://abc.blob.core.windows.net/vhds/a.vhd?sv=1&sig=SECRET",
        "https://abc.blob.core.windows.net/vhds/a.vhd%3Fsv=1&sig=SECRET",
        "https://abc.blob.core.windows.net/vhds/a.vhd&sig=SECRET",
        "https://abc.blob.core.windows.net/vhds/a.vhd#SECRET",
        "https://user:SECRET@abc.blob.core.windows.net/vhds/a.vhd",
        "abc.blob.core.windows.net/vhds/a.vhd?SECRET",
    ] {
        let text = text.replace("SECRET", secret);
        let error = ImageId::parse(Cloud::Azure, &text).unwrap_err();
        let meant = "https://abc.blob.core.windows.net/vhds/a.vhd";
        assert_eq!(error.suggestion(), Some(meant), "{error}");
        assert!(!format!("{error} {error:?}").contains(secret), "{error}");
    }
    for text in [
        "https://host/subscriptions/x?code=SECRET:a:b:latest",
        "sig=SECRET,a,b,latest",
        "a:b:c:latest?SECRET",
        "https://SECRET@x/publishers/a/offers/b/skus/c/versions/latest",
    ] {
        let text = text.replace("SECRET", secret);
        let error = ImageId::parse(Cloud::Azure, &text).unwrap_err();
        let suggestion = error.suggestion().unwrap_or_default();
        assert!(!suggestion.contains(secret), "{error}");
    }
}
