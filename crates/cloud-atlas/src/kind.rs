//! The two kinds of lineages: MultiCloud Images and ServerTemplates.
//!
//! Both are versioned by the same code; what differs is said here.

use crate::{
    Error, Noun, Session,
    cache::{Caches, Memory},
    facts::Looks,
    linking::LinkLooks,
    stored::{StoredLineage, images_of},
    tables::{self, KeptLineage, KeptUndo},
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{Content, LineageId, RevisionNumber};
pub use atlas_market::LineageKind;
use atlas_mci::{EditWarning, HeadEdit, MergeBase, RequiredLocations, UserData};
use atlas_scope::{Permission, Scope};
use atlas_store::Table;
use atlas_template::{AgentsUnknown, ChannelName, TemplateContent, TemplateMergeBase};
use core::{fmt, future::Future};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, sync::Arc};

/// What a state of a MultiCloud Image holds.
pub(crate) type Mci = atlas_mci::Content;
/// What a state of a ServerTemplate holds.
pub(crate) type Template = TemplateContent;

/// What one needs to do something with a lineage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Can {
    pub(crate) view: Permission,
    pub(crate) create: Permission,
    pub(crate) edit: Permission,
    pub(crate) commit: Permission,
    pub(crate) clone: Permission,
    pub(crate) diff: Permission,
    pub(crate) mark: Permission,
    pub(crate) merge: Permission,
}

/// Calls a method of a unit for the kind of lineage that was asked for.
macro_rules! of_kind {
    ($kind:expr, $unit:ident.$name:ident($($argument:expr),* $(,)?)) => {
        match $kind {
            $crate::LineageKind::Mci => {
                $unit.$name::<$crate::kind::Mci>($($argument),*).await
            }
            $crate::LineageKind::Template => {
                $unit.$name::<$crate::kind::Template>($($argument),*).await
            }
        }
    };
}

pub(crate) use of_kind;

