//! Offered, deprecated, offered again; never deleted.

use crate::{Mci, dana, name, now, number, offered, reason, to_groups, viewer};
use atlas_market::{Publication, Visibility, check_unpublished, newest_active};
use atlas_template::{Holder, check_delete_template};
use insta::assert_snapshot;

fn deprecated(it: &Publication) -> Publication {
    it.deprecate(reason("holds a key"), dana(), now()).unwrap()
}

#[test]
fn p08_a_publication_is_deprecated_and_comes_back() {
    let it = offered(7, 1, "web", Visibility::Public);
    let gone = deprecated(&it);
    assert_eq!(gone.state.reason(), Some(&reason("holds a key")));
    assert_eq!(gone.reactivate().unwrap(), it);
    let again = gone.deprecate(reason("other"), dana(), now()).unwrap_err();
    assert_snapshot!(again, @"pub-00000000000000000000000000000007@1 is deprecated already, by dana at 2026-07-21T14:07:12Z: holds a key");
    assert_snapshot!(it.reactivate().unwrap_err(), @"pub-00000000000000000000000000000007@1 is not deprecated: there is nothing to take back");
}

#[test]
fn p08_the_newest_active_revision_is_the_visible_one() {
    let mut all = vec![
        offered(7, 2, "web", Visibility::Public),
        offered(7, 4, "web", to_groups(&[1])),
        offered(7, 3, "web", Visibility::Public),
        offered(7, 1, "web", Visibility::Public),
    ];
    let newest = |all: &[Publication], groups: &[u128]| {
        let found = newest_active(all, &viewer("/globex", groups));
        found.map(|it| it.revision.get())
    };
    assert_eq!(newest(&all, &[]), Some(3));
    assert_eq!(newest(&all, &[1]), Some(4));
    all[2] = deprecated(&all[2]);
    assert_eq!(newest(&all, &[]), Some(2));
    let turned = |it: &Publication| it.reactivate().unwrap_or_else(|_| deprecated(it));
    let all = all.iter().map(turned);
    let all: Vec<_> = all.collect();
    assert_eq!(newest(&all, &[]), Some(3));
    assert_eq!(newest(&all[..1], &[]), None);
}

#[test]
fn p08_what_was_published_is_not_deleted() {
    let called = name("web");
    assert_eq!(check_unpublished(&called, &[]), Ok(()));
    let mut all = vec![
        offered(7, 3, "web server", Visibility::Public),
        offered(7, 1, "web", to_groups(&[1])),
    ];
    let refused = check_unpublished(&called, &all).unwrap_err();
    assert_snapshot!(refused, @"`web` is published and cannot be deleted, only deprecated (published revisions: 1, 3)");
    assert_eq!(refused.revisions, [number(1), number(3)]);
    let holder = |called: &str| Holder::Publication {
        name: called.to_owned(),
    };
    assert_eq!(refused.holders(), [holder("web"), holder("web server")]);
    let held = check_delete_template(&called, &refused.holders()).unwrap_err();
    assert_snapshot!(held, @"`web` cannot be deleted, it is held by publication `web`, publication `web server`");
    // Deprecated ones stay as well.
    all = all.iter().map(deprecated).collect();
    assert!(check_unpublished(&called, &all).is_err());
    let many = (1..=10).map(|at| offered(7, at, "web", Visibility::Public));
    let many: Vec<_> = many.collect();
    assert_snapshot!(check_unpublished(&called, &many).unwrap_err(), @"`web` is published and cannot be deleted, only deprecated (published revisions: 1, 2, 3, 4, 5, 6, 7, 8 and 2 more)");
}

#[test]
fn p08_a_deprecated_publication_can_be_read_again() {
    let it = deprecated(
        &Mci::open(7, "web")
            .published(Visibility::Public, &[])
            .published[0],
    );
    let text = serde_json::to_string(&it).unwrap();
    assert_eq!(serde_json::from_str::<Publication>(&text).unwrap(), it);
}
