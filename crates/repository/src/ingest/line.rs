//! Cuts are worked on in any order, and put together in theirs.

use super::assembly::Worked;
use crate::{chunker::Cut, error::RepositoryError};
use core::ops::ControlFlow;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Cuts that are on their way at once: 512 KiB each at most, 64 usually.
const WINDOW: u64 = 256;

/// Where what was worked on is put together.
pub(super) trait Assemble: Send {
    /// Adds what comes next in the disk.
    fn add(&mut self, worked: Worked) -> Result<(), RepositoryError>;
}

/// Takes cuts in, lets threads work on them, and gives them to the assembly in their order. It runs
/// ahead by a window, so that memory is bounded whatever is slow.
pub(super) struct Line<A> {
    state: Mutex<State<A>>,
    moved: Condvar,
}

struct State<A> {
    waiting: VecDeque<(u64, Cut)>,
    worked: BTreeMap<u64, Worked>,
    /// The number of the next that comes in, and of the next that is put together.
    next_in: u64,
    next_out: u64,
    /// None while a thread has it.
    assembly: Option<A>,
    is_closed: bool,
    failed: Option<RepositoryError>,
}

impl<A> State<A> {
    fn is_over(&self) -> bool {
        self.failed.is_some()
    }
}

impl<A: Assemble> Line<A> {
    pub(super) fn new(assembly: A) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            worked: BTreeMap::new(),
            next_in: 0,
            next_out: 0,
            assembly: Some(assembly),
            is_closed: false,
            failed: None,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
        }
    }

    fn wait(&self, mut until: impl FnMut(&mut State<A>) -> bool) -> MutexGuard<'_, State<A>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.moved.wait_while(state, |state| !until(state));
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next cut, once there is room.
    pub(super) fn push(&self, cut: Cut) -> ControlFlow<()> {
        let has_room = |state: &mut State<A>| state.next_in.saturating_sub(state.next_out) < WINDOW;
        let mut state = self.wait(|state| state.is_over() || has_room(state));
        if state.is_over() {
            return ControlFlow::Break(());
        }
        let number = state.next_in;
        state.waiting.push_back((number, cut));
        state.next_in = number.saturating_add(1);
        drop(state);
        self.moved.notify_all();
        ControlFlow::Continue(())
    }

    /// Works on cut after cut, until there is none.
    pub(super) fn work(&self, mut work: impl FnMut(Cut) -> Worked) {
        loop {
            let is_ready = |state: &mut State<A>| {
                state.is_over() || state.is_closed || !state.waiting.is_empty()
            };
            let mut state = self.wait(is_ready);
            if state.is_over() {
                return;
            }
            let Some((number, cut)) = state.waiting.pop_front() else {
                return;
            };
            drop(state);
            let worked = work(cut);
            self.pass_on(number, worked);
        }
    }

    /// Whoever brings the next in order puts together all that waited for it.
    fn pass_on(&self, number: u64, worked: Worked) {
        let mut state = self.wait(|_| true);
        state.worked.insert(number, worked);
        loop {
            let next = state.next_out;
            if state.is_over() || !state.worked.contains_key(&next) {
                return;
            }
            // Whoever has it looks again once it is done.
            let Some(mut assembly) = state.assembly.take() else {
                return;
            };
            let worked = state.worked.remove(&next);
            drop(state);
            let added = worked.map_or(Ok(()), |worked| assembly.add(worked));
            state = self.wait(|_| true);
            state.assembly = Some(assembly);
            state.next_out = next.saturating_add(1);
            if let Err(error) = added {
                state.failed.get_or_insert(error);
            }
            self.moved.notify_all();
        }
    }

    /// No more comes in.
    pub(super) fn close(&self) {
        self.wait(|_| true).is_closed = true;
        self.moved.notify_all();
    }

    /// Lets everybody stop.
    pub(super) fn fail(&self, error: RepositoryError) {
        self.wait(|_| true).failed.get_or_insert(error);
        self.moved.notify_all();
    }

    /// Why everybody stopped.
    pub(super) fn failed(&self) -> Option<RepositoryError> {
        self.wait(|_| true).failed.take()
    }

    /// What was put together, once that is all.
    pub(super) fn finish(&self) -> Option<A> {
        let is_done = |state: &mut State<A>| {
            let is_all = state.next_out == state.next_in && state.assembly.is_some();
            state.is_over() || is_all
        };
        let mut state = self.wait(is_done);
        if state.is_over() {
            return None;
        }
        state.assembly.take()
    }
}
