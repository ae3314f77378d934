// The one translation unit that knows RESTinio and Asio.
#include "api/http_server.h"

#include "api/codes.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <restinio/all.hpp>
#include <restinio/tls.hpp>

namespace tributary::api {

class Reply::Sender {
 public:
  virtual ~Sender() = default;
  virtual void send(Response response) = 0;
};

namespace {

constexpr std::size_t most_parts_underway = 8;     // of a streamed answer, before write() waits
constexpr std::size_t most_offers_underway = 256;  // events a slow reader may be behind

Method method_of(const restinio::http_method_id_t& id) {
  if (id == restinio::http_method_get()) return Method::get;
  if (id == restinio::http_method_head()) return Method::head;
  if (id == restinio::http_method_post()) return Method::post;
  if (id == restinio::http_method_put()) return Method::put;
  if (id == restinio::http_method_patch()) return Method::patch;
  if (id == restinio::http_method_delete()) return Method::delete_;
  return Method::other;
}

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

// Shared with the callbacks that tell how the writing goes on.
struct Flow {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t underway = 0;
  bool broken = false;
};

using Chunked = restinio::response_builder_t<restinio::chunked_output_t>;

class ChunkStream final : public Stream {
 public:
  explicit ChunkStream(Chunked builder) : builder_(std::move(builder)) {}
  ~ChunkStream() override { finish(); }

  bool write(std::string part) override {
    {
      std::unique_lock lock(flow_->mutex);
      flow_->changed.wait(lock, [&] { return flow_->broken || flow_->underway < most_parts_underway; });
    }
    return push(std::move(part));
  }
  bool offer(std::string part) override {
    {
      const std::lock_guard lock(flow_->mutex);
      if (flow_->broken || flow_->underway >= most_offers_underway) return false;
    }
    return push(std::move(part));
  }
  void finish() override {
    const std::lock_guard lock(sending_);
    if (finished_) return;
    finished_ = true;
    try {
      builder_.done();
    } catch (const std::exception&) {
      const std::lock_guard note(flow_->mutex);
      flow_->broken = true;  // the connection is gone
    }
  }
  // Sends the head before the first part, so that a reader of events knows at once that it is connected.
  void begin() { push({}); }

 private:
  bool push(std::string part) {
    const std::lock_guard lock(sending_);
    if (finished_) return false;
    {
      const std::lock_guard note(flow_->mutex);
      if (flow_->broken) return false;
      ++flow_->underway;
    }
    try {
      if (!part.empty()) builder_.append_chunk(std::move(part));
      builder_.flush([flow = flow_](const auto& error) {
        const std::lock_guard note(flow->mutex);
        --flow->underway;
        if (error) flow->broken = true;
        flow->changed.notify_all();
      });
    } catch (const std::exception&) {
      const std::lock_guard note(flow_->mutex);
      flow_->broken = true;
      return false;
    }
    return true;
  }

  std::mutex sending_;
  Chunked builder_;
  bool finished_ = false;
  std::shared_ptr<Flow> flow_ = std::make_shared<Flow>();
};

class RestinioSender final : public Reply::Sender {
 public:
  RestinioSender(restinio::request_handle_t request, std::shared_ptr<const std::atomic<bool>> closing)
      : request_(std::move(request)), closing_(std::move(closing)) {}

  void send(Response response) override {
    const bool head_only = request_->header().method() == restinio::http_method_head();
    const restinio::http_status_line_t status(
        restinio::http_status_code_t(static_cast<std::uint16_t>(response.status)),
        reason_of(response.status));
    if (response.producer && !head_only) {
      auto builder = request_->create_response<restinio::chunked_output_t>(status);
      put_headers(builder, response);
      const auto stream = std::make_shared<ChunkStream>(std::move(builder));
      stream->begin();
      response.producer(stream);
      return;
    }
    if (head_only || response.status == 304 || response.status == 204) {
      auto builder = request_->create_response<restinio::user_controlled_output_t>(status);
      put_headers(builder, response);
      if (response.status != 204) builder.set_content_length(response.size());
      builder.done();
      return;
    }
    auto builder = request_->create_response(status);
    put_headers(builder, response);
    if (response.shared_body)
      builder.set_body(std::move(response.shared_body));
    else
      builder.set_body(std::move(response.body));
    builder.done();
  }

