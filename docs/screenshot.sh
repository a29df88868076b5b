#!/usr/bin/env bash
# The sheet Summary of a workbook as a picture: screenshot.sh BOOK.xlsx PICTURE.png
# Needs LibreOffice Calc and poppler-utils.
set -eu
book=$(realpath "$1")
picture=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
HOME=$folder soffice --headless --convert-to pdf --outdir "$folder" "$book" >/dev/null 2>&1
pdf="$folder/$(basename "${book%.xlsx}").pdf"
page=1 # the cover takes as many pages as there are files
until pdftotext -f $page -l $page "$pdf" - | grep -q "by fwproof .* against:"; do page=$((page + 1)); done
pdftoppm -png -r 120 -x 20 -y 40 -W 1365 -H 860 -f $page -l $page -singlefile "$pdf" "$folder/page"
mv "$folder/page.png" "$picture"
