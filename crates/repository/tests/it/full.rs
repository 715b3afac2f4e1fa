//! File systems that have no room: a process that may write so much to a file, and no more.

use crate::{
    ask, disk, id, image,
    laws::{assert_well, gc, ingest, whole},
    mixed,
};
use atlas_repository::{Pool, PoolUrl, RepositoryError, Watch};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Tells the test binary that it is the child, and where the pool is.
const CHILD: &str = "ATLAS_TEST_FULL_POOL";

fn open(url: &str) -> Pool {
    PoolUrl::parse(url).unwrap().open(&|_| None).unwrap()
}

/// What does not fit.
fn large() -> Vec<u8> {
    mixed(61, 60)
}

/// The child: takes in what does not fit, and is told so. As a test of its own it does nothing.
#[test]
fn child() {
    let Ok(url) = std::env::var(CHILD) else {
        return;
    };
    let pool = open(&url);
    let image = image(&large());
    let mut ask = ask(2);
    // In packs that do not fit either.
    ask.pack_size = 16 << 20;
    let error = pool
        .ingest(disk(&image), &ask, Watch::default())
        .unwrap_err();
    assert!(matches!(error, RepositoryError::Full(_)), "{error:?}");
    assert_eq!(error.to_string(), "the backend is full");
    assert!(matches!(
        pool.open(id(2)),
        Err(RepositoryError::NotFound(_))
    ));
    // What is there can be read, and what is not can be cleaned up.
    assert!(whole(&pool, 1).unwrap() == mixed(62, 2));
    gc(&pool, 1);
    assert_well(&pool, 1);
}

/// Runs the child, whose files may not be longer than a megabyte.
fn run_full(url: &str) {
    let limited = r#"trap "" XFSZ; ulimit -f 2048; exec "$@""#;
    let ran = Command::new("sh")
        .args(["-c", limited, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "full::child", "--nocapture"])
        .env(CHILD, url)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// All files below a folder, and their lengths.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let length = fs::metadata(&path).unwrap().len();
            all.push((path.to_string_lossy().into_owned(), length));
        }
    }
    all.sort();
    all
}

fn full(kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{kind}:{}", folder.path().display());
    let pool = open(&url);
    ingest(&pool, 1, &mixed(62, 2)).unwrap();
    run_full(&url);
    // Nothing is left of what did not fit, and there is room again.
    for number in 2..5 {
        gc(&pool, number);
    }
    let left = files(folder.path());
    assert!(
        left.iter()
            .all(|(name, _)| !name.contains(&id(2).to_string())),
        "{left:?}"
    );
    ingest(&pool, 3, &large()).unwrap();
    assert!(whole(&pool, 3).unwrap() == large());
    assert_well(&pool, 2);
}

#[test]
fn a_folder_that_is_full_says_so_and_goes_on_once_there_is_room() {
    full("folder");
}

#[test]
fn files_that_find_no_room_say_so_and_go_on_once_there_is() {
    full("plain");
}
