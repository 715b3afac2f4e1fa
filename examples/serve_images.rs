//! Disk images over HTTP, within an axum application that has routes and people of its own. Run it
//! with `cargo run --example serve_images`: it keeps an image, asks itself for a few bytes of it, and
//! stops.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use atlas_server::{Authenticate, Caller, DiskImages, Limits, NotAuthenticated};
use axum::{Router, http::request::Parts, routing::get};
use cloud_atlas::{
    Atlas, DiskWatch, FileDisk, ImportDiskOptions, Pools,
    image::{AskedDevice, ConvertedFrom, DiskFormat, ImportDiskImage},
    repository::{Pool, PoolName},
    scope::{PrincipalId, Role, Scope},
};
use std::{
    error::Error,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};
use tokio::{net::TcpListener, runtime, sync::oneshot, task::spawn_blocking};

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How this application knows its people: by a key of each, which only a proxy before it can name.
/// `atlas_server::BearerTokens` is a ready way.
struct People {
    scope: Scope,
    known: Vec<(String, PrincipalId)>,
}

impl Authenticate for People {
    async fn authenticate(&self, head: &Parts) -> Result<Caller, NotAuthenticated> {
        let said = head.headers.get("x-person");
        let mut known = self.known.iter();
        let found = known.find(|(key, _)| said.is_some_and(|it| it == key));
        let (_, who) = found.ok_or(NotAuthenticated::Unknown)?;
        Ok(Caller::new(who.clone(), self.scope.clone()))
    }
}

fn main() -> Done {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Done {
    let folder = tempfile::tempdir()?;
    let pools = Pools::new([(PoolName::DEFAULT, Pool::plain(folder.path())?)]);
    let atlas = Atlas::builder().with_pools(pools).init("memory:").await?;
    let (scope, dana): (Scope, PrincipalId) = ("/acme".parse()?, "dana".parse()?);
    let admin = atlas.act_as(&"admin".parse()?);
    admin.add_scope(&scope).await?;
    admin.add_principal(&dana).await?;
    admin.grant(&dana, &Role::DESIGNER, &scope, None).await?;
    let path = keep(&atlas, &scope, &dana).await?;

    // What cannot be read is told to the application; clients see a status, or a cut.
    let people = People {
        scope,
        known: vec![("badge-7".to_owned(), dana)],
    };
    let images = DiskImages::new(atlas, people, Limits::default())
        .on_failure(|failure| println!("{}: {}", failure.image, failure.error));
    let activity = images.activity();
    let router = Router::new()
        .route("/healthz", get(|| async { "well" }))
        .nest("/v1", images.router());

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let serving = tokio::spawn(serving.into_future());
    spawn_blocking(move || ask(address, &path)).await??;
    let _ = stop.send(());
    serving.await??;
    activity.at_most(0).await;
    println!("stopped");
    Ok(())
}

/// Keeps a small disk, and says where its bytes are.
async fn keep(atlas: &Atlas, scope: &Scope, dana: &PrincipalId) -> Done<String> {
    let mut disk = vec![0; 8 << 20];
    disk.splice(..5, *b"hello");
    disk.splice(510..512, [0x55, 0xaa]);
    let from = ConvertedFrom::File {
        name: "hello.raw".parse()?,
    };
    let device = AskedDevice::new(from, DiskFormat::Raw, PoolName::DEFAULT.as_str().parse()?);
    let mut request = ImportDiskImage::new(scope.clone(), "local/main".parse()?, vec![device]);
    request.name = Some("hello".parse()?);
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let source = Box::new(FileDisk::new(Arc::new(disk)));
    let session = atlas.act_as(dana);
    let kept = session.import_disk_image(request, vec![source], &options, &watch);
    let id = kept.await?.image.id;
    Ok(format!("/v1/disk-images/{id}/devices/0"))
}

fn ask(address: SocketAddr, path: &str) -> io::Result<()> {
    for (path, headers) in [
        ("/healthz", ""),
        (path, ""),
        (path, "X-Person: badge-7\r\nRange: bytes=0-4\r\n"),
        (path, "X-Person: badge-7\r\nRange: bytes=9000000-\r\n"),
    ] {
        let mut stream = TcpStream::connect(address)?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: atlas\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        println!("{}: {body}", head.lines().next().unwrap_or_default());
    }
    Ok(())
}
