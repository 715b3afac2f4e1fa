//! SSM parameters that hold an AMI id.

use super::{AwsPartition, AwsRegion, arn};
use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, is_digit, is_word},
};
use core::fmt;
use std::sync::Arc;

/// `resolve:ssm:NAME`, `resolve:ssm:NAME:VERSION` or `resolve:ssm:NAME:LABEL`, the name also as the
/// parameter's ARN.
///
/// Two more spellings are read: `{{resolve:ssm:…}}` of stack templates and `ssm:…` of kops. Only a
/// launch template takes such a pointer as it is; for everything else it has to be looked up first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SsmPointer {
    text: Arc<str>,
    region: Option<AwsRegion>,
    /// Where the selector begins.
    selector: Option<usize>,
}

/// Which of a parameter's values is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SsmSelector<'a> {
    /// A version, counted from 1.
    Version(&'a str),
    /// A label, which can be moved to another version.
    Label(&'a str),
}

impl SsmPointer {
    /// What the canonical text begins with.
    pub const PREFIX: &'static str = "resolve:ssm:";

    /// Reads a pointer in any of its spellings.
    ///
    /// # Errors
    ///
    /// Another service is named, or the name, version or label is malformed.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Aws, text, flaw))
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        let (inner, braces) = match piece.strip("{{") {
            None => (piece, false),
            Some(open) => match open.strip_end("}}") {
                Some(inner) => (inner, true),
                None => return Err(Flaw::found(piece.end(), "`}}` at the end")),
            },
        };
        let body = match inner.strip(Self::PREFIX) {
            Some(body) => body,
            None => match inner.strip("ssm:") {
                Some(body) if !braces => body,
                _ => return Err(not_ssm(inner)),
            },
        };
        let (region, name) = parameter_arn(body)?;
        let (name, selector) = name.split(':');
        check_name(name, region.is_some())?;
        if let Some(selector) = selector {
            check_selector(selector)?;
        }
        let text: Arc<str> = match piece.strip(Self::PREFIX) {
            Some(_) => piece.text.into(),
            None => format!("{}{}", Self::PREFIX, body.text).into(),
        };
        let selector = selector.map(|selector| text.len() - selector.text.len());
        Ok(Self {
            text,
            region,
            selector,
        })
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parameter's name or ARN.
    pub fn name(&self) -> &str {
        let end = self.selector.map_or(self.text.len(), |start| start - 1);
        self.text.get(Self::PREFIX.len()..end).unwrap_or_default()
    }

    /// The version or label, if one is given.
    pub fn selector(&self) -> Option<SsmSelector<'_>> {
        let text = self.text.get(self.selector?..)?;
        Some(if text.bytes().all(is_digit) {
            SsmSelector::Version(text)
        } else {
            SsmSelector::Label(text)
        })
    }

    /// The region of a parameter ARN.
    pub fn region(&self) -> Option<AwsRegion> {
        self.region
    }
}

impl fmt::Display for SsmPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for SsmPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(SsmPointer, ParseImageIdError);

#[cold]
fn not_ssm(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`resolve:ssm:` and a parameter's name";
    let flaw = piece.differs(SsmPointer::PREFIX, EXPECTED);
    match piece.strip("resolve:") {
        Some(service) if service.text.starts_with("ssm-secure") => {
            flaw.hint("a secure string holds no image id")
        }
        Some(_) => flaw.hint("only SSM parameters hold image ids"),
        None => flaw,
    }
}

