//! A file of images registered, beside the same pairs put into bare redb in the same commits.

use crate::{
    CACHE_MIB, Fault,
    captured::{Batch, Captured},
    fleet,
};
use atlas_benches::{Claim, is_quick, rounds, seconds};
use cloud_atlas::{Atlas, Session, scope::Scope};
use pollster::block_on;
use redb::{Database, TableDefinition};
use std::{fs, path::Path, sync::Arc};

const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");

/// How the command registers a file.
#[derive(Clone, Copy)]
enum Way {
    /// All lines or none: one commit.
    Whole,
    /// Each line for itself, in batches.
    Each,
}

pub(crate) fn run(folder: &Path) -> Result<(), Fault> {
    let file = folder.join("images.jsonl");
    // A commit of redb has at most 256 MiB, and 100,000 of these images come near to that.
    for (way, words, images) in [
        (Way::Each, "each line for itself", 100_000),
        (Way::Whole, "all lines or none", 50_000),
    ] {
        let images = if is_quick() { images / 50 } else { images };
        let at = |number| fleet::environment(0, number % fleet::ENVIRONMENTS);
        let lines = (0..images).map(|number| fleet::line(number, &at(number)));
        fs::write(&file, lines.collect::<String>())?;
        let batches = batches(&file, way)?;
        let pairs: usize = batches.iter().map(Vec::len).sum();
        eprintln!(
            "{images} images, {words}: {} commits, {pairs} pairs",
            batches.len()
        );
        let (mut trouble, mut peers_trouble) = (None, None);
        let pair = rounds(
            if is_quick() { 1 } else { 3 },
            || noted(&mut trouble, ours(folder, &file, way)),
            || noted(&mut peers_trouble, peer(folder, &batches)),
        );
        if let Some(trouble) = trouble.or(peers_trouble) {
            return Err(trouble);
        }
        let claim = format!("registering a file of {images} images, {words}, beside bare redb");
        Claim::milliseconds(&claim, pair, 2.5).print();
    }
    Ok(fs::remove_file(file)?)
}

fn noted(trouble: &mut Option<Fault>, took: Result<f64, Fault>) -> f64 {
    took.unwrap_or_else(|fault| {
        trouble.get_or_insert(fault);
        f64::NAN
    })
}

/// Reads a file and registers what it says, as the command does.
fn register(session: &Session, file: &Path, way: Way) -> Result<(), Fault> {
    let requests = fleet::requests(&fs::read(file)?, &Scope::global())?;
    let given = requests.len();
    let registered = match way {
        Way::Whole => block_on(session.register_watched(requests, &|_| {}))?.len(),
        Way::Each => block_on(session.register_each(requests, &|_| {}))?
            .registered
            .len(),
    };
    if registered == given {
        return Ok(());
    }
    Err(format!("{registered} of {given} images were registered").into())
}

/// What a registration commits.
fn batches(file: &Path, way: Way) -> Result<Vec<Batch>, Fault> {
    let store = Captured::store();
    let atlas = block_on(Atlas::builder().with_store(Arc::clone(&store) as _))?;
    let session = atlas.act_as(&"admin".parse()?);
    block_on(fleet::furnish(&session, 0))?;
    store.take();
    register(&session, file, way)?;
    Ok(store.take())
}

fn ours(folder: &Path, file: &Path, way: Way) -> Result<f64, Fault> {
    let path = folder.join("registered.redb");
    let url = format!("redb:{}?cache={CACHE_MIB}MiB", path.display());
    let session = block_on(Atlas::init(&url))?.act_as(&"admin".parse()?);
    block_on(fleet::furnish(&session, 0))?;
    let mut outcome = Ok(());
    let took = seconds(|| outcome = register(&session, file, way));
    outcome?;
    drop(session);
    fs::remove_file(&path)?;
    Ok(took)
}

fn peer(folder: &Path, batches: &[Batch]) -> Result<f64, Fault> {
    let path = folder.join("bare.redb");
    let cache = usize::try_from(CACHE_MIB)? << 20;
    let database = Database::builder().set_cache_size(cache).create(&path)?;
    let mut outcome = Ok(());
    let took = seconds(|| {
        outcome = batches.iter().try_for_each(|batch| {
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
}
