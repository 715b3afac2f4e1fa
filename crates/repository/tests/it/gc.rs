//! What nobody needs goes, and nothing else.

use crate::{Chance, ask, id, image, ingest, memory, mixed, on, over, run, whole};
use atlas_base::Timestamp;
use atlas_repository::{Gc, Repository, RepositoryError, RunId, Verify, Watch};
use core::time::Duration;
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path};
use pollster::block_on;
use std::sync::Arc;

/// The objects of a folder.
fn objects(store: &dyn ObjectStore, folder: &str) -> Vec<Path> {
    let listed = block_on(store.list_with_delimiter(Some(&Path::from(folder)))).unwrap();
    listed.objects.into_iter().map(|it| it.location).collect()
}

#[test]
fn what_is_deleted_goes_in_two_runs() {
    let store = Arc::new(InMemory::new());
    let repository = on(&store);
    let bytes = mixed(1, 200);
    ingest(&repository, 1, &bytes).unwrap();
    let kept = repository.gc(&run(1), Watch::default()).unwrap();
    assert_eq!((kept.condemned, kept.removed), (0, 0));
    repository.delete(id(1)).unwrap();
    let packs = objects(&*store, "packs").len() as u64;
    let first = repository.gc(&run(2), Watch::default()).unwrap();
    assert_eq!((first.condemned, first.removed), (packs, 0));
    let second = repository.gc(&run(3), Watch::default()).unwrap();
    assert_eq!((second.condemned, second.removed), (0, packs));
    for folder in ["packs", "images", "claims", "condemned", "moves"] {
        assert_eq!(objects(&*store, folder), [], "{folder}");
    }
}

#[test]
fn nothing_goes_before_its_time() {
    let repository = memory();
    ingest(&repository, 1, &mixed(2, 100)).unwrap();
    repository.delete(id(1)).unwrap();
    let mut early = run(1);
    early.now = Timestamp::EPOCH;
    let done = repository.gc(&early, Watch::default()).unwrap();
    assert_eq!(done.condemned, 0, "they are young");
    assert!(repository.gc(&run(2), Watch::default()).unwrap().condemned > 0);
    early.run = RunId::from_u128(3);
    let done = repository.gc(&early, Watch::default()).unwrap();
    assert_eq!(done.removed, 0, "they were condemned just now");
    assert_eq!(run(4).grace, Duration::ZERO);
    assert!(repository.gc(&run(4), Watch::default()).unwrap().removed > 0);
}

#[test]
fn what_others_have_too_stays() {
    let repository = memory();
    let bytes = mixed(3, 200);
    ingest(&repository, 1, &bytes).unwrap();
    ingest(&repository, 2, &bytes).unwrap();
    repository.delete(id(1)).unwrap();
    for number in 1..4 {
        repository.gc(&run(number), Watch::default()).unwrap();
    }
    assert!(whole(&repository, 2).unwrap() == bytes);
}

/// A new disk that has some parts of another.
fn alike(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed | 1);
    let mut all = Vec::new();
    for part in bytes.chunks(1 << 20) {
        match chance.below(4) {
            0 => all.extend_from_slice(part),
            1 => all.extend(mixed(chance.next(), 8)),
            _ => {}
        }
    }
    if all.is_empty() { mixed(seed, 3) } else { all }
}

