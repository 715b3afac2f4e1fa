//! Versions of any content: HEAD, committed revisions, digests, ancestry.
