//! What people write into a revision, and its number.
#![no_main]

use atlas_history::{Author, Message, RevisionNumber, RevisionRef};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(author) = Author::parse(text) {
        assert_eq!(author.as_str(), text);
    }
    if let Ok(message) = Message::parse(text) {
        assert_eq!(message.as_str(), text);
    }
    if let Ok(number) = RevisionNumber::parse(text) {
        assert_eq!(number.to_string(), text);
    }
    if let Ok(revision) = RevisionRef::parse(text) {
        assert_eq!(revision.to_string(), text);
    }
});
