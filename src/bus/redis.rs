//! Several nodes: fan-out by Redis pub/sub.

use crate::domain::{
    Id,
    nudge::{Control, Nudge},
};

use super::BusState;

/// The bus over Redis.
pub struct RedisBus {}

impl RedisBus {
    pub(super) fn publish(&self, _nudges: Vec<Nudge>) {
        unimplemented!()
    }

    pub(super) fn control(&self, _control: Control) {
        unimplemented!()
    }

    pub(super) async fn subscribe(&self, _agent: &Id) {
        unimplemented!()
    }

    pub(super) fn unsubscribe(&self, _agent: &Id) {
        unimplemented!()
    }

    pub(super) fn state(&self) -> BusState {
        unimplemented!()
    }
}
