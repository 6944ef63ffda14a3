// An echo server on Tomcat as Debian packages it:
//
//   java -cp '/usr/share/java/*' tomcat/Server.java --stack tomcat
//
// prints "tomcat VERSION ws://127.0.0.1:PORT" once it listens.
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.tomcat.websocket.server.WsSci;

public class Server {
	public static class Echo extends Endpoint {
		@Override
		public void onOpen(Session session, EndpointConfig config) {
			session.setMaxTextMessageBufferSize(32 << 20);
			session.setMaxBinaryMessageBufferSize(32 << 20);
			session.addMessageHandler(String.class, text -> send(() -> session.getBasicRemote().sendText(text)));
			session.addMessageHandler(ByteBuffer.class, octets -> send(() -> session.getBasicRemote().sendBinary(octets)));
		}

		@Override
		public void onError(Session session, Throwable why) {
		}

		interface Send {
			void send() throws IOException;
		}

		static void send(Send s) {
			try {
				s.send();
			} catch (IOException gone) {
				// its session ends
			}
		}
	}

	public static void main(String[] args) throws Exception {
		java.util.logging.LogManager.getLogManager().reset();
		Tomcat tomcat = new Tomcat();
		tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
		tomcat.getConnector().setProperty("address", "127.0.0.1");
		tomcat.getConnector().setPort(0);
		Context context = tomcat.addContext("", null);
		context.setParentClassLoader(Server.class.getClassLoader()); // the one that has compiled this file
		context.addServletContainerInitializer(new WsSci(), null);
		Tomcat.addServlet(context, "none", new jakarta.servlet.http.HttpServlet() {
		});
		context.addServletMappingDecoded("/", "none");
		context.addServletContainerInitializer((classes, servlet) -> {
			ServerContainer all = (ServerContainer) servlet.getAttribute(ServerContainer.class.getName());
			try {
				for (String path : new String[] {"/", "/{a}"}) {
					all.addEndpoint(ServerEndpointConfig.Builder.create(Echo.class, path).build());
				}
			} catch (Exception wrong) {
				throw new IllegalStateException(wrong);
			}
		}, null);
		tomcat.start();
		System.out.println("tomcat " + ServerInfo.getServerNumber() + " ws://127.0.0.1:" + tomcat.getConnector().getLocalPort());
		tomcat.getServer().await();
	}
}
