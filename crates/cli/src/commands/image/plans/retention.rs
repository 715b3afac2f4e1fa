//! `atlas image retention`.

use super::write;
use crate::{
    args::Global,
    exit::Run,
    print::{Out, note},
};
use cloud_atlas::image::{JudgeRetention, RetentionGroup, RetentionPolicy};
use core::num::{NonZeroU16, NonZeroU32};
use pollster::FutureExt as _;
use std::path::{Path, PathBuf};

/// Tell which images of --scope and below are kept, and which may go
///
/// An image is kept by any of these, and by its protection: it is among the newest of its group, was
/// registered not long ago, is used, or a channel points to it. Nothing is deleted.
#[derive(Debug, clap::Args)]
pub(crate) struct Retain {
    /// What makes images versions of one another: `name`, without a date or build number at its end;
    /// `os`; or a machine tag, such as tag:team:product
    #[arg(
        long,
        value_name = "GROUP",
        default_value = "name",
        requires = "keep_last"
    )]
    group: RetentionGroup,
    /// Keep the newest so many of each group
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    keep_last: Option<u32>,
    /// Keep those that were registered at most so many days ago
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    keep_days: Option<u16>,
    /// What is used may go too
    #[arg(long)]
    even_used: bool,
    /// What channels point to may go too
    #[arg(long)]
    even_channel_targets: bool,
    /// Write the plan to this file too; `-` is stdout
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

impl Retain {
    pub(crate) fn run(self, global: &Global, out: &mut Out) -> Run {
        let mut policy = RetentionPolicy::new(self.group);
        policy.keep_last = self.keep_last.and_then(NonZeroU32::new);
        policy.keep_days = self.keep_days.and_then(NonZeroU16::new);
        policy.keep_referenced = !self.even_used;
        policy.keep_channel_targets = !self.even_channel_targets;
        let scope = global.scope.clone();
        let ask = JudgeRetention { scope, policy };
        let plan = global.session()?.plan_retention(&ask).block_on()?;
        if let Some(file) = &self.plan {
            write(&plan, file)?;
            if file == Path::new("-") {
                return Ok(());
            }
        }
        out.one(&plan, |out| writeln!(out, "{plan}"))?;
        if plan.changes().next().is_some() {
            note("delete what may go one by one, with `atlas image delete`");
        }
        Ok(())
    }
}
