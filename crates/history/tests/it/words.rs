use atlas_history::{
    Author, LineageId, Message, ParseAuthorError, ParseMessageError, ParseRevisionNumberError,
    RevisionNumber, RevisionRef,
};
use atlas_testkit::history::{author, message};
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
fn m08_needs_a_message() {
    let (long, both) = ("é".repeat(4097), "\0".to_owned() + &"x".repeat(4097));
    insta::assert_snapshot!(
        refusals(&["", " \n\t ", "a\0b", "a\r\nb", "a\u{1b}[2J", &long, &both], Message::parse, ParseMessageError::at),
        @r"
       0 `` is no commit message: it is blank, at byte 0
       0 ` \n\t ` is no commit message: it is blank, at byte 0
       1 `a\u{0}b` is no commit message: it holds a control character, at byte 1
       1 `a\r\nb` is no commit message: it holds a control character, at byte 1
       1 `a\u{1b}[2J` is no commit message: it holds a control character, at byte 1
    8192 `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no commit message: it has more than 4096 characters, at byte 8192
       0 `\u{0}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no commit message: it holds a control character, at byte 0
    "
    );
    assert_eq!(
        Message::parse(&"é".repeat(4096))
            .unwrap()
            .as_str()
            .chars()
            .count(),
        4096
    );
}

#[test]
fn refuses_what_names_nobody() {
    let (long, both) = ("é".repeat(129), "x".repeat(128) + "\0");
    insta::assert_snapshot!(
        refusals(&["", " ", "a\nb", "a\tb", "a\u{7f}", &long, &both], Author::parse, ParseAuthorError::at),
        @r"
      0 `` is no author: it is blank, at byte 0
      0 ` ` is no author: it is blank, at byte 0
      1 `a\nb` is no author: it holds a control character, at byte 1
      1 `a\tb` is no author: it holds a control character, at byte 1
      1 `a\u{7f}` is no author: it holds a control character, at byte 1
    256 `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no author: it has more than 128 characters, at byte 256
    128 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no author: it holds a control character, at byte 128
    "
    );
    assert!(Author::parse(&"é".repeat(128)).is_ok());
}

#[test]
fn subject_is_the_first_line_that_says_something() {
    for (text, subject) in [
        ("one", "one"),
        ("one\n\ntwo", "one"),
        ("\n \n one \ntwo", " one "),
    ] {
        assert_eq!(Message::parse(text).unwrap().subject(), subject);
    }
}

#[test]
fn m01_numbers_begin_with_one() {
    assert_eq!(RevisionNumber::FIRST.get(), 1);
    assert_eq!(RevisionNumber::new(0), None);
    assert_eq!(RevisionNumber::FIRST.next(), RevisionNumber::new(2));
    assert_eq!(RevisionNumber::new(u32::MAX).unwrap().next(), None);
    for text in ["0", "-1", "1.0", "\"1\"", "4294967296", "null"] {
        assert!(
            serde_json::from_str::<RevisionNumber>(text).is_err(),
            "{text}"
        );
    }
    insta::assert_snapshot!(
        refusals(
            &["", "0", "00", "01", "-1", "+1", "1.0", "1 ", "１", "4294967296"],
            RevisionNumber::parse,
            ParseRevisionNumberError::at,
        ),
        @"
    0 `` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `0` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `00` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `01` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `-1` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `+1` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    1 `1.0` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    1 `1 ` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `１` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    0 `4294967296` is no revision number: expected a whole number from 1 to 4294967295 without leading zeros
    "
    );
}

#[test]
fn refuses_what_names_no_revision() {
    let lineage = LineageId::from_u128(7);
    let (zero, bare, short) = (format!("{lineage}@0"), lineage.to_string(), "lin-07@1");
    let (twice, blank) = (format!("{lineage}@1@2"), format!("{lineage}@ 1"));
    insta::assert_snapshot!(
        refusals(&["", "@", "7@1", short, &bare, &zero, &twice, &blank], RevisionRef::parse, ParseRevisionNumberError::at),
        @"
     0 `` is no revision: expected a lineage id, `@` and a whole number from 1 on
     0 `@` is no revision: expected a lineage id, `@` and a whole number from 1 on
     0 `7@1` is no revision: expected a lineage id, `@` and a whole number from 1 on
     6 `lin-07@1` is no revision: expected a lineage id, `@` and a whole number from 1 on
    36 `lin-00000000000000000000000000000007` is no revision: expected a lineage id, `@` and a whole number from 1 on
    37 `lin-00000000000000000000000000000007@0` is no revision: expected a lineage id, `@` and a whole number from 1 on
    38 `lin-00000000000000000000000000000007@1@2` is no revision: expected a lineage id, `@` and a whole number from 1 on
    37 `lin-00000000000000000000000000000007@ 1` is no revision: expected a lineage id, `@` and a whole number from 1 on
    "
    );
}

proptest! {
    #[test]
    fn words_lead_back(author in author(), message in message()) {
        prop_assert_eq!(Author::parse(&author.to_string()), Ok(author.clone()));
        prop_assert_eq!(Message::parse(&message.to_string()), Ok(message.clone()));
        let stored = serde_json::to_string(&(&author, &message)).unwrap();
        let read: (Author, Message) = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read, (author, message));
    }

    #[test]
    fn numbers_lead_back(number in 1_u32.., bits in any::<u128>()) {
        let number = RevisionNumber::new(number).unwrap();
        prop_assert_eq!(number.to_string().parse(), Ok(number));
        let stored = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(&stored, &number.get().to_string());
        prop_assert_eq!(serde_json::from_str::<RevisionNumber>(&stored).unwrap(), number);
        let named = RevisionRef { lineage: LineageId::from_u128(bits), number };
        prop_assert_eq!(RevisionRef::parse(&named.to_string()), Ok(named));
        let stored = serde_json::to_string(&named).unwrap();
        prop_assert_eq!(serde_json::from_str::<RevisionRef>(&stored).unwrap(), named);
    }
}
