//! What EC2's clients are told of the errors of the engine: the one place that knows.

use atlas_ec2::{Ec2Error, ErrorCode};
use cloud_atlas::{Error, ErrorKind};

/// What a request was about when an error came.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// The request as a whole.
    Request,
    /// An image, by the id that the client has named.
    Image(&'a str),
}

/// `UnauthorizedOperation`.
pub(crate) fn unauthorized() -> Ec2Error {
    let message = "You are not authorized to perform this operation.";
    Ec2Error::new(ErrorCode::UnauthorizedOperation, message)
}

/// What a client is told. What is internal stays so.
pub(crate) fn tell(error: &Error, about: About<'_>) -> Ec2Error {
    match (error.kind(), about) {
        (ErrorKind::NotFound, About::Image(id)) => Ec2Error::images_not_found(&[id]),
        (ErrorKind::Denied, _) => unauthorized(),
        (ErrorKind::Unavailable, _) => Ec2Error::unavailable(),
        (ErrorKind::Unknown | ErrorKind::Internal, _) => Ec2Error::internal(),
        _ => Ec2Error::new(ErrorCode::InvalidRequest, error.to_string()),
    }
}