#[test]
fn what_is_left_of_packs_is_moved() {
    let store = Arc::new(InMemory::new());
    let repository = on(&store);
    let bytes = mixed(4, 600);
    ingest(&repository, 1, &bytes).unwrap();
    let other = alike(&bytes, 77);
    ingest(&repository, 2, &other).unwrap();
    // One that has its index in its hands while packs are moved.
    let open = repository.open(id(2)).unwrap();
    repository.delete(id(1)).unwrap();
    let before = objects(&*store, "packs").len();
    let mut done = Vec::new();
    for number in 1..5 {
        let mut gc = run(number);
        gc.rewrite = Some(20);
        done.push(repository.gc(&gc, Watch::default()).unwrap());
        assert!(whole(&repository, 2).unwrap() == other);
    }
    assert!(done[1].rewritten > 0, "{done:?}");
    assert!(objects(&*store, "packs").len() < before);
    let mut read = vec![0; other.len()];
    assert_eq!(open.read(&mut read, 0).unwrap(), other.len());
    assert!(read == other);
    assert!(whole(&on(&store), 2).unwrap() == other);
    let verified = repository
        .verify(&Verify::default(), Watch::default())
        .unwrap();
    assert_eq!(verified.rot, []);
    // With the image go its moves.
    repository.delete(id(2)).unwrap();
    for number in 5..9 {
        repository.gc(&run(number), Watch::default()).unwrap();
    }
    for folder in ["packs", "condemned", "moves"] {
        assert_eq!(objects(&*store, folder), [], "{folder}");
    }
}

#[test]
fn an_index_that_cannot_be_read_stops_a_clean_up() {
    let store = Arc::new(InMemory::new());
    let repository = on(&store);
    ingest(&repository, 1, &mixed(5, 50)).unwrap();
    ingest(&repository, 2, &mixed(6, 50)).unwrap();
    repository.delete(id(2)).unwrap();
    let path = Path::from("images").join(id(1).to_string());
    let whole = block_on(async { store.get(&path).await.unwrap().bytes().await.unwrap() });
    let mut spoilt = whole.to_vec();
    spoilt[100] ^= 1;
    block_on(store.put(&path, spoilt.into())).unwrap();
    let stopped = repository.gc(&run(1), Watch::default()).unwrap_err();
    assert_eq!(stopped.rot().unwrap().image, Some(id(1)));
    assert_eq!(objects(&*store, "condemned"), []);
    block_on(store.put(&path, whole.into())).unwrap();
    assert!(repository.gc(&run(2), Watch::default()).unwrap().condemned > 0);
}

#[test]
fn runs_are_named_once_at_a_time() {
    let store = Arc::new(InMemory::new());
    let claim = Path::from("claims").join(RunId::from_u128(1).to_string());
    block_on(store.put(&claim, "".into())).unwrap();
    let refused = over(store).gc(&run(1), Watch::default()).unwrap_err();
    assert!(matches!(refused, RepositoryError::Ran(it) if it == RunId::from_u128(1)));
}

/// Runs clean-ups in the midst of an ingest: after so many of its objects were put.
fn clean_up_meanwhile(seed: u64) {
    let store = Arc::new(InMemory::new());
    let repository = over(store);
    let bytes = mixed(seed, 80);
    ingest(&repository, 1, &bytes).unwrap();
    repository.delete(id(1)).unwrap();
    let number = std::sync::atomic::AtomicU64::new(10);
    let mut later = run(0);
    // The claim is young.
    later.now = Timestamp::EPOCH;
    let progress = |_| {
        // Condemns what the ingest found, and is to wait for it.
        for grace in [false, true] {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mut gc: Gc = if grace { run(0) } else { later.clone() };
            gc.run = RunId::from_u128(number.into());
            gc.rewrite = Some(0);
            repository.gc(&gc, Watch::default()).unwrap();
        }
    };
    let image = image(&bytes);
    let watch = Watch::new(&|| false, &progress);
    match repository.ingest(&image.disks()[0], &ask(2), watch) {
        Ok(_) => assert!(whole(&repository, 2).unwrap() == bytes),
        // It was given up, since there was no grace.
        Err(error) => assert!(matches!(error, RepositoryError::Abandoned(_)), "{error:?}"),
    }
}

#[test]
fn a_clean_up_in_the_midst_of_an_ingest_does_no_harm() {
    for seed in 1..6 {
        clean_up_meanwhile(seed);
    }
}

