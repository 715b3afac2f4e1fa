//! The care of storage pools: `atlas disk verify` and `atlas disk gc`.

use super::{kept::watched, pools::PoolArgs};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::Out,
};
use clap::ValueEnum;
use cloud_atlas::{
    DiskImageLeft, PoolsCleaned, PoolsVerified,
    image::DiskImage,
    repository::{Collected, Depth, Rot, Verified},
};
use core::{num::NonZeroUsize, time::Duration};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Read everything in the storage pools, and tell what is rotten or lost
///
/// Ends with 1 if something is.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// How much is looked at
    #[arg(long, value_enum, default_value_t = HowDeep::Packs)]
    depth: HowDeep,
    /// Threads that work at once [default: as many as the machine runs]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pools: PoolArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HowDeep {
    /// What is there is what was written
    Packs,
    /// What was written was right, too
    Chunks,
}

/// Remove what no image needs from the storage pools, and end what was interrupted
///
/// What is found unneeded by one run goes with a later one, after the time of grace. Ends with 1 if an
/// image could not be helped.
#[derive(Debug, clap::Args)]
pub(crate) struct Clean {
    /// The hours of grace: for what is unneeded, and for whoever is at work
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    grace: u32,
    /// Rewrite what is partly needed too: objects of which more than so many of a hundred bytes are not
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=99))]
    rewrite: Option<u8>,
    #[command(flatten)]
    pools: PoolArgs,
}

#[derive(Serialize)]
struct ToldVerified {
    whole: bool,
    pools: BTreeMap<String, ToldPool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    damaged: Vec<ToldImage>,
}

#[derive(Serialize)]
struct ToldPool {
    objects: u64,
    bytes: u64,
    images: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rot: Vec<ToldRot>,
}

#[derive(Serialize)]
struct ToldRot {
    object: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

#[derive(Serialize)]
struct ToldImage {
    id: String,
    name: String,
    scope: String,
}

impl Verify {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = self.pools.session(global)?;
        let threads = super::threads(self.threads);
        let depth = match self.depth {
            HowDeep::Packs => Depth::Packs,
            HowDeep::Chunks => Depth::Chunks,
        };
        let (watch, bar) = watched("verifying");
        let verified = session.verify_pools(depth, threads, &watch).block_on();
        bar.finish_and_clear();
        let told = ToldVerified::from(&verified?);
        out.one(&told, |out| told.write(out))?;
        if told.whole {
            Ok(())
        } else {
            Err(Failure::Wanting)
        }
    }
}

impl From<&PoolsVerified> for ToldVerified {
    fn from(verified: &PoolsVerified) -> Self {
        let rot = |rot: &Rot| ToldRot {
            object: rot.object.clone(),
            message: rot.to_string(),
            offset: rot.offset,
            length: rot.length,
        };
        let pool = |pool: &Verified| ToldPool {
            objects: pool.packs,
            bytes: pool.bytes,
            images: pool.images,
            rot: pool.rot.iter().map(rot).collect(),
        };
        let pools = verified.pools.iter();
        Self {
            whole: verified.is_whole(),
            pools: pools.map(|(name, it)| (name.clone(), pool(it))).collect(),
            damaged: verified.damaged.iter().map(ToldImage::from).collect(),
        }
    }
}

impl From<&DiskImage> for ToldImage {
    fn from(image: &DiskImage) -> Self {
        Self {
            id: image.id.to_string(),
            name: image.name.to_string(),
            scope: image.scope.to_string(),
        }
    }
}

impl ToldVerified {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, pool) in &self.pools {
            let state = if pool.rot.is_empty() {
                "whole"
            } else {
                "damaged"
            };
            writeln!(
                out,
                "{name}: {state}, {} objects of {} bytes, {} images",
                pool.objects, pool.bytes, pool.images
            )?;
            for rot in &pool.rot {
                writeln!(out, "  {}", rot.message)?;
            }
        }
        for image in &self.damaged {
            writeln!(
                out,
                "damaged: {} ({}) at {}",
                image.id, image.name, image.scope
            )?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct ToldCleaned {
    pools: BTreeMap<String, ToldCollected>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    interrupted: Vec<ToldImage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<ToldImage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<ToldLeft>,
}

#[derive(Serialize)]
struct ToldLeft {
    id: String,
    scope: String,
    reason: String,
}

#[derive(Serialize)]
struct ToldCollected {
    condemned: u64,
    removed: u64,
    removed_bytes: u64,
    rewritten: u64,
    waiting: u64,
}

impl Clean {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = self.pools.session(global)?;
        let grace = Duration::from_secs(u64::from(self.grace) * 3600);
        let (watch, bar) = watched("cleaning up");
        let cleaned = session.clean_pools(grace, self.rewrite, &watch).block_on();
        bar.finish_and_clear();
        let told = ToldCleaned::from(&cleaned?);
        out.one(&told, |out| told.write(out))?;
        // What could not be helped is left for another run, which says so again.
        if told.left.is_empty() {
            Ok(())
        } else {
            Err(Failure::Wanting)
        }
    }
}

impl From<&PoolsCleaned> for ToldCleaned {
    fn from(cleaned: &PoolsCleaned) -> Self {
        let pool = |it: &Collected| ToldCollected {
            condemned: it.condemned,
            removed: it.removed,
            removed_bytes: it.removed_bytes,
            rewritten: it.rewritten,
            waiting: it.waiting,
        };
        let pools = cleaned.pools.iter();
        Self {
            pools: pools.map(|(name, it)| (name.clone(), pool(it))).collect(),
            interrupted: cleaned.interrupted.iter().map(ToldImage::from).collect(),
            removed: cleaned.removed.iter().map(ToldImage::from).collect(),
            left: cleaned.left.iter().map(ToldLeft::from).collect(),
        }
    }
}

impl From<&DiskImageLeft> for ToldLeft {
    fn from(left: &DiskImageLeft) -> Self {
        Self {
            id: left.id.to_string(),
            scope: left.scope.to_string(),
            reason: left.reason.clone(),
        }
    }
}

impl ToldCleaned {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, pool) in &self.pools {
            writeln!(
                out,
                "{name}: removed {} objects of {} bytes, {} more go later",
                pool.removed,
                pool.removed_bytes,
                pool.condemned + pool.waiting
            )?;
        }
        for image in &self.interrupted {
            writeln!(
                out,
                "interrupted: {} ({}) at {} has failed",
                image.id, image.name, image.scope
            )?;
        }
        for image in &self.removed {
            writeln!(
                out,
                "removed: {} ({}) at {}",
                image.id, image.name, image.scope
            )?;
        }
        for left in &self.left {
            writeln!(out, "left: {} at {}: {}", left.id, left.scope, left.reason)?;
        }
        Ok(())
    }
}
