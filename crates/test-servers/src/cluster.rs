//! A primary and its replicas.

use crate::{Postgres, ServerError, account, postgres, programs, until};
use core::time::Duration;

/// How long replicas may take to follow, and one of them to lead.
const PATIENCE: Duration = Duration::from_mins(3);
const REPLICAS: [&str; 2] = ["r1", "r2"];

/// A PostgreSQL primary with two replicas: a commit is acknowledged once one of them has flushed it.
#[derive(Debug)]
pub struct PostgresCluster {
    primary: Postgres,
    replicas: Vec<Postgres>,
}

impl PostgresCluster {
    /// Starts all three and waits until the replicas follow.
    ///
    /// # Errors
    ///
    /// A program is not there, or fails.
    pub fn start() -> Result<Self, ServerError> {
        let cluster = Self::start_unsure()?;
        let names = REPLICAS.join(",");
        let setting = format!("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ({names})'");
        cluster.primary.query(&setting)?;
        cluster.primary.query("SELECT pg_reload_conf()")?;
        cluster.follows("sync_state = 'quorum'")?;
        Ok(cluster)
    }

    /// The same, but for what makes it safe: a commit is acknowledged whether a replica has it or
    /// not.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_unsure() -> Result<Self, ServerError> {
        let primary = Postgres::start_with(&["max_connections=200", "wal_keep_size=256MB"])?;
        let mut replicas = Vec::new();
        for name in REPLICAS {
            let folder = postgres::new_folder()?;
            let mut copy = account::command(programs::postgres()?.join("pg_basebackup"))?;
            copy.args(["-R", "-X", "stream", "--checkpoint=fast", "--no-sync", "-D"])
                .arg(folder.join("data"))
                .arg("-d")
                .arg(primary.connection(name));
            account::text(&mut copy, "pg_basebackup")?;
            replicas.push(Postgres::serve(
                folder,
                &["max_connections=200", "hot_standby=on"],
            )?);
        }
        let cluster = Self { primary, replicas };
        cluster.follows("state = 'streaming'")?;
        Ok(cluster)
    }

    /// Waits until both replicas are as they should.
    fn follows(&self, state: &str) -> Result<(), ServerError> {
        let both = format!("SELECT count(*) FROM pg_stat_replication WHERE {state}");
        let follow = || self.primary.query(&both).is_ok_and(|count| count == "2");
        if until(PATIENCE, follow) {
            return Ok(());
        }
        let log = self.primary.folder().join("log");
        Err(ServerError::Silent { log })
    }

    /// Waits until the replicas have flushed all that the primary has.
    ///
    /// # Errors
    ///
    /// They do not in time.
    pub fn catch_up(&self) -> Result<(), ServerError> {
        self.follows("flush_lsn = pg_current_wal_flush_lsn()")
    }

    /// Cuts the replicas off: they receive nothing more.
    ///
    /// # Errors
    ///
    /// A replica does not answer.
    pub fn cut_off(&self) -> Result<(), ServerError> {
        for replica in &self.replicas {
            replica.query("ALTER SYSTEM SET primary_conninfo = ''")?;
            replica.query("SELECT pg_reload_conf()")?;
        }
        let streams = "SELECT count(*) FROM pg_stat_replication";
        let alone = || self.primary.query(streams).is_ok_and(|count| count == "0");
        if until(PATIENCE, alone) {
            return Ok(());
        }
        let log = self.primary.folder().join("log");
        Err(ServerError::Silent { log })
    }

    /// All three hosts, of which a client is to find the one that takes writes.
    pub fn url(&self) -> String {
        let authority = self.primary.authority();
        let others = self.replicas.iter().map(Postgres::port);
        let others: Vec<String> = others.map(|port| format!("127.0.0.1:{port}")).collect();
        let others = others.join(",");
        format!("postgres://{authority},{others}/postgres?target_session_attrs=read-write")
    }

    /// The primary that was started first.
    pub fn primary(&self) -> &Postgres {
        &self.primary
    }

    /// Kills the primary, and makes the replica that has received most lead in its place: of two
    /// replicas of which one has each commit, the other may lack some.
    ///
    /// # Errors
    ///
    /// The primary is gone already, or a replica does not answer.
    pub fn fail_over(&self) -> Result<(), ServerError> {
        self.primary.kill()?;
        let mut best = None;
        for replica in &self.replicas {
            // A replica may still be applying what it has; what it has received no longer grows.
            let streams = || {
                let receivers = replica.query("SELECT count(*) FROM pg_stat_wal_receiver");
                receivers.is_ok_and(|count| count != "0")
            };
            until(PATIENCE, || !streams());
            let received = replica.query(
                "SELECT pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), \
                 pg_last_wal_replay_lsn()), '0/0')::bigint",
            )?;
            let received: u64 = received.parse().unwrap_or(0);
            if best.is_none_or(|(most, _)| received > most) {
                best = Some((received, replica));
            }
        }
        if let Some((_, replica)) = best {
            replica.query("SELECT pg_promote(true, 60)")?;
        }
        Ok(())
    }
}
