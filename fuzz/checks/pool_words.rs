//! What holds of every text that is to name a storage pool, a volume or a snapshot.

use atlas_repository::{PoolName, PoolUrl, SnapshotId, VolumeId};

/// Says whether it names any of them.
pub(crate) fn check(text: &str) -> bool {
    let url = match PoolUrl::parse(text) {
        Ok(url) => {
            let told = url.to_string();
            assert_eq!(PoolUrl::parse(&told).as_ref(), Ok(&url), "{told}");
            assert!(!told.contains('\0'), "{told:?}");
            true
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
            one_line(&error);
            false
        }
    };
    let name = match PoolName::parse(text) {
        Ok(name) => {
            assert_eq!(name.as_str(), text);
            assert!(text.len() <= 64 && text.is_ascii(), "{text}");
            true
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
            one_line(&error);
            false
        }
    };
    let volume = match VolumeId::parse(text) {
        Ok(id) => id.as_str() == text,
        Err(error) => {
            one_line(&error);
            false
        }
    };
    let snapshot = SnapshotId::parse(text).is_ok_and(|id| id.as_str() == text);
    assert_eq!(volume, snapshot, "both are named by the same words");
    url || name || volume
}

fn one_line(error: &dyn core::error::Error) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
}
