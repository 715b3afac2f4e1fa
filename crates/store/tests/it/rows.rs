//! What index rows tell before records are read, and what of a record is read for a condition.

use crate::support::{any_text, memory};
use atlas_store::{
    Condition, FieldPath, Index, Partition, Parts, Query, Record, Scalar, Table, Tx, Within,
};
use pollster::block_on;
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Crate {
    dock: String,
    label: Option<String>,
}

impl Record for Crate {
    const SCHEMA: u32 = 1;
}

const CRATES: Table<Crate> = Table::new(
    "crate",
    &[Index::covering("label", &[(1, "label")], |one| {
        let parts = |label: &String| Parts::from((&one.dock, label));
        one.label.iter().map(parts).collect()
    })],
);

fn labelled(label: &str) -> Crate {
    Crate {
        dock: "a dock".into(),
        label: Some(label.into()),
    }
}

async fn stowed(labels: impl Iterator<Item = String>) -> Tx {
    let (store, _) = memory();
    let tx = Tx::begin(&store).await.unwrap();
    for (number, label) in (0_u64..).zip(labels) {
        CRATES
            .put(&tx, &Partition::global(), number, &labelled(&label))
            .await
            .unwrap();
    }
    tx
}

async fn found(tx: &Tx, condition: Condition) -> Vec<String> {
    let query = Query::all(&Partition::global())
        .index("label")
        .within(Within::Prefix(Parts::from("a dock")))
        .limit(1000)
        .keep(condition);
    let page = CRATES.query(tx, &query).await.unwrap();
    let labels = page.found.into_iter().map(|found| found.record.label);
    labels.map(Option::unwrap).collect()
}

#[test]
fn a_record_is_not_read_whose_row_says_that_it_does_not_fit() {
    block_on(async {
        let tx = stowed((0..50).map(|number| format!("no. {number:02}"))).await;
        tx.lap();
        let labels = found(&tx, Condition::matches("label", "no. ?7")).await;
        assert_eq!(labels, ["no. 07", "no. 17", "no. 27", "no. 37", "no. 47"]);
        assert_eq!(tx.weight().reads, 5 + 1, "the records and the interval");
        // What the row does not tell is asked of the record.
        tx.lap();
        let labels = found(&tx, Condition::is("dock", "another")).await;
        assert!(labels.is_empty());
        assert_eq!(tx.weight().reads, 50 + 1);
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        Just(Value::from(0.5)),
        any_text().prop_map(Value::from),
        Just(Value::from("a")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name = prop_oneof![Just("a".to_owned()), Just("b\"".to_owned()), any_text()];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..4).prop_map(|all| Value::from(Map::from_iter(all))),
        ]
    })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let name = prop_oneof![Just("a"), Just("b\"")];
    let tests = prop_oneof![
        Just(None),
        Just(Some(Scalar::Null)),
        (-2_i64..3).prop_map(|number| Some(Scalar::from(number))),
        Just(Some(Scalar::from("a"))),
    ];
    (name.clone(), proptest::option::of(name), tests).prop_map(|(first, second, scalar)| {
        let path: FieldPath = match second {
            Some(second) => [first, second].into(),
            None => first.into(),
        };
        match scalar {
            None => Condition::present(path),
            Some(scalar) => Condition::is(path, scalar),
        }
    })
}

/// Whether a value meets a condition, straight from the rule.
fn meets(value: &Value, condition: &Condition) -> bool {
    let mut at = value;
    for name in condition.field().names() {
        let numberless = at.as_number().is_some_and(|number| !number.is_i64());
        at = match at.get(name) {
            Some(below) => below,
            // Of a number that cannot be named nothing is known.
            None if numberless && !core::ptr::eq(at, value) => at,
            None => &Value::Null,
        };
    }
    match condition.test() {
        atlas_store::Test::Present => !at.is_null(),
        atlas_store::Test::Is(Scalar::Null) => at.is_null(),
        atlas_store::Test::Is(Scalar::Number(wanted)) => at.as_i64() == Some(*wanted),
        atlas_store::Test::Is(Scalar::Text(wanted)) => at.as_str() == Some(wanted),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_condition_reads_json_as_json_is_read(
        value in any_json(),
        conditions in vec(any_condition(), 1..4),
        pretty in any::<bool>(),
    ) {
        let json = if pretty {
            serde_json::to_string_pretty(&value)
        } else {
            serde_json::to_string(&value)
        };
        let query = conditions
            .iter()
            .cloned()
            .fold(Query::all(&Partition::global()), Query::keep);
        let all = conditions.iter().all(|condition| meets(&value, condition));
        prop_assert_eq!(query.admits(&json.unwrap()).unwrap(), all, "{}", value);
    }

    #[test]
    fn a_row_of_any_text_hides_no_record(labels in vec(any_text(), 0..8), wanted in any_text()) {
        block_on(async {
            let tx = stowed(labels.iter().cloned()).await;
            for wanted in labels.iter().chain([&wanted]) {
                let mut fitting: Vec<_> = labels.iter().filter(|one| *one == wanted).collect();
                fitting.sort();
                let found = found(&tx, Condition::is("label", wanted)).await;
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), fitting);
            }
            Ok(())
        })?;
    }
}

#[test]
fn what_is_no_json_is_refused_as_far_as_it_is_read() {
    let query = Query::all(&Partition::global()).keep(Condition::is("a", "b"));
    for json in [
        r#"{"a":"#,
        r#"{"a""#,
        "{",
        "",
        r#"{"a":"b\"#,
        r#"{"a":nul}"#,
    ] {
        assert!(query.admits(json).is_err(), "{json}");
    }
    assert!(!query.admits(r#"["a"]"#).unwrap());
}
