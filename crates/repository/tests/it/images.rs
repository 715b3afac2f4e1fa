//! Images that come in, are read, and go.

use crate::{Memory, ask, id, image, ingest, memory, mixed, over, whole};
use atlas_base::Digest;
use atlas_disk::{Firmware, ReadAt as _};
use atlas_repository::{Export, Profile, Progress, RepositoryError, StoredImage, Watch};
use object_store::local::LocalFileSystem;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

/// A disk whose size is whole sectors.
fn disk(seed: u64) -> Vec<u8> {
    mixed(seed, 150)
}

#[test]
fn b01_what_comes_in_goes_out() {
    let repository = memory();
    for (number, profile) in [(1, Profile::FastCdc), (2, Profile::Fixed)] {
        let bytes = disk(7);
        let mut ask = ask(number);
        ask.profile = profile;
        ask.about.firmware = Firmware::Uefi;
        let image = image(&bytes);
        let done = repository
            .ingest(&image.disks()[0], &ask, Watch::default())
            .unwrap();
        assert!(whole(&repository, number).unwrap() == bytes);
        let stored = repository.open(id(number)).unwrap();
        let summary = stored.summary();
        assert_eq!(*summary, done.summary);
        assert_eq!(stored.digest(), done.digest);
        assert_eq!(summary.size, bytes.len() as u64);
        assert_eq!(summary.about, ask.about);
        assert_eq!(summary.profile, profile);
        let blake3 = Digest::from_bytes(*summary.digests.blake3.unwrap().as_bytes());
        assert_eq!(blake3, Digest::from_bytes(*blake3::hash(&bytes).as_bytes()));
        assert!(summary.digests.sha256.is_some());
    }
}

#[test]
fn a_folder_holds_them_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = disk(8);
    {
        let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        ingest(&over(Arc::new(store)), 1, &bytes).unwrap();
    }
    let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    assert!(whole(&over(Arc::new(store)), 1).unwrap() == bytes);
}

#[test]
fn any_range_is_read() {
    let repository = memory();
    let bytes = disk(9);
    ingest(&repository, 1, &bytes).unwrap();
    let stored = repository.open(id(1)).unwrap();
    let mut chance = crate::Chance(4);
    for _ in 0..300 {
        let at = chance.below(bytes.len() as u64 + 1000) as usize;
        let mut buffer = vec![0xaa; chance.below(600_000) as usize];
        let read = stored.read_at(&mut buffer, at as u64).unwrap();
        let end = bytes.len().min(at + buffer.len());
        let expected = bytes.get(at..end).unwrap_or_default();
        assert!(buffer[..read] == *expected);
    }
    assert_eq!(stored.state().unwrap().length, bytes.len() as u64);
}

/// All extents of an image.
fn extents(image: &StoredImage) -> Vec<(u64, u64, Option<Digest>)> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(extent) = image.extent(at).unwrap() {
        assert_eq!(extent.at, at);
        at += extent.length;
        all.push((extent.at, extent.length, extent.chunk));
    }
    assert_eq!(at, image.size());
    all
}

#[test]
fn extents_are_the_blocks_of_an_image() {
    let repository = memory();
    let bytes = disk(10);
    ingest(&repository, 1, &bytes).unwrap();
    for (at, length, chunk) in extents(&repository.open(id(1)).unwrap()) {
        let part = &bytes[at as usize..(at + length) as usize];
        match chunk {
            None => assert!(part.iter().all(|byte| *byte == 0)),
            Some(digest) => {
                assert_eq!(digest, Digest::from_bytes(*blake3::hash(part).as_bytes()));
            }
        }
    }
}

#[test]
fn zeros_are_never_stored() {
    let repository = memory();
    let mut ask = ask(1);
    ask.size = Some(1 << 34);
    ask.digests = atlas_disk::DigestChoice::None;
    let image = image(&[0; 512]);
    let done = repository
        .ingest(&image.disks()[0], &ask, Watch::default())
        .unwrap();
    assert_eq!((done.summary.data, done.summary.chunks), (0, 0));
    assert_eq!(
        extents(&repository.open(id(1)).unwrap()),
        [(0, 1 << 34, None)]
    );
}

#[test]
fn the_same_disk_has_the_same_digest_and_is_stored_once() {
    let repository = memory();
    let bytes = disk(11);
    let one = ingest(&repository, 1, &bytes).unwrap();
    let two = ingest(&repository, 2, &bytes).unwrap();
    assert_eq!(one.digest, two.digest);
    assert!(one.new_chunks > 0);
    assert_eq!(two.new_data, 0);
    // The pages of its index are what is new.
    assert!(
        two.stored < one.stored / 20,
        "{} of {}",
        two.stored,
        one.stored
    );
    assert!(repository.open_exact(id(2), one.digest).is_ok());
    let other = Digest::from_bytes([0; 32]);
    let refused = repository.open_exact(id(2), other).unwrap_err();
    assert!(matches!(refused, RepositoryError::Other { .. }));
}

#[test]
fn what_is_known_is_bounded_and_nothing_is_wrong() {
    let repository = memory();
    let bytes = disk(12);
    ingest(&repository, 1, &bytes).unwrap();
    let mut ask = ask(2);
    ask.known_chunks = 3;
    let image = image(&bytes);
    let done = repository
        .ingest(&image.disks()[0], &ask, Watch::default())
        .unwrap();
    assert!(done.new_chunks > 0);
    assert!(whole(&repository, 2).unwrap() == bytes);
}

