//! The members of a cluster, and which of them is spoken with.

use crate::{
    Address, OpenError,
    fault::{Meaning, meaning, timed_out},
};
use core::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use etcd_client::{
    Certificate, Client, ConnectOptions, Error, GetOptions, GetResponse, Identity, KvClient,
    LeaseClient, TlsOptions, Txn, TxnResponse, WatchClient,
};
use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time;

/// How long a connection may take, and a request. Servers give up a request after seven seconds
/// where they have no leader.
const CONNECT: Duration = Duration::from_secs(3);
const REQUEST: Duration = Duration::from_secs(10);
/// How often a silent connection is asked whether it is still there, and how long the answer may
/// take. Servers close connections that ask more often than every five seconds.
const ALIVE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(5));

/// The members of a cluster.
///
/// One of them is spoken with, as long as it answers; then the next one.
pub(crate) struct Nodes {
    endpoints: Vec<String>,
    options: ConnectOptions,
    clients: Mutex<Vec<Option<Client>>>,
    current: AtomicUsize,
}

impl Nodes {
    pub(crate) fn new(address: &Address) -> Result<Self, OpenError> {
        let mut options = ConnectOptions::new()
            .with_connect_timeout(CONNECT)
            .with_timeout(REQUEST)
            .with_keep_alive(ALIVE.0, ALIVE.1)
            .with_keep_alive_while_idle(false)
            .with_require_leader(true)
            .with_auto_token_refresh(true);
        if let Some((user, password)) = address.account() {
            options = options.with_user(user, password);
        }
        if let Some(files) = address.tls() {
            let mut tls = TlsOptions::new();
            tls = match files.authorities {
                Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
                None => tls.with_enabled_roots(),
            };
            if let Some((certificate, key)) = files.identity {
                tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
            }
            options = options.with_tls(tls);
        }
        let endpoints = address.endpoints();
        Ok(Self {
            clients: Mutex::new(vec![None; endpoints.len()]),
            endpoints,
            options,
            current: AtomicUsize::new(0),
        })
    }

    /// A transaction that only reads: every member is tried once.
    pub(crate) async fn look(&self, txn: Txn) -> Result<TxnResponse, Error> {
        let look = |client: Client| {
            let txn = txn.clone();
            async move { kv(&client).txn(txn).await }
        };
        self.each(look).await
    }

    /// A read: every member is tried once.
    pub(crate) async fn get(&self, key: &str, options: GetOptions) -> Result<GetResponse, Error> {
        let get = |client: Client| {
            let (key, options) = (key.to_owned(), options.clone());
            async move { kv(&client).get(key, Some(options)).await }
        };
        self.each(get).await
    }

    /// A new lease: every member is tried once.
    pub(crate) async fn lease(&self, seconds: i64) -> Result<i64, Error> {
        let grant = |client: Client| async move {
            let mut leases: LeaseClient = client.lease_client();
            let granted = leases.grant(seconds, None).await?;
            Ok(granted.id())
        };
        self.each(grant).await
    }

    /// A transaction that may write: it is sent once. Only where nobody listens it goes to the next
    /// member.
    pub(crate) async fn write(&self, txn: Txn) -> Result<TxnResponse, Error> {
        let mut last = None;
        for _ in &self.endpoints {
            let at = self.current.load(Ordering::Relaxed);
            let client = match self.client(at).await {
                Ok(client) => client,
                Err(error) => {
                    self.leave(at, &error);
                    last = Some(error);
                    continue;
                }
            };
            let mut kv = kv(&client);
            match bounded(Box::pin(kv.txn(txn.clone()))).await {
                Ok(response) => return Ok(response),
                Err(error) => {
                    self.leave(at, &error);
                    if meaning(&error) != Meaning::NotSent {
                        return Err(error);
                    }
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or_else(timed_out))
    }

    /// Who tells what happens, from the member that is spoken with.
    pub(crate) async fn watcher(&self) -> Result<(usize, WatchClient), Error> {
        let at = self.current.load(Ordering::Relaxed);
        match self.client(at).await {
            Ok(client) => Ok((at, client.watch_client())),
            Err(error) => {
                self.leave(at, &error);
                Err(error)
            }
        }
    }

    /// Turns to the next member, where this one does not answer.
    pub(crate) fn leave(&self, at: usize, error: &Error) {
        let gone = match meaning(error) {
            Meaning::NotSent | Meaning::Silence | Meaning::Behind => true,
            Meaning::Denied => {
                // The next one asks for the password anew.
                if let Some(client) = self.lock().get_mut(at) {
                    *client = None;
                }
                false
            }
            _ => false,
        };
        if gone {
            let next = at.wrapping_add(1).checked_rem(self.endpoints.len());
            let next = next.unwrap_or_default();
            // Somebody else may have left it already.
            let _ = self
                .current
                .compare_exchange(at, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    async fn each<T, F: Future<Output = Result<T, Error>>>(
        &self,
        ask: impl Fn(Client) -> F,
    ) -> Result<T, Error> {
        let mut last = None;
        for _ in &self.endpoints {
            let at = self.current.load(Ordering::Relaxed);
            let answer = match self.client(at).await {
                Ok(client) => bounded(Box::pin(ask(client))).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    self.leave(at, &error);
                    let next_may_know = matches!(
                        meaning(&error),
                        Meaning::NotSent | Meaning::Silence | Meaning::Behind
                    );
                    if !next_may_know {
                        return Err(error);
                    }
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or_else(timed_out))
    }

    /// The client of a member. Connecting waits for the first request, but a user and a password are
    /// checked here.
    async fn client(&self, at: usize) -> Result<Client, Error> {
        if let Some(Some(client)) = self.lock().get(at) {
            return Ok(client.clone());
        }
        let endpoint = self.endpoints.get(at).cloned().unwrap_or_default();
        let connect = Client::connect([endpoint], Some(self.options.clone()));
        let client = bounded(Box::pin(connect)).await?;
        if let Some(slot) = self.lock().get_mut(at) {
            *slot = Some(client.clone());
        }
        Ok(client)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Client>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers are as large as what was asked for, which is bounded where it is asked.
fn kv(client: &Client) -> KvClient {
    client.kv_client().max_decoding_message_size(usize::MAX)
}

async fn bounded<T>(request: Pin<Box<impl Future<Output = Result<T, Error>>>>) -> Result<T, Error> {
    time::timeout(REQUEST, request)
        .await
        .unwrap_or_else(|_| Err(timed_out()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the URL names files of TLS, which belong to the machine and not to the store"
)]
fn read(file: &Path) -> Result<Vec<u8>, OpenError> {
    std::fs::read(file).map_err(|source| OpenError::File {
        file: file.to_owned(),
        source,
    })
}
