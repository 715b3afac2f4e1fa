//! One image of a million by the id that its cloud gave it.

use crate::{
    Fault,
    fleet::{Fleet, OBSERVER},
};
use atlas_benches::{Claim, Effort, versus};
use cloud_atlas::{Atlas, ImageQuery, Paging, image_id::ImageId};
use pollster::block_on;

/// Microseconds that it may take.
const LIMIT: f64 = 20.0;

pub(crate) fn run(url: &str, fleet: &Fleet) -> Result<(), Fault> {
    let session = block_on(Atlas::open(url))?.act_as(&OBSERVER.parse()?);
    let scope = Fleet::ordinary()?;
    let page = block_on(session.images(&ImageQuery::new(scope.clone()), &Paging::default()))?;
    let ids: Vec<ImageId> = page
        .items
        .iter()
        .map(|record| record.image_id().clone())
        .collect();
    for id in &ids {
        let found = block_on(session.find_images(core::slice::from_ref(id), &scope))?;
        if found.len() != 1 {
            return Err(format!("{} records of {id}", found.len()).into());
        }
    }
    let mut turn = ids.iter().cycle();
    let pair = versus(
        Effort::from_arguments(),
        || {
            let id = turn.next().map(core::slice::from_ref)?;
            block_on(session.find_images(id, &scope)).ok()
        },
        || (),
    );
    let claim = format!(
        "one of {} by its cloud's id, with what refers to it, beside 20 µs",
        fleet.images
    );
    Claim::cost(&claim, "µs", pair.ours * 1e6, LIMIT, 1.0).print();
    Ok(())
}
