//! The checks, by name.

use crate::{
    Failure, Guarantee, Harness,
    bench::Bench,
    failure::{Found, Verdict},
};
use core::{fmt, future::Future, pin::Pin};

/// One check of the suite.
#[derive(Clone, Copy)]
pub struct Check {
    name: &'static str,
    guarantee: Guarantee,
    body: Body,
}

type Body = for<'a> fn(&'a Bench<'a>) -> Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

impl Check {
    /// Its name, which is also the name of the test.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it checks.
    pub fn guarantee(&self) -> Guarantee {
        self.guarantee
    }

    /// Runs it on a store of its own.
    ///
    /// # Errors
    ///
    /// The store does not keep the guarantee, or gives an error where it should not.
    pub fn run(&self, harness: &Harness) -> Result<(), Failure> {
        let verdict = harness.open().map_err(Found::from).and_then(|store| {
            let bench = Bench::new(harness, store);
            bench.block_on((self.body)(&bench))?
        });
        verdict.map_err(|found| Failure::new(self.name, self.guarantee, found))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("guarantee", &self.guarantee)
            .finish_non_exhaustive()
    }
}

/// Every check, in the order of the list.
pub fn checks() -> &'static [Check] {
    CHECKS
}

/// Runs the check of this name.
///
/// # Errors
///
/// The store fails it. There being no such check is a failure too.
pub fn verify(name: &'static str, harness: &Harness) -> Result<(), Failure> {
    match CHECKS.iter().find(|check| check.name == name) {
        Some(check) => check.run(harness),
        None => Err(Failure::new(
            name,
            Guarantee::Reads,
            Found::Seen("the suite has no check of this name".into()),
        )),
    }
}

/// Makes a test of every check.
///
/// Takes an expression that gives a [`Harness`], once for each test.
#[macro_export]
macro_rules! conformance {
    ($harness:expr) => {
        $crate::__conformance_list! { tests ($harness) }
    };
}

/// The one list of all checks.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_list {
    ($form:ident $arguments:tt) => {
        $crate::__conformance_form! { $form $arguments [
            values_come_back_unchanged: Reads,
            deleted_keys_are_gone: Reads,
            many_keys_are_answered_in_order: Reads,
            ranges_come_in_byte_order: Order,
            reverse_ranges_mirror_forward_ones: Order,
            ranges_are_half_open: Bounds,
            limits_of_pages_are_kept: Paging,
            pages_cover_a_range_once: Paging,
            versions_change_with_every_write: Versions,
            transactions_read_their_own_writes: OwnWrites,
            counters_add_up: LostUpdate,
            lost_updates_are_refused: LostUpdate,
            inserts_of_missing_keys_are_refused: LostUpdate,
            deletes_of_read_keys_are_refused: LostUpdate,
            changes_there_and_back_are_seen: LostUpdate,
            write_skew_is_refused: WriteSkew,
            phantoms_by_insert_are_refused: Phantom,
            phantoms_by_delete_are_refused: Phantom,
            phantoms_in_an_empty_range_are_refused: Phantom,
            skew_over_ranges_is_refused: Phantom,
            blind_writes_do_not_conflict: Independence,
            unrelated_commits_do_not_conflict: Independence,
            commits_without_writes_succeed: Independence,
            snapshots_stay_fixed: FixedSnapshot,
            snapshots_see_acknowledged_commits: Fresh,
            commits_are_whole: AllOrNothing,
            commits_appear_at_once: AllOrNothing,
            refused_commits_write_nothing: AllOrNothing,
            tokens_commit_once: Tokens,
            racing_tokens_commit_once: Tokens,
            limits_are_answered: Limits,
            feeds_are_gap_free_and_in_order: Feed,
            feeds_of_partitions_are_separate: Feed,
            feeds_are_gap_free_with_many_writers: Feed,
            feeds_expire: FeedExpiry,
            waiters_are_woken: Wake,
            waiting_for_the_past_ends_at_once: Wake,
            histories_are_serializable: Serializable,
        ] }
    };
}

/// What is made of the list.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_form {
    (tests ($harness:expr) [$($name:ident: $guarantee:ident,)*]) => {
        $(
            #[test]
            fn $name() -> Result<(), $crate::Failure> {
                $crate::verify(stringify!($name), &$harness)
            }
        )*
    };
    (table () [$($name:ident: $guarantee:ident,)*]) => {
        &[$(Check {
            name: stringify!($name),
            guarantee: Guarantee::$guarantee,
            body: |bench| Box::pin($crate::checks::$name(bench)),
        },)*]
    };
}

const CHECKS: &[Check] = __conformance_list! { table () };
