//! What holds for any grants and any scopes.

use atlas_scope::{Decision, Permission, Question, Scope, visible};
use atlas_testkit::scope as make;
use proptest::{prelude::*, sample::Index};

/// Whether the record is read by someone at `viewer` who may read there.
fn reads(record: &Scope, shared: bool, question: &Question, decision: &Decision) -> bool {
    decision.is_allowed() && visible(record, shared, &question.scope)
}

proptest! {
    #[test]
    fn s12_adding_a_grant_never_removes_a_permission(
        grants in make::grants(),
        more in make::grant(),
        question in make::question(),
        roles in make::role_table(),
        now in make::moment(),
    ) {
        let before = question.decide(&grants, &roles, now);
        let after = question.decide(&[grants, vec![more]].concat(), &roles, now);
        prop_assert!(!before.is_allowed() || after.is_allowed());
    }

    #[test]
    fn s12_moving_a_shared_record_up_never_removes_a_reader(
        record in make::scope(),
        shared in any::<bool>(),
        viewer in make::scope(),
    ) {
        for above in record.lineage() {
            prop_assert!(!visible(&record, shared, &viewer) || visible(&above, true, &viewer));
        }
    }

    #[test]
    fn s12_no_principal_of_one_account_reads_a_record_of_another(
        grants in make::grants(),
        record in make::scope(),
        shared in any::<bool>(),
        viewer in make::scope(),
        principal in make::principal(),
        roles in make::role_table(),
        now in make::moment(),
    ) {
        let Some(own) = viewer.account_scope() else { return Ok(()) };
        let mut grants = grants;
        grants.retain(|grant| own.contains(&grant.scope));
        let question = Question::new(Permission::ImageView, viewer, principal.clone());
        let decision = question.decide(&grants, &roles, now);
        if reads(&record, shared, &question, &decision) {
            prop_assert!(record.level() == atlas_scope::Level::Global || own.contains(&record));
        }
        if !own.contains(&record) {
            let there = Question::new(Permission::ImageView, record, principal);
            prop_assert!(!there.decide(&grants, &roles, now).is_allowed());
        }
    }

    #[test]
    fn s06_a_permission_reaches_everything_below(
        grants in make::grants(),
        question in make::question(),
        roles in make::role_table(),
        now in make::moment(),
    ) {
        for above in question.scope.lineage() {
            let asked = Question { scope: above, ..question.clone() };
            let higher = asked.decide(&grants, &roles, now).is_allowed();
            prop_assert!(!higher || question.decide(&grants, &roles, now).is_allowed());
        }
    }

    #[test]
    fn s09_a_decision_and_its_explanation_agree(
        grants in make::grants(),
        question in make::question(),
        roles in make::role_table(),
        now in make::moment(),
        turn in any::<Index>(),
    ) {
        let explanation = question.explain(&grants, &roles, now);
        prop_assert_eq!(&explanation.decision, &question.decide(&grants, &roles, now));
        let allowing = |one: &&atlas_scope::Considered| one.finding == atlas_scope::Finding::Allows;
        let found = explanation.considered.iter().find(allowing);
        prop_assert_eq!(found.is_some(), explanation.decision.is_allowed());
        if let Decision::Allowed(allowed) = &explanation.decision {
            prop_assert!(grants.contains(&allowed.grant));
        }
        if !grants.is_empty() {
            let mut turned = grants.clone();
            turned.rotate_left(turn.index(grants.len()));
            turned.dedup();
            let again = question.explain(&turned, &roles, now).decision;
            prop_assert_eq!(again.is_allowed(), explanation.decision.is_allowed());
        }
    }

    #[test]
    fn s12_a_shared_record_that_moves_up_loses_no_reader(
        from in make::scope(),
        shared in any::<bool>(),
        reader in make::scope(),
    ) {
        let mut seen = visible(&from, shared, &reader);
        for above in from.lineage().skip(1) {
            let higher = visible(&above, true, &reader);
            prop_assert!(!seen || higher, "{above} hides from {reader} what {from} showed");
            seen = higher;
        }
    }

    #[test]
    fn s12_no_scope_sees_another_account_by_the_tree(
        record in make::scope(),
        shared in any::<bool>(),
        reader in make::scope(),
    ) {
        if record.account().is_some() && record.account() != reader.account() {
            prop_assert!(!visible(&record, shared, &reader));
        }
    }

    #[test]
    fn s01_order_is_that_of_the_names(one in make::any_scope(), other in make::scope()) {
        let names = |scope: &Scope| -> Vec<String> {
            let names = scope.as_str().split('/').filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        prop_assert_eq!(one.cmp(&other), names(&one).cmp(&names(&other)));
        let short = one.account_scope().unwrap_or_else(Scope::global);
        prop_assert_eq!(short.cmp(&other), names(&short).cmp(&names(&other)));
        prop_assert_eq!(short.cmp(&one), names(&short).cmp(&names(&one)));
    }

    #[test]
    fn s02_containment_is_an_order_whose_chains_are_lineages(
        one in make::scope(),
        other in make::scope(),
    ) {
        prop_assert_eq!(one.contains(&other), other.lineage().any(|above| above == one));
        prop_assert_eq!(one.contains(&other) && other.contains(&one), one == other);
        if one.contains(&other) {
            prop_assert!(one <= other);
        }
    }
}
