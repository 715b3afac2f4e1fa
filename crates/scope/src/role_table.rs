//! Which role allows what: the one table.

use crate::{Permission, Role};
use std::collections::{BTreeMap, BTreeSet};

/// What each role allows. The built-in one is RightScale's; a host program can supply its own.
///
/// Every role in a table includes all that only looks (`*.view`), whether or not it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleTable(BTreeMap<Role, BTreeSet<Permission>>);

use Permission as P;

/// Launches servers, bundles an image from one, copies images, sets launch permissions.
/// Ours: it also registers the locks it launches from and carries out work orders.
const ACTOR: [P; 8] = [
    P::Launch,
    P::ServerManage,
    P::ImageBundle,
    P::ImageCopy,
    P::ImageLaunchPermission,
    P::LockRegister,
    P::WorkReport,
    P::DiskExport,
];

/// Makes, changes and deletes MCIs and ServerTemplates, registers and edits images, keeps
/// credentials. Ours: the life of image records, channels, releases, marks, role maps and the
/// repository of disk images belong to it too.
const DESIGNER: [P; 30] = [
    P::CredentialManage,
    P::ImageRegister,
    P::ImageEdit,
    P::ImageDeprecate,
    P::ImageDisable,
    P::ImageDelete,
    P::ImageCopy,
    P::RoleMapEdit,
    P::MciCreate,
    P::MciEdit,
    P::MciCommit,
    P::MciClone,
    P::MciDiff,
    P::MciMerge,
    P::MciMark,
    P::MciDelete,
    P::TemplateCreate,
    P::TemplateEdit,
    P::TemplateCommit,
    P::TemplateClone,
    P::TemplateDiff,
    P::TemplateMerge,
    P::TemplateMark,
    P::TemplateDelete,
    P::ChannelAssign,
    P::ReleaseAssign,
    P::LockRegister,
    P::DiskImport,
    P::DiskExport,
    P::DiskDelete,
];

/// Brings publications into the account and keeps them up to date.
const LIBRARY: [P; 1] = [P::Import];

/// Offers revisions to other accounts. Ours: it restricts channels too, since a restricted channel is
/// a promise of the same kind, to those who launch from it. Moving one needs the designer's right to
/// assign channels as well, and a designer alone has no part in it: a restriction is against those
/// who make revisions.
const PUBLISHER: [P; 4] = [
    P::Publish,
    P::PublicationDeprecate,
    P::GroupManage,
    P::ChannelRestrict,
];

impl RoleTable {
    /// A table without a role in it.
    #[must_use]
    pub fn empty() -> Self {
        Self(BTreeMap::new())
    }

    /// RightScale's roles: observer, actor, designer, library, publisher and admin.
    #[must_use]
    pub fn built_in() -> Self {
        Self::empty()
            .with(Role::OBSERVER, [])
            .with(Role::ACTOR, ACTOR)
            .with(Role::DESIGNER, DESIGNER)
            .with(Role::LIBRARY, LIBRARY)
            .with(Role::PUBLISHER, PUBLISHER)
            .with(Role::ADMIN, Permission::all())
    }

    /// The same table with `role` allowing exactly these permissions, and to look.
    #[must_use]
    pub fn with(mut self, role: Role, permissions: impl IntoIterator<Item = Permission>) -> Self {
        let views = Permission::all().filter(|permission| permission.is_view());
        self.0.insert(role, views.chain(permissions).collect());
        self
    }

    /// The roles it knows, in order.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.0.keys()
    }

    /// What a role allows, in order; nothing for a role it does not know.
    pub fn permissions(&self, role: &Role) -> impl Iterator<Item = Permission> + use<'_> {
        self.0.get(role).into_iter().flatten().copied()
    }

    /// Whether it knows the role.
    pub fn knows(&self, role: &Role) -> bool {
        self.0.contains_key(role)
    }

    /// Whether `role` allows `permission`.
    pub fn allows(&self, role: &Role, permission: Permission) -> bool {
        self.0
            .get(role)
            .is_some_and(|allowed| allowed.contains(&permission))
    }

    /// The roles that allow `permission`, in order.
    pub fn roles_with(&self, permission: Permission) -> impl Iterator<Item = &Role> {
        self.0
            .iter()
            .filter(move |(_, allowed)| allowed.contains(&permission))
            .map(|(role, _)| role)
    }
}

impl Default for RoleTable {
    fn default() -> Self {
        Self::built_in()
    }
}
