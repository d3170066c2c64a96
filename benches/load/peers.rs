//! What Bellhop is measured beside: servers that pass a message on to whoever is connected, and neither route nor store.
//!
//! All are posted the frame that Bellhop would send, to be delivered to one agent.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use crate::process::Children;

/// More room for what lives shortly: with Node's default of 16 MB a tenth of its time goes into collecting.
const NODE_OPTIONS: &[&str] = &["--max-semi-space-size=64"];

/// The channel, or room, of everybody.
pub const DEPARTMENT: &str = "department";

/// Starts nginx + nchan (Debian: libnginx-mod-nchan) in the foreground with a configuration of its own.
pub fn start_nchan(folder: &Path, addr: SocketAddr, workers: usize) -> Result<Children, String> {
    fs::create_dir_all(folder.join("tmp")).map_err(|error| error.to_string())?;
    let place = folder.join("nginx.conf");
    fs::write(&place, nginx_configuration(folder, addr, workers)).map_err(|error| error.to_string())?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&place).arg("-p").arg(folder);
    Children::spawn(command, folder, "nginx")
        .map_err(|error| format!("{error} (Debian: apt-get install libnginx-mod-nchan)"))
}

/// Starts Socket.IO with its Redis adapter, whose Redis is a child of it; or another node of it, on the Redis of the first.
pub fn start_socket_io(folder: &Path, addr: SocketAddr, secret: &str, is_first: bool) -> Result<Children, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/socketio.js");
    if !program.with_file_name("node_modules").exists() {
        return Err("its packages are missing: npm --prefix benches/peers ci".to_owned());
    }
    let mut command = Command::new("node");
    command.args(NODE_OPTIONS).arg(program).arg(addr.port().to_string()).arg(folder).arg(secret);
    if !is_first {
        command.arg("joins");
    }
    command.env("NODE_ENV", "production");
    Children::spawn(command, folder, if is_first { "socketio" } else { "socketio-2" })
}

/// Starts this program again as the bare hub, see [`crate::bare`].
pub fn start_bare(folder: &Path, addr: SocketAddr) -> Result<Children, String> {
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    command.arg("--serve-bare").arg(addr.to_string());
    Children::spawn(command, folder, "bare")
}

fn nginx_configuration(folder: &Path, addr: SocketAddr, workers: usize) -> String {
    let folder = folder.display();
    format!(
        "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes {workers};
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/tmp/body; proxy_temp_path {folder}/tmp/proxy; fastcgi_temp_path {folder}/tmp/fcgi;
    uwsgi_temp_path {folder}/tmp/uwsgi; scgi_temp_path {folder}/tmp/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    nchan_shared_memory_size 512m;
    server {{
        listen {addr} backlog=4096;
        location = /pub {{ nchan_publisher; nchan_channel_id $arg_id; nchan_store_messages off; }}
        location = /sub {{ nchan_subscriber websocket; nchan_channel_id $arg_id; nchan_store_messages off; }}
    }}
}}
"
    )
}

/// The frame that Bellhop would send, as a message of the same size.
pub fn post(addr: SocketAddr, to: &str, number: u64, padding: usize) -> Vec<u8> {
    let more = " and so on".repeat(padding / 10);
    let body = format!(
        r##"{{"type":"notification","seq":45,"prev":44,"counts":{{"unread":3,"unseen":1}},"notification":{{"id":"0193f0c2-0000-7000-8000-000000000000","seq":45,"type":"reaction","reason":"customer_reply","category":"new_client_message","priority":"normal","title":"New reply on #{to} from Carla Reis","body":"Login Issue{more}","url":null,"actor":{{"kind":"customer","id":"c-{to}","name":"Carla Reis","avatar_url":null}},"ticket":{{"id":"t-{to}","number":"{to}","subject":"Login Issue{more}"}},"comment":{{"id":"load-{number};"}},"created_at":"2026-11-20T09:00:00.000Z","changed_seq":45,"read_at":null,"cleared_at":null,"snoozed_until":null,"resolved":null}}}}"##
    );
    format!(
        "POST /pub?id={to} HTTP/1.1\r\nHost: {addr}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
