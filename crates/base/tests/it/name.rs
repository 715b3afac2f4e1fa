use crate::{assert_offset, assert_text_form, refusals};
use atlas_base::{Name, ParseNameError};
use atlas_testkit::base::name;
use proptest::prelude::*;

#[test]
fn holds_up_to_255_visible_characters() {
    for good in [
        "a",
        "web-base v1",
        "RightImage_CentOS_6.5_x64_v13.5",
        "é",
        "a  b",
        "/acme",
        "=",
        "web-1234567890abcdef1234567890abcde",
        "web-base-1234567890abcdef1234567890abcdef",
        &"é".repeat(255),
    ] {
        assert_eq!(Name::parse(good).unwrap().as_str(), good);
    }
    assert_eq!(Name::MAX_CHARACTERS, 255);
    assert!(Name::parse(&"é".repeat(256)).is_err());
}

#[test]
fn refuses_what_references_could_not_hold() {
    let long = "é".repeat(256);
    insta::assert_snapshot!(
        refusals(
            &[
                "", " ", " a", "a ", "a\u{a0}", "web@1", "acme:web", "a\nb", "a\tb", "a\u{7f}",
                "a\u{200b}b", "\u{202e}evil", "\u{feff}a", " a@", &long,
                "lin-00000000000000000000000000000001",
            ],
            Name::parse,
            ParseNameError::at,
        ),
        @r"
      0 `` is no name: it is empty, expected 1 to 255 characters
      0 ` ` is no name: it begins with a blank
      0 ` a` is no name: it begins with a blank
      1 `a ` is no name: it ends with a blank
      1 `a ` is no name: it ends with a blank
      3 `web@1` is no name: `@` at byte 3 belongs to references
      4 `acme:web` is no name: `:` at byte 4 belongs to references
      1 `a\nb` is no name: the character \u{a} at byte 1 is not printable
      1 `a\tb` is no name: the character \u{9} at byte 1 is not printable
      1 `a\u{7f}` is no name: the character \u{7f} at byte 1 is not printable
      1 `a\u{200b}b` is no name: the character \u{200b} at byte 1 is not printable
      0 `\u{202e}evil` is no name: the character \u{202e} at byte 0 is not printable
      0 `\u{feff}a` is no name: the character \u{feff} at byte 0 is not printable
      0 ` a@` is no name: it begins with a blank
    510 `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no name: it has more than 255 characters
      0 `lin-00000000000000000000000000000001` is no name: it reads as an id
    "
    );
}

#[test]
fn shows_itself_as_text() {
    let name = Name::parse("web \"base\"").unwrap();
    assert_eq!(format!("[{name:>12}]"), "[  web \"base\"]");
    assert_eq!(format!("{name:?}"), r#""web \"base\"""#);
    assert_eq!(name.as_ref(), name.as_str());
}

proptest! {
    #[test]
    fn text_leads_back(name in name()) {
        assert_text_form(&name);
    }

    #[test]
    fn offset_is_never_past_the_fault(text in "[a@: \u{a0}\u{200b}\né]{0,6}[aé@]{0,260}") {
        match Name::parse(&text) {
            Ok(name) => {
                let keeps = name.as_str() == text && !text.contains(['@', ':', '\n', '\u{200b}']);
                prop_assert!(keeps && text.trim() == text);
            }
            Err(error) => assert_offset(&text, error.at(), Name::parse, &["", "x"]),
        }
    }
}
