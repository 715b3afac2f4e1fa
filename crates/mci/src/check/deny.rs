//! Findings as a refusal.

use super::{CheckCode, Finding};
use atlas_base::{quoted, text_form};
use core::fmt;
use std::collections::BTreeSet;

/// Which findings a commit is refused for (ours).
///
/// The text form is `warnings`, for every finding, or codes with a comma between them:
/// `mixed-os,image-unregistered`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deny {
    /// For each of these codes; the empty set denies nothing.
    Codes(BTreeSet<CheckCode>),
    /// For any finding.
    Warnings,
}

impl Default for Deny {
    fn default() -> Self {
        Self::Codes(BTreeSet::new())
    }
}

/// Why a commit was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the checks found {}, and this commit denies them: settle them, or deny less", list(.findings))]
pub struct Denied {
    /// What was to be denied.
    pub deny: Deny,
    /// The findings that were denied, in their order; at least one.
    pub findings: Vec<Finding>,
}

fn list(findings: &[Finding]) -> String {
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    codes.join(", ")
}

impl Deny {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// A word of it is neither `warnings` nor a code.
    pub fn parse(text: &str) -> Result<Self, ParseDenyError> {
        if text == "warnings" {
            return Ok(Self::Warnings);
        }
        let (mut codes, mut at) = (BTreeSet::new(), 0);
        for word in text.split(',') {
            let code = CheckCode::parse(word).map_err(|_| {
                let known: Vec<_> = CheckCode::all().iter().map(|code| code.as_str()).collect();
                let (shown, known) = (quoted(word), known.join(", "));
                let message = format!("{shown} cannot be denied: expected `warnings` or {known}");
                ParseDenyError { message, at }
            })?;
            codes.insert(code);
            at += word.len() + 1;
        }
        Ok(Self::Codes(codes))
    }

    /// Refuses what is denied.
    ///
    /// # Errors
    ///
    /// There are findings that are denied.
    pub fn refuse(&self, findings: &[Finding]) -> Result<(), Denied> {
        let denied = findings.iter().filter(|finding| match self {
            Self::Warnings => true,
            Self::Codes(codes) => codes.contains(&finding.code),
        });
        let denied: Vec<_> = denied.cloned().collect();
        if denied.is_empty() {
            return Ok(());
        }
        Err(Denied {
            deny: self.clone(),
            findings: denied,
        })
    }
}

impl fmt::Display for Deny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Warnings => f.write_str("warnings"),
            Self::Codes(codes) => {
                let codes: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
                f.write_str(&codes.join(","))
            }
        }
    }
}

text_form!(Deny, ParseDenyError);

/// Why a text says not what to deny.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDenyError {
    message: String,
    at: usize,
}

impl ParseDenyError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseDenyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseDenyError {}
