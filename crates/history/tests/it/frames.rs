use atlas_base::Digest;
use atlas_history::{Blob, Frame, FrameBase, FrameChain, FrameError, Presence, RevisionNumber};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn digest(text: &str) -> Digest {
    Digest::of("test/1", text.as_bytes())
}

fn base<'a>(text: &'a str, depth: u8, blobs: &'a [Blob]) -> FrameBase<'a> {
    FrameBase {
        digest: digest(text),
        depth,
        text,
        blobs,
    }
}

/// Something like a content: settings, one a location.
fn content(images: &[u32]) -> String {
    let settings = images.iter().enumerate().map(|(place, image)| {
        let image = format!("ami-{image:017x}");
        let setting = json!({ "image": image, "instance_type": "m7i.large" });
        (format!("aws/us-east-{place:03}"), setting)
    });
    let settings: serde_json::Map<String, Value> = settings.collect();
    json!({ "nickname": "web", "settings": settings }).to_string()
}

fn read(value: Value) -> Frame {
    serde_json::from_value(value).unwrap()
}

fn none() -> BTreeMap<Digest, String> {
    BTreeMap::new()
}

#[test]
fn m09_a_change_of_one_setting_of_a_hundred_is_a_few_bytes() {
    let mut images: Vec<u32> = (0..100).collect();
    let old = content(&images);
    images[40] = 4000;
    let new = content(&images);
    let frame = Frame::new(&new, &[], Some(base(&old, 3, &[]))).unwrap();
    assert_eq!(frame.base(), Some(digest(&old)));
    assert_eq!(frame.depth(), 4);
    let kept = serde_json::to_value(&frame).unwrap();
    assert_eq!(kept["parts"].as_array().unwrap().len(), 3, "{kept}");
    assert!(kept.to_string().len() < 160, "{kept}");
    assert_eq!(frame.text(Some(&old), &none()).unwrap(), new);
    // One more, and one that is gone, stay as small.
    images.insert(7, 7000);
    images.remove(90);
    let third = content(&images);
    let frame = Frame::new(&third, &[], Some(base(&new, 4, &[]))).unwrap();
    assert_eq!(frame.text(Some(&new), &none()).unwrap(), third);
}

#[test]
fn m09_what_is_not_much_smaller_is_kept_whole_and_so_is_every_sixteenth() {
    let old = content(&(0..100).collect::<Vec<_>>());
    let other = content(&(1000..1100).collect::<Vec<_>>());
    let frame = Frame::new("another text", &[], Some(base(&old, 0, &[]))).unwrap();
    assert_eq!((frame.base(), frame.depth()), (None, 0));
    let full = serde_json::to_string(&Frame::new(&other, &[], None).unwrap()).unwrap();
    let kept = Frame::new(&other, &[], Some(base(&old, 0, &[]))).unwrap();
    assert!(kept.base().is_none() || serde_json::to_string(&kept).unwrap().len() * 2 < full.len());
    let deep = Frame::new(&old, &[], Some(base(&old, Frame::MAX_DEPTH, &[]))).unwrap();
    assert_eq!(deep.base(), None);
    let last = Frame::new(&old, &[], Some(base(&old, 14, &[]))).unwrap();
    assert_eq!(last.depth(), Frame::MAX_DEPTH);
}

