//! In which order a clean-up looks at things.

use crate::{id, ingest, mixed, on, over, run, whole};
use atlas_repository::Watch;
use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    memory::InMemory, path::Path,
};
use pollster::block_on;
use std::{
    fmt,
    sync::{Arc, Mutex},
};

/// Does something once, right after its packs were listed for the first time.
struct Hooked {
    objects: Arc<InMemory>,
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
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
