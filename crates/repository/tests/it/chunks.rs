//! Where disks are cut.

use crate::{Chance, mixed};
use atlas_repository::{Chunker, Cut, Profile};
use proptest::prelude::*;

const PROFILES: [Profile; 2] = [Profile::FastCdc, Profile::Fixed];

/// The cuts of a disk that comes in pieces of some lengths.
fn cuts(profile: Profile, bytes: &[u8], lengths: &[usize]) -> Vec<Cut> {
    let mut all = Vec::new();
    let mut chunker = Chunker::new(profile);
    let mut out = |cut| all.push(cut);
    let mut rest = bytes;
    for length in lengths.iter().cycle() {
        let (piece, behind) = rest.split_at(rest.len().min(*length));
        if piece.iter().all(|byte| *byte == 0) {
            chunker.zeros(piece.len() as u64, &mut out);
        } else {
            chunker.data(piece, &mut out);
        }
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    chunker.finish(&mut out);
    // Zeros may come in two.
    let mut merged: Vec<Cut> = Vec::new();
    for cut in all {
        match (merged.last_mut(), cut) {
            (Some(Cut::Zeros(before)), Cut::Zeros(more)) => *before += more,
            (_, cut) => merged.push(cut),
        }
    }
    merged
}

fn joined(cuts: &[Cut]) -> Vec<u8> {
    let mut all = Vec::new();
    for cut in cuts {
        match cut {
            Cut::Chunk(bytes) => all.extend_from_slice(bytes),
            Cut::Zeros(length) => all.resize(all.len() + *length as usize, 0),
        }
    }
    all
}

#[test]
fn cuts_make_the_disk_and_hold_their_lengths() {
    for seed in 0..20 {
        let bytes = mixed(seed, 60);
        for (profile, most) in PROFILES.into_iter().zip([256 << 10, 512 << 10]) {
            let cuts = cuts(profile, &bytes, &[2 << 20]);
            assert_eq!(joined(&cuts), bytes);
            for cut in &cuts {
                if let Cut::Chunk(bytes) = cut {
                    assert!(bytes.len() <= most && bytes.iter().any(|byte| *byte != 0));
                }
            }
        }
    }
}

#[test]
fn long_holes_are_never_part_of_a_chunk() {
    for cut in cuts(Profile::FastCdc, &mixed(3, 200), &[1 << 20]) {
        if let Cut::Chunk(bytes) = cut {
            let holes = bytes.split(|byte| *byte != 0);
            assert!(holes.map(<[u8]>::len).max().unwrap() < 24 << 10);
        }
    }
}

#[test]
fn a_fixed_profile_cuts_on_its_grid() {
    let mut at = 0;
    for cut in cuts(Profile::Fixed, &mixed(5, 200), &[1 << 20]) {
        if let Cut::Chunk(_) = cut {
            assert_eq!(at % (512 << 10), 0);
        }
        at += cut.length();
    }
}

#[test]
fn data_that_moved_is_cut_alike() {
    let bytes = Chance(9).bytes(8 << 20);
    let mut moved = Chance(10).bytes(12345);
    moved.extend_from_slice(&bytes);
    let before = cuts(Profile::FastCdc, &bytes, &[2 << 20]);
    let after = cuts(Profile::FastCdc, &moved, &[2 << 20]);
    let same = after.iter().filter(|cut| before.contains(cut)).count();
    assert!(same * 10 >= before.len() * 9, "{same} of {}", before.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cuts_do_not_depend_on_pieces(
        seed in any::<u64>(),
        lengths in prop::collection::vec(1_usize..300_000, 1..6),
    ) {
        let mut bytes = mixed(seed, 20);
        bytes.truncate(bytes.len() - (seed % 4096) as usize);
        for profile in PROFILES {
            let one = cuts(profile, &bytes, &[bytes.len()]);
            prop_assert_eq!(cuts(profile, &bytes, &lengths), one);
        }
    }
}
