//! What those who keep a server look at: whether it lives, whether it can serve, and its figures.

use crate::Metrics;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use cloud_atlas::Atlas;
use core::time::Duration;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::time;

/// How long the store may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// A router for those who keep a server, apart from the one for its clients: it asks nobody who they
/// are, so it belongs on a socket that clients do not reach.
///
/// | path | says |
/// |---|---|
/// | `/healthz` | 200 while the process answers at all: who gets nothing should start it again |
/// | `/readyz` | 200 while requests can be served; 503 while the store does not answer within two seconds, or once it is about to end: who gets that should send clients elsewhere |
/// | `/metrics` | the figures of [`Metrics`] |
#[derive(Debug, Clone)]
pub struct Admin {
    atlas: Atlas,
    metrics: Metrics,
    ending: Arc<AtomicBool>,
}

impl Admin {
    /// For a server on this engine, with these figures.
    pub fn new(atlas: Atlas, metrics: Metrics) -> Self {
        Self {
            atlas,
            metrics,
            ending: Arc::default(),
        }
    }

    /// Says from now on that it is about to end, so that nobody sends clients any more.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    /// The router.
    pub fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(readiness))
            .route("/metrics", get(figures))
            .with_state(self)
    }
}

async fn readiness(State(admin): State<Admin>) -> Response {
    if admin.ending.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n").into_response();
    }
    // Why is for the log: whoever reaches this may be anybody.
    match time::timeout(PATIENCE, admin.atlas.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        )
            .into_response(),
    }
}

async fn figures(State(admin): State<Admin>) -> Response {
    let mut response = admin.metrics.text().into_response();
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let format = HeaderValue::from_static(format);
    response.headers_mut().insert(header::CONTENT_TYPE, format);
    response
}
