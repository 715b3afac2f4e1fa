//! Commits of ServerTemplates, with the HEADs that they link.

use crate::{
    Error, Session,
    kind::{Mci, Template},
    linking::LinkLooks,
    stored::StoredMci,
    unit::Unit,
};
use atlas_history::{Generation, Message, Revision};
use atlas_scope::{Permission, Scope};
use atlas_template::{AgentsUnknown, HeadDependencies, HeadLink, HeadPin, LinkedHead, Reference};
use serde::Serialize;
use std::collections::BTreeMap;

/// Asks for a commit of a ServerTemplate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitTemplate {
    /// Which one.
    pub reference: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// What changed.
    pub message: Message,
    /// What becomes of the HEADs that it links.
    pub heads: HeadDependencies,
    /// The generation of HEAD that the caller saw; none asks for no check.
    pub seen: Option<Generation>,
}

impl CommitTemplate {
    /// A commit that leaves linked HEADs as they are.
    pub fn new(reference: Reference, scope: Scope, message: Message) -> Self {
        Self {
            reference,
            scope,
            message,
            heads: HeadDependencies::Leave,
            seen: None,
        }
    }
}

/// A ServerTemplate that was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TemplateCommitted {
    /// The new revision.
    pub revision: Revision,
    /// The links that were pinned, each to the revision that was made of its HEAD, or that holds
    /// the same.
    pub pinned: Vec<HeadPin>,
    /// The links that stay at HEAD, and so move with every edit.
    pub stays: Vec<HeadLink>,
    /// Images of which nobody said whether they have the agent that the scripts need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents_unknown: Option<AgentsUnknown>,
}

impl Session {
    /// Freezes HEAD as the next revision (RightScale: commit), and with
    /// [`HeadDependencies::Commit`] the HEADs that it links first, to whose new revisions its links
    /// are pinned: all in one commit.
    ///
    /// # Errors
    ///
    /// There is nothing to commit, it links nothing, a linked HEAD cannot be committed, HEAD moved
    /// since it was seen, or the caller may not.
    pub async fn commit_template(&self, ask: &CommitTemplate) -> Result<TemplateCommitted, Error> {
        let looks = self.looks_of_commit(ask).await?;
        self.write(|unit| {
            let (ask, looks) = (ask.clone(), &looks);
            async move { Box::pin(unit.commit_template(ask, looks)).await }
        })
        .await
    }

    pub(crate) async fn looks_of_commit(&self, ask: &CommitTemplate) -> Result<LinkLooks, Error> {
        let unit = self.read().await?;
        let permission = Permission::TemplateCommit;
        let found = unit.to_change::<Template>(&ask.reference, &ask.scope, permission);
        let Ok(template) = found.await else {
            return Ok(LinkLooks::default());
        };
        drop(unit);
        self.link_looks(&template, template.head.content()).await
    }
}

impl Unit {
    pub(crate) async fn commit_template(
        &self,
        ask: CommitTemplate,
        looks: &LinkLooks,
    ) -> Result<TemplateCommitted, Error> {
        let permission = Permission::TemplateCommit;
        let mut template = self
            .to_change::<Template>(&ask.reference, &ask.scope, permission)
            .await?;
        template.head.expect(ask.seen)?;
        let before = template.head.content().clone();
        let unknown = self.judged_agents(&template.scope, &before, looks).await?;
        let mut heads = BTreeMap::new();
        for lineage in before.head_links() {
            let seen = self
                .lineage_seen::<Mci>(lineage, &[&template.scope])
                .await?;
            heads.extend(seen.map(|mci| (lineage, mci)));
        }
        let mut known = BTreeMap::new();
        for (lineage, mci) in &heads {
            known.insert(*lineage, self.head_of(mci).await?);
        }
        let plan = before.plan_heads(ask.heads, &known)?;
        for pin in plan.pins.iter().filter(|pin| pin.is_new) {
            if let Some(mci) = heads.remove(&pin.lineage) {
                self.require(Permission::MciCommit, &mci.scope).await?;
                Box::pin(self.commit(mci, ask.message.clone(), None, None)).await?;
            }
        }
        if plan.content != before {
            template.set_head(template.head.edited(plan.content))?;
        }
        let (_, revision) = Box::pin(self.commit(template, ask.message, None, None)).await?;
        Ok(TemplateCommitted {
            revision,
            pinned: plan.pins,
            stays: plan.stays,
            agents_unknown: unknown.into_iter().next(),
        })
    }

    /// What a commit with its HEADs goes by.
    async fn head_of(&self, mci: &StoredMci) -> Result<LinkedHead, Error> {
        let mut is_last_revoked = false;
        // Any other HEAD is committed anew.
        if let Some(last) = mci.last
            && last.content == mci.content
        {
            let revision = self.revision(mci, last.number).await?;
            is_last_revoked = revision.marks.revoked.is_some();
        }
        Ok(LinkedHead {
            name: mci.name().clone(),
            content: mci.content,
            has_settings: !mci.head.content().settings().is_empty(),
            is_merge_pending: mci.head.merge_pending(),
            last: mci.last.map(|last| (last.number, last.content)),
            is_last_revoked,
        })
    }
}
