use atlas_history::Frozen;
use atlas_image_id::CloudLocation;
use atlas_mci::{Content, Diff, SettingDiff};
use atlas_testkit::mci::content;
use proptest::prelude::*;

fn owned(locations: Vec<&CloudLocation>) -> Vec<CloudLocation> {
    locations.into_iter().cloned().collect()
}

proptest! {
    #[test]
    fn d02_a_diff_with_itself_is_empty(a in content()) {
        let diff = Diff::between(&a, &a);
        prop_assert!(diff.is_empty());
        prop_assert_eq!(diff.rows(), Vec::new());
        prop_assert_eq!(diff, Diff::default());
    }

    #[test]
    fn d02_an_empty_diff_means_equal_digests(a in content(), b in content()) {
        let digest = |content: &Content| Frozen::new(content.clone()).unwrap().digest();
        let diff = Diff::between(&a, &b);
        prop_assert_eq!(diff.is_empty(), digest(&a) == digest(&b));
        prop_assert_eq!(diff.is_empty(), diff.rows().is_empty());
    }

    #[test]
    fn d02_applying_gives_the_other(a in content(), b in content()) {
        let applied = Diff::between(&a, &b).apply(&a).unwrap();
        prop_assert_eq!(&applied, &b);
        prop_assert_eq!(serde_json::to_string(&applied).unwrap(), serde_json::to_string(&b).unwrap());
    }

    #[test]
    fn d02_the_way_back_is_the_mirror(a in content(), b in content()) {
        let diff = Diff::between(&a, &b);
        let mirror = Diff::between(&b, &a);
        prop_assert_eq!(diff.inverse(), mirror.clone());
        prop_assert_eq!(diff.inverse().inverse(), diff.clone());
        prop_assert_eq!(diff.inverse().apply(&b), Ok(a));
        prop_assert_eq!(diff.gained(), mirror.lost());
        prop_assert_eq!(diff.lost(), mirror.gained());
        prop_assert_eq!(diff.modified(), mirror.modified());
    }

    #[test]
    fn d02_diffs_compose(a in content(), b in content(), c in content()) {
        let (ab, bc, ac) = (Diff::between(&a, &b), Diff::between(&b, &c), Diff::between(&a, &c));
        let further = bc.apply(&ab.apply(&a).unwrap()).unwrap();
        prop_assert_eq!(&further, &ac.apply(&a).unwrap());
        let composed = ab.then(&bc).unwrap();
        prop_assert_eq!(&composed, &ac);
        // Ids that are equal may be spelled differently: the texts agree, too.
        prop_assert_eq!(serde_json::to_string(&composed).unwrap(), serde_json::to_string(&ac).unwrap());
    }

    #[test]
    fn d02_composing_is_associative_and_has_a_unit(a in content(), b in content(), c in content(), d in content()) {
        let (ab, bc, cd) = (Diff::between(&a, &b), Diff::between(&b, &c), Diff::between(&c, &d));
        prop_assert_eq!(ab.then(&bc).unwrap().then(&cd), ab.then(&bc.then(&cd).unwrap()));
        prop_assert_eq!(ab.then(&Diff::default()), Ok(ab.clone()));
        prop_assert_eq!(Diff::default().then(&ab), Ok(ab.clone()));
        prop_assert_eq!(ab.then(&ab.inverse()), Ok(Diff::default()));
        prop_assert_eq!(ab.then(&bc).unwrap().inverse(), bc.inverse().then(&ab.inverse()).unwrap());
    }

    #[test]
    fn d03_gained_and_lost_are_the_locations_of_one_side(a in content(), b in content()) {
        let diff = Diff::between(&a, &b);
        let only = |here: &Content, there: &Content| {
            let keys = here.settings().keys().filter(|at| !there.settings().contains_key(at));
            keys.cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(owned(diff.gained()), only(&b, &a));
        prop_assert_eq!(owned(diff.lost()), only(&a, &b));
        for (location, change) in &diff.settings {
            let both = a.settings().contains_key(location) && b.settings().contains_key(location);
            prop_assert_eq!(matches!(change, SettingDiff::Modified(_)), both);
        }
    }

    #[test]
    fn d01_rows_are_sorted(a in content(), b in content()) {
        let rows = Diff::between(&a, &b).rows();
        let top = ["nickname", "description", "tag"];
        let fields = ["ramdisk", "kernel", "instance type", "image", "user data"];
        let rank = |row: &atlas_mci::DiffRow| {
            let place = if row.location.is_some() { &fields[..] } else { &top[..] };
            (row.location.clone(), place.iter().position(|field| *field == row.field))
        };
        prop_assert!(rows.iter().is_sorted_by_key(rank));
        prop_assert!(rows.iter().all(|row| row.before != row.after));
    }
}
