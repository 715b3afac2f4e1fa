//! An engine with people and a disk image, behind a socket.

use crate::{client::Client, pool::Watched};
use atlas_server::{Activity, BearerTokens, Caller, DiskImages, Limits};
use atlas_store_conformance::FaultyStore;
use cloud_atlas::{
    Atlas, DiskWatch, Error, FileDisk, ImportDiskOptions, Pools, Session,
    image::{AskedDevice, ConvertedFrom, DiskFormat, ImportDiskImage},
    image_id::AmiId,
    repository::{Park, PoolName, Repository},
    scope::{PrincipalId, Role},
    store::MemoryStore,
};
use object_store::ObjectStore;
use std::{
    fmt::Debug,
    net::SocketAddr,
    str::FromStr,
    sync::{Arc, Mutex},
};
use tokio::{
    net::TcpListener,
    runtime::{self, Runtime},
    task::JoinHandle,
};

pub(crate) const MIB: usize = 1 << 20;

/// A value from its text.
#[track_caller]
pub(crate) fn p<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The token of somebody.
pub(crate) fn token(who: &str) -> String {
    format!("{who}-0123456789abcdef0123456789abcdef")
}

pub(crate) struct World {
    pub(crate) atlas: Atlas,
    pub(crate) store: FaultyStore,
    pub(crate) below: Arc<Watched>,
    pub(crate) address: SocketAddr,
    pub(crate) activity: Activity,
    /// What the host was told.
    pub(crate) failures: Arc<Mutex<Vec<String>>>,
    /// The image that is there, and its bytes.
    pub(crate) image: AmiId,
    pub(crate) bytes: Vec<u8>,
    runtime: Runtime,
}

impl World {
    /// A small disk with a hole in its midst.
    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), with_hole())
    }

    pub(crate) fn with(limits: Limits, bytes: Vec<u8>) -> Self {
        let below = Arc::new(Watched::default());
        let pool = Repository::new(Arc::clone(&below) as Arc<dyn ObjectStore>, Arc::new(Park));
        let pools = Pools::new([(PoolName::DEFAULT, pool.into())]);
        // One thread for all that blocks: whoever held it would stop everybody.
        let mut runtime = runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).max_blocking_threads(1);
        let runtime = runtime.enable_all().build().unwrap();
        let store = FaultyStore::new(Arc::new(MemoryStore::new()));
        let atlas = Atlas::builder().with_pools(pools);
        let atlas = atlas.with_store(Arc::new(store.clone()));
        let atlas = runtime.block_on(atlas).unwrap();
        runtime.block_on(furnish(&atlas));
        let image = runtime.block_on(import(&atlas, "web", &bytes)).unwrap();

        let people = ["dana", "olga", "bert", "eve"].map(|who| {
            let scope = if who == "bert" { "/beta" } else { "/acme" };
            (token(who), Caller::new(p(who), p(scope)))
        });
        let tokens = BearerTokens::new(people).unwrap();
        let failures = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&failures);
        let images = DiskImages::new(atlas.clone(), tokens, limits).on_failure(move |failure| {
            let at = failure.at.map(|at| at.to_string());
            let at = at.as_deref().unwrap_or("-");
            let device = failure.device.map_or(-1, i64::from);
            let who = &failure.caller.principal;
            let line = format!("{who} {device} {at}: {}", failure.error);
            told.lock().unwrap().push(line);
        });
        let activity = images.activity();
        let router = images.router();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            atlas,
            store,
            below,
            address,
            activity,
            failures,
            image,
            bytes,
            runtime,
        }
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(work)
    }

    pub(crate) fn who(&self, name: &str) -> Session {
        self.atlas.act_as(&p::<PrincipalId>(name))
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Where the only device of the image is.
    pub(crate) fn path(&self) -> String {
        format!("/disk-images/{}/devices/0", self.image)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path())
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.failures.lock().unwrap().clone()
    }
}

/// dana designs in `/acme`, olga observes there, bert designs in `/beta`, eve may do nothing.
async fn furnish(atlas: &Atlas) {
    let admin = atlas.act_as(&p("admin"));
    for scope in ["/acme", "/beta"] {
        admin.add_scope(&p(scope)).await.unwrap();
    }
    for (who, role, scope) in [
        ("dana", Some(Role::DESIGNER), "/acme"),
        ("olga", Some(Role::OBSERVER), "/acme"),
        ("bert", Some(Role::DESIGNER), "/beta"),
        ("eve", None, "/"),
    ] {
        admin.add_principal(&p(who)).await.unwrap();
        if let Some(role) = role {
            admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
        }
    }
}

pub(crate) fn request(name: &str, format: DiskFormat) -> ImportDiskImage {
    let from = ConvertedFrom::File { name: p("web.raw") };
    let devices = vec![AskedDevice::new(from, format, p("default"))];
    ImportDiskImage {
        name: Some(p(name)),
        ..ImportDiskImage::new(p("/acme"), p("local/main"), devices)
    }
}

pub(crate) async fn import(atlas: &Atlas, name: &str, bytes: &[u8]) -> Result<AmiId, Error> {
    let dana = atlas.act_as(&p("dana"));
    let source = Box::new(FileDisk::new(Arc::new(bytes.to_vec())));
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let request = request(name, DiskFormat::Raw);
    let imported = dana.import_disk_image(request, vec![source], &options, &watch);
    Ok(imported.await?.image.id)
}

/// A disk that starts something, and does not compress.
pub(crate) fn disk(size: usize) -> Vec<u8> {
    let mut state = 7_u64;
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

/// Where the hole of [`with_hole`] is.
pub(crate) const HOLE: core::ops::Range<usize> = MIB..3 * MIB;

pub(crate) fn with_hole() -> Vec<u8> {
    let mut bytes = disk(4 * MIB);
    bytes[HOLE].fill(0);
    bytes
}
