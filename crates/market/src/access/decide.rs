//! The answers of the access check.

use super::{
    AccessCheck, AccessReason, AccountAccess, Answer, Audience, CloudAccess, ImageAccess,
    KnownAccount, KnownImage,
};
use crate::{Visibility, visibility::Members};
use atlas_history::RevisionRef;
use atlas_image::{CloudText, ImageRecord, ImageRecordId, LaunchPermission, WorkAction};
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId};
use atlas_mci::Content;
use atlas_scope::{AccountNumber, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// The images of the revisions that are published together, each once: by location, id and record,
/// since MultiCloud Images of two scopes may find two records of one image.
#[derive(Debug, Default)]
pub(crate) struct CheckedImages<'a>(BTreeMap<Key<'a>, Checked<'a>>);

type Key<'a> = (&'a CloudLocation, String, Option<ImageRecordId>);

#[derive(Debug)]
struct Checked<'a> {
    image_id: &'a ImageId,
    known: KnownImage<'a>,
    used_by: BTreeSet<RevisionRef>,
}

/// There would be more answers than a check gives.
#[derive(Debug)]
pub(crate) struct TooMuch {
    pub(crate) images: usize,
    pub(crate) accounts: usize,
}

impl<'a> CheckedImages<'a> {
    /// Adds the images of a content; what is known of them stands by the location of the setting.
    pub(crate) fn add(
        &mut self,
        used_by: RevisionRef,
        content: &'a Content,
        known: &BTreeMap<CloudLocation, KnownImage<'a>>,
    ) {
        for (location, setting) in content.settings() {
            let image_id = setting.image();
            let known = known.get(location).copied().unwrap_or_default();
            let record = known.record.map(ImageRecord::id);
            let key = (location, image_id.equality_key().into_owned(), record);
            let checked = self.0.entry(key).or_insert_with(|| Checked {
                image_id,
                known,
                used_by: BTreeSet::new(),
            });
            checked.used_by.insert(used_by);
        }
    }

    /// Decides for each private image whether all whom `target` reaches may launch it.
    pub(crate) fn check(
        &self,
        target: &Visibility,
        members: &Members<'_>,
        accounts: &BTreeMap<Scope, KnownAccount>,
    ) -> Result<AccessCheck, TooMuch> {
        let audiences = match target {
            Visibility::Public => vec![Audience::Everybody],
            Visibility::Groups(groups) => {
                let reached = members.all(groups).into_iter().cloned();
                reached.map(Audience::Account).collect()
            }
        };
        let all = self.0.iter();
        let all = all.map(|((location, _, _), checked)| (*location, checked));
        let private = all.filter(|(location, checked)| !checked.is_open(location.cloud()));
        let private: Vec<_> = private.collect();
        let pairs = private.len().saturating_mul(audiences.len());
        if pairs > AccessCheck::MOST {
            return Err(TooMuch {
                images: private.len(),
                accounts: audiences.len(),
            });
        }
        let open = self.0.len() - private.len();
        let asked = Asked {
            target,
            members,
            accounts,
        };
        let images = private
            .into_iter()
            .map(|(location, checked)| checked.access(location, &audiences, &asked));
        Ok(AccessCheck {
            images: images.collect(),
            open,
        })
    }
}

/// What the answers for every image go by.
struct Asked<'a> {
    target: &'a Visibility,
    members: &'a Members<'a>,
    accounts: &'a BTreeMap<Scope, KnownAccount>,
}

impl Asked<'_> {
    /// How a cloud calls an account; our own repository knows it by its number.
    fn name_in(&self, cloud: Cloud, audience: &Audience) -> Option<CloudText> {
        let account = match audience {
            Audience::Everybody => {
                let everybody = match cloud {
                    Cloud::Gcp => "allAuthenticatedUsers",
                    _ => "all",
                };
                return CloudText::parse(everybody).ok();
            }
            Audience::Account(account) => self.accounts.get(account)?,
        };
        match account.in_clouds.get(&cloud) {
            Some(name) => Some(name.clone()),
            None if cloud == Cloud::Local => CloudText::parse(&account.number.to_string()).ok(),
            None => None,
        }
    }

    /// The launch permissions that reach those who may not launch: the target groups that they are
    /// in, so that whoever joins later may launch as well.
    fn permissions(&self, lacking: &BTreeSet<&Audience>) -> BTreeSet<LaunchPermission> {
        let Visibility::Groups(groups) = self.target else {
            return BTreeSet::from([LaunchPermission::Everybody]);
        };
        let lacking: BTreeSet<&Scope> = lacking.iter().filter_map(|it| it.account()).collect();
        let lacks = |account: &Scope| lacking.contains(account);
        let reached = groups
            .iter()
            .filter(|group| self.members.group(*group).any(lacks));
        reached.map(LaunchPermission::Group).collect()
    }
}

/// To whom the launch permissions of one record open it.
struct Opened<'a> {
    numbers: BTreeSet<AccountNumber>,
    members: BTreeSet<&'a Scope>,
    has_organization: bool,
}

