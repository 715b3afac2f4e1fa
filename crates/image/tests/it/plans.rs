//! Plans as texts, whatever they are for.

use crate::{now, record, revoking::id};
use atlas_image::{
    ConfirmError, PartError, PlanError, PlanKind, RetentionPlan, RevokeFacts, RevokeImage,
    RevokePlan, RevokeRecord, plan_revoke,
};
use serde_json::json;

fn plan() -> RevokePlan {
    let image = record(1, "/acme", true);
    let request = RevokeImage {
        image: id(1),
        reason: None,
    };
    let facts = RevokeFacts {
        records: &[RevokeRecord::new(&image)],
        may_know_hidden: false,
        by: &"dana".parse().unwrap(),
        now: now(),
    };
    plan_revoke(request, &facts).unwrap()
}

/// A plan that somebody wrote by hand, its digest too.
pub(crate) fn sealed(text: &str) -> String {
    let mut plan: serde_json::Value = serde_json::from_str(text).unwrap();
    plan.as_object_mut().unwrap().remove("digest");
    let digest = atlas_base::canonical::digest("cloud-atlas/plan/1", &plan).unwrap();
    let fields = plan.as_object_mut().unwrap();
    fields.insert("digest".to_owned(), json!(digest));
    plan.to_string()
}

#[test]
fn l08_a_plan_that_was_changed_by_hand_is_refused() {
    let text = plan().to_text().unwrap();
    assert_eq!(RevokePlan::parse(&sealed(&text)), Ok(plan()));
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (field, value) in [
        ("by", json!("erin")),
        ("made", json!("2026-07-22T00:00:00Z")),
        ("ask", json!({ "image": id(1), "reason": "another" })),
        ("ask", json!({ "image": id(2) })),
        ("part", json!(true)),
        ("hidden", json!({ "here": 1, "elsewhere": 0 })),
        ("items", json!([])),
        ("digest", json!(atlas_base::Digest::from_bytes([7; 32]))),
    ] {
        let mut file = file.clone();
        file[field] = value;
        let refused = RevokePlan::parse(&file.to_string());
        assert_eq!(refused, Err(PlanError::Edited), "{field}");
    }
}

