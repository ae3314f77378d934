// Speaks HTTP/1.1 on one address: reads whole requests within limits and times, hands them on, sends the
// answers.
//
// One thread of its own does all input and output; the handler is called on it and must not block: it passes
// the request to a worker. Everything about the library underneath stays in http_server.cpp.
#pragma once

#include "api/http.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tributary::api {

struct HttpSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::size_t max_url = 8000;
  std::size_t max_header_name = 256;
  std::size_t max_header_value = 8000;
  std::size_t max_headers = 100;
  std::uint64_t max_body = std::uint64_t{64} << 20;  // bytes; beyond it the connection is closed
  std::size_t max_connections = 4000;
  std::chrono::milliseconds read_time{20'000};  // from the first byte waited for to the last of the request
  std::chrono::milliseconds handle_time{120'000};  // until the answer begins, and between its parts
  std::chrono::milliseconds write_time{60'000};    // for one part of the answer
  std::string tls_certificate;                     // PEM files; both or none
  std::string tls_key;
};

// The way back to one client, used once. Dropped unused, it answers 503. Thread-safe: any thread may send.
class Reply {
 public:
  class Sender;
  explicit Reply(std::unique_ptr<Sender> sender);
  ~Reply();
  Reply(Reply&&) noexcept;
  Reply& operator=(Reply&&) noexcept;

  // Headers are made safe (no line ends inside). For HEAD the length goes out without the body. With a
  // producer the answer is sent in chunks and the producer called on this thread.
  void send(Response response);

 private:
  std::unique_ptr<Sender> sender_;
};

class HttpServer {
 public:
  using Handler = std::function<void(Request, Reply)>;

  // Binds and begins to serve. Throws api.cannot_listen, api.bad_certificate.
  HttpServer(const HttpSettings& settings, Handler handler);
  // Closes everything at once; call stop_accepting() and wait before it for a graceful end.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  // No new connections; those that are open go on. Answers from here on close their connection.
  void stop_accepting();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::api
