//! Has the kernel end connections whose peer takes nothing any more.

use std::{io, time::Duration};

use actix_web::rt::net::TcpStream;

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
