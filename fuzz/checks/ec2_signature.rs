//! What holds of every request that says who signed it: a line with its method, its path and its query,
//! lines of headers, an empty one, and a body.

use atlas_base::Timestamp;
use atlas_ec2::signature::{BodyDigest, RequestHead, SecretKey, SignatureError, SignedRequest};

/// What AWS signs its own examples with, and when.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW: i64 = 1_440_938_160_000_000;

/// Says whether it was signed with the secret.
pub(crate) fn check(input: &[u8]) -> bool {
    let end = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, rest) = input.split_at(end.unwrap_or(input.len()));
    let body = rest.get(2..).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n');
    let Ok(first) = core::str::from_utf8(lines.next().unwrap_or_default()) else {
        return false;
    };
    let (method, target) = first.split_once(' ').unwrap_or((first, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Vec::new();
    for line in lines {
        let at = line
            .iter()
            .position(|byte| *byte == b':')
            .unwrap_or(line.len());
        let (name, value) = line.split_at(at);
        let Ok(name) = core::str::from_utf8(name) else {
            return false;
        };
        headers.push((name, value.get(1..).unwrap_or_default()));
    }
    let head = RequestHead {
        method,
        path,
        query,
        headers: &headers,
    };
    verify(&head, body)
}

fn verify(head: &RequestHead<'_>, body: &[u8]) -> bool {
    let Some(now) = Timestamp::from_micros(NOW) else {
        return false;
    };
    let read = || SignedRequest::read(head, now);
    let signed = match read() {
        Ok(signed) => signed,
        Err(error) => {
            let message = error.to_string();
            assert!(!message.contains(char::is_control), "{message:?}");
            assert!((400..=403).contains(&error.status()), "{error}");
            let of_later = [SignatureError::UnknownKey, SignatureError::Mismatch];
            assert!(!of_later.contains(&error), "{error}");
            return false;
        }
    };
    let scope = signed.scope().to_string();
    assert!(
        scope.starts_with("20150830/") || scope.starts_with("2015082"),
        "{scope}"
    );
    assert!(scope.ends_with("/ec2/aws4_request"), "{scope}");
    let (Ok(secret), Ok(other)) = (
        SecretKey::parse(SECRET),
        SecretKey::parse(&SECRET.to_lowercase()),
    ) else {
        return false;
    };
    let digest = BodyDigest::of(body);
    let longer = BodyDigest::of(&[body, b"."].concat());
    let verified = signed.verify(digest, Some(&secret));
    for (digest, secret, expected) in [
        (digest, None, SignatureError::UnknownKey),
        (digest, Some(&other), SignatureError::Mismatch),
        (longer, Some(&secret), SignatureError::Mismatch),
    ] {
        let refused = read().and_then(|signed| signed.verify(digest, secret));
        assert_eq!(refused, Err(expected));
    }
    match verified {
        Ok(verified) => {
            assert_eq!(verified.scope.to_string(), scope);
            true
        }
        Err(error) => {
            assert_eq!(error, SignatureError::Mismatch);
            false
        }
    }
}
