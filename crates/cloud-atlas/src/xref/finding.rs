//! What is found of uses, through indexes.

use super::XrefView;
use crate::{
    Error,
    kind::{Mci, Template, Versioned},
    servers::UsedByServers,
    sight::Sight,
    stored::{StoredLineage, StoredMci, StoredServer, place},
    tables::{LOCKS, REVISIONS, SERVERS, TEMPLATES, partition_of},
    unit::Unit,
};
use atlas_history::{LineageId, Revision, RevisionNumber};
use atlas_image::{Hidden, ImageRecord, Referrer};
use atlas_image_id::ImageId;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Query;
use atlas_template::{LinkedState, RegisteredLock, Selector, Xref, XrefNode};
use std::collections::BTreeMap;

/// The most revisions of a lineage that are asked about at once, the newest first.
const MOST: usize = 100;

/// Uses on their way to an answer.
pub(super) struct Finding<'a> {
    unit: &'a Unit,
    from: &'a Scope,
    xref: Xref,
}

impl<'a> Finding<'a> {
    pub(super) fn new(unit: &'a Unit, from: &'a Scope) -> Self {
        Self {
            unit,
            from,
            xref: Xref::default(),
        }
    }

    pub(super) fn done(self, roots: Vec<XrefNode>, hidden: Option<Hidden>) -> XrefView {
        XrefView {
            roots,
            xref: self.xref,
            hidden,
        }
    }

