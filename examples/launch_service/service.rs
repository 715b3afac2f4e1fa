//! The service: routes, limits, answers.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use cloud_atlas::{
    Error, ErrorKind, LineageKind, Session,
    base::Name,
    image_id::CloudLocation,
    scope::{Permission, Scope},
    template::AnyLock,
};
use serde::{Deserialize, Serialize};
use std::{error::Error as _, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// What a client may ask of the service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most bytes of a request's body: a request to launch is a line.
    pub(crate) body: usize,
    /// The most requests to launch that are answered at a time; others are told to come again.
    pub(crate) at_once: usize,
    /// How long requests that were begun may take once the service is told to stop.
    pub(crate) grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 16 << 10,
            at_once: 256,
            grace: Duration::from_secs(10),
        }
    }
}

/// Answers what to launch, as one principal, from one scope. Who asks is known to whoever stands
/// before the service; it listens to a network that can be trusted.
pub(crate) struct Service {
    session: Session,
    scope: Scope,
    /// What the fleet is launched from, and nothing else.
    lock: AnyLock,
    slots: Semaphore,
    limits: Limits,
}

/// What a client asks: `{"mci": "web", "location": "aws/us-east-1"}`, or with a template in place of
/// the MultiCloud Image.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    mci: Option<Name>,
    template: Option<Name>,
    location: CloudLocation,
}

/// Why it is told nothing.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Service {
    /// A service for a fleet that is locked.
    pub(crate) fn new(session: Session, scope: Scope, lock: AnyLock, limits: Limits) -> Self {
        Self {
            session,
            scope,
            lock,
            slots: Semaphore::new(limits.at_once),
            limits,
        }
    }

    async fn launch(&self, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let ask: Ask = serde_json::from_slice(body).map_err(|error| {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Refusal::new(status, "invalid", error.to_string())
        })?;
        self.is_locked(&ask)?;
        // The same answer whatever was committed, promoted or revoked since; what is locked and
        // revoked is refused.
        let locked = self
            .session
            .resolve_locked(&self.lock, &ask.location, &self.scope)
            .await?;
        serde_json::to_vec(&locked).map_err(|error| {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Refusal::new(status, "internal", error.to_string())
        })
    }

    /// Refuses to launch anything but what the lock is of.
    fn is_locked(&self, ask: &Ask) -> Result<(), Refusal> {
        let (named, other) = match &self.lock {
            AnyLock::Mci(_) => (&ask.mci, &ask.template),
            AnyLock::Template(_) => (&ask.template, &ask.mci),
        };
        let name = self.lock.name();
        if named.as_ref() == Some(name) && other.is_none() {
            return Ok(());
        }
        let message = format!("this fleet launches the {} `{name}` alone", self.kind());
        Err(Refusal::new(StatusCode::NOT_FOUND, "not-locked", message))
    }

    fn kind(&self) -> LineageKind {
        match &self.lock {
            AnyLock::Mci(_) => LineageKind::Mci,
            AnyLock::Template(_) => LineageKind::Template,
        }
    }
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
        }
    }

    fn busy() -> Self {
        let message = "too many requests at once: come again".to_owned();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
    }

    fn answer(&self) -> Response {
        #[derive(Serialize)]
        struct Told<'a> {
            error: &'a str,
            message: &'a str,
        }
        let told = Told {
            error: self.code,
            message: &self.message,
        };
        let mut response = json(self.status, serde_json::to_vec(&told).unwrap_or_default());
        if self.code == "busy" {
            let again = header::HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, again);
        }
        response
    }
}

/// A refusal of the facade: its kind says what a client does about it.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (status, code) = match error.kind() {
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            ErrorKind::Denied => (StatusCode::FORBIDDEN, "denied"),
            ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict"),
            ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self::new(status, code, message)
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn launch(
    State(service): State<Arc<Service>>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(_slot) = service.slots.try_acquire() else {
        return Refusal::busy().answer();
    };
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            return Refusal::new(error.status(), "unreadable", error.body_text()).answer();
        }
    };
    match service.launch(&body).await {
        Ok(answer) => json(StatusCode::OK, answer),
        Err(refusal) => refusal.answer(),
    }
}

/// Whether the service can do its work: the store answers, and launching is allowed.
async fn healthz(State(service): State<Arc<Service>>) -> Response {
    let can = service.session.can(Permission::Launch, &service.scope);
    match can.await.map(|can| can.decision.is_allowed()) {
        Ok(true) => json(StatusCode::OK, br#"{"status":"ok"}"#.to_vec()),
        Ok(false) => {
            let message = format!("launching at {} is not allowed", service.scope);
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "denied", message).answer()
        }
        Err(error) => Refusal::from(error).answer(),
    }
}

async fn nowhere() -> Response {
    let message = "there is POST /launch, and GET /healthz".to_owned();
    Refusal::new(StatusCode::NOT_FOUND, "no-route", message).answer()
}

/// A service that listens.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    grace: Duration,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Binds the address, and answers from then on.
    pub(crate) async fn start(service: Service, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (limits, service) = (service.limits, Arc::new(service));
        let router = Router::new()
            .route("/launch", post(launch))
            .route("/healthz", get(healthz))
            .fallback(nowhere)
            .method_not_allowed_fallback(nowhere)
            .layer(DefaultBodyLimit::max(limits.body))
            .with_state(service);
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // A dropped sender stops it too.
            let _ = stopped.await;
        });
        Ok(Self {
            address,
            grace: limits.grace,
            stop,
            task: tokio::spawn(async move { server.await }),
        })
    }

    /// Takes no more connections, and ends once the requests that were begun are answered.
    pub(crate) async fn stop(self) -> io::Result<()> {
        // One that ended by itself is told nothing.
        let _ = self.stop.send(());
        let abort = self.task.abort_handle();
        let Ok(ended) = timeout(self.grace, self.task).await else {
            abort.abort();
            return Err(io::ErrorKind::TimedOut.into());
        };
        ended.map_err(io::Error::other)?
    }
}
