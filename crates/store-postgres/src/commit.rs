//! A commit: one short transaction that locks, looks whether anything has moved, and writes.

use crate::{
    fault::{Meaning, engine, meaning, misread, sent},
    open::REGISTRY,
    pipeline::{Call, Param, call, command, pipelined},
    pool::Session,
    reach::Reach,
    rows::{self, Head, bigint},
    shared::Shared,
    sql::{BEGIN, BEGIN_COMMIT, COMMIT, ROLLBACK},
};
use atlas_store::{
    Commit, CommitToken, Committed, FeedPosition, Key, Partition, StoreError, Write,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio_postgres::Statement;

mod writes;

/// How many entries of a feed are looked through at once.
const PAGE: u64 = 1000;
/// How often feeds that are not there yet are made. Nobody takes one away.
const ATTEMPTS: usize = 3;
/// One of so many commits looks for tokens that are a day old.
const TIDY: u128 = 256;

/// A commit on its way.
pub(crate) struct Work {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commit: Commit,
    /// Keys that the snapshot has shown.
    pub(crate) present: BTreeSet<Key>,
}

/// Where the feeds ended in the snapshot.
type Bases = BTreeMap<String, FeedPosition>;
/// Where the feeds end now that they are locked.
type Heads = BTreeMap<String, Head>;

/// What became of a transaction that has its locks.
enum Verdict {
    /// The same token has committed before.
    Before(Committed),
    /// It is free to write.
    Free(Heads),
    /// Feeds that nobody has made yet.
    Missing(Vec<String>),
}

impl Work {
    /// Commits on the connection of the snapshot, whose transaction is still open.
    pub(crate) async fn run(self, session: Session) -> Result<Committed, StoreError> {
        let refusal = self.refusal();
        let outcome = match refusal {
            // Nothing of it is sent but its token, whose first attempt may have been another one.
            Some(refusal) => match self.end(&session, &self.shared).await {
                Ok(()) => self.settled(&session, refusal).await,
                Err(error) => Err(error),
            },
            None => self.judge(&session).await,
        };
        match &outcome {
            Ok(_) if self.commit.token.as_u128().is_multiple_of(TIDY) => self.shared.tidy(session),
            Ok(_) => self.shared.pool.keep(session),
            // What the server refused is given up, and so is a connection that failed.
            Err(
                StoreError::Conflict | StoreError::TooLarge { .. } | StoreError::Unsupported { .. },
            ) => {
                self.shared.give_up(session);
            }
            Err(_) => drop(session),
        }
        outcome
    }

    /// What no server has to be asked for.
    fn refusal(&self) -> Option<StoreError> {
        let limits = self.shared.capability.check(&self.commit).err();
        let is_text = |write: &Write| match write {
            Write::Put { value, .. } => {
                str::from_utf8(value).is_ok_and(|text| !text.contains('\0'))
            }
            Write::Delete { .. } => true,
        };
        let all_text = self.commit.writes.iter().all(is_text);
        let unsupported = StoreError::Unsupported {
            what: "a value that is no UTF-8 text, or has a zero byte in it",
        };
        limits.or((!all_text).then_some(unsupported))
    }

    async fn end(&self, session: &Session, shared: &Shared) -> Result<(), StoreError> {
        let ended = session.client().batch_execute(ROLLBACK).await;
        ended.map_err(|error| shared.error(error))
    }

    /// What the token says, or else the refusal.
    async fn settled(
        &self,
        session: &Session,
        refusal: StoreError,
    ) -> Result<Committed, StoreError> {
        let token = self.commit.token;
        let rows = token_call(session, token).await.map_err(engine)?;
        rows::committed(token, &rows)?.ok_or(refusal)
    }

    async fn judge(&self, session: &Session) -> Result<Committed, StoreError> {
        let reach = Reach::of(&self.commit);
        let mut bases = None;
        for _ in 0..ATTEMPTS {
            match self.lock(session, &reach, &mut bases).await? {
                Verdict::Before(committed) => {
                    self.end(session, &self.shared).await?;
                    return Ok(committed);
                }
                Verdict::Missing(partitions) => {
                    self.end(session, &self.shared).await?;
                    make_feeds(session, &partitions).await?;
                }
                Verdict::Free(heads) => {
                    let bases = bases.unwrap_or_default();
                    if self.has_moved(session, &reach, &bases, &heads).await? {
                        return Err(StoreError::Conflict);
                    }
                    return self.write(session, &reach, &heads).await;
                }
            }
        }
        Err(StoreError::Unavailable { source: None })
    }

    /// Asks the snapshot where the feeds ended, ends it, begins the commit's own transaction, locks
    /// the feeds in the order of their names and looks for the token: one trip.
    async fn lock(
        &self,
        session: &Session,
        reach: &Reach<'_>,
        bases: &mut Option<Bases>,
    ) -> Result<Verdict, StoreError> {
        let (client, statements) = (session.client(), session.statements());
        let one = |statement, name| call(client, statement, vec![text(name)]);
        let mut calls = Vec::new();
        if bases.is_none() {
            if reach.is_wide {
                calls.push(call(client, &statements.feeds, Vec::new()));
            } else {
                calls.extend(reach.read.iter().map(|name| one(&statements.feed, name)));
            }
            calls.push(command(client, COMMIT));
        }
        calls.push(command(client, BEGIN_COMMIT));
        let locks = reach.locks();
        if reach.is_wide {
            // Nobody makes a feed from here on; only a statement that begins now sees them all.
            calls.push(one(&statements.lock_to_read, REGISTRY));
            calls.push(call(client, &statements.lock_all, Vec::new()));
        } else {
            for (name, is_written) in &locks {
                let statement = if *is_written {
                    &statements.lock_to_write
                } else {
                    &statements.lock_to_read
                };
                calls.push(one(statement, name));
            }
        }
        calls.push(token_call(session, self.commit.token));
        let answers = pipelined(calls).await.into_iter();
        let mut answers = answers
            .collect::<Result<Vec<_>, _>>()
            .map_err(engine)?
            .into_iter();
        let mut next = || answers.next().ok_or_else(misread);
        if bases.is_none() {
            let found = bases.insert(Bases::new());
            if reach.is_wide {
                *found = rows::newest(&next()?)?;
            } else {
                for name in &reach.read {
                    let base = rows::head(&next()?)?.unwrap_or_default().newest;
                    found.insert((*name).to_owned(), base);
                }
            }
            next()?; // the end of the snapshot
        }
        next()?; // the beginning of this transaction
        let mut heads = Heads::new();
        if reach.is_wide {
            next()?; // the registry
            heads = rows::heads(&next()?)?;
        } else {
            for name in locks.keys() {
                if let Some(head) = rows::head(&next()?)? {
                    heads.insert((*name).to_owned(), head);
                }
            }
        }
        if let Some(committed) = rows::committed(self.commit.token, &next()?)? {
            return Ok(Verdict::Before(committed));
        }
        let missing = locks.keys().filter(|name| !heads.contains_key(**name));
        let missing: Vec<String> = missing.map(|name| (*name).to_owned()).collect();
        Ok(if missing.is_empty() {
            Verdict::Free(heads)
        } else {
            Verdict::Missing(missing)
        })
    }

    /// Whether any commit since the snapshot has written what was read. The feeds tell, and nothing
    /// is added to them while they are locked.
    async fn has_moved(
        &self,
        session: &Session,
        reach: &Reach<'_>,
        bases: &Bases,
        heads: &Heads,
    ) -> Result<bool, StoreError> {
        let reads = &self.commit.reads;
        let was_read = |key: &Key| {
            reads.keys.contains_key(key) || reads.ranges.iter().any(|range| range.contains(key))
        };
        for (name, head) in heads {
            if !(reach.is_wide || reach.read.contains(&**name)) {
                continue;
            }
            let mut base = bases.get(name).copied().unwrap_or_default();
            if base < head.oldest && base < head.newest || base > head.newest {
                // What happened meanwhile is no longer kept.
                return Ok(true);
            }
            while base < head.newest {
                let params = vec![text(name), number(base.as_u64()), number(PAGE)];
                let statement = &session.statements().feed_entries;
                let rows = call(session.client(), statement, params)
                    .await
                    .map_err(engine)?;
                let entries = rows::feed_entries(&rows, base)?;
                if entries.iter().flat_map(|entry| &entry.keys).any(was_read) {
                    return Ok(true);
                }
                base = entries.last().ok_or_else(misread)?.position;
            }
        }
        Ok(false)
    }
}

/// Makes feeds, each in a transaction of its own. Who has read across all partitions holds the
/// registry meanwhile, so that none appears behind its back.
async fn make_feeds(session: &Session, partitions: &[String]) -> Result<(), StoreError> {
    let (client, statements) = (session.client(), session.statements());
    for name in partitions {
        let answers = pipelined(vec![
            command(client, BEGIN),
            call(client, &statements.lock_to_write, vec![text(REGISTRY)]),
            call(client, &statements.insert_feed, vec![text(name)]),
            command(client, COMMIT),
        ]);
        let made: Result<Vec<_>, _> = answers.await.into_iter().collect();
        match made {
            // Where somebody else was faster, the last of them ended the transaction without it.
            Err(error) if meaning(&error) != Meaning::Duplicate => return Err(engine(error)),
            _ => {}
        }
    }
    Ok(())
}

fn token_call(session: &Session, token: CommitToken) -> Call<'_> {
    let token: Param<'_> = Box::new(token.to_string());
    call(
        session.client(),
        &session.statements().find_token,
        vec![token],
    )
}

fn text(text: &str) -> Param<'_> {
    Box::new(text)
}

fn number(number: u64) -> Param<'static> {
    Box::new(bigint(number))
}
