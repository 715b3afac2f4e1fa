//! Byte ranges of disk images.

mod ask;
mod failure;
mod opened;
mod plan;
mod refusal;
mod sending;
mod service;

pub use self::failure::Failure;
use self::{failure::Told, refusal::Refusal, service::Service};
use crate::{Activity, Authenticate, Limits};
use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, header},
    response::Response,
    routing::get,
};
use cloud_atlas::Atlas;
use std::sync::Arc;

/// A router that gives disk images out, as [`DiskImages::router`] does, to whom nobody else listens.
pub fn disk_images<A: Authenticate>(atlas: Atlas, authenticate: A, limits: Limits) -> Router {
    DiskImages::new(atlas, authenticate, limits).router()
}

/// Disk images over HTTP, before they are mounted.
#[derive(Debug)]
pub struct DiskImages<A>(Service<A>);

impl<A: Authenticate> DiskImages<A> {
    /// The disk images of an engine, for whoever is found by what requests say.
    pub fn new(atlas: Atlas, authenticate: A, limits: Limits) -> Self {
        Self(Service::new(atlas, authenticate, limits))
    }

    /// Has somebody told what could not be read, and why: clients are not. It is called where the
    /// work is done, and should take no time.
    #[must_use]
    pub fn on_failure(mut self, tell: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Self {
        self.0.told = Told::new(tell);
        self
    }

    /// What is under way.
    pub fn activity(&self) -> Activity {
        self.0.activity.clone()
    }

    /// The router, with two routes for `GET` and `HEAD`:
    ///
    /// | path | is |
    /// |---|---|
    /// | `/disk-images/{ami}` | what there is to say of a disk image, as JSON: its sizes, its digests |
    /// | `/disk-images/{ami}/devices/{n}` | the RAW bytes of a device, or ranges of them; the first is 0 |
    ///
    /// Bytes may be had by whom `Session::open_disk_image` would give them. What is not there, what is
    /// not visible and what is no id is 404; what is not ready is 409; whoever may not copy images is
    /// told 403, and who is not known 401. A store or a pool that cannot be reached is 503, and so is
    /// a request beyond the limits; bytes that are lost or rotten are 500. If that is found out after
    /// the answer has begun, the connection ends before the body does. Each refusal is
    /// `{"error": …, "message": …}`.
    ///
    /// It needs a runtime of tokio with its timer, as axum does.
    pub fn router(self) -> Router {
        Router::new()
            .route("/disk-images/{ami}", get(image::<A>))
            .route("/disk-images/{ami}/devices/{n}", get(device::<A>))
            .with_state(Arc::new(self.0))
    }
}

async fn image<A: Authenticate>(
    State(service): State<Arc<Service<A>>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let id = path.as_ref().ok().map(|Path(id)| id.as_str());
    told(service.image(id, &head).await)
}

async fn device<A: Authenticate>(
    State(service): State<Arc<Service<A>>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let path = path.as_ref().ok();
    let path = path.map(|Path((id, number))| (id.as_str(), number.as_str()));
    told(service.device(path, &head).await)
}

/// Nobody between here and the client may answer in our place: who may read what is asked each time.
fn told(answer: Result<Response, Refusal>) -> Response {
    let mut response = answer.unwrap_or_else(Refusal::answer);
    let headers = response.headers_mut();
    let own = HeaderValue::from_static("private, no-cache");
    headers.insert(header::CACHE_CONTROL, own);
    let as_said = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, as_said);
    response
}
