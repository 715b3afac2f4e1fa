//! Whether the new image fits where the old one is.

use super::{Changed, Fitting, Lines, refers_to};
use crate::replace::{
    HeadReplacement, ReplaceChange, ReplaceFacts, ReplaceHead, ReplaceNote, ReplaceServer,
    ReplaceStays, ReplaceUndo, ReplacedImage,
};
use crate::{KnownNetworks, Overrides, ServerEdit};
use atlas_image::{AgentFacts, NeededAgent, OsFacts, RoleMap, check_agent, nearest};
use atlas_image_id::CloudLocation;
use atlas_mci::{Content, EditError, Fit, HeadEdit, Setting};
use atlas_scope::{Scope, visible};
use std::collections::BTreeMap;

impl Lines<'_> {
    /// Whether the new image is seen from a scope, and would be the one that is meant at a location.
    fn check_there(&self, scope: &Scope, location: &CloudLocation) -> Result<(), ReplaceStays> {
        let new = self.facts.new;
        if !visible(new.scope(), new.shared(), scope) {
            let (id, home) = (new.id(), new.scope());
            return Err(unfit(&format_args!(
                "`{id}` at {home} is not seen from {scope}: share or promote it"
            )));
        }
        if !refers_to(new.image_id(), location, new) {
            let (image, home) = (new.image_id(), new.location());
            return Err(unfit(&format_args!(
                "`{image}` is at {home} and not at {location}: copy it there"
            )));
        }
        let records = self.facts.beside_new.iter().chain([new]);
        let nearest = nearest(records, scope).map(|found| found.record);
        match nearest.filter(|nearest| nearest.id() != new.id()) {
            None => Ok(()),
            Some(nearer) => {
                let (image, home) = (new.image_id(), nearer.scope());
                Err(unfit(&format_args!(
                    "from {scope} `{image}` means the record at {home}: replace by that one there"
                )))
            }
        }
    }

    pub(super) fn fit_head(
        &self,
        head: &ReplaceHead<'_>,
        used: &[(&CloudLocation, &Setting)],
    ) -> Result<Fitting, ReplaceStays> {
        let new = self.facts.new;
        let mut notes = self.notes.clone();
        let (mut edits, mut places) = (Vec::new(), BTreeMap::new());
        for (at, setting) in used {
            self.check_there(head.scope, at)?;
            let changed = (*setting).clone().with_image(new.image_id().clone());
            self.judge(at, &changed, &mut notes)?;
            let image = ReplacedImage {
                before: setting.image().to_string(),
                after: new.image_id().to_string(),
            };
            places.insert((*at).clone(), image);
            edits.push(HeadEdit::set((*at).clone(), changed));
        }
        let changed = HeadReplacement::of(head, edits).map_err(|error| unfit(&error))?;
        let (lineage, changed) = (head.lineage, Changed::Head(Box::new(changed)));
        let back = ReplaceChange::Head { lineage, places };
        Ok((changed, back, ReplaceUndo::SetBack, notes))
    }

    /// Whether the instance type takes the new image (RightScale).
    fn judge(
        &self,
        at: &CloudLocation,
        setting: &Setting,
        notes: &mut Vec<ReplaceNote>,
    ) -> Result<(), ReplaceStays> {
        let architecture = self.facts.new.architecture();
        let fit = self.facts.types.judge_setting(at, setting, architecture);
        if let Fit::Late(late) = fit.map_err(|error| unfit(&error))? {
            let text = late.to_string();
            notes.push(ReplaceNote::Warning { text });
        }
        Ok(())
    }

    pub(super) fn fit_role_map(
        &self,
        map: &RoleMap,
        at: &CloudLocation,
    ) -> Result<Fitting, ReplaceStays> {
        let new = self.facts.new;
        self.check_there(map.scope(), at)?;
        // A role map has its images where their records stand, each in a place of its own.
        if new.location() != at {
            let (id, home) = (new.id(), new.location());
            return Err(unfit(&format_args!(
                "`{id}` stands at {home} in a role map and not at {at}: put it there by hand"
            )));
        }
        let set = map.clone().with_image(new).map_err(|error| unfit(&error))?;
        let warnings = set.warnings.iter().map(|warning| ReplaceNote::Warning {
            text: warning.to_string(),
        });
        let notes = self.notes.iter().cloned().chain(warnings).collect();
        let back = ReplaceChange::RoleMap {
            map: map.id(),
            location: at.clone(),
        };
        let changed = Changed::RoleMap(Box::new(set.map));
        Ok((changed, back, ReplaceUndo::PutBack, notes))
    }

    pub(super) fn fit_server(
        &self,
        found: &ReplaceServer<'_>,
        served_by: &CloudLocation,
        setting: &Setting,
    ) -> Result<Fitting, ReplaceStays> {
        let (server, new) = (found.definition, self.facts.new);
        self.check_there(found.scope, served_by)?;
        let mut notes = self.notes.clone();
        let image = new.image_id();
        self.judge(
            served_by,
            &setting.clone().with_image(image.clone()),
            &mut notes,
        )?;
        // Scalr, RightScale: what has scripts needs the agent that runs them.
        let template = server.inherited().template.as_ref();
        if let Some(template) = template.filter(|template| template.has_scripts) {
            let checked = check_agent(new, NeededAgent::Agent);
            let name = &template.name;
            let warning = checked.map_err(|missing| unfit(&format_args!("`{name}` {missing}")))?;
            if let Some(warning) = warning
                && !notes.contains(&ReplaceNote::AgentUnknown)
            {
                let text = warning.to_string();
                notes.push(ReplaceNote::Warning { text });
            }
        }
        let edit = ServerEdit::Overlay(Box::new(Overrides {
            image: Some(image.clone()),
            ..Overrides::default()
        }));
        // Nothing about its networks changes.
        let edited = server.edited(edit, false, KnownNetworks::Unasked);
        let changed = Changed::Server(Box::new(edited.map_err(|error| unfit(&error))?));
        let before = server.overrides().image.as_ref().map(ToString::to_string);
        let undo = match before {
            Some(_) => ReplaceUndo::OverrideBack,
            None => ReplaceUndo::Inherit,
        };
        let back = ReplaceChange::Server {
            server: server.id(),
            before,
            after: image.to_string(),
        };
        Ok((changed, back, undo, notes))
    }
}

