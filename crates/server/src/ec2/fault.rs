//! What EC2's clients are told of the errors of the engine: the one place that knows.

use atlas_ec2::{Ec2Error, ErrorCode};
use cloud_atlas::{
    Error, ErrorKind,
    image::{CopyError, EditImageError, InUse, LaunchPermissionError, LifeError, SnapshotError},
    store::StoreError,
};

/// What a request was about when an error came.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// The request as a whole.
    Request,
    /// An image, by the id that the client has named.
    Image(&'a str),
}

impl About<'_> {
    /// The id that the client has named.
    fn id(&self) -> &str {
        match self {
            Self::Request => "",
            Self::Image(id) => id,
        }
    }
}

/// `UnauthorizedOperation`.
pub(crate) fn unauthorized() -> Ec2Error {
    let message = "You are not authorized to perform this operation.";
    Ec2Error::new(ErrorCode::UnauthorizedOperation, message)
}

/// `IncorrectState`.
pub(crate) fn wrong_state(id: &str, state: &str) -> Ec2Error {
    let message = format!("The image {id} is {state}, in which this cannot be done.");
    Ec2Error::new(ErrorCode::InvalidImageState, message)
}

/// Whether an error is none of a client's, so that the host has to know of it.
pub(crate) fn is_ours(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unavailable | ErrorKind::Unknown | ErrorKind::Internal
    )
}

/// What a client is told. What is internal stays so.
pub(crate) fn tell(error: &Error, about: About<'_>) -> Ec2Error {
    match error {
        Error::Life(error) => of_life(error, about.id()),
        Error::Snapshot(error) => of_snapshot(error),
        Error::Copy(error) => of_copy(error, about.id()),
        Error::LaunchPermission(error) => of_permission(error, about.id()),
        Error::EditImage(EditImageError::Labels(_)) => too_many_tags(),
        Error::EditImage(EditImageError::Deleted { .. }) => Ec2Error::image_unavailable(about.id()),
        Error::Cursor(_) => Ec2Error::invalid_next_token(),
        Error::OneOfMany { source, .. } => tell(source, about),
        // Others were faster each time, and nothing was done: clients try this again by themselves.
        Error::Store(StoreError::Conflict) => Ec2Error::unavailable(),
        _ => of_kind(error, about),
    }
}

fn of_kind(error: &Error, about: About<'_>) -> Ec2Error {
    match error.kind() {
        ErrorKind::NotFound => match about {
            About::Image(id) => Ec2Error::images_not_found(&[id]),
            // The project of the key is gone.
            About::Request => unauthorized(),
        },
        ErrorKind::Denied => unauthorized(),
        ErrorKind::Invalid => Ec2Error::invalid_value(sentence(&error.to_string())),
        ErrorKind::Conflict => {
            Ec2Error::new(ErrorCode::InvalidRequest, sentence(&error.to_string()))
        }
        ErrorKind::Unavailable => Ec2Error::unavailable(),
        ErrorKind::Unknown => {
            let message = "It is not known whether the request was done: look before trying again.";
            Ec2Error::new(ErrorCode::InternalError, message)
        }
        _ => Ec2Error::internal(),
    }
}

fn of_life(error: &LifeError, id: &str) -> Ec2Error {
    match error {
        LifeError::InUse(users) => Ec2Error::image_in_use(id, count(users)),
        LifeError::Protected { .. } => {
            let message = format!("The image {id} is protected from being deregistered.");
            Ec2Error::new(ErrorCode::OperationNotPermitted, message)
        }
        LifeError::Already { state, .. } | LifeError::NotIn { state, .. } => {
            wrong_state(id, state.as_str())
        }
        LifeError::Disabled { .. } => wrong_state(id, "disabled"),
        _ => Ec2Error::image_unavailable(id),
    }
}

/// How many refer to an image, as far as the caller may know; there is one at least.
fn count(users: &InUse) -> usize {
    let hidden = usize::try_from(users.hidden).unwrap_or(usize::MAX);
    users.referrers.len().saturating_add(hidden).max(1)
}

fn of_snapshot(error: &SnapshotError) -> Ec2Error {
    match error {
        SnapshotError::InUse { id, images } => {
            let image = images.first().map_or("an image", |image| image.as_str());
            Ec2Error::snapshot_in_use(id.as_str(), image)
        }
        SnapshotError::Unknown { snapshots, .. } => {
            let first = snapshots.first().map_or("", |id| id.as_str());
            Ec2Error::snapshot_not_found(first)
        }
        SnapshotError::Labels(_) => too_many_tags(),
        _ => Ec2Error::invalid_value(sentence(&error.to_string())),
    }
}

fn of_copy(error: &CopyError, id: &str) -> Ec2Error {
    match error {
        CopyError::NotUsable { state, .. } => wrong_state(id, state),
        CopyError::OtherRequest { token } => {
            let message = format!("The client token {token} was given for another copy.");
            Ec2Error::new(ErrorCode::IdempotentParameterMismatch, message)
        }
        CopyError::Labels(_) => too_many_tags(),
        _ => Ec2Error::invalid_value(sentence(&error.to_string())),
    }
}

fn of_permission(error: &LaunchPermissionError, id: &str) -> Ec2Error {
    match error {
        LaunchPermissionError::NotUsable { state, .. } => wrong_state(id, state),
        LaunchPermissionError::TooMany { .. } => {
            let message = format!("The image {id} would have too many launch permissions.");
            Ec2Error::new(ErrorCode::ResourceLimitExceeded, message)
        }
        _ => Ec2Error::invalid_value(sentence(&error.to_string())),
    }
}

fn too_many_tags() -> Ec2Error {
    let most = cloud_atlas::image::Labels::MOST;
    let message = format!("The maximum number of tags for a resource is {most}.");
    Ec2Error::new(ErrorCode::TagLimitExceeded, message)
}

/// EC2 writes sentences.
pub(super) fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}
