//! What holds of every pool, whatever keeps it.

use crate::{Memory, ask, disk, id, image, mixed, run};
use atlas_base::Digest;
use atlas_disk::{DigestChoice, DiskError, Reason};
use atlas_repository::{
    Depth, Export, Gc, Ingested, Pool, PoolUrl, RepositoryError, StoredImage, Verify, Watch,
};
use core::num::NonZeroUsize;
use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

/// A pool that is empty, and what goes away with it.
pub(crate) struct Place {
    pub(crate) pool: Pool,
    /// The folder of one that is in a folder.
    pub(crate) folder: Option<tempfile::TempDir>,
}

pub(crate) fn memory() -> Place {
    Place {
        pool: PoolUrl::parse("memory:").unwrap().open(&|_| None).unwrap(),
        folder: None,
    }
}

fn in_folder(kind: &str) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{kind}:{}", folder.path().display());
    Place {
        pool: PoolUrl::parse(&url).unwrap().open(&|_| None).unwrap(),
        folder: Some(folder),
    }
}

pub(crate) fn folder() -> Place {
    in_folder("folder")
}

pub(crate) fn plain() -> Place {
    in_folder("plain")
}

pub(crate) fn ingest(pool: &Pool, number: u128, bytes: &[u8]) -> Result<Ingested, RepositoryError> {
    pool.ingest(disk(&image(bytes)), &ask(number), Watch::default())
}

/// All bytes of an image, as an export writes them.
pub(crate) fn whole(pool: &Pool, number: u128) -> Result<Vec<u8>, RepositoryError> {
    let sink = Memory::default();
    let mut ask = Export::default();
    ask.threads = NonZeroUsize::new(2).unwrap();
    let image = pool.open(id(number))?;
    image.export(&sink, &ask, Watch::default())?;
    Ok(sink.0.into_inner().unwrap())
}

pub(crate) fn gc(pool: &Pool, number: u128) {
    let ask: Gc = run(number);
    pool.gc(&ask, Watch::default()).unwrap();
}

/// Nothing is rotten, and there are so many images.
#[track_caller]
pub(crate) fn assert_well(pool: &Pool, images: usize) {
    for depth in [Depth::Packs, Depth::Chunks] {
        let mut ask = Verify::default();
        ask.depth = depth;
        ask.threads = NonZeroUsize::new(2).unwrap();
        let verified = pool.verify(&ask, Watch::default()).unwrap();
        assert_eq!(verified.rot, []);
        assert_eq!(verified.images, images as u64);
    }
    assert_eq!(pool.images().unwrap().len(), images);
}

fn extents(image: &StoredImage) -> Vec<(u64, u64, Option<Digest>)> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(extent) = image.extent(at).unwrap() {
        all.push((extent.at, extent.length, extent.chunk));
        at += extent.length;
    }
    all
}

/// The same disk is the same image in every pool: its digest, its blocks, its bytes.
pub(crate) fn what_comes_in_goes_out(place: &Place) {
    let pool = &place.pool;
    let bytes = mixed(11, 40);
    let done = ingest(pool, 1, &bytes).unwrap();
    let peer = memory();
    let same = ingest(&peer.pool, 1, &bytes).unwrap();
    assert_eq!((done.digest, &done.summary), (same.digest, &same.summary));
    assert!(whole(pool, 1).unwrap() == bytes);
    let stored = pool.open(id(1)).unwrap();
    assert_eq!(stored.summary(), &done.summary);
    assert_eq!(stored.size(), bytes.len() as u64);
    assert_eq!(extents(&stored), extents(&peer.pool.open(id(1)).unwrap()));
    for (at, length) in [
        (0, 1),
        (4095, 70_000),
        (bytes.len() - 5, 99),
        (bytes.len(), 3),
    ] {
        let mut read = vec![0; length];
        let count = stored.read(&mut read, at as u64).unwrap();
        assert!(read[..count] == bytes[at..bytes.len().min(at + length)]);
    }
    let exact = pool.open_exact(id(1), done.digest).unwrap();
    assert_eq!(exact.digest(), done.digest);
    let other = pool.open_exact(id(1), Digest::of("other", b""));
    assert!(matches!(other, Err(RepositoryError::Other { .. })));
    assert_well(pool, 1);
}

pub(crate) fn disks_of_zeros_and_of_a_byte_come_in(place: &Place) {
    let mut one = vec![0; 512];
    one[0] = 1;
    for (number, bytes) in (1..).zip([vec![0; 512], vec![0; 5 << 20], one]) {
        ingest(&place.pool, number, &bytes).unwrap();
        assert!(whole(&place.pool, number).unwrap() == bytes);
    }
    assert_well(&place.pool, 3);
}

