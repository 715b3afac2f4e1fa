//! Making and editing ServerTemplates.

use crate::{
    commands::{
        kind::whole,
        mci::{generation, sharing::Shared},
    },
    exit::Run,
    print::{Out, warn},
};
use clap::Subcommand;
use cloud_atlas::{
    NewLineage, Session, TemplateChange, TemplateView,
    base::Name,
    history::Generation,
    mci::Description,
    scope::Scope,
    template::{AgentsUnknown, Phase, Reference, ScriptRef, TemplateEdit},
};
use pollster::FutureExt as _;

/// Make one with an empty HEAD at --scope
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// What it is called
    name: Name,
    /// Make a MultiCloud Image of this name with it, and link its HEAD by default: both or neither
    #[arg(long, value_name = "NAME")]
    with_mci: Option<Name>,
    #[command(flatten)]
    shared: Shared,
}

/// Link a MultiCloud Image in HEAD, or change which of its states a link means
///
/// The first one that is linked becomes the default.
#[derive(Debug, clap::Args)]
pub(crate) struct Link {
    /// Which ServerTemplate
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Which MultiCloud Image, such as web-base@3, web-base@head or web-base@production; without @X
    /// the newest revision, and HEAD where there is none
    #[arg(value_name = "MCI")]
    mci: Reference,
    /// Make it the default
    #[arg(long)]
    default: bool,
    #[command(flatten)]
    seen: Seen,
}

/// Take a link out of HEAD: neither the default one nor the last one
#[derive(Debug, clap::Args)]
pub(crate) struct Unlink {
    /// Which ServerTemplate
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Which MultiCloud Image; one that is gone, by its lineage
    #[arg(value_name = "MCI")]
    mci: Reference,
    #[command(flatten)]
    seen: Seen,
}

/// Make a link the default, which a launch uses unless told otherwise
#[derive(Debug, clap::Args)]
pub(crate) struct Default {
    /// Which ServerTemplate
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Which MultiCloud Image
    #[arg(value_name = "MCI")]
    mci: Reference,
    #[command(flatten)]
    seen: Seen,
}

/// Name or describe HEAD anew
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    /// Which ServerTemplate
    #[arg(value_name = "REF")]
    reference: Reference,
    /// What it is called from now on
    #[arg(long, value_name = "NAME", required_unless_present = "description")]
    name: Option<Name>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<Description>,
    #[command(flatten)]
    seen: Seen,
}

/// Which HEAD an edit is for.
#[derive(Debug, clap::Args)]
pub(crate) struct Seen {
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    seen: Option<Generation>,
}

/// A script is a reference such as `chef:web@2.1`, which hosts understand
#[derive(Debug, Subcommand)]
pub(crate) enum Script {
    /// Add scripts to a phase, in this order
    Add {
        /// Which ServerTemplate
        #[arg(value_name = "REF")]
        reference: Reference,
        /// When they run: boot, operational or decommission
        phase: Phase,
        /// The scripts
        #[arg(value_name = "SCRIPT", required = true)]
        scripts: Vec<ScriptRef>,
        /// The place of the first from then on, counted from 1 [default: behind the last]
        #[arg(long, value_name = "PLACE")]
        at: Option<usize>,
        #[command(flatten)]
        seen: Seen,
    },
    /// Give a phase these scripts in place of those it has; none empties it
    Set {
        /// Which ServerTemplate
        #[arg(value_name = "REF")]
        reference: Reference,
        /// When they run: boot, operational or decommission
        phase: Phase,
        /// The scripts
        #[arg(value_name = "SCRIPT")]
        scripts: Vec<ScriptRef>,
        #[command(flatten)]
        seen: Seen,
    },
    /// Take a script out of a phase
    Remove {
        /// Which ServerTemplate
        #[arg(value_name = "REF")]
        reference: Reference,
        /// When it runs: boot, operational or decommission
        phase: Phase,
        /// Its place, counted from 1
        place: usize,
        #[command(flatten)]
        seen: Seen,
    },
}

pub(super) fn new(new: New, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let asked = NewLineage::new(from.clone(), new.name).with_shared(new.shared.shared);
    let Some(mci) = new.with_mci else {
        let view = session.make_template(&asked).block_on()?;
        return out.one(&view, |out| {
            made(&view.name, &view.scope, &view.lineage, out)
        });
    };
    let made_both = session.create_template_with_mci(&asked, mci);
    let both = made_both.block_on()?;
    out.one(&both, |out| {
        let (template, mci) = (&both.template, &both.mci);
        made(&template.name, &template.scope, &template.lineage, out)?;
        made(&mci.name, &mci.scope, &mci.lineage, out)?;
        writeln!(
            out,
            "{} links the HEAD of {} by default",
            template.name, mci.name
        )
    })
}

