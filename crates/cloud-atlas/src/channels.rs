//! Channels and releases: names for committed revisions.

use crate::{
    Error, Page, Paging, Session,
    kind::{Mci, Versioned},
    states::Located,
    stored::{StoredLineage, StoredMci, StoredRevision, marks_of},
    tables::{
        CHANNELS, KeptChannel, KeptRevision, REVISIONS, StoredChannel, channel_parts, partition_of,
        revision_parts,
    },
    unit::{Change, Unit},
};
use atlas_history::{Marks, RevisionNumber, release};
use atlas_scope::{Permission, Scope};
use atlas_store::Query;
use atlas_template::{Channel, ChannelMove, ChannelName, Reference, Selector};
use semver::Version;

impl Session {
    /// Points a channel to the revision that a reference names; the newest where it names none.
    ///
    /// # Errors
    ///
    /// It points there already, the revision is revoked or not committed, or the caller may not.
    pub async fn assign_channel(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move {
                let located = unit
                    .locate::<Mci>(&reference, &from, Permission::ChannelView)
                    .await?;
                let mci = &located.found;
                unit.require(Permission::ChannelAssign, &mci.scope).await?;
                let number = unit.number(&located, reference.selector.as_ref()).await?;
                let revision = unit.revision(mci, number).await?;
                unit.move_channel(mci, name, number, &revision.marks).await
            }
        })
        .await
    }

    /// The channels of a lineage, by name.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn channels(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<Channel>, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Mci>(reference, from, Permission::ChannelView)
            .await?;
        let query = Query::all(&partition_of(&located.found.scope)?)
            .prefix(located.found.lineage.to_string());
        unit.page(&CHANNELS, vec![query], paging, |kept| Ok(kept.0.channel))
            .await
    }

    /// Gives a committed revision a semantic version, which it keeps for ever.
    ///
    /// # Errors
    ///
    /// It has another version, another revision has that version, or the caller may not.
    pub async fn release(
        &self,
        reference: &Reference,
        from: &Scope,
        version: &Version,
    ) -> Result<RevisionNumber, Error> {
        self.write(|unit| {
            let (reference, from, version) = (reference.clone(), from.clone(), version.clone());
            async move {
                let located = unit
                    .locate::<Mci>(&reference, &from, Permission::ReleaseView)
                    .await?;
                let mci = &located.found;
                unit.require(Permission::ReleaseAssign, &mci.scope).await?;
                let number = unit.number(&located, reference.selector.as_ref()).await?;
                let revisions = unit.revisions(mci).await?;
                let marks = release(number, version.clone(), &marks_of(&revisions))?;
                let stored = unit.revision(mci, number).await?;
                let parts = revision_parts(mci.lineage, number);
                let kept = KeptRevision(StoredRevision { marks, ..stored });
                REVISIONS
                    .put(&unit.tx, &partition_of(&mci.scope)?, parts, &kept)
                    .await?;
                let subject = format!("{}@{number}", mci.lineage);
                let change = Change::made(&version);
                unit.audit(Permission::ReleaseAssign, &mci.scope, subject, change)
                    .await?;
                Ok(number)
            }
        })
        .await
    }
}

impl Unit {
    /// The committed revision that a selector names; the newest where there is none.
    pub(crate) async fn number<C: Versioned>(
        &self,
        located: &Located<C>,
        selector: Option<&Selector>,
    ) -> Result<RevisionNumber, Error> {
        self.number_of(&located.found, selector).await
    }

    pub(crate) async fn number_of<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        selector: Option<&Selector>,
    ) -> Result<RevisionNumber, Error> {
        let state = self.state(of, selector).await?;
        match state.revision {
            Some(revision) => Ok(revision.number()),
            None => Err(Error::HeadMoves {
                name: of.name().clone(),
            }),
        }
    }

    pub(crate) async fn channel(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
    ) -> Result<Option<Channel>, Error> {
        let parts = channel_parts(mci.lineage, name);
        let found = CHANNELS
            .get(&self.tx, &partition_of(&mci.scope)?, parts)
            .await?;
        Ok(found.map(|kept| kept.0.channel))
    }

    pub(crate) async fn move_channel(
        &self,
        mci: &StoredMci,
        name: ChannelName,
        to: RevisionNumber,
        marks: &Marks,
    ) -> Result<Channel, Error> {
        self.gate_promotion(mci, &name, to).await?;
        let before = self.channel(mci, &name).await?;
        let step = ChannelMove {
            revision: to,
            by: self.author()?,
            at: self.now,
        };
        let channel = Channel::assign(name.clone(), before.as_ref(), marks.revoked.as_ref(), step)?;
        let kept = StoredChannel {
            lineage: mci.lineage,
            channel: channel.clone(),
        };
        let parts = channel_parts(mci.lineage, &name);
        CHANNELS
            .put(
                &self.tx,
                &partition_of(&mci.scope)?,
                parts,
                &KeptChannel(kept),
            )
            .await?;
        let change = match before {
            Some(before) => Change::between(&before.current(), &to),
            None => Change::made(&to),
        };
        let subject = format!("{}@{name}", mci.lineage);
        self.audit(Permission::ChannelAssign, &mci.scope, subject, change)
            .await?;
        Ok(channel)
    }
}
