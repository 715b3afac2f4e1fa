use atlas_history::{LineageId, RevisionNumber};
use atlas_template::{ChannelName, Reference, Selector, Target};
use atlas_testkit::template::reference;
use proptest::prelude::*;

fn named(scope: Option<&str>, name: &str, selector: Option<Selector>) -> Reference {
    let scope = scope.map(|scope| scope.parse().unwrap());
    let name = name.parse().unwrap();
    Reference {
        target: Target::Named { scope, name },
        selector,
    }
}

fn requirement(text: &str) -> Selector {
    Selector::Requirement(text.parse().unwrap())
}

#[test]
fn reads_every_form() {
    let channel = |text| Some(Selector::Channel(ChannelName::parse(text).unwrap()));
    let number = |number| RevisionNumber::new(number).map(Selector::Number);
    let lineage = LineageId::from_u128(0xabc);
    let by_id = |selector| Reference {
        target: Target::Lineage(lineage),
        selector,
    };
    for (text, expected) in [
        ("web-base", named(None, "web-base", None)),
        ("MCI v8", named(None, "MCI v8", None)),
        ("/:web-base", named(Some("/"), "web-base", None)),
        ("/acme:web-base", named(Some("/acme"), "web-base", None)),
        (
            "/acme/prod:web-base@3",
            named(Some("/acme/prod"), "web-base", number(3)),
        ),
        (
            "web-base@head",
            named(None, "web-base", Some(Selector::Head)),
        ),
        (
            "web-base@latest",
            named(None, "web-base", Some(Selector::Latest)),
        ),
        (
            "web-base@production",
            named(None, "web-base", channel("production")),
        ),
        ("web-base@head2", named(None, "web-base", channel("head2"))),
        (
            "web-base@^2.1",
            named(None, "web-base", Some(requirement("^2.1"))),
        ),
        (
            "web-base@>=2, <3",
            named(None, "web-base", Some(requirement(">=2, <3"))),
        ),
        (
            "web-base@*",
            named(None, "web-base", Some(requirement("*"))),
        ),
        ("lin-00000000000000000000000000000abc", by_id(None)),
        ("lin-00000000000000000000000000000abc@3", by_id(number(3))),
        // Not an id: a name like any other.
        ("lin-abc", named(None, "lin-abc", None)),
    ] {
        assert_eq!(Reference::parse(text), Ok(expected.clone()), "{text}");
        assert_eq!(expected.to_string(), text);
    }
}

#[test]
fn m01_head_is_revision_0() {
    let zero = Reference::parse("web-base@0").unwrap();
    assert_eq!(zero, Reference::parse("web-base@head").unwrap());
    assert_eq!(zero.to_string(), "web-base@head");
}

#[test]
fn a_bare_version_is_a_number_never_a_requirement() {
    // `2` as a requirement would read as `^2`.
    let selected = |text| Reference::parse(text).unwrap().selector;
    assert_eq!(
        selected("web@2"),
        RevisionNumber::new(2).map(Selector::Number)
    );
    assert!(Reference::parse("web@2.1").is_err());
}

#[test]
fn refuses_other_texts() {
    let long = "web@".to_owned() + &"x".repeat(64);
    let lines: Vec<_> = [
        "",
        "@",
        "@3",
        "web@",
        "web@@",
        "web@3@4",
        "web@-1",
        "web@00",
        "web@4294967296",
        "web@Production",
        "web@pro duction",
        "web@prod_1",
        "web@1.2",
        "web@^",
        "web@^x",
        "web@>=1,",
        ":web",
        "acme:web",
        "/acme:",
        "/Acme:web",
        "/acme:/x:web",
        "/acme/prod/x:web",
        " web",
        "web ",
        "web\n",
        &long,
    ]
    .iter()
    .map(|text| {
        let error = Reference::parse(text).unwrap_err();
        format!("{:>3} {error}", error.at())
    })
    .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn builds_references_from_values() {
    let lineage = LineageId::from_u128(7);
    assert_eq!(
        Reference::lineage(lineage).at(Selector::Head).to_string(),
        format!("{lineage}@head")
    );
    let web = Reference::named("web".parse().unwrap());
    assert_eq!(web.to_string(), "web");
    assert_eq!(
        web.at(Selector::Latest).at(Selector::Head).to_string(),
        "web@head"
    );
}

proptest! {
    #[test]
    fn text_leads_back(reference in reference()) {
        let text = reference.to_string();
        prop_assert_eq!(Reference::parse(&text), Ok(reference.clone()));
        let stored = serde_json::to_string(&reference).unwrap();
        prop_assert_eq!(serde_json::from_str::<Reference>(&stored).unwrap(), reference);
    }

    #[test]
    fn whatever_is_read_is_written_so_that_it_reads_alike(text in "(/|/a|/a/b|[a ]{0,2})[:a]{0,2}[@]?[0-9a-z^~<>=*., -]{0,8}") {
        if let Ok(reference) = Reference::parse(&text) {
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }

    #[test]
    fn offsets_lie_in_the_text(text in "[/a:@0-9^é. ]{0,12}") {
        if let Err(error) = Reference::parse(&text) {
            prop_assert!(text.get(..error.at()).is_some(), "{} of {text:?}", error.at());
        }
    }
}
