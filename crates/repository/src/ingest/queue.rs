//! What one kind of threads has for another, up to a bound.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
    most: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(most: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            is_closed: false,
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
            most,
        }
    }

    fn wait(&self, mut until: impl FnMut(&mut State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.moved.wait_while(state, |state| !until(state));
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one, once there is room. What comes after the end is dropped.
    pub(super) fn push(&self, item: T) {
        let mut state = self.wait(|state| state.is_closed || state.items.len() < self.most);
        if !state.is_closed {
            state.items.push_back(item);
        }
        self.moved.notify_all();
    }

    /// Takes the oldest, once there is one; none at the end.
    pub(super) fn pop(&self) -> Option<T> {
        let item = self
            .wait(|state| state.is_closed || !state.items.is_empty())
            .items
            .pop_front();
        self.moved.notify_all();
        item
    }

    /// Nothing is added any more.
    pub(super) fn close(&self) {
        self.wait(|_| true).is_closed = true;
        self.moved.notify_all();
    }

    /// Nothing is added any more, and what is there is dropped.
    pub(super) fn give_up(&self) {
        let mut state = self.wait(|_| true);
        state.is_closed = true;
        state.items.clear();
        self.moved.notify_all();
    }
}
