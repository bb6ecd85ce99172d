# The primer for people who come from Python.
primer-line = what is printed
primer-python = CPython { $version }
primer-agrees = same
primer-refused = The compiler refuses { $file }:
primer-next = The two programs of a word, and why they print what they print: cargo xtask primer WORD. The same as a text: lessons/primer/README.md
primer-stale = { $path } is stale in { $word }; renew it: cargo xtask primer --bless
primer-renewed = { $path }: renewed
primer-same = { $words } words: the texts say what the programs print
