//! Keys: what is read is written alike; what is built from parts gives the parts back, in order.
#![no_main]

use atlas_store::{Key, KeyPart, Partition};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Key::parse(text) {
        Ok(key) => {
            assert_eq!(key.as_str(), text);
            assert_eq!(
                Partition::parse(key.partition().as_str()),
                Ok(key.partition())
            );
            for part in key.parts() {
                let read = (part.as_text(), part.as_u64(), part.as_bytes());
                assert!(!part.is_cut() || read.1.is_none(), "{text:?}");
            }
        }
        Err(error) => assert!(error.at() <= text.len(), "{} in {text:?}", error.at()),
    }
    if let Some((first, second)) = text.split_once('\n') {
        check(first, second);
    }
});

/// Keys built from two texts.
fn check(first: &str, second: &str) {
    let built = |text: &str| {
        Key::builder(&Partition::global(), "fuzz")
            .text(text)
            .u64(7)
            .build()
    };
    let (Ok(one), Ok(two)) = (built(first), built(second)) else {
        return; // too long
    };
    for (key, text) in [(&one, first), (&two, second)] {
        assert_eq!(Key::parse(key.as_str()).as_ref(), Ok(key), "{text:?}");
        let parts: Vec<_> = key.parts().collect();
        assert_eq!(parts.len(), 2, "{text:?}");
        if !parts[0].is_cut() {
            assert_eq!(parts[0].as_text().as_deref(), Some(text));
        }
        assert_eq!(parts[1].as_u64(), Some(7));
    }
    assert_eq!(one == two, first == second);
    let cut = [&one, &two].map(|key| key.parts().any(KeyPart::is_cut));
    if cut == [false, false] {
        assert_eq!(one.cmp(&two), first.cmp(second), "{first:?} {second:?}");
    }
}
