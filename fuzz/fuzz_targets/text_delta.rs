//! Texts in parts: what is taken apart comes together again, and parts that were made up give a text
//! within the limit or are refused.
#![no_main]

use atlas_base::Digest;
use atlas_history::{Blob, Frame, FrameBase, FrameChain};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|text: &str| {
    let mut parts = text.split('|');
    let (Some(base), Some(next)) = (parts.next(), parts.next()) else {
        return;
    };
    let digest = |text: &str| Digest::of("fuzz/1", text.as_bytes());
    // What stands between the first two line ends of a text is kept elsewhere.
    let mut kept = BTreeMap::new();
    let mut blobs = |text: &str| -> Vec<Blob> {
        let mut ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let (Some(start), Some(end)) = (ends.next(), ends.next()) else {
            return Vec::new();
        };
        let range = start..end;
        let held = text.get(range.clone()).unwrap_or_default();
        kept.insert(digest(held), held.to_owned());
        let digest = digest(held);
        vec![Blob { range, digest }]
    };
    let (old, new) = (blobs(base), blobs(next));
    let full = Frame::new(base, &old, None).expect("a text within the limit");
    assert_eq!((full.base(), full.depth()), (None, 0));
    assert_eq!(full.text(None, &kept).as_deref(), Ok(base));
    let near = FrameBase {
        digest: digest(base),
        depth: 0,
        text: base,
        blobs: &old,
    };
    let delta = Frame::new(next, &new, Some(near)).expect("a text within the limit");
    assert_eq!(delta.text(Some(base), &kept).as_deref(), Ok(next));
    let written = serde_json::to_string(&delta).expect("a frame is JSON");
    assert_eq!(serde_json::from_str::<Frame>(&written).ok(), Some(delta));

    let Some(made_up) = parts.next() else {
        return;
    };
    let Ok(frame) = serde_json::from_str::<Frame>(made_up) else {
        return;
    };
    if let Ok(text) = frame.text(Some(base), &kept) {
        assert!(text.len() <= Frame::MAX_BYTES);
    }
    if let Ok(mut chain) = FrameChain::new(frame.clone()) {
        assert!(chain.push(frame).is_err(), "a frame is its own base");
    }
});
