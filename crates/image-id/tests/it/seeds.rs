//! The seeds of the fuzz targets, tried without a fuzzer.

#[path = "../../../../fuzz/checks/image_id.rs"]
mod checks;
#[path = "../../../../fuzz/checks/detection.rs"]
mod detection;
#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;

use atlas_image_id::{Cloud, ImageId};
use std::{collections::BTreeSet, fs};

/// The fuzz targets of image ids that have seeds.
fn targets() -> Vec<String> {
    let folders = fs::read_dir(replay::folder("")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("image_id")).collect()
}

fn text(seed: &[u8]) -> &str {
    core::str::from_utf8(seed).unwrap()
}

#[test]
fn every_seed_keeps_what_the_fuzz_targets_check() {
    for target in targets() {
        for (_, seed) in replay::seeds(&target) {
            for cloud in Cloud::all() {
                checks::check(*cloud, text(&seed));
            }
            detection::check(text(&seed));
        }
    }
}

#[test]
fn every_cloud_has_seeds_and_those_called_refused_are() {
    let mut clouds = BTreeSet::new();
    for target in targets() {
        let Some(cloud) = target.strip_prefix("image_id_") else {
            continue;
        };
        let cloud = Cloud::parse(cloud).unwrap();
        replay::all(&target, (0, 2), |seed| {
            ImageId::parse(cloud, text(seed)).is_ok()
        });
        clouds.insert(cloud);
    }
    assert_eq!(clouds.len(), Cloud::all().len());
}
