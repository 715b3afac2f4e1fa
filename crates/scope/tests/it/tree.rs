//! Scopes come and go.

use crate::{held, noon, scope};
use atlas_scope::{
    AccountNumber, AddScope, AddScopeError, AddScopeFacts, Contents, RemoveScopeError,
    RemoveScopeFacts, ScopeRecord, add_scope, remove_scope,
};

fn number() -> AccountNumber {
    "012345678901".parse().unwrap()
}

fn record(at: &str) -> ScopeRecord {
    let account_number = (scope(at).level() == atlas_scope::Level::Account).then(number);
    ScopeRecord {
        scope: scope(at),
        account_number,
        created: noon(1),
        renamed: None,
    }
}

fn added(
    at: &str,
    number: Option<AccountNumber>,
    there: &[&str],
) -> Result<ScopeRecord, AddScopeError> {
    let there: Vec<_> = there.iter().map(|at| record(at)).collect();
    let find = |wanted| there.iter().find(|record| Some(&record.scope) == wanted);
    let scope = scope(at);
    let facts = AddScopeFacts {
        existing: find(Some(&scope)),
        parent: find(scope.parent().as_ref()),
        number_holder: there
            .iter()
            .find(|record| record.account_number == number && number.is_some()),
        now: noon(1),
    };
    add_scope(
        AddScope {
            scope: scope.clone(),
            account_number: number,
        },
        &facts,
    )
}

#[test]
fn s14_a_scope_is_added_below_one_that_is_there() {
    assert_eq!(added("/acme", Some(number()), &["/"]), Ok(record("/acme")));
    assert_eq!(
        added("/acme/prod", None, &["/", "/acme"]),
        Ok(record("/acme/prod"))
    );
    let error = added("/acme/prod", None, &["/"]).unwrap_err();
    let (scope, parent) = (scope("/acme/prod"), scope("/acme"));
    assert_eq!(error, AddScopeError::NoParent { scope, parent });
}

#[test]
fn s14_a_scope_is_added_once() {
    let error = added("/acme", Some(number()), &["/", "/acme"]).unwrap_err();
    assert_eq!(
        error,
        AddScopeError::AlreadyThere {
            scope: scope("/acme")
        }
    );
    let error = added("/", None, &[]).unwrap_err();
    assert_eq!(error, AddScopeError::AlreadyThere { scope: scope("/") });
}

#[test]
fn s14_an_account_has_a_number_of_its_own_and_nothing_else_has_one() {
    let error = added("/acme", None, &["/"]).unwrap_err();
    assert_eq!(
        error,
        AddScopeError::NumberMissing {
            scope: scope("/acme")
        }
    );
    let error = added("/globex", Some(number()), &["/", "/acme"]).unwrap_err();
    assert_eq!(error, AddScopeError::NumberTaken { number: number() });
    let error = added("/acme/prod", Some(number()), &["/", "/acme"]).unwrap_err();
    assert!(
        matches!(error, AddScopeError::NumberNotAllowed { .. }),
        "{error}"
    );
}

#[test]
fn s14_an_account_number_has_twelve_digits() {
    assert_eq!(number().to_string(), "012345678901");
    assert_eq!(
        AccountNumber::from_bits(1_000_000_000_007).to_string(),
        "000000000007"
    );
    for (text, at) in [
        ("", 0),
        ("12345678901", 11),
        ("1234567890123", 12),
        ("12345678901a", 11),
    ] {
        assert_eq!(AccountNumber::parse(text).unwrap_err().at(), at, "{text}");
    }
}

#[test]
fn s14_only_an_empty_scope_is_removed() {
    let (there, held_here) = (record("/acme"), held("dana", "actor", "/acme"));
    let grants = [held_here.clone(), held("dana", "actor", "/globex")];
    let full = Contents::empty()
        .with("image records", 12)
        .with("environments", 2)
        .with("MCIs", 0);
    let facts = RemoveScopeFacts {
        record: Some(&there),
        contents: &full,
        grants: &grants,
    };
    let error = remove_scope(&scope("/acme"), &facts).unwrap_err();
    let RemoveScopeError::NotEmpty { contents, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(
        contents.counts().collect::<Vec<_>>(),
        [("environments", 2), ("image records", 12)]
    );

    let empty = Contents::empty();
    let removed = remove_scope(
        &scope("/acme"),
        &RemoveScopeFacts {
            contents: &empty,
            ..facts
        },
    )
    .unwrap();
    assert_eq!(
        (removed.scope, removed.grants),
        (scope("/acme"), vec![held_here])
    );
}

#[test]
fn s14_the_global_and_an_unknown_scope_are_not_removed() {
    let empty = Contents::empty();
    let facts = RemoveScopeFacts {
        record: None,
        contents: &empty,
        grants: &[],
    };
    assert_eq!(
        remove_scope(&scope("/"), &facts),
        Err(RemoveScopeError::Global)
    );
    let unknown = RemoveScopeError::Unknown {
        scope: scope("/acme"),
    };
    assert_eq!(remove_scope(&scope("/acme"), &facts), Err(unknown));
}

#[test]
fn a_scope_record_is_stored_as_one_object() {
    let json = serde_json::to_string(&record("/acme")).unwrap();
    assert_eq!(
        json,
        r#"{"scope":"/acme","account_number":"012345678901","created":"2026-07-01T12:00:00Z"}"#
    );
    assert_eq!(
        serde_json::from_str::<ScopeRecord>(&json).unwrap(),
        record("/acme")
    );
}
