//! Processes that use one folder, and one that is killed.

use super::{Bench, names, snapshot, volume};
use atlas_repository::{
    LocalVolumes, SnapshotId, VolumeError, VolumeHost as _, VolumeRefusal, VolumeSource, Watch,
};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Tells the test binary that it is the child, and where the volumes lie.
const CHILD: &str = "ATLAS_TEST_VOLUMES";
/// And what it does.
const WORK: &str = "ATLAS_TEST_VOLUMES_WORK";

/// The child: holds a snapshot, or copies a volume, until it is killed. As a test of its own it does
/// nothing.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let host = LocalVolumes::open(Path::new(&folder)).unwrap();
    let wait = || {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nthere").unwrap();
        out.flush().unwrap();
        drop(out);
        // Nothing comes until the end of the parent.
        std::io::stdin().read_line(&mut String::new()).unwrap();
    };
    match std::env::var(WORK).unwrap().as_str() {
        "hold" => {
            let source = VolumeSource::Snapshot(snapshot("s"));
            let held = source.open(&host, Some("base")).unwrap();
            wait();
            drop(held);
        }
        "copy" => {
            let tell = |_| wait();
            let watch = Watch::new(&|| false, &tell);
            let made = atlas_base::Timestamp::EPOCH;
            let made = host.make_snapshot(&volume("v"), &snapshot("t"), made, watch);
            made.unwrap();
            // Where files are cloned nobody is told how far it is: then there is nothing to kill.
            wait();
        }
        _ => {
            for number in 0..50 {
                let id = SnapshotId::parse(&format!("s{}", number % 3)).unwrap();
                let made = atlas_base::Timestamp::EPOCH;
                match host.make_snapshot(&volume("v"), &id, made, Watch::default()) {
                    Ok(_) | Err(VolumeError::Exists(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
                match host.delete_snapshot(&id) {
                    Ok(())
                    | Err(
                        VolumeError::NoSnapshot(_)
                        | VolumeError::Refused(VolumeRefusal::Used { .. }),
                    ) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }
}

fn start(folder: &Path, work: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "volumes::processes::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD, folder)
        .env(WORK, work)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until_there(child: &mut Child) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "there"));
}

#[test]
fn b09_a_snapshot_that_another_process_uses_stays_until_that_ends() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", "disk");
    bench.make("v", "s").unwrap();
    let mut child = start(bench.folder.path(), "hold");
    wait_until_there(&mut child);
    let known = bench.host.snapshot(&snapshot("s")).unwrap();
    assert_eq!(known.used_by, ["the image `base`"]);
    let refused = bench.host.delete_snapshot(&snapshot("s")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the snapshot `s` is in use by the image `base`; wait for that, or stop it"
    );
    // A crash holds nothing for ever.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        bench.host.snapshot(&snapshot("s")).unwrap().used_by,
        [""; 0]
    );
    bench.host.delete_snapshot(&snapshot("s")).unwrap();
    assert_eq!(bench.names("snapshots"), [""; 0]);
}

#[test]
fn b09_a_snapshot_that_was_never_finished_is_none_and_goes() {
    let bench = Bench::new();
    let file = File::create(bench.path("volumes/v.raw")).unwrap();
    file.set_len(1 << 20).unwrap();
    (&file).write_all(&vec![7; 100_000]).unwrap();
    let mut child = start(bench.folder.path(), "copy");
    wait_until_there(&mut child);
    // What another one has under its hands is left to it.
    bench.make("v", "s").unwrap();
    let under_way = names(&bench.path("snapshots"));
    assert_eq!(under_way.len(), 2, "{under_way:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    if under_way.contains(&"t".to_owned()) {
        return;
    }
    let listed = bench.host.snapshots().unwrap();
    assert_eq!(listed.len(), 1);
    bench.host.delete_snapshot(&snapshot("s")).unwrap();
    assert_eq!(bench.names("snapshots"), [""; 0]);
}

#[test]
fn b09_processes_that_make_and_delete_the_same_snapshots_leave_them_whole() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", vec![7; 50_000]);
    let mut children: Vec<_> = (0..3).map(|_| start(bench.folder.path(), "race")).collect();
    // Whatever is seen meanwhile is whole.
    for _ in 0..100 {
        for found in bench.host.snapshots().unwrap() {
            assert_eq!((found.volume, found.size), (volume("v"), 50_000));
            match VolumeSource::Snapshot(found.id).open(&bench.host, Some("base")) {
                Ok((_, open)) => assert!(super::all(&open) == vec![7; 50_000]),
                Err(VolumeError::NoSnapshot(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    }
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let rest = bench.names("snapshots");
    assert!(rest.iter().all(|name| name.starts_with('s')), "{rest:?}");
}
