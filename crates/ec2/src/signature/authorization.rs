//! A request that is signed in its headers.

use super::{
    ALGORITHM, Malformed, SKEW_SECONDS, SignatureError,
    head::Headers,
    moment,
    signed_request::{Said, text},
};
use atlas_base::Timestamp;

/// Reads the Authorization header, and when it was signed.
pub(super) fn read(value: &[u8], headers: &Headers<'_>) -> Result<Said, SignatureError> {
    let incomplete = SignatureError::Incomplete;
    let value = text(value).ok_or(incomplete(Malformed::Authorization))?;
    let (algorithm, fields) = value.split_once(' ').unwrap_or((value, ""));
    if algorithm != ALGORITHM {
        return Err(incomplete(Malformed::Algorithm));
    }
    let (mut credential, mut signed, mut signature) = (None, None, None);
    for field in fields.split(',') {
        let (name, value) = field.trim().split_once('=').unwrap_or_default();
        let (field, name) = match name {
            "Credential" => (&mut credential, "Credential"),
            "SignedHeaders" => (&mut signed, "SignedHeaders"),
            "Signature" => (&mut signature, "Signature"),
            _ => return Err(incomplete(Malformed::Authorization)),
        };
        if field.replace(value.to_owned()).is_some() {
            return Err(incomplete(Malformed::Repeated(name)));
        }
    }
    let absent = |name| incomplete(Malformed::Absent(name));
    let at = signed_at(headers)?;
    let token = headers.only("x-amz-security-token")?;
    let token = token.map(|it| text(it).ok_or(incomplete(Malformed::Authorization)));
    Ok(Said {
        credential: credential.ok_or(absent("Credential"))?,
        signed_headers: signed.ok_or(absent("SignedHeaders"))?,
        signature: signature.ok_or(absent("Signature"))?,
        at,
        until: moment::later(at, SKEW_SECONDS),
        token: token.transpose()?.map(str::to_owned),
    })
}

/// AWS: `X-Amz-Date`, or `Date` where it is not there.
fn signed_at(headers: &Headers<'_>) -> Result<Timestamp, SignatureError> {
    let wrong = SignatureError::Incomplete(Malformed::Date);
    if let Some(date) = headers.only("x-amz-date")? {
        return text(date).and_then(moment::parse_basic).ok_or(wrong);
    }
    let absent = SignatureError::Incomplete(Malformed::Absent("X-Amz-Date"));
    let date = headers.only("date")?.ok_or(absent)?;
    let date = text(date).and_then(|it| moment::parse_http(it).or_else(|| moment::parse_basic(it)));
    date.ok_or(wrong)
}