impl HeadReplacement {
    /// A HEAD after some edits.
    pub(in crate::replace) fn of(
        head: &ReplaceHead<'_>,
        edits: Vec<HeadEdit>,
    ) -> Result<Self, EditError> {
        let content: Content = head.content.edited(edits.iter().cloned())?;
        Ok(Self {
            lineage: head.lineage,
            generation: head.generation,
            edits,
            content,
        })
    }
}

/// What differs between the two images.
pub(super) fn notes(facts: &ReplaceFacts<'_>) -> Vec<ReplaceNote> {
    let (old, new) = (facts.old, facts.new);
    let mut notes = Vec::new();
    if let (Some(was), Some(is)) = (old.os(), new.os())
        && (&was.family, &was.generation) != (&is.family, &is.generation)
    {
        let text = |os: &OsFacts| format!("{} {}", os.family, os.generation);
        let (was, is) = (text(was), text(is));
        notes.push(ReplaceNote::OtherOs { was, is });
    }
    if let (Some(was), Some(is)) = (old.architecture(), new.architecture())
        && was != is
    {
        let (was, is) = (was.to_string(), is.to_string());
        notes.push(ReplaceNote::OtherArchitecture { was, is });
    }
    match (old.agent(), new.agent()) {
        (AgentFacts::Installed { .. }, AgentFacts::Absent) => notes.push(ReplaceNote::AgentMissing),
        (AgentFacts::Installed { .. }, AgentFacts::Unknown) => {
            notes.push(ReplaceNote::AgentUnknown);
        }
        _ => {}
    }
    if new.lifecycle().is_deprecated(facts.now) {
        notes.push(ReplaceNote::Deprecated);
    }
    notes
}

pub(super) fn unfit(reason: &impl ToString) -> ReplaceStays {
    ReplaceStays::Unfit {
        reason: reason.to_string(),
    }
}
