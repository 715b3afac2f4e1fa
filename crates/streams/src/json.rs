//! Foreign JSON, read strictly: every key once, bounded in size, depth and number of values.

mod node;
mod path;
mod strict;

pub use self::{node::JsonKind, path::JsonPath};
pub(crate) use self::{
    node::{Node, shown},
    path::Trail,
    strict::read,
};
