"""Parses a generated client and its example, and compares their enumerations with the contract's.

    python parse.py LANGUAGE FOLDER CONTRACT

A compiler would say more; those for C# and PowerShell cannot be installed everywhere.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from tree_sitter import Language, Node, Parser, Query, QueryCursor

# The endings of its files, its grammar, and where an enumeration's members stand in a tree.
LANGUAGES = {
    "typescript": (
        (".ts",),
        ("tree_sitter_typescript", "language_typescript"),
        "(enum_declaration name: (_) @enum body: (enum_body (enum_assignment name: (_) @name value: (_) @number)))",
    ),
    "python": (
        (".py",),
        ("tree_sitter_python", "language"),
        "(class_definition name: (_) @enum"
        " body: (block (expression_statement (assignment left: (_) @name right: (_) @number))))",
    ),
    "python-openapi-generator": (
        (".py",),
        ("tree_sitter_python", "language"),
        "(class_definition name: (_) @enum"
        " body: (block (expression_statement (assignment left: (_) @name right: (_) @number))))",
    ),
    "go": (
        (".go",),
        ("tree_sitter_go", "language"),
        "(const_spec name: (_) @name type: (_) @enum value: (expression_list (_) @number))",
    ),
    "csharp": (
        (".cs",),
        ("tree_sitter_c_sharp", "language"),
        "(enum_declaration name: (_) @enum"
        " body: (enum_member_declaration_list (enum_member_declaration name: (_) @name value: (_) @number)))",
    ),
    # Its generated members have no numbers. The example's tables have, and are named after their enumerations.
    "powershell": (
        (".ps1", ".psm1"),
        ("tree_sitter_powershell", "language"),
        "(enum_statement (simple_name) @enum (enum_member (simple_name) @name))"
        " (hash_entry (key_expression) @number (_) @name)",
    ),
}
# Installed packages are not ours to check.
FOREIGN = "node_modules"


def main(language: str, folder: str, contract: str) -> int:
    endings, (module, function), where = LANGUAGES[language]
    grammar = Language(getattr(importlib.import_module(module), function)())
    parser, query = Parser(grammar), Query(grammar, where)
    wanted = enumerations(contract)

    faults: list[str] = []
    seen: set[str] = set()
    files = [file for file in sorted(Path(folder).rglob("*")) if file.suffix in endings and FOREIGN not in file.parts]
    for file in files:
        tree = parser.parse(file.read_bytes())
        for node in broken(tree.root_node):
            row, column = node.start_point
            faults.append(f"{file}:{row + 1}:{column + 1}: this is no {language}")
        for enum, names, numbers in found(query, tree.root_node):
            if enum in wanted:
                seen.add(enum)
                members = [(spelled(word, language), value) for word, value in wanted[enum]]
                faults += [f"{file}: {enum}: {fault}" for fault in differences(members, names, numbers)]
    faults += [f"{folder}: there is no enumeration {enum}" for enum in wanted if enum not in seen]

    for fault in faults:
        print(fault)
    print(f"{len(files)} files of {language} parsed, {len(seen)} enumerations compared")
    return 1 if faults or not files else 0


def enumerations(contract: str) -> dict[str, list[tuple[str, object]]]:
    """The contract's enumerations: the words and values of each."""
    schemas = YAML(typ="safe").load(Path(contract))["components"]["schemas"]
    return {
        name: list(zip(schema["x-enum-varnames"], schema["enum"], strict=True))
        for name, schema in schemas.items()
        if "enum" in schema
    }


def broken(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from broken(child)


def found(query: Query, root: Node) -> Iterator[tuple[str, list[str], list[str]]]:
    """Everything that may be an enumeration: its name, and its members' names and numbers in their order."""
    every: dict[str, tuple[list[str], list[str]]] = {}
    for _, match in QueryCursor(query).matches(root):
        enum = text(match["enum"][0]) if "enum" in match else assigned_to(match["name"][0])
        names, numbers = every.setdefault(enum, ([], []))
        names.append(text(match["name"][0]))
        numbers += [text(node) for node in match.get("number", [])]
    for enum, (names, numbers) in every.items():
        yield enum, names, numbers


def assigned_to(node: Node) -> str:
    """The variable that this is part of the value of."""
    parent = node.parent
    while parent is not None:
        if parent.type == "assignment_expression":
            return text(parent.children[0]).lstrip("$")
        parent = parent.parent
    return ""


def text(node: Node) -> str:
    return (node.text or b"").decode().strip("'\"")


def spelled(word: str, language: str) -> str:
    """A word of the contract as people of the language write the name of a constant."""
    return re.sub(r"\B([A-Z])", r"_\1", word).upper() if language == "python" else word


def differences(wanted: list[tuple[str, object]], names: list[str], numbers: list[str]) -> Iterator[str]:
    if names != [word for word, _ in wanted]:
        yield f"its names are {', '.join(names)}"
    if numbers and isinstance(wanted[0][1], int) and numbers != [str(value) for _, value in wanted]:
        yield f"its numbers are {', '.join(numbers)}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
