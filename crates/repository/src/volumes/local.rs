//! Volumes in a folder.

mod about;
mod beneath;
mod copy;
mod lease;

use self::{
    about::{SnapshotAbout, VolumeAbout},
    lease::Held,
};
use super::{
    Attachment, OpenVolume, Snapshot, SnapshotId, Volume, VolumeError, VolumeFormat, VolumeHost,
    VolumeId, VolumeRefusal,
};
use crate::Watch;
use atlas_base::Timestamp;
use atlas_disk::ReadAt as _;
use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// Volumes and snapshots in a folder, on Unix.
///
/// ```text
/// volumes/ID.raw           a disk, or ID.qcow2
/// volumes/ID.json          what is said of it, if anything is
/// snapshots/ID/disk.raw    what it was, or disk.qcow2
/// snapshots/ID/about.json  of which volume, and when it was made
/// snapshots/ID/lease-…     who uses it, locked while they do
/// ```
///
/// Beside a volume may stand its name for people and which server has it, as the program writes that
/// starts servers, or [`attach`](Self::attach):
///
/// ```text
/// {"name": "Database", "attached": {"server": "web-1", "running": true}}
/// ```
///
/// A snapshot is a clone of the file where the file system has those (btrfs, XFS), and else a copy with
/// holes, for which the volume must not change meanwhile. It gets its name once it is whole. Links are
/// followed nowhere. Disks that are read are locked (`flock`), which ends with the process that reads
/// them. What begins with a dot is not finished, or on its way out; among snapshots it goes with the next
/// change.
#[derive(Debug, Clone)]
pub struct LocalVolumes {
    folder: PathBuf,
}

const FORMATS: [(VolumeFormat, &str); 2] =
    [(VolumeFormat::Raw, "raw"), (VolumeFormat::Qcow2, "qcow2")];

/// How often something is begun that somebody else takes away at the same moment.
const TRIES: u32 = 8;

impl LocalVolumes {
    /// Uses a folder, and makes what is missing of its layout.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, VolumeError> {
        let folder = folder.into();
        for inner in ["volumes", "snapshots"] {
            let made = fs::create_dir_all(folder.join(inner));
            made.map_err(VolumeError::folder("make it"))?;
        }
        Ok(Self { folder })
    }

    /// Says which server has a volume, or that none has.
    ///
    /// # Errors
    ///
    /// There is no such volume, an image is being made of it, or it cannot be written.
    pub fn attach(&self, id: &VolumeId, to: Option<&Attachment>) -> Result<(), VolumeError> {
        let failed = || VolumeError::folder("attach a volume");
        let (_, file) = self.volume_disk(id)?;
        // Whoever reads the volume shares its lock.
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(VolumeError::Busy(id.clone())),
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
        let about = VolumeAbout {
            name: self.volume_about(id)?.name,
            attached: to.map(Into::into),
        };
        let path = self.folder.join("volumes").join(format!("{id}.json"));
        about::write(&path, &about).map_err(failed())
    }

    fn snapshots_folder(&self) -> PathBuf {
        self.folder.join("snapshots")
    }

    fn volume_about(&self, id: &VolumeId) -> Result<VolumeAbout, VolumeError> {
        let name = format!("{id}.json");
        let about = about::read(&self.folder, &["volumes", &name], id.as_str())?;
        Ok(about.unwrap_or_default())
    }

    fn volume_disk(&self, id: &VolumeId) -> Result<(VolumeFormat, File), VolumeError> {
        let found = Self::disk(id.as_str(), |extension| {
            let name = format!("{id}.{extension}");
            beneath::disk(&self.folder, &["volumes", &name])
        })?;
        found.ok_or_else(|| VolumeError::NoVolume(id.clone()))
    }

    fn snapshot_disk(&self, id: &SnapshotId) -> Result<(VolumeFormat, File), VolumeError> {
        let found = Self::disk(id.as_str(), |extension| {
            let name = format!("disk.{extension}");
            beneath::disk(&self.folder, &["snapshots", id.as_str(), &name])
        })?;
        found.ok_or_else(|| VolumeError::NoSnapshot(id.clone()))
    }

    /// The disk of either format.
    fn disk(
        id: &str,
        open: impl Fn(&str) -> io::Result<Option<File>>,
    ) -> Result<Option<(VolumeFormat, File)>, VolumeError> {
        let mut found = None;
        for (format, extension) in FORMATS {
            let Some(file) = open(extension).map_err(VolumeError::folder("open a disk"))? else {
                continue;
            };
            if found.replace((format, file)).is_some() {
                return Err(VolumeError::Odd {
                    id: id.to_owned(),
                    why: "there is a RAW and a QCOW2 of it",
                    source: None,
                });
            }
        }
        Ok(found)
    }

    /// The volume whose disk the caller has opened.
    fn described(
        &self,
        id: &VolumeId,
        format: VolumeFormat,
        file: &File,
    ) -> Result<Volume, VolumeError> {
        let about = self.volume_about(id)?;
        let name = about.name.unwrap_or_else(|| id.to_string());
        let mut volume = Volume::new(id.clone(), name, size(format, file)?);
        volume.attached = about.attached.map(Into::into);
        Ok(volume)
    }

    /// The names in a folder that have one of these forms, in order.
    fn names<T: Ord>(
        &self,
        inner: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<BTreeSet<T>, VolumeError> {
        let failed = || VolumeError::folder("list it");
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(self.folder.join(inner)).map_err(failed())? {
            let name = entry.map_err(failed())?.file_name();
            names.extend(name.to_str().and_then(&read));
        }
        Ok(names)
    }

    /// Makes a folder that is no snapshot yet, whose lock says that somebody is at work in it.
    fn unfinished(&self, prefix: &str) -> io::Result<(TempDir, File)> {
        let snapshots = self.snapshots_folder();
        for _ in 0..TRIES {
            let made = tempfile::Builder::new()
                .prefix(prefix)
                .tempdir_in(&snapshots)?;
            let Ok(lock) = File::open(made.path()) else {
                continue;
            };
            lock.lock()?;
            if beneath::is_still(&lock, made.path())? {
                return Ok((made, lock));
            }
        }
        Err(io::Error::other("somebody takes away what is begun"))
    }

    /// Removes what others have not finished, or not removed, and never will.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.snapshots_folder())? {
            let path = entry?.path();
            let name = path.file_name().and_then(|it| it.to_str());
            if !name.is_some_and(|it| it.starts_with(NEW) || it.starts_with(GONE)) {
                continue;
            }
            let Ok(lock) = File::open(&path) else {
                continue; // another one was faster
            };
            if lock.try_lock().is_ok() {
                absent(fs::remove_dir_all(&path))?;
            }
            // Until now nobody takes it for a folder of their own.
            drop(lock);
        }
        Ok(())
    }
}

