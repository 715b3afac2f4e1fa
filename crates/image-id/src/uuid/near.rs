//! What a person probably meant by a text that is no UUID.

use super::Spelled;

/// Texts that may have been meant, most likely first; all are canonical.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let path = open(text);
    let before_region = path.split('@').next().unwrap_or(path);
    // `…/images/UUID/file` of the Image API.
    let segments = || path.split('/');
    let behind_images = segments()
        .zip(segments().skip(1))
        .filter(|(head, _)| head.ends_with("images") || head.ends_with("image"))
        .find_map(|(_, segment)| regrouped(segment));
    let letters = before_region
        .replace(['O', 'o'], "0")
        .replace(['I', 'l'], "1");
    [
        regrouped(before_region),
        behind_images,
        only_one(path),
        regrouped(&letters),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The part of a text that holds no secret: no query, no fragment, and of an address only the path.
fn open(text: &str) -> &str {
    let text = text.split(['?', '#', '&']).next().unwrap_or(text);
    match text.split_once("://") {
        Some((_, address)) => address.split_once('/').map_or("", |(_, path)| path),
        None => text,
    }
}

/// The 32 digits of a text that has nothing else but separators and what stands before a number.
fn regrouped(text: &str) -> Option<String> {
    let mut digits = text;
    for prefix in ["urn:", "uuid:", "0x"] {
        let head = digits.get(..prefix.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            digits = digits.get(prefix.len()..)?;
        }
    }
    let is_separator = |byte: u8| b"-:._ {}()[]<>".contains(&byte);
    let digits: Vec<u8> = digits.bytes().filter(|byte| !is_separator(*byte)).collect();
    let digits = digits.as_slice().try_into().ok()?;
    super::are_digits(digits).then(|| text_of(Spelled::Simple(digits)))
}

/// The only hyphenated UUID in a text.
fn only_one(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let goes_on = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let mut found = bytes.windows(36).enumerate().filter_map(|(at, window)| {
        let (before, behind) = (at.checked_sub(1), bytes.get(at + 36));
        let is_part = goes_on(before.and_then(|before| bytes.get(before))) || goes_on(behind);
        let is_whole = !is_part && behind != Some(&b'-');
        let uuid = window.try_into().ok().filter(|_| is_whole)?;
        super::is_hyphenated(uuid).then(|| text_of(Spelled::Hyphenated(uuid)))
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn text_of(spelled: Spelled<'_>) -> String {
    spelled.uuid().as_str().to_owned()
}
