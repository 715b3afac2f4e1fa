//! What the rules say of the steps of a record's life (L01 to L06, S04, S10).

use super::{
    judge::{against, unless},
    model::{Guard, Life, Model, Need, Open, Record, Refused, account, contains, parent},
    steps::{At, Change, Who},
};
use cloud_atlas::ErrorKind::{Conflict, Denied, Invalid, NotFound};

/// L04: hours of the cool-down.
const COOL_DOWN: i64 = 24;

impl Model {
    pub(super) fn change(
        &mut self,
        by: Who,
        which: usize,
        from: At,
        change: &Change,
    ) -> Option<Result<(), Refused>> {
        let to = match *change {
            Change::Open(to) | Change::Close(to) => Some(self.to(to)?),
            _ => None,
        };
        if let Change::Deprecate(_, Some(other)) = *change {
            self.records.get(other)?;
        }
        let need = match change {
            Change::Open(_) | Change::Close(_) | Change::Reset => Need::Launch,
            Change::Copy(..) => Need::Copy,
            _ => Need::Design,
        };
        let may = self.record_for(by, which, from, need);
        let done = may.and_then(|()| match *change {
            Change::Copy(place, number) => {
                let copy = self.copied(by, which, place, number)?;
                self.records.push(copy);
                Ok(())
            }
            Change::Promote => self.promote(by, which),
            Change::Purge(early) => self.purge(which, early),
            Change::Open(_) | Change::Close(_) | Change::Reset => self.open(which, change, to),
            _ => {
                let mut record = self.records[which].clone();
                self.live(which, &mut record, change)?;
                self.records[which] = record;
                Ok(())
            }
        });
        Some(done)
    }

    /// The steps that change nothing but the record itself.
    fn live(&self, which: usize, record: &mut Record, change: &Change) -> Result<(), Refused> {
        let now = self.now;
        let life = record.life.clone();
        let deleted = matches!(life, Life::Deleted(..));
        match *change {
            Change::Deprecate(hours, replacement) => {
                if let Some(other) = replacement {
                    let seen = self.sees(&self.records[other], record.scope);
                    against([
                        (seen.is_none(), NotFound),
                        (other == which, Invalid),
                        (life != Life::Active, Conflict),
                        (!self.records[other].is_usable(), Conflict),
                    ])?;
                }
                unless(life != Life::Active, Conflict)?;
                record.life = Life::Deprecated(now + hours.unwrap_or(0), replacement);
            }
            Change::Undeprecate => {
                unless(!matches!(life, Life::Deprecated(..)), Conflict)?;
                record.life = Life::Active;
            }
            Change::Disable => {
                unless(!record.is_usable(), Conflict)?;
                record.life = Life::Disabled(Box::new(life));
                record.open.clear();
            }
            Change::Enable => {
                let Life::Disabled(before) = life else {
                    return Err(vec![Conflict]);
                };
                record.life = *before;
            }
            Change::Delete(days) => {
                let guarded = match record.guard {
                    Guard::Off => false,
                    Guard::On(_) => true,
                    Guard::Until(end) => now < end,
                };
                let referrers = self.referrers(which, record.scope);
                let used = referrers.iter().any(super::model::Referrer::is_binding);
                unless(deleted || guarded || used, Conflict)?;
                let until = days.map(|days| now + i64::from(days) * 24);
                record.life = Life::Deleted(until, Box::new(life));
                record.open.clear();
            }
            Change::Restore => {
                let Life::Deleted(until, before) = life else {
                    return Err(vec![Conflict]);
                };
                let late = until.is_some_and(|until| until <= now);
                let (at, place, number) = (record.scope, record.place, record.number);
                let taken = self.is_taken(at, place, number, Some(which));
                unless(late || taken, Conflict)?;
                record.life = *before;
            }
            Change::Protect(cool_down) => {
                unless(deleted, Conflict)?;
                // A cool-down that was set is ended by its time alone.
                let kept = matches!(record.guard, Guard::On(true) | Guard::Until(_));
                record.guard = Guard::On(cool_down || kept);
            }
            Change::Unprotect => {
                unless(deleted, Conflict)?;
                record.guard = match record.guard {
                    Guard::On(true) => Guard::Until(now + COOL_DOWN),
                    Guard::Until(end) if now < end => Guard::Until(end),
                    _ => Guard::Off,
                };
            }
            Change::Rename(name) => {
                unless(deleted, Conflict)?;
                record.name = name;
            }
            Change::AddTag(tag) => {
                unless(deleted, Conflict)?;
                record.tags.insert(tag);
            }
            Change::RemoveTag(tag) => {
                unless(deleted, Conflict)?;
                record.tags.remove(tag);
            }
            Change::Share => {
                unless(deleted, Conflict)?;
                record.shared = true;
            }
            Change::Unshare(force) => {
                let referrers = self.referrers(which, record.scope);
                let mut below = referrers.iter().filter(|one| one.scope != record.scope);
                let used = below.any(super::model::Referrer::is_binding);
                unless(deleted || used && !force, Conflict)?;
                record.shared = false;
            }
            _ => {}
        }
        Ok(())
    }

