//! The language of filters.

use atlas_base::Timestamp;
use atlas_ec2::{
    DeviceItem, Filters, ImageField, ImageItem, ImageState, ImportTaskField, InstanceField,
    Pattern, RegionField, SnapshotField, TagField, TagPair, VolumeField, VolumeOfDevice, ZoneField,
};
use atlas_scope::AccountNumber;
use proptest::prelude::*;

fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            naive(rest, text) || (!text.is_empty() && naive(pattern, &text[1..]))
        }
        (Some(('?', rest)), Some((_, others))) => naive(rest, others),
        (Some(('\\', rest)), Some((found, others))) => match rest.split_first() {
            Some((wanted, rest)) => wanted == found && naive(rest, others),
            None => *found == '\\' && others.is_empty(),
        },
        (Some((wanted, rest)), Some((found, others))) => wanted == found && naive(rest, others),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn e03_patterns_fit_as_a_simple_model_does(pattern in "[ab*?\\\\ü]{0,8}", text in "[ab*?\\\\ü]{0,8}") {
        let compiled = Pattern::new(&pattern);
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        let fits = compiled.fits(&text);
        prop_assert_eq!(fits, naive(&characters(&pattern), &characters(&text)), "{:?} {:?}", pattern, text);
        prop_assert!(!fits || text.starts_with(compiled.prefix()));
        if let Some(exact) = compiled.exact() {
            prop_assert_eq!(fits, exact == text);
        }
        // What is written means what was read.
        prop_assert_eq!(Pattern::new(&compiled.to_string()), compiled);
    }

    #[test]
    fn e03_patterns_tell_whether_any_of_many_texts_fits(
        pattern in "[ab*?\\\\ü]{0,8}",
        places in proptest::collection::vec(proptest::sample::select(vec!["a", "ab", "aü*"]), 0..5),
    ) {
        let mut texts = vec![String::new()];
        for place in &places {
            let longer = |text: &String| {
                let text = text.clone();
                place.chars().map(move |next| format!("{text}{next}"))
            };
            texts = texts.iter().flat_map(longer).collect();
        }
        let pattern = Pattern::new(&pattern);
        let fits = texts.iter().any(|text| pattern.fits(text));
        prop_assert_eq!(pattern.fits_any_of(&places), fits, "{} {:?}", pattern, places);
    }
}

#[test]
fn e03_many_stars_take_no_time() {
    let pattern = Pattern::new(&"*a".repeat(100));
    assert!(!pattern.fits(&"a".repeat(99)));
    assert!(pattern.fits(&"a".repeat(2000)));
    assert!(!pattern.fits(&format!("{}b", "a".repeat(2000))));
}

fn image() -> ImageItem<'static> {
    let owner = AccountNumber::parse("123456789012").unwrap();
    let now = Timestamp::parse("2026-07-21T14:07:12Z").unwrap();
    ImageItem {
        name: "web-1",
        architecture: Some("arm64"),
        description: Some("a*b"),
        is_public: true,
        tags: vec![
            TagPair {
                key: "team",
                value: "a",
            },
            TagPair {
                key: "stage",
                value: "prod",
            },
        ],
        block_device_mappings: vec![DeviceItem {
            device_name: Some("/dev/sda1"),
            virtual_name: None,
            no_device: None,
            ebs: Some(VolumeOfDevice {
                snapshot_id: Some("snap-12345678"),
                volume_size: Some(8),
                delete_on_termination: Some(true),
                volume_type: Some("gp3"),
                iops: None,
                throughput: None,
                kms_key_id: None,
                encrypted: false,
            }),
        }],
        ..ImageItem::new("ami-0123456789abcdef0", owner, ImageState::Available, now)
    }
}

fn holds(filters: &[(&str, &[&str])]) -> bool {
    let filters = filters
        .iter()
        .map(|(name, values)| (*name, values.iter().copied()));
    Filters::<ImageField>::new(filters).unwrap().hold(&image())
}

