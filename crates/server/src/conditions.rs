//! Under which conditions something is asked for (RFC 9110, 13).

use axum::http::{HeaderMap, HeaderName, header};

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// They are met.
    Met,
    /// What the client has is what there is.
    NotModified,
    /// What there is is not what the client wants.
    Failed,
}

/// Judges the conditions of a `GET` or a `HEAD` of what has a strong tag and no date: conditions about
/// dates are ignored, as they are where there is none.
pub(crate) fn judge(headers: &HeaderMap, tag: &str) -> Judged {
    if let Some(lists) = lists(headers, &header::IF_MATCH) {
        // What cannot be read matches nothing.
        let is_it = |list: &List<'_>| list.holds(|is_weak, one| !is_weak && one == tag.as_bytes());
        if !lists.iter().any(|list| list.as_ref().is_some_and(is_it)) {
            return Judged::Failed;
        }
    }
    if let Some(lists) = lists(headers, &header::IF_NONE_MATCH) {
        let is_it = |list: &List<'_>| list.holds(|_, one| one == tag.as_bytes());
        if lists.iter().flatten().any(is_it) {
            return Judged::NotModified;
        }
    }
    Judged::Met
}

/// Whether ranges are to be heeded: unless `If-Range` names anything else than this strong tag. A
/// date is something else, since there is none.
pub(crate) fn is_range_wanted(headers: &HeaderMap, tag: &str) -> bool {
    let mut said = headers.get_all(header::IF_RANGE).iter();
    match (said.next(), said.next()) {
        (None, _) => true,
        (Some(only), None) => matches!(one_tag(only.as_bytes().trim_ascii()),
            Some((false, one, [])) if one == tag.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}

/// Tags in a header.
enum List<'a> {
    Any,
    /// Each with whether it is weak.
    Tags(Vec<(bool, &'a [u8])>),
}

impl List<'_> {
    fn holds(&self, is_it: impl Fn(bool, &[u8]) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|(is_weak, tag)| is_it(*is_weak, tag)),
        }
    }
}

/// The lists of a header, of each time that it is there; none if it never is.
fn lists<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<Option<List<'a>>>> {
    let said = headers.get_all(name).iter();
    let lists: Vec<_> = said.map(|value| list(value.as_bytes())).collect();
    (!lists.is_empty()).then_some(lists)
}

fn list(text: &[u8]) -> Option<List<'_>> {
    if text.trim_ascii() == b"*" {
        return Some(List::Any);
    }
    let (mut rest, mut tags) = (text.trim_ascii(), Vec::new());
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(b",") {
            rest = behind.trim_ascii_start();
            continue;
        }
        let (is_weak, tag, behind) = one_tag(rest)?;
        tags.push((is_weak, tag));
        rest = behind.trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
    Some(List::Tags(tags))
}

/// A tag with its quotes, whether it is weak, and what is behind it.
fn one_tag(text: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let strong = text.strip_prefix(b"W/");
    let (is_weak, text) = (strong.is_some(), strong.unwrap_or(text));
    let inner = text.strip_prefix(b"\"")?;
    let length = inner.iter().position(|byte| *byte == b'"')?;
    let (tag, behind) = text.split_at_checked(length.saturating_add(2))?;
    let is_plain = |byte: &u8| *byte > b' ' && *byte != 0x7f;
    tag.iter().all(is_plain).then_some((is_weak, tag, behind))
}
