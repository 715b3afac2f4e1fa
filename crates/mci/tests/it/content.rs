use crate::{at, full, named, set, setting};
use atlas_history::Frozen;
use atlas_image_id::IdKind;
use atlas_mci::{Content, HeadEdit, NotReady};
use atlas_testkit::mci::{content, location, locations, placed_setting};
use proptest::{collection::vec, prelude::*};
use serde_json::json;

#[test]
fn m02_stored_form_is_for_ever() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&full()).unwrap());
}

#[test]
fn m09_content_digest_is_for_ever() {
    // Computed over the stored form by another implementation.
    assert_eq!(
        Frozen::new(full()).unwrap().digest().to_string(),
        "blake3:6f2d5407a7758142f4bd8629d2d24b093e5b67a7090a23ed6c5fd5f2f98a15b4"
    );
}

#[test]
fn m02_an_empty_content_has_a_nickname_alone() {
    let empty = named("web-base");
    assert_eq!(empty.nickname().as_str(), "web-base");
    assert_eq!(empty.description().as_str(), "");
    assert!(empty.tags().is_empty() && empty.settings().is_empty());
    let expected = json!({ "nickname": "web-base", "description": "", "tags": [], "settings": {} });
    assert_eq!(serde_json::to_value(&empty).unwrap(), expected);
}

#[test]
fn m02_refuses_unknown_fields() {
    let good = serde_json::to_value(full()).unwrap();
    for place in ["", "/settings/gcp"] {
        let mut strange = good.clone();
        strange.pointer_mut(place).unwrap()["colour"] = json!(1);
        assert!(
            serde_json::from_value::<Content>(strange).is_err(),
            "{place}"
        );
    }
    let mut twice = serde_json::to_string(&good).unwrap();
    twice = twice.replacen(r#"{"description""#, r#"{"nickname":"x","description""#, 1);
    assert!(serde_json::from_str::<Content>(&twice).is_err());
}

#[test]
fn reads_ids_of_a_grammar_that_is_gone() {
    let mut old = serde_json::to_value(full()).unwrap();
    old["settings"]["gcp"]["image"] = json!("an id of old");
    let content: Content = serde_json::from_value(old.clone()).unwrap();
    let image = content.settings()[&at("gcp")].image();
    assert_eq!(
        (image.kind(), image.as_str()),
        (IdKind::Legacy, "an id of old")
    );
    assert_eq!(serde_json::to_value(&content).unwrap(), old);
}

#[test]
fn m07_commit_needs_a_setting() {
    let nickname = "web-base".parse().unwrap();
    let refused = named("web-base").ready().unwrap_err();
    assert_eq!(refused, NotReady::NoSettings { nickname });
    insta::assert_snapshot!(refused, @"`web-base` has no settings: set an image for at least one cloud location before the commit");
    let content = named("web-base")
        .edited([set("vmware/DC1", "vm-42")])
        .unwrap();
    assert_eq!(content.ready(), Ok(()));
}

#[test]
fn r13_the_most_specific_setting_serves() {
    let content = named("web")
        .edited([
            set("azure", "Canonical:ubuntu-24_04-lts:server:latest"),
            set(
                "azure/westeurope",
                "Canonical:ubuntu-24_04-lts:server:24.04.202401010",
            ),
            set("gcp/us-central1", "projects/acme/global/images/web-1"),
            set("vmware:vc1/DC1", "vm-42"),
            set("aws/us-east-1", "ami-0123456789abcdef0"),
        ])
        .unwrap();
    for (asked, served_by) in [
        ("azure", Some("azure")),
        ("azure/westeurope", Some("azure/westeurope")),
        ("azure/westeurope2", Some("azure")),
        ("gcp", None),
        ("gcp/us-central1", Some("gcp/us-central1")),
        ("gcp/us-east1", None),
        ("vmware:vc1/DC1/cluster-a", Some("vmware:vc1/DC1")),
        ("vmware:vc1/DC2", None),
        ("vmware:vc2/DC1", None),
        ("vmware/DC1", None),
        ("aws/us-east-1", Some("aws/us-east-1")),
        ("aws/us-east-2", None),
        ("openstack/RegionOne", None),
    ] {
        let found = content
            .serving(&at(asked))
            .map(|(location, _)| location.as_str());
        assert_eq!(found, served_by, "{asked}");
    }
}

proptest! {
    #[test]
    fn r13_agrees_with_a_naive_model(content in content(), asked in location()) {
        // Of the settings whose location contains the one asked for, the longest text is nearest.
        let nearest = content
            .settings()
            .iter()
            .filter(|(location, _)| location.contains(&asked))
            .max_by_key(|(location, _)| location.as_str().len());
        prop_assert_eq!(content.serving(&asked), nearest);
    }

    #[test]
    fn m02_stored_form_leads_back(content in content()) {
        let stored = serde_json::to_string(&content).unwrap();
        let read: Content = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &content);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), stored);
        let frozen = Frozen::new(content).unwrap();
        let reread: Content = serde_json::from_str(frozen.text()).unwrap();
        prop_assert_eq!(Frozen::new(reread).unwrap(), frozen);
    }

    #[test]
    fn m09_digest_does_not_depend_on_how_it_was_built(
        content in content(),
        detour in vec(placed_setting(), 0..3),
        shuffled in locations(),
    ) {
        let detour = detour.into_iter().map(|(location, setting)| HeadEdit::set(location, setting));
        let mut built = named("another").edited(detour).unwrap();
        let gone: Vec<_> = built.settings().keys().cloned().collect();
        built = built.edited(gone.into_iter().map(|location| HeadEdit::Unset { location })).unwrap();
        // Some locations first, then the others backwards, then everything once more.
        let (first, rest): (Vec<_>, Vec<_>) =
            content.settings().iter().partition(|(location, _)| shuffled.contains(location));
        let again = content.settings().iter();
        let settings = first.into_iter().chain(rest.into_iter().rev()).chain(again);
        built = built
            .edited(settings.map(|(location, setting)| HeadEdit::set(location.clone(), setting.clone())))
            .and_then(|built| built.edited(content.tags().iter().rev().cloned().map(HeadEdit::AddTag)))
            .and_then(|built| {
                built.edited([
                    HeadEdit::SetDescription(content.description().clone()),
                    HeadEdit::SetNickname(content.nickname().clone()),
                ])
            })
            .unwrap();
        prop_assert_eq!(Frozen::new(built).unwrap().digest(), Frozen::new(content).unwrap().digest());
    }

    #[test]
    fn m05_every_setting_fits_its_location(content in content()) {
        for (location, setting) in content.settings() {
            prop_assert_eq!(setting.check(location), Ok(()));
        }
    }
}

#[test]
fn m05_digest_knows_no_record() {
    // The id is the cloud's own, in canonical form: the spelling that was given does not matter.
    let link = "https://www.googleapis.com/compute/v1/projects/acme/global/images/web-1";
    let digest = |image| {
        let content = named("web").edited([set("gcp", image)]).unwrap();
        Frozen::new(content).unwrap().digest()
    };
    assert_eq!(digest(link), digest("projects/acme/global/images/web-1"));
    let other = setting("gcp", "projects/acme/global/images/web-2");
    assert_ne!(
        digest("projects/acme/global/images/web-1"),
        digest(other.image().as_str())
    );
}
