//! The MultiCloud Images that a ServerTemplate links: what its links mean today.

use crate::{
    Error, Session,
    kind::{Mci, Template, Versioned as _},
    states::State,
    stored::{StoredLineage, StoredMci},
    tables::{CHANNELS, MCIS, REVISIONS, channel_parts, partition_of, revision_parts},
    unit::Unit,
};
use atlas_history::{Frozen, LineageId, Marks, RevisionNumber};
use atlas_mci::Content;
use atlas_scope::{Scope, visible};
use atlas_store::{Partition, Query};
use atlas_template::{
    AgentsUnknown, Channel, KnownMci, Link, LinkError, LinkTarget, LinkedImage, LinkedState,
    TemplateContent,
};
use std::collections::BTreeMap;

/// How many revisions are read at a time to find one that is good.
const AT_ONCE: usize = 16;

/// A linked MultiCloud Image, as far as the caller sees it.
pub(crate) struct Linked {
    pub(crate) lineage: LineageId,
    pub(crate) seen: Option<(StoredMci, KnownMci)>,
    /// The state that the link means, or why it means none.
    pub(crate) state: Result<State<Mci>, LinkError>,
}

/// What is found out about links before the transaction of an edit: what a transaction reads counts
/// towards the limits of small engines.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinkLooks {
    known: BTreeMap<LineageId, (Scope, KnownMci)>,
    /// The images that a content leads to, and that content.
    images: Option<(TemplateContent, Vec<LinkedImage>)>,
}

/// The revision that a target names; none where it may mean another one tomorrow.
pub(crate) fn named(target: &LinkTarget) -> Option<RevisionNumber> {
    match target {
        LinkTarget::Revision(number) => Some(*number),
        LinkTarget::Head | LinkTarget::Latest | LinkTarget::Channel(_) => None,
    }
}

impl Session {
    /// What an edit of HEAD has to know of the links that it makes. The caller has made sure that
    /// whoever asks may edit.
    pub(crate) async fn link_looks(
        &self,
        of: &StoredLineage<Template>,
        after: &Template,
    ) -> Result<LinkLooks, Error> {
        let unit = self.read().await?;
        let mut looks = LinkLooks::default();
        for (lineage, target) in after.to_admit(of.head.content()) {
            if let Some((mci, known)) = unit.linkable(lineage, target, &of.scope).await? {
                looks.known.insert(lineage, (mci.scope, known));
            }
        }
        if after.has_scripts() {
            let images = unit.linked_images(after, &of.scope).await?;
            looks.images = Some((after.clone(), images));
        }
        Ok(looks)
    }
}

impl Unit {
    /// Refuses a content in HEAD whose links cannot stand, or whose scripts nothing could run.
    pub(crate) async fn allowed_links(
        &self,
        of: &StoredLineage<Template>,
        after: &Template,
        looks: &LinkLooks,
    ) -> Result<Vec<AgentsUnknown>, Error> {
        let before = of.head.content();
        let mut known = BTreeMap::new();
        for (lineage, target) in after.to_admit(before) {
            let Some((scope, looked)) = looks.known.get(&lineage) else {
                let found = self.linkable(lineage, target, &of.scope).await?;
                known.extend(found.map(|(_, found)| (lineage, found)));
                continue;
            };
            // What the link needs is part of the transaction: who deletes, hides or revokes it, or
            // moves the channel, meets this one.
            let partition = partition_of(scope)?;
            let found = MCIS.get(&self.tx, &partition, lineage.to_string()).await?;
            let seen = found.filter(|mci| visible(scope, mci.0.shared, &of.scope));
            let mut looked = looked.clone();
            self.refresh(&mut looked, lineage, target, &partition)
                .await?;
            known.extend(seen.map(|_| (lineage, looked)));
        }
        after.admit(before, &known)?;
        self.judged_agents(&of.scope, after, looks).await
    }

    /// Reads again what one target of a lineage needs.
    async fn refresh(
        &self,
        known: &mut KnownMci,
        lineage: LineageId,
        target: &LinkTarget,
        partition: &Partition,
    ) -> Result<(), Error> {
        let number = match target {
            LinkTarget::Head => None,
            LinkTarget::Latest => known.latest(),
            LinkTarget::Revision(number) => Some(*number),
            LinkTarget::Channel(name) => {
                let parts = channel_parts(lineage, name);
                let found = CHANNELS.get(&self.tx, partition, parts).await?;
                known.channels.retain(|channel| channel.name() != name);
                let channel = found.map(|kept| kept.0.channel);
                let number = channel.as_ref().map(Channel::current);
                known.channels.extend(channel);
                number
            }
        };
        if let Some(number) = number {
            let parts = revision_parts(lineage, number);
            known.revisions.remove(&number);
            if let Some(kept) = REVISIONS.get(&self.tx, partition, parts).await? {
                known.revisions.insert(number, kept.0.marks);
            }
        }
        Ok(())
    }

    /// Refuses scripts that images have no agent for, and tells of those that nobody knows of.
    pub(crate) async fn judged_agents(
        &self,
        scope: &Scope,
        after: &Template,
        looks: &LinkLooks,
    ) -> Result<Vec<AgentsUnknown>, Error> {
        if !after.has_scripts() {
            return Ok(Vec::new());
        }
        let unknown = match &looks.images {
            Some((content, images)) if content == after => after.check_agents(images)?,
            _ => after.check_agents(&self.linked_images(after, scope).await?)?,
        };
        Ok(Some(unknown)
            .filter(|unknown| !unknown.images.is_empty())
            .into_iter()
            .collect())
    }