 private:
  template <class Builder>
  void put_headers(Builder& builder, Response& response) const {
    for (auto& [name, value] : response.headers)
      builder.header().add_field(header_safe(std::move(name)), header_safe(std::move(value)));
    if (*closing_) builder.connection_close();
  }

  restinio::request_handle_t request_;
  std::shared_ptr<const std::atomic<bool>> closing_;
};

Request plain(const restinio::request_t& from, bool secure) {
  Request out;
  const auto& head = from.header();
  out.method = method_of(head.method());
  const auto path = head.path();
  out.path.assign(path.data(), path.size());
  const auto query = head.query();
  out.query.assign(query.data(), query.size());
  head.for_each_field([&](const auto& field) { out.headers.emplace_back(field.name(), field.value()); });
  out.body = from.body();
  // Listening on [::] one is told ::ffff:10.0.0.1, which is 10.0.0.1.
  const auto peer = from.remote_endpoint().address();
  out.peer =
      peer.is_v6() && peer.to_v6().is_v4_mapped()
          ? restinio::asio_ns::ip::make_address_v4(restinio::asio_ns::ip::v4_mapped, peer.to_v6()).to_string()
          : peer.to_string();
  out.secure = secure;
  return out;
}

struct PlainTraits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
};
struct TlsTraits
    : restinio::single_thread_tls_traits_t<restinio::asio_timer_manager_t, restinio::null_logger_t> {
  static constexpr bool use_connection_count_limiter = true;
};

// The library's own limits begin after the handshake; until then somebody who sends nothing would hold a
// connection for ever. Found by the library through TlsTraits.
constexpr std::chrono::seconds handshake_time{10};

template <class Start, class Failed>
void prepare_connection_and_start_read(restinio::tls_socket_t& socket,
                                       restinio::impl::connection_t<TlsTraits>& connection, Start start,
                                       Failed failed) {
  namespace asio = restinio::asio_ns;
  auto held = connection.shared_from_this();
  const auto timer = std::make_shared<asio::steady_timer>(socket.get_executor(), handshake_time);
  timer->async_wait([&socket, weak = std::weak_ptr(held)](const asio::error_code& cancelled) {
    if (cancelled) return;
    if (const auto alive = weak.lock()) {
      asio::error_code ignored;
      socket.lowest_layer().close(ignored);  // ends the handshake with an error
    }
  });
  socket.async_handshake(asio::ssl::stream_base::server,
                         [timer, held = std::move(held), start = std::move(start),
                          failed = std::move(failed)](const asio::error_code& error) {
                           timer->cancel();
                           if (error)
                             failed(error);
                           else
                             start();
                         });
}

// What connections left under way is let go while the library's server, which they count themselves at, is
// still there; the context's own end would come after it.
class Io : public restinio::asio_ns::io_context {
 public:
  Io() : io_context(1) {}
  using execution_context::shutdown;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual void open() = 0;
  virtual void close() = 0;
};

template <class Traits>
class EngineOf final : public Engine {
 public:
  template <class Configure>
  EngineOf(restinio::asio_ns::io_context& io, Configure&& configure)
      : server_(restinio::external_io_context(io), std::forward<Configure>(configure)) {}
  void open() override { server_.open_sync(); }
  void close() override { server_.close_sync(); }

 private:
  restinio::http_server_t<Traits> server_;
};

}  // namespace

Reply::Reply(std::unique_ptr<Sender> sender) : sender_(std::move(sender)) {}
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(Reply&&) noexcept = default;
Reply::~Reply() {
  if (!sender_) return;
  try {
    sender_->send({503, {{"Retry-After", "1"}}, {}, {}, {}});
  } catch (const std::exception&) {  // the connection is gone: nobody to tell
  }
}

void Reply::send(Response response) {
  const std::unique_ptr<Sender> sender = std::move(sender_);
  if (!sender) return;
  try {
    sender->send(std::move(response));
  } catch (const restinio::exception_t&) {  // the connection is gone
  }
}

