//! One bench for each claim, with its peer or its limit in the same run.
