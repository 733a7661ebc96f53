// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

export * from './calls.js';
export * from './connection.js';
export * from './egress.js';
export * from './egress_settings.js';
export * from './enums.js';
export * from './events.js';
export * from './interaction.js';
export * from './live.js';
export * from './members.js';
export * from './moderation.js';
export * from './reports.js';
export * from './ringing.js';
export * from './settings.js';
export * from './stats.js';
export * from './transcription.js';
export * from './users.js';
