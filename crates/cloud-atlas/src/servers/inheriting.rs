//! What a server inherits, and whether its image fits.

use crate::{Error, LaunchBase, LaunchSubject, launch::Question, stored::place, unit::Unit};
use atlas_image::nearest_or_opened;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{Launch, LaunchRefusal, ResolveError, ServerDefinition, ServerError};
use std::collections::BTreeSet;

impl Unit {
    /// What is launched at a location today, as a scope sees it: what a server there inherits.
    pub(super) async fn launch_of(
        &self,
        base: LaunchBase,
        location: &CloudLocation,
        viewer: &Scope,
    ) -> Result<Launch, Error> {
        let subject = LaunchSubject::new(base, viewer.clone());
        let sources = Box::pin(self.sources(&subject)).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        Ok(self.decided(&question, location).await?.outcome?)
    }

    /// Refuses a server whose instance type does not take its image, or whose image is deleted or
    /// about to be: nothing new refers to such a one.
    pub(super) async fn check_image(
        &self,
        server: &ServerDefinition,
        scope: &Scope,
    ) -> Result<(), Error> {
        let plan = server.plan().map_err(ServerError::from)?;
        let (at, image) = (&plan.served_by, plan.setting.image());
        let used = BTreeSet::from([(place(at, image), image.at_place().into_owned())]);
        self.refuse_buried(scope, &used).await?;
        let known = self.known_image(at, image, scope).await?;
        let records = known.facts(self, scope).records;
        let found = nearest_or_opened(records.held, records.opened, scope);
        let architecture = found.and_then(|found| found.record.architecture());
        let types = &self.shared.instance_types;
        let judged = types.judge_setting(at, &plan.setting, architecture);
        judged
            .map(drop)
            .map_err(|misfit| LaunchRefusal::from(ResolveError::from(misfit)).into())
    }
}
