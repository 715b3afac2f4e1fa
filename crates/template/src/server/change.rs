//! Changes of a server definition: for its next launch, never for a running server.

use super::{Follows, Inherited, ServerDefinition, ServerError};
use crate::{KnownNetworks, Launch, LockChange, OverrideField, Overrides, lock::entry_changes};
use atlas_base::{Name, Timestamp};
use atlas_image::NetworkName;
use atlas_image_id::CloudLocation;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// One change of a server definition (RightScale: edit the next server).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEdit {
    /// Names it anew.
    Rename(Name),
    /// Gives it these overrides in place of those it has.
    Override(Box<Overrides>),
    /// Adds these overrides to those it has: what they keep stays as it is.
    Overlay(Box<Overrides>),
    /// Lets a part be what was inherited.
    Inherit(OverrideField),
    /// Puts it on these networks in place of those it is on.
    SetNetworks(BTreeSet<NetworkName>),
}

/// Why a server does not inherit again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReinheritError {
    /// The plan is for another location.
    #[error("the server is at {server}, the plan is for {plan}: add another server there")]
    OtherLocation {
        /// Of the server.
        server: CloudLocation,
        /// Of the plan.
        plan: CloudLocation,
    },
    /// The plan is of another template, or of none.
    #[error("the server inherited from {server}, the plan is of {plan}: add another server")]
    OtherSource {
        /// What the server inherited from.
        server: String,
        /// What the plan is of.
        plan: String,
    },
    /// The plan has overrides in it: those of the server stay as they are.
    #[error("a server inherits a plan without overrides, and this one overrides the {field}")]
    Overridden {
        /// The first of them.
        field: OverrideField,
    },
}

/// What inheriting again changes; `Display` writes it as people read diffs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerChanges {
    /// The states that were inherited from, before and after: `front@4, web@2`.
    pub from: (String, String),
    /// The parts that are another; those that are overridden among them show at no launch.
    pub fields: Vec<LockChange>,
    /// The tags that come.
    pub tags_added: BTreeSet<atlas_base::Tag>,
    /// The tags that go.
    pub tags_removed: BTreeSet<atlas_base::Tag>,
}

impl ServerDefinition {
    /// This definition after an edit; `is_taken` says whether the deployment has a server of the new
    /// name. A server that runs goes on as it is.
    ///
    /// # Errors
    ///
    /// See [`ServerError`].
    pub fn edited(
        &self,
        edit: ServerEdit,
        is_taken: bool,
        known: KnownNetworks<'_>,
    ) -> Result<Self, ServerError> {
        let mut server = self.clone();
        match edit {
            ServerEdit::Rename(name) if is_taken => return Err(ServerError::Taken { name }),
            ServerEdit::Rename(name) => server.name = name,
            ServerEdit::Override(overrides) => server.overrides = *overrides,
            ServerEdit::Overlay(overrides) => {
                server.overrides = core::mem::take(&mut server.overrides).overlaid(*overrides);
            }
            ServerEdit::Inherit(field) => server.overrides.keep(field),
            ServerEdit::SetNetworks(networks) => server.networks = networks,
        }
        server.checked(known)
    }

    /// What inheriting again would change: nothing does so by itself.
    pub fn behind(&self, launch: &Launch) -> ServerChanges {
        let follows = self.inherited.follows.clone();
        let next = Inherited::of(launch, follows, self.inherited.at);
        let tags = |here: &Inherited, there: &Inherited| {
            let only = here.tags.difference(&there.tags);
            only.cloned().collect()
        };
        ServerChanges {
            from: (self.inherited.states(), next.states()),
            fields: entry_changes(Some(&self.inherited.entry), Some(&next.entry)),
            tags_added: tags(&next, &self.inherited),
            tags_removed: tags(&self.inherited, &next),
        }
    }

    /// This definition with what a launch from the same source says today (RightScale: inherit
    /// again); `follows` is what it follows from then on. Overrides, networks and name stay; a server
    /// that runs goes on as it is.
    ///
    /// # Errors
    ///
    /// See [`ReinheritError`].
    pub fn reinherited(
        &self,
        launch: &Launch,
        follows: Follows,
        at: Timestamp,
    ) -> Result<(Self, ServerChanges), ReinheritError> {
        if launch.plan.location != self.location {
            return Err(ReinheritError::OtherLocation {
                server: self.location.clone(),
                plan: launch.plan.location.clone(),
            });
        }
        let mut marks = launch.overridden.iter().map(|mark| mark.field);
        if let Some(field) = marks.find(|field| *field != OverrideField::Mci) {
            return Err(ReinheritError::Overridden { field });
        }
        let next = Inherited::of(launch, follows, at);
        let source = |from: &Inherited| match &from.template {
            Some(template) => (template.lineage, true),
            None => (from.lineage, false),
        };
        if source(&next) != source(&self.inherited) {
            return Err(ReinheritError::OtherSource {
                server: self.inherited.states(),
                plan: next.states(),
            });
        }
        let changes = self.behind(launch);
        let server = Self {
            inherited: next,
            ..self.clone()
        };
        Ok((server, changes))
    }
}

impl ServerChanges {
    /// Whether the next launch is the same, from the same states.
    pub fn is_empty(&self) -> bool {
        self.from.0 == self.from.1
            && self.fields.is_empty()
            && self.tags_added.is_empty()
            && self.tags_removed.is_empty()
    }
}

impl fmt::Display for ServerChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changes");
        }
        let (before, after) = &self.from;
        if before == after {
            write!(f, "from {before}")?;
        } else {
            write!(f, "from {before} -> {after}")?;
        }
        for change in &self.fields {
            for (sign, value) in [('-', &change.before), ('+', &change.after)] {
                if let Some(value) = value {
                    write!(f, "\n{sign}{}: {value}", change.field)?;
                }
            }
        }
        for (sign, tags) in [('-', &self.tags_removed), ('+', &self.tags_added)] {
            for tag in tags {
                write!(f, "\n{sign}tag: {tag}")?;
            }
        }
        Ok(())
    }
}
