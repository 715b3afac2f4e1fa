//! The EC2-compatible API, before it is mounted.

mod access_keys;
mod actions;
mod answered;
mod asking;
mod authenticate;
mod dispatch;
mod double;
mod failure;
mod fault;
mod image_api;
mod imports;
mod instances;
mod key_file;
mod limits;
mod listing;
mod rate;
mod refusal;
mod seal_keys;
mod seen;
mod stored_keys;

pub use self::{
    access_keys::{AccessKey, AccessKeys, RepeatedAccessKey},
    answered::{Ec2Answered, Ec2Outcome},
    authenticate::{Ec2Authenticate, Ec2Caller, Ec2NotAuthenticated},
    failure::Ec2Failure,
    image_api::ImageApi,
    imports::Ec2Imports,
    instances::{Ec2Instance, Ec2Instances},
    key_file::{KeyFileError, KeyFilePlace, KeyProblem},
    limits::Ec2Limits,
    rate::Ec2Rate,
    seal_keys::{NewAccessKey, NoRandomness, ResealError, SealKeys, SealKeysError, UnsealError},
    stored_keys::{StoredKeyError, StoredKeyFailure, StoredKeys},
};
use self::{answered::Listener, rate::Rates, refusal::Refusal};
use crate::Metrics;
use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    response::Response,
    routing::any,
};
use cloud_atlas::{Clock, IdSource, RandomIds, SystemClock};
use core::time::Duration;
use futures_util::{StreamExt as _, stream};
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

/// Answers what a caller asks for.
pub trait Ec2Answer: Send + Sync + 'static {
    /// Answers a request of somebody who is known.
    fn answer(
        &self,
        caller: Ec2Caller,
        request: Ec2Request,
    ) -> impl Future<Output = Response> + Send;
}

/// What is asked for: `GET` with a query, or `POST` with a form and perhaps a query beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ec2Request {
    /// The id that the answer gives back: a UUID, a new one for each request.
    pub id: String,
    /// The query without its `?`, as it came. What a URL is signed with is among it (`X-Amz-…`).
    pub query: String,
    /// The body as it came: a form.
    pub form: Bytes,
}

/// The EC2-compatible API, before it is mounted.
#[derive(Debug)]
pub struct Ec2<A, R> {
    authenticate: A,
    answer: R,
    limits: Ec2Limits,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    rates: Rates,
    listener: Listener,
    metrics: Option<Metrics>,
}

impl<A: Ec2Authenticate, R: Ec2Answer> Ec2<A, R> {
    /// The API, for whoever is found by what requests say.
    pub fn new(authenticate: A, answer: R, limits: Ec2Limits) -> Self {
        Self {
            authenticate,
            answer,
            limits,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            rates: Rates::default(),
            listener: Listener::default(),
            metrics: None,
        }
    }

