//! HTTPS by certificate files, which may change while the server runs.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::{CryptoProvider, aws_lc_rs},
        pki_types::{self, CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
    server::TlsStream,
};

/// The files are of no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not there, or not PEM.
    #[error("cannot read {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: pki_types::pem::Error,
    },
    /// No certificate, a key of another certificate, or a kind of key that nobody knows.
    #[error("the certificate and its key are of no use: {0}")]
    Useless(#[from] rustls::Error),
}

/// Where the certificates are.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// PEM, the server's own first.
    pub certificates: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

/// Makes HTTPS of connections.
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
    files: TlsFiles,
}

/// What clients are shown now.
#[derive(Debug)]
struct Certificate(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// Reads the files.
    pub fn open(files: &TlsFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificate = Arc::new(Certificate(RwLock::new(read(files, &provider)?)));
        let resolver = Arc::clone(&certificate);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        // Browsers open WebSockets over HTTP/1.1 connections of their own.
        config.alpn_protocols = vec![HTTP_2.into(), HTTP_1.into()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, certificate, files: files.clone() })
    }

    /// Reads the files again. What is of no use is not taken, and said in the log.
    pub fn reload(&self) {
        match read(&self.files, &aws_lc_rs::default_provider()) {
            Ok(fresh) => {
                *self.certificate.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
                tracing::info!("certificate read");
            }
            Err(error) => tracing::error!(%error, "the certificate stays the one it was"),
        }
    }

    /// Reads the files again whenever they have changed.
    pub async fn follow(&self) {
        let mut known = self.changed_at();
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            let found = self.changed_at();
            if found != known {
                known = found;
                self.reload();
            }
        }
    }

    /// Takes a client's connection. True: it is to be HTTP/2.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<(TlsStream<S>, bool)> {
        let stream = timeout(HANDSHAKE_DEADLINE, self.acceptor.accept(stream)).await??;
        let is_http_2 = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
        Ok((stream, is_http_2))
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        let at = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        [at(&self.files.certificates), at(&self.files.key)]
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, TlsError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::File { path, error }
    };
    let TlsFiles { certificates, key } = files;
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect)
        .map_err(failed(certificates))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
    Ok(Arc::new(CertifiedKey::from_der(chain, key, provider)?))
}

const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);
/// Looking costs two system calls.
const BETWEEN_LOOKS: Duration = Duration::from_secs(30);
