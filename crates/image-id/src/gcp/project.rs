//! Projects.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Class, Cursor, Flaw, Piece, Rule, is_digit},
    text::id_text,
};
use std::sync::Arc;

/// A project: its name, its number, or `DOMAIN:NAME`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GceProject {
    text: Arc<str>,
}

impl GceProject {
    /// Reads a project.
    ///
    /// # Errors
    ///
    /// The text is neither a name, a number nor a name with its domain.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let checked = Piece::capped(text).and_then(check);
        checked.map_err(|flaw| ParseImageIdError::new(Cloud::Gcp, text, flaw))?;
        Ok(Self::checked(text))
    }

    pub(super) fn checked(text: &str) -> Self {
        Self { text: text.into() }
    }

    /// Reads a project and the slash behind it.
    pub(super) fn take<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Flaw> {
        let start = *cursor;
        let piece = cursor.take(NAME.inner);
        if NAME.judge(piece, *cursor).is_ok() && cursor.eat("/") {
            return Ok(piece.text);
        }
        *cursor = start;
        let piece = cursor.take(BYTES);
        check(piece)?;
        if cursor.eat("/") {
            Ok(piece.text)
        } else {
            Err(Flaw::found(cursor.at(), PROJECT))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain that the project belongs to, `example.com`.
    pub fn domain(&self) -> Option<&str> {
        self.text.split_once(':').map(|(domain, _)| domain)
    }

    /// Whether it is given by its number.
    pub fn is_number(&self) -> bool {
        self.text.bytes().all(is_digit)
    }
}

id_text!(GceProject);

fn check(piece: Piece<'_>) -> Result<(), Flaw> {
    let (head, tail) = piece.split(':');
    let Some(name) = tail else {
        return name_or_number(piece);
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
    name_or_number(name)
}

fn name_or_number(piece: Piece<'_>) -> Result<(), Flaw> {
    match NAME.check(piece) {
        Err(flaw) if piece.text.contains('.') => {
            Err(flaw.hint("a domain stands before a colon: `example.com:project`"))
        }
        Err(flaw) if piece.text.starts_with('{') => Err(flaw.hint("fill in the placeholder")),
        checked => checked,
    }
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
