use crate::{assert_offset, assert_text_form, refusals};
use atlas_base::{Digest, ParseDigestError};
use atlas_testkit::base::digest;
use proptest::prelude::*;

#[test]
fn covers_its_domain_and_its_bytes() {
    // The bytes `demo`, zero, `[]`, hashed by another implementation of BLAKE3.
    assert_eq!(
        Digest::of("demo", b"[]").to_string(),
        "blake3:7d0a99b73c0520ab2cd597e9756999f8a01d5dc19ab85d95f4857f087f1b4794"
    );
    assert_ne!(Digest::of("a", b"bc"), Digest::of("ab", b"c"));
    assert_ne!(Digest::of("a", b"b"), Digest::of("a", b"c"));
    assert_ne!(Digest::of("a", b"b"), Digest::of("c", b"b"));
}

#[test]
fn shows_twelve_digits_to_people() {
    let digest = Digest::of("demo", b"[]");
    assert_eq!(digest.short(), "7d0a99b73c05");
    assert_eq!(digest.as_bytes()[..2], [0x7d, 0x0a]);
    assert_eq!(format!("{digest:?}"), digest.to_string());
}

#[test]
fn refuses_other_texts() {
    let good = Digest::of("demo", b"[]").to_string();
    let upper = good.replace('d', "D");
    let long = format!("{good}0");
    insta::assert_snapshot!(
        refusals(
            &["", "blake3", "sha256:00", "BLAKE3:00", "blake3:", "blake3:0g", "blake3:é", &upper, &good[..70], &long],
            Digest::parse,
            ParseDigestError::at,
        ),
        @"
     0 `` is no digest: expected `blake3:` and 64 lower-case hex digits
     0 `blake3` is no digest: expected `blake3:` and 64 lower-case hex digits
     0 `sha256:00` is no digest: expected `blake3:` and 64 lower-case hex digits
     0 `BLAKE3:00` is no digest: expected `blake3:` and 64 lower-case hex digits
     7 `blake3:` is no digest: expected `blake3:` and 64 lower-case hex digits
     8 `blake3:0g` is no digest: expected `blake3:` and 64 lower-case hex digits
     7 `blake3:é` is no digest: expected `blake3:` and 64 lower-case hex digits
     8 `blake3:7D0a99b73c0520ab2cD597e9756999f8a01D5Dc19ab85D95f4857f087f1b4794` is no digest: expected `blake3:` and 64 lower-case hex digits
    70 `blake3:7d0a99b73c0520ab2cd597e9756999f8a01d5dc19ab85d95f4857f087f1b479` is no digest: expected `blake3:` and 64 lower-case hex digits
    71 `blake3:7d0a99b73c0520ab2cd597e9756999f8a01d5dc19ab85d95f4857f087f1b47940` is no digest: expected `blake3:` and 64 lower-case hex digits
    "
    );
}

proptest! {
    #[test]
    fn text_leads_back(digest in digest()) {
        assert_text_form(&digest);
        prop_assert_eq!(digest.to_string().len(), 71);
    }

    #[test]
    fn order_is_that_of_the_text(a in digest(), b in digest()) {
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn every_byte_counts(digest in digest(), at in 0_usize..71, byte in "[ -~]") {
        let good = digest.to_string();
        let mut text = good.clone();
        text.replace_range(at..=at, &byte);
        match Digest::parse(&text) {
            Ok(read) => prop_assert_eq!(read == digest, text == good),
            Err(error) => prop_assert!(error.at() <= at, "{} past {at}", error.at()),
        }
    }

    #[test]
    fn offset_is_never_past_the_fault(text in "(blake3:)?[0-9a-gé]{0,70}") {
        let whole = "blake3:".to_owned() + &"0".repeat(64);
        let rests: Vec<_> = (0..=71).map(|at| &whole[at..]).collect();
        if let Err(error) = Digest::parse(&text) {
            assert_offset(&text, error.at(), Digest::parse, &rests);
        }
    }
}
