//! In which order things are looked at, and what is believed.

use crate::{id, ingest, mixed, on, over, run, whole};
use atlas_repository::Watch;
use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result, memory::InMemory, path::Path,
};
use pollster::block_on;
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Does something once, right after its packs were listed for the first time.
struct Hooked {
    objects: Arc<InMemory>,
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// How often a put of an image that must not replace one is said to find one.
    lies: AtomicU64,
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

impl fmt::Display for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooked")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Hooked {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        let is_lie = how.mode == PutMode::Create && at.as_ref().starts_with("images/");
        if is_lie && self.lies.load(Ordering::Relaxed) > 0 {
            self.lies.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::AlreadyExists {
                path: at.to_string(),
                source: "a conflict".into(),
            });
        }
        self.objects.put_opts(at, bytes, how).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        self.objects.get_opts(at, how).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let found = self.objects.list_with_delimiter(prefix).await;
        if prefix.is_some_and(|it| it.as_ref() == "packs")
            && let Some(then) = self.then.lock().unwrap().take()
        {
            then();
        }
        found
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, how).await
    }
}

fn all(objects: &InMemory, folder: &str) -> Vec<Path> {
    let listed = block_on(objects.list_with_delimiter(Some(&Path::from(folder)))).unwrap();
    listed.objects.into_iter().map(|it| it.location).collect()
}

/// A clean-up that lists the packs, and only then reads what is condemned, finds a condemned pack missing
/// from its list that came in between, takes it for gone and forgets that it is condemned. It is relied
/// on again then, while whoever saw it condemned removes it.
#[test]
fn what_is_condemned_stays_so_until_it_is_gone() {
    let objects = Arc::new(InMemory::new());
    let bytes = mixed(71, 4);
    let (between, disk) = (on(&objects), bytes.clone());
    let then = move || {
        ingest(&between, 1, &disk).unwrap();
        between.delete(id(1)).unwrap();
        let done = between.gc(&run(1), Watch::default()).unwrap();
        assert!(done.condemned > 0 && done.removed == 0, "{done:?}");
    };
    let hooked = over(Arc::new(Hooked {
        objects: Arc::clone(&objects),
        then: Mutex::new(Some(Box::new(then))),
        lies: AtomicU64::new(0),
    }));
    hooked.gc(&run(2), Watch::default()).unwrap();
    let packs = all(&objects, "packs");
    assert!(!packs.is_empty());
    assert_eq!(
        all(&objects, "condemned").len(),
        1,
        "{packs:?} are condemned no more"
    );
    // So nobody relies on them: what comes in is written anew, and stays when they go.
    let done = ingest(&on(&objects), 2, &bytes).unwrap();
    assert!(done.new_data > 0);
    for number in 3..6 {
        on(&objects).gc(&run(number), Watch::default()).unwrap();
    }
    assert!(
        packs
            .iter()
            .all(|pack| block_on(objects.head(pack)).is_err())
    );
    assert!(whole(&on(&objects), 2).unwrap() == bytes);
}

/// Some servers say that something is there where two puts only meet. Nobody is ended by that.
#[test]
fn a_void_that_is_not_there_ends_nobody() {
    let objects = Arc::new(InMemory::new());
    let lying = |lies| {
        over(Arc::new(Hooked {
            objects: Arc::clone(&objects),
            then: Mutex::default(),
            lies: AtomicU64::new(lies),
        }))
    };
    let claim = Path::from("claims").join(id(1).to_string());
    block_on(objects.put(&claim, "".into())).unwrap();
    let error = lying(u64::MAX).abandon(id(1)).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    let error = lying(u64::MAX).gc(&run(1), Watch::default()).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(all(&objects, "claims").len(), 1, "the claim is as it was");
    assert!(lying(1).abandon(id(1)).unwrap());
    assert_eq!(all(&objects, "images").len(), 1);
    assert!(all(&objects, "claims").is_empty());
    // Who publishes is told that nothing is known, and not that its image is another's.
    let error = ingest(&lying(1), 2, &mixed(72, 2)).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(all(&objects, "claims").len(), 1);
}
