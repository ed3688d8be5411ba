#!/usr/bin/env python3
"""Lists the facts of OpenD's protocol that the official SDK knows.

Reads the descriptors of the installed package `futu-api` and prints names,
numbers, labels, types, defaults and enum values, in a fixed order; no comment
text is read. `proto/tests/opend_schema.txt` is this listing:

  opend_schema.py > proto/tests/opend_schema.txt    refresh it
  opend_schema.py --check FILE                      exit 1 if FILE differs
"""
import difflib
import importlib
import sys

from google.protobuf import descriptor_pb2

LABEL = {1: "optional", 2: "required", 3: "repeated"}
SCALAR = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool",
          9: "string", 12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64"}
# The ids whose messages the crate has.
RANGES = ((1001, 1008), (2001, 2227), (3001, 3252))


def ids():
    """(number, name, is push) of every id of the SDK, ascending."""
    from futu.common.constant import ProtoId
    rows = {v: k for k, v in vars(ProtoId).items() if isinstance(v, int)}
    return [(number, rows[number], number in ProtoId.All_PushId) for number in sorted(rows)]


def load(name, into):
    """The file descriptor of a schema and of all it imports."""
    if name in into:
        return
    module = importlib.import_module("futu.common.pb.%s_pb2" % name)
    proto = descriptor_pb2.FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(proto)
    into[name] = (module.DESCRIPTOR, proto)
    for path in proto.dependency:
        load(path[:-len(".proto")], into)


def list_enum(enum, scope, out):
    out[scope + enum.name] = ["enum %s%s" % (scope, enum.name)] + [
        "  %d %s" % (value.number, value.name) for value in enum.value]


def list_message(message, descriptor, scope, out):
    lines = ["message %s%s" % (scope, message.name)]
    for field in sorted(message.field, key=lambda f: f.number):
        kind = field.type_name.lstrip(".") if field.type in (11, 14) else SCALAR[field.type]
        line = "  %d %s %s %s" % (field.number, LABEL[field.label], kind, field.name)
        json_name = descriptor.fields_by_name[field.name].json_name
        if json_name != field.name:
            line += " json=%s" % json_name
        if field.HasField("default_value"):
            line += " default=%s" % field.default_value
        if field.HasField("oneof_index"):
            line += " oneof=%s" % message.oneof_decl[field.oneof_index].name
        if field.options.packed:
            line += " packed"
        lines.append(line)
    out[scope + message.name] = lines
    inner = scope + message.name + "."
    for enum in message.enum_type:
        list_enum(enum, inner, out)
    for sub in message.nested_type:
        list_message(sub, descriptor.nested_types_by_name[sub.name], inner, out)


def listing():
    lines, files, items = [], {}, {}
    for number, name, push in ids():
        lines.append("id %d %s %s" % (number, name, "push" if push else "request"))
        if any(first <= number <= last for first, last in RANGES):
            load(name, files)
    for name in sorted(files):
        descriptor, proto = files[name]
        if proto.package != name or proto.syntax not in ("", "proto2"):
            raise SystemExit("%s: package %s, syntax %s" % (name, proto.package, proto.syntax))
        for enum in proto.enum_type:
            list_enum(enum, name + ".", items)
        for message in proto.message_type:
            list_message(message, descriptor.message_types_by_name[message.name], name + ".", items)
    for name in sorted(items):
        lines += items[name]
    return [line + "\n" for line in lines]


def main():
    found = listing()
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.writelines(found)
        return 0
    with open(sys.argv[2], encoding="utf-8") as file:
        known = file.readlines()
    difference = list(difflib.unified_diff(known, found, sys.argv[2], "the SDK", n=1))
    sys.stdout.writelines(difference)
    print("%d lines, %s" % (len(found), "the same" if not difference else "DIFFERENT"))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
