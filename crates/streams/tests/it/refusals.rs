//! Every refusal, with its words and those of its sources.

use crate::support::{parse, with_images, words};
use atlas_streams::{Limits, StreamError};
use std::error::Error;

fn aws(region: &str, entry: &str) -> String {
    with_images(&format!(
        r#"{{"aws": {{"regions": {{"{region}": {entry}}}}}}}"#
    ))
}

fn ami(id: &str) -> String {
    aws(
        "us-east-1",
        &format!(r#"{{"release": "1", "image": "{id}"}}"#),
    )
}

fn gcp(project: &str, name: &str) -> String {
    let parts = format!(r#""release": "1", "project": "{project}", "name": "{name}""#);
    with_images(&format!(r#"{{"gcp": {{{parts}}}}}"#))
}

/// What is given in a few words, and the text.
type Inputs = Vec<(&'static str, String)>;

const ONE: &str = r#"{"release": "1", "image": "ami-0123456789abcdef0"}"#;

fn bad_inputs() -> Inputs {
    [
        bad_texts(),
        bad_shapes(),
        bad_regions(),
        bad_amis(),
        bad_others(),
    ]
    .concat()
}

fn bad_texts() -> Inputs {
    let good = ami("ami-0123456789abcdef0");
    vec![
        ("nothing", String::new()),
        ("blanks", " \n\t ".into()),
        ("null", "null".into()),
        ("a list", "[]".into()),
        ("a text", r#""stable""#.into()),
        ("an empty object", "{}".into()),
        (
            "other keys",
            r#"{"releases": [], "b`c": 1, "stable": {}, "d": 1, "e": 1, "f": 1}"#.into(),
        ),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("cut in the middle", good[..good.len() / 2].into()),
        ("cut at the last brace", good[..good.len() - 1].into()),
        ("cut inside a text", r#"{"stream": "sta"#.into()),
        ("two documents", good.repeat(2)),
        ("a comma too many", r#"{"stream": "stable",}"#.into()),
        ("a comment", "// a comment\n{}".into()),
        ("a page of HTML", "<!DOCTYPE html><html></html>".into()),
        (
            "a raw line end in a text",
            "{\"stream\": \"sta\nble\"}".into(),
        ),
        ("half a surrogate pair", r#"{"stream": "\ud800"}"#.into()),
        ("a number out of range", r#"{"stream": 1e999}"#.into()),
    ]
}

fn bad_shapes() -> Inputs {
    let good = ami("ami-0123456789abcdef0");
    let date = |date: &str| good.replace("2026-07-21T14:07:12Z", date);
    let twice = format!(r#"{{"aws": {{"regions": {{"us-east-1": {ONE}, "us-east-1": {ONE}}}}}}}"#);
    vec![
        ("a region twice", with_images(&twice)),
        (
            "a key twice at the top",
            r#"{"stream": "a", "stream": "a"}"#.into(),
        ),
        (
            "a key twice, once escaped",
            r#"{"stream": "a", "str\u0065am": "a"}"#.into(),
        ),
        (
            "a key twice in what is not read",
            good.replace(
                "{\"images",
                "{\"artifacts\": {\"a b\": [{\"x\": 1, \"x\": 2}]}, \"images",
            ),
        ),
        ("no stream", r#"{"architectures": {}}"#.into()),
        ("no architectures", r#"{"stream": "stable"}"#.into()),
        (
            "the stream a number",
            r#"{"stream": 4.5, "architectures": {}}"#.into(),
        ),
        (
            "the stream in capitals",
            r#"{"stream": "Stable", "architectures": {}}"#.into(),
        ),
        (
            "the stream empty",
            r#"{"stream": "", "architectures": {}}"#.into(),
        ),
        (
            "the stream very long",
            format!(
                r#"{{"stream": "{}", "architectures": {{}}}}"#,
                "s".repeat(500)
            ),
        ),
        (
            "the generator with a control character",
            good.replace("{\"last", "{\"generator\": \"a\\u0007b\", \"last"),
        ),
        (
            "metadata a list",
            r#"{"stream": "stable", "metadata": [], "architectures": {}}"#.into(),
        ),
        ("a date without a time", date("2026-07-21")),
        ("a date that is none", date("2026-02-30T00:00:00Z")),
        (
            "architectures a list",
            r#"{"stream": "stable", "architectures": ["x86_64"]}"#.into(),
        ),
        (
            "an architecture with a blank",
            r#"{"stream": "stable", "architectures": {"x86 64": {}}}"#.into(),
        ),
        (
            "an architecture null",
            r#"{"stream": "stable", "architectures": {"x86_64": null}}"#.into(),
        ),
    ]
}

fn bad_regions() -> Inputs {
    vec![
        ("aws without regions", with_images(r#"{"aws": {}}"#)),
        (
            "regions a list",
            with_images(r#"{"aws": {"regions": ["us-east-1", "us-east-2"]}}"#),
        ),
        (
            "a region that is only an AMI",
            aws("us-east-1", r#""ami-0123456789abcdef0""#),
        ),
        ("a zone", aws("us-east-1a", ONE)),
        ("no region", aws("moon-east-1", ONE)),
        ("a region in capitals", aws("US-EAST-1", ONE)),
        ("an empty region", aws("", ONE)),
        (
            "a region with a line end and a quote",
            aws(r#"us-\"east`\n1"#, ONE),
        ),
    ]
}

fn bad_amis() -> Inputs {
    vec![
        (
            "no release",
            aws("us-east-1", r#"{"image": "ami-0123456789abcdef0"}"#),
        ),
        (
            "the release true",
            aws(
                "us-east-1",
                r#"{"release": true, "image": "ami-0123456789abcdef0"}"#,
            ),
        ),
        (
            "the release with a slash",
            aws(
                "us-east-1",
                r#"{"release": "44/1", "image": "ami-0123456789abcdef0"}"#,
            ),
        ),
        ("no image", aws("us-east-1", r#"{"release": "1"}"#)),
        (
            "the image a number",
            aws("us-east-1", r#"{"release": "1", "image": 12345678}"#),
        ),
        (
            "the image an object",
            aws(
                "us-east-1",
                r#"{"release": "1", "image": {"id": "ami-0123456789abcdef0"}}"#,
            ),
        ),
        ("an AMI of 16 digits", ami("ami-0123456789abcdef")),
        ("an AMI with a letter", ami("ami-0123456789abcdefg")),
        ("an AMI in capitals", ami("AMI-0123456789ABCDEF0")),
        ("an AMI with a blank", ami("ami-0123456789abcdef0 ")),
        ("an empty AMI", ami("")),
        ("a kernel", ami("aki-01234567")),
        ("a parameter", ami("resolve:ssm:/aws/service/x")),
        (
            "a URL with a signature",
            ami("https://example.com/a?sig=SECRET"),
        ),
    ]
}

fn bad_others() -> Inputs {
    vec![
        (
            "gcp without a project",
            with_images(r#"{"gcp": {"release": "1", "name": "a"}}"#),
        ),
        (
            "gcp without any release",
            with_images(r#"{"gcp": {"project": "fedora-coreos-cloud", "name": "a"}}"#),
        ),
        ("a project in capitals", gcp("Fedora", "a")),
        ("a project that is a path", gcp("p1/global/images/a", "b")),
        ("a name in capitals", gcp("fedora-coreos-cloud", "A")),
        (
            "a name that is a family",
            gcp("fedora-coreos-cloud", "family/a"),
        ),
        (
            "the family with a dot",
            with_images(
                r#"{"gcp": {"release": "1", "project": "fedora-coreos-cloud", "name": "a", "family": "b.c"}}"#,
            ),
        ),
        (
            "rhcos without amis",
            r#"{"buildid": "43.81.20191028.2"}"#.into(),
        ),
        ("rhcos without a build id", r#"{"amis": {}}"#.into()),
        (
            "rhcos without an AMI",
            r#"{"buildid": "1", "amis": {"us-east-1": {}}}"#.into(),
        ),
        (
            "rhcos with a bad AMI",
            r#"{"buildid": "1", "amis": {"us-east-1": {"hvm": "ami-1"}}}"#.into(),
        ),
    ]
}

#[test]
fn every_refusal_names_its_place_the_value_and_what_is_allowed() {
    let mut table = String::new();
    for (what, text) in bad_inputs() {
        let error = parse(&text)
            .map(|parsed| panic!("{what}: {parsed:?}"))
            .unwrap_err();
        let text = words(&error);
        assert_eq!(error.source().is_some(), text.contains("\n  because"));
        assert!(!text.contains("SECRET"), "{text}");
        assert!(
            !error.to_string().contains('\n') && !error.to_string().ends_with('.'),
            "{error}"
        );
        table += &format!("{what}\n  {}\n", text.replace('\n', "\n  "));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn refuses_what_is_not_utf_8_and_says_where() {
    let mut text = br#"{"stream": "#.to_vec();
    let at = text.len() + 1;
    text.extend(b"\"\xff\"}");
    let error = parse(&text).unwrap_err();
    assert_eq!(error, StreamError::NotUtf8 { at });
    insta::assert_snapshot!(error, @"byte 12 of the document is not UTF-8 text; fetch it again, or unpack it first");
    let packed = parse(b"\x1f\x8b\x08\x00\x00").unwrap_err();
    assert_eq!(packed, StreamError::NotUtf8 { at: 1 });
}

#[test]
fn the_words_of_the_limits() {
    let mut limits = Limits::default();
    (limits.bytes, limits.depth, limits.values) = (60, 2, 4);
    let text = |text: &str| {
        atlas_streams::parse(text.as_bytes(), &limits)
            .unwrap_err()
            .to_string()
    };
    let words = [
        text(&"[".repeat(61)),
        text(r#"{"a": [0, {"b": 1}]}"#),
        text(r#"{"a": [0, 1, 2]}"#),
    ];
    insta::assert_snapshot!(words.join("\n"));
}

#[test]
fn refuses_every_truncated_prefix_of_a_document() {
    let text = ami("ami-0123456789abcdef0");
    assert!(parse(&text).is_ok());
    for end in 1..text.len() {
        let error = parse(&text[..end]).unwrap_err();
        assert!(
            matches!(error, StreamError::Truncated { .. }),
            "{end}: {error}"
        );
    }
}
