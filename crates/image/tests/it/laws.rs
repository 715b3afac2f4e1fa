//! What holds for any scopes.

use crate::{AMI, credential, decided, record, request, scope};
use atlas_image::{ImageRecord, RegisterError, nearest};
use atlas_scope::visible;
use atlas_testkit::scope as make;
use proptest::{collection::vec, prelude::*};

proptest! {
    #[test]
    fn c02_an_image_is_registered_exactly_where_a_credential_reaches(
        holders in vec(make::scope(), 0..4),
        at in make::scope(),
    ) {
        let credentials: Vec<_> = holders
            .iter()
            .enumerate()
            .map(|(number, holder)| {
                let name = format!("c{number}");
                credential(number as u128, &holder.to_string(), "aws/us-east-1", &name)
            })
            .collect();
        let mut request = request(&at.to_string(), "aws/us-east-1", AMI);
        let fitting = credentials.iter().find(|credential| credential.scope().contains(&at));
        request.credential = fitting.map(|credential| credential.name().clone());
        match decided(request.clone(), &credentials, &[]) {
            Ok(registered) => {
                prop_assert_eq!(registered.record.credential(), fitting.map(atlas_image::Credential::id));
                prop_assert!(fitting.is_some());
            }
            Err(RegisterError::NoCredential { possible, .. }) => {
                prop_assert!(fitting.is_none());
                for scope in possible {
                    prop_assert!(at.contains(&scope), "nothing beside is named");
                    let there = atlas_image::RegisterImage { scope, ..request.clone() };
                    let answer = decided(there, &credentials, &[]);
                    let still = matches!(answer, Err(RegisterError::NoCredential { .. }));
                    prop_assert!(!still);
                }
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn i05_a_scope_and_those_above_it_hold_at_most_one_record_when_it_registers(
        holders in vec((make::scope(), any::<bool>()), 0..4),
        at in make::scope(),
    ) {
        let same: Vec<_> = holders
            .iter()
            .enumerate()
            .map(|(number, (holder, shared))| record(number as u128, &holder.to_string(), *shared))
            .collect();
        let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
        let answer = decided(request(&at.to_string(), "aws/us-east-1", AMI), &anywhere, &same);
        let above = same.iter().find(|record| record.scope().contains(&at));
        prop_assert_eq!(answer.is_err(), above.is_some());
        if let Err(RegisterError::AlreadyRegistered(conflict)) = answer
            && let Some((_, holder)) = conflict.holder
        {
            prop_assert!(same.iter().any(|record| *record.scope() == holder && visible(&holder, record.shared(), &at)));
        }
    }

    #[test]
    fn i05_what_counts_does_not_depend_on_the_order_of_the_records(
        holders in vec((make::scope(), any::<bool>()), 0..5),
        viewer in make::scope(),
    ) {
        let records: Vec<_> = holders
            .iter()
            .enumerate()
            .map(|(number, (holder, shared))| record(number as u128, &holder.to_string(), *shared))
            .collect();
        let found = nearest(&records, &viewer);
        prop_assert_eq!(&found, &nearest(records.iter().rev(), &viewer));
        let seen = |record: &&ImageRecord| visible(record.scope(), record.shared(), &viewer);
        let count = found.map_or(0, |found| 1 + found.shadows.len());
        prop_assert_eq!(count, records.iter().filter(seen).count());
    }
}

#[test]
fn the_helpers_make_what_they_say() {
    assert_eq!(record(3, "/acme", true).scope(), &scope("/acme"));
}
