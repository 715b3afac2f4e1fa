//! Pools that fail: what could not be removed is known, told, and tried again.

use crate::{
    disk_care::clean,
    disk_images::{MIB, disk, file, import, over, request, sound, states, trail},
    support::{World, p, run},
};
use cloud_atlas::{
    DiskWatch, Error, ErrorKind, ImportDiskOptions, Paging, Pools, Session,
    image::{
        AskedDevice, ConvertedFrom, DiskFormat, DiskImage, DiskImageState, ImportDiskImage,
        LifecycleState,
    },
    repository::{Park, PoolName, Repository},
    scope::Scope,
};
use futures_util::{StreamExt as _, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as Answer, memory::InMemory,
    path::Path,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A backend that at times deletes no image.
#[derive(Debug, Default)]
pub(crate) struct Failing {
    below: InMemory,
    pub(crate) fails: AtomicBool,
}

impl core::fmt::Display for Failing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a backend that fails")
    }
}

fn no_answer() -> object_store::Error {
    object_store::Error::Generic {
        store: "failing",
        source: "nobody answers".into(),
    }
}

#[async_trait::async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Answer<PutResult> {
        self.below.put_opts(at, bytes, how).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Answer<Box<dyn MultipartUpload>> {
        self.below.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Answer<GetResult> {
        self.below.get_opts(at, how).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Answer<Path>>,
    ) -> BoxStream<'static, Answer<Path>> {
        let fails = self.fails.load(Ordering::Relaxed);
        let at = at.map(move |path| match path {
            Ok(path) if fails && path.as_ref().starts_with("images/") => Err(no_answer()),
            other => other,
        });
        self.below.delete_stream(Box::pin(at))
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Answer<ObjectMeta>> {
        self.below.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Answer<ListResult> {
        self.below.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Answer<()> {
        self.below.copy_opts(from, to, how).await
    }
}

/// A world whose only pool can be told to delete no image.
pub(crate) fn failing() -> (World, Arc<Failing>) {
    let store = Arc::new(Failing::default());
    let pools = Pools::new([(PoolName::DEFAULT, over(Arc::clone(&store) as _))]);
    (World::keeping(pools), store)
}

#[test]
fn b05_what_could_not_be_removed_is_told_tried_again_and_gone() {
    let (world, store) = failing();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let acme = p::<Scope>("/acme");
        let made = import(&dana, request("/acme", "web"), &disk(MIB, 1))
            .await
            .unwrap();
        let (id, record) = (made.image.id, made.record.id());
        store.fails.store(true, Ordering::Relaxed);
        let error = dana.delete_disk_image(id, &acme, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        let image = dana.disk_image(id, &acme).await.unwrap();
        let DiskImageState::DeleteFailed { reason, .. } = &image.state else {
            panic!("{:?}", image.state);
        };
        assert!(reason.as_str().contains("nobody answers"), "{reason}");
        let told = dana.image(record, &acme).await.unwrap();
        assert_eq!(told.lifecycle().state(), LifecycleState::DeleteFailed);
        // It counts as long as it is there, and one that fails keeps no other from going.
        let usage = dana.disk_quota(&acme).await.unwrap().usage;
        assert_eq!((usage.images, usage.bytes), (1, 1 << 20));
        let cleaned = clean(&admin).await.unwrap();
        assert_eq!((cleaned.removed.len(), cleaned.left.len()), (0, 1));
        assert_eq!((cleaned.left[0].id, &cleaned.left[0].scope), (id, &acme));
        assert!(cleaned.left[0].reason.contains("nobody answers"));
        dana.open_disk_image(id, &acme).await.unwrap_err();
        store.fails.store(false, Ordering::Relaxed);
        let gone = dana.delete_disk_image(id, &acme, None).await.unwrap();
        assert!(gone.record.unwrap().lifecycle().is_deleted());
        assert_eq!(states(&dana, "/acme").await, [""; 0]);
        let usage = dana.disk_quota(&acme).await.unwrap().usage;
        assert_eq!((usage.images, usage.bytes), (0, 0));
        insta::assert_snapshot!(trail(&admin, id).await.join("\n"), @r"
        - > creating: web
        - > devices: 1, bytes: 1048576
        creating > ready
        ready > deleting
        deleting > delete-failed
        delete-failed > deleting
        deleting > delete-failed
        delete-failed > deleting
        deleting > gone
        ");
    });
    sound(&world);
}

fn of_url(name: &str) -> AskedDevice {
    let from = ConvertedFrom::url(&format!("https://images.example/{name}.raw"));
    AskedDevice::new(from, DiskFormat::Raw, p("default"))
}

/// Two disks, the first of which is whole when somebody stops.
async fn stopped_at_the_second(world: &World) -> Error {
    let reached = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&reached);
    let watch = DiskWatch::new(
        move || seen.load(Ordering::Relaxed),
        move |done, _| {
            if done >= u64::try_from(MIB).unwrap() {
                reached.store(true, Ordering::Relaxed);
            }
        },
    );
    let request = ImportDiskImage {
        devices: ["one", "two"].map(of_url).into(),
        ..request("/acme", "two")
    };
    let sources = vec![file(&disk(MIB, 1)), file(&disk(8 * MIB, 2))];
    let options = ImportDiskOptions::default();
    let dana = world.who("dana");
    let made = dana.import_disk_image(request, sources, &options, &watch);
    made.await.unwrap_err()
}

async fn only(who: &Session) -> DiskImage {
    let all = who.disk_images(&p("/acme"), &Paging::default()).await;
    let [image] = all.unwrap().items.try_into().unwrap();
    image
}

/// Images that the pool holds, whether or not anybody knows them.
fn held(store: &Arc<Failing>) -> usize {
    let pool = Repository::new(Arc::clone(store) as _, Arc::new(Park));
    pool.images().unwrap().len()
}

#[test]
fn b05_what_an_attempt_left_is_known_until_it_is_gone() {
    let (world, store) = failing();
    let (admin, dana) = (world.admin(), world.who("dana"));
    let acme = p::<Scope>("/acme");
    store.fails.store(true, Ordering::Relaxed);
    let id = run(async {
        let error = stopped_at_the_second(&world).await;
        assert!(error.to_string().contains("ami-"), "{error}");
        let image = only(&dana).await;
        assert_eq!(image.state.as_str(), "failed");
        assert_eq!((image.devices.len(), image.left.len()), (0, 2));
        image.id
    });
    assert_ne!(held(&store), 0);
    run(async {
        // The next attempt is none the worse for it.
        let options = ImportDiskOptions::default();
        let sources = vec![file(&disk(MIB, 1)), file(&disk(MIB, 2))];
        let watch = DiskWatch::default();
        let again = dana.retry_disk_image(id, &acme, sources, &options, &watch);
        let again = again.await.unwrap().image;
        assert_eq!((again.devices.len(), again.left.len()), (2, 2));
        let cleaned = clean(&admin).await.unwrap();
        assert_eq!(cleaned.left.len(), 1);
        assert!(cleaned.left[0].reason.contains("nobody answers"));
    });
    let before = held(&store);
    run(async {
        store.fails.store(false, Ordering::Relaxed);
        assert!(clean(&admin).await.unwrap().left.is_empty());
        let image = dana.disk_image(id, &acme).await.unwrap();
        assert_eq!((image.state.as_str(), image.left.len()), ("ready", 0));
        dana.open_disk_image(id, &acme).await.unwrap();
    });
    assert!(held(&store) < before);
    sound(&world);
}

#[test]
fn b05_what_is_deleted_goes_with_what_its_attempts_left() {
    let (world, store) = failing();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    store.fails.store(true, Ordering::Relaxed);
    run(async {
        stopped_at_the_second(&world).await;
        store.fails.store(false, Ordering::Relaxed);
        let id = only(&dana).await.id;
        dana.delete_disk_image(id, &acme, None).await.unwrap();
    });
    assert_eq!(held(&store), 0);
    sound(&world);
}
