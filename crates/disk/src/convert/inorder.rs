//! Items that are done in any order, and counted in theirs.

use super::digests::{Digesting, Part};
use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Passes items on in their order. Threads run ahead by as many as the window has, so that memory is
/// bounded whatever is slow.
pub(super) struct InOrder<'a> {
    state: Mutex<State<'a>>,
    moved: Condvar,
    window: u64,
}

struct State<'a> {
    /// The next in order.
    next: u64,
    waiting: BTreeMap<u64, Part>,
    /// None while a thread has it.
    digesting: Option<Digesting<'a>>,
    /// Buffers to be used again.
    free: Vec<Vec<u8>>,
    is_over: bool,
}

impl<'t> InOrder<'t> {
    pub(super) fn new(digesting: Digesting<'t>, window: u64) -> Self {
        let state = State {
            next: 0,
            waiting: BTreeMap::new(),
            digesting: Some(digesting),
            free: Vec::new(),
            is_over: false,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
            window,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'t>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an item may be worked on; false once somebody gave up.
    pub(super) fn wait_for(&self, number: u64) -> bool {
        let is_ahead = |state: &mut State<'t>| {
            !state.is_over && number >= state.next.saturating_add(self.window)
        };
        let waited = self.moved.wait_while(self.lock(), is_ahead);
        !waited.unwrap_or_else(PoisonError::into_inner).is_over
    }

    /// Lets everybody stop.
    pub(super) fn give_up(&self) {
        self.lock().is_over = true;
        self.moved.notify_all();
    }

    /// Whether somebody gave up.
    pub(super) fn is_over(&self) -> bool {
        self.lock().is_over
    }

    /// A buffer of a length, with anything in it.
    pub(super) fn buffer(&self, length: usize) -> Vec<u8> {
        let mut buffer = self.lock().free.pop().unwrap_or_default();
        buffer.resize(length, 0);
        buffer
    }

    /// An item is done. Whoever brings the next in order passes on all that waited for it.
    pub(super) fn add(&self, number: u64, part: Part, free: Option<Vec<u8>>) {
        let mut state = self.lock();
        state.free.extend(free);
        state.waiting.insert(number, part);
        self.pass_on(state);
    }

    fn pass_on<'a>(&'a self, mut state: MutexGuard<'a, State<'t>>) {
        loop {
            let next = state.next;
            if !state.waiting.contains_key(&next) {
                return;
            }
            // Whoever has it looks again once it is done.
            let Some(mut digesting) = state.digesting.take() else {
                return;
            };
            let Some(part) = state.waiting.remove(&next) else {
                return;
            };
            drop(state);
            let buffer = digesting.add(part);
            state = self.lock();
            state.free.extend(buffer);
            state.next = next.saturating_add(1);
            state.is_over |= digesting.is_over();
            state.digesting = Some(digesting);
            self.moved.notify_all();
        }
    }

    pub(super) fn into_inner(self) -> Option<Digesting<'t>> {
        let state = self.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).digesting
    }
}
