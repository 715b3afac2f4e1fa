//! Requests and answers.

use super::{S3Error, dial::Dial};
use bytes::Bytes;
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use http::{Method, StatusCode, header::IF_NONE_MATCH};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
        HttpResponse, HttpResponseBody, HttpService,
    },
};
use std::io;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// For so many bytes that are sent, as long again is waited for an answer.
const SENT: usize = 8 << 20;
/// A connection that nobody uses is kept for so long: shorter than servers do.
const IDLE: Duration = Duration::from_secs(4);

/// Makes clients.
#[derive(Debug)]
pub(super) struct Connector {
    dial: Dial,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(timeout: Duration, authorities: Option<&str>) -> Result<Self, S3Error> {
        let dial = Dial::new(timeout, authorities)?;
        Ok(Self { dial, timeout })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(self.dial.clone());
        let timeout = self.timeout;
        Ok(HttpClient::new(Service { client, timeout }))
    }
}

/// A client that does not wait for ever.
struct Service {
    client: Client<Dial, HttpRequestBody>,
    timeout: Duration,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

#[async_trait::async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_create =
            request.method() == Method::PUT && request.headers().contains_key(IF_NONE_MATCH);
        let parts = request
            .body()
            .content_length()
            .div_euclid(SENT)
            .saturating_add(1);
        let patience = u32::try_from(parts).unwrap_or(u32::MAX);
        let patience = self.timeout.saturating_mul(patience);
        let answer = timeout(patience, self.client.request(request)).await;
        let mut response = match answer {
            Ok(Ok(response)) => response,
            // Nothing was sent: the same can be asked for again.
            Ok(Err(error)) if error.is_connect() => {
                return Err(HttpError::new(HttpErrorKind::Connect, error));
            }
            Ok(Err(error)) => return Err(HttpError::new(HttpErrorKind::Interrupted, error)),
            Err(elapsed) => return Err(HttpError::new(HttpErrorKind::Timeout, elapsed)),
        };
        // It is not that something is there, but that somebody else puts or removes it just now: the
        // client takes that for the former, and for this an error that is worth asking again for.
        if is_create && response.status() == StatusCode::CONFLICT {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        Ok(response.map(|body| HttpResponseBody::new(Patient::new(body, self.timeout))))
    }
}

/// A body whose next bytes are not waited for too long.
struct Patient {
    body: Incoming,
    sleep: Pin<Box<Sleep>>,
    timeout: Duration,
}

impl Patient {
    fn new(body: Incoming, timeout: Duration) -> Self {
        Self {
            body,
            sleep: Box::pin(sleep(timeout)),
            timeout,
        }
    }
}

impl Body for Patient {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let next = Instant::now().checked_add(self.timeout);
            if let Some(next) = next {
                self.sleep.as_mut().reset(next);
            }
            let broken = |error| HttpError::new(HttpErrorKind::Interrupted, error);
            return Poll::Ready(frame.map(|frame| frame.map_err(broken)));
        }
        self.sleep.as_mut().poll(context).map(|()| {
            let late = io::Error::from(io::ErrorKind::TimedOut);
            Some(Err(HttpError::new(HttpErrorKind::Timeout, late)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
