//! Which images are of one line, and which of them is the newest.

use atlas_base::Timestamp;
use atlas_image::ImageRecord;
use core::cmp::Ordering;

/// The newest record of the line of an image that is newer than its own, if there is one (ours).
///
/// Of one line are images of the same place, system, generation, architecture and agent whose names
/// differ in the version of the system alone. The higher version is the newer one, of equals the one
/// that was registered later. Those that are deprecated or cannot be launched are passed over.
pub fn newer_of_line<'a>(
    record: &ImageRecord,
    others: impl IntoIterator<Item = &'a ImageRecord>,
    now: Timestamp,
) -> Option<&'a ImageRecord> {
    let is_newer = |other: &&ImageRecord| {
        let lifecycle = other.lifecycle();
        lifecycle.is_usable()
            && !lifecycle.is_deprecated(now)
            && is_of_line(record, other)
            && age(record, other) == Ordering::Less
    };
    let newer = others.into_iter().filter(is_newer);
    newer.max_by(|a, b| age(a, b).then(b.id().cmp(&a.id())))
}

fn is_of_line(one: &ImageRecord, other: &ImageRecord) -> bool {
    let system = |record: &ImageRecord| {
        let os = record.os()?;
        Some((os.family.clone(), os.generation.clone()))
    };
    one.os().is_some()
        && system(one) == system(other)
        && one.location() == other.location()
        && one.image_id() != other.image_id()
        && one.architecture() == other.architecture()
        && one.agent().kind() == other.agent().kind()
        && one.agent().is_installed() == other.agent().is_installed()
        && stem(one) == stem(other)
}

/// The name without the version of the system in it.
fn stem(record: &ImageRecord) -> String {
    let version = record.os().map_or("", |os| os.version.as_str());
    let name = record.name();
    if version.is_empty() {
        name.to_owned()
    } else {
        name.replace(version, "")
    }
}

fn age(one: &ImageRecord, other: &ImageRecord) -> Ordering {
    let version = |record: &ImageRecord| {
        let version = record.os().map_or("", |os| os.version.as_str());
        let words = version.split(|at: char| !at.is_alphanumeric());
        // A number counts as one, however many digits it is written with, and before a word.
        let rank = |word: &str| match word.parse::<u64>() {
            Ok(number) => (number, String::new()),
            Err(_) => (u64::MAX, word.to_owned()),
        };
        words.map(rank).collect::<Vec<_>>()
    };
    let by_version = version(one).cmp(&version(other));
    by_version.then(one.created().cmp(&other.created()))
}
