//! A Redis server of the test's own, so that it can be stopped, killed and started again.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::free_port;

/// Ends with the test.
pub struct RedisServer {
    port: u16,
    child: Child,
    arguments: Vec<String>,
}

impl RedisServer {
    /// A server that answers.
    pub fn start() -> RedisServer {
        RedisServer::start_with(&[])
    }

    /// The same with further arguments; one that is `PORT` becomes the port.
    pub fn start_with(arguments: &[&str]) -> RedisServer {
        for _ in 0..5 {
            let port = free_port();
            let arguments: Vec<String> = arguments.iter().map(|text| text.to_string()).collect();
            let mut server = RedisServer { port, child: spawn(port, &arguments), arguments };
            if server.answers() {
                return server;
            }
        }
        panic!("redis-server did not start; is it installed (package redis-server)?");
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// It hangs: connections stay open and nothing is answered.
    pub fn freeze(&self) {
        signal("-STOP", &self.child);
    }

    /// It goes on after a freeze.
    pub fn thaw(&self) {
        signal("-CONT", &self.child);
    }

    /// It dies at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It starts again on the same port, with nothing in it.
    pub fn start_again(&mut self) {
        for _ in 0..20 {
            self.child = spawn(self.port, &self.arguments);
            if self.answers() {
                return;
            }
        }
        panic!("redis-server did not start again on port {}", self.port);
    }

    /// Publishes bytes that no node sent.
    pub fn publish(&self, channel: &str, message: &[u8]) {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut command = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{channel}\r\n${}\r\n", channel.len(), message.len());
        socket.write_all(command.as_bytes()).unwrap();
        socket.write_all(message).unwrap();
        socket.write_all(b"\r\n").unwrap();
        command.clear();
        assert_eq!(socket.read(&mut [0; 1]).unwrap(), 1, "Redis answered");
    }

    /// How many connections listen on a channel.
    pub fn listeners(&self, channel: &str) -> usize {
        let asked = Command::new("redis-cli")
            .args(["-p", &self.port.to_string(), "pubsub", "numsub", channel])
            .output()
            .unwrap();
        let answer = String::from_utf8(asked.stdout).unwrap();
        answer.lines().nth(1).unwrap_or("0").trim().parse().unwrap()
    }

    fn answers(&mut self) -> bool {
        let limit = Instant::now() + Duration::from_secs(10);
        while Instant::now() < limit {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if ping(self.port) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, arguments: &[String]) -> Child {
    let port = port.to_string();
    Command::new("redis-server")
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server must be installed (package redis-server)")
}

fn ping(port: u16) -> bool {
    let Ok(mut socket) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = [0; 7];
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    socket.write_all(b"PING\r\n").is_ok() && socket.read_exact(&mut answer).is_ok() && &answer == b"+PONG\r\n"
}

fn signal(name: &str, child: &Child) {
    let done = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}