#[test]
fn ids_are_given_once() {
    let repository = memory();
    ingest(&repository, 1, &disk(13)).unwrap();
    let again = ingest(&repository, 1, &disk(14)).unwrap_err();
    assert!(matches!(again, RepositoryError::Exists(it) if it == id(1)));
    assert!(!repository.abandon(id(1)).unwrap(), "it stays");
    assert!(repository.open(id(1)).is_ok());
    assert!(repository.abandon(id(2)).unwrap());
    let abandoned = ingest(&repository, 2, &disk(14)).unwrap_err();
    assert!(matches!(abandoned, RepositoryError::Abandoned(it) if it == id(2)));
    assert_eq!(repository.images().unwrap(), [id(1)]);
    let none = repository.open(id(2)).unwrap_err();
    assert!(matches!(none, RepositoryError::NotFound(it) if it == id(2)));
}

#[test]
fn what_is_deleted_is_not_there() {
    let repository = memory();
    ingest(&repository, 1, &disk(15)).unwrap();
    assert!(repository.delete(id(1)).unwrap());
    assert!(!repository.delete(id(1)).unwrap());
    assert!(repository.images().unwrap().is_empty());
    assert!(repository.open(id(1)).is_err());
}

#[test]
fn an_ingest_that_is_given_up_meanwhile_is_told() {
    let repository = memory();
    let abandoned = AtomicU64::new(0);
    let progress = |progress: Progress| {
        if progress.done == progress.total {
            abandoned.fetch_add(
                u64::from(repository.abandon(id(1)).unwrap()),
                Ordering::Relaxed,
            );
        }
    };
    let image = image(&disk(16));
    let watch = Watch::new(&|| false, &progress);
    let error = repository.ingest(&image.disks()[0], &ask(1), watch);
    assert!(matches!(error, Err(RepositoryError::Abandoned(it)) if it == id(1)));
    assert_eq!(abandoned.into_inner(), 1);
}

#[test]
fn b05_progress_grows_to_its_end() {
    let repository = memory();
    let bytes = mixed(17, 600);
    let seen = Mutex::new(Vec::new());
    let progress = |progress: Progress| seen.lock().unwrap().push(progress);
    let image = image(&bytes);
    let watch = Watch::new(&|| false, &progress);
    repository
        .ingest(&image.disks()[0], &ask(1), watch)
        .unwrap();
    let stored = repository.open(id(1)).unwrap();
    let check = |total: u64| {
        let seen = core::mem::take(&mut *seen.lock().unwrap());
        assert!(seen.is_sorted_by_key(|it| it.done));
        assert!(seen.iter().all(|it| it.total == total));
        assert_eq!(seen.last().unwrap().done, total);
    };
    check(bytes.len() as u64);
    stored
        .export(&Memory::default(), &Export::default(), watch)
        .unwrap();
    check(stored.summary().data);
}

#[test]
fn work_stops_whenever_it_is_asked_to() {
    let repository = memory();
    let image = image(&mixed(18, 600));
    ingest(&repository, 1, &mixed(18, 600)).unwrap();
    for most in [0, 1, 2, 5] {
        let asked = AtomicU64::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= most;
        let watch = Watch::new(&stop, &|_| {});
        let stopped = repository.ingest(&image.disks()[0], &ask(2), watch);
        assert!(
            matches!(stopped, Err(RepositoryError::Stopped)),
            "{stopped:?}"
        );
        asked.store(0, Ordering::Relaxed);
        let stored = repository.open(id(1)).unwrap();
        let stopped = stored.export(&Memory::default(), &Export::default(), watch);
        assert!(
            matches!(stopped, Err(RepositoryError::Stopped)),
            "{stopped:?}"
        );
    }
    // Nothing is left of it that is in the way.
    ingest(&repository, 2, &mixed(18, 600)).unwrap();
}

#[test]
fn two_ingests_of_the_same_disk_at_once_are_both_whole() {
    let repository = memory();
    let bytes = mixed(19, 300);
    std::thread::scope(|scope| {
        for number in 1..=4 {
            let (repository, bytes) = (&repository, &bytes);
            scope.spawn(move || ingest(repository, number, bytes).unwrap());
        }
    });
    let digests: Vec<_> = (1..=4)
        .map(|number| {
            assert!(whole(&repository, number).unwrap() == bytes);
            repository.open(id(number)).unwrap().digest()
        })
        .collect();
    assert!(digests.iter().all(|it| *it == digests[0]));
}

#[test]
fn an_ingest_that_broke_off_is_not_written_again() {
    let repository = memory();
    let bytes = mixed(20, 600);
    let image = image(&bytes);
    let seen = AtomicU64::new(0);
    let stop = || seen.load(Ordering::Relaxed) > bytes.len() as u64 * 3 / 4;
    let progress = |progress: Progress| seen.store(progress.done, Ordering::Relaxed);
    let watch = Watch::new(&stop, &progress);
    let stopped = repository.ingest(&image.disks()[0], &ask(1), watch);
    assert!(matches!(stopped, Err(RepositoryError::Stopped)));
    let done = ingest(&repository, 2, &bytes).unwrap();
    assert!(done.new_chunks < done.summary.chunks, "{done:?}");
    assert!(whole(&repository, 2).unwrap() == bytes);
}
