#include "diff/event.h"

const char *event_type_name(enum event_type type)
{
  switch (type) {
  case EVENT_NONE:
    break;
  case EVENT_DESCRIPTOR:
    return "DescriptorMismatch";
  case EVENT_INDEX:
    return "IndexBlobMismatch";
  case EVENT_MANIFEST:
    return "ManifestBlobMismatch";
  case EVENT_CONFIG:
    return "ConfigBlobMismatch";
  case EVENT_LAYER:
    return "LayerBlobMismatch";
  case EVENT_TARENTRY:
    return "TarEntryMismatch";
  }
  return "";
}
