use atlas_base::quoted;

#[test]
fn cuts_after_80_characters() {
    let exact = "é".repeat(80);
    assert_eq!(quoted(&exact).to_string(), format!("`{exact}`"));
    assert_eq!(
        quoted(&(exact.clone() + "x")).to_string(),
        format!("`{exact}…`")
    );
    assert_eq!(quoted("").to_string(), "``");
}

#[test]
fn escapes_what_cannot_be_seen() {
    assert_eq!(
        quoted("a\0\u{1b}[31m\r\n\u{202e}\u{feff}\u{ad}é").to_string(),
        r"`a\u{0}\u{1b}[31m\r\n\u{202e}\u{feff}\u{ad}é`"
    );
}
