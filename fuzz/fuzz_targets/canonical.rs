//! The canonical encoding: what it writes is JSON of the same value, and is written alike again.
#![no_main]

use atlas_base::canonical;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    match canonical::to_string(&value) {
        Ok(written) => {
            let again: Value = serde_json::from_str(&written).expect("it is JSON");
            assert_eq!(again, value, "{written}");
            assert_eq!(
                canonical::to_string(&again).as_deref(),
                Ok(written.as_str())
            );
            // serde_json sorts keys by their bytes too, and escapes the same characters.
            assert_eq!(value.to_string(), written);
        }
        // Its only reason to refuse what is JSON.
        Err(error) => assert_eq!(error, canonical::CanonicalError::Float, "{text}"),
    }
});
