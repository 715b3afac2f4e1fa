//! The tree and who sees what in it.

use crate::scope;
use atlas_scope::{Level, Scope, visible};

#[test]
fn s01_three_levels_form_a_tree() {
    let levels = ["/", "/acme", "/acme/prod"].map(|text| scope(text).level());
    assert_eq!(levels, [Level::Global, Level::Account, Level::Environment]);
    let prod = scope("/acme/prod");
    let up: Vec<_> = prod.lineage().collect();
    assert_eq!(up, [scope("/acme/prod"), scope("/acme"), scope("/")]);
    assert_eq!(scope("/acme").child("prod").unwrap(), prod);
    assert_eq!(Scope::global().child("acme").unwrap(), scope("/acme"));
    assert!(prod.child("deeper").is_err());
}

#[test]
fn s01_a_scope_knows_its_account() {
    assert_eq!(scope("/").account(), None);
    assert_eq!(scope("/").account_scope(), None);
    assert_eq!(scope("/acme").account_scope(), Some(scope("/acme")));
    assert_eq!(scope("/acme/prod").account(), Some("acme"));
    assert_eq!(scope("/acme/prod").account_scope(), Some(scope("/acme")));
}

#[test]
fn s01_a_derived_scope_is_the_same_as_a_parsed_one() {
    let above = scope("/acme/prod").parent().unwrap();
    assert_eq!(above, scope("/acme"));
    assert_eq!(above.to_string(), "/acme");
    assert_eq!(format!("{above:?}"), "/acme");
    assert_eq!(above.parent().unwrap(), Scope::global());
    assert_eq!(Scope::global().parent(), None);
}

#[test]
fn s01_order_walks_the_tree() {
    let mut scopes = ["/acme-b", "/acme/prod", "/", "/acme", "/acme-b/x"].map(scope);
    scopes.sort();
    let texts = scopes.map(|scope| scope.to_string());
    assert_eq!(texts, ["/", "/acme", "/acme/prod", "/acme-b", "/acme-b/x"]);
}

#[test]
fn s02_a_scope_contains_itself_and_all_below() {
    for (above, below) in [
        ("/", "/"),
        ("/", "/acme/prod"),
        ("/acme", "/acme"),
        ("/acme", "/acme/prod"),
    ] {
        assert!(
            scope(above).contains(&scope(below)),
            "{above} contains {below}"
        );
    }
    assert!(!scope("/acme/prod").contains(&scope("/acme")));
}

#[test]
fn s02_siblings_never_see_each_other() {
    for (one, other) in [
        ("/acme", "/globex"),
        ("/acme", "/acme-b"),
        ("/acme/prod", "/acme/test"),
        ("/acme", "/acme-b/prod"),
    ] {
        assert!(
            !scope(one).contains(&scope(other)),
            "{one} does not contain {other}"
        );
        for shared in [true, false] {
            assert!(
                !visible(&scope(one), shared, &scope(other)),
                "{other} does not see {one}"
            );
            assert!(
                !visible(&scope(other), shared, &scope(one)),
                "{one} does not see {other}"
            );
        }
    }
}

#[test]
fn s03_a_record_is_seen_at_its_scope_and_below_it_only_when_shared() {
    for own in ["/", "/acme", "/acme/prod"] {
        assert!(visible(&scope(own), false, &scope(own)));
    }
    assert!(visible(&scope("/"), true, &scope("/acme/prod")));
    assert!(visible(&scope("/acme"), true, &scope("/acme/prod")));
    assert!(!visible(&scope("/"), false, &scope("/acme")));
    assert!(!visible(&scope("/acme"), false, &scope("/acme/prod")));
    assert!(
        !visible(&scope("/acme/prod"), true, &scope("/acme")),
        "nobody sees down"
    );
}

#[test]
fn s03_shared_is_on_by_default_at_global_and_account_scope() {
    assert!(Level::Global.shares_by_default());
    assert!(Level::Account.shares_by_default());
    assert!(!Level::Environment.shares_by_default());
}
