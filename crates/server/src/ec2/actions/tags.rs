//! Tags: the labels of images and snapshots, and those of the instance double.

use super::snapshots;
use crate::ec2::{
    asking::{Answer, Asking},
    double::{Instance, missing},
    fault::About,
};
use atlas_ec2::{CreateTags, DeleteTags, Ec2Error, ErrorCode, ImageRef, ResourceRef};
use cloud_atlas::{
    Error, Labelled,
    image::{EditImageError, LabelChange, SnapshotError},
};

/// `CreateTags`: on all of the resources or none.
pub(crate) async fn create(asking: &Asking<'_>, ask: CreateTags) -> Result<Answer, Ec2Error> {
    let change = ask.change()?;
    change_all(asking, &ask.resources, &change).await
}

/// `DeleteTags`: from all of the resources or none.
pub(crate) async fn delete(asking: &Asking<'_>, ask: DeleteTags) -> Result<Answer, Ec2Error> {
    change_all(asking, &ask.resources, &ask.change()).await
}

async fn change_all(
    asking: &Asking<'_>,
    resources: &[ResourceRef],
    change: &LabelChange,
) -> Result<Answer, Ec2Error> {
    if resources.len() > MOST {
        let message = format!("No more than {MOST} resources are tagged at once.");
        return Err(Ec2Error::invalid_value(message));
    }
    let mut records = Vec::new();
    for resource in resources {
        match resource {
            ResourceRef::Image(id) => records.push(image(asking, id).await?),
            ResourceRef::Snapshot(id) => {
                let found = snapshots::named(asking, core::slice::from_ref(id)).await?;
                records.extend(found.into_iter().map(|record| Labelled::Snapshot {
                    location: record.location,
                    id: record.id,
                }));
            }
            ResourceRef::Instance(_) | ResourceRef::Volume(_) => {}
            other => return Err(Ec2Error::invalid_id(other.as_str())),
        }
    }
    // What is in memory is tried first: it cannot be taken back together with the store.
    if let Some(double) = &asking.api.double {
        tag_instances(&mut double.all(asking.caller), resources, change)?;
    } else {
        tag_instances(&mut [], resources, change)?;
    }
    asking.before(asking.scope()).await?;
    let session = &asking.session;
    let changed = session.change_labels(&records, asking.scope(), change);
    changed.await.map_err(|error| told(asking, &error))?;
    if let Some(double) = &asking.api.double {
        double.change(asking.caller, |all| tag_instances(all, resources, change))?;
    }
    Ok(asking.done())
}

/// The most resources that one request tags (AWS).
const MOST: usize = 1000;

/// An image of the caller's account: whoever may launch an image of another has none of its tags.
async fn image(asking: &Asking<'_>, id: &ImageRef) -> Result<Labelled, Ec2Error> {
    let image = asking.seen(id).await?;
    if image.is_own {
        return Ok(Labelled::Image(image.record.id()));
    }
    Err(Ec2Error::not_owner(id.as_str()))
}

/// Changes the tags of instances and volumes.
fn tag_instances(
    all: &mut [Instance],
    resources: &[ResourceRef],
    change: &LabelChange,
) -> Result<(), Ec2Error> {
    let too_many = |id: &str| {
        let message = format!("The maximum number of tags for {id} is exceeded");
        Ec2Error::new(ErrorCode::TagLimitExceeded, message)
    };
    for resource in resources {
        let id = resource.as_str();
        let labels = match resource {
            ResourceRef::Instance(_) => {
                missing(all, [id])?;
                let found = all.iter_mut().find(|one| one.id == id);
                found.map(|one| &mut one.labels)
            }
            ResourceRef::Volume(_) => {
                let volumes = all.iter_mut().filter(|one| !one.is_terminated);
                let mut volumes = volumes.flat_map(|one| &mut one.volumes);
                let found = volumes.find(|volume| volume.id == id);
                let found = found.ok_or_else(|| Ec2Error::volume_not_found(id))?;
                Some(&mut found.labels)
            }
            _ => None,
        };
        if let Some(labels) = labels {
            *labels = labels.changed(change).map_err(|_| too_many(id))?;
        }
    }
    Ok(())
}

fn told(asking: &Asking<'_>, error: &Error) -> Ec2Error {
    match error {
        Error::EditImage(EditImageError::Labels(_)) | Error::Snapshot(SnapshotError::Labels(_)) => {
            let message = "The maximum number of tags for a resource is exceeded: 50";
            Ec2Error::new(ErrorCode::TagLimitExceeded, message)
        }
        error => asking.told(error, About::Request),
    }
}
