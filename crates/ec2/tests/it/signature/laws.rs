//! What holds of every request.

use super::{
    signer::{Plain, Request, Signer},
    vectors::{ACCESS_KEY, SECRET},
    verify,
};
use atlas_ec2::signature::SignatureError;
use proptest::{
    collection::{SizeRange, vec},
    prelude::*,
    sample::Index,
    strategy::Union,
};

fn signer() -> impl Strategy<Value = Signer> {
    let token = proptest::option::of("[A-Za-z0-9+/=]{1,40}");
    ("[a-z]{2}-[a-z]{4,9}-[1-9]", token).prop_map(|(region, token)| Signer {
        key: ACCESS_KEY.to_owned(),
        secret: SECRET.to_owned(),
        date: "20150830T123600Z".to_owned(),
        region,
        service: "ec2".to_owned(),
        token,
    })
}

fn pairs(
    name: &'static str,
    value: &'static str,
    size: impl Into<SizeRange>,
) -> BoxedStrategy<Vec<(String, String)>> {
    vec((name, value), size).boxed()
}

fn plain() -> impl Strategy<Value = Plain> {
    let method = prop_oneof![Just("GET"), Just("POST")];
    let path = prop_oneof![Just("/".to_owned()), "(/[a-z.~ %\u{fc}]{0,4}){1,4}"];
    let query = pairs("[A-Z][A-Za-z.0-9]{0,9}", "\\PC{0,12}", 0..6);
    let headers = pairs("[a-wyz][a-z-]{0,5}", "[ -~]{0,12}", 0..4);
    let body = vec(any::<u8>(), 0..40);
    (method, path, query, headers, body).prop_map(|(method, path, query, mut headers, body)| {
        // These say something of their own.
        let own = ["host", "date"];
        headers.retain(|(name, _)| !own.contains(&name.as_str()));
        headers.push(("Host".to_owned(), "localhost:8773".to_owned()));
        Plain {
            method: method.to_owned(),
            path,
            query,
            headers,
            body,
        }
    })
}

/// Something else at a place of what was signed.
#[derive(Debug, Clone)]
enum Change {
    Method,
    Path(Index, char),
    Query(Index, char),
    NewParameter,
    Header(Index, Index, u8),
    Body(Index, u8),
    LongerBody,
}

fn change() -> impl Strategy<Value = Change> {
    let any_index = any::<Index>;
    Union::new([
        Just(Change::Method).boxed(),
        Just(Change::NewParameter).boxed(),
        Just(Change::LongerBody).boxed(),
        (any_index(), proptest::char::range('a', 'z'))
            .prop_map(|(at, to)| Change::Path(at, to))
            .boxed(),
        (any_index(), proptest::char::range('a', 'z'))
            .prop_map(|(at, to)| Change::Query(at, to))
            .boxed(),
        (any_index(), any_index(), b'a'..=b'z')
            .prop_map(|(which, at, to)| Change::Header(which, at, to))
            .boxed(),
        (any_index(), any::<u8>())
            .prop_map(|(at, to)| Change::Body(at, to))
            .boxed(),
    ])
}

fn replaced(text: &str, at: Index, to: char) -> String {
    let mut all: Vec<char> = text.chars().collect();
    if all.is_empty() {
        return text.to_owned();
    }
    let at = at.index(all.len());
    all[at] = to;
    all.into_iter().collect()
}

fn changed(mut request: Request, change: &Change) -> Request {
    match *change {
        Change::Method => {
            let other = if request.method == "GET" {
                "POST"
            } else {
                "GET"
            };
            other.clone_into(&mut request.method);
        }
        Change::Path(at, to) => request.path = replaced(&request.path, at, to),
        Change::Query(at, to) => request.query = replaced(&request.query, at, to),
        Change::NewParameter => request.query.push_str("&DryRun=true"),
        Change::LongerBody => request.body.push(0),
        Change::Header(which, at, to) => {
            let which = which.index(request.headers.len());
            let value = &mut request.headers[which].1;
            if !value.is_empty() {
                let at = at.index(value.len());
                value[at] = to;
            }
        }
        Change::Body(at, to) => {
            if !request.body.is_empty() {
                let at = at.index(request.body.len());
                request.body[at] = to;
            }
        }
    }
    request
}

/// What a request means: changes that leave it as it is are none.
fn meaning(request: &Request) -> (String, Vec<(String, String)>, Vec<u8>) {
    let mut query: Vec<_> = request
        .query
        .split('&')
        .filter(|it| !it.is_empty())
        .map(decoded)
        .collect();
    query.sort();
    let headers = request.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value);
        let words: Vec<_> = value.split_whitespace().collect();
        (name.to_lowercase(), words.join(" "))
    });
    let mut path: Vec<&str> = Vec::new();
    for part in request
        .path
        .split('/')
        .filter(|it| !it.is_empty() && *it != ".")
    {
        if part == ".." {
            path.pop();
        } else {
            path.push(part);
        }
    }
    let slash = if request.path.ends_with('/') && !path.is_empty() {
        "/"
    } else {
        ""
    };
    let line = format!("{} {}{slash} {query:?}", request.method, path.join("/"));
    (line, headers.collect(), request.body.clone())
}

fn decoded(pair: &str) -> Vec<u8> {
    let bytes = pair.as_bytes();
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|it| core::str::from_utf8(it).ok());
        match hex.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                all.push(byte);
                at += 3;
            }
            _ => {
                all.push(bytes[at]);
                at += 1;
            }
        }
    }
    all
}

proptest! {
    #[test]
    fn e05_what_is_signed_is_accepted_and_nothing_else(
        signer in signer(),
        plain in plain(),
        is_presigned in any::<bool>(),
        change in change(),
    ) {
        let signed = if is_presigned { signer.presign(&plain, "60") } else { signer.sign(&plain) };
        let verified = verify(&signed);
        let verified = verified.map_err(|error| TestCaseError::fail(format!("{error}: {signed:?}")))?;
        prop_assert_eq!(verified.scope.region(), &signer.region);
        prop_assert_eq!(&verified.session_token, &signer.token);

        let other = changed(signed.clone(), &change);
        if meaning(&other) == meaning(&signed) {
            prop_assert_eq!(verify(&other), Ok(verified));
        } else {
            let refused = verify(&other);
            prop_assert!(refused.is_err(), "{:?} became {:?}", signed, other);
            prop_assert!(refused != Err(SignatureError::Missing));
        }
    }

    #[test]
    fn e05_every_bit_of_a_signature_counts(signer in signer(), plain in plain(), at in 0_usize..256) {
        let mut signed = signer.sign(&plain);
        let value = signed.header("authorization");
        let (head, signature) = value.rsplit_once('=').unwrap();
        let mut digits: Vec<u32> = signature.chars().map(|it| it.to_digit(16).unwrap()).collect();
        digits[at / 4] ^= 1 << (at % 4);
        let signature: String = digits.iter().map(|it| char::from_digit(*it, 16).unwrap()).collect();
        signed.set("authorization", Some(&format!("{head}={signature}")));
        prop_assert_eq!(verify(&signed), Err(SignatureError::Mismatch));
    }
}
