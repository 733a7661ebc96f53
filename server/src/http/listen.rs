//! Takes connections and bounds what one of them can cost before its request is known.

use std::{io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request, serve::Listener};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot, watch},
};
use tower_service::Service;

use super::address::TrustedProxies;

/// Serves until told to stop, then waits for the answers that are due.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    mut stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    let proxies = Arc::new(proxies);
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
        let (router, proxies, stopped) = (router.clone(), Arc::clone(&proxies), stopped.clone());
        tokio::spawn(async move {
            serve_connection(stream, peer.ip(), router, proxies, stopped).await;
            drop(permit);
        });
    }
    drop((listener, stopped));
    stopping.send_replace(());
    stopping.closed().await;
    Ok(())
}

/// Ends when the client hangs up, when the connection turns into a socket, or after the answer that
/// is due when the server stops.
async fn serve_connection(
    stream: TcpStream,
    peer: IpAddr,
    router: Router,
    proxies: Arc<TrustedProxies>,
    mut stopped: watch::Receiver<()>,
) {
    // Small frames must not wait for each other.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay not set");
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        let client = proxies.client(peer, request.headers());
        request.extensions_mut().insert(client);
        router.clone().call(request.map(Body::new))
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_DEADLINE)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Also how long a connection may be idle between requests.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of a request line and its headers; hyper answers longer ones with a bare 431.
const MAX_HEAD: usize = 64 * 1024;
/// Further ones wait in the backlog of the system.
const MAX_CONNECTIONS: usize = 20_000;
