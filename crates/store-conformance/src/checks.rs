//! The checks: each takes a bench with an empty store.

mod atomic;
mod conflicts;
mod feeds;
mod history;
mod model;
mod reads;
mod snapshots;
mod transactions;

pub(crate) use self::{
    atomic::*, conflicts::*, feeds::*, history::*, reads::*, snapshots::*, transactions::*,
};
