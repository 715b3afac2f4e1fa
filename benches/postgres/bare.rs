//! The peer: the client library by itself, one connection, the statements and rows of ours.

use atlas_store_postgres::statements;
use atlas_test_servers::Postgres;
use std::{
    collections::BTreeMap,
    error::Error,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, NoTls, Row, Statement, types::ToSql};

pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// A request on its way.
type Call<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, tokio_postgres::Error>> + 'a>>;
type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection, and the thread's own reactor to drive it: nothing goes from thread to thread.
pub(crate) struct Bare {
    runtime: Runtime,
    client: Client,
    statements: BTreeMap<&'static str, Statement>,
}

impl Bare {
    pub(crate) fn connect(server: &Postgres, schema: &str) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut config = Config::new();
        config
            .host("127.0.0.1")
            .port(server.port())
            .user("atlas")
            .password(server.password())
            .dbname("postgres")
            .options(format!("-c search_path={schema}"));
        let (client, connection) = runtime.block_on(config.connect(NoTls))?;
        runtime.spawn(async {
            let _ = connection.await;
        });
        let mut prepared = BTreeMap::new();
        for text in statements().filter(|text| text.contains('$')) {
            prepared.insert(text, runtime.block_on(client.prepare(text))?);
        }
        Ok(Self {
            runtime,
            client,
            statements: prepared,
        })
    }

    /// A statement of the engine by its beginning; of several, the first in their own order.
    fn statement(&self, beginning: &str) -> Result<&Statement, Fault> {
        let found = self.statements.iter();
        let mut found = found.filter(|(text, _)| text.starts_with(beginning));
        let (_, statement) = found.next().ok_or("the engine has no such statement")?;
        Ok(statement)
    }

    fn call<'a>(&'a self, statement: &'a Statement, params: Params<'a>) -> Call<'a> {
        Box::pin(self.client.query(statement, params))
    }

    fn command<'a>(&'a self, beginning: &'a str) -> Call<'a> {
        Box::pin(async move {
            let text = statements().find(|text| text.starts_with(beginning));
            self.client.batch_execute(text.unwrap_or("")).await?;
            Ok(Vec::new())
        })
    }

    /// Sends all calls, then waits for all answers.
    fn together(&self, mut calls: Vec<Call<'_>>) -> Result<Vec<Vec<Row>>, Fault> {
        self.runtime.block_on(async {
            let mut early: Vec<_> = Vec::with_capacity(calls.len());
            for call in &mut calls {
                let sent = poll_fn(|context| {
                    Poll::Ready(match call.as_mut().poll(context) {
                        Poll::Ready(answer) => Some(answer),
                        Poll::Pending => None,
                    })
                });
                early.push(sent.await);
            }
            let mut answers = Vec::with_capacity(calls.len());
            for (call, early) in calls.into_iter().zip(early) {
                answers.push(match early {
                    Some(answer) => answer?,
                    None => call.await?,
                });
            }
            Ok(answers)
        })
    }

    /// Begins what a snapshot is.
    pub(crate) fn snapshot(&self) -> Result<(), Fault> {
        let feed = self.statement(FEED)?;
        self.together(vec![
            self.command("BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
            self.call(feed, &[&""]),
        ])?;
        Ok(())
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<(i64, String)>, Fault> {
        let statement = self.statement("SELECT version, v FROM entries")?;
        let answer = self.runtime.block_on(self.client.query(statement, &[&key]));
        let answer = answer?;
        let row = answer.first();
        Ok(row.map(|row| (row.get(0), row.get(1))))
    }

    pub(crate) fn end(&self) -> Result<(), Fault> {
        self.together(vec![self.command("ROLLBACK")])?;
        Ok(())
    }

    /// The trips of a commit that puts one new key, after its snapshot has looked at it.
    pub(crate) fn commit(&self, number: u64, key: &str, value: &str) -> Result<(), Fault> {
        let partition = key.split(' ').next().unwrap_or_default();
        let token = format!("{number:032x}");
        self.snapshot()?;
        self.get(key)?;
        let lock = self.statement(&format!("{FEED} FOR UPDATE"))?;
        let locked = self.together(vec![
            self.call(self.statement(FEED)?, &[&partition]),
            self.command("COMMIT"),
            self.command("BEGIN; SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET"),
            self.call(lock, &[&partition]),
            self.call(self.statement("SELECT positions")?, &[&token]),
        ])?;
        let head = locked.get(3).and_then(|rows| rows.first());
        let place: i64 = head.map_or(0, |row| row.get::<_, i64>(0)) + 1;
        let positions = format!("{partition} {place}");
        self.together(vec![
            self.call(
                self.statement("INSERT INTO feed_entries")?,
                &[&partition, &place, &token, &key],
            ),
            self.call(
                self.statement("UPDATE feeds")?,
                &[&partition, &place, &0_i64],
            ),
            self.call(
                self.statement("INSERT INTO entries")?,
                &[&key, &place, &value],
            ),
            self.call(
                self.statement("INSERT INTO commits")?,
                &[&token, &positions],
            ),
            self.command("COMMIT"),
        ])?;
        Ok(())
    }

    /// Makes the feed of a partition, which an engine does once.
    pub(crate) fn make_feed(&self, partition: &str) -> Result<(), Fault> {
        let statement = self.statement("INSERT INTO feeds")?;
        self.together(vec![self.call(statement, &[&partition])])?;
        Ok(())
    }
}

/// The head of a feed; followed by nothing, it is the statement that does not lock.
const FEED: &str = "SELECT newest, oldest FROM feeds WHERE partition_name = $1";
