//! Takes connections and bounds what one of them can cost before its request is known.

use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router, body::Body, extract::Request, http::StatusCode, response::Response, serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
};
use tower_service::Service;

use super::connections::{Activity, Connections, Eviction, Held};

/// Serves until told to stop, then waits for the answers that are due.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
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
            let answer = move |request: Request<Incoming>| {
                answer(
                    router.clone(),
                    Arc::clone(&connections),
                    activity.clone(),
                    peer.ip(),
                    request,
                )
            };
            tokio::spawn(serve_connection(held, answer, eviction, stopped.clone()));
        }
    }
    drop((listener, stopped));
    stopping.send_replace(());
    stopping.closed().await;
    Ok(())
}

/// Answers a request, and notes that the connection is busy meanwhile.
async fn answer(
    mut router: Router,
    connections: Arc<Connections>,
    activity: Activity,
    peer: IpAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    activity.begin();
    let client = connections.proxies().client(peer, request.headers());
    request.extensions_mut().insert(client);
    let response = router.call(request.map(Body::new)).await?;
    // A socket stays busy.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        activity.end();
    }
    Ok(response)
}

/// Ends when the client hangs up, when the connection turns into a socket, when another one needs
/// its place, or after the answer that is due when the server stops.
async fn serve_connection<A, F>(
    stream: Held<TcpStream>,
    answer: A,
    mut eviction: Eviction,
    mut stopped: watch::Receiver<()>,
) where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_DEADLINE)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service_fn(answer))
            .with_upgrades()
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        // Only sent while nothing is due.
        Ok(()) = &mut eviction => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Also how long a connection may be idle between requests.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of a request line and its headers; hyper answers longer ones with a bare 431.
const MAX_HEAD: usize = 64 * 1024;
