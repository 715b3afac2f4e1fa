//! Machine image identifiers and cloud locations: parsed exactly, one canonical text, errors with an offset.
