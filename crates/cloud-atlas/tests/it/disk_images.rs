//! Disk images: from a source to a launch, and away again.

use crate::support::{World, ask, most, p, run};
use cloud_atlas::repository::{Depth, Park, Pool, PoolName, Repository};
use cloud_atlas::{
    BringDisk, BringError, BroughtDisk, DiskImageImported, DiskWatch, Error, ErrorKind, FileDisk,
    ImportDiskOptions, Pools, Session,
    disk::{ReadAt, WriteAt},
    image::{
        AskedDevice, Availability, ConvertedFrom, DiskFormat, DiskImage, DiskImageState, DiskQuota,
        Firmware, ImportDiskImage, Origin,
    },
    image_id::{AmiId, ImageId},
    mci::{HeadEdit, Setting},
    repository::Export,
    scope::{Role, Scope},
};
use core::{num::NonZeroUsize, time::Duration};
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path};
use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

pub(crate) const MIB: usize = 1 << 20;

/// A world with two pools, and what lies below `default`.
pub(crate) fn keeping() -> (World, Arc<InMemory>) {
    let (below, fast) = (Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    let pools = Pools::new([
        (PoolName::DEFAULT, over(Arc::clone(&below) as _)),
        (PoolName::parse("fast").unwrap(), over(fast as _)),
    ]);
    (World::keeping(pools), below)
}

/// A pool in memory.
pub(crate) fn pools() -> Pools {
    Pools::new([(PoolName::DEFAULT, over(Arc::new(InMemory::new())))])
}

pub(crate) fn over(store: Arc<dyn ObjectStore>) -> Pool {
    Repository::new(store, Arc::new(Park)).into()
}

/// A disk that starts something, and does not compress.
pub(crate) fn disk(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u8::try_from(state & 0xff).unwrap()
        })
        .collect();
    bytes[..440].fill(0x90);
    bytes[440..512].fill(0);
    bytes[446] = 0x80;
    bytes[450] = 0x83;
    bytes[454] = 1;
    bytes[458] = 8;
    (bytes[510], bytes[511]) = (0x55, 0xaa);
    bytes
}

fn asked(format: DiskFormat, pool: &str) -> AskedDevice {
    let from = ConvertedFrom::File { name: p("web.raw") };
    AskedDevice::new(from, format, p(pool))
}

pub(crate) fn request(scope: &str, name: &str) -> ImportDiskImage {
    ImportDiskImage {
        name: Some(p(name)),
        ..ImportDiskImage::new(
            p(scope),
            p("local/main"),
            vec![asked(DiskFormat::Raw, "default")],
        )
    }
}

pub(crate) fn file(bytes: &[u8]) -> Box<dyn BringDisk> {
    Box::new(FileDisk::new(Arc::new(bytes.to_vec())))
}

pub(crate) async fn import(
    who: &Session,
    request: ImportDiskImage,
    bytes: &[u8],
) -> Result<DiskImageImported, Error> {
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    who.import_disk_image(request, vec![file(bytes)], &options, &watch)
        .await
}

/// The state of each disk image of a scope, by name.
pub(crate) async fn states(who: &Session, scope: &str) -> Vec<String> {
    let page = who.disk_images(&p(scope), &most()).await.unwrap();
    let told = |image: &DiskImage| format!("{} {}", image.name, image.state.as_str());
    page.items.iter().map(told).collect()
}

/// What the trail says of an image, the oldest first.
pub(crate) async fn trail(who: &Session, id: AmiId) -> Vec<String> {
    let events = who.events(&p("/acme"), &most()).await.unwrap().items;
    let events = events
        .iter()
        .filter(|event| event.subject == id.to_string());
    let told = events.map(|event| {
        let (before, after) = (event.before.as_deref(), event.after.as_deref());
        format!("{} > {}", before.unwrap_or("-"), after.unwrap_or("-"))
    });
    let mut told: Vec<_> = told.collect();
    told.reverse();
    told
}

#[derive(Default)]
struct Memory(Mutex<Vec<u8>>);

impl WriteAt for Memory {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut all = self.0.lock().unwrap();
        let at = usize::try_from(at).unwrap();
        if all.len() < at + bytes.len() {
            all.resize(at + bytes.len(), 0);
        }
        all[at..at + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).unwrap();
        self.0.lock().unwrap().resize(length, 0);
        Ok(())
    }
}

