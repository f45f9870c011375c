// A pretend Kafka cluster for kafka_test.py: `kafka_cluster FILE` prints its brokers, appends each message that arrives
// to FILE as "<partition> <key> <value>", and ends when its standard input does.
#include "tests/audit/kafka_cluster.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

int main(int count, char** words) {
  if (count != 2) return 2;
  const shirgate::test::KafkaCluster cluster(3);
  std::cout << cluster.brokers() << std::endl;
  std::ofstream file(words[1], std::ios::app);
  const auto is_over = [] {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN};
    char c = 0;
    return ::poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &c, 1) <= 0;
  };
  cluster.read(
      [&](const shirgate::test::KafkaMessage& message) {
        file << message.partition << ' ' << message.key << ' ' << message.value << std::endl;
        return false;
      },
      is_over);
}
