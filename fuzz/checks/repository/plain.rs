//! An image as a file, of which one of its files is changed.

use super::{
    Mode, changed,
    read::{all, one_line},
    right::{ID, disk, seal, take_in},
};
use atlas_base::Digest;
use atlas_repository::{Depth, Pool, Verify, Watch};
use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The files of an image as they are when they are right, by name.
struct Kept {
    files: [(String, Vec<u8>); 3],
    disk: Vec<u8>,
    digest: Digest,
}

/// A folder that is gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static FOLDERS: AtomicU64 = AtomicU64::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("atlas-plain-{}-{number}", process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn kept() -> &'static Kept {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    KEPT.get_or_init(make)
}

#[expect(clippy::disallowed_methods, reason = "images as files are files")]
fn make() -> Kept {
    let folder = Folder::new();
    let pool = Pool::plain(&folder.0).unwrap();
    let digest = take_in(|disk, ask| pool.ingest(disk, ask, Watch::default()));
    let names = [
        format!("images/{ID}"),
        format!("raw/{ID}.pages"),
        format!("raw/{ID}.raw"),
    ];
    let files = names.map(|name| {
        let bytes = fs::read(folder.0.join(&name)).unwrap();
        (name, bytes)
    });
    Kept {
        files,
        disk: disk(),
        digest,
    }
}

/// Says whether all was read.
#[expect(clippy::disallowed_methods, reason = "images as files are files")]
pub(super) fn check(mode: Mode, which: u8, rest: &[u8]) -> bool {
    let Kept {
        files,
        disk,
        digest,
    } = kept();
    let folder = Folder::new();
    let pool = Pool::plain(&folder.0).unwrap();
    for (name, bytes) in files {
        let path = folder.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let (name, bytes) = &files[usize::from(which) % files.len()];
    let record = which.is_multiple_of(3);
    let other = match mode {
        // A record is sealed: all that is in front of its digest can be sealed anew.
        Mode::Changes | Mode::Body if record => {
            let (magic, body) = bytes[..bytes.len() - 32].split_at(8);
            let body = match mode {
                Mode::Changes => changed(body, rest),
                _ => rest.to_vec(),
            };
            seal(str::from_utf8(magic).unwrap(), &body)
        }
        Mode::AsItIs => rest.to_vec(),
        _ => changed(bytes, rest),
    };
    fs::write(folder.0.join(name), &other).unwrap();
    let read = pool.open(ID).and_then(|image| all(&image, (disk, *digest)));
    if let Err(error) = &read {
        one_line(error);
    }
    let mut ask = Verify::default();
    ask.depth = Depth::Chunks;
    if let Err(error) = pool.verify(&ask, Watch::default()) {
        one_line(&error);
    }
    if let Err(error) = pool.images() {
        one_line(&error);
    }
    read.is_ok()
}
