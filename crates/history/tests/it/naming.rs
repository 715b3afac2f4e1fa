use atlas_base::Name;
use atlas_history::{suggested_name, suggested_names};
use atlas_testkit::base;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn offered(text: &str) -> String {
    suggested_name(&name(text), |_| false).unwrap().to_string()
}

#[test]
fn k02_a_trailing_number_counts_up() {
    for (given, expected) in [
        ("MCI v8", "MCI v9"),
        ("MCI v9", "MCI v10"),
        ("MCI v99", "MCI v100"),
        ("MCI v0", "MCI v1"),
        ("MCI v08", "MCI v09"),
        ("MCI v09", "MCI v10"),
        ("a v1 v2", "a v1 v3"),
        ("MCI  v8", "MCI v9"),
        // no blank, no small v, or no integer
        ("web-base", "web-base (clone)"),
        ("v8", "v8 (clone)"),
        ("MCIv8", "MCIv8 (clone)"),
        ("MCI V8", "MCI V8 (clone)"),
        ("MCI v", "MCI v (clone)"),
        ("MCI v8 beta", "MCI v8 beta (clone)"),
        ("MCI v5.7", "MCI v5.7 (clone)"),
        ("RightImage_Ubuntu_v5.7", "RightImage_Ubuntu_v5.7 (clone)"),
        ("RightImage_Ubuntu_v5", "RightImage_Ubuntu_v5 (clone)"),
        ("MCI v-1", "MCI v-1 (clone)"),
        ("MCI v+1", "MCI v+1 (clone)"),
        ("MCI v٣", "MCI v٣ (clone)"),
        ("MCI (clone)", "MCI (clone) (clone)"),
        // the largest that can be counted on, and one beyond
        (
            "MCI v340282366920938463463374607431768211454",
            "MCI v340282366920938463463374607431768211455",
        ),
        (
            "MCI v340282366920938463463374607431768211455",
            "MCI v340282366920938463463374607431768211455 (clone)",
        ),
    ] {
        assert_eq!(offered(given), expected, "{given}");
    }
}

#[test]
fn k02_what_is_taken_is_passed_over() {
    let first = |given: &str, taken: &[&str]| {
        let taken: BTreeSet<_> = taken.iter().map(|text| name(text)).collect();
        let free = suggested_name(&name(given), |offered| taken.contains(offered));
        free.unwrap().to_string()
    };
    assert_eq!(first("MCI v8", &["MCI v9"]), "MCI v10");
    assert_eq!(
        first("MCI v8", &["MCI v9", "MCI v10", "MCI v12"]),
        "MCI v11"
    );
    assert_eq!(first("web", &["web (clone)"]), "web (clone 2)");
    assert_eq!(
        first("web", &["web (clone)", "web (clone 2)"]),
        "web (clone 3)"
    );
    // The search ends.
    assert_eq!(suggested_name(&name("web"), |_| true), None);
    assert_eq!(suggested_names(&name("MCI v8")).count(), 10_000);
}

#[test]
fn k02_long_names_are_cut_before_the_ending() {
    let long = "é".repeat(255);
    assert_eq!(offered(&long), format!("{} (clone)", "é".repeat(247)));
    let counted = format!("{} v9", "x".repeat(252));
    assert_eq!(offered(&counted), format!("{} v10", "x".repeat(251)));
    // What is cut does not end with a blank.
    let spaced = format!("{} {}", "x".repeat(246), "y".repeat(8));
    assert_eq!(offered(&spaced), format!("{} (clone)", "x".repeat(246)));
}

proptest! {
    #[test]
    fn k02_what_is_offered_is_a_free_name(given in base::name(), taken in 0_usize..12) {
        let all: Vec<_> = suggested_names(&given).take(13).collect();
        let different: BTreeSet<_> = all.iter().collect();
        prop_assert_eq!(different.len(), all.len());
        prop_assert!(!all.contains(&given));
        let free = suggested_name(&given, |offered| all[..taken].contains(offered));
        prop_assert_eq!(free.as_ref(), all.get(taken));
    }
}
