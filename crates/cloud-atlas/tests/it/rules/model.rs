//! The state of the model, and the rules about who sees and may what.

use super::steps::{ACCOUNTS, ADMIN, At, PEOPLE, Place, SCOPES, To, Who};
use cloud_atlas::{
    ErrorKind,
    image::ImageRecordId,
    scope::{GroupId, InvitationCode},
};
use std::collections::{BTreeMap, BTreeSet};

/// Why something is refused: one of these, where several rules are against it.
pub(super) type Refused = Vec<ErrorKind>;

/// Whether a scope is another, or above it (S02).
pub(super) fn contains(above: &str, below: &str) -> bool {
    below == above || above == "/" || below.starts_with(&format!("{above}/"))
}

/// The account of a scope; `/` has none.
pub(super) fn account(scope: &str) -> Option<At> {
    ACCOUNTS.into_iter().find(|at| contains(at, scope))
}

/// The scope above.
pub(super) fn parent(scope: At) -> Option<At> {
    match scope {
        "/" => None,
        _ => Some(account(scope).filter(|at| *at != scope).unwrap_or("/")),
    }
}

/// S03: shared, unless it is said, where the scope is no environment.
pub(super) fn shares(at: At) -> bool {
    account(at).is_none_or(|account| account == at)
}

/// S02, S03: what is at a scope, as seen from another.
pub(super) fn visible(at: At, shared: bool, from: At) -> bool {
    at == from || shared && contains(at, from)
}

/// What one needs a role for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    View,
    Copy,
    Launch,
    Design,
    Groups,
    Accept,
    Govern,
}

/// S07.
fn allows(role: &str, need: Need) -> bool {
    match role {
        "admin" => true,
        "designer" => matches!(need, Need::View | Need::Copy | Need::Design),
        "actor" => matches!(need, Need::View | Need::Copy | Need::Launch),
        "publisher" => matches!(need, Need::View | Need::Groups),
        _ => need == Need::View,
    }
}

/// L01, L04: where a record stands; times are hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Life {
    Active,
    Deprecated(i64, Option<usize>),
    Disabled(Box<Self>),
    Deleted(Option<i64>, Box<Self>),
}

/// L04.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    Off,
    On(bool),
    Until(i64),
}

/// To whom a record is opened; a group by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Everybody,
    Account(At),
    Group(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: Option<ImageRecordId>,
    pub(super) scope: At,
    pub(super) place: Place,
    pub(super) number: u64,
    pub(super) shared: bool,
    pub(super) name: &'static str,
    pub(super) tags: BTreeSet<&'static str>,
    pub(super) life: Life,
    pub(super) guard: Guard,
    pub(super) open: Vec<Open>,
    pub(super) source: Option<usize>,
    /// The scope of its credential (C02).
    pub(super) credential: At,
    pub(super) by: Who,
    pub(super) purged: bool,
}

impl Record {
    pub(super) fn is_usable(&self) -> bool {
        !self.purged && matches!(self.life, Life::Active | Life::Deprecated(..))
    }

    /// Whether it stands for its image (L04: a deleted one frees its key).
    pub(super) fn is_there(&self) -> bool {
        !self.purged && !matches!(self.life, Life::Deleted(..))
    }

    pub(super) fn is_of(&self, place: Place, number: u64) -> bool {
        self.place == place && self.number == number
    }
}

