//! The table that ships.

use super::Takes;
use atlas_image::Architecture;
use atlas_image_id::Cloud;
use once_cell::sync::Lazy;
use std::collections::{BTreeMap, BTreeSet};

/// The file, with its source at its head.
const EC2: &str = include_str!("../../data/ec2-instance-types.tsv");

static SHIPPED: Lazy<BTreeMap<&'static str, Takes>> = Lazy::new(|| {
    let lines = EC2
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.filter_map(row).collect()
});

/// A row; none where it is malformed, which a test of the file would tell.
fn row(line: &'static str) -> Option<(&'static str, Takes)> {
    let mut columns = line.split('\t');
    let (name, takes, late) = (columns.next()?, columns.next()?, columns.next()?);
    let takes = Takes {
        architectures: architectures(takes)?,
        late: architectures(late)?,
    };
    columns.next().is_none().then_some((name, takes))
}

/// Words with a comma between them; `-` for none.
fn architectures(words: &str) -> Option<BTreeSet<Architecture>> {
    if words == "-" {
        return Some(BTreeSet::new());
    }
    let words = words.split(',').map(|word| Architecture::parse(word).ok());
    words.collect()
}

/// The row of a type or family.
pub(super) fn shipped(cloud: Cloud, name: &str) -> Option<&'static Takes> {
    match cloud {
        Cloud::Aws => SHIPPED.get(name),
        _ => None,
    }
}