class HttpServer::Impl {
 public:
  Impl(const HttpSettings& settings, Handler handler) : handler_(std::move(handler)) {
    try {
      if (settings.tls_certificate.empty())
        engine_ = std::make_unique<EngineOf<PlainTraits>>(
            io_, [&](auto& target) { configure(target, settings, false); });
      else
        engine_ = std::make_unique<EngineOf<TlsTraits>>(io_, [&](auto& target) {
          configure(target, settings, true);
          target.tls_context(tls_context(settings));
        });
      engine_->open();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {
      throw Error(codes::cannot_listen,
                  {fmt::format("无法监听 {}:{}：{}", settings.address, settings.port, e.what()),
                   fmt::format("cannot listen on {}:{}: {}", settings.address, settings.port, e.what())},
                  {},
                  {"可能已有程序占用该端口；请用 --listen 换一个地址或端口",
                   "another program may hold the port; choose another with --listen"});
    }
    work_ = std::make_unique<Work>(restinio::asio_ns::make_work_guard(io_));
    thread_ = std::thread([this] { io_.run(); });
  }

  ~Impl() {
    stop_accepting();
    work_.reset();
    io_.stop();
    thread_.join();
    io_.shutdown();
    engine_.reset();
  }

  std::uint16_t port() const { return port_; }

  void stop_accepting() {
    if (closing_->exchange(true)) return;
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    restinio::asio_ns::post(io_, [&] {
      engine_->close();
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
  }

 private:
  using Work = restinio::asio_ns::executor_work_guard<restinio::asio_ns::io_context::executor_type>;

  template <class Target>
  void configure(Target& target, const HttpSettings& s, bool secure) {
    target.address(s.address)
        .port(s.port)
        .buffer_size(8192)
        .read_next_http_message_timelimit(s.read_time)
        .handle_request_timeout(s.handle_time)
        .write_http_response_timelimit(s.write_time)
        .max_pipelined_requests(1)
        .max_parallel_connections(s.max_connections)
        .separate_accept_and_create_connect(false)
        .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                      .max_url_size(s.max_url)
                                      .max_field_name_size(s.max_header_name)
                                      .max_field_value_size(s.max_header_value)
                                      .max_field_count(s.max_headers)
                                      .max_body_size(s.max_body))
        .socket_options_setter(
            [](auto& options) { options.set_option(restinio::asio_ns::ip::tcp::no_delay(true)); })
        .acceptor_options_setter([](auto& options) {
          options.set_option(restinio::asio_ns::ip::tcp::acceptor::reuse_address(true));
        })
        .acceptor_post_bind_hook([this](restinio::asio_ns::ip::tcp::acceptor& acceptor) {
          port_ = acceptor.local_endpoint().port();
        })
        .request_handler([this, secure](const restinio::request_handle_t& request) {
          handler_(plain(*request, secure), Reply(std::make_unique<RestinioSender>(request, closing_)));
          return restinio::request_accepted();
        });
  }

  static restinio::asio_ns::ssl::context tls_context(const HttpSettings& s) {
    namespace ssl = restinio::asio_ns::ssl;
    ssl::context context(ssl::context::tls_server);
    context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                        ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    // A key with a password would make OpenSSL ask for it on the terminal and wait.
    context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
    const auto use = [](const std::string& file, const Text& what, const Text& hint, auto&& load) {
      try {
        load();
      } catch (const std::exception& e) {
        throw Error(codes::bad_certificate,
                    {fmt::format("{}无法使用：{}", what.zh, e.what()),
                     fmt::format("{} cannot be used: {}", what.en, e.what())},
                    {file, 0, 0, {}}, hint);
      }
    };
    use(s.tls_certificate, {"证书", "the certificate"},
        {"--tls-cert 须为 PEM 文件，先服务器证书，后中间证书，服务账号可读",
         "--tls-cert must be a PEM file that the service may read: the server's certificate, then those "
         "between"},
        [&] { context.use_certificate_chain_file(s.tls_certificate); });
    use(s.tls_key, {"私钥", "the private key"},
        {"--tls-key 须为不加密的 PEM 文件，与证书是一对，服务账号可读",
         "--tls-key must be a PEM file without a password that belongs to the certificate, and the service "
         "may "
         "read it"},
        [&] { context.use_private_key_file(s.tls_key, ssl::context::pem); });
    return context;
  }

  Handler handler_;
  std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
  std::uint16_t port_ = 0;
  Io io_;
  std::unique_ptr<Work> work_;
  std::unique_ptr<Engine> engine_;
  std::thread thread_;
};

HttpServer::HttpServer(const HttpSettings& settings, Handler handler)
    : impl_(std::make_unique<Impl>(settings, std::move(handler))) {}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const {
  return impl_->port();
}
void HttpServer::stop_accepting() {
  impl_->stop_accepting();
}

}  // namespace tributary::api
