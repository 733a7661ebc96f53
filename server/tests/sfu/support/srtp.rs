//! SRTP (RFC 3711, RFC 7714) with the keys of a connection of str0m, to send what str0m would not.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use str0m::crypto::{
    AeadAes256GcmCipher, CryptoError, CryptoProvider,
    dtls::{
        DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion,
        ProtocolVersion, SrtpProfile,
    },
    from_feature_flags,
};

/// The keys of a connection, once there are some.
#[derive(Clone, Debug, Default)]
pub struct Keys(Arc<Mutex<Option<Agreed>>>);

#[derive(Clone, Debug)]
struct Agreed {
    material: Vec<u8>,
    /// This side has begun the handshake.
    is_client: bool,
}

/// Encrypts and authenticates what a client sends.
pub struct Srtp {
    rtp: Sealer,
    rtcp: Sealer,
    /// The highest sequence number so far, extended over its roll-overs.
    newest: u64,
    packets: u32,
}

struct Sealer {
    cipher: Box<dyn AeadAes256GcmCipher>,
    salt: [u8; SALT],
}

impl Keys {
    /// What a connection has to be configured with for its keys to be seen here.
    pub fn provider(&self) -> Arc<CryptoProvider> {
        let usual = from_feature_flags();
        let dtls = Watched { usual: usual.dtls_provider, keys: self.clone() };
        // As long as the process, like all of them.
        Arc::new(CryptoProvider { dtls_provider: Box::leak(Box::new(dtls)), ..usual })
    }

    /// Sends with the keys of this side.
    pub fn srtp(&self) -> Option<Srtp> {
        let Agreed { material, is_client } = self.0.lock().unwrap().clone()?;
        let (keys, salts) = material.split_at(2 * KEY);
        let side = usize::from(!is_client);
        let key = keys.chunks_exact(KEY).nth(side).unwrap();
        let salt = salts.chunks_exact(SALT).nth(side).unwrap();
        let sealer = |first_label| Sealer::new(key, salt, first_label);
        Some(Srtp { rtp: sealer(0), rtcp: sealer(3), newest: 0, packets: 0 })
    }
}

impl Srtp {
    /// A packet of RTP; as it is if it is not even that.
    pub fn rtp(&mut self, packet: &[u8]) -> Vec<u8> {
        let Some(header) = header_bytes(packet) else {
            return packet.to_vec();
        };
        let seq = u16::from_be_bytes(*packet[2..].first_chunk().unwrap());
        let newest = u16::try_from(self.newest & 0xffff).unwrap();
        let ahead = seq.wrapping_sub(newest).cast_signed();
        let index = self.newest.saturating_add_signed(ahead.into());
        self.newest = self.newest.max(index);
        // SSRC, count of roll-overs, sequence number.
        let mut iv = [0; SALT];
        iv[2..6].copy_from_slice(&packet[8..12]);
        iv[6..12].copy_from_slice(&index.to_be_bytes()[2..]);
        let (header, payload) = packet.split_at(header);
        [header, &self.rtp.seal(iv, header, payload)].concat()
    }

    /// A packet of RTCP, which may hold several.
    pub fn rtcp(&mut self, packet: &[u8]) -> Vec<u8> {
        let Some((header, rest)) = packet.split_at_checked(8) else {
            return packet.to_vec();
        };
        self.packets += 1;
        let index = self.packets.to_be_bytes();
        let mut iv = [0; SALT];
        iv[2..6].copy_from_slice(&header[4..]);
        iv[8..].copy_from_slice(&index);
        let encrypted = (ENCRYPTED | self.packets).to_be_bytes();
        let sealed = self.rtcp.seal(iv, &[header, &encrypted].concat(), rest);
        [header, &sealed, &encrypted].concat()
    }
}

impl Sealer {
    fn new(master: &[u8], salt: &[u8], first_label: u8) -> Self {
        let usual = from_feature_flags().srtp_provider;
        // AES in counter mode over the salt with the label in it.
        let block = |label: u8, round: u8| {
            let mut input = [0; 16];
            input[..SALT].copy_from_slice(salt);
            input[7] ^= label;
            input[15] = round;
            let mut output = [0; 32];
            usual.srtp_aes_256_ecb_round(master, &input, &mut output);
            *output.first_chunk::<16>().unwrap()
        };
        let key = [block(first_label, 0), block(first_label, 1)].concat();
        let cipher = usual.aead_aes_256_gcm().create_cipher(key.try_into().unwrap(), true);
        let salt = *block(first_label + 2, 0).first_chunk().unwrap();
        Self { cipher, salt }
    }

    fn seal(&mut self, mut iv: [u8; SALT], known: &[u8], secret: &[u8]) -> Vec<u8> {
        iv.iter_mut().zip(self.salt).for_each(|(byte, salt)| *byte ^= salt);
        let mut sealed = vec![0; secret.len() + TAG];
        self.cipher.encrypt(&iv, known, secret, &mut sealed).unwrap();
        sealed
    }
}

/// Bytes of the header with everything that belongs to it.
fn header_bytes(packet: &[u8]) -> Option<usize> {
    let fixed = 12 + 4 * usize::from(packet.first()? & 0x0f);
    let has_extension = packet[0] & 0x10 != 0;
    let extension = packet.get(fixed..).filter(|_| has_extension);
    let words = extension.and_then(|bytes| bytes.get(2..4)?.first_chunk().copied());
    let length = fixed + words.map_or(0, |words| 4 + 4 * usize::from(u16::from_be_bytes(words)));
    (length <= packet.len() && (words.is_some() || !has_extension)).then_some(length)
}

/// DTLS whose keys are noted.
#[derive(Debug)]
struct Watched {
    usual: &'static dyn DtlsProvider,
    keys: Keys,
}

#[derive(Debug)]
struct WatchedInstance {
    usual: Box<dyn DtlsInstance>,
    keys: Keys,
}

impl DtlsProvider for Watched {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.usual.generate_certificate()
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let usual = self.usual.new_dtls(certificate, now, version, mtu)?;
        Ok(Box::new(WatchedInstance { usual, keys: self.keys.clone() }))
    }
}

impl DtlsInstance for WatchedInstance {
    fn set_active(&mut self, active: bool) {
        self.usual.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.usual.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        let output = self.usual.poll_output(buffer);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            assert_eq!(*profile, SrtpProfile::AEAD_AES_256_GCM, "what both prefer");
            let agreed = Agreed { material: material.to_vec(), is_client: self.usual.is_active() };
            *self.keys.0.lock().unwrap() = Some(agreed);
        }
        output
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.usual.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<(), DtlsImplError> {
        self.usual.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.usual.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.usual.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.usual.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.usual.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.usual.close()
    }
}

// Bytes.
const KEY: usize = 32;
const SALT: usize = 12;
const TAG: usize = 16;
const ENCRYPTED: u32 = 1 << 31;
