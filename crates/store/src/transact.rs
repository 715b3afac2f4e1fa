//! Transactions that are tried again: once for all engines.

use crate::{AsStoreError, Commit, CommitToken, Committed, ReadSet, Store, StoreError, Tx};
use atlas_base::Digest;
use core::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
    time::Duration,
};
use std::sync::{Arc, Mutex, PoisonError};

/// How often and how soon a transaction is tried again, and where its tokens come from.
///
/// A program makes one for each store it opens and keeps it: tokens are drawn from the seed and a
/// count, so that no two commits share one. The seed must be random where several processes, or
/// several runs, write to one store; two policies of one seed give the same tokens.
///
/// The wait after attempt *n* is between a half and the whole of 0.5 ms x 2^n.
#[derive(Debug)]
pub struct RetryPolicy {
    seed: u128,
    drawn: AtomicU64,
    attempts: u32,
    first_wait: Duration,
    deadline: Option<Duration>,
}

/// How often the wait doubles at most.
const LONGEST_WAIT: u32 = 10;

impl RetryPolicy {
    /// How often a transaction is tried, unless a policy says otherwise.
    pub const ATTEMPTS: u32 = 12;
    /// The wait after the first attempt, unless a policy says otherwise.
    pub const FIRST_WAIT: Duration = Duration::from_micros(500);

    /// A policy of twelve attempts and no deadline.
    pub const fn new(seed: u128) -> Self {
        Self {
            seed,
            drawn: AtomicU64::new(0),
            attempts: Self::ATTEMPTS,
            first_wait: Self::FIRST_WAIT,
            deadline: None,
        }
    }

    /// Tries at most so often; at least once.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Waits so long, or a little less, after the first attempt, and twice as long after each.
    #[must_use]
    pub const fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Gives up when a transaction has waited so long, by the store's timer: between attempts, in the
    /// middle of one, and while an unknown outcome is being settled. The time begins where it has to
    /// wait for the first time: what an engine in this process answers at once needs no timer.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// As this one, with tokens of its own and no deadline: for a transaction that reads very much,
    /// and may be done again as often as one likes.
    pub(crate) fn unhurried(&self) -> Self {
        Self {
            seed: self.draw(),
            drawn: AtomicU64::new(0),
            deadline: None,
            ..*self
        }
    }

    /// A token that this policy has not given before.
    pub fn token(&self) -> CommitToken {
        CommitToken::from_u128(self.draw())
    }

    /// 128 bits from the seed and the count.
    fn draw(&self) -> u128 {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 24];
        let parts = self
            .seed
            .to_le_bytes()
            .into_iter()
            .chain(count.to_le_bytes());
        bytes
            .iter_mut()
            .zip(parts)
            .for_each(|(byte, part)| *byte = part);
        let digest = Digest::of("cloud-atlas commit token", &bytes);
        digest
            .as_bytes()
            .iter()
            .take(16)
            .fold(0, |bits, &byte| bits << 8 | u128::from(byte))
    }

    /// How long to wait after an attempt, the first of which is 0.
    fn wait(&self, attempt: u32) -> Duration {
        let whole = self
            .first_wait
            .saturating_mul(1 << attempt.min(LONGEST_WAIT));
        let half = whole / 2;
        let parts = u32::try_from(self.draw() & 0xffff).unwrap_or_default();
        half.saturating_add(half.saturating_mul(parts) / 0x1_0000)
    }
}

/// Runs a transaction: a snapshot, the closure, a commit; and again where the store changed
/// meanwhile or could not be reached.
///
/// The closure may run several times, each time on a new snapshot, and must therefore do nothing
/// but read and write through its [`Tx`]. What it returns is returned with the commit, or with
/// none where it wrote nothing. What *it* refuses is returned as it is and is never tried again,
/// unless the refusal holds a [`StoreError`] that another attempt may cure.
///
/// An unknown outcome is settled before anything else happens: an empty commit under the same
/// token either returns what the first attempt had returned, or takes the token, so that the first
/// attempt can no longer arrive.
///
/// A deadline that passes while a commit is under way leaves its outcome unknown; before that,
/// nothing was written.
///
/// ```
/// # use atlas_store::{Key, MemoryStore, Partition, RetryPolicy, StoreError, Tx, transact};
/// # pollster::block_on(async {
/// let store = MemoryStore::new();
/// let policy = RetryPolicy::new(7);
/// let key = Key::builder(&Partition::account("acme")?, "visits").build()?;
/// let add = |tx: Tx| {
///     let key = key.clone();
///     async move {
///         let visits = tx.get(&key).await?.map_or(0, |value| value[0]);
///         tx.put(key, [visits + 1])?;
///         Ok::<_, StoreError>(visits)
///     }
/// };
/// assert_eq!(transact(&store, &policy, add).await?.0, 0);
/// assert_eq!(transact(&store, &policy, add).await?.0, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// # Errors
///
/// The closure's refusal, or the store's error once the attempts are used up. Beyond the deadline
/// [`StoreError::UnknownOutcome`] or [`StoreError::Unavailable`] with [`DeadlinePassed`] in it.
pub async fn transact<T, F, R, E>(
    store: &dyn Store,
    policy: &RetryPolicy,
    f: F,
) -> Result<(T, Option<Committed>), E>
where
    F: Fn(Tx) -> R,
    R: Future<Output = Result<T, E>>,
    E: From<StoreError> + AsStoreError,
{
    let under_way = Mutex::new(None);
    let mut work = pin!(attempts(store, policy, &under_way, f));
    let Some(after) = policy.deadline else {
        return work.await;
    };
    // Most transactions of an embedded engine are done at the first poll, and need no timer.
    let mut timer = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        let timer = timer.get_or_insert_with(|| store.sleep(after));
        timer.as_mut().poll(context).map(|slept| {
            let passed = DeadlinePassed { after };
            // A timer that fails ends the wait as well: nobody would wake us any more.
            let source = slept
                .err()
                .unwrap_or_else(|| StoreError::unavailable(passed));
            let under_way = *under_way.lock().unwrap_or_else(PoisonError::into_inner);
            Err(match under_way {
                Some(token) => StoreError::unknown_outcome(token, source),
                None => source,
            }
            .into())
        })
    })
    .await
}

