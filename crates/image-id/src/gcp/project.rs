//! Projects.

use crate::{
    Cloud,
    scan::{Class, Cursor, Flaw, Piece, Rule, is_digit},
    text::{borrowed_twin, id_text},
};
use core::fmt;
use std::sync::Arc;

/// A project: its name, its number, or `DOMAIN:NAME` (compute v1 discovery document).
///
/// At most 63 bytes of lower-case letters, digits and `-`, neither beginning nor ending in `-`; the
/// domain has labels of as many.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GceProject {
    text: Arc<str>,
}

impl GceProject {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The project without a text of its own.
    pub fn borrowed(&self) -> GceProjectRef<'_> {
        GceProjectRef(&self.text)
    }

    /// The domain that the project belongs to, `example.com`.
    pub fn domain(&self) -> Option<&str> {
        self.borrowed().domain()
    }

    /// The name or number without the domain.
    pub fn name(&self) -> &str {
        self.borrowed().name()
    }

    /// Whether it is given by its number.
    pub fn is_number(&self) -> bool {
        self.borrowed().is_number()
    }
}

id_text!(GceProject);
borrowed_twin!(GceProject, GceProjectRef, Cloud::Gcp);

/// [`GceProject`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GceProjectRef<'a>(&'a str);

impl<'a> GceProjectRef<'a> {
    pub(super) const fn checked(text: &'a str) -> Self {
        Self(text)
    }

    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        check(cursor.rest())?;
        Ok(Self(cursor.rest().text))
    }

    /// Reads a project and the slash behind it.
    pub(super) fn take(cursor: &mut Cursor<'a>) -> Result<Self, Flaw> {
        let start = *cursor;
        let piece = cursor.take(NAME.inner);
        let is_name = cursor.peek() == Some(b'/') && NAME.judge(piece, *cursor).is_ok();
        if is_name && cursor.eat("/") {
            return Ok(Self(piece.text));
        }
        *cursor = start;
        let piece = cursor.take(BYTES);
        let is_project = cursor.peek() == Some(b'/') && check(piece).is_ok();
        if is_project && cursor.eat("/") {
            return Ok(Self(piece.text));
        }
        Err(no_project(start.rest()))
    }

    /// The project in a text of its own; allocates once.
    pub fn into_owned(self) -> GceProject {
        GceProject {
            text: self.0.into(),
        }
    }

    /// The text.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The domain that the project belongs to, `example.com`.
    pub fn domain(self) -> Option<&'a str> {
        self.0.split_once(':').map(|(domain, _)| domain)
    }

    /// The name or number without the domain.
    pub fn name(self) -> &'a str {
        self.0.split_once(':').map_or(self.0, |(_, name)| name)
    }

    /// Whether it is given by its number.
    pub fn is_number(self) -> bool {
        self.0.bytes().all(is_digit)
    }
}

impl fmt::Display for GceProjectRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// Why a path does not begin with a project and a slash.
#[cold]
fn no_project(path: Piece<'_>) -> Flaw {
    let (project, _) = path.split('/');
    match check(project) {
        Ok(()) => Flaw::found(project.end(), "`/` behind the project"),
        Err(flaw) if project.text.starts_with('{') => flaw.hint("fill in the placeholder"),
        Err(flaw) if flaw.hint.is_some() => flaw,
        Err(flaw) => match project.text.as_bytes().get(flaw.at - project.at) {
            Some(b'A'..=b'Z') => flaw.hint("write the project in lower case"),
            Some(b'_') => flaw.hint("projects have `-`, not `_`"),
            _ => flaw,
        },
    }
}

/// Checks a whole project.
fn check(piece: Piece<'_>) -> Result<(), Flaw> {
    let (head, tail) = piece.split(':');
    let Some(name) = tail else {
        return NAME.check(piece).map_err(|flaw| {
            if piece.text.contains('.') {
                flaw.hint("a domain stands before a colon: `example.com:project`")
            } else {
                flaw
            }
        });
    };
    // Labels before the last one are looser than it is.
    let mut labels = head.parts('.').peekable();
    while let Some(label) = labels.next() {
        let rule = if labels.peek().is_some() {
            &SUBDOMAIN
        } else {
            &DOMAIN
        };
        rule.check(label)?;
    }
    NAME.check(name)
}

/// What a project with its domain is made of.
const BYTES: Class = Class::LABEL.or(Class::DOT).or(Class::COLON);

const PROJECT: &str = "a project of lower-case letters, digits and `-`, not ending in `-`";

const NAME: Rule = Rule {
    part: "project",
    most: 63,
    first: Class::LOWER_OR_DIGIT,
    inner: Class::LABEL,
    last: Class::LOWER_OR_DIGIT,
    expected: PROJECT,
};

const SUBDOMAIN: Rule = Rule {
    part: "domain",
    first: Class::LABEL,
    last: Class::LABEL,
    expected: "a domain before the colon",
    ..NAME
};

const DOMAIN: Rule = Rule {
    part: "domain",
    first: Class::LOWER,
    expected: "a domain before the colon",
    ..NAME
};
