//! A transaction through the trait, beside a bare client that sends the same rows and comparisons.
//!
//! It reads two keys, and writes both if neither has moved, with its place in a feed and its token.
//! The peer keeps a connection, a lease and the end of its feed at hand, as the store does.

use atlas_benches::{Claim, Effort, versus};
use atlas_store::{Commit, CommitToken, Key, ReadSet, Store as _, StoreError, Write};
use atlas_store_etcd::EtcdStore;
use atlas_test_servers::{Etcd, EtcdCluster};
use etcd_client::{
    Client, Compare, CompareOp, ConnectOptions, Error, GetOptions, KeyValue, PutOptions,
    ResponseHeader, Txn, TxnOp, TxnOpResponse,
};
use std::cell::RefCell;
use tokio::runtime::{Builder, Runtime};

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A value as long as an image record's.
const VALUE: &[u8] = &[b'v'; 700];
const KEYS: [&str; 2] = ["/ image acme b17", "/ image acme b18"];

fn main() -> Result<(), Fault> {
    let server = Etcd::start()?;
    compare(&server.host(), "one server")?;
    let cluster = EtcdCluster::start()?;
    compare(&cluster.hosts(), "three servers")
}

fn compare(hosts: &str, on: &str) -> Result<(), Fault> {
    let url = format!("etcd://{hosts}/ours");
    let store = pollster::block_on(EtcdStore::create(&url))?;
    let keys: Vec<Key> = KEYS
        .iter()
        .map(|key| key.parse())
        .collect::<Result<_, _>>()?;
    // Both speak with the first of the hosts.
    let mut peer = Peer::connect(hosts.split(',').next().unwrap_or_default())?;
    let trouble = RefCell::new(None::<Fault>);
    let mut tokens = 1..;
    let pair = versus(
        Effort::from_arguments(),
        || {
            let token = CommitToken::from_u128(tokens.next().unwrap_or_default());
            let done = pollster::block_on(ours(&store, &keys, token));
            done.map_err(|error| *trouble.borrow_mut() = Some(error.into()))
        },
        || {
            let done = peer.transact();
            done.map_err(|error| *trouble.borrow_mut() = Some(error.into()))
        },
    );
    let claim = format!("transaction of two keys on {on}, beside a bare etcd client");
    Claim::milliseconds(&claim, pair, 1.3).print();
    trouble.into_inner().map_or(Ok(()), Err)
}

async fn ours(store: &EtcdStore, keys: &[Key], token: CommitToken) -> Result<(), StoreError> {
    let snapshot = store.snapshot().await?;
    let found = snapshot.get(keys).await?;
    let versions = found.iter().map(|entry| Some(entry.as_ref()?.version));
    let reads = ReadSet {
        keys: keys.iter().cloned().zip(versions).collect(),
        ranges: Vec::new(),
    };
    let put = |key: &Key| Write::Put {
        key: key.clone(),
        value: VALUE.into(),
    };
    let writes = keys.iter().map(put).collect();
    let commit = Commit {
        reads,
        writes,
        token,
    };
    snapshot.commit(commit).await.map(drop)
}

/// A bare client.
struct Peer {
    runtime: Runtime,
    client: Client,
    lease: i64,
    /// How many transactions there were, and the revision of the newest.
    count: u64,
    revision: i64,
}

impl Peer {
    fn connect(host: &str) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (client, lease) = runtime.block_on(async {
            let options = ConnectOptions::new().with_require_leader(true);
            let mut client = Client::connect([host], Some(options)).await?;
            let lease = client.lease_grant(90_000, None).await?.id();
            Ok::<_, Error>((client, lease))
        })?;
        Ok(Self {
            runtime,
            client,
            lease,
            count: 0,
            revision: 0,
        })
    }

    fn transact(&mut self) -> Result<(), Error> {
        let Self {
            runtime,
            client,
            lease,
            count,
            revision,
        } = self;
        runtime.block_on(async {
            let keys = KEYS.map(|key| format!("peer/k/{key}"));
            let gets = keys
                .each_ref()
                .map(|key| TxnOp::get(key.as_str(), Some(GetOptions::new())));
            let found = client.txn(Txn::new().and_then(gets)).await?;
            let revisions = found.op_responses().into_iter().map(|answer| match answer {
                TxnOpResponse::Get(found) => found.kvs().first().map_or(0, KeyValue::mod_revision),
                _ => 0,
            });
            let (head, token) = ("peer/h//".to_owned(), format!("peer/t/{count:032x}"));
            let mut compares = vec![
                Compare::mod_revision(token.as_str(), CompareOp::Equal, 0),
                Compare::mod_revision(head.as_str(), CompareOp::Equal, *revision),
            ];
            for (key, revision) in keys.iter().zip(revisions) {
                compares.push(Compare::mod_revision(
                    key.as_str(),
                    CompareOp::Equal,
                    revision,
                ));
            }
            let mut puts: Vec<TxnOp> = keys
                .iter()
                .map(|key| TxnOp::put(key.as_str(), VALUE, None))
                .collect();
            let entry = format!("peer/f// {:016x}", *count + 1);
            let text = format!("{count:032x}\n{}\n{}", KEYS[0], KEYS[1]);
            puts.push(TxnOp::put(entry, text, None));
            puts.push(TxnOp::put(head.as_str(), format!("{} 0", *count + 1), None));
            let leased = PutOptions::new().with_lease(*lease);
            puts.push(TxnOp::put(
                token.as_str(),
                format!("/ {}", *count + 1),
                Some(leased),
            ));
            let gets = [token, head].map(|key| TxnOp::get(key, None));
            let done = client
                .txn(Txn::new().when(compares).and_then(puts).or_else(gets))
                .await?;
            assert!(done.succeeded(), "nobody else writes here");
            *count += 1;
            *revision = done.header().map_or(0, ResponseHeader::revision);
            Ok(())
        })
    }
}
