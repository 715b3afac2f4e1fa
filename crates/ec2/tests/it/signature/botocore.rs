//! The library that most clients of EC2 sign with.

use super::{
    moment,
    signer::Request,
    vectors::{ACCESS_KEY, SECRET},
    verify_at,
};
use atlas_ec2::signature::{SignatureError, SignatureForm};
use serde_json::Value;

const COUNT: usize = 300;

fn request(line: &str) -> Request {
    let said: Value = serde_json::from_str(line).unwrap();
    let url = said["url"].as_str().unwrap();
    let (_, rest) = url.split_once("://").unwrap();
    let rest = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers = said["headers"].as_array().unwrap().iter();
    let bytes = said["body"].as_array().unwrap().iter();
    Request {
        method: text(&said["method"]),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers
            .map(|it| (text(&it[0]), text(&it[1]).into_bytes()))
            .collect(),
        body: bytes
            .map(|it| u8::try_from(it.as_u64().unwrap()).unwrap())
            .collect(),
    }
}

/// The time at which a request was signed, and where it says so.
fn signed_at(request: &Request) -> String {
    let of_query = request
        .query
        .split('&')
        .find_map(|it| it.strip_prefix("X-Amz-Date="));
    let of_header = || {
        let mut headers = request.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-date"));
        found.map(|(_, value)| String::from_utf8(value.clone()).unwrap())
    };
    let basic = of_query.map(str::to_owned).or_else(of_header);
    let Some(basic) = basic else {
        // `Date: Sun, 30 Aug 2015 12:36:00 GMT` is read by the verifier; the day is in the credential.
        let value = request.header("date");
        let day = request.header("authorization");
        let (_, day) = day.split_once('/').unwrap();
        let time = value.split(' ').nth(4).unwrap();
        return format!("{}-{}-{}T{time}Z", &day[..4], &day[4..6], &day[6..8]);
    };
    let (day, time) = basic.split_once('T').unwrap();
    let (day, time) = (
        (&day[..4], &day[4..6], &day[6..]),
        (&time[..2], &time[2..4], &time[4..6]),
    );
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        day.0, day.1, day.2, time.0, time.1, time.2
    )
}

#[test]
fn e05_what_botocore_signs_is_accepted_and_nothing_else() {
    let mut python = atlas_test_servers::python_with_packages().unwrap();
    python.args([
        "-c",
        include_str!("botocore.py"),
        ACCESS_KEY,
        SECRET,
        &COUNT.to_string(),
    ]);
    let ran = python.output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let lines = String::from_utf8(ran.stdout).unwrap();
    let (mut forms, mut tokens, mut dates) = ([0, 0], 0, 0);
    for line in lines.lines() {
        let signed = request(line);
        let now = signed_at(&signed);
        moment(&now);
        let verified = verify_at(&signed, &now);
        let verified = verified.unwrap_or_else(|error| panic!("{error}: {line}"));
        forms[usize::from(verified.form == SignatureForm::Query)] += 1;
        tokens += usize::from(verified.session_token.is_some());
        dates += usize::from(signed.headers.iter().any(|(name, _)| name == "Date"));

        let mut other = signed.clone();
        other.body.push(b'x');
        assert_eq!(
            verify_at(&other, &now),
            Err(SignatureError::Mismatch),
            "{line}"
        );
        let mut other = signed.clone();
        other.query.push_str("&DryRun=true");
        assert_eq!(
            verify_at(&other, &now),
            Err(SignatureError::Mismatch),
            "{line}"
        );
        let mut other = signed;
        other.set("host", Some("elsewhere"));
        assert_eq!(
            verify_at(&other, &now),
            Err(SignatureError::Mismatch),
            "{line}"
        );
    }
    assert_eq!(forms, [COUNT / 3 * 2 + 3, COUNT / 3 + 3]);
    assert!(tokens > COUNT / 4 && dates > COUNT / 30, "{tokens} {dates}");
}
