//! What is remembered between calls, and when it is forgotten.
//!
//! Committed contents never change: they are kept by digest. Answers depend on what does change:
//! while nobody else writes to the store, a write makes those stale that were derived from what it
//! writes; where others may write too, the heads of the change feeds are compared first.
#![expect(
    clippy::disallowed_types,
    reason = "a warm resolve is a hash look-up; nothing iterates over these maps"
)]

mod watch;

use self::watch::{Deriving, Fresh, Watch};
use crate::{
    Error, LaunchRequest, LaunchSubject,
    atlas::Shared,
    kind::{Mci, Template},
    tables::partitions_above,
    unit::Unit,
};
use atlas_base::{Digest, Timestamp};
use atlas_history::{Content, Frozen};
use atlas_scope::{PrincipalId, Scope};
use atlas_store::{FeedPosition, Tx};
use atlas_template::{Launch, LaunchMatrix};
use core::{
    hash::Hash,
    sync::atomic::{AtomicBool, Ordering},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

/// The most contents of a kind that are remembered.
const CONTENTS: usize = 1024;
/// The most answers of a kind that are remembered for a principal.
const PLANS: usize = 4096;
/// The most principals for whom answers are remembered.
const PRINCIPALS: usize = 256;

#[derive(Debug)]
pub(crate) struct Caches {
    alone: AtomicBool,
    watch: Watch,
    pub(crate) mcis: Memory<Mci>,
    pub(crate) templates: Memory<Template>,
    plans: Mutex<HashMap<PrincipalId, Arc<PlanCache>>>,
}

/// Committed contents by their digests, which never change.
#[derive(Debug)]
pub(crate) struct Memory<C>(Mutex<HashMap<Digest, Frozen<C>>>);

impl<C> Default for Memory<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> Memory<C> {
    pub(crate) fn get(&self, digest: Digest) -> Option<Frozen<C>> {
        lock(&self.0).get(&digest).cloned()
    }

    pub(crate) fn keep(&self, content: &Frozen<C>)
    where
        C: Content,
    {
        let mut contents = lock(&self.0);
        if contents.len() >= CONTENTS {
            contents.clear();
        }
        contents.insert(content.digest(), content.clone());
    }
}

/// The answers of one principal.
#[derive(Debug, Default)]
pub(crate) struct PlanCache {
    pub(crate) launches: Answers<LaunchRequest, Launch>,
    pub(crate) matrices: Answers<LaunchSubject, LaunchMatrix>,
}

/// Answers to questions.
#[derive(Debug)]
pub(crate) struct Answers<Q, A>(RwLock<HashMap<Q, Kept<A>>>);

impl<Q, A> Default for Answers<Q, A> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

#[derive(Debug)]
struct Kept<A> {
    answer: Arc<A>,
    basis: Basis,
    /// When time alone makes it another.
    until: Option<Timestamp>,
}

/// What says that an answer still holds.
#[derive(Debug)]
enum Basis {
    /// Nobody else writes: our own writes say when it no longer does.
    Alone(Arc<Fresh>),
    /// Others may write: the feed heads of the partitions that it was derived from.
    Shared(Vec<FeedPosition>),
}

/// What an answer is about to be derived from.
#[derive(Debug)]
pub(crate) enum Moment {
    Alone(Deriving),
    Shared(Vec<FeedPosition>),
}

/// What is said of an answer that was derived.
pub(crate) struct Derived<'a> {
    /// The transaction that it was derived in.
    pub(crate) unit: &'a Unit,
    /// Whether it comes from the partitions of the asking scope alone.
    pub(crate) is_own: bool,
    /// When time alone makes it another.
    pub(crate) until: Option<Timestamp>,
}

impl Caches {
    pub(crate) fn new(alone: bool) -> Self {
        Self {
            alone: AtomicBool::new(alone),
            watch: Watch::default(),
            mcis: Memory::default(),
            templates: Memory::default(),
            plans: Mutex::default(),
        }
    }

    pub(crate) fn plans_of(&self, who: &PrincipalId) -> Arc<PlanCache> {
        lock(&self.plans).get(who).cloned().unwrap_or_default()
    }

    /// Lets later sessions of a principal share what one of them remembers.
    pub(crate) fn adopt(&self, who: &PrincipalId, cache: &Arc<PlanCache>) {
        let mut plans = lock(&self.plans);
        if plans.len() >= PRINCIPALS && !plans.contains_key(who) {
            plans.clear();
        }
        plans
            .entry(who.clone())
            .or_insert_with(|| Arc::clone(cache));
    }

