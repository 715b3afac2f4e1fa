//! What a disk is imported from.

use super::Ec2Imports;
use atlas_ec2::{DiskContainer, Ec2Error, ErrorCode};
use cloud_atlas::{
    BringDisk, BringError, BroughtDisk, DiskWatch, UrlDisk,
    fetch::{Fetch, SourceUrl},
    image::{AskedDevice, ConvertedFrom, DiskFormat, FailureCode, OriginText},
};
use std::{fs::File, io, path::PathBuf, sync::Arc};

impl Ec2Imports {
    /// A disk that a request names, and how it is brought.
    ///
    /// # Errors
    ///
    /// Its format is missing or unknown, its URL is none, or it is of a kind that is not offered.
    pub(in crate::ec2) fn source(
        &self,
        number: usize,
        container: &DiskContainer,
    ) -> Result<(AskedDevice, Box<dyn BringDisk>), Ec2Error> {
        let name = |field: &str| format!("DiskContainer.{number}.{field}");
        if container.snapshot_id.is_some() || container.user_bucket.is_some() {
            let message = "Images are imported from URLs and files here.";
            return Err(Ec2Error::new(ErrorCode::UnsupportedOperation, message));
        }
        let missing = |field| Ec2Error::missing_parameter(&name(field));
        let url = container.url.as_deref().ok_or_else(|| missing("Url"))?;
        let format = container.format.as_deref();
        let format = format.ok_or_else(|| missing("Format"))?;
        let known = DiskFormat::parse(&format.to_ascii_lowercase());
        let known = known.map_err(|_| {
            let expected = "It is one of RAW, QCOW2, VMDK, OVA, VHD, VHDX and ISO.";
            Ec2Error::invalid_parameter(&name("Format"), format, expected)
        })?;
        // A URL may hold a secret, and is shown to nobody.
        let refused = |told: String| {
            let message = format!("The value for parameter {} is invalid. {told}", name("Url"));
            Ec2Error::invalid_value(message)
        };
        let (from, bring): (_, Box<dyn BringDisk>) = match (url.strip_prefix("file:"), &self.folder)
        {
            (Some(path), Some(folder)) => {
                let file = path
                    .strip_prefix("//")
                    .unwrap_or(path)
                    .trim_start_matches('/');
                let is_plain =
                    !file.contains(['/', '\\', '\0']) && !matches!(file, "" | "." | "..");
                let plain = is_plain.then_some(file);
                let plain = plain.ok_or_else(|| refused("It names no file.".to_owned()))?;
                let told = OriginText::parse(plain).map_err(|error| refused(error.to_string()))?;
                let path = folder.join(plain);
                (
                    ConvertedFrom::File { name: told },
                    Box::new(FolderFile { path }),
                )
            }
            (Some(_), None) => return Err(refused("Files are not imported here.".to_owned())),
            (None, _) => {
                let Some((fetcher, spool)) = &self.fetcher else {
                    return Err(refused("URLs are not imported here.".to_owned()));
                };
                let asked = SourceUrl::parse(url).map_err(|error| refused(error.to_string()))?;
                let from = ConvertedFrom::url(asked.as_str());
                let disk = UrlDisk::new(fetcher.clone(), Fetch::new(asked), spool.clone());
                (from, Box::new(disk))
            }
        };
        Ok((AskedDevice::new(from, known, self.pool.clone()), bring))
    }
}

/// A file of the folder, opened where it is read.
#[derive(Debug)]
struct FolderFile {
    path: PathBuf,
}

impl BringDisk for FolderFile {
    fn bring(self: Box<Self>, _: &DiskWatch) -> Result<BroughtDisk, BringError> {
        let file = open(&self.path).map_err(|error| {
            let code = FailureCode::parse("file").unwrap_or(FailureCode::UNKNOWN);
            BringError::new(code, error)
        })?;
        Ok(BroughtDisk::new(Arc::new(file)))
    }
}

/// Opens a file that is one: a pipe would never end, and a link leads elsewhere.
#[expect(
    clippy::disallowed_methods,
    reason = "the host has named the folder for this"
)]
fn open(path: &std::path::Path) -> io::Result<File> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    File::open(path)
}
