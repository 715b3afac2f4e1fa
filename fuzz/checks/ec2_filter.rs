//! What holds of every filter: a name, a value, and a text that is looked at, a line each.

use atlas_ec2::{Filters, ImageField, Pattern, TagField, TagItem};

/// Says whether there is such a filter of images.
pub(crate) fn check(text: &str) -> bool {
    let (name, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (value, looked_at) = rest.split_once('\n').unwrap_or((rest, ""));
    let pattern = Pattern::new(value);
    let fits = pattern.fits(looked_at);
    assert_eq!(fits, model(value, looked_at), "{value:?} {looked_at:?}");
    assert!(!fits || looked_at.starts_with(pattern.prefix()));
    if let Some(exact) = pattern.exact() {
        assert_eq!(fits, exact == looked_at);
    }
    let tag = TagItem {
        resource_id: "ami-1",
        resource_type: "image",
        key: "key",
        value: looked_at,
    };
    let filters = Filters::<TagField>::new([("value", [value])]);
    assert_eq!(filters.map(|filters| filters.hold(&tag)), Ok(fits));
    match Filters::<ImageField>::new([(name, [value])]) {
        Ok(filters) => {
            let _ = filters.narrowing();
            true
        }
        Err(error) => {
            assert!(error.message().starts_with("The filter '"), "{error}");
            false
        }
    }
}

/// The same language, by a table of what is left of both.
fn model(pattern: &str, text: &str) -> bool {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' => None,
            '?' => Some(None),
            '\\' => Some(Some(characters.next().unwrap_or('\\'))),
            other => Some(Some(other)),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // Whether the pieces so far fit the first so many characters.
    let mut fits: Vec<bool> = (0..=text.len()).map(|count| count == 0).collect();
    for piece in pieces {
        let mut next = vec![false; fits.len()];
        for count in 0..fits.len() {
            next[count] = match piece {
                None => fits[count] || (count > 0 && next[count - 1]),
                Some(wanted) => {
                    count > 0
                        && fits[count - 1]
                        && wanted.is_none_or(|wanted: char| wanted == text[count - 1])
                }
            };
        }
        fits = next;
    }
    fits.last() == Some(&true)
}
