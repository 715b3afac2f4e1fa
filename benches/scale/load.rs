//! A dump loaded into a new store, beside the same pairs put into bare redb.

use crate::{Fault, Fleet};
use atlas_benches::{Claim, is_quick, rounds, seconds};
use atlas_store::{KeyRange, Page, Store as _};
use atlas_store_redb::RedbStore;
use cloud_atlas::Atlas;
use pollster::block_on;
use redb::{Database, TableDefinition};
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");
/// Pairs a commit of the peer.
const BATCH: usize = 20_000;

pub(crate) fn run(folder: &Path, images: u64) -> Result<(), Fault> {
    let fleet = Fleet::make(folder, images)?;
    let dump = folder.join("dump.jsonl");
    let atlas = block_on(Atlas::open(&fleet.url("256MiB")))?;
    let mut out = BufWriter::new(File::create(&dump)?);
    let header = block_on(atlas.dump(|line| writeln!(out, "{line}"), &|_| {}))?;
    out.flush()?;
    drop(atlas);
    let pairs = pairs(&fleet)?;
    let mut trouble = None;
    let mut peers_trouble = None;
    let pair = rounds(
        if is_quick() { 1 } else { 3 },
        || load(folder, &dump, &mut trouble),
        || insert(folder, &pairs, &mut peers_trouble),
    );
    if let Some(trouble) = trouble.or(peers_trouble) {
        return Err(trouble);
    }
    let claim = format!("load of {} records, beside bare redb", header.entries);
    Claim::milliseconds(&claim, pair, 2.5).print();
    fs::remove_file(dump)?;
    Ok(fs::remove_file(fleet.path)?)
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn pairs(fleet: &Fleet) -> Result<Pairs, Fault> {
    let store = RedbStore::open(&fleet.path)?;
    let snapshot = block_on(store.snapshot())?;
    let mut pairs = Vec::new();
    let mut rest = Some(KeyRange::all());
    while let Some(range) = rest {
        let slice = block_on(snapshot.range(&range, Page::first(BATCH)))?;
        rest = slice.next;
        let pair = |(key, entry): (atlas_store::Key, atlas_store::Entry)| {
            (key.as_str().as_bytes().to_vec(), entry.value.to_vec())
        };
        pairs.extend(slice.entries.into_iter().map(pair));
    }
    Ok(pairs)
}

fn load(folder: &Path, dump: &Path, trouble: &mut Option<Fault>) -> f64 {
    let path = folder.join("loaded.redb");
    let work = || -> Result<f64, Fault> {
        let atlas = block_on(Atlas::init(&format!(
            "redb:{}?cache=256MiB",
            path.display()
        )))?;
        let lines = || Ok(BufReader::new(File::open(dump)?).lines());
        let mut outcome = None;
        let took = seconds(|| outcome = Some(block_on(atlas.load(lines, &|_| {}))));
        outcome.ok_or("no load")??;
        drop(atlas);
        fs::remove_file(&path)?;
        Ok(took)
    };
    work().unwrap_or_else(|fault| {
        *trouble = Some(fault);
        f64::NAN
    })
}

fn insert(folder: &Path, pairs: &Pairs, trouble: &mut Option<Fault>) -> f64 {
    let path = folder.join("inserted.redb");
    let work = || -> Result<f64, Fault> {
        let database = Database::builder()
            .set_cache_size(256 << 20)
            .create(&path)?;
        let mut outcome = Ok(());
        let took = seconds(|| {
            outcome = pairs.chunks(BATCH).try_for_each(|batch| {
                let transaction = database.begin_write()?;
                {
                    let mut rows = transaction.open_table(ROWS)?;
                    for (key, value) in batch {
                        rows.insert(key.as_slice(), value.as_slice())?;
                    }
                }
                Ok::<_, Fault>(transaction.commit()?)
            });
        });
        outcome?;
        drop(database);
        fs::remove_file(&path)?;
        Ok(took)
    };
    work().unwrap_or_else(|fault| {
        *trouble = Some(fault);
        f64::NAN
    })
}
