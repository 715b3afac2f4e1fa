//! The rules of sharing against a model that is written straight from them: what several people do
//! at random, and what each of them sees from each scope after it.

use crate::support::{World, ami, image, most, p, run};
use cloud_atlas::{
    ImageQuery, Session,
    image::{ImageRecordId, LaunchPermission},
    scope::{PrincipalId, Role, Scope},
};
use proptest::{prelude::*, sample::select};
use std::collections::BTreeSet;

const EAST: &str = "aws/us-east-1";
const PEOPLE: [&str; 3] = ["ann", "ben", "cleo"];
const SCOPES: [&str; 3] = ["/acme", "/acme/prod", "/beta"];
const ROLES: [&str; 3] = ["observer", "designer", "actor"];
/// To whom an image is opened: everybody, or the account of that name.
const OPEN_TO: [&str; 3] = ["all", "/acme", "/beta"];

/// What somebody does.
#[derive(Debug, Clone)]
enum Step {
    Grant(&'static str, &'static str, &'static str),
    Revoke(&'static str, &'static str, &'static str),
    Register(&'static str, &'static str, u64, bool),
    Open(&'static str, usize, &'static str),
    Close(&'static str, usize, &'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || select(&PEOPLE[..]);
    let scope = || select(&SCOPES[..]);
    let role = || select(&ROLES[..]);
    let to = || select(&OPEN_TO[..]);
    prop_oneof![
        4 => (role(), who(), scope()).prop_map(|(role, who, at)| Step::Grant(role, who, at)),
        1 => (role(), who(), scope()).prop_map(|(role, who, at)| Step::Revoke(role, who, at)),
        5 => (who(), scope(), 0..4_u64, any::<bool>())
            .prop_map(|(who, at, number, shared)| Step::Register(who, at, number, shared)),
        3 => (who(), 0..4_usize, to()).prop_map(|(who, which, to)| Step::Open(who, which, to)),
        1 => (who(), 0..4_usize, to()).prop_map(|(who, which, to)| Step::Close(who, which, to)),
    ]
}

/// Whether a scope is another, or above it (S02).
fn contains(above: &str, below: &str) -> bool {
    below == above || below.starts_with(&format!("{above}/"))
}

/// The account of a scope.
fn account(scope: &str) -> &str {
    scope.strip_suffix("/prod").unwrap_or(scope)
}

/// A record: where it is, what it is of, and to whom it is open.
#[derive(Debug)]
struct Record {
    id: Option<ImageRecordId>,
    scope: &'static str,
    number: u64,
    shared: bool,
    open: BTreeSet<&'static str>,
}

#[derive(Debug, Default)]
struct Model {
    grants: BTreeSet<(&'static str, &'static str, &'static str)>,
    records: Vec<Record>,
}

impl Model {
    /// S05, S06, S07: some grant at the scope or above it gives it; every role lets one look.
    fn may(&self, who: &str, role: Option<&str>, scope: &str) -> bool {
        self.grants.iter().any(|(held, by, at)| {
            *by == who && contains(at, scope) && role.is_none_or(|role| role == *held)
        })
    }

    /// S03, S10: by the tree, or beside it.
    fn sees(&self, who: &str, record: &Record, from: &str) -> bool {
        let tree = record.scope == from || record.shared && contains(record.scope, from);
        let opened = record.open.contains("all") || record.open.contains(account(from));
        self.may(who, None, from) && (tree || opened)
    }

    /// Does a step; whether it may be done.
    fn step(&mut self, step: &Step) -> bool {
        match *step {
            Step::Grant(role, who, at) => self.grants.insert((role, who, at)),
            Step::Revoke(role, who, at) => self.grants.remove(&(role, who, at)),
            Step::Register(who, scope, number, shared) => {
                // I05: not twice in a scope or above it.
                let taken =
                    |record: &Record| record.number == number && contains(record.scope, scope);
                let free = !self.records.iter().any(taken);
                let done = free && self.may(who, Some("designer"), scope);
                if done {
                    self.records.push(Record {
                        id: None,
                        scope,
                        number,
                        shared,
                        open: BTreeSet::new(),
                    });
                }
                done
            }
            Step::Open(who, which, to) | Step::Close(who, which, to) => {
                let Some(record) = self.records.get(which) else {
                    return false;
                };
                let done = self.may(who, Some("actor"), record.scope);
                let record = &mut self.records[which];
                if done && matches!(step, Step::Open(..)) {
                    record.open.insert(to);
                } else if done {
                    record.open.remove(to);
                }
                done
            }
        }
    }
}

/// The world of the model: nobody in it but its people, and the numbers of its accounts.
struct Real {
    world: World,
    numbers: Vec<(&'static str, LaunchPermission)>,
}

impl Real {
    async fn new() -> Self {
        let world = World::new();
        let admin = world.admin();
        for who in PEOPLE {
            admin.add_principal(&p(who)).await.unwrap();
        }
        let scopes = admin.scopes(&most()).await.unwrap().items;
        let number = |scope: &str| {
            let found = scopes.iter().find(|record| record.scope == p(scope));
            LaunchPermission::Account(found.unwrap().account_number.unwrap())
        };
        let numbers = vec![
            ("all", LaunchPermission::Everybody),
            ("/acme", number("/acme")),
            ("/beta", number("/beta")),
        ];
        Self { world, numbers }
    }

    fn to(&self, name: &str) -> [LaunchPermission; 1] {
        let found = self.numbers.iter().find(|(known, _)| *known == name);
        [found.unwrap().1.clone()]
    }

    /// Does a step for real; whether it was done.
    async fn done(&self, step: &Step, model: &mut Model) -> bool {
        let admin = self.world.admin();
        match *step {
            Step::Grant(role, who, at) => {
                let (who, role, at) = (p::<PrincipalId>(who), p::<Role>(role), p::<Scope>(at));
                admin.grant(&who, &role, &at, None).await.is_ok()
            }
            Step::Revoke(role, who, at) => {
                let (who, role, at) = (p::<PrincipalId>(who), p::<Role>(role), p::<Scope>(at));
                admin.revoke(&who, &role, &at).await.is_ok()
            }
            Step::Register(who, scope, number, shared) => {
                let mut ask = image(scope, EAST, number);
                ask.shared = Some(shared);
                let made = self.world.who(who).register_image(ask).await;
                let id = made.ok().map(|made| made.record.id());
                if let (Some(id), Some(record)) = (id, model.records.last_mut()) {
                    record.id.get_or_insert(id);
                }
                id.is_some()
            }
            Step::Open(who, which, to) | Step::Close(who, which, to) => {
                let Some(record) = model.records.get(which) else {
                    return false;
                };
                let (who, id, at) = (self.world.who(who), record.id.unwrap(), p(record.scope));
                let to = self.to(to);
                let changed = match step {
                    Step::Open(..) => who.add_launch_permissions(id, &to, &at).await,
                    _ => who.remove_launch_permissions(id, &to, &at).await,
                };
                changed.is_ok()
            }
        }
    }

    /// Everybody sees from everywhere what the model says, by each way of looking.
    async fn agree(&self, model: &Model) {
        for name in PEOPLE {
            let who = self.world.who(name);
            for from in SCOPES {
                let seen = |record: &&Record| model.sees(name, record, from);
                let expected: BTreeSet<_> =
                    model.records.iter().filter(seen).map(|r| r.id).collect();
                let at = p::<Scope>(from);
                let listed = listed(&who, &at).await;
                assert_eq!(listed, expected, "{name} from {from}");
                for record in &model.records {
                    let known = expected.contains(&record.id);
                    let got = who.image(record.id.unwrap(), &at).await;
                    assert_eq!(got.is_ok(), known, "{name} from {from}: {record:?}");
                    let found = who.find_images(&[ami(record.number)], &at).await;
                    let found = found.unwrap_or_default();
                    let has = found.iter().any(|one| Some(one.record.id()) == record.id);
                    assert_eq!(has, known, "{name} from {from}: {record:?}");
                }
            }
        }
    }
}

async fn listed(who: &Session, from: &Scope) -> BTreeSet<Option<ImageRecordId>> {
    let page = who.images(&ImageQuery::new(from.clone()), &most()).await;
    let items = page.map(|page| page.items).unwrap_or_default();
    let count = items.len();
    let ids: BTreeSet<_> = items.iter().map(|record| Some(record.id())).collect();
    assert_eq!(ids.len(), count, "each once");
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn s12_what_people_do_and_see_follows_the_rules(steps in prop::collection::vec(step(), 1..40)) {
        run(async {
            let real = Real::new().await;
            let mut model = Model::default();
            for (at, step) in steps.iter().enumerate() {
                let expected = model.step(step);
                let done = real.done(step, &mut model).await;
                assert_eq!(done, expected, "{step:?}, number {at}");
                if at % 8 == 7 {
                    real.agree(&model).await;
                }
            }
            real.agree(&model).await;
            assert!(real.world.atlas.check().await.unwrap().findings.is_empty());
        });
    }
}

/// Few, unless more are asked for.
fn cases() -> u32 {
    let asked = std::env::var("ATLAS_SHARING_HISTORIES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(12)
}
