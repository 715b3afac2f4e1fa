//! Roles given and taken back.

use crate::{held, noon, scope};
use atlas_scope::{
    Grant, GrantError, GrantFacts, Granted, Permission, PrincipalRecord, RevokeError, Role,
    RoleTable, ScopeRecord, grant, revoke,
};

/// Decides at noon of 10 July, with the principal and the scope of the grant there.
fn decided(wanted: Grant, grants: &[Grant]) -> Result<Granted, GrantError> {
    let roles = RoleTable::built_in();
    let principal = PrincipalRecord {
        principal: wanted.principal.clone(),
        created: noon(1),
    };
    let record = ScopeRecord {
        scope: wanted.scope.clone(),
        account_number: None,
        created: noon(1),
        renamed: None,
    };
    let facts = GrantFacts {
        principal: Some(&principal),
        scope: Some(&record),
        grants,
        roles: &roles,
        now: noon(10),
    };
    grant(wanted, &facts)
}

fn revoked(named: &Grant, grants: &[Grant]) -> Result<Grant, RevokeError> {
    let roles = RoleTable::built_in();
    revoke(&named.principal, &named.role, &named.scope, grants, &roles)
}

#[test]
fn s14_a_role_is_granted_once() {
    let wanted = held("dana", "actor", "/acme");
    let granted = decided(wanted.clone(), &[held("lee", "actor", "/acme")]).unwrap();
    assert_eq!(
        granted,
        Granted {
            grant: wanted.clone(),
            replaces: None
        }
    );
    let again = decided(wanted.clone(), std::slice::from_ref(&wanted));
    assert_eq!(again, Err(GrantError::AlreadyGranted { grant: wanted }));
}

#[test]
fn s14_granting_with_another_expiry_replaces() {
    let old = held("dana", "actor", "/acme");
    let new = old.clone().until(noon(20));
    let granted = decided(new.clone(), std::slice::from_ref(&old)).unwrap();
    assert_eq!(
        granted,
        Granted {
            grant: new,
            replaces: Some(old)
        }
    );
}

#[test]
fn s14_a_grant_needs_a_role_a_principal_and_a_scope_that_are_there() {
    let error = decided(held("dana", "actr", "/acme"), &[]).unwrap_err();
    assert!(matches!(error, GrantError::UnknownRole { .. }), "{error}");

    let (wanted, roles) = (held("dana", "actor", "/acme"), RoleTable::built_in());
    let dana = PrincipalRecord {
        principal: wanted.principal.clone(),
        created: noon(1),
    };
    let facts = GrantFacts {
        principal: None,
        scope: None,
        grants: &[],
        roles: &roles,
        now: noon(10),
    };
    let error = grant(wanted.clone(), &facts).unwrap_err();
    assert!(
        matches!(error, GrantError::UnknownPrincipal { .. }),
        "{error}"
    );
    let error = grant(
        wanted,
        &GrantFacts {
            principal: Some(&dana),
            ..facts
        },
    )
    .unwrap_err();
    assert!(matches!(error, GrantError::UnknownScope { .. }), "{error}");
}

#[test]
fn s14_a_grant_cannot_begin_expired() {
    let error = decided(held("dana", "actor", "/acme").until(noon(10)), &[]).unwrap_err();
    assert_eq!(
        error,
        GrantError::ExpiresInThePast {
            expires: noon(10),
            now: noon(10)
        }
    );
}

#[test]
fn s14_the_last_admin_at_the_top_cannot_be_revoked() {
    let last = held("dana", "admin", "/");
    let grants = [
        last.clone(),
        held("dana", "designer", "/"),
        held("lee", "admin", "/acme"),
        held("kim", "admin", "/").until(noon(30)),
    ];
    let refused = revoked(&last, &grants);
    assert_eq!(
        refused,
        Err(RevokeError::LastAdmin {
            grant: last.clone()
        })
    );

    let with_another = [grants.to_vec(), vec![held("ci", "admin", "/")]].concat();
    assert_eq!(revoked(&last, &with_another), Ok(last));
}

#[test]
fn s14_the_last_admin_at_the_top_gets_no_expiry() {
    let last = held("dana", "admin", "/");
    let short = last.clone().until(noon(20));
    let refused = decided(short.clone(), std::slice::from_ref(&last));
    assert_eq!(
        refused,
        Err(GrantError::LastAdmin {
            grant: last.clone()
        })
    );
    assert!(decided(short, &[last, held("lee", "admin", "/")]).is_ok());
}

#[test]
fn s14_other_admins_can_be_revoked() {
    let (top, account) = (held("dana", "admin", "/"), held("dana", "admin", "/acme"));
    assert_eq!(revoked(&account, &[top, account.clone()]), Ok(account));
}

#[test]
fn s14_what_was_not_granted_cannot_be_revoked() {
    let named = held("dana", "actor", "/acme");
    let error = revoked(&named, &[held("dana", "actor", "/acme/prod")]).unwrap_err();
    assert!(matches!(error, RevokeError::NotGranted { .. }), "{error}");
}

#[test]
fn s14_with_another_table_whoever_grants_at_the_top_is_the_last_admin() {
    let keeper: Role = "keeper".parse().unwrap();
    let roles = RoleTable::empty().with(keeper.clone(), [Permission::GrantManage]);
    let last = held("dana", "keeper", "/");
    let grants = [last.clone(), held("lee", "admin", "/")];
    let refused = revoke(&last.principal, &keeper, &scope("/"), &grants, &roles);
    assert_eq!(refused, Err(RevokeError::LastAdmin { grant: last }));
}

#[test]
fn a_grant_is_stored_as_one_object() {
    let grant = held("dana", "actor", "/acme");
    let json = serde_json::to_string(&grant).unwrap();
    assert_eq!(
        json,
        r#"{"principal":"dana","scope":"/acme","role":"actor"}"#
    );
    assert_eq!(serde_json::from_str::<Grant>(&json).unwrap(), grant);
    let until = grant.until(noon(20));
    let json = serde_json::to_string(&until).unwrap();
    assert_eq!(serde_json::from_str::<Grant>(&json).unwrap(), until);
}