#[derive(Debug, Clone)]
pub(super) struct Map {
    pub(super) at: At,
    pub(super) name: &'static str,
    pub(super) images: BTreeMap<Place, usize>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Mci {
    pub(super) head: BTreeMap<Place, u64>,
    pub(super) revisions: Vec<BTreeMap<Place, u64>>,
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: Option<GroupId>,
    pub(super) owner: At,
    pub(super) members: BTreeSet<At>,
    pub(super) deleted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Invitation {
    pub(super) code: Option<(InvitationCode, u32)>,
    pub(super) group: usize,
    pub(super) expires: i64,
    /// Neither used nor cancelled.
    pub(super) open: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) people: BTreeSet<Who>,
    pub(super) scopes: BTreeSet<At>,
    pub(super) grants: BTreeMap<(Who, &'static str, At), Option<i64>>,
    pub(super) credentials: BTreeSet<At>,
    pub(super) records: Vec<Record>,
    pub(super) maps: Vec<Map>,
    pub(super) mcis: BTreeMap<At, Mci>,
    pub(super) groups: Vec<Group>,
    pub(super) invitations: Vec<Invitation>,
}

/// By which way a record is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Held,
    Opened,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: 0,
            people: PEOPLE.into(),
            scopes: SCOPES.into(),
            grants: [((ADMIN, "admin", "/"), None)].into(),
            credentials: ["/acme", "/beta"].into(),
            records: Vec::new(),
            maps: Vec::new(),
            mcis: BTreeMap::new(),
            groups: Vec::new(),
            invitations: Vec::new(),
        }
    }

    /// S05, S06, S07, S14: some grant at the scope or above it gives it, and holds.
    pub(super) fn may(&self, who: Who, need: Need, at: At) -> bool {
        self.grants.iter().any(|((by, role, scope), until)| {
            *by == who
                && contains(scope, at)
                && allows(role, need)
                && until.is_none_or(|until| self.now < until)
        })
    }

    /// S08: who may not is told so before anything is looked at.
    pub(super) fn enter(&self, who: Who, need: Need, at: At) -> Result<(), Refused> {
        if !self.may(who, need, at) {
            Err(vec![ErrorKind::Denied])
        } else if !self.scopes.contains(at) {
            Err(vec![ErrorKind::NotFound])
        } else {
            Ok(())
        }
    }

    /// S03, S10, S11: by the tree, or beside it.
    pub(super) fn sees(&self, record: &Record, from: At) -> Option<Seen> {
        if record.purged {
            return None;
        }
        if visible(record.scope, record.shared, from) {
            return Some(Seen::Held);
        }
        let home = account(from)?;
        let opened = record.open.iter().any(|to| match to {
            Open::Everybody => true,
            Open::Account(at) => *at == home,
            Open::Group(group) => self.groups[*group].members.contains(home),
        });
        (opened && record.is_usable()).then_some(Seen::Opened)
    }

    /// S05, S08: what is not seen is not there; what is seen is written with a grant at its own
    /// scope, and what was merely opened with one at its account.
    pub(super) fn record_for(
        &self,
        who: Who,
        which: usize,
        from: At,
        need: Need,
    ) -> Result<(), Refused> {
        self.enter(who, Need::View, from)?;
        let record = &self.records[which];
        let at = match self.sees(record, from) {
            None => return Err(vec![ErrorKind::NotFound]),
            Some(Seen::Held) => record.scope,
            Some(Seen::Opened) => account(record.scope).unwrap_or("/"),
        };
        self.may(who, need, at)
            .then_some(())
            .ok_or_else(|| vec![ErrorKind::Denied])
    }

    /// I05: the record of an image that counts at a scope.
    pub(super) fn nearest(&self, from: At, place: Place, number: u64) -> Option<usize> {
        let found = self.records.iter().enumerate().filter(|(_, record)| {
            record.is_of(place, number)
                && record.is_there()
                && self.sees(record, from) == Some(Seen::Held)
        });
        let found = found.max_by_key(|(_, record)| record.scope.len());
        found.map(|(which, _)| which)
    }

    /// S10: the one that counts there, or else the first that is opened to it.
    fn counting(&self, from: At, place: Place, number: u64) -> Option<usize> {
        self.nearest(from, place, number).or_else(|| {
            let opened = self.records.iter().enumerate().filter(|(_, record)| {
                record.is_of(place, number) && self.sees(record, from) == Some(Seen::Opened)
            });
            let first = opened.min_by_key(|(_, record)| (account(record.scope), record.id));
            first.map(|(which, _)| which)
        })
    }

    /// C02: the nearest credential at a scope or above it.
    pub(super) fn credential(&self, at: At) -> Option<At> {
        let above = self.credentials.iter().filter(|up| contains(up, at));
        above.max_by_key(|up| up.len()).copied()
    }

    /// The newest group that an account made.
    pub(super) fn newest(&self, owner: At) -> Option<usize> {
        self.groups.iter().rposition(|group| group.owner == owner)
    }

    /// The group that an account owns.
    pub(super) fn owned(&self, owner: At) -> Option<usize> {
        self.newest(owner)
            .filter(|group| !self.groups[*group].deleted)
    }

    /// The nearest role map of a name that a scope sees.
    pub(super) fn map(&self, name: &str, from: At) -> Option<usize> {
        let maps = self.maps.iter().enumerate();
        let seen =
            maps.filter(|(_, map)| map.name == name && visible(map.at, shares(map.at), from));
        let nearest = seen.max_by_key(|(_, map)| map.at.len());
        nearest.map(|(at, _)| at)
    }

    /// To whom a record would be opened, if there ever was such a group.
    pub(super) fn to(&self, to: To) -> Option<Open> {
        match to {
            To::Everybody => Some(Open::Everybody),
            To::Account(at) => Some(Open::Account(at)),
            To::Group(owner) => self.newest(owner).map(Open::Group),
        }
    }

    /// Who refers to a record at its scope or below it: kind, scope, and whether it keeps the
    /// record from being deleted (L02).
    pub(super) fn referrers(&self, which: usize, at: At) -> Vec<Referrer> {
        let mut found = Vec::new();
        let mut add = |kind, scope, shared, name: String| {
            if contains(at, scope) {
                found.push(Referrer {
                    kind,
                    scope,
                    shared,
                    name,
                });
            }
        };
        for other in self.records.iter().filter(|other| other.is_there()) {
            let kind = match other.life {
                _ if other.source == Some(which) => "derived",
                Life::Deprecated(_, Some(by)) if by == which => "replaced",
                _ => continue,
            };
            add(kind, other.scope, other.shared, other.name.to_owned());
        }
        for map in &self.maps {
            if map.images.values().any(|held| *held == which) {
                add("role-map", map.at, shares(map.at), map.name.to_owned());
            }
        }
        let record = &self.records[which];
        for (scope, mci) in &self.mcis {
            if self.counting(scope, record.place, record.number) != Some(which) {
                continue;
            }
            let holds =
                |content: &BTreeMap<Place, u64>| content.get(record.place) == Some(&record.number);
            if holds(&mci.head) {
                add("mci-head", scope, shares(scope), "web@head".to_owned());
            }
            for (number, _) in mci
                .revisions
                .iter()
                .enumerate()
                .filter(|(_, one)| holds(one))
            {
                let name = format!("web@{}", number + 1);
                add("mci-revision", scope, shares(scope), name);
            }
        }
        found
    }
}

/// What refers to a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Referrer {
    pub(super) kind: &'static str,
    pub(super) scope: At,
    pub(super) shared: bool,
    pub(super) name: String,
}

impl Referrer {
    pub(super) fn is_binding(&self) -> bool {
        !matches!(self.kind, "derived" | "replaced")
    }
}
