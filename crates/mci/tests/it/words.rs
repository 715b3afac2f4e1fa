use atlas_mci::{Description, InstanceType, ParseDescriptionError, ParseInstanceTypeError};
use atlas_testkit::mci::{description, instance_type};
use core::fmt::{Debug, Display};
use proptest::prelude::*;

fn refusals<T: Debug, E: Display>(
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, E>,
    at: impl Fn(&E) -> usize,
) -> String {
    let line = |text: &&str| {
        let error = parse(text).unwrap_err();
        format!("{:>4} {error}", at(&error))
    };
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn describes_in_up_to_4096_characters() {
    let long = "é".repeat(4097);
    let both = "x".repeat(4097) + "\0";
    insta::assert_snapshot!(
        refusals(&["a\0b", "a\r\nb", &long, &both], Description::parse, ParseDescriptionError::at),
        @r"
       1 `a\u{0}b` is no description: it holds a control character, at byte 1
       1 `a\r\nb` is no description: it holds a control character, at byte 1
    8192 `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no description: it has more than 4096 characters, at byte 8192
    4096 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no description: it has more than 4096 characters, at byte 4096
    "
    );
    for good in ["", " ", "two\nlines\tand a tab", &"é".repeat(4096)] {
        assert_eq!(Description::parse(good).unwrap().as_str(), good);
    }
    assert_eq!(Description::default().as_str(), "");
}

#[test]
fn m03_an_instance_type_is_one_word() {
    let long = "x".repeat(65);
    let (both, blank) = ("x".repeat(65) + " ", "x".repeat(64) + " ");
    insta::assert_snapshot!(
        refusals(&["", " ", "m7i large", "m7i.large ", "é", &long, &both, &blank], InstanceType::parse, ParseInstanceTypeError::at),
        @"
     0 `` is no instance type: it is empty, at byte 0
     0 ` ` is no instance type: it holds something else than visible ASCII, at byte 0
     3 `m7i large` is no instance type: it holds something else than visible ASCII, at byte 3
     9 `m7i.large ` is no instance type: it holds something else than visible ASCII, at byte 9
     0 `é` is no instance type: it holds something else than visible ASCII, at byte 0
    64 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is no instance type: it has more than 64 characters, at byte 64
    64 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ` is no instance type: it has more than 64 characters, at byte 64
    64 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ` is no instance type: it holds something else than visible ASCII, at byte 64
    "
    );
    for good in ["m1", "Standard_D2s_v5", "n2-custom-4-8192", &"x".repeat(64)] {
        assert_eq!(InstanceType::parse(good).unwrap().as_str(), good);
    }
}

proptest! {
    #[test]
    fn words_lead_back(description in description(), instance_type in instance_type()) {
        prop_assert_eq!(Description::parse(&description.to_string()), Ok(description.clone()));
        prop_assert_eq!(InstanceType::parse(&instance_type.to_string()), Ok(instance_type.clone()));
        let stored = serde_json::to_string(&(&description, &instance_type)).unwrap();
        let read: (Description, InstanceType) = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read, (description, instance_type));
    }
}
