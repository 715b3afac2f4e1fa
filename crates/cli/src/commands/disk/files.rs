//! Files that appear once they are whole.

use crate::exit::{Failure, Run};
use cloud_atlas::disk::WriteAt as _;
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// The files of a folder that was empty. They have no names until they are shown, where the system
/// can do that, so that whatever stops the program leaves nothing behind.
pub(super) struct Outputs<'a> {
    folder: &'a Path,
    files: Vec<File>,
}

impl<'a> Outputs<'a> {
    pub(super) fn new(folder: &'a Path) -> Result<Self, Failure> {
        let trouble = |error: io::Error| {
            Failure::trouble(format!("{} cannot be read", crate::files::shown(folder)))
                .because(error)
        };
        let mut entries = fs::read_dir(folder).map_err(trouble)?;
        if entries.next().is_some() {
            return Err(Failure::misused(format!(
                "{} is not empty: name an empty folder",
                crate::files::shown(folder)
            )));
        }
        let files = Vec::new();
        Ok(Self { folder, files })
    }

    fn name(number: usize) -> String {
        format!("disk-{number}.raw")
    }

    fn trouble(&self, error: io::Error) -> Failure {
        let folder = crate::files::shown(self.folder);
        Failure::trouble(format!("{folder} cannot be written")).because(error)
    }

    /// The next file, and the name that it will have.
    pub(super) fn file(&self) -> Result<(String, File), Failure> {
        let file = tempfile::tempfile_in(self.folder).map_err(|error| self.trouble(error))?;
        Ok((Self::name(self.files.len()), file))
    }

    /// A file is whole.
    pub(super) fn done(&mut self, file: File) -> Run {
        file.sync_all().map_err(|error| self.trouble(error))?;
        self.files.push(file);
        Ok(())
    }

    /// Gives all of them their names, or none.
    pub(super) fn show(self) -> Run {
        let mut shown: Vec<PathBuf> = Vec::new();
        for (number, file) in self.files.iter().enumerate() {
            let path = self.folder.join(Self::name(number));
            if let Err(error) = named(file, &path) {
                for path in &shown {
                    // What is told is why the other was not shown.
                    let _ = fs::remove_file(path);
                }
                return Err(self.trouble(error));
            }
            shown.push(path);
        }
        let folder = File::open(self.folder).and_then(|folder| folder.sync_all());
        folder.map_err(|error| self.trouble(error))
    }
}

/// Gives a file without a name one.
fn named(file: &File, path: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, linkat};
        use std::os::fd::AsRawFd as _;
        let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
        if linkat(CWD, unnamed, CWD, path, AtFlags::SYMLINK_FOLLOW).is_ok() {
            return Ok(());
        }
    }
    // Not every file system can.
    let mut from = file.try_clone()?;
    io::Seek::rewind(&mut from)?;
    let to = File::create_new(path)?;
    let copied = copy_sparse(&mut from, &to).and_then(|()| to.sync_all());
    if copied.is_err() {
        // What is told is why it cannot be written.
        let _ = fs::remove_file(path);
    }
    copied
}

/// Copies a file, but not its zeros.
fn copy_sparse(from: &mut File, to: &File) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return to.set_len(at),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for block in buffer.get(..read).unwrap_or_default().chunks(4096) {
            if block.iter().any(|byte| *byte != 0) {
                to.write_at(block, at)?;
            }
            at += u64::try_from(block.len()).unwrap_or_default();
        }
    }
}
