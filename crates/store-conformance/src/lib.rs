//! The public test suite that every Cloud Atlas store must pass.
