//! Which image records are wanted, and through which index they are read.

use crate::{Error, events::micros, tables::partition_of};
use atlas_base::{Tag, Timestamp};
use atlas_image::{
    Architecture, LabelKey, LabelValue, LifecycleState, OsFacts, OsText, ParseTextError,
};
use atlas_image_id::{Cloud, CloudLocation};
use atlas_scope::{PrincipalId, Scope};
use atlas_store::{Condition, Parts, Query, Scalar, Within};
use std::collections::{BTreeMap, BTreeSet};

/// Which image records are wanted: those that a scope sees and that meet every filter that is set.
///
/// Records come scope by scope, from the nearest upward. Within a scope they are read through the
/// index that leaves the fewest to look at, and come in its order:
///
/// | filter that is set | index | order |
/// |---|---|---|
/// | `since`, `before` or `newest_first` | scope, moment of registration | the newest first |
/// | else `name_begins`, or `name_like` that does not begin with a wildcard | scope, name | by name |
/// | else `labels` | scope, label: the first in order, of one value if there is such | by value, then by id |
/// | else `state` is deleted | scope, end in the bin | by the moment from which on they can be purged |
/// | else `os` with a generation | scope, operating system | by family, generation, version |
/// | else `name_like` | scope, name | by name |
/// | else `location` | scope, location, image id | by location and image id |
/// | else `tags` | scope, tag: the first in order | by id |
/// | else `os` that is not unknown | scope, operating system | by family, generation, version |
/// | else `cloud`, or none of these | scope, location, image id | by location and image id |
///
/// All other filters are asked of each record that the index leads to: alone they read every record
/// of the scopes. Those of location and cloud are asked before a record is read where the order is
/// by location, and those of names where it is by name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageQuery {
    /// The scope from which they are seen.
    pub from: Scope,
    /// Only those of this cloud, any installation of it.
    pub cloud: Option<Cloud>,
    /// Only those at this location or below it.
    pub location: Option<CloudLocation>,
    /// Only those with this operating system inside.
    pub os: Option<OsFilter>,
    /// Only those for this architecture.
    pub architecture: Option<Architecture>,
    /// Only those that were given a name that begins so. Capital letters count.
    pub name_begins: Option<String>,
    /// Only those that were given a name that this pattern fits as a whole: `*` stands for any
    /// characters, `?` for one, and what follows `\` for itself. Capital letters count.
    pub name_like: Option<String>,
    /// Only those that were given a name with this in it. Capital letters count.
    pub name_contains: Option<String>,
    /// Only those in this state; all but the deleted ones unless it is said.
    pub state: Option<LifecycleState>,
    /// Deleted ones too; it means nothing where a state is said.
    pub deleted: bool,
    /// Only those with all of these tags.
    pub tags: BTreeSet<Tag>,
    /// Only those with all of these labels, of a value or of any.
    pub labels: BTreeMap<LabelKey, Option<LabelValue>>,
    /// Only those that this scope holds: `from` itself, or one above it. What launch permissions
    /// open is held elsewhere.
    pub at: Option<Scope>,
    /// Only those that this principal registered.
    pub by: Option<PrincipalId>,
    /// Only those of which this is known of the agent that runs scripts.
    pub agent: Option<AgentState>,
    /// Only those that were registered then or later.
    pub since: Option<Timestamp>,
    /// Only those that were registered before that.
    pub before: Option<Timestamp>,
    /// Only those that nothing uses, as far as the caller is told: what she does not see counts
    /// where she may delete the record. It is looked up for each record that all else admits.
    pub unused: bool,
    /// Whether the newest of a scope comes first, whatever else is asked for.
    pub newest_first: bool,
}

/// What is known of an agent, without which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentState {
    /// There is one.
    Installed,
    /// There is none.
    Absent,
    /// Nobody said.
    Unknown,
}

impl AgentState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

