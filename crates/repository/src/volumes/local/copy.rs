//! Copies of disks that take no more room than they must.

use crate::{Watch, volumes::VolumeError};
use std::{fs::File, io, os::unix::fs::FileExt as _};

/// How much is read at once, and the smallest run of zeros that is left out.
const PIECE: usize = 1 << 20;
const BLOCK: usize = 4 << 10;

/// Copies all of a disk into an empty file, whose holes stay holes: as a clone where the file system has
/// those, which is of one moment. Says whether it is one.
pub(super) fn copy(from: &File, to: &File, watch: Watch<'_>) -> Result<bool, VolumeError> {
    #[cfg(target_os = "linux")]
    if rustix::fs::ioctl_ficlone(to, from).is_ok() {
        return Ok(true);
    }
    let failed = || VolumeError::folder("copy a volume");
    let length = from.metadata().map_err(failed())?.len();
    to.set_len(length).map_err(failed())?;
    let mut buffer = vec![0; PIECE];
    let mut at = 0_u64;
    while let Some(start) = data(from, at).map_err(failed())?.filter(|it| *it < length) {
        watch.go_on().map_err(|_| VolumeError::Stopped)?;
        let count = match from.read_at(&mut buffer, start) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed()(error)),
        };
        let mut place = start;
        for block in buffer.get(..count).unwrap_or_default().chunks(BLOCK) {
            if block.iter().any(|byte| *byte != 0) {
                to.write_all_at(block, place).map_err(failed())?;
            }
            place = place.saturating_add(u64::try_from(block.len()).unwrap_or_default());
        }
        at = place;
        watch.tell(at.min(length), length);
    }
    watch.tell(length, length);
    Ok(false)
}

/// Where the next data is, at or behind a place.
#[cfg(target_os = "linux")]
fn data(file: &File, at: u64) -> io::Result<Option<u64>> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(at)) {
        Ok(place) => Ok(Some(place)),
        Err(rustix::io::Errno::NXIO) => Ok(None),
        // Some file systems know no holes.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::OPNOTSUPP) => Ok(Some(at)),
        Err(error) => Err(error.into()),
    }
}

/// Elsewhere holes are read as the zeros that they are.
#[cfg(not(target_os = "linux"))]
fn data(_: &File, at: u64) -> io::Result<Option<u64>> {
    Ok(Some(at))
}
