from tests.architecture.source import functions_of, name_of, source_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 45


def test_no_source_file_is_longer_than_a_person_reads_at_once():
    long = {name_of(file): lines for file in source_files() if (lines := len(file.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name_of(file)}:{function.name}": lines
        for file in source_files()
        for function in functions_of(file)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}
