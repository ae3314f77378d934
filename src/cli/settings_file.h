// The configuration file: TOML in which every key is the name of an option without its dashes. What holds for
// all commands stands at the top, the options of the server under [serve].
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tributary::cli {

// Read when it is there and no other file is named.
inline constexpr const char* machine_settings = "/etc/tributary/tributary.toml";

// Gives the options that neither the command line nor the environment named what the file says. To be called
// after parsing; an empty path is that of the machine. Throws bad_settings, file_unreadable.
void apply_settings_file(CLI::App& app, const std::string& path);

}  // namespace tributary::cli
