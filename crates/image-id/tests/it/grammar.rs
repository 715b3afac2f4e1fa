//! The hand-written scanners against the same grammar as regular expressions: two implementations,
//! one verdict.

use atlas_image_id::{AmiId, AwsRegion, Cloud, GceProject, ImageId, SsmPointer};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use regex::Regex;

/// One part of a grammar: its name, the pattern, the scanner, and an alphabet dense in near misses.
type Part = (&'static str, &'static str, fn(&str) -> bool, &'static str);

const PARTS: &[Part] = &[
    (
        "AMI",
        r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})",
        |text| AmiId::parse(text).is_ok(),
        "ami-[0-9a-fA-Fg-]{7,9}|ami-[0-9a-f]{16,18}|ami-[0-9a-f]{31,33}|[ami-]{3,5}[0-9a-f]{8}",
    ),
    (
        "AWS region, by the SDK's patterns",
        r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[1-9][0-9]{0,2}|cn-[a-z]+-[1-9][0-9]{0,2}|us-(?:gov|iso|isob|isof)-[a-z]+-[1-9][0-9]{0,2}|eu-isoe-[a-z]+-[1-9][0-9]{0,2}|eusc-de-[a-z]+-[1-9][0-9]{0,2}",
        |text| AwsRegion::parse(text).is_ok() || is_partition_as_area(text),
        "(us|eu|cn|eusc|us-gov|eu-isoe|eusc-de|zz)-(east|west|e1|)-?[0-9]{0,2}[a-z]?",
    ),
    (
        "GCE project, by the discovery document",
        r"(?:(?:[-a-z0-9]{1,63}\.)*(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?):)?(?:[0-9]{1,19}|(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?))",
        |text| GceProject::parse(text).is_ok(),
        "[a-c0-2.:-]{0,8}|[a-c0-2:-]{60,66}|([a-z1-]{0,2}\\.){0,2}[a-z1-]{0,3}:[a-z0-9-]{0,3}",
    ),
    (
        "GCE image, by the discovery document",
        r"projects/p/global/images/(?:family/[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|[1-9][0-9]{0,19})",
        |text| ImageId::parse(Cloud::Gcp, text).is_ok(),
        "projects/p/global/images/(family/?)?([a-c0-2A._-]{0,5}|[0-9]{18,22}|[a-z]{62,64})",
    ),
    (
        "UUID",
        r"(?i)(?:urn:uuid:)?(?:U|H)|\{(?:U|H)\}",
        |text| ImageId::parse(Cloud::OpenStack, text).is_ok(),
        "(urn:uuid:|\\{|)([0-9a-gA-F]{7,9}(-?[0-9a-f]{4}){3}-?[0-9a-f]{11,13}|[0-9a-f]{31,33})\\}?",
    ),
    (
        "moref",
        r"(?:VirtualMachine:)?vm-[0-9]{1,19}",
        |text| ImageId::parse(Cloud::Vmware, text).is_ok(),
        "(VirtualMachine:|Vm:)?(vm|Vm)-?[0-9a]{0,3}|vm-[0-9]{18,20}",
    ),
    (
        "SSM parameter",
        r"resolve:ssm:(?:[A-Za-z0-9_.-]+|(?:/[A-Za-z0-9_.-]+){1,15})(?::[1-9][0-9]{0,5})?",
        |text| SsmPointer::parse(text).is_ok(),
        "resolve:ssm:[ab_./-]{0,6}(:[0-9]{0,2})?|resolve:ssm:(/a){14,16}",
    ),
];

/// Ours is stricter: the SDK's pattern for `us-` reads `us-gov-1` as an area named `gov`.
fn is_partition_as_area(text: &str) -> bool {
    let number = text
        .strip_prefix("us-gov-")
        .or(text.strip_prefix("eu-isoe-"));
    number.is_some_and(|number| {
        number.starts_with(|first| matches!(first, '1'..='9'))
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The pattern over the whole text, ASCII only, with the two shapes of a UUID spelled out.
fn whole(pattern: &str) -> Regex {
    let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let pattern = pattern.replace("(?:U|H)", &format!("(?:{uuid}|[0-9a-f]{{32}})"));
    Regex::new(&format!(r"(?-u)\A(?:{pattern})\z")).unwrap()
}

#[test]
fn scanners_and_patterns_agree() {
    for (part, pattern, scan, near) in PARTS {
        let pattern = whole(pattern);
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::default()
        });
        let near = proptest::string::string_regex(near).unwrap();
        let law = |text: String| {
            prop_assert_eq!(scan(&text), pattern.is_match(&text), "{}: {:?}", part, text);
            Ok(())
        };
        if let Err(error) = runner.run(&near, law) {
            panic!("{error}");
        }
    }
}
