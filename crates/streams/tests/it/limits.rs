//! What costs too much is refused before it costs anything.

use crate::support::{parse, with_images};
use atlas_streams::{Limits, MAX_DOCUMENT_BYTES, StreamError};

#[test]
fn refuses_too_many_bytes_before_it_looks_at_any() {
    let text = vec![b'['; 200 * 1024 * 1024];
    let error = parse(&text).unwrap_err();
    assert_eq!(
        error,
        StreamError::TooLarge {
            found: text.len(),
            limit: MAX_DOCUMENT_BYTES
        }
    );
}

#[test]
fn reads_as_many_bytes_as_the_limit_says() {
    let text = with_images("{}");
    let mut limits = Limits::default();
    limits.bytes = text.len();
    assert!(atlas_streams::parse(text.as_bytes(), &limits).is_ok());
    limits.bytes = text.len() - 1;
    assert!(atlas_streams::parse(text.as_bytes(), &limits).is_err());
}

#[test]
fn refuses_nesting_that_fits_into_the_bytes() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let text = open.repeat(MAX_DOCUMENT_BYTES / open.len());
        let error = parse(&text).unwrap_err();
        assert!(
            matches!(error, StreamError::TooDeep { limit: 32, .. }),
            "{error}"
        );
    }
}

#[test]
fn reads_as_many_levels_as_the_limit_says() {
    let nested = |levels: usize| {
        let inner = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        with_images(&format!(r#"{{"unknown": {inner}}}"#))
    };
    assert!(parse(nested(28)).is_ok());
    assert!(matches!(
        parse(nested(29)),
        Err(StreamError::TooDeep { .. })
    ));
}

#[test]
fn a_limit_of_depth_beyond_the_readers_own_is_still_a_refusal() {
    let mut limits = Limits::default();
    limits.depth = usize::MAX;
    let text = "[".repeat(100_000);
    assert!(atlas_streams::parse(text.as_bytes(), &limits).is_err());
}

#[test]
fn refuses_more_values_than_any_document_has() {
    let text = with_images(&format!(r#"{{"unknown": [{}0]}}"#, "0,".repeat(200_000)));
    assert_eq!(
        parse(text).unwrap_err(),
        StreamError::TooManyValues { limit: 200_000 }
    );
}
