//! The checks: each takes a bench with an empty store.

mod atomic;
mod capabilities;
mod conflicts;
mod feeds;
mod fleet;
mod history;
mod order;
mod races;
mod reads;
mod resume;
mod snapshots;
mod transactions;

pub(crate) use self::{
    atomic::*, capabilities::*, conflicts::*, feeds::*, history::*, races::*, reads::*, resume::*,
    snapshots::*, transactions::*,
};
