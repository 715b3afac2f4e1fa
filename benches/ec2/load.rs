//! The same requests by one client or several, and how long each answer took.

use crate::{Fault, client::Target, fleet};
use atlas_benches::{median, seconds};
use std::thread;

/// What a load took.
#[derive(Debug)]
pub(crate) struct Took {
    /// Seconds a request, with all clients at work.
    pub(crate) each: f64,
    /// Seconds of each answer.
    answers: Vec<f64>,
}

impl Took {
    /// The answer in the middle.
    pub(crate) fn median(&mut self) -> f64 {
        median(&mut self.answers)
    }

    /// What 99 of 100 answers do not exceed.
    pub(crate) fn percentile_99(&mut self) -> f64 {
        self.answers.sort_by(f64::total_cmp);
        let at = self.answers.len().saturating_mul(99) / 100;
        self.answers.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// Sends requests that are signed before the clock runs, as many clients as there are lists.
pub(crate) fn run(target: Target, lists: &[Vec<Vec<u8>>]) -> Result<Took, Fault> {
    let mut answers = Ok(Vec::new());
    let took = seconds(|| answers = by_all(target, lists));
    let answers = answers?;
    Ok(Took {
        each: took / fleet::float(answers.len()),
        answers,
    })
}

/// How often texts stand in one answer.
pub(crate) fn count<const N: usize>(
    target: Target,
    parameters: &[(&str, &str)],
    texts: [&str; N],
) -> Result<[usize; N], Fault> {
    let request = target.request(parameters);
    let mut client = target.client();
    let answer = client.ask(&request)?;
    Ok(texts.map(|text| answer.matches(text).count()))
}

fn by_all(target: Target, lists: &[Vec<Vec<u8>>]) -> Result<Vec<f64>, Fault> {
    if let [one] = lists {
        return by_one(target, one);
    }
    thread::scope(|scope| {
        let by_one = |list| by_one(target, list).map_err(|fault| fault.to_string());
        let all: Vec<_> = lists
            .iter()
            .map(|list| scope.spawn(move || by_one(list)))
            .collect();
        let mut answers = Vec::new();
        for client in all {
            answers.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(answers)
    })
}

fn by_one(target: Target, requests: &[Vec<u8>]) -> Result<Vec<f64>, Fault> {
    let mut client = target.client();
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let mut answer = Ok(());
        answers.push(seconds(|| answer = client.ask(request).map(drop)));
        answer?;
    }
    Ok(answers)
}
