# Python 3.11 or later and make are all that is needed; every target makes its own virtual environment.
PYTHON ?= python3
SAMPLE := samples/quillwort

.PHONY: demo test bench goldens screenshot clean

demo: .venv-demo/installed ## audit the sample company and write out/audit.xlsx and out/audit.html
	@mkdir -p out
	.venv-demo/bin/fwproof audit $(SAMPLE)/*.conf $(SAMPLE)/*.txt --site $(SAMPLE)/site.yaml \
		-o out/audit.xlsx -o out/audit.html --fail-on never

test: .venv-test/installed ## lint, types, layers and every test
	.venv-test/bin/pytest -n auto

bench: .venv-test/installed ## print the figures of bench/README.md for this machine
	.venv-test/bin/python bench/run.py

goldens: .venv-test/installed ## write the expected results of the samples anew; review the difference before committing
	.venv-test/bin/pytest tests/samples tests/test_docs.py --regenerate

screenshot: .venv-test/installed demo ## render docs/workbook.png and docs/web.png (needs LibreOffice, poppler and Chromium)
	bash docs/screenshot.sh out/audit.xlsx docs/workbook.png
	.venv-test/bin/python docs/webshots.py out/pictures
	cp out/pictures/desktop.png docs/web.png

.venv-demo/installed: pyproject.toml
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[cisco,web]'
	@touch $@

.venv-test/installed: pyproject.toml
	$(PYTHON) -m venv .venv-test
	.venv-test/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf .venv-demo .venv-test out build
