//! Which action answers what is asked.

use super::{
    actions::{
        around, attribute, describe, describe_tags, imports, instances, life, make, snapshots, tags,
    },
    asking::{Answer, Asking},
};
use atlas_ec2::{Action, Ec2Error, ErrorCode};

/// Does what is asked; one line an action.
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
        Action::CreateTags(ask) => Box::pin(tags::create(asking, *ask)).await,
        Action::DeleteTags(ask) => Box::pin(tags::delete(asking, *ask)).await,
        Action::DescribeTags(ask) => Box::pin(describe_tags::describe(asking, *ask)).await,
        Action::DescribeSnapshots(ask) => Box::pin(snapshots::describe(asking, *ask)).await,
        Action::DescribeSnapshotAttribute(ask) => Box::pin(snapshots::describe_attribute(asking, *ask)).await,
        Action::DeleteSnapshot(ask) => Box::pin(snapshots::delete(asking, *ask)).await,
        Action::ImportImage(ask) => Box::pin(imports::import(asking, *ask)).await,
        Action::DescribeImportImageTasks(ask) => Box::pin(imports::describe(asking, *ask)).await,
        Action::RunInstances(ask) => Box::pin(instances::run(asking, *ask)).await,
        Action::DescribeInstances(ask) => Box::pin(instances::describe(asking, *ask)).await,
        Action::TerminateInstances(ask) => Box::pin(instances::terminate(asking, *ask)).await,
        Action::ModifyInstanceAttribute(ask) => Box::pin(instances::modify(asking, *ask)).await,
        Action::DescribeVolumes(ask) => Box::pin(instances::volumes(asking, *ask)).await,
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
