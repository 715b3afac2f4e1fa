//! How the secrets of access keys are kept.

use crate::world::p;
use atlas_server::{SealKeys, SealKeysError, UnsealError};
use cloud_atlas::scope::{AccessKeyId, SealedSecret};
use proptest::prelude::*;

/// A key for sealing, as a line.
pub(crate) fn line(digit: char) -> String {
    digit.to_string().repeat(64)
}

pub(crate) fn seal_keys(digits: &str) -> SealKeys {
    let lines: Vec<_> = digits.chars().map(line).collect();
    SealKeys::from_text(&lines.join("\n")).unwrap()
}

#[test]
fn e05_a_secret_opens_for_its_access_key_and_with_the_key_that_sealed_it() {
    let (keys, id) = (seal_keys("a"), p::<AccessKeyId>("AKIDONE"));
    let sealed = keys.seal(&id, "0123456789abcdef").unwrap();
    assert!(!sealed.as_str().contains("0123456789abcdef"));
    keys.open(&id, &sealed).unwrap();
    // The same secret is never sealed in the same way.
    assert_ne!(keys.seal(&id, "0123456789abcdef").unwrap(), sealed);
    let other = keys.open(&p("AKIDTWO"), &sealed).unwrap_err();
    assert!(matches!(other, UnsealError::Changed { .. }), "{other}");
    let unknown = seal_keys("b").open(&id, &sealed).unwrap_err();
    assert!(matches!(unknown, UnsealError::NoKey { .. }), "{unknown}");
    let name = sealed.as_str().split('.').nth(1).unwrap();
    assert!(unknown.to_string().contains(name), "{unknown}");
    assert!(!line('a').contains(name));
}

#[test]
fn e05_a_key_for_sealing_is_replaced_by_another() {
    let (before, id) = (seal_keys("a"), p::<AccessKeyId>("AKIDONE"));
    let sealed = before.seal(&id, "0123456789abcdef").unwrap();
    assert_eq!(before.reseal(&id, &sealed), Ok(None));
    let both = seal_keys("ba");
    both.open(&id, &sealed).unwrap();
    let anew = both.reseal(&id, &sealed).unwrap().unwrap();
    assert_eq!(both.reseal(&id, &anew), Ok(None));
    let after = seal_keys("b");
    after.open(&id, &anew).unwrap();
    after.open(&id, &sealed).unwrap_err();
    after.reseal(&id, &sealed).unwrap_err();
    // While they are used they are read again; what is wrong leaves them as they were.
    before.replace_from_text(&line('b')).unwrap();
    before.open(&id, &anew).unwrap();
    before.open(&id, &sealed).unwrap_err();
    before.replace_from_text("nothing").unwrap_err();
    before.clone().open(&id, &anew).unwrap();
}

#[test]
fn files_of_keys_that_are_none_are_refused_where_they_are_wrong() {
    let read = |text: &str| SealKeys::from_text(text).map(|_| ());
    let (a, b) = (line('a'), line('b'));
    assert_eq!(read(""), Err(SealKeysError::Empty));
    assert_eq!(read("# none\n\n"), Err(SealKeysError::Empty));
    assert_eq!(read(&format!("# of 2026\n\n{a}\n  {b}  \n")), Ok(()));
    for wrong in ["ab", &line('g'), &a[1..], &format!("{a}0"), &"é".repeat(32)] {
        let found = read(&format!("{b}\n{wrong}"));
        assert_eq!(found, Err(SealKeysError::Line { line: 2 }), "{wrong}");
        assert!(!found.unwrap_err().to_string().contains(wrong));
    }
    let twice = read(&format!("{a}\n\n{}", a.to_uppercase()));
    assert_eq!(twice, Err(SealKeysError::Repeated { line: 3 }));
    let digits = "0123456789abcdef";
    let most = digits.chars().map(line).collect::<Vec<_>>().join("\n");
    assert_eq!(read(&most), Ok(()));
    let more = format!("{most}\n{}{}", &line('0')[2..], "11");
    assert_eq!(read(&more), Err(SealKeysError::TooMany));
}

#[test]
fn e05_keys_are_made_of_chance_and_nothing_shows_a_secret() {
    let keys = seal_keys("ab");
    let (one, other) = (keys.make().unwrap(), keys.make().unwrap());
    assert_ne!(one.id, other.id);
    assert_ne!(one.secret(), other.secret());
    assert_eq!(one.secret().len(), 40);
    keys.open(&one.id, &one.sealed).unwrap();
    let shown = format!("{one:?} {keys:?} {:?}", one.sealed);
    assert!(!shown.contains(one.secret()), "{shown}");
    assert!(!shown.contains(&line('a')), "{shown}");
    assert!(!shown.contains(one.sealed.as_str()), "{shown}");
}

proptest! {
    #[test]
    fn e05_a_sealed_secret_that_was_changed_does_not_open(at in any::<prop::sample::Index>(), to in "[ -~]") {
        let (keys, id) = (seal_keys("a"), p::<AccessKeyId>("AKIDONE"));
        let sealed = keys.seal(&id, "0123456789abcdef").unwrap();
        let mut text = sealed.to_string();
        let at = at.index(text.len());
        text.replace_range(at..=at, &to);
        prop_assume!(text != sealed.as_str());
        if let Ok(changed) = SealedSecret::parse(&text) {
            prop_assert!(keys.open(&id, &changed).is_err());
        }
    }

    #[test]
    fn texts_that_are_no_sealed_secret_are_refused(text in "v1\\.[a-z0-9]{0,9}\\.[A-Za-z0-9_-]{0,80}|[!-~]{1,60}") {
        let sealed = SealedSecret::parse(&text).unwrap();
        prop_assert!(seal_keys("a").open(&p("AKIDONE"), &sealed).is_err());
    }
}
