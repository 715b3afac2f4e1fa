//! Access keys come, are replaced, and go.

use crate::{noon, scope};
use atlas_base::Timestamp;
use atlas_scope::{
    AccessKey, AccessKeyError, AccessKeyId, AccessKeyState, AddAccessKey, AddAccessKeyFacts,
    PrincipalId, PrincipalRecord, Scope, ScopeRecord, SealedSecret, add_access_key, add_principal,
    disable_access_key, enable_access_key, rotate_access_key,
};
use proptest::prelude::*;
use std::fmt::Write as _;

fn who(text: &str) -> PrincipalId {
    text.parse().unwrap()
}

fn id(text: &str) -> AccessKeyId {
    text.parse().unwrap()
}

/// What is there: a principal, an account, and keys.
struct There {
    principal: Option<PrincipalRecord>,
    scope: Option<ScopeRecord>,
    keys: Vec<AccessKey>,
    now: Timestamp,
}

impl There {
    fn new() -> Self {
        let scope: Scope = scope("/acme");
        let record = serde_json::json!({
            "scope": scope, "account_number": "123456789012", "created": noon(1),
        });
        Self {
            principal: Some(add_principal(who("dana"), None, noon(1)).unwrap()),
            scope: Some(serde_json::from_value(record).unwrap()),
            keys: Vec::new(),
            now: noon(1),
        }
    }

    fn facts(&self, id: &AccessKeyId) -> AddAccessKeyFacts<'_> {
        AddAccessKeyFacts {
            principal: self.principal.as_ref(),
            scope: self.scope.as_ref(),
            same_id: self.keys.iter().find(|key| key.id == *id),
            keys: &self.keys,
            by: who("admin"),
            now: self.now,
        }
    }

    fn add(&mut self, name: &str) -> Result<AccessKey, AccessKeyError> {
        let added = add_access_key(wanted(name), self.facts(&id(name)))?;
        self.keys.retain(|key| !added.ended.contains(&key.id));
        self.keys.push(added.key.clone());
        Ok(added.key)
    }

    fn rotate(&mut self, name: &str, next: &str, until: Timestamp) -> Result<(), AccessKeyError> {
        let before = self.keys.iter().find(|key| key.id == id(name)).unwrap();
        let rotated = rotate_access_key(before, id(next), until, self.facts(&id(next)))?;
        let gone = |key: &AccessKey| key.id == id(name) || rotated.after.ended.contains(&key.id);
        self.keys.retain(|key| !gone(key));
        self.keys.extend([rotated.before, rotated.after.key]);
        Ok(())
    }

    fn state(&self, name: &str) -> AccessKeyState {
        let key = self.keys.iter().find(|key| key.id == id(name));
        key.unwrap().state(self.now)
    }
}

fn wanted(name: &str) -> AddAccessKey {
    AddAccessKey {
        principal: who("dana"),
        scope: scope("/acme"),
        id: id(name),
        until: None,
    }
}

#[test]
fn e04_a_key_is_of_a_principal_and_a_project_that_are_there() {
    let there = There::new();
    let added = add_access_key(wanted("AKIDONE"), there.facts(&id("AKIDONE"))).unwrap();
    assert_eq!(
        (&added.key.principal, &added.key.scope),
        (&who("dana"), &scope("/acme"))
    );
    assert_eq!(
        (added.key.created, added.key.created_by),
        (noon(1), who("admin"))
    );
    assert_eq!(added.ended, []);
}

#[test]
fn e04_refused_keys_word_for_word() {
    let mut there = There::new();
    let mut told = String::new();
    let mut tell = |refused: Result<AccessKey, AccessKeyError>| {
        writeln!(told, "{}", refused.unwrap_err()).unwrap();
    };
    let try_one = |there: &There, asked: AddAccessKey| {
        let facts = there.facts(&asked.id.clone());
        add_access_key(asked, facts).map(|added| added.key)
    };
    let mut nobody = wanted("AKIDONE");
    nobody.principal = who("eve");
    tell(try_one(&there, nobody));
    let mut nowhere = wanted("AKIDONE");
    nowhere.scope = scope("/beta");
    tell(try_one(&there, nowhere));
    let mut everywhere = wanted("AKIDONE");
    everywhere.scope = Scope::global();
    tell(try_one(&there, everywhere));
    let mut over = wanted("AKIDONE");
    over.until = Some(noon(1));
    tell(try_one(&there, over));
    let one = there.add("AKIDONE").unwrap();
    tell(try_one(&there, wanted("AKIDONE")));
    there.add("AKIDTWO").unwrap();
    tell(try_one(&there, wanted("AKIDTHREE")));
    tell(enable_access_key(&one, noon(2)));
    let disabled = disable_access_key(&one, noon(2)).unwrap();
    tell(disable_access_key(&disabled, noon(2)));
    let ended = AccessKey {
        until: Some(noon(2)),
        ..one
    };
    tell(disable_access_key(&ended, noon(2)));
    tell(enable_access_key(&ended, noon(2)));
    insta::assert_snapshot!(told);
}

