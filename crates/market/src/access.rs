//! Whether those whom a publication is meant for may launch its images.

mod decide;
mod text;

pub(crate) use self::decide::{CheckedImages, TooMuch};

use crate::Admit;
use atlas_history::RevisionRef;
use atlas_image::{CloudText, ImageRecord, ImageRecordId, LaunchPermission, WorkAction};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{AccountNumber, Scope};
use core::fmt;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// What the publisher's side knows of one image.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct KnownImage<'a> {
    /// The record that counts at the scope of the lineage, if there is one.
    pub record: Option<&'a ImageRecord>,
    /// To whom the record is opened.
    pub permissions: &'a [LaunchPermission],
    /// Whom the cloud itself lets launch it.
    pub in_cloud: Option<&'a CloudAccess>,
    /// Whether the record is another account's, which opened it to the publisher.
    pub is_foreign: bool,
}

impl<'a> KnownImage<'a> {
    /// An image of which there is no record.
    pub fn unregistered() -> Self {
        Self::default()
    }

    /// An image with its record and the record's launch permissions; the cloud was not asked.
    pub fn of(record: &'a ImageRecord, permissions: &'a [LaunchPermission]) -> Self {
        Self {
            record: Some(record),
            permissions,
            in_cloud: None,
            is_foreign: false,
        }
    }

    /// The same, of a record that another account opened to the publisher: whom else it lets launch
    /// the image is not the publisher's to know, nor to change.
    #[must_use]
    pub fn of_another(self) -> Self {
        Self {
            is_foreign: true,
            ..self
        }
    }

    /// The same with what its cloud says.
    #[must_use]
    pub fn with_cloud(self, in_cloud: &'a CloudAccess) -> Self {
        Self {
            in_cloud: Some(in_cloud),
            ..self
        }
    }
}

/// Whom a cloud lets launch an image, where somebody asked it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an image is open to all or to some of its cloud's accounts"
)]
pub enum CloudAccess {
    /// Every account of the cloud.
    Everybody,
    /// These, in the words of the cloud.
    Accounts(BTreeSet<CloudText>),
}

/// What is known of an account that a publication is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its number here.
    pub number: AccountNumber,
    /// How clouds call it, where that is known. Its number here is its name in our repository alone:
    /// the same digits in a cloud may be a stranger.
    pub in_clouds: BTreeMap<Cloud, CloudText>,
}

impl KnownAccount {
    /// An account of which nobody said how clouds call it.
    pub fn new(number: AccountNumber) -> Self {
        Self {
            number,
            in_clouds: BTreeMap::new(),
        }
    }
}

/// Whom an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "everybody, or somebody")]
pub enum Audience {
    /// Every account there is or will be: what is public.
    Everybody,
    /// One account.
    Account(Scope),
}

impl Audience {
    /// The account; none where everybody is meant.
    pub fn account(&self) -> Option<&Scope> {
        match self {
            Self::Everybody => None,
            Self::Account(account) => Some(account),
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.pad("everybody"),
            Self::Account(account) => account.fmt(f),
        }
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether somebody may launch an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "yes, no, or nobody knows")]
pub enum Answer {
    /// She may.
    Yes,
    /// She may not.
    No,
    /// It is not known.
    Unknown,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        })
    }
}

/// What an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AccessReason {
    /// A launch permission of the record opens it.
    Opened,
    /// The cloud says that it is shared with the account.
    InCloud,
    /// No launch permission opens it.
    Private,
    /// The cloud says that it is not shared with the account.
    NotInCloud,
    /// Its record is disabled or deleted: nobody launches it.
    NotUsable,
    /// It has no record, so nobody knows to whom it is open.
    Unregistered,
    /// It is opened to an organisation of the cloud, and the account may be in that.
    Organization,
    /// Its record is another account's, which tells nobody to whom else it is opened.
    Foreign,
}

impl AccessReason {
    /// The answer that it gives.
    pub fn answer(self) -> Answer {
        match self {
            Self::Opened | Self::InCloud => Answer::Yes,
            Self::Private | Self::NotInCloud | Self::NotUsable => Answer::No,
            Self::Unregistered | Self::Organization | Self::Foreign => Answer::Unknown,
        }
    }
}

/// Whether one account may launch one image, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountAccess {
    /// Which account.
    pub account: Audience,
    /// The answer.
    pub answer: Answer,
    /// Why.
    pub why: AccessReason,
}

/// Whether those whom a publication is meant for may launch one of its private images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImageAccess {
    /// Where the image is.
    pub location: CloudLocation,
    /// The cloud's id of it.
    pub image_id: ImageId,
    /// Its record at the publisher, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<ImageRecordId>,
    /// The revisions that name it.
    pub used_by: BTreeSet<RevisionRef>,
    /// The answers, by account.
    pub accounts: Vec<AccountAccess>,
    /// The launch permissions that would open the record to all who may not launch it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub open_with: BTreeSet<LaunchPermission>,
    /// The work order that would share the image in its cloud with those who may not launch it, as
    /// far as it is known how the cloud calls them: one for all, since only one can be open at a
    /// time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<WorkAction>,
}

/// Whether every account that a publication is meant for may launch every private image in it
/// (RightScale warned of it; the list is ours). `Display` writes it as a table.
///
/// Private is what the publisher has not opened to all: an image whose record is opened to
/// everybody, or shared at `/`, is passed over, and so is one that its cloud or its kind of id opens
/// to all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccessCheck {
    /// The private images, by location and id.
    pub images: Vec<ImageAccess>,
    /// How many other images there are, which are open to all.
    pub open: usize,
}

impl AccessCheck {
    /// The most answers that a check gives: images times accounts.
    pub const MOST: usize = 1_000_000;

    /// How many of its answers are these.
    pub fn count(&self, answer: Answer) -> usize {
        let all = self.images.iter().flat_map(|image| &image.accounts);
        all.filter(|access| access.answer == answer).count()
    }

    /// Whether one may publish who lets this pass: nothing else in it is `no` or unknown.
    pub fn passes(&self, admit: Admit) -> bool {
        (admit.private || self.count(Answer::No) == 0)
            && (admit.unknown || self.count(Answer::Unknown) == 0)
    }
}
