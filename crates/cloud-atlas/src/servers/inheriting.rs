//! What a server inherits, and whether its image fits.

use super::{ServerView, ServerWarning, StartWarning};
use crate::{
    Error, LaunchBase, LaunchSubject, NotFound, Noun, launch::Question, stored::place, unit::Unit,
};
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
        // Who asks may see it where it is, and the server there could not.
        if !sources.is_own {
            let (noun, reference) = match &subject.base {
                LaunchBase::Template { template, .. } if sources.viewer != *viewer => {
                    (Noun::Template, template)
                }
                LaunchBase::Template {
                    template: reference,
                    mci,
                } => (Noun::Mci, mci.as_ref().unwrap_or(reference)),
                LaunchBase::Mci(mci) => (Noun::Mci, mci),
            };
            return Err(NotFound::new(noun, reference, viewer).into());
        }
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        Ok(self.decided(&question, location).await?.outcome?)
    }

    /// Refuses a server whose instance type does not take its image, whose scripts nothing in it could
    /// run, or whose image is deleted or about to be: nothing new refers to such a one. What else is
    /// wrong with the image is told where it is another than before, and judged at each launch.
    pub(super) async fn check_image(
        &self,
        server: &mut ServerView,
        before: Option<&ServerDefinition>,
    ) -> Result<(), Error> {
        let scope = server.scope.clone();
        let plan = server.definition.plan().map_err(ServerError::from)?;
        let before = before.map(ServerDefinition::plan).transpose();
        let is_same = before.map_err(ServerError::from)?.as_ref() == Some(&plan);
        let (at, image) = (&plan.served_by, plan.setting.image());
        let used = BTreeSet::from([(place(at, image), image.at_place().into_owned())]);
        self.refuse_buried(&scope, &used).await?;
        let known = self.known_image(at, image, &scope).await?;
        match server.definition.start(&known.facts(self, &scope)) {
            _ if is_same => {}
            Ok(start) => server.warn_of_image(&start),
            Err(
                refusal @ (LaunchRefusal::Agent { .. }
                | LaunchRefusal::Mci(ResolveError::Misfit(_))),
            ) => return Err(refusal.into()),
            Err(refusal) => {
                let reason = refusal.to_string();
                let warning = StartWarning::WouldBeRefused { reason };
                server.warnings.push(ServerWarning::Start(warning));
            }
        }
        Ok(())
    }
}
