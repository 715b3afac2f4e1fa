//! Which action answers what is asked.

use super::{
    actions::{around, describe_tags, imports, instances, snapshots, tags},
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
        Action::CreateTags(ask) => tags::create(asking, *ask).await,
        Action::DeleteTags(ask) => tags::delete(asking, *ask).await,
        Action::DescribeTags(ask) => describe_tags::describe(asking, *ask).await,
        Action::DescribeSnapshots(ask) => snapshots::describe(asking, *ask).await,
        Action::DeleteSnapshot(ask) => snapshots::delete(asking, *ask).await,
        Action::ImportImage(ask) => imports::import(asking, *ask).await,
        Action::DescribeImportImageTasks(ask) => imports::describe(asking, *ask).await,
        Action::RunInstances(ask) => instances::run(asking, *ask).await,
        Action::DescribeInstances(ask) => instances::describe(asking, *ask).await,
        Action::TerminateInstances(ask) => instances::terminate(asking, *ask).await,
        Action::ModifyInstanceAttribute(ask) => instances::modify(asking, *ask).await,
        Action::DescribeVolumes(ask) => instances::volumes(asking, *ask).await,
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
