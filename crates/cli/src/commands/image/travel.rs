//! `atlas image find` and `atlas image copy`.

use super::warned;
use crate::{
    args::Global,
    commands::candidates::InventoryArgs,
    exit::{Failure, Run},
    print::{Columns, Out},
};
use cloud_atlas::{
    FoundImage,
    base::Name,
    image::{CopyImage, ImageName, ImageRecordId},
    image_id::{Cloud, CloudLocation, ImageId, detect},
};
use pollster::FutureExt as _;

/// Find the records of an image by the cloud's id of it, and what refers to them
#[derive(Debug, clap::Args)]
pub(crate) struct Find {
    /// The id, in any spelling
    #[arg(allow_hyphen_values = true)]
    image: String,
    /// The cloud whose id it is; every one that it can be unless it is said
    #[arg(long)]
    cloud: Option<Cloud>,
}

impl Find {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let text = self.image.trim();
        let images = if let Some(cloud) = self.cloud {
            let read = ImageId::parse_lenient(cloud, text).map_err(Failure::misused)?;
            vec![read.id]
        } else {
            let read = |cloud: &Cloud| ImageId::parse_lenient(*cloud, text).ok();
            let read = Cloud::all().iter().filter_map(read);
            let ids: Vec<_> = read.map(|read| read.id).collect();
            if ids.is_empty() {
                let detected = detect(text).map_err(|error| error.to_string());
                detected.map_err(Failure::misused)?;
            }
            ids
        };
        let session = global.session()?;
        let found = session.find_images(&images, &global.scope);
        let found = found.block_on()?;
        let headers = ["RECORD", "LOCATION", "STATE", "SCOPE", "USED BY"];
        out.list(&found, &Columns::new("no records", &headers, row))
    }
}

fn row(found: &FoundImage) -> Vec<String> {
    let record = &found.record;
    let referrers = found.referrers.iter();
    let used: Vec<_> = referrers
        .map(|by| format!("{} {}", by.kind, by.name))
        .collect();
    vec![
        record.id().to_string(),
        record.location().to_string(),
        record.lifecycle().as_str().to_owned(),
        record.scope().to_string(),
        used.join(", "),
    ]
}

/// Keep the record of a copy of an image in another location of its cloud
///
/// Nothing is done in the cloud. Without the id of the copy it is only told whether the image may be
/// copied there.
#[derive(Debug, clap::Args)]
pub(crate) struct Copy {
    /// The record of the image that is copied
    record: ImageRecordId,
    /// Where the copy is, such as aws/eu-west-1
    to: CloudLocation,
    /// The cloud's id of the copy
    #[arg(allow_hyphen_values = true)]
    image: Option<String>,
    /// What the copy is called [default: as its source]
    #[arg(long, requires = "image")]
    name: Option<ImageName>,
    /// Leave the tags of the source out
    #[arg(long, requires = "image")]
    no_tags: bool,
    /// The credential to use, where several fit
    #[arg(long, value_name = "NAME", requires = "image")]
    credential: Option<Name>,
    #[command(flatten)]
    inventory: InventoryArgs,
}

impl Copy {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let (session, scope) = (self.inventory.session(global)?, &global.scope);
        let Some(image) = self.image else {
            let source = session
                .check_copy(self.record, scope, &self.to)
                .block_on()?;
            return out.one(&source, |out| {
                writeln!(
                    out,
                    "{} can be copied to {}: copy it in the cloud, then give the id of the copy",
                    source.image_id(),
                    self.to
                )
            });
        };
        let image = ImageId::parse(self.to.cloud(), &image).map_err(Failure::misused)?;
        let mut request = CopyImage::new(self.to);
        request.name = self.name;
        request.with_tags = !self.no_tags;
        request.credential = self.credential;
        let copied = session.copy_image(self.record, scope, request, image);
        let copied = copied.block_on()?;
        warned(&copied.warnings);
        let record = copied.record;
        out.one(&record, |out| {
            writeln!(
                out,
                "registered the copy {} at {} as {}",
                record.image_id(),
                record.location(),
                record.id()
            )
        })
    }
}
