//! The reasoning, as data and as text.

use crate::{held, noon, scope};
use atlas_scope::{Explanation, Finding, Permission, Question, RoleTable};

fn explained(permission: Permission, at: &str) -> Explanation {
    let grants = [
        held("lee", "admin", "/"),
        held("dana", "admin", "/globex"),
        held("dana", "actor", "/acme/prod").until(noon(9)),
        held("dana", "wizard", "/acme"),
        held("dana", "observer", "/"),
        held("dana", "designer", "/acme").until(noon(20)),
    ];
    let question = Question::new(permission, scope(at), "dana".parse().unwrap());
    question.explain(&grants, &RoleTable::built_in(), noon(10))
}

#[test]
fn s09_an_allowed_question_is_explained() {
    let explanation = explained(Permission::ImageRegister, "/acme/prod");
    assert!(explanation.decision.is_allowed());
    insta::assert_snapshot!(explanation, @r"
    `dana` may register images at `/acme/prod`: `image.register`
      granted by `designer` at `/acme` to `dana` until 2026-07-20T12:00:00Z
      `observer` at `/`: does not include the permission
      `designer` at `/acme` until 2026-07-20T12:00:00Z: allows it
      `wizard` at `/acme`: is a role that nobody defines
      `actor` at `/acme/prod` until 2026-07-09T12:00:00Z: has expired
      `admin` at `/globex`: does not reach the scope
    ");
}

#[test]
fn s09_a_denied_question_is_explained() {
    let explanation = explained(Permission::Launch, "/acme/prod");
    let findings: Vec<_> = explanation
        .considered
        .iter()
        .map(|one| one.finding)
        .collect();
    assert_eq!(
        findings,
        [
            Finding::LacksPermission,
            Finding::LacksPermission,
            Finding::UnknownRole,
            Finding::Expired,
            Finding::Elsewhere,
        ]
    );
    insta::assert_snapshot!(explanation, @r"
    `dana` may not launch servers at `/acme/prod`: the permission `launch` is missing; roles that give it: actor, admin
      `observer` at `/`: does not include the permission
      `designer` at `/acme` until 2026-07-20T12:00:00Z: does not include the permission
      `wizard` at `/acme`: is a role that nobody defines
      `actor` at `/acme/prod` until 2026-07-09T12:00:00Z: has expired
      `admin` at `/globex`: does not reach the scope
    ");
}

#[test]
fn s09_who_holds_nothing_is_told_so() {
    let question = Question::new(Permission::Publish, scope("/acme"), "kim".parse().unwrap());
    let explanation = question.explain(&[], &RoleTable::built_in(), noon(10));
    insta::assert_snapshot!(explanation, @r"
    `kim` may not publish revisions at `/acme`: the permission `publish` is missing; roles that give it: admin, publisher
      `kim` holds no role that reaches here
    ");
}

#[test]
fn s09_an_explanation_is_data() {
    let json =
        serde_json::to_string_pretty(&explained(Permission::ImageRegister, "/acme")).unwrap();
    insta::assert_snapshot!(json);
}
