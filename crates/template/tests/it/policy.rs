use crate::{
    launch::{OTHER_AMI, Stage, TOKYO, tokyo},
    mark, now, scope,
    template_content::{WEB, number},
    time,
};
use atlas_base::Timestamp;
use atlas_history::{Marks, RevisionRef};
use atlas_image::{ImageRecord, ImageRecordId};
use atlas_image_id::{Cloud, ImageId};
use atlas_template::{
    ImageText, LaunchRefusal, Policy, PolicyFacts, PolicyMode, PolicyRule, PolicySubject,
    PolicyVerdict, SoakedRevision,
};
use serde_json::{Value, json};

fn policy(rules: Value) -> Policy {
    let mut stored = json!({ "name": "house rules" });
    if let (Some(fields), Value::Object(rules)) = (stored.as_object_mut(), rules) {
        fields.extend(rules);
    }
    serde_json::from_value(stored).unwrap()
}

/// A record with everything that a policy asks about, 20 days old.
fn known() -> ImageRecord {
    tokyo(json!({
        "created": "2026-07-01T14:07:12Z",
        "os": { "family": "ubuntu", "generation": "24", "version": "24.04" },
        "tags": ["approved"],
        "agent": { "state": "installed", "kind": "right_link", "version": "v5.8" },
        "ec2": { "owner": "099720109477", "owner_alias": "amazon" },
    }))
}

fn judge(
    rules: Value,
    record: Option<&ImageRecord>,
    committed: Option<Timestamp>,
) -> PolicyVerdict {
    let launch = Stage::new([]).launch(TOKYO).unwrap();
    let viewer = scope("/acme/prod");
    let ancestors = [7, 8, 9].map(ImageRecordId::from_u128);
    let facts = PolicyFacts {
        record,
        made: None,
        committed,
        ancestors: &ancestors,
        viewer: &viewer,
        now: now(),
    };
    let subject = PolicySubject {
        image: &launch.plan.image,
        tags: &launch.plan.tags,
        revision: launch.plan.revision.map(|number| RevisionRef {
            lineage: WEB,
            number,
        }),
    };
    policy(rules).judge(&subject, &facts)
}

/// The rules that are not kept, for the known record and a revision of two hours.
fn broken(rules: Value) -> Vec<PolicyRule> {
    let committed = Some(time("2026-07-21T12:07:12Z"));
    let verdict = judge(rules, Some(&known()), committed);
    verdict
        .findings
        .iter()
        .map(atlas_template::PolicyFinding::rule)
        .collect()
}

#[test]
fn r10_each_rule_holds_or_is_found() {
    let none: [PolicyRule; 0] = [];
    assert_eq!(broken(json!({})), none);
    for (good, bad, rule) in [
        (
            json!({ "allowed_owners": ["amazon"] }),
            json!({ "allowed_owners": ["123456789012"] }),
            PolicyRule::Owner,
        ),
        (
            json!({ "allowed_owners": ["self"] }),
            json!({ "allowed_owners": [] }),
            PolicyRule::Owner,
        ),
        (
            json!({ "max_age_days": 20 }),
            json!({ "max_age_days": 19 }),
            PolicyRule::Age,
        ),
        (
            json!({ "min_soak_hours": 2 }),
            json!({ "min_soak_hours": 3 }),
            PolicyRule::Soak,
        ),
        (
            // One of the record, one of the MultiCloud Image.
            json!({ "required_tags": ["approved", "provides:rs_agent_type=right_link"] }),
            json!({ "required_tags": ["approved", "other"] }),
            PolicyRule::Tag,
        ),
        (
            json!({ "os_families": ["ubuntu", "debian"] }),
            json!({ "os_families": ["windows"] }),
            PolicyRule::OsFamily,
        ),
        (
            json!({ "agent": "right_link ^5.8" }),
            json!({ "agent": "right_link ^6" }),
            PolicyRule::Agent,
        ),
        (
            json!({ "ancestor": { "approved": [ImageRecordId::from_u128(8)], "within": 2 } }),
            json!({ "ancestor": { "approved": [ImageRecordId::from_u128(8)], "within": 1 } }),
            PolicyRule::Ancestor,
        ),
        (
            json!({ "ancestor": { "approved": [ImageRecordId::from_u128(1)], "within": 0 } }),
            json!({ "ancestor": { "approved": [ImageRecordId::from_u128(7)], "within": 0 } }),
            PolicyRule::Ancestor,
        ),
        (
            json!({ "skip_revisions": [format!("{WEB}@2")] }),
            json!({ "skip_revisions": [format!("{WEB}@1")] }),
            PolicyRule::Skip,
        ),
        (
            json!({ "skip_images": [OTHER_AMI] }),
            json!({ "skip_images": [crate::AMI] }),
            PolicyRule::Skip,
        ),
    ] {
        assert_eq!(broken(good.clone()), none, "{good}");
        assert_eq!(broken(bad.clone()), [rule], "{bad}");
    }
}

fn strict() -> Value {
    json!({
        "allowed_owners": ["123456789012"],
        "max_age_days": 3,
        "min_soak_hours": 72,
        "required_tags": ["other"],
        "os_families": ["windows"],
        "agent": "right_link ^6",
        "ancestor": { "approved": [], "within": 1 },
        "skip_revisions": [format!("{WEB}@1")],
        "skip_images": [crate::AMI],
    })
}

