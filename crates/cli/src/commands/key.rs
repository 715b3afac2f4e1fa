//! `atlas key`: what programs sign their requests with.

mod calls;
mod keeper;

pub(super) use self::calls::{Answered, Asked};
use self::{
    calls::KeyCall,
    keeper::{ControlArgs, Keeper},
};
use super::serve::seal;
use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, moment, note},
};
use atlas_server::{NewAccessKey, SealKeys};
use clap::Subcommand;
use cloud_atlas::{
    Clock as _, Paging, SystemClock,
    base::Timestamp,
    scope::{AccessKey, AccessKeyId, AccessKeyState, PrincipalId},
};
use serde::Serialize;
use std::path::PathBuf;

/// Access keys, with which programs sign what they ask of `serve ec2`
///
/// A key stands for a principal, and for the project in which its images are made. What is changed here
/// counts at once, also for servers that run.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub(crate) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
    #[command(flatten)]
    control: ControlArgs,
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Add a key of PRINCIPAL for the project --scope, and show its secret, once
    ///
    /// Your own, or with the right to act as anybody, anybody's. A principal has two keys at most for a
    /// project that have not ended; those that have go when another comes.
    Add {
        /// Who is to sign with it
        #[arg(value_name = "PRINCIPAL")]
        who: PrincipalId,
        /// Until when it is good, such as 2026-12-31T00:00:00Z
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        #[command(flatten)]
        seal: SealArgs,
    },
    /// List the keys that you may see, without their secrets
    List {
        /// Of this principal only
        #[arg(value_name = "PRINCIPAL")]
        who: Option<PrincipalId>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Add a key that takes the place of another, which goes on for a while
    Rotate {
        /// The key from before
        #[arg(value_name = "KEY")]
        id: AccessKeyId,
        /// For how many hours the key from before goes on; 0 ends it now
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        grace: u16,
        #[command(flatten)]
        seal: SealArgs,
    },
    /// Refuse what is signed with a key, until it is enabled
    Disable {
        /// Which key
        #[arg(value_name = "KEY")]
        id: AccessKeyId,
    },
    /// Let a disabled key be used again
    Enable {
        /// Which key
        #[arg(value_name = "KEY")]
        id: AccessKeyId,
    },
    /// Remove a key for good
    Remove {
        /// Which key
        #[arg(value_name = "KEY")]
        id: AccessKeyId,
    },
    /// Seal all secrets with the first key of the file that were sealed with others of it
    Reseal {
        #[command(flatten)]
        seal: SealArgs,
    },
}

/// With what secrets are sealed.
#[derive(Debug, clap::Args)]
pub(crate) struct SealArgs {
    /// The file of keys that secrets are sealed with, which is not in the store: a line each, as of
    /// `openssl rand -hex 32`; the first seals, all open; nobody else may read it (mode 0600)
    #[arg(
        long,
        value_name = "FILE",
        env = "ATLAS_SEAL_KEY",
        hide_env_values = true
    )]
    seal_key: PathBuf,
}

impl SealArgs {
    fn read(&self) -> Result<SealKeys, Failure> {
        seal::read(&self.seal_key)
    }
}

/// A key, and what may be done with it now.
#[derive(Serialize)]
struct KeyView {
    #[serde(flatten)]
    key: AccessKey,
    state: AccessKeyState,
}

/// A key that was made just now.
#[derive(Serialize)]
struct NewKeyView<'a> {
    #[serde(flatten)]
    view: KeyView,
    secret: &'a str,
}

/// How many secrets were sealed anew.
#[derive(Serialize)]
struct Resealed {
    resealed: u64,
    /// Those that were sealed with the first key before.
    unchanged: u64,
}

impl KeyView {
    fn new(key: AccessKey) -> Self {
        let state = key.state(SystemClock.now());
        Self { key, state }
    }
}

