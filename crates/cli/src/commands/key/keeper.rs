//! Who is asked about access keys: the store, or a server that has it open.

use super::calls::{Answered, Asked, KeyCall};
use crate::{args::Global, exit::Failure, files::shown};
use cloud_atlas::{
    Page, Paging, Session,
    scope::{AccessKey, AccessKeyRecord, PrincipalId},
};
use pollster::FutureExt as _;
use std::path::PathBuf;

/// Which server is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct ControlArgs {
    /// Ask the server that has this socket (`serve ec2 --control`), and not the store: a file is open to
    /// one process at a time
    #[cfg_attr(
        unix,
        arg(
            long,
            value_name = "SOCKET",
            env = "ATLAS_CONTROL",
            global = true,
            hide_env_values = true
        )
    )]
    #[cfg_attr(not(unix), arg(skip))]
    control: Option<PathBuf>,
}

/// Who is asked.
pub(super) enum Keeper {
    Store(Session),
    Server {
        socket: PathBuf,
        principal: PrincipalId,
    },
}

impl Keeper {
    pub(super) fn new(control: ControlArgs, global: &Global) -> Result<Self, Failure> {
        Ok(match control.control {
            Some(socket) => Self::Server {
                socket,
                principal: global.principal.clone(),
            },
            None => Self::Store(global.session()?),
        })
    }

    fn ask(&self, call: KeyCall) -> Result<Answered, Failure> {
        match self {
            Self::Store(session) => Ok(call.run(session).block_on()?),
            Self::Server { socket, principal } => {
                let principal = principal.clone();
                let answered = send(socket, &Asked { principal, call })?;
                answered.read()
            }
        }
    }

    /// Of a call that a key is answered to.
    pub(super) fn key(&self, call: KeyCall) -> Result<AccessKey, Failure> {
        match self.ask(call)? {
            Answered::Key(key) => Ok(key),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn keys(
        &self,
        of: Option<&PrincipalId>,
        paging: &Paging,
    ) -> Result<Page<AccessKey>, Failure> {
        match self.ask(KeyCall::list(of.cloned(), paging))? {
            Answered::Keys(items) => Ok(items.page(paging)),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn records(&self, paging: &Paging) -> Result<Page<AccessKeyRecord>, Failure> {
        match self.ask(KeyCall::sealed(paging))? {
            Answered::Records(items) => Ok(items.page(paging)),
            _ => Err(unexpected()),
        }
    }

    /// Of a call that is answered with whether it was done.
    pub(super) fn done(&self, call: KeyCall) -> Result<bool, Failure> {
        match self.ask(call)? {
            Answered::Resealed(is_done) => Ok(is_done),
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> Failure {
    Failure::trouble("the server has answered something else: is it of another version?").into()
}

/// One line there, one line back.
#[cfg(unix)]
fn send(socket: &std::path::Path, asked: &Asked) -> Result<Answered, Failure> {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        os::unix::net::UnixStream,
    };
    let place = shown(socket);
    let unheard = |error: std::io::Error| {
        Failure::trouble(format!("no server answers at {place}")).because(error)
    };
    let mut line = serde_json::to_string(asked).map_err(std::io::Error::from)?;
    line.push('\n');
    let mut stream = UnixStream::connect(socket).map_err(unheard)?;
    stream.write_all(line.as_bytes()).map_err(unheard)?;
    let mut answer = String::new();
    BufReader::new(stream)
        .read_line(&mut answer)
        .map_err(unheard)?;
    serde_json::from_str(&answer).map_err(|_| unexpected())
}

#[cfg(not(unix))]
fn send(socket: &std::path::Path, _: &Asked) -> Result<Answered, Failure> {
    Err(Failure::trouble(format!("no server answers at {}", shown(socket))).into())
}
