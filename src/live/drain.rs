//! How a node leaves: nobody new is let in, and sessions are sent away one after the other over a window, each told
//! when to come back, so that neither this node nor the others see a wave.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::{Live, bye::Reason};

/// Goodbyes are said in so many portions.
const PORTIONS: usize = 50;
/// After the last goodbye the frames still have to leave.
const AFTERWARDS: Duration = Duration::from_secs(2);

impl Live {
    /// Sends all sessions away over the window of the settings, and returns when they are gone, or two seconds after
    /// the window has ended.
    pub async fn drain(&self) {
        let window_ms = self.limits().drain_window_ms;
        self.registry().start_draining();
        let sessions = self.registry().sessions();
        tracing::info!(sessions = sessions.len(), window_ms, "draining");
        let began = Instant::now();
        let step = Duration::from_millis(window_ms) / PORTIONS as u32;
        let portion = sessions.len().div_ceil(PORTIONS).max(1);
        for (turn, handles) in sessions.chunks(portion).enumerate() {
            sleep_until(began + step * turn as u32).await;
            for handle in handles {
                handle.say_bye(Reason::Draining.bye_within(window_ms, self.registry().scatter()));
            }
        }
        drop(sessions);
        self.wait_until_empty(Instant::now() + AFTERWARDS).await;
    }

    async fn wait_until_empty(&self, limit: Instant) {
        while self.registry().connections() > 0 && Instant::now() < limit {
            sleep(Duration::from_millis(20)).await;
        }
        tracing::info!(connections = self.registry().connections(), "drained");
    }
}
