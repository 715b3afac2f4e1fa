//! What people do, and how chance chooses it.

use proptest::{prelude::*, sample::select};

pub(super) type Who = &'static str;
/// A scope.
pub(super) type At = &'static str;
/// A location.
pub(super) type Place = &'static str;

pub(super) const PEOPLE: [Who; 3] = ["ann", "ben", "cleo"];
/// Who may do everything, and stays.
pub(super) const ADMIN: Who = "admin";
pub(super) const SCOPES: [At; 5] = ["/", "/acme", "/acme/dev", "/acme/prod", "/beta"];
pub(super) const ACCOUNTS: [At; 2] = ["/acme", "/beta"];
const ENVIRONMENTS: [At; 2] = ["/acme/dev", "/acme/prod"];
pub(super) const PLACES: [Place; 2] = ["aws/us-east-1", "aws/us-west-2"];
pub(super) const MAPS: [&str; 2] = ["front", "back"];
/// How many images there are.
pub(super) const NUMBERS: u64 = 4;
const ROLES: [&str; 5] = ["observer", "actor", "designer", "publisher", "admin"];
const NAMES: [&str; 2] = ["an image", "another image"];
const TAGS: [&str; 2] = ["team:owner=web", "team:owner=db"];

/// Somebody does something.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) by: Who,
    pub(super) act: Act,
    /// Whether it is taken back at once, where that can be.
    pub(super) undo: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    /// For so many hours, or for ever.
    Grant(Who, &'static str, At, Option<i64>),
    Revoke(Who, &'static str, At),
    AddPerson(Who),
    RemovePerson(Who),
    AddScope(At),
    RemoveScope(At),
    AddCredential(At),
    RemoveCredential(At),
    Register {
        at: At,
        place: Place,
        number: u64,
        shared: bool,
    },
    /// Something is done to a record, by its number, from a scope or else from its own.
    Record {
        which: usize,
        from: Option<At>,
        change: Change,
    },
    EmptyBin(At, bool),
    MakeMap(At, &'static str),
    /// By the name of the map, as seen from a scope.
    SetMap(&'static str, At, usize),
    UnsetMap(&'static str, At, Place),
    RemoveMap(&'static str, At),
    MakeMci(At),
    /// From [`NUMBERS`] on, the image of a record.
    SetHead(At, Place, u64),
    UnsetHead(At, Place),
    Commit(At),
    MakeGroup(At),
    Invite(At),
    /// The invitation of that number in all, in the name of the account.
    Cancel(usize, At),
    Accept(usize, At),
    PutOut(At, At),
    /// The account leaves the newest group of another.
    Leave(At, At),
    DeleteGroup(At),
    /// So many hours go by.
    Wait(i64),
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    /// In so many hours, or now; with what replaces it.
    Deprecate(Option<i64>, Option<usize>),
    Undeprecate,
    Disable,
    Enable,
    /// The bin keeps it so many days, or until it is purged.
    Delete(Option<u16>),
    Restore,
    Purge(bool),
    Protect(bool),
    Unprotect,
    Rename(&'static str),
    AddTag(&'static str),
    RemoveTag(&'static str),
    Share,
    Unshare(bool),
    Copy(Place, u64),
    Promote,
    Open(To),
    Close(To),
    Reset,
}

/// To whom an image is opened; a group is the newest one of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Everybody,
    Account(At),
    Group(At),
}

fn change() -> impl Strategy<Value = Change> {
    let to = || {
        prop_oneof![
            Just(To::Everybody),
            select(&ACCOUNTS[..]).prop_map(To::Account),
            select(&ACCOUNTS[..]).prop_map(To::Group),
        ]
    };
    let hours = prop::option::of(1..60_i64);
    let days = prop::option::of(1..3_u16);
    let place = select(&PLACES[..]);
    prop_oneof![
        2 => (hours, prop::option::of(0..12_usize)).prop_map(|(hours, by)| Change::Deprecate(hours, by)),
        1 => Just(Change::Undeprecate),
        2 => Just(Change::Disable),
        1 => Just(Change::Enable),
        5 => days.prop_map(Change::Delete),
        3 => Just(Change::Restore),
        1 => any::<bool>().prop_map(Change::Purge),
        1 => any::<bool>().prop_map(Change::Protect),
        2 => Just(Change::Unprotect),
        1 => select(&NAMES[..]).prop_map(Change::Rename),
        1 => select(&TAGS[..]).prop_map(Change::AddTag),
        1 => select(&TAGS[..]).prop_map(Change::RemoveTag),
        2 => Just(Change::Share),
        3 => any::<bool>().prop_map(Change::Unshare),
        3 => (place, 0..NUMBERS).prop_map(|(place, number)| Change::Copy(place, number)),
        3 => Just(Change::Promote),
        5 => to().prop_map(Change::Open),
        2 => to().prop_map(Change::Close),
        1 => Just(Change::Reset),
    ]
}

/// What is done to people, scopes and credentials.
fn around() -> impl Strategy<Value = Act> {
    let who = || select(&PEOPLE[..]);
    let role = || select(&ROLES[..]);
    let scope = || select(&SCOPES[..]);
    let environment = || select(&ENVIRONMENTS[..]);
    // What holds below one account is where most rules are.
    let near = || prop_oneof![1 => scope(), 4 => select(&SCOPES[1..])];
    let until = prop::option::weighted(0.2, 1..100_i64);
    prop_oneof![
        12 => (who(), role(), near(), until).prop_map(|(to, role, at, until)| Act::Grant(to, role, at, until)),
        4 => (who(), role(), scope()).prop_map(|(from, role, at)| Act::Revoke(from, role, at)),
        1 => who().prop_map(Act::AddPerson),
        1 => who().prop_map(Act::RemovePerson),
        1 => environment().prop_map(Act::AddScope),
        1 => environment().prop_map(Act::RemoveScope),
        2 => scope().prop_map(Act::AddCredential),
        1 => scope().prop_map(Act::RemoveCredential),
        2 => (1..80_i64).prop_map(Act::Wait),
    ]
}

/// What is done to what refers to records, and to account groups.
fn beside() -> impl Strategy<Value = Act> {
    let scope = || select(&SCOPES[..]);
    let account = || select(&ACCOUNTS[..]);
    let map = || select(&MAPS[..]);
    let place = || select(&PLACES[..]);
    prop_oneof![
        3 => (scope(), map()).prop_map(|(at, name)| Act::MakeMap(at, name)),
        6 => (map(), scope(), 0..12_usize).prop_map(|(name, from, which)| Act::SetMap(name, from, which)),
        2 => (map(), scope(), place()).prop_map(|(name, from, place)| Act::UnsetMap(name, from, place)),
        1 => (map(), scope()).prop_map(|(name, from)| Act::RemoveMap(name, from)),
        3 => scope().prop_map(Act::MakeMci),
        10 => (scope(), place(), 0..5 * NUMBERS).prop_map(|(at, place, number)| Act::SetHead(at, place, number)),
        3 => (scope(), place()).prop_map(|(at, place)| Act::UnsetHead(at, place)),
        2 => scope().prop_map(Act::Commit),
        3 => account().prop_map(Act::MakeGroup),
        4 => account().prop_map(Act::Invite),
        1 => (0..4_usize, account()).prop_map(|(which, at)| Act::Cancel(which, at)),
        4 => (0..4_usize, account()).prop_map(|(which, at)| Act::Accept(which, at)),
        1 => (account(), account()).prop_map(|(owner, member)| Act::PutOut(owner, member)),
        1 => (account(), account()).prop_map(|(owner, member)| Act::Leave(owner, member)),
        1 => account().prop_map(Act::DeleteGroup),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let scope = || select(&SCOPES[..]);
    let register = (scope(), select(&PLACES[..]), 0..NUMBERS, any::<bool>());
    let from = prop::option::weighted(0.3, scope());
    prop_oneof![
        4 => around(),
        4 => register.prop_map(|(at, place, number, shared)| Act::Register { at, place, number, shared }),
        11 => (0..12_usize, from, change()).prop_map(|(which, from, change)| Act::Record { which, from, change }),
        1 => (scope(), any::<bool>()).prop_map(|(at, early)| Act::EmptyBin(at, early)),
        5 => beside(),
    ]
}

/// A history: first some rights, records and what refers to them, then anything.
pub(super) fn history() -> impl Strategy<Value = Vec<Step>> {
    let by = prop_oneof![3 => Just(ADMIN), 2 => select(&PEOPLE[..])];
    let step = (by, act(), prop::bool::weighted(0.3));
    let step = step.prop_map(|(by, act, undo)| Step { by, act, undo });
    let by_admin = |act| Step {
        by: ADMIN,
        act,
        undo: false,
    };
    let first = prop::collection::vec(furniture(), 0..16);
    let first =
        first.prop_map(move |acts| acts.into_iter().flatten().map(by_admin).collect::<Vec<_>>());
    let steps = prop::collection::vec(step, 1..60);
    (first, steps).prop_map(|(mut first, steps)| {
        first.extend(steps);
        first
    })
}

fn furniture() -> impl Strategy<Value = Vec<Act>> {
    let scope = || select(&SCOPES[1..]);
    let grant = (select(&PEOPLE[..]), select(&ROLES[..]), scope());
    let register = (scope(), select(&PLACES[..]), 0..NUMBERS, any::<bool>());
    let one = prop_oneof![
        5 => grant.prop_map(|(to, role, at)| Act::Grant(to, role, at, None)),
        5 => register.prop_map(|(at, place, number, shared)| Act::Register { at, place, number, shared }),
        1 => Just(Act::AddCredential("/")),
        1 => scope().prop_map(Act::MakeMci),
        2 => (scope(), select(&MAPS[..])).prop_map(|(at, name)| Act::MakeMap(at, name)),
    ];
    let friends = |(owner, member)| {
        let open = Act::Record {
            which: 0,
            from: None,
            change: Change::Open(To::Group(owner)),
        };
        vec![
            Act::MakeGroup(owner),
            Act::Invite(owner),
            Act::Accept(0, member),
            open,
        ]
    };
    prop_oneof![
        14 => one.prop_map(|act| vec![act]),
        1 => prop_oneof![Just(("/acme", "/beta")), Just(("/beta", "/acme"))].prop_map(friends),
    ]
}
