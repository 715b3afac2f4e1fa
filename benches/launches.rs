//! Launches of a committed ServerTemplate: warm, cold, everywhere at once, and beside commits.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench takes the time of many threads together"
)]

use atlas_benches::{Claim, Effort, is_quick, median, seconds, versus};
use cloud_atlas::{
    AddCredential, Atlas, CommitTemplate, LaunchRequest, LaunchSubject, RegisterImage, Session,
    TemplateChange,
    image::{OsFacts, Via},
    image_id::{Cloud, CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
};
use core::{
    hint::black_box,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use pollster::block_on;
use std::{thread, time::Instant};

type Fault = Box<dyn std::error::Error>;

/// The locations of the larger of the two MultiCloud Images.
const LOCATIONS: usize = 200;
/// The templates that nobody asks for twice.
const MANY: usize = 200;

fn many(number: usize) -> String {
    format!("one-{number}")
}

fn main() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let url = format!("redb:{}", folder.path().join("bench.redb").display());
    let admin = block_on(furnish(&url))?;
    let acme: Scope = "/acme".parse()?;
    let subject = |name: &str| -> Result<_, Fault> {
        Ok(LaunchSubject::template(name.parse()?, acme.clone()))
    };
    let (front, wide) = (subject("front")?, subject("wide")?);
    let requests: Vec<_> = places(20)?
        .into_iter()
        .map(|place| front.clone().at(place))
        .collect();
    warm(&admin, &requests)?;
    everywhere(&admin, &wide)?;
    beside_commits(&admin, &requests)?;
    drop(admin);
    asked_first(&url)?;
    after_opening(&url, &requests, "20 locations")?;
    let requests: Vec<_> = places(LOCATIONS)?
        .into_iter()
        .map(|place| wide.clone().at(place))
        .collect();
    after_opening(&url, &requests, "200 locations")
}

fn places(count: usize) -> Result<Vec<CloudLocation>, Fault> {
    let areas = ["us", "eu", "ap", "sa", "ca"];
    let sides = ["east", "west", "north", "south", "central"];
    let mut places = Vec::with_capacity(count);
    for number in 1..10 {
        for area in areas {
            for side in sides {
                places.push(format!("aws/{area}-{side}-{number}").parse()?);
            }
        }
    }
    places.truncate(count);
    Ok(places)
}

fn ami(number: usize) -> Result<ImageId, Fault> {
    Ok(ImageId::parse(Cloud::Aws, &format!("ami-{number:017x}"))?)
}

/// Two templates, `front` over 20 locations and `wide` over 200, and many like the first; their
/// images are registered.
async fn furnish(url: &str) -> Result<Session, Fault> {
    let admin = Atlas::init(url).await?.act_as(&"admin".parse()?);
    let acme: Scope = "/acme".parse()?;
    admin.add_scope(&acme).await?;
    let secret = "vault:bench".parse()?;
    let credential = AddCredential::new(acme.clone(), Cloud::Aws, "aws".parse()?, secret);
    admin.add_credential(credential).await?;
    let mut images = Vec::new();
    for (number, place) in places(LOCATIONS)?.into_iter().enumerate() {
        let mut image = RegisterImage::new(acme.clone(), place, ami(number)?, Via::Form);
        image.os = Some(OsFacts::parse("ubuntu", "24.04", "24.04.1")?);
        images.push(image);
    }
    admin.register_images(images).await?;
    let named = [("front", 20), ("wide", LOCATIONS), ("busy", 1)];
    let named = named.map(|(name, count)| (name.to_owned(), count));
    let many = (0..MANY).map(|number| (many(number), 20));
    for (name, count) in named.into_iter().chain(many) {
        let reference = name.parse()?;
        admin.create_mci(&acme, name.parse()?).await?;
        let mut edits = Vec::new();
        for (number, place) in places(count)?.into_iter().enumerate() {
            edits.push(set(place, number)?);
        }
        admin.edit_mci(&reference, &acme, edits, None).await?;
        let message = "first".parse()?;
        admin.commit_mci(&reference, &acme, message, None).await?;
        admin.create_template(&acme, name.parse()?).await?;
        let link = vec![TemplateChange::Link(name.parse()?)];
        admin.edit_template(&reference, &acme, link, None).await?;
        let commit = CommitTemplate::new(name.parse()?, acme.clone(), "first".parse()?);
        admin.commit_template(&commit).await?;
    }
    Ok(admin)
}

fn set(place: CloudLocation, number: usize) -> Result<HeadEdit, Fault> {
    let setting = Setting::new(ami(number)?).with_instance_type("m7i.large".parse()?);
    Ok(HeadEdit::set(place, setting))
}

fn warm(admin: &Session, requests: &[LaunchRequest]) -> Result<(), Fault> {
    #[expect(clippy::disallowed_types, reason = "the peer is a hash map")]
    let mut map = std::collections::HashMap::new();
    for request in requests {
        map.insert(request.clone(), block_on(admin.resolve(request))?);
    }
    let (mut ours, mut peers) = (requests.iter().cycle(), requests.iter().cycle());
    let pair = versus(
        Effort::from_arguments(),
        || {
            let request = ours.next();
            request.map(|request| block_on(admin.resolve(black_box(request))))
        },
        || {
            let request = peers.next();
            request.and_then(|request| map.get(black_box(request)).cloned())
        },
    );
    let (ours, limit) = (pair.ours * 1e9, pair.peer.mul_add(3.0e9, 200.0));
    let claim = "launch of a committed template, warm, beside three hash look-ups of the same answer and 200 ns";
    Claim::cost(claim, "ns", ours, limit, 1.0).print();
    Ok(())
}

fn everywhere(admin: &Session, wide: &LaunchSubject) -> Result<(), Fault> {
    let matrix = block_on(admin.resolve_all(wide))?;
    if matrix.launched() != LOCATIONS {
        return Err("a location launches nothing".into());
    }
    let mut all = Vec::new();
    for _ in 0..1000 {
        all.push(seconds(|| block_on(admin.resolve_all(black_box(wide)))));
    }
    let claim = "launches at all of 200 locations, warm, beside 100 µs";
    Claim::cost(claim, "µs", median(&mut all) * 1e6, 100.0, 1.0).print();
    Ok(())
}

/// Two threads resolve, a third commits a hundred times a second to a lineage beside theirs.
fn beside_commits(admin: &Session, requests: &[LaunchRequest]) -> Result<(), Fault> {
    let time = Duration::from_secs(if is_quick() { 1 } else { 5 });
    let (done, count, commits) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let acme: Scope = "/acme".parse()?;
    let busy = "busy".parse()?;
    let place = places(1)?.pop().ok_or("no place")?;
    let mut edits = Vec::new();
    for number in 0..2 {
        edits.push(set(place.clone(), number)?);
    }
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let mut turn = requests.iter().cycle();
                let mut own = 0;
                while !done.load(Ordering::Relaxed) {
                    for request in turn.by_ref().take(64) {
                        own += u64::from(block_on(admin.resolve(request)).is_ok());
                    }
                }
                count.fetch_add(own, Ordering::Relaxed);
            });
        }
        let begin = Instant::now();
        let every = Duration::from_millis(10);
        for (turn, edit) in (1..).zip(edits.iter().cycle()) {
            let now = begin.elapsed();
            if now >= time {
                break;
            }
            let edit = block_on(admin.edit_mci(&busy, &acme, vec![edit.clone()], None));
            commits.fetch_add(u64::from(edit.is_ok()), Ordering::Relaxed);
            thread::sleep((every * turn).saturating_sub(begin.elapsed()));
        }
        done.store(true, Ordering::Relaxed);
    });
    let a_second = |count: AtomicU64| {
        let count = u32::try_from(count.into_inner()).unwrap_or(u32::MAX);
        f64::from(count) / time.as_secs_f64()
    };
    let (resolves, commits) = (a_second(count), a_second(commits));
    let claim = "a launch on two threads while a third commits, beside 500,000 a second";
    Claim::cost(claim, "ns", 1e9 / resolves, 2_000.0, 1.0).print();
    let claim = "a commit meanwhile, beside 100 a second";
    Claim::cost(claim, "ms", 1e3 / commits, 10.0, 1.1).print();
    Ok(())
}

