//! Each refusal, and what is right beside it.

use super::{
    NOW,
    signer::{Plain, Request, Signer, hex},
    vectors::{ACCESS_KEY, SECRET},
    verify, verify_at,
};
use atlas_ec2::signature::{
    AccessKeyId, BodyDigest, Excess, MAX_HEADER_BYTES, MAX_HEADERS, MAX_PATH_BYTES,
    MAX_QUERY_BYTES, MAX_QUERY_PARAMETERS, Malformed, SecretKey, SignatureError, SigningKey,
};
use sha2::{Digest as _, Sha256};

fn signer() -> Signer {
    Signer {
        key: ACCESS_KEY.to_owned(),
        secret: SECRET.to_owned(),
        date: "20150830T123600Z".to_owned(),
        region: "eu-central-1".to_owned(),
        service: "ec2".to_owned(),
        token: None,
    }
}

fn post() -> Plain {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Plain {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: Vec::new(),
        headers: vec![
            header("Host", "localhost:8773"),
            header("Content-Type", "application/x-www-form-urlencoded"),
        ],
        body: b"Action=DescribeImages&Version=2016-11-15".to_vec(),
    }
}

fn get() -> Plain {
    let query = [
        ("Action", "DescribeImages"),
        ("Filter.1.Value.1", "a b+c&d=*~\u{fc}"),
    ];
    Plain {
        method: "GET".to_owned(),
        query: query
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        headers: vec![("host".to_owned(), "localhost:8773".to_owned())],
        body: Vec::new(),
        ..post()
    }
}

fn presigned() -> Request {
    signer().presign(&get(), "60")
}

#[track_caller]
fn refuses(request: &Request, malformed: Malformed) {
    assert_eq!(verify(request), Err(SignatureError::Incomplete(malformed)));
}

/// Changes the query of a presigned request.
#[track_caller]
fn query(from: &str, to: &str) -> Request {
    let mut request = presigned();
    let changed = request.query.replace(from, to);
    assert_ne!(changed, request.query);
    request.query = changed;
    request
}

/// Changes the Authorization header.
#[track_caller]
fn authorization(from: &str, to: &str) -> Request {
    let mut request = signer().sign(&post());
    let value = request.header("authorization");
    let changed = value.replace(from, to);
    assert_ne!(changed, value);
    request.set("authorization", Some(&changed));
    request
}

#[test]
fn e05_refuses_what_is_not_signed() {
    let mut request = signer().sign(&post());
    request.set("authorization", None);
    let refused = verify(&request).unwrap_err();
    assert_eq!(refused, SignatureError::Missing);
    assert_eq!(
        (refused.code().as_str(), refused.status()),
        ("MissingAuthenticationToken", 403)
    );
}

