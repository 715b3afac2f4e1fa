//! Strategies, fixtures and manual clocks for the tests of Cloud Atlas.
