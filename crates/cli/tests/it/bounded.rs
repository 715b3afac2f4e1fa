//! Every image of the corpus of `atlas-disk`, read by the command within the memory and the time that
//! are promised.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
};

const THREADS: u64 = 2;
/// KiB of memory: 64 MiB, and two clusters of 2 MiB for each thread.
const MEMORY: u64 = (64 + 2 * 2 * THREADS) << 10;

/// Makes the corpus, or finds it made.
fn corpus() -> (PathBuf, Vec<Value>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-corpus");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../disk/tests/corpus/make.py");
    let ran = Command::new("python3").arg(script).arg(&folder).output();
    let ran = ran.expect("python3 is needed: apt-get install python3");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "make.py: {said}");
    let list = fs::read(folder.join("corpus.json")).unwrap();
    (folder, serde_json::from_slice(&list).unwrap())
}

/// Converts a file with so much memory, and so many seconds of a processor.
fn convert(declared: &str, file: &Path, seconds: &str) -> (Output, Vec<PathBuf>) {
    let out = tempfile::tempdir().unwrap();
    let limited = format!("ulimit -d {MEMORY}; ulimit -t {seconds}; exec \"$0\" \"$@\"");
    let ran = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_atlas")])
        .args(["--output", "json", "disk", "convert"])
        .args(["--threads", &THREADS.to_string(), "--declared", declared])
        .args(["--digest", "none"])
        .args([file, out.path()])
        .output()
        .unwrap();
    let left = fs::read_dir(out.path()).unwrap();
    (ran, left.map(|it| it.unwrap().path()).collect())
}

/// What is wrong with what becomes of an image, if anything.
fn wrong(entry: &Value, folder: &Path) -> Option<String> {
    let name = entry["file"].as_str().unwrap();
    let declared = entry["declared"].as_str().unwrap();
    let is_refused = entry["verdict"] == "reject";
    // What is right may be large.
    let seconds = if is_refused { "1" } else { "unlimited" };
    let (ran, left) = convert(declared, &folder.join(name), seconds);
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap_or_default();
    let is_right = if is_refused {
        ran.status.code() == Some(1) && told["reason"] == entry["reason"] && left.is_empty()
    } else {
        let disks = entry["raws"].as_array().unwrap().len();
        ran.status.success() && told["verdict"] == "accept" && left.len() == disks
    };
    let status = ran.status;
    let said = String::from_utf8_lossy(&ran.stderr);
    (!is_right).then(|| format!("{name}: {status}, {left:?}: {told} {said}"))
}

#[test]
fn b07_no_image_takes_more_than_its_share_of_memory_and_time() {
    let (folder, all) = corpus();
    let is_large = |size: &Value| size.as_u64().is_some_and(|size| size >= 1 << 40);
    let mut sizes = all.iter().filter_map(|it| it["virtual_sizes"].as_array());
    assert!(sizes.any(|sizes| sizes.iter().any(is_large)), "a TiB");
    let half = all.len().div_ceil(2);
    let wrong: Vec<_> = thread::scope(|scope| {
        let judge = |part: &[Value]| -> Vec<_> {
            part.iter().filter_map(|it| wrong(it, &folder)).collect()
        };
        let parts: Vec<_> = all
            .chunks(half)
            .map(|part| scope.spawn(move || judge(part)))
            .collect();
        parts
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
