//! Resource ids: paths of keywords, in any case, and names.

use super::{
    AzureGallery, AzureImageIdRef, AzureSubscription, GalleryImageRef, ManagedImageRef,
    gallery::Cuts, subscription, version,
};
use crate::scan::{Class, Cursor, Flaw, Piece, Rule};
use core::fmt;

/// Reads a text that begins with a slash.
pub(super) fn scan(cursor: Cursor<'_>) -> Result<AzureImageIdRef<'_>, Flaw> {
    let mut walk = Walk {
        text: cursor.rest(),
        rest: cursor,
        is_plain: true,
    };
    if walk.eat(SUBSCRIPTIONS) {
        walk.is_plain &= subscription::take(&mut walk.rest)?;
        if !walk.eat(GROUPS) {
            return Err(walk.miss(subscription::EXPECTED, GROUPS, "`/resourceGroups/`"));
        }
        walk.part(&GROUP)?;
        let group = walk.len();
        if !walk.eat(COMPUTE) {
            let expected = "`/providers/Microsoft.Compute/`";
            return Err(walk.miss(GROUP.expected, COMPUTE, expected));
        }
        if walk.eat("images/") {
            walk.part(&MANAGED)?;
            walk.end(&MANAGED)?;
            let image = ManagedImageRef::checked(walk.text.text, group, walk.is_plain);
            return Ok(AzureImageIdRef::Managed(image));
        }
        if walk.eat("galleries/") {
            return walk.gallery(AzureGallery::Own, group, &GALLERY);
        }
        return Err(wrong_type(walk.rest.rest()));
    }
    if walk.eat("/sharedGalleries/") {
        return walk.gallery(AzureGallery::Shared, 0, &UNIQUE);
    }
    if walk.eat("/communityGalleries/") {
        return walk.gallery(AzureGallery::Community, 0, &PUBLIC);
    }
    Err(wrong_start(cursor.rest()))
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
pub(super) fn behind(text: &str, at: usize, words: usize, end: usize) -> &str {
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

struct Walk<'a> {
    text: Piece<'a>,
    rest: Cursor<'a>,
    /// Whether everything so far is written as the canonical text has it.
    is_plain: bool,
}

impl<'a> Walk<'a> {
    /// How much has been read.
    fn len(&self) -> usize {
        self.rest.at() - self.text.at
    }

    /// Reads keywords in any case, if they stand here.
    fn eat(&mut self, words: &str) -> bool {
        if self.rest.eat(words) {
            return true;
        }
        let is_eaten = self.rest.eat_any_case(words);
        self.is_plain &= !is_eaten;
        is_eaten
    }

    fn part(&mut self, rule: &Rule) -> Result<(), Flaw> {
        self.rest.part(rule).map(|_| ())
    }

    /// Reads a gallery's name by this rule, and what follows it.
    fn gallery(
        mut self,
        owner: AzureGallery,
        group: usize,
        rule: &Rule,
    ) -> Result<AzureImageIdRef<'a>, Flaw> {
        self.part(rule)?;
        let gallery = self.len();
        if !self.eat("/images/") {
            return Err(self.miss(rule.expected, "/images/", "`/images/` and an image"));
        }
        self.part(&DEFINITION)?;
        let image = self.len();
        if !self.rest.is_done() {
            if !self.eat("/versions/") {
                let expected = "`/versions/` and a version, or the end";
                return Err(self.miss(DEFINITION.expected, "/versions/", expected));
            }
            self.is_plain &= number(self.rest.rest())?;
        }
        let cuts = Cuts {
            owner,
            group,
            gallery,
            image,
        };
        let image = GalleryImageRef::checked(self.text.text, cuts, self.is_plain);
        Ok(AzureImageIdRef::Gallery(image))
    }

    /// Refuses what follows a name that is the last one.
    fn end(&self, name: &Rule) -> Result<(), Flaw> {
        match self.rest.peek() {
            None => Ok(()),
            Some(b'/') => Err(Flaw::found(self.rest.at(), END)),
            Some(_) => Err(Flaw::found(self.rest.at(), name.expected)),
        }
    }

    /// Refuses what is not these keywords, or no byte of the name before them.
    #[cold]
    fn miss(&self, name: &'static str, words: &str, expected: &'static str) -> Flaw {
        let rest = self.rest.rest();
        if rest.text.is_empty() || rest.text.starts_with('/') {
            nearest(rest, &[words], expected)
        } else {
            Flaw::found(rest.at, name)
        }
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
    let words = [SUBSCRIPTIONS, "/sharedGalleries/", "/communityGalleries/"];
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
