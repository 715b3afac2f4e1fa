//! The one glue of the house.

fn main() {}
