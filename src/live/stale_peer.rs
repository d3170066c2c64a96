//! Has the kernel end connections whose peer takes nothing any more, and hold little for them until then.

use std::{io, time::Duration};

use actix_web::rt::net::TcpStream;

/// What the kernel may hold for a peer that does not read; it counts its own overhead in and doubles the number. Left to
/// itself it grows to several megabytes a connection, and a slow reader would be noticed only then.
const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// Bounds what the kernel holds for the peer.
///
/// # Errors
/// When the connection is no longer there.
pub(super) fn hold_little(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_send_buffer_size(SEND_BUFFER_BYTES)
}

/// `TCP_USER_TIMEOUT`: data unacknowledged, or unsent before a closed window, for `patience` ends the connection.
///
/// # Errors
/// When the connection is no longer there.
#[cfg(target_os = "linux")]
pub(super) fn end_after(stream: &TcpStream, patience: Duration) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience))
}

/// Elsewhere the system's own retransmission limit has to do.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_after(_stream: &TcpStream, _patience: Duration) -> io::Result<()> {
    Ok(())
}
