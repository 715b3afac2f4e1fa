//! Which machine image do we launch here, and may we? The embeddable engine.
