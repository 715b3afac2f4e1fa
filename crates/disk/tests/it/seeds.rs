//! The seeds of the fuzz targets of disk images, tried without a fuzzer.

#[path = "../../../../fuzz/checks/disk/checks.rs"]
mod checks;

use std::{fs, path::PathBuf};

const TARGETS: &[&str] = &[
    "disk_raw",
    "disk_qcow2",
    "disk_vmdk",
    "disk_vmdk_stream",
    "disk_vhd",
    "disk_vhdx",
    "disk_ova",
    "disk_ovf",
];

/// The names of a target's seeds, and what is in them.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target];
    let folder: PathBuf = folder.iter().collect();
    let seed = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| seed(entry.unwrap())).collect()
}

#[test]
fn b07_every_seed_keeps_what_the_fuzz_targets_check() {
    for target in TARGETS {
        let (mut read, mut refused) = (0, 0);
        for (name, seed) in seeds(target) {
            let is_refused = name.starts_with("refused-");
            let is_read = checks::check(target, &seed);
            assert_eq!(!is_read, is_refused, "{target}/{name}");
            if is_refused {
                refused += 1;
            } else {
                read += 1;
            }
        }
        assert!(read > 2 && refused > 2, "{target}: {read} and {refused}");
    }
}

/// So many plans a target.
const PLANS: usize = 25;

/// Plans that no fuzzer chose: whatever their numbers, what is built right is read as it was meant.
#[test]
fn b01_what_plans_build_is_read_as_it_was_meant() {
    for target in TARGETS {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut read = 0;
        for number in 0..PLANS {
            let mut plan = vec![0];
            plan.resize_with(1 + number * 8, &mut next);
            read += usize::from(checks::check(target, &plan));
        }
        // Magics of other formats make a RAW disk none, and a machine can have no disk.
        let least = match *target {
            "disk_raw" | "disk_ova" | "disk_ovf" => PLANS / 3,
            _ => PLANS,
        };
        assert!(read >= least, "{target}: {read} of {PLANS}");
    }
}
