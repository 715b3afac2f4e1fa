//! SSM parameters that hold an AMI id.

use super::{
    AwsAccountId, AwsRegion,
    arn::{ArnHead, SSM},
};
use crate::{
    Cloud, IdKind,
    scan::{Class, Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `resolve:ssm:NAME`, `resolve:ssm:NAME:VERSION` or `resolve:ssm:NAME:LABEL`, the name also as the
/// parameter's ARN.
///
/// Two more spellings are read: `{{resolve:ssm:…}}` of stack templates and `ssm:…` of kops. Only a
/// launch template takes such a pointer as it is; for everything else it has to be looked up first.
///
/// A name has 1 to 15 parts of letters, digits, `_`, `.` and `-` between slashes, 1011 characters at
/// most; one of several parts begins with a slash, and an ARN leaves that one out (Systems Manager,
/// `PutParameter`). What begins with `arn:` is an ARN.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SsmPointer {
    // The parts follow from the text, so the derived order is the text's.
    text: Arc<str>,
    name_len: usize,
    head: Option<ArnHead>,
}

/// Which of a parameter's values is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SsmSelector<'a> {
    /// A version, counted from 1; below 2^63.
    Version(&'a str),
    /// A label of at most 100 characters, which can be moved to another version.
    Label(&'a str),
}

impl SsmPointer {
    /// What the canonical text begins with.
    pub const PREFIX: &'static str = "resolve:ssm:";
    const KOPS_PREFIX: &'static str = "ssm:";

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parameter's name or ARN.
    pub fn name(&self) -> &str {
        self.view().name()
    }

    /// The version or label, if one is given.
    pub fn selector(&self) -> Option<SsmSelector<'_>> {
        self.view().selector()
    }

    /// The region of a parameter ARN.
    pub fn region(&self) -> Option<AwsRegion> {
        self.view().region()
    }

    /// The owner in a parameter ARN; public parameters have none.
    pub fn account(&self) -> Option<AwsAccountId> {
        self.view().account()
    }

    /// Displays the spelling of stack templates, `{{resolve:ssm:…}}`. They take versions, no labels.
    pub fn in_template(&self) -> SsmInTemplate<'_> {
        SsmInTemplate(self)
    }

    /// Displays the spelling of kops, `ssm:…`.
    pub fn in_kops(&self) -> SsmInKops<'_> {
        SsmInKops(self)
    }

    fn view(&self) -> SsmPointerRef<'_> {
        let body = self.text.strip_prefix(Self::PREFIX);
        SsmPointerRef {
            text: &self.text,
            body: body.unwrap_or_default(),
            name_len: self.name_len,
            head: self.head,
        }
    }
}

id_text!(SsmPointer);
borrowed_twin!(SsmPointer, SsmPointerRef, Cloud::Aws);

/// Displays `{{resolve:ssm:…}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SsmInTemplate<'a>(&'a SsmPointer);

impl fmt::Display for SsmInTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{}}}}}", self.0)
    }
}

/// Displays `ssm:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SsmInKops<'a>(&'a SsmPointer);

impl fmt::Display for SsmInKops<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SsmPointer::KOPS_PREFIX)?;
        f.write_str(self.0.view().body)
    }
}

/// [`SsmPointer`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
pub struct SsmPointerRef<'a> {
    /// The given text without braces.
    text: &'a str,
    /// The name and the selector.
    body: &'a str,
    name_len: usize,
    head: Option<ArnHead>,
}

