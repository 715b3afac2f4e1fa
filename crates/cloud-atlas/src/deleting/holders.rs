//! What keeps a lineage from being deleted.

use crate::{
    Error, JobKind, LineageKind,
    kind::{Mci, Template, Versioned},
    stored::{StoredLineage, StoredMci, UsedImage},
    tables::{CHANNELS, TEMPLATES, partition_of},
    unit::Unit,
    uses::used_images,
};
use atlas_market::check_unpublished;
use atlas_scope::Permission;
use atlas_store::Partition;
use atlas_template::{
    Holder, KnownMci, LinkTarget, LinkedBy, LinkedElsewhere, LinkedState, check_delete_mci,
    check_delete_template,
};
use std::collections::BTreeSet;

/// What a delete has to know of a kind of lineage.
pub(crate) trait Deletable: Versioned {
    const KIND: LineageKind;
    const DELETE: Permission;
    const JOB: JobKind;

    /// The images that rows of uses name.
    fn used(&self) -> BTreeSet<UsedImage>;

    /// Refuses where something holds a lineage; tells of those that it will be missed by.
    fn let_go(
        unit: &Unit,
        of: &StoredLineage<Self>,
    ) -> impl Future<Output = Result<LinkedElsewhere, Error>> + Send;
}

impl Deletable for Mci {
    const KIND: LineageKind = LineageKind::Mci;
    const DELETE: Permission = Permission::MciDelete;
    const JOB: JobKind = JobKind::DeleteMci;

    fn used(&self) -> BTreeSet<UsedImage> {
        used_images(self)
    }

    async fn let_go(unit: &Unit, of: &StoredMci) -> Result<LinkedElsewhere, Error> {
        let links = unit.linked_by(of).await?;
        let mut held = unit.published_as_holders(of).await?;
        held.extend(unit.locks_as_holders(of).await?);
        Ok(check_delete_mci(of.name(), &of.scope, &links, &held)?)
    }
}

impl Deletable for Template {
    const KIND: LineageKind = LineageKind::Template;
    const DELETE: Permission = Permission::TemplateDelete;
    const JOB: JobKind = JobKind::DeleteTemplate;

    fn used(&self) -> BTreeSet<UsedImage> {
        BTreeSet::new()
    }

    async fn let_go(unit: &Unit, of: &StoredLineage<Self>) -> Result<LinkedElsewhere, Error> {
        let (at, lineage) = (partition_of(&of.scope)?, of.lineage.to_string());
        let channels = unit.all(&CHANNELS, &at, lineage).await?.into_iter();
        let channel = |name: String| Holder::Channel { name };
        let mut held = unit.published_as_holders(of).await?;
        held.extend(unit.locks_as_holders(of).await?);
        held.extend(channels.map(|kept| channel(kept.0.channel.name().to_string())));
        check_delete_template(of.name(), &held)?;
        Ok(LinkedElsewhere::default())
    }
}

/// A link of a template to a MultiCloud Image.
pub(crate) struct LinkFrom {
    /// The state of the template that has it.
    pub(crate) state: LinkedState,
    pub(crate) target: LinkTarget,
    /// The state that it means today; none where there is none, or it is revoked.
    pub(crate) used: Option<LinkedState>,
}

impl Unit {
    /// What of a lineage is published: that is deprecated, and never deleted (RightScale).
    async fn published_as_holders<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Vec<Holder>, Error> {
        let published = self.published(of.lineage).await?;
        let held = check_unpublished(of.name(), &published);
        Ok(held.err().map_or_else(Vec::new, |held| held.holders()))
    }

    async fn locks_as_holders<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Vec<Holder>, Error> {
        let locks = self.locks_of(&of.scope, of.lineage, None).await?;
        let holder = |lock: crate::LockHolder| Holder::Lock {
            scope: lock.scope,
            name: lock.name,
        };
        Ok(locks.into_iter().map(holder).collect())
    }

    /// The links of templates to a MultiCloud Image, from their HEADs and from every committed
    /// revision: at its scope and below it.
    pub(crate) async fn linked_by(&self, mci: &StoredMci) -> Result<Vec<LinkedBy>, Error> {
        let (mut known, mut links) = (None, Vec::new());
        for (partition, _) in self.partitions_below(&mci.scope).await? {
            for (template, states) in self.linking(mci, &partition, &mut known).await? {
                links.extend(states.into_iter().map(|link| LinkedBy {
                    // A channel that points nowhere means HEAD no less than anything else.
                    used: link.used.unwrap_or(LinkedState::Head),
                    scope: template.scope.clone(),
                    template: template.name().clone(),
                    lineage: template.lineage,
                    state: link.state,
                    target: link.target,
                    // Every role lets one look and reaches downward: who may delete sees all here.
                    is_visible: true,
                }));
            }
        }
        Ok(links)
    }

    /// The templates of a partition that link a MultiCloud Image, each with the states that do.
    /// `known` is what tells where links lead that move, and is read with the first of them.
    pub(crate) async fn linking(
        &self,
        mci: &StoredMci,
        partition: &Partition,
        known: &mut Option<KnownMci>,
    ) -> Result<Vec<(StoredLineage<Template>, Vec<LinkFrom>)>, Error> {
        let found = self.all_by(&TEMPLATES, "linked", partition, mci.lineage.to_string());
        let mut all = Vec::new();
        for template in found.await?.into_iter().map(|kept| kept.0) {
            let mut links = Vec::new();
            for (state, target) in self.states_linking(&template, mci).await? {
                let used = match &target {
                    LinkTarget::Head => Some(LinkedState::Head),
                    LinkTarget::Revision(number) => Some(LinkedState::Revision(*number)),
                    LinkTarget::Latest | LinkTarget::Channel(_) => {
                        if known.is_none() {
                            *known = Some(self.known_mci(mci, None).await?);
                        }
                        known.as_ref().and_then(|known| known.state(&target).ok())
                    }
                };
                links.push(LinkFrom {
                    state,
                    target,
                    used,
                });
            }
            all.push((template, links));
        }
        Ok(all)
    }

    /// The states of a template that link a MultiCloud Image, each with what its link names.
    pub(crate) async fn states_linking(
        &self,
        template: &StoredLineage<Template>,
        mci: &StoredMci,
    ) -> Result<Vec<(LinkedState, LinkTarget)>, Error> {
        let link = |content: &Template| content.link(mci.lineage).map(|link| link.target.clone());
        // What stands in the place of HEAD of an import is its newest revision once more.
        let head = template.imported.is_none().then(|| template.head.content());
        let head = head.and_then(link);
        let head = head.map(|target| (LinkedState::Head, target));
        let mut states: Vec<_> = head.into_iter().collect();
        if !template.beside.contains(&mci.lineage) {
            return Ok(states);
        }
        for stored in self.revisions(template).await? {
            let (number, digest) = (stored.revision.number(), stored.revision.content());
            let content = self.content::<Template>(&template.scope, digest).await?;
            let target = link(content.content());
            states.extend(target.map(|target| (LinkedState::Revision(number), target)));
        }
        Ok(states)
    }
}
