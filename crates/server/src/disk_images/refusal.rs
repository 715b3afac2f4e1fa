//! What a client is told that gets nothing.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use cloud_atlas::{DiskRefusal, Error, ErrorKind, repository::RepositoryError};
use serde::Serialize;

/// Why a client gets nothing.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            header: None,
        }
    }

    pub(super) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self {
            header: Some((name, value)),
            ..self
        }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    pub(super) fn busy() -> Self {
        Self::unavailable("busy", "too many disk images are read at once: come again")
    }

    pub(super) fn unavailable(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
            .with(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// What the facade refuses. What is wrong on our side is told without its reasons, which name
    /// places that are none of a client's business.
    pub(super) fn of(error: &Error) -> Self {
        let status = match error.kind() {
            ErrorKind::NotFound => return Self::not_found(error.to_string()),
            ErrorKind::Denied => (StatusCode::FORBIDDEN, "denied"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict"),
            ErrorKind::Unavailable | ErrorKind::Unknown => return Self::unreachable(),
            _ if matches!(error, Error::Disk(DiskRefusal::PoolGone { .. })) => {
                return Self::unreachable();
            }
            _ => return Self::broken(),
        };
        Self::new(status.0, status.1, error.to_string())
    }

    fn unreachable() -> Self {
        let message = "what keeps the disk image cannot be reached now: come again";
        Self::unavailable("unavailable", message)
    }

    pub(super) fn broken() -> Self {
        let message = "the disk image cannot be read; who runs this service has been told";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    pub(super) fn answer(self) -> Response {
        #[derive(Serialize)]
        struct Told<'a> {
            error: &'a str,
            message: &'a str,
        }
        let told = Told {
            error: self.code,
            message: &self.message,
        };
        let mut response = json(self.status, &told);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// An error of a pool is what the facade makes of it.
pub(super) fn of_pool(error: RepositoryError) -> Error {
    DiskRefusal::from(error).into()
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    // INVARIANT: what is told has no map with keys that are no text, and so is JSON.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
