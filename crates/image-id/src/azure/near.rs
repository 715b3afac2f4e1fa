//! What a person probably meant by a text that is no id.

use super::{AzureAlias, alias::RETIRED};

/// Texts that may have been meant, most likely first.
///
/// Whatever may be a secret (a query, a user in front of a host) stands in none of them.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut texts = Vec::new();
    texts.extend(resource(text));
    texts.extend(address(open(text)));
    // What is left has no address in it, so neither user nor query.
    let is_address = lower.contains("://") || lower.contains("sig=") || text.contains(['?', '#']);
    if is_address {
        return texts;
    }
    if !text.contains('@') {
        texts.extend(labelled(text));
    }
    texts.extend(alias(text));
    texts.extend(separated(text));
    texts.extend(dotted(text));
    texts
}

/// The text before whatever may be a query.
fn open(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let marks = ["?", "#", "&", "%3f", "sig="];
    let cut = marks.iter().filter_map(|mark| lower.find(mark)).min();
    cut.and_then(|cut| text.get(..cut)).unwrap_or(text)
}

/// The resource id that stands somewhere in the text: behind a host, in the portal's fragment, in
/// the path of another location, escaped or misspelt.
fn resource(text: &str) -> Option<String> {
    let text = ["%2F", "%2f"]
        .iter()
        .fold(text.to_owned(), |text, escape| text.replace(escape, "/"));
    let lower = text.to_ascii_lowercase();
    let starts = ["sharedgaller", "communitygaller", "subscription"];
    let at = starts.iter().find_map(|start| lower.find(start))?;
    let path = one(open(text.get(at..)?));
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Keywords and names come in pairs; the portal adds the page, and a list ends in its keyword.
    if parts.len() % 2 == 1 {
        let is_page = lower.contains("portal.azure.");
        parts
            .pop()
            .filter(|last| is_page || keyword(last) == Some("versions"))?;
    }
    let mut id = String::new();
    for pair in parts.chunks(2) {
        let [word, name] = pair else { return None };
        let word = keyword(word).unwrap_or(word);
        let name = match word {
            "subscriptions" => subscription(name),
            "versions" => version(name),
            _ => (*name).to_owned(),
        };
        id.extend(["/", word, "/", &name]);
    }
    Some(id)
}

/// The first of several ids, or of what quotes end.
fn one(text: &str) -> &str {
    let marks = ["\"", "'", ", ", ",/", " /"];
    let cut = marks.iter().filter_map(|mark| text.find(mark)).min();
    cut.and_then(|cut| text.get(..cut)).unwrap_or(text)
}

/// The keyword that is meant by a word in another number, case or spelling.
fn keyword(word: &str) -> Option<&'static str> {
    let word = squeezed(word);
    let stem = word.strip_suffix("ies").or_else(|| word.strip_suffix('s'));
    Some(match stem.unwrap_or(&word) {
        "subscription" => "subscriptions",
        "resourcegroup" => "resourceGroups",
        "provider" => "providers",
        "image" => "images",
        "galler" | "gallery" => "galleries",
        "sharedgaller" | "sharedgallery" => "sharedGalleries",
        "communitygaller" | "communitygallery" => "communityGalleries",
        "version" => "versions",
        _ => return None,
    })
}

/// A subscription with its dashes and without braces.
fn subscription(given: &str) -> String {
    let digits: String = given
        .chars()
        .filter(|digit| !matches!(digit, '-' | '{' | '}'))
        .collect();
    let ends = [8, 12, 16, 20];
    digits
        .char_indices()
        .fold(String::new(), |mut uuid, (at, digit)| {
            if ends.contains(&at) {
                uuid.push('-');
            }
            uuid.push(digit);
            uuid
        })
}

/// A version of three numbers, or `latest`.
fn version(given: &str) -> String {
    let lower = given.to_ascii_lowercase();
    if matches!(&*lower, "recent" | "newest" | "current" | "*") {
        return "latest".into();
    }
    let numbers = lower.strip_prefix('v').unwrap_or(&lower);
    if numbers.is_empty()
        || !numbers
            .bytes()
            .all(|byte| byte == b'.' || byte.is_ascii_digit())
    {
        return given.to_owned();
    }
    let numbers: Vec<&str> = numbers.split('.').filter(|part| !part.is_empty()).collect();
    match *numbers {
        [major, minor] => format!("{major}.{minor}.0"),
        [major, minor, patch, ..] => format!("{major}.{minor}.{patch}"),
        _ => given.to_owned(),
    }
}

