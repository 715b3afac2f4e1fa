//! What is refused, word for word.

use crate::{AMI, EAST, text};
use atlas_inventory::{FileError, FileInventory, Limits};
use std::error::Error as _;

fn refused(text: &str) -> FileError {
    FileInventory::parse(text.as_bytes(), &Limits::default()).unwrap_err()
}

#[test]
fn files_that_are_refused() {
    let image = |fields: &str| text(&[(EAST, &format!(r#""images": [{{{fields}}}]"#))]);
    let server = |fields: &str| text(&[(EAST, &format!(r#""servers": [{{{fields}}}]"#))]);
    let twice = format!(r#""images": [{{"id": "{AMI}"}}, {{"id": "{AMI}"}}]"#);
    let texts = [
        String::new(),
        "[]".to_owned(),
        r#"{"version": 2, "locations": {}}"#.to_owned(),
        r#"{"version": 1}"#.to_owned(),
        r#"{"version": 1, "locations": {}, "more": 1}"#.to_owned(),
        format!(r#"{{"a\nb{}": 1}}"#, "c".repeat(1 << 20)),
        text(&[("aws", "")]),
        text(&[(EAST, ""), (EAST, "")]),
        text(&[(EAST, r#""disks": []"#)]),
        text(&[(EAST, &twice)]),
        image(r#""id": "ami-1""#),
        image(r#""id": "arn:aws:ec2:eu-west-1::image/ami-0ae8605ed708e3c3e""#),
        image(&format!(r#""id": "{AMI}", "name": "a\u0007b""#)),
        image(&format!(r#""id": "{AMI}", "architecture": "sparc""#)),
        image(&format!(r#""id": "{AMI}", "size_gb": 0"#)),
        image(&format!(r#""id": "{AMI}", "checksum": "a b""#)),
        image(r#""name": "no id""#),
        text(&[(
            EAST,
            &format!(r#""images": [["{AMI}", "web", "x86_64", 8]]"#),
        )]),
        server(r#""id": "i-1", "state": "asleep""#),
        server(r#""id": "i-1""#),
        server(r#""id": "", "state": "stopped""#),
        server(r#""id": "i-1", "state": "stopped", "image": "x""#),
        server(r#""id": "i-1", "state": "stopped", "devices": [{"name": "a", "kind": "tape"}]"#),
        text(&[(
            EAST,
            r#""servers": [{"id": "i-1", "state": "stopped"}, {"id": "i-1", "state": "stopped"}]"#,
        )]),
        text(&[(EAST, r#""networks": [{"name": " "}]"#)]),
        text(&[(EAST, r#""networks": ["VM Network"]"#)]),
        text(&[(EAST, r#""networks": [{"name": "a"}, {"name": "a"}]"#)]),
    ];
    let mut told = String::new();
    for text in texts {
        let error = refused(&text);
        told.push_str(&format!("{error}\n"));
        if let Some(source) = error.source() {
            told.push_str(&format!("  because: {source}\n"));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn size_depth_and_count_are_bounded_before_anything_is_built() {
    let mut limits = Limits::default();
    let whole = text(&[(EAST, &format!(r#""images": [{{"id": "{AMI}"}}]"#))]);
    limits.bytes = whole.len();
    limits.depth = 5;
    limits.values = 6;
    assert!(FileInventory::parse(whole.as_bytes(), &limits).is_ok());
    let parse = |text: &str, limits: &Limits| FileInventory::parse(text.as_bytes(), limits);
    let mut told = String::new();
    let fewer = [
        (limits.bytes - 1, 5, 6),
        (limits.bytes, 4, 6),
        (limits.bytes, 5, 5),
    ];
    for (bytes, depth, values) in fewer {
        let mut limits = Limits::default();
        (limits.bytes, limits.depth, limits.values) = (bytes, depth, values);
        told.push_str(&format!("{}\n", parse(&whole, &limits).unwrap_err()));
    }
    insta::assert_snapshot!(told);
    // Brackets within texts are none, and neither is a quote behind a backslash.
    let odd = text(&[(
        EAST,
        &format!(r#""images": [{{"id": "{AMI}", "name": "[[[[[[ \" [[[["}}]"#),
    )]);
    limits.bytes = odd.len();
    limits.values = 7;
    assert!(parse(&odd, &limits).is_ok());
    let deep = "[".repeat(1 << 20);
    let error = parse(&deep, &Limits::default()).unwrap_err();
    assert!(
        matches!(error, FileError::TooDeep { at: 16, limit: 16 }),
        "{error}"
    );
}

#[test]
fn every_beginning_of_a_file_is_refused() {
    let whole = text(&[(
        EAST,
        &format!(r#""images": [{{"id": "{AMI}", "name": "wéb"}}]"#),
    )]);
    for end in 0..whole.len() {
        let bytes = whole.as_bytes().get(..end).unwrap();
        assert!(
            FileInventory::parse(bytes, &Limits::default()).is_err(),
            "{end}"
        );
    }
}

#[test]
fn every_error_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<FileError>();
    crosses::<atlas_inventory::InventoryError>();
}
