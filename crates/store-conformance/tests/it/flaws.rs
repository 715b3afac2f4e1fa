//! The flaws a store may have, what each of them breaks, and which checks must see it.

use atlas_store_conformance::Guarantee;

macro_rules! flaws {
    ($($(#[$doc:meta])* $name:ident: $guarantee:ident, seen by $($check:ident)+;)*) => {
        /// One broken promise.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Flaw {
            $($(#[$doc])* $name,)*
        }

        impl Flaw {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// What is broken.
            pub(crate) fn breaks(self) -> Guarantee {
                match self {
                    $(Self::$name => Guarantee::$guarantee,)*
                }
            }

            /// Which checks must fail.
            pub(crate) fn seen_by(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$(stringify!($check),)+],)*
                }
            }
        }
    };
}

flaws! {
    /// Values are cut after 64 KiB.
    CutsValues: Reads, seen by
        values_come_back_unchanged large_values_come_back_unchanged;
    /// Deletes are left out.
    ForgetsDeletes: Reads, seen by deleted_keys_are_gone;
    /// Many keys are answered in the order of the keys, not of the question.
    AnswersSorted: Reads, seen by many_keys_are_answered_in_order;
    /// Ranges are sorted as a dictionary would.
    IgnoresCase: Order, seen by ranges_come_in_byte_order;
    /// A range in reverse is one that is not.
    ForgetsReverse: Order, seen by
        reverse_ranges_mirror_forward_ones pages_resume_at_a_newer_state;
    /// The end of a range is in it.
    TakesTheEnd: Bounds, seen by ranges_are_half_open;
    /// A page has one entry more than was wanted.
    IgnoresPageLimits: Paging, seen by limits_of_pages_are_kept;
    /// Pages begin with their bound even where it was read before.
    OverlappingPages: Paging, seen by pages_cover_a_range_once;
    /// A full page says that nothing follows, so that nobody looks for what is written there.
    EndsEarly: OwnWrites, seen by
        transactions_read_their_own_writes pages_cover_a_range_once limits_of_pages_are_kept;
    /// A version says how long the value is.
    RepeatsVersions: Versions, seen by versions_change_with_every_write;
    /// Keys that were read are forgotten at the commit.
    LosesUpdates: LostUpdate, seen by
        lost_updates_are_refused inserts_of_missing_keys_are_refused
        deletes_of_read_keys_are_refused refused_commits_write_nothing;
    /// A read is checked by its value.
    ForgetsAba: LostUpdate, seen by changes_there_and_back_are_seen;
    /// Every fifth commit is acknowledged and not made.
    LosesCommits: LostUpdate, seen by counters_add_up;
    /// Of what was read only what is written too is checked: snapshot isolation.
    ChecksOnlyWrites: WriteSkew, seen by write_skew_is_refused;
    /// Ranges that were read are forgotten at the commit.
    ForgetsRanges: Phantom, seen by
        phantoms_by_insert_are_refused phantoms_by_delete_are_refused
        phantoms_in_an_empty_range_are_refused skew_over_ranges_is_refused
        changes_there_and_back_are_seen;
    /// A key that was read and not there is forgotten at the commit.
    ForgetsMissing: Unique, seen by
        names_stay_unique inserts_of_missing_keys_are_refused;
    /// Nothing that was read is checked.
    ForgetsReads: References, seen by references_hold;
    /// Of a commit that puts, the deletes are left out.
    OnlyPuts: Indexes, seen by index_rows_agree_with_records;
    /// Reading what changed since is a conflict for writers that read nothing.
    ConflictsAlways: Independence, seen by blind_writes_do_not_conflict;
    /// Whoever has read anything conflicts with every commit.
    LocksEverything: Independence, seen by unrelated_commits_do_not_conflict;
    /// A commit has to write.
    RefusesEmptyCommits: Independence, seen by commits_without_writes_succeed;
    /// Snapshots read the newest state.
    MovingSnapshots: FixedSnapshot, seen by snapshots_stay_fixed;
    /// A snapshot is as old as the call for the one before.
    StaleSnapshots: Fresh, seen by snapshots_see_acknowledged_commits;
    /// Of a commit with several writes the second half is left out.
    AppliesHalf: AllOrNothing, seen by
        commits_are_whole large_commits_are_whole commits_appear_at_once
        index_rows_agree_with_records histories_are_serializable;
    /// A commit with several writes is made in two.
    SplitsCommits: AllOrNothing, seen by commits_appear_at_once;
    /// A token is as good as a new one.
    ForgetsTokens: Tokens, seen by
        tokens_commit_once racing_tokens_commit_once lost_outcomes_are_settled;
    /// Limits are stated and not kept.
    IgnoresLimits: Limits, seen by limits_are_answered;
    /// Its feed is polled, and nobody was told.
    HidesLacks: Limits, seen by lacks_are_those_that_were_named;
    /// Every third entry of the feed is left out.
    DropsFeedEntries: Feed, seen by
        feeds_are_gap_free_and_in_order feeds_are_gap_free_with_many_writers;
    /// Every feed is that of `/`.
    MixesFeeds: Feed, seen by feeds_of_partitions_are_separate;
    /// A commit is told its place in one feed only.
    NamesOnePartition: Feed, seen by
        commits_to_two_partitions_stand_in_both_feeds feeds_of_partitions_are_separate;
    /// A feed that was cut begins anywhere.
    NeverExpires: FeedExpiry, seen by feeds_expire;
    /// Nobody is woken.
    NeverWakes: Wake, seen by waiters_are_woken waiting_for_the_past_ends_at_once;
    /// The accounts are read at an older point than `/`.
    TearsPartitions: Serializable, seen by histories_are_serializable;
}
