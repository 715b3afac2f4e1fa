use crate::{assert_offset, assert_text_form, refusals};
use atlas_base::{ParseTagError, Tag};
use atlas_testkit::base::tag;
use proptest::prelude::*;

fn parts(text: &str) -> [Option<String>; 3] {
    let tag = Tag::parse(text).unwrap();
    [tag.namespace(), tag.predicate(), tag.value()].map(|part| part.map(str::to_owned))
}

#[test]
fn m15_machine_tags_have_three_parts() {
    for (text, namespace, predicate, value) in [
        ("a:b=c", "a", "b", "c"),
        (
            "provides:rs_agent_type=right_link",
            "provides",
            "rs_agent_type",
            "right_link",
        ),
        ("rs_login:State 2=on", "rs_login", "State 2", "on"),
        ("n0_:P=", "n0_", "P", ""),
        ("a:b==:c= ", "a", "b", "=:c= "),
        ("a:b=é", "a", "b", "é"),
    ] {
        let expected = [namespace, predicate, value].map(|part| Some(part.to_owned()));
        assert_eq!(parts(text), expected, "{text}");
    }
}

#[test]
fn m15_raw_tags_have_no_parts() {
    for text in [
        "production",
        "two words",
        "A-b.c/d",
        "é",
        "@",
        &"x".repeat(255),
    ] {
        assert_eq!(parts(text), [None, None, None], "{text}");
        assert_eq!(Tag::parse(text).unwrap().as_str(), text);
    }
}

#[test]
fn m15_refuses_what_is_neither() {
    let long = format!("a:b={}", "é".repeat(252));
    insta::assert_snapshot!(
        refusals(
            &[
                "", " a", "a ", "a=b", " a=b", "a:", "a:b", ":b=c", "A:b=c", "1:b=c", "a-b:c=d", "a:=c",
                "a:1=c", "a: b=c", "a:b =c", "a:b-c=d", "a:b:c=d", "a:b:c", "a\nb", "A:b=\u{7}", "a\u{200b}", &long,
            ],
            Tag::parse,
            ParseTagError::at,
        ),
        @r"
      0 `` is no tag: it is empty
      0 ` a` is no tag: it begins with a blank
      1 `a ` is no tag: it ends with a blank
      1 `a=b` is no tag: a raw tag has no `=`; a machine tag is `namespace:predicate=value`
      0 ` a=b` is no tag: it begins with a blank
      2 `a:` is no tag: a machine tag is `namespace:predicate=value`
      3 `a:b` is no tag: a machine tag is `namespace:predicate=value`
      0 `:b=c` is no tag: its namespace is `[a-z][a-z0-9_]*`, stopped at byte 0
      0 `A:b=c` is no tag: its namespace is `[a-z][a-z0-9_]*`, stopped at byte 0
      0 `1:b=c` is no tag: its namespace is `[a-z][a-z0-9_]*`, stopped at byte 0
      1 `a-b:c=d` is no tag: its namespace is `[a-z][a-z0-9_]*`, stopped at byte 1
      2 `a:=c` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 2
      2 `a:1=c` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 2
      2 `a: b=c` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 2
      3 `a:b =c` is no tag: its predicate ends with a blank at byte 3
      3 `a:b-c=d` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 3
      3 `a:b:c=d` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 3
      3 `a:b:c` is no tag: its predicate is `[A-Za-z][A-Za-z0-9_ ]*`, stopped at byte 3
      1 `a\nb` is no tag: the character \u{a} at byte 1 is not printable
      0 `A:b=\u{7}` is no tag: its namespace is `[a-z][a-z0-9_]*`, stopped at byte 0
      1 `a\u{200b}` is no tag: the character \u{200b} at byte 1 is not printable
    506 `a:b=éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no tag: it has more than 255 characters
    "
    );
}

proptest! {
    #[test]
    fn text_leads_back(tag in tag()) {
        assert_text_form(&tag);
        let parts = tag.namespace().zip(tag.predicate()).zip(tag.value());
        match parts {
            Some(((namespace, predicate), value)) => {
                prop_assert_eq!(format!("{namespace}:{predicate}={value}"), tag.to_string());
            }
            None => prop_assert!(!tag.as_str().contains([':', '='])),
        }
    }

    #[test]
    fn offset_is_never_past_the_fault(text in "[aA1_: =-]{0,8}[a\u{7}\u{a0}é]{0,2}") {
        if let Err(error) = Tag::parse(&text) {
            let rests = ["", "x", "=", "x=", ":x=", "a:b="];
            assert_offset(&text, error.at(), Tag::parse, &rests);
        }
    }

    #[test]
    fn m15_agrees_with_the_grammar(text in "[ab1_: =-]{0,8}") {
        // The rule again, as naively as it can be said.
        let word = |text: &str, first: &str, rest: &str| {
            text.starts_with(|c| first.contains(c)) && text.chars().all(|c| rest.contains(c))
        };
        let machine = text.split_once(':').and_then(|(namespace, rest)| {
            let (predicate, _) = rest.split_once('=')?;
            let good = word(namespace, "ab", "ab1_") && word(predicate, "ab", "ab1_ ");
            (good && !predicate.ends_with(' ')).then_some(())
        });
        let raw = !text.is_empty() && !text.contains([':', '=']) && text.trim() == text;
        prop_assert_eq!(Tag::parse(&text).is_ok(), machine.is_some() || raw);
    }
}
