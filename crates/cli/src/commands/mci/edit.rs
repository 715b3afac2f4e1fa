//! Editing HEAD.

use super::generation;
use crate::{
    commands::candidates::InventoryArgs,
    exit::{Failure, Run},
    files,
    print::{Out, warn},
};
use cloud_atlas::{
    MciView, Session,
    base::{Name, Tag, counted},
    history::Generation,
    image_id::{CloudLocation, ImageId},
    mci::{Description, EditWarning, HeadEdit, InstanceType, Setting, UserData},
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;
use std::path::PathBuf;

/// Set the image of a cloud location in HEAD, or what describes it
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    /// Which MultiCloud Image
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where, such as aws/us-east-1
    #[arg(requires = "image")]
    location: Option<String>,
    /// The cloud's id of the image
    #[arg(allow_hyphen_values = true)]
    image: Option<String>,
    /// The instance type, where the cloud has them
    #[arg(long, value_name = "TYPE", requires = "location")]
    instance_type: Option<InstanceType>,
    /// The kernel (EC2)
    #[arg(long, value_name = "AKI", requires = "location")]
    kernel: Option<String>,
    /// The ramdisk (EC2)
    #[arg(long, value_name = "ARI", requires = "location")]
    ramdisk: Option<String>,
    /// What the server is told at its first boot
    #[arg(long, value_name = "FILE", requires = "location")]
    user_data: Option<PathBuf>,
    /// Another name
    #[arg(long)]
    name: Option<Name>,
    /// Another description
    #[arg(long, value_name = "TEXT")]
    description: Option<Description>,
    /// Tags to add
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    seen: Option<Generation>,
    #[command(flatten)]
    pub(super) inventory: InventoryArgs,
}

/// Take cloud locations or tags out of HEAD
#[derive(Debug, clap::Args)]
pub(crate) struct Unset {
    /// Which MultiCloud Image
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where
    #[arg(value_name = "LOCATION")]
    locations: Vec<CloudLocation>,
    /// Tags to take away
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    seen: Option<Generation>,
}

/// No cloud takes as many bytes of user data.
const USER_DATA_BYTES: usize = 1024 * 1024;

pub(super) fn set(set: Set, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let (reference, seen) = (set.reference.clone(), set.seen);
    let edits = set.edits()?;
    apply(&reference, edits, seen, session, from, out)
}

pub(super) fn unset(unset: Unset, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Unset {
        reference,
        locations,
        tags,
        seen,
    } = unset;
    let locations = locations
        .into_iter()
        .map(|location| HeadEdit::Unset { location });
    let edits = locations
        .chain(tags.into_iter().map(HeadEdit::RemoveTag))
        .collect();
    apply(&reference, edits, seen, session, from, out)
}

fn apply(
    reference: &Reference,
    edits: Vec<HeadEdit>,
    seen: Option<Generation>,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    if edits.is_empty() {
        return Err(Failure::misused(
            "there is nothing to change: name a location, or see --help",
        ));
    }
    let view = session.edit_mci(reference, from, edits, seen).block_on()?;
    warn_of(&view.warnings);
    out.one(&view, |out| {
        let MciView {
            name,
            generation,
            content,
            ..
        } = &view;
        let locations = counted(content.settings().len(), "location");
        writeln!(
            out,
            "HEAD of {name} is at generation {} and serves {locations}",
            generation.get()
        )
    })
}

/// How many warnings of one edit are told.
const WARNINGS: usize = 5;

/// Tells what to know about an edit that was made.
pub(super) fn warn_of(warnings: &[EditWarning]) {
    for warning in warnings.iter().take(WARNINGS) {
        warn(warning);
    }
    if warnings.len() > WARNINGS {
        warn(format!("and {} more like these", warnings.len() - WARNINGS));
    }
}

impl Set {
    fn edits(self) -> Result<Vec<HeadEdit>, Failure> {
        let mut edits = Vec::new();
        edits.extend(self.name.map(HeadEdit::SetNickname));
        edits.extend(self.description.map(HeadEdit::SetDescription));
        edits.extend(self.tags.into_iter().map(HeadEdit::AddTag));
        if let (Some(location), Some(image)) = (self.location, self.image) {
            let completed = CloudLocation::parse_completing(&location).map_err(Failure::misused)?;
            let location = completed.location;
            if completed.region_assumed {
                warn(format!("no region was named: {location} is meant"));
            }
            let id = |text: &str| ImageId::parse(location.cloud(), text).map_err(Failure::misused);
            let mut setting = Setting::new(id(&image)?);
            if let Some(instance_type) = self.instance_type {
                setting = setting.with_instance_type(instance_type);
            }
            setting = setting.with_kernel(self.kernel.as_deref().map(id).transpose()?);
            setting = setting.with_ramdisk(self.ramdisk.as_deref().map(id).transpose()?);
            if let Some(path) = self.user_data {
                setting =
                    setting.with_user_data(UserData::new(&files::read(&path, USER_DATA_BYTES)?));
            }
            edits.push(HeadEdit::set(location, setting));
        }
        Ok(edits)
    }
}
