//! A commit: one transaction of etcd that looks whether anything has moved, and writes.

use crate::{
    fault::{Meaning, meaning, reading, writing},
    guards::{Closeness, guards},
    heads::Known,
    layout::space_of,
    reach::Reach,
    request::{Compares, Operations, found, transaction},
    rows::{self, Head, misread},
    shared::Shared,
};
use atlas_store::{
    Commit, Committed, FeedPosition, Footprint, Limit, Partition, StoreError, Write,
};
use etcd_client::{Txn, TxnResponse};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::OwnedMutexGuard;

/// How often a commit goes again that only came too late for its places in the feeds. Each time
/// somebody else got them, so this many say that the servers are overrun.
const ATTEMPTS: usize = 100;

/// A commit on its way.
pub(crate) struct Work {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commit: Commit,
    /// The revision of the snapshot, if it was ever read from.
    pub(crate) point: Option<i64>,
}

/// The turns at the feeds of the partitions that are written to, in order.
type Turns = Vec<OwnedMutexGuard<Known>>;

/// What became of a look at the servers.
enum Verdict {
    /// The same token has committed before.
    Before(Committed),
    /// Something else has: at least one feed ends elsewhere.
    Later,
    /// The feeds end where they were thought to, so what was read has moved.
    Moved,
}

impl Work {
    pub(crate) async fn run(self) -> Result<Committed, StoreError> {
        if let Err(refusal) = self.shared.capability.check(&self.commit) {
            return self.settled(refusal).await;
        }
        let reach = Reach::of(&self.commit);
        let mut turns = self.shared.heads.turns(reach.written.keys().copied()).await;
        for _ in 0..ATTEMPTS {
            if turns.iter().any(|turn| turn.is_none()) {
                let look = Txn::new().and_then(self.look(&reach).list);
                let response = self.shared.nodes.look(look).await.map_err(reading)?;
                if let Verdict::Before(committed) = self.judge(&response, &mut turns)? {
                    return Ok(committed);
                }
            }
            let heads: Vec<Head> = turns.iter().filter_map(|turn| **turn).collect();
            let lease = self.shared.lease().await.map_err(reading)?;
            let (committed, ends) = self.places(&reach, &heads)?;
            let Some(txn) = self.transaction(&reach, &heads, &committed, lease)? else {
                return self.settled(self.too_large()).await;
            };
            match self.shared.nodes.write(txn).await {
                Ok(response) if response.succeeded() => {
                    let revision = response.header().map(etcd_client::ResponseHeader::revision);
                    for (turn, end) in turns.iter_mut().zip(ends) {
                        **turn = revision.map(|revision| Head { revision, ..end });
                    }
                    return Ok(committed);
                }
                Ok(response) => match self.judge(&response, &mut turns)? {
                    Verdict::Before(committed) => return Ok(committed),
                    Verdict::Moved => return Err(StoreError::Conflict),
                    Verdict::Later => {}
                },
                Err(error) if meaning(&error) == Meaning::LeaseGone => {
                    self.shared.forget_lease(lease).await;
                }
                Err(error) => {
                    for turn in &mut turns {
                        **turn = None;
                    }
                    return Err(match meaning(&error) {
                        // The servers were started again with less.
                        Meaning::TooMany | Meaning::TooLarge => self.too_large(),
                        _ => writing(self.commit.token, error),
                    });
                }
            }
        }
        Err(StoreError::Unavailable { source: None })
    }

    /// What the token says, or else the refusal.
    async fn settled(&self, refusal: StoreError) -> Result<Committed, StoreError> {
        let token = self.commit.token;
        let mut look = Operations::default();
        look.get(self.shared.layout.token(token));
        let response = self.shared.nodes.look(Txn::new().and_then(look.list)).await;
        let response = response.map_err(reading)?;
        let found = found(&response).next().ok_or_else(misread)?;
        rows::committed(token, found.kvs())?.ok_or(refusal)
    }

    /// A request that servers do not take, though the commit keeps to the capability: keys of very
    /// many partitions do that, and servers that were started again with lower limits.
    fn too_large(&self) -> StoreError {
        let footprint = Footprint::of(&self.commit);
        let partitions = Reach::of(&self.commit).written.len();
        if partitions.saturating_mul(2) > self.shared.operations {
            return StoreError::TooLarge {
                what: Limit::Operations,
                limit: self.shared.operations / 2,
                found: footprint.operations(),
            };
        }
        StoreError::TooLarge {
            what: Limit::CommitBytes,
            limit: self.shared.request_bytes,
            found: footprint.bytes,
        }
    }

