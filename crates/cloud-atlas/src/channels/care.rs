//! Channels that go back, that few may move, and that go.

use super::{ChannelView, subject};
use crate::{
    Error, LineageKind, NotFound, Noun, Session,
    kind::{Versioned, of_kind},
    stored::{StoredLineage, StoredMci, marks_of},
    tables::{CHANNELS, StoredChannel, channel_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_history::{Mark, RevisionNumber};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    Channel, ChannelAccess, ChannelError, ChannelFate, ChannelName, LinkTarget, OnRevoke,
    Reference, channels_after_revoke, check_delete_channel,
};

impl Session {
    /// A channel of a lineage: where it points, where it pointed before, and who may move it. The
    /// reference names the lineage and no state.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or a state was named.
    pub async fn channel(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let unit = self.read().await?;
        of_kind!(kind, unit.view_channel(name, reference, from))
    }

    /// Points a channel to where it pointed before, past what is revoked (HCP Packer). Like an
    /// assignment it loses no required location.
    ///
    /// # Errors
    ///
    /// It is not there, has nothing to go back to, a state was named, a required location would be
    /// lost, or the caller may not.
    pub async fn roll_back_channel(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move { of_kind!(kind, unit.roll_back(&name, &reference, &from)) }
        })
        .await
    }

    /// Lets those alone move a channel, from now on, who also hold `channel.restrict` (HCP Packer).
    ///
    /// # Errors
    ///
    /// It is not there, it is restricted already, a state was named, or the caller may not.
    pub async fn restrict_channel(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let to = ChannelAccess::RESTRICTED;
        self.change_access(name, kind, reference, from, to).await
    }

    /// Lets all move a channel again who may assign channels.
    ///
    /// # Errors
    ///
    /// It is not there, it is open already, a state was named, or the caller may not.
    pub async fn open_channel(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let to = ChannelAccess::Open;
        self.change_access(name, kind, reference, from, to).await
    }

    async fn change_access(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
        to: ChannelAccess,
    ) -> Result<ChannelView, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move { of_kind!(kind, unit.change_access(&name, &reference, &from, to)) }
        })
        .await
    }

    /// Deletes a channel with its moves, which the audit trail keeps. Tells where it pointed.
    ///
    /// # Errors
    ///
    /// It is not there, HEAD or a committed revision of a template links it, a state was named, or
    /// the caller may not.
    pub async fn delete_channel(
        &self,
        name: &ChannelName,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move { of_kind!(kind, unit.delete_channel(&name, &reference, &from)) }
        })
        .await
    }
}

