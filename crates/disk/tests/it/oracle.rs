//! `qemu-img`, which made most images that there are: what it reads is what we read.

use std::{path::PathBuf, process::Command};
use tempfile::TempDir;

/// A folder to make images in.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `qemu-img` in the folder.
    #[track_caller]
    pub(crate) fn qemu_img(&self, args: &[&str]) {
        let mut command = Command::new("qemu-img");
        let ran = command.args(args).current_dir(self.folder.path()).output();
        let ran = ran.expect("qemu-img is needed: apt-get install qemu-utils");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "qemu-img {args:?}: {said}");
    }

    /// The file that `qemu-img` makes of a RAW, with these options of VMDK.
    #[track_caller]
    pub(crate) fn vmdk(&self, raw: &str, options: &str) -> PathBuf {
        let to = "disk.vmdk";
        self.qemu_img(&["convert", "-f", "raw", "-O", "vmdk", "-o", options, raw, to]);
        self.path(to)
    }

    /// A RAW with holes, zeros that were written, text and noise, of any size.
    pub(crate) fn raw(&self, name: &str, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut at = 0;
        while at < size {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let length = ((state >> 20) as usize % 200_000 + 1).min(size - at);
            let part = &mut bytes[at..at + length];
            match state % 4 {
                0 | 1 => {}
                2 => part
                    .iter_mut()
                    .zip(b"a line of text\n".iter().cycle())
                    .for_each(|(to, from)| *to = *from),
                _ => {
                    for chunk in part.chunks_mut(8) {
                        state = state
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1);
                        let noise = state.to_le_bytes();
                        chunk.copy_from_slice(&noise[..chunk.len()]);
                    }
                }
            }
            at += length;
        }
        std::fs::write(self.path(name), &bytes).unwrap();
        bytes
    }

    /// What `qemu-img` makes of an image.
    pub(crate) fn read(&self, name: &str, format: &str) -> Vec<u8> {
        self.qemu_img(&["convert", "-f", format, "-O", "raw", name, "oracle.raw"]);
        std::fs::read(self.path("oracle.raw")).unwrap()
    }
}
