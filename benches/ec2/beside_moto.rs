//! The same questions to both.

use crate::{
    Fault, by_id,
    client::Target,
    filtered,
    fleet::{self, Fleet, GROUP},
    load,
};
use atlas_benches::{Claim, is_quick, rounds, seconds};
use atlas_test_servers::S3;
use core::{cell::Cell, time::Duration};
use std::fs;

/// Twenty times as fast.
const GOAL: f64 = 1.0 / 20.0;
/// More clients at once do not make moto faster.
const LOADERS: usize = 4;
/// How long moto is waited for where it takes minutes; it counts for no more then.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn run(ours: Target, fleet: &Fleet) -> Result<(), Fault> {
    // It is one server for all services of AWS.
    let server = S3::start()?;
    let moto = Target::at(server.port());
    let images = fleet.ids.len();
    eprintln!("registering {images} images with moto");
    let theirs = fleet::register(moto, images, LOADERS)?;
    // It takes no tags when it registers.
    fleet::tag(moto, &theirs)?;
    by_id_and_name([ours, moto], [fleet, &theirs], [7, 80])?;
    by_tag(ours, moto, &fleet::group(images / 2), images)
}

/// The same of so many images that moto would take long to register: it begins with them, without
/// tags, and is asked less.
pub(crate) fn run_with_many(ours: Target, fleet: &Fleet) -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("images.json");
    fs::write(&file, fleet::for_moto(fleet).to_string())?;
    eprintln!("reading {} images with moto", fleet.ids.len());
    let server = S3::start_with_images(&file)?;
    let moto = Target::at(server.port());
    // It reads them when it is asked first.
    load::run(moto, &by_id(moto, fleet, [1, 1]))?;
    by_id_and_name([ours, moto], [fleet, fleet], [3, 16])
}

/// So many rounds, of so many requests for one image to moto.
fn by_id_and_name(
    [ours, moto]: [Target; 2],
    [fleet, theirs]: [&Fleet; 2],
    [rounds, of_moto]: [usize; 2],
) -> Result<(), Fault> {
    let images = fleet.ids.len();
    for (clients, words) in [(1, "one client"), (8, "8 clients")] {
        let (of_ours, of_moto) = if is_quick() {
            (80, 16)
        } else {
            (1_600, of_moto)
        };
        let claim = format!(
            "DescribeImages by id among {images}, {words}, a new connection each, beside moto"
        );
        versus(
            &claim,
            rounds,
            || by_id(ours, fleet, [clients, of_ours / clients]),
            || by_id(moto, theirs, [clients, of_moto / clients]),
            [ours, moto],
        )?;
    }
    let group = fleet::group(images / 2);
    let end = group.get(1..).unwrap_or_default();
    for (pattern, words) in [
        (format!("{group}-*"), "a wildcard behind"),
        (format!("?{end}-*"), "one in front too"),
    ] {
        let question = filtered("name", &pattern);
        for target in [ours, moto] {
            hits(target, &question)?;
        }
        let claim = format!("a filter of names, {words}, {GROUP} hits of {images}, beside moto");
        versus(
            &claim,
            3,
            || vec![vec![ours.request(&question); 20]],
            || vec![vec![moto.request(&question)]],
            [ours, moto],
        )?;
    }
    Ok(())
}

/// Here moto goes through the tags of all images for each image, so it is asked once.
fn by_tag(ours: Target, moto: Target, group: &str, images: usize) -> Result<(), Fault> {
    let question = filtered("tag:team", group);
    hits(ours, &question)?;
    let mine = load::run(ours, &[vec![ours.request(&question); 50]])?.each;
    let mut answer = Ok(());
    let moto = moto.patient_for(PATIENCE);
    let theirs = seconds(|| answer = hits(moto, &question));
    let most = PATIENCE.as_secs_f64();
    if theirs < most {
        answer?;
    }
    let claim = format!("a filter of a tag, {GROUP} hits of {images}, beside {most} s of moto");
    Claim::cost(&claim, "ms", mine * 1e3, theirs.min(most) * 1e3, GOAL).print();
    Ok(())
}

/// Sees that an answer has the images of a group.
fn hits(target: Target, question: &[(&str, &str)]) -> Result<(), Fault> {
    let [found] = load::count(target, question, ["<imageId>"])?;
    if found == GROUP {
        return Ok(());
    }
    let address = target.address;
    Err(format!("{address} finds {found} images, not {GROUP}").into())
}

/// Measures rounds of requests that are signed before each; the seconds of one are compared.
fn versus(
    claim: &str,
    count: usize,
    ours: impl Fn() -> Vec<Vec<Vec<u8>>>,
    peer: impl Fn() -> Vec<Vec<Vec<u8>>>,
    [us, them]: [Target; 2],
) -> Result<(), Fault> {
    let fault = Cell::new(None);
    let each = |target, lists: Vec<_>| match load::run(target, &lists) {
        Ok(took) => took.each,
        Err(error) => {
            fault.set(Some(error));
            f64::NAN
        }
    };
    let pair = rounds(count, || each(us, ours()), || each(them, peer()));
    if let Some(fault) = fault.take() {
        return Err(fault);
    }
    Claim::milliseconds(claim, pair, GOAL).print();
    Ok(())
}
