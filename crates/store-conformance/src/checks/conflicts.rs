//! Two transactions that meet, step by step, on one thread.

use crate::{
    bench::{Answer, Bench, delete, key, put, read_keys, read_range},
    failure::{Found, Verdict, conflict, same, seen},
};
use atlas_store::{KeyRange, Write};

pub(crate) async fn lost_updates_are_refused(bench: &Bench<'_>) -> Verdict {
    let counter = key("counter")?;
    bench.write(vec![put(&counter, "0")]).await?;
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let first = read_keys(&*one, &[&counter]).await?;
    let second = read_keys(&*two, &[&counter]).await?;
    bench.commit(one, first, vec![put(&counter, "one")]).await?;
    let outcome = bench.commit(two, second, vec![put(&counter, "two")]).await;
    conflict(
        "an update of a key that had changed since it was read",
        outcome,
    )?;
    same(
        "the counter",
        &bench.text(&counter).await?,
        &Some("one".to_owned()),
    )
}

pub(crate) async fn inserts_of_missing_keys_are_refused(bench: &Bench<'_>) -> Verdict {
    let name = key("name")?;
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let first = read_keys(&*one, &[&name]).await?;
    let second = read_keys(&*two, &[&name]).await?;
    bench.commit(one, first, vec![put(&name, "one")]).await?;
    let outcome = bench.commit(two, second, vec![put(&name, "two")]).await;
    conflict(
        "a second insert of a key that both had found missing",
        outcome,
    )
}

pub(crate) async fn deletes_of_read_keys_are_refused(bench: &Bench<'_>) -> Verdict {
    let (target, referrer) = (key("target")?, key("referrer")?);
    bench.write(vec![put(&target, "here")]).await?;
    let snapshot = bench.snapshot().await?;
    let reads = read_keys(&*snapshot, &[&target]).await?;
    bench.write(vec![delete(&target)]).await?;
    let outcome = bench
        .commit(snapshot, reads, vec![put(&referrer, "points there")])
        .await;
    conflict("a reference to a key that had been deleted", outcome)
}

pub(crate) async fn changes_there_and_back_are_seen(bench: &Bench<'_>) -> Verdict {
    let (watched, other) = (key("watched")?, key("other")?);
    bench.write(vec![put(&watched, "same")]).await?;
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let keyed = read_keys(&*one, &[&watched]).await?;
    let (ranged, _) = read_range(&*two, &KeyRange::only(&watched)).await?;
    bench.write(vec![delete(&watched)]).await?;
    bench.write(vec![put(&watched, "same")]).await?;
    let outcome = bench.commit(one, keyed, vec![put(&other, "1")]).await;
    conflict(
        "a commit over a key that was deleted and made again",
        outcome,
    )?;
    let outcome = bench.commit(two, ranged, vec![put(&other, "2")]).await;
    conflict(
        "a commit over a range whose key was deleted and made again",
        outcome,
    )
}

pub(crate) async fn write_skew_is_refused(bench: &Bench<'_>) -> Verdict {
    let (left, right) = (key("left")?, key("right")?);
    bench
        .write(vec![put(&left, "on"), put(&right, "on")])
        .await?;
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let first = read_keys(&*one, &[&left, &right]).await?;
    let second = read_keys(&*two, &[&left, &right]).await?;
    bench.commit(one, first, vec![put(&left, "off")]).await?;
    let outcome = bench.commit(two, second, vec![put(&right, "off")]).await;
    conflict(
        "the second of two commits that each wrote what the other had read",
        outcome,
    )
}

pub(crate) async fn phantoms_by_insert_are_refused(bench: &Bench<'_>) -> Verdict {
    bench
        .write(vec![put(&key("m1")?, "1"), put(&key("m5")?, "1")])
        .await?;
    let outcome = meet(bench, vec![put(&key("m3")?, "phantom")]).await?;
    conflict("a commit over a range that had gained a key", outcome)
}

pub(crate) async fn phantoms_by_delete_are_refused(bench: &Bench<'_>) -> Verdict {
    let gone = key("m3")?;
    bench
        .write(vec![put(&key("m1")?, "1"), put(&gone, "1")])
        .await?;
    let outcome = meet(bench, vec![delete(&gone)]).await?;
    conflict("a commit over a range that had lost a key", outcome)
}

