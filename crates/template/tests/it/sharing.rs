//! Whether lower scopes see a lineage, and who stands in the way.

use crate::scope;
use atlas_image::{Referrer, ReferrerKind};
use atlas_scope::Scope;
use atlas_template::{LineageInUse, ShareError, SharedLineage};

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
        referrer("/acme/prod", ReferrerKind::Lock, "live", true),
        referrer("/acme/prod", ReferrerKind::Lock, "live", true),
        referrer("/acme/prod", ReferrerKind::Template, "front@2", true),
        referrer("/acme/dev", ReferrerKind::Server, "db", true),
        referrer("/acme/dev", ReferrerKind::Server, "secret", false),
        referrer("/acme", ReferrerKind::Template, "own@1", true),
        referrer("/beta", ReferrerKind::Template, "guest@1", true),
        referrer("/beta/prod", ReferrerKind::Server, "guest", false),
    ]
}

fn unshare(
    at: &Scope,
    all: Vec<Referrer>,
    may_delete: bool,
    force: bool,
) -> Result<Option<LineageInUse>, ShareError> {
    let lineage = SharedLineage {
        name: &"web".parse().unwrap(),
        scope: at,
        shared: true,
    };
    lineage.unshare(all, may_delete, force)
}

#[test]
fn s04_unsharing_a_lineage_lists_who_below_refers_to_it_and_force_reports_the_same() {
    for at in ["/", "/acme"].map(scope) {
        let refused = unshare(&at, many(), true, false).unwrap_err();
        let ShareError::InUse(listed) = &refused else {
            panic!("{refused}")
        };
        let all = many();
        let below = |it: &&Referrer| at.contains(&it.scope) && it.scope != at;
        let below: Vec<_> = all.iter().filter(below).collect();
        let hidden = below.iter().filter(|it| !it.visible).count();
        assert_eq!(listed.hidden, hidden);
        // One of them is told twice, and listed once.
        assert_eq!(listed.referrers.len(), below.len() - hidden - 1);
        assert!(listed.referrers.is_sorted());
        let forced = unshare(&at, many(), true, true).unwrap();
        assert_eq!(forced.as_ref(), Some(&**listed));
    }
    // Those of its own scope, and of other accounts, keep nothing shared.
    let free = |it: &Referrer| it.scope == scope("/acme") || it.name.starts_with("guest");
    let mut free_of = many();
    free_of.retain(free);
    assert_eq!(unshare(&scope("/acme"), free_of, true, false), Ok(None));
    assert_eq!(unshare(&scope("/acme/prod"), many(), true, false), Ok(None));
    // What is hidden already is hidden again without a question.
    let hidden = SharedLineage {
        name: &"web".parse().unwrap(),
        scope: &scope("/acme"),
        shared: false,
    };
    assert_eq!(hidden.unshare(many(), true, false), Ok(None));
}

#[test]
fn s13_how_many_hidden_ones_keep_a_lineage_shared_is_told_to_who_may_delete() {
    let secret = vec![referrer("/acme/dev", ReferrerKind::Server, "secret", false)];
    let hidden = |may_delete| {
        let refused = unshare(&scope("/acme"), secret.clone(), may_delete, false);
        let ShareError::InUse(listed) = refused.unwrap_err() else {
            panic!("it is in use")
        };
        (listed.hidden, listed.referrers.len())
    };
    assert_eq!(hidden(true), (1, 0));
    // It keeps it all the same; who may not know how many learns no number.
    assert_eq!(hidden(false), (0, 0));
}

#[test]
fn messages_of_sharing() {
    let state = ShareError::StateNamed {
        reference: "web@3".parse().unwrap(),
    };
    let secret = vec![referrer("/acme/dev", ReferrerKind::Server, "secret", false)];
    let at = scope("/acme");
    let told = [
        state,
        unshare(&at, many(), true, false).unwrap_err(),
        unshare(&at, many(), false, false).unwrap_err(),
        unshare(&at, secret.clone(), true, false).unwrap_err(),
        unshare(&at, secret, false, false).unwrap_err(),
    ];
    insta::assert_snapshot!(told.map(|it| it.to_string()).join("\n"), @"
    `web@3` names one state, and all of them are shared or none: leave out what stands behind `@`
    `web` is used at /acme/dev by server `db`, at /acme/prod by template `front@2`, lock `live`, and 1 more: let go of it in lower scopes first, or force it, and they find it no more
    `web` is used at /acme/dev by server `db`, at /acme/prod by template `front@2`, lock `live`: let go of it in lower scopes first, or force it, and they find it no more
    `web` is used in 1 place: let go of it in lower scopes first, or force it, and they find it no more
    `web` is used: let go of it in lower scopes first, or force it, and they find it no more
    ");
}
