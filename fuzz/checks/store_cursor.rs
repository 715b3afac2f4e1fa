//! What holds of every text that somebody hands in as a cursor.

use atlas_store::Cursor;

pub(crate) fn check(text: &str) {
    match Cursor::parse(text) {
        Ok(cursor) => assert_eq!(cursor.to_string(), text),
        Err(error) => {
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
