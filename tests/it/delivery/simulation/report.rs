//! The count of a simulated day, as a line of a table; fails where it is not as it must be.

use std::time::Duration;

use super::{
    HOUR, MORNING, Office,
    verdict::{self, Verdict},
};

impl Office {
    pub(super) async fn report(&self, name: &str, seed: u32, real: Duration) {
        let undecided = self.undecided().await;
        let stuck: Vec<String> = verdict::waiting(&self.url).iter().map(|row| format!("{row:?}")).collect();
        let world = self.world.lock();
        let verdict = Verdict::of(&world, &self.url);
        let lost_acks = self.unstored.iter().map(|agent| format!("{agent} {:?}", world.people[agent])).collect();
        let faults = [
            ("missed pushes", &verdict.missed_pushes),
            ("missed emails", &verdict.missed_emails),
            ("sent although confirmed", &world.unwanted),
            ("sent within the grace", &world.early),
            ("doubles", &world.doubles),
            ("undecided", &undecided),
            ("stuck", &stuck),
            ("sent, and no channel knows", &verdict.phantoms),
            ("lost acks", &lost_acks),
            ("errors", &self.errors),
        ];
        let hours = (self.world.clock.now() - MORNING) as f64 / HOUR as f64;
        let rate = |count: usize, time: Duration| (count as f64 / time.as_secs_f64()).round();
        let mut columns = vec![
            ("store", name.to_owned()),
            ("seed", seed.to_string()),
            ("notifications", self.posted.to_string()),
            ("agents", self.agents.len().to_string()),
            ("simulated", format!("{hours:.1} h")),
            ("real", format!("{:.1} s", real.as_secs_f64())),
        ];
        columns.extend(faults.iter().map(|(fault, found)| (*fault, found.len().to_string())));
        let planned = verdict.planned();
        let by_state = verdict.by_state.iter().map(|(state, count)| format!("{count} {state}"));
        let outcomes = world.outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}"));
        columns.extend([
            ("planned", planned.to_string()),
            ("rows", by_state.collect::<Vec<_>>().join(", ")),
            ("answers", outcomes.collect::<Vec<_>>().join(", ")),
            ("deaths", self.deaths.to_string()),
            ("restarts", self.restarts.to_string()),
            ("planned/s", rate(planned, self.nodes.plan_time).to_string()),
            ("settled/s", rate(self.settled, self.nodes.send_time).to_string()),
        ]);
        let (names, values): (Vec<&str>, Vec<String>) = columns.into_iter().unzip();
        println!("| {} |\n| {} |", names.join(" | "), values.join(" | "));
        for (fault, found) in faults {
            let first: Vec<&String> = found.iter().take(3).collect();
            assert!(found.is_empty(), "{} {fault} with BELLHOP_SIMULATION_SEED={seed}: {first:#?}", found.len());
        }
        assert!(planned > self.posted / 4 && self.deaths > 0, "nothing was tried");
    }

    /// Inboxes with entries above both positions.
    async fn undecided(&self) -> Vec<String> {
        let mut found = Vec::new();
        for inbox in self.nodes.store(0).undecided(self.agents.clone()).await.unwrap() {
            if inbox.more || !inbox.entries.is_empty() {
                found.push(format!("{inbox:?}"));
            }
        }
        found
    }
}
