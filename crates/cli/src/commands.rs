//! The commands, one file a family.

mod bundle;
mod can;
mod candidates;
mod channel;
mod credential;
mod deployment;
mod disk;
mod events;
mod group;
mod id;
mod image;
mod job;
mod key;
mod kind;
mod lock;
mod market;
mod marks;
mod mci;
mod people;
mod policy;
mod resolve;
mod role_map;
mod serve;
mod server;
mod shell;
mod store;
mod stream;
mod template;
mod work;
mod xref;

use crate::{
    args::Args,
    exit::{Failure, Run},
    print::Out,
};
use clap::{CommandFactory as _, Parser as _, Subcommand};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a store; nothing else ever makes one
    Init,
    /// Read, check and compare image ids; needs no store
    #[command(subcommand)]
    Id(id::Id),
    /// Inspect, convert disk images; make, keep, export them
    #[command(subcommand)]
    Disk(disk::DiskCommand),
    /// Add, list, rename, remove scopes: accounts and their environments
    #[command(subcommand)]
    Scope(people::ScopeCommand),
    /// Add, list, rename, remove principals: people and programs
    #[command(subcommand)]
    Principal(people::PrincipalCommand),
    /// Add, list, remove grants: roles of principals at scopes
    #[command(subcommand)]
    Grant(people::GrantCommand),
    /// Add, list, rotate, disable, remove access keys of programs
    Key(key::Key),
    /// Make, join, leave groups of accounts
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Publish, look for, import, follow what accounts offer each other
    #[command(subcommand)]
    Market(market::MarketCommand),
    /// Tell whether somebody may do something, and why
    Can(can::Can),
    /// Add, list, remove cloud credentials
    #[command(subcommand)]
    Credential(credential::CredentialCommand),
    /// Register, find, edit, copy, retire records of images
    #[command(subcommand)]
    Image(image::ImageCommand),
    /// Find images, records and servers that lack their counterpart
    Discover(candidates::Discover),
    /// List, take, report on work that hosts do in clouds
    #[command(subcommand)]
    Work(work::WorkCommand),
    /// Make, list, show, fill, remove role maps
    #[command(subcommand, name = "rolemap")]
    RoleMap(role_map::RoleMapCommand),
    /// Make, edit, commit, compare MultiCloud Images
    #[command(subcommand)]
    Mci(mci::Mci),
    /// Make, edit, commit, compare ServerTemplates
    #[command(subcommand)]
    Template(template::Template),
    /// Point channels to revisions, roll them back, restrict them
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    /// Give revisions semantic versions
    #[command(subcommand)]
    Release(channel::ReleaseCommand),
    /// Say what may be launched
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Tell which image is launched at a cloud location
    Resolve(resolve::Resolve),
    /// Write and verify lock files
    Lock(lock::Lock),
    /// Make, list, rename, delete deployments: servers that belong together
    #[command(subcommand)]
    Deployment(deployment::DeploymentCommand),
    /// Add, edit, look at server definitions, report launches
    #[command(subcommand)]
    Server(server::ServerCommand),
    /// Serve the store over a network
    #[command(subcommand)]
    Serve(serve::ServeCommand),
    /// Import public image metadata
    #[command(subcommand)]
    Import(stream::Import),
    /// Export public image metadata
    #[command(subcommand)]
    Export(stream::Export),
    /// List, forget work in batches that is not finished
    #[command(subcommand)]
    Job(job::JobCommand),
    /// Dump, load, check, upgrade, count the store
    #[command(subcommand)]
    Store(store::Store),
    /// Show who changed what
    Events(events::Events),
    /// Write the completions of a shell
    Completions(shell::Completions),
    /// Write the manual pages
    Man(shell::Man),
}

/// Reads the command line and does what it says.
pub(crate) fn main() -> Run {
    let arguments = std::env::args_os().collect();
    let arguments = serve::with_file(arguments, &mut Args::command())?;
    let parsed = Args::try_parse_from(arguments).map_err(Failure::Usage)?;
    let Args { global, command } = parsed;
    let mut out = Out::new(global.output);
    match command {
        Command::Init => store::init(&global, &mut out),
        Command::Id(command) => id::run(command, &mut out),
        Command::Disk(command) => disk::run(command, &global, &mut out),
        Command::Scope(command) => people::scope(command, &global, &mut out),
        Command::Principal(command) => people::principal(command, &global, &mut out),
        Command::Grant(command) => people::grant(command, &global, &mut out),
        Command::Key(command) => key::run(command, &global, &mut out),
        Command::Group(command) => group::run(command, &global, &mut out),
        Command::Market(command) => market::run(command, &global, &mut out),
        Command::Can(can) => can::can(&can, &global, &mut out),
        Command::Credential(command) => credential::run(command, &global, &mut out),
        Command::Image(command) => image::run(command, &global, &mut out),
        Command::Discover(discover) => candidates::discover(&discover, &global, &mut out),
        Command::Work(command) => work::run(command, &global, &mut out),
        Command::RoleMap(command) => role_map::run(command, &global, &mut out),
        Command::Mci(command) => mci::run(command, &global, &mut out),
        Command::Template(command) => template::run(command, &global, &mut out),
        Command::Channel(command) => channel::channel(command, &global, &mut out),
        Command::Release(command) => channel::release(command, &global, &mut out),
        Command::Policy(command) => policy::run(command, &global, &mut out),
        Command::Resolve(resolve) => resolve::resolve(resolve, &global, &mut out),
        Command::Lock(lock) => lock::lock(lock, &global, &mut out),
        Command::Deployment(command) => deployment::run(command, &global, &mut out),
        Command::Server(command) => server::run(command, &global, &mut out),
        Command::Serve(command) => serve::run(command, &global, &mut out),
        Command::Import(command) => stream::import(command, &global, &mut out),
        Command::Export(command) => stream::export(command, &global),
        Command::Job(command) => job::run(&command, &global, &mut out),
        Command::Store(command) => store::run(command, &global, &mut out),
        Command::Events(events) => events::events(events, &global, &mut out),
        Command::Completions(completions) => shell::completions(&completions),
        Command::Man(man) => shell::man(&man),
    }
}
