// Leaks of the libraries under the leak sanitizer: cairo 1.16 loses some 770 bytes per font it embeds,
// fontconfig a little at its start. Ours are still reported.
extern "C" const char*
__lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libcairo\nleak:libfontconfig\n";
}
