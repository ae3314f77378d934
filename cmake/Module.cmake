# One call declares a module: its sources, what it may include, its tests.
#
#   tributary_module(ledger
#     PUBLIC_DEPS  base registry      # seen through our headers
#     PRIVATE_DEPS store              # used by our sources only
#     LIBS         fmt::fmt)          # third-party, private
#
# The wall: a module's headers are reachable only through a folder of its own
# (build/.../walls/<module>/<module> -> src/<module>), which is on the include path of those that link it.
# An include of an undeclared module therefore does not compile.

add_library(tributary_options INTERFACE)
target_compile_options(tributary_options INTERFACE -pthread -Wall -Wextra -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror=return-type)
if(NOT TRIBUTARY_UNITY)
  target_compile_options(tributary_options INTERFACE -Wshadow)  # in a unit of several files it speaks of others' names
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tributary_options INTERFACE -Wno-subobject-linkage)  # it takes the files of a unit for headers
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tributary_options INTERFACE -Wno-stringop-overflow -Wno-restrict  # false alarms of GCC 12
    --param=ggc-min-heapsize=2097152)  # it looks for free memory less often: a tenth more of it, a twentieth less time
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(tributary_options INTERFACE -fuse-ld=mold)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(test_optimisation -O1)  # compiling the tests is what a build spends its time on, not running them
if(TRIBUTARY_SANITIZE)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  set(test_optimisation -O0)
  target_compile_options(tributary_options INTERFACE -fno-omit-frame-pointer
    -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(tributary_options INTERFACE -fsanitize=address,undefined)
endif()
if(TRIBUTARY_FUZZ)
  target_compile_options(tributary_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(tributary_wall module)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/walls/${module})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${module} ${CMAKE_BINARY_DIR}/walls/${module}/${module} SYMBOLIC)
endfunction()

# Precompiled headers: the heavy ones, once for all modules and once for all tests of one build.
set(TRIBUTARY_PCH <algorithm> <array> <cstdint> <exception> <functional> <map> <memory> <optional> <span> <string>
  <string_view> <utility> <variant> <vector> <fmt/format.h> ${CMAKE_SOURCE_DIR}/src/base/json.h)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tributary_options INTERFACE -fpch-preprocess)  # else ccache keeps nothing
