//! Public image metadata in and out: CoreOS stream documents and their older form.
