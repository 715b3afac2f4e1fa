//! Tokens, as values.

use crate::world::p;
use atlas_server::{BearerTokens, BearerTokensError, Caller};

fn dana() -> Caller {
    Caller::new(p("dana"), p("/acme"))
}

#[test]
fn debug_tells_callers_and_no_tokens() {
    let token = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t";
    let tokens = BearerTokens::new([(token, dana())]).unwrap();
    let told = format!("{tokens:?} {tokens:#?}");
    assert!(told.contains("dana"), "{told}");
    let digest = blake3::hash(token.as_bytes()).to_hex();
    for secret in ["s3cr3t", digest.as_str(), &digest[..8]] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn a_token_that_is_none_is_refused_by_its_number() {
    let long = "0123456789abcdef0123456789abcdef";
    for (tokens, expected, message) in [
        (
            vec![long, "hunter2-"],
            BearerTokensError::TooShort {
                number: 2,
                found: 8,
            },
            "token 2 has 8 characters, and at least 32 are needed",
        ),
        (
            vec!["0123456789abcdef 0123456789abcdef"],
            BearerTokensError::Character { number: 1 },
            "token 1 has a character that is no letter, no digit and none of `-._~+/`, or `=` before its end",
        ),
        (
            vec!["01234567=89abcdef0123456789abcdef"],
            BearerTokensError::Character { number: 1 },
            "token 1 has a character that is no letter, no digit and none of `-._~+/`, or `=` before its end",
        ),
        (
            vec![long, "another-one-of-32-characters-or-so", long],
            BearerTokensError::Repeated {
                number: 3,
                first: 1,
            },
            "token 3 is the same as token 1",
        ),
    ] {
        let error = BearerTokens::new(tokens.into_iter().map(|it| (it, dana()))).unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.to_string(), message);
    }
    let padded = BearerTokens::new([("0123456789abcdef0123456789abcd==", dana())]);
    assert!(padded.is_ok());
}