pub(crate) fn run(key: Key, global: &Global, out: &mut Out) -> Run {
    let Key { command, control } = key;
    let keeper = || Keeper::new(control, global);
    match command {
        KeyCommand::Add { who, until, seal } => {
            let made = seal.read()?.make().map_err(random)?;
            let key = keeper()?.key(KeyCall::Add {
                principal: who,
                scope: global.scope.clone(),
                id: made.id.clone(),
                secret: made.sealed.clone(),
                until,
            })?;
            show_new(key, &made, out)
        }
        KeyCommand::List { who, page } => {
            let headers = ["KEY", "PRINCIPAL", "SCOPE", "STATE", "UNTIL", "ADDED"];
            let columns = Columns::new("no access keys", &headers, row);
            let keeper = keeper()?;
            page.show(&columns, out, |page| {
                let found = keeper.keys(who.as_ref(), page)?;
                Ok::<_, Failure>(found.map(KeyView::new))
            })
        }
        KeyCommand::Rotate { id, grace, seal } => {
            let made = seal.read()?.make().map_err(random)?;
            let grace = i64::from(grace).saturating_mul(3_600_000_000);
            let now = SystemClock.now();
            let until = now.as_micros().saturating_add(grace);
            let key = keeper()?.key(KeyCall::Rotate {
                id,
                successor: made.id.clone(),
                secret: made.sealed.clone(),
                until: Timestamp::from_micros(until).unwrap_or(now),
            })?;
            show_new(key, &made, out)
        }
        KeyCommand::Disable { id } => {
            let key = keeper()?.key(KeyCall::Disable(id.clone()))?;
            out.one(&KeyView::new(key), |out| writeln!(out, "disabled {id}"))
        }
        KeyCommand::Enable { id } => {
            let key = keeper()?.key(KeyCall::Enable(id.clone()))?;
            out.one(&KeyView::new(key), |out| writeln!(out, "enabled {id}"))
        }
        KeyCommand::Remove { id } => {
            global.confirm(&format!("remove the access key {id}"))?;
            keeper()?.key(KeyCall::Remove(id.clone()))?;
            out.removed("access-key", &id)
        }
        KeyCommand::Reseal { seal } => {
            let resealed = reseal(&keeper()?, &seal.read()?)?;
            out.one(&resealed, |out| {
                let Resealed {
                    resealed,
                    unchanged,
                } = resealed;
                writeln!(
                    out,
                    "sealed {resealed} secrets anew, {unchanged} were sealed with the first key"
                )
            })
        }
    }
}

/// Seals what the first key has not sealed. One that is refused stays, and those before it are done:
/// the next run goes on.
fn reseal(keeper: &Keeper, seal: &SealKeys) -> Result<Resealed, Failure> {
    let mut counts = Resealed {
        resealed: 0,
        unchanged: 0,
    };
    let mut paging = Paging::of(Paging::MOST);
    loop {
        let page = keeper.records(&paging)?;
        let following = page.following();
        for record in page.items {
            let anew = seal.reseal(&record.key.id, &record.secret);
            let anew = anew.map_err(|error| {
                let told = "not all secrets were sealed anew: keep the key from before";
                Failure::refused(told).because(error)
            })?;
            let is_done = match anew {
                Some(secret) => keeper.done(KeyCall::Reseal {
                    seen: record,
                    secret,
                })?,
                None => false,
            };
            let count = if is_done {
                &mut counts.resealed
            } else {
                &mut counts.unchanged
            };
            *count = count.saturating_add(1);
        }
        match following {
            Some(following) => paging = following,
            None => return Ok(counts),
        }
    }
}

fn show_new(key: AccessKey, made: &NewAccessKey, out: &mut Out) -> Run {
    let view = NewKeyView {
        view: KeyView::new(key),
        secret: made.secret(),
    };
    out.fields(&view)?;
    if !out.is_json() {
        note("the secret is not shown again");
    }
    Ok(())
}

fn random(error: atlas_server::NoRandomness) -> Failure {
    Failure::trouble("no key can be made").because(error)
}

fn row(view: &KeyView) -> Vec<String> {
    let key = &view.key;
    vec![
        key.id.to_string(),
        key.principal.to_string(),
        key.scope.to_string(),
        view.state.to_string(),
        key.until.map(moment).unwrap_or_default(),
        moment(key.created),
    ]
}
