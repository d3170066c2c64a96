//! Bellhop.
