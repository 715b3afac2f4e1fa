//! The store as transactions use it.

use crate::{
    bench::{Bench, everything, json, key, put},
    failure::{Found, Verdict, same, seen},
};
use atlas_store::{Key, Page, StoreError, Tx, transact};

pub(crate) async fn transactions_read_their_own_writes(bench: &Bench<'_>) -> Verdict {
    let keys = [key("a")?, key("b")?, key("c")?, key("d")?, key("e")?];
    let [a, b, c, gone, last] = &keys;
    bench
        .write([a, b, gone, last].map(|key| put(key, "old")).to_vec())
        .await?;
    let tx = Tx::begin(&*bench.store).await?;
    tx.put(b.clone(), json("new"))?;
    tx.put(c.clone(), json("new"))?;
    tx.delete(gone.clone())?;
    let expected =
        [Some("old"), Some("new"), Some("new"), None, Some("old")].map(|text| text.map(json));
    same(
        "reading keys",
        &tx.get_many(&keys).await?,
        &expected.to_vec(),
    )?;
    for limit in [1, 2, 10] {
        let mut found = Vec::new();
        let mut rest = Some(everything()?);
        while let Some(range) = rest.take() {
            let rows = tx.range(&range, Page::first(limit)).await?;
            found.extend(rows.entries);
            rest = rows.next;
        }
        // The page that holds only what is deleted here is empty, and not the last.
        let expected = [(a, "old"), (b, "new"), (c, "new"), (last, "old")];
        let expected = expected
            .map(|(key, text)| (key.clone(), json(text)))
            .to_vec();
        same("reading a range", &found, &expected)?;
    }
    same("what others see", &bench.text(c).await?, &None)?;
    tx.commit(bench.policy.token()).await?;
    same(
        "what others see later",
        &bench.text(c).await?,
        &Some("new".to_owned()),
    )
}

pub(crate) async fn counters_add_up(bench: &Bench<'_>) -> Verdict {
    let counters = [key("even")?, key("odd")?];
    let rounds = bench.harness.rounds;
    bench.on_threads(bench.harness.writers, |_| async {
        for round in 0..rounds {
            let counter = counters.get(round % 2).unwrap_or(&counters[0]);
            let add = |tx: Tx| add(tx, counter.clone());
            transact::<_, _, _, StoreError>(&*bench.store, &bench.policy, add).await?;
        }
        Ok(())
    })?;
    let mut sum = 0;
    for counter in &counters {
        sum += number(bench.text(counter).await?)?;
    }
    same(
        "the sum of all counts",
        &sum,
        &(rounds * bench.harness.writers),
    )
}

pub(super) async fn add(tx: Tx, counter: Key) -> Result<(), StoreError> {
    let text = tx.get(&counter).await?.unwrap_or_default();
    let count: usize = String::from_utf8_lossy(&text)
        .trim_matches('"')
        .parse()
        .unwrap_or(0);
    tx.put(counter, json(&(count + 1).to_string()))
}

fn number(text: Option<String>) -> Result<usize, Found> {
    let text = text.unwrap_or_else(|| "0".to_owned());
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => seen(format_args!("a counter held {text:?}")),
    }
}
