//! Tests of `cloud-atlas`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test fails by a panic; these read data, start children and wait for them, and some \
              tell a story or a table to its end"
)]

mod access_keys;
mod admitting;
mod batches;
mod blocking;
mod caching;
mod care;
mod channels;
mod checking;
mod cloning;
mod concurrency;
mod counting;
mod crossing;
mod crowd;
mod damage;
mod deleting;
mod deployments;
#[cfg(feature = "repository")]
mod disk_care;
#[cfg(feature = "repository")]
mod disk_images;
#[cfg(feature = "repository")]
mod disk_pools_fail;
#[cfg(feature = "repository")]
mod disk_rules;
mod elsewhere;
#[cfg(feature = "postgres")]
mod engines;
mod filters;
mod frames;
mod gating;
mod golden;
mod graphs;
mod guests;
mod imports;
mod inventories;
mod isolation;
mod journeys;
mod kill;
mod launchable;
mod launches;
mod launching;
mod launching_templates;
mod laws;
mod limited;
mod limits;
mod linking;
mod lists;
mod loading;
mod locks;
mod market;
mod marking;
mod matching;
mod merging;
mod messages;
mod model;
mod networks;
mod opening;
mod orders;
mod origins;
mod paging;
mod plans;
mod policies;
mod racing;
mod reading;
mod reads;
mod referring;
mod registration;
mod renaming;
mod replays;
mod resolving;
mod retiring;
mod rules;
mod sends;
mod servers;
mod servers_of_templates;
mod shared_lineages;
mod sharing;
mod suggesting;
mod support;
mod template_merging;
mod templates;
mod trail;
mod undoing;
mod unknowns;
mod unused;
mod upgrades;
mod uses_told;
mod watched;
mod writes;
