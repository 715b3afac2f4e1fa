//! Change feeds and waiting for them.

use crate::{
    bench::{Bench, account, delete, home, key, key_in, put},
    failure::{Found, Verdict, same, seen},
};
use atlas_store::{CommitId, FeedEntry, FeedPosition, Partition, StoreError};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) async fn feeds_are_gap_free_and_in_order(bench: &Bench<'_>) -> Verdict {
    let nothing = bench.store.feed(&home(), FeedPosition::START, 10).await?;
    same(
        "a feed without commits",
        &(nothing.entries.len(), nothing.head),
        &(0, FeedPosition::START),
    )?;
    let (a, b) = (key("a")?, key("b")?);
    let mut expected = Vec::new();
    for round in 0..12 {
        // Keys come in key order, deleted ones too.
        let writes = match round % 3 {
            0 => vec![put(&a, "1"), put(&b, "1")],
            1 => vec![delete(&a)],
            _ => vec![put(&b, "2")],
        };
        let keys = writes.iter().map(|write| write.key().clone()).collect();
        let committed = bench.write(writes).await?;
        let position = committed
            .positions
            .get(&home())
            .copied()
            .unwrap_or_default();
        expected.push(FeedEntry {
            position,
            commit: committed.id,
            keys,
        });
    }
    for (entry, position) in expected.iter().zip(1..) {
        same(
            "the position of a commit",
            &entry.position.as_u64(),
            &position,
        )?;
    }
    let head = FeedPosition::from_u64(12);
    for after in 0..14_u64 {
        for max in [0, 1, 5, 100] {
            let page = bench
                .store
                .feed(&home(), FeedPosition::from_u64(after), max)
                .await?;
            let skipped = usize::try_from(after).unwrap_or(0);
            let right: Vec<_> = expected.iter().skip(skipped).take(max).cloned().collect();
            same(
                &format!("the feed after {after}, at most {max}"),
                &page.entries,
                &right,
            )?;
            same("its head", &page.head, &head)?;
        }
    }
    Ok(())
}

pub(crate) async fn feeds_of_partitions_are_separate(bench: &Bench<'_>) -> Verdict {
    let (one, two) = (account("one")?, account("two")?);
    let (first, second) = (key_in(&one, "k")?, key_in(&two, "k")?);
    bench.write(vec![put(&first, "1")]).await?;
    let both = bench
        .write(vec![put(&first, "2"), put(&second, "2")])
        .await?;
    let expected = BTreeMap::from([
        (one.clone(), FeedPosition::from_u64(2)),
        (two.clone(), FeedPosition::from_u64(1)),
    ]);
    same(
        "the positions of a commit to two partitions",
        &both.positions,
        &expected,
    )?;
    for (partition, key, position) in [(&one, &first, 2), (&two, &second, 1)] {
        let feed = bench.feed(partition).await?;
        let expected = FeedEntry {
            position: FeedPosition::from_u64(position),
            commit: both.id,
            keys: vec![key.clone()],
        };
        same(
            "the newest entry of a feed",
            &feed.entries.last(),
            &Some(&expected),
        )?;
    }
    let untouched = bench.feed(&home()).await?;
    same(
        "the feed of a partition nobody wrote to",
        &untouched.head,
        &FeedPosition::START,
    )
}

pub(crate) async fn feeds_are_gap_free_with_many_writers(bench: &Bench<'_>) -> Verdict {
    let partitions = [account("one")?, account("two")?];
    let shared = &partitions;
    let answers = bench.on_threads(bench.harness.writers, |thread| async move {
        let mut answers = Vec::new();
        for round in 0..bench.rounds() {
            let wanted = shared
                .iter()
                .zip(1..)
                .filter(|(_, bit)| (round % 3 + 1) & bit != 0);
            let writes = wanted.map(|(partition, _)| {
                Ok(put(
                    &key_in(partition, &format!("{thread}"))?,
                    &round.to_string(),
                ))
            });
            answers.push(bench.write(writes.collect::<Result<_, Found>>()?).await?);
        }
        Ok(answers)
    })?;
    let mut ids = BTreeSet::new();
    let mut expected = BTreeMap::<Partition, BTreeMap<u64, CommitId>>::new();
    for committed in answers.into_iter().flatten() {
        if !ids.insert(committed.id) {
            return seen(format_args!("two commits have the id {}", committed.id));
        }
        for (partition, position) in committed.positions {
            let feed = expected.entry(partition).or_default();
            if feed.insert(position.as_u64(), committed.id).is_some() {
                return seen(format_args!(
                    "two commits have position {position} of one feed"
                ));
            }
        }
    }
    for (partition, expected) in expected {
        let feed = bench.feed(&partition).await?;
        let found = feed
            .entries
            .iter()
            .map(|entry| (entry.position.as_u64(), entry.commit));
        same(
            "a whole feed",
            &found.collect::<Vec<_>>(),
            &expected.into_iter().collect(),
        )?;
        let positions: Vec<_> = feed
            .entries
            .iter()
            .map(|entry| entry.position.as_u64())
            .collect();
        same(
            "its positions",
            &positions,
            &(1..=feed.head.as_u64()).collect(),
        )?;
    }
    Ok(())
}

pub(crate) async fn feeds_expire(bench: &Bench<'_>) -> Verdict {
    let Some(kept) = bench.harness.feed_retention else {
        return seen(format_args!(
            "the harness says neither how long its feeds are nor that they are never cut"
        ));
    };
    let (key, surplus) = (key("k")?, 5);
    for round in 0..kept + surplus {
        bench.write(vec![put(&key, &round.to_string())]).await?;
    }
    let oldest = match bench.store.feed(&home(), FeedPosition::START, 1).await {
        Err(StoreError::FeedExpired { oldest }) => oldest,
        Err(error) => return Err(error.into()),
        Ok(page) => {
            return seen(format_args!(
                "{} entries came from a feed that should have been cut",
                page.entries.len()
            ));
        }
    };
    let page = bench.store.feed(&home(), oldest, usize::MAX).await?;
    let positions: Vec<_> = page.entries.iter().map(|entry| entry.position).collect();
    let first = positions.first().copied().unwrap_or_default();
    same(
        "the first entry after the oldest position",
        &first,
        &oldest.next(),
    )?;
    same(
        "the last entry",
        &positions.last().copied().unwrap_or_default(),
        &page.head,
    )?;
    let head = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    same("the head, asked for alone", &head, &page.head)
}

pub(crate) async fn waiters_are_woken(bench: &Bench<'_>) -> Verdict {
    let key = key("k")?;
    bench.write(vec![put(&key, "0")]).await?;
    let head = bench.feed(&home()).await?.head;
    let commit = async {
        bench.pause(20).await?;
        bench.write(vec![put(&key, "1")]).await.map(drop)
    };
    let woken = bench.wakes(&home(), head, commit).await?;
    if woken {
        Ok(())
    } else {
        Err(Found::Silence("waiting for a commit"))
    }
}

pub(crate) async fn waiting_for_the_past_ends_at_once(bench: &Bench<'_>) -> Verdict {
    bench.write(vec![put(&key("k")?, "0")]).await?;
    let woken = bench
        .wakes(&home(), FeedPosition::START, async { Ok(()) })
        .await?;
    if woken {
        Ok(())
    } else {
        Err(Found::Silence("waiting for a commit of the past"))
    }
}
