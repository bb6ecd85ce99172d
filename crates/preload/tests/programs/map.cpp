// A map from strings to vectors, and a vector of its keys: blocks of many sizes, which stay.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

int main(int count, char **arguments) {
    const long rows = count > 1 ? std::atol(arguments[1]) : 0;
    std::map<std::string, std::vector<int>> map;
    for (long row = 0; row < rows; row++) map["key" + std::to_string(row * 7919 % 1000003)].push_back(int(row));
    std::vector<std::string> keys;
    for (auto &entry : map) keys.push_back(entry.first);
    std::printf("%zu %zu\n", map.size(), keys.size());
}
