//! Channels: names that point to committed revisions, and can be moved.

mod care;

use crate::{
    Error, LineageKind, Page, Paging, Session,
    kind::{Versioned, of_kind},
    states::Located,
    stored::{StoredLineage, marks_of},
    tables::{CHANNELS, KeptChannel, StoredChannel, channel_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_history::{Marks, RevisionNumber};
use atlas_scope::{Permission, Question, Scope};
use atlas_store::Query;
use atlas_template::{
    Channel, ChannelAccess, ChannelMove, ChannelName, Reference, Selector, latest,
};
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
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move { of_kind!(kind, unit.assign(name, &reference, &from)) }
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
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<ChannelList, Error> {
        let unit = self.read().await?;
        of_kind!(kind, unit.channels(reference, from, paging))
    }
}

impl Unit {
    async fn assign<C: Versioned>(
        &self,
        name: ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        let located = self
            .locate::<C>(reference, from, Permission::ChannelView)
            .await?;
        let of = &located.found;
        self.require(Permission::ChannelAssign, &of.scope).await?;
        let number = self.number(&located, reference.selector.as_ref()).await?;
        let revision = self.revision(of, number).await?;
        self.move_channel(of, name, number, &revision.marks).await
    }

    async fn channels<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<ChannelList, Error> {
        let located = self
            .locate::<C>(reference, from, Permission::ChannelView)
            .await?;
        let of = &located.found;
        let query = Query::all(&partition_of(&of.scope)?).prefix(of.lineage.to_string());
        let view = |kept: KeptChannel| Ok(ChannelView::of(kept.0));
        let channels = self.page(&CHANNELS, vec![query], paging, view).await?;
        let latest = self.latest(of).await?;
        Ok(ChannelList { latest, channels })
    }

    /// The committed revision that a selector names; the newest that is not revoked where there is
    /// none.
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

    /// Where the managed channel `latest` points (HCP Packer): when the newest revision is revoked, it
    /// is the one before by itself.
    pub(crate) async fn latest<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Option<RevisionNumber>, Error> {
        let Some(last) = of.last else {
            return Ok(None);
        };
        let newest = self.revision(of, last.number).await?;
        if newest.marks.revoked.is_none() {
            return Ok(Some(last.number));
        }
        let revisions = self.revisions(of).await?;
        Ok(latest(&marks_of(&revisions)))
    }

    pub(crate) async fn channel<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        name: &ChannelName,
    ) -> Result<Option<Channel>, Error> {
        let found = self.kept_channel(of, name).await?;
        Ok(found.map(|kept| kept.channel))
    }

    async fn kept_channel<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        name: &ChannelName,
    ) -> Result<Option<StoredChannel>, Error> {
        let parts = channel_parts(of.lineage, name);
        let found = CHANNELS
            .get(&self.tx, &partition_of(&of.scope)?, parts)
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    async fn put_channel(&self, scope: &Scope, kept: StoredChannel) -> Result<(), Error> {
        let parts = channel_parts(kept.lineage, kept.channel.name());
        Ok(CHANNELS
            .put(&self.tx, &partition_of(scope)?, parts, &KeptChannel(kept))
            .await?)
    }

    pub(crate) async fn move_channel<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        name: ChannelName,
        to: RevisionNumber,
        marks: &Marks,
    ) -> Result<Channel, Error> {
        let before = self.kept_channel(of, &name).await?;
        let access = before.as_ref().map_or(ChannelAccess::Open, |it| it.access);
        self.may_move(&of.scope, &name, access).await?;
        C::gate_promotion(self, of, &name, to).await?;
        let step = ChannelMove {
            revision: to,
            by: self.author()?,
            at: self.now,
        };
        let before = before.map(|kept| kept.channel);
        let revoked = marks.revoked.as_ref();
        let channel = Channel::assign(name.clone(), before.as_ref(), revoked, step)?;
        let kept = StoredChannel {
            lineage: of.lineage,
            channel: channel.clone(),
            access,
        };
        self.put_channel(&of.scope, kept).await?;
        let change = match before {
            Some(before) => Change::between(&before.current(), &to),
            None => Change::made(&to),
        };
        let subject = subject(of, &name);
        self.audit(Permission::ChannelAssign, &of.scope, subject, change)
            .await?;
        Ok(channel)
    }

    /// Refuses whoever may assign channels and not this one (HCP Packer: restricted channels).
    async fn may_move(
        &self,
        scope: &Scope,
        name: &ChannelName,
        access: ChannelAccess,
    ) -> Result<(), Error> {
        let grants = self.grants_reaching(&self.who, scope).await?;
        let decide = |needs| {
            let question = Question::new(needs, scope.clone(), self.who.clone());
            let decision = question.decide(&grants, &self.shared.roles, self.now);
            decision.into_result().map(drop)
        };
        Ok(access.check(name, decide)?)
    }
}

/// What events call a channel.
fn subject<C: Versioned>(of: &StoredLineage<C>, name: &ChannelName) -> String {
    format!("{}@{name}", of.lineage)
}
