//! What transactions promise when several writers run at the same time.

use super::fleet::{SHIPS, Ship, agrees, ship};
use crate::{
    bench::{Bench, Meeting, Ticket, account, home, json, key, key_in},
    dice::Dice,
    failure::{Found, Verdict, same, seen},
    faulty::{Fault, FaultyStore},
};
use atlas_store::{
    Committed, Key, Page, Partition, RecordError, Snapshot, StoreError, Tx, transact,
};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::{collections::BTreeMap, sync::Arc};

/// Every round all writers insert a record of one name, having all seen that it is free.
pub(crate) async fn names_stay_unique(bench: &Bench<'_>) -> Verdict {
    let writers = bench.harness.writers;
    for round in 0..bench.races() {
        let (name, meeting) = (format!("name {round}"), Meeting::of(writers));
        let (name, meeting) = (&name, &meeting);
        let inserted = bench.on_threads(writers, |thread| async move {
            let number = u64::try_from(round * writers + thread).unwrap_or(0);
            let first = Ticket::new();
            let insert = |tx: Tx| {
                let first = &first;
                async move {
                    let ship = ship(number, name, &["here"]);
                    let inserted = SHIPS.insert(&tx, &home(), number, &ship).await;
                    meeting.join(bench, first).await?;
                    inserted
                }
            };
            match transact(&*bench.store, &bench.policy, insert).await {
                Ok(_) => Ok(Some(number)),
                Err(RecordError::Taken { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })?;
        let winners: Vec<u64> = inserted.into_iter().flatten().collect();
        let tx = Tx::begin(&*bench.store).await?;
        let holder = SHIPS.find(&tx, &home(), "name", name).await?;
        let holder: Vec<u64> = holder.iter().map(|found| found.record.number).collect();
        same("who was told to have a unique name", &winners, &holder)?;
    }
    agrees(&*bench.snapshot().await?).await
}

/// Every round some delete what nobody refers to, and others refer to what is there.
pub(crate) async fn references_hold(bench: &Bench<'_>) -> Verdict {
    let writers = bench.harness.writers.max(2);
    for round in 0..bench.races() {
        let target = key(&format!("target {round}"))?;
        let referrers = Key::builder(&home(), "referrer").text(&round.to_string());
        let (all, meeting) = (referrers.clone().range()?, Meeting::of(writers));
        let fill = |tx: Tx| {
            let target = target.clone();
            async move { tx.put(target, json("there")) }
        };
        transact::<_, _, _, StoreError>(&*bench.store, &bench.policy, fill).await?;
        let (target, all, meeting) = (&target, &all, &meeting);
        let referrers = &referrers;
        bench.on_threads(writers, |thread| async move {
            let first = Ticket::new();
            let own = referrers.clone().text(&thread.to_string()).build()?;
            let (first, own) = (&first, &own);
            let refer = |tx: Tx| async move {
                if tx.get(target).await?.is_some() {
                    tx.put(own.clone(), json("to it"))?;
                }
                meeting.join(bench, first).await
            };
            let delete = |tx: Tx| async move {
                if tx.range(all, Page::first(1)).await?.entries.is_empty() {
                    tx.delete(target.clone())?;
                }
                meeting.join(bench, first).await
            };
            if thread % 2 == 0 {
                transact(&*bench.store, &bench.policy, refer).await?;
            } else {
                transact(&*bench.store, &bench.policy, delete).await?;
            }
            Ok(())
        })?;
        let (_, count) = crate::bench::read_range(&*bench.snapshot().await?, all).await?;
        if count > 0 && bench.entry(target).await?.is_none() {
            return seen(format_args!(
                "{count} keys refer to {target}, which is gone"
            ));
        }
    }
    Ok(())
}

/// Writers rename, move and delete the same few records, while a reader looks.
pub(crate) async fn index_rows_agree_with_records(bench: &Bench<'_>) -> Verdict {
    let writers = bench.harness.writers;
    let writing = AtomicUsize::new(writers);
    let writing = &writing;
    bench.on_threads(writers + 1, |thread| async move {
        if thread == writers {
            while writing.load(Ordering::SeqCst) > 0 {
                agrees(&*bench.snapshot().await?).await?;
                bench.pause(1).await?;
            }
            return Ok(());
        }
        let mut dice = bench.dice(thread);
        let mut outcome = Ok(());
        for _ in 0..bench.harness.rounds {
            outcome = change(bench, &mut dice).await;
            if outcome.is_err() {
                break;
            }
        }
        writing.fetch_sub(1, Ordering::SeqCst);
        outcome
    })?;
    let snapshot = bench.snapshot().await?;
    agrees(&*snapshot).await?;
    lists_agree(snapshot).await
}

/// One change of one ship.
async fn change(bench: &Bench<'_>, dice: &mut Dice) -> Verdict {
    let number = u64::try_from(dice.roll(5)).unwrap_or(0);
    let ports = ["north", "south", "east"];
    let ports = ports.get(dice.roll(3)..).unwrap_or_default();
    let ship = ship(number, &format!("ship {}", dice.roll(8)), ports);
    let (ship, gone) = (&ship, dice.roll(4) == 0);
    let work = |tx: Tx| async move {
        if gone {
            SHIPS.delete(&tx, &home(), number).await?;
            return Ok(());
        }
        SHIPS.put(&tx, &home(), number, ship).await
    };
    match transact(&*bench.store, &bench.policy, work).await {
        Ok(_) | Err(RecordError::Taken { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Fails unless the list by names has the records that the table has.
async fn lists_agree(snapshot: Box<dyn Snapshot>) -> Verdict {
    let tx = Tx::on(snapshot);
    let all = atlas_store::Query::all(&home());
    let numbers = |page: atlas_store::QueryPage<Ship>| {
        let mut numbers: Vec<_> = page.found.iter().map(|found| found.record.number).collect();
        numbers.sort_unstable();
        numbers
    };
    let own = numbers(SHIPS.query(&tx, &all).await?);
    let named = numbers(SHIPS.query(&tx, &all.index("name")).await?);
    same("the list by names", &named, &own)
}

/// Every writer counts, and of some of its commits the answers get lost.
pub(crate) async fn lost_outcomes_are_settled(bench: &Bench<'_>) -> Verdict {
    let counter = key("counter")?;
    let counter = &counter;
    let rounds = bench.harness.rounds;
    let told = bench.on_threads(bench.harness.writers, |thread| async move {
        let store = FaultyStore::new(Arc::clone(&bench.store));
        let mut dice = bench.dice(thread);
        let mut told = Vec::new();
        for _ in 0..rounds {
            match dice.roll(5) {
                0 => store.plan([Fault::LostAnswer]),
                1 => store.plan([Fault::LostCommit]),
                2 => store.plan([Fault::LostAnswer, Fault::LostAnswer]),
                3 => store.plan([Fault::LostCommit, Fault::Unavailable]),
                _ => {}
            }
            let add = |tx: Tx| super::transactions::add(tx, counter.clone());
            let added = transact::<_, _, _, StoreError>(&store, &bench.policy, add).await?;
            told.push(position(added.1, &home())?);
        }
        Ok(told)
    })?;
    let mut told: Vec<u64> = told.into_iter().flatten().collect();
    told.sort_unstable();
    let all = rounds * bench.harness.writers;
    same(
        "the places that writers were told",
        &told,
        &(1..=u64::try_from(all).unwrap_or(0)).collect(),
    )?;
    same(
        "the sum of all counts",
        &bench.text(counter).await?,
        &(all > 0).then(|| all.to_string()),
    )
}

/// Writers that all change both partitions: each commit has a place in both feeds.
pub(crate) async fn commits_to_two_partitions_stand_in_both_feeds(bench: &Bench<'_>) -> Verdict {
    let partitions = [home(), account("acme")?];
    let keys = [key("count")?, key_in(&partitions[1], "count")?];
    let (keys, both) = (&keys, &partitions);
    let answers = bench.on_threads(bench.harness.writers, |_| async move {
        let mut answers = Vec::new();
        for _ in 0..bench.races() {
            let add = |tx: Tx| async move {
                for key in keys {
                    super::transactions::add(tx.clone(), key.clone()).await?;
                }
                Ok(())
            };
            let added = transact::<_, _, _, StoreError>(&*bench.store, &bench.policy, add).await?;
            let places = both.iter().map(|one| position(added.1.clone(), one));
            let places = places.collect::<Result<Vec<_>, _>>()?;
            answers.push((places, added.1.map(|committed| committed.id)));
        }
        Ok(answers)
    })?;
    let mut orders = Vec::new();
    for (number, partition) in partitions.iter().enumerate() {
        let told: BTreeMap<_, _> = answers
            .iter()
            .flatten()
            .map(|(places, id)| (places.get(number).copied(), *id))
            .collect();
        let feed = bench.feed(partition).await?.entries;
        let found: BTreeMap<_, _> = feed
            .iter()
            .map(|entry| (Some(entry.position.as_u64()), Some(entry.commit)))
            .collect();
        same("the feed of one of two partitions", &found, &told)?;
        orders.push(found.into_values().collect::<Vec<_>>());
    }
    // Each read what the one before had written, in both.
    orders.dedup();
    same("in how many orders the commits stand", &orders.len(), &1)
}

/// Where a commit stands in the feed of a partition that it wrote to.
fn position(committed: Option<Committed>, partition: &Partition) -> Result<u64, Found> {
    let place = committed.and_then(|committed| committed.positions.get(partition).copied());
    match place {
        Some(place) => Ok(place.as_u64()),
        None => seen(format_args!(
            "a commit that wrote to {partition} was told no place in its feed"
        )),
    }
}
