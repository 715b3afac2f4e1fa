//! Images of container registries: parts, spellings, limits and refusals.

use atlas_image_id::{Cloud, IdKind, ImageId, OciDigest, OciImageId, OciImageIdRef, Stability};
use atlas_testkit::image_id::id_text;
use proptest::prelude::*;

const HEX: &str = "c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2";

fn id(text: &str) -> OciImageId {
    OciImageId::parse(text).unwrap()
}

#[track_caller]
fn refused(text: &str, at: usize, words: &str) {
    let error = OciImageId::parse(text).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(words), "{message}");
    assert_eq!(error.at(), at, "{message}");
}

#[test]
fn a_reference_has_its_parts() {
    let whole = format!("Quay.IO:443/a/b:V1@sha256:{HEX}");
    let borrowed = OciImageIdRef::parse(&whole).unwrap();
    assert_eq!(borrowed.registry(), "quay.io:443");
    assert_eq!(borrowed.repository(), "a/b");
    let digest = format!("sha256:{HEX}");
    assert_eq!(
        (borrowed.tag(), borrowed.digest()),
        (Some("V1"), Some(&*digest))
    );
    let owned = borrowed.into_owned();
    assert_eq!(owned.as_str(), format!("quay.io:443/a/b:V1@sha256:{HEX}"));
    assert_eq!(
        (owned.registry(), owned.repository(), owned.tag()),
        ("quay.io:443", "a/b", Some("V1"))
    );
    let digest = owned.digest().unwrap();
    assert_eq!((digest.algorithm(), digest.hex()), ("sha256", HEX));
    assert_eq!(OciDigest::parse(digest.as_str()), Ok(digest));
}

