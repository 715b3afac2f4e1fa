//! Tests of `atlas-base`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a failed test is the right place for a panic"
)]

mod canonical;
mod digest;
mod id;
mod name;
mod quoted;
mod tag;
mod timestamp;

use core::fmt::{Debug, Display};
use serde::{Serialize, de::DeserializeOwned};

/// One line an input: the text, the offset, the message.
fn refusals<T: Debug, E: Display>(
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, E>,
    at: impl Fn(&E) -> usize,
) -> String {
    let line = |text: &&str| {
        let error = parse(text).unwrap_err();
        format!("{:>3} {error}", at(&error))
    };
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// All doors of a text form lead to the same value, and its text leads back.
#[track_caller]
fn assert_text_form<T>(value: &T)
where
    T: Debug + Display + PartialEq + Serialize + DeserializeOwned + core::str::FromStr,
    T: for<'a> TryFrom<&'a str>,
    T::Err: Debug,
    for<'a> <T as TryFrom<&'a str>>::Error: Debug,
{
    let text = value.to_string();
    assert_eq!(text.parse::<T>().unwrap(), *value);
    assert_eq!(T::try_from(text.as_str()).unwrap(), *value);
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(json, serde_json::to_string(&text).unwrap());
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
}

/// The offset of a refusal is never past what made the text wrong: what stands before it can be
/// completed to a good text by one of `completions`.
#[track_caller]
fn assert_offset<T, E: Debug>(
    text: &str,
    at: usize,
    parse: impl Fn(&str) -> Result<T, E>,
    completions: &[&str],
) {
    let good = text
        .get(..at)
        .unwrap_or_else(|| panic!("the offset {at} is inside a character or outside {text:?}"));
    assert!(
        completions
            .iter()
            .any(|rest| parse(&format!("{good}{rest}")).is_ok()),
        "{text:?} is refused at byte {at}, but {good:?} is wrong already"
    );
}
