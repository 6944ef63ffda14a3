package session

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// TakeRequest reads the body of a plain request that came on an endpoint, and logs the
// request. A request whose body does not come to its end is logged without it, and the
// status of the answer to it is not 0.
func TakeRequest(ctx context.Context, r *wire.Request, log *Log, endpoint string, afterEnd bool) (ev trace.Event, refused int) {
	body := counted{log: log}
	data, err := r.ReadBody(ctx, func(from io.Reader) ([]byte, error) {
		body.from = from
		return io.ReadAll(&body)
	})
	defer body.release()
	var limit *wire.DialError
	switch {
	case errors.As(err, &limit):
		data, refused = nil, http.StatusRequestEntityTooLarge
	case err != nil:
		data, refused = nil, http.StatusBadRequest
	}
	return log.Add(trace.Event{At: log.Offset(time.Now()), AfterEnd: afterEnd, Detail: &trace.Request{
		Endpoint: endpoint, Method: r.Method, URL: r.Target, Headers: headers(r.Fields), Body: data, Size: len(data)}}), refused
}

// AnswerRequest logs an answer and sends it. After that the client's connection ends.
func AnswerRequest(ctx context.Context, r *wire.Request, log *Log, f wire.Refusal, afterEnd bool) {
	if f.Status == http.StatusNoContent {
		f.Edit.Drop = []string{"Content-Length"} // RFC 9110 8.6
	}
	if r.Method == http.MethodHead {
		f.Body = nil
	}
	log.Add(trace.Event{At: log.Offset(time.Now()), Sent: true, AfterEnd: afterEnd, Detail: &trace.Answer{
		Status: f.Status, Headers: headers(f.Header), Body: f.Body, Size: len(f.Body)}})
	_ = r.Refuse(ctx, f) // the client may have gone
}