#[test]
fn l08_a_text_that_is_no_plan_is_refused() {
    let text = plan().to_text().unwrap();
    assert_eq!(PlanKind::of(&text), Ok(PlanKind::Revoke));
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut messages = Vec::new();
    let mut refuse = |text: &str| messages.push(RevokePlan::parse(text).unwrap_err().to_string());
    refuse("");
    refuse("{}");
    for (field, value) in [
        ("atlas", json!("plan/2")),
        ("kind", json!("retention")),
        ("kind", json!("guess")),
        ("more", json!(1)),
        ("by", json!("")),
        ("items", json!([file["items"][0], file["items"][0]])),
    ] {
        let mut file = file.clone();
        file[field] = value;
        refuse(&file.to_string());
    }
    let mut item = file.clone();
    item["items"][0]["more"] = json!(1);
    refuse(&item.to_string());
    insta::assert_snapshot!(messages.join("\n"), @r#"
    this is no plan: EOF while parsing a value at line 1 column 0
    this is no plan: missing field `atlas` at line 1 column 2
    the plan has the format `plan/2`, this program reads `plan/1`: make the plan again
    this is a plan to keep or drop images, not to revoke an image
    this is no plan: unknown variant `guess`, expected one of `revoke`, `replace`, `retention` at line 1 column 481
    this is no plan: unknown field `more`, expected one of `atlas`, `kind`, `made`, `by`, `digest`, `ask`, `part`, `hidden`, `items` at line 1 column 519
    this is no plan: `` is no principal: expected 1 to 128 letters, digits, `.`, `_`, `@` and `-`, a letter or digit first; stopped at byte 0 at line 1 column 80
    the plan has `img-00000000000000000000000000000001` twice: make the plan again
    this is no plan: unknown field `more`, expected one of `record`, `under`, `depth`, `way`, `scope`, `location`, `image_id`, `name`, `state`, `fate`, `users`, `hidden`, `permissions`, `expects` at line 1 column 357
    "#);
    assert!(matches!(
        RetentionPlan::parse(&text),
        Err(PlanError::OtherKind {
            wanted: PlanKind::Retention,
            found: PlanKind::Revoke
        })
    ));
}

#[test]
fn l08_a_text_of_too_many_bytes_is_not_read() {
    let large = " ".repeat(RevokePlan::MOST_BYTES + 1);
    assert_eq!(
        RevokePlan::parse(&large).unwrap_err().to_string(),
        "a plan has at most 134217728 bytes, this one has 134217729: ask for less at once"
    );
}

#[test]
fn l08_a_plan_has_a_digest_that_names_it() {
    let (one, same) = (plan(), plan());
    assert_eq!(one.digest().unwrap(), same.digest().unwrap());
    let text = one.to_text().unwrap();
    let other = RevokePlan::parse(&sealed(&text.replace("dana", "erin"))).unwrap();
    assert_ne!(one.digest().unwrap(), other.digest().unwrap());
}

#[test]
fn l08_a_table_holds_no_text_that_a_terminal_obeys() {
    let text = plan().to_text().unwrap();
    let bad = text.replace("ami-0ae8605ed708e3c3e", "ami\\u001b[31m\\n");
    let plan = RevokePlan::parse(&sealed(&bad)).unwrap();
    assert_eq!(plan.items()[0].image_id, "ami\u{1b}[31m\n");
    let table = plan.to_string();
    assert_eq!(
        (table.contains('\u{1b}'), table.lines().count()),
        (false, 4)
    );
}

#[test]
fn l08_a_plan_is_not_carried_out_for_another_question() {
    let text = plan().to_text().unwrap();
    let asked = r#""image": "img-00000000000000000000000000000001""#;
    let other = text.replace(asked, r#""image": "img-00000000000000000000000000000002""#);
    let other = RevokePlan::parse(&sealed(&other)).unwrap();
    assert_eq!(other.confirmed(&plan()), Err(ConfirmError::OtherQuestion));
}

#[test]
fn l08_refusals_of_plans_say_what_to_do() {
    let keys = |count: u128| (1..=count).map(|number| id(number).to_string()).collect();
    let parts = [
        PartError::Empty,
        PartError::Unknown { keys: keys(1) },
        PartError::WithoutRoot { root: id(1) },
        PartError::WithoutHigher {
            scope: "/acme/prod".parse().unwrap(),
            missing: keys(10),
        },
    ];
    let mut messages: Vec<_> = parts.iter().map(ToString::to_string).collect();
    messages.push(ConfirmError::OtherQuestion.to_string());
    messages.push(ConfirmError::Moved(Box::default()).to_string());
    let many = PlanError::TooMany {
        what: "changes",
        limit: 10_000,
        found: 10_001,
    };
    messages.push(many.to_string());
    messages.push(PlanError::Encoding(atlas_base::CanonicalError::Float).to_string());
    for wanted in [PlanKind::Revoke, PlanKind::Replace, PlanKind::Retention] {
        let found = wanted;
        messages.push(PlanError::OtherKind { wanted, found }.to_string());
    }
    insta::assert_snapshot!(messages.join("\n"), @r#"
    nothing of the plan is chosen: name what to carry out
    the plan has no `img-00000000000000000000000000000001`: choose among its keys
    what was made from `img-00000000000000000000000000000001` is revoked because that is: choose `img-00000000000000000000000000000001` too, or disable the others one by one
    a change at /acme/prod needs those at the scopes above it: choose `img-00000000000000000000000000000001`, `img-00000000000000000000000000000002`, `img-00000000000000000000000000000003`, `img-00000000000000000000000000000004`, `img-00000000000000000000000000000005`, `img-00000000000000000000000000000006`, `img-00000000000000000000000000000007`, `img-00000000000000000000000000000008` and 2 more too
    the plan answers another question: make the plan again
    since the plan was made nothing moved: make the plan again
    a plan has at most 10000 changes, this one has 10001: ask for less at once
    the plan cannot be written
    this is a plan to revoke an image, not to revoke an image
    this is a plan to replace an image, not to replace an image
    this is a plan to keep or drop images, not to keep or drop images
    "#);
}
