//! Images as files.

use crate::{
    Chance, id,
    laws::{self, Place, assert_well, gc, ingest, whole},
    mixed,
};
use atlas_repository::{Depth, Pool, RepositoryError, Rot, Verify, Watch, Why};
use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::PathBuf,
};

fn verify(pool: &Pool) -> Vec<Rot> {
    let mut ask = Verify::default();
    ask.depth = Depth::Packs;
    pool.verify(&ask, Watch::default()).unwrap().rot
}

fn files(place: &Place) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for kind in ["raw", "images", "claims"] {
        let entries = fs::read_dir(place.folder.as_ref().unwrap().path().join(kind));
        all.extend(entries.into_iter().flatten().map(|it| it.unwrap().path()));
    }
    all.sort();
    all
}

#[test]
fn b01_an_image_is_one_sparse_file_that_reads_as_the_raw() {
    let place = laws::plain();
    let mut bytes = mixed(31, 10);
    bytes.resize(bytes.len() + (64 << 20), 0);
    bytes.extend(mixed(32, 2));
    ingest(&place.pool, 1, &bytes).unwrap();
    let path = place.pool.file(id(1)).unwrap();
    assert!(path.is_absolute());
    assert_eq!(
        path.file_name().unwrap().to_str().unwrap(),
        format!("{}.raw", id(1))
    );
    assert!(fs::read(&path).unwrap() == bytes);
    let taken = fs::metadata(&path).unwrap().blocks() * 512;
    assert!(taken < 16 << 20, "{taken}");
    // Pages, record and RAW; no claim is left.
    assert_eq!(files(&place).len(), 3);
    assert!(laws::memory().pool.file(id(1)).is_none());
}

/// A change of the file is found by whoever reads there, and named by a verification.
#[test]
fn every_changed_byte_is_found_and_named() {
    let place = laws::plain();
    let mut bytes = mixed(33, 30);
    bytes.extend(vec![0; 3 << 20]);
    bytes.extend(mixed(34, 3));
    ingest(&place.pool, 1, &bytes).unwrap();
    ingest(&place.pool, 2, &bytes).unwrap();
    let path = place.pool.file(id(1)).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let mut chance = Chance(77);
    let mut holes = 0;
    for _ in 0..60 {
        let at = chance.below(bytes.len() as u64);
        let image = place.pool.open(id(1)).unwrap();
        let part = image.extent(at).unwrap().unwrap();
        file.write_all_at(&[!bytes[at as usize]], at).unwrap();
        let rot = verify(&place.pool);
        let [found] = &rot[..] else {
            panic!("{at}: {rot:?}");
        };
        assert_eq!(found.image, Some(id(1)));
        assert_eq!(
            (found.offset, found.length),
            (Some(part.at), Some(part.length))
        );
        assert_eq!((found.chunk, found.why), (part.chunk, Why::Digest));
        assert_eq!(found.object, format!("raw/{}.raw", id(1)));
        let mut read = vec![0; part.length as usize];
        let done = image.read(&mut read, part.at);
        if part.chunk.is_some() {
            assert!(matches!(done, Err(RepositoryError::Rot(_))));
        } else {
            // What an image reads as does not depend on what stands in a hole.
            holes += 1;
            assert!(read.iter().all(|byte| *byte == 0));
        }
        file.write_all_at(&bytes[at as usize..=at as usize], at)
            .unwrap();
    }
    assert!(holes > 0);
    assert_well(&place.pool, 2);
}

