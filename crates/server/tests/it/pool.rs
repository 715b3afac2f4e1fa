//! What a pool lies in: memory, that is watched, and that may be away.

use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result, memory::InMemory, path::Path,
};
use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

#[derive(Debug, Default)]
pub(crate) struct Watched {
    objects: InMemory,
    /// How often something was asked for.
    pub(crate) gets: AtomicU64,
    /// Whether it cannot be reached.
    pub(crate) is_away: AtomicBool,
}

impl Watched {
    /// All packs, each with its bytes, the largest first.
    pub(crate) fn packs(&self) -> Vec<(Path, Vec<u8>)> {
        use futures_util::TryStreamExt as _;
        let all: Vec<_> = pollster::block_on(self.objects.list(None).try_collect()).unwrap();
        let packs = all
            .iter()
            .filter(|it| it.location.as_ref().starts_with("packs/"));
        let mut packs: Vec<_> = packs
            .map(|it| (it.location.clone(), self.read(&it.location)))
            .collect();
        packs.sort_by_key(|(_, bytes)| core::cmp::Reverse(bytes.len()));
        packs
    }

    fn read(&self, at: &Path) -> Vec<u8> {
        let found = pollster::block_on(self.objects.get(at)).unwrap();
        pollster::block_on(found.bytes()).unwrap().into()
    }

    /// Other bytes in the place of an object.
    pub(crate) fn write(&self, at: &Path, bytes: Vec<u8>) {
        pollster::block_on(self.objects.put(at, bytes.into())).unwrap();
    }

    pub(crate) fn lose(&self, at: &Path) {
        pollster::block_on(self.objects.delete(at)).unwrap();
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Watched {
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
        self.gets.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Error::Generic {
                store: "watched",
                source: "secret-host:9000 does not answer".into(),
            });
        }
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
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, how).await
    }
}
