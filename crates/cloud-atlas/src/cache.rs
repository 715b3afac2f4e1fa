//! What is remembered between calls, and when it is forgotten.
//!
//! Committed contents never change: they are kept by digest. Plans depend on what does change:
//! they are forgotten with every commit of this process, and where others may write to the store
//! too, the heads of the change feeds are compared first.
#![expect(
    clippy::disallowed_types,
    reason = "a warm resolve is a hash look-up; nothing iterates over these maps"
)]

use crate::{
    Error, LaunchRequest,
    atlas::Shared,
    kind::{Mci, Template},
    tables::partitions_above,
};
use atlas_base::{Digest, Timestamp};
use atlas_history::{Content, Frozen};
use atlas_scope::{PrincipalId, Scope};
use atlas_store::FeedPosition;
use atlas_template::Launch;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

/// The most contents of a kind that are remembered.
const CONTENTS: usize = 1024;
/// The most plans that are remembered for a principal.
const PLANS: usize = 4096;
/// The most principals for whom plans are remembered.
const PRINCIPALS: usize = 256;

/// The state of the store that something was derived from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Nobody else writes: a count of our own commits.
    Alone(u64),
    /// Others may write: the feed heads of the partitions that were read.
    Shared(Vec<FeedPosition>),
}

#[derive(Debug)]
pub(crate) struct Caches {
    alone: AtomicBool,
    commits: AtomicU64,
    /// Writes under way: their commits may be seen before they are counted.
    writing: AtomicU64,
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

/// The plans of one principal.
#[derive(Debug, Default)]
pub(crate) struct PlanCache {
    plans: RwLock<HashMap<LaunchRequest, Kept>>,
}

#[derive(Debug)]
struct Kept {
    plan: Arc<Launch>,
    stamp: Stamp,
    /// When the grant that allowed it ends.
    until: Option<Timestamp>,
}

impl Caches {
    pub(crate) fn new(alone: bool) -> Self {
        Self {
            alone: AtomicBool::new(alone),
            commits: AtomicU64::new(0),
            writing: AtomicU64::new(0),
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

    /// To be held while something is written: when it is done, every remembered plan is stale.
    pub(crate) fn writing(&self) -> Writing<'_> {
        self.writing.fetch_add(1, Ordering::AcqRel);
        Writing {
            caches: self,
            done: false,
        }
    }
}

/// A write under way.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    caches: &'a Caches,
    done: bool,
}

impl Writing<'_> {
    pub(crate) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if !self.done {
            // The caller stopped waiting, and the commit may still come: from now on only the
            // feed knows.
            self.caches.share();
        }
        // In this order: whoever finds no write under way finds all of them counted.
        self.caches.commits.fetch_add(1, Ordering::AcqRel);
        self.caches.writing.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Shared {
    /// The state of the store now. Where others may write, or a write is under way, this asks the
    /// store once a partition.
    pub(crate) async fn stamp(&self, scope: &Scope) -> Result<Stamp, Error> {
        let quiet = self.caches.writing.load(Ordering::Acquire) == 0;
        if quiet && self.caches.alone.load(Ordering::Acquire) {
            return Ok(Stamp::Alone(self.caches.commits.load(Ordering::Acquire)));
        }
        let mut heads = Vec::new();
        for partition in partitions_above(scope)? {
            let page = self.store.feed(&partition, FeedPosition::START, 0).await?;
            heads.push(page.head);
        }
        Ok(Stamp::Shared(heads))
    }
}

impl PlanCache {
    /// A plan that was derived from the state `stamp`, and is still allowed.
    pub(crate) fn get(
        &self,
        request: &LaunchRequest,
        stamp: &Stamp,
        now: impl FnOnce() -> Timestamp,
    ) -> Option<Arc<Launch>> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        let kept = plans.get(request).filter(|kept| kept.stamp == *stamp)?;
        match kept.until {
            Some(until) if until <= now() => None,
            _ => Some(Arc::clone(&kept.plan)),
        }
    }

    pub(crate) fn keep(
        &self,
        request: LaunchRequest,
        plan: &Arc<Launch>,
        stamp: Stamp,
        until: Option<Timestamp>,
    ) {
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= PLANS {
            plans.retain(|_, kept| kept.stamp == stamp);
        }
        if plans.len() >= PLANS {
            plans.clear();
        }
        plans.insert(
            request,
            Kept {
                plan: Arc::clone(plan),
                stamp,
                until,
            },
        );
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
