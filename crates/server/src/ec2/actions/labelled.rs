//! The records of a caller that have labels, read through the index of labels where one is named.

use crate::ec2::{asking::Asking, fault::About};
use atlas_ec2::Ec2Error;
use cloud_atlas::{
    ImageQuery, LaunchableImage, Paging, SnapshotQuery,
    image::{LabelKey, LabelValue, Labels, SnapshotRecord},
};

/// A label of one value or of any.
type Label = (LabelKey, Option<LabelValue>);
/// Who is told an id and its labels.
type Each<'a> = &'a mut (dyn FnMut(&str, &Labels) + Send);

/// The images of the account of the caller that have labels.
pub(super) async fn images_of(
    asking: &Asking<'_>,
    label: Option<&Label>,
    each: Each<'_>,
) -> Result<(), Ec2Error> {
    let mut query = ImageQuery::new(asking.scope().clone());
    query.location = Some(asking.location.clone());
    query.labels.extend(label.cloned());
    let keep = |image: &LaunchableImage| image.is_own && !image.record.labels().is_empty();
    let mut paging = Some(Paging::of(Paging::MOST));
    while let Some(next) = paging {
        let page = asking.session.launchable_images(&query, &next, &keep);
        let page = page.await;
        let page = page.map_err(|error| asking.told(&error, About::Request))?;
        for image in &page.items {
            each(image.record.image_id().as_str(), image.record.labels());
        }
        paging = page.following();
    }
    Ok(())
}

/// The snapshots of the caller that have labels.
pub(super) async fn snapshots_of(
    asking: &Asking<'_>,
    label: Option<&Label>,
    each: Each<'_>,
) -> Result<(), Ec2Error> {
    let mut query = SnapshotQuery::new(asking.scope().clone());
    query.location = Some(asking.location.clone());
    query.labels.extend(label.cloned());
    let keep = |snapshot: &SnapshotRecord| !snapshot.labels.is_empty();
    let mut paging = Some(Paging::of(Paging::MOST));
    while let Some(next) = paging {
        let page = asking.session.snapshots(&query, &next, &keep).await;
        let page = page.map_err(|error| asking.told(&error, About::Request))?;
        for snapshot in &page.items {
            each(snapshot.id.as_str(), &snapshot.labels);
        }
        paging = page.following();
    }
    Ok(())
}
