//! Filters (E03): all must hold, each by any of its values.

mod fields;
mod pattern;

pub use self::{
    fields::{
        ImageField, ImportTaskField, InstanceField, RegionField, SnapshotField, TagField,
        VolumeField, ZoneField,
    },
    pattern::Pattern,
};
use crate::{Ec2Error, ErrorCode, FilterParameter};

/// A name that a filter can have.
pub trait FilterField: Sized {
    /// Reads the name; none where there is no such filter. Names are in lower case.
    fn parse(name: &str) -> Option<Self>;
}

/// Something that filters can look at.
pub trait Filtered<F> {
    /// Whether any value that it has in this field is as `fits` says. Flags are `true` and `false`.
    fn any(&self, field: &F, fits: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// Filters of one request, compiled (E03): all must hold, each by any of its values.
///
/// In a value `*` stands for any text and `?` for one character; `\` takes the meaning from the
/// character behind it. Case counts.
///
/// ```
/// use atlas_ec2::{FilterParameter, Filters, TagField, TagItem};
///
/// let filters = Filters::<TagField>::new([("key", ["team*"]), ("value", ["a"])])?;
/// let tag = TagItem { resource_id: "ami-1", resource_type: "image", key: "team-1", value: "a" };
/// assert!(filters.hold(&tag));
/// assert!(!filters.hold(&TagItem { value: "b", ..tag }));
/// assert!(Filters::<TagField>::new([("colour", ["red"])]).is_err());
/// # Ok::<(), atlas_ec2::Ec2Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters<F> {
    all: Vec<(F, Vec<Pattern>)>,
}

/// The most filters of a request (AWS).
pub const MAX_FILTERS: usize = 50;
/// The most values of a filter (AWS).
pub const MAX_FILTER_VALUES: usize = 200;

impl<F: FilterField> Filters<F> {
    /// Compiles the filters of a request.
    ///
    /// # Errors
    ///
    /// One has no name, or none that the action knows; there are too many, or too many values.
    pub fn read(parameters: &[FilterParameter]) -> Result<Self, Ec2Error> {
        let filters = parameters.iter();
        Self::of(filters.map(|filter| (filter.name.as_deref(), filter.values.iter())))
    }

