//! What a newer publication changes for an account that has an older one.

use super::updates::MarketUpdate;
use crate::{
    Error, LineageKind, MciDiff, Session, TemplateDiffView,
    kind::{Mci, Template, Versioned},
    tables::{REVISIONS, partition_of, revision_parts},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::Frozen;
use atlas_market::{Publication, PublicationRef};
use atlas_mci::{Diff, DiffReport};
use atlas_scope::{Permission, Scope};
use atlas_template::TemplateDiff;
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
    /// What an update would bring: the diff from what the account has, or what its clone was made of or
    /// merged last, to the newest publication (RightScale). None where what it has was taken away.
    ///
    /// # Errors
    ///
    /// The newest publication is no longer for the account, or the caller may not see its imports.
    pub async fn market_diff(
        &self,
        update: &MarketUpdate,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        // What was listed may have been withdrawn since.
        let newest = PublicationRef {
            lineage: update.update.publication,
            revision: update.update.newest,
        };
        let chosen = unit.chosen(&newest.into(), account).await?;
        let Some(newest) = unit.publication(chosen).await? else {
            return Ok(None);
        };
        match newest.kind {
            LineageKind::Mci => unit.mci_change(update, &newest, account).await,
            LineageKind::Template => unit.template_change(update, &newest, account).await,
        }
    }
}

impl Unit {
    async fn mci_change(
        &self,
        update: &MarketUpdate,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let sides = self.sides::<Mci>(update, newest, account).await?;
        Ok(sides.map(|(old, new)| {
            let (old, new) = (old.content(), new.content());
            let diff = Diff::between(old, new);
            let Labels { before, after } = Labels::of(update);
            MarketDiff::Mci(Box::new(MciDiff {
                before,
                after,
                report: DiffReport::of(&diff, old, new),
                diff,
            }))
        }))
    }

    async fn template_change(
        &self,
        update: &MarketUpdate,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<MarketDiff>, Error> {
        let sides = self.sides::<Template>(update, newest, account).await?;
        let Some((old, new)) = sides else {
            return Ok(None);
        };
        let (old, new) = (old.content(), new.content());
        let mut names = self.names_of_links(&[old, new], account).await?;
        // What comes along has its publisher's name until it is here.
        let needed: Vec<_> = newest.dependencies.iter().copied().collect();
        for linked in self.publications_of(needed).await? {
            names.entry(linked.source).or_insert(linked.name);
        }
        let diff = TemplateDiff::between(old, new);
        let Labels { before, after } = Labels::of(update);
        Ok(Some(MarketDiff::Template(Box::new(TemplateDiffView {
            before,
            after,
            rows: diff.rows(),
            diff,
            names,
        }))))
    }
}

/// What the two sides of a diff are called: both as their publisher calls them.
struct Labels {
    before: String,
    after: String,
}

impl Labels {
    fn of(update: &MarketUpdate) -> Self {
        let MarketUpdate {
            publisher, update, ..
        } = update;
        let side = |number| format!("{publisher}:{}@{number}", update.name);
        Self {
            before: side(update.have),
            after: side(update.newest),
        }
    }
}

impl Unit {
    /// What an account has of a lineage, and what is published of it; none where it has it no more.
    async fn sides<C: Versioned>(
        &self,
        update: &MarketUpdate,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<(Frozen<C>, Frozen<C>)>, Error> {
        let Some(had) = self.had(update, newest, account).await? else {
            return Ok(None);
        };
        let (holder, digest) = had;
        let old = self.content::<C>(&holder, digest).await?;
        let new = self.content::<C>(&newest.publisher, newest.content);
        Ok(Some((old, new.await?)))
    }

    /// Where the content lies that an account has: with its import, or where that was deleted with the
    /// publication, as long as the account sees that.
    async fn had(
        &self,
        update: &MarketUpdate,
        newest: &Publication,
        account: &Scope,
    ) -> Result<Option<(Scope, Digest)>, Error> {
        let have = update.update.have;
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
