//! What came of a file so far.

use crate::{FetchError, Kept, Sha256, Validator, pace::Pace, spool};
use atlas_base::Digest;
use sha2::Digest as _;
use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// What came of a file so far, in a file of ours alone.
#[derive(Debug)]
pub(crate) struct Part {
    file: File,
    /// Its name, if it has one: without, nothing stays.
    path: Option<PathBuf>,
    length: u64,
    digests: Digests,
    content: Option<Content>,
    /// How many bytes were there when it was said last how many there are.
    kept: u64,
}

/// Of which content it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) validator: Validator,
    pub(crate) total: Option<u64>,
}

#[derive(Debug, Clone)]
struct Digests {
    sha256: sha2::Sha256,
    blake3: blake3::Hasher,
}

impl Digests {
    fn new() -> Self {
        let mut blake3 = blake3::Hasher::new();
        blake3.update(b"atlas-fetch part\0");
        Self {
            sha256: sha2::Sha256::new(),
            blake3,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.blake3.update(bytes);
    }

    fn kept(&self) -> Digest {
        Digest::from_bytes(*self.blake3.finalize().as_bytes())
    }
}

/// After so many bytes it is said again how many there are, for whoever comes after a crash.
const STRIDE: u64 = 16 << 20;

impl Part {
    /// Nothing yet, and nothing stays.
    pub(crate) fn nameless(file: File) -> Self {
        Self {
            file,
            path: None,
            length: 0,
            digests: Digests::new(),
            content: None,
            kept: 0,
        }
    }

    /// What an earlier attempt has left, if it is still what that has written; else nothing.
    pub(crate) fn named(file: File, path: &Path, pace: &Pace<'_>) -> Result<Self, FetchError> {
        let mut part = Self {
            path: Some(path.to_owned()),
            ..Self::nameless(file)
        };
        match read_state(path) {
            Some(kept) if part.read_kept(&kept, pace)? => {
                part.content = Some(Content {
                    validator: kept.validator,
                    total: kept.total,
                });
            }
            _ => part.begin(None)?,
        }
        Ok(part)
    }

    /// Reads what is kept into the digests, and forgets what follows it, which nobody vouches for.
    fn read_kept(&mut self, kept: &Kept, pace: &Pace<'_>) -> Result<bool, FetchError> {
        let failed = || FetchError::spool("read a file");
        let mut buffer = vec![0; 256 << 10];
        self.file.rewind().map_err(failed())?;
        while self.length < kept.length {
            if pace.watch().is_stopped() {
                return Err(FetchError::Stopped);
            }
            let left = usize::try_from(kept.length.saturating_sub(self.length));
            let wanted = left.unwrap_or(usize::MAX).min(buffer.len());
            let wanted = buffer.get_mut(..wanted).unwrap_or_default();
            let count = match self.file.read(wanted) {
                Ok(0) => return Ok(false),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed()(error)),
            };
            self.digests.update(wanted.get(..count).unwrap_or_default());
            let more = u64::try_from(count).unwrap_or_default();
            self.length = self.length.saturating_add(more);
        }
        if self.digests.kept() != kept.digest {
            return Ok(false);
        }
        let cut = self.file.set_len(kept.length);
        cut.map_err(FetchError::spool("cut a file"))?;
        self.kept = kept.length;
        pace.moved();
        Ok(true)
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// From where on one may go on, and with which content.
    pub(crate) fn content(&self) -> Option<&Content> {
        self.content.as_ref().filter(|_| self.length > 0)
    }

    /// Forgets all bytes, for those of a content.
    pub(crate) fn begin(&mut self, content: Option<Content>) -> Result<(), FetchError> {
        let failed = || FetchError::spool("begin a file");
        if let Some(path) = &self.path {
            absent(fs::remove_file(path.with_extension("state"))).map_err(failed())?;
        }
        self.file.set_len(0).map_err(failed())?;
        self.file.rewind().map_err(failed())?;
        self.length = 0;
        self.kept = 0;
        self.digests = Digests::new();
        self.content = content;
        Ok(())
    }

    /// Learns how many bytes there are in all.
    pub(crate) fn learn(&mut self, total: u64) {
        if let Some(content) = &mut self.content {
            content.total = Some(total);
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let failed = || FetchError::spool("write a file");
        self.file.write_all(bytes).map_err(failed())?;
        self.digests.update(bytes);
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(more);
        if self.length.saturating_sub(self.kept) >= STRIDE {
            self.keep()?;
        }
        Ok(())
    }

    /// Says how many bytes are there, once they are.
    pub(crate) fn keep(&mut self) -> Result<(), FetchError> {
        let failed = || FetchError::spool("keep a file");
        let (Some(path), Some(content)) = (&self.path, &self.content) else {
            return Ok(());
        };
        if self.length == self.kept {
            return Ok(());
        }
        // What is said to be there must be there after a loss of power too.
        self.file.sync_data().map_err(failed())?;
        let kept = Kept {
            validator: content.validator.clone(),
            total: content.total,
            length: self.length,
            digest: self.digests.kept(),
        };
        // Nobody else writes it, since the part is locked.
        let fresh = path.with_extension("state-new");
        let mut state = spool::open(&fresh, true).map_err(failed())?;
        state
            .write_all(kept.to_string().as_bytes())
            .map_err(failed())?;
        fs::rename(&fresh, path.with_extension("state")).map_err(failed())?;
        self.kept = self.length;
        Ok(())
    }

    /// Ends without all bytes: what one can go on with stays.
    pub(crate) fn leave(mut self) -> Result<(), FetchError> {
        if self.content().is_none() {
            return self.discard();
        }
        self.keep()
    }

    /// Ends without anything.
    pub(crate) fn discard(self) -> Result<(), FetchError> {
        match &self.path {
            Some(path) => spool::remove(path).map_err(FetchError::spool("remove a file")),
            None => Ok(()),
        }
    }

    /// The digest of all bytes.
    pub(crate) fn sha256(&self) -> Sha256 {
        Sha256::from_bytes(self.digests.sha256.clone().finalize().into())
    }

    /// Ends with all bytes: the file has no name any more, and is at its beginning.
    pub(crate) fn finish(self) -> Result<File, FetchError> {
        let failed = || FetchError::spool("finish a file");
        let mut file = self.file;
        file.seek(SeekFrom::Start(0)).map_err(failed())?;
        if let Some(path) = &self.path {
            spool::remove(path).map_err(failed())?;
            // The name is free already.
            file.unlock().map_err(failed())?;
        }
        Ok(file)
    }
}

fn read_state(part: &Path) -> Option<Kept> {
    let mut text = String::new();
    // A longer one is no state; what cannot be read is as good as none.
    let state = File::open(part.with_extension("state")).ok()?;
    state.take(4 << 10).read_to_string(&mut text).ok()?;
    Kept::parse(&text).ok()
}

/// What is not there need not be removed.
fn absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
