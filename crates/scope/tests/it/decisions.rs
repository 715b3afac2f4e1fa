//! Who may do what, where.

use crate::{held, noon, scope};
use atlas_scope::{Allowed, Decision, Grant, Permission, Question, Role, RoleTable, decide};

/// Whether `dana` may, with these grants, at noon of 10 July.
fn may(permission: Permission, at: &str, grants: &[Grant]) -> bool {
    answer(permission, at, grants).is_allowed()
}

fn answer(permission: Permission, at: &str, grants: &[Grant]) -> Decision {
    let (dana, roles) = ("dana".parse().unwrap(), RoleTable::built_in());
    decide(permission, &scope(at), &dana, grants, &roles, noon(10))
}

#[test]
fn s05_writing_needs_a_grant_at_the_records_scope_or_above() {
    let account = [held("dana", "designer", "/acme")];
    assert!(may(Permission::ImageEdit, "/acme", &account));
    assert!(may(Permission::ImageEdit, "/acme/prod", &account));
    let environment = [held("dana", "designer", "/acme/prod")];
    assert!(may(Permission::ImageEdit, "/acme/prod", &environment));
    assert!(
        !may(Permission::ImageEdit, "/acme", &environment),
        "reading from below writes nothing"
    );
    assert!(!may(Permission::ImageEdit, "/", &environment));
}

#[test]
fn s06_grants_add_up_and_reach_downward() {
    let grants = [
        held("dana", "observer", "/acme"),
        held("dana", "actor", "/acme/prod"),
    ];
    assert!(may(Permission::ImageView, "/acme/test", &grants));
    assert!(may(Permission::Launch, "/acme/prod", &grants));
    assert!(!may(Permission::Launch, "/acme/test", &grants));
    assert!(!may(Permission::ImageView, "/globex", &grants));
    assert!(!may(Permission::ImageView, "/", &grants));
}

#[test]
fn s06_a_weaker_grant_nearby_takes_nothing_away() {
    let grants = [
        held("dana", "admin", "/"),
        held("dana", "observer", "/acme/prod"),
    ];
    assert!(may(Permission::GrantManage, "/acme/prod", &grants));
}

#[test]
fn s06_grants_of_others_and_of_unknown_roles_count_for_nothing() {
    assert!(!may(
        Permission::ImageView,
        "/acme",
        &[held("lee", "admin", "/")]
    ));
    assert!(!may(
        Permission::ImageView,
        "/acme",
        &[held("dana", "wizard", "/")]
    ));
    assert!(!may(Permission::ImageView, "/acme", &[]));
}

#[test]
fn s08_a_refusal_names_action_scope_permission_and_roles() {
    let Decision::Denied(denied) = answer(Permission::MciCommit, "/acme/prod", &[]) else {
        panic!("nobody may without a grant");
    };
    assert_eq!(denied.permission, Permission::MciCommit);
    assert_eq!(denied.scope, scope("/acme/prod"));
    assert_eq!(denied.roles, [Role::ADMIN, Role::DESIGNER]);
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(denied);
    insta::assert_snapshot!(error, @"`dana` may not commit MultiCloud Images at `/acme/prod`: the permission `mci.commit` is missing; roles that give it: admin, designer");
}

#[test]
fn s08_a_refusal_depends_on_nothing_but_the_question() {
    let few = answer(Permission::ImageDelete, "/acme", &[]);
    let many = [
        held("dana", "actor", "/acme"),
        held("lee", "admin", "/"),
        held("dana", "admin", "/globex"),
    ];
    assert_eq!(answer(Permission::ImageDelete, "/acme", &many), few);
}

#[test]
fn s09_an_answer_names_the_nearest_grant_that_allows_it() {
    let near = held("dana", "designer", "/acme/prod");
    let grants = [
        held("dana", "admin", "/"),
        held("dana", "observer", "/acme/prod"),
        near.clone(),
        held("dana", "designer", "/acme"),
    ];
    let forward = answer(Permission::ImageEdit, "/acme/prod", &grants);
    assert_eq!(forward, Decision::Allowed(Allowed { grant: near }));
    let mut turned = grants;
    turned.reverse();
    assert_eq!(
        answer(Permission::ImageEdit, "/acme/prod", &turned),
        forward,
        "order is no matter"
    );
}

#[test]
fn s14_a_grant_ends_at_its_expiry() {
    let grant = |day| [held("dana", "actor", "/acme").until(noon(day))];
    assert!(may(Permission::Launch, "/acme", &grant(11)));
    assert!(
        !may(Permission::Launch, "/acme", &grant(10)),
        "expired at that very moment"
    );
    assert!(!may(Permission::Launch, "/acme", &grant(9)));
}

#[test]
fn a_question_is_the_same_as_its_parts() {
    let question = Question::new(Permission::Launch, scope("/acme"), "dana".parse().unwrap());
    let (grants, roles) = ([held("dana", "actor", "/")], RoleTable::built_in());
    assert!(
        question
            .decide(&grants, &roles, noon(1))
            .into_result()
            .is_ok()
    );
    assert!(question.decide(&[], &roles, noon(1)).into_result().is_err());
}
