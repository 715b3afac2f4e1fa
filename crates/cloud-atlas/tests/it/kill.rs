//! A process that is killed while it imports.

use crate::support::{
    World, add_credential, channels_of, documents, every, import, most, options, p, run,
};
use cloud_atlas::{
    Atlas, ImageQuery, ImportProgress, Session, base::Digest, image::Origin, image_id::Cloud,
    scope::Scope, streams::StreamDocument, template::Reference,
};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Tells the test binary that it is the child, and where the store lies.
const CHILD: &str = "ATLAS_TEST_IMPORT_CHILD";
const LANES: [&str; 2] = ["fcos-aarch64", "fcos-x86_64"];
const ROUNDS: u64 = 6;

fn url(path: &Path) -> String {
    format!("redb:{}", path.display())
}

/// The child: imports, and says how far it is. As a test of its own it does nothing.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let atlas = run(Atlas::open(&url(Path::new(&path)))).unwrap();
    let admin = atlas.act_as(&p("admin"));
    let tell = |step: ImportProgress| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\ndone {}", step.done).unwrap();
        out.flush().unwrap();
    };
    run(admin.import_streams(&documents(), &options(true), &tell)).unwrap();
}

/// Starts a child and kills it once it has imported some releases, after giving way `then` times;
/// whether it was still at work.
fn run_and_kill(path: &Path, releases: u64, then: u64) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reached = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line == format!("done {releases}"));
    // How far it comes meanwhile is chance: that is the point.
    for _ in 0..then {
        thread::yield_now();
    }
    // A SIGKILL on every Unix.
    child.kill().unwrap();
    let status = child.wait().unwrap();
    reached && !status.success()
}

/// Every release is there as a whole, or not at all; how many are there.
async fn whole_releases(admin: &Session, documents: &[StreamDocument]) -> usize {
    let scope = p::<Scope>("/acme");
    let query = ImageQuery::new(scope.clone());
    let mut records = BTreeMap::<String, usize>::new();
    for record in every(100, async |page| admin.images(&query, &page).await).await {
        match record.origin() {
            Origin::Imported { release, .. } => {
                *records.entry(release.as_str().to_owned()).or_default() += 1;
            }
            origin => panic!("{origin:?}"),
        }
    }
    let mut there = 0;
    for (number, document) in (1..).zip(documents) {
        let release = document.release().unwrap();
        let count = records.remove(release.as_str());
        for lane in LANES {
            let at = p::<Reference>(&format!("{lane}@{number}"));
            let view = admin.mci(&at, &scope).await;
            assert_eq!(view.is_ok(), count.is_some(), "{release} is there in part");
            if let Ok(view) = view {
                let message = view.revision.unwrap().message().to_string();
                assert_eq!(message, format!("{} {release}", document.stream()));
                let channels = channels_of(admin, &p(lane), &scope).await;
                let name = document.stream().as_str();
                let channel = channels
                    .iter()
                    .find(|channel| channel.name().as_str() == name);
                assert!(channel.unwrap().current().get() >= number);
            }
        }
        if let Some(count) = count {
            assert_eq!(count, document.images().count(), "records of {release}");
            assert_eq!(there, number - 1, "in order, without a gap");
            there = number;
        }
    }
    assert!(records.is_empty(), "records without a release: {records:?}");
    usize::try_from(there).unwrap()
}

/// The content of each revision.
async fn contents(admin: &Session) -> Vec<Digest> {
    let mut contents = Vec::new();
    for lane in LANES {
        let log = admin
            .mci_log(&p(lane), &p("/acme"), &most())
            .await
            .unwrap()
            .items;
        contents.extend(log.iter().map(|entry| entry.revision.content()));
    }
    contents
}

#[test]
fn a_kill_leaves_whole_releases_and_the_next_import_completes_them() {
    let mut documents = documents();
    documents.sort_by_key(StreamDocument::last_modified);
    let world = World::new();
    run(import(&world.admin(), &documents, true)).unwrap();
    let expected = run(contents(&world.admin()));

    let folder = tempfile::tempdir().unwrap();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let path = folder.path().join(format!("round-{round}.redb"));
        run(async {
            let atlas = Atlas::init(&url(&path)).await.unwrap();
            let admin = atlas.act_as(&p("admin"));
            admin.add_scope(&p("/acme")).await.unwrap();
            add_credential(&admin, "/acme", Cloud::Aws).await.unwrap();
            add_credential(&admin, "/acme", Cloud::Gcp).await.unwrap();
        });
        // Twice at other points, before it may end.
        let mut before = 0;
        for (releases, then) in [(round % 3, 7 * round), (round % 2 + 3, 19 * round)] {
            killed += u64::from(run_and_kill(&path, releases, then));
            let atlas = run(Atlas::open(&url(&path))).unwrap();
            let admin = atlas.act_as(&p("admin"));
            assert!(run(atlas.check()).unwrap().findings.is_empty());
            let there = run(whole_releases(&admin, &documents));
            assert!(
                there >= before.max(usize::try_from(releases).unwrap()),
                "told, and gone"
            );
            before = there;
        }
        let atlas = run(Atlas::open(&url(&path))).unwrap();
        let admin = atlas.act_as(&p("admin"));
        let report = run(import(&admin, &documents, true)).unwrap();
        let unchanged = report.releases.iter().filter(|release| release.unchanged);
        assert_eq!(unchanged.count(), 2 * before);
        assert_eq!(run(whole_releases(&admin, &documents)), documents.len());
        assert_eq!(run(contents(&admin)), expected);
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
    assert!(killed > 0, "every child was done before it was killed");
}
