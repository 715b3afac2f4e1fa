//! Scopes, principals, roles, permissions and grants.
//!
//! The alphabets are small on purpose: two accounts, a few people, so that grants meet.

use atlas_base::Timestamp;
use atlas_scope::{
    AccountNumber, Grant, Level, Permission, PrincipalId, Question, Role, RoleTable, Scope,
};
use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any},
    sample::select,
    strategy::Union,
};

/// The first moment that [`moment`] can give: 2026-07-21T14:07:12Z.
const EPOCH_MICROS: i64 = 1_784_642_832_000_000;

/// A scope of a small tree: `/`, `/acme`, `/acme-b`, `/globex` and two environments in each.
pub fn scope() -> impl Strategy<Value = Scope> + Clone {
    let account = select(vec!["acme", "acme-b", "globex"]);
    let environment = select(vec!["prod", "test"]);
    Union::new([
        Just(Scope::global()).boxed(),
        account
            .clone()
            .prop_map(|account| parsed(&format!("/{account}")))
            .boxed(),
        (account, environment)
            .prop_map(|(account, environment)| parsed(&format!("/{account}/{environment}")))
            .boxed(),
    ])
}

/// Any scope at all.
pub fn any_scope() -> impl Strategy<Value = Scope> + Clone {
    vec("[a-z0-9][a-z0-9-]{0,62}", 0..=2).prop_map(|names| parsed(&format!("/{}", names.join("/"))))
}

/// The scope of this text, `/` if it is none.
fn parsed(text: &str) -> Scope {
    Scope::parse(text).unwrap_or_else(|_| Scope::global())
}

/// A level.
pub fn level() -> impl Strategy<Value = Level> + Clone {
    select(vec![Level::Global, Level::Account, Level::Environment])
}

/// One of three principals.
pub fn principal() -> impl Strategy<Value = PrincipalId> + Clone {
    select(vec!["dana", "lee", "ci@acme.example"])
        .prop_filter_map("no principal", |text| PrincipalId::parse(text).ok())
}

/// Any principal at all.
pub fn any_principal() -> impl Strategy<Value = PrincipalId> + Clone {
    "[A-Za-z0-9][A-Za-z0-9._@-]{0,127}"
        .prop_filter_map("no principal", |text| PrincipalId::parse(&text).ok())
}

/// Any permission.
pub fn permission() -> impl Strategy<Value = Permission> + Clone {
    select(Permission::all().collect::<Vec<_>>())
}

/// One of the built-in roles.
pub fn role() -> impl Strategy<Value = Role> + Clone {
    select(RoleTable::built_in().roles().cloned().collect::<Vec<_>>())
}

/// Any well-formed role, known or not.
pub fn any_role() -> impl Strategy<Value = Role> + Clone {
    "[a-z][a-z0-9-]{0,62}".prop_filter_map("no role", |text| Role::parse(&text).ok())
}

/// A role table: the built-in one, or one of random roles over the built-in names.
pub fn role_table() -> impl Strategy<Value = RoleTable> + Clone {
    let random = vec((role(), vec(permission(), 0..8)), 0..6).prop_map(|roles| {
        let add = |table: RoleTable, (role, allowed)| table.with(role, allowed);
        roles.into_iter().fold(RoleTable::empty(), add)
    });
    Union::new([Just(RoleTable::built_in()).boxed(), random.boxed()])
}

/// A moment within an hour, in whole minutes, so that moments meet.
pub fn moment() -> impl Strategy<Value = Timestamp> + Clone {
    (0..60_i64).prop_filter_map("no moment", |minute| {
        Timestamp::from_micros(EPOCH_MICROS + minute * 60_000_000)
    })
}

/// A grant of a built-in role in the small tree, for ever or for a time.
pub fn grant() -> impl Strategy<Value = Grant> + Clone {
    (principal(), role(), scope(), option::of(moment())).prop_map(
        |(principal, role, scope, expires)| Grant {
            expires,
            ..Grant::new(principal, role, scope)
        },
    )
}

/// Up to 12 grants.
pub fn grants() -> impl Strategy<Value = Vec<Grant>> + Clone {
    vec(grant(), 0..12)
}

/// A question about the small tree.
pub fn question() -> impl Strategy<Value = Question> + Clone {
    (permission(), scope(), principal())
        .prop_map(|(permission, scope, principal)| Question::new(permission, scope, principal))
}

/// Any account number.
pub fn account_number() -> impl Strategy<Value = AccountNumber> + Clone {
    any::<u128>().prop_map(AccountNumber::from_bits)
}
