//! What is there is read, or refused in a line.

use super::right::{ID, Right};
use atlas_base::Digest;
use atlas_repository::{Depth, Extent, Repository, RepositoryError, StoredImage, Verify, Watch};

/// Extents that are looked at, and bytes that are read: an index can tell of any number.
const MOST_EXTENTS: usize = 5_000;
const MOST_BYTES: u64 = 4 << 20;

/// Reads the image, and says whether all of it was read. What has the digest of the image is the image.
pub(super) fn judge(repository: &Repository, right: &Right) -> bool {
    let read = match repository.open(ID) {
        Ok(image) => all(&image, (&right.disk, right.digest)),
        Err(error) => Err(error),
    };
    if let Err(error) = &read {
        one_line(error);
    }
    let mut ask = Verify::default();
    ask.depth = Depth::Chunks;
    if let Err(error) = repository.verify(&ask, Watch::default()) {
        one_line(&error);
    }
    if let Err(error) = repository.images() {
        one_line(&error);
    }
    read.is_ok()
}

pub(super) fn all(image: &StoredImage, right: (&[u8], Digest)) -> Result<(), RepositoryError> {
    let (disk, digest) = right;
    let is_right = image.digest() == digest;
    let size = image.size();
    if is_right {
        assert_eq!(usize::try_from(size), Ok(disk.len()));
    }
    assert_eq!(image.read(&mut [1], size).unwrap(), 0, "behind the end");
    let (mut at, mut bytes) = (0, 0);
    for _ in 0..MOST_EXTENTS {
        let Some(extent) = image.extent(at)? else {
            assert_eq!(at, size, "all of it has extents");
            break;
        };
        assert_eq!(extent.at, at, "one begins where the last one ends");
        let read = one(image, &extent)?;
        if is_right {
            let from = usize::try_from(at).unwrap();
            assert!(disk[from..].starts_with(&read), "another disk at {at}");
        }
        at = at.checked_add(extent.length).unwrap();
        bytes += u64::try_from(read.len()).unwrap();
        if bytes > MOST_BYTES {
            break;
        }
    }
    Ok(())
}

/// Reads an extent, of zeros no more than some.
fn one(image: &StoredImage, extent: &Extent) -> Result<Vec<u8>, RepositoryError> {
    let most = if extent.chunk.is_some() {
        512 << 10
    } else {
        5_000
    };
    let length = usize::try_from(extent.length).unwrap_or(usize::MAX);
    assert!(length > 0, "an extent of nothing");
    assert!(extent.chunk.is_none() || length <= most, "a long chunk");
    let mut buffer = vec![1; length.min(most)];
    let done = image.read(&mut buffer, extent.at)?;
    assert_eq!(done, buffer.len(), "all of an extent is read");
    match extent.chunk {
        Some(chunk) => assert_eq!(blake3::hash(&buffer).as_bytes(), chunk.as_bytes()),
        None => assert!(buffer.iter().all(|byte| *byte == 0), "zeros"),
    }
    Ok(buffer)
}

pub(super) fn one_line(error: &RepositoryError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
}
