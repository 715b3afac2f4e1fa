//! Everything that can go wrong, in one type.

pub(crate) mod convert;
mod disk;
mod kind;
mod lock;
mod market;
mod not_found;
mod plan;
mod server;
mod template;

pub use self::{disk::DiskRefusal, kind::ErrorKind, lock::LockRefusal, market::MarketRefusal};
pub use self::{not_found::NotFound, not_found::Noun, plan::PlanRefusal, server::ServerRefusal};
pub use self::{template::TemplateRefusal, template::TemplateRefused};
use crate::{ExportError, ImportError, LoadError, MciMerge, OpenError};
use crate::{RefusedImage, TemplateMerge};
use atlas_base::{CanonicalError, Name, quoted};
use atlas_history::{
    BringBackError, CommitError, FrameError, FrozenError, Mark, MarkError, NotEditable,
    ParseAuthorError, RestoreError, RevisionMismatch, RevisionNumber, StaleHead,
};
use atlas_inventory::InventoryError;
use atlas_mci::{CoverageLost, EditError, MatchError, MergeError, NotReady, RequireError};
use atlas_scope::{
    AcceptError, AccessKeyError, AddPrincipalError, AddScopeError, CancelInvitationError, Denied,
    GrantError, GroupError, InviteError, ParsePrincipalError, RemovePrincipalError,
    RemoveScopeError, RenamePrincipalError, RenameScopeError, RevokeError, Scope,
};
use atlas_store::{CursorError, Limit, MigrateError, ParsePartitionError, RecordError, StoreError};
use atlas_template::{ChannelError, DeleteError, LaunchRefusal, ResolveError};