#[test]
fn what_is_cut_longer_lost_or_spoilt_is_found_and_named() {
    let place = laws::plain();
    let bytes = mixed(35, 20);
    ingest(&place.pool, 1, &bytes).unwrap();
    let all = files(&place);
    for path in &all {
        let right = fs::read(path).unwrap();
        let mut longer = right.clone();
        longer.push(0);
        let mut spoilt = right.clone();
        let middle = spoilt.len() / 2;
        spoilt[middle] ^= 4;
        let cut = right[..right.len() - 1].to_vec();
        for wrong in [Vec::new(), cut, longer, spoilt] {
            let length = wrong.len();
            fs::write(path, wrong).unwrap();
            let rot = verify(&place.pool);
            // Nobody reads behind the pages.
            let is_harmless =
                path.extension().is_some_and(|it| it == "pages") && length > right.len();
            assert_eq!(rot.is_empty(), is_harmless, "{path:?} of {length}: {rot:?}");
            assert!(rot.iter().all(|it| it.image == Some(id(1))), "{rot:?}");
        }
        if !path.to_string_lossy().contains("images") {
            fs::remove_file(path).unwrap();
            let rot = verify(&place.pool);
            assert!(
                rot.iter().all(|it| it.why == Why::Missing) && rot.len() == 1,
                "{rot:?}"
            );
            assert!(place.pool.open(id(1)).is_err());
        }
        fs::write(path, right).unwrap();
    }
    assert!(whole(&place.pool, 1).unwrap() == bytes);
    // What cannot be read can be removed.
    fs::write(&all[0], "").unwrap();
    assert!(place.pool.delete(id(1)).unwrap());
    gc(&place.pool, 1);
    assert_eq!(files(&place), Vec::<PathBuf>::new());
}

#[test]
fn a_clean_up_removes_what_is_left_and_nothing_else() {
    let place = laws::plain();
    ingest(&place.pool, 1, &mixed(36, 5)).unwrap();
    let raw = place.folder.as_ref().unwrap().path().join("raw");
    let claims = place.folder.as_ref().unwrap().path().join("claims");
    // An ingest that was killed, one that was killed before its end, and somebody else's file.
    fs::write(claims.join(id(2).to_string()), "").unwrap();
    fs::write(raw.join(format!("{}.raw.part", id(2))), "half").unwrap();
    fs::write(raw.join(format!("{}.raw", id(3))), "whole").unwrap();
    fs::write(raw.join(format!("{}.pages", id(3))), "whole").unwrap();
    fs::write(raw.join("notes.raw"), "mine").unwrap();
    assert_well(&place.pool, 1);
    gc(&place.pool, 1);
    let names: Vec<String> = files(&place)
        .iter()
        .map(|it| it.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let own = id(1);
    let void = id(2).to_string();
    let expected = [
        own.to_string(),
        void,
        "notes.raw".to_owned(),
        format!("{own}.pages"),
        format!("{own}.raw"),
    ];
    assert_eq!(names, expected);
    assert_well(&place.pool, 1);
    let given_up = ingest(&place.pool, 2, &mixed(36, 5)).unwrap_err();
    assert!(matches!(given_up, RepositoryError::Abandoned(_)));
}

/// Whoever is at work keeps its files, however old they are.
#[test]
fn a_clean_up_leaves_an_ingest_at_work_alone() {
    let place = laws::plain();
    let claims = place.folder.as_ref().unwrap().path().join("claims");
    let raw = place.folder.as_ref().unwrap().path().join("raw");
    fs::create_dir_all(&raw).unwrap();
    fs::create_dir_all(&claims).unwrap();
    fs::write(claims.join(id(2).to_string()), "").unwrap();
    fs::write(raw.join(format!("{}.raw.part", id(2))), "half").unwrap();
    let mut ask = crate::run(1);
    ask.grace = core::time::Duration::from_hours(24 * 366 * 200);
    let done = place.pool.gc(&ask, Watch::default()).unwrap();
    assert_eq!(done.removed, 0);
    assert_eq!(files(&place).len(), 2);
}

#[test]
fn chunks_and_files_do_not_read_one_another() {
    let place = laws::plain();
    ingest(&place.pool, 1, &mixed(37, 5)).unwrap();
    let folder = place.folder.as_ref().unwrap().path();
    let chunks = Pool::from(atlas_repository::Repository::in_folder(folder).unwrap());
    let error = chunks.open(id(1)).unwrap_err();
    assert_eq!(error.rot().map(|it| it.why), Some(Why::Kind));
    assert!(chunks.gc(&crate::run(1), Watch::default()).is_err());
    assert!(whole(&place.pool, 1).is_ok());
}
