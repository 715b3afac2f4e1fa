//! Images that the repository makes, or could not make (E09): they have no record yet.

use super::sought::Sought;
use crate::ec2::{asking::Asking, fault::About};
use atlas_ec2::{Ec2Error, ImageItem, ImageRef, ImageState, StateReasonItem, ec2_architecture};
use cloud_atlas::{
    Error, ErrorKind, PageCursor, Paging,
    image::{DiskImage, DiskImageState, ImageDescription},
    scope::AccountNumber,
};

/// An image as answers show it, if it is unfinished.
pub(super) fn item(image: &DiskImage, owner: AccountNumber) -> Option<ImageItem<'_>> {
    let reason = match &image.state {
        DiskImageState::Creating { .. } => None,
        DiskImageState::Failed { code, reason, .. } => Some(StateReasonItem {
            code: code.as_str(),
            message: Some(reason.as_str()),
        }),
        _ => return None,
    };
    let state = ImageState::of_disk_image(&image.state);
    let new = ImageItem::new(image.id.as_str(), owner, state, image.created);
    Some(ImageItem {
        name: image.name.as_str(),
        image_location: format!("{owner}/{}", image.name).into(),
        description: image.description.as_ref().map(ImageDescription::as_str),
        architecture: image.architecture.map(ec2_architecture),
        state_reason: reason,
        ..new
    })
}

/// An unfinished image of the caller's project, of the region that is asked.
pub(in crate::ec2::actions) async fn find(
    asking: &Asking<'_>,
    id: &ImageRef,
) -> Result<Option<DiskImage>, Ec2Error> {
    let Some(id) = id.ami() else {
        return Ok(None);
    };
    match asking.session.disk_image(id, asking.scope()).await {
        Ok(image) => {
            let is_shown =
                item(&image, asking.account()).is_some() && image.location == asking.location;
            Ok(is_shown.then_some(image))
        }
        Err(error) if is_hidden(&error) => Ok(None),
        Err(error) => Err(asking.told(&error, About::Request)),
    }
}

/// The unfinished images of the caller's project that are wanted: all, or so many.
pub(super) async fn list(
    sought: &Sought<'_>,
    mut after: Option<PageCursor>,
    limit: Option<usize>,
) -> Result<(Vec<DiskImage>, Option<PageCursor>), Ec2Error> {
    let asking = sought.asking;
    let mut images = Vec::new();
    loop {
        let room = limit.map_or(Paging::MOST, |limit| limit.saturating_sub(images.len()));
        let paging = Paging::of(room.min(Paging::MOST)).after(after);
        let page = match asking
            .session
            .unfinished_disk_images(asking.scope(), &paging)
            .await
        {
            Ok(page) => page,
            Err(error) if is_hidden(&error) => return Ok((images, None)),
            Err(error) => return Err(asking.told(&error, About::Request)),
        };
        let wanted = page.items.into_iter();
        images.extend(wanted.filter(|image| sought.admits_unfinished(image)));
        after = page.next;
        if after.is_none() || limit.is_some_and(|limit| images.len() >= limit) {
            return Ok((images, after));
        }
    }
}

/// Whether the caller sees no such images.
fn is_hidden(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied)
}