impl Unit {
    async fn view_channel<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let (_, kept) = self.the_channel::<C>(name, reference, from).await?;
        Ok(ChannelView::of(kept))
    }

    async fn roll_back<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        let (of, kept) = self.to_move::<C>(name, reference, from).await?;
        let revisions = self.revisions(&of).await?;
        let marks = marks_of(&revisions);
        let is_revoked = |number| {
            let mut marks = marks.iter().filter(|(known, _)| *known == number);
            marks.any(|(_, marks)| marks.revoked.is_some())
        };
        let (by, at) = (self.author()?, self.now);
        let channel = kept.channel.rolled_back(is_revoked, by, at)?;
        C::gate_promotion(self, &of, name, channel.current()).await?;
        let change = Change::between(&kept.channel.current(), &channel.current());
        let subject = subject(&of, name);
        self.audit(Permission::ChannelAssign, &of.scope, subject, change)
            .await?;
        let kept = StoredChannel {
            channel: channel.clone(),
            ..kept
        };
        self.put_channel(&of.scope, kept).await?;
        Ok(channel)
    }

    async fn change_access<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
        to: ChannelAccess,
    ) -> Result<ChannelView, Error> {
        let (of, kept) = self.the_channel::<C>(name, reference, from).await?;
        self.require(Permission::ChannelRestrict, &of.scope).await?;
        self.may_move(&of.scope, name, kept.access).await?;
        let access = kept.access.changed(name, to)?;
        let change = Change::between(&kept.access, &access);
        let subject = subject(&of, name);
        self.audit(Permission::ChannelRestrict, &of.scope, subject, change)
            .await?;
        let kept = StoredChannel { access, ..kept };
        self.put_channel(&of.scope, kept.clone()).await?;
        Ok(ChannelView::of(kept))
    }

    async fn delete_channel<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        let (of, kept) = self.to_move::<C>(name, reference, from).await?;
        C::may_lose_channel(self, &of, name).await?;
        CHANNELS
            .delete(
                &self.tx,
                &partition_of(&of.scope)?,
                channel_parts(of.lineage, name),
            )
            .await?;
        let change = Change::removed(&kept.channel.current());
        let subject = subject(&of, name);
        self.audit(Permission::ChannelAssign, &of.scope, subject, change)
            .await?;
        Ok(kept.channel)
    }

    /// Refuses to delete a channel that a template links, in HEAD or in a committed revision.
    pub(crate) async fn refuse_linked_channel(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
    ) -> Result<(), Error> {
        let mut links = self.linked_by(mci).await?;
        links
            .retain(|link| matches!(&link.target, LinkTarget::Channel(channel) if channel == name));
        Ok(check_delete_channel(mci.name(), name, &links)?)
    }

    /// A channel that is there, and its lineage.
    async fn the_channel<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(StoredLineage<C>, StoredChannel), Error> {
        if reference.selector.is_some() {
            return Err(ChannelError::StateNamed {
                reference: reference.clone(),
            }
            .into());
        }
        let located = self
            .locate::<C>(reference, from, Permission::ChannelView)
            .await?;
        let of = located.found;
        let found = self.kept_channel(&of, name).await?;
        let absent = || {
            NotFound::at(
                Noun::Channel,
                format_args!("{}@{name}", of.name()),
                &of.scope,
            )
        };
        let kept = found.ok_or_else(absent)?;
        Ok((of, kept))
    }

    /// The same for somebody who may move it.
    async fn to_move<C: Versioned>(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(StoredLineage<C>, StoredChannel), Error> {
        let (of, kept) = self.the_channel::<C>(name, reference, from).await?;
        self.require(Permission::ChannelAssign, &of.scope).await?;
        self.may_move(&of.scope, name, kept.access).await?;
        Ok((of, kept))
    }

    /// What becomes of the channels that point to a revision that was just revoked (HCP Packer). They
    /// go back whoever may move them, and where locations are required too: one that stays on a
    /// revoked revision serves nowhere at all.
    pub(crate) async fn leave_revoked<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        revoked: RevisionNumber,
        mark: &Mark,
        wanted: OnRevoke,
    ) -> Result<Vec<ChannelFate>, Error> {
        let partition = partition_of(&of.scope)?;
        let found = self
            .all(&CHANNELS, &partition, of.lineage.to_string())
            .await?;
        let mut kept: Vec<_> = found.into_iter().map(|kept| kept.0).collect();
        kept.retain(|kept| kept.channel.current() == revoked);
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let channels: Vec<_> = kept.iter().map(|kept| kept.channel.clone()).collect();
        let revisions = self.revisions(of).await?;
        let marks = marks_of(&revisions);
        let fates = channels_after_revoke(&channels, revoked, &marks, mark, wanted);
        for (kept, fate) in kept.into_iter().zip(&fates) {
            let ChannelFate::RolledBack { channel } = fate else {
                continue;
            };
            let (subject, to) = (subject(of, channel.name()), channel.current());
            let change = Change::between(&revoked, &to);
            self.audit(C::CAN.mark, &of.scope, subject, change).await?;
            let channel = channel.clone();
            self.put_channel(&of.scope, StoredChannel { channel, ..kept })
                .await?;
        }
        Ok(fates)
    }
}
