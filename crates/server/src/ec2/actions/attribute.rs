//! Attributes of images, one by one.

use crate::ec2::{
    asking::{Answer, Asking},
    fault::About,
};
use atlas_ec2::{
    AttributeValue, DescribeImageAttribute, Ec2Error, ImageAttribute, ImageAttributeDescribed,
    ImageChange, ModifyImageAttribute, ResetImageAttribute,
};
use cloud_atlas::{
    LaunchableImage,
    image::{EditImage, LaunchPermission, UefiData},
};

/// Answers `DescribeImageAttribute`.
pub(in crate::ec2) async fn describe_attribute(
    asking: &Asking<'_>,
    ask: DescribeImageAttribute,
) -> Result<Answer, Ec2Error> {
    use ImageAttribute as A;
    let id = ask.image_id.as_str();
    let image = match ask.attribute {
        // AWS: nobody is told of devices here, and only owners of these.
        A::BlockDeviceMapping => return Err(Ec2Error::restricted()),
        A::LaunchPermission | A::UefiData | A::LastLaunchedTime | A::DeregistrationProtection => {
            asking.owned(&ask.image_id).await?
        }
        _ => asking.seen(&ask.image_id).await?,
    };
    asking.before(image.record.scope()).await?;
    let permissions: Vec<LaunchPermission>;
    let item = asking.item(&image);
    let value = match ask.attribute {
        A::LaunchPermission => {
            let record = image.record.id();
            let told = asking.session.launch_permissions(record, asking.scope());
            let told = told
                .await
                .map_err(|error| asking.told(&error, About::Image(id)))?;
            permissions = told.permissions;
            AttributeValue::LaunchPermissions(&permissions)
        }
        A::ProductCodes => AttributeValue::ProductCodes(item.product_codes),
        A::Description => AttributeValue::Text(item.description),
        A::Kernel => AttributeValue::Text(item.kernel_id),
        A::Ramdisk => AttributeValue::Text(item.ramdisk_id),
        A::SriovNetSupport => AttributeValue::Text(item.sriov_net_support),
        A::BootMode => AttributeValue::Text(item.boot_mode),
        A::TpmSupport => AttributeValue::Text(item.tpm_support),
        A::ImdsSupport => AttributeValue::Text(item.imds_support),
        A::UefiData => {
            let data = image.record.ec2().uefi_data.as_ref();
            AttributeValue::Text(data.map(UefiData::as_str))
        }
        A::LastLaunchedTime => AttributeValue::Text(item.last_launched_time.as_deref()),
        A::DeregistrationProtection => AttributeValue::Text(item.deregistration_protection),
        other => return Err(Ec2Error::invalid_attribute(other.as_str())),
    };
    Ok(asking.answer(&ImageAttributeDescribed {
        image_id: id,
        attribute: ask.attribute,
        value,
    }))
}

/// Answers `ModifyImageAttribute`: one attribute, whole or not at all (E07).
pub(in crate::ec2) async fn modify_attribute(
    asking: &Asking<'_>,
    ask: ModifyImageAttribute,
) -> Result<Answer, Ec2Error> {
    let id = ask.image_id.as_str();
    if asking.dry_run && ask.names_nothing() {
        let image = asking.owned(&ask.image_id).await?;
        asking.before(image.record.scope()).await?;
    }
    let change = ask.change()?;
    let image = asking.owned(&ask.image_id).await?;
    let mut edit = EditImage::default();
    match change {
        ImageChange::LaunchPermissions { add, remove } => {
            let needs = "ModifyImageAttribute:launchPermission";
            asking.before_attribute(needs, image.record.scope()).await?;
            let record = image.record.id();
            let changed =
                asking
                    .session
                    .change_launch_permissions(record, &add, &remove, asking.scope());
            changed
                .await
                .map_err(|error| asking.told(&error, About::Image(id)))?;
            return Ok(asking.done());
        }
        ImageChange::Description(description) => edit.description = Some(description),
        ImageChange::ProductCodes(codes) => edit.add_product_codes = codes.into_iter().collect(),
        ImageChange::ImdsSupport(version) => edit.imds_support = Some(version),
        _ => return Err(Ec2Error::invalid_attribute("")),
    }
    asking.before(image.record.scope()).await?;
    edited(asking, &image, edit).await
}

async fn edited(
    asking: &Asking<'_>,
    image: &LaunchableImage,
    edit: EditImage,
) -> Result<Answer, Ec2Error> {
    let id = image.record.image_id().as_str();
    let edited = asking
        .session
        .edit_image(image.record.id(), asking.scope(), edit);
    edited
        .await
        .map_err(|error| asking.told(&error, About::Image(id)))?;
    Ok(asking.done())
}

/// Answers `ResetImageAttribute`: nobody else may launch the image any more (E04).
pub(in crate::ec2) async fn reset_attribute(
    asking: &Asking<'_>,
    ask: ResetImageAttribute,
) -> Result<Answer, Ec2Error> {
    let id = ask.image_id.as_str();
    let image = asking.owned(&ask.image_id).await?;
    asking.before(image.record.scope()).await?;
    let reset = asking
        .session
        .reset_launch_permissions(image.record.id(), asking.scope());
    reset
        .await
        .map_err(|error| asking.told(&error, About::Image(id)))?;
    Ok(asking.done())
}
