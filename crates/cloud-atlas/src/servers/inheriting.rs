//! What a server inherits, and whether its image fits.

use super::{ServerView, ServerWarning, StartWarning};
use crate::{
    Error, LaunchBase, LaunchSubject, NotFound, Noun, launch::Question, stored::place, unit::Unit,
};
use atlas_image::{NeededAgent, check_agent, nearest_or_opened};
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

    /// Refuses a server whose instance type does not take its image, or whose image is deleted or about
    /// to be: nothing new refers to such a one. Where it launches with something else than before, an
    /// image that is known to have no agent for its scripts is refused too, and what else is wrong is
    /// told; each launch judges all of it.
    pub(super) async fn check_image(
        &self,
        server: &mut ServerView,
        before: Option<&ServerDefinition>,
    ) -> Result<(), Error> {
        let scope = server.scope.clone();
        let plan = server.definition.plan().map_err(ServerError::from)?;
        let (at, image) = (&plan.served_by, plan.setting.image());
        let used = BTreeSet::from([(place(at, image), image.at_place().into_owned())]);
        self.refuse_buried(&scope, &used).await?;
        let known = self.known_image(at, image, &scope).await?;
        let facts = known.facts(self, &scope);
        let found = nearest_or_opened(facts.records.held, facts.records.opened, &scope);
        let architecture = found.as_ref().and_then(|it| it.record.architecture());
        let types = &self.shared.instance_types;
        let judged = types.judge_setting(at, &plan.setting, architecture);
        judged.map_err(|misfit| LaunchRefusal::from(ResolveError::from(misfit)))?;
        let scripts = |of: &ServerDefinition| {
            let template = of.inherited().template.as_ref();
            template.filter(|template| template.has_scripts).cloned()
        };
        let template = scripts(&server.definition);
        if let Some(before) = before
            && before.plan().map_err(ServerError::from)? == plan
            && scripts(before).is_some() == template.is_some()
        {
            return Ok(());
        }
        if let (Some(template), Some(found)) = (template, &found)
            && let Err(missing) = check_agent(found.record, NeededAgent::Agent)
        {
            let template = template.name;
            return Err(LaunchRefusal::Agent { template, missing }.into());
        }
        match server.definition.start(&facts) {
            Ok(start) => server.warn_of_image(&start),
            Err(refusal) => {
                let reason = refusal.to_string();
                let warning = StartWarning::WouldBeRefused { reason };
                server.warnings.push(ServerWarning::Start(warning));
            }
        }
        Ok(())
    }
}