#[test]
fn e05_refuses_an_unknown_key_and_another_secret() {
    let stranger = Signer {
        key: "AKIDSTRANGER".to_owned(),
        ..signer()
    };
    let refused = verify(&stranger.sign(&post())).unwrap_err();
    assert_eq!(
        (refused.code().as_str(), refused.status()),
        ("AuthFailure", 401)
    );
    assert_eq!(
        verify(&stranger.presign(&get(), "60")),
        Err(SignatureError::UnknownKey)
    );

    // Not even whoever guesses what unknown keys are tried with.
    let secret = "0".repeat(40);
    let guessed = Signer {
        secret: secret.clone(),
        ..stranger
    };
    assert_eq!(
        verify(&guessed.sign(&post())),
        Err(SignatureError::UnknownKey)
    );

    let wrong = Signer { secret, ..signer() };
    let refused = verify(&wrong.sign(&post())).unwrap_err();
    assert_eq!(
        (refused.code().as_str(), refused.status()),
        ("SignatureDoesNotMatch", 403)
    );
    assert_eq!(
        verify(&wrong.presign(&get(), "60")),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn e05_holds_for_fifteen_minutes_around_the_clock() {
    let request = signer().sign(&post());
    for now in ["2015-08-30T12:21:00Z", NOW, "2015-08-30T12:51:00Z"] {
        assert!(verify_at(&request, now).is_ok(), "{now}");
    }
    let late = verify_at(&request, "2015-08-30T12:51:00.000001Z").unwrap_err();
    assert!(matches!(late, SignatureError::Expired { .. }), "{late:?}");
    assert_eq!(
        (late.code().as_str(), late.status()),
        ("RequestExpired", 400)
    );
    let early = verify_at(&request, "2015-08-30T12:20:59.999999Z").unwrap_err();
    assert!(matches!(early, SignatureError::NotYet { .. }), "{early:?}");
    assert_eq!(
        (early.code().as_str(), early.status()),
        ("RequestExpired", 400)
    );
}

#[test]
fn e05_a_presigned_url_holds_as_long_as_it_says() {
    let request = presigned();
    for now in ["2015-08-30T12:21:00Z", NOW, "2015-08-30T12:37:00Z"] {
        assert!(verify_at(&request, now).is_ok(), "{now}");
        assert!(verify_at(&request, now).is_ok(), "it may be sent again");
    }
    let late = verify_at(&request, "2015-08-30T12:37:00.000001Z").unwrap_err();
    assert!(matches!(late, SignatureError::Expired { .. }), "{late:?}");
    let early = verify_at(&request, "2015-08-30T12:20:59Z").unwrap_err();
    assert!(matches!(early, SignatureError::NotYet { .. }), "{early:?}");
    let week = signer().presign(&get(), "604800");
    assert!(verify_at(&week, "2015-09-06T12:36:00Z").is_ok());
    for seconds in [
        "0",
        "604801",
        "-1",
        "+60",
        "1e3",
        "",
        "0000060",
        "99999999999999999999",
    ] {
        refuses(&signer().presign(&get(), seconds), Malformed::Expires);
    }
}

#[test]
fn e05_a_presigned_url_may_be_posted_with_its_body() {
    let mut request = signer().presign(&post(), "60");
    assert!(verify(&request).is_ok());
    request.body.push(b'x');
    assert_eq!(verify(&request), Err(SignatureError::Mismatch));
    // A URL for GET says that there is no body.
    let mut request = presigned();
    request.body = post().body;
    assert_eq!(verify(&request), Err(SignatureError::Mismatch));
}

#[test]
fn e05_refuses_another_day_service_or_end_of_the_scope() {
    for (from, to) in [
        ("/20150830/", "/20150831/"),
        ("/ec2/", "/s3/"),
        ("/aws4_request", "/aws4"),
    ] {
        let refused = verify(&authorization(from, to)).unwrap_err();
        assert_eq!(refused, SignatureError::WrongScope, "{to}");
        assert_eq!(
            (refused.code().as_str(), refused.status()),
            ("SignatureDoesNotMatch", 403)
        );
    }
    // The region is signed with the rest.
    assert_eq!(
        verify(&authorization("eu-central-1", "eu-west-1")),
        Err(SignatureError::Mismatch)
    );
    let service = Signer {
        service: "s3".to_owned(),
        ..signer()
    };
    assert_eq!(
        verify(&service.sign(&post())),
        Err(SignatureError::WrongScope)
    );
}

#[test]
fn e05_refuses_a_credential_that_is_none() {
    for (from, to) in [
        ("AKIDEXAMPLE/", ""),
        ("AKIDEXAMPLE", ""),
        ("AKIDEXAMPLE", "AKID EXAMPLE"),
        ("AKIDEXAMPLE", "a/b"),
        ("20150830/", "2015083/"),
        ("20150830/", "2015083x/"),
        ("eu-central-1", ""),
        ("eu-central-1", "EU"),
        ("aws4_request,", "aws4_request/,"),
    ] {
        refuses(&authorization(from, to), Malformed::Credential);
    }
}

#[test]
fn e05_refuses_an_authorization_header_that_cannot_be_read() {
    for to in [
        "AWS4-HMAC-SHA1",
        "AWS4-ECDSA-P256-SHA256",
        "AWS",
        "Basic",
        "aws4-hmac-sha256",
    ] {
        refuses(&authorization("AWS4-HMAC-SHA256", to), Malformed::Algorithm);
    }
    refuses(
        &authorization("Signature=", "Other="),
        Malformed::Authorization,
    );
    refuses(
        &authorization("Signature=", "Other=1, Signature="),
        Malformed::Authorization,
    );
    refuses(
        &authorization("Signature=", ", Signature="),
        Malformed::Authorization,
    );
    refuses(
        &authorization(", Signature=", ", Signature=1, Signature="),
        Malformed::Repeated("Signature"),
    );
    for (from, name) in [
        ("Credential=", "Credential"),
        ("SignedHeaders=", "SignedHeaders"),
    ] {
        let mut request = signer().sign(&post());
        let value = request.header("authorization");
        let kept = value.split(", ").filter(|it| !it.contains(from));
        let kept: Vec<_> = kept.collect();
        let kept = kept.join(", ");
        let kept = if kept.starts_with("AWS4") {
            kept
        } else {
            format!("AWS4-HMAC-SHA256 {kept}")
        };
        request.set("authorization", Some(&kept));
        refuses(&request, Malformed::Absent(name));
    }
    // Blanks between the parts may be there or not.
    assert!(verify(&authorization(", ", ",")).is_ok());
    let mut request = signer().sign(&post());
    let value = request.header("authorization").into_bytes();
    request.headers.push(("authorization".to_owned(), value));
    refuses(&request, Malformed::Repeated("authorization"));
    let mut request = signer().sign(&post());
    request.set("authorization", Some("AWS4-HMAC-SHA256 Credential=\u{fc}"));
    refuses(&request, Malformed::Authorization);
}

#[test]
fn e05_refuses_a_signature_that_is_none() {
    let signature = |to: &str| {
        let value = signer().sign(&post()).header("authorization");
        let (_, found) = value.rsplit_once('=').unwrap();
        authorization(found, to)
    };
    let ff = "f".repeat(64);
    assert_eq!(verify(&signature(&ff)), Err(SignatureError::Mismatch));
    for to in [
        "",
        "ff",
        &"F".repeat(64),
        &"g".repeat(64),
        &"f".repeat(63),
        &"f".repeat(65),
    ] {
        refuses(&signature(to), Malformed::Signature);
    }
}

#[test]
fn e05_refuses_a_query_that_is_signed_in_part() {
    for name in [
        "Algorithm",
        "Credential",
        "Date",
        "Expires",
        "SignedHeaders",
        "Signature",
    ] {
        let mut request = presigned();
        let name = format!("X-Amz-{name}");
        let kept = request
            .query
            .split('&')
            .filter(|it| !it.starts_with(&format!("{name}=")));
        request.query = kept.collect::<Vec<_>>().join("&");
        let refused = verify(&request).unwrap_err();
        let expected = format!("the signature is incomplete: `{name}` is missing");
        assert_eq!(refused.to_string(), expected);
        let mut request = presigned();
        request.query.extend(["&", &name, "=1"]);
        let refused = verify(&request).unwrap_err();
        let expected = format!("the signature is incomplete: `{name}` is there more than once");
        assert_eq!(refused.to_string(), expected);
    }
    refuses(
        &query("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        Malformed::Algorithm,
    );
    refuses(&query("20150830T123600Z", "2015-08-30"), Malformed::Date);
    refuses(&query("DescribeImages", "%"), Malformed::Query);
    refuses(&query("DescribeImages", "%f"), Malformed::Query);
    refuses(&query("DescribeImages", "%gg"), Malformed::Query);
}

#[test]
fn e05_refuses_two_signatures_and_old_ones() {
    let mut request = presigned();
    let other = signer().sign(&post());
    request.set("authorization", Some(&other.header("authorization")));
    refuses(&request, Malformed::Twice);
    let mut request = presigned();
    request.query = "Action=DescribeImages&AWSAccessKeyId=AKIDEXAMPLE&SignatureVersion=2&\
        SignatureMethod=HmacSHA256&Signature=YQ%3D%3D"
        .to_owned();
    refuses(&request, Malformed::Algorithm);
}

#[test]
fn e05_refuses_a_date_that_is_none() {
    for date in [
        "",
        "20150830",
        "2015-08-30T12:36:00Z",
        "20151330T123600Z",
        "20150830T123600",
        "20150830t123600z",
    ] {
        let mut request = signer().sign(&post());
        request.set("x-amz-date", Some(date));
        refuses(&request, Malformed::Date);
    }
    let mut request = signer().sign(&post());
    request
        .headers
        .push(("x-amz-date".to_owned(), b"20150830T123600Z".to_vec()));
    refuses(&request, Malformed::Repeated("x-amz-date"));
    request.set("x-amz-date", None);
    refuses(&request, Malformed::Absent("X-Amz-Date"));
}

#[test]
fn e05_takes_the_date_of_http_where_amazons_is_not_there() {
    let with = |date: &str| {
        let mut request = signer().sign_undated(&post());
        request.set("date", Some(date));
        request
    };
    assert!(verify(&with("Sun, 30 Aug 2015 12:36:00 GMT")).is_ok());
    assert!(verify(&with("20150830T123600Z")).is_ok());
    assert!(verify(&with("Sun, 30 Aug 2015 12:36:00 -0000")).is_ok());
    assert!(verify(&with("Sun, 30 Aug 2015 12:36:00 +0000")).is_ok());
    assert_eq!(
        verify(&with("Sun, 30 Aug 2015 12:36:01 GMT")),
        Err(SignatureError::Mismatch)
    );
    for date in [
        "Sunday, 30-Aug-15 12:36:00 GMT",
        "Sun, 30 aug 2015 12:36:00 GMT",
        "Sun, 30 Aug 2015 12:36:00 UTC",
        "Sun, 30 Aug 2015 12:36:00 +0100",
        "Sun, 30 Aug 2015 12:36:00",
        "Son, 30 Aug 2015 12:36:00 GMT",
        "Sun, 31 Feb 2015 12:36:00 GMT",
        "Sun, 30 Aug 2015 12:36:00 GMT x",
    ] {
        refuses(&with(date), Malformed::Date);
    }
}

#[test]
fn e05_refuses_headers_that_are_not_signed() {
    let mut plain = post();
    plain.headers.retain(|(name, _)| name != "Host");
    refuses(&signer().sign(&plain), Malformed::Unsigned);
    let mut request = signer().sign(&post());
    request
        .headers
        .push(("X-Amz-Other".to_owned(), b"1".to_vec()));
    refuses(&request, Malformed::Unsigned);
    let mut request = presigned();
    request
        .headers
        .push(("x-amz-content-sha256".to_owned(), b"1".to_vec()));
    refuses(&request, Malformed::Unsigned);
    // Whatever a proxy adds is nobody's matter.
    let mut request = signer().sign(&post());
    request
        .headers
        .push(("Via".to_owned(), b"1.1 proxy".to_vec()));
    assert!(verify(&request).is_ok());
}

#[test]
fn e05_refuses_names_of_headers_that_are_no_list() {
    for to in [
        "content-type;x-amz-date;host",
        "host;host;x-amz-date",
        "Host;x-amz-date",
        "host;;x-amz-date",
        ";host",
        "",
        "host; x-amz-date",
    ] {
        refuses(
            &authorization("content-type;host;x-amz-date", to),
            Malformed::SignedHeaders,
        );
    }
    refuses(
        &authorization(
            "content-type;host;x-amz-date",
            "accept;content-type;host;x-amz-date",
        ),
        Malformed::NoSuchHeader,
    );
}

#[test]
fn e05_the_digest_of_a_body_is_not_taken_on_trust() {
    let with = |said: &str| {
        let mut plain = post();
        plain
            .headers
            .push(("X-Amz-Content-Sha256".to_owned(), said.to_owned()));
        plain
    };
    let digest = hex(&Sha256::digest(&post().body));
    assert!(verify(&signer().sign(&with(&digest))).is_ok());
    // Signed like any header, and yet not the digest.
    for said in [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "",
        &digest.to_uppercase(),
    ] {
        assert_eq!(
            verify(&signer().sign(&with(said))),
            Err(SignatureError::Mismatch),
            "{said}"
        );
    }
    let mut request = signer().sign(&with(&digest));
    request.body[0] = b'B';
    assert_eq!(verify(&request), Err(SignatureError::Mismatch));
}

#[test]
fn e05_reads_a_query_as_forms_are_read() {
    // A `+` and `%20` are both a blank, so that nobody turns the one into the other.
    assert!(verify(&query("a%20b", "a+b")).is_ok());
    assert_eq!(verify(&query("%2B", "+")), Err(SignatureError::Mismatch));
    assert!(verify(&query("%2B", "%2b")).is_ok());
    assert!(verify(&query("Action", "%41ction")).is_ok());
    assert!(verify(&query("&Filter", "&&Filter")).is_ok());
}

#[test]
fn e05_a_path_is_the_same_however_it_is_gone() {
    let signed_for = |path: &str| {
        let path = path.to_owned();
        signer().sign(&Plain { path, ..post() })
    };
    for path in ["/a/c", "/a/b/../c", "//a/./c", "/../a/b/d/../../c"] {
        let mut request = signed_for(path);
        assert!(verify(&request).is_ok(), "{path}");
        request.path = "/a/c".to_owned();
        assert!(verify(&request).is_ok(), "{path}");
        request.path = "/c".to_owned();
        assert_eq!(verify(&request), Err(SignatureError::Mismatch), "{path}");
    }
}

#[test]
fn e05_reads_no_more_than_its_limits() {
    let too_much = |request: &Request, what, limit| {
        let refused = verify(request).unwrap_err();
        assert_eq!(refused, SignatureError::TooMuch { what, limit });
        assert_eq!(
            (refused.code().as_str(), refused.status()),
            ("InvalidRequest", 400)
        );
    };
    let mut request = signer().sign(&post());
    while request.headers.len() < MAX_HEADERS {
        request.headers.push(("a".to_owned(), Vec::new()));
    }
    assert!(verify(&request).is_ok());
    request.headers.push(("a".to_owned(), Vec::new()));
    too_much(&request, Excess::Headers, MAX_HEADERS);

    let mut request = signer().sign(&post());
    let bytes: usize = request
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    request
        .headers
        .push(("a".to_owned(), vec![b'a'; MAX_HEADER_BYTES - bytes - 1]));
    assert!(verify(&request).is_ok());
    request.headers.push(("b".to_owned(), Vec::new()));
    too_much(&request, Excess::HeaderBytes, MAX_HEADER_BYTES);

    let mut plain = post();
    plain.path = format!("/{}", "a".repeat(MAX_PATH_BYTES - 1));
    assert!(verify(&signer().sign(&plain)).is_ok());
    plain.path.push('a');
    too_much(&signer().sign(&plain), Excess::PathBytes, MAX_PATH_BYTES);

    let mut request = presigned();
    request
        .query
        .push_str(&"&".repeat(MAX_QUERY_BYTES - request.query.len()));
    assert!(verify(&request).is_ok());
    request.query.push('&');
    too_much(&request, Excess::QueryBytes, MAX_QUERY_BYTES);

    let mut plain = get();
    plain.query = vec![("a".to_owned(), String::new()); MAX_QUERY_PARAMETERS - 6];
    assert!(verify(&signer().presign(&plain, "60")).is_ok());
    plain.query.push(("a".to_owned(), String::new()));
    too_much(
        &signer().presign(&plain, "60"),
        Excess::QueryParameters,
        MAX_QUERY_PARAMETERS,
    );
}

#[test]
fn e05_a_kept_key_is_as_good_as_its_secret_for_its_day_and_region() {
    let request = signer().sign(&post());
    let read = || request.read(super::moment(NOW)).unwrap();
    let secret = SecretKey::parse(SECRET).unwrap();
    let body = BodyDigest::of(&request.body);
    let key = SigningKey::derive(&secret, read().scope());
    assert!(read().verify_with(body, &key).is_ok());
    for other in [
        Signer {
            region: "eu-west-1".to_owned(),
            ..signer()
        },
        Signer {
            date: "20150831T000000Z".to_owned(),
            ..signer()
        },
    ] {
        let request = other.sign(&post());
        let read = request.read(super::moment("2015-08-30T23:59:00Z"));
        let read = read.or_else(|_| request.read(super::moment(NOW))).unwrap();
        assert_eq!(read.verify_with(body, &key), Err(SignatureError::Mismatch));
    }
}

#[test]
fn secrets_are_not_shown() {
    let secret = SecretKey::parse(SECRET).unwrap();
    let request = signer().sign(&post());
    let read = request.read(super::moment(NOW)).unwrap();
    let key = SigningKey::derive(&secret, read.scope());
    let shown = format!("{secret:?} {key:?} {read:?}");
    let (_, signature) = shown.split_once("SignedRequest").unwrap();
    assert!(
        !shown.contains(SECRET) && !signature.contains("signature"),
        "{shown}"
    );
    assert!(
        shown.starts_with("SecretKey(..) SigningKey(..) "),
        "{shown}"
    );
    for (text, at) in [
        ("short", 5),
        ("", 0),
        (&*"a".repeat(257), 256),
        ("0123456789abcdef \u{fc}", 16),
    ] {
        let refused = SecretKey::parse(text).unwrap_err();
        assert_eq!(refused.at(), at, "{text}");
        assert!(
            text.is_empty() || !refused.to_string().contains(text),
            "{refused}"
        );
    }
}

#[test]
fn ids_of_access_keys_are_words() {
    for text in ["AKIDEXAMPLE", "test", "a.b-c_d", &"a".repeat(128)] {
        assert_eq!(AccessKeyId::parse(text).unwrap().to_string(), text);
        assert_eq!(text.parse::<AccessKeyId>().unwrap().as_str(), text);
    }
    for (text, at) in [
        ("", 0),
        ("a b", 1),
        ("ab/", 2),
        (&*"a".repeat(129), 128),
        ("\u{fc}", 0),
    ] {
        assert_eq!(AccessKeyId::parse(text).unwrap_err().at(), at, "{text}");
    }
}
