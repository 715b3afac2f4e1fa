//! The command line as a whole, and the options that every command has.

use crate::{
    commands::Command,
    exit::{Failure, Run},
    print,
};
use clap::{Parser, ValueEnum, builder::styling};
use cloud_atlas::{
    Atlas, Session,
    scope::{PrincipalId, Scope},
};
use core::time::Duration;
use etcetera::{AppStrategy, AppStrategyArgs};
use pollster::FutureExt as _;

/// Which machine image do we launch here, and may we?
///
/// Keeps machine images of many clouds, versions them as MultiCloud Images, and answers with the
/// exact image for a cloud location and the reason for it.
#[derive(Debug, Parser)]
#[command(name = "atlas", version, styles = STYLES, max_term_width = 100, after_help = AFTER)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command has.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The store: `redb:PATH`, `redb:PATH?cache=64MiB&quick_repair=true`,
    /// `postgres://USER@HOST/DATABASE`, `etcd://HOST/PREFIX` or `memory:`; one with a password is better named by the
    /// variable, since others see arguments [default: atlas.redb in the platform's data folder]
    #[arg(
        long,
        value_name = "URL",
        env = "ATLAS_STORE",
        global = true,
        hide_env_values = true
    )]
    store: Option<String>,
    /// Who acts; this is no authentication, whoever opens the store is its root
    #[arg(
        long = "as",
        value_name = "PRINCIPAL",
        env = "ATLAS_PRINCIPAL",
        global = true,
        default_value = "admin",
        hide_env_values = true
    )]
    pub(crate) principal: PrincipalId,
    /// Where things are made and names are looked up, from there upward
    #[arg(
        long,
        value_name = "SCOPE",
        env = "ATLAS_SCOPE",
        global = true,
        default_value = "/",
        hide_env_values = true
    )]
    pub(crate) scope: Scope,
    /// How answers are printed: table, or json, which is an object, or one a line for lists; what has
    /// no value has no field
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        default_value = "table",
        hide_possible_values = true
    )]
    pub(crate) output: Output,
    /// Answers every question with yes; without a terminal nothing is asked
    #[arg(long, global = true)]
    pub(crate) yes: bool,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

/// How long a store that another command has open is waited for: most commands take less.
const WAITS: &[Duration] = &[
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(75),
    Duration::from_millis(200),
    Duration::from_millis(300),
    Duration::from_millis(400),
    Duration::from_millis(500),
];

impl Global {
    /// The address of the store: the one that was named, or the platform's place for data.
    pub(crate) fn store_url(&self) -> Result<String, Failure> {
        if let Some(url) = &self.store {
            return Ok(url.clone());
        }
        let path = default_path()?.display().to_string();
        // Options begin after the last `?`: one that belongs to the path is none.
        let end = if path.contains('?') { "?" } else { "" };
        Ok(format!("redb:{path}{end}"))
    }

    /// Whether the store's place was left to us, so that its folder may have to be made.
    pub(crate) fn default_store_folder(&self) -> Result<Option<std::path::PathBuf>, Failure> {
        if self.store.is_some() {
            return Ok(None);
        }
        Ok(default_path()?.parent().map(Into::into))
    }

    /// Opens the store; there must be one.
    pub(crate) fn open(&self) -> Result<Atlas, Failure> {
        self.when_free(|url| Atlas::open(url).block_on())
    }

    /// Does something with the address of a store that nobody else may have open. Another command
    /// that has it open is waited for a while.
    pub(crate) fn when_free<T>(
        &self,
        work: impl Fn(&str) -> Result<T, cloud_atlas::Error>,
    ) -> Result<T, Failure> {
        let url = self.store_url()?;
        for wait in WAITS {
            match work(&url) {
                Err(error) if Failure::is_in_use(&error) => std::thread::sleep(*wait),
                done => return done.map_err(Failure::opening),
            }
        }
        work(&url).map_err(Failure::opening)
    }

    /// Opens the store as the principal who acts.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        Ok(self.open()?.act_as(&self.principal))
    }

    /// Whether questions are asked: somebody sits at a terminal, and has not said yes to all.
    fn asks(&self) -> bool {
        !self.yes && print::can_ask()
    }

    /// Asks on the terminal before something that cannot be taken back.
    pub(crate) fn confirm(&self, what: &str) -> Run {
        if self.asks() {
            print::confirm(what)
        } else {
            Ok(())
        }
    }

    /// Asks what `look` finds to ask, and gives a session to go on with. Where it finds nothing that
    /// would be done, nothing is asked, and whoever does it says why not. Nobody waits for the store
    /// while a person thinks: it is closed until she answers.
    pub(crate) fn confirmed(
        &self,
        session: Session,
        look: impl FnOnce(&Session) -> Result<Option<String>, cloud_atlas::Error>,
    ) -> Result<Session, Failure> {
        if !self.asks() {
            return Ok(session);
        }
        let Some(what) = look(&session)? else {
            return Ok(session);
        };
        drop(session);
        print::confirm(&what)?;
        self.session()
    }
}

fn default_path() -> Result<std::path::PathBuf, Failure> {
    let strategy = etcetera::choose_app_strategy(AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "Cloud Atlas".to_owned(),
        app_name: "cloud-atlas".to_owned(),
    });
    let strategy = strategy.map_err(|error| {
        Failure::trouble("there is no folder for data: name a store with --store").because(error)
    })?;
    Ok(strategy.in_data_dir("atlas.redb"))
}

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

const AFTER: &str = "\
Exit codes: 0 done, 1 refused or found wanting, 2 usage, 3 store or I/O trouble.

A reference REF to a MultiCloud Image is [SCOPE:]NAME[@X] or a lineage id. X is a revision number, \
`head`, `latest`, a channel or a version requirement such as `^2.1`.";