    fn purge(&mut self, which: usize, early: bool) -> Result<(), Refused> {
        let Life::Deleted(until, _) = self.records[which].life else {
            return Err(vec![Conflict]);
        };
        let due = until.is_some_and(|until| until <= self.now);
        unless(!due && !early, Conflict)?;
        self.records[which].purged = true;
        Ok(())
    }

    /// L05.
    fn copied(
        &self,
        by: Who,
        which: usize,
        place: super::steps::Place,
        number: u64,
    ) -> Result<Record, Refused> {
        let source = &self.records[which];
        let at = source.scope;
        let unusable = !source.is_usable();
        against([
            (unusable, Invalid),
            (unusable, Conflict),
            (source.place == place, Invalid),
            (self.is_taken(at, place, number, None), Conflict),
        ])?;
        Ok(Record {
            id: None,
            place,
            number,
            life: Life::Active,
            guard: Guard::Off,
            open: Vec::new(),
            source: Some(which),
            credential: self.credential(at).unwrap_or("/"),
            by,
            ..source.clone()
        })
    }

    /// L06.
    fn promote(&mut self, by: Who, which: usize) -> Result<(), Refused> {
        let record = &self.records[which];
        let Some(above) = parent(record.scope) else {
            unless(!self.may(by, Need::Design, "/"), Denied)?;
            return Err(vec![Invalid, Conflict]);
        };
        unless(!self.may(by, Need::Design, above), Denied)?;
        let mut others = self.records.iter().enumerate();
        let shadows = others.any(|(other, one)| {
            other != which
                && one.is_of(record.place, record.number)
                && one.is_there()
                && (contains(one.scope, above) || contains(above, one.scope))
        });
        let own = Some(record.credential).filter(|at| contains(at, above));
        let credential = own.or_else(|| self.credential(above));
        against([
            (!record.is_there(), Conflict),
            (shadows, Conflict),
            (credential.is_none(), Invalid),
        ])?;
        let record = &mut self.records[which];
        record.scope = above;
        record.shared = true;
        record.credential = credential.unwrap_or("/");
        Ok(())
    }

    /// S10.
    fn open(&mut self, which: usize, change: &Change, to: Option<Open>) -> Result<(), Refused> {
        let groups = &self.groups;
        let record = &mut self.records[which];
        let Some(to) = to else {
            record.open.clear();
            return Ok(());
        };
        if matches!(change, Change::Close(_)) {
            record.open.retain(|one| *one != to);
            return Ok(());
        }
        let known = record.open.contains(&to);
        let foreign = match to {
            Open::Group(group) => {
                groups[group].deleted || Some(groups[group].owner) != account(record.scope)
            }
            _ => false,
        };
        against([
            (!record.is_usable(), Conflict),
            (foreign && !known, Invalid),
        ])?;
        if !known {
            record.open.push(to);
        }
        Ok(())
    }
}
