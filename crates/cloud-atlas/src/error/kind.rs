//! What a caller does about each error.

use super::Error;
use crate::{ImportError, LoadError, OpenError};
use atlas_history::{BringBackError, CommitError, MarkError, RestoreError};
use atlas_image::{
    AddCredentialError, BundleError, CopyError, EditImageError, LaunchPermissionError, LifeError,
    PromoteError, RegisterError, RoleMapError, SnapshotError, WorkError,
};
use atlas_inventory::InventoryError;
use atlas_scope::{
    AcceptError, AccessKeyError, AddPrincipalError, AddScopeError, GrantError, GroupError,
    InviteError, RemovePrincipalError, RemoveScopeError, RenamePrincipalError, RenameScopeError,
    RevokeError,
};
use atlas_store::{IndexState, MigrateError, StoreError};
use atlas_template::{ChannelError, DeleteError, ShareError};

/// What a caller does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is not there, or not visible to the caller: the two read the same.
    NotFound,
    /// The caller lacks a permission.
    Denied,
    /// The request is wrong as it stands.
    Invalid,
    /// The state of the store stands against it: look, then try again.
    Conflict,
    /// The store cannot be reached now: try again.
    Unavailable,
    /// It may have happened or not: look before trying again.
    Unknown,
    /// The store is damaged or closed, or the program is wrong.
    Internal,
}

impl Error {
    /// What a caller does about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            _ if self.is_absence() => ErrorKind::NotFound,
            _ if self.is_taken() => ErrorKind::Conflict,
            Self::Market(refusal) if refusal.is_absence() => ErrorKind::NotFound,
            Self::Denied(_) | Self::Channel(ChannelError::Restricted { .. }) => ErrorKind::Denied,
            Self::Mark(MarkError::Reason)
            | Self::Channel(ChannelError::StateNamed { .. })
            | Self::Life(LifeError::ReplacesItself { .. })
            | Self::RenameScope(RenameScopeError::Elsewhere { .. }) => ErrorKind::Invalid,
            Self::NameTaken { .. }
            | Self::NoFreeName { .. }
            | Self::Stale(_)
            | Self::OpenConflicts(_)
            | Self::OpenTemplateConflicts(_)
            | Self::Restore(RestoreError::Same { .. })
            | Self::Mark(_)
            | Self::Commit(CommitError::Stale(_) | CommitError::NothingToCommit { .. })
            | Self::Findings(_)
            | Self::CoverageLost(_)
            | Self::Channel(_)
            | Self::AllRevoked { .. }
            | Self::Launch(_)
            | Self::Resolve(_)
            | Self::Delete(DeleteError::Linked(_) | DeleteError::Held { .. })
            | Self::Register(RegisterError::AlreadyRegistered(_))
            | Self::Bundle(BundleError::NotOperational { .. })
            | Self::Work(
                WorkError::AlreadyOrdered { .. }
                | WorkError::Held { .. }
                | WorkError::Ended { .. }
                | WorkError::NotTaken { .. }
                | WorkError::OtherAttempt { .. }
                | WorkError::NotHolder { .. }
                | WorkError::NotFailed { .. },
            )
            | Self::Unshare(_)
            | Self::Share(ShareError::InUse(_))
            | Self::Life(_)
            | Self::EditImage(EditImageError::Deleted { .. })
            | Self::Promote(
                PromoteError::Shadowed { .. }
                | PromoteError::Life(_)
                | PromoteError::Register(RegisterError::AlreadyRegistered(_)),
            )
            | Self::Repeated { .. }
            | Self::RoleMap(RoleMapError::InUse { .. })
            | Self::RemoveRoleMap(_)
            | Self::ManyRefused { .. }
            | Self::AddScope(
                AddScopeError::AlreadyThere { .. } | AddScopeError::NumberTaken { .. },
            )
            | Self::AddPrincipal(AddPrincipalError::AlreadyThere { .. })
            | Self::Grant(GrantError::AlreadyGranted { .. } | GrantError::LastAdmin { .. })
            | Self::AddCredential(AddCredentialError::NameTaken { .. })
            | Self::RemoveCredential(_)
            | Self::RemoveScope(_)
            | Self::RemovePrincipal(_)
            | Self::RenameScope(_)
            | Self::RenamePrincipal(_)
            | Self::Revoke(_)
            | Self::Group(GroupError::NameTaken { .. } | GroupError::HasMembers { .. })
            | Self::Invite(InviteError::Full { .. })
            | Self::Accept(AcceptError::Lapsed { .. } | AcceptError::AlreadyThere { .. })
            | Self::LaunchPermission(LaunchPermissionError::NotUsable { .. })
            | Self::Load(
                LoadError::NotEmpty { .. }
                | LoadError::Another { .. }
                | LoadError::Changed
                | LoadError::Disturbed,
            )
            | Self::Import(
                ImportError::Differs { .. }
                | ImportError::HeadEdited { .. }
                | ImportError::JobGone { .. },
            )
            | Self::Migrate(MigrateError::Duplicate { .. }) => ErrorKind::Conflict,
            Self::Server(refusal) if refusal.is_conflict() => ErrorKind::Conflict,
            Self::Market(refusal) if refusal.is_conflict() => ErrorKind::Conflict,
            Self::AccessKey(refusal) => access_key_kind(refusal),
            Self::Lock(refusal) => refusal.kind(),
            Self::Plan(refusal) => refusal.kind(),
            Self::Disk(refusal) => refusal.kind(),
            Self::OneOfMany { source, .. } => source.kind(),
            Self::Store(error) | Self::Load(LoadError::Store(error)) => store_kind(error),
            Self::Inventory(InventoryError::Unavailable { .. })
            | Self::Sink(_)
            | Self::Dump(_)
            | Self::Load(LoadError::Source { .. })
            | Self::Migrate(MigrateError::Lease(_)) => ErrorKind::Unavailable,
            Self::Open(error) => open_kind(error),
            Self::BringBack(error) => bring_back_kind(error),
            Self::Migrate(_)
            | Self::Content(_)
            | Self::Frame(_)
            | Self::Revision(_)
            | Self::Encoding(_)
            | Self::Record(_)
            | Self::Restore(RestoreError::Encoding(_)) => ErrorKind::Internal,
            _ => ErrorKind::Invalid,
        }
    }

    /// Whether something of an image is somebody else's already.
    fn is_taken(&self) -> bool {
        matches!(
            self,
            Self::Copy(
                CopyError::OtherRequest { .. }
                    | CopyError::Register(RegisterError::AlreadyRegistered(_))
            ) | Self::Snapshot(SnapshotError::InUse { .. })
        )
    }

    /// Whether something that was named is not there.
    fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NotFound(_)
                | Self::NoRevision { .. }
                | Self::NoRelease { .. }
                | Self::NoMatcher { .. }
                | Self::Bundle(BundleError::NoServer { .. })
                | Self::Snapshot(SnapshotError::Unknown { .. })
                | Self::AddScope(AddScopeError::NoParent { .. })
                | Self::Grant(
                    GrantError::UnknownPrincipal { .. } | GrantError::UnknownScope { .. }
                )
                | Self::RemoveScope(RemoveScopeError::Unknown { .. })
                | Self::RemovePrincipal(RemovePrincipalError::Unknown { .. })
                | Self::RenameScope(RenameScopeError::Unknown { .. })
                | Self::RenamePrincipal(RenamePrincipalError::Unknown { .. })
                | Self::Revoke(RevokeError::NotGranted { .. })
                | Self::Group(GroupError::NotAMember { .. })
                | Self::Accept(AcceptError::Unknown)
                | Self::CancelInvitation(_)
        )
    }
}

