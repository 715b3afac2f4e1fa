use crate::facts::{right_link, ubuntu};
use atlas_image::{AgentFacts, Architecture, LifecycleState};
use atlas_image_id::CloudLocation;
use atlas_mci::{CheckRules, Deny, Facts, ImageFacts, InstanceTypes, RegisteredImage, check};
use atlas_testkit::mci::{content, location};
use proptest::{collection::btree_map, option, prelude::*, sample::select};
use std::collections::BTreeSet;

fn image() -> impl Strategy<Value = ImageFacts> {
    let agents = vec![
        AgentFacts::Unknown,
        AgentFacts::Absent,
        right_link("v5.8"),
        right_link("v6.0"),
    ];
    let known = (
        option::of(select(&["24.04", "24.10", "22.04"][..])),
        option::of(select(Architecture::all())),
        select(agents),
        select(LifecycleState::all()),
        any::<bool>(),
    )
        .prop_map(|(version, architecture, agent, state, private)| {
            let mut image = RegisteredImage::unknown();
            image.os = version.map(ubuntu);
            image.architecture = architecture;
            image.agent = agent;
            image.state = state;
            image.private = private;
            ImageFacts::Registered(Box::new(image))
        });
    prop_oneof![1 => Just(ImageFacts::Unregistered), 4 => known]
}

fn facts() -> impl Strategy<Value = Facts> {
    btree_map(location(), image(), 0..8)
}

proptest! {
    #[test]
    fn m12_laws_of_findings(content in content(), facts in facts(), shared: bool, needs_agent: bool) {
        let types = InstanceTypes::default();
        let rules = CheckRules {
            agent_tag: CheckRules::AGENT_TAG.parse().ok(),
            shared,
            needs_agent,
            instance_types: &types,
        };
        let findings = check(&content, &facts, &rules);
        // Each code once, in order.
        prop_assert!(findings.iter().map(|finding| finding.code).is_sorted());
        let codes: BTreeSet<_> = findings.iter().map(|finding| finding.code).collect();
        prop_assert_eq!(codes.len(), findings.len());
        for finding in &findings {
            prop_assert_eq!(finding.severity, finding.code.severity());
            prop_assert!(!finding.found.is_empty());
            let known = |at: &CloudLocation| content.settings().contains_key(at) && facts.contains_key(at);
            prop_assert!(finding.locations().into_iter().all(known));
        }
        // What is known of locations without a setting does not count.
        let mut needed = facts.clone();
        needed.retain(|location, _| content.settings().contains_key(location));
        prop_assert_eq!(&check(&content, &needed, &rules), &findings);
        // To deny every code that was found is to deny warnings.
        let every = Deny::Codes(codes).refuse(&findings).map_err(|denied| denied.findings);
        let warnings = Deny::Warnings.refuse(&findings).map_err(|denied| denied.findings);
        prop_assert_eq!(every, warnings);
    }
}
