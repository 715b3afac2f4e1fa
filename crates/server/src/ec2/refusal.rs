//! What is told to whom nothing is answered, as EC2 does.

use super::{Ec2NotAuthenticated, Ec2Outcome, fault::sentence};
use atlas_ec2::{Ec2Error, ErrorCode};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use core::time::Duration;

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
    /// The caller asks too often.
    TooOften {
        /// Until it may ask again.
        wait: Duration,
    },
    /// The answer took too long.
    Unanswered,
}

impl From<Ec2NotAuthenticated> for Refusal {
    fn from(error: Ec2NotAuthenticated) -> Self {
        Self::NotAuthenticated(error)
    }
}

/// The type of every document.
pub(super) const XML: &str = "text/xml;charset=UTF-8";

impl Refusal {
    /// The error document.
    pub(super) fn answer(&self, id: &str) -> Response {
        let (status, error) = self.told();
        let mut response = answer_error(&error, None, id);
        *response.status_mut() = status;
        if matches!(self, Self::Method) {
            let allow = HeaderValue::from_static("GET, POST");
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if let Self::TooOften { wait } = self {
            // In whole seconds (RFC 9110); never before it may.
            let wait = HeaderValue::from(wait.as_secs().saturating_add(1));
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }

    /// A status may say more than that of the code does.
    fn told(&self) -> (StatusCode, Ec2Error) {
        let of_code = |code, message: &str| {
            let error = Ec2Error::new(code, message);
            (status(error.status()), error)
        };
        match self {
            Self::NotAuthenticated(Ec2NotAuthenticated::Signature(error)) => {
                of_code(error.code(), &sentence(&error.to_string()))
            }
            Self::NotAuthenticated(Ec2NotAuthenticated::Unknown) => {
                let message = "Nobody is known by what the request says.";
                of_code(ErrorCode::AuthFailure, message)
            }
            Self::NotAuthenticated(Ec2NotAuthenticated::Unavailable) => {
                let message = "Who sends the request cannot be found out now.";
                of_code(ErrorCode::ServiceUnavailable, message)
            }
            Self::Method => {
                let message = "The request is neither GET nor POST.";
                let (_, error) = of_code(ErrorCode::InvalidRequest, message);
                (StatusCode::METHOD_NOT_ALLOWED, error)
            }
            Self::TooLarge { limit } => {
                let message = format!("The body has more than {limit} bytes.");
                of_code(ErrorCode::RequestEntityTooLarge, &message)
            }
            Self::Slow => {
                let message = "The body took too long to come.";
                of_code(ErrorCode::RequestTimeout, message)
            }
            Self::Cut => of_code(ErrorCode::InvalidRequest, "The body is not whole."),
            Self::TooOften { .. } => {
                of_code(ErrorCode::RequestLimitExceeded, "Request limit exceeded.")
            }
            Self::Unanswered => {
                let message = "The answer took too long. It is not known whether the request was done: look before trying again.";
                of_code(ErrorCode::ServiceUnavailable, message)
            }
        }
    }
}

/// The error document of an error, with its status.
pub(super) fn answer_error(error: &Ec2Error, action: Option<&'static str>, id: &str) -> Response {
    let mut response = Response::new(Body::from(error.to_xml(id)));
    *response.status_mut() = status(error.status());
    let xml = HeaderValue::from_static(XML);
    response.headers_mut().insert(header::CONTENT_TYPE, xml);
    response.extensions_mut().insert(Ec2Outcome {
        action,
        refused: Some(error.code()),
    });
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
