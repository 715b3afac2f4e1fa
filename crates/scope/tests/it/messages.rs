//! Every message, word for word.

use crate::{held, noon, scope};
use atlas_scope::{
    AccessKeyId, AccountNumber, AddPrincipalError, AddScopeError, Contents, Denied, GrantError,
    ParseAccessKeyIdError, ParseAccountNumberError, ParsePermissionError, ParsePrincipalError,
    ParseRoleError, ParseScopeError, Permission, PrincipalId, RemovePrincipalError,
    RemoveScopeError, RenamePrincipalError, RenameScopeError, RevokeError, Role, Scope,
};
use std::{error::Error, fmt::Write as _};

/// One message a line.
fn table(errors: &[&dyn Error]) -> String {
    let mut text = String::new();
    for error in errors {
        assert!(error.source().is_none(), "{error}");
        writeln!(text, "{error}").unwrap();
    }
    text
}

/// Input, offset and message of texts that are refused.
fn refusals<T, E: Error>(
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, E>,
    at: fn(&E) -> usize,
) -> String {
    let mut lines = String::new();
    for text in texts {
        let Err(error) = parse(text) else {
            panic!("`{text}` is not refused")
        };
        writeln!(lines, "{}: {error}", at(&error)).unwrap();
    }
    lines
}

#[test]
fn s01_texts_that_are_no_scope() {
    let long = format!("/{}", "a".repeat(64));
    let texts = [
        "",
        "acme",
        "//",
        "/acme/",
        "/Acme",
        "/-acme",
        "/acme/prod/db",
        "/acme prod",
        "/a\u{e9}",
        "/a\n",
        &long,
    ];
    insta::assert_snapshot!(refusals(&texts, Scope::parse, ParseScopeError::at));
    let child = |name: &str| scope("/acme").child(name);
    insta::assert_snapshot!(refusals(&["", "a/b", "Prod"], child, ParseScopeError::at), @r"
    6: `/acme/` is no scope: expected one name of lower-case letters, digits and hyphens, not a hyphen first
    6: `/acme/a/b` is no scope: expected one name of lower-case letters, digits and hyphens, not a hyphen first
    6: `/acme/Prod` is no scope: `P` at byte 6, a name is lower-case letters, digits and hyphens, not a hyphen first
    ");
}

#[test]
fn texts_that_are_no_principal() {
    let long = "a".repeat(129);
    let texts = ["", ".dana", "dana smith", "d\u{e4}na", &long];
    insta::assert_snapshot!(refusals(
        &texts,
        PrincipalId::parse,
        ParsePrincipalError::at
    ));
}

#[test]
fn texts_that_are_no_access_key_id() {
    let long = "A".repeat(129);
    let texts = ["", "a b", "AKID/x", "\u{e9}", &long];
    insta::assert_snapshot!(refusals(
        &texts,
        AccessKeyId::parse,
        ParseAccessKeyIdError::at
    ));
}

#[test]
fn texts_that_are_no_role() {
    let long = "a".repeat(64);
    let texts = ["", "Admin", "1st", "big_boss", &long];
    insta::assert_snapshot!(refusals(&texts, Role::parse, ParseRoleError::at));
}

#[test]
fn texts_that_are_no_permission() {
    let texts = ["", "image", "image.enrol", "mci.", "Launch", "view"];
    insta::assert_snapshot!(refusals(
        &texts,
        Permission::parse,
        ParsePermissionError::at
    ));
}

#[test]
fn texts_that_are_no_account_number() {
    let texts = ["", "1234", "1234-5678-9012"];
    insta::assert_snapshot!(refusals(
        &texts,
        AccountNumber::parse,
        ParseAccountNumberError::at
    ));
}

#[test]
fn s08_denials() {
    let denied = |permission, roles: &[Role]| Denied {
        principal: "dana".parse().unwrap(),
        permission,
        scope: scope("/acme/prod"),
        roles: roles.to_vec(),
    };
    let (usual, none) = (
        denied(Permission::ImageRegister, &[Role::ADMIN, Role::DESIGNER]),
        denied(Permission::Launch, &[]),
    );
    insta::assert_snapshot!(table(&[&usual, &none]));
}

#[test]
fn s14_refused_changes_of_the_tree() {
    let number = "123456789012".parse().unwrap();
    let (acme, prod) = (scope("/acme"), scope("/acme/prod"));
    let contents = Contents::empty().with("MCIs", 3).with("image records", 1);
    insta::assert_snapshot!(table(&[
        &AddScopeError::AlreadyThere {
            scope: acme.clone()
        },
        &AddScopeError::NoParent {
            scope: prod.clone(),
            parent: acme.clone()
        },
        &AddScopeError::NumberMissing {
            scope: acme.clone()
        },
        &AddScopeError::NumberNotAllowed {
            scope: prod.clone(),
            number
        },
        &AddScopeError::NumberTaken { number },
        &RemoveScopeError::Global,
        &RemoveScopeError::Unknown {
            scope: prod.clone()
        },
        &RemoveScopeError::NotEmpty {
            scope: acme.clone(),
            contents: contents.clone()
        },
        &RenameScopeError::Global,
        &RenameScopeError::Unknown {
            scope: prod.clone()
        },
        &RenameScopeError::Elsewhere {
            from: prod,
            to: scope("/beta/prod")
        },
        &RenameScopeError::Elsewhere {
            from: acme.clone(),
            to: scope("/beta/prod")
        },
        &RenameScopeError::Taken {
            scope: acme.clone()
        },
        &RenameScopeError::NotEmpty {
            scope: acme,
            contents
        },
    ]));
    assert_eq!(Contents::empty().to_string(), "nothing");
}

#[test]
fn s14_refused_changes_of_people_and_grants() {
    let grant = held("dana", "admin", "/");
    let principal = || grant.principal.clone();
    let known = vec![Role::ACTOR, Role::ADMIN];
    insta::assert_snapshot!(table(&[
        &AddPrincipalError::AlreadyThere {
            principal: principal()
        },
        &RemovePrincipalError::Unknown {
            principal: principal()
        },
        &RemovePrincipalError::LastAdmin {
            principal: principal()
        },
        &RenamePrincipalError::Unknown {
            principal: principal()
        },
        &RenamePrincipalError::Taken {
            principal: principal()
        },
        &GrantError::UnknownRole {
            role: "actr".parse().unwrap(),
            known
        },
        &GrantError::UnknownPrincipal {
            principal: principal()
        },
        &GrantError::UnknownScope {
            scope: scope("/acme")
        },
        &GrantError::ExpiresInThePast {
            expires: noon(1),
            now: noon(2)
        },
        &GrantError::AlreadyGranted {
            grant: grant.clone().until(noon(20))
        },
        &GrantError::LastAdmin {
            grant: grant.clone()
        },
        &RevokeError::NotGranted {
            principal: principal(),
            role: Role::ACTOR,
            scope: scope("/acme")
        },
        &RevokeError::LastAdmin {
            grant: grant.clone()
        },
    ]));
}

#[test]
fn every_error_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Denied>();
    crosses::<GrantError>();
    crosses::<RemoveScopeError>();
    crosses::<ParseScopeError>();
}
