//! The table in the crate's README is made from the code.

use crate::clouds;
use atlas_image_id::{Cloud, ImageIdRef, Stability};
use core::fmt::Write as _;
use std::{fs, path::Path};

const START: &str = "<!-- forms: made by the crate's tests -->\n";
const END: &str = "<!-- end of forms -->\n";

/// One row for each form and spelling.
fn table() -> String {
    let mut table = String::from(
        "| cloud | kind | written | canonical text, if another | means |\n|---|---|---|---|---|\n",
    );
    for cloud in Cloud::all() {
        let grammars = clouds::grammars();
        let grammar = grammars
            .iter()
            .find(|grammar| grammar.cloud == *cloud)
            .unwrap();
        for text in grammar.ids {
            let id = ImageIdRef::parse(*cloud, text).unwrap();
            let canonical = id.to_string();
            let other = if canonical == *text {
                String::new()
            } else {
                code(&canonical)
            };
            let means = match (id.stability(), id.follows(), id.missing()) {
                (_, Some(follows), _) => format!("follows its {follows}"),
                (_, _, Some(missing)) => format!("needs a {missing}"),
                (Stability::Fixed, ..) => "one image".to_owned(),
                other => panic!("{text}: {other:?}"),
            };
            let label = cloud.label();
            writeln!(
                table,
                "| {label} | {} | {} | {other} | {means} |",
                id.kind(),
                code(text)
            )
            .unwrap();
        }
    }
    table
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// Whether the table is to be written anew instead of compared.
#[expect(clippy::disallowed_methods, reason = "asked for from outside")]
fn is_to_be_written() -> bool {
    std::env::var_os("ATLAS_WRITE").is_some()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the README is the crate's own file"
)]
fn the_readme_holds_the_table_of_forms() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(START).unwrap();
    let (found, tail) = rest.split_once(END).unwrap();
    let table = table();
    if is_to_be_written() {
        fs::write(&path, format!("{head}{START}{table}{END}{tail}")).unwrap();
    } else {
        assert!(
            found == table,
            "README.md is not what the code says: run `ATLAS_WRITE=1 cargo test -p atlas-image-id readme`"
        );
    }
}
