#!/usr/bin/env bash
# The sheet Summary of a workbook as a picture: screenshot.sh BOOK.xlsx PICTURE.png
# Needs LibreOffice Calc and poppler-utils.
set -eu
book=$(realpath "$1")
picture=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
HOME=$folder soffice --headless --convert-to pdf --outdir "$folder" "$book" >/dev/null 2>&1
pdftoppm -png -r 120 -x 20 -y 40 -W 1365 -H 860 -f 2 -l 2 -singlefile "$folder/$(basename "${book%.xlsx}").pdf" "$folder/page"
mv "$folder/page.png" "$picture"