fn made(
    name: &Name,
    scope: &Scope,
    lineage: &dyn std::fmt::Display,
    out: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    writeln!(out, "made {name} at {scope}: {lineage}")
}

pub(super) fn link(link: Link, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Link {
        reference,
        mci,
        default,
        seen,
    } = link;
    // What is linked already is re-pointed: the two are one to people.
    let view = session.template(&reference, from).block_on()?;
    let lineage = session.mci(&mci_alone(&mci), from).block_on()?.lineage;
    let linked = view.content.link(lineage);
    let mut changes = Vec::new();
    changes.push(match linked {
        Some(_) => TemplateChange::Retarget(mci.clone()),
        None => TemplateChange::Link(mci.clone()),
    });
    let first = view.content.links().len() == 0;
    // It may be re-pointed and be the default as before.
    if default && !first && view.content.default_link() != Some(lineage) {
        changes.push(TemplateChange::MakeDefault(mci_alone(&mci)));
    }
    edit(&reference, changes, seen, session, from, out)
}

/// A MultiCloud Image, whatever its state.
fn mci_alone(reference: &Reference) -> Reference {
    Reference {
        selector: None,
        ..reference.clone()
    }
}

pub(super) fn unlink(unlink: Unlink, session: &Session, from: &Scope, out: &mut Out) -> Run {
    whole(&unlink.mci, OF_WHOLE)?;
    let changes = vec![TemplateChange::Unlink(unlink.mci)];
    edit(&unlink.reference, changes, unlink.seen, session, from, out)
}

pub(super) fn default(default: Default, session: &Session, from: &Scope, out: &mut Out) -> Run {
    whole(&default.mci, OF_WHOLE)?;
    let changes = vec![TemplateChange::MakeDefault(default.mci)];
    edit(
        &default.reference,
        changes,
        default.seen,
        session,
        from,
        out,
    )
}

/// Why a link is not named by a state.
pub(super) const OF_WHOLE: &str = "a link is that of a whole MultiCloud Image";

pub(super) fn set(set: Set, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let name = set.name.map(TemplateEdit::SetName);
    let description = set.description.map(TemplateEdit::SetDescription);
    let edits = name.into_iter().chain(description);
    let changes = edits.map(TemplateChange::Edit).collect();
    edit(&set.reference, changes, set.seen, session, from, out)
}

pub(super) fn script(script: Script, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let (reference, edits, seen) = match script {
        Script::Add {
            reference,
            phase,
            scripts,
            at,
            seen,
        } => {
            let add = |(number, script)| TemplateEdit::AddScript {
                phase,
                script,
                place: at.map(|at: usize| at.saturating_add(number)),
            };
            let edits = scripts.into_iter().enumerate().map(add);
            (reference, edits.collect(), seen)
        }
        Script::Set {
            reference,
            phase,
            scripts,
            seen,
        } => {
            let edits = vec![TemplateEdit::SetScripts { phase, scripts }];
            (reference, edits, seen)
        }
        Script::Remove {
            reference,
            phase,
            place,
            seen,
        } => {
            let edits = vec![TemplateEdit::RemoveScript { phase, place }];
            (reference, edits, seen)
        }
    };
    let edits: Vec<_> = edits;
    let changes = edits.into_iter().map(TemplateChange::Edit).collect();
    edit(&reference, changes, seen, session, from, out)
}

fn edit(
    reference: &Reference,
    changes: Vec<TemplateChange>,
    Seen { seen }: Seen,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let edited = session.edit_template(reference, from, changes, seen);
    told(&edited.block_on()?, out)
}

pub(super) fn told(view: &TemplateView, out: &mut Out) -> Run {
    warned(view.agents_unknown.as_ref());
    out.one(view, |out| {
        let (name, generation) = (&view.name, view.generation);
        writeln!(out, "HEAD of {name} is at generation {generation}")
    })
}

pub(super) fn warned(unknown: Option<&AgentsUnknown>) {
    if let Some(unknown) = unknown {
        warn(unknown);
    }
}