    /// With another clock than that of the machine: it says whether signatures hold.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With other ids of requests.
    #[must_use]
    pub fn with_ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = ids;
        self
    }

    /// Has somebody told of each answer, as for a log. It should take no time.
    #[must_use]
    pub fn on_answer(mut self, tell: impl Fn(&Ec2Answered<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(tell);
        self
    }

    /// Counts requests among these figures.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// The router, with one route: `/`, for `GET` and `POST`. Below a path it is
    /// [`router_at`](Self::router_at) that answers, since clients may end the path with `/`.
    ///
    /// Who is not known, and what is too large or too slow, is told so in the error document of EC2,
    /// and learns nothing else. A body is read only after its head was judged. Each answer has the
    /// id of its request in `x-amzn-RequestId`.
    ///
    /// It needs a runtime of tokio with its timer, as axum does.
    pub fn router(self) -> Router {
        self.router_at("/")
    }

    /// The same router at a path such as `/services/Cloud`, with and without a `/` at its end: clients
    /// that are given one as their endpoint send either, and sign what they send. It is to be merged
    /// into another router and not nested, since what is nested at a path does not answer with the `/`.
    pub fn router_at(self, path: &str) -> Router {
        let path = path.trim_matches('/');
        let mut router = Router::new().route(&format!("/{path}"), any(handle::<A, R>));
        if !path.is_empty() {
            router = router.route(&format!("/{path}/"), any(handle::<A, R>));
        }
        router.with_state(Arc::new(self))
    }

    /// Answers, and says who asked where that was found out.
    async fn answer(&self, id: &str, head: Parts, body: Body) -> (Option<Ec2Caller>, Response) {
        let (caller, request) = match self.known(id, &head, body).await {
            Ok(known) => known,
            Err(refusal) => return (None, refusal.answer(id)),
        };
        let counted = self.limits.rate.map_or(Ok(()), |rate| {
            self.rates.count(rate, &caller, self.clock.now())
        });
        if let Err(wait) = counted {
            return (Some(caller), Refusal::TooOften { wait }.answer(id));
        }
        let answer = self.answer.answer(caller.clone(), request);
        let response = match tokio::time::timeout(self.limits.answer_wait, answer).await {
            Ok(response) => timely(response, self.limits.answer_wait),
            Err(_) => Refusal::Unanswered.answer(id),
        };
        (Some(caller), response)
    }

    /// Who asks, and for what.
    async fn known(
        &self,
        id: &str,
        head: &Parts,
        body: Body,
    ) -> Result<(Ec2Caller, Ec2Request), Refusal> {
        if head.method != Method::GET && head.method != Method::POST {
            return Err(Refusal::Method);
        }
        let now = self.clock.now();
        self.authenticate.judge(head, now)?;
        let body = tokio::time::timeout(self.limits.body_wait, self.read(body));
        let form = body.await.map_err(|_| Refusal::Slow)??;
        let caller = self.authenticate.authenticate(head, &form, now).await?;
        let request = Ec2Request {
            id: id.to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            form,
        };
        Ok((caller, request))
    }

    fn told(&self, id: &str, caller: Option<&Ec2Caller>, response: &Response, began: Instant) {
        let outcome = response.extensions().get::<Ec2Outcome>().copied();
        let answered = Ec2Answered {
            request: id,
            outcome: outcome.unwrap_or(Ec2Outcome {
                action: None,
                refused: None,
            }),
            status: response.status(),
            caller,
            took: began.elapsed(),
        };
        if let Some(metrics) = &self.metrics {
            metrics.answered(&answered);
        }
        self.listener.tell(&answered);
    }

    async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        let (mut chunks, mut whole) = (body.into_data_stream(), Vec::new());
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Refusal::Cut)?;
            if chunk.len() > self.limits.body_bytes.saturating_sub(whole.len()) {
                let limit = self.limits.body_bytes;
                return Err(Refusal::TooLarge { limit });
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }

    fn request_id(&self) -> String {
        let bits = self.ids.next(self.clock.now());
        let id = uuid::Builder::from_u128(bits).with_version(uuid::Version::SortRand);
        let id: Uuid = id.with_variant(uuid::Variant::RFC4122).into_uuid();
        id.to_string()
    }
}

/// A response whose body is cut where what follows of it takes too long to be made.
fn timely(response: Response, wait: Duration) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        let pieces = Some(body.into_data_stream());
        Body::from_stream(stream::unfold(pieces, move |pieces| async move {
            let mut pieces = pieces?;
            match tokio::time::timeout(wait, pieces.next()).await {
                Ok(piece) => piece.map(|piece| (piece, Some(pieces))),
                Err(over) => Some((Err(axum::Error::new(over)), None)),
            }
        }))
    })
}

async fn handle<A: Ec2Authenticate, R: Ec2Answer>(
    State(api): State<Arc<Ec2<A, R>>>,
    request: Request,
) -> Response {
    let began = Instant::now();
    let id = api.request_id();
    let running = api.metrics.as_ref().map(Metrics::running);
    let span = tracing::info_span!("ec2", request = %id, action = tracing::field::Empty);
    let (head, body) = request.into_parts();
    let (caller, mut response) = api.answer(&id, head, body).instrument(span).await;
    api.told(&id, caller.as_ref(), &response, began);
    drop(running);
    let headers = response.headers_mut();
    // Nobody between here and the client may answer in our place.
    let own = HeaderValue::from_static("no-cache, no-store");
    headers.insert(header::CACHE_CONTROL, own);
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    response
}