    /// What the links of a content mean today, as seen from a scope, in their order.
    pub(crate) async fn linked(
        &self,
        content: &Template,
        from: &Scope,
    ) -> Result<Vec<Linked>, Error> {
        let mut all = Vec::with_capacity(content.links().len());
        for link in content.links() {
            let seen = self.linkable(link.lineage, link.target, from).await?;
            all.push(self.meant(link, seen).await?);
        }
        Ok(all)
    }

    /// What a link means today, by what is seen of its MultiCloud Image.
    pub(crate) async fn meant(
        &self,
        link: Link<'_>,
        seen: Option<(StoredMci, KnownMci)>,
    ) -> Result<Linked, Error> {
        let lineage = link.lineage;
        let state = match &seen {
            None => Err(LinkError::NoMci { lineage }),
            Some((mci, known)) => match known.state(link.target) {
                Ok(state) => Ok(self.linked_state(mci, state).await?),
                Err(error) => Err(error),
            },
        };
        Ok(Linked {
            lineage,
            seen,
            state,
        })
    }

    pub(crate) async fn linked_state(
        &self,
        mci: &StoredMci,
        state: LinkedState,
    ) -> Result<State<Mci>, Error> {
        match state {
            LinkedState::Head => Ok(State {
                content: Frozen::new(mci.head.content().clone())?,
                revision: None,
                marks: Marks::default(),
            }),
            LinkedState::Revision(number) => self.committed(mci, number).await,
        }
    }

    /// A MultiCloud Image that a link may name, with as much of it as the link is judged by; none
    /// where it cannot be seen from a scope.
    pub(crate) async fn linkable(
        &self,
        lineage: LineageId,
        target: &LinkTarget,
        from: &Scope,
    ) -> Result<Option<(StoredMci, KnownMci)>, Error> {
        let Some(mci) = self.linkable_mci(lineage, from).await? else {
            return Ok(None);
        };
        let known = self.known_mci(&mci, named(target)).await?;
        Ok(Some((mci, known)))
    }

    /// A MultiCloud Image that a template at a scope may link.
    pub(crate) async fn linkable_mci(
        &self,
        lineage: LineageId,
        from: &Scope,
    ) -> Result<Option<StoredMci>, Error> {
        let seen = self.lineage_seen::<Mci>(lineage, &[from]).await?;
        // What is seen from its own scope alone is of no use to a template elsewhere.
        Ok(seen.filter(|mci| visible(&mci.scope, mci.shared, from)))
    }

    /// What links are judged by: the newest revisions down to one that bears no mark, those that
    /// channels point to, and one that is asked for.
    pub(crate) async fn known_mci(
        &self,
        mci: &StoredMci,
        wanted: Option<RevisionNumber>,
    ) -> Result<KnownMci, Error> {
        let partition = partition_of(&mci.scope)?;
        let lineage = mci.lineage.to_string();
        let mut revisions: BTreeMap<RevisionNumber, Marks> = BTreeMap::new();
        let mut query = Query::all(&partition).prefix(lineage.as_str());
        query = query.reverse().limit(AT_ONCE);
        loop {
            let page = REVISIONS.query(&self.tx, &query).await?;
            for kept in page.found.into_iter().map(|found| found.record.0) {
                kept.revision.verify()?;
                revisions.insert(kept.revision.number(), kept.marks);
            }
            let is_good = |marks: &Marks| marks.revoked.is_none() && marks.deprecated.is_none();
            match page.next {
                Some(next) if !revisions.values().any(is_good) => query = query.after(Some(next)),
                _ => break,
            }
        }
        let channels = self.all(&CHANNELS, &partition, lineage).await?;
        let channels: Vec<_> = channels.into_iter().map(|kept| kept.0.channel).collect();
        let pointed = channels.iter().map(Channel::current);
        let missing: Vec<_> = pointed
            .chain(wanted)
            .filter(|number| !revisions.contains_key(number))
            .collect();
        let parts = missing.iter();
        let parts = parts.map(|number| revision_parts(mci.lineage, *number));
        let found = REVISIONS.get_many(&self.tx, &partition, parts).await?;
        for kept in found.into_iter().flatten().map(|kept| kept.0) {
            kept.revision.verify()?;
            revisions.insert(kept.revision.number(), kept.marks);
        }
        Ok(KnownMci {
            name: mci.name().clone(),
            has_head: mci.imported.is_none(),
            revisions,
            channels,
        })
    }

    /// The images that the links of a content lead to, and what their records say of the agent.
    async fn linked_images(
        &self,
        content: &Template,
        scope: &Scope,
    ) -> Result<Vec<LinkedImage>, Error> {
        let mut images = Vec::new();
        for link in self.linked(content, scope).await? {
            let Ok(state) = &link.state else { continue };
            let held: &Content = state.content.content();
            let bound = self.bound(held.settings(), scope).await?;
            for (location, setting) in held.settings() {
                let record = bound.get(location).and_then(Option::as_ref);
                let mut agent = record.map(|bound| bound.record.agent().clone());
                if agent.is_none() {
                    let told = self.told_by_publishers(location, setting.image(), scope);
                    agent = told.await?.map(|inside| inside.agent);
                }
                images.push(LinkedImage {
                    lineage: link.lineage,
                    mci: held.called().clone(),
                    location: location.clone(),
                    image: setting.image().as_str().to_owned(),
                    agent: agent.unwrap_or_default(),
                });
            }
        }
        Ok(images)
    }
}
