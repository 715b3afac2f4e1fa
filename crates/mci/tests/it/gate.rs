use crate::{at, named, set};
use atlas_mci::{Content, CoverageLost, HeadEdit, RequireError, RequiredLocations};
use atlas_testkit::mci::{content, locations};
use proptest::prelude::*;

const IMAGE: &str = "ami-0123456789abcdef0";

fn required(places: &[&str]) -> RequiredLocations {
    RequiredLocations::new(places.iter().map(|place| at(place)))
}

fn serving(places: &[&str]) -> Content {
    let edits = places.iter().map(|place| match *place {
        "azure" | "azure/westeurope" => set(place, crate::URN),
        place => set(place, IMAGE),
    });
    named("web-base").edited(edits).unwrap()
}

#[test]
fn m13_what_is_lost_is_refused_and_named() {
    let required = required(&["aws/us-east-1", "aws/eu-west-1", "aws/us-west-2"]);
    let before = serving(&["aws/us-east-1", "aws/eu-west-1", "aws/us-west-2"]);
    let without = |place: &str| {
        let unset = HeadEdit::Unset {
            location: at(place),
        };
        before.edited([unset]).unwrap()
    };
    assert_eq!(required.gate(Some(&before), &before), Ok(()));
    assert_eq!(required.gate(None, &before), Ok(()));
    let refused = required
        .gate(Some(&before), &without("aws/eu-west-1"))
        .unwrap_err();
    assert_eq!(
        refused,
        CoverageLost {
            nickname: "web-base".parse().unwrap(),
            lost: vec![at("aws/eu-west-1")],
            missing: Vec::new(),
        }
    );
    // Nothing is required: everything may go.
    assert_eq!(
        RequiredLocations::default().gate(Some(&before), &named("x")),
        Ok(())
    );
    // What is not required may go.
    let other = serving(&[
        "aws/us-east-1",
        "aws/eu-west-1",
        "aws/us-west-2",
        "aws/us-west-1",
    ]);
    assert_eq!(required.gate(Some(&other), &before), Ok(()));
}

#[test]
fn m13_a_location_around_serves_too() {
    let required = required(&["azure/westeurope"]);
    let before = serving(&["azure/westeurope"]);
    assert_eq!(required.gate(Some(&before), &serving(&["azure"])), Ok(()));
    let refused = required.gate(Some(&serving(&["azure"])), &serving(&["aws/us-east-1"]));
    assert_eq!(refused.unwrap_err().lost, [at("azure/westeurope")]);
}

#[test]
fn m13_refusals_read_well() {
    let required = required(&["aws/us-east-1", "aws/eu-west-1", "azure"]);
    let before = serving(&["aws/us-east-1", "aws/eu-west-1"]);
    let after = serving(&["aws/us-west-1"]);
    let refused = required.gate(Some(&before), &after).unwrap_err();
    let one = required.gate(Some(&before), &before).unwrap_err();
    insta::assert_snapshot!(format!("{refused}\n{one}"));
}

#[test]
fn m13_the_list_is_kept_as_its_locations() {
    let list = required(&["aws/us-east-1", "aws/eu-west-1", "aws/us-east-1"]);
    let text = serde_json::to_string(&list).unwrap();
    assert_eq!(text, r#"["aws/eu-west-1","aws/us-east-1"]"#);
    assert_eq!(
        serde_json::from_str::<RequiredLocations>(&text).unwrap(),
        list
    );
    assert!(!list.is_empty());
    assert!(RequiredLocations::default().is_empty());
}

proptest! {
    #[test]
    fn m13_passes_exactly_what_serves_all(a in content(), b in content(), places in locations()) {
        let required = RequiredLocations::new(places);
        let unserved: Vec<_> = required.iter().filter(|at| b.serving(at).is_none()).cloned().collect();
        match required.gate(Some(&a), &b) {
            Ok(()) => prop_assert!(unserved.is_empty()),
            Err(refused) => {
                let mut all = [refused.lost.clone(), refused.missing.clone()].concat();
                all.sort();
                prop_assert_eq!(all, unserved);
                prop_assert!(refused.lost.iter().all(|at| a.serving(at).is_some()));
                prop_assert!(refused.missing.iter().all(|at| a.serving(at).is_none()));
            }
        }
    }
}

#[test]
fn m13_locations_are_required_and_taken_off() {
    let one = required(&["gcp"]);
    let two = one.with([at("azure"), at("gcp")]).unwrap();
    assert_eq!(two, required(&["azure", "gcp"]));
    assert_eq!(two.without(&[at("azure")]), Ok(one.clone()));
    let refused = one.without(&[at("azure")]).unwrap_err();
    let location = at("azure");
    assert_eq!(refused, RequireError::NotRequired { location });
    insta::assert_snapshot!(refused, @"azure is not required: nothing is to be taken off");
    let many =
        (0..=Content::MAX_SETTINGS).map(|number| at(&format!("vmware/DC1/compute-{number}")));
    let refused = required(&[]).with(many).unwrap_err();
    insta::assert_snapshot!(refused, @"20001 required locations are too many, at most 20000 can be served");
}
