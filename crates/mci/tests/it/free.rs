use crate::{
    at,
    facts::{now, record, right_link, ubuntu},
    full, named, set,
};
use atlas_base::Timestamp;
use atlas_image::{AgentFacts, Architecture, ImageRecord, Lifecycle};
use atlas_mci::{Content, Facts, ImageFacts, Profile, RegisteredImage, Suggestion};

fn ami(number: u8) -> String {
    format!("ami-{number:017x}")
}

#[test]
fn m18_free_is_what_no_setting_serves() {
    let known = [
        "aws/us-east-1",
        "aws/ap-northeast-1",
        "azure/westeurope",
        "gcp/us-central1",
        "local/main",
    ];
    let known = known.map(at);
    let free = full()
        .free_locations(&known)
        .into_iter()
        .map(ToString::to_string);
    assert_eq!(free.collect::<Vec<_>>(), ["aws/us-east-1", "local/main"]);
    assert_eq!(named("web").free_locations(&known).len(), known.len());
}

/// Settings at two places, of the records 1 and 2.
fn web() -> Content {
    let edits = [set("aws/eu-west-1", &ami(1)), set("aws/us-east-1", &ami(2))];
    named("web").edited(edits).unwrap()
}

fn facts_of(records: &[(&str, &ImageRecord)]) -> Facts {
    let facts = records.iter().map(|(place, record)| {
        let image = RegisteredImage::of(record, now());
        (at(place), ImageFacts::Registered(Box::new(image)))
    });
    facts.collect()
}

/// The ids of the images that fit, and of the one to copy.
fn ids(suggestion: &Suggestion<'_>) -> (Vec<String>, Option<String>) {
    let id = |record: &ImageRecord| record.image_id().to_string();
    let fitting = suggestion.fitting.iter().map(|record| id(record));
    (fitting.collect(), suggestion.copy.map(id))
}

/// A record that says something else of its image.
fn other(number: u8, place: &str, field: &str, value: serde_json::Value) -> ImageRecord {
    let mut stored = serde_json::to_value(record(number.into(), place, &ami(number))).unwrap();
    stored
        .as_object_mut()
        .unwrap()
        .insert(field.to_owned(), value);
    serde_json::from_value(stored).unwrap()
}

fn deprecated(number: u8, place: &str) -> ImageRecord {
    record(number.into(), place, &ami(number)).with_lifecycle(Lifecycle::Deprecated {
        from: Timestamp::parse("2026-01-01T00:00:00Z").unwrap(),
        reason: None,
        replacement: None,
    })
}

#[test]
fn m18_suggests_what_has_the_same_inside() {
    let (first, second) = (
        record(1, "aws/eu-west-1", &ami(1)),
        record(2, "aws/us-east-1", &ami(2)),
    );
    let facts = facts_of(&[("aws/eu-west-1", &first), ("aws/us-east-1", &second)]);
    let tokyo = "aws/ap-northeast-1";
    let records = [
        first,
        second,
        deprecated(3, tokyo),
        record(4, tokyo, &ami(4)),
        other(5, tokyo, "created", "2026-07-22T00:00:00Z".into()),
        other(6, tokyo, "architecture", "aarch64".into()),
        other(
            7,
            tokyo,
            "os",
            serde_json::json!({"family": "ubuntu", "generation": "24", "version": "24.10"}),
        ),
        other(8, tokyo, "agent", serde_json::json!({"state": "absent"})),
        other(
            9,
            tokyo,
            "agent",
            serde_json::to_value(right_link("v6.0")).unwrap(),
        ),
        other(
            10,
            tokyo,
            "os",
            serde_json::json!({"family": "debian", "generation": "24", "version": "24.04.1"}),
        ),
        record(11, "aws/us-west-2", &ami(11)),
        // the same image, registered further up
        other(4, tokyo, "scope", "/".into()),
    ];
    let suggestion = web().suggest(&facts, &at(tokyo), &records, now());
    assert_eq!(ids(&suggestion), (vec![ami(5), ami(4), ami(3)], None));
    assert!(
        suggestion
            .fitting
            .iter()
            .all(|record| record.scope().as_str() == "/acme")
    );
    let profile = Profile {
        os: ubuntu("24.04.1"),
        architecture: Architecture::X86_64,
        agent: right_link("v5.8"),
    };
    assert_eq!(suggestion.profile, Some(profile));
}