else()
  target_compile_options(tributary_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
# A precompiled header's bytes differ from folder to folder. Of our headers they hold one, so its hash, the compiler and the
# libraries that are in them name them for ccache: another clone of these sources finds what this one compiled.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} --version OUTPUT_VARIABLE compiler_version)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/base/json.h)
file(SHA256 ${CMAKE_SOURCE_DIR}/src/base/json.h json_hash)
function(tributary_name_precompiled target)
  set(folder ${CMAKE_BINARY_DIR}/CMakeFiles/${target}.dir)
  string(REPLACE ${CMAKE_SOURCE_DIR}/ "" names "${ARGN}")
  foreach(suffix gch pch)
    file(CONFIGURE OUTPUT ${folder}/cmake_pch.hxx.${suffix}.sum @ONLY
      CONTENT "@compiler_version@fmt @fmt_VERSION@\njson @nlohmann_json_VERSION@ @json_hash@\ngtest @GTest_VERSION@\n@names@\n")
  endforeach()
endfunction()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "")
add_library(tributary_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(tributary_precompiled PRIVATE tributary_options fmt::fmt nlohmann_json::nlohmann_json)
target_precompile_headers(tributary_precompiled PRIVATE ${TRIBUTARY_PCH})
tributary_name_precompiled(tributary_precompiled ${TRIBUTARY_PCH})
if(TRIBUTARY_TESTS)
  add_library(tributary_test_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(tributary_test_precompiled PRIVATE tributary_options fmt::fmt GTest::gtest GTest::gmock)
  target_compile_options(tributary_test_precompiled PRIVATE ${test_optimisation})
  target_precompile_headers(tributary_test_precompiled PRIVATE ${TRIBUTARY_PCH} <gmock/gmock.h> <gtest/gtest.h>)
  tributary_name_precompiled(tributary_test_precompiled ${TRIBUTARY_PCH} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# tributary_together(TARGET FILE…): several files become one unit of the compiler, which reads the headers and makes the templates
# once for all of them: half the time of a full build. Files whose own names would meet are kept apart (unity_groups.awk).
function(tributary_together target)
  if(NOT TRIBUTARY_UNITY)
    return()
  endif()
  execute_process(COMMAND awk -v lines=1500 -f ${CMAKE_SOURCE_DIR}/cmake/unity_groups.awk ${ARGN}
    OUTPUT_VARIABLE groups COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" groups "${groups}")
  foreach(line ${groups})
    string(REGEX MATCH "^([0-9]+) (.+)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

function(tributary_module module)
  cmake_parse_arguments(ARG "" "" "PUBLIC_DEPS;PRIVATE_DEPS;LIBS;PUBLIC_LIBS" ${ARGN})
  tributary_wall(${module})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  # Numbered SQL files become `<module>::migrations()`, declared in the module's own header.
  file(GLOB migrations CONFIGURE_DEPENDS migrations/*.sql)
  if(migrations)
    list(SORT migrations)
    set(entries "")
    foreach(file ${migrations})
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
      get_filename_component(name ${file} NAME_WE)
      string(REGEX MATCH "^[0-9]+" number ${name})
      file(READ ${file} sql)
      string(APPEND entries "  {${number}, \"${name}\", R\"SQL(${sql})SQL\"},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp @ONLY CONTENT
"#include <array>\n#include <span>\n#include \"store/store.h\"\nnamespace tributary::${module} {
std::span<const store::Migration> migrations();
std::span<const store::Migration> migrations() {
  static constexpr std::array list = std::to_array<store::Migration>({\n${entries}  });
  return list;
}\n}\n")
    list(APPEND sources ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
  endif()

  add_library(tributary_${module} STATIC ${sources})
  tributary_together(tributary_${module} ${sources})
  add_library(tributary::${module} ALIAS tributary_${module})
  target_include_directories(tributary_${module} PUBLIC ${CMAKE_BINARY_DIR}/walls/${module})
  list(TRANSFORM ARG_PUBLIC_DEPS PREPEND tributary::)
  list(TRANSFORM ARG_PRIVATE_DEPS PREPEND tributary::)
  target_link_libraries(tributary_${module} PUBLIC ${ARG_PUBLIC_DEPS} ${ARG_PUBLIC_LIBS}
    PRIVATE ${ARG_PRIVATE_DEPS} ${ARG_LIBS} tributary_options)
  target_precompile_headers(tributary_${module} REUSE_FROM tributary_precompiled)
  if(TRIBUTARY_TIDY)
    set_target_properties(tributary_${module} PROPERTIES CXX_CLANG_TIDY "clang-tidy-19;--quiet")
  endif()

  if(TRIBUTARY_TESTS)
    # Each public header compiles alone (without the precompiled ones). In the build of `./test --all` only: several hundred
    # of them take minutes.
    file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.h)
    set(alone "")
    foreach(header ${headers})
      set(unit ${CMAKE_CURRENT_BINARY_DIR}/alone/${header}.cpp)
      file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${module}/${header}\"\n#include \"${module}/${header}\"\n")
      list(APPEND alone ${unit})
    endforeach()
    if(alone AND TRIBUTARY_SANITIZE)
      add_library(${module}_headers_alone OBJECT ${alone})
      target_link_libraries(${module}_headers_alone PRIVATE tributary::${module} tributary_options)
      target_compile_options(${module}_headers_alone PRIVATE -fsyntax-only)
      target_compile_definitions(${module}_headers_alone PRIVATE TRIBUTARY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
      set_target_properties(${module}_headers_alone PROPERTIES CXX_COMPILER_LAUNCHER "")
      set_source_files_properties(${alone} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
    if(tests)
      add_executable(${module}_test ${tests})
      tributary_together(${module}_test ${tests})
      target_link_libraries(${module}_test PRIVATE tributary::${module} ${ARG_PRIVATE_DEPS} ${ARG_LIBS}
        tributary_options GTest::gtest_main GTest::gmock)
      target_precompile_headers(${module}_test REUSE_FROM tributary_test_precompiled)
      target_compile_options(${module}_test PRIVATE ${test_optimisation})
      target_compile_definitions(${module}_test PRIVATE TRIBUTARY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
      add_test(NAME ${module} COMMAND ${module}_test --gtest_brief=1)
    endif()
  endif()
endfunction()
