//! A machine of Debian's packages, with systemd as its process 1.

use crate::{ServerError, account, programs};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What makes a machine of a tree of files.
const MACHINE: &str = include_str!("machine.sh");
/// What there is before anybody installs anything.
const BASE: &str = "dbus,iproute2,procps,systemd,systemd-sysv";
/// What nobody reads here, and what PostgreSQL compiles queries with.
const LEFT_OUT: [&str; 6] = [
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/javascript/*",
    "/usr/share/nodejs/*",
    "*/libLLVM*",
];

/// A machine of Debian with systemd, in namespaces of this one: processes, files and network are its own,
/// and go away with it. It has packages already, since it reaches nobody who would give it more.
#[derive(Debug)]
pub struct Machine {
    tree: PathBuf,
}

/// What a script on a machine has said.
#[derive(Debug)]
#[non_exhaustive]
pub struct MachineSaid {
    /// Whether it ended well, as systemd tells it: `success 0`.
    pub end: String,
    /// On stdout.
    pub out: String,
    /// On stderr, with each command before it is run.
    pub err: String,
}

impl Machine {
    /// A machine with these packages. Its files are made once, in the folder of what cargo builds.
    ///
    /// # Errors
    ///
    /// Nobody but root can make one; `mmdebstrap` is not there, or fails.
    pub fn with_packages(packages: &[&str]) -> Result<Self, ServerError> {
        if account::text(Command::new("id").arg("-u"), "id")? != "0" {
            return Err(failed("unshare", "only root can start a machine"));
        }
        let mmdebstrap = programs::find("mmdebstrap", "mmdebstrap")?;
        let folder = programs::target().join("machine");
        let io = |source| ServerError::Io {
            program: "mmdebstrap".to_owned(),
            source,
        };
        fs::create_dir_all(&folder).map_err(io)?;
        let folder = folder.canonicalize().map_err(io)?;
        // Tests that run at once make it once.
        let lock = File::create(folder.join("lock")).map_err(io)?;
        lock.lock().map_err(io)?;
        let (tree, stamp) = (folder.join("tree"), folder.join("stamp"));
        let wanted = format!("{BASE},{} {}", packages.join(","), LEFT_OUT.join(" "));
        if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
            return Ok(Self { tree });
        }
        for old in [&stamp, &tree] {
            account::text(Command::new("rm").arg("-rf").arg(old), "rm")?;
        }
        let mut make = Command::new(mmdebstrap);
        make.args(["--quiet", "--variant=minbase", "--skip=output/dev"])
            .arg("--dpkgopt=force-unsafe-io")
            .arg(format!("--include={BASE},{}", packages.join(",")))
            .args(LEFT_OUT.map(|path| format!("--dpkgopt=path-exclude={path}")))
            .arg("bookworm")
            .arg(&tree);
        account::text(&mut make, "mmdebstrap")?;
        fs::write(&stamp, wanted).map_err(io)?;
        Ok(Self { tree })
    }

    /// Starts it, runs a script with `sh -e` in the home of root, where it finds copies of files and
    /// folders, and stops it.
    ///
    /// # Errors
    ///
    /// A file cannot be copied, or the machine does not start. How the script ends is an answer.
    pub fn run(&self, script: &str, files: &[&Path]) -> Result<MachineSaid, ServerError> {
        let work = account::text(
            Command::new("mktemp").args(["-d", "-t", "atlas-machine-XXXXXX"]),
            "mktemp",
        )?;
        let work = Path::new(&work);
        let said = self.run_in(work, script, files);
        // The group of its processes stays when they have gone.
        let group = "cd \"$1\"; mkdir -p groups; mount -t cgroup2 cgroup2 groups; cd groups; \
                     name=$(basename \"$1\"); \
                     [ ! -d \"$name\" ] || find \"$name\" -depth -type d -exec rmdir {} +";
        let mut remove = Command::new("unshare");
        remove.args(["--mount", "sh", "-c", group, "sh"]).arg(work);
        account::text(&mut remove, "unshare")?;
        account::text(Command::new("rm").arg("-rf").arg(work), "rm")?;
        said
    }

    fn run_in(
        &self,
        work: &Path,
        script: &str,
        files: &[&Path],
    ) -> Result<MachineSaid, ServerError> {
        let io = |source| ServerError::Io {
            program: "unshare".to_owned(),
            source,
        };
        fs::write(work.join("script"), script).map_err(io)?;
        fs::create_dir(work.join("files")).map_err(io)?;
        let mut copy = Command::new("cp");
        copy.arg("-R").args(files).arg(work.join("files"));
        account::text(&mut copy, "cp")?;
        // It goes with whoever waits for it, and does not wait for ever itself.
        let mut start = Command::new("setpriv");
        start
            .args(["--pdeathsig", "KILL", "timeout", "-s", "KILL", "400"])
            .args(["setpriv", "--pdeathsig", "KILL", "unshare", "--kill-child"])
            .args(["--pid", "--fork", "--mount", "--net", "--uts", "--ipc"])
            .args(["sh", "-c", MACHINE, "sh"])
            .arg(&self.tree)
            .arg(work)
            .stdin(Stdio::null());
        let ran = account::output(&mut start, "setpriv")?;
        let read = |name: &str| fs::read(work.join("said").join(name));
        let text = |name| read(name).map(|said| String::from_utf8_lossy(&said).trim().to_owned());
        let Ok(end) = text("end") else {
            let said = String::from_utf8_lossy(&ran.stderr);
            return Err(failed("unshare", said.trim()));
        };
        Ok(MachineSaid {
            end,
            out: text("out").unwrap_or_default(),
            err: text("err").unwrap_or_default(),
        })
    }
}

fn failed(program: &str, said: &str) -> ServerError {
    ServerError::Failed {
        program: program.to_owned(),
        said: said.to_owned(),
    }
}
