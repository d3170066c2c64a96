//! A wire between a node and a server that can be made to carry nothing while it stays open: a half-open connection.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Forwards connections to one port; ends with the test's runtime.
pub struct Proxy {
    pub port: u16,
    /// One switch per connection, in the order in which they were made: true swallows what goes through.
    swallow: Arc<Mutex<Vec<Arc<AtomicBool>>>>,
}

impl Proxy {
    pub async fn to(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let swallow = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(forward(listener, server, swallow.clone()));
        Proxy { port, swallow }
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.swallow.lock().unwrap().len()
    }

    /// The connection stays open and carries nothing from now on.
    pub fn deafen(&self, connection: usize) {
        self.swallow.lock().unwrap()[connection].store(true, SeqCst);
    }
}

async fn forward(listener: TcpListener, server: u16, switches: Arc<Mutex<Vec<Arc<AtomicBool>>>>) {
    while let Ok((near, _)) = listener.accept().await {
        let Ok(far) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
        let switch = Arc::new(AtomicBool::new(false));
        switches.lock().unwrap().push(switch.clone());
        let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
        tokio::spawn(carry(near_read, far_write, switch.clone()));
        tokio::spawn(carry(far_read, near_write, switch));
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, swallow: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if !swallow.load(SeqCst) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
