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
    Error, ErrorKind, LaunchSubject, Session,
    image_id::CloudLocation,
    scope::{Permission, Scope},
    template::{Launch, LockFile, LockState, Reference, Selector},
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
    lock: LockFile,
    slots: Semaphore,
    limits: Limits,
}

/// What a client asks: `{"mci": "web", "location": "aws/us-east-1"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    mci: Reference,
    location: CloudLocation,
}

/// What it is told to launch.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    launch: &'a Launch,
    /// All warnings, as people read them.
    said: Vec<String>,
}

/// Why it is told nothing.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Service {
    /// A service for a fleet that is locked.
    pub(crate) fn new(session: Session, scope: Scope, lock: LockFile, limits: Limits) -> Self {
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
        let locked = self.locked(&ask)?;
        // Asked for by its number, the locked revision is the one that is launched, whatever was
        // committed, promoted or revoked since; what is revoked is refused.
        let state = Selector::Number(self.lock.revision());
        let reference = Reference::lineage(self.lock.lineage()).at(state);
        let subject = LaunchSubject::mci(reference, self.scope.clone());
        let launch = self
            .session
            .resolve(&subject.at(ask.location.clone()))
            .await?;
        let now = Ok(launch.plan.clone());
        match LockFile::compare(&ask.location, locked, &now) {
            LockState::Same | LockState::Deprecated { .. } => {}
            other => {
                let message = format!("the lock and the store differ: {other:?}");
                return Err(Refusal::new(StatusCode::CONFLICT, "lock-differs", message));
            }
        }
        let answer = Answer {
            said: launch.warning_texts(),
            launch: &launch,
        };
        serde_json::to_vec(&answer).map_err(|error| {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Refusal::new(status, "internal", error.to_string())
        })
    }

    /// What the lock holds of what is asked for.
    fn locked(&self, ask: &Ask) -> Result<&cloud_atlas::template::LockEntry, Refusal> {
        let name = self.lock.mci();
        if ask.mci != Reference::named(name.clone()) {
            let message = format!(
                "this fleet is launched from `{name}`, not from `{}`",
                ask.mci
            );
            return Err(Refusal::new(StatusCode::NOT_FOUND, "not-locked", message));
        }
        self.lock.locations().get(&ask.location).ok_or_else(|| {
            let message = format!("the lock of `{name}` holds nothing for {}", ask.location);
            Refusal::new(StatusCode::NOT_FOUND, "not-locked", message)
        })
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
