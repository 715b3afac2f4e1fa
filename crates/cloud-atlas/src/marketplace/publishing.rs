//! Committed revisions become publications.

use super::subject::{Loaded, Publishable};
use crate::{
    Error, GroupRef, LineageKind, Session,
    kind::{Mci, Template},
    linking::LinkLooks,
    tables::{GROUPS, KeptPublishedImages, PUBLISHED_IMAGES, group_parts, publication_parts},
    template_commits::CommitTemplate,
    unit::{Change, Unit},
};
use atlas_history::Message;
use atlas_market::{
    Admit, KnownAccount, LongText, Publication, Publish, PublishError, PublishFacts, Published,
    RevisionNotes, ShortText, Visibility, publish,
};
use atlas_scope::{AccountGroup, GroupId, Permission, Scope};
use atlas_store::Partition;
use atlas_template::{HeadDependencies, Reference, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// For whom something is published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "some see it, or everybody does")]
pub enum PublishTo {
    /// Every account.
    Everybody,
    /// The members of these groups of the publishing account.
    Groups(Vec<GroupRef>),
}

/// Asks to publish a committed revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishAsk {
    /// What it is of.
    pub kind: LineageKind,
    /// Which revision; the newest that is not revoked where none is named.
    pub reference: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// For whom.
    pub to: PublishTo,
    /// What it is, in a line.
    pub short: ShortText,
    /// What it is, in more lines.
    pub long: Option<LongText>,
    /// What is new in it; none takes the commit message.
    pub notes: Option<RevisionNotes>,
    /// What is let pass that would be refused otherwise.
    pub admit: Admit,
    /// Commits HEAD of a ServerTemplate with the HEADs that it links first, with this message, and
    /// publishes that revision.
    pub commit_heads: Option<Message>,
}

impl PublishAsk {
    /// Publishes for some, with notes that are the commit message.
    pub fn new(
        kind: LineageKind,
        reference: Reference,
        scope: Scope,
        to: PublishTo,
        short: ShortText,
    ) -> Self {
        Self {
            kind,
            reference,
            scope,
            to,
            short,
            long: None,
            notes: None,
            admit: Admit::default(),
            commit_heads: None,
        }
    }
}

impl Session {
    /// Publishes a committed revision, and with a ServerTemplate the MultiCloud Images of the account
    /// that it links: all or nothing (RightScale).
    ///
    /// # Errors
    ///
    /// It is HEAD, imported, revoked or published already, links what moves or what those for whom
    /// it is meant do not see, some of them may not launch its images, or the caller may not.
    pub async fn publish(&self, ask: &PublishAsk) -> Result<Published, Error> {
        ask.check()?;
        let looks = match (&ask.commit_heads, ask.kind) {
            (Some(message), LineageKind::Template) => {
                self.looks_of_commit(&ask.commit(message.clone())).await?
            }
            _ => LinkLooks::default(),
        };
        self.write(|unit| {
            let looks = &looks;
            async move {
                let ask = Box::pin(unit.with_heads(ask, looks)).await?;
                let published = Box::pin(unit.published_by(&ask, Admit::default())).await?;
                Box::pin(unit.keep_published(&published)).await?;
                Ok(published)
            }
        })
        .await
    }

    /// What [`Session::publish`] would make, and who may launch the images of it, whatever the
    /// answer is; nothing is published.
    ///
    /// # Errors
    ///
    /// As [`Session::publish`], but for those who may not launch the images.
    pub async fn publish_preview(&self, ask: &PublishAsk) -> Result<Published, Error> {
        let unit = self.read().await?;
        let admit = Admit {
            private: true,
            unknown: true,
            widen: false,
        };
        unit.published_by(ask, admit).await
    }
}

impl PublishAsk {
    /// Refuses to commit HEAD where another state is named: one of both would be passed over.
    fn check(&self) -> Result<(), PublishError> {
        let selector = self.reference.selector.as_ref();
        let names_other = selector.is_some_and(|selector| *selector != Selector::Head);
        if self.kind == LineageKind::Template && self.commit_heads.is_some() && names_other {
            let reference = self.reference.clone();
            return Err(PublishError::CommitsHead { reference });
        }
        Ok(())
    }

    fn commit(&self, message: Message) -> CommitTemplate {
        let reference = Reference {
            selector: None,
            ..self.reference.clone()
        };
        CommitTemplate {
            heads: HeadDependencies::Commit,
            ..CommitTemplate::new(reference, self.scope.clone(), message)
        }
    }
}

impl Unit {
    /// Commits a ServerTemplate with the HEADs that it links, where that is asked for and needed, and
    /// asks for what came of it.
    async fn with_heads(&self, ask: &PublishAsk, looks: &LinkLooks) -> Result<PublishAsk, Error> {
        let Some(message) = &ask.commit_heads else {
            return Ok(ask.clone());
        };
        if ask.kind == LineageKind::Mci {
            return Ok(ask.clone());
        }
        let view = Permission::TemplateView;
        let located = self
            .locate::<Template>(&ask.reference, &ask.scope, view)
            .await?;
        let of = &located.found;
        if of.head.content().head_links().is_empty() && !of.is_edited() {
            return Ok(ask.clone());
        }
        let committed = self
            .commit_template(ask.commit(message.clone()), looks)
            .await?;
        let mut ask = ask.clone();
        ask.reference.selector = Some(Selector::Number(committed.revision.number()));
        Ok(ask)
    }

