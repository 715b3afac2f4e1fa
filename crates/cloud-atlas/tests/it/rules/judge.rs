//! What the rules say of each step: whether it is done, and what it changes.

use super::{
    model::{
        Group, Guard, Invitation, Life, Map, Mci, Model, Need, Record, Refused, Seen, account,
        contains, parent,
    },
    steps::{Act, At, Step, Who},
};
use cloud_atlas::ErrorKind::{Conflict, Denied, Invalid, NotFound};
use std::collections::BTreeSet;

/// S11: an invitation holds for six days.
const INVITED: i64 = 6 * 24;

/// Refuses for a reason, unless something is so.
pub(super) fn unless(refused: bool, kind: cloud_atlas::ErrorKind) -> Result<(), Refused> {
    if refused { Err(vec![kind]) } else { Ok(()) }
}

/// Refuses for every reason that there is: which is told first is nobody's rule.
pub(super) fn against(
    reasons: impl IntoIterator<Item = (bool, cloud_atlas::ErrorKind)>,
) -> Result<(), Refused> {
    let found = reasons.into_iter().filter(|(holds, _)| *holds);
    let found: Refused = found.map(|(_, kind)| kind).collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

impl Model {
    /// Does a step, or says why it is refused. None where the rules say nothing of it.
    pub(super) fn step(&mut self, step: &Step) -> Option<Result<(), Refused>> {
        let by = step.by;
        Some(match step.act {
            Act::Grant(..)
            | Act::Revoke(..)
            | Act::AddPerson(_)
            | Act::RemovePerson(_)
            | Act::AddScope(_)
            | Act::RemoveScope(_)
            | Act::AddCredential(_)
            | Act::RemoveCredential(_) => self.around(by, &step.act),
            Act::Register {
                at,
                place,
                number,
                shared,
            } => {
                let made = self.fresh(by, at, place, number, shared);
                made.map(|record| self.records.push(record))
            }
            Act::Record {
                which,
                from,
                ref change,
            } => {
                let from = from.unwrap_or(self.records.get(which)?.scope);
                self.change(by, which, from, change)?
            }
            Act::EmptyBin(at, early) => self.enter(by, Need::Design, at).map(|()| {
                let now = self.now;
                for record in self.records.iter_mut().filter(|one| one.scope == at) {
                    if let Life::Deleted(until, _) = record.life {
                        record.purged |= early || until.is_some_and(|until| until <= now);
                    }
                }
            }),
            Act::Wait(hours) => {
                self.now += hours;
                Ok(())
            }
            Act::MakeMci(_) | Act::SetHead(..) | Act::UnsetHead(..) | Act::Commit(_) => {
                self.mci(by, &step.act)
            }
            Act::MakeMap(..) | Act::SetMap(..) | Act::UnsetMap(..) | Act::RemoveMap(..) => {
                self.role_map(by, &step.act)?
            }
            _ => self.group(by, &step.act)?,
        })
    }

    /// S14, C01, C03: people, scopes, grants and credentials.
    fn around(&mut self, by: Who, act: &Act) -> Result<(), Refused> {
        let govern = |model: &Self, at: At| unless(!model.may(by, Need::Govern, at), Denied);
        match *act {
            Act::Grant(to, role, at, hours) => {
                govern(self, at)?;
                let until = hours.map(|hours| self.now + hours);
                unless(!self.people.contains(to), NotFound)?;
                unless(!self.scopes.contains(at), NotFound)?;
                unless(self.grants.get(&(to, role, at)) == Some(&until), Conflict)?;
                self.grants.insert((to, role, at), until);
            }
            Act::Revoke(from, role, at) => {
                govern(self, at)?;
                unless(self.grants.remove(&(from, role, at)).is_none(), NotFound)?;
            }
            Act::AddPerson(who) => {
                govern(self, "/")?;
                unless(!self.people.insert(who), Conflict)?;
            }
            Act::RemovePerson(who) => {
                govern(self, "/")?;
                unless(!self.people.remove(who), NotFound)?;
                self.grants.retain(|(of, _, _), _| *of != who);
            }
            Act::AddScope(at) => {
                govern(self, parent(at).unwrap_or("/"))?;
                unless(!self.scopes.insert(at), Conflict)?;
            }
            Act::RemoveScope(at) => {
                govern(self, parent(at).unwrap_or("/"))?;
                unless(!self.scopes.contains(at), NotFound)?;
                let holds = self
                    .records
                    .iter()
                    .any(|one| one.scope == at && !one.purged)
                    || self.maps.iter().any(|map| map.at == at)
                    || self.mcis.contains_key(at)
                    || self.credentials.contains(at);
                unless(holds, Conflict)?;
                self.scopes.remove(at);
                self.grants.retain(|(_, _, scope), _| *scope != at);
            }
            Act::AddCredential(at) => {
                self.enter(by, Need::Design, at)?;
                unless(!self.credentials.insert(at), Conflict)?;
            }
            Act::RemoveCredential(at) => {
                unless(!self.may(by, Need::Design, at), Denied)?;
                unless(!self.credentials.contains(at), NotFound)?;
                let mut records = self.records.iter().filter(|one| !one.purged);
                unless(records.any(|one| one.credential == at), Conflict)?;
                self.credentials.remove(at);
            }
            _ => {}
        }
        Ok(())
    }

    /// C02, I05: a record that may be made at a scope.
    fn fresh(
        &self,
        by: Who,
        at: At,
        place: super::steps::Place,
        number: u64,
        shared: bool,
    ) -> Result<Record, Refused> {
        self.enter(by, Need::Design, at)?;
        let credential = self.credential(at);
        against([
            (credential.is_none(), Invalid),
            (self.is_taken(at, place, number, None), Conflict),
        ])?;
        Ok(Record {
            id: None,
            scope: at,
            place,
            number,
            shared,
            name: "an image",
            tags: BTreeSet::new(),
            life: Life::Active,
            guard: Guard::Off,
            open: Vec::new(),
            source: None,
            credential: credential.unwrap_or("/"),
            by,
            purged: false,
        })
    }

    /// I05: whether another record holds an image at a scope or above it.
    pub(super) fn is_taken(
        &self,
        at: At,
        place: super::steps::Place,
        number: u64,
        but: Option<usize>,
    ) -> bool {
        let mut records = self.records.iter().enumerate();
        records.any(|(which, record)| {
            Some(which) != but
                && record.is_of(place, number)
                && record.is_there()
                && contains(record.scope, at)
        })
    }

    /// M03, M08, L02: what is deleted is referred to by nothing new.
    fn mci(&mut self, by: Who, act: &Act) -> Result<(), Refused> {
        if let Act::MakeMci(at) = *act {
            self.enter(by, Need::Design, at)?;
            unless(self.mcis.contains_key(at), Conflict)?;
            self.mcis.insert(at, Mci::default());
            return Ok(());
        }
        let (Act::SetHead(at, ..) | Act::UnsetHead(at, _) | Act::Commit(at)) = *act else {
            return Ok(());
        };
        self.enter(by, Need::View, at)?;
        let mut mci = self.mcis.get(at).cloned().ok_or_else(|| vec![NotFound])?;
        unless(!self.may(by, Need::Design, at), Denied)?;
        match *act {
            Act::SetHead(_, place, number) => {
                let buried = self.nearest(at, place, number).is_none()
                    && self.records.iter().any(|record| {
                        record.is_of(place, number) && self.sees(record, at) == Some(Seen::Held)
                    });
                unless(buried && mci.head.get(place) != Some(&number), Conflict)?;
                mci.head.insert(place, number);
            }
            Act::UnsetHead(_, place) => unless(mci.head.remove(place).is_none(), Invalid)?,
            _ => {
                unless(mci.head.is_empty(), Invalid)?;
                unless(mci.revisions.last() == Some(&mci.head), Conflict)?;
                mci.revisions.push(mci.head.clone());
            }
        }
        self.mcis.insert(at, mci);
        Ok(())
    }

    /// L10.
    fn role_map(&mut self, by: Who, act: &Act) -> Option<Result<(), Refused>> {
        if let Act::MakeMap(at, name) = *act {
            let mut maps = self.maps.iter();
            let taken = maps.any(|map| map.at == at && map.name == name);
            let made = self.enter(by, Need::Design, at);
            return Some(made.and_then(|()| unless(taken, Conflict)).map(|()| {
                let images = [].into();
                self.maps.push(Map { at, name, images });
            }));
        }
        let (Act::SetMap(name, from, _)
        | Act::UnsetMap(name, from, _)
        | Act::RemoveMap(name, from)) = *act
        else {
            return None;
        };
        let held = |model: &Self| {
            model.enter(by, Need::View, from)?;
            let map = model.map(name, from).ok_or_else(|| vec![NotFound])?;
            let at = model.maps[map].at;
            unless(!model.may(by, Need::Design, at), Denied)?;
            Ok((map, at))
        };
        let record = match *act {
            Act::SetMap(_, _, which) => Some(self.records.get(which)?),
            _ => None,
        };
        let (map, at) = match held(self) {
            Ok(held) => held,
            Err(refused) => return Some(Err(refused)),
        };
        let done = match *act {
            Act::SetMap(_, _, which) => {
                let record = record?;
                let seen = self.sees(record, at);
                if seen == Some(Seen::Opened) && account(record.scope) == account(at) {
                    // Whether that keeps the record is not settled.
                    return None;
                }
                let fits = if seen.is_none() {
                    Err(vec![NotFound])
                } else if record.is_usable() {
                    Ok(())
                } else {
                    Err(vec![Invalid, Conflict])
                };
                let place = record.place;
                fits.map(|()| {
                    self.maps[map].images.insert(place, which);
                })
            }
            Act::UnsetMap(_, _, place) => {
                let gone = self.maps[map].images.remove(place);
                unless(gone.is_none(), Invalid)
            }
            _ => {
                self.maps.remove(map);
                Ok(())
            }
        };
        Some(done)
    }

    /// S11.
    fn group(&mut self, by: Who, act: &Act) -> Option<Result<(), Refused>> {
        Some(match *act {
            Act::MakeGroup(owner) => {
                let taken = self.owned(owner).is_some();
                let made = self.enter(by, Need::Groups, owner);
                made.and_then(|()| unless(taken, Conflict)).map(|()| {
                    self.groups.push(Group {
                        id: None,
                        owner,
                        members: BTreeSet::new(),
                        deleted: false,
                    });
                })
            }
            Act::Invite(owner) => self.own_group(by, owner).map(|group| {
                self.invitations.push(Invitation {
                    code: None,
                    group,
                    expires: self.now + INVITED,
                    open: true,
                });
            }),
            Act::Cancel(which, owner) => {
                let invitation = self.invitations.get(which)?.clone();
                if invitation.expires <= self.now {
                    // What has lapsed is cancelled or not there.
                    return None;
                }
                self.own_group(by, owner).and_then(|group| {
                    unless(!invitation.open || invitation.group != group, NotFound)?;
                    self.invitations[which].open = false;
                    Ok(())
                })
            }
            Act::Accept(which, at) => {
                let invitation = self.invitations.get(which)?.clone();
                self.enter(by, Need::Accept, at).and_then(|()| {
                    let group = &mut self.groups[invitation.group];
                    unless(!invitation.open || group.deleted, NotFound)?;
                    if invitation.expires <= self.now {
                        return Err(vec![Conflict, NotFound]);
                    }
                    unless(group.owner == at || group.members.contains(at), Conflict)?;
                    group.members.insert(at);
                    self.invitations[which].open = false;
                    Ok(())
                })
            }
            Act::PutOut(owner, member) => self
                .own_group(by, owner)
                .and_then(|group| unless(!self.groups[group].members.remove(member), NotFound)),
            Act::Leave(owner, member) => {
                let group = self.newest(owner)?;
                let may = self.enter(by, Need::Accept, member);
                may.and_then(|()| unless(!self.groups[group].members.remove(member), NotFound))
            }
            Act::DeleteGroup(owner) => self.own_group(by, owner).and_then(|group| {
                unless(!self.groups[group].members.is_empty(), Conflict)?;
                self.groups[group].deleted = true;
                Ok(())
            }),
            _ => return None,
        })
    }

    fn own_group(&self, by: Who, owner: At) -> Result<usize, Refused> {
        self.enter(by, Need::Groups, owner)?;
        self.owned(owner).ok_or_else(|| vec![NotFound])
    }
}
