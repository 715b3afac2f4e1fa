//! What a store says that it can hold, and whether it does.

use crate::{
    Lack,
    bench::{Bench, all, everything, json, key, put},
    failure::{Found, Verdict, same, seen},
    lack::{LARGE_BYTES, LARGE_WRITES},
};
use atlas_store::{Key, Limit, MAX_KEY_BYTES, ReadSet, StoreError, Value, Write};

pub(crate) async fn large_values_come_back_unchanged(bench: &Bench<'_>) -> Verdict {
    let key = key("large")?;
    let value = json(&"x".repeat(LARGE_BYTES - 2));
    let write = Write::Put {
        key: key.clone(),
        value: Value::clone(&value),
    };
    bench.write(vec![write]).await?;
    let found = bench.entry(&key).await?.map(|entry| entry.value);
    if found.as_ref() == Some(&value) {
        return Ok(());
    }
    seen(format_args!(
        "of {LARGE_BYTES} bytes {} came back, or others",
        found.map_or(0, |value| value.len())
    ))
}

pub(crate) async fn large_commits_are_whole(bench: &Bench<'_>) -> Verdict {
    let value = "x".repeat(LARGE_BYTES / LARGE_WRITES - 100);
    let keys = (0..LARGE_WRITES).map(|number| key(&format!("k{number:05}")));
    let keys: Vec<Key> = keys.collect::<Result<_, _>>()?;
    let writes = keys.iter().map(|key| put(key, &value)).collect();
    bench.write(writes).await?;
    let found = all(&*bench.snapshot().await?, &everything()?, false).await?;
    same(
        "the number of keys of a large commit",
        &found.len(),
        &LARGE_WRITES,
    )
}

pub(crate) async fn lacks_are_those_that_were_named(bench: &Bench<'_>) -> Verdict {
    let capability = bench.store.capability();
    if capability.max_key_bytes < MAX_KEY_BYTES {
        let most = capability.max_key_bytes;
        return seen(format_args!("it holds only keys of {most} bytes"));
    }
    for lack in Lack::ALL {
        let named = bench.harness.lacks.contains(&lack);
        match lack.stated(capability) {
            Some(true) if !named => {
                return seen(format_args!(
                    "the harness does not name that {lack}: `Lack::{lack:?}`"
                ));
            }
            Some(false) if named => {
                return seen(format_args!(
                    "the store says the contrary of `Lack::{lack:?}`"
                ));
            }
            _ => {}
        }
    }
    let expires = bench.harness.feed_retention.is_some();
    if expires && bench.harness.lacks.contains(&Lack::FeedExpiry) {
        return seen(format_args!(
            "the harness says how long feeds are and that they are not cut"
        ));
    }
    Ok(())
}

pub(crate) async fn limits_are_answered(bench: &Bench<'_>) -> Verdict {
    let capability = bench.store.capability().clone();
    let small = key("small")?;
    let mut cases: Vec<(Limit, Vec<Write>)> = Vec::new();
    if capability.max_value_bytes <= MOST_BYTES {
        let value = json(&"x".repeat(capability.max_value_bytes));
        let large = Write::Put {
            key: key("large")?,
            value,
        };
        cases.push((Limit::ValueBytes, vec![put(&small, "1"), large]));
    }
    if let Some(most) = capability
        .max_operations
        .filter(|&most| most <= MOST_OPERATIONS)
    {
        let writes = (0..=most).map(|n| Ok(put(&key(&format!("many{n:07}"))?, "1")));
        cases.push((Limit::Operations, writes.collect::<Result<_, Found>>()?));
    }
    if let Some(most) = capability.max_commit_bytes {
        let each = capability.max_value_bytes.min(most).min(MOST_BYTES);
        let count = most.div_ceil(each.max(1)) + 1;
        if count
            <= capability
                .max_operations
                .unwrap_or(MOST_OPERATIONS)
                .min(MOST_OPERATIONS)
        {
            let value: Value = json(&"x".repeat(each.saturating_sub(2)));
            let writes = (0..count).map(|n| {
                let key = key(&format!("heavy{n:07}"))?;
                Ok(Write::Put {
                    key,
                    value: Value::clone(&value),
                })
            });
            cases.push((Limit::CommitBytes, writes.collect::<Result<_, Found>>()?));
        }
    }
    for (limit, writes) in cases {
        let reads = ReadSet::default();
        match bench.commit(bench.snapshot().await?, reads, writes).await {
            Err(StoreError::TooLarge { what, .. }) if what == limit => {}
            Err(StoreError::TooLarge { what, .. }) => {
                return seen(format_args!(
                    "too many {limit} were answered as too many {what}"
                ));
            }
            Err(error) => return Err(error.into()),
            Ok(_) => return seen(format_args!("a commit with too many {limit} was accepted")),
        }
        let left = all(&*bench.snapshot().await?, &everything()?, false).await?;
        same("the keys that a refused commit left", &left.len(), &0)?;
    }
    Ok(())
}

/// What the suite is willing to build to exceed a limit.
const MOST_BYTES: usize = 32 << 20;
const MOST_OPERATIONS: usize = 200_000;
