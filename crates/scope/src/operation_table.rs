//! Which command and which action of the EC2 API needs which permission: the second table.

use crate::Permission;
use std::{borrow::Cow, collections::BTreeMap};

/// What each operation needs. The built-in one holds the commands of `atlas` by their words
/// (`image register`) and the actions of the EC2 API by their names (`RegisterImage`); a host
/// program can supply its own (RightScale names roles only; the table is ours).
///
/// The permission is needed at the scope of what is changed, or looked at, or above it. An
/// operation that needs none, such as reading an image id, is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationTable(BTreeMap<Cow<'static, str>, Permission>);

use Permission as P;

/// The commands.
const COMMANDS: &[(&str, P)] = &[
    ("scope add", P::ScopeManage),
    ("scope list", P::ScopeView),
    ("scope rename", P::ScopeManage),
    ("scope remove", P::ScopeManage),
    ("principal add", P::PrincipalManage),
    ("principal list", P::PrincipalView),
    ("principal rename", P::PrincipalManage),
    ("principal remove", P::PrincipalManage),
    ("grant add", P::GrantManage),
    ("grant list", P::GrantView),
    ("grant remove", P::GrantManage),
    ("key add", P::AccessKeyManage),
    ("key list", P::AccessKeyView),
    ("key rotate", P::AccessKeyManage),
    ("key disable", P::AccessKeyManage),
    ("key enable", P::AccessKeyManage),
    ("key remove", P::AccessKeyManage),
    ("key reseal", P::AccessKeyManage),
    ("group make", P::GroupManage),
    ("group list", P::MarketView),
    ("group show", P::MarketView),
    ("group invite", P::GroupManage),
    ("group cancel", P::GroupManage),
    ("group accept", P::InvitationAccept),
    ("group remove", P::GroupManage),
    ("group leave", P::InvitationAccept),
    ("group delete", P::GroupManage),
    ("market publish", P::Publish),
    ("market list", P::MarketView),
    ("market show", P::MarketView),
    ("market import", P::Import),
    ("market imports", P::MarketView),
    ("market delete", P::Import),
    ("market updates", P::MarketView),
    ("market update", P::Import),
    ("market deprecate", P::PublicationDeprecate),
    ("market reactivate", P::PublicationDeprecate),
    ("market importers", P::MarketView),
    ("market heads", P::MarketView),
    ("market withdraw", P::Publish),
    ("market subscribe", P::Import),
    ("market unsubscribe", P::Import),
    ("market subscriptions", P::MarketView),
    ("credential add", P::CredentialManage),
    ("credential list", P::CredentialView),
    ("credential remove", P::CredentialManage),
    ("image register", P::ImageRegister),
    ("image candidates", P::ImageRegister),
    ("image bundle", P::ImageBundle),
    ("image list", P::ImageView),
    ("image find", P::ImageView),
    ("image show", P::ImageView),
    ("image ancestors", P::ImageView),
    ("image referrers", P::ImageView),
    ("image xref", P::ImageView),
    ("image copy", P::ImageCopy),
    ("image promote", P::ImageEdit),
    ("image edit", P::ImageEdit),
    ("image share", P::ImageEdit),
    ("image unshare", P::ImageEdit),
    ("image deprecate", P::ImageDeprecate),
    ("image disable", P::ImageDisable),
    ("image enable", P::ImageDisable),
    ("image revoke", P::ImageDisable),
    ("image replace", P::MciEdit),
    ("image retention", P::ImageView),
    ("image plans", P::ImageView),
    ("image protect", P::ImageDelete),
    ("image unprotect", P::ImageDelete),
    ("image delete", P::ImageDelete),
    ("image restore", P::ImageDelete),
    ("image bin list", P::ImageView),
    ("image bin empty", P::ImageDelete),
    ("image permission list", P::ImageView),
    ("image permission add", P::ImageLaunchPermission),
    ("image permission remove", P::ImageLaunchPermission),
    ("image permission reset", P::ImageLaunchPermission),
    ("disk import", P::DiskImport),
    ("disk list", P::DiskView),
    ("disk show", P::DiskView),
    ("disk export", P::DiskExport),
    ("disk delete", P::DiskDelete),
    ("disk verify", P::DiskView),
    ("disk gc", P::DiskDelete),
    ("disk quota show", P::DiskView),
    ("disk quota set", P::ScopeManage),
    ("discover", P::ImageRegister),
    ("work list", P::WorkView),
    ("work show", P::WorkView),
    ("work order copy", P::ImageCopy),
    ("work order share", P::ImageLaunchPermission),
    ("work take", P::WorkReport),
    ("work done", P::WorkReport),
    ("work not-found", P::WorkReport),
    ("work fail", P::WorkReport),
    ("work cancel", P::WorkView),
    ("work retry", P::WorkView),
    ("rolemap make", P::RoleMapEdit),
    ("rolemap list", P::RoleMapView),
    ("rolemap show", P::RoleMapView),
    ("rolemap set", P::RoleMapEdit),
    ("rolemap unset", P::RoleMapEdit),
    ("rolemap remove", P::RoleMapEdit),
    ("mci new", P::MciCreate),
    ("mci set", P::MciEdit),
    ("mci unset", P::MciEdit),
    ("mci list", P::MciView),
    ("mci show", P::MciView),
    ("mci commit", P::MciCommit),
    ("mci clone", P::MciClone),
    ("mci merge", P::MciMerge),
    ("mci restore", P::MciEdit),
    ("mci undo", P::MciEdit),
    ("mci deprecate", P::MciMark),
    ("mci revoke", P::MciMark),
    ("mci unmark", P::MciMark),
    ("mci delete", P::MciDelete),
    ("mci xref", P::MciView),
    ("mci log", P::MciView),
    ("mci diff", P::MciDiff),
    ("mci graph", P::MciView),
    ("mci coverage", P::MciView),
    ("mci check", P::MciView),
    ("mci share", P::MciEdit),
    ("mci unshare", P::MciEdit),
    ("mci require", P::MciEdit),
    ("mci match", P::MciEdit),
    ("mci rematch", P::MciEdit),
    ("mci unmatch", P::MciEdit),
    ("mci suggest", P::MciView),
    ("template new", P::TemplateCreate),
    ("template link", P::TemplateEdit),
    ("template unlink", P::TemplateEdit),
    ("template default", P::TemplateEdit),
    ("template set", P::TemplateEdit),
    ("template script add", P::TemplateEdit),
    ("template script set", P::TemplateEdit),
    ("template script remove", P::TemplateEdit),
    ("template share", P::TemplateEdit),
    ("template unshare", P::TemplateEdit),
    ("template list", P::TemplateView),
    ("template show", P::TemplateView),
    ("template commit", P::TemplateCommit),
    ("template update", P::TemplateEdit),
    ("template clone", P::TemplateClone),
    ("template merge", P::TemplateMerge),
    ("template restore", P::TemplateEdit),
    ("template undo", P::TemplateEdit),
    ("template delete", P::TemplateDelete),
    ("template xref", P::TemplateView),
    ("template deprecate", P::TemplateMark),
    ("template revoke", P::TemplateMark),
    ("template unmark", P::TemplateMark),
    ("template log", P::TemplateView),
    ("template diff", P::TemplateDiff),
    ("template times", P::TemplateView),
    ("template graph", P::TemplateView),
    ("channel assign", P::ChannelAssign),
    ("channel list", P::ChannelView),
    ("channel history", P::ChannelView),
    ("channel rollback", P::ChannelAssign),
    ("channel restrict", P::ChannelRestrict),
    ("channel open", P::ChannelRestrict),
    ("channel delete", P::ChannelAssign),
    ("release set", P::ReleaseAssign),
    ("release list", P::ReleaseView),
    ("policy set", P::PolicyManage),
    ("policy list", P::PolicyView),
    ("policy show", P::PolicyView),
    ("policy remove", P::PolicyManage),
    ("resolve", P::MciView),
    ("lock", P::MciView),
    ("lock verify", P::MciView),
    ("deployment make", P::ServerManage),
    ("deployment list", P::ServerView),
    ("deployment show", P::ServerView),
    ("deployment rename", P::ServerManage),
    ("deployment share", P::ServerManage),
    ("deployment unshare", P::ServerManage),
    ("deployment delete", P::ServerManage),
    ("server offers", P::TemplateView),
    ("server networks", P::ServerManage),
    ("server add", P::ServerManage),
    ("server list", P::ServerView),
    ("server show", P::ServerView),
    ("server next", P::ServerView),
    ("server edit", P::ServerManage),
    ("server reinherit", P::ServerManage),
    ("server remove", P::ServerManage),
    ("server report", P::Launch),
    ("server launches", P::ServerView),
    ("lock update", P::MciView),
    ("lock register", P::LockRegister),
    ("lock list", P::LockView),
    ("lock show", P::LockView),
    ("lock unregister", P::LockRegister),
    ("import stream", P::ImageRegister),
    ("export stream", P::MciView),
    ("job list", P::EventView),
    ("job forget", P::ImageRegister),
    ("events", P::EventView),
];

