// An echo server on websocketpp as Debian packages it:
//
//   g++ -O1 server.cpp -o server -lboost_system -lz -lpthread && ./server
//
// prints "websocketpp VERSION ws://127.0.0.1:PORT" once it listens.
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>
#include <iostream>

struct config : websocketpp::config::asio {
	struct permessage_deflate_config {};
	typedef websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config> permessage_deflate_type;
};

typedef websocketpp::server<config> server;

int main()
{
	server s;
	s.clear_access_channels(websocketpp::log::alevel::all);
	s.clear_error_channels(websocketpp::log::elevel::all);
	s.set_max_message_size(32 << 20);
	s.init_asio();
	s.set_message_handler([&s](websocketpp::connection_hdl c, server::message_ptr m) {
		websocketpp::lib::error_code gone;
		s.send(c, m->get_payload(), m->get_opcode(), gone);
	});
	s.listen(websocketpp::lib::asio::ip::tcp::endpoint(websocketpp::lib::asio::ip::address::from_string("127.0.0.1"), 0));
	s.start_accept();
	websocketpp::lib::asio::error_code error;
	std::cout << "websocketpp " << websocketpp::major_version << '.' << websocketpp::minor_version << '.' << websocketpp::patch_version
	          << " ws://127.0.0.1:" << s.get_local_endpoint(error).port() << std::endl;
	s.run();
}