pub(crate) async fn exported(who: &Session, id: AmiId, from: &str) -> Result<Vec<Vec<u8>>, Error> {
    let opened = who.open_disk_image(id, &p(from)).await?;
    let export = |device: &cloud_atlas::OpenedDevice| {
        let memory = Memory::default();
        let ask = Export::default();
        let done = device
            .stored
            .export(&memory, &ask, cloud_atlas::repository::Watch::default());
        done.unwrap();
        memory.0.into_inner().unwrap()
    };
    Ok(opened.devices.iter().map(export).collect())
}

/// What lies in a pool: packs, images, and the rest.
pub(crate) fn objects(below: &InMemory) -> Vec<String> {
    use futures_util::TryStreamExt as _;
    let all: Vec<_> = run(below.list(None).try_collect()).unwrap();
    all.into_iter().map(|it| it.location.to_string()).collect()
}

pub(crate) fn sound(world: &World) {
    let report = run(world.atlas.check()).unwrap();
    assert_eq!(report.findings, [""; 0]);
}

#[test]
fn b01_a_disk_comes_in_is_launched_and_goes() {
    let (world, below) = keeping();
    let dana = world.who("dana");
    run(async {
        let bytes = disk(2 * MIB, 1);
        let imported = import(&dana, request("/acme", "web"), &bytes)
            .await
            .unwrap();
        let (image, record) = (&imported.image, &imported.record);
        assert_eq!(image.record(), Some(record.id()));
        assert_eq!(record.image_id(), &ImageId::Local(image.id));
        assert_eq!(record.location().as_str(), "local/main");
        assert_eq!(record.firmware(), Some(Firmware::Bios));
        let content = image.content().unwrap();
        assert_eq!(
            record.origin(),
            &Origin::Converted {
                from: ConvertedFrom::File { name: p("web.raw") },
                content
            }
        );
        let made = image.devices[0].made.as_ref().unwrap();
        // Of a RAW, the source is the disk.
        assert_eq!(made.sha256, made.source_sha256);
        assert!(made.blake3.is_some());
        assert_eq!(
            dana.disk_image(image.id, &p("/acme")).await.unwrap(),
            *image
        );
        assert_eq!(exported(&dana, image.id, "/acme").await.unwrap(), [bytes]);

        // An MCI uses it, and it is what is launched.
        let location = p("local/main");
        dana.create_mci(&p("/acme"), p("web")).await.unwrap();
        let setting = Setting::new(ImageId::Local(image.id)).with_instance_type(p("m1.small"));
        let edit = HeadEdit::set(location, setting);
        dana.edit_mci(&p("web"), &p("/acme"), vec![edit], None)
            .await
            .unwrap();
        let plan = dana
            .resolve(&ask("web@head", "local/main", "/acme"))
            .await
            .unwrap();
        assert_eq!(plan.plan.image, ImageId::Local(image.id));

        // In use it stays, with its bytes.
        let refused = dana.delete_disk_image(image.id, &p("/acme"), None).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(states(&dana, "/acme").await, ["web ready"]);
        let edit = HeadEdit::Unset {
            location: p("local/main"),
        };
        dana.edit_mci(&p("web"), &p("/acme"), vec![edit], None)
            .await
            .unwrap();
        let gone = dana.delete_disk_image(image.id, &p("/acme"), None).await;
        let record = gone.unwrap().record.unwrap();
        assert!(record.lifecycle().is_deleted());
        let back = dana.restore_image(record.id(), &p("/acme")).await;
        assert_eq!(back.unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(states(&dana, "/acme").await, [""; 0]);
        let read = dana.open_disk_image(image.id, &p("/acme")).await;
        assert_eq!(read.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(
            objects(&below)
                .iter()
                .all(|name| !name.starts_with("images/"))
        );
        insta::assert_snapshot!(trail(&world.admin(), image.id).await.join("\n"));
    });
    sound(&world);
}

#[test]
fn b05_what_is_refused_has_failed_and_leaves_nothing_behind() {
    let (world, below) = keeping();
    let dana = world.who("dana");
    run(async {
        let mut request = request("/acme", "web");
        request.devices = vec![asked(DiskFormat::Qcow2, "default")];
        let error = import(&dana, request, &disk(MIB, 1)).await.unwrap_err();
        insta::assert_snapshot!(error);
        let page = dana.disk_images(&p("/acme"), &most()).await.unwrap();
        let image = &page.items[0];
        let DiskImageState::Failed { code, .. } = &image.state else {
            panic!("{:?}", image.state);
        };
        assert_eq!(code.as_str(), "format-mismatch");
        assert!(
            !objects(&below)
                .iter()
                .any(|name| name.starts_with("images/"))
        );
        let usage = dana.disk_quota(&p("/acme")).await.unwrap().usage;
        assert_eq!((usage.images, usage.bytes), (1, 0));
        insta::assert_snapshot!(trail(&world.admin(), image.id).await.join("\n"), @r"
        - > creating: web
        creating > failed
        ");
        dana.delete_disk_image(image.id, &p("/acme"), None)
            .await
            .unwrap();
        let usage = dana.disk_quota(&p("/acme")).await.unwrap().usage;
        assert_eq!((usage.images, usage.bytes), (0, 0));
    });
    sound(&world);
}

/// A source that fails before it has brought anything.
pub(crate) struct Broken;

impl BringDisk for Broken {
    fn bring(self: Box<Self>, _: &DiskWatch) -> Result<BroughtDisk, BringError> {
        Err(BringError::new(p("unreachable"), "nobody answers"))
    }
}

#[test]
fn b05_an_image_is_begun_at_once_and_made_later() {
    let (world, _below) = keeping();
    let (dana, bert) = (world.who("dana"), world.who("bert"));
    run(async {
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let begun = dana
            .begin_disk_image(request("/acme", "web"))
            .await
            .unwrap();
        assert_eq!(begun.state.as_str(), "creating");
        let seen = dana.disk_image(begun.id, world_scope()).await.unwrap();
        assert_eq!((&seen, seen.record()), (&begun, None));
        let bytes = disk(MIB, 1);
        let make =
            |sources| dana.make_disk_image(begun.id, world_scope(), sources, &options, &watch);
        let few = make(Vec::new()).await.unwrap_err();
        assert_eq!(few.to_string(), "1 sources are described, and 0 are given");
        let refused = bert.make_disk_image(
            begun.id,
            world_scope(),
            vec![file(&bytes)],
            &options,
            &watch,
        );
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::Denied);
        let whole = make(vec![file(&bytes)]).await.unwrap();
        assert_eq!(whole.image.id, begun.id);
        assert_eq!(whole.image.record(), Some(whole.record.id()));
        // It is made once.
        let again = make(vec![file(&bytes)]).await.unwrap_err();
        assert_eq!(
            again.to_string(),
            "the image is ready, and only what is begun can be made"
        );
        assert_eq!(again.kind(), ErrorKind::Conflict);
    });
    sound(&world);
}

#[test]
fn b05_what_has_failed_is_tried_again_under_its_id() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let broken = dana.import_disk_image(
            request("/acme", "web"),
            vec![Box::new(Broken)],
            &options,
            &watch,
        );
        insta::assert_snapshot!(broken.await.unwrap_err());
        let id = dana.disk_images(&p("/acme"), &most()).await.unwrap().items[0].id;
        let bytes = disk(MIB, 1);
        let retry = |sources| dana.retry_disk_image(id, world_scope(), sources, &options, &watch);
        let few = retry(Vec::new()).await.unwrap_err();
        assert_eq!(few.to_string(), "1 sources are described, and 0 are given");
        let imported = retry(vec![file(&bytes)]).await.unwrap();
        assert_eq!(imported.image.id, id);
        assert_eq!(
            exported(&dana, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        let again = retry(vec![file(&bytes)]).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
    });
    sound(&world);
}

fn world_scope() -> &'static Scope {
    static ACME: std::sync::LazyLock<Scope> = std::sync::LazyLock::new(|| p("/acme"));
    &ACME
}

