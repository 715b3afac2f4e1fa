//! Scopes and principals get other names.

use crate::{held, noon, scope};
use atlas_base::Timestamp;
use atlas_scope::{
    Contents, Grant, Level, PrincipalId, PrincipalRecord, RenamePrincipalError,
    RenamePrincipalFacts, RenameScopeError, RenameScopeFacts, RenamedPrincipal, RenamedScope,
    RoleTable, Scope, ScopeRecord, rename_principal, rename_scope,
};

fn record(at: &str) -> ScopeRecord {
    let account = scope(at).level() == Level::Account;
    ScopeRecord {
        scope: scope(at),
        account_number: account.then(|| "012345678901".parse().unwrap()),
        created: noon(1),
        renamed: None,
    }
}

fn renamed(
    from: &str,
    to: &str,
    there: &[&str],
    contents: &Contents,
    grants: &[Grant],
) -> Result<RenamedScope, RenameScopeError> {
    let there: Vec<_> = there.iter().map(|at| record(at)).collect();
    let find = |wanted: &Scope| there.iter().find(|record| record.scope == *wanted);
    let (from, to) = (scope(from), scope(to));
    let facts = RenameScopeFacts {
        record: find(&from),
        holder: find(&to),
        contents,
        grants,
        now: noon(9),
    };
    rename_scope(&from, &to, &facts)
}

#[test]
fn s14_an_empty_scope_gets_another_name_and_keeps_number_and_grants() {
    let grants = [
        held("lee", "actor", "/acme").until(noon(20)),
        held("dana", "admin", "/"),
        held("dana", "designer", "/acme"),
        held("dana", "designer", "/acme/prod"),
    ];
    let there = ["/", "/acme", "/beta"];
    let done = renamed("/acme", "/apex", &there, &Contents::empty(), &grants).unwrap();
    assert_eq!(done.record.scope, scope("/apex"));
    assert_eq!(done.record.account_number, record("/acme").account_number);
    let moments: (Timestamp, Timestamp) = (done.record.created, done.record.named_since());
    assert_eq!(moments, (noon(1), noon(9)));
    assert_eq!(record("/acme").named_since(), noon(1));
    let moved: Vec<_> = done
        .grants
        .iter()
        .map(|moved| (moved.before.clone(), moved.after.clone()))
        .collect();
    assert_eq!(
        moved,
        [
            (grants[2].clone(), held("dana", "designer", "/apex")),
            (
                grants[0].clone(),
                held("lee", "actor", "/apex").until(noon(20))
            ),
        ]
    );
}

#[test]
fn s14_a_scope_that_holds_something_keeps_its_name() {
    let holding = Contents::empty().with("account group", 1);
    let there = ["/", "/acme", "/beta"];
    let refused = renamed("/acme", "/apex", &there, &holding, &[]);
    let (scope, contents) = (scope("/acme"), holding);
    assert_eq!(refused, Err(RenameScopeError::NotEmpty { scope, contents }));
}

#[test]
fn s14_a_scope_is_renamed_where_it_stands_to_a_name_that_is_free() {
    let (there, nothing) = (["/", "/acme", "/beta", "/acme/prod"], Contents::empty());
    let told = |from: &str, to: &str| renamed(from, to, &there, &nothing, &[]).unwrap_err();
    for to in ["/beta", "/acme"] {
        let scope = scope(to);
        assert_eq!(told("/acme", to), RenameScopeError::Taken { scope });
    }
    for (from, to) in [
        ("/acme/prod", "/beta/prod"),
        ("/acme/prod", "/prod"),
        ("/beta", "/acme/beta"),
        ("/beta", "/"),
        ("/beta", "/beta/beta"),
    ] {
        let (from_scope, to_scope) = (scope(from), scope(to));
        let elsewhere = RenameScopeError::Elsewhere {
            from: from_scope,
            to: to_scope,
        };
        assert_eq!(told(from, to), elsewhere);
    }
    assert_eq!(told("/", "/acme"), RenameScopeError::Global);
    let scope = scope("/gone");
    assert_eq!(told("/gone", "/new"), RenameScopeError::Unknown { scope });
    let done = renamed("/acme/prod", "/acme/live", &there, &nothing, &[]);
    assert_eq!(done.unwrap().record.account_number, None);
}

fn who(name: &str) -> PrincipalId {
    name.parse().unwrap()
}

fn known(name: &str) -> PrincipalRecord {
    PrincipalRecord {
        principal: who(name),
        created: noon(1),
    }
}

fn called(
    from: &str,
    to: &str,
    grants: &[Grant],
) -> Result<RenamedPrincipal, RenamePrincipalError> {
    let there = [known("dana"), known("lee")];
    let find = |wanted: &str| there.iter().find(|one| one.principal.as_str() == wanted);
    let facts = RenamePrincipalFacts {
        record: find(from),
        holder: find(to),
        grants,
    };
    rename_principal(&who(from), &who(to), &facts)
}

#[test]
fn s14_a_principal_gets_another_name_and_keeps_every_grant() {
    let grants = [
        held("dana", "admin", "/"),
        held("lee", "admin", "/").until(noon(30)),
        held("dana", "actor", "/acme").until(noon(3)),
    ];
    let done = called("dana", "dana.doe", &grants).unwrap();
    let created = known("dana").created;
    assert_eq!(
        (done.record.principal, done.record.created),
        (who("dana.doe"), created)
    );
    let after: Vec<_> = done
        .grants
        .iter()
        .map(|moved| moved.after.clone())
        .collect();
    assert_eq!(
        after,
        [
            held("dana.doe", "admin", "/"),
            held("dana.doe", "actor", "/acme").until(noon(3))
        ]
    );
    // The last one that administers `/` does so under the new name.
    let roles = RoleTable::built_in();
    assert!(after.iter().any(|grant| grant.administers(&roles)));
    assert_eq!(done.grants[0].before, grants[0]);
    assert_eq!(done.grants[1].before, grants[2]);
}

#[test]
fn s14_a_principal_takes_no_name_that_another_has() {
    for to in ["lee", "dana"] {
        let principal = who(to);
        let refused = called("dana", to, &[]);
        assert_eq!(refused, Err(RenamePrincipalError::Taken { principal }));
    }
    let principal = who("bert");
    let refused = called("bert", "berta", &[]);
    assert_eq!(refused, Err(RenamePrincipalError::Unknown { principal }));
}
