//! The hand-written scanners against the same grammars as regular expressions: two implementations,
//! one verdict, and no refusal past the byte that made the text wrong.

use crate::{
    clouds::{self, Grammar},
    texts::{self, Numbers},
};
use atlas_image_id::ImageIdRef;
use regex::bytes::Regex;
use regex_automata::{
    Anchored, Input,
    hybrid::dfa::{Cache, DFA},
    util::syntax,
};

/// How many texts a cloud is tried with: 20,000, or as many as the variable says.
#[expect(
    clippy::disallowed_methods,
    reason = "the long mode is asked for from outside"
)]
fn count() -> usize {
    std::env::var("ATLAS_IMAGE_ID_TEXTS").map_or(20_000, |count| count.parse().unwrap())
}

fn whole(grammar: &Grammar) -> String {
    format!("(?-u)\\A(?:{})\\z", grammar.pattern)
}

#[test]
fn scanners_and_patterns_agree() {
    for grammar in clouds::grammars().into_iter().filter(|g| !g.ids.is_empty()) {
        let pattern = Regex::new(&whole(&grammar)).unwrap();
        let mut numbers = Numbers::new(grammar.cloud as u64);
        let mut bytes = Vec::new();
        let (mut read, count) = (0, count());
        for _ in 0..count {
            texts::make(&grammar, &mut numbers, &mut bytes);
            let text = core::str::from_utf8(&bytes).unwrap();
            let is_id = pattern.is_match(&bytes) && (grammar.besides)(text);
            let found = ImageIdRef::parse(grammar.cloud, text);
            assert_eq!(
                found.is_ok(),
                is_id,
                "{}: {text:?}: {found:?}",
                grammar.cloud
            );
            read += usize::from(is_id);
        }
        // Neither all nor nothing, or the texts would prove little.
        assert!(
            read > count / 20 && read < count * 19 / 20,
            "{}: {read}",
            grammar.cloud
        );
    }
}

/// The byte at which no continuation makes the text an id any more; its length if there is none.
fn wrong_byte(pattern: &DFA, cache: &mut Cache, text: &str) -> usize {
    let input = Input::new(text).anchored(Anchored::Yes);
    let mut state = pattern.start_state_forward(cache, &input).unwrap();
    for (at, byte) in text.bytes().enumerate() {
        state = pattern.next_state(cache, state, byte).unwrap();
        if state.is_dead() {
            return at;
        }
    }
    text.len()
}

#[test]
fn no_refusal_is_past_the_byte_that_made_the_text_wrong() {
    for grammar in clouds::grammars().into_iter().filter(|g| !g.ids.is_empty()) {
        let pattern = DFA::builder()
            .syntax(syntax::Config::new().utf8(false))
            .configure(DFA::config().cache_capacity(64 << 20))
            .build(&whole(&grammar))
            .unwrap();
        let mut cache = pattern.create_cache();
        let mut numbers = Numbers::new(7);
        let mut bytes = Vec::new();
        for _ in 0..count().min(20_000) {
            texts::make(&grammar, &mut numbers, &mut bytes);
            let text = core::str::from_utf8(&bytes).unwrap();
            let Err(error) = ImageIdRef::parse(grammar.cloud, text) else {
                continue;
            };
            // A match state is seen one byte late, and a length may be told at its end.
            let wrong = wrong_byte(&pattern, &mut cache, text);
            assert!(
                error.at() <= wrong || error.reason().is_about_length(),
                "{text:?} is wrong at byte {wrong}: {error}"
            );
        }
    }
}

#[test]
fn the_hints_of_near_misses_hold_the_right_id() {
    let misses = clouds::near_misses();
    assert!(misses.len() >= 3, "{}", misses.len());
    for (cloud, text, meant) in misses {
        assert!(ImageIdRef::parse(cloud, meant).is_ok(), "{meant}");
        let error = ImageIdRef::parse(cloud, text).unwrap_err();
        assert_eq!(error.suggestion(), Some(meant), "{error}");
        assert!(error.hint().unwrap().contains(meant), "{error}");
        assert!(error.to_string().contains(meant), "{error}");
    }
}
