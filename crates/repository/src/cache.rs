//! What was read last is kept, up to a bound.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Values by their keys; of too many, what was used least lately goes.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    state: Mutex<State<K, V>>,
    most: usize,
}

#[derive(Debug)]
struct State<K, V> {
    values: BTreeMap<K, (u64, usize, Arc<V>)>,
    /// Keys by when they were used last.
    uses: BTreeMap<u64, K>,
    now: u64,
    weight: usize,
}

impl<K: Ord + Clone, V> Cache<K, V> {
    /// A cache of values that weigh so much together, in whatever unit.
    pub(crate) fn new(most: usize) -> Self {
        let state = State {
            values: BTreeMap::new(),
            uses: BTreeMap::new(),
            now: 0,
            weight: 0,
        };
        Self {
            state: Mutex::new(state),
            most,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, key: &K) -> Option<Arc<V>> {
        let mut state = self.lock();
        state.now = state.now.saturating_add(1);
        let now = state.now;
        let (used, _, value) = state.values.get_mut(key)?;
        let before = core::mem::replace(used, now);
        let value = Arc::clone(value);
        state.uses.remove(&before);
        state.uses.insert(now, key.clone());
        Some(value)
    }

    pub(crate) fn insert(&self, key: K, value: &Arc<V>, weight: usize) {
        self.remove(&key);
        let mut state = self.lock();
        state.now = state.now.saturating_add(1);
        let now = state.now;
        state.uses.insert(now, key.clone());
        state.values.insert(key, (now, weight, Arc::clone(value)));
        state.weight = state.weight.saturating_add(weight);
        while state.weight > self.most && state.values.len() > 1 {
            let Some((_, oldest)) = state.uses.pop_first() else {
                return;
            };
            if let Some((_, weight, _)) = state.values.remove(&oldest) {
                state.weight = state.weight.saturating_sub(weight);
            }
        }
    }

    pub(crate) fn remove(&self, key: &K) {
        let mut state = self.lock();
        if let Some((used, weight, _)) = state.values.remove(key) {
            state.uses.remove(&used);
            state.weight = state.weight.saturating_sub(weight);
        }
    }
}
