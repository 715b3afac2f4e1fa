//! A request that is signed in its query, so that it can be given away as a URL.

use super::{
    ALGORITHM, MAX_EXPIRES_SECONDS, Malformed, SignatureError,
    canonical::Parameters,
    moment,
    signed_request::{Said, text},
};

/// Whether a query says anything of a signature.
pub(super) fn is_signed(parameters: &Parameters) -> Result<bool, SignatureError> {
    for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"] {
        if parameters.only(name)?.is_some() {
            return Ok(true);
        }
    }
    // Version 2 is another query: it is told that it is too old.
    if parameters.only("SignatureVersion")?.is_some() {
        return Err(SignatureError::Incomplete(Malformed::Algorithm));
    }
    Ok(false)
}

/// Reads what a query says of its signature.
pub(super) fn read(parameters: &Parameters) -> Result<Said, SignatureError> {
    let incomplete = SignatureError::Incomplete;
    let part = |name, malformed| {
        let value = parameters.only(name)?;
        let value = value.ok_or(incomplete(Malformed::Absent(name)))?;
        text(value).ok_or(incomplete(malformed))
    };
    if part("X-Amz-Algorithm", Malformed::Algorithm)? != ALGORITHM {
        return Err(incomplete(Malformed::Algorithm));
    }
    let date = part("X-Amz-Date", Malformed::Date)?;
    let at = moment::parse_basic(date).ok_or(incomplete(Malformed::Date))?;
    let seconds = part("X-Amz-Expires", Malformed::Expires)?;
    let is_number =
        (1..=6).contains(&seconds.len()) && seconds.bytes().all(|it| it.is_ascii_digit());
    let seconds = seconds
        .parse()
        .ok()
        .filter(|it| is_number && (1..=MAX_EXPIRES_SECONDS).contains(it));
    let seconds = seconds.ok_or(incomplete(Malformed::Expires))?;
    let token = parameters.only("X-Amz-Security-Token")?;
    let token = token.map(|it| text(it).ok_or(incomplete(Malformed::Query)));
    Ok(Said {
        credential: part("X-Amz-Credential", Malformed::Credential)?.to_owned(),
        signed_headers: part("X-Amz-SignedHeaders", Malformed::SignedHeaders)?.to_owned(),
        signature: part("X-Amz-Signature", Malformed::Signature)?.to_owned(),
        at,
        until: moment::later(at, seconds),
        token: token.transpose()?.map(str::to_owned),
    })
}
