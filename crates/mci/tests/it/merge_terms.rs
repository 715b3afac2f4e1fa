use atlas_mci::{Merge, MergePath};
use proptest::{collection::vec, prelude::*};

/// Merges of few values, some of which did not come to one.
fn merges() -> impl Strategy<Value = Merge<u8>> {
    let settled = (0..4_u8).prop_map(Merge::settled);
    settled.prop_recursive(2, 6, 3, |inner| {
        (proptest::option::of(inner.clone()), inner.clone(), inner)
            .prop_map(|(base, ours, theirs)| Merge::three_way(base.as_ref(), &ours, &theirs))
    })
}

/// The terms in an order that does not tell the sides apart.
fn sorted(merge: &Merge<u8>) -> (Vec<u8>, Vec<u8>) {
    let sorted = |terms: &[u8]| {
        let mut terms = terms.to_vec();
        terms.sort_unstable();
        terms
    };
    (sorted(merge.adds()), sorted(merge.removes()))
}

proptest! {
    #[test]
    fn g02_terms_keep_the_laws(base in merges(), ours in merges(), theirs in merges()) {
        prop_assert_eq!(&Merge::three_way(Some(&base), &base, &theirs), &theirs);
        prop_assert_eq!(&Merge::three_way(Some(&base), &ours, &base), &ours);
        prop_assert_eq!(&Merge::three_way(Some(&base), &ours, &ours), &ours);
        prop_assert_eq!(&Merge::three_way(None, &ours, &ours), &ours);
        let merged = Merge::three_way(Some(&base), &ours, &theirs);
        prop_assert_eq!(sorted(&merged), sorted(&Merge::three_way(Some(&base), &theirs, &ours)));
        prop_assert!(!merged.adds().is_empty());
        if let Some(value) = merged.as_settled() {
            prop_assert!(ours.adds().contains(value) || theirs.adds().contains(value));
        }
    }

    #[test]
    fn g02_terms_are_written_and_read(merge in merges(), adds in vec(any::<u8>(), 0..3), removes in vec(any::<u8>(), 0..3)) {
        let text = serde_json::to_string(&merge).unwrap();
        prop_assert_eq!(serde_json::from_str::<Merge<u8>>(&text).unwrap(), merge);
        let text = serde_json::json!({ "adds": adds, "removes": removes }).to_string();
        prop_assert_eq!(serde_json::from_str::<Merge<u8>>(&text).is_ok(), !adds.is_empty());
    }
}

#[test]
fn g03_a_value_from_before_the_bases_never_comes_back() {
    let [old, one, other] = [0, 1, 2].map(Merge::settled);
    let bases = Merge::three_way(Some(&old), &one, &other);
    assert_eq!((bases.adds(), bases.removes()), (&[1, 2][..], &[0][..]));
    // Each side took another of the two bases. What cancels out would leave the old value.
    let merged = Merge::three_way(Some(&bases), &one, &other);
    assert_eq!(merged.as_settled(), None);
    assert_eq!(
        (merged.adds(), merged.removes()),
        (&[1, 2, 0][..], &[1, 2][..])
    );
}

#[test]
fn g02_where_all_that_is_added_is_taken_away_the_sides_are_alike() {
    // Each side takes away what the other adds.
    let [ours, theirs] = [(3, 2), (2, 3)].map(|(add, remove)| {
        let base = Merge::three_way(None, &Merge::settled(9), &Merge::settled(remove));
        Merge::three_way(Some(&base), &Merge::settled(add), &Merge::settled(9))
    });
    assert_eq!((ours.adds(), ours.removes()), (&[3][..], &[2][..]));
    let old = Merge::settled(0);
    let merged = Merge::three_way(Some(&old), &ours, &theirs);
    assert_eq!(sorted(&merged), (vec![2, 3], vec![0, 2, 3]));
    let turned = Merge::three_way(Some(&old), &theirs, &ours);
    assert_eq!(sorted(&merged), sorted(&turned));
}

#[test]
fn paths_lead_back() {
    for text in [
        "nickname",
        "description",
        "tag:production",
        "tag:provides:rs_agent_type=right_link",
        "aws/us-east-1",
        "azure",
        "vmware:vc1/DC 1/cluster#a",
        "unit:aws/us-east-1",
        "ramdisk:aws/us-east-1",
        "kernel:aws/us-east-1",
        "instance-type:openstack:corp/RegionOne",
        "image:gcp",
        "user-data:vmware:vc1/DC1",
    ] {
        let path = MergePath::parse(text).unwrap();
        assert_eq!(path.to_string(), text);
        let json = serde_json::to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<MergePath>(&json).unwrap(), path);
    }
}

#[test]
fn refuses_what_is_no_path() {
    let texts = [
        "",
        "name",
        "tag:",
        "tag:a:b",
        "image",
        "image:",
        "image:mars",
        "picture:gcp",
        "aws",
        "aws/us-east-1#image",
    ];
    let messages = texts.map(|text| {
        let error = MergePath::parse(text).unwrap_err();
        format!("{:>2} {error}\n", error.at())
    });
    insta::assert_snapshot!(messages.concat());
}

#[test]
fn paths_stand_in_the_order_of_the_product() {
    let texts = [
        "nickname",
        "description",
        "tag:a",
        "tag:b",
        "aws/us-east-1",
        "unit:aws/us-east-1",
        "ramdisk:aws/us-east-1",
        "kernel:aws/us-east-1",
        "instance-type:aws/us-east-1",
        "image:aws/us-east-1",
        "user-data:aws/us-east-1",
        "azure",
        "image:azure",
    ];
    let paths = texts.map(|text| MergePath::parse(text).unwrap());
    assert!(paths.is_sorted());
}
