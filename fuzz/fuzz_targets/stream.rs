//! Stream documents: any bytes; what is read is written and read as the same document.
#![no_main]

use atlas_streams::{Limits, StreamError, export, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    match parse(text, &Limits::default()) {
        Ok(parsed) => {
            let written = export(&parsed.document);
            let again =
                parse(written.as_bytes(), &Limits::default()).expect("our own text is read");
            assert_eq!(again.document, parsed.document, "{written}");
            assert_eq!(export(&again.document), written);
            for warning in &parsed.warnings {
                assert!(!warning.to_string().contains('\n'), "{warning}");
            }
        }
        Err(error) => check(text, &error),
    }
});

fn check(text: &[u8], error: &StreamError) {
    assert!(!error.to_string().contains('\n'), "{error}");
    // A second reader accepts all that we call repeated, deep or of another form; and refuses what
    // we call no JSON.
    let other = serde_json::from_slice::<serde_json::Value>(text);
    match error {
        StreamError::Syntax { .. }
        | StreamError::Truncated { .. }
        | StreamError::NotUtf8 { .. } => {
            assert!(other.is_err(), "{error}");
        }
        _ => {}
    }
}
