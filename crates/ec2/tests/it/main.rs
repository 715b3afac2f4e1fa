//! What `atlas-ec2` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::format_push_string,
    reason = "a failed test is the right place for a panic, and tests make files and long tables"
)]

mod answers;
mod filters;
mod forms;
mod messages;
mod model;
mod pages;
mod records;
mod requests;
mod samples;
mod seeds;
mod signature;

use atlas_ec2::{Action, Ec2Error, Form, FormLimits, Request};

fn form(query: &str) -> Result<Form, Ec2Error> {
    Form::parse(query, b"", &FormLimits::default())
}

fn request(query: &str) -> Result<Request, Ec2Error> {
    Request::parse(&form(query)?)
}

fn action(query: &str) -> Action {
    request(query).unwrap().action
}

#[track_caller]
fn refusal(query: &str) -> String {
    request(query).unwrap_err().to_string()
}
