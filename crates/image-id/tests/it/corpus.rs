//! The tables of valid, invalid and equal ids, most of them seen in public data.

use atlas_image_id::{Cloud, ImageId};

const VALID: &str = include_str!("../data/valid.tsv");
const INVALID: &str = include_str!("../data/invalid.tsv");
const EQUAL: &str = include_str!("../data/equal.tsv");
/// Rows that this crate decides otherwise, with the reason: table, cloud, input, reason.
const DIFFERENCES: &str = include_str!("../data/differences.tsv");

/// The rows of a table without its head; escapes are undone.
pub(crate) fn rows(table: &str) -> Vec<(Cloud, Vec<String>)> {
    let row = |line: &str| {
        let mut cells = line.split('\t').map(unescaped);
        let cloud = Cloud::parse(&cells.next().unwrap()).unwrap();
        (cloud, cells.collect())
    };
    table.lines().skip(1).map(row).collect()
}

pub(crate) fn valid() -> Vec<(Cloud, Vec<String>)> {
    rows(VALID)
}

fn unescaped(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
            }
            Some('\\') => text.push('\\'),
            other => panic!("unknown escape {other:?} in {cell:?}"),
        }
    }
    text
}

fn decided_otherwise(table: &str, cloud: Cloud, input: &str) -> bool {
    DIFFERENCES.lines().skip(1).any(|line| {
        let cells: Vec<_> = line.split('\t').map(unescaped).collect();
        cells.len() == 4 && cells[0] == table && cells[1] == cloud.as_str() && cells[2] == input
    })
}

#[test]
fn every_valid_row_has_its_canonical_text_and_kind() {
    let mut wrong = Vec::new();
    for (cloud, row) in valid() {
        let [input, canonical, kind, ..] = &*row else {
            panic!("short row {row:?}")
        };
        if decided_otherwise("valid", cloud, input) {
            continue;
        }
        match ImageId::parse(cloud, input) {
            Err(error) => wrong.push(error.to_string()),
            Ok(id) if id.as_str() != canonical => wrong.push(format!("{id} is not {canonical}")),
            Ok(id) if id.kind().as_str() != kind => {
                wrong.push(format!("{id}: {} {kind}", id.kind()));
            }
            Ok(id) => assert_eq!(ImageId::parse(cloud, id.as_str()).unwrap(), id),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_invalid_row_is_refused() {
    let mut wrong = Vec::new();
    for (cloud, row) in rows(INVALID) {
        let input = &row[0];
        if decided_otherwise("invalid", cloud, input) {
            continue;
        }
        match ImageId::parse(cloud, input) {
            Ok(id) => wrong.push(format!("{cloud}: {input:?} is read as {id}")),
            Err(error) => {
                assert!(error.at() <= input.len(), "{error}");
                assert!(input.is_char_boundary(error.at()), "{error}");
                assert_eq!(error.cloud(), cloud);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_pair_is_equal_different_or_undecided_as_listed() {
    let mut wrong = Vec::new();
    for (cloud, row) in rows(EQUAL) {
        let [a, b, verdict, why] = &*row else {
            panic!("short row {row:?}")
        };
        let (Ok(a), Ok(b)) = (ImageId::parse(cloud, a), ImageId::parse(cloud, b)) else {
            assert_eq!(verdict, "different", "a text that is no id equals none");
            continue;
        };
        for found in [a.compare(&b), b.compare(&a)] {
            if found.as_str() != verdict {
                wrong.push(format!("{a} and {b}: {found}, expected {verdict} ({why})"));
            }
        }
        assert_eq!(a == b, verdict == "equal");
        assert_eq!(a.equality_key() == b.equality_key(), verdict == "equal");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_tables_are_whole() {
    let count = |table: &str| table.lines().count() - 1;
    assert_eq!(
        (count(VALID), count(INVALID), count(EQUAL)),
        (2262, 300, 27)
    );
}
