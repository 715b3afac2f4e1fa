//! Backends that fail, are full, or answer with less than was asked for.

use crate::{ask, id, image, ingest, mixed, on, over, run, whole};
use atlas_repository::{RepositoryError, Verify, Watch};
use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    memory::InMemory, path::Path,
};
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// What happens at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It does not happen.
    Fails,
    /// It happens, and the answer is lost.
    IsLost,
    /// There is no room.
    IsFull,
    /// An answer has half of the bytes.
    IsCut,
}

#[derive(Debug)]
struct Faulty {
    objects: Arc<InMemory>,
    fault: Fault,
    /// Steps until it happens.
    left: AtomicU64,
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl Faulty {
    fn is_now(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        // What is full stays full.
        left == 1 || (left == 0 && self.fault == Fault::IsFull)
    }

    fn error(&self) -> Error {
        let source = match self.fault {
            Fault::IsFull => io::Error::from(io::ErrorKind::StorageFull).into(),
            _ => "it failed".into(),
        };
        Error::Generic {
            store: "faulty",
            source,
        }
    }
}

#[async_trait::async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        let is_now = self.fault != Fault::IsCut && self.is_now();
        if is_now && self.fault != Fault::IsLost {
            return Err(self.error());
        }
        let done = self.objects.put_opts(at, bytes, how).await?;
        if is_now { Err(self.error()) } else { Ok(done) }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        let is_head = how.head;
        let is_now = self.fault != Fault::IsFull && !is_head && self.is_now();
        if is_now && self.fault != Fault::IsCut {
            return Err(self.error());
        }
        let mut found = self.objects.get_opts(at, how).await?;
        if is_now {
            let meta = found.meta.clone();
            let (range, attributes) = (found.range.clone(), found.attributes.clone());
            let bytes = found.bytes().await?;
            let half = bytes.slice(..bytes.len() / 2);
            let stream = futures_util::stream::once(async { Ok(half) });
            found = GetResult {
                payload: GetResultPayload::Stream(Box::pin(stream)),
                meta,
                range,
                attributes,
                extensions: object_store::Extensions::default(),
            };
        }
        Ok(found)
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

fn faulty(objects: &Arc<InMemory>, fault: Fault, left: u64) -> Arc<Faulty> {
    Arc::new(Faulty {
        objects: Arc::clone(objects),
        fault,
        left: AtomicU64::new(left),
    })
}

const FAULTS: [Fault; 4] = [Fault::Fails, Fault::IsLost, Fault::IsFull, Fault::IsCut];

#[test]
fn an_ingest_fails_at_each_step_and_leaves_nothing_behind() {
    let bytes = mixed(1, 40);
    let image = image(&bytes);
    for fault in FAULTS {
        let mut failures = 0;
        for left in 1.. {
            let objects = Arc::new(InMemory::new());
            ingest(&on(&objects), 1, &mixed(1, 10)).unwrap();
            let store = faulty(&objects, fault, left);
            let repository = over(Arc::<Faulty>::clone(&store));
            let done = repository.ingest(&image.disks()[0], &ask(2), Watch::default());
            let was_late = store.left.load(Ordering::Relaxed) > 0;
            match done {
                Ok(_) => assert!(whole(&on(&objects), 2).unwrap() == bytes),
                Err(error) => {
                    failures += 1;
                    let is_right = match fault {
                        Fault::IsFull => matches!(error, RepositoryError::Full(_)),
                        _ => error.is_retryable(),
                    };
                    assert!(is_right, "{fault:?} {left}: {error:?}");
                }
            }
            // Whatever it was: the next one comes in, and what is there is whole.
            ingest(&on(&objects), 3, &bytes).unwrap();
            for id in on(&objects).images().unwrap() {
                assert!(whole(&on(&objects), id.as_u128()).is_ok());
                on(&objects).delete(id).unwrap();
            }
            for number in 1..4 {
                on(&objects).gc(&run(number), Watch::default()).unwrap();
            }
            let verified = on(&objects).verify(&Verify::default(), Watch::default());
            assert_eq!(verified.unwrap().packs, 0, "{fault:?} {left}");
            if was_late {
                break;
            }
        }
        assert!(failures > 0 || fault == Fault::IsCut, "{fault:?}");
    }
}

#[test]
fn a_read_that_fails_or_is_cut_is_no_rot() {
    let objects = Arc::new(InMemory::new());
    let bytes = mixed(2, 40);
    ingest(&on(&objects), 1, &bytes).unwrap();
    for fault in [Fault::Fails, Fault::IsCut] {
        for left in 1.. {
            let store = faulty(&objects, fault, left);
            let repository = over(Arc::<Faulty>::clone(&store));
            let mut read = vec![0; bytes.len()];
            let image = repository.open(id(1));
            match image.and_then(|image| image.read(&mut read, 0)) {
                Ok(_) => assert!(read == bytes),
                Err(error) => assert!(error.is_retryable(), "{fault:?} {left}: {error:?}"),
            }
            if store.left.load(Ordering::Relaxed) > 0 {
                break;
            }
        }
    }
}
