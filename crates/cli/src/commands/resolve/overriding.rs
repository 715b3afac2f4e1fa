//! What wins over the setting of a location.

use crate::{exit::Failure, files};
use cloud_atlas::{
    image_id::{CloudLocation, ImageId},
    mci::{InstanceType, UserData},
    template::{Override, Overrides},
};
use std::path::PathBuf;

/// No cloud takes as many bytes of user data.
const USER_DATA_BYTES: usize = 1024 * 1024;

/// What wins over the setting.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Overrides")]
pub(crate) struct OverrideArgs {
    /// Another image, which need be in no MultiCloud Image
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    image: Option<String>,
    /// Another instance type
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<InstanceType>,
    /// Another kernel, or `none` (EC2)
    #[arg(long, value_name = "AKI")]
    kernel: Option<String>,
    /// Another ramdisk, or `none` (EC2)
    #[arg(long, value_name = "ARI")]
    ramdisk: Option<String>,
    /// What else the server is told at its first boot; an empty file for nothing
    #[arg(long, value_name = "FILE")]
    user_data: Option<PathBuf>,
}

impl OverrideArgs {
    /// The overrides at a location, whose cloud reads the ids; at all of them there are no ids.
    pub(crate) fn at(&self, location: Option<&CloudLocation>) -> Result<Overrides, Failure> {
        let id = |text: &str| match location {
            Some(location) => ImageId::parse(location.cloud(), text).map_err(Failure::misused),
            None => Err(Failure::misused("an image is one of a location: name one")),
        };
        let part = |text: Option<&str>| match text {
            None => Ok(Override::Keep),
            Some("none") => Ok(Override::Clear),
            Some(text) => id(text).map(Override::Set),
        };
        let user_data = match &self.user_data {
            None => Override::Keep,
            Some(path) => {
                let data = UserData::new(&files::read(path, USER_DATA_BYTES)?);
                data.map_or(Override::Clear, Override::Set)
            }
        };
        Ok(Overrides {
            image: self.image.as_deref().map(id).transpose()?,
            instance_type: self.instance_type.clone(),
            kernel: part(self.kernel.as_deref())?,
            ramdisk: part(self.ramdisk.as_deref())?,
            user_data,
        })
    }
}
