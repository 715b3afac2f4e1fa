//! The images that requests name.

use super::{asking::Asking, fault::About};
use atlas_ec2::{Ec2Error, ImageRef};
use cloud_atlas::{
    ImageLookup, LaunchableImage,
    image_id::{CloudLocation, ImageId},
};

impl Asking<'_> {
    /// The image of an id, as the caller sees it.
    ///
    /// # Errors
    ///
    /// `InvalidAMIID.NotFound`, `InvalidAMIID.Unavailable` where it was deregistered.
    pub(crate) async fn seen(&self, id: &ImageRef) -> Result<LaunchableImage, Ec2Error> {
        self.seen_at(&self.location, id).await
    }

    /// As [`seen`](Self::seen), in any region.
    pub(crate) async fn seen_at(
        &self,
        location: &CloudLocation,
        id: &ImageRef,
    ) -> Result<LaunchableImage, Ec2Error> {
        let text = id.as_str();
        let ami = id
            .ami()
            .ok_or_else(|| Ec2Error::images_not_found(&[text]))?;
        let ids = [ImageId::Local(ami)];
        let found = self.session.look_up_images(location, &ids, self.scope());
        let found = found
            .await
            .map_err(|error| self.told(&error, About::Image(text)))?;
        match found.into_iter().next() {
            Some(ImageLookup::Here(image)) => Ok(*image),
            Some(ImageLookup::Deleted(_)) => Err(Ec2Error::image_unavailable(text)),
            _ => Err(Ec2Error::images_not_found(&[text])),
        }
    }

    /// The image of an id, which has to be of the caller's account (E06).
    ///
    /// # Errors
    ///
    /// As of [`seen`](Self::seen); `AuthFailure` where somebody else owns it.
    pub(crate) async fn owned(&self, id: &ImageRef) -> Result<LaunchableImage, Ec2Error> {
        let image = self.seen(id).await?;
        if image.is_own {
            Ok(image)
        } else {
            Err(Ec2Error::not_owner(id.as_str()))
        }
    }
}