/// Symphony: the size may be larger than the disk's, and never smaller.
pub(crate) fn b03_sizes_only_grow(place: &Place) {
    let bytes = mixed(12, 4);
    let image = image(&bytes);
    let size = bytes.len() as u64;
    let mut larger = ask(1);
    larger.size = Some(size + 1_000_000);
    let done = place.pool.ingest(disk(&image), &larger, Watch::default());
    assert_eq!(done.unwrap().summary.size, size + 1_000_000);
    let mut grown = bytes;
    grown.resize(grown.len() + 1_000_000, 0);
    assert!(whole(&place.pool, 1).unwrap() == grown);
    let mut smaller = ask(2);
    smaller.size = Some(size - 1);
    let refused = place.pool.ingest(disk(&image), &smaller, Watch::default());
    let refused = refused.unwrap_err();
    let RepositoryError::Disk(DiskError::Smaller { .. }) = refused else {
        panic!("{refused:?}");
    };
    let mut limited = ask(3);
    limited.limits.virtual_size = size;
    limited.size = Some(size + 1);
    let refused = place.pool.ingest(disk(&image), &limited, Watch::default());
    let RepositoryError::Disk(error) = refused.unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(error.reason(), Some(Reason::VirtualSize));
    assert_well(&place.pool, 1);
}

pub(crate) fn digests_are_taken_as_asked(place: &Place) {
    let bytes = mixed(13, 4);
    let image = image(&bytes);
    for (number, choice) in
        (1..).zip([DigestChoice::None, DigestChoice::Blake3, DigestChoice::Both])
    {
        let mut ask = ask(number);
        ask.digests = choice;
        let done = place
            .pool
            .ingest(disk(&image), &ask, Watch::default())
            .unwrap();
        let digests = done.summary.digests;
        assert_eq!(digests.blake3.is_some(), number > 1);
        assert_eq!(digests.sha256.is_some(), number > 2);
        if let Some(digest) = digests.blake3 {
            assert_eq!(digest.as_bytes(), blake3::hash(&bytes).as_bytes());
        }
    }
    assert_well(&place.pool, 3);
}

pub(crate) fn ids_are_given_once(place: &Place) {
    let pool = &place.pool;
    ingest(pool, 1, &mixed(14, 3)).unwrap();
    let again = ingest(pool, 1, &mixed(15, 3)).unwrap_err();
    assert!(matches!(again, RepositoryError::Exists(it) if it == id(1)));
    assert!(!pool.abandon(id(1)).unwrap());
    assert!(whole(pool, 1).unwrap() == mixed(14, 3));
    assert!(pool.abandon(id(2)).unwrap());
    let given_up = ingest(pool, 2, &mixed(14, 3)).unwrap_err();
    assert!(matches!(given_up, RepositoryError::Abandoned(it) if it == id(2)));
    assert!(matches!(
        pool.open(id(2)),
        Err(RepositoryError::NotFound(_))
    ));
    assert!(!pool.delete(id(2)).unwrap());
    assert_well(pool, 1);
}

pub(crate) fn b05_what_is_deleted_is_gone(place: &Place) {
    let pool = &place.pool;
    let (one, two) = (mixed(16, 6), mixed(17, 6));
    ingest(pool, 1, &one).unwrap();
    ingest(pool, 2, &two).unwrap();
    let open = pool.open(id(1)).unwrap();
    assert!(pool.delete(id(1)).unwrap());
    assert!(!pool.delete(id(1)).unwrap());
    assert!(matches!(
        pool.open(id(1)),
        Err(RepositoryError::NotFound(_))
    ));
    // Whoever had it open reads on.
    let mut read = vec![0; one.len()];
    assert_eq!(open.read(&mut read, 0).unwrap(), one.len());
    assert!(read == one);
    for number in 1..4 {
        gc(pool, number);
    }
    assert!(whole(pool, 2).unwrap() == two);
    assert_well(pool, 1);
    pool.delete(id(2)).unwrap();
    for number in 4..7 {
        gc(pool, number);
    }
    let verified = pool.verify(&Verify::default(), Watch::default()).unwrap();
    assert_eq!((verified.packs, verified.images), (0, 0));
}