/// An operating system, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OsFilter {
    /// The family: `ubuntu`, `windows`.
    pub family: OsText,
    /// The generation; any where there is none.
    pub generation: Option<OsText>,
    /// The exact version; any where there is none.
    pub version: Option<OsText>,
}

impl OsFilter {
    /// Any generation of a family.
    pub fn family(family: OsText) -> Self {
        Self {
            family,
            generation: None,
            version: None,
        }
    }

    /// Whether those are wanted of which nobody has said the operating system: no family is called
    /// so.
    pub fn is_unknown(&self) -> bool {
        self.family.as_str() == OsFacts::UNKNOWN && self.generation.is_none()
    }

    /// Reads `FAMILY`, `FAMILY/GENERATION` or `FAMILY/GENERATION/VERSION`; or `unknown`.
    ///
    /// # Errors
    ///
    /// One of them is blank, too long, or holds a character that nobody sees.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let mut words = text.splitn(3, '/');
        let family = OsText::parse(words.next().unwrap_or_default())?;
        Ok(Self {
            family,
            generation: words.next().map(OsText::parse).transpose()?,
            version: words.next().map(OsText::parse).transpose()?,
        })
    }
}

impl core::str::FromStr for OsFilter {
    type Err = ParseTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl ImageQuery {
    /// Everything that a scope sees.
    pub fn new(from: Scope) -> Self {
        Self {
            from,
            cloud: None,
            location: None,
            os: None,
            architecture: None,
            name_begins: None,
            name_like: None,
            name_contains: None,
            state: None,
            deleted: false,
            tags: BTreeSet::new(),
            labels: BTreeMap::new(),
            at: None,
            by: None,
            agent: None,
            since: None,
            before: None,
            unused: false,
            newest_first: false,
        }
    }

    /// Whether a moment of registration is wanted.
    pub(crate) fn admits_moment(&self, created: Timestamp) -> bool {
        self.since.is_none_or(|since| created >= since)
            && self.before.is_none_or(|before| created < before)
    }

    /// What is asked of the store: a query a scope, from the nearest upward.
    pub(crate) fn queries(&self) -> Result<Vec<Query>, Error> {
        let query = |scope: Scope| {
            let (index, within) = self.narrowest(&scope);
            let mut query = Query::all(&partition_of(&scope)?)
                .index(index)
                .within(within);
            if index == "created" {
                query = query.reverse();
            }
            let query = self.conditions().into_iter().fold(query, Query::keep);
            // Scalr: what stands above is seen where it is shared.
            Ok(if scope == self.from {
                query
            } else {
                query.keep(Condition::is("shared", true))
            })
        };
        let wanted = |scope: &Scope| self.at.as_ref().is_none_or(|at| at == scope);
        self.from.lineage().filter(wanted).map(query).collect()
    }

    /// How every name that is wanted begins.
    fn name_start(&self) -> Option<String> {
        if self.name_begins.is_some() {
            return self.name_begins.clone();
        }
        let pattern = self.name_like.as_deref()?;
        let end = pattern.find(['*', '?', '\\']).unwrap_or(pattern.len());
        let start = pattern.get(..end).filter(|start| !start.is_empty())?;
        Some(start.to_owned())
    }

    /// The index that leaves the fewest records of a scope to look at, and the interval of it.
    fn narrowest(&self, scope: &Scope) -> (&'static str, Within) {
        let here = Parts::from(scope.as_str());
        let starting = |start: &str| Within::Starting(here.clone(), start.to_owned());
        if self.since.is_some() || self.before.is_some() || self.newest_first {
            let moment = |at: Option<Timestamp>, none| at.map_or(none, micros);
            let from = here.clone().and(moment(self.since, 0));
            let to = here.and(moment(self.before, u64::MAX));
            return ("created", Within::Between(from, to));
        }
        if let Some(start) = self.name_start() {
            return ("name", starting(&start));
        }
        // One with a value leaves fewer.
        let valued = self.labels.iter().find(|(_, value)| value.is_some());
        if let Some((key, value)) = valued.or_else(|| self.labels.iter().next()) {
            let parts = here.and(key.as_str());
            let parts = match value {
                Some(value) => parts.and(value.as_str()),
                None => parts,
            };
            return ("label", Within::Prefix(parts));
        }
        let first_tag = self.tags.first();
        match self {
            Self {
                state: Some(LifecycleState::Deleted),
                ..
            } => ("bin", Within::Prefix(here)),
            Self {
                os:
                    Some(
                        os @ OsFilter {
                            generation: Some(_),
                            ..
                        },
                    ),
                ..
            } => ("os", os.within(here)),
            // Names are asked of the index, so that those that do not fit cost little.
            Self {
                name_like: Some(_), ..
            } => ("name", Within::Prefix(here)),
            Self {
                location: Some(location),
                ..
            } => ("scope", starting(location.as_str())),
            _ if first_tag.is_some() => {
                let tag = first_tag.map(ToString::to_string).unwrap_or_default();
                ("tag", Within::Prefix(here.and(tag)))
            }
            Self { os: Some(os), .. } if !os.is_unknown() => ("os", os.within(here)),
            Self {
                cloud: Some(cloud), ..
            } => ("scope", starting(cloud.as_str())),
            _ => ("scope", Within::Prefix(here)),
        }
    }

    /// Every filter as a condition, those too that the index meets: it may lead to a few more.
    fn conditions(&self) -> Vec<Condition> {
        let states = match self.state {
            Some(state) => vec![state],
            None => LifecycleState::all()
                .iter()
                .copied()
                .filter(|state| self.deleted || *state != LifecycleState::Deleted)
                .collect(),
        };
        let states = states.into_iter().map(LifecycleState::as_str);
        let mut conditions = vec![Condition::one_of(["lifecycle", "state"], states)];
        if let Some(cloud) = self.cloud {
            conditions.push(Condition::under("location", cloud.as_str(), "/:"));
        }
        if let Some(location) = &self.location {
            conditions.push(Condition::under("location", location.as_str(), "/"));
        }
        if self.os.as_ref().is_some_and(OsFilter::is_unknown) {
            conditions.push(Condition::is("os", Scalar::Null));
        } else if let Some(os) = &self.os {
            let said = [
                ("family", Some(&os.family)),
                ("generation", os.generation.as_ref()),
                ("version", os.version.as_ref()),
            ];
            conditions
                .extend(said.into_iter().filter_map(|(field, text)| {
                    Some(Condition::is(["os", field], text?.as_str()))
                }));
        }
        if let Some(architecture) = self.architecture {
            conditions.push(Condition::is("architecture", architecture.as_str()));
        }
        if let Some(start) = &self.name_begins {
            conditions.push(Condition::begins("name", start));
        }
        if let Some(pattern) = &self.name_like {
            conditions.push(Condition::matches("name", pattern));
        }
        if let Some(by) = &self.by {
            conditions.push(Condition::is("created_by", by.as_str()));
        }
        if let Some(agent) = self.agent {
            conditions.push(Condition::is(["agent", "state"], agent.as_str()));
        }
        if let Some(text) = &self.name_contains {
            conditions.push(Condition::contains("name", text));
        }
        conditions.extend(self.labels.iter().map(|(key, value)| {
            let field = ["labels", key.as_str()];
            match value {
                Some(value) => Condition::is(field, value.as_str()),
                None => Condition::present(field),
            }
        }));
        let tags = self.tags.iter();
        conditions.extend(tags.map(|tag| Condition::holds("tags", tag.to_string())));
        conditions
    }
}

impl OsFilter {
    /// The interval of the index `os`: as many words as follow one another.
    fn within(&self, here: Parts) -> Within {
        let words = [&self.generation, &self.version];
        let known = words.into_iter().map_while(Option::as_ref);
        let parts = here.and(self.family.as_str());
        Within::Prefix(known.fold(parts, |parts, word| parts.and(word.as_str())))
    }
}
