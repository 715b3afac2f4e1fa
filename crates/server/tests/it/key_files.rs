//! Access keys in a file.

use atlas_server::{AccessKeys, KeyFileError};
use std::error::Error as _;

const FILE: &str = r#"
[[key]]
access_key_id = "AKIDEXAMPLE"
secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
account = "123456789012"
principal = "dana"
scope = "/acme/web"
"#;

fn told(text: &str) -> String {
    let error = AccessKeys::from_toml(text).unwrap_err();
    let source = error.source().map(|it| format!(": {it}"));
    format!("{error}{}", source.unwrap_or_default())
}

#[test]
fn e05_keys_are_read_from_a_file() {
    let keys = AccessKeys::from_toml(FILE).unwrap();
    assert_eq!(keys.len(), 1);
    assert!(!format!("{keys:?}").contains("wJalr"), "{keys:?}");
    let two = format!("{FILE}{}", FILE.replace("AKIDEXAMPLE", "AKIDOTHER"));
    keys.replace_from_toml(&two).unwrap();
    assert_eq!(keys.len(), 2);
    keys.replace_from_toml("").unwrap_err();
    assert_eq!(keys.len(), 2, "those from before stay");
}

#[test]
fn a_file_that_is_wrong_is_refused_where_it_is() {
    let place = |text: &str| match AccessKeys::from_toml(text).unwrap_err() {
        KeyFileError::Text { place, .. } => place.line_and_column(),
        error => panic!("{error}"),
    };
    let broken = FILE.replace("account = \"", "account = ");
    assert!(matches!(place(&broken), Some((5, _))), "{}", told(&broken));
    assert_eq!(place("[[key]\n").map(|(line, _)| line), Some(1));
    let unknown = FILE.replace("scope =", "region = \"x\"\nscope =");
    assert!(told(&unknown).contains("region"), "{}", told(&unknown));
    let missing = FILE.replace("principal = \"dana\"\n", "");
    assert!(told(&missing).contains("principal"), "{}", told(&missing));
    let empty = "there is no access key: each is a table `[[key]]`";
    assert_eq!(told(""), empty);
    let twice = "key 2 has the access key id AKIDEXAMPLE, as key 1 has";
    assert_eq!(told(&format!("{FILE}{FILE}")), twice);
    for (from, to, field) in [
        ("AKIDEXAMPLE", "AKID EXAMPLE", "access_key_id"),
        (
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "short",
            "secret_access_key",
        ),
        ("123456789012", "12345", "account"),
        ("dana", "Dana Doe", "principal"),
        ("/acme/web", "acme", "scope"),
    ] {
        let text = told(&FILE.replace(from, to));
        let begin = format!("the {field} of access key 1 is wrong: ");
        assert!(text.starts_with(&begin), "{text}");
    }
}

#[test]
fn a_secret_is_in_no_message() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    for wrong in [
        FILE.replace(secret, &format!("{secret} ")),
        FILE.replace(&format!("\"{secret}\""), "[12345678]"),
        FILE.replace(&format!("\"{secret}\""), "12345678"),
        FILE.replace(&format!("\"{secret}\""), secret),
    ] {
        let text = told(&wrong);
        assert!(
            !text.contains("wJalr") && !text.contains("12345678"),
            "{text}"
        );
    }
}
