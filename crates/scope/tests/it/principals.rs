//! Principals come and go.

use crate::{held, noon};
use atlas_scope::{
    AddPrincipalError, PrincipalId, PrincipalRecord, RemovePrincipalError, RoleTable,
    add_principal, remove_principal,
};

fn dana() -> PrincipalId {
    "dana".parse().unwrap()
}

#[test]
fn s14_a_principal_is_added_once() {
    let record = add_principal(dana(), None, noon(1)).unwrap();
    assert_eq!(
        record,
        PrincipalRecord {
            principal: dana(),
            created: noon(1)
        }
    );
    let again = add_principal(dana(), Some(&record), noon(2));
    assert_eq!(
        again,
        Err(AddPrincipalError::AlreadyThere { principal: dana() })
    );
}

#[test]
fn s14_a_principal_goes_with_all_its_grants() {
    let (record, roles) = (
        add_principal(dana(), None, noon(1)).unwrap(),
        RoleTable::built_in(),
    );
    let own = [held("dana", "admin", "/"), held("dana", "actor", "/acme")];
    let grants = [own[1].clone(), held("lee", "admin", "/"), own[0].clone()];
    let removed = remove_principal(&dana(), Some(&record), &grants, &roles).unwrap();
    assert_eq!(
        (removed.principal, removed.grants.as_slice()),
        (dana(), own.as_slice())
    );
}

#[test]
fn s14_the_last_admin_at_the_top_stays() {
    let (record, roles) = (
        add_principal(dana(), None, noon(1)).unwrap(),
        RoleTable::built_in(),
    );
    let grants = [
        held("dana", "admin", "/"),
        held("lee", "admin", "/").until(noon(30)),
    ];
    let refused = remove_principal(&dana(), Some(&record), &grants, &roles);
    assert_eq!(
        refused,
        Err(RemovePrincipalError::LastAdmin { principal: dana() })
    );
}

#[test]
fn s14_an_unknown_principal_cannot_be_removed() {
    let refused = remove_principal(&dana(), None, &[], &RoleTable::built_in());
    assert_eq!(
        refused,
        Err(RemovePrincipalError::Unknown { principal: dana() })
    );
}
