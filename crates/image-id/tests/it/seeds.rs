//! The seeds of the fuzz targets, tried without a fuzzer.

#[path = "../../../../fuzz/checks/image_id.rs"]
mod checks;
#[path = "../../../../fuzz/checks/detection.rs"]
mod detection;

use atlas_image_id::{Cloud, ImageId};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// A folder of seeds: its name, and the name and text of each.
struct Seeds {
    target: String,
    seeds: Vec<(String, String)>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the seeds are files of the repository"
)]
fn image_id_seeds() -> Vec<Seeds> {
    let corpus: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus"]
        .iter()
        .collect();
    let mut all = Vec::new();
    for folder in fs::read_dir(corpus).unwrap() {
        let folder = folder.unwrap();
        let target = folder.file_name().into_string().unwrap();
        if !target.starts_with("image_id") {
            continue;
        }
        let seed = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        };
        let entries = fs::read_dir(folder.path()).unwrap();
        let seeds = entries.map(|entry| seed(entry.unwrap())).collect();
        all.push(Seeds { target, seeds });
    }
    all
}

#[test]
fn every_seed_keeps_what_the_fuzz_targets_check() {
    for folder in image_id_seeds() {
        for (_, text) in &folder.seeds {
            for cloud in Cloud::all() {
                checks::check(*cloud, text);
            }
            detection::check(text);
        }
    }
}

#[test]
fn every_cloud_has_seeds_and_those_called_refused_are() {
    let mut clouds = BTreeSet::new();
    for Seeds { target, seeds } in image_id_seeds() {
        let Some(cloud) = target.strip_prefix("image_id_") else {
            continue;
        };
        let cloud = Cloud::parse(cloud).unwrap();
        let refused: Vec<_> = seeds
            .iter()
            .filter(|(name, _)| name.starts_with("refused-"))
            .collect();
        assert!(
            refused.len() >= 3 && seeds.len() > refused.len(),
            "{target}"
        );
        for (name, text) in refused {
            assert!(ImageId::parse(cloud, text).is_err(), "{target}/{name}");
        }
        clouds.insert(cloud);
    }
    assert_eq!(clouds.len(), Cloud::all().len());
}
