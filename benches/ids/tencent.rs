//! Tencent Cloud, scanned by hand.

/// Ids of the SDK's examples; the table of valid ids has none.
pub(crate) const TEXTS: &[&str] = &["img-gvbnzy6f", "img-0yc6rie8", "img-m4q71qnf"];

pub(crate) fn hand(text: &str) -> bool {
    let Some(value) = text.as_bytes().strip_prefix(b"img-") else {
        return false;
    };
    value.len() == 8
        && value
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
}