impl<'a> SsmPointerRef<'a> {
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let in_braces = cursor.eat("{{");
        let start = cursor.rest();
        if !cursor.eat(SsmPointer::PREFIX) && (in_braces || !cursor.eat(SsmPointer::KOPS_PREFIX)) {
            return Err(no_pointer(start, in_braces));
        }
        let body = cursor.rest();
        let head = if body.text.starts_with("arn:") {
            let head = ArnHead::take(&mut cursor, &SSM)?;
            if !cursor.eat("parameter/") {
                return Err(cursor.rest().differs("parameter/", SSM.form));
            }
            Some(head)
        } else {
            None
        };
        take_name(&mut cursor, head.is_some())?;
        let name_len = cursor.at() - body.at;
        let has_selector = cursor.eat(":");
        if has_selector {
            take_selector(&mut cursor)?;
        }
        let end = cursor.at();
        if !(cursor.is_done() && !in_braces || in_braces && cursor.rest().text == "}}") {
            return Err(wrong_end(cursor, in_braces, has_selector));
        }
        let until_end = |piece: Piece<'a>| piece.text.get(..end - piece.at).unwrap_or_default();
        Ok(Self {
            text: until_end(start),
            body: until_end(body),
            name_len,
            head,
        })
    }

    /// The pointer in a text of its own; allocates once.
    pub fn into_owned(self) -> SsmPointer {
        SsmPointer {
            text: shared(self.plain(), self),
            name_len: self.name_len,
            head: self.head,
        }
    }

    /// The canonical text, if the given one holds it as a whole: kops' spelling does not.
    pub fn plain(self) -> Option<&'a str> {
        let is_plain = self.text.len() == SsmPointer::PREFIX.len() + self.body.len();
        is_plain.then_some(self.text)
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        IdKind::SsmParameter
    }

    /// The parameter's name or ARN.
    pub fn name(self) -> &'a str {
        self.body.get(..self.name_len).unwrap_or_default()
    }

    /// The version or label, if one is given.
    pub fn selector(self) -> Option<SsmSelector<'a>> {
        let text = self.body.get(self.name_len + 1..)?;
        Some(if text.starts_with(|first: char| first.is_ascii_digit()) {
            SsmSelector::Version(text)
        } else {
            SsmSelector::Label(text)
        })
    }

    /// The region of a parameter ARN.
    pub fn region(self) -> Option<AwsRegion> {
        self.head.map(|head| head.region(self.body))
    }

    /// The owner in a parameter ARN; public parameters have none.
    pub fn account(self) -> Option<AwsAccountId> {
        self.head?.account(self.body)
    }
}

/// The canonical text.
impl fmt::Display for SsmPointerRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SsmPointer::PREFIX)?;
        f.write_str(self.body)
    }
}

#[cold]
fn no_pointer(piece: Piece<'_>, in_braces: bool) -> Flaw {
    const EXPECTED: &str = "`resolve:ssm:` and a parameter's name";
    let service = piece.strip("resolve:");
    let head = if service.is_none() && !in_braces && piece.text.starts_with('s') {
        SsmPointer::KOPS_PREFIX
    } else {
        SsmPointer::PREFIX
    };
    let flaw = piece.differs(head, EXPECTED);
    let word = service.unwrap_or(piece).text;
    if word.starts_with("ssm-secure") {
        return flaw.hint("a secure string holds no image id");
    }
    match service {
        Some(_) if !word.starts_with("ssm") => flaw.hint("only SSM parameters hold image ids"),
        None if word.starts_with(' ') => flaw.hint("leave the blanks out"),
        _ => flaw,
    }
}

#[cold]
fn wrong_end(cursor: Cursor<'_>, in_braces: bool, has_selector: bool) -> Flaw {
    let rest = cursor.rest();
    let expected = if has_selector { SELECTOR } else { NAME };
    match (in_braces, rest.text.starts_with('}')) {
        (true, true) => rest.differs("}}", "`}}` at the end"),
        (true, false) if rest.text.is_empty() => Flaw::found(rest.at, "`}}` at the end"),
        (false, true) => Flaw::found(rest.at, expected).hint("`{{` is missing at the start"),
        _ => Flaw::found(rest.at, expected),
    }
}