const NEW: &str = ".new-";
const GONE: &str = ".gone-";

fn size(format: VolumeFormat, file: &File) -> Result<u64, VolumeError> {
    let size = match format {
        VolumeFormat::Raw => file.metadata().map(|it| it.len()),
        VolumeFormat::Qcow2 => about::qcow2_size(file),
    };
    size.map_err(VolumeError::folder("read a disk"))
}

impl VolumeHost for LocalVolumes {
    fn volumes(&self) -> Result<Vec<Volume>, VolumeError> {
        let ids = self.names("volumes", |name| {
            let (id, extension) = name.rsplit_once('.')?;
            let is_disk = FORMATS.iter().any(|(_, it)| *it == extension);
            is_disk.then(|| VolumeId::parse(id).ok()).flatten()
        })?;
        let mut volumes = Vec::new();
        for id in ids {
            match self.volume(&id) {
                Err(VolumeError::NoVolume(_)) => {}
                found => volumes.push(found?),
            }
        }
        Ok(volumes)
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, VolumeError> {
        let ids = self.names("snapshots", |name| SnapshotId::parse(name).ok())?;
        let mut snapshots = Vec::new();
        for id in ids {
            match self.snapshot(&id) {
                Err(VolumeError::NoSnapshot(_)) => {}
                found => snapshots.push(found?),
            }
        }
        Ok(snapshots)
    }

    fn volume(&self, id: &VolumeId) -> Result<Volume, VolumeError> {
        let (format, file) = self.volume_disk(id)?;
        self.described(id, format, &file)
    }

    fn snapshot(&self, id: &SnapshotId) -> Result<Snapshot, VolumeError> {
        let (format, file) = self.snapshot_disk(id)?;
        let way = ["snapshots", id.as_str(), "about.json"];
        let about: Option<SnapshotAbout> = about::read(&self.folder, &way, id.as_str())?;
        let about = about.ok_or_else(|| VolumeError::NoSnapshot(id.clone()))?;
        let size = size(format, &file)?;
        let mut snapshot = Snapshot::new(id.clone(), about.volume, size, about.made);
        let users = lease::users(&self.snapshots_folder().join(id.as_str()));
        snapshot.used_by = users.map_err(VolumeError::folder("look who uses a snapshot"))?;
        Ok(snapshot)
    }

    fn open_volume(&self, id: &VolumeId, _: &str) -> Result<OpenVolume, VolumeError> {
        let (format, file) = self.volume_disk(id)?;
        let locked = file.lock_shared();
        locked.map_err(VolumeError::folder("lock a volume"))?;
        // From now on nobody attaches it; somebody may have until now.
        self.described(id, format, &file)?.check_image()?;
        Ok(OpenVolume::new(format, Arc::new(Held::new(file))))
    }

    fn open_snapshot(&self, id: &SnapshotId, user: &str) -> Result<OpenVolume, VolumeError> {
        let failed = || VolumeError::folder("hold a snapshot");
        let (format, file) = self.snapshot_disk(id)?;
        let gone = || VolumeError::NoSnapshot(id.clone());
        match file.try_lock_shared() {
            Ok(()) => {}
            // Only who deletes it has it alone.
            Err(TryLockError::WouldBlock) => return Err(gone()),
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
        let folder = self.snapshots_folder().join(id.as_str());
        let path = folder.join(disk_name(format));
        if !beneath::is_still(&file, &path).map_err(failed())? {
            return Err(gone());
        }
        let held = Held::with_lease(file, &folder, user).map_err(failed())?;
        Ok(OpenVolume::new(format, Arc::new(held)))
    }

    fn make_snapshot(
        &self,
        volume: &VolumeId,
        id: &SnapshotId,
        made: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Snapshot, VolumeError> {
        let failed = || VolumeError::folder("make a snapshot");
        self.sweep().map_err(failed())?;
        let (format, from) = self.volume_disk(volume)?;
        let (folder, _lock) = self.unfinished(NEW).map_err(failed())?;
        let to = File::create_new(folder.path().join(disk_name(format))).map_err(failed())?;
        let before = from.state().map_err(failed())?;
        let is_clone = copy::copy(&from, &to, watch)?;
        // A clone is of one moment, a copy only of a volume that nobody writes to.
        if !is_clone && from.state().map_err(failed())? != before {
            return Err(VolumeError::Changed(volume.clone()));
        }
        to.sync_all().map_err(failed())?;
        let about = SnapshotAbout {
            volume: volume.clone(),
            made,
        };
        about::write(&folder.path().join("about.json"), &about).map_err(failed())?;
        let size = size(format, &to)?;
        // A folder takes the place of no other one that has something in it.
        match fs::rename(folder.path(), self.snapshots_folder().join(id.as_str())) {
            Ok(()) => {}
            Err(error) if is_taken(&error) => return Err(VolumeError::Exists(id.clone())),
            Err(error) => return Err(failed()(error)),
        }
        // It has another name now, which stays.
        drop(folder.keep());
        sync(&self.snapshots_folder()).map_err(failed())?;
        Ok(Snapshot::new(id.clone(), volume.clone(), size, made))
    }

    fn delete_snapshot(&self, id: &SnapshotId) -> Result<(), VolumeError> {
        let failed = || VolumeError::folder("delete a snapshot");
        self.sweep().map_err(failed())?;
        let (format, file) = self.snapshot_disk(id)?;
        let path = self.snapshots_folder().join(id.as_str());
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let users = lease::users(&path).map_err(failed())?;
                if users.is_empty() && !path.exists() {
                    return Err(VolumeError::NoSnapshot(id.clone()));
                }
                let snapshot = id.clone();
                return Err(VolumeRefusal::Used { snapshot, users }.into());
            }
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
        let is_ours = beneath::is_still(&file, &path.join(disk_name(format)));
        if !is_ours.map_err(failed())? {
            return Err(VolumeError::NoSnapshot(id.clone()));
        }
        // At once for everybody: a folder takes the place of an empty one.
        let (gone, _lock) = self.unfinished(GONE).map_err(failed())?;
        fs::rename(&path, gone.path()).map_err(failed())?;
        sync(&self.snapshots_folder()).map_err(failed())?;
        // Another one may be faster.
        absent(gone.close()).map_err(failed())
    }
}

fn disk_name(format: VolumeFormat) -> String {
    let extension = FORMATS.iter().find(|(it, _)| *it == format);
    format!("disk.{}", extension.map_or("raw", |(_, it)| it))
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::DirectoryNotEmpty | Kind::AlreadyExists | Kind::NotADirectory
    )
}

/// What is gone already need not be removed.
fn absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Names are there after a loss of power too.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