#[test]
fn e04_what_is_signed_with_a_key_counts_by_its_state() {
    let mut there = There::new();
    let key = there.add("AKIDONE").unwrap();
    assert_eq!(key.state(noon(1)), AccessKeyState::Active);
    let disabled = disable_access_key(&key, noon(2)).unwrap();
    assert_eq!(disabled.state(noon(2)), AccessKeyState::Disabled);
    assert_eq!(enable_access_key(&disabled, noon(3)).unwrap(), key);
    let until = AccessKey {
        until: Some(noon(4)),
        ..disabled
    };
    assert_eq!(until.state(noon(3)), AccessKeyState::Disabled);
    // The moment itself is no longer a part of its time.
    assert_eq!(until.state(noon(4)), AccessKeyState::Ended);
    let words = [
        AccessKeyState::Active,
        AccessKeyState::Disabled,
        AccessKeyState::Ended,
    ];
    for word in words {
        assert_eq!(serde_json::to_string(&word).unwrap(), format!("\"{word}\""));
    }
}

#[test]
fn e04_a_key_that_gets_a_successor_ends_no_later_than_it_would_have() {
    let mut there = There::new();
    there.add("AKIDONE").unwrap();
    there.keys[0].until = Some(noon(9));
    there.rotate("AKIDONE", "AKIDTWO", noon(20)).unwrap();
    let ends: Vec<_> = there.keys.iter().map(|key| key.until).collect();
    assert_eq!(ends, [Some(noon(9)), None]);
    there.now = noon(9);
    let ended = there.rotate("AKIDONE", "AKIDTHREE", noon(20));
    assert!(matches!(ended, Err(AccessKeyError::Ended { .. })));
    // What has ended goes when another comes, and a moment that is over means now.
    there.rotate("AKIDTWO", "AKIDTHREE", noon(1)).unwrap();
    assert_eq!(there.state("AKIDTWO"), AccessKeyState::Ended);
    assert_eq!(there.state("AKIDTHREE"), AccessKeyState::Active);
    assert_eq!(there.keys.len(), 2);
}

#[test]
fn no_secret_is_shown() {
    let sealed = SealedSecret::parse("v1.abc.def").unwrap();
    assert_eq!(format!("{sealed:?}"), "SealedSecret(10 bytes)");
    for (text, at) in [
        ("", 0),
        ("se cret", 2),
        ("\u{e9}", 0),
        (&"x".repeat(1025), 1024),
    ] {
        let error = SealedSecret::parse(text).unwrap_err();
        assert_eq!(error.at(), at);
        assert!(
            text.is_empty() || !error.to_string().contains(text),
            "{error}"
        );
    }
    SealedSecret::parse(&"x".repeat(1024)).unwrap();
}

#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Rotate(usize, u8, u32),
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<u8>().prop_map(Step::Add),
        (any::<usize>(), any::<u8>(), 1..28_u32)
            .prop_map(|(at, next, until)| { Step::Rotate(at, next, until) }),
        Just(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn e04_there_are_never_more_keys_than_one_and_its_successor(steps in prop::collection::vec(step(), 0..40)) {
        let mut there = There::new();
        let mut day = 1;
        for step in steps {
            let before = there.keys.clone();
            let outcome = match step {
                Step::Add(name) => there.add(&format!("K{name}")).map(|_| ()),
                Step::Rotate(at, next, until) if !before.is_empty() => {
                    let name = before[at % before.len()].id.to_string();
                    there.rotate(&name, &format!("K{next}"), noon(until))
                }
                Step::Rotate(..) => Ok(()),
                Step::Wait => {
                    day = (day + 1).min(28);
                    there.now = noon(day);
                    Ok(())
                }
            };
            if outcome.is_err() {
                prop_assert_eq!(&there.keys, &before);
            }
            let live = there.keys.iter().filter(|key| key.state(there.now) != AccessKeyState::Ended);
            prop_assert!(live.count() <= AccessKey::MOST);
            let mut ids: Vec<_> = there.keys.iter().map(|key| &key.id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), there.keys.len());
        }
    }

    #[test]
    fn ids_of_chance_are_ids_and_differ(one in any::<u128>(), other in any::<u128>()) {
        let id = AccessKeyId::from_bits(one);
        prop_assert_eq!(id.as_str().len(), 20);
        prop_assert_eq!(AccessKeyId::parse(id.as_str()).unwrap(), id.clone());
        let low = u128::MAX >> 48;
        let same = one & low == other & low;
        prop_assert_eq!(AccessKeyId::from_bits(other) == id, same);
    }
}
