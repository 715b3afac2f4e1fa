//! Channels and releases: names for committed revisions.

mod care;

use crate::{
    Error, Page, Paging, Session,
    states::Located,
    stored::{StoredMci, StoredRevision, marks_of},
    tables::{
        CHANNELS, KeptChannel, KeptRevision, REVISIONS, StoredChannel, channel_parts, partition_of,
        revision_parts,
    },
    unit::{Change, Unit},
};
use atlas_history::{Marks, RevisionNumber, release};
use atlas_scope::{Permission, Question, Scope};
use atlas_store::Query;
use atlas_template::{
    Channel, ChannelAccess, ChannelMove, ChannelName, Reference, Selector, latest,
};
use semver::Version;
use serde::Serialize;

/// A channel, and who may move it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChannelView {
    /// The channel with its moves.
    #[serde(flatten)]
    pub channel: Channel,
    /// Who may move it: whoever may assign channels, or few of them.
    #[serde(flatten)]
    pub access: ChannelAccess,
}

impl ChannelView {
    fn of(kept: StoredChannel) -> Self {
        let StoredChannel {
            channel, access, ..
        } = kept;
        Self { channel, access }
    }
}

/// The channels of a lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChannelList {
    /// Where the managed channel `latest` points: the newest revision that is not revoked, which
    /// nobody assigns (HCP Packer). None where nothing is committed or all is revoked.
    pub latest: Option<RevisionNumber>,
    /// A page of those that people assign, by name.
    #[serde(flatten)]
    pub channels: Page<ChannelView>,
}

impl Session {
    /// Points a channel to the revision that a reference names; the newest that is not revoked where
    /// it names none.
    ///
    /// # Errors
    ///
    /// It points there already, the revision is revoked or not committed, a required location would
    /// be lost, or the caller may not.
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
                    .locate(&reference, &from, Permission::ChannelView)
                    .await?;
                let mci = &located.mci;
                unit.require(Permission::ChannelAssign, &mci.scope).await?;
                let number = unit.number(&located, reference.selector.as_ref()).await?;
                let revision = unit.revision(mci, number).await?;
                unit.move_channel(mci, name, number, &revision.marks).await
            }
        })
        .await
    }

    /// The channels of a lineage, by name, and where the managed `latest` points.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn channels(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<ChannelList, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate(reference, from, Permission::ChannelView)
            .await?;
        let query =
            Query::all(&partition_of(&located.mci.scope)?).prefix(located.mci.lineage.to_string());
        let view = |kept: KeptChannel| Ok(ChannelView::of(kept.0));
        let channels = unit.page(&CHANNELS, vec![query], paging, view).await?;
        let latest = unit.latest(&located.mci).await?;
        Ok(ChannelList { latest, channels })
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
                    .locate(&reference, &from, Permission::ReleaseView)
                    .await?;
                let mci = &located.mci;
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
    /// The committed revision that a selector names; the newest that is not revoked where there is
    /// none.
    pub(crate) async fn number(
        &self,
        located: &Located,
        selector: Option<&Selector>,
    ) -> Result<RevisionNumber, Error> {
        let state = self.state(&located.mci, selector).await?;
        match state.revision {
            Some(revision) => Ok(revision.number()),
            None => Err(Error::HeadMoves {
                mci: located.mci.head.content().nickname().clone(),
            }),
        }
    }

    /// Where the managed channel `latest` points (HCP Packer): when the newest revision is revoked, it
    /// is the one before by itself.
    pub(crate) async fn latest(&self, mci: &StoredMci) -> Result<Option<RevisionNumber>, Error> {
        let Some(last) = mci.last else {
            return Ok(None);
        };
        if self
            .revision(mci, last.number)
            .await?
            .marks
            .revoked
            .is_none()
        {
            return Ok(Some(last.number));
        }
        let revisions = self.revisions(mci).await?;
        Ok(latest(&marks_of(&revisions)))
    }

    pub(crate) async fn channel(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
    ) -> Result<Option<Channel>, Error> {
        let found = self.kept_channel(mci, name).await?;
        Ok(found.map(|kept| kept.channel))
    }

    pub(crate) async fn kept_channel(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
    ) -> Result<Option<StoredChannel>, Error> {
        let parts = channel_parts(mci.lineage, name);
        let found = CHANNELS
            .get(&self.tx, &partition_of(&mci.scope)?, parts)
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    async fn put_channel(&self, mci: &StoredMci, kept: StoredChannel) -> Result<(), Error> {
        let parts = channel_parts(mci.lineage, kept.channel.name());
        let partition = partition_of(&mci.scope)?;
        Ok(CHANNELS
            .put(&self.tx, &partition, parts, &KeptChannel(kept))
            .await?)
    }

    pub(crate) async fn move_channel(
        &self,
        mci: &StoredMci,
        name: ChannelName,
        to: RevisionNumber,
        marks: &Marks,
    ) -> Result<Channel, Error> {
        let before = self.kept_channel(mci, &name).await?;
        let access = before.as_ref().map_or(ChannelAccess::Open, |it| it.access);
        self.may_move(mci, &name, access).await?;
        self.gate_promotion(mci, &name, to).await?;
        let step = ChannelMove {
            revision: to,
            by: self.author()?,
            at: self.now,
        };
        let before = before.map(|kept| kept.channel);
        let revoked = marks.revoked.as_ref();
        let channel = Channel::assign(name.clone(), before.as_ref(), revoked, step)?;
        let kept = StoredChannel {
            lineage: mci.lineage,
            channel: channel.clone(),
            access,
        };
        self.put_channel(mci, kept).await?;
        let change = match before {
            Some(before) => Change::between(&before.current(), &to),
            None => Change::made(&to),
        };
        let subject = subject(mci, &name);
        self.audit(Permission::ChannelAssign, &mci.scope, subject, change)
            .await?;
        Ok(channel)
    }

    /// Refuses whoever may assign channels and not this one (HCP Packer: restricted channels).
    async fn may_move(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
        access: ChannelAccess,
    ) -> Result<(), Error> {
        let grants = self.grants_reaching(&self.who, &mci.scope).await?;
        let decide = |needs| {
            let question = Question::new(needs, mci.scope.clone(), self.who.clone());
            let decision = question.decide(&grants, &self.shared.roles, self.now);
            decision.into_result().map(drop)
        };
        Ok(access.check(name, decide)?)
    }
}

/// What events call a channel.
fn subject(mci: &StoredMci, name: &ChannelName) -> String {
    format!("{}@{name}", mci.lineage)
}