/// Everything that can go wrong; [`Error::kind`] tells what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not there, or not visible to the caller.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The caller lacks a permission.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A name is taken.
    #[error("{} `{name}` is at {scope} already: choose another name", .noun.one())]
    NameTaken {
        /// What has that name.
        noun: Noun,
        /// The name.
        name: String,
        /// Where.
        scope: Scope,
    },
    /// The lineage has no committed revision yet.
    #[error(
        "`{name}` has no committed revision: commit its HEAD, or say `{name}@head` where what moves will do"
    )]
    NothingCommitted {
        /// Which one.
        name: Name,
    },
    /// All revisions of the lineage are revoked.
    #[error("every revision of `{name}` is revoked, the newest, {number}, by {by}: {reason}: commit another, or name one by its number to look at it", by = .mark.by, reason = .mark.reason)]
    AllRevoked {
        /// Which one.
        name: Name,
        /// The newest.
        number: RevisionNumber,
        /// Who revoked that one, and why.
        mark: Box<Mark>,
    },
    /// The lineage has one revision, which can be compared with nothing.
    #[error("`{name}` has one revision only: name what to compare it with")]
    OneRevision {
        /// Which one.
        name: Name,
    },
    /// The lineage has no such revision.
    #[error("`{name}` has no revision {number}{}", match .last { Some(last) => format!(": the newest is {last}"), None => ": nothing is committed yet".to_owned() })]
    NoRevision {
        /// Which one.
        name: Name,
        /// The revision asked for.
        number: RevisionNumber,
        /// The newest there is.
        last: Option<RevisionNumber>,
    },
    /// No released revision fits a version requirement.
    #[error("no release of `{name}` matches `{wanted}` and is neither deprecated nor revoked")]
    NoRelease {
        /// Which one.
        name: Name,
        /// What was asked for.
        wanted: semver::VersionReq,
    },
    /// What is committed or imported cannot be edited (RightScale).
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// All names that are offered for a clone are taken.
    #[error(
        "all names that can be offered for a clone of `{name}` are taken at {scope}: choose one"
    )]
    NoFreeName {
        /// What is cloned.
        name: Name,
        /// Where.
        scope: Scope,
    },
    /// Something of the market was refused.
    #[error(transparent)]
    Market(#[from] MarketRefusal),
    /// HEAD cannot be named by what must not move.
    #[error("`{name}@head` moves with every edit: commit it and name the revision")]
    HeadMoves {
        /// Which one.
        name: Name,
    },
    /// HEAD moved since the caller looked.
    #[error(transparent)]
    Stale(#[from] StaleHead),
    /// An edit of HEAD was refused.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// HEAD is not fit to be committed.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// A ServerTemplate was not made, changed or committed as asked.
    #[error("{0}")]
    Template(Box<TemplateRefused>),
    /// HEAD was not committed for what its checks found.
    #[error(transparent)]
    Findings(#[from] atlas_mci::Denied),
    /// A commit or a promotion would leave required locations without an image.
    #[error(transparent)]
    CoverageLost(#[from] CoverageLost),
    /// The required locations of a lineage stay as they are.
    #[error(transparent)]
    Require(#[from] RequireError),
    /// A matcher was not made, or did not match.
    #[error(transparent)]
    Match(#[from] MatchError),
    /// The lineage has no matcher, or none of a cloud.
    #[error("`{mci}` has no matcher{}: make one after the setting of a location", match .location { Some(location) => format!(" of the cloud of {location}"), None => String::new() })]
    NoMatcher {
        /// Which one.
        mci: Name,
        /// A location of the cloud.
        location: Option<atlas_image_id::CloudLocation>,
    },
    /// HEAD was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Conflicts of a merge are open, and nothing was changed.
    #[error("{}", convert::open(.0))]
    OpenConflicts(Box<MciMerge>),
    /// Conflicts of a merge of ServerTemplates are open, and nothing was changed.
    #[error("{}", convert::open_template(.0))]
    OpenTemplateConflicts(Box<TemplateMerge>),
    /// Conflicts were settled in a way that is none.
    #[error(transparent)]
    Merge(MergeError),
    /// An old revision was not restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// No undo point was brought back.
    #[error(transparent)]
    BringBack(#[from] BringBackError),
    /// A mark was not set.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// A channel was not moved.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// There is nothing to launch.
    #[error(transparent)]
    Launch(#[from] LaunchRefusal),
    /// There is nothing to lock.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// A lineage was not deleted.
    #[error(transparent)]
    Delete(#[from] DeleteError),
    /// Lower scopes go on seeing a lineage, or not seeing it.
    #[error(transparent)]
    Share(#[from] atlas_template::ShareError),
    /// There is no lock, or nothing that it gives.
    #[error(transparent)]
    Lock(LockRefusal),
    /// An image was not registered.
    #[error(transparent)]
    Register(#[from] atlas_image::RegisterError),
    /// An inventory gave no answer.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// There is no inventory of the location.
    #[error("no inventory knows what is in `{location}`: configure one that covers it")]
    NoInventory {
        /// Which location.
        location: atlas_image_id::CloudLocation,
    },
    /// No image is made of a server.
    #[error(transparent)]
    Bundle(#[from] atlas_image::BundleError),
    /// A work order was not made, or stays as it is.
    #[error(transparent)]
    Work(#[from] atlas_image::WorkError),
    /// An image record did not go on to another state.
    #[error(transparent)]
    Life(#[from] atlas_image::LifeError),
    /// An image record was not changed.
    #[error(transparent)]
    EditImage(#[from] atlas_image::EditImageError),
    /// A snapshot was not added, not deleted, or is not there for a device.
    #[error(transparent)]
    Snapshot(#[from] atlas_image::SnapshotError),
    /// An image record stays shared.
    #[error(transparent)]
    Unshare(#[from] atlas_image::UnshareError),
    /// An image was not copied.
    #[error(transparent)]
    Copy(#[from] atlas_image::CopyError),
    /// A record was not promoted.
    #[error(transparent)]
    Promote(#[from] atlas_image::PromoteError),
    /// An image of a role map was not changed.
    #[error(transparent)]
    RoleMap(#[from] atlas_image::RoleMapError),
    /// A role map was not removed.
    #[error(transparent)]
    RemoveRoleMap(#[from] atlas_image::RemoveRoleMapError),
    /// A deployment, a server or what is known of its launches stays as it is.
    #[error(transparent)]
    Server(#[from] ServerRefusal),
    /// A credential was not added.
    #[error(transparent)]
    AddCredential(#[from] atlas_image::AddCredentialError),
    /// A credential was not removed.
    #[error(transparent)]
    RemoveCredential(#[from] atlas_image::RemoveCredentialError),
    /// A scope was not added.
    #[error(transparent)]
    AddScope(#[from] AddScopeError),
    /// A scope was not removed.
    #[error(transparent)]
    RemoveScope(#[from] RemoveScopeError),
    /// A scope was not renamed.
    #[error(transparent)]
    RenameScope(#[from] RenameScopeError),
    /// A principal was not added.
    #[error(transparent)]
    AddPrincipal(#[from] AddPrincipalError),
    /// A principal was not removed.
    #[error(transparent)]
    RemovePrincipal(#[from] RemovePrincipalError),
    /// A principal was not renamed.
    #[error(transparent)]
    RenamePrincipal(#[from] RenamePrincipalError),
    /// An access key was not added, or stays as it is.
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
    /// A role was not granted.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// A role was not taken away.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// Something of a disk image was refused.
    #[error(transparent)]
    Disk(#[from] DiskRefusal),
    /// There is no plan, or it was not carried out.
    #[error(transparent)]
    Plan(#[from] PlanRefusal),
    /// Launch permissions were not given.
    #[error(transparent)]
    LaunchPermission(#[from] atlas_image::LaunchPermissionError),
    /// A group was not made or deleted, or a member not put out.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// Nobody was invited.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// An invitation was not accepted.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// An invitation was not cancelled.
    #[error(transparent)]
    CancelInvitation(#[from] CancelInvitationError),
    /// An operation that the table of operations does not know.
    #[error("{} is neither a permission, such as `image.register`, nor a command or an action of the EC2 API, such as `image register` or `RegisterImage`", quoted(.operation))]
    UnknownOperation {
        /// What was named.
        operation: String,
    },
    /// A principal or a scope goes or is renamed with more grants than a commit holds.
    #[error(
        "{grants} grants go with it, which makes {found} {what}, and this store takes {limit}: revoke grants first"
    )]
    TooManyGrants {
        /// The grants that go with it.
        grants: usize,
        /// Which limit of the store.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What the change needs.
        found: usize,
    },
    /// Documents were not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// No document was made.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A store was not opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A dump was not loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A dump could not be read.
    #[error("the dump could not be read")]
    Dump(#[source] std::io::Error),
    /// A store was not brought up to date.
    #[error(transparent)]
    Migrate(MigrateError),
    /// The receiver of a dump failed.
    #[error("the dump could not be written")]
    Sink(#[source] std::io::Error),
    /// One of many things that belong together was refused, and so all were.
    #[error("nothing was done: number {number} is refused")]
    OneOfMany {
        /// Which one, counted from 1.
        number: usize,
        /// Why.
        source: Box<Self>,
    },
    /// An image was given twice among many.
    #[error("it is the same image as number {first}: give it once")]
    Repeated {
        /// The first of them, counted from 1.
        first: usize,
    },
    /// Several of many things that belong together were refused, and so all were.
    #[error("nothing was done: {} of {all} are refused", refused.len())]
    ManyRefused {
        /// How many there were.
        all: usize,
        /// Which, and why.
        refused: Vec<RefusedImage>,
    },
    /// Images that belong together are more than a commit holds; nothing was written.
    #[error(
        "{images} images in one commit make {found} {what}, and this store takes {limit}: register fewer at once, or each for itself"
    )]
    TooManyImages {
        /// How many there are.
        images: usize,
        /// Which limit of the store.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What was asked for.
        found: usize,
    },
    /// A page of no items, or of too many.
    #[error("a page has 1 to {most} items, not {limit}", most = crate::Paging::MOST)]
    PageLimit {
        /// How many were asked for.
        limit: usize,
    },
    /// A page does not go on behind a cursor.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record was not written.
    #[error(transparent)]
    Record(RecordError),
    /// A committed content is damaged.
    #[error(transparent)]
    Content(#[from] FrozenError),
    /// A stored content cannot be put together from its parts.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A committed revision is damaged.
    #[error(transparent)]
    Revision(#[from] RevisionMismatch),
    /// A value has no canonical form.
    #[error(transparent)]
    Encoding(#[from] CanonicalError),
    /// A principal cannot be an author.
    #[error(transparent)]
    Author(ParseAuthorError),
    /// A text is no principal.
    #[error(transparent)]
    Principal(ParsePrincipalError),
    /// An account cannot be a partition of the store.
    #[error(transparent)]
    Partition(ParsePartitionError),
}
