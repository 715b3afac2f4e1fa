//! `atlas disk quota`: how much a project may keep.

use crate::{args::Global, exit::Run, print::Out};
use clap::Subcommand;
use cloud_atlas::{DiskQuotaView, image::DiskQuota};
use pollster::FutureExt as _;

/// Show, set how much a project may keep
#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show how much --scope may keep, and what it keeps
    Show,
    /// Say how much --scope may keep; what is not said has no limit
    Set {
        /// The most images
        #[arg(long, value_name = "COUNT")]
        images: Option<u64>,
        /// The most bytes of their devices, holes included
        #[arg(long, value_name = "BYTES")]
        bytes: Option<u64>,
    },
}

impl QuotaCommand {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let view = match self {
            Self::Show => session.disk_quota(&global.scope).block_on()?,
            Self::Set { images, bytes } => {
                let mut quota = DiskQuota::new(global.scope.clone());
                (quota.images, quota.bytes) = (images, bytes);
                session.set_disk_quota(quota).block_on()?
            }
        };
        let DiskQuotaView { quota, usage, .. } = &view;
        out.one(&view, |out| {
            let of = |most: Option<u64>| {
                most.map_or_else(|| "any number".to_owned(), |most| most.to_string())
            };
            writeln!(out, "images: {} of {}", usage.images, of(quota.images))?;
            writeln!(out, "bytes: {} of {}", usage.bytes, of(quota.bytes))
        })
    }
}
