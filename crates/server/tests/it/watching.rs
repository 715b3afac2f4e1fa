//! What those see who keep a server.

use crate::{
    ec2::{Noon, keys, post, signer},
    serving::{Exchange, Served},
};
use atlas_server::{
    Activity, Admin, Connections, Ec2, Ec2Imports, Ec2Limits, ImageApi, Metrics, ServeLimits,
    Server,
};
use atlas_store_conformance::{Call, Fault, FaultyStore};
use cloud_atlas::{Atlas, image::CloudText, store::MemoryStore};
use core::time::Duration;
use std::sync::{Arc, Mutex};

/// A server, and what is seen of it.
struct Watched {
    store: FaultyStore,
    served: Served,
    looked_at: Served,
    admin: Admin,
    told: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn new() -> Self {
        let store = FaultyStore::new(Arc::new(MemoryStore::new()));
        let opened = Atlas::builder().with_store(Arc::new(store.clone()));
        let atlas = pollster::block_on(opened).unwrap();
        let connections = Connections::default();
        let metrics = Metrics::new(connections.clone(), activity());
        let admin = Admin::new(atlas.clone(), metrics.clone());
        let told = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&told);
        let api = Ec2::new(keys(), ImageApi::new(atlas), Ec2Limits::default())
            .with_clock(Arc::new(Noon))
            .with_metrics(metrics)
            .on_answer(move |answered| {
                let action = answered.outcome.action.unwrap_or("-");
                let code = answered.outcome.refused.map_or("ok", |code| code.as_str());
                let key = answered.caller.and_then(|caller| caller.key.as_ref());
                let key = key.map_or("-", |key| key.as_str());
                let line = format!("{key} {action} {} {code}", answered.status.as_u16());
                lines.lock().unwrap().push(line);
            });
        let server = Server::default().counted(connections);
        Self {
            store,
            served: Served::by(api.router(), server),
            looked_at: Served::start(admin.clone().router(), ServeLimits::default()),
            admin,
            told,
        }
    }

    fn look(&self, path: &str) -> Exchange {
        let head = format!("GET {path} HTTP/1.1\r\nHost: atlas\r\nConnection: close\r\n\r\n");
        self.looked_at.exchange(head.as_bytes())
    }
}

/// Of no import.
fn activity() -> Activity {
    let pool: CloudText = "default".parse().unwrap();
    Ec2Imports::new(1, pool).activity()
}

#[test]
fn requests_are_counted_by_what_they_asked_and_how_they_ended() {
    let watched = Watched::new();
    let ask = |body: &str| watched.served.ask(&signer("AKONE").sign(&post("/", body)));
    for body in [
        "Action=DescribeRegions&Version=2016-11-15",
        "Action=DescribeRegions&Version=2016-11-15",
        "Action=MakeCoffee&Version=2016-11-15",
        "Action=DescribeImages&Version=2016-11-15&ImageId.1=ami-0123456789abcdef0",
    ] {
        ask(body);
    }
    let unsigned = b"GET / HTTP/1.1\r\nHost: atlas\r\nConnection: close\r\n\r\n";
    assert_eq!(watched.served.exchange(unsigned).status, 403);
    let reply = watched.look("/metrics");
    assert_eq!(reply.status, 200);
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(reply.header("content-type"), Some(format));
    // Times, what the machine says of the process, and whether the last client is gone by now, are of
    // each run.
    let is_sure = |line: &&str| {
        let varies = ["_bucket{", "_sum{", "process_", "atlas_connections "];
        line.starts_with('#') || !varies.iter().any(|text| line.contains(text))
    };
    let mut lines: Vec<_> = reply.body.lines().filter(is_sure).collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"));
    let told = watched.told.lock().unwrap();
    let expected = [
        "AKONE DescribeRegions 200 ok",
        "AKONE DescribeRegions 200 ok",
        "AKONE - 400 InvalidAction",
        "AKONE DescribeImages 403 UnauthorizedOperation",
        "- - 403 MissingAuthenticationToken",
    ];
    assert_eq!(*told, expected);
}

#[test]
fn a_store_that_does_not_answer_is_told_of() {
    let watched = Watched::new();
    let told = |path: &str| {
        let reply = watched.look(path);
        (reply.status, reply.body)
    };
    assert_eq!(told("/healthz"), (200, "alive\n".to_owned()));
    assert_eq!(told("/readyz"), (200, "ready\n".to_owned()));
    let away = [Fault::Unavailable; 1];
    watched.store.plan_for(Call::Snapshot, away);
    let unready = (503, "the store does not answer\n".to_owned());
    assert_eq!(told("/readyz"), unready);
    assert_eq!(told("/healthz").0, 200);
    assert_eq!(told("/readyz").0, 200);
    // One that does not say that it cannot is not waited for.
    let silent = [Fault::Slow(Duration::from_hours(1)); 1];
    watched.store.plan_for(Call::Snapshot, silent);
    assert_eq!(told("/readyz"), unready);
    assert_eq!(told("/readyz").0, 200);

    watched.admin.end();
    assert_eq!(told("/readyz"), (503, "ending\n".to_owned()));
    assert_eq!(told("/healthz").0, 200);
    assert_eq!(told("/").0, 404);
}
