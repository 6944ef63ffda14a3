// Package media is audio as values and arithmetic: a [Clip] of samples, the
// [Format] its octets have on the wire, WAV files, resampling, sources such as
// [Tone] and [DTMF], the [Schedule] on which a stream is sent and the [Playout]
// on which it is heard.
//
// The usual path is [ReadWAV], then [Resample], then [Format.Encode].
//
// There are no goroutines and no clock here. Points in time are offsets as
// time.Duration from an origin the caller chooses. Levels are RMS in dBFS, with
// a full-scale sine at 0 dB (AES17).
package media
