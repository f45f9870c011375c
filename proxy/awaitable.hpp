// The coroutine type of the sessions. Asio provides coroutines and their executor; waiting for descriptors and
// deadlines is the event loop's business (docs/adr/0001). On a line with co_await pass names, never a lambda or {...}
// built in place: GCC 12 destroys those twice.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace shirgate {

using Executor = boost::asio::io_context::executor_type;
template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;
using UseAwaitable = boost::asio::use_awaitable_t<Executor>;

}  // namespace shirgate
