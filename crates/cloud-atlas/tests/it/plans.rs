//! Plans before changes, through the facade: made, carried out exactly so, and taken back.

mod hitting;
mod replacing;
mod retaining;
mod revoking;
mod users;

use crate::{
    elsewhere::role,
    racing::Between,
    support::{World, acme, ami, beside, committed, dump, image, p, run},
};
use atlas_store_conformance::Layered;
use cloud_atlas::{
    Error, EventQuery, PlanRefusal, Session,
    image::{
        ConfirmError, CopyImage, ImageRecordId, JudgeRetention, Moved, Plan, RetentionGroup,
        RetentionPolicy, RevokeError, RevokeImage, RevokePlan,
    },
    scope::Scope,
    store::Store,
    template::{ReplaceError, ReplaceImage, ReplacePlan},
};
use std::{collections::BTreeSet, sync::Arc};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";
const DUBLIN: &str = "aws/eu-west-1";

/// What asks to revoke an image.
pub(crate) fn revoking(image: ImageRecordId) -> RevokeImage {
    let reason = Some(p("CVE-2026-1"));
    RevokeImage { image, reason }
}

/// What asks to replace an image at a scope.
pub(crate) fn replacing(old: ImageRecordId, new: ImageRecordId, at: &Scope) -> ReplaceImage {
    ReplaceImage {
        old,
        new,
        scopes: BTreeSet::from([at.clone()]),
        deprecate: None,
    }
}

/// What asks which images of a scope are kept.
pub(crate) fn retaining(scope: &Scope) -> JudgeRetention {
    JudgeRetention {
        scope: scope.clone(),
        policy: RetentionPolicy::new(RetentionGroup::default()),
    }
}

/// Two plans that do nothing.
pub(crate) fn empty() -> (RevokePlan, ReplacePlan) {
    let (one, other) = (ImageRecordId::from_u128(1), ImageRecordId::from_u128(2));
    let (by, now) = (p("dana"), crate::support::noon());
    let revoke = Plan::new(revoking(one), p("dana"), now, None, Vec::new());
    let replace = replacing(one, other, &acme());
    let replace = Plan::new(replace, by, now, None, Vec::new());
    (revoke.unwrap(), replace.unwrap())
}

async fn registered(who: &Session, scope: &str, at: &str, number: u64) -> ImageRecordId {
    let made = who.register_image(image(scope, at, number)).await;
    made.unwrap().record.id()
}

async fn copied(who: &Session, from: ImageRecordId, at: &str, number: u64) -> ImageRecordId {
    let to = CopyImage::new(p(at));
    let copied = who.copy_image(from, &acme(), to, ami(number)).await;
    copied.unwrap().record.id()
}

/// What moved, where a plan to revoke was refused for it.
#[track_caller]
fn moved<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Moved {
    match outcome {
        Err(Error::Plan(
            PlanRefusal::Revoke(RevokeError::Confirm(ConfirmError::Moved(moved)))
            | PlanRefusal::Replace(ReplaceError::Confirm(ConfirmError::Moved(moved))),
        )) => *moved,
        other => panic!("{other:?}"),
    }
}

/// The keys of what moved: what changed, came and went.
fn keys(moved: &Moved) -> [Vec<String>; 3] {
    [&moved.changed, &moved.came, &moved.went]
        .map(|items| items.iter().map(|item| item.key.clone()).collect())
}

/// The events of a scope, as `action subject`, newest first.
async fn events(who: &Session, scope: &str, count: usize) -> Vec<String> {
    let query = EventQuery::new(p(scope));
    let page = who.find_events(&query, &crate::support::most()).await;
    let events = page.unwrap().items.into_iter().take(count);
    events
        .map(|event| format!("{} {}", event.action, event.subject))
        .collect()
}

fn clean(world: &World) {
    assert_eq!(
        run(world.atlas.check()).unwrap().findings,
        Vec::<String>::new()
    );
}

/// A world in which somebody else is whole between what a plan reads and what it writes.
struct Crossed {
    world: World,
    store: Arc<Layered<Between>>,
}

impl Crossed {
    fn new() -> Self {
        let store = Arc::new(Layered::<Between>::default());
        let world = World::over(Arc::clone(&store) as Arc<dyn Store>);
        Self { world, store }
    }

    /// Lets the administrator do something just before the next commit.
    fn before_the_next_commit(&self, deed: impl AsyncFnOnce(Session) + Send + 'static) {
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        let admin = beside(store, &self.world.clock, 7).act_as(&p("admin"));
        self.store.before_the_next_commit(move || run(deed(admin)));
    }
}

/// Nothing of a store changes meanwhile.
async fn nothing_is_written<T>(world: &World, work: impl Future<Output = T>) -> T {
    let before = dump(&world.atlas).await;
    let outcome = work.await;
    assert!(dump(&world.atlas).await == before, "something was written");
    outcome
}

/// A committed MultiCloud Image, and a role map, both with the image.
async fn used(who: &Session, image: ImageRecordId, number: u64) {
    committed(who, "/acme", "web", number).await;
    who.make_role_map(role("/acme", "front")).await.unwrap();
    let set = who.set_role_image(&p("front"), &acme(), image).await;
    set.unwrap();
}
