//! Why an image is not registered.

use crate::{Architecture, ImageRecordId};
use atlas_base::{Name, quoted};
use atlas_image_id::{Cloud, CloudLocation, ImageId, LocationMismatch, where_to_find};
use atlas_scope::Scope;
use core::fmt;

/// Why an image is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The id cannot be in that location.
    #[error(transparent)]
    Location(#[from] LocationMismatch),
    /// The id names a kernel or a ramdisk.
    #[error("`{image_id}` is a {}, not a machine image: {}", image_id.kind(), where_to_find(image_id.cloud()))]
    NoMachineImage {
        /// The id.
        image_id: ImageId,
    },
    /// The id means nothing before a project is filled in.
    #[error("`{image_id}` names no project: give `projects/PROJECT/{image_id}`")]
    NoProject {
        /// The id.
        image_id: ImageId,
    },
    /// The id was stored under an older grammar, and no new record may have it.
    #[error("{} is of an older grammar: {}", quoted(image_id.as_str()), where_to_find(image_id.cloud()))]
    Unreadable {
        /// The id.
        image_id: ImageId,
    },
    /// No credential for the cloud reaches the scope (Scalr).
    #[error("no credential for `{location}` reaches `{scope}`: {}", Possible { possible, scope })]
    NoCredential {
        /// Where the image is.
        location: CloudLocation,
        /// The scope that was to hold the record.
        scope: Scope,
        /// The scopes below it that have a credential: there, and below, it could be registered.
        possible: Vec<Scope>,
    },
    /// Several credentials reach the scope, and none was named.
    #[error(
        "several credentials for `{location}` reach `{scope}`: name one of {}",
        listed(fitting)
    )]
    SeveralCredentials {
        /// Where the image is.
        location: CloudLocation,
        /// The scope that was to hold the record.
        scope: Scope,
        /// Their names, the nearest first.
        fitting: Vec<Name>,
    },
    /// The credential that was named does not fit.
    #[error(
        "no credential `{name}` for `{location}` reaches `{scope}`{}",
        instead(fitting)
    )]
    NoSuchCredential {
        /// The name that was given.
        name: Name,
        /// Where the image is.
        location: CloudLocation,
        /// The scope that was to hold the record.
        scope: Scope,
        /// The names of those that fit, the nearest first; none where none is needed.
        fitting: Vec<Name>,
    },
    /// Images of that cloud need a name (Scalr).
    #[error("an image of {} needs a name: give one of 1 to 255 characters", cloud.label())]
    NameMissing {
        /// The cloud.
        cloud: Cloud,
    },
    /// The inventory of the cloud does not have the image (Scalr, `RightScale`).
    #[error(
        "`{image_id}` is not in `{location}`, says the inventory: {}",
        missing(location)
    )]
    NotInCloud {
        /// The id.
        image_id: ImageId,
        /// Where it was looked for.
        location: CloudLocation,
    },
    /// The inventory of the cloud has the image, and it is closed to the credential (RightScale).
    #[error(
        "`{image_id}` is in `{location}`, says the inventory, and closed to the credential: ask its owner to share it, or copy it"
    )]
    NoAccess {
        /// The id.
        image_id: ImageId,
        /// Where it is.
        location: CloudLocation,
    },
    /// The inventory of the cloud knows another architecture (ours).
    #[error("`{image_id}` is for {found}, says the inventory, not for {stated}: leave it out")]
    OtherArchitecture {
        /// The id.
        image_id: ImageId,
        /// What was stated.
        stated: Architecture,
        /// What the cloud says.
        found: Architecture,
    },
    /// Facts of EC2 were given for an image of another cloud.
    #[error("an image of {} has no facts of EC2: leave them out", cloud.label())]
    NotOfEc2 {
        /// The cloud.
        cloud: Cloud,
    },
    /// Nobody said which operating system is inside (Scalr).
    #[error("the operating system is not stated: give its family, generation and version")]
    OsMissing,
    /// A bulk file does not say whether the agent is installed (Scalr).
    #[error("the agent is not stated: say whether one is installed")]
    AgentNotStated,
    /// The scope or one above it has a record of the image (Scalr).
    #[error(transparent)]
    AlreadyRegistered(Box<AlreadyRegistered>),
}

/// An image has a record already, at the scope of the request or above it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{image_id}` in `{location}` is registered already {}", held(holder.as_ref()))]
pub struct AlreadyRegistered {
    /// The id.
    pub image_id: ImageId,
    /// Where the image is.
    pub location: CloudLocation,
    /// The record and its scope, if the scope of the request sees it.
    pub holder: Option<(ImageRecordId, Scope)>,
}

/// Names in backticks, with commas.
pub(crate) fn listed<T: fmt::Display>(values: &[T]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}

fn missing(location: &CloudLocation) -> &'static str {
    if location.cloud() == Cloud::Vmware {
        "pick one of its candidates, or say that it is unverified"
    } else {
        "pick one of its candidates, or check the id and the location"
    }
}

fn instead(fitting: &[Name]) -> String {
    if fitting.is_empty() {
        ": it needs none, so leave the name out".to_owned()
    } else {
        format!(": name one of {}", listed(fitting))
    }
}

struct Possible<'a> {
    possible: &'a [Scope],
    scope: &'a Scope,
}

impl fmt::Display for Possible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { possible, scope } = self;
        if !possible.is_empty() {
            write!(
                f,
                "register the image at or below {}, or ",
                listed(possible)
            )?;
        }
        write!(f, "add a credential at `{scope}`")?;
        match scope.parent() {
            Some(_) => f.write_str(" or above"),
            // From there nobody looks into accounts.
            None if possible.is_empty() => {
                f.write_str(", or register the image in an account that has one")
            }
            None => Ok(()),
        }
    }
}

fn held(holder: Option<&(ImageRecordId, Scope)>) -> String {
    match holder {
        Some((record, scope)) => format!("at `{scope}`, as {record}: use that record"),
        None => "at a scope above: ask for it to be shared".to_owned(),
    }
}