    /// Compiles filters that are given as names and values.
    ///
    /// # Errors
    ///
    /// As of [`read`](Self::read).
    pub fn new<'a, V: IntoIterator<Item = &'a str>>(
        filters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<Self, Ec2Error> {
        Self::of(
            filters
                .into_iter()
                .map(|(name, values)| (Some(name), values)),
        )
    }

    fn of<N: AsRef<str>, V: IntoIterator<Item: AsRef<str>>>(
        filters: impl Iterator<Item = (Option<N>, V)>,
    ) -> Result<Self, Ec2Error> {
        let mut all = Vec::new();
        for (name, values) in filters {
            let name = name.as_ref().map(AsRef::as_ref);
            let field = name.and_then(F::parse);
            let field = field.ok_or_else(|| Ec2Error::invalid_filter(name))?;
            let patterns: Vec<_> = values
                .into_iter()
                .map(|value| Pattern::new(value.as_ref()))
                .collect();
            if patterns.len() > MAX_FILTER_VALUES {
                let message = format!(
                    "The maximum number of filter values specified on a single call is {MAX_FILTER_VALUES}"
                );
                return Err(Ec2Error::new(ErrorCode::FilterLimitExceeded, message));
            }
            all.push((field, patterns));
            if all.len() > MAX_FILTERS {
                let message =
                    format!("The maximum number of filters on a single call is {MAX_FILTERS}");
                return Err(Ec2Error::new(ErrorCode::FilterLimitExceeded, message));
            }
        }
        Ok(Self { all })
    }
}

impl<F> Filters<F> {
    /// No filters, which hold of everything.
    pub fn none() -> Self {
        Self { all: Vec::new() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether all of them hold.
    pub fn hold(&self, item: &(impl Filtered<F> + ?Sized)) -> bool {
        self.all.iter().all(|(field, patterns)| {
            item.any(field, &mut |value| {
                patterns.iter().any(|pattern| pattern.fits(value))
            })
        })
    }

    /// Those that hold, of many.
    pub fn filter<I: Filtered<F>>(
        &self,
        items: impl IntoIterator<Item = I>,
    ) -> impl Iterator<Item = I> {
        items.into_iter().filter(|item| self.hold(item))
    }
}

impl<F: PartialEq> Filters<F> {
    /// The patterns of every filter with this name.
    pub fn of_field<'a>(&'a self, field: &'a F) -> impl Iterator<Item = &'a [Pattern]> {
        let named = self.all.iter().filter(move |(known, _)| known == field);
        named.map(|(_, patterns)| patterns.as_slice())
    }

    /// The only values that a field may have, if the filters say so: those of the shortest filter of
    /// this name without wildcards.
    pub fn exact<'a>(&'a self, field: &'a F) -> Option<Vec<&'a str>> {
        let exact = self.of_field(field).filter_map(|patterns| {
            let texts = patterns.iter().map(Pattern::exact);
            texts.collect::<Option<Vec<_>>>()
        });
        exact.min_by_key(Vec::len)
    }

    /// What every value of a field begins with, if the filters say so: the longest of the prefixes that
    /// filters of one value name; never an empty one.
    pub fn prefix<'a>(&'a self, field: &'a F) -> Option<&'a str> {
        let prefixes = self.of_field(field).filter_map(|patterns| match patterns {
            [one] => Some(one.prefix()),
            _ => None,
        });
        let longest = prefixes.max_by_key(|prefix| prefix.len());
        longest.filter(|prefix| !prefix.is_empty())
    }
}

/// By what images can be looked up rather than looked through. Each part alone is a superset of
/// what the filters let through; the filters are still to be asked of what is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Narrowing<'a> {
    /// The only ids.
    pub image_ids: Option<Vec<&'a str>>,
    /// The only names.
    pub names: Option<Vec<&'a str>>,
    /// What names begin with.
    pub name_prefix: Option<&'a str>,
    /// A pattern that names fit.
    pub name_pattern: Option<&'a Pattern>,
    /// A tag's key with its only values, for each such filter.
    pub tags: Vec<(&'a str, Vec<&'a str>)>,
    /// The only keys of which a tag is there.
    pub tag_keys: Option<Vec<&'a str>>,
    /// The only states, in EC2's words.
    pub states: Option<Vec<&'a str>>,
    /// The only snapshots that devices begin with.
    pub snapshots: Option<Vec<&'a str>>,
    /// Whether nothing can be let through.
    pub is_nothing: bool,
}

impl Filters<ImageField> {
    /// By what the images can be looked up.
    pub fn narrowing(&self) -> Narrowing<'_> {
        let tags = self.all.iter().filter_map(|(field, patterns)| match field {
            ImageField::Tag(key) => {
                let values: Option<Vec<_>> = patterns.iter().map(Pattern::exact).collect();
                Some((&**key, values?))
            }
            _ => None,
        });
        Narrowing {
            image_ids: self.exact(&ImageField::ImageId),
            names: self.exact(&ImageField::Name),
            name_prefix: self.prefix(&ImageField::Name),
            name_pattern: self.of_field(&ImageField::Name).find_map(single),
            tags: tags.collect(),
            tag_keys: self.exact(&ImageField::TagKey),
            states: self.exact(&ImageField::State),
            snapshots: self.exact(&ImageField::DeviceSnapshotId),
            is_nothing: self
                .all
                .iter()
                .any(|(field, patterns)| patterns.is_empty() || *field == ImageField::Meaningless),
        }
    }
}

/// The only value of a filter.
fn single(patterns: &[Pattern]) -> Option<&Pattern> {
    match patterns {
        [one] => Some(one),
        _ => None,
    }
}
