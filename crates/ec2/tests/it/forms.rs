//! Query strings and forms.

use crate::{form, refusal, request};
use atlas_ec2::{Form, FormLimits};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut into, byte| {
        match byte {
            b'a'..=b'z' | b'.' => into.push(char::from(byte)),
            b' ' => into.push('+'),
            other => into.push_str(&format!("%{other:02X}")),
        }
        into
    })
}

proptest! {
    #[test]
    fn e01_forms_say_what_was_meant(
        pairs in prop::collection::btree_map("[a-zA-Z]{1,8}(\\.[1-9]){0,2}", "[ -~äß𝄞\n&=%+]{0,20}", 0..8),
    ) {
        // A name that is a value and has others below it is refused by no form, only by an action.
        let half = pairs.len() / 2;
        let text = |pairs: &mut dyn Iterator<Item = (&String, &String)>| {
            let pairs: Vec<_> = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
            pairs.join("&")
        };
        let query = text(&mut pairs.iter().take(half));
        let body = text(&mut pairs.iter().skip(half));
        let read = Form::parse(&query, body.as_bytes(), &FormLimits::default()).unwrap();
        let found: BTreeMap<_, _> = read.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(found, pairs);
    }

    #[test]
    fn e01_no_form_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Form::parse("", &bytes, &FormLimits::default()).map(|form| atlas_ec2::Request::parse(&form));
    }
}

#[test]
fn e01_lists_are_in_the_order_of_their_numbers_and_may_have_gaps() {
    let query = "Action=DescribeRegions&RegionName.10=c&RegionName.2=b&RegionName.1=a";
    let action = request(query).unwrap().action;
    let atlas_ec2::Action::DescribeRegions(ask) = action else {
        panic!()
    };
    assert_eq!(ask.region_names, ["a", "b", "c"]);
}

#[test]
fn e01_what_no_form_can_be_is_refused_with_its_reason() {
    let long = format!("a={}", "x".repeat(200_000));
    let deep = format!("Action=x&{}=1", ["a"; 11].join("."));
    let name = format!("{}=1", "a".repeat(300));
    let texts = [
        "a=%zz",
        "a=%4",
        "a=%ff",
        "a=%00",
        "a=%0b",
        "a=%ef%bf%be",
        "a=1&a=2",
        "a..b=1",
        ".a=1",
        "=1",
        "a.0=1",
        "a.01=1",
        "a.10001=1",
        "a.1b=1",
        "a.99999999999=1",
        &long,
        &deep,
        &name,
    ];
    let found = texts.map(|text| {
        let shown: String = text.chars().take(40).collect();
        format!("{shown}\n    {}", form(text).unwrap_err())
    });
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn e01_the_whole_is_bounded() {
    let mut limits = FormLimits::default();
    limits.bytes = 10;
    let error = Form::parse("a=12345", b"b=12", &limits).unwrap_err();
    assert_eq!(
        (error.status(), error.code().as_str()),
        (413, "RequestEntityTooLarge")
    );
    assert!(Form::parse("a=12345", b"b=1", &limits).is_ok());
    limits = FormLimits::default();
    limits.parameters = 1;
    assert!(Form::parse("a=1", b"", &limits).is_ok());
    assert!(Form::parse("a=1", b"b=1", &limits).is_err());
}

#[test]
fn e01_what_was_never_asked_for_is_named() {
    let unknown = "UnknownParameter: The parameter X is not recognized";
    let cases = [
        ("Action=DescribeImages&Colour=red", "Colour"),
        ("Action=DeregisterImage&ImagId=ami-1", "ImagId"),
        ("Action=DescribeImages&Filter.1.Title=a", "Filter.1.Title"),
        ("Action=DescribeImages&Filter.Name=a", "Filter.Name"),
        ("Action=DescribeImages&ImageId=ami-1", "ImageId"),
        ("Action=DescribeImages&MaxResults.1=1", "MaxResults.1"),
        ("Action=DescribeImages&DryRun.x=1", "DryRun.x"),
        (
            "Action=DescribeImages&Filter.1.Value.1.2=a",
            "Filter.1.Value.1.2",
        ),
    ];
    for (query, name) in cases {
        assert_eq!(refusal(query), unknown.replace('X', name), "{query}");
    }
}