    /// The states of a lineage: the one that is named, or else HEAD and the newest revisions.
    pub(super) async fn states<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        selector: Option<&Selector>,
    ) -> Result<Vec<LinkedState>, Error> {
        match selector {
            Some(Selector::Head) => Ok(vec![LinkedState::Head]),
            Some(selector) => {
                let number = Box::pin(self.unit.number_of(of, Some(selector))).await?;
                Ok(vec![LinkedState::Revision(number)])
            }
            None => {
                let query = Query::all(&partition_of(&of.scope)?);
                let query = query.prefix(of.lineage.to_string()).reverse().limit(MOST);
                let page = REVISIONS.query(&self.unit.tx, &query).await?;
                let numbers = page.found.iter();
                let numbers = numbers.map(|found| found.record.0.revision.number());
                let revisions = numbers.map(LinkedState::Revision);
                Ok([LinkedState::Head].into_iter().chain(revisions).collect())
            }
        }
    }

    /// States of a MultiCloud Image: what they use, and who uses the lineage.
    pub(super) async fn mci(
        &mut self,
        of: &StoredMci,
        states: &[LinkedState],
    ) -> Result<(), Error> {
        let (unit, lineage) = (self.unit, of.lineage);
        for state in states {
            let content = unit.state(of, Some(&selector(*state))).await?.content;
            self.xref.add_mci(lineage, *state, content.content());
        }
        let known = unit.known_mci(of, None).await?;
        let above = unit.sight(Permission::TemplateView).await?;
        for (partition, account) in unit.partitions_below(&of.scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&TEMPLATES, "linked", &partition, lineage.to_string());
            for template in found.await?.into_iter().map(|kept| kept.0) {
                if !self.sees(&sight, &template) {
                    continue;
                }
                for (state, target) in unit.states_linking(&template, of).await? {
                    let (user, name) = (template.lineage, template.name());
                    let known = Some(&known);
                    self.xref
                        .add_link((user, state, name), lineage, &target, known);
                }
                self.servers("template", template.lineage, &template.scope)
                    .await?;
                self.locks(template.lineage, &template.scope).await?;
            }
        }
        self.servers("mci", lineage, &of.scope).await?;
        self.locks(lineage, &of.scope).await
    }

    /// States of a template: what they use, and who uses the lineage.
    pub(super) async fn template(
        &mut self,
        of: &StoredLineage<Template>,
        states: &[LinkedState],
    ) -> Result<(), Error> {
        let (unit, lineage) = (self.unit, of.lineage);
        for state in states {
            let content = unit.state(of, Some(&selector(*state))).await?.content;
            let content = content.content();
            let mut known = BTreeMap::new();
            for link in unit.linked(content, &of.scope).await? {
                if let Some((_, mci)) = link.seen {
                    known.insert(link.lineage, mci);
                }
                if let Ok(meant) = link.state {
                    let number = meant.revision.as_ref().map(Revision::number);
                    let meaning = number.map_or(LinkedState::Head, LinkedState::Revision);
                    self.xref
                        .add_mci(link.lineage, meaning, meant.content.content());
                }
            }
            self.xref.add_template(lineage, *state, content, &known);
        }
        self.servers("template", lineage, &of.scope).await?;
        self.locks(lineage, &of.scope).await
    }

    fn sees<C: Versioned>(&self, sight: &Sight, of: &StoredLineage<C>) -> bool {
        visible(&of.scope, of.shared, self.from) || sight.sees(self.unit, &of.scope)
    }

    /// The servers that inherited from a lineage, as far as they are seen.
    async fn servers(
        &mut self,
        index: &'static str,
        lineage: LineageId,
        scope: &Scope,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let above = unit.sight(Permission::ServerView).await?;
        for (partition, account) in unit.partitions_below(scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&SERVERS, index, &partition, lineage.to_string());
            for server in found.await?.into_iter().map(|kept| kept.0) {
                self.add_server(&server, &sight).await?;
            }
        }
        Ok(())
    }

    async fn add_server(&mut self, server: &StoredServer, sight: &Sight) -> Result<(), Error> {
        let StoredServer { scope, definition } = server;
        let id = definition.deployment();
        let deployment = self.unit.deployment_by_id(scope, id).await?;
        let is_shared = deployment.as_ref().is_some_and(|found| found.shared);
        if !visible(scope, is_shared, self.from) && !sight.sees(self.unit, scope) {
            return Ok(());
        }
        let name = match &deployment {
            Some(deployment) => format!("{}/{}", deployment.name, definition.name()),
            None => definition.name().to_string(),
        };
        self.xref.add_server(&name, definition.uses());
        Ok(())
    }

    /// The registered locks that hold a lineage, as far as they are seen.
    async fn locks(&mut self, lineage: LineageId, scope: &Scope) -> Result<(), Error> {
        let unit = self.unit;
        let above = unit.sight(Permission::LockView).await?;
        for (partition, account) in unit.partitions_below(scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&LOCKS, "revision", &partition, lineage.to_string());
            for lock in found.await?.into_iter().map(|kept| kept.0) {
                if sight.sees(unit, lock.scope()) {
                    self.add_lock(&lock);
                }
            }
        }
        Ok(())
    }

    fn add_lock(&mut self, lock: &RegisteredLock) {
        // Names are unique in a scope alone.
        let name = format!("{}:{}", lock.scope(), lock.name());
        self.xref.add_lock(&name, lock);
    }

    /// The MultiCloud Image of which a state refers to an image, where it is seen from its own scope.
    pub(super) async fn mci_state(&mut self, referrer: &Referrer) -> Result<(), Error> {
        let Ok(lineage) = referrer.id.parse::<LineageId>() else {
            return Ok(());
        };
        let from = [self.from, &referrer.scope];
        let Some(found) = self.unit.lineage_seen::<Mci>(lineage, &from).await? else {
            return Ok(());
        };
        let state = referrer.name.rsplit('@').next();
        let number = state.and_then(|state| state.parse::<RevisionNumber>().ok());
        let state = number.map_or(LinkedState::Head, LinkedState::Revision);
        self.mci(&found, &[state]).await
    }

    pub(super) async fn lock(&mut self, referrer: &Referrer) -> Result<(), Error> {
        let at = partition_of(&referrer.scope)?;
        let found = LOCKS.get(&self.unit.tx, &at, referrer.id.as_str()).await?;
        if let Some(lock) = found {
            self.add_lock(&lock.0);
        }
        Ok(())
    }

    /// The servers that launch with an image next time.
    pub(super) async fn servers_of(&mut self, record: &ImageRecord) -> Result<(), Error> {
        let unit = self.unit;
        let image = crate::stored::UsedImage::new(record.location(), record.image_id());
        let above = unit.sight(Permission::ServerView).await?;
        for (partition, account) in unit.partitions_below(record.scope()).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let used = UsedByServers::Image(&image);
            for server in unit.servers_using(&partition, used).await? {
                self.add_server(&server, &sight).await?;
            }
        }
        Ok(())
    }

    /// The nodes of an image: one a place that something names it at.
    pub(super) fn image(&self, record: &ImageRecord) -> Vec<XrefNode> {
        let (location, wanted) = (record.location(), record.image_id().at_place());
        let is_it = |node: &&XrefNode| {
            let XrefNode::Image {
                location: at,
                image,
            } = node
            else {
                return false;
            };
            let image = ImageId::from_stored(at.cloud(), image);
            place(at, &image) == *location && image.at_place() == wanted
        };
        let found: Vec<_> = self.xref.nodes().iter().filter(is_it).cloned().collect();
        if found.is_empty() {
            let (location, image) = (location.clone(), record.image_id().to_string());
            return vec![XrefNode::Image { location, image }];
        }
        found
    }
}

fn selector(state: LinkedState) -> Selector {
    match state {
        LinkedState::Head => Selector::Head,
        LinkedState::Revision(number) => Selector::Number(number),
    }
}
