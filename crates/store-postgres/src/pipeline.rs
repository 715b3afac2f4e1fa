//! Several requests on one connection, sent before the first answer is there.

use core::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};
use tokio_postgres::{Client, Error, Row, Statement, types::ToSql};

/// A boxed request.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A request that is answered with rows.
pub(crate) type Call<'a> = Boxed<'a, Result<Vec<Row>, Error>>;
/// A parameter of a statement.
pub(crate) type Param<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A request that is sent. The client sends in the order in which its futures are polled first.
pub(crate) struct Sent<'a, T> {
    request: Boxed<'a, T>,
    ready: Option<T>,
}

impl<'a, T> Sent<'a, T> {
    /// Sends a request and does not wait for its answer.
    pub(crate) async fn new(mut request: Boxed<'a, T>) -> Self {
        let ready = poll_fn(|context| {
            Poll::Ready(match request.as_mut().poll(context) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
        });
        let ready = ready.await;
        Self { request, ready }
    }

    pub(crate) async fn answer(self) -> T {
        match self.ready {
            Some(answer) => answer,
            None => self.request.await,
        }
    }
}

/// Sends all requests in this order, and gathers their answers.
pub(crate) async fn pipelined<T>(requests: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut sent = Vec::with_capacity(requests.len());
    for request in requests {
        sent.push(Sent::new(request).await);
    }
    let mut answers = Vec::with_capacity(sent.len());
    for request in sent {
        answers.push(request.answer().await);
    }
    answers
}

/// A prepared statement with its parameters.
pub(crate) fn call<'a>(
    client: &'a Client,
    statement: &'a Statement,
    params: Vec<Param<'a>>,
) -> Call<'a> {
    Box::pin(async move {
        let params: Vec<&(dyn ToSql + Sync)> = params
            .iter()
            .map(|param| &**param as &(dyn ToSql + Sync))
            .collect();
        client.query(statement, &params).await
    })
}

/// Statements without parameters and answers.
pub(crate) fn command<'a>(client: &'a Client, text: &'static str) -> Call<'a> {
    Box::pin(async move {
        client.batch_execute(text).await?;
        Ok(Vec::new())
    })
}
