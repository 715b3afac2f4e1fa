//! Images that are imported over the EC2-compatible API.

use crate::{
    api::{Api, all, one},
    pool::Watched,
    world::p,
};
use atlas_server::Ec2Imports;
use cloud_atlas::{
    fetch::{FetchPolicy, Fetcher, Roots, Spool},
    image::{AskedDevice, CloudText, ConvertedFrom, DiskFormat, ImportDiskImage},
    store::MemoryStore,
};
use object_store::ObjectStore;
use std::{
    fs,
    sync::{Arc, atomic::Ordering},
    thread,
};
use tempfile::TempDir;

pub(crate) fn imports(at_once: usize, folder: &TempDir) -> Ec2Imports {
    let spool = Spool::open(folder.path().join("spool")).unwrap();
    let fetcher = Fetcher::new(FetchPolicy::default(), &Roots::default());
    let imports = Ec2Imports::new(at_once, CloudText::parse("default").unwrap());
    imports
        .with_fetcher(fetcher, spool)
        .with_folder(folder.path())
}

fn api(imports: &Ec2Imports) -> Api {
    Api::with(|api| api.with_imports(imports.clone()))
}

pub(crate) fn asked<'a>(url: &'a str, token: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("DiskContainer.1.Format", "RAW"),
        ("DiskContainer.1.Url", url),
        ("ClientToken", token),
        ("TagSpecification.1.ResourceType", "import-image-task"),
        ("TagSpecification.1.Tag.1.Key", "team"),
        ("TagSpecification.1.Tag.1.Value", "web"),
    ]
}

/// What is told of a task, once nothing is under way.
fn ended(api: &Api, imports: &Ec2Imports, task: &str) -> String {
    while imports.activity().running() > 0 {
        thread::yield_now();
    }
    api.done(
        "dana",
        "DescribeImportImageTasks",
        &[("ImportTaskId.1", task)],
    )
}

#[test]
fn a_file_is_imported_and_its_task_tells_of_the_image() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; 1 << 20]).unwrap();
    let imports = imports(1, &folder);
    let api = api(&imports);
    let told = api.done("dana", "ImportImage", &asked("file:///web.raw", "one"));
    let task = one(&told, "importTaskId");
    assert!(task.starts_with("import-ami-"), "{task}");
    assert!(told.contains("<status>active</status>"), "{told}");
    let told = ended(&api, &imports, &task);
    assert!(told.contains("<status>completed</status>"), "{told}");
    assert_eq!(one(&told, "value"), "web");
    let image = one(&told, "imageId");
    let told = api.done("dana", "DescribeImages", &[("ImageId.1", &image)]);
    assert_eq!(one(&told, "imageState"), "available");
    assert_eq!(one(&told, "name"), task);
    // The same token makes nothing new, and stands for nothing else.
    let again = api.done("dana", "ImportImage", &asked("file:///web.raw", "one"));
    assert_eq!(one(&again, "importTaskId"), task);
    let other = api.code("dana", "ImportImage", &asked("file:///other.raw", "one"));
    assert_eq!(other.1, "IdempotentParameterMismatch");
    let none = [("ImportTaskId.1", &*task)];
    let told = api.code("bert", "DescribeImportImageTasks", &none);
    assert_eq!(told.1, "InvalidConversionTaskId.NotFound");
    for (state, found) in [("completed", 1), ("active", 0)] {
        let pairs = [
            ("Filters.1.Name", "task-state"),
            ("Filters.1.Value.1", state),
        ];
        let told = api.done("dana", "DescribeImportImageTasks", &pairs);
        assert_eq!(all(&told, "importTaskId").len(), found, "{state}");
    }
}

