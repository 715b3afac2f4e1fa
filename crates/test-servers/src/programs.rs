//! Where the programs of servers are.

use crate::ServerError;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The folder of Debian's packages, with a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder that holds `initdb`, `postgres` and what belongs to them: Debian's newest, or one of
/// `PATH`.
pub(crate) fn postgres() -> Result<PathBuf, ServerError> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(VERSIONS)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .chain(env::split_paths(&path))
        .find(|folder| is_whole(folder))
        .ok_or(ServerError::Missing {
            program: "initdb",
            package: "postgresql",
        })
}

/// What else tests run or are built with: a program, or a file where it is none, and its package.
const OTHERS: [(&str, &str); 19] = [
    ("etcd", "etcd-server"),
    ("etcdctl", "etcd-client"),
    ("protoc", "protobuf-compiler"),
    (
        "/usr/include/google/protobuf/empty.proto",
        "libprotobuf-dev",
    ),
    // What speaks S3 is a package of Python.
    ("pip3", "python3-pip"),
    // What runs the client of EC2 for JavaScript, and installs it.
    ("node", "nodejs"),
    ("npm", "npm"),
    // A client of disk images over HTTP.
    ("curl", "curl"),
    // For disk images: one that a machine starts from is made, converted and started.
    ("python3", "python3"),
    ("qemu-img", "qemu-utils"),
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("/usr/share/ovmf/OVMF.fd", "ovmf"),
    ("mmdebstrap", "mmdebstrap"),
    // What judges the unit of the service.
    ("systemd-analyze", "systemd"),
    ("mke2fs", "e2fsprogs"),
    ("mformat", "mtools"),
    ("grub-mkimage", "grub-common"),
    ("/usr/lib/grub/i386-pc/boot.img", "grub-pc-bin"),
    ("/usr/lib/grub/x86_64-efi/moddep.lst", "grub-efi-amd64-bin"),
];

/// The Debian packages of everything that tests need and that is not here.
pub fn missing_packages() -> Vec<&'static str> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A path from the root replaces the folder before it.
    let is_here = |name: &str| env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let postgres = postgres().err().map(|_| "postgresql");
    let others = OTHERS.iter().filter(|(name, _)| !is_here(name));
    postgres
        .into_iter()
        .chain(others.map(|(_, package)| *package))
        .collect()
}

/// Where packages of tests go: into the target folder, as all that tests make.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    )
}

/// A program of `PATH`.
pub(crate) fn find(program: &'static str, package: &'static str) -> Result<PathBuf, ServerError> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .ok_or(ServerError::Missing { program, package })
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_basebackup", "psql"]
        .iter()
        .all(|program| folder.join(program).is_file())
}
