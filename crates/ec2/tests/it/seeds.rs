//! The seeds of the fuzz targets, tried without a fuzzer.

#[path = "../../../../fuzz/checks/ec2_filter.rs"]
mod filter;
#[path = "../../../../fuzz/checks/ec2_query.rs"]
mod query;
#[path = "../../../../fuzz/checks/replay.rs"]
pub(crate) mod replay;

#[test]
fn e01_seeds_of_requests_are_read_as_they_are_called() {
    replay::all("ec2_query", (4, 8), query::check);
}

#[test]
fn e03_seeds_of_filters_are_read_as_they_are_called() {
    replay::all("ec2_filter", (4, 3), |seed| {
        filter::check(core::str::from_utf8(seed).unwrap())
    });
}