/// Bytes whose reader waits for somebody, once.
struct Gate {
    bytes: Vec<u8>,
    /// Whoever comes here does something in the midst of the work.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl ReadAt for Gate {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        // Whoever looks for what it is reads the ends.
        let length = u64::try_from(self.bytes.len()).unwrap();
        if (length / 2..length / 4 * 3).contains(&at)
            && let Some(work) = self.meanwhile.lock().unwrap().take()
        {
            work();
        }
        self.bytes.read_at(buffer, at)
    }

    fn state(&self) -> io::Result<cloud_atlas::disk::SourceState> {
        self.bytes.state()
    }
}

/// Brings a gate whose digest is known, so that it is read by the ingest alone.
struct Through(Gate);

impl BringDisk for Through {
    fn bring(self: Box<Self>, _: &DiskWatch) -> Result<BroughtDisk, BringError> {
        let mut brought = BroughtDisk::new(Arc::new(self.0));
        brought.sha256 = Some(cloud_atlas::disk::RawDigest::from_bytes([0; 32]));
        Ok(brought)
    }
}

pub(crate) fn through(
    bytes: &[u8],
    meanwhile: impl FnOnce() + Send + 'static,
) -> Vec<Box<dyn BringDisk>> {
    vec![Box::new(Through(Gate {
        bytes: bytes.to_vec(),
        meanwhile: Mutex::new(Some(Box::new(meanwhile))),
    }))]
}

