//! What a pool lies in: memory, that is watched, and that may be away.

use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result, memory::InMemory, path::Path,
};
use std::{
    fmt,
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

#[derive(Debug, Default)]
pub(crate) struct Watched {
    objects: InMemory,
    /// How often something was asked for.
    pub(crate) gets: AtomicU64,
    /// Whether it cannot be reached.
    pub(crate) is_away: AtomicBool,
    /// Where whoever has put something waits.
    pub(crate) gate: Gate,
}

/// A gate that is open unless it was shut, behind which one waits at a time.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is: Mutex<Gated>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Gated {
    is_shut: bool,
    is_reached: bool,
}

impl Gate {
    pub(crate) fn shut(&self) {
        self.is.lock().unwrap().is_shut = true;
    }

    pub(crate) fn open(&self) {
        self.is.lock().unwrap().is_shut = false;
        self.changed.notify_all();
    }

    /// Waits until somebody waits at it.
    pub(crate) fn reached(&self) {
        let is = self.is.lock().unwrap();
        drop(self.changed.wait_while(is, |is| !is.is_reached).unwrap());
    }

    fn pass(&self) {
        let mut is = self.is.lock().unwrap();
        is.is_reached |= is.is_shut;
        self.changed.notify_all();
        drop(self.changed.wait_while(is, |is| is.is_shut).unwrap());
    }
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

    /// The names of everything that is there.
    pub(crate) fn names(&self) -> Vec<String> {
        use futures_util::TryStreamExt as _;
        let all: Vec<_> = pollster::block_on(self.objects.list(None).try_collect()).unwrap();
        let mut names: Vec<_> = all.iter().map(|it| it.location.to_string()).collect();
        names.sort();
        names
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
        let put = self.objects.put_opts(at, bytes, how).await;
        self.gate.pass();
        put
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