/// Reads parts between slashes; a name of several parts begins with a slash, which an ARN leaves out.
fn take_name(cursor: &mut Cursor<'_>, in_arn: bool) -> Result<(), Flaw> {
    let start = cursor.rest();
    let is_path = in_arn || cursor.eat("/");
    let mut levels = 0;
    loop {
        let level = cursor.take(Class::WORD);
        if level.text.is_empty() {
            return Err(empty_level(*cursor, start));
        }
        levels += 1;
        if cursor.peek() != Some(b'/') {
            break;
        }
        if levels == MOST_LEVELS || !is_path {
            return Err(wrong_levels(*cursor, start, is_path));
        }
        cursor.eat("/");
    }
    if cursor.at() - start.at > MOST_CHARACTERS {
        let words = "the parameter's name is longer than 1011 characters, cut";
        return Err(Flaw::says(start.at + MOST_CHARACTERS, words, NAME));
    }
    Ok(())
}

#[cold]
fn empty_level(cursor: Cursor<'_>, name: Piece<'_>) -> Flaw {
    match cursor.peek() {
        Some(b'$') => Flaw::found(cursor.at(), NAME).hint("fill in the placeholder"),
        None | Some(b'/' | b':' | b'}') if cursor.at() == name.at => {
            Flaw::empty(cursor.at(), "parameter's name", NAME)
        }
        None | Some(b'/' | b':' | b'}') => {
            Flaw::empty(cursor.at(), "part of the parameter's name", NAME)
        }
        _ => Flaw::found(cursor.at(), NAME),
    }
}

#[cold]
fn wrong_levels(cursor: Cursor<'_>, name: Piece<'_>, is_path: bool) -> Flaw {
    if is_path {
        return Flaw::says(cursor.at(), "more than 15 levels", NAME);
    }
    Flaw::found(name.at, "`/` before a parameter's name of several parts")
}

/// Reads a version, or a label of 1 to 100 characters that begins neither with a digit nor with `aws`
/// or `ssm` in any case (Systems Manager, `LabelParameterVersion`).
fn take_selector(cursor: &mut Cursor<'_>) -> Result<(), Flaw> {
    let run = cursor.take(Class::WORD);
    let is_good = match run.text.as_bytes() {
        [b'1'..=b'9', rest @ ..] => rest.len() < 18 && rest.iter().all(u8::is_ascii_digit),
        [] | [b'0', ..] => false,
        [a, b, c, rest @ ..] => rest.len() <= 97 && !is_reserved([*a, *b, *c]),
        _ => true,
    };
    if is_good {
        Ok(())
    } else {
        check_selector(run, *cursor)
    }
}

fn is_reserved(head: [u8; 3]) -> bool {
    matches!(&head.map(|byte| byte.to_ascii_lowercase()), b"aws" | b"ssm")
}

/// Judges what is neither a short version nor a label at first sight.
#[cold]
fn check_selector(run: Piece<'_>, behind: Cursor<'_>) -> Result<(), Flaw> {
    let mut rest = Cursor::new(run);
    let digits = rest.take(Class::DIGIT).text;
    Err(match run.text.as_bytes() {
        [] if matches!(behind.peek(), None | Some(b':' | b'}')) => {
            Flaw::empty(run.at, "version or label", SELECTOR)
        }
        [] | [b'0', ..] => Flaw::found(run.at, SELECTOR),
        [b'1'..=b'9', ..] if digits.len() > 19 => Flaw::digits(rest.at(), digits.len(), SELECTOR),
        [b'1'..=b'9', ..] if !rest.is_done() => Flaw::found(rest.at(), SELECTOR),
        [b'1'..=b'9', ..] => match digits.parse::<i64>() {
            Ok(_) => return Ok(()),
            Err(_) => Flaw::says(run.at, "a version above 9223372036854775807", SELECTOR),
        },
        [a, b, c, ..] if is_reserved([*a, *b, *c]) => {
            Flaw::says(run.at, "a label that begins with `aws` or `ssm`", SELECTOR)
        }
        _ => {
            let words = "a label longer than 100 characters, cut";
            Flaw::says(run.at + 100, words, SELECTOR)
        }
    })
}

const NAME: &str = "a parameter's name of letters, digits, `_`, `.`, `-` and `/`";
const SELECTOR: &str = "a version counted from 1, or a label";
const MOST_CHARACTERS: usize = 1011;
const MOST_LEVELS: usize = 15;
