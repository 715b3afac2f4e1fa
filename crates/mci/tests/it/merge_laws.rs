//! The laws of merge, over contents that have grown apart.

use crate::merge::{cases, digest, fields, fits};
use atlas_mci::{
    Choices, Conflict, Content, Diff, MergeBase, MergeDraft, MergeError, MergePath, Side,
};
use atlas_testkit::{
    mci,
    merge::{Sides, distant, sides, touched},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

fn base(content: &Content) -> MergeBase {
    MergeBase::of(Arc::new(content.clone()))
}

/// The merge where there is no conflict.
fn clean(from: &Content, ours: &Content, theirs: &Content) -> Option<Content> {
    let from = base(from);
    let draft = MergeDraft::between(&from, ours, theirs, &fits);
    draft.settle(&Choices::default()).ok()
}

/// Checks that each field of a merge has the value of a side, lines of user data apart.
#[track_caller]
fn assert_nothing_invented(merged: &Content, ours: &Content, theirs: &Content) {
    let [merged, ours, theirs] = [merged, ours, theirs].map(fields);
    for (path, value) in &merged {
        let sides = [ours.get(path), theirs.get(path)];
        if sides.contains(&Some(value)) {
            continue;
        }
        assert!(path.starts_with("user-data:"), "{path}: {value}");
        let [ours, theirs] = sides.map(|side| {
            let text = side.map(String::as_str).unwrap_or_default();
            text.lines().collect::<BTreeSet<_>>()
        });
        for line in value.lines() {
            assert!(
                ours.contains(line) || theirs.contains(line),
                "{path}: {line}"
            );
        }
    }
    // What is gone is gone on a side, too.
    for path in ours.keys().filter(|path| !merged.contains_key(*path)) {
        assert!(!theirs.contains_key(path), "{path} is on both sides");
    }
}

/// The rows of a diff that say which field now has which value; of user data, that it is another.
fn changes(before: &Content, after: &Content) -> BTreeSet<(String, &'static str, Option<String>)> {
    let rows = Diff::between(before, after).rows().into_iter();
    rows.map(|row| {
        let location = row.location.map(|location| location.to_string());
        let value = match row.field {
            "user data" => None,
            // A tag has no field of its own, so that the row that removes it names it before.
            "tag" => row.after.map(|tag| format!("+{tag}")).or(row.before),
            _ => row.after,
        };
        (location.unwrap_or_default(), row.field, value)
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn g02_an_unchanged_side_yields(Sides { base, ours, theirs } in sides(), other in mci::content()) {
        for side in [&ours, &theirs, &other] {
            let theirs = clean(&base, &base, side).unwrap();
            prop_assert_eq!(digest(&theirs), digest(side));
            let ours = clean(&base, side, &base).unwrap();
            prop_assert_eq!(digest(&ours), digest(side));
        }
    }

    #[test]
    fn g02_equal_sides_agree(Sides { base: from, ours, .. } in sides(), other in mci::content()) {
        for from in [base(&from), base(&other), MergeBase::none()] {
            let draft = MergeDraft::between(&from, &ours, &ours, &fits);
            let merged = draft.settle(&Choices::default()).unwrap();
            prop_assert_eq!(digest(&merged), digest(&ours));
        }
    }

    #[test]
    fn g02_sides_can_be_swapped(Sides { base: from, ours, theirs } in sides(), has_base in any::<bool>()) {
        let from = if has_base { base(&from) } else { MergeBase::none() };
        let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
        let turned = MergeDraft::between(&from, &theirs, &ours, &fits);
        let conflicts: Vec<_> = turned.conflicts().iter().cloned().map(Conflict::turned).collect();
        prop_assert_eq!(draft.conflicts(), conflicts);
        for (side, other) in [(Side::Ours, Side::Theirs), (Side::Theirs, Side::Ours)] {
            let merged = draft.settle(&Choices::all(side)).as_ref().map(digest).map_err(Clone::clone);
            let other = turned.settle(&Choices::all(other)).as_ref().map(digest).map_err(Clone::clone);
            prop_assert_eq!(merged, other);
        }
    }

    #[test]
    fn g02_distant_edits_never_meet((base, ours, theirs) in distant()) {
        let (our, their) = (touched(&base, &ours), touched(&base, &theirs));
        let merged = clean(&base, &our, &their).unwrap();
        prop_assert_eq!(digest(&merged), digest(&touched(&our, &theirs)));
        prop_assert_eq!(digest(&merged), digest(&touched(&their, &ours)));
    }

    #[test]
    fn g02_nothing_is_invented(Sides { base: from, ours, theirs } in sides(), has_base in any::<bool>()) {
        let from = if has_base { base(&from) } else { MergeBase::none() };
        let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
        for side in [Side::Ours, Side::Theirs] {
            match draft.settle(&Choices::all(side)) {
                Ok(merged) => assert_nothing_invented(&merged, &ours, &theirs),
                Err(MergeError::Edit(_)) => {}
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
    }

    #[test]
    fn g02_against_a_side_only_the_changes_of_the_other_show(Sides { base, ours, theirs } in sides()) {
        if let Some(merged) = clean(&base, &ours, &theirs) {
            let (our, their) = (changes(&base, &ours), changes(&base, &theirs));
            prop_assert!(changes(&ours, &merged).is_subset(&their));
            prop_assert!(changes(&theirs, &merged).is_subset(&our));
        }
    }

    #[test]
    fn g01_nothing_changes_while_a_conflict_is_open(Sides { base: from, ours, theirs } in sides()) {
        let from = base(&from);
        let draft = MergeDraft::between(&from, &ours, &theirs, &fits);
        let refused = MergeError::Open { conflicts: draft.conflicts().to_vec() };
        let left = draft.settle(&Choices::default());
        prop_assert_eq!(draft.is_clean(), left.is_ok());
        if !draft.is_clean() {
            prop_assert_eq!(left, Err(refused));
        }
    }

    #[test]
    fn g03_without_a_base_every_difference_conflicts(Sides { ours, theirs, .. } in sides()) {
        let none = MergeBase::none();
        let draft = MergeDraft::between(&none, &ours, &theirs, &fits);
        let found: BTreeSet<_> = draft.conflicts().iter().map(|it| it.path().to_string()).collect();
        let (our, their) = (fields(&ours), fields(&theirs));
        let differs = |path: &&String| our.get(*path) != their.get(*path);
        let whole = |path: &String| path.split_once(':').map_or(path.clone(), |(_, at)| at.to_owned());
        let expected: BTreeSet<String> = our
            .keys()
            .chain(their.keys())
            .filter(differs)
            .map(|path| match path.parse::<MergePath>() {
                // A setting that one side alone has is one conflict.
                Ok(MergePath::Setting { location, .. })
                    if [&ours, &theirs].iter().any(|side| !side.settings().contains_key(&location)) =>
                {
                    whole(path)
                }
                _ => path.clone(),
            })
            .collect();
        // Two spellings of one id are no conflict.
        let spelled = |path: &String| path.starts_with("image:azure");
        prop_assert!(found.is_subset(&expected), "{found:?} {expected:?}");
        prop_assert!(expected.difference(&found).all(spelled), "{found:?} {expected:?}");
    }

    #[test]
    fn g03_bases_that_merge_are_as_their_merge(Sides { base: root, ours, theirs } in sides(), last in mci::content()) {
        let virtual_base = MergeBase::merged(Some(&base(&root)), &base(&ours), &base(&theirs));
        if let Some(merged) = clean(&root, &ours, &theirs) {
            let real = base(&merged);
            for (one, other) in [(&ours, &last), (&last, &theirs), (&merged, &last)] {
                let expected = MergeDraft::between(&real, one, other, &fits);
                let found = MergeDraft::between(&virtual_base, one, other, &fits);
                prop_assert_eq!(found.conflicts(), expected.conflicts());
                let choices = Choices::all(Side::Theirs);
                prop_assert_eq!(found.settle(&choices).ok(), expected.settle(&choices).ok());
            }
        }
    }

    #[test]
    fn g03_where_bases_differ_the_sides_must_agree(
        Sides { base: root, ours: one, theirs: other } in sides(),
        Sides { ours, theirs, .. } in sides(),
    ) {
        let root = base(&root);
        let bases = MergeDraft::between(&root, &one, &other, &fits);
        let virtual_base = MergeBase::merged(Some(&root), &base(&one), &base(&other));
        // The order of the bases does not matter either, and each merges with itself to itself.
        let turned = MergeBase::merged(Some(&root), &base(&other), &base(&one));
        for (ours, theirs) in [(&ours, &theirs), (&one, &other), (&one, &theirs)] {
            let draft = MergeDraft::between(&virtual_base, ours, theirs, &fits);
            let found: BTreeSet<_> = draft.conflicts().iter().map(|it| it.path().clone()).collect();
            let again = MergeDraft::between(&turned, ours, theirs, &fits);
            let again: BTreeSet<_> = again.conflicts().iter().map(|it| it.path().clone()).collect();
            prop_assert_eq!(&found, &again);
            let (our, their) = (fields(ours), fields(theirs));
            for open in bases.conflicts() {
                let path = open.path().to_string();
                let is_single = our.contains_key(&path) || their.contains_key(&path);
                let is_spelling = path.starts_with("image:azure");
                if is_single && our.get(&path) != their.get(&path) && !is_spelling {
                    let is_found = found.iter().any(|found| match (found, open.path()) {
                        (MergePath::Setting { location: one, .. }, MergePath::Setting { location, .. }) => one == location,
                        (one, other) => one == other,
                    });
                    prop_assert!(is_found, "{} is settled", path);
                }
            }
            if let Ok(merged) = draft.settle(&Choices::all(Side::Ours)) {
                assert_nothing_invented(&merged, ours, theirs);
            }
        }
    }
}
