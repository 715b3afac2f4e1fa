//! Launch resolution: from a MultiCloud Image and a location to one image, with a trace, channels and lock files.
