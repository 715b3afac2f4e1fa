//! Contents as they are stored: whatever is read has one canonical text, and reads back from it.
#![no_main]

use atlas_history::Frozen;
use atlas_mci::{Content, Diff};
use atlas_template::{TemplateContent, TemplateDiff};
use libfuzzer_sys::fuzz_target;

fn template(text: &str) {
    let Ok(content) = serde_json::from_str::<TemplateContent>(text) else {
        return;
    };
    let frozen = Frozen::new(content.clone()).expect("a content has a canonical text");
    let read = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
    let again = Frozen::<TemplateContent>::from_stored(frozen.text().into(), frozen.digest(), read);
    assert_eq!(again.as_ref(), Ok(&frozen));
    let empty = TemplateContent::new(content.name().clone());
    let diff = TemplateDiff::between(&empty, &content);
    assert_eq!(diff.apply(&empty).as_ref(), Ok(&content));
    assert_eq!(diff.inverse().apply(&content).as_ref(), Ok(&empty));
}

fuzz_target!(|text: &str| {
    template(text);
    let Ok(content) = serde_json::from_str::<Content>(text) else {
        return;
    };
    let frozen = Frozen::new(content.clone()).expect("a content has a canonical text");
    let read = |text: &str| serde_json::from_str(text).map_err(|error| error.to_string());
    let again = Frozen::<Content>::from_stored(frozen.text().into(), frozen.digest(), read);
    assert_eq!(again.as_ref(), Ok(&frozen));
    let empty = Content::new(content.nickname().clone());
    let diff = Diff::between(&empty, &content);
    assert_eq!(diff.apply(&empty).as_ref(), Ok(&content));
    assert_eq!(diff.inverse().apply(&content).as_ref(), Ok(&empty));
});
