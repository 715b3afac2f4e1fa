//! Launch permissions: an image record opened beside the tree of scopes.

mod organization;

use self::organization::ARN;
pub use self::organization::OrganizationArn;
use crate::{
    Audience, ImageRecord, ImageRecordId, Labels, Lifecycle, Origin, Protection, Warning,
    guest_warning,
};
use atlas_base::{ParseIdError, quoted, text_form};
use atlas_scope::{
    AccountGroup, AccountNumber, GroupId, ParseAccountNumberError, PrincipalId, Scope,
};
use core::fmt;
use serde::{Deserialize, Serialize};

/// To whom an image record is opened (AWS: `UserId`, `Group=all`, `OrganizationArn`; groups: ours).
///
/// The text forms are `all`, 12 digits, the id of an account group, and the name of an
/// organisation or of a unit of one. Order is by kind, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LaunchPermission {
    /// `all`: every account.
    Everybody,
    /// `123456789012`: the account of that number, whether or not there is one.
    Account(AccountNumber),
    /// `grp-…`: the members of an account group.
    Group(GroupId),
    /// `arn:aws:organizations::…`: kept for clients of the EC2 API; no account here is in one.
    Organization(OrganizationArn),
}

impl LaunchPermission {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the four.
    pub fn parse(text: &str) -> Result<Self, ParseLaunchPermissionError> {
        let refuse = |at, why: &dyn fmt::Display| {
            let message = format!(
                "{} names nobody who could launch an image: expected `all`, an account number of 12 digits, an account group `{}…` or `{ARN}…`{why}",
                quoted(text),
                GroupId::PREFIX
            );
            ParseLaunchPermissionError { at, message }
        };
        if text == "all" {
            Ok(Self::Everybody)
        } else if text.starts_with(GroupId::PREFIX) {
            let group = GroupId::parse(text);
            group
                .map(Self::Group)
                .map_err(|error: ParseIdError| refuse(error.at(), &""))
        } else if OrganizationArn::is_word(text) {
            Ok(Self::Organization(OrganizationArn(text.into())))
        } else if text.starts_with("arn:") {
            match OrganizationArn::misfit(text) {
                None => Ok(Self::Organization(OrganizationArn(text.into()))),
                Some(at) => Err(refuse(at, &format_args!("; stopped at byte {at}"))),
            }
        } else {
            let number = AccountNumber::parse(text);
            number
                .map(Self::Account)
                .map_err(|error: ParseAccountNumberError| refuse(error.at(), &""))
        }
    }
}

impl fmt::Display for LaunchPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.pad("all"),
            Self::Account(number) => number.fmt(f),
            Self::Group(group) => group.fmt(f),
            Self::Organization(arn) => f.pad(&arn.0),
        }
    }
}

text_form!(LaunchPermission, ParseLaunchPermissionError);

/// Why a text is no [`LaunchPermission`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLaunchPermissionError {
    at: usize,
    message: String,
}

impl ParseLaunchPermissionError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseLaunchPermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseLaunchPermissionError {}

/// The launch permissions of one image record, in the order in which they were given (AWS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchPermissions {
    /// Which record.
    pub image: ImageRecordId,
    /// To whom it is opened, each once.
    pub permissions: Vec<LaunchPermission>,
}

impl LaunchPermissions {
    /// The most launch permissions of a record.
    pub const MOST: usize = 1000;

    /// Those of a record that is opened to nobody.
    pub fn none(image: ImageRecordId) -> Self {
        Self {
            image,
            permissions: Vec::new(),
        }
    }

    /// The first of them that is among those that `holder` has: why she may launch.
    pub fn opening<'a>(&self, holder: &'a [LaunchPermission]) -> Option<&'a LaunchPermission> {
        holder.iter().find(|held| self.permissions.contains(held))
    }
}

/// What [`add_launch_permissions`] must know.
#[derive(Debug, Clone, Copy)]
pub struct LaunchPermissionFacts<'a> {
    /// The record that is opened.
    pub record: &'a ImageRecord,
    /// The account groups that the record's account owns, as far as they are named.
    pub groups: &'a [AccountGroup],
}

/// Launch permissions that were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLaunchPermissions {
    /// All that there are now.
    pub permissions: LaunchPermissions,
    /// Those that came, or went; the others were as they are.
    pub changed: Vec<LaunchPermission>,
    /// What is worth saying.
    pub warnings: Vec<Warning>,
}

/// Why launch permissions are not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchPermissionError {
    /// The record cannot be used, so nobody launches it (AWS).
    #[error("the image record {image} is {state}: enable or restore it before it is opened")]
    NotUsable {
        /// The record.
        image: ImageRecordId,
        /// Its state.
        state: &'static str,
    },
    /// The record's account owns no such group.
    #[error(
        "`{scope}` owns no account group `{group}`: an image is opened to groups of its own account"
    )]
    UnknownGroup {
        /// The scope of the record.
        scope: Scope,
        /// What was named.
        group: GroupId,
    },
    /// There would be too many.
    #[error("{image} would have {count} launch permissions, and {most} is the most: open it to an account group, or to all", most = LaunchPermissions::MOST)]
    TooMany {
        /// The record.
        image: ImageRecordId,
        /// How many there would be.
        count: usize,
    },
}

