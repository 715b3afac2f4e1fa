//! Bits that flip, and objects that are lost.

use crate::{Chance, id, ingest, mixed, on, over, whole};
use atlas_repository::{Depth, Repository, Rot, Verify, Watch, Why};
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path};
use pollster::block_on;
use std::sync::Arc;

fn get(store: &InMemory, path: &Path) -> Bytes {
    block_on(async { store.get(path).await.unwrap().bytes().await.unwrap() })
}

fn all(store: &InMemory) -> Vec<Path> {
    let mut all = Vec::new();
    for folder in ["images", "packs"] {
        let listed = block_on(store.list_with_delimiter(Some(&Path::from(folder)))).unwrap();
        all.extend(listed.objects.into_iter().map(|it| it.location));
    }
    all
}

fn verify(repository: &Repository, depth: Depth) -> Vec<Rot> {
    let mut ask = Verify::default();
    ask.depth = depth;
    repository.verify(&ask, Watch::default()).unwrap().rot
}

/// A repository of two images that have something in common.
fn two() -> (Arc<InMemory>, [Vec<u8>; 2]) {
    let store = Arc::new(InMemory::new());
    let one = mixed(1, 80);
    let mut two = one[..one.len() / 2].to_vec();
    two.extend(mixed(2, 20));
    ingest(&on(&store), 1, &one).unwrap();
    ingest(&on(&store), 2, &two).unwrap();
    (store, [one, two])
}

#[test]
fn what_is_whole_has_no_rot() {
    let (store, disks) = two();
    let repository = over(store);
    for depth in [Depth::Packs, Depth::Chunks] {
        assert_eq!(verify(&repository, depth), []);
    }
    for (number, bytes) in (1..).zip(disks) {
        assert!(whole(&repository, number).unwrap() == bytes);
    }
}

/// What verification tells agrees with what reading finds: a fresh reader, byte by byte.
fn assert_named(store: &Arc<InMemory>, disks: &[Vec<u8>; 2], rot: &[Rot], what: &str) {
    let repository = on(store);
    for (number, bytes) in (1..).zip(disks) {
        let of_image: Vec<_> = rot
            .iter()
            .filter(|it| it.image == Some(id(number)))
            .collect();
        let Ok(image) = repository.open(id(number)) else {
            assert!(!of_image.is_empty(), "{what}: the index of {number}");
            continue;
        };
        let mut at = 0;
        while at < bytes.len() as u64 {
            let told = of_image.iter().find(|it| {
                let from = it.offset.unwrap();
                (from..from + it.length.unwrap()).contains(&at)
            });
            match image.extent(at) {
                Ok(extent) => {
                    let extent = extent.unwrap();
                    let mut buffer = vec![0; extent.length as usize];
                    let read = image.read(&mut buffer, at);
                    assert_eq!(read.is_err(), told.is_some(), "{what}: {at} of {number}");
                    if read.is_ok() {
                        assert!(buffer == bytes[at as usize..][..buffer.len()], "{what}");
                    }
                    at += extent.length;
                }
                Err(error) => {
                    let rot = error.rot().unwrap();
                    assert_eq!(rot.image, Some(id(number)));
                    assert!(told.is_some(), "{what}: the page at {at} of {number}");
                    at = rot.offset.unwrap() + rot.length.unwrap();
                }
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_found_and_named() {
    let (store, disks) = two();
    let mut chance = Chance(99);
    for path in all(&store) {
        let right = get(&store, &path);
        for round in 0..6 {
            let mut wrong = right.to_vec();
            let length = wrong.len() as u64;
            // Bodies, trailers and feet.
            let at = match round {
                0 => 0,
                1 => length - 1,
                2 => length - 1 - chance.below(200),
                _ => chance.below(length),
            };
            wrong[at as usize] ^= 1 << chance.below(8);
            block_on(store.put(&path, wrong.into())).unwrap();
            let rot = verify(&on(&store), Depth::Packs);
            let what = format!("byte {at} of {path}");
            assert!(
                rot.iter().any(|it| it.object == *path.as_ref()),
                "{what}: {rot:?}"
            );
            assert_named(&store, &disks, &rot, &what);
        }
        block_on(store.put(&path, right.into())).unwrap();
    }
}

#[test]
fn lost_and_short_objects_are_found_and_named() {
    let (store, disks) = two();
    for path in all(&store) {
        let right = get(&store, &path);
        let is_pack = path.as_ref().starts_with("packs");
        let mut cuts = vec![0, 1, right.len() / 2, right.len() - 1];
        if is_pack {
            cuts.push(usize::MAX);
        }
        for length in cuts {
            if length == usize::MAX {
                block_on(store.delete(&path)).unwrap();
            } else {
                block_on(store.put(&path, right.slice(..length).into())).unwrap();
            }
            let rot = verify(&on(&store), Depth::Packs);
            let what = format!("{path} of {length}");
            assert!(!rot.is_empty(), "{what}");
            if length == usize::MAX {
                assert!(
                    rot.iter().all(|it| it.why == Why::Missing),
                    "{what}: {rot:?}"
                );
            }
            assert_named(&store, &disks, &rot, &what);
        }
        block_on(store.put(&path, right.into())).unwrap();
    }
}

#[test]
fn packs_that_were_exchanged_are_found() {
    let (store, disks) = two();
    let packs: Vec<_> = all(&store)
        .into_iter()
        .filter(|it| it.as_ref().starts_with("packs"))
        .collect();
    let (one, other) = (get(&store, &packs[0]), get(&store, &packs[1]));
    block_on(store.put(&packs[0], other.into())).unwrap();
    block_on(store.put(&packs[1], one.into())).unwrap();
    let rot = verify(&on(&store), Depth::Packs);
    assert!(!rot.is_empty());
    assert_named(&store, &disks, &rot, "exchanged");
}
