/* An echo server on libsoup as Debian packages it:
 *
 *   cc server.c -o server $(pkg-config --cflags --libs libsoup-3.0) && ./server
 *
 * prints "libsoup VERSION ws://127.0.0.1:PORT" once it listens. */
#include <libsoup/soup.h>
#include <stdio.h>

static void on_message(SoupWebsocketConnection *c, gint type, GBytes *data, gpointer none)
{
	if (soup_websocket_connection_get_state(c) != SOUP_WEBSOCKET_STATE_OPEN)
		return;
	soup_websocket_connection_send_message(c, type, data);
	(void)none;
}

static void on_open(SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *c, gpointer none)
{
	soup_websocket_connection_set_max_incoming_payload_size(c, 32 << 20);
	g_signal_connect(c, "message", G_CALLBACK(on_message), NULL);
	g_signal_connect(c, "closed", G_CALLBACK(g_object_unref), NULL);
	g_object_ref(c);
	(void)server, (void)message, (void)path, (void)none;
}

int main(void)
{
	GError *error = NULL;
	SoupServer *server = soup_server_new(NULL, NULL);
	GSList *uris;
	soup_server_add_websocket_handler(server, NULL, NULL, NULL, on_open, NULL, NULL);
	if (!soup_server_listen_local(server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	uris = soup_server_get_uris(server);
	printf("libsoup %u.%u.%u ws://127.0.0.1:%d\n", soup_get_major_version(), soup_get_minor_version(), soup_get_micro_version(),
	       g_uri_get_port(uris->data));
	fflush(stdout);
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	return 0;
}
