//! Disk images, as people and scripts have them read.

use crate::{
    appliance::{self, Drive},
    program::Program,
};
use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Command, Stdio},
};

/// A RAW with a boot sector, and some data that differs from block to block.
pub(crate) fn raw(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    for (number, block) in bytes.chunks_mut(4096).enumerate().step_by(3) {
        block.fill(u8::try_from(number % 251 + 1).unwrap());
    }
    bytes[446 + 4] = 0x83;
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

#[track_caller]
pub(crate) fn qemu_img(program: &Program, args: &[&str]) {
    let ran = Command::new("qemu-img")
        .args(args)
        .current_dir(program.path(""))
        .output();
    let ran = ran.expect("qemu-img is needed: apt-get install qemu-utils");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// A program with `disk.qcow2` and an empty folder `out`.
fn furnished(size: usize) -> (Program, Vec<u8>) {
    let program = Program::bare();
    let bytes = raw(size);
    program.file("disk.raw", &bytes);
    qemu_img(
        &program,
        &[
            "convert",
            "-f",
            "raw",
            "-O",
            "qcow2",
            "-c",
            "disk.raw",
            "disk.qcow2",
        ],
    );
    fs::create_dir(program.path("out")).unwrap();
    (program, bytes)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const CONVERT: [&str; 6] = [
    "disk",
    "convert",
    "--declared",
    "qcow2",
    "disk.qcow2",
    "out",
];

#[test]
fn b01_an_image_becomes_raw_with_its_digests() {
    let (program, bytes) = furnished(5 << 20);
    let inspect = "disk inspect --declared";
    let mut told = String::new();
    for line in [
        &format!("{inspect} qcow2 disk.qcow2"),
        &CONVERT.join(" "),
        &CONVERT.join(" "),
        &format!("--output json {inspect} raw disk.raw"),
        &format!("--output json {inspect} raw disk.qcow2"),
        &format!("{inspect} vmdk disk.qcow2"),
        &format!("{inspect} qcow2 absent.qcow2"),
        &format!("{inspect} qcow3 disk.qcow2"),
        &format!("{inspect} qcow2 --max-virtual-size 1000 disk.qcow2"),
        "disk convert --declared qcow2 disk.qcow2 nowhere",
    ] {
        let args: Vec<_> = line.split(' ').collect();
        told = format!("{told}$ atlas {line}\n{}\n", program.run(&args).shown());
    }
    insta::assert_snapshot!(told);
    assert_eq!(names(&program.path("out")), ["disk-0.raw"]);
    assert!(fs::read(program.path("out/disk-0.raw")).unwrap() == bytes);
}

#[test]
fn b01_an_appliance_tells_of_its_machine() {
    let program = Program::bare();
    program.file("disk.raw", raw(1 << 20));
    program.file("machine.cert", "");
    let drives = [Drive::of("disk")];
    appliance::archive(&program, "efi", &drives, &["machine.cert"]);
    let args = ["disk", "inspect", "--declared", "ova", "machine.ova"];
    let people = program.run(&args).shown();
    let programs = program.run(&[&["--output", "json"], &args[..]].concat());
    // Whoever compresses it decides how long it is.
    let length = fs::metadata(program.path("disk.vmdk")).unwrap().len();
    let told = format!("{people}\n{}", programs.shown());
    let told = told.replace(&length.to_string(), "[length]");
    insta::assert_snapshot!(told);
}

#[test]
fn b07_work_that_takes_too_long_ends() {
    let program = Program::bare();
    qemu_img(&program, &["create", "-f", "qcow2", "disk.qcow2", "2T"]);
    fs::create_dir(program.path("out")).unwrap();
    let ran = program.run(&[&CONVERT[..], &["--max-seconds", "0"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("longer than 0 seconds"), "{}", ran.err);
    assert_eq!(names(&program.path("out")), Vec::<String>::new());
}

#[test]
fn b07_what_is_refused_or_stopped_leaves_nothing_behind() {
    let (program, _) = furnished(5 << 20);
    // Damaged behind its tables, so that it is seen in the middle of the work.
    let mut damaged = fs::read(program.path("disk.qcow2")).unwrap();
    let last = damaged.len() - 600;
    damaged[last..].fill(0xff);
    program.file("disk.qcow2", &damaged);
    let ran = program.run(&CONVERT);
    assert!(
        ran.code == 1 && ran.out.contains("compressed-data"),
        "{}",
        ran.out
    );
    assert_eq!(names(&program.path("out")), Vec::<String>::new());
    // A file may not grow beyond a limit: as where the disk is full.
    let (program, _) = furnished(5 << 20);
    let limited = "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\"";
    let args = CONVERT.iter().copied();
    let ran = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_atlas")])
        .args(args)
        .current_dir(program.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("cannot be written"), "{said}");
    assert_eq!(names(&program.path("out")), Vec::<String>::new());
}

/// Whatever stops it: an interrupt, a polite signal, and one that nobody hears.
#[test]
fn b07_a_signal_leaves_nothing_behind() {
    // Large and empty, so that it takes its time for the digest.
    let program = Program::bare();
    qemu_img(&program, &["create", "-f", "qcow2", "disk.qcow2", "200G"]);
    fs::create_dir(program.path("out")).unwrap();
    for signal in ["INT", "TERM", "KILL"] {
        let mut command = program.command(&CONVERT);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It has begun once it has something open in the folder.
        let open = format!("/proc/{}/fd", child.id());
        let folder = fs::canonicalize(program.path("out")).unwrap();
        let begun = || {
            let mut files = fs::read_dir(&open)
                .unwrap()
                .filter_map(|file| fs::read_link(file.unwrap().path()).ok());
            files.any(|file| file.starts_with(&folder))
        };
        while !begun() {
            assert!(child.try_wait().unwrap().is_none(), "it takes its time");
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
        let status = child.wait().unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        if signal == "KILL" {
            assert_eq!(status.code(), None);
        } else {
            assert_eq!(status.code(), Some(1), "{said}");
            assert!(said.contains("the work was stopped"), "{said}");
        }
        assert_eq!(
            names(&program.path("out")),
            Vec::<String>::new(),
            "{signal}"
        );
    }
}
