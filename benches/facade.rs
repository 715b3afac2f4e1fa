//! The main job: the import of eight releases, and a resolve of what was asked for before.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads the data and the processor's clock"
)]

use atlas_benches::{Claim, Effort, is_quick, median, versus};
use cloud_atlas::{
    AddCredential, Atlas, ImportOptions, LaunchRequest, LaunchSubject, Session, image_id::Cloud,
    scope::Scope, streams,
};
use std::{error::Error, fs, hint::black_box, path::Path};

const DATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/data/fedora-coreos"
);

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = if is_quick() { 3 } else { 11 };
    let mut imports = Vec::new();
    for _ in 0..rounds {
        let folder = tempfile::tempdir()?;
        let (session, scope) = pollster::block_on(prepare(folder.path()))?;
        let before = processor_seconds()?;
        pollster::block_on(import(&session, &scope))?;
        imports.push(processor_seconds()? - before);
    }
    let claim =
        "import of eight releases, every record durable, beside one second of the processor";
    Claim::cost(claim, "s", median(&mut imports), 1.0, 1.0).print();

    let folder = tempfile::tempdir()?;
    let (session, scope) = pollster::block_on(prepare(folder.path()))?;
    pollster::block_on(import(&session, &scope))?;
    resolve(&session, &scope)
}

async fn prepare(folder: &Path) -> Result<(Session, Scope), Box<dyn Error>> {
    let atlas = Atlas::init(&format!("redb:{}", folder.join("bench.redb").display())).await?;
    let admin = atlas.act_as(&"admin".parse()?);
    let scope: Scope = "/acme".parse()?;
    admin.add_scope(&scope).await?;
    for cloud in [Cloud::Aws, Cloud::Gcp] {
        let name = cloud.as_str().parse()?;
        let credential = AddCredential::new(scope.clone(), cloud, name, "vault:bench".parse()?);
        admin.add_credential(credential).await?;
    }
    Ok((admin, scope))
}

async fn import(session: &Session, scope: &Scope) -> Result<(), Box<dyn Error>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(DATA)? {
        let text = fs::read(entry?.path())?;
        documents.push(streams::parse(&text, &streams::Limits::default())?.document);
    }
    let mut options = ImportOptions::new(scope.clone(), "fedora-coreos".parse()?);
    options.commit = true;
    session
        .import_streams(&documents, &options, &|_| {})
        .await?;
    Ok(())
}

/// A warm resolve beside a bare look-up of the same answer in a hash map.
fn resolve(session: &Session, scope: &Scope) -> Result<(), Box<dyn Error>> {
    #[expect(clippy::disallowed_types, reason = "the peer is a hash map")]
    let mut map = std::collections::HashMap::new();
    let mut requests = Vec::new();
    let reference = "fedora-coreos-x86_64@stable".parse()?;
    let subject = LaunchSubject::mci(reference, scope.clone());
    for row in pollster::block_on(session.resolve_all(&subject))?.rows() {
        let request = subject.clone().at(row.location.clone());
        let plan = pollster::block_on(session.resolve(&request))?;
        map.insert(request.clone(), plan);
        requests.push(request);
    }
    let mut turn = (0..requests.len()).cycle();
    let order: Vec<&LaunchRequest> = turn
        .by_ref()
        .take(4096)
        .filter_map(|at| requests.get(at))
        .collect();
    let (mut ours, mut peers) = (order.iter().cycle(), order.iter().cycle());
    let pair = versus(
        Effort::from_arguments(),
        || {
            ours.next()
                .map(|request| pollster::block_on(session.resolve(black_box(request))))
        },
        || {
            peers
                .next()
                .and_then(|request| map.get(black_box(*request)).cloned())
        },
    );
    let (ours, limit) = (pair.ours * 1e9, pair.peer.mul_add(3.0e9, 200.0));
    let claim =
        "resolve of a cached revision beside three hash look-ups of the same answer and 200 ns";
    Claim::cost(claim, "ns", ours, limit, 1.0).print();
    Ok(())
}

/// The time that all threads of this process have had a processor.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0_u64;
    for entry in fs::read_dir("/proc/self/task")? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path().join("schedstat"))?;
        nanoseconds += text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .parse::<u64>()?;
    }
    Ok(std::time::Duration::from_nanos(nanoseconds).as_secs_f64())
}