#[test]
fn m09_a_blob_stands_once_and_a_delta_takes_it_from_its_base() {
    let data = "#!/bin/sh\necho hello, world\n".repeat(4);
    let text = |image: &str| {
        let before = format!("{{\"image\":\"{image}\",\"user_data\":");
        let range = before.len()..before.len() + data.len();
        let blob = Blob {
            range,
            digest: digest(&data),
        };
        (format!("{before}{data}}},{}", "x".repeat(400)), [blob])
    };
    let (old, old_blobs) = text("ami-1");
    let (new, new_blobs) = text("ami-2");
    let full = Frame::new(&old, &old_blobs, None).unwrap();
    assert_eq!(
        full.blobs().into_iter().collect::<Vec<_>>(),
        [digest(&data)]
    );
    assert!(!serde_json::to_string(&full).unwrap().contains("hello"));
    let blobs = BTreeMap::from([(digest(&data), data.clone())]);
    assert_eq!(full.text(None, &blobs).unwrap(), old);
    let gone = FrameError::NoBlob {
        digest: digest(&data),
    };
    assert_eq!(full.text(None, &none()), Err(gone));
    let delta = Frame::new(&new, &new_blobs, Some(base(&old, 0, &old_blobs))).unwrap();
    assert!(delta.base().is_some() && delta.blobs().is_empty());
    assert_eq!(delta.text(Some(&old), &none()).unwrap(), new);
    // Blobs out of order, or within a character, stay in the text.
    let bad = [new_blobs[0].clone(), new_blobs[0].clone()];
    let frame = Frame::new(&new, &bad, None).unwrap();
    assert_eq!(frame.text(None, &blobs).unwrap(), new);
    let cut = Blob {
        range: 1..2,
        digest: digest("é"),
    };
    let frame = Frame::new("é!", &[cut], None).unwrap();
    assert_eq!(frame.text(None, &none()).unwrap(), "é!");
}