/// The deadline of a [`RetryPolicy`] has passed. It is the source of the store's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the transaction did not end within {after:?}")]
#[non_exhaustive]
pub struct DeadlinePassed {
    /// How long it was allowed to take.
    pub after: Duration,
}

/// The token of a commit that was sent and is not known to have ended.
type UnderWay = Mutex<Option<CommitToken>>;

fn note(under_way: &UnderWay, token: Option<CommitToken>) {
    *under_way.lock().unwrap_or_else(PoisonError::into_inner) = token;
}

async fn attempts<T, F, R, E>(
    store: &dyn Store,
    policy: &RetryPolicy,
    under_way: &UnderWay,
    f: F,
) -> Result<(T, Option<Committed>), E>
where
    F: Fn(Tx) -> R,
    R: Future<Output = Result<T, E>>,
    E: From<StoreError> + AsStoreError,
{
    let mut attempt = 0;
    loop {
        attempt += 1;
        match Tx::begin(store).await {
            Ok(tx) => match run(store, policy, under_way, f(tx.clone()), tx).await {
                Err(error) if may_retry(&error, attempt, policy) => {}
                done => return done,
            },
            Err(error) if may_retry(&error, attempt, policy) => {}
            Err(error) => return Err(error.into()),
        }
        store.sleep(policy.wait(attempt - 1)).await?;
    }
}

/// Whether another attempt may do better, and is still allowed. An outcome that stays unknown could
/// not be settled: running the closure again might do its work twice.
fn may_retry(error: &impl AsStoreError, attempt: u32, policy: &RetryPolicy) -> bool {
    let cause = error.as_store_error();
    attempt < policy.attempts
        && matches!(
            cause,
            Some(StoreError::Conflict | StoreError::Unavailable { .. })
        )
}

/// One attempt: the work, then the commit.
async fn run<T, E: From<StoreError>>(
    store: &dyn Store,
    policy: &RetryPolicy,
    under_way: &UnderWay,
    work: impl Future<Output = Result<T, E>>,
    tx: Tx,
) -> Result<(T, Option<Committed>), E> {
    let value = work.await?;
    let token = policy.token();
    note(under_way, Some(token));
    let outcome = finish(store, policy, token, tx).await;
    note(under_way, None);
    Ok((value, outcome?))
}

/// The commit, until its outcome is known or cannot be.
async fn finish(
    store: &dyn Store,
    policy: &RetryPolicy,
    token: CommitToken,
    tx: Tx,
) -> Result<Option<Committed>, StoreError> {
    match tx.commit(token).await {
        Err(first @ (StoreError::Unavailable { .. } | StoreError::UnknownOutcome { .. })) => {
            match settle(store, policy, token, first).await? {
                Some(committed) => Ok(Some(committed)),
                None => Err(StoreError::Unavailable { source: None }),
            }
        }
        outcome => outcome,
    }
}

/// Learns whether the commit under a token has happened; where not, it never will.
async fn settle(
    store: &dyn Store,
    policy: &RetryPolicy,
    token: CommitToken,
    first: StoreError,
) -> Result<Option<Committed>, StoreError> {
    let mut attempt = 0;
    loop {
        if let Err(error) = store.sleep(policy.wait(attempt)).await {
            return Err(StoreError::unknown_outcome(token, error));
        }
        let probe = Commit {
            reads: ReadSet::default(),
            writes: Vec::new(),
            token,
        };
        let answer = match store.snapshot().await {
            Ok(snapshot) => snapshot.commit(probe).await,
            Err(error) => Err(error),
        };
        attempt += 1;
        match answer {
            // INVARIANT: the first attempt wrote something, so that it touched a partition.
            Ok(committed) if committed.positions.is_empty() => return Ok(None),
            Ok(committed) => return Ok(Some(committed)),
            // Whatever stopped the probe, the first attempt may have happened; what went wrong
            // with that one is the cause.
            Err(error) if !error.is_retryable() || attempt >= policy.attempts => {
                let source = match first {
                    StoreError::Unavailable { source }
                    | StoreError::UnknownOutcome { source, .. } => source,
                    _ => None,
                };
                let source = source.or_else(|| Some(Arc::new(error)));
                return Err(StoreError::UnknownOutcome { token, source });
            }
            Err(_) => {}
        }
    }
}
