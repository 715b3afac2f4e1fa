//! Every statement that this engine sends.
//!
//! They keep to what engines that speak PostgreSQL's protocol have in common: no `ON CONFLICT`, no
//! `RETURNING`, no sequences, triggers, advisory locks or notifications. A test holds them against
//! the list of allowed forms, another finds nothing but them in a server's log.

use crate::pipeline::Sent;
use tokio_postgres::{Client, Error, Statement};

/// What a store's schema is made with: one transaction, so that nobody finds half a store.
///
/// Names of schemas cannot be parameters: the quoted name follows.
pub(crate) const CREATE_SCHEMA: &str = "CREATE SCHEMA";
/// Whether a schema is there. Asked first, since `IF NOT EXISTS` wants a right of whoever asks.
pub(crate) const FIND_SCHEMA: &str =
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name = $1";
/// Keys are compared byte by byte, whatever the database's own order of texts is.
pub(crate) const CREATE_TABLES: [&str; 6] = [
    "CREATE TABLE meta (name text COLLATE \"C\" PRIMARY KEY, value text NOT NULL)",
    "CREATE TABLE entries (k text COLLATE \"C\" PRIMARY KEY, version bigint NOT NULL, \
     v text NOT NULL)",
    "CREATE TABLE feeds (partition_name text COLLATE \"C\" PRIMARY KEY, newest bigint NOT NULL, \
     oldest bigint NOT NULL)",
    "CREATE TABLE feed_entries (partition_name text COLLATE \"C\", place bigint, \
     commit_id text NOT NULL, keys text NOT NULL, PRIMARY KEY (partition_name, place))",
    "CREATE TABLE commits (token text COLLATE \"C\" PRIMARY KEY, positions text NOT NULL, \
     committed_at timestamp with time zone NOT NULL)",
    "CREATE INDEX commits_by_time ON commits (committed_at)",
];
/// A row of `meta`.
pub(crate) const INSERT_META: &str = "INSERT INTO meta (name, value) VALUES ($1, $2)";
/// A feed without entries.
pub(crate) const INSERT_FEED: &str =
    "INSERT INTO feeds (partition_name, newest, oldest) VALUES ($1, 0, 0)";
/// All of `meta`, in the order of the server: rows that prove byte order are among them.
pub(crate) const META: &str = "SELECT name, value FROM meta ORDER BY name";

/// Begins a transaction that makes a store, or the feed of a partition.
pub(crate) const BEGIN: &str = "BEGIN; SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
/// Begins a snapshot; the first statement after it fixes what is seen.
pub(crate) const BEGIN_SNAPSHOT: &str =
    "BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// Begins a commit. A client that stops in the middle, with feeds locked, is thrown out after ten
/// seconds.
pub(crate) const BEGIN_COMMIT: &str = "BEGIN; \
     SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; \
     SET LOCAL idle_in_transaction_session_timeout = 10000";
/// Ends a transaction for good.
pub(crate) const COMMIT: &str = "COMMIT";
/// Gives a transaction up.
pub(crate) const ROLLBACK: &str = "ROLLBACK";

/// Every statement that a store sends, for tests and for whoever must allow them one by one. That
/// which makes a schema is followed by a name in double quotes.
///
/// What the client library adds by itself is `SHOW transaction_read_only`, where the URL asks for a
/// server that takes writes.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let alone = [
        CREATE_SCHEMA,
        FIND_SCHEMA,
        INSERT_META,
        META,
        BEGIN,
        BEGIN_SNAPSHOT,
        BEGIN_COMMIT,
        COMMIT,
        ROLLBACK,
    ];
    let prepared = PREPARED.iter().copied();
    alone.into_iter().chain(CREATE_TABLES).chain(prepared)
}

macro_rules! prepared {
    ($($(#[$doc:meta])* $name:ident: $text:expr,)*) => {
        /// The statements that every connection prepares once.
        pub(crate) struct Statements {
            $($(#[$doc])* pub(crate) $name: Statement,)*
        }

        /// The texts of [`Statements`].
        pub(crate) const PREPARED: &[&str] = &[$($text,)*];

        impl Statements {
            /// Prepares all of them in one trip.
            pub(crate) async fn prepare(client: &Client) -> Result<Self, Error> {
                $(let $name = Sent::new(Box::pin(client.prepare($text))).await;)*
                Ok(Self { $($name: $name.answer().await?,)* })
            }
        }
    };
}

prepared! {
    /// One key.
    get: "SELECT version, v FROM entries WHERE k = $1",
    /// A range in order.
    range: "SELECT k, version, v FROM entries WHERE k >= $1 AND k < $2 ORDER BY k LIMIT $3",
    /// A range in reverse.
    range_reverse:
        "SELECT k, version, v FROM entries WHERE k >= $1 AND k < $2 ORDER BY k DESC LIMIT $3",
    /// Where a feed ends and begins.
    feed: "SELECT newest, oldest FROM feeds WHERE partition_name = $1",
    /// Where every feed ends.
    feeds: "SELECT partition_name, newest FROM feeds ORDER BY partition_name",
    /// Entries of a feed.
    feed_entries: "SELECT place, commit_id, keys FROM feed_entries \
         WHERE partition_name = $1 AND place > $2 ORDER BY place LIMIT $3",
    /// Locks the feed of a partition that is written to.
    lock_to_write: "SELECT newest, oldest FROM feeds WHERE partition_name = $1 FOR UPDATE",
    /// Locks the feed of a partition that was read.
    lock_to_read: "SELECT newest, oldest FROM feeds WHERE partition_name = $1 FOR SHARE",
    /// Locks the feeds of all partitions, for a commit that has read across them.
    lock_all:
        "SELECT partition_name, newest, oldest FROM feeds ORDER BY partition_name FOR UPDATE",
    /// What a commit under a token returned.
    find_token: "SELECT positions FROM commits WHERE token = $1",
    /// Keeps a token.
    insert_token: "INSERT INTO commits (token, positions, committed_at) \
         VALUES ($1, $2, CURRENT_TIMESTAMP)",
    /// Forgets tokens after a day.
    expire_tokens: "DELETE FROM commits WHERE committed_at < CURRENT_TIMESTAMP - INTERVAL '24 hours'",
    /// A key that was not there.
    insert_entry: "INSERT INTO entries (k, version, v) VALUES ($1, $2, $3)",
    /// A key that was there.
    update_entry: "UPDATE entries SET version = $2, v = $3 WHERE k = $1",
    /// A key that is there or not.
    delete_entry: "DELETE FROM entries WHERE k = $1",
    /// A feed without entries.
    insert_feed: INSERT_FEED,
    /// Moves the ends of a feed.
    update_feed: "UPDATE feeds SET newest = $2, oldest = $3 WHERE partition_name = $1",
    /// An entry of a feed.
    insert_feed_entry: "INSERT INTO feed_entries (partition_name, place, commit_id, keys) \
         VALUES ($1, $2, $3, $4)",
    /// Forgets the beginning of a feed.
    expire_feed: "DELETE FROM feed_entries WHERE partition_name = $1 AND place <= $2",
}