#[test]
fn what_cannot_be_had_is_told_by_the_task_and_tried_again() {
    let folder = TempDir::new().unwrap();
    let imports = imports(1, &folder);
    let api = api(&imports);
    let ask = asked("file:///late.raw", "late");
    let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
    let told = ended(&api, &imports, &task);
    assert!(told.contains("<status>deleted</status>"), "{told}");
    assert!(told.contains("<statusMessage>"), "{told}");
    fs::write(folder.path().join("late.raw"), vec![7; 1 << 20]).unwrap();
    assert_eq!(
        one(&api.done("dana", "ImportImage", &ask), "importTaskId"),
        task
    );
    let told = ended(&api, &imports, &task);
    assert!(told.contains("<status>completed</status>"), "{told}");
}

#[test]
fn r14_an_address_within_is_never_asked() {
    let folder = TempDir::new().unwrap();
    let imports = imports(1, &folder);
    let api = api(&imports);
    let ask = asked("https://169.254.169.254/latest", "inner");
    let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
    let told = ended(&api, &imports, &task);
    assert!(told.contains("<status>deleted</status>"), "{told}");
    assert!(
        one(&told, "importTaskId") == task && !told.contains("<imageId>"),
        "{told}"
    );
    // Whoever asked is told why; it is no failure of the host's.
    let why = one(&told, "statusMessage");
    assert!(
        why.contains("169.254.169.254") && why.contains("use a public host"),
        "{why}"
    );
    assert_eq!(*api.failures.lock().unwrap(), [""; 0]);
}

#[test]
fn what_the_host_cannot_do_is_told_to_it() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; 1 << 20]).unwrap();
    let (imports, pool) = (imports(1, &folder), Arc::new(Watched::default()));
    let below = Arc::clone(&pool) as Arc<dyn ObjectStore>;
    let api = Api::of(Arc::new(MemoryStore::new()), below, |api| {
        api.with_imports(imports.clone())
    });
    pool.is_away.store(true, Ordering::SeqCst);
    let ask = asked("file:///web.raw", "one");
    let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
    let told = ended(&api, &imports, &task);
    assert!(told.contains("<status>deleted</status>"), "{told}");
    let failures = api.failures.lock().unwrap().clone();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(
        failures[0].starts_with("dana ImportImage: "),
        "{failures:?}"
    );
}

#[test]
fn only_files_of_the_folder_are_imported() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let secret = elsewhere.path().join("secret.raw");
    fs::write(&secret, vec![7; 1 << 20]).unwrap();
    fs::create_dir(folder.path().join("folder.raw")).unwrap();
    let mut named = vec!["folder.raw", "missing.raw"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, folder.path().join("link.raw")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("way")).unwrap();
        named.extend(["link.raw", "way"]);
    }
    let imports = imports(1, &folder);
    let api = api(&imports);
    for name in named {
        let url = format!("file:///{name}");
        let ask = asked(&url, name);
        let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
        let told = ended(&api, &imports, &task);
        assert!(told.contains("<status>deleted</status>"), "{name}: {told}");
        let why = one(&told, "statusMessage");
        assert!(
            why.contains("it is no file") || name == "missing.raw",
            "{why}"
        );
    }
    for url in [
        "file:///..",
        "file:///.",
        "file:///",
        "file://way/secret.raw",
        "file:///a%2Fb\\c",
    ] {
        let told = api.code("dana", "ImportImage", &asked(url, "other"));
        assert_eq!(told.1, "InvalidParameterValue", "{url}");
    }
    assert_eq!(*api.failures.lock().unwrap(), [""; 0]);
}

