//! Checks of MultiCloud Images, and commits that are refused for what they find.

use crate::{
    Error, Session,
    facts::KnownFacts,
    kind::Mci,
    stored::StoredMci,
    tables::{IMAGES, partition_of},
    unit::Unit,
};
use atlas_base::Tag;
use atlas_history::{Generation, Message, Revision};
use atlas_image::ImageRecord;
use atlas_mci::{
    CheckRules, Content, Deny, Facts, Finding, ImageFacts, RegisteredImage, check, newer_of_line,
};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Condition, Parts, Query};
use atlas_template::Reference;
use std::collections::BTreeSet;

/// What checks go by, beside the MultiCloud Image and its images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckOptions {
    /// The tag that says that the images have an agent; unless one is given,
    /// [`CheckRules::AGENT_TAG`].
    pub agent_tag: Option<Tag>,
    /// Whether scripts are to run on what is launched.
    pub needs_agent: bool,
}

/// How many records of one system are looked at for a newer image, those of the highest versions.
const NEWEST: usize = 1000;

impl Session {
    /// What is worth saying about a MultiCloud Image at the state that the reference names, or at
    /// HEAD, as seen from a scope (RightScale; as data: ours).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn mci_check(
        &self,
        reference: &Reference,
        from: &Scope,
        options: &CheckOptions,
    ) -> Result<Vec<Finding>, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        let usual = located.found.usual();
        let selector = reference.selector.as_ref().unwrap_or(&usual);
        let state = unit.state(&located.found, Some(selector)).await?;
        let content = state.content.content();
        let facts = unit.check_facts(&located.found, content, &located.viewer);
        let facts = facts.await?;
        Ok(unit.findings(&located.found, content, &facts, options))
    }

    /// [`Session::commit_mci`], refused for what checks find of HEAD as its own scope sees it (ours).
    ///
    /// # Errors
    ///
    /// As there, or the checks find what is denied.
    pub async fn commit_mci_denying(
        &self,
        reference: &Reference,
        from: &Scope,
        message: Message,
        seen: Option<Generation>,
        deny: &Deny,
        options: &CheckOptions,
    ) -> Result<Revision, Error> {
        let known = Box::pin(self.facts_ahead(reference, from)).await?;
        self.write(|unit| {
            let (reference, from, message) = (reference.clone(), from.clone(), message.clone());
            let known = &known;
            async move {
                let mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciCommit)
                    .await?;
                mci.head.expect(seen)?;
                let facts = unit.facts_of_head(&mci, known).await?;
                let findings = unit.findings(&mci, mci.head.content(), &facts, options);
                deny.refuse(&findings)?;
                let (_, revision) = unit.commit(mci, message, None, seen).await?;
                Ok(revision)
            }
        })
        .await
    }

    /// What is known of the images of HEAD before it is committed. Whoever may not commit learns
    /// nothing: the commit itself says why it is refused.
    async fn facts_ahead(&self, reference: &Reference, from: &Scope) -> Result<KnownFacts, Error> {
        let unit = self.read().await?;
        let Ok(mci) = unit
            .to_change::<Mci>(reference, from, Permission::MciCommit)
            .await
        else {
            return Ok(KnownFacts::default());
        };
        let facts = unit.check_facts(&mci, mci.head.content(), &mci.scope);
        Ok(KnownFacts(Some((mci.head.content().clone(), facts.await?))))
    }
}

impl Unit {
    /// The facts of HEAD: those known before the transaction, if it is still the same.
    async fn facts_of_head(&self, mci: &StoredMci, known: &KnownFacts) -> Result<Facts, Error> {
        match &known.0 {
            Some((content, facts)) if content == mci.head.content() => Ok(facts.clone()),
            _ => self.check_facts(mci, mci.head.content(), &mci.scope).await,
        }
    }

    fn findings(
        &self,
        mci: &StoredMci,
        content: &Content,
        facts: &Facts,
        options: &CheckOptions,
    ) -> Vec<Finding> {
        let usual = || Tag::parse(CheckRules::AGENT_TAG).ok();
        let rules = CheckRules {
            agent_tag: options.agent_tag.clone().or_else(usual),
            shared: mci.shared,
            needs_agent: options.needs_agent,
            instance_types: &self.shared.instance_types,
        };
        check(content, facts, &rules)
    }

    /// [`Unit::facts`], with what takes more than the record itself: whether all who see the
    /// MultiCloud Image see it, and whether there is a newer image.
    async fn check_facts(
        &self,
        mci: &StoredMci,
        content: &Content,
        viewer: &Scope,
    ) -> Result<Facts, Error> {
        let bound = self.bound(content.settings(), viewer).await?;
        let line = self.newest_alike(bound.values().flatten().map(|it| &it.record), viewer);
        let line = line.await?;
        let facts = bound.into_iter().map(|(location, bound)| {
            let facts = bound.map_or(ImageFacts::Unregistered, |bound| {
                let record = bound.record;
                let mut image = RegisteredImage::of(&record, self.now);
                // What is opened to an account is seen in all of it.
                let seen_by_all = record.shared() && record.scope().contains(&mci.scope);
                image.private = !bound.opened && !seen_by_all;
                let newer = newer_of_line(&record, &line, self.now);
                image.newer = newer.map(|newer| newer.image_id().clone());
                ImageFacts::Registered(Box::new(image))
            });
            (location, facts)
        });
        Ok(facts.collect())
    }

    /// Records of the systems of some others, of the highest versions, as a scope sees them.
    async fn newest_alike(
        &self,
        records: impl Iterator<Item = &ImageRecord>,
        viewer: &Scope,
    ) -> Result<Vec<ImageRecord>, Error> {
        let systems = records.filter_map(|record| {
            let os = record.os()?;
            Some((os.family.as_str(), os.generation.as_str()))
        });
        let systems: BTreeSet<_> = systems.collect();
        let mut alike = Vec::new();
        for (family, generation) in systems {
            for scope in viewer.lineage() {
                let mut query = Query::all(&partition_of(&scope)?)
                    .index("os")
                    .prefix(Parts::from((scope.as_str(), family, generation)))
                    .reverse()
                    .limit(NEWEST);
                if scope != *viewer {
                    query = query.keep(Condition::is("shared", true));
                }
                let page = IMAGES.query(&self.tx, &query).await?;
                alike.extend(page.found.into_iter().map(|found| found.record.0));
            }
        }
        alike.retain(|record| visible(record.scope(), record.shared(), viewer));
        Ok(alike)
    }
}
