//! How the EC2-compatible API ends while it is at work.

use crate::{
    api::{Api, all, one},
    api_imports::{asked, imports},
    pool::Watched,
    world::{MIB, disk, p},
};
use atlas_server::Served;
use cloud_atlas::{ImageQuery, Paging, store::MemoryStore};
use core::{
    pin::pin,
    task::{Context, Waker},
};
use object_store::ObjectStore;
use pollster::block_on;
use std::{
    fs,
    io::{Read as _, Write as _},
    sync::Arc,
};
use tempfile::TempDir;

#[test]
fn an_import_that_is_stopped_has_failed_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), disk(8 * MIB)).unwrap();
    let (imports, pool) = (imports(2, &folder), Arc::new(Watched::default()));
    let below = Arc::clone(&pool) as Arc<dyn ObjectStore>;
    let mut api = Api::of(Arc::new(MemoryStore::new()), below, |api| {
        api.with_imports(imports.clone())
    });
    let before = pool.names();
    pool.gate.shut();
    let ask = asked("file:///web.raw", "one");
    let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
    // The first of it lies in the pool when everything is to end.
    pool.gate.reached();
    assert_ne!(pool.names(), before);
    let stopping = imports.clone();
    let mut stopping = pin!(stopping.stop());
    let mut context = Context::from_waker(Waker::noop());
    assert!(stopping.as_mut().poll(&mut context).is_pending());
    // Whoever asks meanwhile is answered, and nothing new begins.
    let named = [("ImportTaskId.1", &*task)];
    let told = api.done("dana", "DescribeImportImageTasks", &named);
    assert_eq!(all(&told, "status"), ["active", "active"], "{told}");
    let other = api.code("dana", "ImportImage", &asked("file:///web.raw", "two"));
    assert_eq!(other, (503, "ServiceUnavailable".to_owned()));
    assert_eq!(imports.activity().running(), 1);
    pool.gate.open();
    block_on(stopping);

    assert_eq!(imports.activity().running(), 0);
    let told = api.done("dana", "DescribeImportImageTasks", &named);
    assert_eq!(all(&told, "status"), ["deleted", "deleted"], "{told}");
    assert!(one(&told, "statusMessage").contains("stopped"), "{told}");
    assert_eq!(api.images("dana", &[], "imageState"), ["failed"]);
    assert_eq!(pool.packs(), []);
    let kept = block_on(api.who("dana").disk_quota(&p("/acme/web")));
    assert_eq!(kept.unwrap().usage.bytes, 0);
    // The host has asked for it, and is told of no failure.
    assert_eq!(*api.failures.lock().unwrap(), [""; 0]);
    api.stop();
    assert_eq!(api.ended(), Served::Drained);
}

#[test]
fn a_server_that_ends_lets_no_import_begin_that_nobody_waits_for() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; MIB]).unwrap();
    let imports = imports(1, &folder);
    let mut api = Api::with(|api| api.with_imports(imports.clone()));
    let ask = asked("file:///web.raw", "one");
    let task = one(&api.done("dana", "ImportImage", &ask), "importTaskId");
    api.stop();
    assert_eq!(api.ended(), Served::Drained);
    block_on(imports.stop());
    assert_eq!(imports.activity().running(), 0);
    let named = block_on(
        api.who("dana")
            .disk_images_named(&p(&task), &p("/acme/web")),
    );
    let state = named.unwrap()[0].state.as_str();
    assert!(matches!(state, "ready" | "failed"), "{state}");
}

#[test]
fn a_request_whose_body_is_on_its_way_is_answered_when_it_ends() {
    let mut api = Api::new();
    let form = "Action=RegisterImage&Version=2016-11-15&Name=web";
    let head = format!(
        "POST / HTTP/1.1\r\nHost: atlas\r\nx-who: dana\r\nExpect: 100-continue\r\n\
         Content-Length: {}\r\n\r\n",
        form.len()
    );
    let mut stream = api.connect();
    stream.write_all(head.as_bytes()).unwrap();
    // Somebody waits for the body by then.
    let wanted = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut told = vec![0; wanted.len()];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(told, wanted.as_bytes());
    api.stop();
    stream.write_all(form.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let (_, document) = answer.split_once("\r\n\r\n").unwrap();
    let id = one(document, "imageId");
    assert_eq!(api.ended(), Served::Drained);
    let query = ImageQuery::new(p("/acme/web"));
    let kept = block_on(api.who("dana").images(&query, &Paging::default())).unwrap();
    assert_eq!(kept.items[0].image_id().as_str(), id);
}
