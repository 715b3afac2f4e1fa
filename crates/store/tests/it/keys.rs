//! The text of keys.

use crate::support::any_text;
use atlas_store::{Key, KeyRange, Part, Partition, Parts};
use proptest::{collection::vec, prelude::*};

fn build(space: &str, parts: &[Part]) -> Option<Key> {
    let partition = Partition::account("acme").unwrap();
    let builder = Key::builder(&partition, space);
    let builder = parts.iter().fold(builder, |key, part| match part {
        Part::Text(text) => key.text(text),
        Part::U64(number) => key.u64(*number),
        Part::Bytes(bytes) => key.bytes(bytes),
    });
    builder.build().ok()
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        any_text().prop_map(Part::Text),
        prop_oneof![0_u64..200, any::<u64>()].prop_map(Part::U64),
        vec(any::<u8>(), 0..8).prop_map(Part::Bytes),
        vec(any::<u8>(), 40..60).prop_map(Part::Bytes),
    ]
}

/// Two tuples with the same types place by place, short enough to stay whole.
fn comparable() -> impl Strategy<Value = (Vec<Part>, Vec<Part>)> {
    let text = || "[a-c !~\u{0}\u{7f}é\u{10ffff}]{0,4}".prop_map(Part::Text);
    let number = || prop_oneof![0_u64..120, any::<u64>()].prop_map(Part::U64);
    let bytes = || vec(any::<u8>(), 0..4).prop_map(Part::Bytes);
    let pair = prop_oneof![
        (text(), text()).boxed(),
        (number(), number()).boxed(),
        (bytes(), bytes()).boxed(),
    ];
    (vec(pair, 0..4), any::<bool>(), 0_usize..4).prop_map(|(pairs, same, cut)| {
        let (mut left, mut right): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        if same && !left.is_empty() {
            right[0] = left[0].clone();
        }
        left.truncate(left.len().saturating_sub(cut / 2));
        right.truncate(right.len().saturating_sub(cut % 2));
        (left, right)
    })
}

proptest! {
    #[test]
    fn order_of_keys_is_order_of_tuples((left, right) in comparable()) {
        let keys = (build("t", &left).unwrap(), build("t", &right).unwrap());
        prop_assert_eq!(keys.0.cmp(&keys.1), left.cmp(&right), "{:?} {:?}", keys.0, keys.1);
    }

    #[test]
    fn decoding_undoes_encoding(parts in vec(any_part(), 0..5), space in "[ -~]{0,9}") {
        let Some(key) = build(&space, &parts) else {
            // Too long: at least that must be true.
            prop_assert!(parts.len() > 3);
            return Ok(());
        };
        prop_assert_eq!(Key::parse(key.as_str()), Ok(key.clone()));
        prop_assert_eq!(key.partition(), Partition::account("acme").unwrap());
        prop_assert_eq!(key.space().as_text(), Some(space));
        prop_assert_eq!(key.parts().count(), parts.len());
        for (written, part) in key.parts().zip(parts) {
            prop_assert!(written.as_written().len() <= 96);
            if written.is_cut() {
                prop_assert_eq!(written.as_text(), None);
                prop_assert_eq!(written.as_bytes(), None);
                continue;
            }
            match part {
                Part::Text(text) => prop_assert_eq!(written.as_text(), Some(text)),
                Part::U64(number) => prop_assert_eq!(written.as_u64(), Some(number)),
                Part::Bytes(bytes) => prop_assert_eq!(written.as_bytes(), Some(bytes)),
            }
        }
    }

    #[test]
    fn different_parts_give_different_keys(left in any_text(), right in any_text()) {
        let keys = [&left, &right].map(|text| build("t", &[Part::Text(text.clone())]));
        prop_assert_eq!(keys[0] == keys[1], left == right);
    }

    #[test]
    fn keys_are_printable(part in "[\u{0}-\u{7f}]{0,200}") {
        let key = build("t", &[Part::Text(part)]).unwrap();
        prop_assert!(key.as_str().bytes().all(|byte| (b' '..0x7f).contains(&byte)));
    }

    #[test]
    fn parsing_never_panics_and_keeps_what_it_takes(text in "[a-z0-9!~ é/]{0,30}|.{0,600}") {
        match Key::parse(&text) {
            Ok(key) => prop_assert_eq!(key.as_str(), text),
            Err(error) => prop_assert!(text.is_char_boundary(error.at())),
        }
    }

    #[test]
    fn prefix_holds_continuations_only(parts in vec(any_part(), 0..3), more in vec(any_part(), 0..2), other in any_part()) {
        let longer: Vec<_> = parts.iter().chain(&more).cloned().collect();
        let range = KeyRange::prefix(&build("t", &parts).unwrap());
        if let Some(key) = build("t", &longer) {
            prop_assert!(range.contains(&key));
        }
        prop_assert!(!range.contains(&build("t!", &parts).unwrap()));
        prop_assert!(!range.contains(&build("ta", &longer).unwrap_or_else(|| build("ta", &[]).unwrap())));
        if let Some((last, before)) = parts.split_last()
            && *last != other
        {
            let sibling: Vec<_> = before.iter().cloned().chain([other]).collect();
            let key = build("t", &sibling).unwrap();
            // A number and a text may be written alike; who reads a place knows what it holds.
            prop_assert!(!range.contains(&key) || key == build("t", &parts).unwrap());
        }
    }

    #[test]
    fn starting_holds_what_starts_so(start in "[a-c !~é\u{10ffff}]{0,3}", rest in any_text(), other in "[a-c !~é\u{10ffff}]{0,5}") {
        let partition = Partition::account("acme").unwrap();
        let range = Key::builder(&partition, "t").range_starting(&start).unwrap();
        let key = |text: &str| build("t", &[Part::Text(text.to_owned())]).unwrap();
        prop_assert!(range.contains(&key(&[start.as_str(), &rest].concat())));
        prop_assert_eq!(range.contains(&key(&other)), other.starts_with(&start));
    }

    #[test]
    fn after_and_before_split_a_range(texts in proptest::collection::btree_set("[a-c ]{0,3}", 1..6), at in 0_usize..6) {
        let texts: Vec<_> = texts.into_iter().collect();
        let key = |text: &String| build("t", &[Part::Text(text.clone())]).unwrap();
        let at = key(&texts[at % texts.len()]);
        let all = KeyRange::all();
        for text in &texts {
            let key = key(text);
            prop_assert_eq!(all.after(&at).contains(&key), key > at);
            prop_assert_eq!(all.before(&at).contains(&key), key < at);
            prop_assert_eq!(KeyRange::only(&at).contains(&key), key == at);
        }
    }
}

