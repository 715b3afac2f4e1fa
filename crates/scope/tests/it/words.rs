//! Texts that are read and written back.

use atlas_scope::{AccountNumber, Permission, PrincipalId, Role, Scope};
use atlas_testkit::scope as make;
use proptest::prelude::*;

proptest! {
    #[test]
    fn s01_scopes_are_written_as_they_are_read(scope in make::any_scope()) {
        let text = scope.to_string();
        prop_assert_eq!(Scope::parse(&text), Ok(scope.clone()));
        prop_assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{text}\""));
        if let Some((above, name)) = scope.parent().zip(text.rsplit('/').next()) {
            prop_assert_eq!(above.child(name), Ok(scope));
        }
    }

    #[test]
    fn principals_are_written_as_they_are_read(principal in make::any_principal()) {
        prop_assert_eq!(PrincipalId::parse(&principal.to_string()), Ok(principal));
    }

    #[test]
    fn roles_are_written_as_they_are_read(role in make::any_role()) {
        prop_assert_eq!(Role::parse(&role.to_string()), Ok(role));
    }

    #[test]
    fn permissions_are_written_as_they_are_read(permission in make::permission()) {
        prop_assert_eq!(Permission::parse(&permission.to_string()), Ok(permission));
    }

    #[test]
    fn account_numbers_are_written_as_they_are_read(number in make::account_number()) {
        prop_assert_eq!(AccountNumber::parse(&number.to_string()), Ok(number));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>()) {
        let offsets = [
            Scope::parse(&text).err().map(|error| error.at()),
            PrincipalId::parse(&text).err().map(|error| error.at()),
            Role::parse(&text).err().map(|error| error.at()),
            Permission::parse(&text).err().map(|error| error.at()),
            AccountNumber::parse(&text).err().map(|error| error.at()),
        ];
        for at in offsets.into_iter().flatten() {
            prop_assert!(text.is_char_boundary(at), "{at} in {text:?}");
        }
    }
}
