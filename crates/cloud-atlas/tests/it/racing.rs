//! Two at once, one of whom must be told of the other: registrations of one image, and a delete
//! against each way of referring to what is deleted. Once as chance will have it, and once with the
//! second whole between what the first read and what it writes.

use crate::{
    concurrency::{again, engines},
    elsewhere::role,
    support::{World, acme, add_credential, ami, beside, image, limited, most, p, run, set},
};
use atlas_store_conformance::{Layer, Layered};
use cloud_atlas::{
    Atlas, Error, EventQuery, Retention, Session,
    image::{CopyImage, ImageRecordId, LifecycleState, RegisterError},
    image_id::Cloud,
    mci::HeadEdit,
    scope::{Permission, Scope},
    store::{Commit, Committed, FeedPosition, Fut, MemoryStore, Snapshot, Store},
    template::{Reference, Selector},
};
use std::{
    fmt,
    sync::{Arc, Barrier, Mutex},
    thread,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// The order in which the records of an image came, by the feed of a partition: the scopes.
async fn order(who: &Session, scope: &str, ids: &[ImageRecordId]) -> Vec<Scope> {
    let (mut found, mut after) = (Vec::new(), FeedPosition::START);
    loop {
        let query = EventQuery::new(p(scope));
        let (events, last) = who.events_after(&query, after).await.unwrap();
        found.extend(events.into_iter().filter(|event| {
            event.action == Permission::ImageRegister
                && ids.iter().any(|id| event.subject == id.to_string())
        }));
        if last == after {
            return found.into_iter().map(|event| event.scope).collect();
        }
        after = last;
    }
}

#[test]
fn i05_of_registrations_at_once_at_several_scopes_exactly_the_allowed_ones_are_made() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        for scope in ["/acme/dev", "/acme/prod"] {
            // Some worlds have them.
            let _ = run(admin.add_scope(&p(scope)));
        }
        run(add_credential(&admin, "/", Cloud::Aws)).unwrap();
        let cases: [&[&str]; 3] = [
            &["/acme/dev", "/acme/prod"],
            &["/acme", "/acme/dev", "/acme/prod"],
            &["/", "/acme", "/acme/dev", "/acme/prod"],
        ];
        for number in 0..12 {
            let scopes = cases[usize::try_from(number).unwrap() % cases.len()];
            let start = Barrier::new(2 * scopes.len());
            let tried: Vec<_> = thread::scope(|threads| {
                let each = scopes.iter().flat_map(|scope| [*scope; 2]);
                let tries = each.map(|scope| {
                    let (start, who) = (&start, admin.clone());
                    threads.spawn(move || {
                        start.wait();
                        let made = again(|| run(who.register_image(image(scope, EAST, number))));
                        (scope, made.map(|made| made.record.id()))
                    })
                });
                let tries: Vec<_> = tries.collect();
                tries.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let mut made = Vec::new();
            for (scope, outcome) in &tried {
                match outcome {
                    Ok(id) => made.push((p::<Scope>(scope), *id)),
                    Err(Error::Register(RegisterError::AlreadyRegistered(there))) => {
                        // Somebody has it there or above, and is named.
                        let (holder, at) = there.holder.clone().unwrap();
                        assert!(at.contains(&p(scope)), "{scope}: {at}");
                        let record = run(admin.image(holder, &at)).unwrap();
                        assert_eq!(record.image_id(), &ami(number));
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            let held = |scope: &str| made.iter().filter(|(at, _)| *at == p(scope)).count();
            // Nothing stands above the highest of them, so each of those is made, once.
            assert_eq!(held(scopes[0]), 1, "{tried:?}");
            assert!(scopes.iter().all(|scope| held(scope) <= 1), "{tried:?}");
            if scopes.len() == 2 {
                assert_eq!(made.len(), 2, "siblings may both hold it");
            }
            // None came after one above it.
            let ids: Vec<_> = made.iter().map(|(_, id)| *id).collect();
            let order = run(order(&admin, "/acme", &ids));
            for (at, scope) in order.iter().enumerate() {
                let above = order[..at].iter().any(|before| before.contains(scope));
                assert!(!above, "{order:?}");
            }
        }
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

/// A way of referring to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A HEAD is edited to hold its image.
    Edit,
    /// A HEAD that holds its image is committed, before it is edited and the record deleted.
    Commit,
    /// A role map takes it.
    Map,
    /// It is copied.
    Copy,
    /// It replaces what is deprecated.
    Replace,
}

const WAYS: [Way; 5] = [Way::Edit, Way::Commit, Way::Map, Way::Copy, Way::Replace];

impl Way {
    fn binds(self) -> bool {
        !matches!(self, Self::Copy | Self::Replace)
    }
}

/// A record, and what is to refer to it.
struct Scene {
    way: Way,
    number: u64,
    record: ImageRecordId,
    other: ImageRecordId,
    web: Reference,
    map: cloud_atlas::base::Name,
}

impl Scene {
    fn new(admin: &Session, way: Way, number: u64) -> Self {
        let name = format!("web-{number}");
        run(async {
            let record = admin.register_image(image("/acme", EAST, number)).await;
            let other = admin.register_image(image("/acme", EAST, number + 500));
            let scene = Self {
                way,
                number,
                record: record.unwrap().record.id(),
                other: other.await.unwrap().record.id(),
                web: p(&name),
                map: p(&name),
            };
            admin.create_mci(&acme(), p(&name)).await.unwrap();
            admin.make_role_map(role("/acme", &name)).await.unwrap();
            if way == Way::Commit {
                let (acme, edits) = (acme(), vec![set(EAST, number)]);
                let edit = admin.edit_mci(&scene.web, &acme, edits, None);
                edit.await.unwrap();
            }
            scene
        })
    }

    /// Refers to the record.
    fn refer(&self, who: &Session) -> Result<(), Error> {
        let (id, acme) = (self.record, acme());
        match self.way {
            Way::Edit => {
                let edits = vec![set(EAST, self.number)];
                again(|| run(who.edit_mci(&self.web, &acme, edits.clone(), None))).map(drop)
            }
            Way::Commit => again(|| run(who.commit_mci(&self.web, &acme, p("m"), None))).map(drop),
            Way::Map => again(|| run(who.set_role_image(&self.map, &acme, id))).map(drop),
            Way::Copy => {
                let to = CopyImage::new(p(WEST));
                let made = ami(self.number + 900);
                again(|| run(who.copy_image(id, &acme, to.clone(), made.clone()))).map(drop)
            }
            Way::Replace => {
                let deprecate = || who.deprecate_image(self.other, &acme, None, None, Some(id));
                again(|| run(deprecate())).map(drop)
            }
        }
    }

    /// Takes the image out of the HEAD that held it.
    fn unset(&self, who: &Session) {
        if self.way == Way::Commit {
            let edits = vec![HeadEdit::Unset { location: p(EAST) }];
            again(|| run(who.edit_mci(&self.web, &acme(), edits.clone(), None))).unwrap();
        }
    }

    fn delete(&self, who: &Session) -> Result<(), Error> {
        let (acme, keep) = (acme(), Retention::default());
        let delete = || who.delete_image(self.record, &acme, None, keep, false);
        again(|| run(delete())).map(drop)
    }

    /// Whether what binds refers to it (L02).
    fn is_used(&self, who: &Session) -> bool {
        run(async {
            let map = who.role_map(&self.map, &acme()).await.unwrap();
            let mut states = vec![Selector::Head];
            let log = who.mci_log(&self.web, &acme(), &most()).await.unwrap();
            let numbers = log.items.iter().map(|entry| entry.revision.number());
            states.extend(numbers.map(Selector::Number));
            let mut used = map.images().values().any(|held| *held == self.record);
            for state in states {
                let view = who.mci(&self.web.clone().at(state), &acme()).await.unwrap();
                let held = view.content.settings().get(&p(EAST));
                used |= held.is_some_and(|held| *held.image() == ami(self.number));
            }
            used
        })
    }

    /// Whoever came second was told of the other, and nothing dangles.
    fn holds(&self, who: &Session, referred: &Result<(), Error>, deleted: &Result<(), Error>) {
        let told = format!("{:?}: {referred:?}, {deleted:?}", self.way);
        let record = run(who.image(self.record, &acme())).unwrap();
        let gone = record.lifecycle().state() == LifecycleState::Deleted;
        assert_eq!(gone, deleted.is_ok(), "{told}");
        assert!(!(gone && self.is_used(who)), "{told}");
        // One of them at least is done.
        assert!(referred.is_ok() || gone, "{told}");
        assert!(!(self.way.binds() && referred.is_ok() && gone), "{told}");
        for refused in [referred, deleted]
            .into_iter()
            .filter_map(|one| one.as_ref().err())
        {
            let known = matches!(
                refused,
                Error::Life(_) | Error::RoleMap(_) | Error::Copy(_) | Error::NotReady(_)
            );
            assert!(known, "{told}");
        }
    }
}

#[test]
fn l02_a_delete_and_any_reference_at_once_leave_nothing_dangling() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        for round in 0..30 {
            let way = WAYS[usize::try_from(round).unwrap() % WAYS.len()];
            let scene = Scene::new(&admin, way, round);
            let start = Barrier::new(2);
            let (referred, deleted) = thread::scope(|threads| {
                let referring = threads.spawn(|| {
                    start.wait();
                    scene.refer(&admin)
                });
                start.wait();
                scene.unset(&admin);
                let deleted = scene.delete(&admin);
                (referring.join().unwrap(), deleted)
            });
            scene.holds(&admin, &referred, &deleted);
        }
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn l02_whoever_commits_between_a_read_and_its_write_wins() {
    for way in WAYS {
        for (number, first_deletes) in [(1, true), (2, false)] {
            let store = Arc::new(Layered::<Between>::default());
            let world = World::over(Arc::clone(&store) as Arc<dyn Store>);
            let admin = world.admin();
            let scene = Arc::new(Scene::new(&admin, way, number));
            let second: Atlas = beside(Arc::clone(&store) as Arc<dyn Store>, &world.clock, 7);
            let (other, done) = (second.act_as(&p("admin")), Arc::new(Mutex::new(None)));
            let (within, told) = (Arc::clone(&scene), Arc::clone(&done));
            store.before_the_next_commit(move || {
                let outcome = if first_deletes {
                    within.refer(&other)
                } else {
                    within.unset(&other);
                    within.delete(&other)
                };
                *told.lock().unwrap() = Some(outcome);
            });
            let mine = if first_deletes {
                scene.unset(&admin);
                scene.delete(&admin)
            } else {
                scene.refer(&admin)
            };
            let theirs = done.lock().unwrap().take().unwrap();
            assert!(theirs.is_ok(), "{way:?}: {theirs:?}");
            // Where an image came from, and what it replaces, keep nobody from deleting it.
            let refused = way.binds() || !first_deletes;
            assert_eq!(mine.is_err(), refused, "{way:?}: {mine:?}");
            let (referred, deleted) = if first_deletes {
                (theirs, mine)
            } else {
                (mine, theirs)
            };
            scene.holds(&admin, &referred, &deleted);
            assert!(run(world.atlas.check()).unwrap().findings.is_empty());
        }
    }
}

type Deed = Box<dyn FnOnce() + Send>;

/// A store in memory in which something happens just before the next commit.
#[derive(Clone)]
pub(crate) struct Between {
    store: Arc<MemoryStore>,
    deed: Arc<Mutex<Option<Deed>>>,
}

impl Default for Between {
    fn default() -> Self {
        Self {
            store: Arc::new(limited()),
            deed: Arc::new(Mutex::new(None)),
        }
    }
}

impl Between {
    pub(crate) fn before_the_next_commit(&self, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().unwrap() = Some(Box::new(deed));
    }
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Between")
    }
}

impl Layer for Between {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        let deed = self.deed.lock().unwrap().take();
        if let Some(deed) = deed {
            deed();
        }
        behind.commit(commit)
    }
}
