/*
 * An echo server on libwebsockets, as Debian packages it, to hold the
 * conformance suites against:
 *
 *     cc server.c -o server -lwebsockets && ./server --stack libwebsockets
 *
 * prints "libwebsockets VERSION ws://127.0.0.1:PORT" once it listens. It goes
 * without permessage-deflate: an assertion of 4.1.6 in that extension ends the
 * process when cases of section D are performed.
 */
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE = 32 << 20 }; /* the largest of the suites has 16 MiB */

/* What came of one connection: a message that is coming in, or waits to be sent back. */
struct session {
    unsigned char *data; /* LWS_PRE octets that belong to the library, then the message */
    size_t length, room;
    int binary, complete;
};

static int append(struct session *s, const void *in, size_t length)
{
    if (s->length + length > MAX_MESSAGE)
        return -1;
    if (s->length + length > s->room || !s->data) {
        s->room = 2 * (s->length + length) + 4096;
        unsigned char *more = realloc(s->data, LWS_PRE + s->room);
        if (!more)
            return -1;
        s->data = more;
    }
    memcpy(s->data + LWS_PRE + s->length, in, length);
    s->length += length;
    return 0;
}

static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    struct session *s = user;

    switch (reason) {
    case LWS_CALLBACK_HTTP: /* a request for something else than WebSocket */
        lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL);
        return -1;
    case LWS_CALLBACK_RECEIVE:
        if (lws_is_first_fragment(wsi))
            s->binary = lws_frame_is_binary(wsi);
        if (append(s, in, length)) {
            lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
            return -1;
        }
        if (lws_is_final_fragment(wsi)) {
            s->complete = 1;
            lws_rx_flow_control(wsi, 0); /* no further message before this one is sent */
            lws_callback_on_writable(wsi);
        }
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (!s->complete)
            return 0;
        if (lws_write(wsi, s->data + LWS_PRE, s->length, s->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0)
            return -1;
        s->length = 0;
        s->complete = 0;
        lws_rx_flow_control(wsi, 1);
        return 0;
    case LWS_CALLBACK_CLOSED:
        free(s->data);
        s->data = NULL;
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "echo", .callback = echo, .per_session_data_size = sizeof(struct session), .rx_buffer_size = 64 << 10},
    {0},
};

static struct lws_context *context;
static volatile int ended;

static void stop(int sig)
{
    (void)sig;
    ended = 1;
    lws_cancel_service(context);
}

int main(int argc, char **argv)
{
    (void)argc, (void)argv; /* there is one stack, and the system chooses the port */
    struct lws_context_creation_info info = {0};
    info.port = 0;
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
    lws_set_log_level(LLL_ERR, NULL);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    context = lws_create_context(&info);
    if (!context)
        return 1;
    printf("libwebsockets %s ws://127.0.0.1:%d\n", LWS_LIBRARY_VERSION, lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
    fflush(stdout);
    while (!ended && lws_service(context, 0) >= 0)
        ;
    lws_context_destroy(context);
    return 0;
}
