//! A launch depends on what its trace names, and on nothing else.

use crate::{
    AMI, deprecated, ended,
    launch::{OTHER_AMI, Stage, TOKYO, with_scripts},
    record,
    template_content::{CACHE, DATABASE, WEB},
};
use atlas_image::ImageRecord;
use atlas_template::{LaunchStep, LaunchTrace, TemplateEdit, TraceStep};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PLACES: &[&str] = &[TOKYO, "aws/us-east-1", "azure/westeurope", "gcp/us-east1"];

/// A record at one of few scopes, of an image that a link may name or not.
fn any_record(id: u128) -> impl Strategy<Value = ImageRecord> {
    let scope = select(&["/", "/acme", "/acme/prod", "/acme/dev", "/other"][..]);
    let place = select(&PLACES[..2]);
    let image = select(&[AMI, OTHER_AMI, "ami-00000000000000001"][..]);
    let extra = select(vec![
        Value::Null,
        json!({ "architecture": "x86_64" }),
        json!({ "architecture": "aarch64" }),
        json!({ "agent": { "state": "absent" } }),
        json!({ "agent": { "state": "installed", "kind": "right_link" } }),
        ended("disabled"),
        ended("deleted"),
        deprecated("2026-01-01T00:00:00Z", Value::Null),
        json!({ "shared": false }),
    ]);
    (scope, place, image, extra)
        .prop_map(move |(scope, place, image, extra)| record(id, scope, place, image, extra))
}

fn records() -> impl Strategy<Value = Vec<ImageRecord>> {
    vec(0_u128..1, 0..8).prop_flat_map(|slots| {
        let ids = slots.into_iter().zip(1_u128..);
        ids.map(|(_, id)| any_record(id)).collect::<Vec<_>>()
    })
}

fn stage() -> impl Strategy<Value = Stage> {
    let default = select(&[WEB, DATABASE, CACHE][..]);
    let choice = option::of(select(&[WEB, DATABASE][..]));
    (default, any::<bool>(), choice, records()).prop_map(
        |(default, has_scripts, choice, records)| {
            let default =
                (default != WEB).then_some(TemplateEdit::MakeDefault { lineage: default });
            let scripts = has_scripts.then(with_scripts);
            let mut stage = Stage::new(default.into_iter().chain(scripts));
            stage.choice = choice;
            stage.records = records;
            stage
        },
    )
}

/// The records that a trace names: the one that counts, and the scopes of those that it hides.
fn named(trace: &LaunchTrace, records: &[ImageRecord]) -> Vec<ImageRecord> {
    let mut ids = BTreeSet::new();
    let mut scopes = BTreeSet::new();
    for step in trace.steps() {
        if let LaunchStep::Mci(TraceStep::Record {
            record, shadows, ..
        }) = step
        {
            ids.insert(*record);
            scopes.extend(shadows.iter().cloned());
        }
    }
    let counts = records.iter().find(|record| ids.contains(&record.id()));
    let is_named = |record: &&ImageRecord| {
        counts.is_some_and(|counts| {
            let is_same =
                record.image_id() == counts.image_id() && record.location() == counts.location();
            record.id() == counts.id() || is_same && scopes.contains(record.scope())
        })
    };
    records.iter().filter(is_named).cloned().collect()
}

proptest! {
    #[test]
    fn r06_what_the_trace_does_not_name_can_go(mut stage in stage(), place in select(PLACES)) {
        let (launch, trace) = (stage.launch(place), stage.explain(place));
        prop_assert_eq!(&stage.explain(place), &trace);
        stage.records = named(&trace, &stage.records);
        prop_assert_eq!(stage.launch(place), launch);
        prop_assert_eq!(stage.explain(place), trace);
    }

    #[test]
    fn r06_what_the_trace_names_matters(mut stage in stage(), place in select(PLACES)) {
        let trace = stage.explain(place);
        for gone in named(&trace, &stage.records) {
            let all = stage.records.clone();
            stage.records.retain(|record| record.id() != gone.id());
            // A record of the same scope may stand in for one that is hidden.
            let stands_in = stage.records.iter().any(|it| {
                it.scope() == gone.scope() && it.image_id() == gone.image_id() && it.location() == gone.location()
            });
            prop_assert!(stands_in || stage.explain(place) != trace);
            stage.records = all;
        }
    }

    #[test]
    fn r06_the_order_of_facts_does_not_matter(mut stage in stage(), place in select(PLACES)) {
        let trace = stage.explain(place);
        stage.records.reverse();
        prop_assert_eq!(stage.explain(place), trace);
    }
}
