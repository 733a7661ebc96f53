//! The self-hosted backend of trunkline.