#[test]
fn m09_parts_that_were_made_up_are_refused() {
    let at = |from: usize, len: usize| {
        read(json!({"base": digest(""), "depth": 1, "parts": [[from, len]]}))
    };
    let refused = |frame: &Frame, text: Option<&str>| frame.text(text, &none()).unwrap_err();
    for (from, len) in [
        (0, 5),
        (5, 1),
        (usize::MAX, 2),
        (2, usize::MAX),
        (1, 1),
        (0, 1),
    ] {
        let error = refused(&at(from, len), Some("éab"));
        assert_eq!(error, FrameError::Slice { from, len, base: 4 });
    }
    let error = refused(&at(0, 0), None);
    assert_eq!(
        error,
        FrameError::Slice {
            from: 0,
            len: 0,
            base: 0
        }
    );
    // Few parts that would give a text without an end.
    let base_text = "x".repeat(1 << 20);
    let parts: Vec<_> = (0..17).map(|_| json!([0, 1 << 20])).collect();
    let frame = read(json!({"base": digest(""), "depth": 1, "parts": parts}));
    let limit = Frame::MAX_BYTES;
    assert_eq!(
        refused(&frame, Some(&base_text)),
        FrameError::TooLong { limit }
    );
    let long = "x".repeat(limit + 1);
    assert_eq!(
        Frame::new(&long, &[], None),
        Err(FrameError::TooLong { limit })
    );
    for bad in [
        json!({}),
        json!({"parts": [[1]]}),
        json!({"parts": [[1, 2, 3]]}),
        json!({"parts": [[-1, 2]]}),
        json!({"parts": [7]}),
        json!({"parts": [{"blob": "x"}]}),
        json!({"parts": [{"blob": digest(""), "more": 1}]}),
        json!({"parts": [], "depth": 256}),
        json!({"parts": [], "more": 1}),
    ] {
        assert!(
            serde_json::from_value::<Frame>(bad.clone()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn m09_a_chain_ends_at_a_full_frame_and_has_no_circle() {
    let delta = |depth: u8| read(json!({"base": digest("b"), "depth": depth, "parts": [[0, 1]]}));
    let full = read(json!({"parts": ["abc"]}));
    let mut chain = FrameChain::new(delta(2)).unwrap();
    let refuse = |chain: &FrameChain, frame: Frame| chain.clone().push(frame).unwrap_err();
    // One that comes back to itself, one too deep, one that ends too early.
    for (frame, found) in [(delta(2), 2), (delta(3), 3), (full.clone(), 0)] {
        let base = Some(found);
        assert_eq!(refuse(&chain, frame), FrameError::Depth { depth: 2, base });
    }
    chain.push(delta(1)).unwrap();
    let digest = chain.wanted().unwrap();
    assert_eq!(
        chain.text(None, &none()),
        Err(FrameError::NoBase { digest })
    );
    // A base whose text is known ends it as well.
    assert_eq!(chain.text(Some("xyz"), &none()).unwrap(), "x");
    chain.push(full).unwrap();
    assert_eq!(
        (chain.wanted(), chain.text(None, &none()).unwrap().as_str()),
        (None, "a")
    );
    for bad in [
        read(json!({"base": digest, "parts": []})),
        read(json!({"depth": 1, "parts": []})),
        read(json!({"base": digest, "depth": 16, "parts": []})),
    ] {
        assert!(matches!(
            FrameChain::new(bad),
            Err(FrameError::Depth { .. })
        ));
    }
}

#[test]
fn m09_messages_of_frames_say_what_is_wrong() {
    let digest = digest("x");
    let errors = [
        FrameError::Slice {
            from: 3,
            len: 9,
            base: 4,
        },
        FrameError::NoBlob { digest },
        FrameError::NoBase { digest },
        FrameError::Depth {
            depth: 3,
            base: Some(3),
        },
        FrameError::Depth {
            depth: 16,
            base: None,
        },
        FrameError::TooLong { limit: 9 },
    ];
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn l02_presence_is_intervals_of_revisions() {
    let number = |number| RevisionNumber::new(number).unwrap();
    let mut presence = Presence::default();
    assert_eq!(presence.numbers(number(9)).count(), 0);
    for turn in [3, 7, 9] {
        presence.turn(number(turn));
    }
    assert_eq!(serde_json::to_string(&presence).unwrap(), "[3,7,9]");
    let upto = |last| {
        presence
            .numbers(number(last))
            .map(RevisionNumber::get)
            .collect::<Vec<_>>()
    };
    assert_eq!(upto(2), [0_u32; 0]);
    assert_eq!(upto(4), [3, 4]);
    assert_eq!(upto(11), [3, 4, 5, 6, 9, 10, 11]);
    // Carriers are joined in any order.
    let mut other = Presence::default();
    for turn in [9, 3, 7] {
        other.turn(number(turn));
    }
    assert_eq!(other, presence);
}

/// Texts with much in common, structure, and characters of several bytes.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"aws/us-east-1\":{\"image\":\"ami-1\"},".to_owned()),
        Just("\"aws/us-east-2\":{\"image\":\"ami-ü\"},".to_owned()),
        Just("ééééééééééééééééééé".to_owned()),
        Just("éééééééééééééééééèé}".to_owned()),
        "[a-b,}é😀\n]{0,24}",
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn m09_a_frame_gives_its_text_back(texts in vec(texts(), 1..20), places in vec((0_usize..400, 0_usize..60), 0..4)) {
        // One after the other, as revisions are; blobs wherever they fall.
        let mut kept: Vec<(Frame, String, Vec<Blob>)> = Vec::new();
        let mut all = BTreeMap::new();
        for text in &texts {
            let mut blobs = Vec::new();
            for (from, len) in &places {
                let range = *from..from + len;
                if let Some(held) = text.get(range.clone()) {
                    all.insert(digest(held), held.to_owned());
                    blobs.push(Blob { range, digest: digest(held) });
                }
            }
            let last = kept.last().map(|(frame, text, blobs)| base(text, frame.depth(), blobs));
            let frame = Frame::new(text, &blobs, last).unwrap();
            let stored = serde_json::to_string(&frame).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Frame>(&stored).unwrap(), &frame);
            kept.push((frame, text.clone(), blobs));
        }
        for at in (0..kept.len()).rev() {
            let mut chain = FrameChain::new(kept[at].0.clone()).unwrap();
            for (frame, text, _) in kept[..at].iter().rev() {
                match chain.wanted() {
                    None => break,
                    Some(wanted) => prop_assert_eq!(wanted, digest(text)),
                }
                chain.push(frame.clone()).unwrap();
            }
            prop_assert_eq!(&chain.text(None, &all).unwrap(), &kept[at].1);
        }
    }

    #[test]
    fn m09_no_frame_is_a_danger(parts in vec(prop_oneof![
        any::<(usize, usize)>().prop_map(|part| json!(part)),
        (0_usize..40, 0_usize..40).prop_map(|part| json!(part)),
        texts().prop_map(|part| json!(part)),
        texts().prop_map(|part| json!({ "blob": digest(&part) })),
    ], 0..8), text in texts()) {
        let frame = read(json!({ "base": digest(&text), "depth": 1, "parts": parts }));
        if let Ok(made) = frame.text(Some(&text), &none()) {
            prop_assert!(made.len() <= Frame::MAX_BYTES);
        }
    }
}
