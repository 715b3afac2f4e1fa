//! Which action answers what is asked.

use super::{
    actions::{around, attribute, describe, life, make},
    asking::{Answer, Asking},
};
use atlas_ec2::{Action, Ec2Error, ErrorCode};

/// Does what is asked; one line an action.
#[expect(
    clippy::match_same_arms,
    reason = "what is not done has a line of its own, as the others"
)]
#[rustfmt::skip]
pub(super) async fn dispatch(asking: &Asking<'_>, action: Action) -> Result<Answer, Ec2Error> {
    match action {
        Action::CreateImage(ask) => Box::pin(make::create(asking, *ask)).await,
        Action::RegisterImage(ask) => Box::pin(make::register(asking, *ask)).await,
        Action::DeregisterImage(ask) => Box::pin(life::deregister(asking, *ask)).await,
        Action::DescribeImages(ask) => Box::pin(describe::describe_images(asking, *ask)).await,
        Action::DescribeImageAttribute(ask) => Box::pin(attribute::describe_attribute(asking, *ask)).await,
        Action::ModifyImageAttribute(ask) => Box::pin(attribute::modify_attribute(asking, *ask)).await,
        Action::ResetImageAttribute(ask) => Box::pin(attribute::reset_attribute(asking, *ask)).await,
        Action::CopyImage(ask) => Box::pin(make::copy(asking, *ask)).await,
        Action::EnableImage(ask) => Box::pin(life::enable(asking, *ask)).await,
        Action::DisableImage(ask) => Box::pin(life::disable(asking, *ask)).await,
        Action::EnableImageDeprecation(ask) => Box::pin(life::deprecate(asking, *ask)).await,
        Action::DisableImageDeprecation(ask) => Box::pin(life::undeprecate(asking, *ask)).await,
        Action::EnableImageDeregistrationProtection(ask) => Box::pin(life::protect(asking, *ask)).await,
        Action::DisableImageDeregistrationProtection(ask) => Box::pin(life::unprotect(asking, *ask)).await,
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
