//! Scopes and the names beside them: display then parse, and lineages end at the global scope.
#![no_main]

use atlas_scope::{AccountNumber, Permission, PrincipalId, Role, Scope};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Scope::parse(text) {
        Ok(scope) => check(text, &scope),
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    if let Ok(principal) = PrincipalId::parse(text) {
        assert_eq!(principal.to_string(), text);
    }
    if let Ok(role) = Role::parse(text) {
        assert_eq!(role.to_string(), text);
    }
    if let Ok(permission) = Permission::parse(text) {
        assert_eq!(permission.to_string(), text);
    }
    if let Ok(number) = AccountNumber::parse(text) {
        assert_eq!(AccountNumber::parse(&number.to_string()), Ok(number));
    }
});

fn check(text: &str, scope: &Scope) {
    assert_eq!(scope.as_str(), text);
    let lineage: Vec<_> = scope.lineage().collect();
    assert!((1..=3).contains(&lineage.len()), "{lineage:?}");
    assert_eq!(lineage.first(), Some(scope));
    assert_eq!(lineage.last(), Some(&Scope::global()));
    for above in lineage {
        assert!(above.contains(scope), "{above} {scope}");
        assert_eq!(Scope::parse(above.as_str()), Ok(above));
    }
}
