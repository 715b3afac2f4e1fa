use crate::{LINEAGE, merged, request};
use atlas_base::Digest;
use atlas_history::{Head, Origin, Revision, RevisionNumber};
use atlas_testkit::history::Note;
use serde_json::{Value, json};

#[test]
fn m09_revision_digest_is_for_ever() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    // Both computed over the documented bytes by another implementation.
    assert_eq!(
        first.revision.content().to_string(),
        "blake3:65cdb3ca30711c8f1a83b6c2f5865bae983e5790a984d14b018ea58f4ecbe79b"
    );
    assert_eq!(
        first.revision.digest().to_string(),
        "blake3:142010b184d2ff42d3ac6d42e97f3656e6ceb20f9c6baa393b20b96e867f90ba"
    );
    assert_eq!(
        merged().digest().to_string(),
        "blake3:1877d2c7835a082c11b98c349dffae5a1fcb3ad256b57e526311779d64b68577"
    );
}

#[test]
fn m09_stored_form_is_for_ever() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&merged()).unwrap());
}

#[test]
fn m09_is_the_same_in_another_lineage() {
    let commit = |lineage| {
        let head = Head::new(Note::of("a", "1"));
        head.commit(lineage, None, request("one")).unwrap().revision
    };
    assert_eq!(
        commit(LINEAGE),
        commit(atlas_history::LineageId::from_u128(9))
    );
}

/// Every value inside `value` that is no container, as a pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                leaves(member, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same shape.
fn other(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
        Value::String(text) if text.starts_with("blake3:") => {
            json!(Digest::of("other", text.as_bytes()))
        }
        Value::String(text) if text.starts_with("20") => json!(text.replace("2026", "2027")),
        Value::String(text) if text.starts_with("lin-") => json!(text.replace("@1", "@2")),
        Value::String(text) => json!(format!("{text}!")),
        other => panic!("no such leaf: {other}"),
    }
}

#[test]
fn m09_no_field_can_be_changed() {
    let stored = serde_json::to_value(merged()).unwrap();
    let mut fields = Vec::new();
    leaves(&stored, "", &mut fields);
    assert_eq!(fields.len(), 11);
    for field in &fields {
        let mut changed = stored.clone();
        let place = changed.pointer_mut(field).unwrap();
        *place = other(place);
        assert_ne!(changed, stored);
        let revision: Revision = serde_json::from_value(changed).unwrap();
        // Where a parent lives is no part of the digest, which goes by the parent's own: an import
        // puts it into another lineage.
        let covered = !field.ends_with("/revision");
        assert_eq!(revision.verify().is_err(), covered, "{field}");
    }
}

#[test]
fn m09_nothing_can_be_added_taken_or_turned() {
    let stored = serde_json::to_value(merged()).unwrap();
    let edits: [fn(&mut Value); 4] = [
        |value| {
            value.as_object_mut().unwrap().remove("released_at");
        },
        |value| value["parents"].as_array_mut().unwrap().reverse(),
        |value| {
            value["parents"].as_array_mut().unwrap().pop();
        },
        |value| {
            let first = value["parents"][0].clone();
            value["parents"].as_array_mut().unwrap().push(first);
        },
    ];
    for edit in edits {
        let mut changed = stored.clone();
        edit(&mut changed);
        let revision: Revision = serde_json::from_value(changed).unwrap();
        assert!(revision.verify().is_err());
    }
    let mut strange = stored;
    strange["colour"] = json!(1);
    assert!(serde_json::from_value::<Revision>(strange).is_err());
}

#[test]
fn m09_a_mismatch_names_both_digests() {
    let mut stored = serde_json::to_value(merged()).unwrap();
    stored["author"] = json!("mallory");
    let revision: Revision = serde_json::from_value(stored).unwrap();
    let mismatch = revision.verify().unwrap_err();
    assert_eq!(mismatch.number, RevisionNumber::new(2).unwrap());
    assert_eq!(mismatch.expected, merged().digest());
    assert!(
        mismatch
            .found
            .is_some_and(|found| found != mismatch.expected)
    );
    insta::assert_snapshot!(mismatch, @"revision 2 was committed with the digest blake3:1877d2c7835a082c11b98c349dffae5a1fcb3ad256b57e526311779d64b68577, but its fields give blake3:14fb320fd3a9160a0399ea9db1d3a39f9944906e2c4a2de147667bdc59e1a6ac: it was damaged or changed outside");
}

#[test]
fn m20_a_revision_has_no_marks() {
    let stored = serde_json::to_value(merged()).unwrap();
    let fields: Vec<_> = stored
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "author",
        "content",
        "digest",
        "message",
        "number",
        "parents",
        "released_at",
        "time",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn k01_an_origin_names_lineage_revision_and_content() {
    let origin = |revision| Origin {
        lineage: LINEAGE,
        revision,
        content: merged().content(),
    };
    let stored = serde_json::to_value(origin(RevisionNumber::new(3))).unwrap();
    assert_eq!(
        stored,
        json!({
            "lineage": "lin-00000000000000000000000000000007",
            "revision": 3,
            "content": merged().content(),
        })
    );
    assert_eq!(
        serde_json::from_value::<Origin>(stored.clone()).unwrap(),
        origin(RevisionNumber::new(3))
    );
    let head = serde_json::to_value(origin(None)).unwrap();
    assert_eq!(head["revision"], Value::Null);
    assert_eq!(
        serde_json::from_value::<Origin>(head).unwrap(),
        origin(None)
    );
    let mut strange = stored;
    strange["name"] = json!("x");
    assert!(serde_json::from_value::<Origin>(strange).is_err());
}