pub(crate) async fn phantoms_in_an_empty_range_are_refused(bench: &Bench<'_>) -> Verdict {
    let outcome = meet(bench, vec![put(&key("m3")?, "phantom")]).await?;
    conflict(
        "a commit over an empty range that had gained a key",
        outcome,
    )
}

pub(crate) async fn skew_over_ranges_is_refused(bench: &Bench<'_>) -> Verdict {
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let (first, _) = read_range(&*one, &middle()?).await?;
    let (second, _) = read_range(&*two, &middle()?).await?;
    bench
        .commit(one, first, vec![put(&key("m1")?, "only one")])
        .await?;
    let outcome = bench
        .commit(two, second, vec![put(&key("m2")?, "only one")])
        .await;
    conflict(
        "the second of two commits that each had found a range empty",
        outcome,
    )
}

pub(crate) async fn blind_writes_do_not_conflict(bench: &Bench<'_>) -> Verdict {
    let (target, seen_key) = (key("target")?, key("seen")?);
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    bench.write(vec![put(&target, "first")]).await?;
    let nothing = read_keys(&*one, &[]).await?;
    passes(
        "a blind write",
        bench
            .commit(one, nothing, vec![put(&target, "second")])
            .await,
    )?;
    let other = read_keys(&*two, &[&seen_key]).await?;
    passes(
        "a write without a read of its key",
        bench.commit(two, other, vec![put(&target, "third")]).await,
    )?;
    same(
        "the last blind write",
        &bench.text(&target).await?,
        &Some("third".to_owned()),
    )
}

pub(crate) async fn unrelated_commits_do_not_conflict(bench: &Bench<'_>) -> Verdict {
    let (mine, yours) = (key("mine")?, key("yours")?);
    bench.write(vec![put(&mine, "0"), put(&yours, "0")]).await?;
    let (one, two) = (bench.snapshot().await?, bench.snapshot().await?);
    let first = read_keys(&*one, &[&mine]).await?;
    let second = read_keys(&*two, &[&yours]).await?;
    passes(
        "a commit",
        bench.commit(one, first, vec![put(&mine, "1")]).await,
    )?;
    passes(
        "a commit beside it",
        bench.commit(two, second, vec![put(&yours, "1")]).await,
    )
}

pub(crate) async fn commits_without_writes_succeed(bench: &Bench<'_>) -> Verdict {
    let watched = key("watched")?;
    bench.write(vec![put(&watched, "0")]).await?;
    let snapshot = bench.snapshot().await?;
    let reads = read_keys(&*snapshot, &[&watched]).await?;
    let committed = bench.commit(snapshot, reads, Vec::new()).await?;
    if !committed.positions.is_empty() {
        return seen(format_args!(
            "a commit that wrote nothing has a place in a feed"
        ));
    }
    let snapshot = bench.snapshot().await?;
    let reads = read_keys(&*snapshot, &[&watched]).await?;
    bench.write(vec![put(&watched, "1")]).await?;
    let outcome = bench.commit(snapshot, reads, Vec::new()).await;
    conflict("a commit without writes whose reads had moved", outcome)
}

/// Reads the middle range, lets `meanwhile` happen, and commits elsewhere.
async fn meet(bench: &Bench<'_>, meanwhile: Vec<Write>) -> Result<Answer, Found> {
    let snapshot = bench.snapshot().await?;
    let (reads, _) = read_range(&*snapshot, &middle()?).await?;
    bench.write(meanwhile).await?;
    Ok(bench
        .commit(snapshot, reads, vec![put(&key("sum")?, "of what was read")])
        .await)
}

/// The keys that begin with `m`.
fn middle() -> Result<KeyRange, Found> {
    Ok(KeyRange::new(key("m")?.as_str(), key("n")?.as_str()))
}

fn passes(what: &str, outcome: Answer) -> Verdict {
    match outcome {
        Ok(_) => Ok(()),
        Err(atlas_store::StoreError::Conflict) => seen(format_args!("{what} was refused")),
        Err(error) => Err(error.into()),
    }
}