fn access_key_kind(error: &AccessKeyError) -> ErrorKind {
    match error {
        AccessKeyError::UnknownPrincipal { .. } | AccessKeyError::UnknownScope { .. } => {
            ErrorKind::NotFound
        }
        AccessKeyError::IdTaken { .. }
        | AccessKeyError::TooMany { .. }
        | AccessKeyError::Ended { .. }
        | AccessKeyError::Already { .. } => ErrorKind::Conflict,
        _ => ErrorKind::Invalid,
    }
}

fn bring_back_kind(error: &BringBackError) -> ErrorKind {
    match error {
        BringBackError::NoPoint { .. } => ErrorKind::NotFound,
        BringBackError::Same { .. } => ErrorKind::Conflict,
        _ => ErrorKind::Internal,
    }
}

fn open_kind(error: &OpenError) -> ErrorKind {
    match error {
        #[cfg(feature = "redb")]
        OpenError::Redb(
            atlas_store_redb::OpenError::Locked { .. } | atlas_store_redb::OpenError::Io { .. },
        ) => ErrorKind::Unavailable,
        #[cfg(feature = "postgres")]
        OpenError::Postgres(
            atlas_store_postgres::OpenError::Unreachable { .. }
            | atlas_store_postgres::OpenError::Thread { .. },
        ) => ErrorKind::Unavailable,
        #[cfg(feature = "etcd")]
        OpenError::Etcd(
            atlas_store_etcd::OpenError::Unreachable { .. }
            | atlas_store_etcd::OpenError::Thread { .. },
        ) => ErrorKind::Unavailable,
        OpenError::Read(error) => store_kind(error),
        _ => ErrorKind::Invalid,
    }
}

fn store_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Conflict => ErrorKind::Conflict,
        StoreError::Unavailable { .. }
        | StoreError::IndexNotReadable {
            state: Some(IndexState::Building),
            ..
        } => ErrorKind::Unavailable,
        StoreError::UnknownOutcome { .. } => ErrorKind::Unknown,
        StoreError::TooLarge { .. }
        | StoreError::IndexNotReadable { .. }
        | StoreError::IndexUnknown { .. }
        | StoreError::NewerSchema { .. } => ErrorKind::Invalid,
        _ => ErrorKind::Internal,
    }
}
