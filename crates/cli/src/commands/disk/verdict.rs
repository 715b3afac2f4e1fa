//! What is said of an image.

use cloud_atlas::disk::{
    Appliance, Converted, Device, DiskKind, Firmware, Format, Image, RawDigest, Reason, Refusal,
};
use core::fmt::Write as _;
use serde::Serialize;
use std::io;

/// Whether an image is accepted.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub(super) enum Verdict {
    Accept {
        format: Format,
        firmware: Firmware,
        disks: Vec<ToldDisk>,
        #[serde(skip_serializing_if = "Option::is_none")]
        appliance: Option<Appliance>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<ToldWarning>,
    },
    Reject {
        reason: Reason,
        message: String,
    },
}

/// A disk of an image that was accepted.
#[derive(Debug, Serialize)]
pub(super) struct ToldDisk {
    #[serde(skip_serializing_if = "is_disk")]
    kind: &'static str,
    virtual_size: u64,
    boots: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_sha256: Option<RawDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_blake3: Option<RawDigest>,
}

/// What is worth saying of it. People are told apart, on the other stream.
#[derive(Debug, Serialize)]
pub(super) struct ToldWarning {
    pub(super) code: &'static str,
    pub(super) message: String,
}

const DISK: &str = "disk";

fn is_disk(kind: &&'static str) -> bool {
    *kind == DISK
}

impl Verdict {
    pub(super) fn accepted(image: &Image) -> Self {
        let disks = image.disks().iter().map(|disk| ToldDisk {
            kind: match disk.kind() {
                DiskKind::Disk => DISK,
                DiskKind::Cdrom => "cdrom",
            },
            virtual_size: disk.virtual_size(),
            boots: disk.boots(),
            device: disk.device().cloned(),
            file: None,
            data_bytes: None,
            raw_sha256: None,
            raw_blake3: None,
        });
        let warnings = image.warnings().iter().map(|warning| ToldWarning {
            code: warning.code(),
            message: warning.to_string(),
        });
        Self::Accept {
            format: image.format(),
            firmware: image.firmware(),
            disks: disks.collect(),
            appliance: image.appliance().cloned(),
            warnings: warnings.collect(),
        }
    }

    pub(super) fn rejected(refusal: &Refusal) -> Self {
        Self::Reject {
            reason: refusal.reason(),
            message: refusal.to_string(),
        }
    }

    /// Adds what became of each disk, in order.
    pub(super) fn with(mut self, converted: &[(String, Converted)]) -> Self {
        if let Self::Accept { disks, .. } = &mut self {
            for (disk, (file, done)) in disks.iter_mut().zip(converted) {
                disk.virtual_size = done.size;
                disk.file = Some(file.clone());
                disk.data_bytes = Some(done.data);
                disk.raw_sha256 = done.digests.sha256;
                disk.raw_blake3 = done.digests.blake3;
            }
        }
        self
    }

    /// Writes it for people.
    pub(super) fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Reject { reason, message } => writeln!(out, "refused ({reason}): {message}"),
            Self::Accept {
                format,
                firmware,
                disks,
                appliance,
                ..
            } => {
                writeln!(out, "accepted: {format}, starts by {firmware}")?;
                if let Some(appliance) = appliance {
                    write_machine(appliance, out)?;
                }
                disks
                    .iter()
                    .zip(0..)
                    .try_for_each(|(disk, number)| writeln!(out, "{}", disk.line(number)))
            }
        }
    }
}

/// The machine of an appliance, in a line or two.
fn write_machine(of: &Appliance, out: &mut dyn io::Write) -> io::Result<()> {
    let texts = [("machine", &of.name), ("system", &of.system)];
    for (what, text) in texts {
        if let Some(text) = text {
            writeln!(out, "{what}: {}", text.escape_debug())?;
        }
    }
    if let Some(count) = of.processors {
        writeln!(out, "processors: {count}")?;
    }
    if let Some(bytes) = of.memory {
        writeln!(out, "memory: {bytes} bytes")?;
    }
    if of.has_secure_boot {
        writeln!(out, "secure boot: yes")?;
    }
    Ok(())
}

impl ToldDisk {
    fn line(&self, number: usize) -> String {
        let mut line = format!("{} {number}: {} bytes", self.kind, self.virtual_size);
        if let Some(data) = self.data_bytes {
            // Writing to a text does not fail.
            let _ = write!(line, ", {data} of them data");
        }
        if !self.boots {
            line.push_str(", nothing starts from it");
        }
        if let Some(file) = &self.file {
            let _ = write!(line, ", in {file}");
        }
        for (name, digest) in [("sha256", self.raw_sha256), ("blake3", self.raw_blake3)] {
            if let Some(digest) = digest {
                let _ = write!(line, "\n  {name} {digest}");
            }
        }
        line
    }
}
