//! What a newer publication changes for an account that has an older one.

use super::choice::PublicationChoice;
use crate::{
    Error, LineageKind, MciDiff, Session, TemplateDiffView,
    kind::{Mci, Template, Versioned},
    tables::{REVISIONS, partition_of, revision_parts},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::{Frozen, RevisionNumber};
use atlas_market::{Publication, PublicationRef};
use atlas_scope::{Permission, Scope};
use serde::Serialize;

/// What turns the revision that an account has into the newest that is published.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "one for each kind of lineage")]
pub enum MarketDiff {
    /// Of a MultiCloud Image. As any diff of one it holds user data.
    Mci(Box<MciDiff>),
    /// Of a ServerTemplate.
    Template(Box<TemplateDiffView>),
}

impl Session {
    /// What an update would bring: the diff from the revision that an account has, or that its clone
    /// was made of or merged last, to a publication of the same lineage (RightScale). None where that
    /// revision is neither imported nor published to the account any more.
    ///
    /// # Errors
    ///
    /// There is no such publication for the account, or the caller may not see its imports.
    pub async fn market_diff(
        &self,
        have: RevisionNumber,
        newest: PublicationRef,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let choice = PublicationChoice::from(newest);
        let chosen = unit.chosen(&choice, account).await?;
        let found = unit.publication(chosen).await?;
        let newest = found.ok_or_else(|| choice.absent(account))?;
        match newest.kind {
            LineageKind::Mci => unit.mci_change(have, &newest, account).await,
            LineageKind::Template => unit.template_change(have, &newest, account).await,
        }
    }
}

impl Unit {
    async fn mci_change(
        &self,
        have: RevisionNumber,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let sides = self.sides::<Mci>(have, newest, account).await?;
        Ok(sides.map(|(old, new)| {
            let [before, after] = labels(have, newest);
            let (before, after) = ((before, old.content()), (after, new.content()));
            MarketDiff::Mci(Box::new(MciDiff::between(before, after)))
        }))
    }

    async fn template_change(
        &self,
        have: RevisionNumber,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let Some((old, new)) = self.sides::<Template>(have, newest, account).await? else {
            return Ok(None);
        };
        let (old, new) = (old.content(), new.content());
        let mut names = self.names_of_links(&[old, new], account).await?;
        // What comes along has its publisher's name until it is here.
        let needed: Vec<_> = newest.dependencies.iter().copied().collect();
        for linked in self.publications_of(&needed).await? {
            names.entry(linked.source).or_insert(linked.name);
        }
        let [before, after] = labels(have, newest);
        let diff = TemplateDiffView::between((before, old), (after, new), names);
        Ok(Some(MarketDiff::Template(Box::new(diff))))
    }
}

/// What the two sides of a diff are called: both as their publisher calls them.
fn labels(have: RevisionNumber, newest: &Publication) -> [String; 2] {
    let Publication {
        publisher, name, ..
    } = newest;
    [have, newest.revision].map(|number| format!("{publisher}:{name}@{number}"))
}

impl Unit {
    /// What an account has of a lineage, and what is published of it; none where it has it no more.
    async fn sides<C: Versioned>(
        &self,
        have: RevisionNumber,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<(Frozen<C>, Frozen<C>)>, Error> {
        let Some((holder, digest)) = self.had(have, newest, account).await? else {
            return Ok(None);
        };
        let old = self.content::<C>(&holder, digest).await?;
        let new = self.content::<C>(&newest.publisher, newest.content);
        Ok(Some((old, new.await?)))
    }

    /// Where the content lies that an account has: with its import, or where that was deleted with the
    /// publication, as long as the account sees that.
    async fn had(
        &self,
        have: RevisionNumber,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<(Scope, Digest)>, Error> {
        let parts = revision_parts(newest.source, have);
        let at = partition_of(account)?;
        if let Some(kept) = REVISIONS.get(&self.tx, &at, parts).await? {
            return Ok(Some((account.clone(), kept.0.revision.content())));
        }
        let older = PublicationRef {
            lineage: newest.lineage,
            revision: have,
        };
        let viewer = self.viewer(account).await?;
        let older = self.publication(older).await?;
        let older = older.filter(|older| older.is_visible_to(&viewer));
        Ok(older.map(|older| (older.publisher, older.content)))
    }
}
