//! The rules of scopes and records against a model that is written straight from them: what several
//! people do at random, what they are refused, and what each of them sees from each scope after it.

mod change;
mod judge;
mod meant;
mod model;
mod real;
mod shown;
mod steps;
mod undo;
mod views;

use self::{
    model::Model,
    real::Real,
    steps::{ADMIN, Act, Change, PEOPLE, SCOPES, Step, history},
    undo::{held, undoing},
};
use crate::support::{STORE, run};
use proptest::prelude::*;

/// Whether a step only ever shows more (S12).
fn widens(act: &Act) -> bool {
    let change = match act {
        Act::Grant(..) => return true,
        Act::Record { change, .. } => change,
        _ => return false,
    };
    matches!(change, Change::Share | Change::Promote | Change::Open(_))
}

/// A history: the model and the world go the same way.
struct History {
    real: Real,
    model: Model,
}

impl History {
    /// Does a step in both; whether it was done.
    async fn step(&mut self, step: &Step) -> bool {
        let mut after = self.model.clone();
        let Some(expected) = after.step(step) else {
            return false;
        };
        let mut readers = None;
        if widens(&step.act) {
            readers = Some(self.real.readers().await);
        }
        let done = self.real.step(step, &self.model).await;
        match (&done, &expected) {
            (Ok(made), Ok(())) => {
                made.name(&mut after);
                self.model = after;
            }
            (Err(error), Err(kinds)) if kinds.contains(&error.kind()) => {}
            _ => panic!(
                "{step:?}: {done:?}, and not {expected:?}, in {:#?}",
                self.model
            ),
        }
        if let Some(readers) = readers {
            let now = self.real.readers().await;
            assert!(readers.is_subset(&now), "{step:?}");
        }
        done.is_ok()
    }

    /// Does a step, and takes it back where it says so: then everything is as it was.
    async fn turn(&mut self, step: &Step) {
        let Some(step) = &self.model.meant(step) else {
            return;
        };
        let before = self.model.clone();
        let mut there = None;
        if step.undo {
            there = Some(held(&self.real.world.atlas).await);
        }
        if !Box::pin(self.step(step)).await {
            return;
        }
        let Some(there) = there else { return };
        let Some(back) = undoing(&step.act, &before, &self.model) else {
            return;
        };
        for one in back {
            assert!(Box::pin(self.step(&one)).await, "{one:?} undoes {step:?}");
        }
        let now = held(&self.real.world.atlas).await;
        let changed: Vec<_> = now.symmetric_difference(&there).collect();
        assert!(changed.is_empty(), "{step:?}: {changed:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn s12_what_people_do_and_see_follows_the_rules(steps in history()) {
        run(async {
            let mut history = History { real: Real::new(), model: Model::new() };
            for (at, step) in steps.iter().enumerate() {
                Box::pin(history.turn(step)).await;
                let who = PEOPLE.into_iter().chain([ADMIN]).nth(at % 4).unwrap();
                let from = SCOPES[at % SCOPES.len()];
                history.real.agrees(&history.model, who, from).await;
            }
            history.real.agree(&history.model).await;
            let report = history.real.world.atlas.check().await.unwrap();
            assert!(report.findings.is_empty(), "{:?}", report.findings);
        });
    }
}

/// Few, unless more are asked for; and fewer where a read is a journey.
fn cases() -> u32 {
    let asked = std::env::var("ATLAS_RECORD_HISTORIES").ok();
    let few = if std::env::var(STORE).is_ok() { 4 } else { 12 };
    asked.and_then(|text| text.parse().ok()).unwrap_or(few)
}