#[test]
fn keys_read_as_they_are_documented() {
    let partition = Partition::global();
    let key = Key::builder(&partition, "mixed")
        .text("a b!~\u{7f}é")
        .u64(0)
        .u64(u64::MAX)
        .bytes(&[0, 255])
        .text("")
        .build()
        .unwrap();
    assert_eq!(
        key.as_str(),
        "/ mixed a!20b!21~e~fé a0 t18446744073709551615 00ff "
    );
    let long = Key::builder(&partition, "long")
        .text(&"ab ".repeat(40))
        .build()
        .unwrap();
    assert_eq!(
        long.as_str(),
        "/ long ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab!20ab\
         !~45f38ea1cd491212b015690a4606b6bd"
    );
}

#[test]
fn refuses_a_key_over_512_bytes() {
    let builder = Key::builder(&Partition::account("acme").unwrap(), "t");
    let long = (0..6).fold(builder, |key, _| key.text(&"x".repeat(200)));
    insta::assert_snapshot!(long.build().unwrap_err(), @"588 bytes of a key exceed this store's limit of 512");
}

#[test]
fn refuses_what_no_builder_writes() {
    let refused = [
        "",
        "acme",
        "Acme t",
        "acme t!",
        "acme t!2",
        "acme t!22",
        "acme t ~a",
        "acme t a\u{7f}",
        "acme t\u{1}",
        "acme t a!~00",
        "acme t a!~0000000000000000000000000000000g",
    ];
    let messages: Vec<_> = refused
        .iter()
        .map(|text| {
            let error = Key::parse(text).unwrap_err();
            format!("{}: {error}", error.at())
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
        0: `` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 0
        4: `acme` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 4
        0: `Acme t` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 0
        6: `acme t!` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 6
        6: `acme t!2` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 6
        6: `acme t!22` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 6
        7: `acme t ~a` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 7
        8: `acme t a\u{7f}` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 8
        6: `acme t\u{1}` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 6
        12: `acme t a!~00` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 12
        41: `acme t a!~0000000000000000000000000000000g` is no key: expected a partition, a space and encoded parts, at most 512 bytes, stopped at byte 41
        ");
}

#[test]
fn refuses_what_is_no_partition() {
    let long = "a".repeat(64);
    let refused = ["", "//", "-a", "Acme", "a b", "é", &long];
    let messages: Vec<_> = refused
        .iter()
        .map(|text| {
            let error = Partition::parse(text).unwrap_err();
            format!("{}: {error}", error.at())
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @"
        0: `` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 0
        0: `//` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 0
        0: `-a` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 0
        0: `Acme` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 0
        1: `a b` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 1
        0: `é` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 0
        63: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is no partition: expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`, stopped at byte 63
        ");
    assert!(Partition::account("/").is_err());
    assert!(Partition::parse("/").unwrap() < Partition::parse("0").unwrap());
}

#[test]
fn parts_come_from_values_and_tuples() {
    assert_eq!(Parts::from("a"), [Part::from("a")].into_iter().collect());
    assert_eq!(Parts::from(("a", 1_u64)), Parts::from("a").and(1_u64));
    assert_eq!(Parts::from(()), Parts::new());
}
