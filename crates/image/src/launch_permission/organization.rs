//! Organisations of AWS, in none of which an account here is.

use atlas_scope::AccountNumber;
use std::sync::Arc;

/// What names of AWS begin with.
pub(super) const ARN: &str = "arn:aws:organizations::";

/// Before a word that is no name of AWS and stands for an organisation all the same.
const ORGANIZATION: &str = "organization:";
/// Before one that stands for a unit.
const UNIT: &str = "unit:";

/// The name of an organisation of AWS, or of a unit of one: up to 2,048 characters.
///
/// AWS does not say what it takes as such a name, and test suites give a word that is none. In its text
/// form such a word stands behind `organization:` or `unit:`; it never begins with `arn:`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationArn(pub(super) Arc<str>);

impl OrganizationArn {
    /// The name, as the client of the EC2 API gave it.
    pub fn as_str(&self) -> &str {
        Self::word(&self.0).unwrap_or(&self.0)
    }

    /// Whether it names a unit (AWS: `OrganizationalUnitArn`).
    pub fn is_unit(&self) -> bool {
        self.0.starts_with(UNIT) || (Self::word(&self.0).is_none() && self.0.contains(":ou/"))
    }

    /// What a client calls an organisation, or a unit of one, in the text form of a launch permission:
    /// a name of AWS as it stands, and any other word behind what it stands for.
    pub fn text_form(name: &str, is_unit: bool) -> String {
        let before = match (name.starts_with("arn:"), is_unit) {
            (true, _) => "",
            (false, true) => UNIT,
            (false, false) => ORGANIZATION,
        };
        format!("{before}{name}")
    }

    fn word(text: &str) -> Option<&str> {
        text.strip_prefix(ORGANIZATION)
            .or_else(|| text.strip_prefix(UNIT))
    }

    /// Whether a text is such a word behind what it stands for.
    pub(super) fn is_word(text: &str) -> bool {
        let fits = |word: &str| {
            (1..=2048).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_graphic())
                && !word.starts_with("arn:")
        };
        Self::word(text).is_some_and(fits)
    }

    /// Where a text stops being one. AWS: a partition, twelve digits of the owner, and
    /// `organization/o-…` or `ou/o-…/ou-…`.
    pub(super) fn misfit(text: &str) -> Option<usize> {
        let mut fields = text.splitn(6, ':');
        let mut at = 0;
        let mut next = |is: &dyn Fn(&str) -> bool| {
            let field = fields.next().unwrap_or_default();
            let begins = at;
            at = begins + field.len() + 1;
            (!is(field)).then_some(begins.min(text.len()))
        };
        let word = |text: &str| {
            let mut bytes = text.bytes();
            !text.is_empty() && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        let target = |text: &str| {
            let mut parts = text.split('/');
            let kind = parts.next();
            let ids: Vec<_> = parts.collect();
            let fits = match (kind, ids.as_slice()) {
                (Some("organization"), [organization]) => organization.starts_with("o-"),
                (Some("ou"), [organization, unit]) => {
                    organization.starts_with("o-") && unit.starts_with("ou-")
                }
                _ => false,
            };
            fits && text.len() <= 1900 && ids.iter().all(|id| word(id))
        };
        next(&|field| field == "arn")
            .or_else(|| next(&|field| field.starts_with("aws") && word(field) && field.len() < 32))
            .or_else(|| next(&|field| field == "organizations"))
            .or_else(|| next(&str::is_empty))
            .or_else(|| next(&|field| AccountNumber::parse(field).is_ok()))
            .or_else(|| next(&target))
    }
}
