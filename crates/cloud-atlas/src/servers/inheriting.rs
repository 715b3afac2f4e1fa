//! What a server inherits, and whether its image fits.

use crate::{Error, kind::Mci, stored::place, unit::Unit};
use atlas_image::{ImageRecord, Records, nearest_or_opened};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::ImageAccess;
use atlas_scope::{Permission, Scope, visible};
use atlas_template::{
    Launch, LaunchAsk, LaunchFacts, LaunchFrom, LaunchRefusal, Overrides, Policies, Reference,
    ResolveError, ServerDefinition, ServerError,
};
use std::collections::BTreeSet;

/// The records of an image that a scope sees, and those that are opened to it.
pub(super) struct Known {
    held: Vec<ImageRecord>,
    opened: Vec<ImageRecord>,
}

impl Known {
    pub(super) fn facts<'a>(&'a self, unit: &'a Unit, viewer: &'a Scope) -> LaunchFacts<'a> {
        LaunchFacts {
            records: Records {
                held: &self.held,
                opened: &self.opened,
            },
            access: ImageAccess::Unasked,
            account: None,
            types: &unit.shared.instance_types,
            policies: Policies::default(),
            viewer,
            now: unit.now,
        }
    }
}

impl Unit {
    /// What is launched at a location today, as a scope sees it: what a server there inherits.
    pub(crate) async fn launch_of(
        &self,
        reference: &Reference,
        location: &CloudLocation,
        viewer: &Scope,
    ) -> Result<Launch, Error> {
        let located = self
            .locate::<Mci>(reference, viewer, Permission::MciView)
            .await?;
        let state = self
            .state(&located.found, reference.selector.as_ref())
            .await?;
        let overrides = Overrides::default();
        let ask = LaunchAsk {
            from: LaunchFrom::Mci(state.source(located.found.lineage)),
            location,
            overrides: &overrides,
        };
        let chosen = ask.choose()?;
        let known = self
            .known_image(viewer, chosen.served_by(), chosen.image())
            .await?;
        Ok(chosen.launch(&known.facts(self, viewer))?)
    }

    /// What a scope knows of an image.
    pub(super) async fn known_image(
        &self,
        viewer: &Scope,
        at: &CloudLocation,
        image: &ImageId,
    ) -> Result<Known, Error> {
        let mut held = self.records_above(viewer, at, image).await?;
        held.retain(|record| visible(record.scope(), record.shared(), viewer));
        if !held.is_empty() {
            return Ok(Known {
                held,
                opened: Vec::new(),
            });
        }
        let place = place(at, image);
        let opened = self.opened_records(viewer, Some(&place), image).await?;
        Ok(Known { held, opened })
    }

    /// Refuses a server whose instance type does not take its image, or whose image is deleted or
    /// about to be: nothing new refers to such a one.
    pub(crate) async fn check_image(
        &self,
        server: &ServerDefinition,
        scope: &Scope,
    ) -> Result<(), Error> {
        let plan = server.plan().map_err(ServerError::from)?;
        let (at, image) = (&plan.served_by, plan.setting.image());
        let used = BTreeSet::from([(place(at, image), image.at_place().into_owned())]);
        self.refuse_buried(scope, &used).await?;
        let Known { held, opened } = self.known_image(scope, at, image).await?;
        let found = nearest_or_opened(&held, &opened, scope);
        let architecture = found.and_then(|found| found.record.architecture());
        let types = &self.shared.instance_types;
        let judged = types.judge_setting(at, &plan.setting, architecture);
        judged
            .map(drop)
            .map_err(|misfit| LaunchRefusal::from(ResolveError::from(misfit)).into())
    }
}
