//! Plans, which people mail to one another, and what chooses in them.
#![no_main]

use atlas_image::{Plan, PlanItem, PlanKind, RetentionGroup, RetentionItem, RevokeItem};
use atlas_template::{ReplaceItem, ReplaceKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(group) = RetentionGroup::parse(text) {
        assert_eq!(group.to_string(), text);
    }
    if let Ok(key) = ReplaceKey::parse(text) {
        assert_eq!(ReplaceKey::parse(&key.to_string()), Ok(key));
    }
    match PlanKind::of(text) {
        Ok(PlanKind::Revoke) => plan::<RevokeItem>(text),
        Ok(PlanKind::Replace) => plan::<ReplaceItem>(text),
        Ok(PlanKind::Retention) => plan::<RetentionItem>(text),
        _ => {}
    }
});

fn plan<I: PlanItem>(text: &str) {
    let Ok(plan) = Plan::<I>::parse(text) else {
        return;
    };
    let written = plan.to_text().expect("what was read can be written");
    assert_eq!(Plan::parse(&written).as_ref(), Ok(&plan));
    let lines = plan.to_string().lines().count();
    assert!(lines > plan.items().len());
    // A plan always agrees with itself, and every part of it that can stand is a part of it.
    assert!(plan.moved(&plan).is_empty());
    let keys = plan.items().iter().step_by(2).map(I::key).collect();
    if let Ok(part) = plan.select(&keys) {
        assert!(part.moved(&plan).is_empty());
        assert!(part.confirmed(&plan).is_ok());
    }
}
