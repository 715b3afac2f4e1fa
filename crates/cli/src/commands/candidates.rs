//! What an inventory of the clouds says: `atlas image candidates`, `atlas discover`.

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    print::{Columns, Out},
};
use cloud_atlas::{
    Atlas, CandidateQuery, Session,
    base::Name,
    image::{Candidate, CloudImage, CloudServer, ImageRecord},
    image_id::CloudLocation,
    inventory::{FileInventory, Limits},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{path::PathBuf, sync::Arc};

/// Where an inventory of the clouds is.
#[derive(Debug, clap::Args)]
pub(crate) struct InventoryArgs {
    /// What the clouds hold: a file of JSON that names locations with their images and servers
    #[arg(
        long,
        value_name = "FILE",
        env = "ATLAS_INVENTORY",
        hide_env_values = true
    )]
    inventory: Option<PathBuf>,
}

impl InventoryArgs {
    /// Opens the store as the principal who acts, with the inventory if one was named.
    pub(crate) fn session(&self, global: &Global) -> Result<Session, Failure> {
        let Some(path) = &self.inventory else {
            return global.session();
        };
        let limits = Limits::default();
        let text = files::read(path, limits.bytes)?;
        let inventory = FileInventory::parse(&text, &limits).map_err(|error| {
            let shown = files::shown(path);
            Failure::refused(format!("{shown} is no inventory")).because(error)
        })?;
        let inventory = Arc::new(inventory);
        let atlas = global.when_free(|url| {
            let builder = Atlas::builder().with_inventory(Arc::clone(&inventory) as _);
            builder.open(url).block_on()
        })?;
        Ok(atlas.act_as(&global.principal))
    }
}

/// Where to look, and with which credential.
#[derive(Debug, clap::Args)]
pub(crate) struct Look {
    /// Where to look, such as aws/us-east-1
    location: CloudLocation,
    /// The credential to look with, where several fit
    #[arg(long, value_name = "NAME")]
    credential: Option<Name>,
    #[command(flatten)]
    inventory: InventoryArgs,
}

impl Look {
    fn query(&self, global: &Global) -> CandidateQuery {
        let mut query = CandidateQuery::new(global.scope.clone(), self.location.clone());
        query.credential.clone_from(&self.credential);
        query
    }

    /// Lists the images that could be registered, a page of the inventory at a time.
    pub(crate) fn candidates(&self, global: &Global, out: &mut Out) -> Run {
        let (session, query) = (self.inventory.session(global)?, self.query(global));
        let headers = ["LOCATION", "IMAGE", "NAME", "ARCH", ">GB", "RECORD"];
        let columns = Columns::new("no candidates", &headers, row);
        let mut rows = out.rows(&columns);
        let mut after = None;
        loop {
            let page = session.candidates(&query, after.as_deref()).block_on()?;
            rows.add(&page.items)?;
            after = page.next;
            if after.is_none() {
                return rows.end(None);
            }
        }
    }
}

fn row(candidate: &Candidate) -> Vec<String> {
    let image = &candidate.image;
    let shown = |text: Option<String>| text.unwrap_or_default();
    vec![
        image.location.to_string(),
        image.image_id.to_string(),
        shown(image.name.as_ref().map(ToString::to_string)),
        shown(image.architecture.map(|it| it.to_string())),
        shown(image.size_gb.map(|size| size.to_string())),
        shown(candidate.record.map(|record| record.to_string())),
    ]
}

/// Find images without a record, records without an image, and servers whose image has no record
///
/// Records count that are seen from --scope or lie below it.
#[derive(Debug, clap::Args)]
pub(crate) struct Discover {
    #[command(flatten)]
    look: Look,
}

/// Something that lacks its counterpart.
#[derive(Debug, Serialize)]
#[serde(tag = "found", rename_all = "kebab-case")]
enum Finding {
    ImageWithoutRecord { image: CloudImage },
    RecordWithoutImage { record: Box<ImageRecord> },
    ServerWithoutRecord { server: CloudServer },
}

pub(crate) fn discover(discover: &Discover, global: &Global, out: &mut Out) -> Run {
    let look = &discover.look;
    let session = look.inventory.session(global)?;
    let found = session.discover(&look.query(global)).block_on()?;
    let images = found.images.into_iter();
    let records = found.records.into_iter().map(Box::new);
    let servers = found.servers.into_iter();
    let findings: Vec<_> = images
        .map(|image| Finding::ImageWithoutRecord { image })
        .chain(records.map(|record| Finding::RecordWithoutImage { record }))
        .chain(servers.map(|server| Finding::ServerWithoutRecord { server }))
        .collect();
    let headers = ["FOUND", "LOCATION", "ID", "IMAGE"];
    let empty = "everything has its counterpart";
    out.list(&findings, &Columns::new(empty, &headers, finding_row))
}

fn finding_row(finding: &Finding) -> Vec<String> {
    let row = |what: &str, location: &CloudLocation, id: String, image: String| {
        vec![what.to_owned(), location.to_string(), id, image]
    };
    match finding {
        Finding::ImageWithoutRecord { image } => row(
            "image without record",
            &image.location,
            image
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            image.image_id.to_string(),
        ),
        Finding::RecordWithoutImage { record } => row(
            "record without image",
            record.location(),
            record.id().to_string(),
            record.image_id().to_string(),
        ),
        Finding::ServerWithoutRecord { server } => {
            let image = server.image_id.as_ref().map(ToString::to_string);
            row(
                "server without record",
                &server.location,
                server.id.to_string(),
                image.unwrap_or_default(),
            )
        }
    }
}
