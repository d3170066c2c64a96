//! zammad
