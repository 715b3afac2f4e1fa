//! The seeds of the fuzz targets of disk images, tried without a fuzzer.

#[path = "../../../../fuzz/checks/disk/checks.rs"]
mod checks;
#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;

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

#[test]
fn b07_every_seed_keeps_what_the_fuzz_targets_check() {
    for target in TARGETS {
        replay::all(target, (2, 2), |seed| checks::check(target, seed));
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
