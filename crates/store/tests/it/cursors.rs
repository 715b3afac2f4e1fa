//! Conditions and cursors.

use crate::support::{SHIPS, Ship, acme, any_text, memory, ship};
use atlas_base::canonical;
use atlas_store::{
    Condition, Cursor, CursorError, Key, MemoryStore, Partition, Parts, Query, Record, RetryPolicy,
    Scalar, Table, Tx, UpgradeError, Within, transact,
};
use pollster::block_on;
use proptest::{collection::btree_set, collection::vec, prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

async fn fill(store: &MemoryStore, policy: &RetryPolicy, ships: &[(u64, Ship)]) {
    let run = |tx: Tx| async move {
        for (id, ship) in ships {
            SHIPS.put(&tx, &acme(), *id, ship).await?;
        }
        Ok::<_, atlas_store::RecordError>(())
    };
    transact(store, policy, run).await.unwrap();
}

async fn remove(store: &MemoryStore, policy: &RetryPolicy, ids: &BTreeSet<u64>) {
    let run = |tx: Tx| async move {
        for id in ids {
            SHIPS.delete(&tx, &acme(), *id).await?;
        }
        Ok::<_, atlas_store::StoreError>(())
    };
    transact(store, policy, run).await.unwrap();
}

fn numbered(id: u64) -> (u64, Ship) {
    let port = if id.is_multiple_of(2) { "even" } else { "odd" };
    (id, ship(&format!("s{id:02}"), port, id))
}

#[test]
fn conditions_are_met_by_the_fields_they_name() {
    #[derive(Serialize, Deserialize)]
    struct Odd {
        rig: Rig,
        flags: Vec<String>,
        note: Option<String>,
        depth: i64,
        sold: bool,
        tons: u64,
    }
    #[derive(Serialize, Deserialize)]
    struct Rig {
        kind: String,
        masts: Vec<u32>,
    }
    impl Record for Odd {
        const SCHEMA: u32 = 1;
    }
    const ODDS: Table<Odd> = Table::new("odd", &[]);
    let odd = Odd {
        rig: Rig {
            kind: "schooner".into(),
            masts: vec![1, 2],
        },
        flags: vec!["gr".into(), "uk".into()],
        note: None,
        depth: -3,
        sold: true,
        tons: u64::MAX,
    };
    let nothing: [&str; 0] = [];
    let cases = [
        (Condition::is(["rig", "kind"], "schooner"), true),
        (Condition::is(["rig", "kind"], "sloop"), false),
        (Condition::is("rig", "schooner"), false),
        (Condition::is("rig", Scalar::Null), false),
        (Condition::is(nothing, "schooner"), false),
        (Condition::begins(["rig", "kind"], "scho"), true),
        (Condition::begins(["rig", "kind"], "chooner"), false),
        (Condition::begins("depth", "-"), false),
        (Condition::holds("flags", "uk"), true),
        (Condition::holds("flags", "u"), false),
        (Condition::holds(["rig", "masts"], 2), true),
        (Condition::holds(["rig", "kind"], "schooner"), false),
        (Condition::is(["flags", "gr"], "gr"), false),
        (Condition::is(["flags", "gr"], Scalar::Null), true),
        (Condition::is("note", Scalar::Null), true),
        (Condition::is("missing", Scalar::Null), true),
        (Condition::is(["sold", "to"], Scalar::Null), true),
        (Condition::is("depth", -3), true),
        (Condition::is("depth", "-3"), false),
        (Condition::is("sold", true), true),
        (Condition::is("tons", i64::MAX), false),
        (Condition::one_of("depth", [1, -3]), true),
        (Condition::one_of("depth", Vec::<i64>::new()), false),
        (Condition::one_of("flags", ["gr", "uk"]), false),
        (Condition::contains(["rig", "kind"], "hoon"), true),
        (Condition::contains(["rig", "kind"], "Hoon"), false),
        (Condition::contains("flags", "uk"), false),
        (Condition::matches(["rig", "kind"], "schooner"), true),
        (Condition::matches(["rig", "kind"], "s*o?e*"), true),
        (Condition::matches(["rig", "kind"], "*oo*r"), true),
        (Condition::matches(["rig", "kind"], "*o"), false),
        (Condition::matches(["rig", "kind"], "schooner?"), false),
        (Condition::matches(["rig", "kind"], "schooner**"), true),
        (Condition::matches(["rig", "kind"], "schoone\\r"), true),
        (Condition::matches(["rig", "kind"], "schoone\\?"), false),
        (Condition::matches(["rig", "kind"], "schooner\\"), false),
        (Condition::matches("flags", "*"), false),
        (Condition::under(["rig", "kind"], "schooner", ""), true),
        (Condition::under(["rig", "kind"], "scho", "/o"), true),
        (Condition::under(["rig", "kind"], "scho", "/"), false),
        (Condition::under(["rig", "kind"], "schooners", "s"), false),
        (Condition::under("depth", "", "-"), false),
        (Condition::present("flags"), true),
        (Condition::present("tons"), true),
        (Condition::present("note"), false),
        (Condition::present(["rig", "flag"]), false),
    ];
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        ODDS.put(&tx, &acme(), 1, &odd).await.unwrap();
        for (condition, met) in cases {
            let query = Query::all(&acme()).keep(condition.clone());
            let page = ODDS.query(&tx, &query).await.unwrap();
            assert_eq!(page.found.len(), usize::from(met), "{condition:?}");
        }
    });
}

