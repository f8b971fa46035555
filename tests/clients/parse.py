"""Parses a generated client and its example, and compares their enumerations with those of the contract.

    python parse.py LANGUAGE FOLDER CONTRACT

A compiler would check more, but the compilers of C# and PowerShell are not available on all platforms.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from tree_sitter import Language, Node, Parser, Query, QueryCursor

# For each language: the file name extensions, the grammar, and a query for the members of enumerations.
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
    # Generated members have no numbers. The tables of the example have numbers, and the names of the enumerations.
    "powershell": (
        (".ps1", ".psm1"),
        ("tree_sitter_powershell", "language"),
        "(enum_statement (simple_name) @enum (enum_member (simple_name) @name))"
        " (hash_entry (key_expression) @number (_) @name)",
    ),
}
# The folder of installed packages, which are not checked.
EXCLUDED_FOLDER = "node_modules"


def main(language: str, folder: str, contract: str) -> int:
    extensions, (module, function), query_text = LANGUAGES[language]
    grammar = Language(getattr(importlib.import_module(module), function)())
    parser, query = Parser(grammar), Query(grammar, query_text)
    expected = read_enumerations(contract)

    errors: list[str] = []
    seen: set[str] = set()
    files = [
        file
        for file in sorted(Path(folder).rglob("*"))
        if file.suffix in extensions and EXCLUDED_FOLDER not in file.parts
    ]
    for file in files:
        tree = parser.parse(file.read_bytes())
        for node in find_syntax_errors(tree.root_node):
            row, column = node.start_point
            errors.append(f"{file}:{row + 1}:{column + 1}: syntax error in {language}")
        for enum, names, numbers in find_enumerations(query, tree.root_node):
            if enum in expected:
                seen.add(enum)
                members = [(to_constant_name(name, language), value) for name, value in expected[enum]]
                errors += [f"{file}: {enum}: {difference}" for difference in find_differences(members, names, numbers)]
    errors += [f"{folder}: the enumeration {enum} is missing" for enum in expected if enum not in seen]

    for error in errors:
        print(error)
    print(f"{len(files)} files of {language} parsed, {len(seen)} enumerations compared")
    return 1 if errors or not files else 0


def read_enumerations(contract: str) -> dict[str, list[tuple[str, object]]]:
    """Returns the names and values of each enumeration of the contract."""
    schemas = YAML(typ="safe").load(Path(contract))["components"]["schemas"]
    return {
        name: list(zip(schema["x-enum-varnames"], schema["enum"], strict=True))
        for name, schema in schemas.items()
        if "enum" in schema
    }


def find_syntax_errors(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from find_syntax_errors(child)


def find_enumerations(query: Query, root: Node) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yields each possible enumeration: its name, and the names and numbers of its members in order."""
    members: dict[str, tuple[list[str], list[str]]] = {}
    for _, match in QueryCursor(query).matches(root):
        enum = node_text(match["enum"][0]) if "enum" in match else assigned_variable(match["name"][0])
        names, numbers = members.setdefault(enum, ([], []))
        names.append(node_text(match["name"][0]))
        numbers += [node_text(node) for node in match.get("number", [])]
    for enum, (names, numbers) in members.items():
        yield enum, names, numbers


def assigned_variable(node: Node) -> str:
    """Returns the name of the variable whose assigned value contains the node."""
    parent = node.parent
    while parent is not None:
        if parent.type == "assignment_expression":
            return node_text(parent.children[0]).lstrip("$")
        parent = parent.parent
    return ""


def node_text(node: Node) -> str:
    return (node.text or b"").decode().strip("'\"")


def to_constant_name(name: str, language: str) -> str:
    """Converts a name of the contract to the style that the generated client uses."""
    return re.sub(r"\B([A-Z])", r"_\1", name).upper() if language == "python" else name


def find_differences(expected: list[tuple[str, object]], names: list[str], numbers: list[str]) -> Iterator[str]:
    if names != [name for name, _ in expected]:
        yield f"the names are {', '.join(names)}"
    if numbers and isinstance(expected[0][1], int) and numbers != [str(value) for _, value in expected]:
        yield f"the numbers are {', '.join(numbers)}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