/// The region of a parameter ARN and what follows `parameter/`; otherwise the piece itself. Public
/// parameters have no account.
fn parameter_arn(piece: Piece<'_>) -> Result<(Option<AwsRegion>, Piece<'_>), Flaw> {
    const ARN: &str = "`arn:PARTITION:ssm:REGION:[ACCOUNT]:parameter/NAME`";
    let Some(rest) = piece.strip("arn:") else {
        return Ok((None, piece));
    };
    let end = || Flaw::found(piece.end(), ARN);
    let (partition_part, rest) = rest.split(':');
    let partition = AwsPartition::scan(partition_part)?;
    let (service, rest) = rest.ok_or_else(end)?.split(':');
    if service.text != "ssm" {
        return Err(Flaw::says(service.at, "another service than SSM", ARN));
    }
    let (region_part, rest) = rest.ok_or_else(end)?.split(':');
    let region = AwsRegion::scan(region_part)?;
    if region.partition() != partition {
        let hint = format!("`{region}` belongs to `{}`", region.partition());
        let flaw = Flaw::says(region_part.at, "the region is of another partition", ARN);
        return Err(flaw.hint(hint));
    }
    let (owner, rest) = rest.ok_or_else(end)?.split(':');
    arn::account(owner)?;
    let resource = rest.ok_or_else(end)?;
    match resource.strip("parameter/") {
        Some(name) => Ok((Some(region), name)),
        None => Err(resource.differs("parameter/", ARN)),
    }
}

/// `[A-Za-z0-9_.-]` parts between slashes; a name of several parts begins with a slash (an ARN leaves
/// that one out).
fn check_name(name: Piece<'_>, in_arn: bool) -> Result<(), Flaw> {
    const NAME: &str = "a parameter's name of letters, digits, `_`, `.`, `-` and `/`";
    if name.text.is_empty() {
        return Err(Flaw::empty(name.at, "parameter's name", NAME));
    }
    if let Some(at) = name.misfit(|byte| is_word(byte) || byte == b'/') {
        return Err(Flaw::found(at, NAME));
    }
    if name.text.len() > MOST_CHARACTERS {
        let words = "the parameter's name is longer than 1011 characters, cut";
        return Err(Flaw::says(name.at + MOST_CHARACTERS, words, NAME));
    }
    if in_arn && name.text.starts_with('/') {
        return Err(Flaw::empty(name.at, "part of the parameter's name", NAME));
    }
    let levels = name.strip("/").unwrap_or(name);
    let mut count = 0;
    for level in levels.parts('/') {
        count += 1;
        if level.text.is_empty() {
            return Err(Flaw::empty(level.at, "part of the parameter's name", NAME));
        }
        if count > MOST_LEVELS {
            return Err(Flaw::says(level.at, "more than 15 levels", NAME));
        }
    }
    if count > 1 && levels.at == name.at && !in_arn {
        let flaw = Flaw::found(name.at, "`/` before a parameter's name of several parts");
        return Err(flaw.hint(format!("write `/{}`", name.text)));
    }
    Ok(())
}

/// A version, or a label of 1 to 100 characters that begins neither with a digit nor with `aws` or
/// `ssm`.
fn check_selector(selector: Piece<'_>) -> Result<(), Flaw> {
    const SELECTOR: &str = "a version counted from 1, or a label";
    if selector.text.is_empty() {
        return Err(Flaw::empty(selector.at, "version or label", SELECTOR));
    }
    if selector
        .text
        .starts_with(|first: char| first.is_ascii_digit())
    {
        return match selector.misfit(is_digit) {
            Some(at) => Err(Flaw::found(at, SELECTOR)),
            None if selector.text.starts_with('0') => Err(Flaw::found(selector.at, SELECTOR)),
            None if selector.text.len() > 19 => {
                Err(Flaw::digits(selector.end(), selector.text.len(), SELECTOR))
            }
            None => Ok(()),
        };
    }
    if let Some(at) = selector.misfit(is_word) {
        return Err(Flaw::found(at, SELECTOR));
    }
    if selector.text.len() > 100 {
        return Err(Flaw::says(
            selector.at + 100,
            "a label longer than 100 characters, cut",
            SELECTOR,
        ));
    }
    if selector
        .strip_any_case("aws")
        .or(selector.strip_any_case("ssm"))
        .is_some()
    {
        return Err(Flaw::says(
            selector.at,
            "a label that begins with `aws` or `ssm`",
            SELECTOR,
        ));
    }
    Ok(())
}

const MOST_CHARACTERS: usize = 1011;
const MOST_LEVELS: usize = 15;