/// A content that lineages are kept of.
pub(crate) trait Versioned: Content + Send + Sync + 'static {
    /// What stands beside HEAD, and not in it.
    type Beside: Clone
        + fmt::Debug
        + Default
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// What two sides of a merge came from.
    type Base: Default + Send;

    /// What is found out before the transaction of an edit.
    type Looks: Default + Send + Sync;
    /// What to know about an edit.
    type Warning: Send;

    const NOUN: Noun;
    const CAN: Can;
    const HEADS: Table<KeptLineage<Self>>;
    const UNDO: Table<KeptUndo<Self>>;

    /// A content with a name and nothing else.
    fn named(name: Name) -> Self;

    fn called(&self) -> &Name;

    /// The user data that may stand beside the content.
    fn user_data(&self) -> Vec<&UserData> {
        Vec::new()
    }

    /// Where committed contents are remembered.
    fn memory(caches: &Caches) -> &Memory<Self>;

    /// This content under another name.
    fn under(&self, name: Name) -> Result<Self, Error>;

    /// The base that is one content.
    fn base_of(content: Arc<Self>) -> Self::Base;

    /// The merge of two bases from their own base.
    fn merged_base(base: Option<&Self::Base>, left: &Self::Base, right: &Self::Base) -> Self::Base;

    /// Finds out before a transaction what an edit that puts a content into HEAD has to know. The
    /// caller has made sure that whoever asks may edit.
    fn look(
        session: &Session,
        of: &StoredLineage<Self>,
        after: &Self,
    ) -> impl Future<Output = Result<Self::Looks, Error>> + Send;

    /// Refuses what an edit could not put into HEAD, and tells what an edit would warn of.
    fn allow(
        unit: &Unit,
        of: &StoredLineage<Self>,
        after: &Self,
        looks: &Self::Looks,
    ) -> impl Future<Output = Result<Vec<Self::Warning>, Error>> + Send;

    /// Refuses a commit of a HEAD that is not fit for it.
    fn gate(
        unit: &Unit,
        of: &StoredLineage<Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Refuses to point a channel to a revision that is not fit for it.
    fn gate_promotion(
        unit: &Unit,
        of: &StoredLineage<Self>,
        name: &ChannelName,
        to: RevisionNumber,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Refuses to delete a channel that something names.
    fn may_lose_channel(
        unit: &Unit,
        of: &StoredLineage<Self>,
        name: &ChannelName,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Keeps what a new revision refers to, so that it is found from there.
    fn keep_referred(
        unit: &Unit,
        of: &mut StoredLineage<Self>,
        number: RevisionNumber,
        before: Option<&Self>,
        after: &Self,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Refuses to let a new lineage at a scope hold a content that refers to what is going.
    fn may_be_cloned(
        unit: &Unit,
        scope: &Scope,
        content: &Self,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Versioned for Mci {
    /// What its revisions have to serve.
    type Beside = RequiredLocations;
    type Base = MergeBase;
    type Looks = Looks;
    type Warning = EditWarning;

    const NOUN: Noun = Noun::Mci;
    const CAN: Can = Can {
        view: Permission::MciView,
        create: Permission::MciCreate,
        edit: Permission::MciEdit,
        commit: Permission::MciCommit,
        clone: Permission::MciClone,
        diff: Permission::MciDiff,
        mark: Permission::MciMark,
        merge: Permission::MciMerge,
    };
    const HEADS: Table<KeptLineage<Self>> = tables::MCIS;
    const UNDO: Table<KeptUndo<Self>> = tables::UNDO;

    fn named(name: Name) -> Self {
        Self::new(name)
    }

    fn called(&self) -> &Name {
        self.nickname()
    }

    fn user_data(&self) -> Vec<&UserData> {
        let settings = self.settings().values();
        settings.filter_map(|setting| setting.user_data()).collect()
    }

    fn memory(caches: &Caches) -> &Memory<Self> {
        &caches.mcis
    }

    fn under(&self, name: Name) -> Result<Self, Error> {
        Ok(self.edited([HeadEdit::SetNickname(name)])?)
    }

    fn base_of(content: Arc<Self>) -> MergeBase {
        MergeBase::of(content)
    }

    fn merged_base(base: Option<&MergeBase>, left: &MergeBase, right: &MergeBase) -> MergeBase {
        MergeBase::merged(base, left, right)
    }

    async fn look(
        session: &Session,
        of: &StoredLineage<Self>,
        after: &Self,
    ) -> Result<Looks, Error> {
        session.looks(of, of.head.content(), after).await
    }

    async fn allow(
        unit: &Unit,
        of: &StoredLineage<Self>,
        after: &Self,
        looks: &Looks,
    ) -> Result<Vec<EditWarning>, Error> {
        unit.allowed_in_head(of, after, looks).await
    }

    async fn gate(unit: &Unit, of: &StoredLineage<Self>) -> Result<(), Error> {
        of.head.content().ready()?;
        unit.gate_commit(of).await
    }

    async fn gate_promotion(
        unit: &Unit,
        of: &StoredLineage<Self>,
        name: &ChannelName,
        to: RevisionNumber,
    ) -> Result<(), Error> {
        unit.gate_promotion(of, name, to).await
    }

    async fn may_lose_channel(
        unit: &Unit,
        of: &StoredLineage<Self>,
        name: &ChannelName,
    ) -> Result<(), Error> {
        unit.refuse_linked_channel(of, name).await
    }

    async fn keep_referred(
        unit: &Unit,
        of: &mut StoredLineage<Self>,
        number: RevisionNumber,
        before: Option<&Self>,
        after: &Self,
    ) -> Result<(), Error> {
        unit.keep_uses(of, number, before, after).await
    }

    async fn may_be_cloned(unit: &Unit, scope: &Scope, content: &Self) -> Result<(), Error> {
        let images = images_of(content).collect();
        unit.refuse_buried(scope, &images).await
    }
}

impl Versioned for Template {
    /// All that its committed revisions ever linked.
    type Beside = BTreeSet<LineageId>;
    type Base = TemplateMergeBase;
    type Looks = LinkLooks;
    type Warning = AgentsUnknown;

    const NOUN: Noun = Noun::Template;
    const CAN: Can = Can {
        view: Permission::TemplateView,
        create: Permission::TemplateCreate,
        edit: Permission::TemplateEdit,
        commit: Permission::TemplateCommit,
        clone: Permission::TemplateClone,
        diff: Permission::TemplateDiff,
        mark: Permission::TemplateMark,
        merge: Permission::TemplateMerge,
    };
    const HEADS: Table<KeptLineage<Self>> = tables::TEMPLATES;
    const UNDO: Table<KeptUndo<Self>> = tables::TEMPLATE_UNDO;

    fn named(name: Name) -> Self {
        Self::new(name)
    }

    fn called(&self) -> &Name {
        self.name()
    }

    fn memory(caches: &Caches) -> &Memory<Self> {
        &caches.templates
    }

    fn under(&self, name: Name) -> Result<Self, Error> {
        Ok(self.renamed(name))
    }

    fn base_of(content: Arc<Self>) -> TemplateMergeBase {
        TemplateMergeBase::of(&content)
    }

    fn merged_base(
        base: Option<&TemplateMergeBase>,
        left: &TemplateMergeBase,
        right: &TemplateMergeBase,
    ) -> TemplateMergeBase {
        TemplateMergeBase::merged(base, left, right)
    }

    async fn look(
        session: &Session,
        of: &StoredLineage<Self>,
        after: &Self,
    ) -> Result<LinkLooks, Error> {
        session.link_looks(of, after).await
    }

    async fn allow(
        unit: &Unit,
        of: &StoredLineage<Self>,
        after: &Self,
        looks: &LinkLooks,
    ) -> Result<Vec<AgentsUnknown>, Error> {
        unit.allowed_links(of, after, looks).await
    }

    async fn gate(_: &Unit, of: &StoredLineage<Self>) -> Result<(), Error> {
        Ok(of.head.content().ready()?)
    }

    async fn gate_promotion(
        _: &Unit,
        _: &StoredLineage<Self>,
        _: &ChannelName,
        _: RevisionNumber,
    ) -> Result<(), Error> {
        // Locations are required of MultiCloud Images.
        Ok(())
    }

    async fn may_lose_channel(
        _: &Unit,
        _: &StoredLineage<Self>,
        _: &ChannelName,
    ) -> Result<(), Error> {
        // Nothing that is kept names the channel of a template.
        Ok(())
    }

    async fn keep_referred(
        _: &Unit,
        of: &mut StoredLineage<Self>,
        _: RevisionNumber,
        _: Option<&Self>,
        after: &Self,
    ) -> Result<(), Error> {
        let linked = after.links().map(|link| link.lineage);
        of.beside.extend(linked);
        Ok(())
    }

    async fn may_be_cloned(unit: &Unit, scope: &Scope, content: &Self) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        for link in content.links() {
            let mci = unit.linkable_mci(link.lineage, scope).await?;
            seen.extend(mci.map(|mci| mci.lineage));
        }
        Ok(content.check_links(&seen)?)
    }
}
