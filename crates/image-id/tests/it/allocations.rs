//! Reading an id allocates nothing, keeping it allocates once.

use crate::{clouds, corpus};
use allocation_counter::measure;
use arrayvec::ArrayString;
use atlas_image_id::{Cloud, ImageIdRef, detect};
use core::fmt::Write as _;

fn texts() -> Vec<(Cloud, String)> {
    let table = corpus::valid()
        .into_iter()
        .map(|(cloud, row)| (cloud, row[0].clone()));
    let forms = clouds::grammars().into_iter().flat_map(|grammar| {
        let cloud = grammar.cloud;
        grammar
            .ids
            .iter()
            .map(move |text| (cloud, (*text).to_owned()))
    });
    table.chain(forms).collect()
}

#[test]
fn a_view_is_read_and_displayed_without_an_allocation() {
    let mut shown = ArrayString::<4096>::new();
    for (cloud, text) in texts() {
        let cost = measure(|| {
            let id = ImageIdRef::parse(cloud, &text).unwrap();
            shown.clear();
            write!(shown, "{id} {} {}", id.kind(), id.cloud()).unwrap();
        });
        assert_eq!(cost.count_total, 0, "{cloud}: {text}");
    }
}

#[test]
fn an_owned_id_allocates_once_or_is_kept_in_place() {
    for (cloud, text) in texts() {
        let mut kept = None;
        let cost = measure(|| kept = Some(ImageIdRef::parse(cloud, &text).unwrap().into_owned()));
        assert!(cost.count_total <= 1, "{cloud}: {text}: {cost:?}");
        let room = kept.unwrap().as_str().len() + 16;
        assert!(
            cost.bytes_total <= u64::try_from(room).unwrap() + 8,
            "{cloud}: {text}: {cost:?}"
        );
    }
}

#[test]
fn detecting_the_cloud_of_a_telling_form_keeps_nothing() {
    let mut candidates = 0;
    let cost = measure(|| candidates = detect("ami-0ae8605ed708e3c3e").unwrap().candidates().len());
    assert_eq!((candidates, cost.count_current), (1, 0));
}
