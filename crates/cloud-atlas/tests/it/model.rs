//! The facade against a model that a reader can check at a glance.

use crate::support::{World, ami, ask, most, p, run, set};
use cloud_atlas::{LineageKind, Session, mci::HeadEdit, scope::Scope, template::Reference};
use proptest::{prelude::*, sample::select};
use semver::{Version, VersionReq};
use std::collections::BTreeMap;

const NAMES: [&str; 2] = ["web", "db"];
const LOCATIONS: [&str; 3] = ["aws/us-east-1", "aws/us-west-2", "aws/eu-west-1"];
const CHANNELS: [&str; 2] = ["stable", "next"];

/// What somebody does.
#[derive(Debug, Clone)]
enum Step {
    Create(&'static str),
    Set(&'static str, &'static str, u64),
    Unset(&'static str, &'static str),
    Commit(&'static str),
    Point(&'static str, &'static str, Option<u32>),
    Release(&'static str, Option<u32>, Version),
}

fn step() -> impl Strategy<Value = Step> {
    let name = || select(&NAMES[..]);
    let revision = || prop::option::of(1..5_u32);
    let version = (1..3_u64, 0..3_u64).prop_map(|(major, minor)| Version::new(major, minor, 0));
    prop_oneof![
        2 => name().prop_map(Step::Create),
        6 => (name(), select(&LOCATIONS[..]), 0..4_u64).prop_map(|(name, at, image)| Step::Set(name, at, image)),
        1 => (name(), select(&LOCATIONS[..])).prop_map(|(name, at)| Step::Unset(name, at)),
        4 => name().prop_map(Step::Commit),
        2 => (name(), select(&CHANNELS[..]), revision()).prop_map(|(name, channel, to)| Step::Point(name, channel, to)),
        2 => (name(), revision(), version).prop_map(|(name, of, version)| Step::Release(name, of, version)),
    ]
}

type Content = BTreeMap<&'static str, u64>;

/// A lineage: HEAD, what was committed, and what points there.
#[derive(Debug, Default)]
struct Lineage {
    head: Content,
    revisions: Vec<Content>,
    channels: BTreeMap<&'static str, usize>,
    releases: BTreeMap<usize, Version>,
}

impl Lineage {
    /// The number of a revision that is there; the newest where none is asked for.
    fn number(&self, asked: Option<u32>) -> Option<usize> {
        let last = self.revisions.len();
        let number = asked.map_or(last, |number| usize::try_from(number).unwrap());
        (1..=last).contains(&number).then_some(number)
    }

    /// Does a step; whether it may be done.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Create(_) => false,
            Step::Set(_, location, image) => {
                self.head.insert(location, *image);
                true
            }
            Step::Unset(_, location) => self.head.remove(location).is_some(),
            Step::Commit(_) => {
                let news = !self.head.is_empty() && self.revisions.last() != Some(&self.head);
                if news {
                    self.revisions.push(self.head.clone());
                }
                news
            }
            Step::Point(_, channel, to) => match self.number(*to) {
                Some(to) => self.channels.insert(channel, to) != Some(to),
                None => false,
            },
            Step::Release(_, of, version) => {
                let Some(of) = self.number(*of) else {
                    return false;
                };
                let elsewhere = self
                    .releases
                    .iter()
                    .any(|(number, had)| had == version && *number != of);
                let other = self.releases.get(&of).is_some_and(|had| had != version);
                if elsewhere || other {
                    return false;
                }
                // To give the same version again says nothing new.
                self.releases.insert(of, version.clone());
                true
            }
        }
    }

    /// The content that a selector chooses.
    fn select(&self, selector: &str) -> Option<&Content> {
        let number = match selector {
            "head" => return Some(&self.head),
            "latest" => self.number(None),
            "^1" | ">=1.1" => {
                let wanted = VersionReq::parse(selector).unwrap();
                let fitting = self
                    .releases
                    .iter()
                    .filter(|(_, version)| wanted.matches(version));
                fitting
                    .max_by_key(|(_, version)| *version)
                    .map(|(number, _)| *number)
            }
            channel if CHANNELS.contains(&channel) => self.channels.get(channel).copied(),
            number => self.number(Some(number.parse().unwrap())),
        };
        number.map(|number| &self.revisions[number - 1])
    }
}

/// Does a step for real; whether it was done.
async fn done(who: &Session, step: &Step) -> bool {
    let scope = p::<Scope>("/acme");
    let at = |name: &str, number: &Option<u32>| match number {
        Some(number) => p::<Reference>(&format!("{name}@{number}")),
        None => p(name),
    };
    match step {
        Step::Create(name) => who.create_mci(&scope, p(name)).await.is_ok(),
        Step::Set(name, location, image) => {
            let edits = vec![set(location, *image)];
            who.edit_mci(&p(name), &scope, edits, None).await.is_ok()
        }
        Step::Unset(name, location) => {
            let location = p(location);
            let edits = vec![HeadEdit::Unset { location }];
            who.edit_mci(&p(name), &scope, edits, None).await.is_ok()
        }
        Step::Commit(name) => who.commit_mci(&p(name), &scope, p("m"), None).await.is_ok(),
        Step::Point(name, channel, to) => {
            let to = at(name, to);
            who.assign_channel(&p(channel), LineageKind::Mci, &to, &scope)
                .await
                .is_ok()
        }
        Step::Release(name, of, version) => who
            .release(LineageKind::Mci, &at(name, of), &scope, version)
            .await
            .is_ok(),
    }
}

/// Every selector gives what the model says, at every location.
async fn agree(who: &Session, model: &BTreeMap<&'static str, Lineage>) {
    for name in NAMES {
        for selector in [
            "head", "latest", "1", "2", "3", "stable", "next", "^1", ">=1.1",
        ] {
            let content = model.get(name).and_then(|lineage| lineage.select(selector));
            for location in LOCATIONS {
                let asked = ask(&format!("{name}@{selector}"), location, "/acme");
                let found = who
                    .resolve(&asked)
                    .await
                    .ok()
                    .map(|launch| launch.plan.image.clone());
                let expected = content.and_then(|content| content.get(location));
                assert_eq!(
                    found,
                    expected.map(|image| ami(*image)),
                    "{name}@{selector} at {location}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn the_facade_does_what_the_model_does(steps in prop::collection::vec(step(), 1..40)) {
        let world = World::new();
        let dana = world.who("dana");
        let mut model = BTreeMap::<&'static str, Lineage>::new();
        run(async {
            for (at, step) in steps.iter().enumerate() {
                let (Step::Create(name) | Step::Set(name, ..) | Step::Unset(name, _) | Step::Commit(name)
                | Step::Point(name, ..) | Step::Release(name, ..)) = step;
                let expected = match (model.get_mut(name), step) {
                    (Some(lineage), step) => lineage.step(step),
                    (None, Step::Create(_)) => {
                        model.insert(name, Lineage::default());
                        true
                    }
                    (None, _) => false,
                };
                assert_eq!(done(&dana, step).await, expected, "{step:?}, number {at}");
                if at % 5 == 0 {
                    agree(&dana, &model).await;
                }
            }
            agree(&dana, &model).await;
            for (name, lineage) in &model {
                let log = dana.mci_log(&p(name), &p("/acme"), &most()).await.unwrap().items;
                assert_eq!(log.len(), lineage.revisions.len());
                let view = dana.mci(&p(name), &p("/acme")).await.unwrap();
                let edited = lineage.revisions.last().map_or(!lineage.head.is_empty(), |last| *last != lineage.head);
                assert_eq!(view.edited, edited, "{name}");
            }
            assert!(world.atlas.check().await.unwrap().findings.is_empty());
        });
    }
}

/// Few, unless more are asked for.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(24)
}