#[test]
fn clean_ups_under_load_do_no_harm() {
    let repository = memory();
    let base = mixed(50, 60);
    let rounds = 6_u64;
    std::thread::scope(|scope| {
        for worker in 0..3_u64 {
            let (repository, base) = (&repository, &base);
            scope.spawn(move || {
                for round in 0..rounds {
                    let number = u128::from(worker * 100 + round + 1);
                    let bytes = alike(base, worker * 31 + round);
                    loop_until_in(repository, number, &bytes);
                    if round % 2 == 0 {
                        repository.delete(id(number)).unwrap();
                    }
                }
            });
        }
        for worker in 0..2_u64 {
            let repository = &repository;
            scope.spawn(move || {
                for round in 0..rounds * 4 {
                    let mut gc = run(u128::from(worker * 1000 + round + 1));
                    // Claims are never too old, and everything else is.
                    gc.now = Timestamp::parse("2100-01-01T00:00:00Z").unwrap();
                    gc.rewrite = (round % 2 == 0).then_some(30);
                    let _ = repository.gc(&gc, Watch::default());
                }
            });
        }
    });
    for id in repository.images().unwrap() {
        let number = id.as_u128() as u64;
        let number = number % 1000;
        let (worker, round) = (number / 100, number % 100 - 1);
        let bytes = alike(&base, worker * 31 + round);
        let stored = repository.open(id).unwrap();
        let mut read = vec![0; bytes.len()];
        assert_eq!(stored.read(&mut read, 0).unwrap(), bytes.len());
        assert!(read == bytes, "{id}");
    }
    let verified = repository
        .verify(&Verify::default(), Watch::default())
        .unwrap();
    assert_eq!(verified.rot, []);
}

/// Takes a disk in, under another id whenever it was given up.
fn loop_until_in(repository: &Repository, number: u128, bytes: &[u8]) {
    for attempt in 0..20 {
        match ingest(repository, number + attempt * 1000, bytes) {
            Ok(_) => return,
            Err(RepositoryError::Abandoned(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_void_stays_for_ever() {
    let store = Arc::new(InMemory::new());
    let repository = on(&store);
    // An ingest that was killed.
    let claim = Path::from("claims").join(id(1).to_string());
    block_on(store.put(&claim, "".into())).unwrap();
    let busy = ingest(&repository, 1, &mixed(1, 3)).unwrap_err();
    assert!(matches!(busy, RepositoryError::Busy(it) if it == id(1)));
    repository.gc(&run(1), Watch::default()).unwrap();
    assert_eq!(objects(&*store, "claims"), []);
    for number in 2..5 {
        repository.gc(&run(number), Watch::default()).unwrap();
    }
    repository.delete(id(1)).unwrap();
    let gone = ingest(&repository, 1, &mixed(1, 3)).unwrap_err();
    assert!(matches!(gone, RepositoryError::Abandoned(it) if it == id(1)));
    let images = repository.images().unwrap();
    assert!(images.is_empty());
}

/// What a put leaves behind that was killed goes, once it is old enough; nothing else does.
#[test]
fn what_killed_puts_left_in_a_folder_goes_after_the_period_of_grace() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::in_folder(folder.path()).unwrap();
    ingest(&repository, 1, &mixed(60, 3)).unwrap();
    let mut planted = Vec::new();
    for kind in ["packs", "images", "claims", "condemned", "moves"] {
        let kind = folder.path().join(kind);
        std::fs::create_dir_all(&kind).unwrap();
        planted.push(kind.join("half#1"));
        planted.push(kind.join("half#23"));
    }
    for path in &planted {
        std::fs::write(path, "half").unwrap();
    }
    let mut young = run(1);
    young.grace = Duration::from_hours(24 * 366 * 200);
    repository.gc(&young, Watch::default()).unwrap();
    assert!(planted.iter().all(|path| path.exists()));
    repository.gc(&run(2), Watch::default()).unwrap();
    assert!(planted.iter().all(|path| !path.exists()));
    assert!(whole(&repository, 1).unwrap() == mixed(60, 3));
}
