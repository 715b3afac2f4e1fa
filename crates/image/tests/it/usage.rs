//! Who refers to a record, and what a caller is told.

use crate::{record, scope};
use atlas_image::{
    Hidden, ImageRecord, LifeError, Lifecycle, Referrer, ReferrerKind, UnshareError, Usage,
    Warning, disable, share, unshare,
};

fn referrer(at: &str, kind: ReferrerKind, name: &str, visible: bool) -> Referrer {
    Referrer {
        scope: scope(at),
        kind,
        name: name.to_owned(),
        id: format!("id-of-{name}"),
        visible,
    }
}

fn many() -> Vec<Referrer> {
    vec![
        referrer("/beta", ReferrerKind::MciHead, "db@head", false),
        referrer("/beta", ReferrerKind::MciRevision, "db@2", true),
        referrer("/acme/prod", ReferrerKind::MciRevision, "web@1", true),
        referrer("/acme/prod", ReferrerKind::Server, "front", false),
        referrer("/acme", ReferrerKind::Lock, "nightly", true),
        referrer("/acme", ReferrerKind::Derived, "copy", true),
    ]
}

#[test]
fn s13_what_is_hidden_is_counted_for_who_may_delete_alone() {
    let record = record(1, "/acme", true);
    let owner = Usage::of(&record, many(), true);
    let names = |usage: &Usage| -> Vec<_> {
        let referrers = usage.referrers().iter();
        referrers.map(|one| one.name.clone()).collect()
    };
    assert_eq!(names(&owner), ["nightly", "copy", "web@1", "db@2"]);
    let hidden = Hidden {
        here: 1,
        elsewhere: 1,
    };
    assert_eq!(owner.hidden(), Some(hidden));
    assert_eq!(owner.warnings(), [Warning::UsedElsewhere { count: 2 }]);
    let other = Usage::of(&record, many(), false);
    assert_eq!(names(&other), names(&owner));
    assert_eq!(other.hidden(), None);
    assert_eq!(other.warnings(), [Warning::UsedElsewhere { count: 1 }]);
    // For who may not know, hidden and absent are equal.
    let seen = many().into_iter().filter(|one| one.visible);
    let absent = Usage::of(&record, seen, false);
    assert_eq!(
        serde_json::to_string(&other).unwrap(),
        serde_json::to_string(&absent).unwrap()
    );
}

#[test]
fn s13_other_accounts_never_stand_in_the_way() {
    let record = record(1, "/acme", true);
    let elsewhere = || many().into_iter().filter(|one| one.scope == scope("/beta"));
    let usage = Usage::of(&record, elsewhere(), true);
    let unshared = unshare(&record, &usage, false).unwrap();
    assert_eq!(unshared.lost, None);
    assert_eq!(unshared.warnings, [Warning::UsedElsewhere { count: 2 }]);
    let (_, warnings) = disable(&record, None, &usage, crate::now()).unwrap();
    assert_eq!(warnings, [Warning::UsedElsewhere { count: 2 }]);
    let usage = Usage::of(&record, many(), true);
    let (_, warnings) = disable(&record, None, &usage, crate::now()).unwrap();
    assert_eq!(
        warnings,
        [
            Warning::StillUsed { count: 3 },
            Warning::UsedElsewhere { count: 2 }
        ]
    );
}

#[test]
fn s13_the_rest_of_its_account_stands_in_the_way() {
    // A record of an environment, opened to its own account, which uses it.
    let record = record(1, "/acme/prod", true);
    for at in ["/acme", "/acme/dev"] {
        let all = [referrer(at, ReferrerKind::MciRevision, "web@1", false)];
        let usage = Usage::of(&record, all, true);
        assert_eq!(usage.warnings(), []);
        let hidden = Hidden {
            here: 1,
            elsewhere: 0,
        };
        assert_eq!(usage.hidden(), Some(hidden));
        let (_, warnings) = disable(&record, None, &usage, crate::now()).unwrap();
        assert_eq!(warnings, [Warning::StillUsed { count: 1 }]);
        // It does not see it by the tree, and so keeps it from nothing but being deleted.
        assert_eq!(unshare(&record, &usage, false).unwrap().lost, None);
    }
}

#[test]
fn s04_unsharing_lists_who_below_refers_to_it_and_force_reports_the_same() {
    let record = record(1, "/acme", true);
    let usage = Usage::of(&record, many(), true);
    let refused = unshare(&record, &usage, false).unwrap_err();
    let UnshareError::InUse(in_use) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(in_use.referrers.len(), 1, "those at its own scope keep it");
    let forced = unshare(&record, &usage, true).unwrap();
    assert!(!forced.record.shared());
    assert_eq!(forced.lost.as_ref(), Some(&**in_use));
    let own = [referrer("/acme", ReferrerKind::MciHead, "web@head", true)];
    let usage = Usage::of(&record, own, true);
    assert_eq!(unshare(&record, &usage, false).unwrap().lost, None);
    // A hidden one keeps it too; who may not know how many learns no number.
    let hidden = [referrer("/acme/prod", ReferrerKind::Lock, "x", false)];
    let usage = Usage::of(&record, hidden, false);
    assert!(unshare(&record, &usage, false).is_err());
}

#[test]
fn l02_where_an_image_came_from_and_what_replaces_it_bind_nothing() {
    let words = [
        ReferrerKind::MciHead,
        ReferrerKind::MciRevision,
        ReferrerKind::Channel,
        ReferrerKind::Template,
        ReferrerKind::RoleMap,
        ReferrerKind::Server,
        ReferrerKind::Lock,
        ReferrerKind::Derived,
        ReferrerKind::Replaced,
    ]
    .map(|kind| {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        format!("{kind} {}", kind.is_binding())
    });
    insta::assert_snapshot!(words.join("\n"), @"
    mci-head true
    mci-revision true
    channel true
    template true
    role-map true
    server true
    lock true
    derived false
    replaced false
    ");
}

/// A record in the recycle bin.
fn buried(at: &str, shared: bool) -> ImageRecord {
    record(1, at, shared).with_lifecycle(Lifecycle::Deleted {
        since: crate::now(),
        reason: None,
        purge_at: None,
        gone: false,
        before: Box::default(),
    })
}

#[test]
fn l02_what_is_deleted_is_shown_to_nobody_new() {
    let record = buried("/acme", false);
    let id = record.id();
    let refused = share(&record).unwrap_err();
    assert_eq!(refused, LifeError::Deleted { id });
    let refused = unshare(&record, &Usage::of(&record, [], true), true).unwrap_err();
    assert_eq!(refused, UnshareError::Life(LifeError::Deleted { id }));
}