pub(crate) fn an_ingest_that_is_given_up_meanwhile_is_told(place: &Place) {
    let pool = &place.pool;
    let image = image(&mixed(18, 12));
    let tell = |_| assert!(pool.abandon(id(1)).unwrap());
    let watch = Watch::new(&|| false, &tell);
    let error = pool.ingest(disk(&image), &ask(1), watch).unwrap_err();
    assert!(
        matches!(error, RepositoryError::Abandoned(it) if it == id(1)),
        "{error:?}"
    );
    assert_well(pool, 0);
    for number in 1..4 {
        gc(pool, number);
    }
    let verified = pool.verify(&Verify::default(), Watch::default()).unwrap();
    assert_eq!(verified.packs, 0);
}

pub(crate) fn a_clean_up_that_ends_an_ingest_is_told(place: &Place) {
    let pool = &place.pool;
    let image = image(&mixed(19, 12));
    let next = AtomicU64::new(1);
    let tell = |_| gc(pool, next.fetch_add(1, Ordering::Relaxed).into());
    let watch = Watch::new(&|| false, &tell);
    let error = pool.ingest(disk(&image), &ask(1), watch).unwrap_err();
    assert!(
        matches!(error, RepositoryError::Abandoned(it) if it == id(1)),
        "{error:?}"
    );
    assert_well(pool, 0);
}

pub(crate) fn b05_progress_grows_to_its_end(place: &Place) {
    let bytes = mixed(20, 60);
    let image = image(&bytes);
    let told = Mutex::new(Vec::new());
    let tell = |progress| told.lock().unwrap().push(progress);
    let watch = Watch::new(&|| false, &tell);
    place.pool.ingest(disk(&image), &ask(1), watch).unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.windows(2).all(|it| it[0].done <= it[1].done));
    let last = told.last().unwrap();
    assert_eq!(
        (last.done, last.total),
        (bytes.len() as u64, bytes.len() as u64)
    );
}

pub(crate) fn work_stops_and_leaves_nothing_to_see(place: &Place) {
    let pool = &place.pool;
    let bytes = mixed(21, 30);
    let image = image(&bytes);
    let (mut number, mut there) = (0, 0);
    for most in [0, 1, 2, u64::MAX] {
        number += 1;
        let asked = AtomicU64::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= most;
        let watch = Watch::new(&stop, &|_| {});
        match pool.ingest(disk(&image), &ask(number), watch) {
            Ok(_) => {
                assert!(whole(pool, number).unwrap() == bytes);
                there += 1;
            }
            Err(error) => {
                assert!(matches!(error, RepositoryError::Stopped), "{error:?}");
                assert!(matches!(
                    pool.open(id(number)),
                    Err(RepositoryError::NotFound(_))
                ));
            }
        }
    }
    assert!((1..4).contains(&there));
    assert_well(pool, there);
}

pub(crate) fn of_two_ingests_with_one_id_one_is_there(place: &Place) {
    let pool = &place.pool;
    let disks: Vec<Vec<u8>> = (22..25).map(|seed| mixed(seed, 8)).collect();
    let done: Vec<bool> = std::thread::scope(|scope| {
        let ingests: Vec<_> = disks
            .iter()
            .map(|bytes| scope.spawn(|| ingest(pool, 1, bytes).is_ok()))
            .collect();
        ingests.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|it| **it).count(), 1);
    let winner = done.iter().position(|it| *it).unwrap();
    assert!(whole(pool, 1).unwrap() == disks[winner]);
    assert_well(pool, 1);
}

/// Makes a test of each law, for a kind of pool; and of more, which a server for tests may not keep.
macro_rules! laws {
    ($kind:ident: $make:expr $(, $more:ident)*) => {
        mod $kind {
            crate::laws::laws!(each $make =>
                what_comes_in_goes_out,
                disks_of_zeros_and_of_a_byte_come_in,
                b03_sizes_only_grow,
                digests_are_taken_as_asked,
                ids_are_given_once,
                b05_what_is_deleted_is_gone,
                an_ingest_that_is_given_up_meanwhile_is_told,
                a_clean_up_that_ends_an_ingest_is_told,
                b05_progress_grows_to_its_end,
                work_stops_and_leaves_nothing_to_see,
                $($more,)*
            );
        }
    };
    (each $make:expr => $($law:ident,)*) => {
        $(#[test]
        fn $law() {
            crate::laws::$law(&$make());
        })*
    };
}
pub(crate) use laws;

laws!(in_memory: crate::laws::memory, of_two_ingests_with_one_id_one_is_there);
laws!(in_a_folder: crate::laws::folder, of_two_ingests_with_one_id_one_is_there);
laws!(in_files: crate::laws::plain, of_two_ingests_with_one_id_one_is_there);
