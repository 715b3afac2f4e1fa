//! What happens between three accounts.

use proptest::prelude::*;

pub(super) const ACCOUNTS: [&str; 3] = ["/acme", "/beta", "/gamma"];
/// How many MultiCloud Images each account makes; it has one ServerTemplate, which links them.
pub(super) const MCIS: usize = 2;

/// An account, by its place among the three.
pub(super) type Account = usize;

/// A lineage of an account: one of its MultiCloud Images, or its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Own {
    Mci(Account, usize),
    Template(Account),
}

impl Own {
    pub(super) fn account(self) -> Account {
        match self {
            Self::Mci(account, _) | Self::Template(account) => account,
        }
    }
}

/// For whom something is published: everybody, or the group of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Everybody,
    Group,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// An account joins the group of another.
    Join(Account, Account),
    /// An account is put out of it, or leaves.
    Part(Account, Account, bool),
    /// HEAD gets another image and is committed.
    Commit(Account, usize),
    /// The template of an account links a MultiCloud Image of its own, or one that it imported.
    Link(Account, Own),
    CommitTemplate(Account),
    Publish(Own, prop::sample::Index, To, bool),
    Deprecate(prop::sample::Index),
    Reactivate(prop::sample::Index),
    /// Imports one of all publications there are, twice.
    Import(Account, prop::sample::Index),
    Update(Account),
    /// Clones an import, or merges what is newer into the clone.
    Clone(Account, prop::sample::Index),
    Merge(Account),
    DeleteImport(Account, prop::sample::Index),
    Revoke(Account, usize, prop::sample::Index),
    Offer(Own),
    Withdraw(Own),
    Subscribe(Account, Own),
    Unsubscribe(Account, Own),
    /// An owner deletes what is hers, whoever imported it.
    Delete(Own),
    /// An image is copied, so that it has a descendant.
    Copy(prop::sample::Index),
    /// An image is revoked with its descendants, by a plan; whether that is taken back.
    RevokeByPlan(prop::sample::Index, bool),
    /// An image takes the place of another of its account, by a plan; whether that is taken back.
    ReplaceByPlan(prop::sample::Index, prop::sample::Index, bool),
}

fn account() -> impl Strategy<Value = Account> + Clone {
    0..ACCOUNTS.len()
}

fn own() -> impl Strategy<Value = Own> + Clone {
    prop_oneof![
        3 => (account(), 0..MCIS).prop_map(|(account, number)| Own::Mci(account, number)),
        1 => account().prop_map(Own::Template),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    let to = prop_oneof![Just(To::Everybody), Just(To::Group)];
    prop_oneof![
        3 => (account(), account()).prop_map(|(who, to)| Step::Join(who, to)),
        1 => (account(), account(), any::<bool>()).prop_map(|(who, of, out)| Step::Part(who, of, out)),
        4 => (account(), 0..MCIS).prop_map(|(of, number)| Step::Commit(of, number)),
        3 => (account(), own()).prop_map(|(of, to)| Step::Link(of, to)),
        2 => account().prop_map(Step::CommitTemplate),
        10 => (own(), index(), to, any::<bool>()).prop_map(|(of, at, to, widen)| Step::Publish(of, at, to, widen)),
        2 => index().prop_map(Step::Deprecate),
        1 => index().prop_map(Step::Reactivate),
        14 => (account(), index()).prop_map(|(to, of)| Step::Import(to, of)),
        2 => account().prop_map(Step::Update),
        2 => (account(), index()).prop_map(|(of, what)| Step::Clone(of, what)),
        1 => account().prop_map(Step::Merge),
        1 => (account(), index()).prop_map(|(of, what)| Step::DeleteImport(of, what)),
        1 => (account(), 0..MCIS, index()).prop_map(|(of, number, at)| Step::Revoke(of, number, at)),
        1 => own().prop_map(Step::Offer),
        1 => own().prop_map(Step::Withdraw),
        1 => (account(), own()).prop_map(|(who, of)| Step::Subscribe(who, of)),
        1 => (account(), own()).prop_map(|(who, of)| Step::Unsubscribe(who, of)),
        1 => own().prop_map(Step::Delete),
        1 => index().prop_map(Step::Copy),
        2 => (index(), any::<bool>()).prop_map(|(of, back)| Step::RevokeByPlan(of, back)),
        2 => (index(), index(), any::<bool>()).prop_map(|(old, new, back)| Step::ReplaceByPlan(old, new, back)),
    ]
}

pub(super) fn history() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 60..100)
}
