//! `atlas server`: what servers launch with.

mod change;
mod launches;
mod look;
mod show;

use crate::{args::Global, exit::Run, print::Out};
use clap::Subcommand;

/// A server definition says what a server launches with; it inherits once, when it is added
///
/// A SERVER is named as `[DEPLOYMENT:]NAME`, in the deployment `default` where none is said, or by
/// its id.
#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    Offers(look::Offers),
    Networks(look::Networks),
    Add(Box<change::Add>),
    List(look::List),
    Show(show::Show),
    Next(look::Next),
    Edit(Box<change::Edit>),
    Reinherit(change::Reinherit),
    Remove(change::Remove),
    Report(launches::Report),
    Launches(launches::Launches),
}

pub(crate) fn run(command: ServerCommand, global: &Global, out: &mut Out) -> Run {
    match command {
        ServerCommand::Offers(offers) => look::offers(offers, global, out),
        ServerCommand::Networks(networks) => look::networks(&networks, global, out),
        ServerCommand::Add(add) => change::add(*add, global, out),
        ServerCommand::List(list) => look::list(list, global, out),
        ServerCommand::Show(show) => show::show(&show, global, out),
        ServerCommand::Next(next) => look::next(&next, global, out),
        ServerCommand::Edit(edit) => change::edit(*edit, global, out),
        ServerCommand::Reinherit(reinherit) => change::reinherit(reinherit, global, out),
        ServerCommand::Remove(remove) => change::remove(&remove, global, out),
        ServerCommand::Report(report) => launches::report(report, global, out),
        ServerCommand::Launches(launches) => launches::list(launches, global, out),
    }
}
