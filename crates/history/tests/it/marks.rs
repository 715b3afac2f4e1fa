use atlas_base::Timestamp;
use atlas_history::{Author, Mark, MarkError, Marks, RevisionNumber, highest_release, release};
use semver::Version;
use serde_json::json;

fn mark(reason: &str) -> Mark {
    Mark {
        by: Author::parse("dana").unwrap(),
        at: Timestamp::parse("2026-07-21T14:07:12Z").unwrap(),
        reason: reason.into(),
    }
}

#[test]
fn m20_marks_are_set_and_taken_back() {
    let none = Marks::default();
    assert!(none.is_empty());
    assert_eq!(serde_json::to_value(&none).unwrap(), json!({}));
    let all = Marks {
        deprecated: Some(mark("old")),
        revoked: Some(mark("CVE-2026-1")),
        release: Some(Version::new(2, 1, 0)),
    };
    let stored = serde_json::to_value(&all).unwrap();
    let by = json!("dana");
    let at = json!("2026-07-21T14:07:12Z");
    assert_eq!(
        stored,
        json!({
            "deprecated": { "by": by, "at": at, "reason": "old" },
            "revoked": { "by": by, "at": at, "reason": "CVE-2026-1" },
            "release": "2.1.0",
        })
    );
    assert_eq!(serde_json::from_value::<Marks>(stored).unwrap(), all);
    assert_eq!(serde_json::from_value::<Marks>(json!({})).unwrap(), none);
    assert!(serde_json::from_value::<Marks>(json!({ "colour": 1 })).is_err());
    for one in [
        Marks {
            deprecated: None,
            revoked: None,
            ..all.clone()
        },
        Marks {
            deprecated: None,
            release: None,
            ..all.clone()
        },
        Marks {
            revoked: None,
            release: None,
            ..all
        },
    ] {
        assert!(!one.is_empty());
    }
}

#[test]
fn r08_a_release_is_for_ever() {
    let version = Version::new(2, 1, 0);
    let released = Marks::default().released(version.clone()).unwrap();
    assert_eq!(released.release.as_ref(), Some(&version));
    assert_eq!(released.released(version.clone()), Ok(released.clone()));
    let refused = released.released(Version::new(2, 2, 0)).unwrap_err();
    assert_eq!(
        refused,
        MarkError::Released {
            release: version,
            asked: Version::new(2, 2, 0)
        }
    );
    insta::assert_snapshot!(refused, @"this revision was released as 2.1.0 already: commit another revision to release it as 2.2.0");
}

#[test]
fn r08_keeps_the_other_marks_when_released() {
    let deprecated = Marks {
        deprecated: Some(mark("old")),
        ..Marks::default()
    };
    let released = deprecated.released(Version::new(1, 0, 0)).unwrap();
    assert_eq!(released.deprecated, deprecated.deprecated);
}

#[test]
fn r08_requirements_choose_what_is_neither_revoked_nor_deprecated() {
    let version = Version::new(1, 0, 0);
    let released = Marks::default().released(version.clone()).unwrap();
    assert_eq!(released.selectable(), Some(&version));
    assert_eq!(Marks::default().selectable(), None);
    let revoked = Marks {
        revoked: Some(mark("CVE")),
        ..released.clone()
    };
    assert_eq!(revoked.selectable(), None);
    let deprecated = Marks {
        deprecated: Some(mark("old")),
        ..released.clone()
    };
    assert_eq!(deprecated.selectable(), None);
    assert_eq!(
        Marks {
            revoked: None,
            ..revoked
        },
        released
    );
}

fn number(number: u32) -> RevisionNumber {
    RevisionNumber::new(number).unwrap()
}

fn released(version: &str) -> Marks {
    Marks::default().released(version.parse().unwrap()).unwrap()
}

#[test]
fn r08_two_revisions_never_share_a_release() {
    let (first, second) = (released("2.1.0"), Marks::default());
    let all = [(number(1), &first), (number(2), &second)];
    let refused = release(number(2), "2.1.0".parse().unwrap(), &all).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "version 2.1.0 is the release of revision 1 already: a release never moves, choose \
         another version"
    );
    assert_eq!(
        release(number(1), "2.1.0".parse().unwrap(), &all),
        Ok(first.clone())
    );
    assert_eq!(
        release(number(2), "2.2.0".parse().unwrap(), &all),
        Ok(released("2.2.0"))
    );
}

#[test]
fn r08_the_highest_usable_release_is_chosen() {
    let revoked = Marks {
        revoked: Some(mark("CVE")),
        ..released("2.9.0")
    };
    let deprecated = Marks {
        deprecated: Some(mark("old")),
        ..released("2.8.0")
    };
    let (old, new, next, bare) = (
        released("2.1.0"),
        released("2.10.0"),
        released("3.0.0"),
        Marks::default(),
    );
    let marks = [&new, &old, &revoked, &deprecated, &next, &bare];
    let all: Vec<_> = (1..).map(number).zip(marks).collect();
    let choose = |wanted: &str| highest_release(&wanted.parse().unwrap(), &all);
    assert_eq!(choose("^2.1"), Some(number(1)));
    assert_eq!(choose("<2.10"), Some(number(2)));
    assert_eq!(choose("*"), Some(number(5)));
    assert_eq!(choose("^4"), None);
}