/// What nobody asked for before, in a store that others are answered from.
fn asked_first(url: &str) -> Result<(), Fault> {
    let admin = block_on(Atlas::open(url))?.act_as(&"admin".parse()?);
    let acme: Scope = "/acme".parse()?;
    let mut all = Vec::new();
    for (number, place) in places(20)?.into_iter().cycle().take(MANY).enumerate() {
        let name = many(number).parse()?;
        let request = LaunchSubject::template(name, acme.clone()).at(place);
        all.push(seconds(|| block_on(admin.resolve(&request))));
    }
    let claim = "launch of a committed template that nobody asked for before, beside 100 µs";
    Claim::cost(claim, "µs", median(&mut all) * 1e6, 100.0, 1.0).print();
    Ok(())
}

/// The first answer of a process that has just opened the store.
fn after_opening(url: &str, requests: &[LaunchRequest], size: &str) -> Result<(), Fault> {
    let mut all = Vec::new();
    let rounds = if is_quick() { 5 } else { 31 };
    for request in requests.iter().cycle().take(rounds) {
        let admin = block_on(Atlas::open(url))?.act_as(&"admin".parse()?);
        all.push(seconds(|| block_on(admin.resolve(request))));
    }
    let claim = format!("the first launch after opening, of a template over {size}, beside 100 µs");
    Claim::cost(&claim, "µs", median(&mut all) * 1e6, 100.0, 1.0).print();
    Ok(())
}
