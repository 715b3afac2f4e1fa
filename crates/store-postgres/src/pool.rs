//! Connections, at most so many.

use crate::{
    Address, OpenError, PoolBusy,
    fault::engine,
    pipeline::Boxed,
    runtime::Tasks,
    sql::{ROLLBACK, Statements},
    tls::Tls,
};
use atlas_store::StoreError;
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};
use tokio_postgres::{Client, Config, Error};

/// All connections of a store.
pub(crate) struct Pool {
    config: Config,
    tls: Tls,
    tasks: Arc<Tasks>,
    slots: Arc<Semaphore>,
    size: usize,
    wait: Duration,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that is ready for work and in no transaction.
struct Connection {
    client: Client,
    statements: Statements,
}

/// A connection in use. Dropping it closes it, and the server then gives up what it was at.
pub(crate) struct Session {
    connection: Connection,
    slot: OwnedSemaphorePermit,
}

impl Session {
    pub(crate) fn client(&self) -> &Client {
        &self.connection.client
    }

    pub(crate) fn statements(&self) -> &Statements {
        &self.connection.statements
    }
}

impl Pool {
    pub(crate) fn new(
        address: &Address,
        wait: Duration,
        tasks: Arc<Tasks>,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            config: address.config()?,
            tls: Tls::new(address.trust())?,
            tasks,
            slots: Arc::new(Semaphore::new(address.pool())),
            size: address.pool(),
            wait,
            idle: Mutex::default(),
        })
    }

    /// A connection of its own, which no pool counts; it has to be asked for on the runtime.
    pub(crate) async fn connect(&self) -> Result<Client, Error> {
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        // What ends it is told to whoever asks the client next.
        self.tasks.run_along(async {
            let _ = connection.await;
        });
        Ok(client)
    }

    /// A connection and what `begin` has got from it: an idle one, as long as there are any that
    /// still live, or a new one. Waits for a bounded time where all are in use.
    pub(crate) async fn session<T>(
        &self,
        begin: impl for<'a> Fn(&'a Session) -> Boxed<'a, Result<T, Error>>,
    ) -> Result<(Session, T), StoreError> {
        let slots = Arc::clone(&self.slots).acquire_owned();
        let mut slot = match time::timeout(self.wait, slots).await {
            Ok(Ok(slot)) => slot,
            Ok(Err(_)) => return Err(StoreError::Closed),
            Err(_) => {
                return Err(StoreError::unavailable(PoolBusy {
                    connections: self.size,
                }));
            }
        };
        loop {
            let idle = self.lock().pop();
            let is_new = idle.is_none();
            let connection = match idle {
                Some(connection) => connection,
                None => self.new_connection().await.map_err(engine)?,
            };
            let session = Session { connection, slot };
            let answer = begin(&session).await;
            match answer {
                Ok(answer) => return Ok((session, answer)),
                // The server closed it while nobody looked.
                Err(_) if !is_new && session.client().is_closed() => slot = session.slot,
                Err(error) => return Err(engine(error)),
            }
        }
    }

    async fn new_connection(&self) -> Result<Connection, Error> {
        let client = self.connect().await?;
        let statements = Statements::prepare(&client).await?;
        Ok(Connection { client, statements })
    }

    /// Takes back a connection that is in no transaction.
    pub(crate) fn keep(&self, session: Session) {
        if !self.slots.is_closed() && !session.client().is_closed() {
            self.lock().push(session.connection);
        }
    }

    /// Takes back a connection in a transaction, which is given up; one that has failed is closed.
    pub(crate) async fn give_up(&self, session: Session) {
        if session.client().batch_execute(ROLLBACK).await.is_ok() {
            self.keep(session);
        }
    }

    /// Closes what is idle; nothing more is opened.
    pub(crate) fn close(&self) {
        self.slots.close();
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
