//! A small table with indexes of both kinds.

use crate::{
    bench::home,
    failure::{Found, Verdict, seen},
};
use atlas_store::{Index, Parts, Record, Snapshot, Table, check_table};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ship {
    /// The number it stands under.
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) ports: Vec<String>,
}

impl Record for Ship {
    const SCHEMA: u32 = 1;
}

pub(super) const SHIPS: Table<Ship> = Table::new(
    "ship",
    &[
        Index::unique("name", |ship| vec![Parts::from(&ship.name)]),
        Index::many("port", |ship| ship.ports.iter().map(Parts::from).collect()),
    ],
);

pub(super) fn ship(number: u64, name: &str, ports: &[&str]) -> Ship {
    Ship {
        number,
        name: name.to_owned(),
        ports: ports.iter().map(|&port| port.to_owned()).collect(),
    }
}

/// Fails unless every record has its rows and every row its record.
pub(super) async fn agrees(snapshot: &dyn Snapshot) -> Verdict {
    let mut first = None;
    let keep = |finding| {
        if first.is_none() {
            first = Some(finding);
        }
    };
    check_table(snapshot, &home(), &SHIPS, keep).await?;
    match first {
        None => Ok::<(), Found>(()),
        Some(finding) => seen(format_args!("{finding}")),
    }
}