#[test]
fn tasks_are_of_a_region_and_listed_by_pages() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; 1 << 20]).unwrap();
    let imports = imports(4, &folder);
    let api = api(&imports);
    let mut tasks = Vec::new();
    for token in ["one", "two", "three"] {
        let ask = asked("file:///web.raw", token);
        let more = [
            ("Description", "of a file"),
            ("Architecture", "arm64"),
            ("BootMode", "uefi"),
        ];
        let told = api.done("dana", "ImportImage", &[&ask[..], &more].concat());
        assert_eq!(one(&told, "description"), "of a file");
        let task = one(&told, "importTaskId");
        let told = ended(&api, &imports, &task);
        assert_eq!(one(&told, "architecture"), "arm64");
        assert_eq!(one(&told, "bootMode"), "uefi");
        tasks.push(task);
    }
    tasks.sort();
    let west = "dana@eu-west-1";
    let ask = asked("file:///web.raw", "one");
    let other = one(&api.done(west, "ImportImage", &ask), "importTaskId");
    assert!(!tasks.contains(&other), "the same token in another region");
    while imports.activity().running() > 0 {
        thread::yield_now();
    }
    // What was made otherwise is no task.
    let from = ConvertedFrom::File { name: p("web.raw") };
    let devices = vec![AskedDevice::new(from, DiskFormat::Raw, p("default"))];
    let plain = ImportDiskImage {
        name: Some(p("plain")),
        ..ImportDiskImage::new(p("/acme/web"), p("local/eu-central-1"), devices)
    };
    pollster::block_on(api.who("dana").begin_disk_image(plain)).unwrap();
    let action = "DescribeImportImageTasks";
    assert_eq!(all(&api.done("dana", action, &[]), "importTaskId"), tasks);
    assert_eq!(all(&api.done(west, action, &[]), "importTaskId"), [&*other]);
    let named = [("ImportTaskId.1", &*other)];
    let refused = api.code("dana", action, &named);
    assert_eq!(refused.1, "InvalidConversionTaskId.NotFound");
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = [("MaxResults", "1"), ("NextToken", &*token)];
        let told = api.done("dana", action, &page);
        found.extend(all(&told, "importTaskId"));
        match all(&told, "nextToken").pop() {
            Some(next) => token = next,
            None => break,
        }
    }
    assert_eq!(found, tasks);
}

#[test]
fn imports_are_bounded_and_refused_where_they_make_no_sense() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; 1 << 20]).unwrap();
    let api = api(&imports(0, &folder));
    let told = api.code("dana", "ImportImage", &asked("file:///web.raw", "one"));
    assert_eq!(told, (400, "ResourceLimitExceeded".to_owned()));
    for url in [
        "file:///../web.raw",
        "file:///etc/passwd",
        "file:",
        "ftp://x/y",
        "nothing",
    ] {
        let told = api.code("dana", "ImportImage", &asked(url, "one"));
        assert_eq!(told.1, "InvalidParameterValue", "{url}");
    }
    let ask = asked("file:///web.raw", "one");
    for (pairs, code) in [
        (&ask[1..2], "MissingParameter"),
        (&ask[..1], "MissingParameter"),
        (
            &[("DiskContainer.1.Format", "BMP"), ask[1]][..],
            "InvalidParameterValue",
        ),
        (
            &[("DiskContainer.1.SnapshotId", "snap-1")][..],
            "UnsupportedOperation",
        ),
        (
            &[ask[0], ask[1], ("Encrypted", "true")][..],
            "UnsupportedOperation",
        ),
        (
            &[ask[0], ask[1], ("KmsKeyId", "alias/web")][..],
            "UnsupportedOperation",
        ),
        (&[][..], "MissingParameter"),
        (&[ask[0], ask[1], ("DryRun", "true")][..], "DryRunOperation"),
    ] {
        assert_eq!(api.code("dana", "ImportImage", pairs).1, code, "{pairs:?}");
    }
    let told = Api::new().code("dana", "ImportImage", &ask);
    assert_eq!(told, (400, "UnsupportedOperation".to_owned()));
    let mine = Ec2Imports::new(1, CloudText::parse("default").unwrap());
    pollster::block_on(mine.stop());
    let api = self::api(&mine.with_folder(folder.path()));
    assert_eq!(
        api.code("dana", "ImportImage", &ask),
        (503, "ServiceUnavailable".to_owned())
    );
    let tasks = api.done("dana", "DescribeImportImageTasks", &[]);
    assert!(all(&tasks, "importTaskId").is_empty());
}
