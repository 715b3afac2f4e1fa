use atlas_base::{CanonicalError, CanonicalWriter, Digest, canonical};
use atlas_testkit::base::{Json, json};
use proptest::prelude::*;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use std::collections::BTreeMap;

/// Three lines a case: JSON, the text that Python writes for it, and the BLAKE3 digest that
/// Python's package computes over `golden/1`, a zero byte and that text.
const PYTHON: &str = include_str!("../data/python.txt");

#[test]
fn writes_what_python_writes_and_hashes_it_alike() {
    let mut lines = PYTHON.lines();
    let mut cases = 0;
    while let (Some(given), Some(text), Some(hex)) = (lines.next(), lines.next(), lines.next()) {
        let value: Json = serde_json::from_str(given).unwrap();
        assert_eq!(canonical::to_string(&value).unwrap(), *text);
        let digest = canonical::digest("golden/1", &value).unwrap();
        assert_eq!(digest.to_string(), format!("blake3:{hex}"));
        cases += 1;
    }
    assert_eq!(cases, 23);
}

proptest! {
    #[test]
    fn order_of_insertion_does_not_matter(value in json()) {
        let text = canonical::to_string(&value).unwrap();
        prop_assert_eq!(&text, &canonical::to_string(&value.reversed()).unwrap());
        prop_assert_eq!(
            canonical::digest("d", &value).unwrap(),
            Digest::of("d", text.as_bytes())
        );
    }

    #[test]
    fn reads_back_as_the_same_value(value in json()) {
        let text = canonical::to_string(&value).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, serde_json::to_value(&value).unwrap());
        let again: Json = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(canonical::to_string(&again).unwrap(), text);
    }

    #[test]
    fn keys_stand_in_the_order_of_their_bytes(value in json()) {
        let read: Json = serde_json::from_str(&canonical::to_string(&value).unwrap()).unwrap();
        prop_assert!(sorted(&read));
    }
}

fn sorted(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().all(sorted),
        Json::Object(members) => {
            members.is_sorted_by(|(a, _), (b, _)| a.as_bytes() < b.as_bytes())
                && members.iter().all(|(_, value)| sorted(value))
        }
        _ => true,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Point,
    Circle(u8),
    Line(i8, i8),
    Rectangle { width: u16, height: u16 },
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Pair(u8, &'static str);

#[derive(Serialize)]
struct Everything {
    zulu: bool,
    option: Option<u8>,
    none: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    unit: Unit,
    character: char,
    tuple: (u8, u16, u32),
    pair: Pair,
    shapes: Vec<Shape>,
    least: i128,
    most: u128,
    alpha: BTreeMap<u8, &'static str>,
}

#[test]
fn writes_every_kind_of_value() {
    let value = Everything {
        zulu: true,
        option: Some(1),
        none: None,
        skipped: None,
        unit: Unit,
        character: '"',
        tuple: (1, 2, 3),
        pair: Pair(1, "x"),
        shapes: vec![
            Shape::Point,
            Shape::Circle(3),
            Shape::Line(-1, 1),
            Shape::Rectangle {
                width: 2,
                height: 1,
            },
        ],
        least: i128::MIN,
        most: u128::MAX,
        alpha: BTreeMap::from([(9, "nine"), (10, "ten")]),
    };
    let expected = concat!(
        r#"{"alpha":{"10":"ten","9":"nine"},"character":"\"","#,
        r#""least":-170141183460469231731687303715884105728,"#,
        r#""most":340282366920938463463374607431768211455,"#,
        r#""none":null,"option":1,"pair":[1,"x"],"#,
        r#""shapes":["point",{"circle":3},{"line":[-1,1]},{"rectangle":{"height":1,"width":2}}],"#,
        r#""tuple":[1,2,3],"unit":null,"zulu":true}"#
    );
    assert_eq!(canonical::to_string(&value).unwrap(), expected);
    let mut writer = CanonicalWriter::default();
    value.serialize(&mut writer).unwrap();
    assert_eq!(writer.into_text(), expected);
    assert_eq!(
        canonical::digest("cloud-atlas/test/1", &value)
            .unwrap()
            .to_string(),
        "blake3:9785327e7544b5df1e3c8ad24a60501a1d6704e8aaa92113a7c377bf22149f2d"
    );
}

struct Members<K>(Vec<(K, u8)>);

impl<K: Serialize> Serialize for Members<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Key {
    Number(u8),
    Text(&'static str),
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(b"raw")
    }
}

struct Unwilling;

impl Serialize for Unwilling {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is shy"))
    }
}

#[test]
fn refuses_floating_point_numbers_anywhere() {
    for refused in [
        canonical::to_string(&1.0_f64),
        canonical::to_string(&f32::NAN),
        canonical::to_string(&vec![Some(0.5)]),
        canonical::to_string(&BTreeMap::from([("x", 0.5)])),
        canonical::to_string(&Members(vec![(1.5, 1)])),
    ] {
        assert_eq!(refused, Err(CanonicalError::Float));
    }
}

#[test]
fn refuses_what_has_no_one_text() {
    assert_eq!(canonical::to_string(&Bytes), Err(CanonicalError::Bytes));
    for refused in [
        canonical::to_string(&Members(vec![(Some(1), 1)])),
        canonical::to_string(&Members(vec![((), 1)])),
        canonical::to_string(&Members(vec![(vec!["a"], 1)])),
    ] {
        assert_eq!(refused, Err(CanonicalError::Key));
    }
    let twice = Members(vec![("b", 1), ("a", 2), ("b", 1)]);
    let key = "b".to_owned();
    assert_eq!(
        canonical::to_string(&twice),
        Err(CanonicalError::DuplicateKey { key })
    );
    // `1` and `"1"` are the same key once they are text.
    let alike = Members(vec![(Key::Number(1), 1), (Key::Text("1"), 1)]);
    let key = "1".to_owned();
    assert_eq!(
        canonical::to_string(&alike),
        Err(CanonicalError::DuplicateKey { key })
    );
}

#[test]
fn says_what_it_refuses() {
    let duplicate = CanonicalError::DuplicateKey { key: "a\nb".into() };
    let unwilling = canonical::to_string(&[Unwilling]).unwrap_err();
    let lines: Vec<_> = [
        CanonicalError::Float,
        CanonicalError::Bytes,
        CanonicalError::Key,
        duplicate,
        unwilling,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    floating point numbers have no canonical form, use integers
    byte strings have no canonical form, write them as text
    object keys must be text
    the object key `a\nb` stands there twice
    it is shy
    ");
}
