//! A transaction of etcd, and what it weighs.

use crate::layout::Span;
use etcd_client::{
    Compare, CompareOp, DeleteOptions, GetOptions, GetResponse, PutOptions, Txn, TxnOp,
    TxnOpResponse, TxnResponse,
};

/// What a comparison or an operation takes beside its texts, at most.
const EACH: usize = 48;

/// Comparisons, as many as there are, and the bytes that they take.
#[derive(Default)]
pub(crate) struct Compares {
    pub(crate) list: Vec<Compare>,
    pub(crate) bytes: usize,
}

impl Compares {
    /// A key was written last by this revision; by 0 where it is not there.
    pub(crate) fn unchanged(&mut self, key: String, revision: i64) {
        self.bytes += key.len() + EACH;
        let compare = Compare::mod_revision(key, CompareOp::Equal, revision);
        self.list.push(compare);
    }

    /// No key of an interval was written after this revision.
    pub(crate) fn quiet(&mut self, span: Span, since: i64) {
        self.bytes += span.start.len() + span.end.len() + EACH;
        let next = since.saturating_add(1);
        let compare = Compare::mod_revision(span.start, CompareOp::Less, next);
        self.list.push(compare.with_range(span.end));
    }

    /// A key was not written after this revision.
    pub(crate) fn quiet_key(&mut self, key: String, since: i64) {
        self.bytes += key.len() + EACH;
        let next = since.saturating_add(1);
        let compare = Compare::mod_revision(key, CompareOp::Less, next);
        self.list.push(compare);
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        self.bytes += other.bytes;
        self.list.extend(other.list);
        self
    }
}

/// Operations, and the bytes that they take.
#[derive(Default, Clone)]
pub(crate) struct Operations {
    pub(crate) list: Vec<TxnOp>,
    pub(crate) bytes: usize,
}

impl Operations {
    pub(crate) fn put(&mut self, key: String, value: impl Into<Vec<u8>>) {
        self.put_with(key, value, None);
    }

    /// A key that goes away with a lease.
    pub(crate) fn put_leased(&mut self, key: String, value: impl Into<Vec<u8>>, lease: i64) {
        self.put_with(key, value, Some(PutOptions::new().with_lease(lease)));
    }

    fn put_with(&mut self, key: String, value: impl Into<Vec<u8>>, options: Option<PutOptions>) {
        let value = value.into();
        self.bytes += key.len() + value.len() + EACH;
        self.list.push(TxnOp::put(key, value, options));
    }

    pub(crate) fn delete(&mut self, key: String) {
        self.bytes += key.len() + EACH;
        self.list.push(TxnOp::delete(key, None));
    }

    pub(crate) fn delete_span(&mut self, span: Span) {
        self.bytes += span.start.len() + span.end.len() + EACH;
        let options = DeleteOptions::new().with_range(span.end);
        self.list.push(TxnOp::delete(span.start, Some(options)));
    }

    pub(crate) fn get(&mut self, key: String) {
        self.bytes += key.len() + EACH;
        self.list.push(TxnOp::get(key, Some(GetOptions::new())));
    }
}

/// A transaction, if servers take it: they count the comparisons, the operations and those of the
/// other outcome each for itself, and what is inside an operation from there on.
///
/// So where there are more operations than they take at once, parts of them go inside.
pub(crate) fn transaction(
    compares: Compares,
    then: Operations,
    otherwise: Operations,
    most: usize,
) -> Option<Txn> {
    let beside = compares.list.len().max(otherwise.list.len());
    if beside > most {
        return None;
    }
    let then = if then.list.len() <= most {
        then.list
    } else {
        parts(then.list, beside, most)?
    };
    let txn = Txn::new().when(compares.list).and_then(then);
    Some(txn.or_else(otherwise.list))
}

fn parts(operations: Vec<TxnOp>, beside: usize, most: usize) -> Option<Vec<TxnOp>> {
    let all = operations.len();
    let part = (2..most).find_map(|count| {
        let part = most - count.max(beside);
        (part.saturating_mul(count) >= all).then_some(part)
    })?;
    let mut rest = operations.into_iter();
    let mut parts = Vec::new();
    loop {
        let part: Vec<TxnOp> = rest.by_ref().take(part).collect();
        if part.is_empty() {
            return Some(parts);
        }
        parts.push(TxnOp::txn(Txn::new().and_then(part)));
    }
}

/// What the reads of a transaction found, in order.
pub(crate) fn found(response: &TxnResponse) -> impl Iterator<Item = GetResponse> + use<> {
    let answers = response.op_responses().into_iter();
    answers.filter_map(|answer| match answer {
        TxnOpResponse::Get(found) => Some(found),
        _ => None,
    })
}
