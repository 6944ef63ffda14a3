// Package measure makes numbers of clips and of the times at which chunks came:
// [Level], [Speech], [Similar], [Pacing] and their like.
//
// A measurement that cannot be made is an error, never zero. Levels are RMS in
// dBFS, and a full-scale sine is at 0 dB (AES17).
package measure
