//! Hyphenated UUIDs, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    crate::openstack::is_hyphenated(text.as_bytes())
}
