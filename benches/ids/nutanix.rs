//! Nutanix, scanned by hand: hyphenated UUIDs.

pub(crate) fn hand(text: &str) -> bool {
    super::openstack::hyphenated(text.as_bytes())
}
