//! What a person probably meant by a text that is no id.

use super::{AwsAccountId, AwsImageIdRef, AwsRegion, SsmPointer};
use crate::scan::{Cursor, Piece};

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    if let Some(pointer) = pointer(text) {
        return vec![pointer];
    }
    let mut texts = Vec::new();
    if let [id] = &*ids(text) {
        texts.extend(arn(text, id));
        texts.push(id.clone());
    }
    texts
}

/// The pointer in a text that speaks of SSM, or of what AWS publishes there.
fn pointer(text: &str) -> Option<String> {
    let bare = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '$'));
    let is_public = bare.starts_with("/aws/service/") && !bare.ends_with('/');
    let body = if is_public || bare.starts_with("arn:") && bare.contains(":ssm:") {
        bare
    } else {
        let word = after(bare, "resolve").map(|rest| rest.trim_start_matches(is_mark));
        after(word.unwrap_or(bare), "ssm").filter(|rest| rest.starts_with(is_mark))?
    };
    let body = body.trim_start_matches(|c| is_mark(c) && c != '/');
    let (name, selector) = match body.rsplit_once(':') {
        Some((name, selector)) if !selector.contains('/') => (name, selector),
        _ => (body, ""),
    };
    // `ssm://a` has the slashes of a URL; `ssm://a/b` and `ssm:a/b` mean a path.
    let levels: Vec<_> = name.split('/').filter(|level| !level.is_empty()).collect();
    let is_url = name.starts_with("//") && !name.starts_with("///");
    let is_path = levels.len() > 1 || name.starts_with('/') && !is_url;
    let slash = if is_path && !name.starts_with("arn:") {
        "/"
    } else {
        ""
    };
    let mark = if selector.is_empty() { "" } else { ":" };
    let name = levels.join("/");
    Some(format!(
        "{}{slash}{name}{mark}{selector}",
        SsmPointer::PREFIX
    ))
}

/// What stands between words where a colon belongs.
fn is_mark(character: char) -> bool {
    matches!(character, ':' | '/' | '=' | ' ')
}

/// What follows a word in any case.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = Piece::whole(text).strip_any_case(word)?;
    Some(rest.text)
}

/// The ARN of this AMI that a text with a region was meant to be.
fn arn(text: &str, id: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with("arn") {
        return None;
    }
    let mut region = None;
    let mut account = None;
    for field in lower.split([':', '/']) {
        let zone = field.trim_end_matches(|last: char| last.is_ascii_lowercase());
        region = region.or(AwsRegion::read(field).or_else(|| AwsRegion::read(zone)));
        account = account.or(AwsAccountId::read(&field.replace('-', "")));
    }
    let AwsImageIdRef::Ami(id) = read(id)? else {
        return None;
    };
    id.arn(region?, account).map(|arn| arn.to_string())
}

/// The different ids that stand in a text as words of their own, mended.
fn ids(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut ids = Vec::new();
    if may_hold_a_secret(&lower) {
        return ids;
    }
    for head in ["ami", "aki", "ari"] {
        for (at, _) in lower.match_indices(head) {
            let (before, rest) = lower.split_at_checked(at).unwrap_or_default();
            if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
                continue;
            }
            let rest = rest.strip_prefix(head).unwrap_or_default();
            let word = rest.trim_start_matches(['-', '_', ':', '=', '/', '.', ' ']);
            ids.extend(id(head, word));
        }
    }
    if ids.is_empty() {
        // An ARN without `ami-`, or the digits alone: 17 of them are no other id than one of EC2.
        let behind = lower.split_once(":image");
        let digits = behind.map(|(_, digits)| digits.trim_start_matches([':', '/']));
        let alone = Some(&*lower).filter(|digits| digits.len() == 17);
        ids.extend(digits.or(alone).and_then(|digits| id("ami", digits)));
    }
    ids.dedup();
    ids
}

/// The id whose digits a text begins with.
fn id(head: &str, text: &str) -> Option<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let word = text.get(..end)?;
    let digits: String = match uuid(word) {
        Some(digits) => digits,
        None => word.chars().map(digit).collect(),
    };
    let id = format!("{head}-{digits}");
    read(&id).is_some().then_some(id)
}

/// The digit that a letter looks like.
fn digit(character: char) -> char {
    match character {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

/// A UUID without its dashes.
fn uuid(text: &str) -> Option<String> {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    (groups == [8, 4, 4, 4, 12]).then(|| text.replace('-', ""))
}

fn read(text: &str) -> Option<AwsImageIdRef<'_>> {
    AwsImageIdRef::scan(Cursor::new(Piece::whole(text))).ok()
}

/// Addresses carry tokens and signatures; those of the console, which name an image, do not.
fn may_hold_a_secret(lower: &str) -> bool {
    let words = ["sig=", "signature", "token", "password", "secret"];
    lower.contains("://") && !lower.contains("console.")
        || words.into_iter().any(|word| lower.contains(word))
}

/// Like [`near`] for the image repository, whose ids are images' UUIDs without dashes (Symphony; E02).
#[cold]
pub(crate) fn near_local(text: &str) -> Vec<String> {
    let mut texts = near(text);
    let lower = text.to_ascii_lowercase();
    texts.extend(uuid(&lower).and_then(|digits| id("ami", &digits)));
    texts
}
