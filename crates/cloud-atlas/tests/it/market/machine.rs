//! Histories of three accounts with groups, templates, MultiCloud Images, publications and imports.

mod plans;
mod player;
mod steps;

use self::{
    player::Player,
    steps::{Step, history},
};
use crate::support::{World, run};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};

/// Asks for more histories than the few that are played each day.
const HISTORIES: &str = "ATLAS_MARKET_HISTORIES";
const FEW: usize = 8;

fn histories() -> usize {
    let asked = std::env::var(HISTORIES).ok();
    asked.map_or(FEW, |asked| asked.parse().unwrap())
}

async fn play(world: World, steps: &[Step]) -> Player {
    let mut player = Player::new(world).await;
    for step in steps {
        player.step(step).await;
    }
    player
}

#[test]
fn p06_s12_no_history_takes_an_import_back_or_shows_what_is_not_offered() {
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..histories() {
        let steps = history().new_tree(&mut runner).unwrap().current();
        run(async {
            let here = play(World::new(), &steps).await;
            // This program runs on each engine; here the same happens in memory.
            let memory = play(World::in_memory(), &steps).await;
            assert_eq!(here.told, memory.told, "{steps:?}");
            let found = here.world.atlas.check().await.unwrap().findings;
            assert!(found.is_empty(), "{found:?}");
            for (count, more) in counts.iter_mut().zip(here.counts) {
                *count += more;
            }
        });
    }
    assert!(
        counts[0] > 20 && counts[1] > 1000 && counts[2] > 20,
        "{counts:?}"
    );
}
