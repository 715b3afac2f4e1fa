//! Which key, and for what.

use super::{Malformed, SERVICE, SignatureError, TERMINATOR};
use atlas_scope::AccessKeyId;
use core::fmt;

/// For which day and region a request is signed; the service is always `ec2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialScope {
    date: String,
    region: String,
}

impl CredentialScope {
    /// The day, such as `20260721`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The region, such as `eu-central-1`: 1 to 64 lower-case letters, digits and `-`.
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{SERVICE}/{TERMINATOR}", self.date, self.region)
    }
}

/// Reads `KEY/DATE/REGION/ec2/aws4_request`, where the date is that of the request.
pub(super) fn read(
    text: &str,
    basic_date: &str,
) -> Result<(AccessKeyId, CredentialScope), SignatureError> {
    let malformed = SignatureError::Incomplete(Malformed::Credential);
    let mut parts = text.split('/');
    let mut part = || parts.next().ok_or_else(|| malformed.clone());
    let (key, date, region) = (part()?, part()?, part()?);
    let (service, terminator) = (part()?, part()?);
    if parts.next().is_some() || !is_region(region) || !is_date(date) {
        return Err(malformed);
    }
    let key = AccessKeyId::parse(key).map_err(|_| malformed)?;
    if service != SERVICE || terminator != TERMINATOR || basic_date.get(..8) != Some(date) {
        return Err(SignatureError::WrongScope);
    }
    let (date, region) = (date.to_owned(), region.to_owned());
    Ok((key, CredentialScope { date, region }))
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(is_fit)
}
