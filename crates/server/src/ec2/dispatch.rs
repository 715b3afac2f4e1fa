//! Which action answers what is asked.

use super::{
    actions::around,
    asking::{Answer, Asking},
};
use atlas_ec2::{Action, Ec2Error, ErrorCode};

/// Does what is asked; one line an action.
#[rustfmt::skip]
pub(super) async fn dispatch(asking: &Asking<'_>, action: Action) -> Result<Answer, Ec2Error> {
    match action {
        Action::CreateImage(_) => Err(unsupported(asking.action)),
        Action::RegisterImage(_) => Err(unsupported(asking.action)),
        Action::DeregisterImage(_) => Err(unsupported(asking.action)),
        Action::DescribeImages(_) => Err(unsupported(asking.action)),
        Action::DescribeImageAttribute(_) => Err(unsupported(asking.action)),
        Action::ModifyImageAttribute(_) => Err(unsupported(asking.action)),
        Action::ResetImageAttribute(_) => Err(unsupported(asking.action)),
        Action::CopyImage(_) => Err(unsupported(asking.action)),
        Action::EnableImage(_) => Err(unsupported(asking.action)),
        Action::DisableImage(_) => Err(unsupported(asking.action)),
        Action::EnableImageDeprecation(_) => Err(unsupported(asking.action)),
        Action::DisableImageDeprecation(_) => Err(unsupported(asking.action)),
        Action::EnableImageDeregistrationProtection(_) => Err(unsupported(asking.action)),
        Action::DisableImageDeregistrationProtection(_) => Err(unsupported(asking.action)),
        Action::CreateTags(_) => Err(unsupported(asking.action)),
        Action::DeleteTags(_) => Err(unsupported(asking.action)),
        Action::DescribeTags(_) => Err(unsupported(asking.action)),
        Action::DescribeSnapshots(_) => Err(unsupported(asking.action)),
        Action::DeleteSnapshot(_) => Err(unsupported(asking.action)),
        Action::ImportImage(_) => Err(unsupported(asking.action)),
        Action::DescribeImportImageTasks(_) => Err(unsupported(asking.action)),
        Action::RunInstances(_) => Err(unsupported(asking.action)),
        Action::DescribeInstances(_) => Err(unsupported(asking.action)),
        Action::TerminateInstances(_) => Err(unsupported(asking.action)),
        Action::ModifyInstanceAttribute(_) => Err(unsupported(asking.action)),
        Action::DescribeVolumes(_) => Err(unsupported(asking.action)),
        Action::DescribeRegions(ask) => around::describe_regions(asking, *ask).await,
        Action::DescribeAvailabilityZones(ask) => around::describe_zones(asking, *ask).await,
        Action::DescribeAccountAttributes(ask) => around::describe_account(asking, *ask).await,
        _ => Err(unsupported(asking.action)),
    }
}

/// `UnsupportedOperation`.
fn unsupported(action: &str) -> Ec2Error {
    let message = format!("The action {action} is not done here.");
    Ec2Error::new(ErrorCode::UnsupportedOperation, message)
}
