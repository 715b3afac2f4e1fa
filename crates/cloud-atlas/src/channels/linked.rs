//! Who links a MultiCloud Image.

use crate::{
    Error,
    kind::Template,
    stored::StoredMci,
    tables::{TEMPLATES, partition_of},
    unit::Unit,
};
use atlas_scope::{Level, Scope};
use atlas_template::{
    ChannelName, LinkTarget, LinkedBy, LinkedState, TemplateContent, check_delete_channel,
};

impl Unit {
    /// Refuses to delete a channel that a template links, in HEAD or in a committed revision.
    pub(crate) async fn refuse_linked_channel(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
        from: &Scope,
    ) -> Result<(), Error> {
        let Some(channel) = self.channel(mci, name).await? else {
            return Ok(());
        };
        let state = LinkedState::Revision(channel.current());
        let means = |target: &LinkTarget| {
            let is_meant = matches!(target, LinkTarget::Channel(channel) if channel == name);
            is_meant.then_some(state)
        };
        let links = self.links_to(mci, from, means).await?;
        Ok(check_delete_channel(mci.name(), name, &links)?)
    }

    /// The links of templates at its scope and below to a MultiCloud Image, as far as `means` says
    /// which of its states they mean. The caller sees a template from `from`, or from its own scope.
    pub(crate) async fn links_to(
        &self,
        mci: &StoredMci,
        from: &Scope,
        means: impl Fn(&LinkTarget) -> Option<LinkedState> + Send + Sync,
    ) -> Result<Vec<LinkedBy>, Error> {
        let mut partitions = vec![partition_of(&mci.scope)?];
        if mci.scope.level() == Level::Global {
            partitions.extend(self.accounts().await?);
        }
        let mut links = Vec::new();
        for partition in partitions {
            let lineage = mci.lineage.to_string();
            let found = self
                .all_by(&TEMPLATES, "linked", &partition, lineage)
                .await?;
            for template in found.into_iter().map(|kept| kept.0) {
                let seen = [from, &template.scope];
                let seen = self.lineage_seen::<Template>(template.lineage, &seen);
                let is_visible = seen.await?.is_some();
                let mut add = |state: LinkedState, content: &TemplateContent| {
                    let to_it = content.links().filter(|link| link.lineage == mci.lineage);
                    let found = to_it.filter_map(|link| Some((link.target, means(link.target)?)));
                    links.extend(found.map(|(target, used)| LinkedBy {
                        used,
                        scope: template.scope.clone(),
                        template: template.name().clone(),
                        lineage: template.lineage,
                        state,
                        target: target.clone(),
                        is_visible,
                    }));
                };
                add(LinkedState::Head, template.head.content());
                if template.beside.contains(&mci.lineage) {
                    for stored in self.revisions(&template).await? {
                        let revision = &stored.revision;
                        let content = self.content::<Template>(&template.scope, revision.content());
                        let content = content.await?;
                        add(LinkedState::Revision(revision.number()), content.content());
                    }
                }
            }
        }
        Ok(links)
    }
}