#[test]
fn m18_else_names_the_record_to_copy() {
    let (first, second) = (
        record(1, "aws/eu-west-1", &ami(1)),
        record(2, "aws/us-east-1", &ami(2)),
    );
    let facts = facts_of(&[("aws/eu-west-1", &first), ("aws/us-east-1", &second)]);
    let newer = other(3, "aws/us-west-2", "created", "2026-07-22T00:00:00Z".into());
    let tokyo = at("aws/ap-northeast-1");
    let all = [newer.clone(), second.clone(), first];
    // What the content uses comes first, although another is newer.
    assert_eq!(
        ids(&web().suggest(&facts, &tokyo, &all, now())),
        (Vec::new(), Some(ami(1)))
    );
    // What is deprecated comes last.
    let old = [
        deprecated(1, "aws/eu-west-1"),
        deprecated(2, "aws/us-east-1"),
        newer,
    ];
    assert_eq!(
        ids(&web().suggest(&facts, &tokyo, &old, now())),
        (Vec::new(), Some(ami(3)))
    );
    // Another cloud has nothing to copy from, nor has another installation.
    let suggestion = web().suggest(&facts, &at("azure"), &all, now());
    assert_eq!(ids(&suggestion), (Vec::new(), None));
    let disabled = second.with_lifecycle(Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::new(Lifecycle::Active),
    });
    assert_eq!(
        ids(&web().suggest(&facts, &tokyo, &[disabled], now())),
        (Vec::new(), None)
    );
}

#[test]
fn m18_an_image_common_to_all_regions_fits_each() {
    let urn = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";
    let common = record(1, "azure", urn);
    let facts = facts_of(&[("azure/westeurope", &common)]);
    let content = named("web").edited([set("azure/westeurope", urn)]).unwrap();
    let all = [common];
    let suggestion = content.suggest(&facts, &at("azure/northeurope"), &all, now());
    assert_eq!(suggestion.fitting, [&all[0]]);
}

#[test]
fn m18_nothing_is_suggested_where_nobody_knows_what_is_inside() {
    let records = [
        record(1, "aws/eu-west-1", &ami(1)),
        record(2, "aws/us-west-2", &ami(2)),
    ];
    let tokyo = at("aws/us-west-2");
    let none = web().suggest(&Facts::new(), &tokyo, &records, now());
    assert_eq!(
        (none.profile.clone(), ids(&none)),
        (None, (Vec::new(), None))
    );
    let mut unknown = RegisteredImage::unknown();
    unknown.os = Some(ubuntu("24.04.1"));
    let facts = [(
        at("aws/eu-west-1"),
        ImageFacts::Registered(Box::new(unknown)),
    )]
    .into();
    assert_eq!(web().profile(&facts), None);
}

#[test]
fn m18_the_most_common_profile_counts() {
    let image = |version: &str, agent: AgentFacts| {
        let mut image = RegisteredImage::unknown();
        image.os = Some(ubuntu(version));
        image.architecture = Some(Architecture::X86_64);
        image.agent = agent;
        ImageFacts::Registered(Box::new(image))
    };
    let places = ["aws/eu-west-1", "aws/us-east-1", "aws/us-west-2"];
    let content = named("web")
        .edited(places.map(|place| set(place, &ami(1))))
        .unwrap();
    let version = |versions: [&str; 3]| {
        let facts = places.iter().zip(versions);
        let facts = facts.map(|(place, version)| (at(place), image(version, AgentFacts::Absent)));
        content
            .profile(&facts.collect())
            .unwrap()
            .os
            .version
            .to_string()
    };
    assert_eq!(version(["22.04", "24.04", "24.04"]), "24.04");
    assert_eq!(version(["24.04", "24.04", "22.04"]), "24.04");
    // Of equals the first.
    assert_eq!(version(["22.04", "24.04", "20.04"]), "22.04");
}
