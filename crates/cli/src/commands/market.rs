//! `atlas market`: what accounts offer each other.

mod heads;
mod imports;
mod look;
mod names;
mod publish;
mod updates;

use crate::{args::Global, exit::Run, pages::PageArgs, print::Out};
use clap::{Subcommand, ValueEnum};
use cloud_atlas::{
    LineageKind, PublicationChoice, history::LineageId, image::Reason, template::Reference,
};
use pollster::FutureExt as _;

/// Revisions that accounts publish and others import, and HEADs that they follow; of the account
/// --scope
///
/// PUB names a publication: its id such as pub-0123456789abcdef0123456789abcdef@3, or as its
/// publisher calls it, such as /acme:web@3; without @N the newest that is offered.
#[derive(Debug, Subcommand)]
pub(crate) enum MarketCommand {
    Publish(Box<publish::Publish>),
    List(look::List),
    /// Show a publication; with its groups to its publisher alone
    Show(Which),
    /// Import a publication with what it depends on: read-only copies, for ever
    ///
    /// What is there already stays as it is. An import is cloned where it is to be edited.
    Import(Which),
    /// List what the account has imported
    Imports {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Take away an import, or one of its revisions, that nothing refers to
    ///
    /// It can be imported again.
    Delete {
        /// What REF names
        kind: KindWord,
        /// Such as web, or web@1 for one revision
        #[arg(value_name = "REF")]
        reference: Reference,
    },
    Updates(updates::Updates),
    Update(updates::Update),
    /// Take a publication of the account out of the catalogue
    ///
    /// It still comes along with what depends on it, and what was imported stays.
    Deprecate {
        #[command(flatten)]
        which: Which,
        /// Why, for those who look for it
        #[arg(long, value_name = "TEXT")]
        reason: Reason,
    },
    /// Offer a deprecated publication of the account again
    Reactivate(Which),
    /// List who imported a publication of the account: accounts in its groups by name, others
    /// counted
    Importers(Which),
    /// List the HEADs that the account offers, then those that it is offered
    Heads,
    /// Offer a HEAD no more: those who follow it see it no more
    Withdraw(Head),
    /// Follow a HEAD that the account is offered: it is seen and launched as it moves
    Subscribe(Head),
    /// Follow a HEAD no more
    Unsubscribe(Head),
    /// List the HEADs that the account follows
    Subscriptions,
}

/// A publication.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Such as /acme:web, /acme:web@3 or pub-0123456789abcdef0123456789abcdef@3
    #[arg(value_name = "PUB")]
    publication: PublicationChoice,
}

/// A HEAD of some account.
#[derive(Debug, clap::Args)]
pub(crate) struct Head {
    /// Of which lineage, such as lin-0123456789abcdef0123456789abcdef
    lineage: LineageId,
}

/// A kind of lineage, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// A MultiCloud Image
    Mci,
    /// A ServerTemplate
    Template,
}

impl From<KindWord> for LineageKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Mci => Self::Mci,
            KindWord::Template => Self::Template,
        }
    }
}

/// The word of a kind, as tables have it and commands take it.
fn word(kind: LineageKind) -> &'static str {
    match kind {
        LineageKind::Mci => "mci",
        LineageKind::Template => "template",
    }
}

pub(crate) fn run(command: MarketCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let account = &global.scope;
    match command {
        MarketCommand::Publish(publish) => publish::publish(*publish, session, global, out),
        MarketCommand::List(list) => look::list(list, &session, account, out),
        MarketCommand::Show(Which { publication }) => {
            out.fields(&session.publication(&publication, account).block_on()?)
        }
        MarketCommand::Import(Which { publication }) => {
            imports::import(publication, &session, account, out)
        }
        MarketCommand::Imports { page } => imports::list(page, &session, account, out),
        MarketCommand::Delete { kind, reference } => {
            imports::delete(kind.into(), &reference, session, global, out)
        }
        MarketCommand::Updates(updates) => updates::list(&updates, &session, account, out),
        MarketCommand::Update(update) => updates::update(&update, &session, account, out),
        MarketCommand::Deprecate { which, reason } => {
            let deprecated = session.deprecate_publication(&which.publication, account, &reason);
            look::changed(&deprecated.block_on()?, "is offered no more", out)
        }
        MarketCommand::Reactivate(Which { publication }) => {
            let active = session.reactivate_publication(&publication, account);
            look::changed(&active.block_on()?, "is offered again", out)
        }
        MarketCommand::Importers(Which { publication }) => {
            look::importers(&publication, &session, account, out)
        }
        MarketCommand::Heads => heads::list(&session, account, out),
        MarketCommand::Withdraw(Head { lineage }) => heads::withdraw(lineage, session, global, out),
        MarketCommand::Subscribe(Head { lineage }) => {
            heads::subscribe(lineage, &session, account, out)
        }
        MarketCommand::Unsubscribe(Head { lineage }) => {
            session.unsubscribe(lineage, account).block_on()?;
            let how = format_args!("{account} follows HEAD of {lineage} no more");
            out.ended("subscription", &lineage, how)
        }
        MarketCommand::Subscriptions => heads::subscriptions(&session, account, out),
    }
}
