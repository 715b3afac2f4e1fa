//! The control socket: `atlas key` for a store that this server has open.

use super::super::key::{Answered, Asked};
use crate::{
    exit::Failure,
    files::{plain, shown},
};
use cloud_atlas::Atlas;
use core::time::Duration;
use pollster::FutureExt as _;
use std::{
    fs::{self, Permissions},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// How many bytes a question has.
const MOST: u64 = 1 << 16;
/// How long it rests where nobody can be heard.
const PAUSE: Duration = Duration::from_millis(100);
/// How long somebody who asks may be silent, and somebody who is answered.
const WAIT: Duration = Duration::from_secs(10);

/// A socket that is bound: whoever may use it is who may open the store. It goes with its owner.
pub(super) struct Control {
    path: PathBuf,
    listener: Option<UnixListener>,
    answering: Option<thread::JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
}

impl Control {
    /// Binds it, for its owner alone. One that a server left behind which was killed is replaced.
    pub(super) fn bind(path: &Path) -> Result<Self, Failure> {
        let listener = listen(path).map_err(|error| {
            let told = format!("nobody can be heard at {}", shown(path));
            Failure::trouble(told).because(error)
        })?;
        let listener = listener.ok_or_else(|| {
            let place = shown(path);
            let told = format!(
                "{place} is in the way: stop the server that has it, or remove what it is (`rm {}`)",
                plain(path)
            );
            Failure::from(Failure::refused(told))
        })?;
        Ok(Self {
            path: path.into(),
            listener: Some(listener),
            answering: None,
            is_over: Arc::default(),
        })
    }

    /// Answers on a thread of its own, which lets the store go when it ends: a file is closed then.
    pub(super) fn answer(&mut self, atlas: Atlas) {
        if let Some(listener) = self.listener.take() {
            let is_over = Arc::clone(&self.is_over);
            self.answering = Some(thread::spawn(move || {
                for stream in listener.incoming() {
                    if is_over.load(Ordering::SeqCst) {
                        break;
                    }
                    match stream {
                        // Who goes away is answered nothing.
                        Ok(stream) => drop(converse(stream, &atlas)),
                        // There are no more files to be had, until others end.
                        Err(_) => thread::sleep(PAUSE),
                    }
                }
            }));
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(answering) = self.answering.take() {
            // Somebody has to come, so that it looks up; whoever is answered is waited for.
            if UnixStream::connect(&self.path).is_ok() {
                let _ = answering.join();
            }
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// A socket at a path, unless something is there that lives, or that is no socket.
fn listen(path: &Path) -> io::Result<Option<UnixListener>> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => return Ok(None),
        Ok(_) if UnixStream::connect(path).is_ok() => return Ok(None),
        _ => {}
    }
    // It gets its name when nobody else can use it any more.
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let hidden = tempfile::tempdir_in(folder.unwrap_or(Path::new(".")))?;
    let bound = hidden.path().join("control");
    let listener = UnixListener::bind(&bound)?;
    fs::set_permissions(&bound, Permissions::from_mode(0o600))?;
    fs::rename(&bound, path)?;
    Ok(Some(listener))
}

/// One line is read, one is written.
fn converse(mut stream: UnixStream, atlas: &Atlas) -> io::Result<()> {
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    let mut line = String::new();
    BufReader::new((&stream).take(MOST)).read_line(&mut line)?;
    let answered = match serde_json::from_str::<Asked>(&line) {
        Ok(asked) => {
            let session = atlas.act_as(&asked.principal);
            let done = asked.call.run(&session).block_on();
            done.unwrap_or_else(|error| Answered::failed(error.into()))
        }
        Err(_) => Answered::failed(
            Failure::refused("this is no question for a server: is it of another version?").into(),
        ),
    };
    let mut answer = serde_json::to_string(&answered)?;
    answer.push('\n');
    stream.write_all(answer.as_bytes())
}
