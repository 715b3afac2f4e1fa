use crate::{at, named, set};
use atlas_mci::{Content, Coverage};
use atlas_testkit::mci::content;
use proptest::{collection::vec, prelude::*};

const AMI: &str = "ami-0123456789abcdef0";

fn serving(locations: &[&str]) -> Content {
    let edits = locations.iter().map(|location| match *location {
        aws if aws.starts_with("aws") => set(aws, AMI),
        other => set(other, "projects/acme/global/images/web-1"),
    });
    named("web").edited(edits).unwrap()
}

fn example() -> Coverage {
    let mut coverage = Coverage::default();
    let wide = [
        "aws/us-east-1",
        "aws/us-east-2",
        "aws/us-west-1",
        "aws/us-west-2",
        "gcp",
    ];
    coverage.add("x86_64", "43.1", &serving(&wide[..4]));
    coverage.add("x86_64", "43.2", &serving(&wide));
    coverage.add(
        "aarch64",
        "43.2",
        &serving(&["aws/us-east-1", "aws/us-west-2"]),
    );
    coverage.add("aarch64", "43.3", &serving(&["aws/us-east-1"]));
    coverage
}

#[test]
fn draws_lanes_over_columns() {
    insta::assert_snapshot!(example().picture(80).to_string(), @"
     A  43.1    B  43.2    C  43.3

    x86_64                A   B   C
      aws (4 locations)   ■   ■
      gcp                 ·   ◆
      ─────────────────────────────
      locations           4   5

    aarch64               A   B   C
      aws/us-west-2           ■   ×
      aws/us-east-1           ■   ■
      ─────────────────────────────
      locations               2   1

    ■ an image   ◆ new there   × no longer there   · none
    ");
}

#[test]
fn counts_what_each_column_serves() {
    let coverage = example();
    assert_eq!(coverage.columns(), ["43.1", "43.2", "43.3"]);
    assert_eq!(coverage.lanes().collect::<Vec<_>>(), ["x86_64", "aarch64"]);
    assert_eq!(coverage.totals("x86_64"), [Some(4), Some(5), None]);
    assert_eq!(coverage.totals("aarch64"), [None, Some(2), Some(1)]);
    assert_eq!(coverage.totals("s390x"), [None, None, None]);
}

#[test]
fn puts_locations_that_are_served_alike_together() {
    let rows = example().rows();
    let labels: Vec<_> = rows
        .iter()
        .map(|row| (row.lane.as_str(), row.label()))
        .collect();
    let expected = [
        ("x86_64", "aws (4 locations)"),
        ("x86_64", "gcp"),
        ("aarch64", "aws/us-west-2"),
        ("aarch64", "aws/us-east-1"),
    ];
    assert_eq!(
        labels,
        expected.map(|(lane, label)| (lane, label.to_owned()))
    );
    assert_eq!(rows[1].served, [Some(false), Some(true), None]);
    assert_eq!(rows[2].locations, [at("aws/us-west-2")]);
    assert_eq!(rows[3].served, [None, Some(true), Some(true)]);
}

#[test]
fn names_columns_with_letters() {
    let mut coverage = Coverage::default();
    for column in 0..28 {
        coverage.add("x86_64", &format!("r{column}"), &serving(&["gcp"]));
    }
    let drawn = coverage.picture(2000).to_string();
    for name in [" A  r0", " Z  r25", "AA  r26", "AB  r27"] {
        assert!(drawn.contains(name), "{name}");
    }
}

proptest! {
    #[test]
    fn rows_say_what_the_contents_say(contents in vec(content(), 1..4)) {
        let mut coverage = Coverage::default();
        for (column, content) in contents.iter().enumerate() {
            coverage.add("lane", &column.to_string(), content);
        }
        let rows = coverage.rows();
        for (column, content) in contents.iter().enumerate() {
            let mut served: Vec<_> = rows
                .iter()
                .filter(|row| row.served[column] == Some(true))
                .flat_map(|row| &row.locations)
                .collect();
            served.sort();
            prop_assert_eq!(served, content.settings().keys().collect::<Vec<_>>());
        }
    }
}
