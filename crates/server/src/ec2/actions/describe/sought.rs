//! Which images a request wants.

use super::unfinished;
use crate::ec2::asking::Asking;
use atlas_ec2::{
    DescribeImages, Ec2Error, ExecutableBy, Filters, ImageField, ImageState, Narrowing, Owner,
    Pattern,
};
use cloud_atlas::{
    ImageQuery, LaunchableImage,
    image::{DiskImage, ImageName, LabelKey, LabelValue, LaunchPermission, LifecycleState},
    image_id::AmiId,
    scope::AccountNumber,
};
use std::collections::BTreeSet;

/// Which images a request wants.
pub(super) struct Sought<'a> {
    pub(super) asking: &'a Asking<'a>,
    pub(super) ask: &'a DescribeImages,
    filters: Filters<ImageField>,
}

/// One list of those that are read one after the other.
pub(super) struct ImageList<'n> {
    pub(super) query: ImageQuery,
    /// The name that all of it have been given.
    name: Option<&'n str>,
}

impl ImageList<'_> {
    /// Whether an image is in this list, and not in that of a name that begins like it.
    pub(super) fn has(&self, image: &LaunchableImage) -> bool {
        let given = image.record.given_name().map(ImageName::as_str);
        self.name.is_none_or(|name| given == Some(name))
    }
}

impl<'a> Sought<'a> {
    pub(super) fn new(asking: &'a Asking<'a>, ask: &'a DescribeImages) -> Result<Self, Ec2Error> {
        let filters = Filters::read(&ask.filters)?;
        Ok(Self {
            asking,
            ask,
            filters,
        })
    }

    /// Whether nothing can be as the filters say.
    pub(super) fn is_nothing(&self) -> bool {
        self.filters.narrowing().is_nothing
    }

    /// The only ids that there can be, if the filters say so.
    pub(super) fn only_ids(&self) -> Option<Vec<AmiId>> {
        let ids = self.filters.narrowing().image_ids?;
        Some(
            ids.into_iter()
                .filter_map(|id| AmiId::parse(id).ok())
                .collect(),
        )
    }

    /// Whether an image is wanted, which the caller sees (E03). One that is named by its id is shown
    /// disabled too.
    pub(super) fn admits(&self, image: &LaunchableImage, is_named: bool) -> bool {
        let lifecycle = image.record.lifecycle();
        let is_shown = match ImageState::of(lifecycle) {
            ImageState::Available => {
                // AWS: owners always see theirs.
                image.is_own
                    || self.ask.include_deprecated
                    || !lifecycle.is_deprecated(self.asking.now)
            }
            ImageState::Disabled => is_named || self.ask.include_disabled,
            _ => false,
        };
        is_shown
            && self.is_of_owners(image)
            && self.is_executable(image)
            && (self.filters.is_empty() || self.filters.hold(&self.asking.item(image)))
    }

    fn is_of_owners(&self, image: &LaunchableImage) -> bool {
        let is_of = |owner: &Owner| match owner {
            Owner::Myself => image.is_own,
            Owner::Account(number) => self.asking.owner(image) == *number,
            Owner::Alias(alias) => {
                let known = image.record.ec2().owner_alias.as_ref();
                known.is_some_and(|known| known.as_str() == &**alias)
            }
            _ => false,
        };
        self.ask.owners.is_empty() || self.ask.owners.iter().any(is_of)
    }

    fn is_executable(&self, image: &LaunchableImage) -> bool {
        let own = self.asking.account();
        let is_by = |by: &ExecutableBy| match by {
            ExecutableBy::Everybody => image.is_public,
            ExecutableBy::Myself => is_opened_to(image, own, own),
            ExecutableBy::Account(number) => is_opened_to(image, *number, own),
            _ => false,
        };
        self.ask.executable_by.is_empty() || self.ask.executable_by.iter().any(is_by)
    }

