//! Images come to be: registered, copied, made of instances.

mod copied;
mod instance;

pub(in crate::ec2) use self::instance::create;
use crate::ec2::{
    asking::{Answer, Asking},
    fault::About,
};
use atlas_ec2::{CopyImage, Ec2Error, ErrorCode, ImageMade, RegisterImage, VirtualizationType};
use cloud_atlas::{
    DuplicateImage, Error, ImageQuery, NewImage, Paging,
    image::{self, Architecture, ImageName, Via},
    image_id::{AmiId, ImageId},
};

/// Answers `RegisterImage`. What nobody says of architecture and virtualization is `i386` and
/// `paravirtual` (AWS).
pub(in crate::ec2) async fn register(
    asking: &Asking<'_>,
    ask: RegisterImage,
) -> Result<Answer, Ec2Error> {
    let ami = new_id(asking);
    let mut new = begun(asking, ami, ask.name.name());
    let asked = &mut new.register;
    let description = ask.description.as_ref();
    asked.description = description.and_then(|text| text.text()).cloned();
    asked.architecture = Some(ask.architecture.unwrap_or(Architecture::I386));
    let virtualization = ask.virtualization_type;
    let virtualization = virtualization.unwrap_or(VirtualizationType::Paravirtual);
    asked.virtualization = Some(virtualization.virtualization());
    asked.firmware = ask.boot_mode.map(atlas_ec2::BootMode::firmware);
    asked.devices = ask.devices()?;
    asked.labels = ask.labels()?;
    *asked.ec2 = ask.facts();
    asking.before(asking.scope()).await?;
    made(asking, ami, new).await
}

/// Answers `CopyImage`: a record of its own for the same content (AWS).
pub(in crate::ec2) async fn copy(asking: &Asking<'_>, ask: CopyImage) -> Result<Answer, Ec2Error> {
    if ask.kms_key_id.is_some() && ask.encrypted != Some(true) {
        // AWS: a key is for what is to be encrypted.
        let message = "The parameter KmsKeyId needs the parameter Encrypted to be true.";
        return Err(Ec2Error::new(
            ErrorCode::InvalidParameterCombination,
            message,
        ));
    }
    let from = asking.api.location(&ask.source_region)?;
    let labels = ask.labels()?;
    let source = asking.seen_at(&from, &ask.source_image_id).await?;
    asking.before(asking.scope()).await?;
    let mut copy = image::CopyImage::new(asking.location.clone());
    copy.name = Some(ask.name.name().clone());
    let description = ask.description.as_ref();
    copy.description = description.and_then(|text| text.text()).cloned();
    copy.with_tags = ask.copy_image_tags;
    copy.labels = labels;
    let ami = new_id(asking);
    let (devices, snapshots) = copied::devices(asking, &ask, &source, ami);
    copy.devices = Some(devices);
    copy.encrypted = ask.encrypted.unwrap_or_default();
    copy.key = ask.kms_key_id;
    let image = ImageId::Local(ami);
    let mut request = DuplicateImage::new(source.record.id(), copy, image);
    request.snapshots = snapshots;
    request.token = ask.client_token;
    request.unique_name = !asking.api.allows_duplicate_names;
    let copied = match asking
        .session
        .duplicate_image(request, asking.scope())
        .await
    {
        Ok(copied) => copied,
        Err(Error::NameTaken { .. }) => return Err(taken(asking, ask.name.name()).await),
        Err(error) => {
            let about = About::Image(ask.source_image_id.as_str());
            return Err(asking.told(&error, about));
        }
    };
    Ok(asking.answer(&ImageMade {
        action: asking.action,
        image_id: copied.record.image_id().as_str(),
    }))
}

/// An id for a new image (E02).
fn new_id(asking: &Asking<'_>) -> AmiId {
    asking.session.new_ami_id(asking.api.makes_symphony_ids)
}

/// A new image of the caller's project, of which nothing is said yet.
fn begun(asking: &Asking<'_>, ami: AmiId, name: &ImageName) -> NewImage {
    let (scope, location) = (asking.scope().clone(), asking.location.clone());
    let image = ImageId::Local(ami);
    let mut asked = image::RegisterImage::new(scope, location, image, Via::Ec2);
    asked.name = Some(name.clone());
    let mut new = NewImage::new(asked);
    new.unique_name = !asking.api.allows_duplicate_names;
    new.known_snapshots = asking.api.knows_snapshots;
    new
}

/// Makes an image, and says which it is.
async fn made(asking: &Asking<'_>, ami: AmiId, new: NewImage) -> Result<Answer, Ec2Error> {
    let name = new.register.name.clone();
    match asking.session.make_image(new).await {
        Ok(_) => {}
        Err(error @ Error::NameTaken { .. }) => {
            return Err(match &name {
                Some(name) => taken(asking, name).await,
                None => asking.told(&error, About::Request),
            });
        }
        Err(error) => return Err(asking.told(&error, About::Request)),
    }
    Ok(asking.answer(&ImageMade {
        action: asking.action,
        image_id: ami.as_str(),
    }))
}

/// `InvalidAMIName.Duplicate`, with the image that has the name.
async fn taken(asking: &Asking<'_>, name: &ImageName) -> Ec2Error {
    let mut query = ImageQuery::new(asking.scope().clone());
    query.at = Some(asking.scope().clone());
    query.location = Some(asking.location.clone());
    query.name_begins = Some(name.to_string());
    let has_it = |image: &cloud_atlas::LaunchableImage| image.record.given_name() == Some(name);
    let found = asking
        .session
        .launchable_images(&query, &Paging::of(1), &has_it)
        .await;
    let found = found.ok().and_then(|page| page.items.into_iter().next());
    let id = found
        .as_ref()
        .map_or("an image", |image| image.record.image_id().as_str());
    Ec2Error::duplicate_image_name(name.as_str(), id)
}
