//! A system that people would start: it goes through each format, its file system stays clean, and it
//! starts, by BIOS and by UEFI.

use crate::{
    appliance::{self, Drive},
    disks::qemu_img,
    program::Program,
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// The firmware of UEFI, as Debian's package has it.
const OVMF: &str = "/usr/share/ovmf/OVMF.fd";

/// Makes the system, or finds it made: `system.raw`, `data.raw`, and what is to be known of them. They are
/// linked into the folder of a program.
pub(crate) fn furnished() -> (Program, Value) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("boot");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boot/make.py");
    let ran = Command::new("python3").arg(script).arg(&folder).output();
    let ran = ran.expect("python3 is needed: apt-get install python3");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    let facts = fs::read(folder.join("facts.json")).unwrap();
    let program = Program::bare();
    for name in ["system.raw", "data.raw"] {
        symlink(folder.join(name), program.path(name)).unwrap();
    }
    (program, serde_json::from_slice(&facts).unwrap())
}

/// Converts an image into a folder, and gives what is said of it.
#[track_caller]
fn convert(program: &Program, declared: &str, file: &str, out: &str) -> Value {
    fs::create_dir(program.path(out)).unwrap();
    let args = [
        "--output",
        "json",
        "disk",
        "convert",
        "--declared",
        declared,
        file,
        out,
    ];
    program.ok(&args).json().remove(0)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Firmware {
    Bios,
    Uefi,
}

/// Starts a machine with disks, waits for its end, and gives what it tells on its serial line.
#[track_caller]
fn started(program: &Program, firmware: Firmware, disks: &[PathBuf]) -> String {
    let serial = program.path("serial");
    // Software emulation wherever it runs; if it hangs, it is ended.
    let mut command = Command::new("timeout");
    command
        .args([
            "-k",
            "5",
            "600",
            "qemu-system-x86_64",
            "-machine",
            "q35,accel=tcg",
        ])
        .args(["-cpu", "max", "-m", "512", "-smp", "2", "-nodefaults"])
        .args(["-display", "none", "-no-reboot", "-serial"])
        .arg(format!("file:{}", serial.display()));
    if firmware == Firmware::Uefi {
        assert!(
            Path::new(OVMF).exists(),
            "{OVMF} is needed: apt-get install ovmf"
        );
        command.args(["-bios", OVMF]);
    }
    for disk in disks {
        let drive = "format=raw,if=virtio,snapshot=on";
        command
            .arg("-drive")
            .arg(format!("file={},{drive}", disk.display()));
    }
    let ran = command.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    let needed = "qemu-system-x86_64 is needed: apt-get install qemu-system-x86";
    assert_ne!(ran.status.code(), Some(127), "{needed}");
    let told = fs::read(serial).unwrap_or_default();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(ran.status.success(), "{}: {said}\n{told}", ran.status);
    let marker = told.lines().find_map(|line| line.split_once("MARKER "));
    marker
        .unwrap_or_else(|| panic!("no marker: {told}"))
        .1
        .to_owned()
}

#[test]
fn b01_a_system_starts_from_a_qcow2() {
    let (program, _) = furnished();
    let zstd = "compression_type=zstd";
    let args = [
        "convert",
        "-c",
        "-f",
        "raw",
        "-O",
        "qcow2",
        "-o",
        zstd,
        "system.raw",
        "s.qcow2",
    ];
    qemu_img(&program, &args);
    let told = convert(&program, "qcow2", "s.qcow2", "out");
    assert_eq!(told["disks"][0]["boots"], true);
    let disks = [program.path("out/disk-0.raw")];
    for (firmware, efi) in [(Firmware::Bios, "no"), (Firmware::Uefi, "yes")] {
        let wanted = format!("system=the system is here; data=nothing; efi={efi}; disks=vda ");
        assert_eq!(started(&program, firmware, &disks), wanted);
    }
}

#[test]
fn b10_a_system_starts_from_an_appliance_of_two_disks() {
    let (program, _) = furnished();
    let drives = ["system", "data"].map(Drive::of);
    appliance::archive(&program, "efi", &drives, &[]);
    let told = convert(&program, "ova", "machine.ova", "out");
    assert_eq!(told["firmware"], "uefi");
    let disks = ["disk-0.raw", "disk-1.raw"].map(|name| program.path("out").join(name));
    for (firmware, efi) in [(Firmware::Bios, "no"), (Firmware::Uefi, "yes")] {
        let system = "system=the system is here; data=the data is here";
        let wanted = format!("{system}; efi={efi}; disks=vda vdb ");
        assert_eq!(started(&program, firmware, &disks), wanted);
    }
}

/// What each format is called here, in the command and in `qemu-img`, and how it is written.
const FORMATS: [(&str, &str, &str, &[&str]); 9] = [
    ("plain.qcow2", "qcow2", "qcow2", &[]),
    (
        "zlib.qcow2",
        "qcow2",
        "qcow2",
        &["-c", "-o", "cluster_size=2M"],
    ),
    (
        "extended.qcow2",
        "qcow2",
        "qcow2",
        &["-o", "extended_l2=on,cluster_size=128k"],
    ),
    (
        "sparse.vmdk",
        "vmdk",
        "vmdk",
        &["-o", "subformat=monolithicSparse"],
    ),
    (
        "stream.vmdk",
        "vmdk",
        "vmdk",
        &["-o", "subformat=streamOptimized"],
    ),
    (
        "dynamic.vhd",
        "vhd",
        "vpc",
        &["-o", "subformat=dynamic,force_size=on"],
    ),
    (
        "fixed.vhd",
        "vhd",
        "vpc",
        &["-o", "subformat=fixed,force_size=on"],
    ),
    ("disk.vhdx", "vhdx", "vhdx", &[]),
    ("disk.raw", "raw", "raw", &[]),
];

#[test]
fn b01_a_file_system_stays_clean_through_every_format() {
    let (program, facts) = furnished();
    let at = facts["root_at"].as_u64().unwrap();
    let source = convert(&program, "raw", "system.raw", "source");
    let digest = &source["disks"][0]["raw_sha256"];
    for (name, declared, format, options) in FORMATS {
        let args = [
            &["convert", "-f", "raw", "-O", format],
            options,
            &["system.raw", name],
        ];
        qemu_img(&program, &args.concat());
        let told = convert(&program, declared, name, "out");
        assert_eq!(&told["disks"][0]["raw_sha256"], digest, "{name}");
        let disk = program.path("out/disk-0.raw");
        let ran = Command::new("e2fsck")
            .args(["-fn", &format!("{}?offset={at}", disk.display())])
            .output();
        let ran = ran.expect("e2fsck is needed: apt-get install e2fsprogs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{name}: {said}");
        fs::remove_file(program.path(name)).unwrap();
        fs::remove_dir_all(program.path("out")).unwrap();
    }
}