    /// What is asked of the engine: more than the filters let through, and little more where an index
    /// serves them. Of several names each is looked up.
    pub(super) fn lists(&self) -> Vec<ImageList<'_>> {
        let query = self.query();
        let names = self.filters.narrowing().names.unwrap_or_default();
        let names: BTreeSet<&str> = names.into_iter().collect();
        if names.is_empty() || names.iter().any(|name| is_like_id(name)) {
            return vec![ImageList { query, name: None }];
        }
        let list = |name| {
            let mut query = query.clone();
            query.name_begins = Some(str::to_owned(name));
            let name = Some(name);
            ImageList { query, name }
        };
        names.into_iter().map(list).collect()
    }

    fn query(&self) -> ImageQuery {
        let scope = self.asking.scope();
        let mut query = ImageQuery::new(scope.clone());
        query.location = Some(self.asking.location.clone());
        let Narrowing {
            name_prefix,
            name_pattern,
            tags,
            tag_keys,
            states,
            ..
        } = self.filters.narrowing();
        let like = name_pattern.filter(|pattern| !fits_id(pattern));
        query.name_like = like.map(ToString::to_string);
        let start = name_prefix.filter(|start| !is_like_id(start));
        query.name_begins = start.map(str::to_owned);
        for (key, values) in &tags {
            if let Ok(key) = LabelKey::parse(key) {
                let value = match values.as_slice() {
                    [value] => LabelValue::parse(value).ok(),
                    _ => None,
                };
                query.labels.insert(key, value);
            }
        }
        if let Some([key]) = tag_keys.as_deref()
            && let Ok(key) = LabelKey::parse(key)
        {
            query.labels.entry(key).or_insert(None);
        }
        if let Some(["disabled"]) = states.as_deref() {
            query.state = Some(LifecycleState::Disabled);
        }
        // What is its own can be nowhere else than at an account itself.
        if self.ask.owners == [Owner::Myself] && scope.account_scope().as_ref() == Some(scope) {
            query.at = Some(scope.clone());
        }
        query
    }

    /// Whether images can be wanted that are being made: they are private, and have no tags.
    pub(super) fn seeks_unfinished(&self) -> bool {
        let Narrowing {
            tags,
            tag_keys,
            states,
            ..
        } = self.filters.narrowing();
        let is_unfinished = |state: &&str| matches!(*state, "pending" | "failed");
        let has_state = states.is_none_or(|states| states.iter().any(is_unfinished));
        has_state && tags.is_empty() && tag_keys.is_none() && self.is_of_me()
    }

    fn is_of_me(&self) -> bool {
        let own = self.asking.account();
        let is_me = |owner: &Owner| match owner {
            Owner::Myself => true,
            Owner::Account(number) => *number == own,
            _ => false,
        };
        let is_own = self.ask.owners.is_empty() || self.ask.owners.iter().any(is_me);
        is_own && self.ask.executable_by.is_empty()
    }

    /// Whether an image is wanted that is being made, or failed.
    pub(super) fn admits_unfinished(&self, image: &DiskImage) -> bool {
        let item = unfinished::item(image, self.asking.account());
        image.location == self.asking.location
            && self.is_of_me()
            && item.is_some_and(|item| self.filters.hold(&item))
    }
}

/// Whether an image is opened to an account by name, as far as the caller is told.
fn is_opened_to(image: &LaunchableImage, account: AccountNumber, own: AccountNumber) -> bool {
    let by = image.opened_by.as_ref();
    let to_me = by.is_some_and(|by| *by != LaunchPermission::Everybody);
    image
        .permissions
        .contains(&LaunchPermission::Account(account))
        || (account == own && to_me)
}

/// Whether a name that begins so may be an id: an image that was given no name is called as its id.
fn is_like_id(start: &str) -> bool {
    const PREFIX: &str = "ami-";
    start.starts_with(PREFIX) || PREFIX.starts_with(start)
}

/// Whether an id fits a pattern, as which an image is called that was given no name.
fn fits_id(pattern: &Pattern) -> bool {
    const DIGITS: [&str; 32] = ["0123456789abcdef"; 32];
    [8, 17, 32].into_iter().any(|digits| {
        let digits = DIGITS.into_iter().take(digits);
        let places: Vec<_> = ["a", "m", "i", "-"].into_iter().chain(digits).collect();
        pattern.fits_any_of(&places)
    })
}
