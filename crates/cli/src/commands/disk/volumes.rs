//! `atlas disk volume` and `atlas disk snapshot`: what images can be made of, in a folder.

use super::kept::watched;
use crate::{
    exit::{Failure, Run},
    print::{Columns, Out, moment},
};
use clap::Subcommand;
use cloud_atlas::{
    Clock as _, Error, SystemClock,
    base::Timestamp,
    repository::{
        LocalVolumes, Snapshot, SnapshotId, Volume, VolumeError, VolumeHost as _, VolumeId, Watch,
    },
};
use serde::Serialize;
use std::path::PathBuf;

/// Where volumes and snapshots are.
#[derive(Debug, clap::Args)]
pub(crate) struct VolumesArgs {
    /// The folder of the volumes and snapshots
    #[arg(
        long,
        value_name = "FOLDER",
        env = "ATLAS_VOLUMES",
        hide_env_values = true
    )]
    volumes: Option<PathBuf>,
}

impl VolumesArgs {
    /// The volumes of the folder.
    pub(super) fn open(&self) -> Result<LocalVolumes, Failure> {
        let Some(folder) = &self.volumes else {
            let told = "name the folder of the volumes with --volumes";
            return Err(Failure::misused(told));
        };
        LocalVolumes::open(folder).map_err(|error| Failure::Trouble(Box::new(error)))
    }
}

/// List volumes that images can be made of
#[derive(Debug, Subcommand)]
pub(crate) enum VolumeCommand {
    /// List them, with the server that has each
    List {
        #[command(flatten)]
        at: VolumesArgs,
    },
}

/// List, make, delete snapshots of volumes
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// List them, with who uses each
    List {
        #[command(flatten)]
        at: VolumesArgs,
    },
    /// Make one of a volume, in use or not
    Make {
        /// The volume
        volume: VolumeId,
        /// What the snapshot is called
        snapshot: SnapshotId,
        #[command(flatten)]
        at: VolumesArgs,
    },
    /// Delete one that nobody uses
    Delete {
        /// The snapshot
        snapshot: SnapshotId,
        #[command(flatten)]
        at: VolumesArgs,
    },
}

#[derive(Serialize)]
struct ToldVolume {
    id: String,
    name: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    running: bool,
}

impl From<Volume> for ToldVolume {
    fn from(volume: Volume) -> Self {
        Self {
            id: volume.id.to_string(),
            name: volume.name,
            size: volume.size,
            running: volume.attached.as_ref().is_some_and(|it| it.is_running),
            server: volume.attached.map(|it| it.server),
        }
    }
}

#[derive(Serialize)]
struct ToldSnapshot {
    id: String,
    volume: String,
    size: u64,
    made: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    used_by: Vec<String>,
}

impl From<Snapshot> for ToldSnapshot {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            id: snapshot.id.to_string(),
            volume: snapshot.volume.to_string(),
            size: snapshot.size,
            made: snapshot.made,
            used_by: snapshot.used_by,
        }
    }
}

fn failed(error: VolumeError) -> Error {
    cloud_atlas::DiskRefusal::from(error).into()
}

impl VolumeCommand {
    pub(super) fn run(self, out: &mut Out) -> Run {
        let Self::List { at } = self;
        let host = at.open()?;
        let found = host.volumes().map_err(failed)?;
        let told: Vec<_> = found.into_iter().map(ToldVolume::from).collect();
        let headers = ["VOLUME", "NAME", "BYTES", "SERVER"];
        let row = |volume: &ToldVolume| {
            let server = volume.server.clone().unwrap_or_default();
            let state = if volume.running { " (running)" } else { "" };
            vec![
                volume.id.clone(),
                volume.name.clone(),
                volume.size.to_string(),
                format!("{server}{state}"),
            ]
        };
        out.list(&told, &Columns::new("no volumes", &headers, row))
    }
}

impl SnapshotCommand {
    pub(super) fn run(self, out: &mut Out) -> Run {
        match self {
            Self::List { at } => {
                let host = at.open()?;
                let found = host.snapshots().map_err(failed)?;
                let told: Vec<_> = found.into_iter().map(ToldSnapshot::from).collect();
                let headers = ["SNAPSHOT", "VOLUME", "BYTES", "MADE", "USED BY"];
                let row = |snapshot: &ToldSnapshot| {
                    vec![
                        snapshot.id.clone(),
                        snapshot.volume.clone(),
                        snapshot.size.to_string(),
                        moment(snapshot.made),
                        snapshot.used_by.join(", "),
                    ]
                };
                out.list(&told, &Columns::new("no snapshots", &headers, row))
            }
            Self::Make {
                volume,
                snapshot,
                at,
            } => {
                let host = at.open()?;
                let (watch, bar) = watched("copying");
                let stop = || watch.is_stopped();
                let tell = |now: cloud_atlas::repository::Progress| watch.tell(now.done, now.total);
                let now = SystemClock.now();
                let made = host.make_snapshot(&volume, &snapshot, now, Watch::new(&stop, &tell));
                bar.finish_and_clear();
                let told = ToldSnapshot::from(made.map_err(failed)?);
                out.one(&told, |out| {
                    writeln!(out, "made the snapshot {} of {}", told.id, told.volume)
                })
            }
            Self::Delete { snapshot, at } => {
                let host = at.open()?;
                host.delete_snapshot(&snapshot).map_err(failed)?;
                out.removed("snapshot", &snapshot)
            }
        }
    }
}
