//! What people are told.

use atlas_ec2::signature::{AccessKeyId, Excess, Malformed, SecretKey, SignatureError};

#[test]
fn messages() {
    let malformed = [
        Malformed::Algorithm,
        Malformed::Absent("X-Amz-Date"),
        Malformed::Repeated("Credential"),
        Malformed::Twice,
        Malformed::Authorization,
        Malformed::Credential,
        Malformed::Date,
        Malformed::Expires,
        Malformed::SignedHeaders,
        Malformed::Unsigned,
        Malformed::NoSuchHeader,
        Malformed::Signature,
        Malformed::Query,
    ];
    let (now, then) = (
        super::moment(super::NOW),
        super::moment("2015-08-30T12:20:00Z"),
    );
    let excess = [
        (Excess::Headers, 100),
        (Excess::HeaderBytes, 32_768),
        (Excess::PathBytes, 2_048),
        (Excess::QueryBytes, 65_536),
        (Excess::QueryParameters, 2_000),
    ];
    let mut all = vec![
        SignatureError::Missing,
        SignatureError::Expired { expired: then, now },
        SignatureError::NotYet {
            signed: now,
            now: then,
        },
        SignatureError::WrongScope,
        SignatureError::UnknownKey,
        SignatureError::Mismatch,
    ];
    all.extend(malformed.map(SignatureError::Incomplete));
    all.extend(excess.map(|(what, limit)| SignatureError::TooMuch { what, limit }));
    let lines = all
        .iter()
        .map(|it| format!("{} {}: {it}", it.status(), it.code().as_str()));
    let mut lines: Vec<_> = lines.collect();
    lines.push(AccessKeyId::parse("a b").unwrap_err().to_string());
    lines.push(SecretKey::parse("a b").unwrap_err().to_string());
    insta::assert_snapshot!(lines.join("\n"));
}
