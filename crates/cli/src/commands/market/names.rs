//! Account groups by the names that their owner gave them.

use cloud_atlas::{
    Error, GroupRef, Session,
    market::{TargetGroups, Visibility},
    scope::{GroupId, Scope},
};
use pollster::FutureExt as _;
use std::{cell::RefCell, collections::BTreeMap};

/// The groups of an account, each looked up once.
pub(super) struct Names<'a> {
    session: &'a Session,
    account: Option<Scope>,
    known: RefCell<BTreeMap<GroupId, String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(session: &'a Session, from: &Scope) -> Self {
        Self {
            session,
            account: from.account_scope(),
            known: RefCell::default(),
        }
    }

    /// For whom something is meant.
    pub(super) fn audience(&self, visibility: &Visibility) -> String {
        match visibility {
            Visibility::Public => visibility.to_string(),
            Visibility::Groups(groups) => self.groups(groups),
        }
    }

    pub(super) fn groups(&self, groups: &TargetGroups) -> String {
        let names: Vec<_> = groups.iter().map(|group| self.group(group)).collect();
        names.join(", ")
    }

    /// What a group is called; its id where that is not known, since nobody lists by it then.
    fn group(&self, group: GroupId) -> String {
        if let Some(known) = self.known.borrow().get(&group) {
            return known.clone();
        }
        let id = group.to_string();
        let name = match &self.account {
            Some(account) => {
                let named = GroupRef::Id(group);
                match self.session.group(&named, account).block_on() {
                    Ok(found) => found.name.to_string(),
                    Err(Error::NotFound(_)) => format!("{id} (deleted)"),
                    Err(_) => id,
                }
            }
            None => id,
        };
        self.known.borrow_mut().insert(group, name.clone());
        name
    }
}