#[test]
fn e03_filters_all_hold_each_by_any_of_its_values() {
    assert!(holds(&[]));
    assert!(holds(&[
        ("name", &["x", "web-?"]),
        ("architecture", &["arm64"])
    ]));
    assert!(!holds(&[
        ("name", &["web-1"]),
        ("architecture", &["x86_64"])
    ]));
    assert!(!holds(&[("name", &[])]));
    assert!(!holds(&[("name", &["WEB-1"])]));
    assert!(holds(&[("description", &["a\\*b"])]));
    assert!(holds(&[("creation-date", &["2026-07-21T*"])]));
    assert!(holds(&[
        ("is-public", &["true"]),
        ("state", &["available"]),
        ("owner-id", &["123456789012"])
    ]));
    assert!(holds(&[("tag:team", &["a", "b"]), ("tag-key", &["stage"])]));
    assert!(!holds(&[("tag:team", &["prod"])]));
    assert!(holds(&[("tag-value", &["pr*"])]));
    assert!(!holds(&[("tag-value", &["team"])]));
    assert!(holds(&[
        ("block-device-mapping.snapshot-id", &["snap-12345678"]),
        ("block-device-mapping.volume-size", &["8"]),
        ("block-device-mapping.encrypted", &["false"]),
        ("block-device-mapping.delete-on-termination", &["true"]),
        ("block-device-mapping.device-name", &["/dev/*"]),
        ("block-device-mapping.volume-type", &["gp3"]),
    ]));
    assert!(!holds(&[("kernel-id", &["*"])]));
}

#[test]
fn e03_every_filter_of_ec2_is_known_and_no_other() {
    let documented = include_str!("../data/image_filters.txt");
    let mut documented: Vec<_> = documented.lines().collect();
    let mut known = ImageField::names().to_vec();
    known.sort_unstable();
    documented.sort_unstable();
    assert_eq!(known, documented);
    for name in documented {
        let filters = Filters::<ImageField>::new([(name, ["*"])]).unwrap();
        let meaningless =
            name.starts_with("image-w") || name.starts_with("scan") || name == "image-allowed";
        assert!(!meaningless || filters.narrowing().is_nothing, "{name}");
    }
    let error = Filters::<ImageField>::new([("colour", ["red"])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "InvalidParameterValue: The filter 'colour' is invalid"
    );
    let counts = [
        SnapshotField::names().len(),
        TagField::names().len(),
        ImportTaskField::names().len(),
        RegionField::names().len(),
        ZoneField::names().len(),
        VolumeField::names().len(),
        InstanceField::names().len(),
    ];
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn e03_filters_are_limited_as_those_of_aws() {
    let values: Vec<_> = (0..201).map(|number| number.to_string()).collect();
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    assert!(Filters::<ImageField>::new([("name", values[..200].to_vec())]).is_ok());
    let error = Filters::<ImageField>::new([("name", values)]).unwrap_err();
    assert_eq!(error.code().as_str(), "FilterLimitExceeded");
    assert!(Filters::<ImageField>::new([("name", ["a"]); 50]).is_ok());
    assert!(Filters::<ImageField>::new([("name", ["a"]); 51]).is_err());
}

#[test]
fn e03_filters_say_by_what_to_look_images_up() {
    let filters = Filters::<ImageField>::new([
        ("name", vec!["web-*"]),
        ("image-id", vec!["ami-1", "ami-2"]),
        ("tag:team", vec!["a"]),
        ("tag:stage", vec!["p*"]),
        ("state", vec!["available"]),
    ]);
    let filters = filters.unwrap();
    let narrowing = filters.narrowing();
    assert_eq!(narrowing.name_prefix, Some("web-"));
    assert_eq!(narrowing.name_pattern, Some(&Pattern::new("web-*")));
    assert_eq!(narrowing.names, None);
    assert_eq!(narrowing.image_ids, Some(vec!["ami-1", "ami-2"]));
    assert_eq!(narrowing.tags, [("team", vec!["a"])]);
    assert_eq!(narrowing.states, Some(vec!["available"]));
    assert!(!narrowing.is_nothing);
    // Of several alternatives none says how all begin.
    let several = Filters::<ImageField>::new([("name", ["web-*", "db-*"])]).unwrap();
    assert_eq!(several.narrowing().name_prefix, None);
}
