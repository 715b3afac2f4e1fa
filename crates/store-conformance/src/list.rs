//! The checks, by name.

use crate::{
    Failure, Guarantee, Harness, Lack,
    bench::Bench,
    failure::{Found, Verdict},
};
use core::{fmt, future::Future, pin::Pin};

/// One check of the suite.
#[derive(Clone, Copy)]
pub struct Check {
    name: &'static str,
    guarantee: Guarantee,
    unless: Option<Lack>,
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

    /// What a store may lack instead.
    pub fn unless(&self) -> Option<Lack> {
        self.unless
    }

    /// Runs it on a store of its own, unless the harness says that stores lack what it is about.
    ///
    /// # Errors
    ///
    /// The store does not keep the guarantee, or gives an error where it should not.
    pub fn run(&self, harness: &Harness) -> Result<Outcome, Failure> {
        if let Some(lack) = self.unless.filter(|lack| harness.lacks.contains(lack)) {
            return Ok(Outcome::Skipped(lack));
        }
        let verdict = harness.open().map_err(Found::from).and_then(|store| {
            let bench = Bench::new(harness, store);
            bench.block_on((self.body)(&bench))?
        });
        match verdict {
            Ok(()) => Ok(Outcome::Passed),
            Err(found) => Err(Failure::new(self.name, self.guarantee, found)),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("guarantee", &self.guarantee)
            .field("unless", &self.unless)
            .finish_non_exhaustive()
    }
}

/// What became of a check that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a check that does not fail was run or not"
)]
pub enum Outcome {
    /// The store keeps the guarantee, as far as the check can see.
    Passed,
    /// It was not run, since the harness says that the store lacks this.
    Skipped(Lack),
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
pub fn verify(name: &'static str, harness: &Harness) -> Result<Outcome, Failure> {
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
/// Takes an expression that gives a [`Harness`], once for each test. The test of a check that the
/// harness excuses ([`Harness::without`]) does nothing; what is excused stands in that expression,
/// and a test of its own compares it with what the store says of itself.
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
            large_values_come_back_unchanged: Reads unless LargeValues,
            deleted_keys_are_gone: Reads,
            many_keys_are_answered_in_order: Reads,
            ranges_come_in_byte_order: Order,
            reverse_ranges_mirror_forward_ones: Order,
            ranges_are_half_open: Bounds,
            limits_of_pages_are_kept: Paging,
            pages_cover_a_range_once: Paging,
            pages_resume_at_a_newer_state: Paging,
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
            names_stay_unique: Unique,
            references_hold: References,
            index_rows_agree_with_records: Indexes,
            blind_writes_do_not_conflict: Independence,
            unrelated_commits_do_not_conflict: Independence,
            commits_without_writes_succeed: Independence,
            snapshots_stay_fixed: FixedSnapshot,
            snapshots_see_acknowledged_commits: Fresh,
            commits_are_whole: AllOrNothing,
            large_commits_are_whole: AllOrNothing unless LargeCommits,
            commits_appear_at_once: AllOrNothing,
            refused_commits_write_nothing: AllOrNothing,
            tokens_commit_once: Tokens,
            racing_tokens_commit_once: Tokens,
            lost_outcomes_are_settled: Tokens,
            limits_are_answered: Limits,
            lacks_are_those_that_were_named: Limits,
            feeds_are_gap_free_and_in_order: Feed,
            feeds_of_partitions_are_separate: Feed,
            feeds_are_gap_free_with_many_writers: Feed,
            commits_to_two_partitions_stand_in_both_feeds: Feed,
            feeds_expire: FeedExpiry unless FeedExpiry,
            waiters_are_woken: Wake unless PushFeed,
            waiting_for_the_past_ends_at_once: Wake,
            histories_are_serializable: Serializable,
        ] }
    };
}

/// What is made of the list, and of its parts.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_form {
    (lack) => { None };
    (lack $lack:ident) => { Some(Lack::$lack) };
    (tests ($harness:expr) [$($name:ident: $guarantee:ident $(unless $lack:ident)?,)*]) => {
        $(
            #[test]
            fn $name() -> Result<(), $crate::Failure> {
                $crate::verify(stringify!($name), &$harness).map(drop)
            }
        )*
    };
    (table () [$($name:ident: $guarantee:ident $(unless $lack:ident)?,)*]) => {
        &[$(Check {
            name: stringify!($name),
            guarantee: Guarantee::$guarantee,
            unless: $crate::__conformance_form! { lack $($lack)? },
            body: |bench| Box::pin($crate::checks::$name(bench)),
        },)*]
    };
}

const CHECKS: &[Check] = __conformance_list! { table () };
