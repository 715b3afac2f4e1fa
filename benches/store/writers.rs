//! Many who commit at once, beside one who commits all of it in batches.

use crate::{
    bare::{Bare, Fault},
    calls::{CACHE, VALUE, commit, key},
};
use atlas_benches::{Claim, is_quick, rounds, seconds};
use atlas_store_redb::RedbStore;
use std::{path::Path, thread};

const WRITERS: u32 = 100;

pub(crate) fn run(folder: &Path) -> Result<(), Fault> {
    let (each, turns): (u32, _) = if is_quick() { (10, 3) } else { (50, 11) };
    let commits = WRITERS * each;
    let store = RedbStore::create(folder.join("writers.redb"))?;
    let bare = Bare::create(&folder.join("bare-writers.redb"), CACHE)?;
    let before = store.flushes();
    let mut trouble = None;
    let (mut ours, mut peers) = (0_u32.., 0_u32..);
    let mut peers_trouble = None;
    let pair = rounds(
        turns,
        || {
            let round = ours.next().unwrap_or_default();
            seconds(|| trouble = together(&store, round, each).err().or(trouble.take()))
        },
        || {
            let round = peers.next().unwrap_or_default();
            seconds(|| peers_trouble = batches(&bare, round, each).err().or(peers_trouble.take()))
        },
    );
    if let Some(trouble) = trouble.or(peers_trouble) {
        return Err(trouble);
    }
    let turns = u32::try_from(turns)?;
    let flushes = u32::try_from(store.flushes() - before)?;
    let a_commit = f64::from(flushes) / f64::from(commits * turns);
    let claim = "flushes a commit of 100 concurrent committers, beside one each";
    Claim::cost(claim, "flushes", a_commit, 1.0, 0.05).print();
    let claim = "100 concurrent committers, beside bare redb in batches of 100";
    Claim::milliseconds(claim, pair, 1.0 / 0.7).print();
    Ok(())
}

fn together(store: &RedbStore, round: u32, each: u32) -> Result<(), Fault> {
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    (0..each).try_for_each(|turn| {
                        let number = number(round, writer, turn);
                        commit(store, number.into(), &[key(number)?])
                    })
                })
            })
            .collect();
        for writer in writers {
            writer.join().map_err(|_| "a writer panicked")??;
        }
        Ok(())
    })
}

/// The same pairs, in the same order in time.
fn batches(bare: &Bare, round: u32, each: u32) -> Result<(), Fault> {
    for turn in 0..each {
        let keys = (0..WRITERS).map(|writer| key(number(round, writer, turn)));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        bare.commit(keys.iter().map(|key| (key.as_str(), VALUE)))?;
    }
    Ok(())
}

fn number(round: u32, writer: u32, turn: u32) -> u64 {
    u64::from(round) << 48 | u64::from(writer) << 24 | u64::from(turn)
}
