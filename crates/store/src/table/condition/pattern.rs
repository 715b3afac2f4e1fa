//! Patterns with `*`, `?` and `\`.

use core::str::Chars;

/// Whether a pattern fits a text as a whole. The last `*` is tried again with one character more
/// where what follows it does not fit, so that it takes no more steps than pattern times text.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut again: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let rest = text.clone();
        let (wanted, found) = (pattern.next(), text.next());
        let fit = match (wanted, found) {
            (Some('*'), _) => {
                text = rest;
                again = Some((pattern.clone(), text.clone()));
                true
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => true,
            (Some('\\'), Some(found)) => pattern.next() == Some(found),
            (Some(wanted), Some(found)) => wanted == found,
            (None, Some(_)) | (Some(_), None) => false,
        };
        if fit {
            continue;
        }
        let Some((after, from)) = &mut again else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        (pattern, text) = (after.clone(), from.clone());
    }
}
