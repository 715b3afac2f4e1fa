//! Channels that go back, that few may move, and that go.

use super::{ChannelView, subject};
use crate::{
    Error, NotFound, Noun, Session,
    states::Located,
    stored::{StoredMci, marks_of},
    tables::{CHANNELS, StoredChannel, channel_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_history::{Mark, RevisionNumber};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    Channel, ChannelAccess, ChannelFate, ChannelName, OnRevoke, Reference, channels_after_revoke,
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
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let unit = self.read().await?;
        let (_, kept) = unit.the_channel(name, reference, from).await?;
        Ok(ChannelView::of(kept))
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
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move {
                let (located, kept) = unit.to_move(&name, &reference, &from).await?;
                let (mci, before) = (&located.mci, kept.channel.current());
                let revisions = unit.revisions(mci).await?;
                let marks = marks_of(&revisions);
                let is_revoked = |number| {
                    let mut marks = marks.iter().filter(|(known, _)| *known == number);
                    marks.any(|(_, marks)| marks.revoked.is_some())
                };
                let (by, at) = (unit.author()?, unit.now);
                let channel = kept.channel.rolled_back(is_revoked, by, at)?;
                unit.gate_promotion(mci, &name, channel.current()).await?;
                let change = Change::between(&before, &channel.current());
                let subject = subject(mci, &name);
                unit.audit(Permission::ChannelAssign, &mci.scope, subject, change)
                    .await?;
                let kept = StoredChannel {
                    channel: channel.clone(),
                    ..kept
                };
                unit.put_channel(mci, kept).await?;
                Ok(channel)
            }
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
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let to = ChannelAccess::RESTRICTED;
        self.write(|unit| change_access(unit, name.clone(), reference.clone(), from.clone(), to))
            .await
    }

    /// Lets all move a channel again who may assign channels.
    ///
    /// # Errors
    ///
    /// It is not there, it is open already, a state was named, or the caller may not.
    pub async fn open_channel(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<ChannelView, Error> {
        let to = ChannelAccess::Open;
        self.write(|unit| change_access(unit, name.clone(), reference.clone(), from.clone(), to))
            .await
    }

    /// Deletes a channel with its moves, which the audit trail keeps. Tells where it pointed.
    ///
    /// # Errors
    ///
    /// It is not there, a state was named, or the caller may not.
    pub async fn delete_channel(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Channel, Error> {
        self.write(|unit| {
            let (name, reference, from) = (name.clone(), reference.clone(), from.clone());
            async move {
                let (located, kept) = unit.to_move(&name, &reference, &from).await?;
                let (mci, parts) = (&located.mci, channel_parts(located.mci.lineage, &name));
                CHANNELS
                    .delete(&unit.tx, &partition_of(&mci.scope)?, parts)
                    .await?;
                let change = Change::removed(&kept.channel.current());
                let subject = subject(mci, &name);
                unit.audit(Permission::ChannelAssign, &mci.scope, subject, change)
                    .await?;
                Ok(kept.channel)
            }
        })
        .await
    }
}

async fn change_access(
    unit: Unit,
    name: ChannelName,
    reference: Reference,
    from: Scope,
    to: ChannelAccess,
) -> Result<ChannelView, Error> {
    let (located, kept) = unit.the_channel(&name, &reference, &from).await?;
    let mci = &located.mci;
    unit.require(Permission::ChannelRestrict, &mci.scope)
        .await?;
    unit.may_move(mci, &name, kept.access).await?;
    let access = kept.access.changed(&name, to)?;
    let change = Change::between(&kept.access, &access);
    let subject = subject(mci, &name);
    unit.audit(Permission::ChannelRestrict, &mci.scope, subject, change)
        .await?;
    let kept = StoredChannel { access, ..kept };
    unit.put_channel(mci, kept.clone()).await?;
    Ok(ChannelView::of(kept))
}

impl Unit {
    /// A channel that is there, and its lineage.
    async fn the_channel(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Located, StoredChannel), Error> {
        if reference.selector.is_some() {
            return Err(Error::StateNamed {
                reference: reference.clone(),
            });
        }
        let located = self
            .locate(reference, from, Permission::ChannelView)
            .await?;
        let found = self.kept_channel(&located.mci, name).await?;
        let absent = || NotFound::new(Noun::Channel, name, &located.mci.scope);
        let kept = found.ok_or_else(absent)?;
        Ok((located, kept))
    }

    /// The same for somebody who may move it.
    async fn to_move(
        &self,
        name: &ChannelName,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Located, StoredChannel), Error> {
        let (located, kept) = self.the_channel(name, reference, from).await?;
        let mci = &located.mci;
        self.require(Permission::ChannelAssign, &mci.scope).await?;
        self.may_move(mci, name, kept.access).await?;
        Ok((located, kept))
    }

    /// What becomes of the channels that point to a revision that was just revoked (HCP Packer). They
    /// go back whoever may move them, and where locations are required too: one that stays on a
    /// revoked revision serves nowhere at all.
    pub(crate) async fn leave_revoked(
        &self,
        mci: &StoredMci,
        revoked: RevisionNumber,
        mark: &Mark,
        wanted: OnRevoke,
    ) -> Result<Vec<ChannelFate>, Error> {
        let partition = partition_of(&mci.scope)?;
        let found = self
            .all(&CHANNELS, &partition, mci.lineage.to_string())
            .await?;
        let mut kept: Vec<_> = found.into_iter().map(|kept| kept.0).collect();
        kept.retain(|kept| kept.channel.current() == revoked);
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let channels: Vec<_> = kept.iter().map(|kept| kept.channel.clone()).collect();
        let revisions = self.revisions(mci).await?;
        let marks = marks_of(&revisions);
        let fates = channels_after_revoke(&channels, revoked, &marks, mark, wanted);
        for (kept, fate) in kept.into_iter().zip(&fates) {
            let ChannelFate::RolledBack { channel } = fate else {
                continue;
            };
            let (subject, to) = (subject(mci, channel.name()), channel.current());
            let change = Change::between(&revoked, &to);
            self.audit(Permission::MciMark, &mci.scope, subject, change)
                .await?;
            let channel = channel.clone();
            self.put_channel(mci, StoredChannel { channel, ..kept })
                .await?;
        }
        Ok(fates)
    }
}
