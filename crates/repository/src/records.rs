//! The small objects by which ingests and clean-ups know of one another. [`gc`](crate::gc) says what
//! they are for.

use crate::{
    bytes::{Input, Output as _},
    error::Why,
    layout::Worker,
    sealed::Kind,
};
use atlas_base::Digest;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// Packs that no ingest relies on from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Condemned {
    pub(crate) packs: BTreeSet<Digest>,
    /// Who was at work when the packs were condemned, and may rely on them; none before it was asked.
    pub(crate) waits: Option<BTreeSet<Worker>>,
}

impl Condemned {
    pub(crate) fn object(&self) -> Bytes {
        let mut body = Vec::new();
        body.count(self.packs.len());
        self.packs.iter().for_each(|pack| body.digest(pack));
        body.u8(self.waits.is_some().into());
        let waits = self.waits.clone().unwrap_or_default();
        body.count(waits.len());
        for worker in waits {
            let (kind, id) = match worker {
                Worker::Ingest(id) => (0, id.as_u128()),
                Worker::Gc(id) => (1, id.as_u128()),
            };
            body.u8(kind);
            body.u128(id);
        }
        Kind::Condemned.object(&body)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Why> {
        let body = Kind::Condemned.open(bytes)?;
        Self::of(body).ok_or(Why::Malformed)
    }

    fn of(mut body: Input<'_>) -> Option<Self> {
        let count = body.count(32)?;
        let packs = (0..count).map_while(|_| body.digest()).collect();
        let is_asked = body.u8()? == 1;
        let count = body.count(17)?;
        let mut waits = BTreeSet::new();
        for _ in 0..count {
            let kind = body.u8()?;
            let id = body.u128()?;
            waits.insert(match kind {
                0 => Worker::Ingest(crate::StoredId::from_u128(id)),
                1 => Worker::Gc(crate::RunId::from_u128(id)),
                _ => return None,
            });
        }
        let waits = is_asked.then_some(waits);
        body.is_empty().then_some(Self { packs, waits })
    }
}

/// Packs whose chunks were moved, and the packs where they are now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moves {
    pub(crate) moved: BTreeMap<Digest, Vec<Digest>>,
}

impl Moves {
    pub(crate) fn object(&self) -> Bytes {
        let mut body = Vec::new();
        body.count(self.moved.len());
        for (from, to) in &self.moved {
            body.digest(from);
            body.count(to.len());
            for pack in to {
                body.digest(pack);
            }
        }
        Kind::Moves.object(&body)
    }

    /// Reads moves; those of a clean-up that was given up are none.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Why> {
        if Kind::Void.is(bytes) {
            return Kind::Void.open(bytes).map(|_| Self::default());
        }
        let body = Kind::Moves.open(bytes)?;
        Self::of(body).ok_or(Why::Malformed)
    }

    fn of(mut body: Input<'_>) -> Option<Self> {
        let count = body.count(36)?;
        let mut moved = BTreeMap::new();
        for _ in 0..count {
            let from = body.digest()?;
            let targets = body.count(32)?;
            let to = (0..targets).map_while(|_| body.digest()).collect();
            moved.insert(from, to);
        }
        body.is_empty().then_some(Self { moved })
    }
}