/// The address of a blob, with the scheme, without user and port, in the case that it has to have.
fn address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let (host, path) = rest.trim_start_matches('/').split_once('/')?;
    let (_, host) = host.rsplit_once('@').unwrap_or(("", host));
    let (host, _) = host.split_once(':').unwrap_or((host, ""));
    let host = host.to_ascii_lowercase();
    if !host.contains(".blob.") {
        return None;
    }
    let scheme = if scheme.eq_ignore_ascii_case("http") {
        "http"
    } else {
        "https"
    };
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let container = parts.next()?.to_ascii_lowercase();
    let blob = parts.collect::<Vec<_>>().join("/").replace(' ', "%20");
    Some(format!("{scheme}://{host}/{container}/{blob}"))
}

/// The URN of which the parts stand behind their names: in JSON, in a configuration, in the path of
/// a version in the marketplace.
fn labelled(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let part = |label: &str| {
        let (_, behind) = text.split_at_checked(lower.find(label)? + label.len())?;
        let behind = behind.strip_prefix(['s', 'S']).unwrap_or(behind);
        let part = behind.trim_start_matches(|mark| !is_word(mark));
        let end = part.find(|mark| !is_word(mark)).unwrap_or(part.len());
        part.get(..end).filter(|part| part.len() < behind.len())
    };
    let urn = [part("publisher")?, part("offer")?, part("sku")?];
    Some(joined(urn, part("version")?))
}

/// The alias that is spelt with other marks, or another one.
pub(super) fn alias(text: &str) -> Option<String> {
    if text.contains([':', '/']) || text.len() > 40 {
        return None;
    }
    let word = squeezed(text);
    if let Some((_, now)) = RETIRED.iter().find(|(name, _)| *name == word) {
        return Some((*now).to_owned());
    }
    let word = word.strip_suffix("lts").unwrap_or(&word);
    let short = ["windowsserver", "windows"]
        .iter()
        .find_map(|long| Some(format!("win{}", word.strip_prefix(long)?)));
    [Some(word), short.as_deref()]
        .into_iter()
        .flatten()
        .find_map(AzureAlias::find)
        .map(|alias| alias.name().to_owned())
}

/// The URN of parts that something else separates. A prefix, an empty part too many and what stands
/// behind the version are left out.
fn separated(text: &str) -> Option<String> {
    let marks = [':', '/', '\\', ',', ';', '|', '>'];
    let mut parts: Vec<&str> = if text.contains(marks) {
        let is_outside = |mark| !is_word(mark) && mark != '*';
        text.split(marks)
            .map(|part| part.trim_matches(is_outside))
            .collect()
    } else {
        text.split_whitespace().collect()
    };
    let is_prefix =
        |part: &&str| part.eq_ignore_ascii_case("urn") || part.eq_ignore_ascii_case("azure");
    if parts.len() > 4 && parts.first().is_some_and(is_prefix) {
        parts.remove(0);
    }
    if parts.len() > 4 {
        parts.retain(|part| !part.is_empty());
    }
    match *parts {
        // The version may be left out where the rest is certain.
        [publisher, offer, sku] | [publisher, offer, sku, ""]
            if text.contains(':') && !text.contains('/') =>
        {
            Some(joined([publisher, offer, sku], "latest"))
        }
        [publisher, offer, sku, number, ..] => Some(joined([publisher, offer, sku], number)),
        _ => None,
    }
}

/// The URN whose parts are separated by dots, which also stand inside of them.
pub(super) fn dotted(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (head, number) = match *parts {
        [ref head @ .., "latest"] => (head, "latest".to_owned()),
        [ref head @ .., a, b, c] if [a, b, c].iter().all(is_number) => {
            (head, format!("{a}.{b}.{c}"))
        }
        _ => return None,
    };
    match *head {
        [publisher, offer, ref sku @ ..]
            if !sku.is_empty()
                && publisher.starts_with(|first: char| first.is_ascii_alphabetic()) =>
        {
            Some(joined([publisher, offer, &sku.join(".")], &number))
        }
        _ => None,
    }
}

fn joined([publisher, offer, sku]: [&str; 3], number: &str) -> String {
    format!("{publisher}:{offer}:{sku}:{}", version(number))
}

/// Letters and digits only, in lower case.
fn squeezed(text: &str) -> String {
    let mut word = text.to_ascii_lowercase();
    word.retain(|character| character.is_ascii_alphanumeric());
    word
}

const fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}
