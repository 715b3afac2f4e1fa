//! Networks, as clouds call them.

use atlas_image::NetworkName;

#[test]
fn r14_names_of_networks() {
    let errors: Vec<_> = ["", "  ", "a\nb", &"x".repeat(256)]
        .map(|text| NetworkName::parse(text).unwrap_err())
        .into_iter()
        .map(|error| format!("{:>3} {error}", error.at()))
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}
