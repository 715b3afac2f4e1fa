//! Names and places of pools.

use atlas_repository::{OpenPoolError, PoolName, PoolUrl};

#[test]
fn names_of_pools_are_words() {
    for name in ["default", "a", "ssd-2", "a-", &"a".repeat(64)] {
        assert_eq!(PoolName::parse(name).unwrap().to_string(), name);
    }
    let long = "a".repeat(65);
    let wrong = [
        ("", 0, "the name of a pool `` is empty"),
        (
            "Ssd",
            0,
            "the name of a pool `Ssd` begins with something else than a small letter",
        ),
        (
            "2nd",
            0,
            "the name of a pool `2nd` begins with something else than a small letter",
        ),
        (
            "ssd_2",
            3,
            "the name of a pool `ssd_2` has something else than small letters, digits and `-`",
        ),
        (
            "é",
            0,
            "the name of a pool `é` begins with something else than a small letter",
        ),
        (
            &long,
            64,
            &format!("the name of a pool `{long}` is longer than 64 bytes"),
        ),
    ];
    for (text, at, message) in wrong {
        let error = PoolName::parse(text).unwrap_err();
        assert_eq!((error.at(), error.to_string().as_str()), (at, message));
    }
    assert_eq!(PoolName::default(), PoolName::parse("default").unwrap());
}

#[test]
fn places_of_pools_are_read_and_written() {
    let long = format!("s3://images/{}", "a".repeat(512));
    let right = [
        ("folder:/var/lib/atlas", "folder:/var/lib/atlas"),
        ("folder:relative", "folder:relative"),
        ("plain:/a b", "plain:/a b"),
        ("s3://images", "s3://images"),
        ("s3://images/", "s3://images"),
        ("s3://images/eu/1_a.b-c/", "s3://images/eu/1_a.b-c"),
        (&long, &long),
        ("memory:", "memory:"),
    ];
    for (text, canonical) in right {
        let url = PoolUrl::parse(text).unwrap();
        assert_eq!(url.to_string(), canonical);
        assert_eq!(PoolUrl::parse(canonical).unwrap(), url);
    }
}

#[test]
fn what_is_no_place_of_a_pool_is_refused() {
    let bucket =
        "has no bucket: 3 to 63 small letters, digits, `-` and `.`, a letter or digit at both ends";
    let part = "has a prefix with a part that is not of letters, digits, `-`, `_` and `.`";
    let none = "is none: expected `folder:PATH`, `plain:PATH`, `s3://BUCKET/PREFIX` or `memory:`";
    let long = format!("s3://images/{}", "a".repeat(513));
    let wrong = [
        ("", 0, none),
        ("/var/lib", 0, none),
        ("S3://images", 0, none),
        ("s3:images", 0, none),
        ("folder:", 7, "has no path"),
        ("plain:", 6, "has no path"),
        ("plain:a\0b", 7, "has a zero byte in its path"),
        ("memory:a", 7, "has something behind `memory:`"),
        ("s3://", 5, bucket),
        ("s3://ab", 5, bucket),
        ("s3://Images", 5, bucket),
        ("s3://-images", 5, bucket),
        ("s3://images.", 5, bucket),
        ("s3://a..b-c", 5, bucket),
        ("s3://key:secret@images/a", 5, bucket),
        ("s3://images//a", 12, part),
        ("s3://images/a/../b", 12, part),
        ("s3://images/a?b", 12, part),
        ("s3://images/a//", 12, part),
        (&long, 12, "has a prefix of more than 512 bytes"),
    ];
    for (text, at, why) in wrong {
        let error = PoolUrl::parse(text).unwrap_err();
        assert_eq!(error.at(), at, "{text}");
        let message = error.to_string();
        assert!(
            message.starts_with("the pool `") && message.ends_with(why),
            "{message}"
        );
    }
}

#[test]
fn a_folder_that_is_not_there_is_no_pool() {
    for kind in ["folder", "plain"] {
        let url = PoolUrl::parse(&format!("{kind}:/nowhere/at/all")).unwrap();
        let error = url.open(&|_| None).unwrap_err();
        let message = format!("the pool `{kind}:/nowhere/at/all` cannot be opened");
        assert_eq!(error.to_string(), message);
        assert!(matches!(error, OpenPoolError::Folder { .. }));
    }
}

#[cfg(not(feature = "s3"))]
#[test]
fn object_stores_are_a_feature() {
    let url = PoolUrl::parse("s3://images/eu").unwrap();
    let error = url.open(&|_| None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pool `s3://images/eu` needs the feature `s3`, which this program was built without"
    );
    assert!(matches!(error, OpenPoolError::NotBuilt(_)));
}