/// The actions of the EC2 API. Where an action needs something else for one attribute, or for images
/// that are no records yet, that stands behind a colon.
const ACTIONS: &[(&str, P)] = &[
    ("CancelImageLaunchPermission", P::ImageLaunchPermission),
    ("CopyImage", P::ImageCopy),
    ("CreateImage", P::ImageBundle),
    ("CreateTags", P::ImageEdit),
    ("DeleteTags", P::ImageEdit),
    ("DeleteSnapshot", P::ImageDelete),
    ("DeregisterImage", P::ImageDelete),
    ("DeregisterImage:unfinished", P::DiskDelete),
    ("DescribeImageAttribute", P::ImageView),
    ("DescribeImages", P::ImageView),
    ("DescribeImportImageTasks", P::DiskView),
    ("DescribeSnapshotAttribute", P::ImageView),
    ("DescribeSnapshots", P::ImageView),
    ("DescribeTags", P::ImageView),
    ("DisableImage", P::ImageDisable),
    ("DisableImageDeprecation", P::ImageDeprecate),
    ("DisableImageDeregistrationProtection", P::ImageDelete),
    ("EnableImage", P::ImageDisable),
    ("EnableImageDeprecation", P::ImageDeprecate),
    ("EnableImageDeregistrationProtection", P::ImageDelete),
    ("ImportImage", P::DiskImport),
    ("ListImagesInRecycleBin", P::ImageView),
    ("ModifyImageAttribute", P::ImageEdit),
    (
        "ModifyImageAttribute:launchPermission",
        P::ImageLaunchPermission,
    ),
    ("RegisterImage", P::ImageRegister),
    ("ResetImageAttribute", P::ImageLaunchPermission),
    ("RestoreImageFromRecycleBin", P::ImageDelete),
    ("RunInstances", P::Launch),
];

impl OperationTable {
    /// A table without an operation in it.
    #[must_use]
    pub fn empty() -> Self {
        Self(BTreeMap::new())
    }

    /// The commands of `atlas` and the actions of the EC2 API.
    #[must_use]
    pub fn built_in() -> Self {
        let known = COMMANDS.iter().chain(ACTIONS);
        Self(known.map(|&(name, needs)| (name.into(), needs)).collect())
    }

    /// The same table with an operation that needs `permission`.
    #[must_use]
    pub fn with(mut self, operation: impl Into<String>, permission: Permission) -> Self {
        self.0.insert(Cow::Owned(operation.into()), permission);
        self
    }

    /// What an operation needs; none for one that the table does not know.
    pub fn needs(&self, operation: &str) -> Option<Permission> {
        self.0.get(operation).copied()
    }

    /// The operations with what they need, in order of their names.
    pub fn operations(&self) -> impl Iterator<Item = (&str, Permission)> {
        self.0.iter().map(|(name, needs)| (name.as_ref(), *needs))
    }
}

impl Default for OperationTable {
    fn default() -> Self {
        Self::built_in()
    }
}
