-- Dump of a data file that a server of schema 1 wrote, with one row of each kind.
CREATE TABLE user (
        id TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        teams TEXT NOT NULL,
        name TEXT,
        image TEXT,
        language TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_active INTEGER
    ) STRICT;
INSERT INTO user VALUES('alice','admin','["red"]','Alice',NULL,NULL,'{}',1795742645381822673,1795742645381822673,NULL);
INSERT INTO user VALUES('bob','user','[]',NULL,NULL,NULL,'{}',1795742645599966849,1795742645599966849,NULL);
CREATE TABLE call (
        cid TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        created_by TEXT NOT NULL REFERENCES user (id),
        team TEXT,
        custom TEXT NOT NULL,
        settings TEXT NOT NULL,
        backstage INTEGER NOT NULL,
        starts_at INTEGER,
        ended_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        session_id TEXT
    ) STRICT;
INSERT INTO call VALUES('default:a','default','a','alice',NULL,'{"topic":"plans"}','{"audio":{"access_request_enabled":true,"default_device":"earpiece","hifi_audio_enabled":false,"mic_default_on":true,"noise_cancellation":{"mode":"disabled"},"opus_dtx_enabled":true,"redundant_coding_enabled":true,"speaker_default_on":true},"video":{"access_request_enabled":true,"camera_default_on":true,"camera_facing":"front","enabled":true,"target_resolution":{"width":2560,"height":1440,"bitrate":5000000}},"screensharing":{"access_request_enabled":true,"enabled":true,"target_resolution":null},"backstage":{"enabled":false,"join_ahead_time_seconds":0},"ring":{"auto_cancel_timeout_ms":15000,"incoming_call_timeout_ms":15000,"missed_call_timeout_ms":15000},"limits":{"max_duration_seconds":null,"max_participants":3,"max_participants_exclude_owner":false,"max_participants_exclude_roles":[]},"session":{"inactivity_timeout_seconds":30},"recording":{"audio_only":false,"mode":"available","quality":"720p"},"individual_recording":{"mode":"disabled","output_types":null},"raw_recording":{"audio_only":false,"mode":"disabled"},"frame_recording":{"capture_interval_in_seconds":3,"mode":"disabled","quality":"720p"},"transcription":{"closed_caption_mode":"disabled","language":"en","mode":"available","speech_segment_config":null,"translation":null},"broadcasting":{"enabled":true,"hls":{"auto_on":false,"enabled":true,"quality_tracks":["720p"]},"rtmp":{"enabled":false,"quality":"720p"}},"geofencing":{"names":[]},"thumbnails":{"enabled":false},"encryption":{"mode":"disabled"},"ingress":null}',0,NULL,NULL,1795742645599966849,1795742645599966849,'5f0c');
CREATE TABLE member (
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES user (id),
        role TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (cid, user_id)
    ) STRICT, WITHOUT ROWID;
INSERT INTO member VALUES('default:a','bob','host','{}',1795742645599966849,1795742645599966849);
CREATE TABLE blocked_user (
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        user_id TEXT NOT NULL,
        PRIMARY KEY (cid, user_id)
    ) STRICT, WITHOUT ROWID;
INSERT INTO blocked_user VALUES('default:a','eve');
CREATE TABLE session (
        id TEXT PRIMARY KEY,
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        started_at INTEGER,
        ended_at INTEGER,
        idle_since INTEGER,
        live_started_at INTEGER,
        live_ended_at INTEGER,
        timer_ends_at INTEGER,
        anonymous_count INTEGER NOT NULL
    ) STRICT;
INSERT INTO session VALUES('5f0c','default:a',5,NULL,NULL,5,NULL,NULL,2);
CREATE TABLE participant (
        session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        user_session_id TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id),
        role TEXT NOT NULL,
        joined_at INTEGER NOT NULL,
        PRIMARY KEY (session_id, user_session_id)
    ) STRICT, WITHOUT ROWID;
INSERT INTO participant VALUES('5f0c','s1','bob','host',6);
CREATE INDEX call_created_at ON call (created_at);
CREATE INDEX call_created_by ON call (created_by);
CREATE INDEX member_user ON member (user_id);
CREATE INDEX session_running ON session (cid) WHERE ended_at IS NULL;
