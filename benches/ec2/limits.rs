//! What a server must reach whoever its peer is.

use crate::{
    Fault, WRITERS, by_id, by_id_with, filtered,
    fleet::{self, Fleet, GROUP, float},
    load::{self, Took},
    ours::Ours,
};
use atlas_benches::{Claim, is_quick, median};

/// Requests a second for one image each, on a file and on a server.
const BY_ID: [f64; 2] = [5_000.0, 2_000.0];
/// Registrations a second.
const REGISTERED: f64 = 1_000.0;
/// How long 99 of 100 requests for one image take at most, and half of those for a group, in seconds.
const SOON: f64 = 0.005;
/// How long all images in one answer take, in seconds: of ten thousand.
const ALL: f64 = 0.3;

pub(crate) fn run(ours: &Ours, fleet: &Fleet, memory: f64) -> Result<(), Fault> {
    let images = fleet.ids.len();
    let claim = format!(
        "RegisterImage of {images}, durable for {WRITERS} clients, beside {REGISTERED} a second"
    );
    Claim::cost(&claim, "ms", fleet.each * 1e3, 1e3 / REGISTERED, 1.0).print();
    let kept = ours.target.kept();
    let requests = if is_quick() { 50 } else { 2_500 };
    load::run(kept, &by_id(kept, fleet, [8, requests / 5]))?;
    let mut took = load::run(kept, &by_id(kept, fleet, [8, requests]))?;
    by_id_claim(&took, images, "a file", BY_ID[0]);
    let claim = format!("the same, 99 of 100 answers, beside {} ms", SOON * 1e3);
    let slow = took.percentile_99();
    Claim::cost(&claim, "ms", slow * 1e3, SOON * 1e3, 1.0).print();
    stored_claim(ours, fleet, requests, BY_ID[0])?;
    let group = fleet::group(images / 2);
    for (name, value) in [("name", format!("{group}-*")), ("tag:team", group)] {
        let request = kept.request(&filtered(name, &value));
        let mut took = load::run(kept, &[vec![request; requests / 10]])?;
        let claim = format!(
            "half of the answers to a filter {name}, {GROUP} hits of {images}, beside {} ms",
            SOON * 1e3
        );
        Claim::cost(&claim, "ms", took.median() * 1e3, SOON * 1e3, 1.0).print();
    }
    let before = ours.megabytes()?;
    all(ours, images)?;
    for (words, megabytes) in [("before", before), ("after", ours.megabytes()?)] {
        let claim = format!("memory with {images} images {words} such answers, beside {memory} MB");
        Claim::cost(&claim, "MB", megabytes, memory, 1.0).print();
    }
    Ok(())
}

/// On a server of PostgreSQL.
pub(crate) fn run_on_postgres(ours: &Ours, fleet: &Fleet) -> Result<(), Fault> {
    let kept = ours.target.kept();
    let requests = if is_quick() { 50 } else { 2_500 };
    load::run(kept, &by_id(kept, fleet, [8, requests / 5]))?;
    let mut took = load::run(kept, &by_id(kept, fleet, [8, requests]))?;
    by_id_claim(&took, fleet.ids.len(), "PostgreSQL", BY_ID[1]);
    stored_claim(ours, fleet, requests, BY_ID[1])?;
    let (each, slow) = (fleet.each * 1e3, took.percentile_99() * 1e3);
    eprintln!("PostgreSQL: {each:.2} ms a registration, 99 of 100 answers within {slow:.1} ms");
    Ok(())
}

fn by_id_claim(took: &Took, images: usize, on: &str, rate: f64) {
    let claim = format!(
        "DescribeImages by id among {images} on {on}, 8 clients that keep their connections, beside {rate} a second"
    );
    Claim::cost(&claim, "ms", took.each * 1e3, 1e3 / rate, 1.0).print();
}

/// The same of who signs with an access key that is looked up in the store.
fn stored_claim(ours: &Ours, fleet: &Fleet, requests: usize, rate: f64) -> Result<(), Fault> {
    let (kept, [id, secret]) = (ours.target.kept(), &ours.stored);
    let took = load::run(kept, &by_id_with([id, secret], kept, fleet, [8, requests]))?;
    let claim = format!("the same, signed with a key of the store, beside {rate} a second");
    Claim::cost(&claim, "ms", took.each * 1e3, 1e3 / rate, 1.0).print();
    Ok(())
}

/// Every image in one answer.
fn all(ours: &Ours, images: usize) -> Result<(), Fault> {
    let question = [("Action", "DescribeImages")];
    let [found, tags] = load::count(ours.target, &question, ["<imageId>", "<key>team</key>"])?;
    if [found, tags] != [images; 2] {
        return Err(format!("one answer has {found} images, {tags} tags of {images}").into());
    }
    let limit = ALL * float(images.max(10_000)) / 10_000.0;
    let mut each = Vec::new();
    for _ in 0..if is_quick() { 3 } else { 9 } {
        let request = ours.target.request(&question);
        each.push(load::run(ours.target, &[vec![request]])?.each);
    }
    let claim = format!("all {images} images with their tags in one answer, beside {limit} s");
    Claim::cost(&claim, "ms", median(&mut each) * 1e3, limit * 1e3, 1.0).print();
    // Several at once, whom the memory has to bear as well.
    let request = ours.target.request(&question);
    load::run(ours.target, &vec![vec![request]; 8])?;
    Ok(())
}
