//! Resource ids: paths of keywords, in any case, and names.

use super::{
    AzureGallery, AzureImageIdRef, AzureSubscription, GalleryImageRef, ManagedImageRef,
    gallery::Cuts,
    part::{bad_part, behind, part},
    subscription, version,
};
use crate::scan::{Class, Cursor, Flaw, Piece, Rule};
use core::fmt;

/// Reads a text that begins with a slash.
pub(super) fn scan(cursor: Cursor<'_>) -> Result<AzureImageIdRef<'_>, Flaw> {
    let text = cursor.rest();
    let mut is_plain = true;
    let rest = text.text.as_bytes();
    // The third byte tells the keywords apart.
    let (owner, rest, rule) = match rest {
        [_, _, b'u' | b'U', ..] => {
            let Some(rest) = strip(rest, b"/subscriptions/", &mut is_plain) else {
                return Err(wrong_start(text));
            };
            return owned(text, rest, is_plain);
        }
        [_, _, b'h' | b'H', ..] => {
            let rest = strip(rest, b"/sharedGalleries/", &mut is_plain);
            (AzureGallery::Shared, rest, &UNIQUE)
        }
        _ => {
            let rest = strip(rest, b"/communityGalleries/", &mut is_plain);
            (AzureGallery::Community, rest, &PUBLIC)
        }
    };
    match rest {
        Some(rest) => gallery(text, rest, is_plain, owner, 0, rule),
        None => Err(wrong_start(text)),
    }
}

/// Reads what follows `/subscriptions/`.
fn owned<'a>(
    text: Piece<'a>,
    rest: &'a [u8],
    mut is_plain: bool,
) -> Result<AzureImageIdRef<'a>, Flaw> {
    let Some((is_lower, rest)) = subscription::take(rest) else {
        return Err(subscription::flaw_of(behind(text, rest)));
    };
    is_plain &= is_lower;
    let Some(rest) = strip(rest, b"/resourceGroups/", &mut is_plain) else {
        let expected = "`/resourceGroups/`";
        return Err(miss(text, rest, subscription::EXPECTED, GROUPS, expected));
    };
    let Some(rest) = part(rest, &GROUP) else {
        return Err(bad_part(text, rest, &GROUP));
    };
    let group = text.text.len() - rest.len();
    let Some(rest) = strip(rest, b"/providers/Microsoft.Compute/", &mut is_plain) else {
        let expected = "`/providers/Microsoft.Compute/`";
        return Err(miss(text, rest, GROUP.expected, COMPUTE, expected));
    };
    if let Some(rest) = strip(rest, b"images/", &mut is_plain) {
        return match part(rest, &MANAGED) {
            Some([]) => {
                let image = ManagedImageRef::checked(text.text, group, is_plain);
                Ok(AzureImageIdRef::Managed(image))
            }
            Some(rest) => Err(no_end(text, rest, &MANAGED)),
            None => Err(bad_part(text, rest, &MANAGED)),
        };
    }
    match strip(rest, b"galleries/", &mut is_plain) {
        Some(rest) => gallery(text, rest, is_plain, AzureGallery::Own, group, &GALLERY),
        None => Err(wrong_type(behind(text, rest))),
    }
}

/// Reads a gallery's name by this rule, and what follows it.
fn gallery<'a>(
    text: Piece<'a>,
    rest: &'a [u8],
    mut is_plain: bool,
    owner: AzureGallery,
    group: usize,
    rule: &Rule,
) -> Result<AzureImageIdRef<'a>, Flaw> {
    let Some(rest) = part(rest, rule) else {
        return Err(bad_part(text, rest, rule));
    };
    let gallery = text.text.len() - rest.len();
    let Some(rest) = strip(rest, b"/images/", &mut is_plain) else {
        let expected = "`/images/` and an image";
        return Err(miss(text, rest, rule.expected, "/images/", expected));
    };
    let Some(rest) = part(rest, &DEFINITION) else {
        return Err(bad_part(text, rest, &DEFINITION));
    };
    let image = text.text.len() - rest.len();
    if !rest.is_empty() {
        let Some(rest) = strip(rest, b"/versions/", &mut is_plain) else {
            let expected = "`/versions/` and a version, or the end";
            return Err(miss(
                text,
                rest,
                DEFINITION.expected,
                "/versions/",
                expected,
            ));
        };
        is_plain &= number(behind(text, rest))?;
    }
    let cuts = Cuts {
        owner,
        group,
        gallery,
        image,
    };
    let image = GalleryImageRef::checked(text.text, cuts, is_plain);
    Ok(AzureImageIdRef::Gallery(image))
}

/// What stands behind keywords, in any case; what is read stays in registers.
#[inline]
fn strip<'a, const N: usize>(
    rest: &'a [u8],
    words: &[u8; N],
    is_plain: &mut bool,
) -> Option<&'a [u8]> {
    let (found, rest) = rest.split_first_chunk::<N>()?;
    if found != words {
        if !found.eq_ignore_ascii_case(words) {
            return None;
        }
        *is_plain = false;
    }
    Some(rest)
}

/// The subscription of a resource id.
pub(super) fn subscription(text: &str) -> AzureSubscription {
    let uuid = text.get(SUBSCRIPTIONS.len()..BEFORE_GROUP - GROUPS.len());
    AzureSubscription::checked(uuid.unwrap_or_default())
}

/// The resource group of a resource id, which ends there.
pub(super) fn group(text: &str, end: usize) -> &str {
    text.get(BEFORE_GROUP..end).unwrap_or_default()
}