#[test]
fn b05_progress_is_seen_and_grows_and_nothing_else_is_there() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    let bytes = disk(24 * MIB, 1);
    let (asking, seen) = (dana.clone(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&seen);
    let sources = through(&bytes, move || {
        let images = run(asking.disk_images(&p("/acme"), &most())).unwrap().items;
        let id = images[0].id;
        let read = run(asking.open_disk_image(id, &p("/acme"))).unwrap_err();
        let below = run(asking.disk_image(id, &p("/acme/prod"))).unwrap_err();
        noted
            .lock()
            .unwrap()
            .push((images, read.kind(), below.kind()));
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let watch = DiskWatch::new(
        || false,
        move |done, total| {
            noted.lock().unwrap().push((done, total));
        },
    );
    run(async {
        let options = ImportDiskOptions::default();
        dana.import_disk_image(request("/acme", "web"), sources, &options, &watch)
            .await
            .unwrap();
    });
    let seen = seen.lock().unwrap();
    let (images, read, below) = &seen[0];
    assert_eq!((*read, *below), (ErrorKind::Conflict, ErrorKind::NotFound));
    let DiskImageState::Creating { done, total, .. } = images[0].state else {
        panic!("{:?}", images[0].state);
    };
    assert_eq!(total, u64::try_from(bytes.len()).unwrap());
    assert!(done < total);
    let told = told.lock().unwrap();
    assert!(
        told.is_sorted() && told.last() == Some(&(total, total)),
        "{told:?}"
    );
    // Whole, it is seen below, and read.
    let ready = run(dana.disk_images(&p("/acme"), &most())).unwrap().items;
    assert_eq!(ready[0].state.as_str(), "ready");
    sound(&world);
}

#[test]
fn b05_whoever_is_deleted_meanwhile_leaves_nothing() {
    let (world, below) = keeping();
    let dana = world.who("dana");
    let deleting = dana.clone();
    let sources = through(&disk(8 * MIB, 1), move || {
        let images = run(deleting.disk_images(&p("/acme"), &most()))
            .unwrap()
            .items;
        run(deleting.delete_disk_image(images[0].id, &p("/acme"), None)).unwrap();
    });
    run(async {
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let outcome = dana.import_disk_image(request("/acme", "web"), sources, &options, &watch);
        outcome.await.unwrap_err();
        assert_eq!(states(&dana, "/acme").await, [""; 0]);
    });
    let images = objects(&below);
    let images = images.iter().filter(|name| name.starts_with("images/"));
    for name in images {
        // What is left under the id says that there never will be one.
        let object = run(below.get(&Path::from(name.as_str()))).unwrap();
        assert!(run(object.bytes()).unwrap().len() < 100, "{name}");
    }
    sound(&world);
}

#[test]
fn b05_work_that_is_stopped_has_failed() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        let stopped = Arc::new(AtomicBool::new(false));
        let (asked, setter) = (Arc::clone(&stopped), Arc::clone(&stopped));
        let sources = through(&disk(8 * MIB, 1), move || {
            setter.store(true, Ordering::Relaxed);
        });
        let watch = DiskWatch::new(move || asked.load(Ordering::Relaxed), |_, _| {});
        let options = ImportDiskOptions::default();
        let outcome = dana.import_disk_image(request("/acme", "web"), sources, &options, &watch);
        outcome.await.unwrap_err();
        let images = dana.disk_images(&p("/acme"), &most()).await.unwrap().items;
        let DiskImageState::Failed { code, .. } = &images[0].state else {
            panic!("{:?}", images[0].state);
        };
        assert_eq!(code.as_str(), "stopped");
    });
    sound(&world);
}