#[test]
fn dockers_defaults_are_written_out() {
    for (text, canonical) in [
        ("ubuntu", "docker.io/library/ubuntu:latest"),
        ("library/ubuntu", "docker.io/library/ubuntu:latest"),
        ("docker.io/ubuntu:1", "docker.io/library/ubuntu:1"),
        ("index.docker.io/ubuntu", "docker.io/library/ubuntu:latest"),
        ("INDEX.docker.io/a/b", "docker.io/a/b:latest"),
        ("DOCKER.IO/ubuntu", "docker.io/library/ubuntu:latest"),
        ("a/b", "docker.io/a/b:latest"),
        ("quay.io/a", "quay.io/a:latest"),
        ("LocalHost/a", "localhost/a:latest"),
        ("localhost:5000", "docker.io/library/localhost:5000"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("registry:5000/a", "registry:5000/a:latest"),
        ("Registry:5000/a", "registry:5000/a:latest"),
        ("192.168.0.1", "docker.io/library/192.168.0.1:latest"),
        ("[FE80::1]:5000/a", "[fe80::1]:5000/a:latest"),
        ("[fc]:5000/a", "[fc]:5000/a:latest"),
        ("docker.io:443/a", "docker.io:443/a:latest"),
    ] {
        assert_eq!(id(text).as_str(), canonical, "{text}");
        let borrowed = OciImageIdRef::parse(text).unwrap();
        assert_eq!(borrowed.to_string(), canonical, "{text}");
        assert_eq!(id(canonical), id(text));
    }
    let pinned = format!("docker.io/library/ubuntu@sha256:{HEX}");
    assert_eq!(id(&format!("ubuntu@sha256:{HEX}")).as_str(), pinned);
    assert_eq!(id(&pinned).tag(), None);
}

#[test]
fn dockers_short_spelling_reads_as_the_same_id() {
    let alone = format!("docker.io/library/{HEX}");
    let tagged = format!("docker.io/library/sha256:{HEX}");
    let pinned = format!("docker.io/library/sha256:{HEX}@sha256:{HEX}");
    let latest = format!("ubuntu:latest@sha256:{HEX}");
    for (text, short) in [
        ("docker.io/library/ubuntu:latest", "ubuntu"),
        ("docker.io/library/ubuntu:24.04", "ubuntu:24.04"),
        ("docker.io/acme/x:1", "acme/x:1"),
        ("acme/x", "acme/x"),
        ("docker.io/library/a/b", "library/a/b"),
        ("QUAY.io/a:latest", "quay.io/a"),
        ("docker.io/a.b/x", "docker.io/a.b/x"),
        ("docker.io/localhost/x", "docker.io/localhost/x"),
        ("docker.io/library/localhost", "localhost"),
        (&alone, &alone["docker.io/".len()..]),
        (&tagged, &tagged["docker.io/".len()..]),
        (&pinned, &pinned["docker.io/library/".len()..]),
        (&latest, &latest),
    ] {
        assert_eq!(id(text).familiar().to_string(), short);
        let borrowed = OciImageIdRef::parse(text).unwrap();
        assert_eq!(borrowed.familiar().to_string(), short);
        assert_eq!(id(short), id(text), "{short}");
    }
}

#[test]
fn a_tag_moves_and_a_digest_does_not() {
    for (text, kind, stability) in [
        ("x".to_owned(), IdKind::Tag, Stability::Moving),
        ("quay.io/x:1".to_owned(), IdKind::Tag, Stability::Moving),
        (format!("x@sha256:{HEX}"), IdKind::Digest, Stability::Fixed),
        (
            format!("x:1@sha256:{HEX}"),
            IdKind::Digest,
            Stability::Fixed,
        ),
    ] {
        let borrowed = OciImageIdRef::parse(&text).unwrap();
        assert_eq!((borrowed.kind(), borrowed.stability()), (kind, stability));
        let owned = ImageId::parse(Cloud::Oci, &text).unwrap();
        assert_eq!((owned.kind(), owned.stability()), (kind, stability));
    }
    assert_ne!(id("x:1"), id(&format!("x:1@sha256:{HEX}")));
    assert_ne!(id("quay.io/x"), id("quay.io:443/x"));
    assert_ne!(id("x:V1"), id("x:v1"));
}

#[test]
fn the_lengths_count_what_is_filled_in() {
    let of = |length: usize| "a".repeat(length);
    assert!(OciImageId::parse(&of(255 - 18)).is_ok());
    refused(&of(255 - 17), 237, "has 256 characters, 255 are allowed");
    let whole = format!("quay.io/{}", of(247));
    assert!(OciImageId::parse(&whole).is_ok());
    refused(&format!("{whole}b:1"), 255, "cut at byte 255");
    let old = format!("index.docker.io/b/{}", of(243));
    assert_eq!(id(&old).as_str().len(), 255 + ":latest".len());
    refused(&format!("{old}c"), 261, "has 256 characters");
    let tag = format!("x:{}", of(128));
    assert_eq!(id(&tag).tag().unwrap().len(), 128);
    refused(&format!("{tag}a"), 130, "the tag has 129 characters");
    let digest = format!("x@a:{}", of(510));
    assert_eq!(id(&digest).as_str().len(), 532);
    refused(&format!("{digest}a"), 514, "the digest has 513 characters");
}

#[test]
fn digests_have_the_digits_of_their_algorithm() {
    let of = |algorithm: &str, digits| format!("x@{algorithm}:{}", "0".repeat(digits));
    for (algorithm, digits) in [
        ("sha256", 64),
        ("blake3", 64),
        ("sha384", 96),
        ("sha512", 128),
    ] {
        assert!(OciImageId::parse(&of(algorithm, digits)).is_ok());
        for wrong in [digits - 1, digits + 1] {
            let text = of(algorithm, wrong);
            refused(&text, text.len(), &format!("it has {wrong} digits"));
            let error = OciImageId::parse(&text).unwrap_err();
            assert!(error.hint().is_some() && error.suggestion().is_none());
        }
    }
    assert!(OciImageId::parse(&of("md5", 32)).is_ok());
    assert!(OciImageId::parse(&of("sha256+b64u", 32)).is_ok());
    refused(&of("md5", 31), 37, "it has 31 digits");
    refused(
        "x@multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
        19,
        "`Q`",
    );
    refused(&of("SHA256", 64), 2, "write the algorithm in lower case");
    refused(&of("2x", 64), 2, "`2`");
    refused(&of("sha_", 64), 6, "`:`");
    assert!(OciDigest::parse(&format!("sha256:{HEX}")).is_ok());
    for text in ["", "sha256", "sha256:", HEX, ":00", "x:0"] {
        assert!(OciDigest::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_no_reference_is_refused_at_the_byte() {
    refused(HEX, 0, "a digest without a repository");
    refused(&format!("sha256:{HEX}"), 0, "a digest without a repository");
    assert!(OciImageId::parse(&format!("{HEX}:1")).is_ok());
    assert!(OciImageId::parse(&format!("a/{HEX}")).is_ok());
    refused("quay.io:port/a", 8, "a port of digits");
    refused("quay.io:/a", 8, "the port at byte 8 is empty");
    refused("foo_bar.com/x", 3, "it is a host");
    refused("foo_bar:5000/x", 3, "expected a host");
    refused("Foo/bar", 0, "repositories are in lower case");
    refused("quay-.io/a", 5, "found `.`");
    refused("quay.io/a___b", 11, "found `_`");
    refused("quay.io/_a", 8, "found `_`");
    refused("quay.io/a..b", 10, "found `.`");
    refused("quay.io/a-", 10, "it ends at byte 10");
    refused("quay.io/a/", 10, "leave the slash at the end out");
    refused("quay.io//b", 8, "write one slash");
    refused("/a", 0, "the repository at byte 0 is empty");
    refused("a:b:c", 3, "found `:`");
    refused("a:.b", 2, "found `.`");
    refused("a/b:1/c", 5, "found `/`");
    refused("a:", 2, "the tag at byte 2 is empty");
    refused("a@", 2, "the digest at byte 2 is empty");
    refused("[::1]", 5, "expected an address");
    refused("[::1]:5000", 10, "expected an address");
    refused("[::1]:x/a", 6, "a port of digits");
    refused("[fc]/a", 4, "expected an address");
    refused("[fe80::1%eth0]:5000/a", 8, "found `%`");
    refused("[]/a", 1, "found `]`");
    refused("fc00::1:5000/a", 5, "a port of digits");
    refused("docker://quay.io/x", 7, "leave the transport out");
    refused("oci:/var/lib/x:1", 4, "a file or folder is in no registry");
}

#[test]
fn an_address_of_no_registry_is_not_guessed_at() {
    for text in [
        "https://github.com/acme/x",
        "https://hub.docker.com/search?q=x",
        "https://user:secret@quay.io/x",
        "oci:build/x:1",
    ] {
        let error = OciImageId::parse(text).unwrap_err();
        assert_eq!(error.suggestion(), None, "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

proptest! {
    #[test]
    fn views_ids_and_short_spellings_agree(text in id_text(Cloud::Oci)) {
        let borrowed = OciImageIdRef::parse(&text).unwrap();
        let owned = borrowed.into_owned();
        prop_assert_eq!(borrowed.to_string(), owned.as_str());
        prop_assert_eq!(borrowed.registry(), owned.registry());
        prop_assert_eq!(borrowed.repository(), owned.repository());
        prop_assert_eq!(borrowed.tag(), owned.tag());
        let digest = owned.digest();
        prop_assert_eq!(borrowed.digest(), digest.as_ref().map(OciDigest::as_str));
        let again = id(owned.as_str());
        prop_assert_eq!(again.as_str(), owned.as_str());
        for short in [borrowed.familiar().to_string(), owned.familiar().to_string()] {
            prop_assert_eq!(id(&short), owned.clone(), "{}", short);
            prop_assert!(short.len() <= owned.as_str().len());
        }
    }
}