    /// Decides what is published; `also` is let pass beside what was asked for.
    async fn published_by(&self, ask: &PublishAsk, also: Admit) -> Result<Published, Error> {
        match ask.kind {
            LineageKind::Mci => self.published_of::<Mci>(ask, also).await,
            LineageKind::Template => self.published_of::<Template>(ask, also).await,
        }
    }

    async fn published_of<C: Publishable>(
        &self,
        ask: &PublishAsk,
        also: Admit,
    ) -> Result<Published, Error> {
        let located = self
            .locate::<C>(&ask.reference, &ask.scope, C::CAN.view)
            .await?;
        let of = &located.found;
        self.require(Permission::Publish, &of.scope).await?;
        let (visibility, named) = self.visibility(&ask.to, &of.scope).await?;
        let loaded = match self.state(of, ask.reference.selector.as_ref()).await {
            // What is imported and what is not committed is told by the decision.
            Err(Error::NothingCommitted { name }) => Loaded::Head(name, None),
            Err(Error::Market(_)) => match of.last {
                Some(last) => Loaded::Imported(of.name().clone(), last.number),
                None => Loaded::Head(of.name().clone(), None),
            },
            state => {
                let state = state?;
                Box::pin(self.publishable(of, state)).await?
            }
        };
        let mut groups = named;
        let missing: BTreeSet<GroupId> = loaded.groups();
        let known: BTreeSet<_> = groups.iter().map(|group| group.id).collect();
        groups.extend(
            self.groups_by_id(missing.difference(&known).copied())
                .await?,
        );
        let mut accounts = BTreeMap::new();
        if let Visibility::Groups(wanted) = &visibility {
            let wanted = groups.iter().filter(|group| wanted.contains(group.id));
            for member in wanted.flat_map(|group| &group.members) {
                if accounts.contains_key(&member.account) {
                    continue;
                }
                let record = self.scope_record(&member.account).await?;
                if let Some(number) = record.and_then(|record| record.account_number) {
                    accounts.insert(member.account.clone(), KnownAccount::new(number));
                }
            }
        }
        let facts = PublishFacts {
            groups: &groups,
            accounts: &accounts,
            by: &self.who,
            now: self.now,
        };
        let admit = Admit {
            private: ask.admit.private || also.private,
            unknown: ask.admit.unknown || also.unknown,
            widen: ask.admit.widen || also.widen,
        };
        let published = loaded.with(|subject| {
            let mut request = Publish::new(visibility, ask.short.clone());
            (request.long, request.notes) = (ask.long.clone(), ask.notes.clone());
            request.admit = admit;
            publish(subject, request, facts)
        })?;
        let along = published.dependencies.iter().chain(&published.widened);
        for along in along {
            // Who publishes at an environment offers nothing by it that its account holds.
            let holder = self
                .holder(along.kind, along.source, &along.publisher)
                .await?;
            self.require(Permission::Publish, &holder).await?;
        }
        Ok(published)
    }

    /// For whom something is meant, with the groups that were named.
    pub(super) async fn visibility(
        &self,
        to: &PublishTo,
        scope: &Scope,
    ) -> Result<(Visibility, Vec<AccountGroup>), Error> {
        let PublishTo::Groups(named) = to else {
            return Ok((Visibility::Public, Vec::new()));
        };
        let Some(account) = scope.account_scope() else {
            // It is refused for standing at `/`, before for whom it is meant counts.
            return Ok((Visibility::Public, Vec::new()));
        };
        let mut groups = Vec::with_capacity(named.len());
        for group in named {
            groups.push(self.owned_group(group, &account).await?);
        }
        let visibility = Visibility::groups(groups.iter().map(|group| group.id))?;
        Ok((visibility, groups))
    }

    async fn groups_by_id(
        &self,
        ids: impl IntoIterator<Item = GroupId>,
    ) -> Result<Vec<AccountGroup>, Error> {
        let ids = ids.into_iter().map(group_parts);
        let found = GROUPS.get_many(&self.tx, &Partition::global(), ids).await?;
        Ok(found.into_iter().flatten().map(|kept| kept.0).collect())
    }

    /// Keeps what was published, whole.
    async fn keep_published(&self, published: &Published) -> Result<(), Error> {
        let new = published
            .dependencies
            .iter()
            .chain([&published.publication]);
        for publication in new {
            self.put_publication(None, publication).await?;
            self.audit_publication(
                Permission::Publish,
                publication,
                Change::made(&told(publication)),
            )
            .await?;
        }
        for publication in &published.widened {
            let before = self.publication(publication.reference()).await?;
            self.put_publication(before.as_ref(), publication).await?;
            let before = before.map(|before| told(&before)).unwrap_or_default();
            let change = Change::between(&before, &told(publication));
            self.audit_publication(Permission::Publish, publication, change)
                .await?;
        }
        for images in &published.images {
            let parts = publication_parts(images.publication);
            let kept = KeptPublishedImages(images.clone());
            PUBLISHED_IMAGES
                .insert(&self.tx, &Partition::global(), parts, &kept)
                .await?;
        }
        Ok(())
    }

    /// An event of the account that published.
    pub(super) async fn audit_publication(
        &self,
        action: Permission,
        of: &Publication,
        change: Change,
    ) -> Result<(), Error> {
        self.audit(action, &of.publisher, of.reference(), change)
            .await
    }
}

/// A publication in an audit event.
fn told(publication: &Publication) -> String {
    format!(
        "{} of {}, for {}",
        publication.digest, publication.source, publication.visibility
    )
}
