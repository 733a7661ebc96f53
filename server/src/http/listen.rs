//! Takes connections and bounds what one of them can cost before its request is known.

use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::Response,
    serve::Listener,
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
    sync::{oneshot, watch},
    time::{sleep, timeout},
};
use tower_service::Service;

use super::{
    connections::{Activity, Connections, Eviction, Held},
    tls::Tls,
};

/// What the requests of one connection go to.
#[derive(Clone)]
struct Door {
    router: Router,
    connections: Arc<Connections>,
    activity: Activity,
    peer: IpAddr,
}

/// Serves until told to stop, then waits for the answers that are due.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    tls: Option<Arc<Tls>>,
    mut stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    loop {
        // Waits and tries again when the system is short of descriptors.
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            _ = &mut stop => break,
        };
        // Small frames must not wait for each other.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "nodelay not set");
        }
        // Otherwise there is no room, and it is closed.
        if let Some((held, activity, eviction)) = connections.admit(stream, peer.ip()) {
            let (router, connections) = (router.clone(), Arc::clone(&connections));
            let door = Door { router, connections, activity, peer: peer.ip() };
            let (tls, stopped) = (tls.clone(), stopped.clone());
            tokio::spawn(serve_connection(held, tls, door, eviction, stopped));
        }
    }
    drop((listener, stopped));
    stopping.send_replace(());
    stopping.closed().await;
    Ok(())
}

/// Ends when the client hangs up, when the connection turns into a socket, when another one needs
/// its place, or after the answer that is due when the server stops.
async fn serve_connection(
    stream: Held<TcpStream>,
    tls: Option<Arc<Tls>>,
    door: Door,
    eviction: Eviction,
    stopped: watch::Receiver<()>,
) {
    let served = async {
        let Some(tls) = tls else {
            return serve_http_1(stream, door, stopped).await;
        };
        match tls.accept(stream).await {
            Ok((stream, true)) => serve_http_2(stream, door, stopped).await,
            Ok((stream, false)) => serve_http_1(stream, door, stopped).await,
            Err(error) => {
                tracing::debug!(%error, "no TLS");
                Ok(())
            }
        }
    };
    let ended = tokio::select! {
        ended = served => ended,
        // Only sent while nothing is due.
        Ok(()) = eviction => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

async fn serve_http_1<S>(
    stream: S,
    door: Door,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_DEADLINE)
            .max_buf_size(MAX_HEAD)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| door.clone().answer(request))
            )
            .with_upgrades()
    );
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// Ends as well when the client has asked for nothing for a while: what it holds open costs more than
/// with HTTP/1.1.
async fn serve_http_2<S>(
    stream: S,
    door: Door,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (begun, unanswered) = watch::channel(0_usize);
    let begun = Arc::new(begun);
    let service = service_fn(move |request| {
        let (answer, begun) = (door.clone().answer(request), Unanswered::new(&begun));
        async move {
            let answer = answer.await;
            drop(begun);
            answer
        }
    });
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
        _ = stopped.changed() => (),
    }
    connection.as_mut().graceful_shutdown();
    // Whoever does not take the answers that are due.
    timeout(FAREWELL, connection).await.unwrap_or(Ok(()))
}

impl Door {
    /// Answers a request, and notes that the connection is busy meanwhile.
    async fn answer(mut self, mut request: Request<Incoming>) -> Result<Response, Infallible> {
        let busy = Busy::begin(self.activity);
        let client = self.connections.proxies().client(self.peer, request.headers());
        request.extensions_mut().insert(client);
        // HTTP/2 has it in the first line.
        let host = request.uri().authority().and_then(|name| name.as_str().parse().ok());
        if let Some(host) = host {
            request.headers_mut().entry(header::HOST).or_insert(host);
        }
        let response = self.router.call(request.map(Body::new)).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            busy.stay();
        }
        Ok(response)
    }
}

/// A request that is not answered yet, or that the client has not taken back.
struct Busy(Option<Activity>);

impl Busy {
    fn begin(activity: Activity) -> Self {
        activity.begin();
        Self(Some(activity))
    }

    /// A socket stays busy.
    fn stay(mut self) {
        self.0 = None;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(activity) = &self.0 {
            activity.end();
        }
    }
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

/// Also how long a connection may be idle between requests.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of a request line and its headers; hyper answers longer ones with a bare 431.
const MAX_HEAD: usize = 64 * 1024;
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
