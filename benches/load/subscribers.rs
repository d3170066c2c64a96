//! N agents, each with one WebSocket, all read by one thread.

use std::{cell::RefCell, rc::Rc, time::Instant};

use futures_util::{StreamExt, stream};
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};

use crate::{
    options::Options,
    server::Server,
    socket::{Refused, Shared, Socket},
    stall::Stall,
    tally::Tally,
    target::Target,
};

/// How many are on their way in at a time: below the listen backlog.
const AT_ONCE: usize = 200;
/// When everybody comes at once, how many are not upgraded yet: what the kernel's queue holds, so that its own pauses of
/// seconds are not measured. Any number may wait for their welcome.
const AT_THE_DOOR: usize = 2_000;

/// The connected agents; gone when dropped.
pub struct Subscribers {
    readers: RefCell<JoinSet<(usize, String)>>,
    /// What they share.
    pub shared: Shared,
    /// The store's epoch, where there is one.
    pub epoch: Option<Rc<str>>,
    /// Connections a second while they were opened.
    pub per_second: f64,
    confirms: bool,
}

impl Subscribers {
    /// Connects all of them; returns when each has been welcomed. Clients of Bellhop go on from the position they hold,
    /// which at first is the beginning.
    pub async fn connect(
        target: &Target,
        agents: usize,
        shared: Shared,
        confirms: bool,
    ) -> Result<Subscribers, String> {
        let epoch = epoch_of(target, &shared).await?;
        Subscribers::open(target, agents, shared, confirms, epoch).await
    }

    /// The same with a tally of what they hear, which does not wait for the first `patient` of them.
    pub async fn counting(
        target: &Target,
        options: &Options,
        agents: usize,
        patient: usize,
        stall: Rc<Stall>,
    ) -> Result<(Tally, Subscribers), String> {
        let tally = Tally::new(agents, patient);
        let shared = Shared::new(agents, Rc::new(tally.clone()), stall);
        let subscribers = Subscribers::connect(target, agents, shared, options.confirm).await?;
        Ok((tally, subscribers))
    }

    /// As [`Subscribers::connect`], but they hold nothing and want to be told of nothing that was.
    pub async fn connect_anew(
        target: &Target,
        agents: usize,
        shared: Shared,
        confirms: bool,
    ) -> Result<Subscribers, String> {
        Subscribers::open(target, agents, shared, confirms, None).await
    }

    async fn open(
        target: &Target,
        agents: usize,
        shared: Shared,
        confirms: bool,
        epoch: Option<Rc<str>>,
    ) -> Result<Subscribers, String> {
        let mut readers = JoinSet::new();
        let (began, room) = (Instant::now(), Semaphore::new(AT_ONCE));
        {
            let enter = |agent| enter(target.subscribe_at(agent), agent, epoch.as_ref(), &shared, &room);
            let mut opening = std::pin::pin!(stream::iter(0..agents).map(enter).buffer_unordered(AT_ONCE));
            while let Some(socket) = opening.next().await {
                readers.spawn_local(socket?.read(confirms));
            }
        }
        let per_second = agents as f64 / began.elapsed().as_secs_f64();
        Ok(Subscribers { readers: RefCell::new(readers), shared, epoch, per_second, confirms })
    }

    /// An error when a connection was lost: its events would look lost, too.
    pub fn all_open(&self) -> Result<(), String> {
        match self.readers.borrow_mut().try_join_next() {
            None => Ok(()),
            Some(Ok((_, why))) => Err(why),
            Some(Err(error)) => Err(format!("a reader broke off: {error}")),
        }
    }

    /// Whoever lost the connection comes back, all at once, and goes on from the position they hold. Returns how many.
    pub async fn return_all(&self, target: &Target) -> Result<usize, String> {
        let mut gone = Vec::new();
        while let Some(ended) = self.readers.borrow_mut().try_join_next() {
            gone.push(ended.map_err(|error| format!("a reader broke off: {error}"))?.0);
        }
        self.storm(target, &gone).await?;
        Ok(gone.len())
    }

    /// Ends all connections on this side and opens them anew, as after a server that died.
    pub async fn come_back(&self, target: &Target, agents: usize) -> Result<(), String> {
        // Closed before others are opened: both together are more files than a process may have.
        self.readers.take().shutdown().await;
        self.storm(target, &(0..agents).collect::<Vec<_>>()).await
    }

    async fn storm(&self, target: &Target, agents: &[usize]) -> Result<(), String> {
        let room = Semaphore::new(AT_THE_DOOR);
        let enter =
            |agent: &usize| enter(target.subscribe_at(*agent), *agent, self.epoch.as_ref(), &self.shared, &room);
        let mut entering: stream::FuturesUnordered<_> = agents.iter().map(enter).collect();
        while let Some(socket) = entering.next().await {
            self.readers.borrow_mut().spawn_local(socket?.read(self.confirms));
        }
        Ok(())
    }
}

/// Opens an agent's socket, and comes back when it is told to.
///
/// # Errors
/// When the server does not want it at all.
pub async fn enter(
    server: Server,
    agent: usize,
    epoch: Option<&Rc<str>>,
    shared: &Shared,
    room: &Semaphore,
) -> Result<Socket, String> {
    loop {
        match Socket::open(&server, agent, epoch, shared, room).await {
            Ok(socket) => return Ok(socket),
            Err(Refused::Later(after)) => sleep(after).await,
            Err(Refused::Failed(why)) => return Err(why),
        }
    }
}

/// One client asks for it before all the others come.
async fn epoch_of(target: &Target, shared: &Shared) -> Result<Option<Rc<str>>, String> {
    let server = target.subscribe_at(0);
    if !server.kind.is_bellhop() {
        return Ok(None);
    }
    let socket = enter(server, 0, None, shared, &Semaphore::new(1)).await?;
    Ok(socket.epoch)
}
