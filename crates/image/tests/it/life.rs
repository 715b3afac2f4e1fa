//! States of records, origins and agents.

use crate::now;
use atlas_base::{Digest, Timestamp};
use atlas_image::{
    AgentFacts, Cleaned, ConvertedFrom, ImageRecordId, Lifecycle, LifecycleState, Origin,
    Verification,
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::{Debug, Write as _};

fn deprecated() -> Lifecycle {
    Lifecycle::Deprecated {
        from: now(),
        reason: Some("use v2".parse().unwrap()),
        replacement: Some(ImageRecordId::from_u128(2)),
    }
}

fn disabled() -> Lifecycle {
    Lifecycle::Disabled {
        since: now(),
        reason: Some("CVE-2026-1".parse().unwrap()),
        inherited_from: Some(ImageRecordId::from_u128(3)),
        before: Box::new(deprecated()),
    }
}

fn deleted() -> Lifecycle {
    Lifecycle::Deleted {
        since: now(),
        reason: None,
        purge_at: Some(Timestamp::parse("2026-08-20T14:07:12Z").unwrap()),
        gone: false,
        before: Box::new(disabled()),
    }
}

fn pending_delete() -> Lifecycle {
    Lifecycle::PendingDelete {
        since: now(),
        reason: None,
        purge_at: None,
        before: Box::new(Lifecycle::Active),
    }
}

fn delete_failed() -> Lifecycle {
    Lifecycle::DeleteFailed {
        since: now(),
        failure: "a snapshot uses it".parse().unwrap(),
        reason: None,
        purge_at: None,
        before: Box::new(Lifecycle::Active),
    }
}

fn all() -> [Lifecycle; 6] {
    [
        Lifecycle::Active,
        deprecated(),
        disabled(),
        pending_delete(),
        delete_failed(),
        deleted(),
    ]
}

/// One stored form a line, each read back.
fn stored<T: Serialize + DeserializeOwned + PartialEq + Debug>(values: &[T]) -> String {
    let mut text = String::new();
    for value in values {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
        writeln!(text, "{json}").unwrap();
    }
    text
}

#[test]
fn l01_an_active_or_deprecated_record_is_usable_and_no_other() {
    let states = all();
    assert_eq!(
        states.each_ref().map(Lifecycle::is_usable),
        [true, true, false, false, false, false]
    );
    assert_eq!(
        states.each_ref().map(Lifecycle::is_deleted),
        [false, false, false, false, false, true]
    );
    let words = states.each_ref().map(Lifecycle::as_str);
    assert_eq!(
        words,
        [
            "active",
            "deprecated",
            "disabled",
            "pending-delete",
            "delete-failed",
            "deleted"
        ]
    );
}

#[test]
fn l01_deprecation_counts_from_its_date_on() {
    let at = |text| deprecated().is_deprecated(Timestamp::parse(text).unwrap());
    assert!(!at("2026-07-21T14:07:11Z"));
    assert!(at("2026-07-21T14:07:12Z"));
    assert!(!Lifecycle::Active.is_deprecated(now()));
}

#[test]
fn l01_each_state_keeps_what_undoing_it_brings_back() {
    insta::assert_snapshot!(stored(&all()));
}

fn converted(from: ConvertedFrom) -> Origin {
    Origin::Converted {
        from,
        content: Digest::of("test", b"raw"),
    }
}

#[test]
fn i09_an_origin_names_the_record_that_it_was_made_from() {
    let (server, base) = ("i-0123456789abcdef0", ImageRecordId::from_u128(4));
    let origins = [
        Origin::Registered,
        Origin::Imported {
            stream: "coreos/stable".parse().unwrap(),
            release: "44.1".parse().unwrap(),
        },
        Origin::Copied { from: base },
        Origin::Bundled {
            server: server.parse().unwrap(),
            base: Some(base),
            template: Some("web@4".parse().unwrap()),
            mci: Some("ubuntu@2".parse().unwrap()),
            cleaned: Cleaned::With {
                list: "right_link>=5.8".parse().unwrap(),
            },
        },
        Origin::Bundled {
            server: server.parse().unwrap(),
            base: None,
            template: None,
            mci: None,
            cleaned: Cleaned::NotStated,
        },
        converted(ConvertedFrom::File {
            name: "web.qcow2".parse().unwrap(),
        }),
        converted(ConvertedFrom::url(
            "https://images.example/web?token=s3cret",
        )),
        converted(ConvertedFrom::Volume {
            id: "vol-1".parse().unwrap(),
        }),
        converted(ConvertedFrom::Snapshot {
            id: "snap-1".parse().unwrap(),
        }),
    ];
    let parents: Vec<_> = origins.iter().filter_map(Origin::parent).collect();
    assert_eq!(parents, [base, base]);
    insta::assert_snapshot!(stored(&origins));
}

#[test]
fn i03_agents_are_installed_absent_or_unknown() {
    let right_link = AgentFacts::Installed {
        kind: Some("right_link".parse().unwrap()),
        version: Some("v5.8".parse().unwrap()),
    };
    let agents = [
        AgentFacts::Unknown,
        AgentFacts::Absent,
        AgentFacts::installed(),
        right_link,
    ];
    let said = agents.each_ref().map(AgentFacts::is_installed);
    assert_eq!(said, [None, Some(false), Some(true), Some(true)]);
    let words = agents.each_ref().map(ToString::to_string);
    assert_eq!(words, ["unknown", "none", "installed", "right_link v5.8"]);
    let kinds = agents
        .each_ref()
        .map(|agent| agent.kind().zip(agent.version()).is_some());
    assert_eq!(kinds, [false, false, false, true]);
    insta::assert_snapshot!(stored(&agents));
}

#[test]
fn i07_a_record_is_verified_at_a_moment() {
    insta::assert_snapshot!(stored(&[Verification::Unverified, Verification::Verified { at: now() }]), @r#"
    {"state":"unverified"}
    {"state":"verified","at":"2026-07-21T14:07:12Z"}
    "#);
}

#[test]
fn l01_states_are_named_by_one_word() {
    let lives = all();
    assert!(
        lives
            .iter()
            .map(Lifecycle::state)
            .eq(LifecycleState::all().iter().copied())
    );
    for (life, state) in lives.iter().zip(LifecycleState::all()) {
        assert_eq!(life.as_str(), state.to_string());
        assert_eq!(LifecycleState::parse(life.as_str()), Ok(*state));
    }
    let error = LifecycleState::parse("Active").unwrap_err();
    assert_eq!(error.at(), 0);
    insta::assert_snapshot!(error, @"`Active` is no state of an image: expected one of active, deprecated, disabled, pending-delete, delete-failed, deleted");
}