    /// Reads the token, then where the feeds end.
    fn look(&self, reach: &Reach<'_>) -> Operations {
        let layout = &self.shared.layout;
        let mut look = Operations::default();
        look.get(layout.token(self.commit.token));
        for partition in reach.written.keys() {
            look.get(layout.head(partition));
        }
        look
    }

    /// Reads what [`Work::look`] found, and keeps where the feeds end.
    fn judge(&self, response: &TxnResponse, turns: &mut Turns) -> Result<Verdict, StoreError> {
        let mut answers = found(response);
        let token = answers.next().ok_or_else(misread)?;
        let before = rows::committed(self.commit.token, token.kvs())?;
        let mut verdict = Verdict::Moved;
        for turn in turns.iter_mut() {
            let head = rows::head(answers.next().ok_or_else(misread)?.kvs())?;
            if **turn != Some(head) {
                verdict = Verdict::Later;
            }
            **turn = Some(head);
        }
        Ok(before.map_or(verdict, Verdict::Before))
    }

    /// The place that the commit takes in each feed, and where those then end and begin.
    fn places(
        &self,
        reach: &Reach<'_>,
        heads: &[Head],
    ) -> Result<(Committed, Vec<Head>), StoreError> {
        let mut committed = Committed {
            id: rows::commit_id(self.commit.token),
            positions: BTreeMap::new(),
        };
        let kept = self.shared.options.feed_retention.max(1);
        let most = kept.saturating_add(kept / 8);
        let mut ends = Vec::new();
        for (name, head) in reach.written.keys().zip(heads) {
            let newest = head.newest.saturating_add(1);
            let partition = Partition::parse(name).map_err(|_| misread())?;
            let position = FeedPosition::from_u64(newest);
            committed.positions.insert(partition, position);
            // Many at a time, since each visit to that end costs a commit some pages.
            let is_long = newest.saturating_sub(head.oldest) > most;
            let oldest = if is_long {
                newest.saturating_sub(kept)
            } else {
                head.oldest
            };
            ends.push(Head {
                newest,
                oldest,
                revision: 0,
            });
        }
        Ok((committed, ends))
    }

    /// The closest look that servers take, or none where they take none.
    fn transaction(
        &self,
        reach: &Reach<'_>,
        heads: &[Head],
        committed: &Committed,
        lease: i64,
    ) -> Result<Option<Txn>, StoreError> {
        let shared = &self.shared;
        let layout = &shared.layout;
        let then = self.writes(reach, heads, committed, lease)?;
        for closeness in Closeness::ALL {
            let mut compares = Compares::default();
            compares.unchanged(layout.token(self.commit.token), 0);
            for (partition, head) in reach.written.keys().zip(heads) {
                compares.unchanged(layout.head(partition), head.revision);
            }
            let reads = &self.commit.reads;
            let guards = guards(layout, reads, reach, self.point, closeness);
            let compares = compares.and(guards);
            let otherwise = self.look(reach);
            if compares.bytes + then.bytes + otherwise.bytes > shared.request_bytes {
                continue;
            }
            let txn = transaction(compares, then.clone(), otherwise, shared.operations);
            if txn.is_some() {
                return Ok(txn);
            }
        }
        Ok(None)
    }

    /// Everything that the commit writes.
    fn writes(
        &self,
        reach: &Reach<'_>,
        heads: &[Head],
        committed: &Committed,
        lease: i64,
    ) -> Result<Operations, StoreError> {
        let layout = &self.shared.layout;
        let mut then = Operations::default();
        let mut touched = BTreeSet::new();
        for write in &self.commit.writes {
            let key = write.key();
            match write {
                Write::Put { value, .. } => then.put(layout.entry(key.as_str()), &**value),
                Write::Delete { .. } => {
                    then.delete(layout.entry(key.as_str()));
                    touched.insert(space_of(key));
                }
            }
        }
        for space in touched {
            then.put(layout.epoch(space), "");
        }
        let (_, ends) = self.places(reach, heads)?;
        let feeds = reach.written.iter().zip(heads.iter().zip(ends));
        for ((partition, keys), (head, end)) in feeds {
            if end.oldest > head.oldest {
                let (from, to) = (head.oldest.saturating_add(1), end.oldest.saturating_add(1));
                then.delete_span(layout.feed(partition, from, to));
            }
            let entry = layout.feed_entry(partition, end.newest);
            then.put(entry, rows::feed_text(committed.id, keys));
            then.put(
                layout.head(partition),
                rows::head_text(end.newest, end.oldest),
            );
        }
        let token = layout.token(self.commit.token);
        then.put_leased(token, rows::positions(committed), lease);
        Ok(then)
    }
}