    /// Whether nobody else writes to the store.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone.load(Ordering::Acquire)
    }

    /// From now on somebody else may write to the store.
    pub(crate) fn share(&self) {
        self.alone.store(false, Ordering::Release);
    }

    /// To be held while something is written, from before it is sent.
    pub(crate) fn writing(&self) -> Writing<'_> {
        Writing {
            caches: self,
            number: Mutex::default(),
            done: false,
        }
    }

    /// The same of a write that nobody announces: it may touch everything.
    pub(crate) fn rewriting(&self) -> Writing<'_> {
        Writing {
            caches: self,
            number: Mutex::new(Some(self.watch.announce_everything())),
            done: false,
        }
    }
}

/// A write under way.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    caches: &'a Caches,
    /// What it was announced as.
    number: Mutex<Option<u64>>,
    done: bool,
}

impl Writing<'_> {
    /// Tells what is about to be sent: whatever depends on it is no longer given.
    pub(crate) fn announce(&self, tx: &Tx) {
        if !tx.is_read_only() {
            let mut number = lock(&self.number);
            *number = Some(self.caches.watch.announce(*number, tx.written_keys()));
        }
    }

    pub(crate) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let Some(number) = *lock(&self.number) else {
            return;
        };
        if !self.done {
            // The caller stopped waiting, and the commit may still come: from now on only the
            // feed knows.
            self.caches.share();
        }
        self.caches.watch.ended(number);
    }
}

impl Shared {
    /// To be asked before anything is read for an answer. Where others may write, this asks the
    /// store once a partition.
    pub(crate) async fn moment(&self, scope: &Scope) -> Result<Moment, Error> {
        if self.caches.is_alone() {
            return Ok(Moment::Alone(self.caches.watch.derive()));
        }
        Ok(Moment::Shared(self.heads(scope).await?))
    }

    async fn heads(&self, scope: &Scope) -> Result<Vec<FeedPosition>, Error> {
        let mut heads = Vec::new();
        for partition in partitions_above(scope)? {
            let page = self.store.feed(&partition, FeedPosition::START, 0).await?;
            heads.push(page.head);
        }
        Ok(heads)
    }
}

impl<Q: Eq + Hash, A> Answers<Q, A> {
    /// An answer that still holds, or what a new one is derived from.
    pub(crate) async fn get(
        &self,
        question: &Q,
        scope: &Scope,
        shared: &Shared,
    ) -> Result<Result<Arc<A>, Moment>, Error> {
        if shared.caches.is_alone() {
            let found = self.find(question, shared, |basis| match basis {
                Basis::Alone(fresh) => fresh.holds(&shared.caches.watch),
                Basis::Shared(_) => false,
            });
            if let Some(answer) = found {
                return Ok(Ok(answer));
            }
            return Ok(Err(shared.moment(scope).await?));
        }
        let heads = shared.heads(scope).await?;
        let found = self.find(question, shared, |basis| match basis {
            Basis::Alone(_) => false,
            Basis::Shared(then) => *then == heads,
        });
        Ok(found.ok_or(Moment::Shared(heads)))
    }

    fn find(
        &self,
        question: &Q,
        shared: &Shared,
        holds: impl FnOnce(&Basis) -> bool,
    ) -> Option<Arc<A>> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = answers.get(question).filter(|kept| holds(&kept.basis))?;
        match kept.until {
            Some(until) if until <= shared.clock.now() => None,
            _ => Some(Arc::clone(&kept.answer)),
        }
    }

    /// Keeps an answer, unless it may be stale already; tells whether it did.
    pub(crate) fn keep(
        &self,
        question: Q,
        answer: &Arc<A>,
        moment: Moment,
        derived: &Derived<'_>,
    ) -> bool {
        let caches = &derived.unit.shared.caches;
        let basis = match moment {
            Moment::Alone(deriving) => {
                let reads = derived.unit.tx.reads();
                caches.watch.keep(&deriving, &reads).map(Basis::Alone)
            }
            // What was seen from elsewhere may change without the partitions of the scope.
            Moment::Shared(heads) => derived.is_own.then_some(Basis::Shared(heads)),
        };
        let Some(basis) = basis else {
            return false;
        };
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= PLANS {
            answers.retain(|_, kept| match &kept.basis {
                Basis::Alone(fresh) => fresh.holds(&caches.watch),
                Basis::Shared(_) => false,
            });
        }
        if answers.len() >= PLANS {
            answers.clear();
        }
        let kept = Kept {
            answer: Arc::clone(answer),
            basis,
            until: derived.until,
        };
        answers.insert(question, kept);
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
