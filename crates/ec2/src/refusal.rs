//! The errors that EC2 words always alike.

use crate::{Ec2Error, ErrorCode};
use atlas_base::quoted;
use core::fmt;

/// A foreign text in a message: cut where it is long, and without what nobody sees.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = quoted(self.0).to_string();
        f.write_str(text.trim_matches('`'))
    }
}

impl Ec2Error {
    /// `DryRunOperation`: everything was right, and nothing was done.
    pub fn dry_run() -> Self {
        let message = "Request would have succeeded, but DryRun flag is set.";
        Self::new(ErrorCode::DryRunOperation, message)
    }

    /// `MissingAction`.
    pub fn missing_action() -> Self {
        let message = "The request must contain the parameter Action";
        Self::new(ErrorCode::MissingAction, message)
    }

    /// `InvalidAction`: there is none of this name.
    pub fn invalid_action(name: &str) -> Self {
        let name = Shown(name);
        let message = format!("The action {name} is not valid for this web service.");
        Self::new(ErrorCode::InvalidAction, message)
    }

    /// `MissingParameter`, by its whole name.
    pub fn missing_parameter(name: &str) -> Self {
        let message = format!("The request must contain the parameter {name}");
        Self::new(ErrorCode::MissingParameter, message)
    }

    /// `UnknownParameter`, by its whole name.
    pub fn unknown_parameter(name: &str) -> Self {
        let message = format!("The parameter {} is not recognized", Shown(name));
        Self::new(ErrorCode::UnknownParameter, message)
    }

    /// `InvalidParameterValue`.
    pub fn invalid_value(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    /// `InvalidParameterValue`: this parameter cannot have this value.
    pub fn invalid_parameter(name: &str, value: &str, expected: &str) -> Self {
        let value = Shown(value);
        Self::invalid_value(format!(
            "Value ({value}) for parameter {name} is invalid. {expected}"
        ))
    }

    /// `InvalidParameterCombination`.
    pub fn invalid_combination(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterCombination, message)
    }

    /// `InvalidRequest`: no image has such an attribute.
    pub fn invalid_request() -> Self {
        Self::new(
            ErrorCode::InvalidRequest,
            "The request received was invalid",
        )
    }

    /// `AuthFailure`: nobody is told of it, whoever asks.
    pub fn restricted() -> Self {
        let message = "Unauthorized attempt to access restricted resource";
        Self::new(ErrorCode::AuthFailure, message)
    }

    /// `InvalidRequest`: the attribute is not one that can be changed so.
    pub fn invalid_attribute(name: &str) -> Self {
        let message = format!("The attribute '{}' is not valid.", Shown(name));
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// `InvalidNextToken`.
    pub fn invalid_next_token() -> Self {
        let message = "The specified token is not valid for this request.";
        Self::new(ErrorCode::InvalidNextToken, message)
    }

    /// `InvalidParameterValue`: there is no such filter for this action.
    pub fn invalid_filter(name: Option<&str>) -> Self {
        let name = Shown(name.unwrap_or("null"));
        Self::invalid_value(format!("The filter '{name}' is invalid"))
    }

    /// `InvalidAMIID.NotFound`, for one image or for several.
    pub fn images_not_found(ids: &[&str]) -> Self {
        let message = match ids {
            [id] => format!("The image id '[{id}]' does not exist"),
            ids => format!("The image ids '[{}]' do not exist", ids.join(", ")),
        };
        Self::new(ErrorCode::InvalidAmiIdNotFound, message)
    }

    /// `InvalidAMIID.Unavailable`: it was deregistered.
    pub fn image_unavailable(id: &str) -> Self {
        let message = format!("The image id '[{id}]' is no longer available");
        Self::new(ErrorCode::InvalidAmiIdUnavailable, message)
    }

    /// `Invalid….Malformed`: what each id of a kind begins with is missing.
    pub fn malformed_id(code: ErrorCode, id: &str, prefix: &str) -> Self {
        let message = format!("Invalid id: \"{}\" (expecting \"{prefix}...\")", Shown(id));
        Self::new(code, message)
    }

    /// `InvalidAMIAttributeItemValue`: nobody is called so.
    pub fn invalid_item_value(value: &str, item: &str) -> Self {
        let value = Shown(value);
        let message = format!("Invalid attribute item value \"{value}\" for {item} item type.");
        Self::new(ErrorCode::InvalidAmiAttributeItemValue, message)
    }

    /// `InvalidAMIName.Duplicate`: the owner has an image of this name.
    pub fn duplicate_image_name(name: &str, id: &str) -> Self {
        let message = format!("AMI name {name} is already in use by AMI {id}");
        Self::new(ErrorCode::InvalidAmiNameDuplicate, message)
    }

    /// `InvalidInstanceID.NotFound`, for one instance or for several (E08).
    pub fn instances_not_found(ids: &[&str]) -> Self {
        let message = match ids {
            [id] => format!("The instance ID '{id}' does not exist"),
            ids => format!("The instance IDs '{}' do not exist", ids.join(", ")),
        };
        Self::new(ErrorCode::InvalidInstanceIdNotFound, message)
    }

    /// `InvalidSnapshot.NotFound`.
    pub fn snapshot_not_found(id: &str) -> Self {
        let message = format!("The snapshot '{id}' does not exist.");
        Self::new(ErrorCode::InvalidSnapshotNotFound, message)
    }

    /// `InvalidSnapshot.InUse`: an image begins with it.
    pub fn snapshot_in_use(id: &str, image: &str) -> Self {
        let message = format!("The snapshot {id} is currently in use by {image}");
        Self::new(ErrorCode::InvalidSnapshotInUse, message)
    }

    /// `InvalidVolume.NotFound`.
    pub fn volume_not_found(id: &str) -> Self {
        let message = format!("The volume '{id}' does not exist.");
        Self::new(ErrorCode::InvalidVolumeNotFound, message)
    }

    /// `InvalidID`: nothing that can be tagged is called so.
    pub fn invalid_id(id: &str) -> Self {
        let message = format!("The ID '{}' is not valid", Shown(id));
        Self::new(ErrorCode::InvalidId, message)
    }

    /// `AuthFailure`: only the owner may (E06).
    pub fn not_owner(id: &str) -> Self {
        let message = format!("Not authorized for image:{id}");
        Self::new(ErrorCode::AuthFailure, message)
    }

    /// `DependencyViolation`: others refer to the image, so many (E08).
    pub fn image_in_use(id: &str, count: usize) -> Self {
        let message = format!("The image {id} is in use by {count} dependent objects.");
        Self::new(ErrorCode::DependencyViolation, message)
    }

    /// `InternalError`: what failed is the host's to know.
    pub fn internal() -> Self {
        let message = "An internal error has occurred";
        Self::new(ErrorCode::InternalError, message)
    }

    /// `ServiceUnavailable`: later it may go.
    pub fn unavailable() -> Self {
        let message = "The request has failed due to a temporary failure of the server.";
        Self::new(ErrorCode::ServiceUnavailable, message)
    }
}
