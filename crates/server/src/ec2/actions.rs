//! The actions: each reads what it must know, has the engine do it, and says so in EC2's words.

pub(super) mod around;
pub(super) mod attribute;
pub(super) mod describe;
pub(super) mod describe_tags;
pub(super) mod imports;
pub(super) mod instances;
mod labelled;
pub(super) mod life;
pub(super) mod make;
pub(super) mod snapshots;
pub(super) mod tags;
