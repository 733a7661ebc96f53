//! Takes connections and bounds what one of them can cost before its request is known.

use std::{io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router, body::Body, extract::Request, http::header, response::Response, serve::Listener,
};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot, watch},
    time::{sleep, timeout},
};
use tower_service::Service;

use super::{address::TrustedProxies, tls::Tls};

/// What every connection needs.
#[derive(Clone)]
struct Door {
    router: Router,
    proxies: Arc<TrustedProxies>,
    tls: Option<Arc<Tls>>,
    /// Changes when the server stops.
    stopped: watch::Receiver<()>,
}

/// Serves until told to stop, then waits for the answers that are due.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    tls: Option<Arc<Tls>>,
    mut stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    let door = Door { router, proxies: Arc::new(proxies), tls, stopped };
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit.map_err(io::Error::other)?,
            _ = &mut stop => break,
        };
        // Waits and tries again when the system is short of descriptors.
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            _ = &mut stop => break,
        };
        let door = door.clone();
        tokio::spawn(async move {
            serve_connection(stream, peer.ip(), door).await;
            drop(permit);
        });
    }
    drop((listener, door));
    stopping.send_replace(());
    stopping.closed().await;
    Ok(())
}

/// Ends when the client hangs up, when the connection turns into a socket, or after the answer that
/// is due when the server stops.
async fn serve_connection(stream: TcpStream, peer: IpAddr, mut door: Door) {
    // Small frames must not wait for each other.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay not set");
    }
    let ended = match door.tls.take() {
        None => serve_http_1(stream, peer, door).await,
        Some(tls) => match tls.accept(stream).await {
            Ok((stream, true)) => serve_http_2(stream, peer, door).await,
            Ok((stream, false)) => serve_http_1(stream, peer, door).await,
            Err(error) => return tracing::debug!(%error, "no TLS"),
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

async fn serve_http_1<S>(stream: S, peer: IpAddr, mut door: Door) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = {
        let door = door.clone();
        service_fn(move |request| door.answer(peer, request))
    };
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_DEADLINE)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = door.stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// As for HTTP/1.1, and when the client has asked for nothing for a while: what it holds open costs
/// more.
async fn serve_http_2<S>(stream: S, peer: IpAddr, mut door: Door) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (begun, unanswered) = watch::channel(0_usize);
    let service = {
        let (door, begun) = (door.clone(), Arc::new(begun));
        service_fn(move |request| {
            let (answer, begun) = (door.answer(peer, request), Unanswered::new(&begun));
            async move {
                let answer = answer.await;
                drop(begun);
                answer
            }
        })
    };
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(MAX_HEADER_LIST)
            .max_pending_accept_reset_streams(MAX_RESETS)
            .max_local_error_reset_streams(MAX_RESETS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(MAX_SEND_BUFFER)
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = quiet(unanswered) => (),
        _ = door.stopped.changed() => (),
    }
    connection.as_mut().graceful_shutdown();
    // Whoever does not take the answers that are due.
    timeout(FAREWELL, connection).await.unwrap_or(Ok(()))
}

/// A request that has no answer yet.
struct Unanswered(Arc<watch::Sender<usize>>);

impl Unanswered {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Waits until nothing has been asked for a while.
async fn quiet(mut unanswered: watch::Receiver<usize>) {
    while unanswered.wait_for(|count| *count == 0).await.is_ok() {
        tokio::select! {
            () = sleep(IDLE) => return,
            changed = unanswered.changed() => if changed.is_err() { return },
        }
    }
}

impl Door {
    fn answer(
        &self,
        peer: IpAddr,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response, std::convert::Infallible>> + use<> {
        let client = self.proxies.client(peer, request.headers());
        request.extensions_mut().insert(client);
        // HTTP/2 has it in the first line.
        let host = request.uri().authority().and_then(|name| name.as_str().parse().ok());
        if let Some(host) = host {
            request.headers_mut().entry(header::HOST).or_insert(host);
        }
        self.router.clone().call(request.map(Body::new))
    }
}

/// Also how long a connection may be idle between requests.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of a request line and its headers; hyper answers longer ones with a bare 431.
const MAX_HEAD: usize = 64 * 1024;
/// Further ones wait in the backlog of the system.
const MAX_CONNECTIONS: usize = 20_000;
/// Requests that one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 100;
/// Bytes. More than the headers that are refused by name.
const MAX_HEADER_LIST: u32 = 32 * 1024;
/// Requests that a client may take back before they were looked at, and faults that we answer with a
/// reset, before the connection ends ("rapid reset").
const MAX_RESETS: usize = 20;
/// Bytes.
const STREAM_WINDOW: u32 = 64 * 1024;
/// Bytes: one whole body of a request.
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// Bytes of answers that wait for a client, for each of its requests.
const MAX_SEND_BUFFER: usize = 64 * 1024;
/// Between pings, and until one must be answered.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long an HTTP/2 connection may be open without a request.
const IDLE: Duration = Duration::from_secs(60);
/// How long the answers that are due may take when the connection is to end.
const FAREWELL: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_quiet_when_nothing_was_asked_for_a_while() {
        let (begun, unanswered) = watch::channel(0);
        let begun = Arc::new(begun);
        let waiting = tokio::spawn(quiet(unanswered));
        let request = Unanswered::new(&begun);
        sleep(IDLE * 10).await;
        assert!(!waiting.is_finished(), "something is due");
        drop(request);
        sleep(IDLE / 2).await;
        drop(Unanswered::new(&begun));
        sleep(IDLE * 3 / 4).await;
        assert!(!waiting.is_finished(), "something was asked in between");
        sleep(IDLE).await;
        assert!(waiting.is_finished());
    }
}
