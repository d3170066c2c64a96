//! One node, one process: what is published goes straight to the sink.

use std::sync::Arc;

use super::Sink;
use crate::domain::nudge::{Control, Nudge};

/// The in-process bus.
pub struct LocalBus {
    sink: Arc<dyn Sink>,
}

impl LocalBus {
    /// A bus whose only subscriber is `sink`.
    pub fn new(sink: Arc<dyn Sink>) -> LocalBus {
        LocalBus { sink }
    }

    pub(super) fn publish(&self, nudges: &[Nudge]) {
        for nudge in nudges {
            self.sink.on_nudge(nudge);
        }
    }

    pub(super) fn control(&self, control: &Control) {
        self.sink.on_control(control);
    }
}