#[test]
fn conditions_are_about_the_newest_schema() {
    #[derive(Serialize, Deserialize)]
    struct Old {
        knots: u64,
    }
    impl Record for Old {
        const SCHEMA: u32 = 1;
    }
    #[derive(Serialize, Deserialize)]
    struct New {
        speed: u64,
    }
    impl Record for New {
        const SCHEMA: u32 = 2;

        fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
            let old: Old = UpgradeError::read(from, json)?;
            Ok(Self { speed: old.knots })
        }
    }
    const OLDS: Table<Old> = Table::new("boat", &[]);
    const NEWS: Table<New> = Table::new("boat", &[]);
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        for knots in [5, 7] {
            OLDS.put(&tx, &acme(), knots, &Old { knots }).await.unwrap();
        }
        NEWS.put(&tx, &acme(), 9, &New { speed: 7 }).await.unwrap();
        let fast = Query::all(&acme()).keep(Condition::is("speed", 7));
        assert_eq!(NEWS.query(&tx, &fast).await.unwrap().found.len(), 2);
    });
}

#[test]
fn the_serial_form_of_a_query_is_stable() {
    let query = Query::all(&acme())
        .index("port")
        .within(Within::Between(Parts::from("a"), Parts::from(("b", 7_u64))))
        .keep(Condition::one_of("masts", [3, 1]))
        .keep(Condition::is(["rig", "kind"], Scalar::Null))
        .keep(Condition::begins("name", "A"))
        .keep(Condition::holds("flags", true))
        .limit(3)
        .reverse();
    let text = canonical::to_string(&query).unwrap();
    insta::assert_snapshot!(text, @r#"{"index":"port","partition":"acme","reverse":true,"where":[{"field":["flags"],"test":{"holds":true}},{"field":["masts"],"test":{"one_of":[1,3]}},{"field":["name"],"test":{"begins":"A"}},{"field":["rig","kind"],"test":{"is":null}}],"within":{"between":[[{"text":"a"}],[{"text":"b"},{"u64":7}]]}}"#);
    let more = Query::all(&acme())
        .keep(Condition::contains("name", "rg"))
        .keep(Condition::under("port", "aws", "/:"))
        .keep(Condition::present("note"));
    let text = canonical::to_string(&more).unwrap();
    insta::assert_snapshot!(text, @r#"{"index":null,"partition":"acme","reverse":false,"where":[{"field":["name"],"test":{"contains":"rg"}},{"field":["note"],"test":"present"},{"field":["port"],"test":{"under":["aws","/:"]}}],"within":{"prefix":[]}}"#);
    // Neither the order in which conditions are given nor their repetition is part of it.
    let (one, two) = (Condition::is("a", 1), Condition::is("b", 2));
    let all = || Query::all(&acme());
    assert_eq!(
        all().keep(one.clone()).keep(two.clone()).keep(one.clone()),
        all().keep(two).keep(one)
    );
}

/// A page of two of the even ships in the store, and its cursor.
async fn two(tx: &Tx, query: &Query) -> (Vec<u64>, Option<Cursor>) {
    let page = SHIPS.query(tx, query).await.unwrap();
    let cursor = SHIPS.cursor(query, &page, "jason");
    let ids = page.found.iter().map(|found| found.record.masts).collect();
    (ids, cursor)
}

fn even() -> Query {
    Query::all(&acme()).index("port").prefix("even").limit(2)
}

#[test]
fn a_cursor_is_for_one_query_and_one_caller() {
    block_on(async {
        let (store, _) = memory();
        let ships: Vec<_> = (0..10).map(numbered).collect();
        fill(&store, &RetryPolicy::new(1), &ships).await;
        let tx = Tx::begin(&store).await.unwrap();
        let (ids, cursor) = two(&tx, &even()).await;
        let cursor = cursor.unwrap();
        assert_eq!(ids, [0, 2]);
        insta::assert_snapshot!(cursor, @"c1.228c516afefbb152.e3bb70859fff6218861d1cbbc71801a7.d1aaedfd71615736a0d1c24671c2bbc8.61636d6520736869702e706f7274206576656e206132206132");
        let resumed = SHIPS.resume(even().limit(9), &cursor, "jason").unwrap();
        assert_eq!(two(&tx, &resumed).await, (vec![4, 6, 8], None));
        let others = [
            even().reverse(),
            even().prefix("odd"),
            even().index("name"),
            even().keep(Condition::is("masts", 4)),
            Query::all(&Partition::global())
                .index("port")
                .prefix("even"),
        ];
        for other in others {
            let refused = SHIPS.resume(other, &cursor, "jason");
            assert_eq!(refused, Err(CursorError::OtherQuery));
        }
        assert_eq!(
            BOATS.resume(even(), &cursor, "jason"),
            Err(CursorError::OtherQuery)
        );
        assert_eq!(
            SHIPS.resume(even(), &cursor, "medea"),
            Err(CursorError::OtherCaller)
        );
        let messages = [CursorError::OtherQuery, CursorError::OtherCaller].map(|e| e.to_string());
        insta::assert_snapshot!(messages.join("\n"), @r"
        the cursor belongs to another query: ask the same again, or begin anew without it
        the cursor was given to another caller: begin anew without it
        ");
    });
}

#[test]
fn a_cursor_of_a_list_of_several_queries() {
    block_on(async {
        let (store, _) = memory();
        let ships: Vec<_> = (0..6).map(numbered).collect();
        fill(&store, &RetryPolicy::new(1), &ships).await;
        let tx = Tx::begin(&store).await.unwrap();
        let odd = even().prefix("odd");
        let page = SHIPS.query(&tx, &odd).await.unwrap();
        let row = page.found.last().unwrap().row.clone();
        let cursor = Cursor::new("ships by port", row.clone(), "jason");
        insta::assert_snapshot!(cursor, @"c1.c5d5c8060da4d4fa.a28874a3f2860a512a6cff9713b0b692.d1aaedfd71615736a0d1c24671c2bbc8.61636d6520736869702e706f7274206f6464206133206133");
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor.clone()));
        assert_eq!(cursor.place("ships by port", "jason"), Ok(&row));
        assert_eq!(
            cursor.place("ships by name", "jason"),
            Err(CursorError::OtherQuery)
        );
        assert_eq!(
            cursor.place("ships by port", "medea"),
            Err(CursorError::OtherCaller)
        );
        // It is none of the query's own, and the other way round.
        assert_eq!(
            SHIPS.resume(odd.clone(), &cursor, "jason"),
            Err(CursorError::OtherQuery)
        );
        // The row tells which of the queries goes on, wherever each of them stands.
        for (query, covers) in [
            (odd.clone(), true),
            (odd.clone().after(Some(row.clone())), true),
            (
                odd.clone()
                    .within(Within::Starting(Parts::new(), "od".into())),
                true,
            ),
            (even(), false),
            (Query::all(&acme()), false),
            (Query::all(&Partition::global()).index("port"), false),
        ] {
            assert_eq!(SHIPS.covers(&query, &row).unwrap(), covers, "{query:?}");
        }
        let by_key = SHIPS.query(&tx, &Query::all(&acme())).await.unwrap();
        assert!(by_key.found.iter().all(|found| found.row == found.key));
        assert!(
            SHIPS
                .covers(&Query::all(&acme()).index("mast"), &row)
                .is_err()
        );
    });
}

#[test]
fn texts_that_are_no_cursors_are_refused() {
    let good = block_on(async {
        let (store, _) = memory();
        fill(
            &store,
            &RetryPolicy::new(1),
            &[numbered(0), numbered(2), numbered(4)],
        )
        .await;
        let tx = Tx::begin(&store).await.unwrap();
        two(&tx, &even()).await.1.unwrap().to_string()
    });
    assert_eq!(Cursor::parse(&good).unwrap().to_string(), good);
    // Every beginning, and every text with one other character.
    for (at, character) in good.char_indices() {
        let (before, after) = good.split_at(at);
        let error = Cursor::parse(before).unwrap_err();
        assert!(error.at() <= at, "{error}");
        for other in ["0", "f", ".", "A", "é"] {
            if !other.starts_with(character) {
                let after = after.strip_prefix(character).unwrap();
                let changed = format!("{before}{other}{after}");
                assert!(Cursor::parse(&changed).is_err(), "{changed}");
            }
        }
    }
    for more in ["0", "00", ".", ".00", " ", "\n"] {
        let longer = format!("{good}{more}");
        assert!(Cursor::parse(&longer).is_err(), "{longer}");
    }
    let long = format!("c1.{}", "0".repeat(2000));
    let refused = ["", "c2.00", "c1.00", long.as_str()].map(|text| {
        let error = Cursor::parse(text).unwrap_err();
        format!("{}: {error}", error.at())
    });
    insta::assert_snapshot!(refused.join("\n"), @r"
        0: `` is no cursor: expected one that came with a page, whole and unchanged, stopped at byte 0
        0: `c2.00` is no cursor: expected one that came with a page, whole and unchanged, stopped at byte 0
        5: `c1.00` is no cursor: expected one that came with a page, whole and unchanged, stopped at byte 5
        1110: `c1.00000000000000000000000000000000000000000000000000000000000000000000000000000…` is no cursor: expected one that came with a page, whole and unchanged, stopped at byte 1110
        ");
}

proptest! {
    /// Whatever key is the last: its text is printable, short enough, and reads as the same.
    #[test]
    fn every_cursor_reads_as_the_same(parts in vec(any_text(), 1..3), binding in any_text()) {
        let parts: Parts = parts.iter().map(atlas_store::Part::from).collect();
        block_on(async {
            let (store, _) = memory();
            let tx = Tx::begin(&store).await.unwrap();
            if NOTES.put(&tx, &acme(), parts.clone(), &Note { n: 1 }).await.is_err() {
                return Ok(()); // the key is too long
            }
            NOTES.put(&tx, &acme(), parts.and("~"), &Note { n: 2 }).await.unwrap();
            let query = Query::all(&acme()).limit(1);
            let page = NOTES.query(&tx, &query).await.unwrap();
            let cursor = NOTES.cursor(&query, &page, &binding).unwrap();
            let text = cursor.to_string();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'));
            prop_assert!(text.len() <= 1110);
            prop_assert_eq!(Cursor::parse(&text).unwrap(), cursor.clone());
            let json = serde_json::to_string(&cursor).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor.clone());
            let rest = NOTES.query(&tx, &NOTES.resume(query, &cursor, &binding).unwrap()).await.unwrap();
            prop_assert_eq!(rest.found.len(), 1);
            Ok(())
        })?;
    }

    /// Between two pages anything may be put and deleted: nothing comes twice, nothing that was
    /// there all the time is left out, and no cursor holds a key that was not returned.
    #[test]
    fn pages_go_on_at_a_newer_state(
        begin in btree_set(0_u64..40, 0..30),
        changes in vec((btree_set(0_u64..40, 0..6), btree_set(0_u64..40, 0..6)), 0..12),
        limit in 1_usize..5,
        (indexed, reverse, filtered) in any::<(bool, bool, bool)>(),
    ) {
        block_on(async {
            let (store, _) = memory();
            let policy = RetryPolicy::new(9);
            let ships: Vec<_> = begin.iter().copied().map(numbered).collect();
            fill(&store, &policy, &ships).await;
            let wanted = |id: &u64| !(indexed || filtered) || id.is_multiple_of(2);
            let mut always: BTreeSet<u64> = begin.into_iter().filter(wanted).collect();
            let mut query = Query::all(&acme()).limit(limit);
            if indexed { query = query.index("port").prefix("even"); }
            if filtered { query = query.keep(Condition::is("port", "even")); }
            if reverse { query = query.reverse(); }
            let mut found = Vec::new();
            let mut cursor: Option<Cursor> = None;
            let mut changes = changes.into_iter();
            loop {
                let tx = Tx::begin(&store).await.unwrap();
                let page = match &cursor {
                    None => query.clone(),
                    Some(cursor) => SHIPS.resume(query.clone(), cursor, "").unwrap(),
                };
                let page = SHIPS.query(&tx, &page).await.unwrap();
                found.extend(page.found.iter().map(|found| found.record.masts));
                let last = page.found.last().map(|found| found.key.clone());
                cursor = SHIPS.cursor(&query, &page, "");
                let Some(cursor) = &cursor else { break };
                let hidden = held(cursor);
                let last = last.unwrap();
                let returned = last.as_str().rsplit(' ').next().unwrap().to_owned();
                prop_assert!(hidden.as_str().ends_with(&format!(" {returned}")), "{hidden} {last}");
                if let Some((put, gone)) = changes.next() {
                    let put: Vec<_> = put.difference(&gone).copied().map(numbered).collect();
                    fill(&store, &policy, &put).await;
                    remove(&store, &policy, &gone).await;
                    always.retain(|id| !gone.contains(id));
                }
            }
            let mut sorted: Vec<_> = found.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            if reverse { sorted.reverse(); }
            prop_assert_eq!(&found, &sorted, "in order, none twice");
            let missing: Vec<_> = always.iter().filter(|id| !found.contains(id)).collect();
            prop_assert!(missing.is_empty(), "left out: {missing:?}");
            Ok(())
        })?;
    }
}

/// The key that the text of a cursor holds, in hex at its end.
fn held(cursor: &Cursor) -> Key {
    let text = cursor.to_string();
    let digits = text.rsplit('.').next().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap();
    let bytes = digits
        .chunks(2)
        .map(|pair| u8::try_from(digit(pair[0]) << 4 | digit(pair[1])).unwrap());
    Key::parse(&String::from_utf8(bytes.collect()).unwrap()).unwrap()
}

/// Another table of ships.
const BOATS: Table<Ship> = Table::new("boat", &[]);
const NOTES: Table<Note> = Table::new("note", &[]);

#[derive(Serialize, Deserialize)]
struct Note {
    n: u64,
}

impl Record for Note {
    const SCHEMA: u32 = 1;
}
