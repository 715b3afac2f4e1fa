//! Names and texts of publications, and stored publications.
#![no_main]

use atlas_base::canonical;
use atlas_market::{
    LongText, Publication, PublicationLineageId, PublicationRef, RevisionNotes, ShortText,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match PublicationRef::parse(text) {
        Ok(publication) => assert_eq!(publication.to_string(), text),
        Err(error) => assert!(text.is_char_boundary(error.at()), "{error}"),
    }
    if let Ok(lineage) = PublicationLineageId::parse(text) {
        assert_eq!(lineage.to_string(), text);
    }
    match ShortText::parse(text) {
        Ok(short) => {
            assert_eq!(short.as_str(), text);
            assert!(short.as_str().chars().count() <= ShortText::MAX_CHARACTERS);
        }
        Err(error) => assert!(text.is_char_boundary(error.at()), "{error}"),
    }
    if let Some(short) = ShortText::from_lines(text) {
        assert_eq!(ShortText::parse(short.as_str()), Ok(short));
    }
    match LongText::parse(text) {
        Ok(long) => assert_eq!(long.as_str(), text),
        Err(error) => assert!(text.is_char_boundary(error.at()), "{error}"),
    }
    match RevisionNotes::parse(text) {
        Ok(notes) => assert_eq!(notes.as_str(), text),
        Err(error) => assert!(text.is_char_boundary(error.at()), "{error}"),
    }
    if let Ok(publication) = serde_json::from_str::<Publication>(text) {
        let Ok(written) = canonical::to_string(&publication) else {
            panic!("a publication that was read cannot be written");
        };
        let again = serde_json::from_str::<Publication>(&written);
        assert_eq!(again.ok().as_ref(), Some(&publication), "{written}");
    }
});
