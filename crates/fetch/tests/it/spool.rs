//! The folder in which files are while they come in.

use crate::{
    Bench, assert_is, bytes, left,
    server::{Reply, Server, cut, raw, rest, whole},
};
use atlas_base::Timestamp;
use atlas_fetch::{Fetch, FetchError, Spool, Watch};
use std::{
    fs::{self, File},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

const TAG: &str = "\"a\"";

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Makes all parts look as if nobody had touched them since 2001.
fn age(bench: &Bench) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for entry in fs::read_dir(bench.folder.path()).unwrap() {
        let file = File::options()
            .write(true)
            .open(entry.unwrap().path())
            .unwrap();
        file.set_modified(long_ago).unwrap();
    }
}

#[test]
fn b07_parts_that_nobody_goes_on_with_are_cleaned_up() {
    let file = bytes(3_000);
    let bench = Bench::new(Server::new(vec![
        cut(TAG, &file, 1_500),
        cut(TAG, &file, 1_500),
    ]));
    bench.fetch().unwrap_err();
    age(&bench);
    fs::write(bench.folder.path().join("notes.part"), "of somebody else").unwrap();
    let spool = bench.spool();
    let none = spool.clean(time("2001-09-09T01:46:40Z")).unwrap();
    assert_eq!((none.parts, none.bytes), (0, 0));
    let cleaned = spool.clean(time("2001-09-09T01:46:41Z")).unwrap();
    assert_eq!((cleaned.parts, cleaned.bytes), (1, 1_500));
    let rest: Vec<_> = fs::read_dir(bench.folder.path()).unwrap().collect();
    assert_eq!(rest.len(), 1, "{rest:?}");
}

#[test]
fn b07_a_part_that_somebody_fetches_is_left_alone_by_everybody_else() {
    let file = bytes(3_000);
    let head = raw(
        "200 OK",
        &["Content-Length: 3000", "ETag: \"a\""],
        &file[..1_500],
    );
    let bench = Bench::new(Server::new(vec![
        Reply::Hold(head),
        cut(TAG, &file, 700),
        rest(TAG, &file, 700, 3_000),
        rest(TAG, &file, 1_500, 3_000),
    ]));
    let (sender, receiver) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    let stopped = std::sync::Mutex::new(stopped);
    thread::scope(|scope| {
        let first = scope.spawn(|| {
            let stop = || {
                !matches!(
                    stopped.lock().unwrap().try_recv(),
                    Err(mpsc::TryRecvError::Empty)
                )
            };
            let tell = move |progress: atlas_fetch::Progress| sender.send(progress.done).unwrap();
            let watch = Watch::new(&stop, &tell);
            bench.fetcher().fetch(&bench.ask, &bench.spool(), watch)
        });
        while receiver.recv().unwrap() < 1_500 {}
        // The first one has the part now.
        let everything = time("2100-01-01T00:00:00Z");
        assert_eq!(bench.spool().clean(everything).unwrap().parts, 0);
        // Another one is cut and goes on in a file of its own, which leaves nothing.
        assert_is(bench.fetch().unwrap(), &file);
        assert_eq!(bench.left(), ["part"]);
        drop(stop);
        let first = first.join().unwrap().unwrap_err();
        assert!(matches!(first, FetchError::Stopped), "{first:?}");
    });
    assert_eq!(bench.left(), ["part", "state"]);
    bench.gets(&file);
}

#[test]
fn two_urls_never_meet() {
    let files = [bytes(3_000), bytes(2_000)];
    let replies = vec![
        cut(TAG, &files[0], 1_500),
        cut(TAG, &files[1], 1_500),
        rest(TAG, &files[1], 1_500, 2_000),
        rest(TAG, &files[0], 1_500, 3_000),
    ];
    let mut bench = Bench::new(Server::new(replies));
    bench.ask.limits.resumes = 0;
    let first = bench.ask.clone();
    let mut second = Fetch::new(crate::url(&format!("{}2", first.url.as_str())));
    second.limits = first.limits.clone();
    for ask in [&first, &second] {
        bench.ask = ask.clone();
        bench.fetch().unwrap_err();
    }
    assert_eq!(bench.left(), ["part", "part", "state", "state"]);
    for (ask, file) in [(second, &files[1]), (first, &files[0])] {
        bench.ask = ask;
        assert_is(bench.fetch().unwrap(), file);
    }
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn b07_nothing_in_the_spool_tells_the_url() {
    let file = bytes(3_000);
    let bench = Bench::new(Server::new(vec![cut(TAG, &file, 1_500)]));
    bench.fetch().unwrap_err();
    for entry in fs::read_dir(bench.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = format!(
            "{path:?}{}",
            String::from_utf8_lossy(&fs::read(&path).unwrap())
        );
        assert!(
            !text.contains("secret") && !text.contains("images"),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn b07_the_spool_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = bytes(3_000);
    let mut bench = Bench::new(Server::new(vec![cut(TAG, &file, 1_500)]));
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("a/spool");
    let spool = Spool::open(&inner).unwrap();
    bench.ask.limits.resumes = 0;
    bench
        .fetcher()
        .fetch(&bench.ask, &spool, Watch::default())
        .unwrap_err();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(spool.folder()), 0o700);
    assert_eq!(left(&inner), ["part", "state"]);
    for entry in fs::read_dir(&inner).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()) & 0o077, 0);
    }
}

#[test]
fn a_folder_that_is_none_is_told_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "").unwrap();
    let failed = Spool::open(path.join("spool")).unwrap_err();
    assert_eq!(
        failed.to_string(),
        "cannot make the folder in the spool; look at its room and its permissions"
    );
}

#[test]
fn b01_the_file_is_whole_when_it_is_given() {
    let bench = Bench::new(Server::new(vec![whole(TAG, b"disk")]));
    let fetched = bench.fetch().unwrap();
    assert_eq!(fetched.file.metadata().unwrap().len(), 4);
    assert_eq!(bench.left(), [""; 0]);
    assert_is(fetched, b"disk");
}