#[test]
fn r10_findings_have_codes_and_words() {
    let verdict = judge(strict(), Some(&known()), Some(time("2026-07-21T12:07:12Z")));
    // Of an image that is not registered, and of HEAD, nothing holds.
    let unknown = judge(strict(), None, None);
    let refused = verdict.clone().check().unwrap_err();
    let texts = [
        verdict.to_string(),
        unknown.to_string(),
        refused.to_string(),
        serde_json::to_string_pretty(&verdict).unwrap(),
        judge(json!({}), None, None).to_string(),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn r10_audit_tells_what_it_would_refuse() {
    let mut rules = strict();
    rules["mode"] = "audit".into();
    let verdict = judge(rules, Some(&known()), None);
    assert_eq!(verdict.mode, PolicyMode::Audit);
    assert!(
        verdict
            .to_string()
            .starts_with("policy `house rules` would refuse:\n")
    );
    assert_eq!(verdict.clone().check(), Ok(verdict));
    assert!(judge(strict(), Some(&known()), None).check().is_err());
}

#[test]
fn r10_a_policy_is_data_and_read_strictly() {
    let policy = policy(strict());
    let text = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    for wrong in [
        r#"{"name":"x","max_age":3}"#,
        r#"{"name":"x","max_age_days":-1}"#,
        r#"{"name":"x","mode":"maybe"}"#,
        r#"{"mode":"audit"}"#,
    ] {
        assert!(serde_json::from_str::<Policy>(wrong).is_err(), "{wrong}");
    }
    let empty = Policy::new("x".parse().unwrap());
    assert_eq!(
        serde_json::to_string(&empty).unwrap(),
        r#"{"name":"x","mode":"enforce"}"#
    );
}

#[test]
fn r10_the_newest_revision_that_has_soaked_and_is_not_passed_over() {
    let good = Marks::default();
    let revoked = Marks {
        revoked: Some(mark("leaks a key")),
        ..Marks::default()
    };
    let revision = |it, committed, marks| SoakedRevision {
        number: number(it),
        committed: time(committed),
        marks,
    };
    let revisions = [
        revision(1, "2026-07-01T00:00:00Z", &good),
        revision(2, "2026-07-02T00:00:00Z", &good),
        revision(3, "2026-07-03T00:00:00Z", &revoked),
        revision(4, "2026-07-21T14:00:00Z", &good),
    ];
    let newest = |rules| {
        let found = policy(rules).newest(WEB, &revisions, now());
        found.map(atlas_history::RevisionNumber::get)
    };
    assert_eq!(newest(json!({})), Some(4));
    assert_eq!(newest(json!({ "min_soak_hours": 24 })), Some(2));
    let skip = RevisionRef {
        lineage: WEB,
        number: number(2),
    };
    assert_eq!(
        newest(json!({ "min_soak_hours": 24, "skip_revisions": [skip] })),
        Some(1)
    );
    assert_eq!(newest(json!({ "min_soak_hours": 10_000 })), None);
    assert_eq!(
        newest(json!({ "min_soak_hours": 10_000, "mode": "audit" })),
        Some(4)
    );
}

#[test]
fn r10_policies_are_asked_at_each_launch_and_told_in_the_trace() {
    let mut stage = Stage::new([]);
    stage.records = vec![known()];
    stage.policies = vec![policy(json!({ "allowed_owners": ["amazon"] }))];
    assert!(stage.launch(TOKYO).is_ok());
    let mut audit = strict();
    audit["mode"] = "audit".into();
    audit["name"] = "next year".into();
    stage.policies.push(policy(audit));
    let launch = stage.launch(TOKYO).unwrap();
    assert_eq!(launch.audited.len(), 1);
    assert_eq!((launch.committed, launch.warning_count()), (Some(now()), 1));
    stage.policies.push(policy(
        json!({ "name": "strict", "os_families": ["windows"] }),
    ));
    let refusal = stage.launch(TOKYO).unwrap_err();
    assert!(matches!(refusal, LaunchRefusal::Policy { .. }));
    stage.policies.truncate(2);
    let allowed = stage.explain(TOKYO);
    stage.policies.remove(0);
    stage.policies.push(policy(
        json!({ "name": "strict", "os_families": ["windows"] }),
    ));
    insta::assert_snapshot!(format!("{allowed}\n\n{}", stage.explain(TOKYO)));
}

#[test]
fn r10_an_image_is_passed_over_however_its_id_is_written() {
    for (skipped, cloud, image) in [
        (
            "https://www.googleapis.com/compute/v1/projects/acme/global/images/web-1",
            Cloud::Gcp,
            "projects/acme/global/images/web-1",
        ),
        (
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-111122223333/resourceGroups/RG/providers/Microsoft.Compute/images/Web",
            Cloud::Azure,
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-111122223333/resourcegroups/rg/providers/microsoft.compute/images/web",
        ),
    ] {
        let (skipped, image) = (ImageText::parse(skipped), ImageId::parse(cloud, image));
        assert!(skipped.unwrap().is(&image.unwrap()));
    }
    let skipped = ImageText::parse("ami-0123456789abcdef0").unwrap();
    assert!(!skipped.is(&ImageId::parse(Cloud::Aws, "ami-0123456789abcdef1").unwrap()));
    let error = ImageText::parse("no id\u{7}").unwrap_err();
    insta::assert_snapshot!(error, @r"`no id\u{7}` is no cloud's id of an image");
}