impl<'a> Opened<'a> {
    fn by(permissions: &[LaunchPermission], members: &Members<'a>) -> Self {
        let mut opened = Self {
            numbers: BTreeSet::new(),
            members: BTreeSet::new(),
            has_organization: false,
        };
        for permission in permissions {
            match permission {
                LaunchPermission::Account(number) => {
                    opened.numbers.insert(*number);
                }
                LaunchPermission::Group(group) => opened.members.extend(members.group(*group)),
                LaunchPermission::Organization(_) => opened.has_organization = true,
                // What is open to everybody is not asked about: see `is_open`.
                _ => {}
            }
        }
        opened
    }

    fn has(&self, account: &Scope, known: Option<&KnownAccount>) -> bool {
        self.members.contains(account)
            || known.is_some_and(|known| self.numbers.contains(&known.number))
    }
}

impl Checked<'_> {
    /// Whether everybody may launch it: nothing of the publisher's keeps anybody out.
    fn is_open(&self, cloud: Cloud) -> bool {
        let is_usable = self
            .known
            .record
            .is_none_or(|it| it.lifecycle().is_usable());
        let by_record = self
            .known
            .permissions
            .contains(&LaunchPermission::Everybody)
            || self
                .known
                .record
                .is_some_and(|it| *it.scope() == Scope::global() && it.shared());
        let by_cloud = self.known.in_cloud == Some(&CloudAccess::Everybody);
        is_usable && (by_record || by_cloud || cloud == Cloud::Azure && is_offered(self.image_id))
    }

    fn access(
        &self,
        location: &CloudLocation,
        audiences: &[Audience],
        asked: &Asked<'_>,
    ) -> ImageAccess {
        let cloud = location.cloud();
        let opened = Opened::by(self.known.permissions, asked.members);
        let answer = |audience: &Audience| {
            let why = self.why(cloud, audience, &opened, asked);
            AccountAccess {
                account: audience.clone(),
                answer: why.answer(),
                why,
            }
        };
        let accounts: Vec<_> = audiences.iter().map(answer).collect();
        let refused = accounts.iter().filter(|it| it.answer == Answer::No);
        let refused: BTreeSet<_> = refused.map(|it| &it.account).collect();
        let (open_with, order) = self.remedy(cloud, &refused, asked);
        ImageAccess {
            location: location.clone(),
            image_id: self.image_id.clone(),
            record: self.known.record.map(ImageRecord::id),
            used_by: self.used_by.clone(),
            accounts,
            open_with,
            order,
        }
    }

    fn why(
        &self,
        cloud: Cloud,
        audience: &Audience,
        opened: &Opened<'_>,
        asked: &Asked<'_>,
    ) -> AccessReason {
        let record = self.known.record;
        if self.known.is_foreign {
            return AccessReason::Foreign;
        }
        if record.is_some_and(|it| !it.lifecycle().is_usable()) {
            return AccessReason::NotUsable;
        }
        let account = audience.account();
        if let Some(CloudAccess::Accounts(shared)) = self.known.in_cloud {
            match asked.name_in(cloud, audience) {
                Some(name) if account.is_some() && shared.contains(&name) => {
                    return AccessReason::InCloud;
                }
                // Nobody knows how the cloud calls it: what the record says is all there is.
                None if account.is_some() => {}
                _ => return AccessReason::NotInCloud,
            }
        }
        match account {
            Some(account) if opened.has(account, asked.accounts.get(account)) => {
                AccessReason::Opened
            }
            _ if record.is_none() => AccessReason::Unregistered,
            Some(_) if opened.has_organization => AccessReason::Organization,
            _ => AccessReason::Private,
        }
    }

    /// What would open the image to those who may not launch it.
    fn remedy(
        &self,
        cloud: Cloud,
        refused: &BTreeSet<&Audience>,
        asked: &Asked<'_>,
    ) -> (BTreeSet<LaunchPermission>, Option<WorkAction>) {
        let usable = self.known.record.filter(|it| it.lifecycle().is_usable());
        let usable = usable.filter(|_| !self.known.is_foreign);
        let Some(record) = usable.filter(|_| !refused.is_empty()) else {
            return (BTreeSet::new(), None);
        };
        let names = refused.iter();
        let names = names.filter_map(|audience| asked.name_in(cloud, audience));
        // Without a name there is nothing to order, and the refusal to order it says no more.
        let order = WorkAction::share(record, names.collect(), BTreeSet::new()).ok();
        (asked.permissions(refused), order)
    }
}

/// Whether everybody in the cloud may launch what has such an id: what the marketplace of a cloud
/// and its community galleries offer (Azure).
fn is_offered(image: &ImageId) -> bool {
    matches!(
        image.kind(),
        IdKind::Urn
            | IdKind::Alias
            | IdKind::CommunityGalleryImage
            | IdKind::CommunityGalleryVersion
    )
}
