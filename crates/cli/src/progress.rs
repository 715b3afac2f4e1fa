//! A bar for work that takes its time, on a terminal only.

use cloud_atlas::store::{Phase, Progress};
use core::fmt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal as _;

/// A bar on stderr; silent where stderr is no terminal.
pub(crate) fn bar(what: &'static str) -> ProgressBar {
    styled("{msg} {bar:30.cyan/dim} {pos}/{len}  {elapsed}", true).with_message(what)
}

/// A bar of bytes on stderr, with their rate and the time left; silent where stderr is no terminal.
pub(crate) fn bytes(what: &'static str, total: u64) -> ProgressBar {
    let template = "{msg} {bar:30.cyan/dim} {bytes}/{total_bytes}  {bytes_per_sec}, {eta} left";
    let bar = styled(template, true).with_message(what);
    bar.set_length(total);
    bar
}

fn styled(template: &str, shown: bool) -> ProgressBar {
    let target = if shown && std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━━─").with_key("rate", rate)),
        Err(_) => bar,
    }
}

/// Whole entries a second.
fn rate(state: &ProgressState, text: &mut dyn fmt::Write) {
    // Where this cannot be written, nothing else can.
    let _ = write!(text, "{:.0}/s", state.per_sec());
}

/// Bars for a dump or a load, one for each phase: entries, their rate, and the time left.
pub(crate) struct Phases(ProgressBar);

impl Phases {
    /// Shown, unless what is printed meanwhile would stand between them.
    pub(crate) fn new(shown: bool) -> Self {
        let template = "{msg} {bar:30.cyan/dim} {human_pos}/{human_len}  {rate}, {eta} left";
        Self(styled(template, shown))
    }

    pub(crate) fn show(&self, now: Progress) {
        if now.entries == 0 {
            self.0.reset();
            self.0.set_message(match now.phase {
                Phase::Counting => "counting ",
                Phase::Dumping => "writing  ",
                Phase::Checking => "checking ",
                Phase::Resuming => "resuming ",
                Phase::Loading => "loading  ",
                Phase::Comparing => "comparing",
                _ => "working  ",
            });
        }
        match now.entries_in_all {
            Some(all) => self.0.set_length(all),
            None => self.0.unset_length(),
        }
        self.0.set_position(now.entries);
    }
}

impl Drop for Phases {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
