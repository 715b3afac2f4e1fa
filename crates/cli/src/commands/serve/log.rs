//! The log: a line for each request.

use crate::{
    exit::{self, Failure},
    print::warn,
};
use atlas_server::{Ec2Answered, Ec2Failure, StoredKeyFailure};

/// What the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogForm {
    /// A line for people
    Text,
    /// A JSON object on each line
    Json,
}

/// Writes what happens to stderr from now on.
pub(super) fn begin(form: LogForm) {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .with_target(false);
    match form {
        LogForm::Text => log.with_ansi(false).init(),
        LogForm::Json => log.json().flatten_event(true).init(),
    }
}

/// Says that a request was answered: who asked for what, how that ended, how long it took.
pub(super) fn answered(answered: &Ec2Answered<'_>) {
    let caller = answered.caller;
    let principal = caller.map(|caller| caller.caller.principal.as_str());
    let key = caller.and_then(|caller| caller.key.as_ref().map(ToString::to_string));
    let code = answered.outcome.refused.map_or("ok", |code| code.as_str());
    tracing::info!(
        request = answered.request,
        action = answered.outcome.action,
        status = answered.status.as_u16(),
        code,
        principal,
        key,
        region = caller.map(|caller| caller.region.as_str()),
        milliseconds = answered.took.as_secs_f64() * 1000.0,
        "answered"
    );
}

/// Says that a request failed for a reason that is no client's.
pub(super) fn failed(failure: &Ec2Failure<'_>, has_log: bool) {
    let (action, request) = (failure.action, failure.request);
    if has_log {
        tracing::error!(
            request,
            action,
            error = exit::in_one_line(failure.error),
            "failed"
        );
    } else {
        warn(format_args!("{action} failed, request {request}"));
        exit::say(failure.error);
    }
}

/// Says that it was not found out who signed, for a reason that is no client's.
pub(super) fn not_known(failure: &StoredKeyFailure<'_>, has_log: bool) {
    let (key, error) = (failure.key, &failure.error);
    if has_log {
        let key = key.as_str();
        tracing::error!(key, error = exit::in_one_line(error), "failed");
    } else {
        warn(format_args!("the access key {key} cannot be looked up"));
        exit::say(error);
    }
}

/// Says that what was to be read again could not be, so that what was before stays.
pub(super) fn not_reloaded(failure: Failure, has_log: bool) {
    let Some(error) = failure.into_error() else {
        return;
    };
    if has_log {
        tracing::error!(error = exit::in_one_line(&*error), "not reloaded");
    } else {
        exit::say(&*error);
    }
}

/// Says that files were read again.
pub(super) fn reloaded(has_log: bool) {
    if has_log {
        tracing::info!("reloaded");
    }
}
