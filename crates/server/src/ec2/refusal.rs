//! What is told to whom nothing is answered, as EC2 does.

use super::Ec2NotAuthenticated;
use atlas_ec2::signature::SignatureError;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use core::fmt::Write as _;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    NotAuthenticated(Ec2NotAuthenticated),
    /// Neither `GET` nor `POST`.
    Method,
    /// The body has more bytes.
    TooLarge {
        limit: usize,
    },
    /// The body took too long.
    Slow,
    /// The body was not whole.
    Cut,
}

impl From<Ec2NotAuthenticated> for Refusal {
    fn from(error: Ec2NotAuthenticated) -> Self {
        Self::NotAuthenticated(error)
    }
}

impl Refusal {
    /// The error document.
    pub(super) fn answer(&self, id: &str) -> Response {
        let (status, code, message) = self.told();
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let message = escaped(&message);
        // A text takes whatever is written.
        let _ = write!(
            text,
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>\
             </Errors><RequestID>{id}</RequestID></Response>"
        );
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let xml = HeaderValue::from_static("text/xml;charset=UTF-8");
        response.headers_mut().insert(header::CONTENT_TYPE, xml);
        if matches!(self, Self::Method) {
            let allow = HeaderValue::from_static("GET, POST");
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotAuthenticated(Ec2NotAuthenticated::Signature(error)) => {
                let status = StatusCode::from_u16(error.status());
                let status = status.unwrap_or(StatusCode::FORBIDDEN);
                (status, error.code(), sentence(&error.to_string()))
            }
            Self::NotAuthenticated(Ec2NotAuthenticated::Unknown) => {
                let error = SignatureError::UnknownKey;
                let message = "Nobody is known by what the request says.".to_owned();
                (StatusCode::UNAUTHORIZED, error.code(), message)
            }
            Self::NotAuthenticated(Ec2NotAuthenticated::Unavailable) => {
                let message = "Who sends the request cannot be found out now.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "Unavailable", message)
            }
            Self::Method => {
                let message = "The request is neither GET nor POST.".to_owned();
                (StatusCode::METHOD_NOT_ALLOWED, "InvalidRequest", message)
            }
            Self::TooLarge { limit } => {
                let message = format!("The body has more than {limit} bytes.");
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                (status, "RequestEntityTooLarge", message)
            }
            Self::Slow => {
                let message = "The body took too long to come.".to_owned();
                (StatusCode::REQUEST_TIMEOUT, "RequestTimeout", message)
            }
            Self::Cut => {
                let message = "The body is not whole.".to_owned();
                (StatusCode::BAD_REQUEST, "InvalidRequest", message)
            }
        }
    }
}

/// EC2 writes sentences.
fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}
