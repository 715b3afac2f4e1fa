//! What AWS publishes.

use super::{
    signer::{Plain, Request, Signer, hex},
    vectors::{ACCESS_KEY, SECRET, Token, VECTORS, Vector},
    verify,
};
use atlas_ec2::signature::{Malformed, SignatureError, SignatureForm};
use sha2::{Digest as _, Sha256};

fn signer(vector: &Vector, service: &str) -> Signer {
    Signer {
        key: ACCESS_KEY.to_owned(),
        secret: SECRET.to_owned(),
        date: "20150830T123600Z".to_owned(),
        region: "us-east-1".to_owned(),
        service: service.to_owned(),
        token: match vector.token {
            Token::Signed(token) => Some(token.to_owned()),
            Token::None | Token::Unsigned => None,
        },
    }
}

fn plain(vector: &Vector) -> Plain {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Plain {
        method: vector.method.to_owned(),
        path: vector.path.to_owned(),
        query: vector.query.iter().map(owned).collect(),
        headers: vector.headers.iter().map(owned).collect(),
        body: vector.body.as_bytes().to_vec(),
    }
}

/// The suite names the digest of a body where there is one, in the headers alone.
fn with_digest(vector: &Vector) -> Plain {
    let mut plain = plain(vector);
    if !vector.body.is_empty() {
        let digest = hex(&Sha256::digest(vector.body));
        plain
            .headers
            .push(("X-Amz-Content-Sha256".to_owned(), digest));
    }
    plain
}

#[test]
fn e05_what_aws_publishes_is_what_is_signed_and_accepted() {
    for vector in VECTORS {
        let published = signer(vector, "service");
        let request = published.sign(&with_digest(vector));
        let authorization = request.header("authorization");
        assert!(
            authorization.ends_with(vector.header),
            "{}: {authorization}",
            vector.name
        );
        let request = published.presign(&plain(vector), "3600");
        assert!(
            request.query.ends_with(vector.presigned),
            "{}: {}",
            vector.name,
            request.query
        );
        assert_eq!(verify(&request), Err(SignatureError::WrongScope));

        let ours = signer(vector, "ec2");
        let verified = verify(&ours.sign(&with_digest(vector))).unwrap();
        assert_eq!(
            verified.access_key_id.as_str(),
            ACCESS_KEY,
            "{}",
            vector.name
        );
        assert_eq!(verified.scope.region(), "us-east-1");
        assert_eq!(verified.form, SignatureForm::Header);
        assert_eq!(verified.session_token, ours.token);
        let verified = verify(&ours.presign(&plain(vector), "3600")).unwrap();
        assert_eq!(verified.form, SignatureForm::Query, "{}", vector.name);
        assert_eq!(verified.session_token, ours.token);
    }
}

/// AWS lets some services have the token added after signing; here it is signed like all that is AWS's.
#[test]
fn e05_refuses_a_session_token_that_is_added_after_signing() {
    let vector = VECTORS
        .iter()
        .find(|it| it.token == Token::Unsigned)
        .unwrap();
    let ours = signer(vector, "ec2");
    let mut request: Request = ours.sign(&plain(vector));
    request.set("X-Amz-Security-Token", Some("AQoDYXdzEPT"));
    let refused = SignatureError::Incomplete(Malformed::Unsigned);
    assert_eq!(verify(&request), Err(refused));
    let mut request = ours.presign(&plain(vector), "3600");
    request.query.push_str("&X-Amz-Security-Token=AQoDYXdzEPT");
    assert_eq!(verify(&request), Err(SignatureError::Mismatch));
}
