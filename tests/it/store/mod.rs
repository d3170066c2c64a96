//! The store's contract, run on SQLite and on PostgreSQL.

mod acts;
mod behind;
mod deliveries;
mod erasure;
mod events;
mod log;
mod plans;
mod presence;
mod records;
mod upkeep;

use std::sync::{Arc, Mutex};

use bellhop::{
    clock::Clock,
    config::StoreUrl,
    domain::{
        Id,
        act::{Act, Op, Selector},
        delivery::{DeliveryChannel, PlannedDelivery, RecipientKind},
        event::{Assigned, Event, EventData, EventType},
        notification::{Draft, Priority, ShownActor, TicketRef},
        nudge::InboxChange,
        plan::{Facts, Plan, Router},
        ticket::TicketSnapshot,
    },
    store::{Store, StoreOptions},
    telemetry::Metrics,
};
use diesel::{Connection, PgConnection, RunQueryDsl};

/// Runs a story on each backend.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn db_sqlite() {
                super::$story($crate::store::Rig::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn db_postgres() {
                super::$story($crate::store::Rig::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// 2026-11-20T09:00:00Z.
pub const NOW: i64 = 1_795_165_200_000;

/// A store of its own, on a clock that the test moves.
pub struct Rig {
    pub store: Store,
    pub clock: Clock,
    pub url: StoreUrl,
    pub changes: Arc<Mutex<Vec<InboxChange>>>,
    _folder: Option<tempfile::TempDir>,
}

impl Rig {
    pub async fn sqlite() -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("bellhop.db"));
        Rig::open(url, Some(folder)).await
    }

    pub async fn postgres() -> Rig {
        Rig::open(fresh_database(), None).await
    }

    async fn open(url: StoreUrl, folder: Option<tempfile::TempDir>) -> Rig {
        let clock = Clock::manual(NOW);
        let changes: Arc<Mutex<Vec<InboxChange>>> = Arc::default();
        let store = open(&url, &clock, &changes).await;
        Rig { store, clock, url, changes, _folder: folder }
    }

    /// Another node on the same database.
    pub async fn second_node(&self) -> Store {
        open(&self.url, &self.clock, &Arc::default()).await
    }

    pub async fn post(&self, event: Event) -> bellhop::domain::plan::Receipt {
        self.store.accept(vec![event], None).await.unwrap().remove(0)
    }

    pub async fn act(&self, agent: &str, op: Op, selector: Selector) -> bellhop::domain::act::ActOutcome {
        let act = Act { op, selector, until: None, reference: None };
        self.store.act(&agent.into(), act).await.unwrap()
    }

    /// Counters equal a recount, and no number stands twice.
    pub async fn recount(&self, agent: &str) {
        let changes = self.store.changes(&agent.into(), 0, 100_000).await.unwrap();
        let unread = |n: &&bellhop::domain::notification::Notification| {
            n.read_at.is_none() && n.cleared_at.is_none() && n.snoozed_until.is_none() && n.resolved.is_none()
        };
        assert_eq!(
            changes.inbox.counts.unread,
            changes.entries.iter().filter(unread).count() as i64,
            "unread of {agent}"
        );
        let numbers: Vec<i64> = changes.entries.iter().map(|entry| entry.changed_seq).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "numbers stand twice or in disorder: {numbers:?}");
        assert!(numbers.last().is_none_or(|last| *last <= changes.inbox.seq));
    }
}

pub async fn open(url: &StoreUrl, clock: &Clock, changes: &Arc<Mutex<Vec<InboxChange>>>) -> Store {
    let seen = changes.clone();
    Store::open(StoreOptions {
        url: url.clone(),
        clock: clock.clone(),
        router: Arc::new(ToTheAssigned),
        on_commit: Arc::new(move |new| seen.lock().unwrap().extend(new)),
        metrics: Metrics::new().unwrap(),
        migrate: true,
        readers: 2,
    })
    .await
    .unwrap()
}

/// A database of its own on the server that the test run started.
pub fn fresh_database() -> StoreUrl {
    let server = std::env::var("BELLHOP_TEST_POSTGRES_URL")
        .expect("BELLHOP_TEST_POSTGRES_URL must name a PostgreSQL server; `make test` starts one");
    let name = format!("store_{}", uuid::Uuid::now_v7().simple());
    let mut conn = PgConnection::establish(&server).unwrap();
    diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    StoreUrl::Postgres(format!("{base}/{name}"))
}

/// Notifies whom the event assigns: all that the store's contract needs of routing.
struct ToTheAssigned;

impl Router for ToTheAssigned {
    fn route(&self, facts: Facts<'_>) -> Plan {
        let agents = facts.event.data.assigned.clone().unwrap_or_default().agents;
        let ticket = facts.ticket.map(|ticket| TicketRef {
            id: ticket.id.clone(),
            number: ticket.shown_number().to_owned(),
            subject: ticket.subject.clone().unwrap_or_default(),
        });
        let drafts = agents.into_iter().map(|agent| Draft {
            agent,
            kind: "assignment".into(),
            reason: "assigned".into(),
            category: Some("ticket_assigned".into()),
            priority: Priority::Normal,
            title: format!("Ticket #{} assigned to you", facts.ticket.map_or("", |t| t.shown_number())).into(),
            body: "".into(),
            url: None,
            actor: ShownActor::default().into(),
            ticket: ticket.clone().map(Arc::new),
            comment: None,
            quiet: false,
            renews: false,
        });
        let drafts: Vec<Draft> = drafts.collect();
        let notified = drafts.iter().map(|draft| draft.agent.clone()).collect();
        let is_overlimit = facts.event.kind == EventType::ContactOverlimit;
        let contact = facts.event.data.contact.iter().filter(|_| is_overlimit);
        let deliveries = contact.map(|contact| PlannedDelivery {
            address: contact.email.clone(),
            once_within: Some(24 * 3_600_000),
            ..PlannedDelivery::new(
                contact.id.clone().unwrap(),
                RecipientKind::Contact,
                DeliveryChannel::Email,
                "autoresponses.overlimit",
            )
        });
        let deliveries = deliveries.collect();
        Plan { drafts, notified, deliveries, explanation: "[]".to_owned(), ..Plan::default() }
    }
}

/// Assigns ticket `HD-1` to these agents.
pub fn assigned(id: &str, agents: &[&str]) -> Event {
    assigned_ticket(id, "HD-1", agents)
}

pub fn assigned_ticket(id: &str, ticket: &str, agents: &[&str]) -> Event {
    let agents: Vec<Id> = agents.iter().map(|agent| Id::from(*agent)).collect();
    Event {
        source: "/test".into(),
        id: id.into(),
        kind: EventType::TicketAssigned,
        time: NOW,
        data: EventData {
            ticket: Some(TicketSnapshot {
                id: ticket.into(),
                number: Some(Some("123".to_owned())),
                subject: Some(Some("Login Issue".to_owned())),
                ..TicketSnapshot::default()
            }),
            assigned: Some(Assigned { agents, team: None, by_rule: false }),
            ..EventData::default()
        },
    }
}
