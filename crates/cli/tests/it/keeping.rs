//! Disk images that are kept: from a source to a launch, and away again, as people do it.

use crate::{
    appliance::{self, Drive},
    booting::furnished,
    disks::raw,
    guides::{commands, count, guide},
    program::{Program, Ran},
};
use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    thread,
};

/// A server that answers each request with the whole of a file, and its port.
fn served(path: PathBuf) -> u16 {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in server.incoming().flatten() {
            // Whoever asks may be gone.
            let _ = answer(stream, &path);
        }
    });
    port
}

fn answer(mut stream: TcpStream, path: &std::path::Path) -> io::Result<()> {
    let mut head = BufReader::new(stream.try_clone()?).lines();
    while head
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    io::copy(&mut file, &mut stream)?;
    Ok(())
}

#[test]
fn b01_the_commands_in_the_guide_to_the_repository_work_as_they_stand() {
    let commands = commands(&guide("repository.md"));
    assert!(count(&commands) > 20);
    let (program, _) = furnished();
    let drives = ["system", "data"].map(Drive::of);
    appliance::archive(&program, "bios", &drives, &[]);
    let port = served(program.path("machine.ova")).to_string();
    let url = format!("http://127.0.0.1:{port}/machine.ova");
    let environment = [
        ("APPLIANCE", url.as_str()),
        ("ATLAS_FETCH_HTTP", "true"),
        ("ATLAS_FETCH_NETWORKS", "127.0.0.0/8"),
        ("ATLAS_FETCH_PORTS", &port),
    ];
    let Ran { out, err, .. } = program.script_with(&commands, &environment);
    assert!(
        out.contains("kept debian at local/main as ami-"),
        "{out}{err}"
    );
    // What the resolution answers, and what starts from it.
    let started = "MARKER system=the system is here; data=the data is here; efi=no";
    assert!(out.contains(started), "{out}{err}");
    assert!(
        out.contains("made the snapshot root-1-monday of root-1"),
        "{out}{err}"
    );
    assert_eq!(out.matches("default: whole").count(), 2, "{out}{err}");
    assert!(out.contains("images: 1 of 20"), "{out}{err}");
    // In use it stays; the guest is told, and so nothing is missed.
    assert!(
        err.contains("refers to") || err.contains("is used"),
        "{err}"
    );
    assert!(
        !err.contains("nobody has said a way in, a login name"),
        "{err}"
    );
    // Nothing of what was fetched is left.
    let left = fs::read_dir(program.path("atlas.redb.spool"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

/// A program with an account, and a disk in `disk.raw`.
fn with_disk() -> Program {
    let program = Program::new();
    program.file("disk.raw", raw(4 << 20));
    program
}

#[test]
fn b07_a_url_that_leads_inside_is_refused() {
    let program = Program::new();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let targets = [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/disk.raw",
        "http://[::1]/disk.raw",
        "file:///etc/passwd",
    ];
    thread::spawn(move || {
        for (stream, target) in server.incoming().flatten().zip(targets.iter().cycle()) {
            let mut stream: TcpStream = stream;
            let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
            while head
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let _ = write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
            );
        }
    });
    let url = format!("http://127.0.0.1:{port}/disk.raw");
    let port = port.to_string();
    for target in targets {
        let ran = program.run(&[
            "disk",
            "import",
            &url,
            "--declared",
            "raw",
            "--name",
            "web",
            "--allow-http",
            "--allow-network",
            "127.0.0.0/8",
            "--allow-port",
            &port,
        ]);
        assert_eq!(ran.code, 1, "{target}: {}", ran.err);
        assert!(ran.err.contains("(url-refused)"), "{target}: {}", ran.err);
    }
    // Without a word, not even this machine.
    for url in [
        url.as_str(),
        "https://127.0.0.1/disk.raw",
        "http://example.org/disk.raw",
    ] {
        let args = ["disk", "import", url, "--declared", "raw", "--name", "web"];
        let ran = program.run(&args);
        assert_eq!(ran.code, 1, "{url}: {}", ran.err);
        assert!(ran.err.contains("(url-refused)"), "{url}: {}", ran.err);
    }
}

#[test]
fn b05_what_was_killed_is_tried_again_or_cleaned_up() {
    let program = Program::new();
    program.file("disk.raw", raw(64 << 20));
    let args = [
        "disk",
        "import",
        "disk.raw",
        "--declared",
        "raw",
        "--name",
        "web",
    ];
    // It is killed wherever it is by then; where it was faster, there is an image.
    let mut killed = 0;
    for wait in 0..6_u32 {
        let mut child = program.command(&args).spawn().unwrap();
        // Other work passes the time: how far the child is, is its business.
        for _ in 0..wait {
            program.file("other.raw", raw(32 << 20));
        }
        let _ = child.kill();
        killed += u32::from(!child.wait().unwrap().success());
    }
    assert!(killed > 0);
    let listed = program.ok(&["--output", "json", "disk", "list"]).json();
    let states: Vec<_> = listed
        .iter()
        .map(|image| image["state"]["is"].as_str().unwrap())
        .collect();
    assert!(
        states
            .iter()
            .all(|state| ["creating", "ready"].contains(state)),
        "{states:?}"
    );
    program.ok(&["disk", "verify", "--depth", "chunks"]);
    // One is made after all, the others are ended; nothing is left of those.
    if let Some(at) = states.iter().position(|state| *state == "creating") {
        let id = listed[at]["id"].as_str().unwrap();
        let retry = [
            "disk",
            "import",
            "disk.raw",
            "--declared",
            "raw",
            "--retry",
            id,
        ];
        program.ok(&retry);
        let out = program.path("out");
        fs::create_dir(&out).unwrap();
        program.ok(&["disk", "export", id, "out"]);
        assert_eq!(
            fs::read(out.join("disk-0.raw")).unwrap(),
            fs::read(program.path("disk.raw")).unwrap()
        );
    }
    program.ok(&["disk", "gc", "--grace", "0"]);
    let listed = program.ok(&["--output", "json", "disk", "list"]).json();
    for image in &listed {
        let state = image["state"]["is"].as_str().unwrap();
        assert!(["failed", "ready"].contains(&state), "{image}");
        program.ok(&["disk", "delete", image["id"].as_str().unwrap()]);
    }
    program.ok(&["disk", "gc", "--grace", "0"]);
    program.ok(&["disk", "gc", "--grace", "0"]);
    let packs = program.path("a.redb.images").join("packs");
    assert_eq!(fs::read_dir(packs).map_or(0, Iterator::count), 0);
    program.ok(&["store", "check"]);
}

/// Kills a command after ever more work of the test's own, until it was fast enough to end by itself;
/// tells how often it was killed.
fn kill_ever_later(program: &Program, args: &[&str], mut after: impl FnMut()) -> u32 {
    let mut killed = 0;
    for wait in 0..40_u32 {
        let mut child = program.command(args).spawn().unwrap();
        for _ in 0..wait {
            program.file("other.raw", raw(4 << 20));
        }
        let _ = child.kill();
        let ended = child.wait().unwrap();
        after();
        if ended.success() {
            return killed;
        }
        killed += 1;
    }
    killed
}

#[test]
fn b05_an_export_that_is_killed_leaves_no_file() {
    let program = Program::new();
    let bytes = raw(48 << 20);
    program.file("disk.raw", &bytes);
    program.ok(&[
        "disk",
        "import",
        "disk.raw",
        "--declared",
        "raw",
        "--name",
        "web",
    ]);
    let out = program.path("out");
    fs::create_dir(&out).unwrap();
    let killed = kill_ever_later(&program, &["disk", "export", "web", "out"], || {
        let left: Vec<_> = fs::read_dir(&out).unwrap().collect();
        // All of it, or nothing.
        if !left.is_empty() {
            assert!(fs::read(out.join("disk-0.raw")).unwrap() == bytes);
            fs::remove_file(out.join("disk-0.raw")).unwrap();
        }
    });
    assert!(killed > 0);
}

#[test]
fn b05_a_removal_that_is_killed_is_finished_by_a_clean_up() {
    let program = with_disk();
    let import = [
        "disk",
        "import",
        "disk.raw",
        "--declared",
        "raw",
        "--name",
        "web",
    ];
    program.ok(&import);
    // Each is killed at another moment; what is gone comes in again.
    let mut states = Vec::new();
    for wait in 0..8_u32 {
        let mut child = program.command(&["disk", "delete", "web"]).spawn().unwrap();
        for _ in 0..wait {
            program.file("other.raw", raw(1 << 20));
        }
        let _ = child.kill();
        let _ = child.wait().unwrap();
        let listed = program.ok(&["--output", "json", "disk", "list"]).json();
        match listed.first() {
            Some(image) => states.push(image["state"]["is"].as_str().unwrap().to_owned()),
            None => drop(program.ok(&import)),
        }
        program.ok(&["store", "check"]);
    }
    assert!(
        states
            .iter()
            .all(|state| ["ready", "deleting"].contains(&state.as_str())),
        "{states:?}"
    );
    program.ok(&["disk", "gc", "--grace", "0"]);
    for image in program.ok(&["--output", "json", "disk", "list"]).json() {
        assert_eq!(image["state"]["is"], "ready");
        program.ok(&["disk", "delete", image["id"].as_str().unwrap()]);
    }
    program.ok(&["disk", "gc", "--grace", "0"]);
    program.ok(&["disk", "gc", "--grace", "0"]);
    let packs = program.path("a.redb.images").join("packs");
    assert_eq!(fs::read_dir(packs).map_or(0, Iterator::count), 0);
    program.ok(&["disk", "verify"]);
    program.ok(&["store", "check"]);
}

#[test]
fn b10_pools_are_named_and_plain_ones_hold_files() {
    let program = with_disk();
    for folder in ["chunks", "files"] {
        fs::create_dir(program.path(folder)).unwrap();
    }
    let pools = "default=folder:chunks files=plain:files";
    let run = |args: &[&str]| {
        let mut command = program.command(args);
        program.read(command.env("ATLAS_POOLS", pools).output().unwrap())
    };
    let import = ["disk", "import", "disk.raw", "--declared", "raw", "--name"];
    let ran = run(&[&import[..], &["web", "--pool", "files"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let files: Vec<_> = fs::read_dir(program.path("files/raw")).unwrap().collect();
    let raws = files.iter().filter(|file| {
        let path = file.as_ref().unwrap().path();
        path.extension().is_some_and(|end| end == "raw")
    });
    let raws: Vec<_> = raws.map(|file| file.as_ref().unwrap().path()).collect();
    assert_eq!(fs::read(&raws[0]).unwrap(), raw(4 << 20));
    let ran = run(&[&import[..], &["web", "--pool", "slow"]].concat());
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err.trim(), @"error: device 0 is to be kept in the storage pool `slow`, which is not there: there are `default`, `files`");
    // Without the pool that keeps it, an image cannot be read, and the pool is told.
    fs::create_dir(program.path("out")).unwrap();
    let ran = program.run(&["disk", "export", "web", "out"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("the storage pool `files` keeps it"),
        "{}",
        ran.err
    );
    assert_eq!(run(&["disk", "export", "web", "out"]).code, 0);
    for (wrong, told) in [
        ("files", "expected a name, `=` and a URL"),
        ("files=nfs:/x", "expected `folder:PATH`"),
        ("Files=plain:files", "Files"),
        ("a=plain:files a=plain:files", "named twice"),
    ] {
        let mut command = program.command(&["disk", "verify", "--scope", "/"]);
        let ran = program.read(command.env("ATLAS_POOLS", wrong).output().unwrap());
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.err);
        assert!(ran.err.contains(told), "{wrong}: {}", ran.err);
    }
}

#[test]
fn b09_a_volume_in_use_is_imaged_by_way_of_a_snapshot() {
    let program = with_disk();
    fs::create_dir_all(program.path("v/volumes")).unwrap();
    fs::copy(
        program.path("disk.raw"),
        program.path("v/volumes/root-1.raw"),
    )
    .unwrap();
    let import = |more: &[&str]| {
        let args = [&["disk", "import", "--volumes", "v"], more].concat();
        program.run(&args)
    };
    // The name of a volume is that of its image.
    let ran = import(&["volume:root-1"]);
    assert!(
        ran.out.contains("kept root-1 at local/main"),
        "{}{}",
        ran.out,
        ran.err
    );
    let volumes = cloud_atlas::repository::LocalVolumes::open(program.path("v")).unwrap();
    let attachment = cloud_atlas::repository::Attachment {
        server: "web-1".to_owned(),
        is_running: true,
    };
    let id = cloud_atlas::repository::VolumeId::parse("root-1").unwrap();
    volumes.attach(&id, Some(&attachment)).unwrap();
    let ran = import(&["volume:root-1", "--name", "again"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err.trim(), @"error: the running server `web-1` has the volume `root-1`; make a snapshot of the volume, then an image of that");
    program.ok(&[
        "disk",
        "snapshot",
        "make",
        "root-1",
        "monday",
        "--volumes",
        "v",
    ]);
    let ran = import(&["snapshot:monday"]);
    insta::assert_snapshot!(ran.err.trim(), @"error: an image of the snapshot `monday` needs a name; give one");
    let ran = import(&["snapshot:monday", "--name", "monday"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    program.ok(&["disk", "snapshot", "delete", "monday", "--volumes", "v"]);
}
