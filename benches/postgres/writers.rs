//! Many who commit at once, to one account and to several.

use crate::{
    bare::Fault,
    calls::{commit, key},
};
use atlas_benches::{Claim, is_quick, median, seconds};
use atlas_store::Partition;
use atlas_store_postgres::{OpenError, PostgresStore};
use std::thread;

const WRITERS: u32 = 32;
/// What 32 writers on one account must reach, in commits a second.
const RATE: f64 = 1_000.0;

pub(crate) fn run(store: &impl Fn(&str) -> Result<PostgresStore, OpenError>) -> Result<(), Fault> {
    let (each, rounds): (u32, u32) = if is_quick() { (5, 3) } else { (50, 7) };
    let (one, eight) = (store("one")?, store("eight")?);
    // Connections are made, and feeds.
    together(&one, 1, 0, 1)?;
    together(&eight, 8, 0, 1)?;
    let (mut ones, mut eights, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        let commits = f64::from(WRITERS * each);
        let took = |store, accounts| {
            let mut outcome = Ok(());
            let took = seconds(|| outcome = together(store, accounts, round, each));
            outcome.map(|()| took / commits)
        };
        let (of_one, of_eight) = (took(&one, 1)?, took(&eight, 8)?);
        ones.push(of_one);
        eights.push(of_eight);
        ratios.push(of_eight / of_one);
    }
    let (one, eight) = (median(&mut ones), median(&mut eights));
    let claim = "a commit of 32 writers on one account of PostgreSQL, beside 1,000 a second";
    Claim::cost(claim, "ms", one * 1e3, 1e3 / RATE, 1.0).print();
    let claim = "a commit of 32 writers on 8 accounts of PostgreSQL, beside one account";
    Claim::cost(claim, "ms", eight * 1e3, one * 1e3, 0.5).print();
    Ok(())
}

/// All writers commit so often; the first that fails is told.
fn together(store: &PostgresStore, accounts: u32, round: u32, each: u32) -> Result<(), Fault> {
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let account = Partition::account(&format!("acme-{}", writer % accounts))?;
                    (0..each).try_for_each(|turn| {
                        let number = number(round, writer, turn);
                        commit(store, number, &key(&account, number)?)
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

fn number(round: u32, writer: u32, turn: u32) -> u64 {
    1 << 60 | u64::from(round) << 40 | u64::from(writer) << 20 | u64::from(turn)
}