/// Opens a record to somebody, beside the tree of scopes (AWS, Symphony). Whom it is open to
/// already is passed over (AWS).
///
/// # Errors
///
/// The record is disabled or deleted, a group is none of its account, or there are too many.
pub fn add_launch_permissions(
    mut permissions: LaunchPermissions,
    wanted: &[LaunchPermission],
    facts: LaunchPermissionFacts<'_>,
) -> Result<ChangedLaunchPermissions, LaunchPermissionError> {
    let image = permissions.image;
    if !facts.record.lifecycle().is_usable() {
        let state = facts.record.lifecycle().as_str();
        return Err(LaunchPermissionError::NotUsable { image, state });
    }
    let account = facts.record.scope().account_scope();
    let mut changed = Vec::new();
    for one in wanted {
        if permissions.permissions.contains(one) {
            continue;
        }
        if let LaunchPermission::Group(group) = one {
            let owned =
                |known: &AccountGroup| known.id == *group && Some(&known.owner) == account.as_ref();
            if !facts.groups.iter().any(owned) {
                let scope = account.unwrap_or_else(Scope::global);
                let group = *group;
                return Err(LaunchPermissionError::UnknownGroup { scope, group });
            }
        }
        permissions.permissions.push(one.clone());
        changed.push(one.clone());
    }
    let count = permissions.permissions.len();
    if count > LaunchPermissions::MOST {
        return Err(LaunchPermissionError::TooMany { image, count });
    }
    // Who was told once is not told again with each account that comes.
    let warning = changed
        .contains(&LaunchPermission::Everybody)
        .then(|| guest_warning(facts.record, Audience::Everybody));
    Ok(ChangedLaunchPermissions {
        permissions,
        changed,
        warnings: warning.flatten().map(Warning::Guest).into_iter().collect(),
    })
}

/// Takes some launch permissions back and gives others, all or nothing (AWS: `LaunchPermission.Add`
/// and `.Remove` of one call). One that is both taken and given is given.
///
/// # Errors
///
/// As of [`add_launch_permissions`].
pub fn change_launch_permissions(
    permissions: LaunchPermissions,
    wanted: &[LaunchPermission],
    unwanted: &[LaunchPermission],
    facts: LaunchPermissionFacts<'_>,
) -> Result<ChangedLaunchPermissions, LaunchPermissionError> {
    let unwanted: Vec<_> = unwanted
        .iter()
        .filter(|one| !wanted.contains(one))
        .cloned()
        .collect();
    let removed = remove_launch_permissions(permissions, &unwanted);
    if wanted.is_empty() {
        return Ok(removed);
    }
    let mut changed = add_launch_permissions(removed.permissions, wanted, facts)?;
    changed.changed.splice(0..0, removed.changed);
    Ok(changed)
}

/// Takes launch permissions back; those that were not given are passed over (AWS).
pub fn remove_launch_permissions(
    mut permissions: LaunchPermissions,
    unwanted: &[LaunchPermission],
) -> ChangedLaunchPermissions {
    let (changed, kept) = permissions
        .permissions
        .into_iter()
        .partition(|one| unwanted.contains(one));
    permissions.permissions = kept;
    ChangedLaunchPermissions {
        permissions,
        changed,
        warnings: Vec::new(),
    }
}

impl ImageRecord {
    /// The record as another account sees it that it was opened to: the image and what is inside,
    /// and nothing else of the account that holds it.
    ///
    /// AWS: tags are not shared. Ours: for its scope and its maker stands the account; credential,
    /// snapshots, keys, source, manifest and replacement, which name other things of the account, are
    /// left out, and so is what it does with the image: protection, state, the last launch.
    #[must_use]
    pub fn as_opened(&self) -> Self {
        let mut fields = self.fields().clone();
        if let Some(account) = fields.scope.account_scope() {
            // INVARIANT: the name of an account reads as a principal.
            if let Ok(account) = PrincipalId::parse(account.account().unwrap_or_default()) {
                fields.created_by = account;
            }
            fields.scope = account;
        }
        fields.credential = None;
        fields.devices = fields.devices.elsewhere();
        fields.protection = Protection::Off;
        fields.ec2.manifest = None;
        fields.ec2.source_instance = None;
        fields.ec2.last_launched = None;
        fields.ec2.state_reason = None;
        fields.ec2.source_image = None;
        fields.ec2.source_region = None;
        fields.tags.clear();
        fields.labels = Labels::default();
        fields.ec2.client_token = None;
        fields.origin = Origin::default();
        fields.lifecycle = match fields.lifecycle {
            Lifecycle::Deprecated { from, reason, .. } => Lifecycle::Deprecated {
                from,
                reason,
                replacement: None,
            },
            // What cannot be used is not shown.
            other => other,
        };
        Self::new(fields)
    }
}
