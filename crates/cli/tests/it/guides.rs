//! The guides say what to type, and it works.

use crate::{
    appliance::{self, Drive},
    disks::{qemu_img, raw},
    program::{Program, Ran},
};
use std::{collections::BTreeSet, path::Path};

/// The first section of the guide that needs servers.
const SERVERS: &str = "\n## PostgreSQL\n";

/// What a guide says.
pub(crate) fn guide(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The commands of a guide, or of a part of it.
#[track_caller]
pub(crate) fn commands(guide: &str) -> String {
    let blocks = guide.split("```console\n").skip(1);
    let commands: String = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    // A command in another kind of block would be read and never run.
    assert_eq!(count(guide), count(&commands));
    commands
}

/// How many commands of ours there are.
pub(crate) fn count(text: &str) -> usize {
    let lines = text.lines();
    lines.filter(|line| line.starts_with("atlas ")).count()
}

#[test]
fn the_commands_in_the_guide_to_storage_work_as_they_stand() {
    let guide = guide("storage.md");
    // From there on it is about servers.
    let (guide, _) = guide.split_once(SERVERS).unwrap();
    let commands = commands(guide);
    assert!(count(&commands) > 10);

    let program = Program::bare();
    // The document that the guide imports.
    let release = std::fs::read(&crate::program::releases()[0]).unwrap();
    program.file("release.json", release);
    let Ran { out, .. } = program.script(&commands);
    // The store, its copy, the restored one, also in the place of the first; with what there was.
    assert_eq!(out.matches("all is well").count(), 4, "{out}");
    assert_eq!(out.matches("web").count(), 3, "{out}");
}

#[test]
fn the_commands_in_the_guide_to_registration_work_as_they_stand() {
    let commands = commands(&guide("registration.md"));
    assert!(count(&commands) > 20);
    let program = Program::bare();
    let Ran { out, err, .. } = program.script(&commands);
    // One image of each cloud, told when it was registered and listed after that.
    for location in [
        "aws/us-east-1",
        "azure",
        "gcp",
        "openstack/RegionOne",
        "vmware/DC01/cluster-a",
        "aws/eu-west-1",
    ] {
        let registered = format!(" at {location} as img-");
        assert_eq!(out.matches(&registered).count(), 1, "{location}: {out}");
    }
    assert!(out.contains("registered 2 images"), "{out}");
    assert!(out.contains("is at / now, shared"), "{out}");
    for warned in ["no region was given", "no agent is installed"] {
        assert!(err.contains(warned), "{err}");
    }
}

#[test]
fn the_commands_in_the_guide_to_changes_work_as_they_stand() {
    let commands = commands(&guide("changes.md"));
    assert!(count(&commands) > 15);
    let program = Program::bare();
    let Ran { out, err, .. } = program.script(&commands);
    assert_eq!(out.matches("get the new image").count(), 2, "{out}");
    assert_eq!(out.matches(" is changed").count(), 3, "{out}");
    let planned = "2 of 2 images are to be disabled";
    assert_eq!(out.matches(planned).count(), 1, "{out}");
    assert_eq!(out.matches(" is disabled").count(), 2, "{out}");
    assert!(out.contains("2 of 2 images are what they were"), "{out}");
    let judged = out.matches("nothing is deleted by this plan").count();
    assert_eq!(judged, 2, "{out}");
    let told = err.matches("take it back with `atlas").count();
    assert_eq!(told, 2, "{err}");
}

#[test]
fn the_commands_in_the_guide_to_disks_work_as_they_stand() {
    let commands = commands(&guide("disks.md"));
    assert!(count(&commands) > 6);
    let program = Program::bare();
    for name in ["disk", "second"] {
        program.file(&format!("{name}.raw"), raw(4 << 20));
    }
    appliance::archive(&program, "bios", &["disk", "second"].map(Drive::of), &[]);
    std::fs::rename(program.path("machine.ova"), program.path("appliance.ova")).unwrap();
    let args = "convert -c -f raw -O qcow2 disk.raw debian-12.qcow2";
    qemu_img(&program, &args.split(' ').collect::<Vec<_>>());
    let Ran { out, err, .. } = program.script(&commands);
    let accepted = out.matches("accepted: ").count();
    assert_eq!(accepted, 4, "{out}{err}");
    assert!(
        out.contains("disk-1.raw") && out.contains("1073741824 bytes"),
        "{out}"
    );
    for code in ["(format-mismatch)", "\"format-mismatch\"", "(virtual-size)"] {
        assert!(out.contains(code), "{out}{err}");
    }
}

/// Each code has its row, and no other has one.
#[test]
fn the_guide_to_disks_tells_of_every_refusal() {
    let guide = guide("disks.md");
    let (_, section) = guide.split_once("## What is refused").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let told: BTreeSet<_> = rows
        .skip(1)
        .filter_map(|row| row.split('|').nth(2))
        .flat_map(|codes| codes.split('`').skip(1).step_by(2))
        .collect();
    let known = cloud_atlas::disk::Reason::ALL.iter().map(|it| it.code());
    assert_eq!(told, known.collect::<BTreeSet<_>>());
}

#[cfg(feature = "postgres")]
#[test]
fn the_commands_of_the_guide_lead_to_postgresql_with_replicas() {
    let guide = guide("storage.md");
    let (_, section) = guide.split_once(SERVERS).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut commands = commands(section);
    assert!(count(&commands) > 5);
    for port in ["5432", "5433", "5434"] {
        assert!(commands.contains(port));
        let free = atlas_test_servers::free_port().unwrap().to_string();
        commands = commands.replace(port, &free);
    }
    // Whatever happens, no server stays.
    let stop = "trap 'for data in one two three; do \
         pg_ctl -D $data -m immediate stop >/dev/null 2>&1 || :; done' EXIT\n";
    let program = Path::new(env!("CARGO_BIN_EXE_atlas"));
    let ran = atlas_test_servers::run_script(&format!("{stop}{commands}"), &[program]).unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{out}{err}");
    // On one server, and on the replica that leads, with what was written before and after.
    assert_eq!(out.matches("all is well").count(), 2, "{out}{err}");
    let after = out.rsplit("server promoted").next().unwrap();
    assert!(after.contains("/acme") && after.contains("/beta"), "{out}");
    assert!(!out.contains("a secret"), "{out}");
}

#[test]
fn options_that_are_not_understood_are_a_wrong_use() {
    let program = Program::new();
    let before = std::fs::read(program.path("a.redb")).unwrap();
    for command in [&["init"][..], &["scope", "list"]] {
        let args = [&["--store", "redb:a.redb?cache=64"], command].concat();
        let ran = program.run(&args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("such as `cache=64MiB`"), "{}", ran.err);
    }
    assert!(std::fs::read(program.path("a.redb")).unwrap() == before);
    program.ok(&["--store", "redb:a.redb?cache=64MiB", "scope", "list"]);
}

#[test]
fn the_commands_in_the_guide_to_clouds_work_as_they_stand() {
    let guide = guide("clouds.md");
    let commands = commands(&guide);
    assert!(count(&commands) > 10);

    let program = Program::bare();
    let inventory = guide.split("```json\n").nth(1).unwrap();
    program.file("inventory.json", inventory.split("```").next().unwrap());
    let Ran { out, .. } = program.script(&commands);
    // What the guide's inventory says was found: a candidate without a record, then the image made.
    assert!(out.contains("image without record"), "{out}");
    assert!(out.contains("ami-00000000000000007"), "{out}");
}

#[test]
fn the_commands_in_the_guide_to_versions_work_as_they_stand() {
    let commands = commands(&guide("versions.md"));
    assert!(count(&commands) > 35);
    let program = Program::bare();
    let Ran { out, err, .. } = program.script(&commands);
    // What the guide says happens: one open conflict, one refused commit, both parents drawn.
    for said in ["a conflict is open", "it was refused"] {
        assert_eq!(
            out.lines().filter(|line| *line == said).count(),
            1,
            "{out}{err}"
        );
    }
    assert!(out.contains("image:aws/eu-west-1"), "{out}");
    assert!(out.contains("├─╮") || out.contains("├─┤"), "{out}");
    for (file, start) in [
        ("web.mmd", "flowchart"),
        ("web.dot", "digraph"),
        ("web.svg", "<svg"),
    ] {
        let drawn = std::fs::read_to_string(program.path(file)).unwrap();
        assert!(
            drawn.starts_with(start) && drawn.contains("base@3"),
            "{drawn}"
        );
    }
}

#[test]
fn the_commands_in_the_guide_to_launching_work_as_they_stand() {
    let commands = commands(&guide("launching.md"));
    assert!(count(&commands) > 60);
    let program = Program::bare();
    let Ran { out, err, .. } = program.script(&commands);
    // What the guide says happens: no link serves Ireland at first, and what is used stays.
    for said in ["no link serves Ireland", "it is used"] {
        let lines = out.lines().filter(|line| *line == said);
        assert_eq!(lines.count(), 1, "{out}{err}");
    }
    assert!(err.contains("clone `base v1`"), "{err}");
    assert!(err.contains("revision 1: `shop` revision 1"), "{err}");
    assert!(out.contains("base v2` 1 → 2, the default"), "{out}");
    assert!(out.contains("2 of 2 locations launch an image"), "{out}");
    // Launches of the optimized template take a tenth of the time.
    assert!(out.contains("-89.9 %"), "{out}");
}

#[test]
fn the_commands_in_the_guide_to_the_market_work_as_they_stand() {
    let commands = commands(&guide("market.md"));
    assert!(count(&commands) > 60);
    let program = Program::bare();
    let Ran { out, err, .. } = program.script(&commands);
    // What the guide says happens: three refusals, and the newer image in the clone.
    for said in [
        "not all may launch it",
        "nothing of the kind",
        "it links a HEAD",
    ] {
        let lines = out.lines().filter(|line| *line == said);
        assert_eq!(lines.count(), 1, "{out}{err}");
    }
    assert!(out.contains("imported mci web revision 1"), "{out}");
    assert!(out.contains("had already mci web revision 2"), "{out}");
    assert!(
        err.contains("everything is at the newest publication"),
        "{err}"
    );
    assert!(out.contains("(ended)"), "{out}");
}

#[cfg(unix)]
#[test]
fn the_commands_in_the_guide_to_ec2_work_as_they_stand() {
    use std::os::unix::fs::PermissionsExt as _;

    let guide = guide("ec2.md");
    let mut commands = commands(&guide);
    assert!(commands.contains("8773"));
    let free = atlas_test_servers::free_port().unwrap().to_string();
    commands = commands.replace("8773", &free);
    // Whatever happens, no server stays.
    commands = format!("trap 'kill $server 2>/dev/null || :' EXIT\n{commands}server=\n");
    let program = Program::bare();
    // `aws`, as pip installs it.
    let python = atlas_test_servers::python_with_packages().unwrap();
    let mut aws = "#!/bin/sh\nexec env".to_owned();
    for (name, value) in python.get_envs() {
        let (name, value) = (name.display(), value.unwrap().display());
        aws = format!("{aws} '{name}={value}'");
    }
    aws = format!(
        "{aws} '{}' -m awscli \"$@\"\n",
        python.get_program().display()
    );
    let aws = program.file("aws", aws);
    std::fs::set_permissions(aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    let home = program.path("").display().to_string();
    let built = Path::new(env!("CARGO_BIN_EXE_atlas")).parent().unwrap();
    let path = format!("{home}:{}:/usr/bin:/bin", built.display());
    let Ran { out, err, .. } = program.script_with(&commands, &[("PATH", &path), ("HOME", &home)]);
    for said in ["only its owner may", "an MCI refers to it"] {
        let lines = out.lines().filter(|line| *line == said);
        assert_eq!(lines.count(), 1, "{out}{err}");
    }
    for code in ["(AuthFailure)", "(DependencyViolation)"] {
        assert!(err.contains(code), "{out}{err}");
    }
    // Found by its owner, found by Bob while he was let in, and not after that; at last not at all.
    assert_eq!(out.matches("debian-12\n").count(), 2, "{out}");
    assert_eq!(out.lines().filter(|line| *line == "0").count(), 2, "{out}");
    assert_eq!(out.matches("listening at").count(), 3, "{out}");
}
