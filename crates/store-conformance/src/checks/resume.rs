//! Pages that go on while the store changes.

use super::fleet::{SHIPS, ship};
use crate::{
    bench::{Bench, home},
    dice::Dice,
    failure::{Verdict, same, seen},
};
use atlas_store::{Cursor, Query, RecordError, Tx, transact};
use std::collections::BTreeSet;

/// How many records may be there; the even ones always are.
const RECORDS: usize = 40;

pub(crate) async fn pages_resume_at_a_newer_state(bench: &Bench<'_>) -> Verdict {
    let mut dice = bench.dice(0);
    let queries = [
        Query::all(&home()),
        Query::all(&home()).index("name"),
        Query::all(&home()).index("port").prefix("here"),
    ];
    for number in (0..RECORDS).step_by(2) {
        set(bench, number, true).await?;
    }
    for query in queries {
        for limit in [1, 3, 7] {
            walk(bench, &mut dice, query.clone().limit(limit), false).await?;
            walk(bench, &mut dice, query.clone().limit(limit).reverse(), true).await?;
        }
    }
    Ok(())
}

/// Reads a query to its end, while odd records come and go between the pages.
async fn walk(bench: &Bench<'_>, dice: &mut Dice, query: Query, reverse: bool) -> Verdict {
    let mut found: Vec<u64> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let next = match &cursor {
            None => query.clone(),
            Some(text) => {
                let cursor: Result<Cursor, _> = text.parse();
                let resumed = cursor.map(|cursor| SHIPS.resume(query.clone(), &cursor, "suite"));
                match resumed {
                    Ok(Ok(next)) => next,
                    other => return seen(format_args!("the cursor {text} gave {other:?}")),
                }
            }
        };
        let tx = Tx::begin(&*bench.store).await?;
        let page = SHIPS.query(&tx, &next).await?;
        found.extend(page.found.iter().map(|found| found.record.number));
        if found.len() > RECORDS {
            return seen(format_args!("more came than there ever was: {found:?}"));
        }
        match SHIPS.cursor(&query, &page, "suite") {
            None => break,
            Some(after) => cursor = Some(after.to_string()),
        }
        for _ in 0..2 {
            let odd = dice.roll(RECORDS / 2) * 2 + 1;
            set(bench, odd, dice.roll(2) == 0).await?;
        }
    }
    let mut expected: Vec<_> = found
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if reverse {
        expected.reverse();
    }
    same("the order of the pages of a list", &found, &expected)?;
    let even = |number: &&u64| number.is_multiple_of(2);
    same(
        "the records that were there all the time",
        &found.iter().filter(even).count(),
        &(RECORDS / 2),
    )
}

/// Puts a record, or takes it away.
async fn set(bench: &Bench<'_>, number: usize, there: bool) -> Verdict {
    let number = u64::try_from(number).unwrap_or(0);
    let ship = ship(number, &format!("ship {number:02}"), &["here"]);
    let ship = &ship;
    let work = |tx: Tx| async move {
        if there {
            return SHIPS.put(&tx, &home(), number, ship).await;
        }
        SHIPS.delete(&tx, &home(), number).await?;
        Ok::<_, RecordError>(())
    };
    transact(&*bench.store, &bench.policy, work).await?;
    Ok(())
}
