//! Contents of many settings, always the same for a number.

use crate::Fault;
use cloud_atlas::{
    image_id::{CloudLocation, ImageId},
    mci::{Content, HeadEdit, InstanceType, Setting, UserData},
};

/// The place of a number.
pub(crate) fn location(number: usize) -> Result<CloudLocation, Fault> {
    Ok(format!("openstack:dc{}/region-{}", number / 100, number % 100).parse()?)
}

/// An image at the place of a number; another one for each `version`.
pub(crate) fn setting(number: usize, version: usize) -> Result<HeadEdit, Fault> {
    let location = location(number)?;
    let id = format!("{version:08x}-0000-4000-8000-{number:012x}");
    let setting = Setting::new(ImageId::parse(location.cloud(), &id)?)
        .with_instance_type(InstanceType::parse("m1.large")?);
    Ok(HeadEdit::set(location, setting))
}

/// A content with as many settings.
pub(crate) fn content(settings: usize) -> Result<Content, Fault> {
    let edits = (0..settings).map(|number| setting(number, 0));
    let edits = edits.collect::<Result<Vec<_>, _>>()?;
    Ok(Content::new("fleet".parse()?).edited(edits)?)
}

/// A content in which one setting of a hundred has another image, from the first of `offset` on.
pub(crate) fn changed(content: &Content, offset: usize) -> Result<Content, Fault> {
    let numbers = (offset..content.settings().len()).step_by(100);
    let edits = numbers.map(|number| setting(number, 1));
    Ok(content.edited(edits.collect::<Result<Vec<_>, _>>()?)?)
}

/// User data that two sides can change far apart.
pub(crate) fn with_user_data(content: &Content, lines: &[String]) -> Result<Content, Fault> {
    let (location, setting) = content.settings().first_key_value().ok_or("no setting")?;
    let text = lines.join("\n");
    let setting = setting
        .clone()
        .with_user_data(UserData::new(text.as_bytes()));
    Ok(content.edited([HeadEdit::set(location.clone(), setting)])?)
}

/// The content as a file that people would keep in git: a field a line.
pub(crate) fn file(content: &Content) -> Result<Vec<u8>, Fault> {
    Ok(serde_json::to_vec_pretty(content)?)
}