#[test]
fn b05_what_was_interrupted_is_ended_by_a_clean_up() {
    let (world, below) = keeping();
    let (admin, dana) = (world.admin(), world.who("dana"));
    let day = Duration::from_hours(24);
    run(async {
        // The future is dropped in the midst of the work.
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let (reached, wait) = futures_channel::oneshot::channel();
        let sources = through(&disk(8 * MIB, 1), move || {
            reached.send(()).unwrap();
        });
        {
            let work = dana.import_disk_image(request("/acme", "web"), sources, &options, &watch);
            let work = Box::pin(work);
            let reached = Box::pin(wait);
            let _ = futures_util::future::select(work, reached).await;
        }
        assert_eq!(states(&dana, "/acme").await, ["web creating"]);
        let early = admin.clean_pools(day, None, &watch).await.unwrap();
        assert_eq!(early.interrupted, []);
        world.clock.advance_secs(24 * 3600 + 1);
        let cleaned = admin.clean_pools(day, None, &watch).await.unwrap();
        assert_eq!(cleaned.left, []);
        assert_eq!(cleaned.interrupted.len(), 1);
        assert_eq!(states(&dana, "/acme").await, ["web failed"]);
        let denied = dana.clean_pools(day, None, &watch).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        let denied = dana
            .verify_pools(Depth::Packs, NonZeroUsize::MIN, &watch)
            .await;
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
    });
    assert!(
        !objects(&below)
            .iter()
            .any(|name| name.starts_with("claims/"))
    );
    sound(&world);
}

#[test]
fn b04_others_see_what_is_opened_to_them() {
    let (world, _below) = keeping();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        admin
            .grant(&p("olga"), &Role::ACTOR, &p("/acme/dev"), None)
            .await
            .unwrap();
        let olga = world.who("olga");
        let bytes = disk(MIB, 1);
        for (availability, in_account, elsewhere) in [
            (Availability::Project, false, false),
            (Availability::Account, true, false),
            (Availability::Public, true, true),
        ] {
            let mut request = request("/acme/prod", availability.as_str());
            request.availability = availability;
            let image = import(&dana, request, &bytes).await.unwrap().image;
            for (who, from, sees) in [
                (&olga, "/acme/dev", in_account),
                (&bert, "/beta/prod", elsewhere),
            ] {
                let seen = who.disk_image(image.id, &p(from)).await;
                assert_eq!(seen.is_ok(), sees, "{availability} {from}");
                let Ok(seen) = seen else { continue };
                // Not where it is from, nor who made it.
                assert!(seen.asked.is_empty() && seen.devices[0].from.is_none());
                assert_eq!(seen.created_by, p("acme"));
                assert_eq!(
                    exported(who, image.id, from).await.unwrap(),
                    core::slice::from_ref(&bytes)
                );
                let denied = who.delete_disk_image(image.id, &p(from), None).await;
                assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
            }
        }
    });
    sound(&world);
}

#[test]
fn b10_pools_are_known_and_quotas_are_kept() {
    let (world, below) = keeping();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let mut slow = request("/acme", "web");
        slow.devices = vec![asked(DiskFormat::Raw, "slow")];
        insta::assert_snapshot!(import(&dana, slow, &disk(MIB, 1)).await.unwrap_err(), @"device 0 is to be kept in the storage pool `slow`, which is not there: there are `default`, `fast`");
        let mut fast = request("/acme", "web");
        fast.devices = vec![asked(DiskFormat::Raw, "fast")];
        import(&dana, fast, &disk(MIB, 1)).await.unwrap();
        assert_eq!(objects(&below), [""; 0]);

        let mut quota = DiskQuota::new(p("/acme"));
        (quota.images, quota.bytes) = (Some(2), Some(3 << 20));
        let denied = dana.set_disk_quota(quota.clone()).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        let view = admin.set_disk_quota(quota).await.unwrap();
        assert_eq!((view.usage.images, view.usage.bytes), (1, 1 << 20));
        let bytes = disk(2 * MIB + 512, 2);
        let large = import(&dana, request("/acme", "large"), &bytes);
        insta::assert_snapshot!(large.await.unwrap_err().to_string().split(' ').skip(4).collect::<Vec<_>>().join(" "), @"has failed (quota): `/acme` may keep 3145728 bytes of disk images and has 1048576, so that 2097664 more do not fit: delete an image, or ask for a higher quota");
        let third = import(&dana, request("/acme", "third"), &disk(MIB, 3)).await;
        insta::assert_snapshot!(third.unwrap_err(), @"`/acme` may keep 2 disk images and has 2: delete one, or ask for a higher quota");
        admin
            .set_disk_quota(DiskQuota::new(p("/acme")))
            .await
            .unwrap();
        import(&dana, request("/acme", "third"), &disk(MIB, 3))
            .await
            .unwrap();
    });
    sound(&world);
}

