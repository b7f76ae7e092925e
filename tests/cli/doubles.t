A name that stands a different number of times in two layers is told as that, and its entries are not compared one by
one: which of them belong together nobody knows.

  $ images <<'RECIPE'
  > oci_dir("a", image(layer(file("f", "0"), file("f", "1"), file("z", "z"))))
  > oci_dir("b", image(layer(file("f", "1"), file("z", "y"))))
  > oci_dir("c", image(layer(file("./f", "2"), file("f", "1", mode=0o600), file("f", "1"), file("z", "z"))))
  > oci_dir("even", image(layer(file("f", "3"), file("f", "1"), file("z", "z"))))
  > RECIPE
  $ cat >rows.sh <<'END'
  > diffoci diff --quiet --semantic "$@" 2>/dev/null | sed 1d | cut -c 1-90
  > END
  $ sh rows.sh ./a ./b
  Layer    ctx:/layers-0/layer    length mismatch (3 vs 2)
  Layer    ctx:/layers-0/layer    name "f" appears 2 times in input 0, 1 times in input 1
  File     z                      594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524
  $ sh rows.sh ./a ./c
  Layer    ctx:/layers-0/layer    length mismatch (3 vs 4)
  Layer    ctx:/layers-0/layer    name "f" appears 2 times in input 0, 3 times in input 1
  $ sh rows.sh ./a ./even
  File    f       5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9    4e0740

All reports count the same.

  $ diffoci diff --quiet --semantic --output=summary ./a ./b 2>/dev/null | head -4
  D f  1 B;  appears 2 times in input 0, 1 times in input 1  layer 0: layer 0
  M z  content, 1 B
  
  2 differences: 1 file removed, 1 changed; -1 B

Where a rule or a flag leaves it out how often the name stands there, its entries are compared.

  $ sh rows.sh --ignore-fields=presence ./a ./b
  File    f       5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9    6b86b2
  File    z       594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06    a1fce4
  $ sh rows.sh --extra-ignore-layer-length-mismatch ./a ./b
  File    f       5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9    6b86b2
  File    z       594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06    a1fce4