/// What stands between these keywords, which begin at `at`, and `end`.
pub(super) fn between(text: &str, at: usize, words: usize, end: usize) -> &str {
    text.get(at + words..end).unwrap_or_default()
}

/// Writes a resource id up to the provider.
pub(super) fn write_owner(f: &mut fmt::Formatter<'_>, text: &str, end: usize) -> fmt::Result {
    f.write_str(SUBSCRIPTIONS)?;
    f.write_str(subscription(text).as_str())?;
    f.write_str(GROUPS)?;
    f.write_str(group(text, end))?;
    f.write_str(COMPUTE)
}

/// Refuses what follows a name that is the last one.
#[cold]
fn no_end(text: Piece<'_>, rest: &[u8], rule: &Rule) -> Flaw {
    let Piece { at, .. } = behind(text, rest);
    match rest {
        [b'/', ..] => Flaw::found(at, END),
        _ => Flaw::found(at, rule.expected),
    }
}

/// Refuses what is not these keywords, or no byte of the name before them.
#[cold]
fn miss(
    text: Piece<'_>,
    rest: &[u8],
    name: &'static str,
    words: &str,
    expected: &'static str,
) -> Flaw {
    let piece = behind(text, rest);
    match rest {
        [] | [b'/', ..] => nearest(piece, &[words], expected),
        _ => Flaw::found(piece.at, name),
    }
}

/// Refuses at the first byte that differs from the most similar of the keywords.
#[cold]
fn nearest(rest: Piece<'_>, words: &[&str], expected: &'static str) -> Flaw {
    let same = |word: &&str| {
        let pairs = rest.text.bytes().zip(word.bytes());
        pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    Flaw::found(
        rest.at + words.iter().map(same).max().unwrap_or_default(),
        expected,
    )
}

#[cold]
fn wrong_start(text: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`/subscriptions/`, `/sharedGalleries/` or `/communityGalleries/`";
    let words = [SUBSCRIPTIONS, SHARED, COMMUNITY];
    let flaw = nearest(text, &words, EXPECTED);
    if text.text.starts_with("//") {
        flaw.hint("one slash is enough")
    } else if text.strip_any_case("/galleries/").is_some() {
        flaw.hint("a gallery of one's own is in a subscription's resource group")
    } else {
        flaw
    }
}

#[cold]
fn wrong_type(rest: Piece<'_>) -> Flaw {
    let flaw = nearest(
        rest,
        &["images/", "galleries/"],
        "`images/` or `galleries/`",
    );
    let (word, _) = rest.split('/');
    match word.text.to_ascii_lowercase().as_str() {
        "disks" => flaw.hint("this is a disk: make an image of it first"),
        "snapshots" => flaw.hint("this is a snapshot: make an image of it first"),
        "virtualmachines" => flaw.hint("this is a machine: make an image of it first"),
        _ => flaw,
    }
}

/// Reads a version up to the end, and says whether it is plain.
fn number(rest: Piece<'_>) -> Result<bool, Flaw> {
    version::read(rest, VERSION).map_err(|flaw| match rest.split('/') {
        (head, Some(_)) if version::read(head, VERSION).is_ok() => Flaw::found(head.end(), END),
        _ => flaw,
    })
}

const SUBSCRIPTIONS: &str = "/subscriptions/";
const SHARED: &str = "/sharedGalleries/";
const COMMUNITY: &str = "/communityGalleries/";
const GROUPS: &str = "/resourceGroups/";
const COMPUTE: &str = "/providers/Microsoft.Compute/";

/// Where a resource group begins.
const BEFORE_GROUP: usize = SUBSCRIPTIONS.len() + subscription::BYTES + GROUPS.len();

/// How long the keywords before a managed image's name are.
pub(super) const BEFORE_MANAGED: usize = COMPUTE.len() + "images/".len();
/// How long the keywords before the name of a gallery of one's own are.
pub(super) const BEFORE_GALLERY: usize = COMPUTE.len() + "galleries/".len();

const END: &str = "the end of the id";
const VERSION: &str = "a version such as `1.0.0`, or `latest`";

const GROUP_BYTES: Class = Class::WORD.or(Class::PARENTHESES);

/// By Azure's rules for resource names, which also have letters outside ASCII.
const GROUP: Rule = Rule {
    part: "resource group",
    most: 90,
    first: GROUP_BYTES,
    inner: GROUP_BYTES,
    last: GROUP_BYTES.but(Class::DOT),
    expected: "a resource group of ASCII letters, digits, `_`, `-`, `.`, `(` and `)`, not ending in `.`",
};

/// By Azure's rules for resource names.
const MANAGED: Rule = Rule {
    part: "image name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "an image name of letters, digits, `_`, `.` and `-`, ending in a letter, digit or `_`",
};

/// The intersection of what Terraform and the Azure command line take.
const GALLERY: Rule = Rule {
    part: "gallery name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::ALPHANUMERIC.or(Class::DOT).or(Class::UNDERSCORE),
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "a gallery name of letters, digits, `.` and `_`",
};

/// Terraform's bytes; the ends are those of Azure's own documentation.
const DEFINITION: Rule = Rule {
    part: "image name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC,
    expected: "an image name of letters and digits, with `.`, `_` and `-` inside",
};

/// A subscription's UUID, a dash and a gallery name.
const UNIQUE: Rule = Rule {
    part: "gallery's unique name",
    most: 36 + 1 + 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "a gallery's unique name",
};

/// A prefix, a dash and a UUID.
const PUBLIC: Rule = Rule {
    part: "gallery's public name",
    expected: "a gallery's public name",
    ..UNIQUE
};