#[test]
fn b07_what_a_pool_has_lost_is_found_and_named() {
    let (world, below) = keeping();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let (watch, one) = (DiskWatch::default(), NonZeroUsize::MIN);
        let bytes = disk(MIB, 1);
        let rotten = import(&dana, request("/acme", "rotten"), &bytes)
            .await
            .unwrap();
        let lost = import(&dana, request("/acme/prod", "lost"), &disk(MIB, 2))
            .await
            .unwrap();
        import(&dana, request("/acme", "whole"), &disk(MIB, 3))
            .await
            .unwrap();
        let verified = admin
            .verify_pools(Depth::Chunks, one, &watch)
            .await
            .unwrap();
        assert!(verified.is_whole(), "{verified:?}");

        // The index of one goes, and a byte of a pack of the other turns.
        let name = |image: &DiskImage| format!("images/{}", repository_id(image));
        below.delete(&Path::from(name(&lost.image))).await.unwrap();
        let pack = pack_of(&below, &bytes);
        let damaged = below.get(&pack).await.unwrap().bytes().await.unwrap();
        let mut damaged = damaged.to_vec();
        damaged[1000] ^= 1;
        below.put(&pack, damaged.into()).await.unwrap();
        let verified = admin.verify_pools(Depth::Packs, one, &watch).await.unwrap();
        let mut names: Vec<_> = verified
            .damaged
            .iter()
            .map(|image| image.name.to_string())
            .collect();
        names.sort();
        assert_eq!(names, ["lost", "rotten"]);
        let read = exported_error(&dana, rotten.image.id).await;
        assert!(read.contains("pack"), "{read}");
    });
}

fn repository_id(image: &DiskImage) -> String {
    let id = image.devices[0].id;
    cloud_atlas::repository::StoredId::from_u128(id.as_u128()).to_string()
}

/// The pack that holds the beginning of a disk that does not compress.
fn pack_of(below: &InMemory, bytes: &[u8]) -> Path {
    let names = objects(below);
    let packs = names.iter().filter(|name| name.starts_with("packs/"));
    let mut found = packs.map(|name| Path::from(name.as_str())).filter(|path| {
        let object = run(run(below.get(path)).unwrap().bytes()).unwrap();
        object
            .windows(64)
            .any(|window| window == &bytes[2000..2064])
    });
    found.next().unwrap()
}

async fn exported_error(who: &Session, id: AmiId) -> String {
    let opened = who.open_disk_image(id, &p("/acme")).await.unwrap();
    let (memory, ask) = (Memory::default(), Export::default());
    let watch = cloud_atlas::repository::Watch::default();
    let error = opened.devices[0].stored.export(&memory, &ask, watch);
    error.unwrap_err().to_string()
}

#[test]
fn two_who_try_the_same_again_make_one_image() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let bytes = disk(4 * MIB, 1);
    run(async {
        let broken = dana.import_disk_image(
            request("/acme", "web"),
            vec![Box::new(Broken)],
            &options,
            &watch,
        );
        broken.await.unwrap_err();
        let id = dana.disk_images(&p("/acme"), &most()).await.unwrap().items[0].id;
        let retry = || {
            let sources = vec![file(&bytes)];
            Box::pin(dana.retry_disk_image(id, world_scope(), sources, &options, &watch))
        };
        let (one, other) = futures_util::future::join(retry(), retry()).await;
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        assert_eq!(states(&dana, "/acme").await, ["web ready"]);
        assert_eq!(
            exported(&dana, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
    });
    sound(&world);
}
