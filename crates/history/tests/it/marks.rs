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
fn m20_a_revision_is_deprecated_revoked_and_restored() {
    let none = Marks::default();
    let deprecated = none.deprecate(mark("old")).unwrap();
    assert_eq!(deprecated.deprecated, Some(mark("old")));
    let revoked = deprecated.revoke(mark("CVE-2026-1")).unwrap();
    assert_eq!(revoked.revoked, Some(mark("CVE-2026-1")));
    // Each step is taken back by itself.
    assert_eq!(revoked.restore(), Ok(deprecated.clone()));
    assert_eq!(deprecated.restore(), Ok(none.clone()));
    assert_eq!(none.restore(), Err(MarkError::Unmarked));
    let at_once = none.revoke(mark("CVE-2026-1")).unwrap();
    assert_eq!(at_once.restore(), Ok(none.clone()));
    // The release is none of it.
    let released = none.released(Version::new(1, 0, 0)).unwrap();
    let back = released.revoke(mark("CVE-2026-1")).unwrap().restore();
    assert_eq!(back, Ok(released.clone()));
    assert_eq!(released.restore(), Err(MarkError::Unmarked));
}

#[test]
fn m20_a_mark_is_set_once() {
    let deprecated = Marks::default().deprecate(mark("old")).unwrap();
    let revoked = deprecated.revoke(mark("CVE-2026-1")).unwrap();
    let held = |reason| Box::new(mark(reason));
    let twice = deprecated.deprecate(mark("older")).unwrap_err();
    assert_eq!(twice, MarkError::Deprecated { mark: held("old") });
    let again = revoked.revoke(mark("CVE-2026-2")).unwrap_err();
    assert_eq!(
        again,
        MarkError::Revoked {
            mark: held("CVE-2026-1")
        }
    );
    let weaker = revoked.deprecate(mark("old")).unwrap_err();
    assert_eq!(weaker, again);
    let (unmarked, blank) = (MarkError::Unmarked, MarkError::Reason);
    insta::assert_snapshot!(format!("{twice}\n{again}\n{unmarked}\n{blank}"));
}

#[test]
fn m20_a_mark_has_a_reason_in_a_line() {
    let new = |reason: &str| {
        let mark = mark("");
        Mark::new(mark.by, mark.at, reason)
    };
    assert_eq!(new("CVE-2026-1"), Ok(mark("CVE-2026-1")));
    assert!(new(&"é".repeat(1024)).is_ok());
    for reason in ["", " ", "a\nb", "a\u{1b}b", &"é".repeat(1025)] {
        assert_eq!(new(reason), Err(MarkError::Reason), "{reason:?}");
    }
}

#[test]
fn m20_marks_are_no_part_of_a_digest() {
    let revision = crate::merged();
    let stored = serde_json::to_value(&revision).unwrap();
    let marks = Marks::default().revoke(mark("CVE-2026-1")).unwrap();
    assert!(!marks.is_empty());
    assert!(revision.verify().is_ok());
    assert_eq!(serde_json::to_value(&revision).unwrap(), stored);
    assert!(stored.get("marks").is_none() && stored.get("revoked").is_none());
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
